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
func (c *coder) shareTraits(ds []*model.Detail, read []*model.Traits) {
	if c.write {
		return
	}
	ones := map[model.Traits]model.Shared[model.Traits]{}
	for i, d := range ds {
		one, ok := ones[*read[i]]
		if !ok {
			one = model.Share(*read[i])
			ones[*read[i]] = one
		}
		d.Traits = one
	}
}
