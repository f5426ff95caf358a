package browse

import (
	"fmt"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// usedPage draws the usage tab: the verdict, what names the image, what was not
// looked at, and what is to be borne in mind. Where it is too long for the
// screen the lists are cut, evidence first, so that each says something.
type usedPage struct {
	env   kit.Env
	im    *model.Image
	v     model.Verdict
	whole bool
	room  int // lines on the screen

	undrawn int // pieces of evidence beyond what any screen shows

	lines []string
	rows  []spot
}

// The fewest items that a list is cut to.
const (
	leastEvidence = 4
	leastBlind    = 3
	leastCaveats  = 1
)

// fixedLines are those besides the items of the lists: verdict, age, three
// headings, and the blank lines before these.
const fixedLines = 2 + 2*3

// item is one entry of a list, on one line or more.
type item struct {
	id    string // "" where the cursor has no business
	index int
	lines []string
}

func (p *usedPage) draw() {
	spots := blindSpots(p.env, p.v.Blind)
	for i := range spots {
		spots[i].mend = afterReport(p.env, p.im.ImageKey, spots[i].mend)
	}
	evidence, blind, caveats := p.evidence(), p.blind(spots), p.caveats()
	if !p.whole {
		room := p.room - fixedLines
		some := min(height(evidence), leastEvidence+1)
		caveats = p.cut("caveats", caveats, room-some-height(blind), leastCaveats)
		blind = p.cut("blind", blind, room-some-height(caveats), leastBlind)
		evidence = p.cut("evidence", evidence, room-height(blind)-height(caveats), leastEvidence)
		if n := len(evidence); p.undrawn > 0 {
			evidence[n-1] = p.more("evidence", len(p.v.Evidence)-(n-1))
		}
	}
	p.lines = p.head(spots)
	p.list("What names it", evidence)
	p.list("Not looked at", blind)
	if len(caveats) > 0 {
		p.list("To bear in mind", caveats)
	}
}

func height(items []item) (n int) {
	for _, it := range items {
		n += len(it.lines)
	}
	return n
}

// cut shortens a list to some lines, but leaves a few items; the line in place
// of the others says how many there are.
func (p *usedPage) cut(what string, items []item, lines, least int) []item {
	if height(items) <= max(lines, 0) || len(items) <= least+1 {
		return items
	}
	n, used := 0, 1
	for n < len(items) && (n < least || used+len(items[n].lines) <= lines) {
		used += len(items[n].lines)
		n++
	}
	if n >= len(items)-1 {
		return items
	}
	return append(items[:n:n], p.more(what, len(items)-n))
}

// more is the line in place of n items of a list.
func (p *usedPage) more(what string, n int) item {
	return item{id: "more " + what, index: -1, lines: []string{"   " + p.env.Theme.Paint(kit.Accent, "and "+kit.Count(n)+" more")}}
}

// list puts a list below the others, and notes where the cursor can stand.
func (p *usedPage) list(title string, items []item) {
	p.lines = append(p.lines, "", " "+p.env.Theme.Paint(kit.Title, title))
	for _, it := range items {
		if it.id != "" {
			p.rows = append(p.rows, spot{it.id, it.index, len(p.lines), len(p.lines) + len(it.lines)})
		}
		p.lines = append(p.lines, it.lines...)
	}
}

// head is the verdict in words, and how old what it rests on is.
func (p *usedPage) head(spots []blindSpot) []string {
	t, use := p.env.Theme, p.v.Use
	why := t.Cut(" "+t.Symbols.Dot+" "+p.because(spots), max(0, p.env.Width-4-kit.Width(use.String())))
	return []string{
		" " + t.Paint(useStyle(use), useSign(t, use)+" "+use.String()) + why,
		"   " + t.Paint(kit.Dim, t.Cut(p.asOf()+" "+t.Symbols.Dot+" "+permissionsText(p.env, p.im), max(0, p.env.Width-3))),
	}
}

func (p *usedPage) asOf() string {
	if p.v.AsOf.IsZero() {
		return "nothing was read yet"
	}
	return "read " + kit.Since(p.v.AsOf, p.env.Now) + " or later"
}

// because says in a few words what the verdict rests on.
func (p *usedPage) because(spots []blindSpot) string {
	counts, stale, aside := 0, 0, 0
	for _, e := range p.v.Evidence {
		switch {
		case e.Aside != nil:
			aside++
		case e.Stale != "":
			stale++
		default:
			counts++
		}
	}
	var out string
	switch p.v.Use {
	case model.Used:
		out = kit.Plural(counts, "reference", "references")
		if stale > 0 {
			out += fmt.Sprintf(", %s stale", kit.Count(stale))
		}
	case model.Probable:
		out = "only stale references: " + kit.Count(stale)
	case model.Unused:
		out = p.unusedBecause()
	case model.UseUnknown:
		out = unknownBecause(spots)
	}
	if aside > 0 {
		out += fmt.Sprintf(", %s set aside", kit.Count(aside))
	}
	return out
}

// unusedBecause names those who could launch it and do not.
func (p *usedPage) unusedBecause() string {
	perms := p.env.Inv.Permissions(p.im)
	if perms == nil || perms.Public || len(perms.Organizations)+len(perms.Units) > 0 {
		return "nothing names it in any account that may launch it"
	}
	names := []string{p.env.Inv.Account(p.im.Owner).Title()}
	for _, id := range perms.Accounts {
		if id != p.im.Owner {
			names = append(names, p.env.Inv.Account(id).Title())
		}
	}
	return "nothing in " + few(names, 3) + " names it, and nobody else may launch it"
}

func unknownBecause(spots []blindSpot) string {
	switch len(spots) {
	case 0:
		return "not judged yet"
	case 1:
		return spots[0].what
	}
	return fmt.Sprintf("%s, and %s", spots[0].what, kit.Plural(len(spots)-1, "more thing not looked at", "more things not looked at"))
}

// permissionsText says who may launch the image, as far as that is known.
func permissionsText(env kit.Env, im *model.Image) string {
	p := env.Inv.Permissions(im)
	switch {
	case im.Public == model.Yes || p != nil && p.Public:
		return "public"
	case p == nil || p.Err != nil:
		return "whom it is shared with is not known"
	case p.Private():
		return "private to its account"
	}
	var with []string
	if n := len(p.Accounts); n <= 2 {
		for _, id := range p.Accounts {
			with = append(with, env.Inv.Account(id).Title())
		}
	} else {
		with = append(with, kit.Plural(n, "account", "accounts"))
	}
	for _, group := range []struct {
		n         int
		one, many string
	}{
		{len(p.Organizations), "organization", "organizations"},
		{len(p.Units), "organizational unit", "organizational units"},
	} {
		if group.n > 0 {
			with = append(with, kit.Plural(group.n, group.one, group.many))
		}
	}
	return "shared with " + strings.Join(with, ", ")
}

// caveats are what was looked at in a way that has its limits.
func (p *usedPage) caveats() []item {
	t := p.env.Theme
	var out []item
	for _, c := range p.v.Caveats {
		lines := t.Wrap(c, max(1, p.env.Width-5))
		for i, l := range lines {
			sign := " "
			if i == 0 {
				sign = t.Symbols.Bullet
			}
			lines[i] = " " + t.Paint(kit.Dim, sign+" "+l)
		}
		out = append(out, item{lines: lines})
	}
	return out
}

// blind are the things that were not looked at, each with what mends it.
func (p *usedPage) blind(spots []blindSpot) []item {
	t, w := p.env.Theme, p.env.Width
	if len(spots) == 0 {
		return []item{{lines: []string{"   " + t.Paint(kit.Dim, t.Cut("nothing: all that could use it was looked at", max(0, w-3)))}}}
	}
	var out []item
	for _, s := range spots {
		var lines []string
		sign := t.Paint(kit.Warn, t.Symbols.Unknown) + " "
		for _, l := range t.Wrap(s.text(t), max(1, w-5)) {
			lines = append(lines, " "+sign+l)
			sign = "  "
		}
		last := len(lines) - 1
		if gap := w - kit.Width(lines[last]) - kit.Width(t.Clean(s.mend)) - 3; gap >= 0 {
			lines[last] += "  " + t.Paint(kit.Dim, t.Clean(s.mend))
		} else {
			for _, l := range t.Wrap(s.mend, max(1, w-6)) {
				lines = append(lines, "     "+t.Paint(kit.Dim, l))
			}
		}
		out = append(out, item{lines: lines})
	}
	return out
}
