package main

import (
	"cmp"
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// lack is what could not be read of usage or costs, in one account and for one
// reason.
type lack struct {
	account string
	kind    model.Kind
	why     model.ErrorKind
}

// tellMissing writes a line for each account and kind that was asked for and could
// not be read, with the first of the errors, and counts them. Where the scope
// itself failed that has been told.
func (a *app) tellMissing(g gathered) int {
	inv := g.inv
	first, regions := map[lack]*model.OpError{}, map[lack]map[string]bool{}
	add := func(s model.Scope, k model.Kind, err *model.OpError) {
		switch {
		case err == nil, err.Kind == model.NotOffered, slices.Contains(g.input.Policy.Waived, k):
			return
		case k == model.Permissions && err.Kind == model.NotFound: // gone since it was listed
			return
		}
		l := lack{s.Account, k, err.Kind}
		if first[l] == nil {
			first[l], regions[l] = err, map[string]bool{}
		}
		regions[l][s.Region] = true
	}
	for _, s := range inv.Scopes() {
		if !inv.Readable(s) || inv.Trouble(s) != nil {
			continue
		}
		for _, k := range g.wanted() {
			add(s, k, inv.Status(s, k).Err)
		}
		if slices.Contains(g.also, model.Settings) && inv.Status(s, model.Settings).Err == nil {
			for _, r := range inv.Settings(s) {
				add(s, model.Settings, r.Err)
			}
		}
		if g.asked || g.looked {
			for _, p := range inv.ScopePermissions(s) {
				add(s, model.Permissions, p.Err)
			}
		}
	}
	var all []lack
	for l := range first {
		all = append(all, l)
	}
	slices.SortFunc(all, func(x, y lack) int {
		return cmp.Or(cmp.Compare(x.account, y.account), cmp.Compare(x.kind, y.kind), cmp.Compare(x.why, y.why))
	})
	for _, l := range all {
		where := inv.Account(l.account).Title() + ", " + kit.Plural(len(regions[l]), "region", "regions")
		a.trouble(where+", "+l.kind.String()+" not read", first[l])
	}
	return len(all)
}

// wanted are the kinds that were asked for besides images and snapshots.
func (g *gathered) wanted() []model.Kind {
	var out []model.Kind
	if g.asked {
		out = append(out, model.Sources()...)
	}
	if g.whole {
		out = append(out, model.Charges()...)
	}
	for _, k := range g.also {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
