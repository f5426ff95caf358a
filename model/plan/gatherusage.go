package plan

import (
	"fmt"

	"github.com/amiscope/amiscope/model"
)

// listed is how many lines of evidence and of blind spots facts hold: a plan for
// thousands of images is kept in the journal.
const listed = 12

// used is the verdict on an image in words.
func (g *gathering) used(im *model.Image) Usage {
	v := g.usage.Verdict(im)
	u := Usage{Verdict: v.Use.String(), Evidence: []string{}, Blind: []string{}, Weak: []string{}}
	for _, e := range v.Evidence {
		if !e.Counts() && e.Ref != nil {
			u.Weak = append(u.Weak, e.ID())
		}
	}
	u.Weak = sorted(u.Weak)
	for i := 0; i < min(len(v.Evidence), listed); i++ {
		u.Evidence = append(u.Evidence, g.line(v.Evidence[i]))
	}
	u.Evidence = rest(u.Evidence, len(v.Evidence))
	for i := 0; i < min(len(v.Blind), listed); i++ {
		u.Blind = append(u.Blind, blindLine(v.Blind[i]))
	}
	u.Blind = rest(u.Blind, len(v.Blind))
	return u
}

// rest says how many lines there are besides.
func rest(lines []string, all int) []string {
	if n := all - len(lines); n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	return lines
}

// line is a piece of evidence: what it is, what more is known, where.
func (g *gathering) line(e model.Evidence) string {
	if e.Ref != nil && e.Ref.Source == model.Opinions {
		return said(e.Ref)
	}
	text := e.Kind() + " " + e.Title()
	if d := e.Detail(g.now); d != "" {
		text += ", " + d
	}
	switch {
	case e.Aside != nil:
		text += " (set aside)"
	case e.Stale != "":
		text += " (stale: " + e.Stale + ")"
	}
	if s := e.Scope(); s.Account != "" {
		text += " in " + g.inv.AccountTitle(s.Account)
	}
	return text
}

func blindLine(b model.Blind) string {
	text := b.What
	switch {
	case b.Scope.Region != "":
		text = b.Scope.String() + ": " + text
	case b.Scope.Account != "":
		text = b.Scope.Account + ": " + text
	}
	return text
}
