package plan

import (
	"errors"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Run is a plan that was confirmed, and how far it was done.
type Run struct {
	ID       string          `json:"id"` // sorts by time: 20261126-101512-3f9a
	At       time.Time       `json:"at"`
	Who      string          `json:"who"` // the user of this machine
	Plan     Plan            `json:"plan"`
	Outcomes map[int]Outcome `json:"outcomes"` // by step; none: it was not begun
	Ended    *time.Time      `json:"ended,omitempty"`
	Dropped  bool            `json:"dropped,omitempty"` // it was interrupted, and somebody decided not to go on
}

// State is how a step stands.
type State string

// The states. NotRun is what was never begun and will not be: Why says why.
const (
	Intended State = "intended" // it is being done, or was when the program ended: nobody knows
	Pending  State = "pending"  // AWS has taken it on, and is not done
	Done     State = "done"
	Failed   State = "failed"
	Refused  State = "refused" // what it rests on has changed since it was planned
	NotRun   State = "not run" // it was stopped before, or a step that must come first was not done
	Unclear  State = "unknown" // whether it was done could not be found out
)

// Outcome is what became of a step.
type Outcome struct {
	State   State     `json:"state"`
	At      time.Time `json:"at"`
	Request string    `json:"request,omitempty"` // AWS's request id
	Result  Result    `json:"result"`
	Why     string    `json:"why,omitempty"`  // of what is not Done
	Hint    string    `json:"hint,omitempty"` // what to do about it
	Kind    string    `json:"kind,omitempty"` // model.ErrorKind's word, of Failed
}

// Result is what a call gave.
type Result struct {
	Image     string            `json:"image,omitempty"`     // a new one
	Snapshots map[string]string `json:"snapshots,omitempty"` // return code of each that was to be deleted with its image: success, skipped, missing-permissions, ...
}

// Answer is what AWS says to a call that it has done or taken on.
type Answer struct {
	Request string // AWS's request id
	Result  Result
}

// Open reports whether a step may yet change.
func (s State) Open() bool { return s == Intended || s == Pending }

// Interrupted lists the steps of a run that has not ended whose end nobody knows, and
// those that were never begun. Of a run that goes on that is how far it is.
func (r *Run) Interrupted() (unclear, unbegun []int) {
	if r.Ended != nil || r.Dropped {
		return nil, nil
	}
	if len(r.Plan.Steps) == 0 { // its plan is lost
		for id, o := range r.Outcomes {
			if o.State.Open() || o.State == Unclear {
				unclear = append(unclear, id)
			}
		}
		slices.Sort(unclear)
	}
	for _, s := range r.Plan.Steps {
		switch o, begun := r.Outcomes[s.ID]; {
		case !begun, o.State == NotRun: // what held it up may be gone
			unbegun = append(unbegun, s.ID)
		case o.State.Open() || o.State == Unclear:
			unclear = append(unclear, s.ID)
		}
	}
	return unclear, unbegun
}

// Event is something that a run tells while it goes on. The last one has Ended.
//
// Err of a step says why its outcome, which is told, could not be noted. With Paused it
// is the *model.OpError whose Login mends it. With Ended it is ErrStopped, the context's
// error, or why the run could not begin or go on; nil where no step is left.
type Event struct {
	Run     string
	Step    int // 0: of the run itself
	Outcome Outcome
	Image   *model.ImageKey // that the step was about
	Ended   bool            // nothing comes behind; Err says why something may be left to be done
	Waiting bool            // the first targets are done: the others wait for a go
	Paused  string          // why steps of an account wait: its login has expired; "": they go on
	Account string          // of Paused
	Err     error
}

// ErrStopped ends a run that somebody stopped. The rest of it can be resumed.
var ErrStopped = errors.New("the run was stopped; what is left of it can be resumed or dropped")
