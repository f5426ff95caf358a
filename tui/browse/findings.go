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
type Findings struct{ list listing[ruled] }

// ruled is a rule with how many findings it has.
type ruled struct {
	finding.Rule
	finding.Count
}

// NewFindings is the view of all rules.
func NewFindings() Findings { return Findings{newListing(&ruleRecords, "")} }

var ruleRecords = records[ruled]{
	one: "rule", many: "rules", audit: true,
	id:   func(r ruled) string { return r.ID },
	also: func(r ruled) string { return r.Title },
	all: func(env kit.Env) []ruled {
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
	cols: []listColumn[ruled]{
		{Column: kit.Column{Key: "severity", Title: "SEVERITY", Min: 8, Max: 8, Priority: 100, Fixed: true}, cell: func(_ kit.Env, r ruled) kit.Cell { return ofSeverity(r.Severity) }, compare: func(a, b ruled) int { return cmp.Compare(a.Severity, b.Severity) }, large: true},
		{Column: kit.Column{Key: "title", Title: "WHAT", Min: 20, Max: 70, Weight: 3, Priority: 98}, cell: func(_ kit.Env, r ruled) kit.Cell { return kit.Cell{Text: r.Title, Style: kit.Strong} }},
		{Column: kit.Column{Key: "open", Title: "OPEN", Min: 6, Max: 6, Right: true, Priority: 97}, cell: func(_ kit.Env, r ruled) kit.Cell { return numberOrDash(r.Open) }, compare: func(a, b ruled) int { return cmp.Compare(a.Open, b.Open) }, large: true},
		{Column: kit.Column{Key: "unknown", Title: "UNKNOWN", Min: 7, Max: 7, Right: true, Priority: 94}, cell: func(_ kit.Env, r ruled) kit.Cell {
			c := numberOrDash(r.Unknown)
			c.Style = kit.Dim
			return c
		}, compare: func(a, b ruled) int { return cmp.Compare(a.Unknown, b.Unknown) }, large: true},
		{Column: kit.Column{Key: "accepted", Title: "ACCEPTED", Min: 8, Max: 8, Right: true, Priority: 80}, cell: func(_ kit.Env, r ruled) kit.Cell { return numberOrDash(r.Accepted) }, compare: func(a, b ruled) int { return cmp.Compare(a.Accepted, b.Accepted) }, large: true},
		{Column: kit.Column{Key: "rule", Title: "RULE", Min: 12, Max: 26, Priority: 90}, cell: func(_ kit.Env, r ruled) kit.Cell { return kit.Cell{Text: r.ID, Style: kit.Dim} }},
		{Column: kit.Column{Key: "about", Title: "ABOUT", Min: 8, Max: 8, Priority: 70}, cell: func(_ kit.Env, r ruled) kit.Cell { return kit.Cell{Text: r.Unit.String(), Style: kit.Dim} }},
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

func (s Findings) with(l listing[ruled], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// adviceLines is the height of what is told of the row under the cursor.
const adviceLines = 2

// Sync asks for new rows when the findings changed.
func (s Findings) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines
	return s.with(s.list.sync(env))
}

// Receive takes new rows.
func (s Findings) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.receive(env, a))
}

// Handle answers what is asked of a listing, and opens what is behind a rule.
func (s Findings) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= adviceLines
	if s.list.search.editing {
		if l, effects, ok := s.list.handleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	l, effects, ok := s.list.handle(env, in)
	if ok {
		return s.with(l, effects)
	}
	r, ok := s.list.current()
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
		return s.with(s.list.sortBy(env, listOrder{o.Key, o.Desc}))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Findings) Typing() bool { return s.list.search.editing }

// Type edits the words that are searched.
func (s Findings) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.typed(env, msg))
}

// Scopes are a listing's.
func (s Findings) Scopes() []keys.Scope {
	if s.list.search.editing {
		return []keys.Scope{keys.Finder}
	}
	return []keys.Scope{keys.Listing, keys.Table}
}

// Disabled says why an intent makes no sense now.
func (s Findings) Disabled(_ kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.CopyID:
		if _, ok := s.list.current(); !ok && !s.list.search.editing {
			return "no rule is shown"
		}
	}
	return ""
}

// Counts says how many rules have findings, and how many of these are open.
func (s Findings) Counts(kit.Env) []kit.Part {
	open := 0
	for _, r := range s.list.rows.all {
		open += r.rec.Open
	}
	return []kit.Part{s.list.counts(), {Text: kit.Plural(open, "open finding", "open findings"), Style: kit.Warn, Priority: 80}}
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
	if x, ok := s.list.current(); ok {
		r = x.Rule
	}
	return s.list.view(env, "nothing was found", "what could not be read would stand here as unknown") + "\n" + advice(env, r)
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
