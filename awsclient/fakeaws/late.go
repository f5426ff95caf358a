package fakeaws

import (
	"cmp"
	"slices"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// late is what lists still tell of records that have changed, come or gone: EC2
// is eventually consistent. Calls that change something see the truth.
type late[R any] struct {
	seen map[fleet.ID]glimpse[R]
}

// glimpse is a record as it was.
type glimpse[R any] struct {
	record *R         // nil: it was not there yet
	until  fleet.Time // then lists tell the truth
}

// note keeps how a record was, unless a list tells of it what is older still.
func (l *late[R]) note(id fleet.ID, was *R, until fleet.Time) {
	if l.seen == nil {
		l.seen = map[fleet.ID]glimpse[R]{}
	}
	if _, older := l.seen[id]; !older {
		l.seen[id] = glimpse[R]{was, until}
	}
}

// forget ends what is over at a time.
func (l *late[R]) forget(id fleet.ID, now fleet.Time) {
	if l.seen[id].until <= now {
		delete(l.seen, id)
	}
}

// told is what a list tells of a record; nil: nothing.
func (l *late[R]) told(id fleet.ID, now *R) *R {
	if g, ok := l.seen[id]; ok {
		return g.record
	}
	return now
}

// gone are the records of which lists still tell, and which are there no more.
func (l *late[R]) gone(s shelves[*R]) []*R {
	var out []*R
	for id, g := range l.seen {
		if _, there := s.byID[id]; !there && g.record != nil {
			out = append(out, g.record)
		}
	}
	s.arrange(out)
	return out
}

// shelves are lists of records, as they are told: others than the caller may not
// see some of them. What is gone comes after the rest.
func (l *late[R]) shelves(s shelves[*R], lists []shelf[*R], match func(*R) bool) []shelf[*R] {
	if len(l.seen) == 0 {
		return lists
	}
	out := make([]shelf[*R], 0, len(lists)+1)
	for _, list := range lists {
		out = append(out, shelf[*R]{list.records, func(r *R) bool {
			t := l.told(s.id(r), r)
			return t != nil && list.keep(t)
		}})
	}
	return append(out, shelf[*R]{l.gone(s), match})
}

// all are records as they are told.
func (l *late[R]) all(s shelves[*R], records []*R) []*R {
	if len(l.seen) == 0 {
		return records
	}
	out := slices.Clone(records)
	for i, r := range out {
		out[i] = cmp.Or(l.told(s.id(r), r), r)
	}
	return out
}

// note must be called before a record changes or goes, and before one comes, with
// nil for what it was.
func note[R any](s *Server, l *late[R], id fleet.ID, was *R) {
	lag := s.options.Delays.Lag
	if lag <= 0 {
		return
	}
	if was != nil {
		c := *was
		was = &c
	}
	until := s.later(lag)
	l.note(id, was, until)
	s.agenda.plan(until, func(*store) { l.forget(id, until) })
}
