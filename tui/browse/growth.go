package browse

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Growth tells why costs differ between an earlier day and now: each cause with
// its share, which add up.
type Growth struct {
	list  kit.Listing[cost.Cause]
	grown cost.Growth
	from  time.Time
	guess bool // the ledger has nothing of that day
}

// NewGrowth shows a growth since a day; guess says that it was worked out from
// the dates of what there is now.
func NewGrowth(g cost.Growth, from time.Time, guess bool) Growth {
	return Growth{list: kit.NewListing(causeRecords(g), ""), grown: g, from: from, guess: guess}
}

func causeRecords(g cost.Growth) *kit.Records[cost.Cause] {
	most := cost.USD(1)
	for _, c := range g.Causes {
		most = max(most, c.Cost.High, -c.Cost.High)
	}
	return &kit.Records[cost.Cause]{
		One: "cause", Many: "causes",
		All: func(kit.Env) []cost.Cause { return g.Causes },
		ID: func(c cost.Cause) string {
			return c.Scope.String() + "/" + c.Key.Family + "/" + c.Key.Owner + "/" + c.Key.Creator + "/" + c.Key.Kind.String()
		},
		Also: func(cost.Cause) string { return "" },
		Cols: []kit.ListColumn[cost.Cause]{
			{Column: kit.Column{Key: "what", Title: "WHAT", Min: 8, Max: 13, Priority: 100, Fixed: true}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return happenedCell(c.What) }},
			{Column: kit.Column{Key: "family", Title: "FAMILY", Min: 14, Max: 50, Weight: 3, Middle: true, Priority: 98}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return orDash(c.Key.Family) }},
			{Column: kit.Column{Key: "kind", Title: "KIND", Min: 9, Max: 9, Priority: 90}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return kit.Cell{Text: c.Key.Kind.String(), Style: kit.Dim} }},
			{Column: kit.Column{Key: "cost", Title: "COST/MO", Min: 11, Max: 26, Right: true, Bar: 8, Priority: 99}, Cell: func(env kit.Env, c cost.Cause) kit.Cell {
				return kit.Cell{Text: signed(c.Cost.High), Part: float64(max(c.Cost.High, -c.Cost.High)) / float64(most), Style: growStyle(c.Cost.High)}
			}, Compare: func(a, b cost.Cause) int { return cmp.Compare(a.Cost.High, b.Cost.High) }, Large: true},
			{Column: kit.Column{Key: "share", Title: "SHARE", Min: 7, Max: 7, Right: true, Priority: 92}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return kit.Cell{Text: shareOf(c, g), Style: kit.Dim} }, Compare: func(a, b cost.Cause) int { return cmp.Compare(a.Cost.High, b.Cost.High) }, Large: true},
			{Column: kit.Column{Key: "snapshots", Title: "SNAPSHOTS", Min: 9, Max: 9, Right: true, Priority: 94}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return kit.Cell{Text: fmt.Sprintf("%+d", c.Snapshots)} }, Compare: func(a, b cost.Cause) int { return cmp.Compare(a.Snapshots, b.Snapshots) }, Large: true},
			{Column: kit.Column{Key: "creator", Title: "MADE BY", Min: 8, Max: 12, Priority: 80}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return orDash(c.Key.Creator) }},
			{Column: kit.Column{Key: "owner", Title: "OWNER", Min: 10, Max: 24, Weight: 1, Priority: 78}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return orDash(c.Key.Owner) }},
			{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 88}, Cell: func(env kit.Env, c cost.Cause) kit.Cell {
				return kit.Cell{Text: env.Inv.Account(c.Scope.Account).Title()}
			}},
			{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 86}, Cell: func(_ kit.Env, c cost.Cause) kit.Cell { return kit.Cell{Text: c.Scope.Region} }},
		},
	}
}

func happenedCell(h cost.Happening) kit.Cell {
	c := kit.Cell{Text: h.String()}
	switch h {
	case cost.Added, cost.Grown:
		c.Style = kit.Warn
	case cost.Gone, cost.Shrunk:
		c.Style = kit.Good
	default:
		c.Style = kit.Dim
	}
	return c
}

func growStyle(u cost.USD) kit.Style {
	if u > 0 {
		return kit.Warn
	}
	return kit.Good
}

// signed is an amount with its sign.
func signed(u cost.USD) string {
	if u > 0 {
		return "+" + kit.Money(u)
	}
	return kit.Money(u)
}

// shareOf is what part of the growth a cause is; of one against it, below zero.
func shareOf(c cost.Cause, g cost.Growth) string {
	all := g.Cost().High
	if all == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(c.Cost.High)/float64(all))
}

func (s Growth) with(l kit.Listing[cost.Cause], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Sync asks for rows.
func (s Growth) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	env.Height -= growthLinesAbove
	return s.with(s.list.Sync(env))
}

// Receive takes rows.
func (s Growth) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Receive(env, a))
}

// Handle answers what is asked of a listing, and goes back.
func (s Growth) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= growthLinesAbove
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if _, back := in.(keys.Back); back && s.list.Text() == "" {
		return s, []kit.Effect{kit.Pop{}}
	}
	if c, ok := s.list.Current(); ok {
		switch in.(type) {
		case keys.Open:
			return s, openCause(c)
		case keys.CopyID:
			return s, []kit.Effect{kit.Clip{Text: c.Key.Family, What: "the family"}}
		}
	}
	l, effects, _ := s.list.Handle(env, in)
	return s.with(l, effects)
}

// openCause shows the images of the family there.
func openCause(c cost.Cause) []kit.Effect {
	terms := []string{"owner:" + quoted(c.Scope.Account), "region:" + quoted(c.Scope.Region)}
	if c.Key.Family == "" {
		return []kit.Effect{kit.Go{View: "snapshots", Then: kit.SetFilter{Query: c.Scope.Account + " " + c.Scope.Region + " " + c.Key.Kind.String()}}}
	}
	return []kit.Effect{kit.Go{View: "images", Then: kit.SetFilter{Query: strings.Join(append(terms, "family:"+quoted(c.Key.Family)), " "), Sort: "-created"}}}
}

// Ask sorts.
func (s Growth) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	env.Height -= growthLinesAbove
	if o, ok := r.(kit.SetOrder); ok {
		return s.with(s.list.SortBy(env, kit.ListOrder(o)))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Growth) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Growth) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(env, msg))
}

// Scopes are a listing's, with the way back.
func (s Growth) Scopes() []keys.Scope { return s.list.Scopes(keys.Jumped) }

// Disabled says why an intent makes no sense now.
func (s Growth) Disabled(_ kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.CopyID:
		return s.list.Nothing()
	}
	return ""
}

// Counts says how many causes there are.
func (s Growth) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.Counts()} }

const growthLinesAbove = 2

// View draws the growth, and its causes below.
func (s Growth) View(env kit.Env) string {
	t := env.Theme
	env.Height -= growthLinesAbove
	whole := t.Paint(kit.Strong, signed(s.grown.Cost().High)+" a month") + t.Paint(kit.Dim, fmt.Sprintf(
		" since %s: from %s to %s, high ends", kit.Date(s.from), kit.Money(s.grown.Before.High), kit.Money(s.grown.Now.High)))
	how := "from the ledger of each day"
	if s.guess {
		how = "worked out from creation dates, as the ledger has nothing of that day: what was deleted since is not in it"
	}
	lines := []string{kit.Block(" "+whole, env.Width, 1), kit.Block(" "+t.Paint(kit.Dim, t.Cut(how, max(0, env.Width-2))), env.Width, 1)}
	return strings.Join(append(lines, s.list.View(env, "nothing changed since then")), "\n")
}
