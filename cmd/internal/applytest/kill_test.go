package applytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/apply"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

var errDead = errors.New("the program was killed")

// mortal is AWS and the journal as a program sees them that is killed right after one
// of its calls or of its lines in the journal: nothing that it does later has any
// effect, and nothing that was on its way reaches it.
type mortal struct {
	*world
	sync.Mutex
	left int // calls and lines until then
	dies context.CancelFunc
}

// deed does something unless the program is dead, and loses its answer if it dies
// then.
func (m *mortal) deed(do func() error) error {
	if !m.alive() {
		return errDead
	}
	err := do()
	m.Lock()
	defer m.Unlock()
	if m.left--; m.left <= 0 {
		m.dies()
		return errDead
	}
	return err
}

func (m *mortal) alive() bool {
	m.Lock()
	defer m.Unlock()
	return m.left > 0
}

func (m *mortal) Hold(run string) (func() error, bool, error) { return m.journal.Hold(run) }
func (m *mortal) Run(id string) (plan.Run, error)             { return m.journal.Run(id) }

func (m *mortal) Begin(r *plan.Run) error {
	return m.deed(func() error { return m.journal.Begin(r) })
}

func (m *mortal) Note(run string, step int, o plan.Outcome) error {
	return m.deed(func() error { return m.journal.Note(run, step, o) })
}

func (m *mortal) End(run string, at time.Time) error {
	return m.deed(func() error { return m.journal.End(run, at) })
}

func (m *mortal) Call(ctx context.Context, s model.Scope, c plan.Call, token string, dry bool) (a plan.Answer, err error) {
	if dry {
		return m.client.Call(ctx, s, c, token, true)
	}
	err = m.deed(func() error {
		a, err = m.client.Call(ctx, s, c, token, false)
		return err
	})
	return a, err
}

func (m *mortal) Reread(ctx context.Context, l model.Look) (model.Reread, error) {
	r, err := m.client.Reread(ctx, l)
	if !m.alive() {
		return model.Reread{}, errDead
	}
	return r, err
}

// live goes on with a run until it ends or is killed, and reports whether it was.
func (w *world) live(r plan.Run, lines int) (killed bool) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	m := &mortal{world: w, left: lines, dies: cancel}
	job := apply.New(apply.Order{Cloud: m, Journal: m})
	var err error
	if _, there := w.journal.Run(r.ID); there == nil {
		err = job.Resume(ctx, r.ID)
	} else {
		err = job.Run(ctx, r)
	}
	if m.alive() {
		must(w.t, err)
	}
	return !m.alive()
}

// truth holds the journal of a run that was killed against AWS: what it calls done is,
// and of what it does not tell nothing was.
func (w *world) truth(id string) {
	w.t.Helper()
	r, err := w.journal.Run(id)
	if err != nil {
		return // it had not begun
	}
	did := w.changes()
	for _, s := range r.Plan.Steps {
		o, one := r.Outcomes[s.ID], r
		one.Plan.Steps = []plan.Step{s}
		one.Outcomes = map[int]plan.Outcome{s.ID: {State: plan.Done}}
		for _, n := range s.After {
			one.Outcomes[n] = r.Outcomes[n]
		}
		seen := slices.Contains(did, said(w.t, &one)[0])
		switch {
		case o.State == plan.Done && !seen:
			w.t.Errorf("step %d is done, and AWS did not see it", s.ID)
		case seen && (o.State == "" || o.State == plan.NotRun || o.State == plan.Refused || o.State == plan.Failed):
			w.t.Errorf("step %d is %q, and AWS did it", s.ID, o.State)
		}
	}
}

// TestKilledAfterEachLineAndCall, of every deed: the next start tells the truth about
// each step and does the rest, and AWS sees no call twice.
func TestKilledAfterEachLineAndCall(t *testing.T) {
	deaths := 0
	for _, d := range deeds() {
		for lines, finished := 1, false; !finished && !t.Failed(); lines++ {
			t.Run(fmt.Sprintf("%s after %d", d.name, lines), func(t *testing.T) {
				in(t, func(t *testing.T) { finished = !killed(t, d, lines) })
			})
			deaths++
		}
	}
	t.Logf("killed %d times", deaths)
}

func killed(t *testing.T, d deed, lines int) (dead bool) {
	t.Helper()
	w := open(t, fakeaws.Options{Delays: fakeaws.Delays{Lag: 5 * time.Second, Copying: 40 * time.Second}}, smallCompany)
	r := newRun(w.request(d))
	dead = w.live(r, lines)
	w.truth(r.ID)
	if dead {
		<-time.After(time.Duration(lines%3) * 20 * time.Second) // before somebody starts it again
		if noted, err := w.journal.Run(r.ID); err != nil || noted.Ended == nil {
			w.live(r, 1<<30)
		}
	}
	end := w.noted(r.ID)
	for _, s := range end.Plan.Steps {
		if o := end.Outcomes[s.ID]; o.State != plan.Done {
			t.Errorf("step %d, %s %s, is %q: %s", s.ID, s.Call.API, s.Call.Input, o.State, o.Why)
		}
	}
	w.sawOnly(&end)
	return dead
}
