package browse

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// FindingsOf lists what one rule found.
type FindingsOf struct {
	list kit.Listing[finding.Finding]
	rule finding.Rule
}

// NewFindingsOf is the list of one rule, to come back from.
func NewFindingsOf(r finding.Rule) FindingsOf {
	return FindingsOf{kit.NewListing(findingRecords(r), ""), r}
}

func findingRecords(r finding.Rule) *kit.Records[finding.Finding] {
	return &kit.Records[finding.Finding]{
		One: "finding", Many: "findings", Audit: true,
		ID:   func(f finding.Finding) string { return f.Target.Scope.String() + "/" + f.Target.ID },
		Also: func(f finding.Finding) string { return f.Target.ID + " " + f.Target.Name },
		All: func(env kit.Env) []finding.Finding {
			return env.Findings.By(r.ID)
		},
		Cols: []kit.ListColumn[finding.Finding]{
			{Column: kit.Column{Key: "name", Title: "NAME", Min: 16, Max: 60, Weight: 3, Middle: true, Priority: 100, Fixed: true}, Cell: func(_ kit.Env, f finding.Finding) kit.Cell {
				return kit.Cell{Text: cmp.Or(f.Target.Name, f.Target.ID, "the whole scope"), Style: kit.Strong}
			}},
			{Column: kit.Column{Key: "state", Title: "STATE", Min: 8, Max: 8, Priority: 98}, Cell: findingStateCell, Compare: func(a, b finding.Finding) int { return cmp.Compare(a.State, b.State) }},
			{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 92}, Cell: func(env kit.Env, f finding.Finding) kit.Cell {
				return kit.Cell{Text: env.Inv.Account(f.Target.Scope.Account).Title()}
			}},
			{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 90}, Cell: func(_ kit.Env, f finding.Finding) kit.Cell { return kit.Cell{Text: f.Target.Scope.Region} }},
			{Column: kit.Column{Key: "evidence", Title: "EVIDENCE", Min: 20, Max: 120, Weight: 4, Priority: 96}, Cell: func(_ kit.Env, f finding.Finding) kit.Cell { return kit.Cell{Text: f.Evidence, Style: kit.Dim} }},
			{Column: kit.Column{Key: "id", Title: "ID", Min: 21, Max: 21, Priority: 60}, Cell: func(_ kit.Env, f finding.Finding) kit.Cell { return orDash(f.Target.ID) }},
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

func (s FindingsOf) with(l kit.Listing[finding.Finding], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Sync asks for new rows when the findings changed.
func (s FindingsOf) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines + 1
	return s.with(s.list.Sync(env))
}

// Receive takes new rows.
func (s FindingsOf) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Receive(env, a))
}

// Handle answers what is asked of a listing, opens the image, and goes back.
func (s FindingsOf) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines + 1
	if click, ok := in.(keys.Click); ok {
		in = keys.Click{X: click.X, Y: click.Y - 1}
	}
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if _, back := in.(keys.Back); back && s.list.Text() == "" {
		return s, []kit.Effect{kit.Pop{}}
	}
	l, effects, ok := s.list.Handle(env, in)
	if ok {
		return s.with(l, effects)
	}
	f, ok := s.list.Current()
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
		return s.with(s.list.SortBy(env, kit.ListOrder(o)))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s FindingsOf) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s FindingsOf) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(env, msg))
}

// Scopes are a listing's, with the way back.
func (s FindingsOf) Scopes() []keys.Scope { return s.list.Scopes(keys.Jumped) }

// Disabled says why an intent makes no sense now.
func (s FindingsOf) Disabled(_ kit.Env, in keys.Intent) string {
	f, ok := s.list.Current()
	switch in.(type) {
	case keys.Open, keys.CopyID:
		if why := s.list.Nothing(); why != "" {
			return why
		}
	}
	if _, open := in.(keys.Open); open && ok && f.Target.Image == nil && !s.list.Searching() {
		return "this is no image: there is nothing to open"
	}
	return ""
}

// Counts says how many findings there are.
func (s FindingsOf) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.Counts()} }

// View draws the rule's name, what it found, and what is to be known of it.
func (s FindingsOf) View(env kit.Env) string {
	t := env.Theme
	title := kit.Block(" "+t.Paint(ofSeverity(s.rule.Severity).Style, s.rule.Severity.String())+"  "+t.Paint(kit.Title, t.Clean(s.rule.Title)), env.Width, 1)
	env.Height -= adviceLines + 1
	return title + "\n" + s.list.View(env, "nothing is left of it") + "\n" + advice(env, s.rule)
}

// Audits is true: it shows nothing else.
func (s FindingsOf) Audits() bool { return true }
