package apply_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

var errDead = errors.New("the program was killed")

// mortal is AWS and the journal as a program sees them that is killed at one of the
// moments between its deeds: after that nothing it does has any effect, and nothing
// that was on its way reaches it.
type mortal struct {
	*world
	sync.Mutex
	moment int // of the death; counted from 1, two each time that something is written or called: before and after it
	dies   context.CancelFunc
}

// pass reports whether it lives on after a moment.
func (m *mortal) pass() bool {
	m.Lock()
	defer m.Unlock()
	if m.moment--; m.moment == 0 {
		m.dies()
	}
	return m.moment > 0
}

func (m *mortal) alive() bool {
	m.Lock()
	defer m.Unlock()
	return m.moment > 0
}

func (m *mortal) write(do func() error) error {
	if !m.pass() {
		return errDead
	}
	if err := do(); err != nil {
		return err
	}
	if !m.pass() {
		return errDead
	}
	return nil
}

func (m *mortal) Hold(run string) (func() error, bool, error) { return m.notes.Hold(run) }
func (m *mortal) Run(id string) (plan.Run, error)             { return m.notes.Run(id) }

func (m *mortal) Begin(r *plan.Run) error {
	return m.write(func() error { return m.notes.Begin(r) })
}

func (m *mortal) Note(run string, step int, o plan.Outcome) error {
	return m.write(func() error { return m.notes.Note(run, step, o) })
}

func (m *mortal) End(run string, at time.Time) error {
	return m.write(func() error { return m.notes.End(run, at) })
}

func (m *mortal) Call(ctx context.Context, s model.Scope, c plan.Call, token string, dry bool) (a plan.Answer, err error) {
	if dry {
		return m.aws.Call(ctx, s, c, token, dry)
	}
	var refused error
	err = m.write(func() error {
		a, refused = m.aws.Call(ctx, s, c, token, false)
		return nil
	})
	if err == nil {
		err = refused
	}
	return a, err
}

func (m *mortal) Reread(ctx context.Context, l model.Look) (model.Reread, error) {
	r, err := m.aws.Reread(ctx, l)
	if !m.alive() {
		return model.Reread{}, errDead
	}
	return r, err
}

// liveUntil goes on with the run, from its beginning or not, until a moment. It
// reports whether it was killed.
func (w *world) liveUntil(moment int) bool {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	m := &mortal{world: w, moment: moment, dies: cancel}
	w.order.Cloud, w.order.Journal = m, m
	defer func() { w.order.Cloud, w.order.Journal = nil, nil }()
	w.events = nil
	var err error
	if _, begun := w.notes.runs[w.run.ID]; begun {
		err = w.resume(ctx)
	} else {
		w.notes.held[w.run.ID] = false
		err = w.start(ctx)
	}
	if m.alive() && err != nil {
		w.t.Fatal(err)
	}
	return !m.alive()
}

// Killed before and after each line of the journal and each call, for every kind of
// step: the next start tells the truth about each step and does the rest, and no call
// is made twice. AWS tells late of what was done.
func TestKilledAtEveryMoment(t *testing.T) {
	for _, lag := range []time.Duration{0, 20 * time.Second} {
		for moment := 1; ; moment++ {
			finished := false
			t.Run(fmt.Sprintf("lag %s moment %d", lag, moment), func(t *testing.T) {
				in(t, func(t *testing.T, w *world) {
					w.aws.lag = lag
					everything(w)
					finished = !w.liveUntil(moment)
					w.truth()
					if !w.ended() {
						w.liveUntil(1 << 30)
					}
					w.wantStates(all(kinds, plan.Done)...)
					w.onceEach()
					w.agree()
				})
			})
			if finished || t.Failed() {
				break
			}
		}
	}
}

func (w *world) ended() bool {
	r := w.notes.runs[w.run.ID]
	return r != nil && r.Ended != nil
}

// truth holds the journal of a run that was killed against AWS: what it calls done
// is, and of what it does not tell nothing was.
func (w *world) truth() {
	w.t.Helper()
	r, err := w.notes.Run(w.run.ID)
	if err != nil {
		return // it had not begun
	}
	for _, s := range r.Plan.Steps {
		what := subject(s.Call)
		switch o, did := r.Outcomes[s.ID], w.aws.did[what] > 0; {
		case o.State == plan.Done && !did && s.Call.API != "ec2:ModifyImageAttribute": // of what another step made
			w.t.Errorf("step %d is done, and AWS did not see %s", s.ID, what)
		case did && (o.State == "" || o.State == plan.NotRun || o.State == plan.Refused):
			w.t.Errorf("step %d is %q, and AWS did %s", s.ID, o.State, what)
		}
	}
}

// onceEach checks that no call came twice. That of a snapshot may be refused while
// AWS has not seen that its image is gone.
func (w *world) onceEach() {
	w.t.Helper()
	for what, n := range w.aws.seen {
		if n > 1 && (w.aws.lag == 0 || w.aws.did[what] != 1) {
			w.t.Errorf("%s came %d times", what, n)
		}
	}
	for what, n := range w.aws.did {
		if n > 1 {
			w.t.Errorf("%s was done %d times", what, n)
		}
	}
}

// seedOf is where a campaign begins.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	s := os.Getenv("AMISCOPE_SEED")
	if s == "" {
		return 1
	}
	n, err := strconv.ParseUint(s, 10, 32)
	must(t, err)
	return n << 32
}

// Plans at random, killed at random again and again, on an AWS that throttles, loses
// answers and tells late: at the end every step is done once, or failed for a reason,
// and the journal, what was told and AWS agree.
func TestKilledAtRandom(t *testing.T) {
	runs := uint64(50)
	if os.Getenv("AMISCOPE_CAMPAIGN") != "" {
		runs = 1000
	}
	first := seedOf(t)
	killed := 0
	for seed := first; seed < first+runs && !t.Failed(); seed++ {
		in(t, func(t *testing.T, w *world) {
			rng := rand.New(rand.NewPCG(seed, 7))
			w.random(rng)
			deaths := rng.IntN(5)
			for range deaths {
				if w.ended() || !w.liveUntil(1+rng.IntN(8*len(w.run.Plan.Steps))) {
					break
				}
				killed++
				w.truth()
				<-time.After(time.Duration(rng.IntN(60)) * time.Second)
			}
			if !w.ended() {
				w.aws.before, w.aws.after = nil, nil
				w.liveUntil(1 << 30)
			}
			w.settledAt(seed)
		})
	}
	t.Logf("%d runs from seed %d, killed %d times", runs, first, killed)
	if killed < int(runs)/2 {
		t.Errorf("%d runs were killed %d times only", runs, killed)
	}
}

// random makes an AWS and a plan for it.
func (w *world) random(rng *rand.Rand) {
	w.aws.lag = time.Duration(rng.IntN(20)) * time.Second
	w.aws.latency = time.Duration(1+rng.IntN(500)) * time.Millisecond
	scopes := []model.Scope{here, there, {Account: here.Account, Region: there.Region}}
	for i := range 1 + rng.IntN(12) {
		s, to := scopes[rng.IntN(len(scopes))], scopes[rng.IntN(len(scopes))]
		id := fmt.Sprintf("ami-%d", i)
		switch rng.IntN(6) {
		case 0:
			w.remove(s, id, "snap-"+id, "snap2-"+id)
		case 1:
			w.removeWhole(s, id, "snap-"+id)
		case 2:
			w.disable(s, id)
		case 3:
			w.duplicate(s, to, id)
		case 4:
			w.restore(s, id, "snap-"+id)
		default:
			w.aws.add(s, id)
			w.tag(s, id, "CreateTags")
		}
	}
	trouble := func(share float64, kinds ...model.ErrorKind) func(model.Scope, plan.Call) error {
		return func(s model.Scope, c plan.Call) error {
			if rng.Float64() < share && !isDry(c) {
				return opErr(s, c, kinds[rng.IntN(len(kinds))], "")
			}
			return nil
		}
	}
	w.aws.before = trouble(0.1*rng.Float64(), model.Throttled, model.Network)
	w.aws.after = trouble(0.1*rng.Float64(), model.Network)
}

// settledAt checks a run that has come to its end.
func (w *world) settledAt(seed uint64) {
	w.t.Helper()
	for i, s := range w.states() {
		if s != plan.Done && s != plan.Failed && s != plan.NotRun {
			w.t.Errorf("step %d is %q", i+1, s)
		}
	}
	if !w.ended() {
		w.t.Error("the run has not ended")
	}
	w.agree()
	if w.t.Failed() {
		w.t.Logf("seed %d; journal:\n%q", seed, w.notes.lines)
	}
}
