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
	Idle   time.Duration // of a usage source, a Recycle Bin or the like that held nothing in a scope
	Closed time.Duration // of what is not there to be read, since it was tried last: a policy closes the scope, or the region lacks the service
}

// DefaultFreshness is what the screen and the verbs use unless told otherwise.
// That nothing names an image is evidence for a day: what held nothing is read
// again well before.
func DefaultFreshness() Freshness {
	const day = 24 * time.Hour
	return Freshness{Age: 15 * time.Minute, Empty: day, Idle: day / 2, Closed: 7 * day}
}

// Stale lists the enabled scopes that have something of some kinds to be read
// again, the largest first: they take longest. A kind whose last pass failed is
// as old as its last complete one; that a policy closes a region, or that the
// region lacks a service, is an answer, and no failure. The requests' Gen is for
// the caller to set.
func (f Freshness) Stale(inv model.Inventory, now time.Time, kinds ...model.Kind) []Request {
	var out []Request
	for _, s := range inv.Scopes() {
		if !inv.Enabled(s) {
			continue
		}
		if stale := f.staleKinds(inv, s, now, kinds); len(stale) > 0 {
			out = append(out, Request{Scope: s, Kinds: stale})
		}
	}
	slices.SortStableFunc(out, func(a, b Request) int {
		return cmp.Compare(inv.ImageCount(b.Scope), inv.ImageCount(a.Scope))
	})
	return out
}

func (f Freshness) staleKinds(inv model.Inventory, s model.Scope, now time.Time, kinds []model.Kind) []model.Kind {
	var out []model.Kind
	for _, k := range kinds {
		age, last := f.age(inv, s, k)
		// A time to come is of a clock that was set back since: it says nothing.
		if last.IsZero() || last.After(now) || now.Sub(last) >= age {
			out = append(out, k)
		}
	}
	return out
}

// age is for how long what a scope has of a kind counts as fresh, from which
// moment on.
func (f Freshness) age(inv model.Inventory, s model.Scope, k model.Kind) (age time.Duration, last time.Time) {
	st := inv.Status(s, k)
	absent := inv.Closed(s) || st.Err != nil && st.Err.Kind == model.NotOffered
	if absent {
		last = st.Tried
	} else {
		last = st.AsOf
	}
	own := slices.Contains(model.Kinds(), k)
	switch {
	case f.Age <= 0:
		return f.Age, last
	case absent:
		return max(f.Age, f.Closed), last
	case own && empty(inv, s):
		return max(f.Age, f.Empty), last
	case !own && idle(inv, s, k):
		return max(f.Age, f.Idle), last
	}
	return f.Age, last
}

func empty(inv model.Inventory, s model.Scope) bool {
	return inv.ImageCount(s) == 0 && len(inv.ScopeSnapshots(s)) == 0
}

// idle reports whether a scope held nothing of a kind, other than images and
// snapshots. What other sources may name, templates and launch configurations,
// is read as often as they are.
func idle(inv model.Inventory, s model.Scope, k model.Kind) bool {
	switch k {
	case model.Bin:
		return len(inv.Binned(s)) == 0
	case model.BinRules:
		return len(inv.AllBinRules(s)) == 0
	case model.Hasten:
		return len(inv.Hastened(s)) == 0
	case model.Settings, model.PublicSnapshots: // there is nothing to be open
		return empty(inv, s)
	case model.Reports:
		return len(inv.Reports(s)) == 0
	case model.Templates, model.LaunchConfigs:
		return !slices.ContainsFunc(model.Sources(), func(k model.Kind) bool { return inv.ReferenceCount(s, k) > 0 })
	default:
		return inv.ReferenceCount(s, k) == 0
	}
}
