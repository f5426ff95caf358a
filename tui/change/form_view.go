package change

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// Box holds the fields, and some lines of what is to be said of them.
func (f Form) Box(env kit.Env) (w, h int) {
	return min(90, env.Width), min(len(f.fields)+6, env.Height)
}

// View draws the fields, and below them what is wrong or can be completed.
func (f Form) View(env kit.Env) string {
	t := env.Theme
	w, h := kit.BoxInside(env.Width, env.Height)
	var lines []string
	end := 0 // of the field that has the cursor
	for i := range f.fields {
		lines = append(lines, f.line(env, i, w))
		if below := f.below(env, i, w-formLabel); below != "" {
			lines = append(lines, strings.Repeat(" ", formLabel)+below)
		}
		if i == f.at {
			end = len(lines)
		}
	}
	top := max(0, min(end-h, len(lines)-h))
	words := kit.WordsOf(f.request.Deed).Order
	title := strings.ToUpper(words[:1]) + words[1:] + " " + images(len(f.request.Images))
	return kit.Box(t, kit.Panel{
		Title: title, Body: strings.Join(lines[top:], "\n"), Footer: "tab complete · ↑ ↓ fields · enter review · esc leave",
	}, env.Width, env.Height)
}

// formLabel is the width of the labels of fields.
const formLabel = 16

func (f Form) line(env kit.Env, i, w int) string {
	t, e := env.Theme, &f.fields[i]
	style := kit.Dim
	if i == f.at {
		style = kit.Key
	}
	label := t.Paint(style, t.Fit(e.label, formLabel))
	room := max(1, w-formLabel)
	switch {
	case e.yes && i == f.at:
		return label + t.Paint(kit.Cursor, check(e.on)) + t.Paint(kit.Dim, "  space turns it")
	case e.yes:
		return label + check(e.on)
	case i == f.at:
		return label + drawn(t, e.input, room)
	}
	return label + t.Cut(cmp.Or(f.meaning(env, i), e.input.Value()), room)
}

// meaning is what stands in a field as people call that; "" where they call it what
// is typed, or something is wrong with it.
func (f Form) meaning(env kit.Env, i int) string {
	e := &f.fields[i]
	if e.meant == nil || slices.ContainsFunc(f.faults, func(x plan.Fault) bool { return x.Field == e.name }) {
		return ""
	}
	var out []string
	for _, id := range e.meant(f.request) {
		out = append(out, env.Inv.SharerTitle(id))
	}
	return strings.Join(out, ", ")
}

func check(on bool) string {
	if on {
		return "[x] yes"
	}
	return "[ ] no"
}

// below is the line under a field: what is wrong with it, else, where the cursor is,
// what can be completed, else what is meant by it or what it is for.
func (f Form) below(env kit.Env, i, w int) string {
	t, e := env.Theme, &f.fields[i]
	here := i == f.at
	if n := slices.IndexFunc(f.faults, func(x plan.Fault) bool { return x.Field == e.name }); n >= 0 && (e.left || e.input.Value() != "" || e.on) {
		if !here || len(f.offers(env)) == 0 {
			return t.Paint(kit.Bad, t.Cut(f.faults[n].Text+mended(f.faults[n]), w))
		}
	}
	if !here {
		return ""
	}
	offers := f.offers(env)
	if len(offers) == 0 {
		return t.Paint(kit.Dim, t.Cut(cmp.Or(f.meaning(env, i), e.help), w))
	}
	out, left := t.Paint(kit.Key, "tab "), w-4
	for _, o := range offers {
		text := t.Clean(o.shown())
		note := ""
		if o.note != "" {
			note = " " + t.Clean(o.note)
		}
		if need := kit.Width(text) + kit.Width(note) + 2; need > left {
			break
		} else {
			left -= need
		}
		out += t.Paint(kit.Accent, text) + t.Paint(kit.Dim, note) + "  "
	}
	return out
}
