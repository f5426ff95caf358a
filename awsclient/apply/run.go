package apply

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// run is a job that goes on. One goroutine, that of loop, has all of its state.
// What waits (for AWS, for the disk) is done by others, which hand back what is to
// be done with what came of it.
type run struct {
	*Job
	run      *plan.Run       // Outcomes as they were noted
	reads    context.Context // of what only reads: it ends as soon as no step is to be begun
	forget   context.CancelFunc
	steps    []*step // in the plan's order
	lanes    map[model.Scope]*lane
	accounts map[string]*account
	touched  map[int]int // by target: calls of ours that may have changed it
	deleted  sync.Map    // images that are gone by our doing, by id
	asks     asks
	canary   canary
	crew     crew
	calling  int   // calls
	err      error // why no further step is begun
}

// crew are the goroutines that wait for something.
type crew struct {
	back  chan func() // what is to be done with what came of it
	group sync.WaitGroup
	busy  int
}

// account is whose login may expire.
type account struct {
	paused  bool
	renewed time.Time
}

// canary holds the targets back that are not among the first ones.
type canary struct {
	open  int     // steps of the first ones that are not over
	held  []*step // the others', as far as nothing else is in their way
	until int     // targets before this one are the first; -1: all are
	told  bool
}

// goOn does what is left of a run, from its beginning or from anywhere.
func (j *Job) goOn(ctx context.Context, told plan.Run) error {
	r := &run{
		Job: j, run: &told, lanes: map[model.Scope]*lane{}, accounts: map[string]*account{}, touched: map[int]int{}, crew: crew{back: make(chan func())},
	}
	r.reads, r.forget = context.WithCancel(ctx)
	defer r.forget()
	r.lineUp()
	r.loop(ctx)
	r.crew.group.Wait()
	return r.ended()
}

// ended notes the end of a run of which no step is left.
func (r *run) ended() error {
	left, unclear := 0, 0
	for _, s := range r.steps {
		if s.phase != over {
			left++
		} else if r.run.Outcomes[s.ID].State == plan.Unclear {
			unclear++
		}
	}
	switch {
	case r.err != nil && left > 0:
		return r.err
	case unclear > 0:
		return fmt.Errorf("whether %d steps were done could not be found out: resume the run to ask AWS again, or drop it", unclear)
	}
	return r.Journal.End(r.run.ID, r.Now().UTC())
}

// loop begins what can be begun and takes what comes back, until nothing is left or
// nothing more is to be begun.
func (r *run) loop(ctx context.Context) {
	done := ctx.Done()
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		next := r.drive(ctx)
		if r.crew.busy == 0 && (r.err != nil || r.left() == 0) {
			return
		}
		alarm.Reset(next)
		select {
		case do := <-r.crew.back:
			r.crew.busy--
			do()
		case <-r.signals.wake:
			r.heed()
		case <-done:
			done = nil
			r.halt(ctx.Err())
		case <-alarm.C:
		}
	}
}

// left is how many steps are not over.
func (r *run) left() (n int) {
	for _, l := range r.lanes {
		n += l.open
	}
	return n
}

// spawn lets do wait for something apart from the loop. What it returns is done by
// the loop.
func (r *run) spawn(do func() func()) {
	r.crew.busy++
	r.crew.group.Go(func() { r.crew.back <- do() })
}

// halt keeps further steps from being begun.
func (r *run) halt(err error) {
	if r.err == nil || errors.Is(r.err, plan.ErrStopped) {
		r.err = err
	}
	r.forget()
}

// heed does what people want.
func (r *run) heed() {
	stop, proceed, renewed := r.signals.take()
	if stop {
		r.halt(plan.ErrStopped)
	}
	if proceed {
		r.proceed()
	}
	for _, id := range renewed {
		a := r.account(id)
		a.renewed = time.Now()
		if a.paused {
			a.paused = false
			r.tell(plan.Event{Run: r.run.ID, Account: id})
		}
	}
}

func (r *run) account(id string) *account {
	if r.accounts[id] == nil {
		r.accounts[id] = &account{}
	}
	return r.accounts[id]
}

// pause keeps the steps of an account back until its login is renewed, unless that
// has been done since the call that found it expired was made.
func (r *run) pause(id string, called time.Time, err *model.OpError) {
	a := r.account(id)
	if a.paused || a.renewed.After(called) {
		return
	}
	a.paused = true
	r.tell(plan.Event{Run: r.run.ID, Account: id, Paused: err.Hint(), Err: err})
}

// proceed lets the targets behind the first ones be done.
func (r *run) proceed() {
	if r.canary.until < 0 {
		return
	}
	r.canary.until = -1
	if r.canary.told {
		r.tell(plan.Event{Run: r.run.ID})
	}
	for _, s := range r.canary.held {
		if s.phase == waiting {
			r.admit(s)
		}
	}
	r.canary.held = nil
}

// note writes how a step stands, and tells it. What could not be written ends the
// run; it is told all the same, with the reason.
func (r *run) note(s *step, o plan.Outcome) error {
	err := r.Journal.Note(r.run.ID, s.ID, o)
	r.tell(plan.Event{Run: r.run.ID, Step: s.ID, Outcome: o, Image: &s.image, Err: err})
	return err
}

// outcome begins one.
func (r *run) outcome(s plan.State) plan.Outcome {
	return plan.Outcome{State: s, At: r.Now().UTC()}
}

// failed is the outcome of a step for an error that means that nothing was done.
func (r *run) failed(err *model.OpError) plan.Outcome {
	o := r.outcome(plan.Failed)
	o.Why, o.Hint, o.Kind = err.Err.Error(), err.Hint(), err.Kind.String()
	return o
}
