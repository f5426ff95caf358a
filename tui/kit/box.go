package kit

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Panel is what a box holds: a title in its upper and a footer in its lower
// edge, and a body, which may hold sequences of the theme.
type Panel struct{ Title, Body, Footer string }

// Box draws a panel with a border, w × h cells in all. The body is cut and
// filled to the inside, which is BoxInside(w, h).
func Box(t *Theme, p Panel, w, h int) string {
	if w < 4 || h < 2 {
		return Block(p.Body, w, h)
	}
	f := t.Symbols.Frame
	iw, ih := BoxInside(w, h)
	side := t.Paint(Border, f.Down)
	var b strings.Builder
	b.WriteString(t.edge(f.TopLeft, f.TopRight, t.Cut(p.Title, w-6), Title, w))
	for line := range strings.SplitSeq(Block(p.Body, iw, ih), "\n") {
		if ih > 0 {
			b.WriteString("\n" + side + " " + line + " " + side)
		}
	}
	b.WriteString("\n" + t.edge(f.BottomLeft, f.BottomRight, t.Cut(p.Footer, w-6), Dim, w))
	return b.String()
}

// BoxInside is the size that a box leaves to its body.
func BoxInside(w, h int) (iw, ih int) { return max(w-4, 0), max(h-2, 0) }

// edge draws the upper or lower side of a box with a clean text in it.
func (t *Theme) edge(left, right, text string, s Style, w int) string {
	across := t.Symbols.Frame.Across
	if text == "" {
		return t.Paint(Border, left+strings.Repeat(across, w-2)+right)
	}
	rest := w - 5 - Width(text)
	return t.Paint(Border, left+across) + " " + t.Paint(s, text) + " " +
		t.Paint(Border, strings.Repeat(across, max(rest, 0))+right)
}

// Overlay lays a box over a drawing, its upper left corner at x, y. It parses
// both, which takes milliseconds: call it only while something floats.
func Overlay(base, box string, x, y int) string {
	return lipgloss.NewCompositor(
		lipgloss.NewLayer(base),
		lipgloss.NewLayer(box).X(x).Y(y).Z(1),
	).Render()
}

// Centered is where a box of w × h goes in the middle of an area.
func Centered(areaW, areaH, w, h int) (x, y int) {
	return max((areaW-w)/2, 0), max((areaH-h)/2, 0)
}

// Placeholder draws a few lines in the middle of an empty area: the first as
// its title, the others as advice.
func Placeholder(t *Theme, w, h int, lines ...string) string {
	if w <= 0 {
		return Block("", w, h)
	}
	out := make([]string, max((h-len(lines))/3, 0), h+len(lines))
	for i, s := range lines {
		style := Dim
		if i == 0 {
			style = Strong
		}
		s = t.Cut(s, w)
		out = append(out, spaces((w-Width(s))/2)+t.Paint(style, s))
	}
	return Block(strings.Join(out, "\n"), w, h)
}

// Pair is one fact of a detail view. A pair without a value is a heading, the
// zero pair an empty line.
type Pair struct {
	Label, Value string
	Style        Style
}

// Pairs draws facts in two aligned columns, w cells wide. Long values go on in
// the next line, under their column.
func Pairs(t *Theme, pairs []Pair, w int) []string {
	label := labelWidth(t, pairs, w)
	var out []string
	for _, p := range pairs {
		out = append(out, t.pair(p, label, w)...)
	}
	return out
}

// labelWidth is the width of the widest label, but at most a third of all.
func labelWidth(t *Theme, pairs []Pair, w int) int {
	widest := 0
	for _, p := range pairs {
		if p.Value != "" {
			widest = max(widest, Width(t.Clean(p.Label)))
		}
	}
	return min(widest, max(w/3, 1))
}

func (t *Theme) pair(p Pair, label, w int) []string {
	const gap = 2
	if p.Value == "" {
		return []string{line(t.Paint(Header, t.Cut(p.Label, w)), w)}
	}
	values := t.Wrap(p.Value, max(w-label-gap, 1))
	out := make([]string, len(values))
	head := t.Paint(Dim, t.Fit(p.Label, label))
	for i, v := range values {
		out[i] = line(head+spaces(gap)+t.Paint(p.Style, v), w)
		head = spaces(label)
	}
	return out
}
