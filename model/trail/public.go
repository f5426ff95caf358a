package trail

import (
	"time"

	"github.com/amiscope/amiscope/model"
)

// Public is a time in which everybody could launch an image. A change is taken
// for one: that somebody made public what was so already, CloudTrail does not tell.
type Public struct {
	From   time.Time // zero: not known
	Before time.Time // where From is not known: it had begun by then; zero: not even that is known
	To     time.Time // zero: it is, or when it ended is not known
	Open   bool      // it is
}

// standing is whether everybody may launch an image, as its account read it.
type standing struct {
	public model.Tri
	at     time.Time
	made   time.Time // when the image was; zero: not known
}

// publicTimes are the times in which everybody could launch an image, the oldest
// first, by the trail of its owner and by how it stands.
func publicTimes(l *Lookup, now standing) []Public {
	p := exposure{}
	for i, seen := range l.Seen {
		p.begin(seen, i == 0 && !now.made.Before(seen.From))
		for j := len(l.Events) - 1; j >= 0; j-- {
			if e := l.Events[j]; e.Error == "" && !e.At.Before(seen.From) && !e.At.After(seen.To) {
				p.take(e)
			}
		}
	}
	p.end(now)
	return p.out
}

// exposure goes through a trail, the oldest event first.
type exposure struct {
	public model.Tri // as far as it has come
	now    Public    // while it is
	since  time.Time // it was looked at without a gap since then
	last   time.Time // of the changes
	out    []Public
}

// begin says that from here on events are told. A new image is private; of any
// other nothing is known.
func (x *exposure) begin(seen Span, isNew bool) {
	x.close(time.Time{})
	x.public, x.since = model.Maybe, seen.From
	if isNew {
		x.public = model.No
	}
}

// take follows a change. One that takes all shares away says nothing of what they
// were.
func (x *exposure) take(e *Event) {
	switch e.Act {
	case MadePublic:
		if x.public != model.Yes {
			x.public, x.now = model.Yes, Public{From: e.At}
		}
	case MadePrivate:
		if x.public == model.Maybe {
			x.public, x.now = model.Yes, Public{Before: x.since}
		}
		x.close(e.At)
	case Reset, Disabled, Deregistered:
		x.close(e.At)
	default:
		return
	}
	x.last = e.At
}

// close ends the time that runs; a zero time is a moment that is not known.
func (x *exposure) close(at time.Time) {
	if x.public == model.Yes {
		x.now.To = at
		x.out = append(x.out, x.now)
	}
	x.public = model.No
}

// end compares with how the image stands, unless that was read before the last
// change.
func (x *exposure) end(now standing) {
	if x.last.After(now.at) {
		now.public = x.public
	}
	switch {
	case x.public == model.Yes:
		x.now.Open = now.public == model.Yes
		x.close(time.Time{})
	case now.public == model.Yes && x.public == model.Maybe:
		x.out = append(x.out, Public{Before: x.since, Open: true})
	case now.public == model.Yes: // somebody made it so, which the trail does not tell, or not yet
		x.out = append(x.out, Public{Open: true})
	}
}
