package fakeaws

import (
	"cmp"
	"slices"
	"sync"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// store is what the accounts have: the records of a fleet, which it takes
// over. They are changed only under the lock, by putting new values and slices
// in their fields, for records share slices with each other.
type store struct {
	mu        sync.RWMutex
	images    shelves[*fleet.Image]
	snapshots shelves[*fleet.Snapshot]
	instances shelves[*fleet.Instance]
}

func newStore(f *fleet.Fleet) *store {
	s := &store{
		images:    newShelves(func(r *fleet.Image) fleet.ID { return r.ID }),
		snapshots: newShelves(func(r *fleet.Snapshot) fleet.ID { return r.ID }),
		instances: newShelves(func(r *fleet.Instance) fleet.ID { return r.ID }),
	}
	for i := range f.Images {
		r := &f.Images[i]
		s.images.add(place{r.Owner, r.Region}, r, len(r.Permissions) > 0)
	}
	for i := range f.Snapshots {
		r := &f.Snapshots[i]
		s.snapshots.add(place{r.Owner, r.Region}, r, len(r.Permissions) > 0)
	}
	for i := range f.Instances {
		r := &f.Instances[i]
		s.instances.add(place{r.Owner, r.Region}, r, false)
	}
	s.images.sort()
	s.snapshots.sort()
	s.instances.sort()
	return s
}

// place is where a record is: the account that owns it and the region.
type place struct{ account, region string }

// shelves hold the records of one kind in the order in which they are told.
// EC2 promises no order; here it is that of a hash of the ids, so that a
// position in it stays good while records come and go, and a page costs no
// more than its length.
type shelves[R any] struct {
	id   func(R) fleet.ID
	byID map[fleet.ID]R
	own  map[place][]R
	open map[string][]R // by region: those that others than the owner may see
}

func newShelves[R any](id func(R) fleet.ID) shelves[R] {
	return shelves[R]{id: id, byID: map[fleet.ID]R{}, own: map[place][]R{}, open: map[string][]R{}}
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
	slices.SortFunc(shelf, func(a, b R) int { return cmp.Compare(rank(s.id(a)), rank(s.id(b))) })
}

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
