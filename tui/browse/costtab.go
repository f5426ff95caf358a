package browse

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// costLines tells what an image costs, snapshot by snapshot, and on what basis.
func costLines(env kit.Env, im *model.Image) []string {
	x := env.Costs.Image(im.ImageKey)
	t := env.Theme
	if x.State != cost.Told {
		return []string{"", " " + t.Paint(kit.Dim, "Cost: "+x.State.String()+".")}
	}
	lines := indented(env, costPairs(env, x))
	for _, id := range im.SnapshotIDs() {
		lines = append(lines, "")
		l, ok := env.Costs.Line(cost.SnapshotKey{Region: im.Region, ID: id})
		if !ok {
			lines = append(lines, " "+t.Paint(kit.Title, id), " "+t.Paint(kit.Warn, "it was not found among the snapshots of "+env.Inv.Account(im.Owner).Title()+": what it costs is not counted"))
			continue
		}
		lines = append(lines, " "+t.Paint(kit.Title, id)+t.Paint(kit.Dim, "  "+devicesOn(im, id)))
		lines = append(lines, indented(env, linePairs(env, im, l))...)
	}
	return append(append(lines, ""), notes(env, im)...)
}

func costPairs(env kit.Env, x cost.ImageLine) []kit.Pair {
	t := env.Theme
	freed := env.Costs.Freed([]model.ImageKey{x.Image.ImageKey}, nil)
	out := []kit.Pair{
		{Label: "Cost a month", Value: kit.MoneyBand(t, x.Cost), Style: kit.Strong},
		{Label: "Basis", Value: x.Basis.String()},
	}
	if x.Joint {
		out = append(out, kit.Pair{Label: "Its share", Value: kit.MoneyBand(t, x.Share) + ", as other images use its snapshots too"})
	}
	out = append(out,
		kit.Pair{Label: "Stored", Value: kit.ByteBand(t, x.Bytes)},
		kit.Pair{Label: "Deleting it", Value: freedText(t, freed)},
		kit.Pair{Label: "Price", Value: priceText(env.Costs.Price(x.Image.Region))},
	)
	if x.Gaps > 0 {
		out = append(out, kit.Pair{Label: "Missing", Value: kit.Plural(int(x.Gaps), "snapshot was", "snapshots were") + " not found: not counted", Style: kit.Warn})
	}
	return out
}

// freedText is what deleting frees.
func freedText(t *kit.Theme, f cost.Freed) string {
	text := "frees " + kit.MoneyBand(t, f.Cost) + " a month"
	if f.Days > 0 {
		text += fmt.Sprintf(", when the Recycle Bin lets go after %d days", f.Days)
	}
	if f.Kept > 0 {
		text += "; " + kit.Plural(f.Kept, "snapshot stays", "snapshots stay") + ", as something else needs it"
	}
	if f.Unsure {
		text += "; whether templates name its snapshots was not looked at"
	}
	return text
}

// priceText is what a GiB and month costs in each tier, and who says so.
func priceText(p cost.Price) string {
	text := fmt.Sprintf("%s standard, %s archive per GiB and month: ", kit.Price(p.Standard), kit.Price(p.Archive))
	switch p.From {
	case cost.Configured:
		return text + "the config file"
	case cost.Listed:
		return text + "Pricing API, read " + kit.Date(p.AsOf)
	case cost.BuiltIn:
		return text + "built-in table of " + kit.Date(p.AsOf) + ", an estimate"
	case cost.Assumed:
	}
	return text + "that of " + p.Region + ", as none is known for this region"
}

func devicesOn(im *model.Image, snapshot string) string {
	var names []string
	for _, d := range im.Detail.Devices {
		if d.Snapshot == snapshot {
			names = append(names, d.Name)
		}
	}
	return strings.Join(names, ", ")
}

func linePairs(env kit.Env, im *model.Image, l *cost.Line) []kit.Pair {
	t, s := env.Theme, l.Snapshot
	full := "not told by AWS: the size of the volume, " + kit.Size(s.SizeGiB) + ", is the most it can be"
	if s.FullBytes >= 0 {
		full = kit.Bytes(s.FullBytes) + " of a volume of " + kit.Size(s.SizeGiB)
	}
	out := []kit.Pair{
		{Label: "Cost a month", Value: kit.MoneyBand(t, l.Cost())},
		{Label: "Stored", Value: kit.ByteBand(t, l.Bytes) + ", " + l.Basis.String()},
		{Label: "Full size", Value: full},
		{Label: "Tier", Value: s.Tier},
		{Label: "Begun", Value: when(env, s.Start, "not told")},
	}
	if l.Shared() {
		var names []string
		for _, o := range l.Images() {
			if o != im {
				names = append(names, cmp.Or(o.Name, o.ID))
			}
		}
		out = append(out, kit.Pair{Label: "Used by also", Value: strings.Join(names, ", ")})
	}
	return out
}

// notes are what goes for the image besides storage, and what archiving would
// change.
func notes(env kit.Env, im *model.Image) []string {
	var pairs []kit.Pair
	for _, h := range env.Inv.Hastened(model.Scope{Account: im.Owner, Region: im.Region}) {
		switch {
		case h.Image == im.ID:
			pairs = append(pairs, kit.Pair{Label: "Fast Launch", Value: strconv.Itoa(h.Copies) + " snapshots kept ready, billed as snapshots; " + h.State})
		case h.Snapshot != "" && len(im.SnapshotIDs()) > 0 && devicesOn(im, h.Snapshot) != "":
			pairs = append(pairs, kit.Pair{Label: "Fast restore", Value: h.Snapshot + " in " + h.Zone + ": " + restoreText(env.Costs.Price(im.Region))})
		}
	}
	if a := env.Costs.Archiving([]model.ImageKey{im.ImageKey}); a.Snapshots > 0 {
		pairs = append(pairs, kit.Pair{Label: "Archiving it", Value: archivingText(env.Theme, a)})
	}
	return indented(env, pairs)
}

// hours of a month, as AWS counts them.
const hours = 730

func restoreText(p cost.Price) string {
	if p.Restore == 0 {
		return "its price is not known"
	}
	text := kit.Money(p.Restore*hours) + " a month"
	if p.From != cost.Listed || p.Region != "" {
		text += ", at the price of us-east-1"
	}
	return text
}

// archivingText says what the archive would change, with its sign.
func archivingText(t *kit.Theme, a cost.Archiving) string {
	text := ""
	switch {
	case a.Change.High <= 0:
		text = "saves " + kit.MoneyBand(t, cost.Band{Low: -a.Change.High, High: -a.Change.Low}) + " a month"
	case a.Change.Low >= 0:
		text = "costs " + kit.MoneyBand(t, a.Change) + " a month more"
	default:
		text = fmt.Sprintf("may save up to %s or cost up to %s a month more", kit.Money(-a.Change.Low), kit.Money(a.Change.High))
	}
	text += "; at least 90 days are billed, and a restore takes up to 72 hours"
	if a.Held > 0 {
		text += "; " + kit.Plural(a.Held, "snapshot is", "snapshots are") + " held by other images"
	}
	return text
}

// FreedShort is what deleting frees, for the status line: money a month, from
// when, and what stays for others.
func FreedShort(t *kit.Theme, f cost.Freed) string {
	text := "frees " + kit.MoneyBand(t, f.Cost) + "/mo"
	if f.Unsure || f.Unread > 0 {
		text = "frees at most " + kit.Money(f.Cost.High) + "/mo"
	}
	if f.Days > 0 {
		text += fmt.Sprintf(", after %d d in the bin", f.Days)
	}
	if f.Kept > 0 {
		text += fmt.Sprintf(", %s kept", kit.Plural(f.Kept, "snapshot", "snapshots"))
	}
	if f.Unread > 0 {
		text += fmt.Sprintf(", %d not known", f.Unread)
	}
	return text
}
