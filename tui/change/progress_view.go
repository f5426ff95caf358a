package change

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// sections are what a run has told, what wants somebody's care first.
func (p Progress) sections(env kit.Env) []section {
	v := flow{env, p.run}
	out := append([]section{v.summary()}, v.waiting()...)
	out = append(out, v.failures()...)
	out = append(out, v.kept()...)
	return without(append(out, v.copies(), v.scopes(), v.steps()))
}

// flow draws the parts of a run.
type flow struct {
	env kit.Env
	*kit.Running
}

func (v flow) margin(label string) string {
	return " " + v.env.Theme.Paint(kit.Title, v.env.Theme.Fit(label, labelWidth-1))
}

// summary is a bar, and the whole of it in numbers.
func (v flow) summary() section {
	t, c := v.env.Theme, v.All
	label, style := "Runs", kit.Strong
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, kit.Count(n)+" "+what)
		}
	}
	parts = append(parts, fmt.Sprintf("%s of %s done", kit.Count(c.Done), kit.Plural(c.Of, "step", "steps")))
	add(c.Failed, "failed")
	add(c.Pending, "under way")
	add(c.NotRun, "not run")
	switch {
	case v.Interrupted:
		label, style = "Halted", kit.Warn
	case v.Held && !v.Stopping:
		label, style = "Waits", kit.Warn
	case v.Over && c.Failed > 0:
		label, style = "Ended", kit.Bad
	case v.Over:
		label, style = "Ended", kit.Good
	}
	bar := min(24, max(0, v.env.Width/5))
	out := section{id: "summary", head: []string{v.margin(label) + kit.Bar(t, fraction(c.Settled(), c.Of), bar) + "  " + t.Paint(style, t.Cut(strings.Join(parts, ", "), max(0, v.env.Width-labelWidth-bar-3)))}}
	if v.Err != nil {
		out.head = append(out.head, labelled(v.env, "", v.Err.Error(), kit.Warn)...)
	}
	if v.ID != "" {
		out.head = append(out.head, labelled(v.env, "", "run "+v.ID+", begun "+kit.Moment(v.At), kit.Dim)...)
	}
	return out
}

func fraction(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// waiting says which accounts wait, and what mends it; and that those behind the first
// images do.
func (v flow) waiting() []section {
	var out []section
	if text := v.first(); text != "" {
		style := kit.Dim
		if v.Held {
			style = kit.Strong
		}
		out = append(out, section{id: "first", head: labelled(v.env, "First", text, style)})
	}
	for _, account := range slices.Sorted(maps.Keys(v.Waiting)) {
		w := v.Waiting[account]
		text := v.env.Inv.AccountTitle(account) + ": " + w.Why
		if w.Login.Known() {
			text += " " + v.env.Theme.Symbols.Dot + " L logs in to " + w.Login.Name + ", and it goes on"
		}
		out = append(out, section{id: "wait " + account, head: labelled(v.env, "Waits", text, kit.Danger)})
	}
	return out
}

// first says of a run that waits for a go behind the first images what is done and what
// waits.
func (v flow) first() string {
	switch {
	case v.First == 0 || v.Stopping:
		return ""
	case !v.Held:
		return "the first " + onlyImages(v.First) + "; then it waits for a yes"
	}
	n := v.Others()
	out := "the first " + onlyImages(v.First) + " came to an end, " + others(n) + " " + verb(n, "waits", "wait") + " for a yes"
	if v.All.Failed > 0 {
		out += ": read below what failed"
	}
	return out
}

// reason is why steps are not done, and those of which that is so.
type reason struct {
	why, hint string
	state     plan.State
	steps     []int // their numbers
}

// reasons groups the steps that failed by why, the most frequent first.
func (v flow) reasons() []reason {
	var out []reason
	for _, id := range v.Failures {
		o := v.Outcomes[id]
		i := slices.IndexFunc(out, func(r reason) bool { return r.why == o.Why && r.state == o.State })
		if i < 0 {
			out, i = append(out, reason{o.Why, o.Hint, o.State, nil}), len(out)
		}
		out[i].steps = append(out[i].steps, id)
	}
	slices.SortStableFunc(out, func(a, b reason) int { return cmp.Compare(len(b.steps), len(a.steps)) })
	return out
}

func (v flow) failures() []section {
	t, label := v.env.Theme, "Failed"
	var out []section
	for _, r := range v.reasons() {
		room := max(0, v.env.Width-labelWidth-3)
		text := t.Cut(fmt.Sprintf("%s %s: %s", kit.Plural(len(r.steps), "step", "steps"), r.state, r.why), room)
		tip := t.Paint(kit.Bad, text)
		if left := room - kit.Width(text); r.hint != "" && left > 12 {
			tip += t.Paint(kit.Dim, t.Cut(" "+t.Symbols.Dot+" "+r.hint, left))
		}
		steps := r.steps
		out = append(out, section{
			id: "failed " + string(r.state) + r.why, head: []string{v.margin(label)}, tip: tip, n: len(steps), open: len(steps) <= few,
			item: func(i int) string { return v.step(steps[i]) }, enter: func(i int) kit.Effect { return v.about(steps[i]) },
		})
		label = ""
	}
	return out
}

// kept tells of snapshots that AWS did not delete with their image. A deletion
// counts as done all the same: the image is gone.
func (v flow) kept() []section {
	byCode := map[string][]string{}
	for _, o := range v.Outcomes {
		for id, code := range o.Result.Snapshots {
			if code != "success" {
				byCode[code] = append(byCode[code], id)
			}
		}
	}
	var out []section
	label := "Snapshots"
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		ids := byCode[code]
		slices.Sort(ids)
		out = append(out, section{
			id: "kept " + code, head: []string{v.margin(label)}, n: len(ids), open: len(ids) <= few,
			tip:  v.env.Theme.Paint(kit.Warn, v.env.Theme.Cut(kit.Plural(len(ids), "was", "were")+" not deleted with the image: "+codeText(code), max(0, v.env.Width-labelWidth-3))),
			item: func(i int) string { return strings.Repeat(" ", labelWidth) + v.env.Theme.Clean(ids[i]) },
		})
		label = ""
	}
	return out
}

// codeText says what a return code of AWS means (EC2 API, DeleteSnapshotReturnCode).
func codeText(code string) string {
	switch code {
	case "skipped":
		return "another image uses it (skipped)"
	case "missing-permissions":
		return "nobody may delete it here (missing-permissions)"
	case "internal-error", "client-error":
		return "AWS failed; CloudTrail has the details (" + code + ")"
	}
	return code
}

// copies are the new images that are being waited for.
func (v flow) copies() section {
	var steps []int
	for i := range v.Plan.Steps {
		s := &v.Plan.Steps[i]
		if s.Follow && v.Outcomes[s.ID].State == plan.Pending {
			steps = append(steps, s.ID)
		}
	}
	if len(steps) == 0 {
		return section{}
	}
	return section{
		id: "copies", head: []string{v.margin("Followed")}, n: len(steps), open: len(steps) <= few,
		tip:  kit.Plural(len(steps), "new image is", "new images are") + " not available yet: amiscope waits, also over a restart",
		item: func(i int) string { return v.step(steps[i]) }, enter: func(i int) kit.Effect { return v.about(steps[i]) },
	}
}

// scopes are the accounts and regions, with a bar each.
func (v flow) scopes() section {
	t, all := v.env.Theme, v.Scopes
	return section{
		id: "where", head: []string{v.margin("Where")}, n: len(all), open: len(all) <= 2*few,
		tip: kit.Plural(len(all), "account and region", "accounts and regions"),
		item: func(i int) string {
			c := all[i]
			text := fmt.Sprintf("%s/%s", kit.Count(c.Done), kit.Count(c.Of))
			style := kit.Normal
			if c.Failed > 0 {
				text, style = text+", "+kit.Count(c.Failed)+" failed", kit.Bad
			}
			return row(t, labelWidth, cell{v.env.Inv.AccountTitle(c.Scope.Account), 16, kit.Normal}, cell{c.Scope.Region, 14, kit.Normal}) +
				kit.Bar(t, fraction(c.Settled(), c.Of), 12) + "  " + t.Paint(style, t.Clean(text))
		},
	}
}

// steps are all of them.
func (v flow) steps() section {
	all := v.Plan.Steps
	return section{
		id: "steps", head: []string{v.margin("Steps") + v.env.Theme.Paint(kit.Dim, "enter shows all of one")}, n: len(all), fixed: true,
		item: func(i int) string { return v.step(all[i].ID) }, enter: func(i int) kit.Effect { return v.about(all[i].ID) },
	}
}

// step is one in a line: its image, its call, and what became of it.
func (v flow) step(id int) string {
	t := v.env.Theme
	s, ok := v.Step(id)
	if !ok || s.Target >= len(v.Plan.Targets) {
		return ""
	}
	o, w := v.Outcomes[id], v.env.Width
	sign, style := stateStyle(t, o.State)
	cells := []cell{{sign, 1, style}, {kit.TargetName(&v.Plan.Targets[s.Target]), nameWidth(w), kit.Strong}}
	left := w - 6 - nameWidth(w)
	if w >= 100 {
		cells = append(cells, cell{v.env.Inv.AccountTitle(s.Scope.Account) + " " + s.Scope.Region, 24, kit.Normal})
		left -= 26
	}
	call := strings.TrimPrefix(s.Call.API, "ec2:")
	cells = append(cells, cell{call, 18, kit.Dim})
	return row(t, 1, append(cells, cell{outcomeText(&o), max(0, left-22), style})...)
}

// outcomeText says what became of a step.
func outcomeText(o *plan.Outcome) string {
	text := string(o.State)
	if o.Result.Image != "" {
		text += ": " + o.Result.Image
	}
	if o.Why != "" {
		text += ": " + o.Why
	}
	return text
}

// about shows all of the image that a step is about.
func (v flow) about(id int) kit.Effect {
	s, ok := v.Step(id)
	if !ok || s.Target >= len(v.Plan.Targets) {
		return nil
	}
	a := newAbout(&v.Plan, s.Target)
	a.run = v.Running
	return kit.Push{Screen: a}
}
