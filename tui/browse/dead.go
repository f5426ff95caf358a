package browse

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Dead is the view of references to images that are gone, disabled or not ours.
type Dead struct{ list kit.Listing[model.Dead] }

// NewDead is the view of dead references, the worst first.
func NewDead() Dead { return Dead{kit.NewListing(&deadRecords, "")} }

var deadRecords = kit.Records[model.Dead]{
	One: "dead reference", Many: "dead references", ID: deadID,
	All:  func(env kit.Env) []model.Dead { return env.Usage.Dead() },
	Also: func(d model.Dead) string { return d.Ref.ID },
	Cols: []kit.ListColumn[model.Dead]{
		{Column: kit.Column{Key: "name", Title: "REFERENCE", Min: 14, Max: 32, Weight: 2, Priority: 100, Fixed: true}, Cell: func(_ kit.Env, d model.Dead) kit.Cell { return kit.Cell{Text: d.Ref.Label(), Style: kit.Strong} }},
		{Column: kit.Column{Key: "kind", Title: "KIND", Min: 8, Max: 13, Priority: 92}, Cell: func(_ kit.Env, d model.Dead) kit.Cell { return kit.Cell{Text: d.Ref.Thing()} }},
		{Column: kit.Column{Key: "severity", Title: "SEVERITY", Min: 8, Max: 8, Priority: 94}, Cell: severityCell, Compare: func(a, b model.Dead) int { return cmp.Compare(a.Severity, b.Severity) }, Large: true},
		{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 88}, Cell: func(env kit.Env, d model.Dead) kit.Cell {
			return orDash(env.Inv.Account(d.Ref.Scope.Account).Title())
		}},
		{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 80}, Cell: func(_ kit.Env, d model.Dead) kit.Cell { return orDash(d.Ref.Scope.Region) }},
		{Column: kit.Column{Key: "image", Title: "IMAGE", Min: 21, Max: 30, Weight: 1, Middle: true, Priority: 91}, Cell: func(_ kit.Env, d model.Dead) kit.Cell {
			if d.Target.ID == "" {
				return orDash("")
			}
			return targetCell(d.Target)
		}},
		{Column: kit.Column{Key: "condition", Title: "IMAGE IS", Min: 10, Max: 15, Priority: 90}, Cell: func(_ kit.Env, d model.Dead) kit.Cell { return conditionCell(d.Target) }, Compare: func(a, b model.Dead) int { return cmp.Compare(a.Target.Condition, b.Target.Condition) }, Large: true},
		{Column: kit.Column{Key: "why", Title: "WHY", Min: 20, Max: 100, Weight: 3, Priority: 70}, Cell: func(_ kit.Env, d model.Dead) kit.Cell { return kit.Cell{Text: d.Why, Style: kit.Dim} }},
	},
}

func deadID(d model.Dead) string {
	return d.Ref.Source.Word() + "/" + d.Ref.Scope.String() + "/" + d.Ref.Key + "/" + d.Target.ID
}

func severityCell(_ kit.Env, d model.Dead) kit.Cell {
	return ofSeverity(d.Severity)
}

// Sync asks for new rows when the world changed.
func (s Dead) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	env.Height -= whyLines
	return s.with(s.list.Sync(env))
}

func (s Dead) with(l kit.Listing[model.Dead], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Receive takes new rows.
func (s Dead) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Receive(env, a))
}

// Handle answers what is asked of a listing, and goes where a reference leads.
func (s Dead) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= whyLines
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	l, effects, ok := s.list.Handle(env, in)
	if ok {
		return s.with(l, effects)
	}
	d, ok := s.list.Current()
	if !ok {
		return s, nil
	}
	switch in := in.(type) {
	case keys.Open, keys.Click:
		return s, openDead(env, d)
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: d.Ref.ID, What: d.Ref.ID}}
	case keys.Refresh:
		return s, readScope(d.Ref.Scope, in)
	}
	return s, nil
}

// openDead goes to the image, where there is one to look at, else to the
// instance, else it offers what else can be done.
func openDead(env kit.Env, d model.Dead) []kit.Effect {
	switch {
	case cannotOpen(env, d.Target) == "":
		return push(NewUsedBy(d.Target.Image.ImageKey))
	case d.Ref.Source == model.Instances:
		return push(InstancesAt(d.Ref))
	}
	menu := kit.Menu{Title: d.Ref.Thing() + " " + d.Ref.Label(), Items: []kit.Item{
		{Letter: "i", Text: "copy its id", Note: d.Ref.ID, Do: kit.Clip{Text: d.Ref.ID, What: d.Ref.ID}},
	}}
	if id := d.Target.ID; id != "" {
		menu.Items = append(menu.Items,
			kit.Item{Letter: "m", Text: "copy the image id", Note: id, Do: kit.Clip{Text: id, What: id}},
			kit.Item{Letter: "l", Text: "instances on this image", Note: id, Do: kit.Push{Screen: InstancesOn(id)}})
	}
	return push(menu)
}

// Ask sorts.
func (s Dead) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	if o, ok := r.(kit.SetOrder); ok {
		return s.with(s.list.SortBy(env, kit.ListOrder(o)))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Dead) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Dead) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(env, msg))
}

// Scopes are a listing's.
func (s Dead) Scopes() []keys.Scope { return s.list.Scopes() }

// Disabled says why an intent makes no sense now.
func (s Dead) Disabled(_ kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.CopyID:
		return s.list.Nothing()
	}
	return ""
}

// Counts says how many dead references there are.
func (s Dead) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.Counts()} }

// whyLines is the height of what is told about the row under the cursor, for
// which its column may be too narrow.
const whyLines = 1

// View draws the references, and below them why the one under the cursor is
// dead.
func (s Dead) View(env kit.Env) string {
	if env.Usage == nil {
		return kit.Placeholder(env.Theme, env.Width, env.Height, "references were not looked at yet", "they are read after the images")
	}
	t, why := env.Theme, ""
	if d, ok := s.list.Current(); ok {
		why = " " + t.Paint(kit.Dim, t.Cut(d.Why, max(0, env.Width-2)))
	}
	env.Height -= whyLines
	return s.list.View(env, "no dead references", "nothing that was read points at an image that is gone, disabled or not yours") + "\n" + kit.Block(why, env.Width, whyLines)
}
