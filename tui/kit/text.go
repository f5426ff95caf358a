package kit

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks a text into lines of at most w cells, between words where it
// can. Line breaks of the text stay; everything else of it is cleaned.
func (t *Theme) Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		line = strings.ReplaceAll(line, "\t", "  ")
		// Wrap lets a hyphen stand beyond the edge; Hardwrap does not.
		line = ansi.Hardwrap(ansi.Wrap(t.Clean(line), w, ""), w, true)
		out = append(out, strings.Split(line, "\n")...)
	}
	return out
}

// Range is a part of a text in bytes, from Start up to but without End.
type Range struct{ Start, End int }

// Highlight cleans a text and paints it in a style, with parts of it as
// matches. Ranges that overlap or lie outside count as far as they make sense.
func (t *Theme) Highlight(s string, base Style, hits []Range) string {
	var b strings.Builder
	at := 0
	sorted := slices.SortedFunc(slices.Values(hits), func(a, b Range) int { return a.Start - b.Start })
	for _, r := range sorted {
		start, end := min(max(r.Start, at), len(s)), min(max(r.End, at), len(s))
		if start >= end {
			continue
		}
		b.WriteString(t.Paint(base, t.Clean(s[at:start])))
		b.WriteString(t.Paint(Match, t.Clean(s[start:end])))
		at = end
	}
	b.WriteString(t.Paint(base, t.Clean(s[at:])))
	return b.String()
}

// Block makes a drawing exactly w × h: lines too many are dropped, lines too
// long cut, the rest filled with blanks. The drawing may hold sequences of a
// theme; text of others in it must have been cleaned.
func Block(s string, w, h int) string {
	lines := strings.Split(s, "\n")
	out := make([]string, max(h, 0))
	for i := range out {
		if i < len(lines) {
			out[i] = line(lines[i], w)
			continue
		}
		out[i] = spaces(w)
	}
	return strings.Join(out, "\n")
}

// Lit draws a painted line as the one under a cursor, w cells wide: with the
// cursor's sign in its first cell, which must be blank, and with the cursor's
// look in place of its own.
func (t *Theme) Lit(s string, w int) string {
	s = line(ansi.Strip(s), w)
	if w <= 0 || s[0] != ' ' {
		return t.Paint(Cursor, s)
	}
	return t.Paint(Accent, t.Symbols.Cursor) + t.Paint(Cursor, s[1:])
}

// line cuts or pads a painted line to w cells.
func line(s string, w int) string {
	n := ansi.StringWidth(s)
	if n > w {
		s = ansi.Truncate(s, max(w, 0), "")
		n = ansi.StringWidth(s)
	}
	return s + spaces(w-n)
}
