package model

import (
	"fmt"
	"time"
)

// sight is what was looked at in one account of a region, and what was not.
type sight struct {
	blind []Blind
	notes []string  // sources that need not be looked at, and why
	asOf  time.Time // the oldest reading
}

func (s *sight) clear() bool { return len(s.blind) == 0 }

// look makes the sights of all accounts of the region.
func (r *regionUse) look() {
	r.sights = map[string]*sight{}
	for _, s := range r.scopes {
		r.sights[s.scope.Account] = r.lookAt(s)
	}
}

// unseen is the blind spot of an account whose region was not read.
func (r *regionUse) unseen(account string) Blind {
	b := Blind{
		Scope: Scope{account, r.name}, What: "account " + r.u.inv.accountTitle(account) + " is not among the accounts read",
		Mend: "name a profile or role of it, or ask AWS for a usage report",
	}
	if _, known := r.u.inv.accounts[account]; known {
		b.What = "region " + r.name + " of account " + r.u.inv.accountTitle(account) + " is not among the regions read"
		b.Mend = "read it too: leave it in with --region"
	}
	return b
}

func (r *regionUse) lookAt(s scopeShard) *sight {
	out := &sight{}
	if !s.shard.enabled {
		out.notes = append(out.notes, "region "+r.name+" is not enabled in account "+r.u.inv.accountTitle(s.scope.Account)+": nothing can run there")
		return out
	}
	p, now := r.u.in.Policy, r.u.in.Now
	for _, source := range Sources() {
		st := s.shard.status[source]
		what, note := p.see(source, st, now)
		switch {
		case note != "":
			out.notes = append(out.notes, note)
		case what != "":
			out.blind = append(out.blind, blindTo(s.scope, source, st, what))
		}
		if what == "" && !st.AsOf.IsZero() {
			out.asOf = older(out.asOf, st.AsOf)
		}
	}
	out.blind = append(out.blind, r.loose(s)...)
	return out
}

// see says what is missing of a source, or why it may be missing.
func (p UsagePolicy) see(source Kind, st Status, now time.Time) (missing, note string) {
	for _, w := range p.Waived {
		if w == source {
			return "", source.String() + " are waived by the config"
		}
	}
	switch {
	case st.Err != nil && st.Err.Kind == NotOffered && !st.Tried.After(now) && now.Sub(st.Tried) <= notOfferedStands:
		return "", "AWS offers no " + source.String() + " in this region"
	case st.Err != nil:
		return st.Err.Kind.String(), ""
	case st.AsOf.IsZero() && st.Busy:
		return "being read", ""
	case st.AsOf.IsZero():
		return "not read yet", ""
	case !p.fresh(st.AsOf, now):
		return "read " + ago(now.Sub(st.AsOf)) + " ago", ""
	}
	return "", ""
}

// notOfferedStands is for how long it is believed that a region lacks a
// service: a day longer than until that is asked again.
const notOfferedStands = 8 * 24 * time.Hour

// fresh reports whether what was read then is evidence now. A time to come is
// of a clock that was set back since, and says nothing.
func (p UsagePolicy) fresh(at, now time.Time) bool {
	return !at.IsZero() && !at.After(now) && (p.Fresh <= 0 || now.Sub(at) <= p.Fresh)
}

func ago(d time.Duration) string {
	if d < 0 {
		return "in time to come, not"
	}
	switch h := int(d.Hours()); {
	case h < 1:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case h < 72:
		return fmt.Sprintf("%d h", h)
	}
	return days(d)
}

func blindTo(s Scope, source Kind, st Status, what string) Blind {
	b := Blind{Scope: s, Source: source, What: source.String() + ": " + what, Err: st.Err}
	switch {
	case st.Err != nil:
		b.Mend = st.Err.Hint()
	case st.Busy:
		b.Mend = "wait for it"
	default:
		b.Mend = "refresh the scope"
	}
	return b
}

// loose are references that lead to no template though they should: a template
// that is missing is gone only when the templates were read after what names it.
func (r *regionUse) loose(s scopeShard) []Blind {
	var out []Blind
	for _, x := range r.u.names[s.scope].n.lost {
		if x.ref.Via == nil || x.ref.Broken != "" {
			continue
		}
		target := Templates
		if x.ref.Via.Config != "" {
			target = LaunchConfigs
		}
		if s.shard.status[target].AsOf.Before(s.shard.status[x.ref.Source].AsOf) {
			out = append(out, Blind{
				Scope: s.scope, Source: target, What: x.ref.Title() + ": " + x.why + ", or is newer than the last look",
				Mend: "refresh the scope",
			})
		}
	}
	return out
}

func (inv Inventory) accountTitle(id string) string {
	if a := inv.accounts[id]; a.Name != "" {
		return a.Name
	}
	return id
}

// older is the older of two moments; the zero one is none.
func older(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
