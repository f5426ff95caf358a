package apply

import (
	"errors"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

const (
	// firstLook is when a new image is looked at first; then less and less often.
	firstLook, lastLook = 5 * time.Second, 30 * time.Second
	// unlisted is for how long a new image may not be listed yet.
	unlisted = 10 * time.Minute
	// lookedAtOnce is how many images one rereading looks at.
	lookedAtOnce = 100
)

// follow looks after an image that AWS has begun to make, until it is made.
func (r *run) follow(s *step) {
	s.since, s.tries.polls, s.tries.unread = time.Now(), 0, 0
	s.lane.making++
	s.lane.later(&s.lane.made, s, firstLook)
}

// interval is the time until the next look.
func (s *step) interval() time.Duration {
	d := firstLook
	for range min(s.tries.polls, 8) {
		d += d / 2
	}
	return min(d, lastLook)
}

// look looks after what is being made in a scope.
func (r *run) look(l *lane) {
	steps := pick(&l.made, lookedAtOnce, func(*step) bool { return true })
	if len(steps) == 0 {
		return
	}
	look := model.Look{Scope: l.scope}
	for _, s := range steps {
		look.Images = append(look.Images, r.run.Outcomes[s.ID].Result.Image)
	}
	l.looking = true
	start := time.Now()
	r.spawn(func() func() {
		now, err := r.reread(look)
		return func() {
			l.looking = false
			if err != nil {
				r.unseen(l, steps, start, err)
				return
			}
			for i, s := range steps {
				r.seen(s, look.Images[i], now)
			}
		}
	})
}

// seen takes how an image is that is being made.
func (r *run) seen(s *step, id string, now model.Reread) {
	s.tries.polls++
	s.tries.unread = 0
	o := r.outcome(plan.Failed)
	o.Request, o.Result = r.run.Outcomes[s.ID].Request, r.run.Outcomes[s.ID].Result
	i := slices.IndexFunc(now.Images, func(im *model.Image) bool { return im.ID == id })
	state := plan.Gone
	if i >= 0 {
		state = now.Images[i].State
	}
	switch state {
	case "available", "disabled":
		o.State = plan.Done
	case "failed", "error", "invalid", "deregistered":
		o.Why, o.Hint = "AWS could not make the image "+id+reasonOf(now.Images[i]), "mend that and copy it again; what is left of the image can be deleted"
	case plan.Gone:
		if time.Since(s.since) >= unlisted {
			o.Why, o.Hint = "the image "+id+" is not there any more", "look in CloudTrail who has deleted it"
		}
	}
	if o.State != plan.Done && o.Why == "" {
		s.lane.later(&s.lane.made, s, s.interval())
		return
	}
	s.lane.making--
	r.conclude(ending{step: s, outcome: o})
}

func reasonOf(im *model.Image) string {
	if im.Detail != nil {
		if reason := im.Detail.Traits.Value().StateReason; reason != "" {
			return ": " + reason
		}
	}
	return ", and does not say why"
}

// unseen takes images that could not be looked at.
func (r *run) unseen(l *lane, steps []*step, called time.Time, err error) {
	e, ok := errors.AsType[*model.OpError](err)
	switch {
	case r.err != nil || r.reads.Err() != nil || !ok:
		l.back(&l.made, steps)
		return
	case e.Kind == model.Expired:
		r.pause(accountOf(e, l), called, e)
		l.back(&l.made, steps)
		return
	}
	for _, s := range steps {
		if s.tries.unread++; passing(e.Kind) || s.tries.unread < rereads {
			l.later(&l.made, s, lastLook)
			continue
		}
		end := r.unclear(s, e)
		end.outcome.Result = r.run.Outcomes[s.ID].Result
		l.making--
		r.conclude(end)
	}
}
