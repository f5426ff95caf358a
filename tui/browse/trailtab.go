package browse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui/kit"
)

// NewTrailOf is the detail of an image on the tab of its trail. Who shows it asks
// for the trail as well.
func NewTrailOf(k model.ImageKey) Detail { return Detail{key: k, tab: trailTab} }

// tracing asks for the trail when its tab is opened.
func (d Detail) tracing(next Detail) []kit.Effect {
	if next.tab == trailTab && d.tab != trailTab {
		return []kit.Effect{kit.Trace{Image: d.key}}
	}
	return nil
}

// refresh reads the scopes that see the image again, and on their tabs the trail and
// the journal.
func (d Detail) refresh(env kit.Env) []kit.Effect {
	out := []kit.Effect{kit.Read{Scopes: d.scopes(env)}}
	switch d.tab {
	case trailTab:
		out = append(out, kit.Trace{Image: d.key, Again: true})
	case journalTab:
		out = append(out, kit.Recall{Again: true})
	}
	return out
}

// trailLines tells when everybody could launch the image, what was looked at, and
// who did what, the newest first.
func trailLines(env kit.Env, im *model.Image) []string {
	t, x := env.Theme, env.Tracing
	tr := env.Trail
	if x.Image != im.ImageKey {
		return []string{"", " " + t.Paint(kit.Dim, "the trail is being read "+t.Symbols.Ellipsis)}
	}
	if x.Why != "" {
		return []string{"", " " + t.Paint(kit.Dim, t.Clean(x.Why))}
	}
	var lines []string
	if x.Running {
		text := "reading trails"
		if x.Of > 0 {
			text = fmt.Sprintf("reading trails: %d of %s", x.Done, kit.Plural(x.Of, "scope", "scopes"))
		}
		lines = append(lines, " "+t.Paint(kit.Info, text+" "+t.Symbols.Ellipsis), "")
	}
	if tr == nil || tr.Image != im.ImageKey {
		return lines
	}
	lines = append(lines, indented(env, slices.Concat(exposurePairs(tr), reachPairs(env, tr), blindPairs(env, tr)))...)
	return append(append(lines, ""), eventLines(env, tr)...)
}

// exposurePairs are the times in which everybody could launch the image.
func exposurePairs(tr *trail.Trail) []kit.Pair {
	style := kit.Good
	if !tr.Told() {
		style = kit.Dim
	}
	var out []kit.Pair
	for i, text := range tr.Exposure() {
		if i < len(tr.Public) {
			style = kit.Warn
			if tr.Public[i].Open {
				style = kit.Bad
			}
		}
		out = append(out, kit.Pair{Label: "Public", Value: text, Style: style})
	}
	return out
}

// reachPairs are the trails that were looked at: the owner's, and others by how far
// they go back.
func reachPairs(env kit.Env, tr *trail.Trail) []kit.Pair {
	said := map[string][]string{}
	var order []string
	for _, l := range tr.Looked {
		if len(l.Seen) == 0 {
			continue // it is told why
		}
		reach := tr.Reach(l)
		if said[reach] == nil {
			order = append(order, reach)
		}
		said[reach] = append(said[reach], place(env, l.Scope))
	}
	var out []kit.Pair
	for _, reach := range order {
		out = append(out, kit.Pair{Label: "Looked at", Value: few(said[reach], 3) + ": " + reach})
	}
	return out
}

// blindPairs are what was not looked at, by why.
func blindPairs(env kit.Env, tr *trail.Trail) []kit.Pair {
	said := map[string][]string{}
	mends := map[string]string{}
	var order []string
	for _, b := range tr.Blind {
		if said[b.What] == nil {
			order, mends[b.What] = append(order, b.What), b.Mend
		}
		said[b.What] = append(said[b.What], place(env, b.Scope))
	}
	var out []kit.Pair
	for _, what := range order {
		text := few(said[what], 3) + ": " + what
		if mends[what] != "" {
			text += "; " + mends[what]
		}
		out = append(out, kit.Pair{Label: "Not looked at", Value: text, Style: kit.Warn})
	}
	return out
}

// place is a scope for people.
func place(env kit.Env, s model.Scope) string {
	return strings.TrimSpace(env.Inv.AccountTitle(s.Account) + " " + s.Region)
}
