package browse

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Findings is the view of what is wrong, by rule, the worst first. Behind each
// rule are the images, instances and scopes that it is about.
type Findings struct{ list kit.Listing[ruled] }

// ruled is a rule with how many findings it has.
type ruled struct {
	finding.Rule
	finding.Count
}

// NewFindings is the view of all rules.
func NewFindings() Findings { return Findings{kit.NewListing(&ruleRecords, "")} }

var ruleRecords = kit.Records[ruled]{
	One: "rule", Many: "rules", Audit: true,
	ID:   func(r ruled) string { return r.ID },
	Also: func(r ruled) string { return r.Title },
	All: func(env kit.Env) []ruled {
		var out []ruled
		for _, r := range finding.Rules() {
			if n := env.Findings.Count(r.ID); n.Total() > 0 {
				r.Severity = env.Findings.Severity(r)
				out = append(out, ruled{r, n})
			}
		}
		slices.SortStableFunc(out, func(a, b ruled) int {
			return cmp.Or(cmp.Compare(min(b.Open, 1), min(a.Open, 1)), cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Open, a.Open))
		})
		return out
	},
	Cols: []kit.ListColumn[ruled]{
		{Column: kit.Column{Key: "severity", Title: "SEVERITY", Min: 8, Max: 8, Priority: 100, Fixed: true}, Cell: func(_ kit.Env, r ruled) kit.Cell { return ofSeverity(r.Severity) }, Compare: func(a, b ruled) int { return cmp.Compare(a.Severity, b.Severity) }, Large: true},
		{Column: kit.Column{Key: "title", Title: "WHAT", Min: 20, Max: 70, Weight: 3, Priority: 98}, Cell: func(_ kit.Env, r ruled) kit.Cell { return kit.Cell{Text: r.Title, Style: kit.Strong} }},
		{Column: kit.Column{Key: "open", Title: "OPEN", Min: 6, Max: 6, Right: true, Priority: 97}, Cell: func(_ kit.Env, r ruled) kit.Cell { return numberOrDash(r.Open) }, Compare: func(a, b ruled) int { return cmp.Compare(a.Open, b.Open) }, Large: true},
		{Column: kit.Column{Key: "unknown", Title: "UNKNOWN", Min: 7, Max: 7, Right: true, Priority: 94}, Cell: func(_ kit.Env, r ruled) kit.Cell {
			c := numberOrDash(r.Unknown)
			c.Style = kit.Dim
			return c
		}, Compare: func(a, b ruled) int { return cmp.Compare(a.Unknown, b.Unknown) }, Large: true},
		{Column: kit.Column{Key: "accepted", Title: "ACCEPTED", Min: 8, Max: 8, Right: true, Priority: 80}, Cell: func(_ kit.Env, r ruled) kit.Cell { return numberOrDash(r.Accepted) }, Compare: func(a, b ruled) int { return cmp.Compare(a.Accepted, b.Accepted) }, Large: true},
		{Column: kit.Column{Key: "rule", Title: "RULE", Min: 12, Max: 26, Priority: 90}, Cell: func(_ kit.Env, r ruled) kit.Cell { return kit.Cell{Text: r.ID, Style: kit.Dim} }},
		{Column: kit.Column{Key: "about", Title: "ABOUT", Min: 8, Max: 8, Priority: 70}, Cell: func(_ kit.Env, r ruled) kit.Cell { return kit.Cell{Text: r.Unit.String(), Style: kit.Dim} }},
	},
}

func ofSeverity(s model.Severity) kit.Cell {
	c := kit.Cell{Text: s.String()}
	switch s {
	case model.SeverityCritical, model.SeverityHigh:
		c.Style = kit.Bad
	case model.SeverityMedium:
		c.Style = kit.Warn
	case model.SeverityLow:
	case model.SeverityInfo:
		c.Style = kit.Dim
	}
	return c
}

func (s Findings) with(l kit.Listing[ruled], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// adviceLines is the height of what is told of the row under the cursor.
const adviceLines = 2

// Sync asks for new rows when the findings changed.
func (s Findings) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines
	return s.with(s.list.Sync(env))
}

// Receive takes new rows.
func (s Findings) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Receive(env, a))
}

// Handle answers what is asked of a listing, and opens what is behind a rule.
func (s Findings) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
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
		return s, push(NewFindingsOf(r.Rule))
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: r.ID, What: r.ID}}
	case keys.Refresh:
		return s, readScope(model.Scope{}, in)
	}
	return s, nil
}

// Ask sorts.
func (s Findings) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines
	if o, ok := r.(kit.SetOrder); ok {
		return s.with(s.list.SortBy(env, kit.ListOrder(o)))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Findings) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Findings) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(env, msg))
}

// Scopes are a listing's.
func (s Findings) Scopes() []keys.Scope { return s.list.Scopes() }

// Disabled says why an intent makes no sense now.
func (s Findings) Disabled(_ kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.CopyID:
		return s.list.Nothing()
	}
	return ""
}

// Counts says how many rules have findings, and how many of these are open.
func (s Findings) Counts(kit.Env) []kit.Part {
	open := 0
	for r := range s.list.All() {
		open += r.Open
	}
	return []kit.Part{s.list.Counts(), {Text: kit.Plural(open, "open finding", "open findings"), Style: kit.Warn, Priority: 80}}
}

// View draws the rules, and below them why the one under the cursor matters and
// what mends it.
func (s Findings) View(env kit.Env) string {
	t := env.Theme
	if env.Findings == nil {
		return kit.Placeholder(t, env.Width, env.Height, "nothing was judged yet", "that needs images and what uses them")
	}
	env.Height -= adviceLines
	var r finding.Rule
	if x, ok := s.list.Current(); ok {
		r = x.Rule
	}
	return s.list.View(env, "nothing was found", "what could not be read would stand here as unknown") + "\n" + advice(env, r)
}

func advice(env kit.Env, r finding.Rule) string {
	t := env.Theme
	lines := make([]string, adviceLines)
	if r.ID != "" {
		lines[0] = " " + t.Paint(kit.Dim, t.Cut(r.Why, max(0, env.Width-2)))
		lines[1] = " " + t.Paint(kit.Accent, t.Cut("mends it: "+r.Mend, max(0, env.Width-2)))
	}
	return kit.Block(strings.Join(lines, "\n"), env.Width, adviceLines)
}

// Audits is true: it shows nothing else.
func (s Findings) Audits() bool { return true }
