package trail

import (
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Kept is how long CloudTrail keeps what it lets look up.
const Kept = 90 * 24 * time.Hour

// Late is how long an event may take to be told: fifteen minutes, as CloudTrail's
// user guide has it, and as much again to be safe.
const Late = 30 * time.Minute

// Lookup is what the trail of an account in a region tells of an image.
type Lookup struct {
	Scope  model.Scope    // whose trail
	Image  model.ImageKey // in another region where the scope has a copy of it
	Events []*Event       // the newest first
	Seen   Spans          // of which time it told
	Tried  Spans          // and of which also launches that failed, which it does not list under the image
	Since  time.Time      // launches before that are not kept any more; zero: all are
	At     time.Time      // of the newest answer
	Err    *model.OpError // why the newest question was not answered to its end
}

// mostEvents bounds what is kept of an image and scope: of more, launches go, the
// oldest first.
const mostEvents = 10_000

// After is l with what was known before it. Neither is changed.
func (l *Lookup) After(old *Lookup) *Lookup {
	if old == nil {
		return l
	}
	next := *l
	next.Events = joined(l.Events, old.Events)
	next.Seen, next.Tried = old.Seen.With(l.Seen...), old.Tried.With(l.Tried...)
	if old.Since.After(next.Since) {
		next.Since = old.Since
	}
	if old.At.After(next.At) {
		next.At, next.Err = old.At, old.Err
	}
	next.trim()
	return &next
}

func (l *Lookup) trim() {
	over := len(l.Events) - mostEvents
	if over <= 0 {
		return
	}
	kept := make([]*Event, 0, mostEvents)
	for _, e := range slices.Backward(l.Events) {
		if over > 0 && e.Act == Launched {
			over--
			l.Since = e.At.Add(time.Second) // CloudTrail's times are whole seconds
			continue
		}
		kept = append(kept, e)
	}
	slices.Reverse(kept)
	l.Events = kept
}

// Whole reports whether all that the trail holds at a time was told: since the
// image was made, where that is known, else for as long as CloudTrail keeps it.
func (l *Lookup) Whole(now, made time.Time) bool {
	from := now.Add(-Kept + Late)
	if made.After(from) {
		from = made
	}
	return l.Err == nil && len(l.Seen) > 0 && !l.Seen.Last().From.After(from)
}

// Span is a time from one moment to another.
type Span struct{ From, To time.Time }

// Spans are times in their order, apart from each other.
type Spans []Span

// With is s and some more.
func (s Spans) With(more ...Span) Spans {
	all := slices.Concat(s, more)
	slices.SortFunc(all, func(a, b Span) int { return a.From.Compare(b.From) })
	var out Spans
	for _, x := range all {
		if n := len(out); n > 0 && !x.From.After(out[n-1].To) {
			if x.To.After(out[n-1].To) {
				out[n-1].To = x.To
			}
			continue
		}
		out = append(out, x)
	}
	return out
}

// Last is the newest of them; the zero Span where there are none.
func (s Spans) Last() Span {
	if len(s) == 0 {
		return Span{}
	}
	return s[len(s)-1]
}
