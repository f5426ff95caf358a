package output

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// Bin writes what Recycle Bins hold and would hold: a part of it, and in JSON all of
// it with the scopes.
func (s Style) Bin(w io.Writer, k Known, b Bin, part BinPart) error {
	out := newPrinter(w)
	switch {
	case s.Format == JSON:
		writeList(out, "bin", b.Contents)
		out.text(",\n")
		writeMember(out, "rules", b.Rules)
		out.text(",\n")
		writeMember(out, "arming", b.Arming)
		out.text(",\n")
		writeMember(out, "scopes", k.Inv.ScopeDocuments())
		out.text("}\n")
	case s.Format == JSONL:
		b.lines(out, part)
	case part == BinRules:
		s.grid(out, k.ruleGrid(b.Rules))
	case part == BinArming:
		s.grid(out, k.armingGrid(b.Arming))
	default:
		s.grid(out, s.binGrid(k, b.Contents))
	}
	return out.done()
}

func (b Bin) lines(out printer, part BinPart) {
	switch part {
	case BinContents:
		writeLines(out, b.Contents)
	case BinRules:
		writeLines(out, b.Rules)
	case BinArming:
		writeLines(out, b.Arming)
	}
}

func writeLines[T any](out printer, all []T) {
	for _, d := range all {
		out.raw(line(d))
	}
}

func (k Known) accountCell(id string) cell {
	c := words(id)
	c.show = k.Inv.Account(id).Title()
	return c
}

func (s Style) binGrid(k Known, all []BinnedDocument) grid {
	g := grid{heads: []head{
		{"id", "ID", false},
		{"kind", "KIND", false},
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"name", "NAME", false},
		{"entered", "SINCE", true},
		{"exits", "LEFT", true},
		{"with", "WITH", false},
		{"description", "DESCRIPTION", false},
	}}
	for _, d := range all {
		g.rows = append(g.rows, []cell{
			words(d.ID), words(d.Kind), k.accountCell(d.Account), words(d.Region), words(d.Name),
			s.since(d.Entered), s.until(d.Exits), words(strings.Join(slices.Concat(d.Snapshots, d.Images), " ")), words(d.Description),
		})
	}
	return g
}

// since is how long ago something was.
func (s Style) since(t *time.Time) cell {
	if t == nil {
		return cell{show: none}
	}
	return instant(*t, kit.Age(max(0, s.Now.Sub(*t))))
}

// until is how long something stays.
func (s Style) until(t *time.Time) cell {
	if t == nil {
		return cell{show: unread}
	}
	return instant(*t, kit.Age(max(0, t.Sub(s.Now))))
}

func (k Known) ruleGrid(all []BinRuleDocument) grid {
	g := grid{heads: []head{
		{"id", "RULE", false},
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"resource", "HOLDS", false},
		{"days", "DAYS", true},
		{"with", "WITH ANY TAG OF", false},
		{"without", "BUT NOT WITH", false},
		{"lock", "LOCK", false},
		{"in_force", "IN FORCE", false},
		{"description", "DESCRIPTION", false},
	}}
	for _, d := range all {
		g.rows = append(g.rows, []cell{
			words(d.ID), k.accountCell(d.Account), words(d.Region), words(d.Resource), number(d.Days), words(tagText(d.With)), words(tagText(d.Without)),
			words(d.Lock), triCell(model.Truth(d.InForce)), words(d.Description),
		})
	}
	return g
}

func tagText(tags []model.Tag) string {
	var out []string
	for _, t := range tags {
		out = append(out, t.Key+"="+t.Value)
	}
	return strings.Join(out, " ")
}

func (k Known) armingGrid(all []ArmingDocument) grid {
	g := grid{heads: []head{
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"images", "IMAGES", true},
		{"held", "HELD", true},
		{"lost", "LOST", true},
		{"never", "NEVER HELD", true},
		{"unsure", "NOT KNOWN", true},
		{"days", "DAYS", true},
		{"no_rule", "NO RULE FOR", false},
		{"why", "WHY NOT KNOWN", false},
	}}
	for _, d := range all {
		g.rows = append(g.rows, []cell{
			k.accountCell(d.Account), words(d.Region), number(d.Images), number(d.Held), number(d.Lost), number(d.Never), number(d.Unsure),
			daysCell(d.Days), words(strings.Join(d.NoRule, " ")), words(d.Why),
		})
	}
	return g
}

func daysCell(days int) cell {
	if days == 0 {
		return cell{show: none}
	}
	return cell{show: strconv.Itoa(days), data: strconv.Itoa(days), own: true}
}
