package scan

import (
	"cmp"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Freshness says for how long what was read counts as fresh.
type Freshness struct {
	Age    time.Duration // of a scope that holds something; 0: nothing is fresh
	Empty  time.Duration // of one that holds nothing: most regions of most accounts
	Closed time.Duration // of one that a policy closes, since it was tried last
}

// DefaultFreshness is what the screen and the verbs use unless told otherwise.
func DefaultFreshness() Freshness {
	return Freshness{Age: 15 * time.Minute, Empty: 24 * time.Hour, Closed: 7 * 24 * time.Hour}
}

// Stale lists the enabled scopes that have something to be read again, the
// largest first: they take longest. A kind whose last pass failed is as old as
// its last complete one; that a policy closes a region is an answer, and no
// failure. The requests' Gen is for the caller to set.
func (f Freshness) Stale(inv model.Inventory, now time.Time) []Request {
	var out []Request
	for _, s := range inv.Scopes() {
		if !inv.Enabled(s) {
			continue
		}
		if kinds := f.staleKinds(inv, s, now); len(kinds) > 0 {
			out = append(out, Request{Scope: s, Kinds: kinds})
		}
	}
	slices.SortStableFunc(out, func(a, b Request) int {
		return cmp.Compare(inv.ImageCount(b.Scope), inv.ImageCount(a.Scope))
	})
	return out
}

func (f Freshness) staleKinds(inv model.Inventory, s model.Scope, now time.Time) []model.Kind {
	age, closed := f.age(inv, s), inv.Closed(s)
	var kinds []model.Kind
	for _, k := range model.Kinds() {
		st := inv.Status(s, k)
		last := st.AsOf
		if closed {
			last = st.Tried
		}
		// A time to come is of a clock that was set back since: it says nothing.
		if last.IsZero() || last.After(now) || now.Sub(last) >= age {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// age is for how long a scope counts as fresh.
func (f Freshness) age(inv model.Inventory, s model.Scope) time.Duration {
	switch {
	case f.Age <= 0:
		return f.Age
	case inv.Closed(s):
		return max(f.Age, f.Closed)
	case empty(inv, s):
		return max(f.Age, f.Empty)
	}
	return f.Age
}

func empty(inv model.Inventory, s model.Scope) bool {
	return inv.ImageCount(s) == 0 && len(inv.ScopeSnapshots(s)) == 0
}
