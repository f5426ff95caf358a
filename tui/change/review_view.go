package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// headLines is the height of title and rule.
const headLines = 2

// View draws the title, what is to be read, and the confirmation.
func (r Review) View(env kit.Env) string {
	t := env.Theme
	if r.drafts.now == nil {
		return kit.Placeholder(t, env.Width, env.Height, "the plan is being made "+t.Symbols.Ellipsis, "esc leaves everything as it is")
	}
	head := []string{" " + t.Paint(kit.Title, t.Cut(kit.PlanTitle(env, r.drafts.now.plan), env.Width-2)), position(env, &r.list)}
	return kit.Block(strings.Join(slices.Concat(head, r.list.view(t, env.Width), r.foot(env)), "\n"), env.Width, env.Height)
}

// position is the rule above a list; where lines are hidden it says how many there
// are.
func position(env kit.Env, o *outline) string {
	t, note := env.Theme, ""
	if n := o.len(); n > o.height {
		note = t.Clean(fmt.Sprintf(" %d–%d of %s lines ", o.top+1, min(o.top+o.height, n), kit.Count(n)))
	}
	across := max(0, env.Width-kit.Width(note)-2)
	return t.Paint(kit.Border, strings.Repeat(t.Symbols.Frame.Across, across)) + t.Paint(kit.Dim, note) +
		t.Paint(kit.Border, strings.Repeat(t.Symbols.Frame.Across, min(2, env.Width)))
}

// drawn makes the sections for the size and theme of now.
func (r Review) drawn(env kit.Env) Review {
	if r.drafts.now != nil {
		r.list.set(r.sections(env), env.Height-headLines-footLines)
	}
	return r
}

// sections are all that is to be said, what must not be overlooked first.
func (r Review) sections(env kit.Env) []section {
	d := r.drafts.now
	p := page{env, d.plan, d.sum}
	out := []section{p.changed(d.differs), p.result(), p.hidden(), p.unread(r.denied())}
	out = append(out, p.groups("blocked", "Not done", kit.Bad, d.sum.blocks)...)
	out = append(out, p.groups("idle", "As it is", kit.Dim, d.sum.idle)...)
	out = append(out, p.final()...)
	out = append(out, p.groups("beware", "Beware", kit.Warn, d.sum.warnings)...)
	out = append(out, p.money(), p.undo(), p.phrase(), p.places(), p.owners())
	out = append(out, p.calls()...)
	return without(append(out, p.targets()))
}

// denied is what could not be read again, once each.
func (r Review) denied() []*model.OpError {
	var out []*model.OpError
	for i := range r.look.Rereads {
		for _, err := range r.look.Rereads[i].Errors {
			if !slices.ContainsFunc(out, func(e *model.OpError) bool { return e.Op == err.Op && e.Scope == err.Scope && e.Kind == err.Kind }) {
				out = append(out, err)
			}
		}
	}
	return out
}

// page draws the parts of a plan.
type page struct {
	env kit.Env
	*plan.Plan
	sum *digest
}

func (p page) label(id, label, text string, style kit.Style) section {
	if text == "" {
		return section{}
	}
	return section{id: id, head: labelled(p.env, label, text, style)}
}

// margin is a label at the left, painted, for what is drawn behind it.
func (p page) margin(label string) string {
	return " " + p.env.Theme.Paint(kit.Title, p.env.Theme.Fit(label, labelWidth-1))
}

func (p page) result() section {
	steps := ""
	if n := len(p.Steps); n > 0 {
		steps = ", by " + kit.Plural(n, "call", "calls") + " of AWS"
	}
	if p.Empty() {
		return p.label("result", "Will", "do nothing", kit.Strong)
	}
	many := kit.Targets(p.Plan, len(p.Targets))
	if p.sum.runs < len(p.Targets) {
		many = kit.Count(p.sum.runs) + " of " + many
	}
	return p.label("result", "Will", kit.WordsOf(p.Deed).Order+" "+many+steps, kit.Strong)
}

func (p page) hidden() section {
	if p.Hidden == 0 {
		return section{}
	}
	return p.label("hidden", "Hidden", images(p.Hidden)+" of these: marked, but the filter does not show "+map[bool]string{true: "it", false: "them"}[p.Hidden == 1], kit.Warn)
}

func (p page) unread(errs []*model.OpError) section {
	if len(errs) == 0 {
		return section{}
	}
	t := p.env.Theme
	return section{
		id: "unread", head: labelled(p.env, "Not read", "this could not be read again, so nothing here says that it is all right", kit.Bad),
		n: len(errs), fixed: true,
		item: func(i int) string {
			e := errs[i]
			text := e.Op + " in " + place{scope: e.Scope}.title(p.env) + ": " + e.Kind.String()
			return "   " + t.Paint(kit.Bad, t.Cut(text, p.env.Width-4)) + " " + t.Paint(kit.Dim, t.Cut(e.Hint(), max(0, p.env.Width-5-kit.Width(text))))
		},
	}
}

// groups are a head, and below it a section for each group.
func (p page) groups(id, label string, style kit.Style, groups []group) []section {
	if len(groups) == 0 {
		return nil
	}
	if len(p.Targets) == 1 {
		return p.alone(id, label, style, groups)
	}
	out := make([]section, 0, len(groups))
	for i := range groups {
		s := p.group(id, style, &groups[i])
		s.head, label = []string{p.margin(label)}, ""
		out = append(out, s)
	}
	return out
}

// alone says what there is to say of the only image.
func (p page) alone(id, label string, style kit.Style, groups []group) []section {
	var out []section
	for i, g := range groups {
		text := g.text
		if g.mend != "" {
			text += " " + p.env.Theme.Symbols.Dot + " " + g.mend
		}
		s := p.label(fmt.Sprint(id, i), label, text, graver(style, g.grave))
		label, out = "", append(out, s)
	}
	return out
}

func graver(s kit.Style, grave bool) kit.Style {
	if grave {
		return kit.Bad
	}
	return s
}

// group is a section with the targets of a group behind it.
func (p page) group(id string, style kit.Style, g *group) section {
	t := p.env.Theme
	count := images(len(g.hits)) + ": "
	room := max(0, p.env.Width-labelWidth-4-kit.Width(count))
	text := g.text
	if g.differ {
		text += ", or the like"
	}
	text = t.Cut(text, room)
	head := t.Paint(graver(style, g.grave), count+text)
	if g.mend != "" && room-kit.Width(text) > 12 {
		head += t.Paint(kit.Dim, " "+t.Cut(t.Symbols.Dot+" "+g.mend, room-kit.Width(text)-1))
	}
	hits := g.hits
	return section{
		id: id + " " + g.code, tip: head, n: len(hits),
		item: func(i int) string { return p.target(hits[i].target, hits[i].text) },
		enter: func(i int) kit.Effect {
			return kit.Push{Screen: newAbout(p.Plan, hits[i].target)}
		},
	}
}

// final is what cannot be taken back: by images, else as the plan has it.
func (p page) final() []section {
	if len(p.sum.final) > 0 {
		return p.groups("final", "For good", kit.Bad, p.sum.final)
	}
	var out []section
	label := "For good"
	for i, n := range p.Undo.Lost {
		text := n.Text
		if n.Mend != "" {
			text += " " + p.env.Theme.Symbols.Dot + " " + n.Mend
		}
		out = append(out, p.label(fmt.Sprint("lost", i), label, text, kit.Bad))
		label = ""
	}
	return out
}

func (p page) money() section {
	m, t := &p.Money, p.env.Theme
	var says []string
	switch {
	case m.Freed == nil || m.Freed.Basis == cost.NoBasis && m.Freed.Unread > 0:
	case m.Freed.Cost == (cost.Band{}):
		says = append(says, "frees nothing")
	default:
		says = append(says, "frees "+kit.MoneyBand(t, m.Freed.Cost)+" a month ("+m.Freed.Basis.String()+")")
	}
	if m.Monthly != nil {
		says = append(says, "costs "+kit.MoneyBand(t, *m.Monthly)+" a month more")
	}
	if m.Once != nil {
		says = append(says, kit.MoneyBand(t, *m.Once)+" once")
	}
	return p.label("money", "Money", strings.Join(append(says, m.Notes...), "; "), kit.Normal)
}

// phrase says why a yes is not enough.
func (p page) phrase() section {
	if p.Phrase == "" || len(p.Because) == 0 {
		return section{}
	}
	return p.label("phrase", "Asks", "for a phrase, because: "+strings.Join(p.Because, "; "), kit.Normal)
}

func (p page) undo() section {
	u := &p.Undo
	if p.Empty() {
		return section{}
	}
	text := u.How
	switch {
	case u.Images == 0:
		return p.label("undo", "Undo", "none: nothing of this can be taken back whole", kit.Bad)
	case !u.Whole:
		text = fmt.Sprintf("for %s of %s: %s", kit.Count(u.Images), kit.Targets(p.Plan, p.sum.runs), text)
	}
	if u.Until != nil {
		text += ", until " + kit.Moment(*u.Until)
	}
	return p.label("undo", "Undo", text+" (U)", kit.Good)
}
