package apply

import (
	"context"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Bounds of what goes on at once. The client keeps AWS's rates; these are enough
// to come up to them, with answers that take half a second.
const (
	callsAtOnce = 8  // in a scope
	callsInAll  = 32 // in all scopes
	readAtOnce  = 16 // steps whose facts one rereading asks for
	copiesMade  = 250
	// copiesMade is how many copies AWS makes for us at a time in a scope; it takes 300.
)

// freshness is how old what a step rests on may be when its turn comes. The call may
// then wait a few seconds for its rate.
const freshness = 5 * time.Second

// phase is where a step is.
type phase uint8

const (
	waiting phase = iota // for others, or for a go
	queued               // in its lane
	away                 // with a worker
	closing              // its end is being noted
	over
)

// step is one of the plan's, and how far it is.
type step struct {
	plan.Step
	lane   *lane
	image  model.ImageKey
	phase  phase
	needs  int            // steps that must be done before, and are not
	next   []*step        // steps that it must be done before
	queue  *[]*step       // of its lane, where it goes after a rest
	rest   time.Time      // until then
	read   time.Time      // when what it rests on was; zero: not
	since  time.Time      // when it began to be held against AWS, or to be made by it
	tries  tries          //
	failed *model.OpError // why it is not known whether it was done; nil: the program ended
}

// tries counts what is tried again, each of it a bounded number of times.
type tries struct {
	throttled int // calls that AWS did not take for their rate
	unread    int // rereadings that failed
	settled   int // rereadings that did not tell whether it was done
	undone    int // calls that turned out not to have been made
	polls     int // of what AWS is making
}

// lane is what goes on in a scope. Its queues hold what is about to go on; what is
// not queued any more is passed over.
type lane struct {
	scope   model.Scope
	ready   []*step // to be read again
	checked []*step // to be called
	doubted []*step // to be held against AWS, as they may have been done
	made    []*step // to be looked after: AWS is making a copy
	resting []*step // to go to one of those later

	open     int // steps that are not over
	unasked  int // asks without an answer
	calling  int // calls
	making   int // copies that AWS makes
	batch    int // steps to be read at once
	reading  bool
	settling bool
	looking  bool // after copies
}

// put queues a step.
func (l *lane) put(queue *[]*step, s *step) {
	s.phase = queued
	*queue = append(*queue, s)
}

// back queues steps that were next in turn.
func (l *lane) back(queue *[]*step, steps []*step) {
	for _, s := range steps {
		s.phase = queued
	}
	*queue = append(slices.Clone(steps), *queue...)
}

// later queues a step after a while.
func (l *lane) later(queue *[]*step, s *step, d time.Duration) {
	s.queue, s.rest = queue, time.Now().Add(d)
	l.put(&l.resting, s)
}

// wake queues what has rested. It gives the time until the next one has.
func (l *lane) wake() time.Duration {
	next, now := time.Hour, time.Now()
	resting := l.resting
	l.resting = nil
	for _, s := range resting {
		switch left := s.rest.Sub(now); {
		case s.phase != queued:
		case left > 0:
			next = min(next, left)
			l.resting = append(l.resting, s)
		default:
			l.put(s.queue, s)
		}
	}
	return next
}

// pick takes up to n steps of a queue that are still queued and suit, in their order.
func pick(queue *[]*step, n int, suits func(*step) bool) (out []*step) {
	kept := (*queue)[:0:0]
	for i, s := range *queue {
		switch {
		case len(out) == n:
			if *queue = (*queue)[i:]; len(kept) > 0 {
				*queue = append(kept, *queue...)
			}
			return out
		case s.phase != queued:
		case suits(s):
			s.phase = away
			out = append(out, s)
		default:
			kept = append(kept, s)
		}
	}
	*queue = kept
	return out
}

// drive begins all that can be begun now. It gives the time until there may be more.
func (r *run) drive(ctx context.Context) time.Duration {
	next := time.Hour
	if r.err != nil {
		return next
	}
	r.ask()
	for _, l := range r.lanes {
		next = min(next, l.wake())
		r.driveLane(ctx, l)
	}
	return next
}

func (r *run) driveLane(ctx context.Context, l *lane) {
	if r.account(l.scope.Account).paused {
		return
	}
	if !l.settling {
		r.settle(l)
	}
	if !l.looking {
		r.look(l)
	}
	if l.unasked > 0 || r.asks.out > 0 {
		return
	}
	for l.calling < callsAtOnce && r.calling < callsInAll {
		one := pick(&l.checked, 1, func(s *step) bool { return !s.Follow || l.making < copiesMade })
		if len(one) == 0 {
			break
		}
		if s := one[0]; s.stale() {
			l.back(&l.ready, one)
		} else {
			r.call(ctx, s)
		}
	}
	if !l.reading && len(l.checked) < callsAtOnce {
		r.check(l)
	}
}

// stale reports whether what a step rests on must be read again before it is called.
func (s *step) stale() bool { return !s.read.IsZero() && time.Since(s.read) > freshness }
