package cost

import (
	"cmp"
	"slices"

	"github.com/amiscope/amiscope/model"
)

// hoursOfMonth is how many hours AWS counts for a month (pricing examples of its
// services: 730).
const hoursOfMonth = 730

// Hastened is one thing that makes images start faster, and what it costs a month
// beside storage. The snapshots that Fast Launch keeps ready are among the
// snapshots.
type Hastened struct {
	*model.Hastened
	Scope model.Scope
	Cost  USD  // of Fast Snapshot Restore, which AWS bills by the hour and zone
	Known bool // whether there is a price for it
}

// Hastened lists all of it, the dearest first. None of it is in Total, which is
// storage.
func (c *Costs) Hastened() []Hastened {
	if c == nil {
		return nil
	}
	var out []Hastened
	for _, p := range c.places {
		price := c.Price(p.scope.Region)
		for _, h := range c.inv.Hastened(p.scope) {
			x := Hastened{Hastened: h, Scope: p.scope}
			if h.Snapshot != "" {
				x.Cost, x.Known = price.Restore*hoursOfMonth, price.Restore > 0
			}
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b Hastened) int { return cmp.Compare(b.Cost, a.Cost) })
	return out
}

// Hastening sums up what is hastened.
type Hastening struct {
	Restores int // fast restores: of one snapshot in one zone each
	Cost     USD // of them
	Unpriced int // of them without a known price
	Launches int // images with Fast Launch
}

// Hastening is the sum of all that is hastened.
func (c *Costs) Hastening() (sum Hastening) {
	for _, h := range c.Hastened() {
		switch {
		case h.Snapshot == "":
			sum.Launches++
		case h.Known:
			sum.Restores++
			sum.Cost += h.Cost
		default:
			sum.Restores++
			sum.Unpriced++
		}
	}
	return sum
}
