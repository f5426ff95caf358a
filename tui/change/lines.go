package change

import (
	"strings"

	"github.com/amiscope/amiscope/tui/kit"
)

// labelWidth is the width of the labels at the left, the blank before them included.
const labelWidth = 11

// labelled is a text behind a label, on as many lines as it takes.
func labelled(env kit.Env, label, text string, style kit.Style) []string {
	t := env.Theme
	var out []string
	head := " " + t.Paint(kit.Title, t.Fit(label, labelWidth-1))
	for _, line := range t.Wrap(text, max(1, env.Width-labelWidth-1)) {
		out = append(out, head+t.Paint(style, line))
		head = strings.Repeat(" ", labelWidth)
	}
	return out
}

// cell is a part of a line: a text cut to a width.
type cell struct {
	text  string
	width int
	style kit.Style
}

// row draws cells side by side, from a column on.
func row(t *kit.Theme, from int, cells ...cell) string {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", from))
	for _, c := range cells {
		if c.width > 0 {
			b.WriteString(t.Paint(c.style, t.Fit(c.text, c.width)) + "  ")
		}
	}
	return b.String()
}

// onlyImages is a number of them behind "the first": "image", "5 images".
func onlyImages(n int) string {
	if n == 1 {
		return "image"
	}
	return images(n)
}

// images is a number of them in words.
func images(n int) string { return kit.Plural(n, "image", "images") }
