package history

import (
	"cmp"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// NewArmed shows in which accounts and regions a deletion can be taken back, because
// the Recycle Bin would hold the image and all its snapshots.
func NewArmed() kit.Screen { return newSheet(&armedTopic) }

var armedTopic = topic[plan.Arming]{
	records: &armingRecords, scope: keys.Armed, jumped: true,
	title: "Where deletions can be taken back: rules hold images and their snapshots, for a week or longer",
	none:  []string{"no accounts and regions were read"}, nothing: "no account is shown",
	note: func(_ kit.Env, a plan.Arming) (string, kit.Style) { return armWhy(a), kit.Dim },
	do: func(in keys.Intent, a plan.Arming) []kit.Effect {
		if _, id := in.(keys.CopyID); id {
			return []kit.Effect{kit.Clip{Text: a.Scope.Account, What: "the account " + a.Scope.Account}}
		}
		return ofScope(in, a.Scope)
	},
}

// ofScope are the ways on from a row that is of an account and region: its images, and
// to read it again.
func ofScope(in keys.Intent, s model.Scope) []kit.Effect {
	switch in.(type) {
	case keys.Open, keys.Click:
		return []kit.Effect{kit.Go{View: "images", Then: kit.SetFilter{Query: "account:" + s.Account + " region:" + s.Region}}}
	case keys.Refresh:
		return []kit.Effect{kit.Read{Scopes: []model.Scope{s}}}
	}
	return nil
}

// enough is for how many days something must be held for undo to be called armed: a
// deletion by mistake shows when the next deployment fails, which may take a week.
const enough = 7

// arm is whether deletions in a scope can be taken back, the worst first.
type arm uint8

const (
	bare   arm = iota // none
	partly            // of some images
	hidden            // not known
	short             // not for long
	armed
	idle // there is nothing to delete
)

func armOf(a plan.Arming) arm {
	switch {
	case a.Images == a.Never:
		return idle
	case a.Unheld() > 0 && a.Held == 0 && a.Unsure == 0:
		return bare
	case a.Unheld() > 0:
		return partly
	case a.Unsure > 0:
		return hidden
	case a.Days < enough:
		return short
	}
	return armed
}

func (a arm) cell() kit.Cell {
	return [...]kit.Cell{
		bare: {Text: "no", Style: kit.Bad}, partly: {Text: "in part", Style: kit.Warn}, hidden: {Text: kit.Unread, Style: kit.Warn},
		short: {Text: "not for long", Style: kit.Warn}, armed: {Text: "yes", Style: kit.Good}, idle: {Text: "no images", Style: kit.Dim},
	}[a]
}

var armingRecords = kit.Records[plan.Arming]{
	One: "account and region", Many: "accounts and regions", Order: kit.ListOrder{Key: "undo"},
	All:  func(env kit.Env) []plan.Arming { return plan.Arm(env.Inv) },
	ID:   func(a plan.Arming) string { return a.Scope.String() },
	Also: func(a plan.Arming) string { return a.Scope.Account },
	Cols: []kit.ListColumn[plan.Arming]{
		{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 26, Weight: 1, Priority: 100, Fixed: true}, Cell: func(env kit.Env, a plan.Arming) kit.Cell {
			return kit.Cell{Text: env.Inv.Account(a.Scope.Account).Title()}
		}},
		{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 97}, Cell: func(_ kit.Env, a plan.Arming) kit.Cell { return kit.Cell{Text: a.Scope.Region} }},
		{Column: kit.Column{Key: "undo", Title: "UNDO ARMED", Min: 12, Max: 12, Priority: 98}, Cell: func(_ kit.Env, a plan.Arming) kit.Cell { return armOf(a).cell() }, Compare: compareArms},
		{Column: kit.Column{Key: "days", Title: "DAYS", Min: 4, Max: 5, Right: true, Priority: 96}, Cell: func(_ kit.Env, a plan.Arming) kit.Cell { return number(a.Days) }, Compare: func(a, b plan.Arming) int { return cmp.Compare(a.Days, b.Days) }, Large: true},
		{Column: kit.Column{Key: "images", Title: "IMAGES", Min: 6, Max: 7, Right: true, Priority: 90}, Cell: func(_ kit.Env, a plan.Arming) kit.Cell { return number(a.Images) }, Compare: func(a, b plan.Arming) int { return cmp.Compare(a.Images, b.Images) }, Large: true},
		{Column: kit.Column{Key: "lost", Title: "NOT HELD", Min: 8, Max: 8, Right: true, Priority: 94}, Cell: unheldCell, Compare: func(a, b plan.Arming) int { return cmp.Compare(a.Unheld(), b.Unheld()) }, Large: true},
		{Column: kit.Column{Key: "why", Title: "WHY", Min: 20, Max: 100, Weight: 3, Priority: 92}, Cell: func(_ kit.Env, a plan.Arming) kit.Cell { return kit.Cell{Text: armWhy(a), Style: kit.Dim} }},
	},
}

func compareArms(a, b plan.Arming) int {
	return cmp.Or(cmp.Compare(armOf(a), armOf(b)), cmp.Compare(b.Unheld(), a.Unheld()), a.Scope.Compare(b.Scope))
}

func number(n int) kit.Cell {
	if n == 0 {
		return orDash("")
	}
	return kit.Cell{Text: kit.Count(n)}
}

func unheldCell(_ kit.Env, a plan.Arming) kit.Cell {
	c := number(a.Unheld())
	if a.Unheld() > 0 {
		c.Style = kit.Bad
	}
	return c
}

// armWhy says what stands in the way, or for how long deletions can be taken back.
func armWhy(a plan.Arming) string {
	held := "what is deleted comes back for " + kit.Plural(a.Days, "day", "days")
	switch armOf(a) {
	case bare, partly:
		if len(a.NoRule) > 0 {
			return "no rule holds " + strings.Join(a.NoRule, " or ")
		}
		return "its rules do not take the tags of " + kit.Plural(a.Unheld(), "image or its snapshots", "images or their snapshots")
	case hidden:
		if a.Why != "" {
			return "the rules: " + a.Why
		}
		return "its rules ask for tags that were not read"
	case short:
		return held + " only"
	case armed:
		return held
	case idle:
	}
	if a.Never > 0 {
		return kit.Plural(a.Never, "image", "images") + " of instance store, which is never held"
	}
	return ""
}

// arming counts scopes with images by whether deletions there can be taken back.
type arming struct {
	of, armed, hidden int
	days              int // of that which is armed shortest
	ready             bool
}

func countArming(l *kit.Listing[plan.Arming]) (n arming) {
	for a := range l.All() {
		n.ready = true
		switch armOf(a) {
		case idle:
			continue
		case armed:
			if n.armed++; n.days == 0 || a.Days < n.days {
				n.days = a.Days
			}
		case hidden:
			n.hidden++
		case bare, partly, short:
		}
		n.of++
	}
	return n
}

// line says it all in one, plainly.
func (n arming) line(env kit.Env) string {
	t := env.Theme
	sign, style, text := t.Symbols.Alert, kit.Warn, ""
	switch left := n.of - n.armed - n.hidden; {
	case !n.ready || n.of == 0:
		return kit.Block("", env.Width, binHead)
	case left > 0:
		text = "Undo of deletions is not armed in " + kit.Count(left) + " of " + places(n.of)
	case n.hidden > 0:
		text = "Whether undo of deletions is armed is not known in " + kit.Count(n.hidden) + " of " + places(n.of)
	default:
		sign, style = t.Symbols.Check, kit.Good
		text = "Undo of deletions is armed in all " + places(n.of) + ", for " + kit.Plural(n.days, "day", "days") + " at least"
	}
	tip := "  " + t.Paint(kit.Key, "A") + t.Paint(kit.Dim, " shows where")
	return kit.Block(" "+t.Paint(style, sign+" "+t.Cut(text, max(0, env.Width-18)))+tip, env.Width, binHead)
}

func places(n int) string { return kit.Plural(n, "account and region", "accounts and regions") }
