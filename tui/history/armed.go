package history

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Armed shows in which accounts and regions a deletion can be taken back, because
// the Recycle Bin would hold the image and all its snapshots.
type Armed struct{ list kit.Listing[plan.Arming] }

// NewArmed is that list, to come back from.
func NewArmed() Armed { return Armed{kit.NewListing(&armingRecords, "")} }

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

func (s Armed) with(l kit.Listing[plan.Arming], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

func armedRoom(env kit.Env) kit.Env {
	env.Height -= 1 + whyLines
	return env
}

// Sync asks for new rows when the world changed.
func (s Armed) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Sync(armedRoom(env)))
}

// Receive takes new rows.
func (s Armed) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Receive(armedRoom(env), a))
}

// Handle answers what is asked of a listing, and shows the images of a scope.
func (s Armed) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env = armedRoom(env)
	if click, ok := in.(keys.Click); ok {
		click.Y--
		in = click
	}
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if _, leave := in.(keys.Back); leave && s.list.Text() == "" {
		return s, []kit.Effect{kit.Pop{}}
	}
	if l, effects, ok := s.list.Handle(env, in); ok {
		return s.with(l, effects)
	}
	a, ok := s.list.Current()
	if !ok {
		return s, nil
	}
	switch in.(type) {
	case keys.Open, keys.Click:
		return s, []kit.Effect{kit.Go{View: "images", Then: kit.SetFilter{Query: "account:" + a.Scope.Account + " region:" + a.Scope.Region}}}
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: a.Scope.Account, What: "the account " + a.Scope.Account}}
	case keys.Refresh:
		return s, []kit.Effect{kit.Read{Scopes: []model.Scope{a.Scope}}}
	}
	return s, nil
}

// Ask sorts.
func (s Armed) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	if o, ok := r.(kit.SetOrder); ok {
		return s.with(s.list.SortBy(armedRoom(env), kit.ListOrder(o)))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Armed) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Armed) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(armedRoom(env), msg))
}

// Scopes are a listing's, to come back from.
func (s Armed) Scopes() []keys.Scope {
	if s.list.Searching() {
		return []keys.Scope{keys.Finder}
	}
	return []keys.Scope{keys.Jumped, keys.Armed, keys.Listing, keys.Table}
}

// Disabled says why an intent makes no sense now.
func (s Armed) Disabled(_ kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.CopyID:
		if _, ok := s.list.Current(); !ok && !s.list.Searching() {
			return "no account is shown"
		}
	}
	return ""
}

// Counts says how many there are.
func (s Armed) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.Counts()} }

// View draws them, and below them why the one under the cursor is as it is.
func (s Armed) View(env kit.Env) string {
	text := ""
	if a, ok := s.list.Current(); ok {
		text = armWhy(a)
	}
	title := " " + env.Theme.Paint(kit.Title, env.Theme.Cut("Where deletions can be taken back: rules hold images and their snapshots, for a week or longer", env.Width-2))
	return strings.Join([]string{kit.Block(title, env.Width, 1), s.list.View(armedRoom(env), "no accounts and regions were read"), why(env, text, kit.Dim)}, "\n")
}
