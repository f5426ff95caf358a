package cache

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// sharedBy are the values that records share, one each, for their columns: copies
// of what is written, or room for what is read, which share then hands out.
func sharedBy[T any, V comparable](recs []*T, room *[]V, field func(*T) *model.Shared[V]) []*V {
	*room = slices.Grow((*room)[:0], len(recs))[:len(recs)]
	out := make([]*V, len(recs))
	for i, r := range recs {
		out[i] = &(*room)[i]
		*out[i] = field(r).Value()
	}
	return out
}

// share gives records the values that were read for them, equal ones once. Most
// are one of the first few, which are found sooner than by their hash.
func share[T any, V comparable](c *coder, recs []*T, read []*V, field func(*T) *model.Shared[V]) {
	if c.write {
		return
	}
	var first [8]V
	ones := map[V]model.Shared[V]{}
	shared := make([]model.Shared[V], 0, len(first))
	for i, r := range recs {
		if at := slices.Index(first[:len(shared)], *read[i]); at >= 0 {
			*field(r) = shared[at]
			continue
		}
		one, ok := ones[*read[i]]
		if !ok {
			one = model.Share(*read[i])
			ones[*read[i]] = one
		}
		if len(shared) < len(first) {
			first[len(shared)] = *read[i]
			shared = append(shared, one)
		}
		*field(r) = one
	}
}

func traitsOf(d *model.Detail) *model.Shared[model.Traits] { return &d.Traits }

func diskOf(d *model.Device) *model.Shared[model.Disk] { return &d.Disk }
