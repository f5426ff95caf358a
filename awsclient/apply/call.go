package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

const (
	// callLimit is how long a call may take, its rate and its own tries included.
	callLimit = 5 * time.Minute
	// throttles bounds how often a call that AWS did not take is made again.
	throttles = 8
	// recoveries bounds how often, a minute each, an image is tried that is to come back
	// from the bin, while its snapshots recover.
	recoveries = 30
	// undones bounds how often a call is made again that turned out not to have been made.
	undones = 1
)

// reply is what came of a step's turn.
type reply struct {
	outcome plan.Outcome
	err     *model.OpError
	called  time.Time
	fatal   error // the journal's
	none    bool  // nothing was noted and nothing called
}

// call makes a step's call, in its own time.
func (r *run) call(ctx context.Context, s *step) {
	f, err := r.filled(s)
	if err != nil {
		o := r.outcome(plan.Failed)
		o.Why, o.Kind = err.Error(), model.Invalid.String()
		s.phase = queued
		r.conclude(ending{step: s, outcome: o})
		return
	}
	r.calling++
	s.lane.calling++
	r.touch(s) // other steps of the image may see it before the answer is here
	r.spawn(func() func() {
		p := r.perform(ctx, s, f.Call)
		return func() {
			r.calling--
			s.lane.calling--
			r.replied(s, p)
		}
	})
}

// perform notes the intent, makes the call and notes what came of it. What has begun
// is brought to its end, however the run ends.
func (r *run) perform(ctx context.Context, s *step, c plan.Call) reply {
	if c.API == deleteSnapshot {
		if p, ok := r.unused(s); !ok {
			return p
		}
	}
	if err := r.note(s, r.outcome(plan.Intended)); err != nil {
		return reply{fatal: err, none: true}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	p := reply{called: time.Now()}
	answer, err := r.Cloud.Call(ctx, s.Scope, c, token(r.run.ID, s.ID), false)
	if err == nil {
		p.outcome = r.done(s, answer)
		p.fatal = r.note(s, p.outcome)
		return p
	}
	if e, ok := errors.AsType[*model.OpError](err); ok {
		p.err = e
	} else {
		p.err = &model.OpError{Op: c.API, Scope: s.Scope, Kind: model.Network, Err: fmt.Errorf("there was no answer: %w", err)}
	}
	p.outcome = r.undone(s, p.err)
	if p.outcome.Request = answer.Request; p.outcome.State != plan.Intended {
		p.fatal = r.note(s, p.outcome)
	}
	return p
}

// done is the outcome of a call that AWS has answered.
func (r *run) done(s *step, a plan.Answer) plan.Outcome {
	o := r.outcome(plan.Done)
	o.Request, o.Result = a.Request, a.Result
	if s.Follow && a.Result.Image != "" {
		o.State = plan.Pending
	}
	o.Why, o.Hint = kept(a.Result.Snapshots)
	return o
}

// kept says which snapshots of an image were not deleted with it. One that another
// image uses was to be kept.
func kept(codes map[string]string) (why, hint string) {
	var out []string
	for id, code := range codes {
		if code != "success" && code != "skipped" {
			out = append(out, id+" ("+code+")")
		}
	}
	if len(out) == 0 {
		return "", ""
	}
	slices.Sort(out)
	return "the image is deleted, and these snapshots of it are not: " + strings.Join(out, ", "), "delete them in the snapshots view, with the permission ec2:DeleteSnapshot"
}

// undone is the outcome of a call that failed: Intended where it may have been done
// all the same, NotRun where it is to be made again.
func (r *run) undone(s *step, e *model.OpError) plan.Outcome {
	o := r.failed(e)
	switch {
	case e.Kind == model.Network || e.Kind == model.Unknown && e.Code == "" || e.Kind == model.NotFound && takesAway(s.Call.API):
		o.State = plan.Intended
	case e.Kind == model.Expired, e.Kind == model.Throttled && s.tries.throttled < throttles, r.lags(s, e):
		o.State, o.Kind = plan.NotRun, ""
		o.Why += ": it is made again"
	}
	return o
}

// takesAway reports whether a call, made twice, does not find the second time what it
// is about.
func takesAway(api string) bool {
	return api == "ec2:DeregisterImage" || api == deleteSnapshot || strings.HasPrefix(api, "ec2:Restore")
}

// replied takes what came of a step's turn.
func (r *run) replied(s *step, p reply) {
	if p.none || p.outcome.State == plan.NotRun || p.outcome.State == plan.Failed || p.outcome.State == plan.Refused {
		r.untouch(s)
	}
	switch {
	case p.none:
		s.phase = waiting
	case p.outcome.State == plan.Intended:
		r.run.Outcomes[s.ID] = p.outcome
		r.doubt(s, p.err)
	case p.fatal != nil: // what the journal says of it is older: the next start finds out
		s.phase = waiting
	case p.outcome.State == plan.NotRun:
		r.run.Outcomes[s.ID] = p.outcome
		r.again(s, p)
	case p.outcome.State == plan.Pending:
		r.run.Outcomes[s.ID] = p.outcome
		r.follow(s)
	default:
		r.over(s, p.outcome)
	}
	if p.fatal != nil {
		r.halt(p.fatal)
	}
}

// again queues a step whose call was not made: after a while, or when its account's
// login is good again.
func (r *run) again(s *step, p reply) {
	if p.err.Kind == model.Expired {
		r.pause(accountOf(p.err, s.lane), p.called, p.err)
		r.requeue(s)
		return
	}
	s.read = time.Time{}
	s.tries.throttled++
	s.lane.later(r.entry(s), s, min(5*time.Second<<(s.tries.throttled-1), time.Minute))
}

// lags reports whether AWS refuses a step for what one before it has not brought
// about yet: the image is gone whose snapshot is to be deleted, or the snapshots are
// out of the bin that an image is made of.
func (r *run) lags(s *step, e *model.OpError) bool {
	if s.Call.API == "ec2:RestoreImageFromRecycleBin" && (len(s.After) > 0 || r.recovers(s)) {
		return e.Code == "IncorrectState" && s.tries.throttled < recoveries
	}
	return len(s.After) > 0 && s.Call.API == deleteSnapshot && e.Kind == model.InUse && s.tries.throttled < throttles
}

// recovers reports whether a snapshot of a step's image was on its way out of the bin when
// the plan was made: another run had brought it back.
func (r *run) recovers(s *step) bool {
	return slices.ContainsFunc(r.run.Plan.Targets[s.Target].Before.Snapshots, func(sn plan.Snapshot) bool { return sn.State == "recovering" })
}

// unused reads who uses a snapshot that is about to be deleted; not ok with what
// comes of it where it must not be.
func (r *run) unused(s *step) (p reply, ok bool) {
	p.called = time.Now()
	now, err := r.reread(r.lookUsers(s))
	if err == nil {
		why := r.inUse(snapshotOf(s), now)
		if why == "" {
			return p, true
		}
		p.outcome = r.outcome(plan.Refused)
		p.outcome.Why = why
		p.fatal = r.note(s, p.outcome)
		return p, false
	}
	if p.err, ok = errors.AsType[*model.OpError](err); !ok {
		p.none = true // the run ends
		return p, false
	}
	if p.outcome = r.failed(p.err); p.err.Kind == model.Expired || passing(p.err.Kind) && s.tries.throttled < throttles {
		p.outcome.State = plan.NotRun // it was not begun: there is nothing to be noted
		return p, false
	}
	p.fatal = r.note(s, p.outcome)
	return p, false
}

// inUse says why a snapshot must not be deleted; "" where nothing is in the way.
func (r *run) inUse(id string, now model.Reread) string {
	users, known := now.Users[id]
	switch {
	case slices.Contains(now.Missing, id):
		return "it is gone already"
	case !known:
		return "which images use it could not be read"
	}
	for _, image := range users {
		if _, ours := r.deleted.Load(image); !ours { // of which AWS may tell for a while
			return "the image " + image + " uses it"
		}
	}
	return ""
}
