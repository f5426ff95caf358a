package output

import (
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// monthly says what an image costs, for people.
func monthly(d *model.CostDocument) string {
	if d == nil {
		return unread
	}
	band := func(b model.BandDocument) string { return moneyBand(bandOf(b)) }
	text := band(model.BandDocument{Low: d.Low, High: d.High}) + " a month (" + d.Basis + ")"
	if d.Share.High != d.High {
		text += ", its share " + band(d.Share)
	}
	return text + "; deleting it frees " + band(d.Freed)
}

func bandOf(d model.BandDocument) cost.Band {
	return cost.Band{Low: cost.FromDollars(d.Low), High: cost.FromDollars(d.High)}
}

func costCell(r row) cell {
	x := r.Costs.Image(r.im.ImageKey)
	switch {
	case x.State == cost.Theirs:
		return cell{show: none}
	case x.State != cost.Told || x.Gaps > 0:
		return cell{show: unread}
	}
	return cell{show: moneyBand(x.Cost), data: amount(x.Cost.High), own: true}
}

func tierCell(r row) cell {
	standard, archive, known := r.Costs.Tiers(r.im)
	if !known {
		return cell{show: unread}
	}
	var tiers []string
	if archive {
		tiers = append(tiers, "archive")
	}
	if standard {
		tiers = append(tiers, "standard")
	}
	return words(strings.Join(tiers, ", "))
}
