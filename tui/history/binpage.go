package history

import (
	"cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// binPage tells all that is known of something in a Recycle Bin.
type binPage struct{ *binned }

func (p binPage) title(kit.Env) string { return "In the Recycle Bin: " + cmp.Or(p.Name, p.ID) }

func (p binPage) lines(env kit.Env) []string {
	text, style := wayBack(env, p.binned)
	out := facts(env, []kit.Pair{
		{Label: "Id", Value: p.ID},
		{Label: "Name", Value: p.Name, Style: kit.Strong},
		{Label: "Description", Value: p.Description},
		{Label: "Volume", Value: p.Volume},
		{Label: "Account", Value: env.Inv.AccountTitle(p.scope.Account)},
		{Label: "Region", Value: p.scope.Region},
		{Label: "Deleted", Value: kit.Moment(p.Entered) + ", " + kit.Since(p.Entered, env.Now)},
		{Label: "Gone for good", Value: kit.Moment(p.Exits) + ", " + kit.Ago(p.Exits, env.Now)},
		{Label: "Costs a month", Value: binCostCell(env, p.binned).Text},
		{Label: "Comes back", Value: text, Style: style},
		{Label: "By hand", Value: restoreCommand(p.binned), Style: kit.Dim},
	})
	if !p.image {
		return out
	}
	out = append(out, heading(env, kit.Plural(len(p.snapshots), "snapshot", "snapshots")+" that it needs")...)
	var pairs []kit.Pair
	for i := range p.snapshots {
		sn := &p.snapshots[i]
		where, style := sn.State, kit.Normal
		switch sn.State {
		case plan.Binned:
			where = "in the Recycle Bin: comes back with it"
		case plan.Gone:
			where, style = "gone for good", kit.Bad
		case "":
			where, style = "where it is was not read", kit.Warn
		}
		if sn.SizeGiB > 0 {
			where += ", of a volume of " + kit.Size(sn.SizeGiB)
		}
		pairs = append(pairs, kit.Pair{Label: sn.ID, Value: where, Style: style})
	}
	return append(out, facts(env, pairs)...)
}

func (p binPage) scopes() []keys.Scope { return []keys.Scope{keys.Binned} }

func (p binPage) handle(in keys.Intent) []kit.Effect {
	switch in := in.(type) {
	case keys.CopyID:
		return []kit.Effect{kit.Clip{Text: p.ID, What: p.ID}}
	case keys.CopyMenu:
		return push(copyBinned(p.binned))
	case keys.Deed:
		return []kit.Effect{kit.Prepare{Request: plan.Request{Deed: plan.Deed(in.Name), Images: []model.ImageKey{p.key()}}}}
	}
	return nil
}

func (p binPage) disabled(env kit.Env, in keys.Intent) string {
	if _, deed := in.(keys.Deed); deed {
		return p.unrestorable(env)
	}
	return ""
}
