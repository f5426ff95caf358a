package apply

import (
	"fmt"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model/plan"
)

// sound refuses a plan whose steps cannot be done one after the other: one that was
// altered by hand.
func sound(p *plan.Plan) error {
	before := map[int]bool{}
	for _, s := range p.Steps {
		if before[s.ID] || s.Target < 0 || s.Target >= len(p.Targets) || slices.ContainsFunc(s.After, func(id int) bool { return !before[id] }) {
			return fmt.Errorf("step %d of the plan does not fit the others: make the plan again", s.ID)
		}
		before[s.ID] = true
	}
	return nil
}

// lineUp makes steps of the plan's and puts each where it stands.
func (r *run) lineUp() {
	byID := map[int]*step{}
	for _, s := range r.run.Plan.Steps {
		l := r.lanes[s.Scope]
		if l == nil {
			l = &lane{scope: s.Scope, batch: readAtOnce}
			r.lanes[s.Scope] = l
		}
		byID[s.ID] = &step{Step: s, lane: l, image: r.run.Plan.Targets[s.Target].Image}
		r.steps = append(r.steps, byID[s.ID])
	}
	r.canary.until = r.lastOfFirst()
	for _, s := range r.steps {
		for _, id := range s.After {
			if byID[id].next = append(byID[id].next, s); r.run.Outcomes[id].State != plan.Done {
				s.needs++
			}
		}
		r.count(s)
	}
	if r.canary.open == 0 {
		r.canary.until = -1
	}
	r.listAsks()
	for _, s := range r.steps {
		r.place(s)
	}
}

// lastOfFirst is the target up to which the first ones reach; -1 where all do. No step
// waits for one of a later target, wherever it stands in the plan.
func (r *run) lastOfFirst() int {
	var targets []int
	for _, s := range r.steps {
		targets = append(targets, s.Target)
	}
	slices.Sort(targets)
	if targets = slices.Compact(targets); r.Canary <= 0 || len(targets) <= r.Canary {
		return -1
	}
	return targets[r.Canary]
}

// first reports whether a step is of the first targets.
func (r *run) first(s *step) bool { return r.canary.until < 0 || s.Target < r.canary.until }

// final reports whether a step is let alone that stands so.
func final(s plan.State) bool { return s == plan.Done || s == plan.Failed || s == plan.Refused }

// count takes account of how a step stands.
func (r *run) count(s *step) {
	o, noted := r.run.Outcomes[s.ID]
	if noted && o.State != plan.NotRun {
		r.touch(s)
	}
	if final(o.State) {
		s.phase = over
		r.noteDeleted(s, o)
		return
	}
	s.lane.open++
	if r.first(s) {
		r.canary.open++
	}
}

// noteDeleted remembers an image that is gone, whatever AWS tells of it.
func (r *run) noteDeleted(s *step, o plan.Outcome) {
	if o.State == plan.Done && s.Call.API == "ec2:DeregisterImage" {
		r.deleted.Store(s.image.ID, true)
	}
}

// touch remembers that a step may have changed its image: what is told of that
// then is no longer what the plan was made of. A copy leaves its source alone.
func (r *run) touch(s *step) {
	if s.Call.API != "ec2:CopyImage" {
		r.touched[s.Target]++
	}
}

// untouch takes that back: nothing was done.
func (r *run) untouch(s *step) {
	if s.Call.API != "ec2:CopyImage" {
		r.touched[s.Target]--
	}
}

// place puts a step where it goes on from.
func (r *run) place(s *step) {
	o := r.run.Outcomes[s.ID]
	switch {
	case s.phase != waiting:
	case o.State == plan.Intended || o.State == plan.Unclear:
		r.doubt(s, nil)
	case o.State == plan.Pending:
		r.follow(s)
	case s.needs == 0:
		r.admit(s)
	default:
		r.skipped(s)
	}
}

// skipped ends a step that must come after one that is over and was not done.
func (r *run) skipped(s *step) {
	for _, before := range r.steps {
		if o := r.run.Outcomes[before.ID]; slices.Contains(s.After, before.ID) && before.phase == over && o.State != plan.Done {
			r.conclude(r.notRun(s, fmt.Sprintf("step %d must come first and is %q", before.ID, o.State)))
			return
		}
	}
}

// admit queues a step before which all is done.
func (r *run) admit(s *step) {
	if !r.first(s) {
		r.canary.held = append(r.canary.held, s)
		return
	}
	s.lane.put(r.entry(s), s)
}

// ending is how a step ends.
type ending struct {
	step    *step
	outcome plan.Outcome
	again   bool // it is not its end: it is queued again
}

func (r *run) notRun(s *step, why string) ending {
	o := r.outcome(plan.NotRun)
	o.Why = why
	return ending{step: s, outcome: o}
}

// conclude notes how steps end that are with no worker.
func (r *run) conclude(all ...ending) {
	all = slices.DeleteFunc(all, func(e ending) bool { return e.step.phase == over || e.step.phase == closing })
	for _, e := range all {
		e.step.phase = closing
	}
	if len(all) == 0 {
		return
	}
	r.spawn(func() func() {
		for i, e := range all {
			if err := r.note(e.step, e.outcome); err != nil {
				return func() { r.concluded(all[:i]); r.halt(err) }
			}
		}
		return func() { r.concluded(all) }
	})
}

func (r *run) concluded(all []ending) {
	for _, e := range all {
		switch r.run.Outcomes[e.step.ID] = e.outcome; {
		case e.again:
			r.requeue(e.step)
		case e.outcome.State == plan.Pending:
			r.follow(e.step)
		default:
			r.over(e.step, e.outcome)
		}
	}
}

// requeue lets a step begin again.
func (r *run) requeue(s *step) {
	s.read = time.Time{}
	s.lane.put(r.entry(s), s)
}

// entry is the queue in which a step begins.
func (r *run) entry(s *step) *[]*step {
	if _, reads := r.lookBefore(s); reads {
		return &s.lane.ready
	}
	return &s.lane.checked
}

// over ends a step whose outcome is noted, and lets those go on that waited for it.
func (r *run) over(s *step, o plan.Outcome) {
	r.run.Outcomes[s.ID] = o
	s.phase = over
	s.lane.open--
	r.noteDeleted(s, o)
	for _, n := range s.next {
		if n.phase != waiting {
			continue
		}
		if o.State != plan.Done {
			r.conclude(r.notRun(n, fmt.Sprintf("step %d must come first and is %q", s.ID, o.State)))
		} else if n.needs--; n.needs == 0 {
			r.admit(n)
		}
	}
	if r.first(s) && r.canary.until >= 0 {
		if r.canary.open--; r.canary.open == 0 && r.left() > 0 {
			r.canary.told = true
			r.tell(plan.Event{Run: r.run.ID, Waiting: true})
		}
	}
}
