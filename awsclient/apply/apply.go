// Package apply does what a plan says, and nothing else.
//
// Of each step: the image is read again, and where what the plan rests on has
// changed the step is refused; the intent is journalled, and only when it is on the
// disk the call is made; the outcome is journalled. What cannot be journalled is
// not done. A run that is stopped ends between two steps. One that was killed is
// found in the journal, held against AWS, and can go on or be dropped.
package apply

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Cloud is AWS as a run needs it. Errors are *model.OpError or the context's.
type Cloud interface {
	// Call makes a call once; what it may try again it tries again itself, under the
	// limits of the API. Where AWS takes a client token, the same token makes it the
	// same call. Dry asks only whether the call would be allowed, and then returns nil;
	// of an API that cannot be asked so the error is Unsupported.
	//
	// An error of Kind Network, one of Kind Unknown without a code, or the context's,
	// leaves open whether the call was made. NotFound does too: a first attempt whose
	// answer was lost may have taken away what a second one did not find. All others
	// mean that nothing was done. The answer has the request id with an error as well.
	Call(ctx context.Context, s model.Scope, c plan.Call, token string, dry bool) (plan.Answer, error)
	// Reread reads images as they are now. Its error means that nothing could be read.
	Reread(ctx context.Context, l model.Look) (model.Reread, error)
}

// Journal keeps what is done. A nil error means that it is on the disk.
type Journal interface {
	// Hold makes the run ours alone until it is released. It is not ok where another
	// copy of the program has it.
	Hold(run string) (release func() error, ok bool, err error)
	// Begin notes a run, with its whole plan.
	Begin(r *plan.Run) error
	// Note notes how a step stands.
	Note(run string, step int, o plan.Outcome) error
	// End notes that a run has ended.
	End(run string, at time.Time) error
	// Run gives a run as it was noted.
	Run(id string) (plan.Run, error)
}

// Order says how plans are done.
type Order struct {
	Cloud   Cloud
	Journal Journal
	Emit    func(plan.Event) // never called twice at once; nil tells nobody
	Canary  int              // targets whose steps are done first, before the run waits for a go; 0: all
	Now     func() time.Time // for what is journalled; nil: the clock
}

// Job is one run that goes on. It is for one call of Run or Resume; the other
// methods are for everybody, at any time.
type Job struct {
	Order
	signals signals
	telling sync.Mutex
}

// New is a job that has not begun.
func New(o Order) *Job {
	if o.Emit == nil {
		o.Emit = func(plan.Event) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Job{Order: o, signals: newSignals()}
}

// NewID names a run that begins now.
func NewID(now time.Time) string {
	var b [2]byte
	_, _ = rand.Read(b[:]) // it never fails
	return now.UTC().Format("20060102-150405-") + hex.EncodeToString(b[:])
}

// Run does a plan. What becomes of each step is told as events; a step that fails
// does not keep the others. The error is nil where no step is left, whatever became
// of them; else plan.ErrStopped, the context's, or why it could not begin or go on.
// Then what is left can be resumed.
//
// It returns when all calls that had begun have ended, which an end of ctx does not
// hasten.
func (j *Job) Run(ctx context.Context, r plan.Run) error {
	r.Outcomes = map[int]plan.Outcome{}
	return j.held(r.ID, func() error {
		if err := sound(&r.Plan); err != nil {
			return err
		}
		if err := j.Journal.Begin(&r); err != nil {
			return err
		}
		return j.goOn(ctx, r)
	})
}

// Resume goes on with a run that was interrupted: what may have been done is first
// held against AWS. Otherwise it is as Run.
func (j *Job) Resume(ctx context.Context, id string) error {
	return j.held(id, func() error {
		r, err := j.Journal.Run(id)
		switch {
		case err != nil:
			return err
		case r.Ended != nil || r.Dropped:
			return fmt.Errorf("the run %s has ended: there is nothing left to be done", id)
		case len(r.Plan.Steps) == 0 && len(r.Outcomes) > 0:
			return fmt.Errorf("the plan of the run %s is lost: look at what it did in the journal, then drop it", id)
		}
		if err := sound(&r.Plan); err != nil {
			return err
		}
		if r.Outcomes = maps.Clone(r.Outcomes); r.Outcomes == nil {
			r.Outcomes = map[int]plan.Outcome{}
		}
		return j.goOn(ctx, r)
	})
}

// errElsewhere is the error of a run that another copy of the program has.
var errElsewhere = errors.New("goes on in another copy of the program")

// held does something while the run is ours alone, and tells the end.
func (j *Job) held(id string, do func() error) error {
	release, ok, err := j.Journal.Hold(id)
	switch {
	case err != nil:
	case !ok:
		err = fmt.Errorf("the run %s %w", id, errElsewhere)
	default:
		err = do()
		if freed := release(); err == nil {
			err = freed
		}
	}
	j.tell(plan.Event{Run: id, Ended: true, Err: err})
	return err
}

func (j *Job) tell(e plan.Event) {
	j.telling.Lock()
	defer j.telling.Unlock()
	j.Emit(e)
}
