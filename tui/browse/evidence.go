package browse

import (
	"fmt"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// tabular is the width from which evidence stands in columns; below, what a
// reference is and what helps to judge it stand under each other.
const tabular = 100

// told is a piece of evidence in words, and their widths where they stand in
// columns.
type told struct{ kind, title, where, detail string }

// evidence lists what names the image: as a person would look for it.
func (p *usedPage) evidence() []item {
	if len(p.v.Evidence) == 0 {
		return []item{{lines: []string{"   " + p.env.Theme.Paint(kit.Dim, p.env.Theme.Cut("nothing of all that was looked at", max(0, p.env.Width-3)))}}}
	}
	evidence := p.v.Evidence
	if most := p.room + leastEvidence; !p.whole && len(evidence) > most+1 {
		evidence, p.undrawn = evidence[:most], len(evidence)-most
	}
	var widths [3]int
	all := make([]told, len(evidence))
	for i, e := range evidence {
		all[i] = told{e.Kind(), e.Title(), accountAndRegion(p.env, e.Scope(), p.im.Region), evidenceDetail(e, p.env)}
		for c, text := range []string{all[i].kind, all[i].title, all[i].where} {
			widths[c] = max(widths[c], kit.Width(p.env.Theme.Clean(text)))
		}
	}
	widths[1], widths[2] = min(widths[1], p.env.Width/3), min(widths[2], p.env.Width/6)
	var out []item
	for i, e := range evidence {
		lines := p.stacked(e, all[i])
		if p.env.Width >= tabular {
			lines = p.columns(e, all[i], widths)
		}
		out = append(out, item{evidenceID(e), i, lines})
	}
	return out
}

// columns draws evidence with its words in columns, the last of which goes on
// below.
func (p *usedPage) columns(e model.Evidence, w told, widths [3]int) []string {
	t, look := p.env.Theme, evidenceLook(e)
	head := " " + p.sign(e) + " " + t.Paint(look.kind, t.Fit(w.kind, widths[0])) + "  " + t.Paint(look.title, t.Fit(w.title, widths[1])) +
		"  " + t.Paint(look.where, t.Fit(w.where, widths[2])) + "  "
	indent := kit.Width(head)
	lines := t.Wrap(w.detail, max(1, p.env.Width-indent-1))
	for i, l := range lines {
		lines[i] = head + t.Paint(kit.Dim, l)
		head = strings.Repeat(" ", indent)
	}
	return lines
}

// stacked draws evidence on narrow screens.
func (p *usedPage) stacked(e model.Evidence, w told) []string {
	t, look := p.env.Theme, evidenceLook(e)
	room := max(0, p.env.Width-5-kit.Width(w.kind))
	title := t.Cut(w.title, room)
	lines := []string{" " + p.sign(e) + " " + t.Paint(look.kind, w.kind) + " " + t.Paint(look.title, title)}
	if where := t.Cut(w.where, room-kit.Width(title)-2); where != "" {
		lines[0] += "  " + t.Paint(look.where, where)
	}
	if w.detail == "" {
		return lines
	}
	for _, l := range t.Wrap(w.detail, max(1, p.env.Width-6)) {
		lines = append(lines, "     "+t.Paint(kit.Dim, l))
	}
	return lines
}

// sign says whether evidence counts; what is set aside is crossed out.
func (p *usedPage) sign(e model.Evidence) string {
	t := p.env.Theme
	switch {
	case e.Aside != nil:
		return t.Paint(kit.Dim, t.Symbols.Cross)
	case e.Stale != "":
		return t.Paint(kit.Warn, t.Symbols.Probable)
	}
	return t.Paint(kit.Good, t.Symbols.Used)
}

// look is how the words of evidence are drawn.
type look struct{ kind, title, where kit.Style }

func evidenceLook(e model.Evidence) look {
	if e.Aside != nil {
		return look{kit.Dim, kit.Dim, kit.Dim}
	}
	return look{kit.Dim, kit.Strong, kit.Normal}
}

// evidenceDetail is the rest that helps to judge evidence, why it does not
// count first.
func evidenceDetail(e model.Evidence, env kit.Env) string {
	detail := e.Detail(env.Now)
	switch {
	case e.Aside != nil:
		return asideText(e.Aside)
	case e.Stale == "":
		return detail
	}
	if rest, same := strings.CutPrefix(detail, e.Stale); same {
		detail = strings.TrimPrefix(rest, ", ")
	}
	if detail == "" {
		return "stale: " + e.Stale
	}
	return "stale: " + e.Stale + ", " + detail
}

func asideText(a *model.Aside) string {
	by := ""
	if a.Who != "" {
		by = " by " + a.Who
	}
	return fmt.Sprintf("set aside%s until %s: %s", by, kit.Date(a.Until), a.Reason)
}
