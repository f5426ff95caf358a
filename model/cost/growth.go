package cost

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Change of a cause is what happened.
type Happening uint8

// What may happen to snapshots that are alike.
const (
	Added    Happening = iota
	Gone               // all of them
	Grown              // more of them, or larger ones
	Shrunk             // fewer or smaller ones
	Restated           // the same ones: a price changed, or more is known of their sizes
	Entered            // a scope that was not looked at before
	Left               // a scope that is not looked at any more
)

var happeningNames = [...]string{
	Added: "added", Gone: "gone", Grown: "grown", Shrunk: "shrunk", Restated: "restated", Entered: "scope entered", Left: "scope left",
}

// String is the word in JSON.
func (h Happening) String() string { return happeningNames[h] }

// Cause is one part of a growth.
type Cause struct {
	What        Happening
	Scope       model.Scope
	Before, Now Entry // of the same family, owner, creator and kind
	Snapshots   int   // more, or fewer
	Held        int64 // likewise, full sizes
	Cost        Band  // a month: by how much both ends moved
	Key         Entry // what they have in common
}

// Growth is why costs differ between two days. The causes add up to it.
type Growth struct {
	Before, Now Band
	Causes      []Cause // the largest first
}

// Cost is by how much both ends moved.
func (g Growth) Cost() Band { return g.Now.minus(g.Before) }

// Grow compares two days, each with one Day a scope.
func Grow(before, now []Day) Growth {
	var g Growth
	at := map[model.Scope]*[2]*Day{}
	for side, days := range [...][]Day{before, now} {
		for i := range days {
			s := days[i].Scope
			if at[s] == nil {
				at[s] = &[2]*Day{}
			}
			at[s][side] = &days[i]
		}
	}
	for _, pair := range at {
		g.compare(pair[0], pair[1])
	}
	slices.SortFunc(g.Causes, func(a, b Cause) int {
		return cmp.Or(
			cmp.Compare(size(b.Cost.High), size(a.Cost.High)), cmp.Compare(size(b.Cost.Low), size(a.Cost.Low)), a.Scope.Compare(b.Scope), a.Key.compare(b.Key),
			strings.Compare(a.What.String(), b.What.String()),
		)
	})
	return g
}

// size is how far an end moved, up or down.
func size(u USD) USD { return max(u, -u) }

func (g *Growth) compare(before, now *Day) {
	var a, b []Entry
	var scope model.Scope
	if before != nil {
		a, scope = before.Entries, before.Scope
	}
	if now != nil {
		b, scope = now.Entries, now.Scope
	}
	eachPair(a, b, func(x, y *Entry) {
		c := Cause{Scope: scope}
		if x != nil {
			c.Before, c.Key = *x, *x
			g.Before = g.Before.Plus(x.Cost)
		}
		if y != nil {
			c.Now, c.Key = *y, *y
			g.Now = g.Now.Plus(y.Cost)
		}
		c.Key = Entry{Family: c.Key.Family, Owner: c.Key.Owner, Creator: c.Key.Creator, Kind: c.Key.Kind}
		c.Snapshots, c.Held, c.Cost = c.Now.Snapshots-c.Before.Snapshots, c.Now.Held-c.Before.Held, c.Now.Cost.minus(c.Before.Cost)
		if c.Cost == (Band{}) && c.Snapshots == 0 && c.Held == 0 {
			return
		}
		c.What = happened(before, now, c)
		g.Causes = append(g.Causes, c)
	})
}

func happened(before, now *Day, c Cause) Happening {
	switch {
	case before == nil:
		return Entered
	case now == nil:
		return Left
	case c.Before.Snapshots == 0:
		return Added
	case c.Now.Snapshots == 0:
		return Gone
	case c.Snapshots == 0 && c.Held == 0:
		return Restated
	case c.Held < 0 || c.Held == 0 && c.Snapshots < 0:
		return Shrunk
	}
	return Grown
}
