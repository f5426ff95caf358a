package history

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// binned is an image or snapshot in a Recycle Bin.
type binned struct {
	scope model.Scope
	*model.Binned
	image     bool
	snapshots []plan.Snapshot // of an image, as far as they are known
	back      comeback        // of an image
	with      []string        // of a snapshot: images of the bin that it comes back with
	spend     spending
}

// spending is what something in the bin costs a month, and how large it is.
type spending struct {
	known bool
	cost  cost.Band
	bytes cost.Bytes
}

// comeback is whether an image can be restored.
type comeback uint8

const (
	back     comeback = iota
	unsure            // its snapshots are not known
	lost              // one of them is gone
	departed          // its time in the bin is over
)

func (b *binned) key() model.ImageKey { return model.ImageKey{Region: b.scope.Region, ID: b.ID} }

func (b *binned) left(now time.Time) time.Duration { return b.Exits.Sub(now) }

func binID(b *binned) string { return b.scope.Region + "/" + b.ID }

// restorable reports whether it is restored for its own sake: an image, or a snapshot that
// no image of the bin comes back with.
func restorable(b *binned) bool { return b.image || len(b.with) == 0 }

// allBinned gives what is in the bins, what is gone first before all else.
func allBinned(env kit.Env) []*binned {
	var out []*binned
	var keys []model.ImageKey
	for _, s := range env.Inv.Scopes() {
		for _, r := range env.Inv.Binned(s) {
			b := &binned{scope: s, Binned: r, image: !model.IsSnapshot(r.ID)}
			if out = append(out, b); b.image {
				keys = append(keys, b.key())
			}
		}
	}
	targets := map[model.ImageKey]*plan.Target{}
	gathered := plan.Gather(env.Inv, env.Usage, keys, env.Now)
	for i := range gathered {
		targets[gathered[i].Image] = &gathered[i]
	}
	with := map[model.ImageKey][]string{} // by snapshot: images
	for _, b := range out {
		if t := targets[b.key()]; b.image && t != nil {
			b.of(t, env.Now)
			for _, sn := range b.snapshots {
				k := model.ImageKey{Region: b.scope.Region, ID: sn.ID}
				with[k] = append(with[k], cmp.Or(b.Name, b.ID))
			}
		}
	}
	for _, b := range out {
		if !b.image {
			b.with = with[b.key()]
		}
		b.spend = spent(env.Costs, b)
	}
	slices.SortStableFunc(out, func(a, b *binned) int { return cmp.Or(a.Exits.Compare(b.Exits), strings.Compare(a.ID, b.ID)) })
	return out
}

// of says of an image what is known of its way back.
func (b *binned) of(t *plan.Target, now time.Time) {
	b.snapshots, b.back = t.Before.Snapshots, back
	if len(b.snapshots) == 0 {
		b.back = unsure
	}
	for i := range b.snapshots {
		switch b.snapshots[i].State {
		case plan.Gone:
			b.back = lost
		case "":
			b.back = max(b.back, unsure)
		}
	}
	if b.left(now) <= 0 {
		b.back = departed
	}
}

// spent is what a snapshot in the bin costs; of an image those of it that are there.
func spent(costs *cost.Costs, b *binned) spending {
	if costs == nil {
		return spending{}
	}
	if !b.image {
		return lineOf(costs, b.scope.Region, b.ID)
	}
	sum := spending{known: len(b.snapshots) > 0}
	for i := range b.snapshots {
		if b.snapshots[i].State == plan.Binned {
			l := lineOf(costs, b.scope.Region, b.snapshots[i].ID)
			sum.known = sum.known && l.known
			sum.cost = sum.cost.Plus(l.cost)
			sum.bytes.Low, sum.bytes.High = sum.bytes.Low+l.bytes.Low, sum.bytes.High+l.bytes.High
		}
	}
	return sum
}

func lineOf(costs *cost.Costs, region, id string) spending {
	l, ok := costs.Line(cost.SnapshotKey{Region: region, ID: id})
	if !ok || l.Basis == cost.NotKnown {
		return spending{}
	}
	return spending{true, l.Cost(), l.Bytes}
}

var binRecords = kit.Records[*binned]{
	One: "entry", Many: "entries", Costs: true, ID: binID, All: allBinned,
	Also: func(b *binned) string { return b.Description + "\n" + b.Volume + "\n" + strings.Join(b.with, "\n") },
	Cols: []kit.ListColumn[*binned]{
		{Column: kit.Column{Key: "name", Title: "NAME", Min: 18, Max: 60, Weight: 3, Middle: true, Priority: 100, Fixed: true}, Cell: binNameCell},
		{Column: kit.Column{Key: "left", Title: "LEFT", Min: 5, Max: 5, Right: true, Priority: 99}, Cell: leftCell, Compare: func(a, b *binned) int { return a.Exits.Compare(b.Exits) }},
		{Column: kit.Column{Key: "back", Title: "COMES BACK", Min: 10, Max: 14, Priority: 97}, Cell: backCell, Compare: func(a, b *binned) int {
			return cmp.Or(-cmp.Compare(truth(a.image), truth(b.image)), cmp.Compare(a.back, b.back))
		}},
		{Column: kit.Column{Key: "kind", Title: "KIND", Min: 8, Max: 8, Priority: 96}, Cell: binKindCell},
		{Column: kit.Column{Key: "cost", Title: "COST/MO", Min: 9, Max: 16, Right: true, Priority: 94}, Cell: binCostCell, Compare: func(a, b *binned) int { return a.spend.cost.Compare(b.spend.cost) }, Large: true},
		{Column: kit.Column{Key: "size", Title: "STORED", Min: 8, Max: 14, Right: true, Priority: 86}, Cell: binSizeCell, Compare: func(a, b *binned) int { return cmp.Compare(a.spend.bytes.High, b.spend.bytes.High) }, Large: true},
		{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 92}, Cell: func(env kit.Env, b *binned) kit.Cell {
			return kit.Cell{Text: env.Inv.Account(b.scope.Account).Title()}
		}},
		{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 90}, Cell: func(_ kit.Env, b *binned) kit.Cell { return kit.Cell{Text: b.scope.Region} }},
		{Column: kit.Column{Key: "when", Title: "DELETED", Min: 8, Max: 8, Right: true, Priority: 84}, Cell: func(env kit.Env, b *binned) kit.Cell {
			return kit.Cell{Text: kit.Since(b.Entered, env.Now), Style: kit.Dim}
		}, Compare: func(a, b *binned) int { return a.Entered.Compare(b.Entered) }, Large: true},
		{Column: kit.Column{Key: "until", Title: "GONE FOR GOOD", Min: 20, Max: 20, Priority: 70}, Cell: func(_ kit.Env, b *binned) kit.Cell { return orDash(kit.Moment(b.Exits)) }, Compare: func(a, b *binned) int { return a.Exits.Compare(b.Exits) }},
		{Column: kit.Column{Key: "id", Title: "ID", Min: 22, Max: 22, Priority: 88}, Cell: func(_ kit.Env, b *binned) kit.Cell { return kit.Cell{Text: b.ID, Style: kit.Dim} }},
	},
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func binNameCell(_ kit.Env, b *binned) kit.Cell {
	switch {
	case b.image:
		return kit.Cell{Text: cmp.Or(b.Name, b.ID), Style: kit.Strong}
	case len(b.with) > 0:
		return kit.Cell{Text: "of " + kit.Some(b.with, 2), Style: kit.Dim}
	}
	return kit.Cell{Text: cmp.Or(b.Description, b.ID), Style: kit.Dim}
}

func binKindCell(_ kit.Env, b *binned) kit.Cell {
	if b.image {
		return kit.Cell{Text: "image"}
	}
	return kit.Cell{Text: "snapshot", Style: kit.Dim}
}

// soon is the time below which what is left of something in the bin is a warning.
const soon = 3 * 24 * time.Hour

func leftCell(env kit.Env, b *binned) kit.Cell {
	switch left := b.left(env.Now); {
	case b.Exits.IsZero():
		return unknown()
	case left <= 0:
		return kit.Cell{Text: "over", Style: kit.Bad}
	case left < soon:
		return kit.Cell{Text: kit.Age(left), Style: kit.Warn}
	default:
		return kit.Cell{Text: kit.Age(left)}
	}
}

func backCell(env kit.Env, b *binned) kit.Cell {
	switch {
	case !b.image && len(b.with) > 0:
		return kit.Cell{Text: "with its image", Style: kit.Dim}
	case !b.image && !b.Exits.IsZero() && b.left(env.Now) <= 0:
		return kit.Cell{Text: "no", Style: kit.Bad}
	case !b.image:
		return kit.Cell{Text: "yes, alone", Style: kit.Good}
	}
	return [...]kit.Cell{
		back: {Text: "yes", Style: kit.Good}, unsure: {Text: "perhaps", Style: kit.Warn},
		lost: {Text: "no", Style: kit.Bad}, departed: {Text: "no", Style: kit.Bad},
	}[b.back]
}

func binCostCell(env kit.Env, b *binned) kit.Cell {
	if !b.spend.known {
		return unknown()
	}
	return kit.Cell{Text: kit.MoneyBand(env.Theme, b.spend.cost)}
}

func binSizeCell(env kit.Env, b *binned) kit.Cell {
	if !b.spend.known {
		return unknown()
	}
	c := kit.Cell{Text: kit.Bytes(b.spend.bytes.High)}
	if b.spend.bytes.Low < b.spend.bytes.High {
		c.Text = env.Theme.Symbols.AtMost + c.Text
	}
	return c
}
