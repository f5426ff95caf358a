package browse

import (
	"cmp"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Instances is the view of what runs: every instance of all scopes, on which
// image, and how far behind that is.
type Instances struct {
	list   kit.Listing[model.Running]
	jumped bool // it lies on top of another screen, and goes back to it
}

// NewInstances is the view of all instances.
func NewInstances() Instances { return Instances{list: kit.NewListing(&instanceRecords, "")} }

// InstancesAt is the view with the cursor on one of them, to come back from.
func InstancesAt(ref *model.Reference) Instances {
	s := Instances{list: kit.NewListing(&instanceRecords, ""), jumped: true}
	s.list.At = instanceID(model.Running{Ref: ref})
	return s
}

// InstancesOn is the view of those that run on an image, to come back from.
func InstancesOn(image string) Instances {
	return Instances{list: kit.NewListing(&instanceRecords, image), jumped: true}
}

var instanceRecords = kit.Records[model.Running]{
	One: "instance", Many: "instances", ID: instanceID, Order: kit.ListOrder{Key: "condition", Desc: true},
	All:  func(env kit.Env) []model.Running { return env.Usage.Running() },
	Also: func(r model.Running) string { return r.Target.ID },
	Cols: []kit.ListColumn[model.Running]{
		{Column: kit.Column{Key: "name", Title: "NAME", Min: 10, Max: 24, Weight: 1, Priority: 100, Fixed: true}, Cell: instanceNameCell},
		{Column: kit.Column{Key: "image", Title: "IMAGE", Min: 18, Max: 60, Weight: 3, Middle: true, Priority: 95}, Cell: func(_ kit.Env, r model.Running) kit.Cell { return targetCell(r.Target) }},
		{Column: kit.Column{Key: "condition", Title: "IMAGE IS", Min: 10, Max: 15, Priority: 92}, Cell: func(_ kit.Env, r model.Running) kit.Cell { return conditionCell(r.Target) }, Compare: worseImage, Large: true},
		{Column: kit.Column{Key: "behind", Title: "BEHIND", Min: 6, Max: 6, Right: true, Priority: 90}, Cell: behindCell, Compare: func(a, b model.Running) int { return cmp.Compare(a.Behind, b.Behind) }, Large: true},
		{Column: kit.Column{Key: "state", Title: "STATE", Min: 7, Max: 8, Priority: 86}, Cell: instanceStateCell},
		{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 88}, Cell: func(env kit.Env, r model.Running) kit.Cell {
			return kit.Cell{Text: env.Inv.Account(r.Ref.Scope.Account).Title()}
		}},
		{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 87}, Cell: func(_ kit.Env, r model.Running) kit.Cell { return kit.Cell{Text: r.Ref.Scope.Region} }},
		{Column: kit.Column{Key: "id", Title: "INSTANCE", Min: 19, Max: 19, Priority: 80}, Cell: func(_ kit.Env, r model.Running) kit.Cell { return kit.Cell{Text: r.Ref.ID, Style: kit.Dim} }},
		{Column: kit.Column{Key: "group", Title: "GROUP", Min: 8, Max: 24, Weight: 1, Priority: 70}, Cell: func(_ kit.Env, r model.Running) kit.Cell { return orDash(r.Ref.Group) }},
		{Column: kit.Column{Key: "since", Title: "SINCE", Min: 5, Max: 5, Right: true, Priority: 82}, Cell: sinceCell, Compare: func(a, b model.Running) int { return a.Ref.Since.Compare(b.Ref.Since) }},
	},
}

// worseImage orders instances by their images: by what is wrong with these, and
// then by how far behind they are.
func worseImage(a, b model.Running) int {
	return cmp.Or(cmp.Compare(a.Target.Condition, b.Target.Condition), cmp.Compare(a.Behind, b.Behind))
}

func instanceID(r model.Running) string { return r.Ref.Scope.String() + "/" + r.Ref.ID }

func instanceNameCell(_ kit.Env, r model.Running) kit.Cell {
	if r.Ref.Name == "" {
		return kit.Cell{Text: r.Ref.ID, Style: kit.Dim}
	}
	return kit.Cell{Text: r.Ref.Name, Style: kit.Strong}
}

// targetCell names an image that something comes to.
func targetCell(t model.Target) kit.Cell {
	if t.Image == nil || t.Image.Name == "" {
		return kit.Cell{Text: t.ID, Style: kit.Dim}
	}
	return kit.Cell{Text: t.Image.Name}
}

func conditionCell(t model.Target) kit.Cell {
	c := kit.Cell{Text: t.Word()}
	switch t.Condition {
	case model.NotResolved:
		return unknown()
	case model.InOrder:
		c.Style = kit.Dim
	case model.Foreign:
		c.Style = kit.Info
	case model.PastDate, model.Unplaced:
		c.Style = kit.Warn
	default:
		c.Style = kit.Bad
	}
	return c
}

// behindCell counts the newer versions; none is said as such.
func behindCell(_ kit.Env, r model.Running) kit.Cell {
	switch {
	case r.Behind < 0:
		return unknown()
	case r.Behind == 0:
		return kit.Cell{Text: "newest", Style: kit.Good}
	}
	return kit.Cell{Text: strconv.Itoa(r.Behind), Style: kit.Warn}
}

func instanceStateCell(_ kit.Env, r model.Running) kit.Cell {
	switch r.Ref.State {
	case "running":
		return kit.Cell{Text: r.Ref.State, Style: kit.Good}
	case "stopped":
		return kit.Cell{Text: r.Ref.State, Style: kit.Dim}
	}
	return kit.Cell{Text: r.Ref.State, Style: kit.Info}
}

func sinceCell(env kit.Env, r model.Running) kit.Cell {
	if r.Ref.Since.IsZero() {
		return unknown()
	}
	return kit.Cell{Text: kit.Age(env.Now.Sub(r.Ref.Since)), Style: kit.Dim}
}

// Sync asks for new rows when the world changed.
func (s Instances) Sync(env kit.Env) (kit.Screen, []kit.Effect) { return s.with(s.list.Sync(env)) }

func (s Instances) with(l kit.Listing[model.Running], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Receive takes new rows.
func (s Instances) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Receive(env, a))
}

// Handle answers what is asked of a listing, opens images and goes back.
func (s Instances) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if _, back := in.(keys.Back); back && s.jumped {
		return s, []kit.Effect{kit.Pop{}}
	}
	l, effects, ok := s.list.Handle(env, in)
	if ok {
		return s.with(l, effects)
	}
	r, ok := s.list.Current()
	if !ok {
		return s, nil
	}
	switch in := in.(type) {
	case keys.Open, keys.Click:
		return s, openImage(r.Target)
	case keys.UsedBy:
		if r.Target.Image != nil {
			return s, push(NewUsedBy(r.Target.Image.ImageKey))
		}
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: r.Ref.ID, What: r.Ref.ID}}
	case keys.Refresh:
		return s, readScope(r.Ref.Scope, in)
	}
	return s, nil
}

func openImage(t model.Target) []kit.Effect {
	if t.Image == nil {
		return nil
	}
	return push(NewDetail(t.Image.ImageKey))
}

func readScope(s model.Scope, in keys.Refresh) []kit.Effect {
	if in.All || s == (model.Scope{}) {
		return []kit.Effect{kit.Read{}}
	}
	return []kit.Effect{kit.Read{Scopes: []model.Scope{s}}}
}

// Ask sorts.
func (s Instances) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	if o, ok := r.(kit.SetOrder); ok {
		return s.with(s.list.SortBy(env, kit.ListOrder(o)))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Instances) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Instances) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(env, msg))
}

// Scopes are a listing's, with the way back where there is one.
func (s Instances) Scopes() []keys.Scope {
	if s.jumped {
		return s.list.Scopes(keys.Jumped)
	}
	return s.list.Scopes()
}

// Disabled says why an intent makes no sense now.
func (s Instances) Disabled(env kit.Env, in keys.Intent) string {
	r, ok := s.list.Current()
	switch in.(type) {
	case keys.Open:
		if s.list.Searching() {
			return ""
		}
		if ok {
			return cannotOpen(env, r.Target)
		}
	case keys.CopyID:
	default:
		return ""
	}
	if !ok {
		return "no instance is shown"
	}
	return ""
}

// cannotOpen says why there is nothing to open of an image.
func cannotOpen(env kit.Env, t model.Target) string {
	if t.Image != nil {
		if _, ok := env.Inv.Image(t.Image.ImageKey); ok {
			return ""
		}
		return "this is an image of " + cmp.Or(t.Image.OwnerAlias, t.Image.Owner) + ", which is not among the images read"
	}
	switch t.Condition {
	case model.Vanished:
		return t.ID + " is gone, or no longer shared: there is nothing to open"
	case model.LeadsNowhere:
		return "it names no image"
	default:
		return t.ID + " is not among the images read"
	}
}

// Counts says how many instances there are.
func (s Instances) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.Counts()} }

// View draws the instances.
func (s Instances) View(env kit.Env) string {
	if env.Usage == nil {
		return kit.Placeholder(env.Theme, env.Width, env.Height, "instances were not looked at yet", "they are read after the images")
	}
	return s.list.View(env, "no instances in these accounts and regions", "9 shows what was read and what failed")
}
