package kit

import (
	"slices"
	"strings"
)

// Bar draws a fraction of 0 to 1 as a bar of w cells, fine to an eighth of a
// cell. Anything above nothing shows, and only the whole fills it.
func Bar(t *Theme, fraction float64, w int) string {
	if w <= 0 {
		return ""
	}
	steps := t.Symbols.Bar
	per := len(steps) - 1
	n := int(fraction*float64(w*per) + 0.5)
	switch {
	case !(fraction > 0): // NaN, too
		n = 0
	case fraction >= 1:
		n = w * per
	default:
		n = clamp(n, 1, w*per-1)
	}
	full, part := n/per, n%per
	s := strings.Repeat(steps[per], full)
	if part > 0 {
		s += steps[part]
		full++
	}
	return t.Paint(Accent, s) + t.Paint(Border, strings.Repeat(t.Symbols.Rest, w-full))
}

// Part is one piece of a status line. Where the line is too narrow for all
// parts, those with the lowest priority go first, of equals the rightmost.
type Part struct {
	Text     string
	Style    Style
	Priority int
}

// StatusLine draws parts at the left and at the right of a line of w cells.
// The last part that remains is cut where it does not fit either.
func StatusLine(t *Theme, w int, left, right []Part) string {
	parts := newStatus(t, left, right)
	for len(parts) > 1 && statusWidth(parts) > w {
		parts = slices.Delete(parts, least(parts), least(parts)+1)
	}
	if len(parts) == 1 {
		parts[0].text = t.Cut(parts[0].text, w)
		parts[0].width = Width(parts[0].text)
	}
	l, r := paintSide(t, parts, false), paintSide(t, parts, true)
	return l + spaces(w-Width(l)-Width(r)) + r
}

// status is a part that was cleaned and measured.
type status struct {
	Part
	text  string
	width int
	right bool
}

func newStatus(t *Theme, left, right []Part) []status {
	out := make([]status, 0, len(left)+len(right))
	add := func(parts []Part, right bool) {
		for _, p := range parts {
			if text := t.Clean(p.Text); text != "" {
				out = append(out, status{p, text, Width(text), right})
			}
		}
	}
	add(left, false)
	add(right, true)
	return out
}

// partGap is the number of blanks between the parts of a line.
const partGap = 2

// statusWidth is what parts need, the gaps between them included.
func statusWidth(parts []status) int {
	n := partGap * (len(parts) - 1)
	for _, p := range parts {
		n += p.width
	}
	return n
}

// least is the index of the part that goes first.
func least(parts []status) int {
	at := 0
	for i, p := range parts {
		if p.Priority <= parts[at].Priority {
			at = i
		}
	}
	return at
}

func paintSide(t *Theme, parts []status, right bool) string {
	var out []string
	for _, p := range parts {
		if p.right == right {
			out = append(out, t.Paint(p.Style, p.text))
		}
	}
	return strings.Join(out, spaces(partGap))
}

// Hint is a key and what it does here.
type Hint struct {
	Key, Text string
	Danger    bool // leads to a review of something that destroys
	Keep      bool // others are left out for its sake
}

// HintBar draws hints on one line of w cells. What does not fit is left out as
// a whole, from the end.
func HintBar(t *Theme, w int, hints []Hint) string {
	var b strings.Builder
	left, kept, full := w, 0, false
	for _, h := range hints {
		if h.Keep {
			kept += t.hintWidth(h) + partGap
		}
	}
	for _, h := range hints {
		need, gap := t.hintWidth(h), 0
		if left < w {
			gap = partGap
		}
		if h.Keep {
			kept -= need + partGap
		}
		if full = full || gap+need > left-kept; full && !h.Keep || gap+need > left {
			continue
		}
		left -= gap + need
		b.WriteString(spaces(gap) + t.hint(t.Clean(h.Key), t.Clean(h.Text), h.Danger))
	}
	return b.String() + spaces(left)
}

func (t *Theme) hintWidth(h Hint) int { return Width(t.Clean(h.Key)) + 1 + Width(t.Clean(h.Text)) }

func (t *Theme) hint(key, text string, danger bool) string {
	if danger {
		return t.Paint(Key, key) + " " + t.Paint(Bad, text)
	}
	return t.Paint(Key, key) + " " + t.Paint(Dim, text)
}

// Tabs draws the names of tabs on one line of w cells, the active one between
// signs of its own. Where they do not fit, those farthest from it go first.
func Tabs(t *Theme, names []string, active, w int) string {
	first, end := 0, len(names)
	active = clamp(active, 0, max(end-1, 0))
	for end-first > 1 && tabsWidth(t, names[first:end], first > 0, end < len(names)) > w {
		if active-first > end-1-active {
			first++
		} else {
			end--
		}
	}
	var parts []string
	if first > 0 {
		parts = append(parts, t.Paint(Dim, t.Symbols.Left))
	}
	for i := first; i < end; i++ {
		parts = append(parts, t.tab(names[i], i == active))
	}
	if end < len(names) {
		parts = append(parts, t.Paint(Dim, t.Symbols.Right))
	}
	return line(strings.Join(parts, " "), w)
}

func (t *Theme) tab(name string, active bool) string {
	if active {
		return t.Paint(HeaderActive, "["+t.Clean(name)+"]")
	}
	return t.Paint(Dim, " "+t.Clean(name)+" ")
}

func tabsWidth(t *Theme, names []string, left, right bool) int {
	n := -1
	for _, s := range names {
		n += Width(t.Clean(s)) + 3
	}
	if left {
		n += 2
	}
	if right {
		n += 2
	}
	return n
}
