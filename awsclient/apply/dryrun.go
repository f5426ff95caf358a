package apply

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// ask is the question whether some calls of a scope would be allowed. It is asked
// of one of them.
type ask struct {
	lane    *lane
	steps   []*step
	out     bool // it is on its way
	done    bool
	refused *model.OpError // the first call would not be allowed: the last one is asked for too
}

// asks are all that is asked before anything is done.
type asks struct {
	all []*ask
	out int
}

// listAsks makes an ask of each scope and API in which something is to be begun,
// where AWS can be asked so.
func (r *run) listAsks() {
	type key struct {
		scope model.Scope
		api   string
	}
	found := map[key]*ask{}
	for _, s := range r.steps {
		o, noted := r.run.Outcomes[s.ID]
		if noted && o.State != plan.NotRun || !strings.HasPrefix(s.Call.API, "ec2:") || placeholder().Match(s.Call.Input) {
			continue
		}
		k := key{s.Scope, s.Call.API}
		if found[k] == nil {
			found[k] = &ask{lane: s.lane}
			r.asks.all = append(r.asks.all, found[k])
			s.lane.unasked++
		}
		found[k].steps = append(found[k].steps, s)
	}
}

// ask sends what is to be asked.
func (r *run) ask() {
	for _, a := range r.asks.all {
		if a.out || a.done || r.asks.out >= callsInAll || r.account(a.lane.scope.Account).paused {
			continue
		}
		a.out = true
		r.asks.out++
		of := a.steps[0]
		if a.refused != nil {
			of = a.steps[len(a.steps)-1]
		}
		called := time.Now()
		r.spawn(func() func() {
			_, err := r.Cloud.Call(r.reads, of.Scope, of.Call, "", true)
			return func() {
				a.out = false
				r.asks.out--
				r.answered(a, called, err)
			}
		})
	}
}

// answered takes the answer to an ask. Other troubles than a denial are for the
// steps themselves to meet.
func (r *run) answered(a *ask, called time.Time, err error) {
	e, _ := errors.AsType[*model.OpError](err)
	denied := e != nil && (e.Kind == model.Denied || e.Kind == model.Closed)
	switch {
	case r.err != nil:
		return
	case e != nil && e.Kind == model.Expired:
		r.pause(a.lane.scope.Account, called, e)
		return
	case denied && a.refused == nil && len(a.steps) > 1:
		a.refused = e // it may be just this image that a policy denies
		return
	case denied:
		r.deny(a.steps, e)
	case a.refused != nil:
		r.deny(a.steps[:1], a.refused)
	}
	a.done = true
	a.lane.unasked--
}

// deny ends steps that are not allowed, and those that are of no use without them:
// what must be done before.
func (r *run) deny(steps []*step, err *model.OpError) {
	var out []ending
	useless := map[int]int{}
	for _, s := range steps {
		out = append(out, ending{step: s, outcome: r.failed(err)})
		for _, id := range s.After {
			useless[id] = s.ID
		}
	}
	for _, s := range slices.Backward(r.steps) {
		denied, of := useless[s.ID]
		if !of {
			continue
		}
		out = append(out, r.notRun(s, fmt.Sprintf("step %d, for which it is done, is not allowed", denied)))
		for _, id := range s.After {
			useless[id] = denied
		}
	}
	r.conclude(out...)
}
