package cache

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// traitsOf are the traits of details, for their columns: copies of what is
// written, or room for what is read, which shareTraits then hands out.
func (c *coder) traitsOf(ds []*model.Detail) []*model.Traits {
	all := slices.Grow(c.sc.traits[:0], len(ds))[:len(ds)]
	out := make([]*model.Traits, len(ds))
	for i, d := range ds {
		all[i] = d.Traits.Value()
		out[i] = &all[i]
	}
	c.sc.traits = all
	return out
}

// shareTraits gives details the traits that were read for them, equal ones once.
// Most are one of the first few, which are found sooner than by their hash.
func (c *coder) shareTraits(ds []*model.Detail, read []*model.Traits) {
	if c.write {
		return
	}
	var first [8]model.Traits
	ones := map[model.Traits]model.Shared[model.Traits]{}
	shared := make([]model.Shared[model.Traits], 0, len(first))
	for i, d := range ds {
		if at := slices.Index(first[:len(shared)], *read[i]); at >= 0 {
			d.Traits = shared[at]
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
		d.Traits = one
	}
}
