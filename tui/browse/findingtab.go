package browse

import (
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// findingLines tells what is wrong with an image, and what Amazon Inspector found in
// it.
func findingLines(env kit.Env, im *model.Image) []string {
	return append(ruleLines(env, im), inspectorLines(env, im)...)
}

// ruleLines tells what is wrong with an image, one by one, why that matters and what
// mends it.
func ruleLines(env kit.Env, im *model.Image) []string {
	t := env.Theme
	if env.Findings == nil {
		return []string{"", " " + t.Paint(kit.Dim, "not judged yet "+t.Symbols.Ellipsis)}
	}
	all := env.Findings.Of(im)
	switch {
	case !env.Findings.Judged(im) && owned(env, im.ImageKey):
		return []string{"", " " + t.Paint(kit.Dim, "not judged: it never came to be, or is on its way out")}
	case !env.Findings.Judged(im):
		return []string{"", " " + t.Paint(kit.Dim, "not judged: it is of another account, whose it is to mend")}
	case len(all) == 0:
		return []string{"", " " + t.Paint(kit.Good, t.Symbols.Check+" nothing was found, and all that rules look at was read")}
	}
	var lines []string
	for _, f := range all {
		state := findingStateCell(env, f)
		lines = append(lines, " "+t.Paint(ofSeverity(f.Severity).Style, f.Severity.String())+"  "+t.Paint(kit.Title, t.Clean(f.Rule.Title))+"  "+t.Paint(state.Style, state.Text))
		pairs := []kit.Pair{{Label: "Evidence", Value: f.Evidence}, {Label: "Why", Value: f.Rule.Why}, {Label: "Mends it", Value: f.Rule.Mend}}
		if f.Accepted != nil {
			pairs = append(pairs, kit.Pair{Label: "Accepted", Value: f.Accepted.Reason + ", until " + kit.Date(f.Accepted.Until)})
		}
		lines = append(append(lines, indented(env, pairs)...), "")
	}
	return lines
}

// severityColumn shows the worst that is open of an image, and how many there are.
func severityColumn(env kit.Env, im *model.Image) kit.Cell {
	if env.Findings == nil {
		return unknown()
	}
	worst, open, undecided := env.Findings.Worst(im)
	switch {
	case open > 0 && undecided > 0: // that may be worse
		c := ofSeverity(worst)
		c.Text += kit.Unread
		return c
	case open > 0:
		return ofSeverity(worst)
	case undecided > 0:
		return unknown()
	}
	return orDash("")
}

// Audits reports whether a tab is shown that has findings in it.
func (d Detail) Audits() bool { return d.tab == findingsTab || d.tab == jsonTab }

// Audits reports whether filter or order name findings, or the column shows them.
func (s Images) Audits() bool {
	if s.order.Key == "severity" || s.filter.query.Names("severity") || s.filter.query.Names("finding") {
		return true
	}
	return slices.ContainsFunc(s.table.Shown(), func(i int) bool { return s.cols[i].Key == "severity" })
}
