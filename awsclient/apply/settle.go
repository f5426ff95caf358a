package apply

import (
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

const (
	// consistency is how long AWS may still tell of things as they were before a call.
	// Until then, that a call seems not to have been made proves nothing.
	consistency = 30 * time.Second
	// unsettled bounds how often it is asked what nothing that can be read tells.
	unsettled = 5
)

// doubt lets a step be held against AWS whose call may have been made: err is why
// that is not known, nil for that the program ended.
func (r *run) doubt(s *step, err *model.OpError) {
	s.failed, s.since, s.tries.settled = err, time.Now(), 0
	if err == nil {
		s.lane.put(&s.lane.doubted, s)
	} else {
		s.lane.later(&s.lane.doubted, s, time.Second)
	}
}

// settle holds the next steps in doubt against AWS.
func (r *run) settle(l *lane) {
	look, steps := r.batch(l, &l.doubted, r.lookAfter)
	if len(steps) == 0 {
		return
	}
	l.settling = true
	start := time.Now()
	calls := make([]plan.Step, len(steps))
	for i, s := range steps {
		calls[i], _ = r.filled(s) // what is missing makes it unclear
	}
	r.spawn(func() func() {
		now, err := r.reread(look)
		answers := make([]plan.Outcome, len(steps))
		if err == nil {
			for i, c := range calls {
				answers[i] = plan.Settled(c, r.run.Plan.Targets[c.Target], now)
			}
		}
		return func() {
			l.settling = false
			l.adapt(time.Since(start))
			if err != nil {
				r.unread(&l.doubted, steps, start, err, r.unclear)
				return
			}
			for i, s := range steps {
				r.settled(s, answers[i])
			}
		}
	})
}

// settled takes what AWS tells of a step in doubt.
func (r *run) settled(s *step, o plan.Outcome) {
	s.tries.unread = 0
	s.tries.settled++
	wait := min(time.Second<<s.tries.settled, consistency/4)
	switch {
	case o.State == plan.Done || o.State == plan.Pending || o.State == plan.Failed:
		o.At = r.Now().UTC()
		r.conclude(ending{step: s, outcome: o})
	case o.State == plan.NotRun && !r.longAgo(s):
		s.lane.later(&s.lane.doubted, s, wait)
	case o.State == plan.NotRun:
		r.wasNotDone(s)
	case s.tries.settled < unsettled:
		s.lane.later(&s.lane.doubted, s, wait)
	default:
		r.conclude(r.unclear(s, s.failed))
	}
}

// longAgo reports whether the call of a step in doubt would show by now.
func (r *run) longAgo(s *step) bool {
	if time.Since(s.since) >= consistency {
		return true
	}
	o := r.run.Outcomes[s.ID]
	return s.failed == nil && o.State == plan.Intended && r.Now().Sub(o.At) >= consistency
}

// wasNotDone takes a step whose call was not made: it is made again, but not again
// and again.
func (r *run) wasNotDone(s *step) {
	r.untouch(s)
	if s.failed == nil {
		e := r.notRun(s, "it was not done when the program ended: it is done now")
		e.again = true
		r.conclude(e)
		return
	}
	if s.tries.undone++; s.tries.undone > undones {
		r.conclude(ending{step: s, outcome: r.failed(s.failed)})
		return
	}
	e := r.notRun(s, s.failed.Err.Error()+": it was not done, and is done again")
	e.again = true
	r.conclude(e)
}

// unclear ends a step of which nobody can tell whether it was done.
func (r *run) unclear(s *step, err *model.OpError) ending {
	o := r.outcome(plan.Unclear)
	if err == nil {
		o.Why, o.Hint = "nothing that AWS tells says whether it was done before the program ended", "look at the image"
	} else {
		o = r.failed(err)
		o.State, o.Why = plan.Unclear, "whether it was done could not be found out: "+o.Why
	}
	return ending{step: s, outcome: o}
}
