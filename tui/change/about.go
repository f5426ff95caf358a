package change

import (
	"maps"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// reading is a page that is only read: lines, and a place in them.
type reading struct {
	title  string
	lines  []string
	scroll int
}

func (r reading) scrolled(env kit.Env, by int) reading {
	r.scroll = max(0, min(r.scroll+by, len(r.lines)-r.body(env)))
	return r
}

func (r reading) body(env kit.Env) int { return max(1, env.Height-headLines) }

// handle scrolls.
func (r reading) handle(env kit.Env, in keys.Intent) reading {
	switch in := in.(type) {
	case keys.Move:
		return r.scrolled(env, in.By)
	case keys.Page:
		return r.scrolled(env, in.Halves*r.body(env)/2)
	case keys.Jump:
		if in.End {
			return r.scrolled(env, len(r.lines))
		}
		return r.scrolled(env, -len(r.lines))
	}
	return r
}

func (r reading) view(env kit.Env) string {
	t, end := env.Theme, min(r.scroll+r.body(env), len(r.lines))
	o := outline{sections: []section{{head: r.lines}}, top: r.scroll, height: r.body(env)}
	lines := append([]string{" " + t.Paint(kit.Title, t.Cut(r.title, env.Width-2)), position(env, &o)}, r.lines[min(r.scroll, end):end]...)
	return kit.Block(strings.Join(lines, "\n"), env.Width, env.Height)
}

// about tells all that a plan says of one image: its facts, notes and calls.
type about struct {
	reading
	plan   *plan.Plan
	target int
	run    *kit.Running // what became of it; nil: it was not run
}

func newAbout(p *plan.Plan, target int) about {
	return about{plan: p, target: target}
}

// Sync writes the lines.
func (a about) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	at := &a.plan.Targets[a.target]
	a.title = kit.PlanTitle(env, a.plan)
	a.lines = append(a.facts(env, at), a.notes(env, at)...)
	a.lines = append(a.lines, a.steps(env)...)
	a.reading = a.scrolled(env, 0)
	return a, nil
}

func (a about) facts(env kit.Env, at *plan.Target) []string {
	f := &at.Before
	pairs := []kit.Pair{
		{Label: "Image", Value: at.Image.ID},
		{Label: "Name", Value: kit.TargetName(at), Style: kit.Strong},
		{Label: "Account", Value: env.Inv.AccountTitle(at.Account)},
		{Label: "Region", Value: at.Image.Region},
		{Label: "State", Value: f.State},
		{Label: "Owner", Value: ownerOf(at)},
	}
	if f.Usage.Verdict != "" {
		pairs = append(pairs, kit.Pair{Label: "Usage", Value: f.Usage.Verdict, Style: useStyle(f.Usage.Verdict)})
	}
	for _, e := range f.Usage.Evidence {
		pairs = append(pairs, kit.Pair{Label: "  used by", Value: e})
	}
	for _, b := range f.Usage.Blind {
		pairs = append(pairs, kit.Pair{Label: "  not seen", Value: b, Style: kit.Warn})
	}
	for i := range f.Snapshots {
		pairs = append(pairs, kit.Pair{Label: "Snapshot", Value: snapshotLine(&f.Snapshots[i])})
	}
	if f.AsOf != nil {
		pairs = append(pairs, kit.Pair{Label: "Read", Value: kit.Since(*f.AsOf, env.Now)})
	}
	return indented(kit.Pairs(env.Theme, pairs, env.Width-2))
}

func snapshotLine(s *plan.Snapshot) string {
	parts := []string{s.ID, kit.Size(s.SizeGiB)}
	if s.Encrypted == model.Yes {
		parts = append(parts, "encrypted")
	}
	if s.Archived {
		parts = append(parts, "archived")
	}
	if len(s.Images) > 0 {
		parts = append(parts, "also of "+kit.Some(s.Images, 3))
	}
	if len(s.Named) > 0 {
		parts = append(parts, "named by "+kit.Some(s.Named, 3))
	}
	return strings.Join(parts, ", ")
}

func (a about) notes(env kit.Env, at *plan.Target) []string {
	var pairs []kit.Pair
	add := func(label string, style kit.Style, notes []plan.Note) {
		for _, n := range notes {
			text := n.Text
			if n.Mend != "" {
				text += "\n" + n.Mend
			}
			pairs = append(pairs, kit.Pair{Label: label, Value: text, Style: style})
		}
	}
	add("Not done", kit.Bad, at.Blocks)
	for _, n := range at.Warnings {
		label, style := "Beware", graver(kit.Warn, n.Grave || n.Final)
		if n.Final {
			label = "For good"
		}
		add(label, style, []plan.Note{n})
	}
	if at.Done != "" {
		pairs = append(pairs, kit.Pair{Label: "As it is", Value: at.Done})
	}
	if len(pairs) == 0 {
		return nil
	}
	return append([]string{""}, indented(kit.Pairs(env.Theme, pairs, env.Width-2))...)
}

// steps are the calls for the image, whole.
func (a about) steps(env kit.Env) []string {
	t := env.Theme
	out := []string{"", " " + t.Paint(kit.Title, "Calls of AWS")}
	for i := range a.plan.Steps {
		s := &a.plan.Steps[i]
		if s.Target != a.target {
			continue
		}
		out = append(out, " "+t.Paint(kit.Strong, t.Clean(s.Call.API))+" in "+t.Clean(s.Scope.Region)+t.Paint(kit.Dim, t.Cut("  "+s.Why, max(0, env.Width-30))))
		for _, l := range t.Wrap(string(s.Call.Input), max(1, env.Width-5)) {
			out = append(out, "   "+l)
		}
		out = append(out, a.outcome(env, s.ID)...)
	}
	if len(out) == 2 {
		out = append(out, " "+t.Paint(kit.Dim, "none: nothing is done to it"))
	}
	return out
}

// outcome is what became of a step.
func (a about) outcome(env kit.Env, step int) []string {
	if a.run == nil {
		return nil
	}
	t := env.Theme
	o, begun := a.run.Outcomes[step]
	if !begun {
		return []string{"   " + t.Paint(kit.Dim, "not begun")}
	}
	_, style := stateStyle(t, o.State)
	pairs := []kit.Pair{{Label: "Outcome", Value: outcomeText(&o), Style: style}}
	if o.Hint != "" {
		pairs = append(pairs, kit.Pair{Label: "What helps", Value: o.Hint})
	}
	for _, id := range slices.Sorted(maps.Keys(o.Result.Snapshots)) {
		pairs = append(pairs, kit.Pair{Label: id, Value: o.Result.Snapshots[id]})
	}
	if o.Request != "" {
		pairs = append(pairs, kit.Pair{Label: "Request", Value: o.Request, Style: kit.Dim})
	}
	pairs = append(pairs, kit.Pair{Label: "At", Value: kit.Moment(o.At), Style: kit.Dim})
	return indented(indented(kit.Pairs(t, pairs, env.Width-4)))
}

func indented(lines []string) []string {
	for i, l := range lines {
		lines[i] = " " + l
	}
	return lines
}

// Handle scrolls and closes.
func (a about) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	if _, back := in.(keys.Back); back {
		return a, []kit.Effect{kit.Pop{}}
	}
	a.reading = a.handle(env, in)
	return a, nil
}

// Receive expects no answers.
func (a about) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return a, nil }

// Scopes are those of reading.
func (a about) Scopes() []keys.Scope { return []keys.Scope{keys.Reading} }

// Disabled is never.
func (a about) Disabled(kit.Env, keys.Intent) string { return "" }

// View draws the visible lines.
func (a about) View(env kit.Env) string { return a.view(env) }
