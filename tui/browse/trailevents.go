package browse

import (
	"fmt"
	"slices"

	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui/kit"
)

// mostEvents bounds what a screen shows of a trail; the verb tells all.
const mostEvents = 1000

// entry is a line of a trail: an event, or a row of launches by one caller.
type entry struct {
	*trail.Event // the newest
	what         string
}

// eventLines tells what was done, the newest first.
func eventLines(env kit.Env, tr *trail.Trail) []string {
	t := env.Theme
	if len(tr.Events) == 0 {
		return []string{" " + t.Paint(kit.Dim, "no event names the image, as far as was looked")}
	}
	all := gathered(env, tr.Events)
	draw := eventRow
	var lines []string
	if env.Width < trailTable {
		draw = eventBlock
	} else {
		lines = append(lines, eventHead(env))
	}
	for _, e := range all[:min(mostEvents, len(all))] {
		lines = append(lines, draw(env, e)...)
	}
	if n := len(all) - mostEvents; n > 0 {
		lines = append(lines, "", " "+t.Paint(kit.Dim, fmt.Sprintf("and %s before that: amiscope trail %s tells all", kit.Count(n), tr.Image.ID)))
	}
	return lines
}

// gathered puts launches by one caller that nothing else lies between into one
// line: of an image that a group launches from there are thousands.
func gathered(env kit.Env, events []*trail.Event) []entry {
	var out []entry
	for i := 0; i < len(events); {
		e := events[i]
		n, instances := 1, e.Count
		if e.Act == trail.Launched && e.Error == "" {
			for i+n < len(events) && alike(e, events[i+n]) {
				instances += events[i+n].Count
				n++
			}
		}
		line := entry{e, env.Theme.Clean(e.Text(env.Inv.AccountTitle))} // which may hold ends of lines
		if n > 1 {
			line.what = fmt.Sprintf("launched %s in %d calls since %s", kit.Plural(instances, "instance", "instances"), n, kit.Moment(events[i+n-1].At))
		}
		out = append(out, line)
		i += n
	}
	return out
}

func alike(a, b *trail.Event) bool {
	return b.Act == a.Act && b.Error == "" && b.Who == a.Who && b.Scope == a.Scope
}

// style marks what an auditor looks for.
func (e entry) style(env kit.Env) kit.Style {
	switch {
	case e.Error != "":
		return kit.Warn
	case e.Act == trail.MadePublic, e.Act == trail.Shared && slices.ContainsFunc(e.With, func(id string) bool { return stranger(env, id) }):
		return kit.Bad
	case e.Act == trail.MadePrivate, e.Act == trail.Reset, e.Act == trail.Disabled, e.Act == trail.Deregistered:
		return kit.Accent
	}
	return kit.Normal
}

// stranger reports whether an account is neither ours nor known.
func stranger(env kit.Env, id string) bool {
	return isAccount(id) && !env.Known[id] && !env.Inv.Belongs(id)
}

func isAccount(id string) bool {
	return len(id) == 12 && !slices.ContainsFunc([]byte(id), func(b byte) bool { return b < '0' || b > '9' })
}

// The cells of a trail as a table, and from which width on it is one.
const (
	trailTable = 110
	timeCells  = 16
	whoCells   = 34
	placeCells = 27
	fromCells  = 25
)

// whatCells is what is left for what was done.
func whatCells(env kit.Env) int {
	w := env.Width - 1 - timeCells - whoCells - placeCells - 3*2
	if wideTrail(env) {
		w -= fromCells + 2
	}
	return w
}

// wideTrail reports whether there is room for where calls came from.
func wideTrail(env kit.Env) bool { return env.Width >= 160 }

func eventHead(env kit.Env) string {
	return eventCells(env, entry{Event: &trail.Event{Who: "WHO", Source: "FROM"}}, []string{"TIME (UTC)", "WHAT", "TRAIL OF"}, [2]kit.Style{kit.Header, kit.Header})
}

// eventCells draws an event in cells: its time, what was done, whose trail tells it;
// the first style is of what was done, the other of the rest.
func eventCells(env kit.Env, e entry, cells []string, styles [2]kit.Style) string {
	t := env.Theme
	line := " " + t.Paint(styles[1], t.Fit(cells[0], timeCells)) + "  " + t.Paint(styles[0], t.Fit(cells[1], whatCells(env))) + "  "
	rest := t.Fit(e.Who, whoCells) + "  " + t.Fit(cells[2], placeCells)
	if wideTrail(env) {
		rest += "  " + t.Fit(e.Source, fromCells)
	}
	return line + t.Paint(styles[1], rest)
}

// eventRow is an event in a table; what was done takes as many lines as it needs.
func eventRow(env kit.Env, e entry) []string {
	var out []string
	styles := [2]kit.Style{e.style(env), kit.Normal}
	cells := []string{trailTime(e), "", place(env, e.Scope)}
	for _, cells[1] = range env.Theme.Wrap(e.what, whatCells(env)) {
		out = append(out, eventCells(env, e, cells, styles))
		e, cells = entry{Event: &trail.Event{}}, make([]string, 3)
	}
	return out
}

// eventBlock is an event where there is no room for a table: what was done, and
// under it by whom, from where.
func eventBlock(env kit.Env, e entry) []string {
	t := env.Theme
	var out []string
	when := trailTime(e)
	for _, what := range t.Wrap(e.what, max(env.Width-timeCells-3, 1)) {
		out = append(out, " "+t.Paint(kit.Dim, t.Fit(when, timeCells))+"  "+t.Paint(e.style(env), what))
		when = ""
	}
	by := e.Who
	if e.Source != "" && e.Source != e.Who {
		by += " from " + e.Source
	}
	for _, text := range t.Wrap(by+", "+place(env, e.Scope), max(env.Width-timeCells-3, 1)) {
		out = append(out, " "+t.Fit("", timeCells)+"  "+t.Paint(kit.Dim, text))
	}
	return out
}

func trailTime(e entry) string { return e.At.UTC().Format("2006-01-02 15:04") }
