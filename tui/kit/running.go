package kit

import (
	"cmp"
	"errors"
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Deeds is what screens know of changing AWS.
type Deeds struct {
	Why        string // why there can be no change at all; "" where there can
	Unrecalled string // why the journal could not be read; "" where it could
	ReadOnly   string // why one may be reviewed but not applied; "" where it may be
	Setting    func(model.Inventory) plan.Setting
	Past       *plan.Past // what the journal told when it was read last, by image; nil: nothing yet
	Told       int        // changes with the inventory
	Weighed    int        // Told of the inventory that the verdicts and estimates are of
	Dropped    int        // changes with each run that is dropped
	Runs       []*Running // of this session, and those that were interrupted, the newest first
}

// Running is a run as it goes on: what it has told, counted. The root alone
// changes it.
type Running struct {
	plan.Run
	Number      int             // in this session
	Scopes      []ScopeCount    // in order
	All         StepCount       // of all scopes
	Failures    []int           // steps that failed, were refused or are unclear, in the order of telling
	Waiting     map[string]Wait // accounts whose steps wait
	First       int             // targets that are done before it waits for a go; 0: it does not
	Held        bool            // they are, and it waits
	Stopping    bool            // it was asked to stop
	Over        bool            // nothing more will be told
	Interrupted bool            // an earlier program did not end it
	Err         error           // why it could not begin or go on
	Changed     int             // changes with each event
}

// Wait is why the steps of an account wait, and the login that mends it.
type Wait struct {
	Why   string
	Login model.Login
}

// ScopeCount counts the steps of a scope.
type ScopeCount struct {
	Scope model.Scope
	StepCount
}

// StepCount is how many steps stand how.
type StepCount struct{ Of, Done, Pending, Failed, NotRun int }

// Settled is how many steps have come to an end.
func (c StepCount) Settled() int { return c.Done + c.Failed + c.NotRun }

// NewRunning counts a run.
func NewRunning(run plan.Run) *Running {
	r := &Running{Run: run, Waiting: map[string]Wait{}}
	outcomes := run.Outcomes
	r.Outcomes = make(map[int]plan.Outcome, len(run.Plan.Steps))
	for i := range run.Plan.Steps {
		s := &run.Plan.Steps[i]
		r.scope(s.Scope).Of++
		r.All.Of++
		if o, ok := outcomes[s.ID]; ok {
			r.outcome(s, o)
		}
	}
	return r
}

// Live reports whether the run goes on.
func (r *Running) Live() bool { return !r.Over && !r.Interrupted }

// Left reports whether something of the run is left that can be resumed or dropped.
func (r *Running) Left() bool { return r.Interrupted || r.Over && r.Err != nil && r.ID != "" }

// Tell takes what the run tells.
func (r *Running) Tell(e plan.Event) {
	r.Changed++
	r.ID = cmp.Or(r.ID, e.Run)
	r.Held = r.Held || e.Waiting
	if e.Account != "" {
		r.wait(e)
	} else if e.Err != nil {
		r.Err = e.Err
	}
	if s, ok := r.Step(e.Step); ok {
		r.outcome(s, e.Outcome)
	}
	if e.Ended {
		r.Over, r.Waiting = true, nil
		r.First, r.Held = 0, false
	}
}

// GoOn notes that it does not wait any more.
func (r *Running) GoOn() {
	r.First, r.Held = 0, false
	r.Changed++
}

// Others is how many targets nothing was begun of.
func (r *Running) Others() int {
	begun, all := map[int]bool{}, map[int]bool{}
	for i := range r.Plan.Steps {
		s := &r.Plan.Steps[i]
		if all[s.Target] = true; r.Outcomes[s.ID].State != "" {
			begun[s.Target] = true
		}
	}
	return len(all) - len(begun)
}

// wait notes that an account waits, or goes on.
func (r *Running) wait(e plan.Event) {
	if e.Paused == "" {
		delete(r.Waiting, e.Account)
		return
	}
	w := Wait{Why: e.Paused}
	var err *model.OpError
	if errors.As(e.Err, &err) {
		w.Login = err.Login
	}
	r.Waiting[e.Account] = w
}

// Step is a step by its number.
func (r *Running) Step(id int) (*plan.Step, bool) {
	steps := r.Plan.Steps
	if id >= 1 && id <= len(steps) && steps[id-1].ID == id {
		return &steps[id-1], true
	}
	i := slices.IndexFunc(steps, func(s plan.Step) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return &steps[i], true
}

// outcome moves a step from how it stood to how it stands.
func (r *Running) outcome(s *plan.Step, o plan.Outcome) {
	of := r.scope(s.Scope)
	if was, ok := r.Outcomes[s.ID]; ok {
		of.add(was.State, -1)
		r.All.add(was.State, -1)
		if failed(was.State) {
			r.Failures = slices.DeleteFunc(r.Failures, func(id int) bool { return id == s.ID })
		}
	}
	r.Outcomes[s.ID] = o
	of.add(o.State, 1)
	r.All.add(o.State, 1)
	if failed(o.State) {
		r.Failures = append(r.Failures, s.ID)
	}
}

func failed(s plan.State) bool { return s == plan.Failed || s == plan.Refused || s == plan.Unclear }

func (c *StepCount) add(s plan.State, n int) {
	switch s {
	case plan.Intended, plan.Pending:
		c.Pending += n
	case plan.Done:
		c.Done += n
	case plan.Failed, plan.Refused, plan.Unclear:
		c.Failed += n
	case plan.NotRun:
		c.NotRun += n
	}
}

func (r *Running) scope(s model.Scope) *StepCount {
	i, ok := slices.BinarySearchFunc(r.Scopes, s, func(c ScopeCount, s model.Scope) int { return c.Scope.Compare(s) })
	if !ok {
		r.Scopes = slices.Insert(r.Scopes, i, ScopeCount{Scope: s})
	}
	return &r.Scopes[i].StepCount
}
