package browse

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// calls is what the last passes over a scope have cost.
func calls(inv model.Inventory, s model.Scope) (n int) {
	for _, k := range model.Swept() {
		n += inv.Status(s, k).Calls
	}
	return n
}

// standingCell tells how many of the usage sources of a scope were looked at,
// and why the others were not.
func standingCell(env kit.Env, s model.Scope) kit.Cell {
	st := env.Policy.Standing(env.Inv, s, env.Now)
	text := fmt.Sprintf("%d/%d", st.Looked, st.Of)
	switch missing := missingText(st); {
	case st.Looked == st.Of:
		return kit.Cell{Text: text, Style: kit.Good}
	case st.Looked == 0 && missing == "":
		return kit.Cell{Text: text, Style: kit.Dim}
	case missing == "":
		return kit.Cell{Text: text, Style: kit.Info}
	default:
		return kit.Cell{Text: text + ": " + missing, Style: kit.Warn}
	}
}

// missingText names the sources that failed, by reason; those that nobody has
// asked for yet are no failure.
func missingText(st model.Standing) string {
	var reasons []string
	by := map[string][]string{}
	for _, m := range st.Missing {
		if m.Err == nil {
			continue
		}
		if by[m.What] == nil {
			reasons = append(reasons, m.What)
		}
		by[m.What] = append(by[m.What], m.Source.Word())
	}
	for i, r := range reasons {
		if n := len(by[r]); n > 2 {
			reasons[i] = strconv.Itoa(n) + " " + r
			continue
		}
		reasons[i] = strings.Join(by[r], ", ") + " " + r
	}
	return strings.Join(reasons, ", ")
}

// standingText is what stands below the table about the usage sources of the
// scope under the cursor: what is missing, and what mends that; then what need
// not be looked at.
func standingText(env kit.Env, s model.Scope) string {
	t := env.Theme
	st := env.Policy.Standing(env.Inv, s, env.Now)
	var groups []model.Blind
	for _, m := range st.Missing {
		b := model.Blind{Scope: s, Source: m.Source, What: m.Source.String() + ": " + m.What, Err: m.Err}
		if m.Err != nil {
			b.Mend = m.Err.Hint()
		}
		groups = append(groups, b)
	}
	var lines []string
	for _, spot := range blindSpots(env, groups) {
		text := "usage: " + spot.what
		if spot.mend != "" {
			text += " " + t.Symbols.Dot + " " + spot.mend
		}
		lines = append(lines, " "+t.Cut(text, max(0, env.Width-2)))
	}
	if len(st.Notes) > 0 {
		lines = append(lines, " "+t.Paint(kit.Dim, t.Cut("usage: "+strings.Join(st.Notes, ", "), max(0, env.Width-2))))
	}
	return strings.Join(lines[:min(len(lines), troubleLines)], "\n")
}
