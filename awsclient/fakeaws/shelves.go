package fakeaws

import (
	"cmp"
	"slices"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// shelves hold the records of one kind in the order in which they are told.
// EC2 promises no order; here it is that of a hash of the ids, so that a
// position in it stays good while records come and go, and a page costs no
// more than its length.
type shelves[R any] struct {
	id   func(R) fleet.ID
	byID map[fleet.ID]R
	own  map[place][]R
	open map[string][]R // by region: those that others than the owner may see

	moved bool // records have come or gone since they were put up
}

func newShelves[R any](id func(R) fleet.ID) shelves[R] {
	return shelves[R]{id: id, byID: map[fleet.ID]R{}, own: map[place][]R{}, open: map[string][]R{}}
}

// shelve puts records where they belong; open tells which of them others than
// the owner may see, nil that none.
func shelve[R any](records []R, id func(*R) fleet.ID, at func(*R) place, open func(*R) bool) shelves[*R] {
	s := newShelves(id)
	for i := range records {
		r := &records[i]
		s.add(at(r), r, open != nil && open(r))
	}
	s.sort()
	return s
}

// add puts a record where it belongs; sort must follow.
func (s *shelves[R]) add(at place, r R, open bool) {
	s.byID[s.id(r)] = r
	s.own[at] = append(s.own[at], r)
	if open {
		s.open[at.region] = append(s.open[at.region], r)
	}
}

func (s *shelves[R]) sort() {
	for _, shelf := range s.own {
		s.arrange(shelf)
	}
	for _, shelf := range s.open {
		s.arrange(shelf)
	}
}

func (s *shelves[R]) arrange(shelf []R) {
	slices.SortFunc(shelf, func(a, b R) int { return compareRanks(s.id(a), s.id(b)) })
}

// put adds a record to shelves that are in order, and to the open one if others
// may see it. What the record with its id was goes.
func (s *shelves[R]) put(at place, r R, open bool) {
	s.moved = true
	s.byID[s.id(r)] = r
	s.own[at] = s.with(s.own[at], r)
	s.expose(at.region, r, open)
}

// take removes a record from all shelves.
func (s *shelves[R]) take(at place, r R) {
	s.moved = true
	delete(s.byID, s.id(r))
	s.own[at] = s.without(s.own[at], r)
	s.expose(at.region, r, false)
}

// expose puts a record on the open shelf of a region, or takes it from there.
func (s *shelves[R]) expose(region string, r R, open bool) {
	if open {
		s.open[region] = s.with(s.open[region], r)
	} else {
		s.open[region] = s.without(s.open[region], r)
	}
}

func (s *shelves[R]) with(shelf []R, r R) []R {
	i, there := s.find(shelf, r)
	if there {
		shelf[i] = r
		return shelf
	}
	return slices.Insert(shelf, i, r)
}

func (s *shelves[R]) without(shelf []R, r R) []R {
	i, there := s.find(shelf, r)
	if !there {
		return shelf
	}
	return slices.Delete(shelf, i, i+1)
}

func (s *shelves[R]) find(shelf []R, r R) (int, bool) {
	return slices.BinarySearchFunc(shelf, s.id(r), func(e R, id fleet.ID) int { return compareRanks(s.id(e), id) })
}

// gathered is what is on the shelves, as a fleet has it: what was there before in
// its order, then what has come.
func gathered[R any](before []R, s shelves[*R]) []R {
	if !s.moved {
		return before
	}
	out, old := make([]R, 0, len(s.byID)), make(map[fleet.ID]bool, len(before))
	for i := range before {
		if r := &before[i]; s.byID[s.id(r)] == r {
			out, old[s.id(r)] = append(out, *r), true
		}
	}
	var come []*R
	for id, r := range s.byID {
		if !old[id] {
			come = append(come, r)
		}
	}
	s.arrange(come)
	for _, r := range come {
		out = append(out, *r)
	}
	return out
}

func compareRanks(a, b fleet.ID) int { return cmp.Compare(rank(a), rank(b)) }

// rank is a record's position in the order of telling. Each id has a rank of
// its own: the mixing can be undone.
func rank(id fleet.ID) uint64 {
	x := uint64(id)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// rotate turns a list by an amount that differs from record to record, for
// the order of nested elements is not promised either.
func rotate[E any](list []E, id fleet.ID) []E {
	if len(list) < 2 {
		return list
	}
	n := int(rank(id) % uint64(len(list)))
	return append(list[n:len(list):len(list)], list[:n]...)
}
