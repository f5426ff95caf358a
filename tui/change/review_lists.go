package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// few is how many entries of a list are shown without being asked for.
const few = 6

// folded is a section with a label, whose items are seen when it is opened.
func (p page) folded(id, label, text string, n int) section {
	return section{
		id: id, n: n, open: n <= few,
		head: []string{p.margin(label)}, tip: p.env.Theme.Cut(text, max(1, p.env.Width-labelWidth-3)),
	}
}

func (at place) title(env kit.Env) string {
	if at.scope.Account == "" {
		return cmp.Or(at.scope.Region, "nowhere that is known")
	}
	return env.Inv.AccountTitle(at.scope.Account) + " " + at.scope.Region
}

// places says where it happens and who does it, production accounts in red.
func (p page) places() section {
	t, all := p.env.Theme, p.sum.places
	text := kit.Plural(p.sum.accounts(), "account", "accounts") + ", " + kit.Some(p.sum.regions(), 3)
	var production []string
	for _, a := range p.Acts {
		if a.Production {
			production = append(production, a.Name)
		}
	}
	s := p.folded("where", "Where", text, len(all))
	if len(production) > 0 {
		s.tip += " " + t.Paint(kit.Danger, t.Clean(" production: "+kit.Some(production, 3)+" "))
	}
	s.item = func(i int) string {
		at := all[i]
		act := p.sum.acts[at.scope.Account]
		style, who := kit.Normal, kit.Role(act.Principal)
		if act.Production {
			style = kit.Bad
		}
		if who != "" {
			who = "as " + who
		}
		return row(t, labelWidth,
			cell{p.env.Inv.AccountTitle(at.scope.Account), 16, style}, cell{at.scope.Region, 14, kit.Normal},
			cell{counted(p.Plan, at), 18, kit.Normal}, cell{who, max(0, p.env.Width-labelWidth-55), kit.Dim})
	}
	return s
}

func counted(p *plan.Plan, at place) string {
	if at.runs == at.targets {
		return kit.Targets(p, at.targets)
	}
	return fmt.Sprintf("%s of %s", kit.Count(at.runs), kit.Targets(p, at.targets))
}

// owners says whose images they are, by their tag.
func (p page) owners() section {
	all := p.sum.owners
	says := make([]string, 0, 4)
	for _, o := range all[:min(len(all), 4)] {
		says = append(says, o.who+" "+kit.Count(o.images))
	}
	text := strings.Join(says, ", ")
	if len(all) <= 4 {
		return p.label("owners", "Owners", text, kit.Normal)
	}
	s := p.folded("owners", "Owners", text+fmt.Sprintf(" and %d more", len(all)-4), len(all))
	s.open = false
	s.item = func(i int) string {
		return row(p.env.Theme, labelWidth, cell{all[i].who, 40, kit.Normal}, cell{kit.Count(all[i].images), 8, kit.Normal})
	}
	return s
}

// calls are the exact calls, by their kind.
func (p page) calls() []section {
	var out []section
	label := "Calls"
	for _, c := range p.sum.calls {
		s := p.folded("call "+c.api, label, c.api+" "+kit.Count(len(c.steps)), len(c.steps))
		s.open = len(p.Steps) <= 3
		steps := c.steps
		s.item = func(i int) string { return p.step(&p.Steps[steps[i]]) }
		s.enter = func(i int) kit.Effect { return kit.Push{Screen: newAbout(p.Plan, p.Steps[steps[i]].Target)} }
		out, label = append(out, s), ""
	}
	return out
}

// step is one call: where, what for, and what is sent.
func (p page) step(s *plan.Step) string {
	room := max(0, p.env.Width-labelWidth-1)
	return row(p.env.Theme, labelWidth,
		cell{s.Scope.Region, min(14, room), kit.Normal}, cell{string(s.Call.Input), max(0, room-18), kit.Dim})
}

// targets are all images, each with the worst that is said of it.
func (p page) targets() section {
	t := p.env.Theme
	head := "Images" + t.Paint(kit.Dim, "    enter shows all of one")
	if len(p.Targets) == 1 {
		head = "Image" + t.Paint(kit.Dim, "     enter shows all of it")
	}
	return section{
		id: "images", fixed: true, n: len(p.Targets), head: []string{" " + t.Paint(kit.Title, head)},
		item:  func(i int) string { return p.target(i, worst(&p.Targets[i])) },
		enter: func(i int) kit.Effect { return kit.Push{Screen: newAbout(p.Plan, i)} },
	}
}

// target is one image in a line, with something that is said of it.
func (p page) target(i int, text string) string {
	t, at := p.env.Theme, &p.Targets[i]
	sign, style := p.sign(at)
	left := p.env.Width - 5
	cells := []cell{{sign, 1, style}}
	add := func(text string, width int, style kit.Style) {
		cells = append(cells, cell{text, width, style})
		left -= width + 2
	}
	w, alone := p.env.Width, len(p.Targets) == 1
	if !alone {
		add(kit.TargetName(at), nameWidth(w), kit.Strong)
	}
	if alone || w >= 140 {
		add(at.Image.ID, 21, kit.Dim)
	}
	switch several := len(p.sum.places) > 1; {
	case w >= 100 && (several || w >= 140):
		add(p.env.Inv.AccountTitle(at.Account), 14, kit.Normal)
		add(at.Image.Region, 14, kit.Normal)
	case several:
		add(p.env.Inv.AccountTitle(at.Account)+" "+at.Image.Region, 20, kit.Normal)
	}
	if p.Deed == plan.Delete && (alone || w >= 100) {
		add(at.Before.Usage.Verdict, 8, useStyle(at.Before.Usage.Verdict))
	}
	return row(t, 1, append(cells, cell{text, max(0, left-2), style})...)
}

func nameWidth(w int) int { return max(18, min(48, w*3/10)) }

// sign says how an image fares: done, warned of, not touched.
func (p page) sign(at *plan.Target) (string, kit.Style) {
	y := &p.env.Theme.Symbols
	switch {
	case len(at.Blocks) > 0:
		return y.Cross, kit.Bad
	case at.Done != "":
		return "=", kit.Dim
	case slices.ContainsFunc(at.Warnings, func(n plan.Note) bool { return n.Grave || n.Final }):
		return y.Alert, kit.Bad
	case len(at.Warnings) > 0:
		return y.Alert, kit.Warn
	}
	return y.Check, kit.Good
}

// worst is the first thing to be said of an image.
func worst(at *plan.Target) string {
	switch {
	case len(at.Blocks) > 0:
		return at.Blocks[0].Text
	case at.Done != "":
		return at.Done
	case len(at.Warnings) == 0:
		return ""
	}
	grave := slices.IndexFunc(at.Warnings, func(n plan.Note) bool { return n.Grave || n.Final })
	return at.Warnings[max(grave, 0)].Text
}

func useStyle(verdict string) kit.Style {
	switch verdict {
	case model.Used.String():
		return kit.Good
	case model.Unused.String():
		return kit.Dim
	}
	return kit.Warn
}
