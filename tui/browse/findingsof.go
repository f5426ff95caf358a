package browse

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// FindingsOf lists what one rule found.
type FindingsOf struct {
	list listing[finding.Finding]
	rule finding.Rule
}

// NewFindingsOf is the list of one rule, to come back from.
func NewFindingsOf(r finding.Rule) FindingsOf {
	return FindingsOf{newListing(findingRecords(r), ""), r}
}

func findingRecords(r finding.Rule) *records[finding.Finding] {
	return &records[finding.Finding]{
		one: "finding", many: "findings", audit: true,
		id:   func(f finding.Finding) string { return f.Target.Scope.String() + "/" + f.Target.ID },
		also: func(f finding.Finding) string { return f.Target.ID + " " + f.Target.Name },
		all: func(env kit.Env) []finding.Finding {
			return slices.DeleteFunc(env.Findings.All(), func(f finding.Finding) bool { return f.Rule.ID != r.ID })
		},
		cols: []listColumn[finding.Finding]{
			{Column: kit.Column{Key: "name", Title: "NAME", Min: 16, Max: 60, Weight: 3, Middle: true, Priority: 100, Fixed: true}, cell: func(_ kit.Env, f finding.Finding) kit.Cell {
				return kit.Cell{Text: cmp.Or(f.Target.Name, f.Target.ID, "the whole scope"), Style: kit.Strong}
			}},
			{Column: kit.Column{Key: "state", Title: "STATE", Min: 8, Max: 8, Priority: 98}, cell: findingStateCell, compare: func(a, b finding.Finding) int { return cmp.Compare(a.State, b.State) }},
			{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 92}, cell: func(env kit.Env, f finding.Finding) kit.Cell {
				return kit.Cell{Text: env.Inv.Account(f.Target.Scope.Account).Title()}
			}},
			{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 90}, cell: func(_ kit.Env, f finding.Finding) kit.Cell { return kit.Cell{Text: f.Target.Scope.Region} }},
			{Column: kit.Column{Key: "evidence", Title: "EVIDENCE", Min: 20, Max: 120, Weight: 4, Priority: 96}, cell: func(_ kit.Env, f finding.Finding) kit.Cell { return kit.Cell{Text: f.Evidence, Style: kit.Dim} }},
			{Column: kit.Column{Key: "id", Title: "ID", Min: 21, Max: 21, Priority: 60}, cell: func(_ kit.Env, f finding.Finding) kit.Cell { return orDash(f.Target.ID) }},
		},
	}
}

func findingStateCell(_ kit.Env, f finding.Finding) kit.Cell {
	c := kit.Cell{Text: f.State.String()}
	switch f.State {
	case finding.Open:
		c.Style = kit.Bad
	case finding.Undecided:
		c.Style = kit.Warn
	default:
		c.Style = kit.Dim
	}
	return c
}

func (s FindingsOf) with(l listing[finding.Finding], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Sync asks for new rows when the findings changed.
func (s FindingsOf) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines + 1
	return s.with(s.list.sync(env))
}

// Receive takes new rows.
func (s FindingsOf) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.receive(env, a))
}

// Handle answers what is asked of a listing, opens the image, and goes back.
func (s FindingsOf) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines + 1
	if click, ok := in.(keys.Click); ok {
		in = keys.Click{X: click.X, Y: click.Y - 1}
	}
	if s.list.search.editing {
		if l, effects, ok := s.list.handleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if _, back := in.(keys.Back); back && s.list.search.text() == "" {
		return s, []kit.Effect{kit.Pop{}}
	}
	l, effects, ok := s.list.handle(env, in)
	if ok {
		return s.with(l, effects)
	}
	f, ok := s.list.current()
	if !ok {
		return s, nil
	}
	switch in := in.(type) {
	case keys.Open, keys.Click:
		if f.Target.Image != nil {
			return s, push(NewDetail(f.Target.Image.ImageKey))
		}
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: f.Target.Key(), What: f.Target.Key()}}
	case keys.Refresh:
		return s, readScope(f.Target.Scope, in)
	}
	return s, nil
}

// Ask sorts.
func (s FindingsOf) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines + 1
	if o, ok := r.(kit.SetOrder); ok {
		return s.with(s.list.sortBy(env, listOrder{o.Key, o.Desc}))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s FindingsOf) Typing() bool { return s.list.search.editing }

// Type edits the words that are searched.
func (s FindingsOf) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.typed(env, msg))
}

// Scopes are a listing's, with the way back.
func (s FindingsOf) Scopes() []keys.Scope {
	if s.list.search.editing {
		return []keys.Scope{keys.Finder}
	}
	return []keys.Scope{keys.Jumped, keys.Listing, keys.Table}
}

// Disabled says why an intent makes no sense now.
func (s FindingsOf) Disabled(_ kit.Env, in keys.Intent) string {
	f, ok := s.list.current()
	switch in.(type) {
	case keys.Open, keys.CopyID:
		if !ok && !s.list.search.editing {
			return "no finding is shown"
		}
	}
	if _, open := in.(keys.Open); open && ok && f.Target.Image == nil && !s.list.search.editing {
		return "this is no image: there is nothing to open"
	}
	return ""
}

// Counts says how many findings there are.
func (s FindingsOf) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.counts()} }

// View draws the rule's name, what it found, and what is to be known of it.
func (s FindingsOf) View(env kit.Env) string {
	t := env.Theme
	title := kit.Block(" "+t.Paint(ofSeverity(s.rule.Severity).Style, s.rule.Severity.String())+"  "+t.Paint(kit.Title, t.Clean(s.rule.Title)), env.Width, 1)
	env.Height -= adviceLines + 1
	return title + "\n" + s.list.view(env, "nothing is left of it") + "\n" + advice(env, s.rule)
}

// Audits is true: it shows nothing else.
func (s FindingsOf) Audits() bool { return true }
