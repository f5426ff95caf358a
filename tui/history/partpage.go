package history

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// partPage tells all that the journal holds of what a run did to one image: its calls
// and their outcomes, and what the image was before.
//
// The cursor goes through its steps. Above them it stands on no step, but for all of
// them.
type partPage struct {
	run *past
	*part
	at int // the step under the cursor, from 1 on; 0: none
}

// walk goes to the next step.
func (p partPage) walk(env kit.Env, by int) (subject, int, int, bool) {
	to := p.at + by
	if len(p.steps) < 2 || to < 0 || to > len(p.steps) || p.target == nil {
		return p, 0, 0, false
	}
	p.at = to
	from, end := p.span(env)
	return p, from, end, true
}

// see leaves the step where it is not shown.
func (p partPage) see(env kit.Env, from, to int) subject {
	if first, end := p.span(env); p.at > 0 && (end <= from || first >= to) {
		p.at = 0
	}
	return p
}

// span are the lines of the step under the cursor; of none those above the first.
func (p partPage) span(env kit.Env) (from, to int) {
	lines := p.intro(env)
	to = len(lines)
	for i := range p.at {
		from, to = to, to+len(p.call(env, i))
	}
	return from, to
}

func (p partPage) title(kit.Env) string { return p.run.title + ": " + p.name() }

func (p partPage) lines(env kit.Env) []string {
	out := p.calls(env)
	if p.target != nil {
		out = append(out, p.before(env)...)
	}
	return out
}

// calls are its steps in order, each with its outcome.
func (p partPage) calls(env kit.Env) []string {
	out := p.intro(env)
	for i := range p.steps {
		out = append(out, p.call(env, i)...)
	}
	return out
}

// intro is what stands above the steps.
func (p partPage) intro(env kit.Env) []string {
	out := heading(env, kit.Plural(len(p.steps), "step", "steps"))[1:]
	for _, b := range notes(p.target) {
		out = append(out, facts(env, []kit.Pair{b})...)
	}
	return out
}

// call is a step with its outcome.
func (p partPage) call(env kit.Env, i int) []string {
	t, s := env.Theme, p.steps[i]
	o := p.run.Outcomes[s.ID]
	sign, word, style := kit.StateLook(t, o.State)
	head := kit.Count(s.ID) + " " + s.Call.API
	if s.Scope.Region != "" {
		head += " in " + s.Scope.Region
	}
	name := t.Paint(kit.Strong, t.Cut(head, max(0, env.Width-4)))
	if i == p.at-1 {
		name = t.Paint(kit.Cursor, t.Fit(head, max(0, env.Width-4)))
	}
	pairs := []kit.Pair{
		{Label: "For", Value: s.Why},
		{Label: "Outcome", Value: word, Style: style},
		{Label: "Why", Value: o.Why, Style: kit.Warn},
		{Label: "What helps", Value: o.Hint},
		{Label: "New image", Value: o.Result.Image},
	}
	for _, id := range slices.Sorted(maps.Keys(o.Result.Snapshots)) {
		pairs = append(pairs, kit.Pair{Label: "Snapshot", Value: id + ": " + o.Result.Snapshots[id]})
	}
	pairs = append(pairs,
		kit.Pair{Label: "At", Value: kit.Moment(o.At), Style: kit.Dim},
		kit.Pair{Label: "Request id", Value: o.Request, Style: kit.Dim},
		kit.Pair{Label: "Call", Value: string(s.Call.Input), Style: kit.Dim})
	narrow := env
	narrow.Width -= 2
	return append([]string{"", " " + t.Paint(style, sign) + " " + name}, indented(indented(facts(narrow, pairs)))...)
}

// notes say why an image was not touched.
func notes(t *plan.Target) []kit.Pair {
	if t == nil {
		return nil
	}
	var out []kit.Pair
	for _, b := range t.Blocks {
		out = append(out, kit.Pair{Label: "Not touched", Value: b.Text + hint(b.Mend), Style: kit.Warn})
	}
	if t.Done != "" {
		out = append(out, kit.Pair{Label: "As it was", Value: t.Done})
	}
	return out
}

// before is what the image was before the run.
func (p partPage) before(env kit.Env) []string {
	f := &p.target.Before
	pairs := []kit.Pair{
		{Label: "Image", Value: p.image.ID},
		{Label: "Name", Value: f.Name, Style: kit.Strong},
		{Label: "Description", Value: f.Description},
		{Label: "Account", Value: env.Inv.AccountTitle(p.account)},
		{Label: "Region", Value: p.image.Region},
		{Label: "State", Value: f.State},
		{Label: "Usage", Value: f.Usage.Verdict},
		{Label: "Protection", Value: f.Protection},
		{Label: "Deprecation", Value: moment(f)},
		{Label: "Launched by", Value: sharedWith(env, f.Permissions)},
	}
	for _, tag := range f.Tags {
		pairs = append(pairs, kit.Pair{Label: "Tag", Value: tag.Key + "=" + tag.Value})
	}
	for i := range f.Snapshots {
		pairs = append(pairs, kit.Pair{Label: "Snapshot", Value: snapshotText(&f.Snapshots[i])})
	}
	out := append(heading(env, "What the image was before"), facts(env, pairs)...)
	return append(append(out, heading(env, "The same as JSON, as the journal keeps it")...), document(env, f)...)
}

func moment(f *plan.Facts) string {
	if f.Deprecation == nil {
		return "none set"
	}
	return kit.Moment(*f.Deprecation)
}

func sharedWith(env kit.Env, s *plan.Sharing) string {
	if s == nil {
		return "not known"
	}
	var who []string
	if s.Public {
		who = append(who, "everybody")
	}
	for _, id := range slices.Concat(s.Accounts, s.Organizations, s.Units) {
		who = append(who, env.Inv.SharerTitle(id))
	}
	return cmp.Or(strings.Join(who, ", "), "its owner only")
}

func snapshotText(s *plan.Snapshot) string {
	words := []string{s.ID, s.State}
	if s.SizeGiB > 0 {
		words = append(words, kit.Size(s.SizeGiB))
	}
	if s.Encrypted == model.Yes {
		words = append(words, "encrypted")
	}
	if s.Archived {
		words = append(words, "archived")
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}

// document is JSON, line by line.
func document(env kit.Env, f *plan.Facts) []string {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		text = []byte(err.Error()) // facts are texts, numbers and times
	}
	var out []string
	for line := range strings.SplitSeq(string(text), "\n") {
		out = append(out, " "+env.Theme.Paint(kit.Dim, env.Theme.Cut(line, max(0, env.Width-2))))
	}
	return out
}

func (p partPage) scopes() []keys.Scope { return []keys.Scope{keys.PastImage} }

func (p partPage) handle(in keys.Intent) []kit.Effect {
	switch in.(type) {
	case keys.Undo:
		if p.at > 0 {
			return []kit.Effect{kit.Undo{Run: p.run.ID, Part: plan.Part{Steps: []int{p.steps[p.at-1].ID}}}}
		}
		return []kit.Effect{kit.Undo{Run: p.run.ID, Part: plan.Part{Images: []model.ImageKey{p.image}}}}
	case keys.CopyID:
		return []kit.Effect{kit.Clip{Text: p.image.ID, What: p.image.ID}}
	}
	return nil
}

func (p partPage) disabled(env kit.Env, in keys.Intent) string {
	if _, undo := in.(keys.Undo); !undo {
		return ""
	}
	why := p.run.cannotUndo(env)
	switch {
	case why == "" && p.at > 0 && p.run.Outcomes[p.steps[p.at-1].ID].State != plan.Done:
		return "this step was not done"
	case why != "" || undoable(p.part):
		return why
	}
	return "nothing was done to this image that could be taken back"
}
