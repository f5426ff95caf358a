package apply

import (
	"errors"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// rereads bounds how often what could not be read is asked for again.
const rereads = 6

// batch takes the next steps of a queue whose facts one rereading can tell.
func (r *run) batch(l *lane, queue *[]*step, look func(*step) model.Look) (model.Look, []*step) {
	var all model.Look
	steps := pick(queue, l.batch, func(s *step) bool {
		one := look(s)
		if r.account(one.Scope.Account).paused || all.Scope != (model.Scope{}) && one.Scope != all.Scope {
			return false
		}
		all = together(one, all)
		all.Scope = one.Scope
		return true
	})
	return all, steps
}

// check reads the next steps' images again. Where what a step rests on has changed
// it is refused.
func (r *run) check(l *lane) {
	look, steps := r.batch(l, &l.ready, func(s *step) model.Look {
		look, _ := r.lookBefore(s)
		return look
	})
	if len(steps) == 0 {
		return
	}
	l.reading = true
	start := time.Now()
	r.spawn(func() func() {
		now, err := r.reread(look)
		changed := make([][]string, len(steps))
		if err == nil {
			for i, s := range steps {
				changed[i] = plan.Against(&r.run.Plan, s.Step, now)
			}
		}
		return func() {
			l.reading = false
			l.adapt(time.Since(start))
			if err != nil {
				r.unread(&l.ready, steps, start, err, func(s *step, e *model.OpError) ending { return ending{step: s, outcome: r.failed(e)} })
				return
			}
			for i, s := range steps {
				r.checked(s, changed[i], start, len(steps))
			}
		}
	})
}

// checked takes a step whose image was read again, together with others.
func (r *run) checked(s *step, changed []string, at time.Time, together int) {
	s.tries.unread = 0
	if len(changed) > 0 && r.touched[s.Target] == 0 { // else it is we who changed it
		o := r.outcome(plan.Refused)
		o.Why, o.Hint = strings.Join(changed, "; "), "look at it, and plan it anew"
		r.conclude(ending{step: s, outcome: o})
		return
	}
	if s.read = at; together == 1 {
		s.read = time.Now() // it cannot be read any fresher
	}
	s.lane.put(&s.lane.checked, s)
}

// adapt makes rereadings smaller that take so long that what they tell is old when
// they end, and larger again when they are quick.
func (l *lane) adapt(took time.Duration) {
	switch {
	case took > freshness/2:
		l.batch = max(1, l.batch/2)
	case took < freshness/4:
		l.batch = min(readAtOnce, 2*l.batch)
	}
}

// reread reads again. What could not be read for a reason that passes is an error.
func (r *run) reread(l model.Look) (model.Reread, error) {
	now, err := r.Cloud.Reread(r.reads, l)
	if err != nil {
		return now, err
	}
	for _, e := range now.Errors {
		if e.Kind == model.Expired || passing(e.Kind) {
			return now, e
		}
	}
	return now, nil
}

// passing reports whether trouble may be over in a while.
func passing(k model.ErrorKind) bool { return k == model.Throttled || k == model.Network }

// unread takes steps about which nothing could be read: they are tried again, or end.
func (r *run) unread(queue *[]*step, steps []*step, called time.Time, err error, end func(*step, *model.OpError) ending) {
	l := steps[0].lane
	e, ok := errors.AsType[*model.OpError](err)
	switch {
	case r.err != nil || r.reads.Err() != nil: // nothing goes on
		l.back(queue, steps)
		return
	case !ok:
		e = &model.OpError{Scope: l.scope, Kind: model.Unknown, Err: err}
	case e.Kind == model.Expired:
		r.pause(accountOf(e, l), called, e)
		l.back(queue, steps)
		return
	}
	var ends []ending
	for _, s := range steps {
		if s.tries.unread++; passing(e.Kind) && s.tries.unread < rereads {
			l.later(queue, s, time.Second<<s.tries.unread)
		} else {
			ends = append(ends, end(s, e))
		}
	}
	r.conclude(ends...)
}

// accountOf is whose login has expired.
func accountOf(e *model.OpError, l *lane) string {
	if e.Scope.Account != "" {
		return e.Scope.Account
	}
	return l.scope.Account
}
