package scan

import (
	"cmp"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Freshness says for how long what was read counts as fresh.
type Freshness struct {
	Age   time.Duration // of a scope that holds something; 0: nothing is fresh
	Empty time.Duration // of one that holds nothing: most regions of most accounts
}

// DefaultFreshness is what the screen and the verbs use unless told otherwise.
func DefaultFreshness() Freshness {
	return Freshness{Age: 15 * time.Minute, Empty: 24 * time.Hour}
}

// Stale lists the enabled scopes that have something to be read again, the
// largest first: they take longest. A kind whose last pass failed is as old as
// its last complete one. The requests' Gen is for the caller to set.
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
	age := f.Age
	if age > 0 && empty(inv, s) {
		age = max(age, f.Empty)
	}
	var kinds []model.Kind
	for _, k := range model.Kinds() {
		st := inv.Status(s, k)
		if st.AsOf.IsZero() || now.Sub(st.AsOf) >= age {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

func empty(inv model.Inventory, s model.Scope) bool {
	return inv.ImageCount(s) == 0 && len(inv.ScopeSnapshots(s)) == 0
}
