package output

import (
	"encoding/csv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model/safe"
)

// cell is one value in its two forms: for people, and for programs.
type cell struct {
	show string
	data string
	own  bool // data is a number, time or word of ours: it needs no guard
}

// head is one column's heading.
type head struct {
	key   string // in CSV
	title string // in tables
	right bool
}

type grid struct {
	heads []head
	rows  [][]cell
}

func (s Style) grid(out printer, g grid) {
	switch s.Format {
	case CSV:
		g.csv(out)
	case Markdown:
		g.markdown(out)
	case Table, JSON, JSONL:
		s.table(out, g)
	}
}

func (g grid) csv(out printer) {
	w := csv.NewWriter(out.buf)
	record := make([]string, len(g.heads))
	for i, h := range g.heads {
		record[i] = h.key
	}
	_ = w.Write(record) // the buffer keeps the error
	for _, row := range g.rows {
		for i, c := range row {
			record[i] = c.data
			if !c.own {
				record[i] = safe.CSV(c.data)
			}
		}
		_ = w.Write(record) // the buffer keeps the error
	}
	w.Flush()
}

func (g grid) markdown(out printer) {
	for _, h := range g.heads {
		out.text("| " + h.title + " ")
	}
	out.text("|\n")
	for _, h := range g.heads {
		out.text(map[bool]string{true: "|--:", false: "|---"}[h.right])
	}
	out.text("|\n")
	for _, row := range g.rows {
		for _, c := range row {
			out.text("| " + safe.Markdown(c.show) + " ")
		}
		out.text("|\n")
	}
}

// gap is the blank between two columns of a table.
const gap = 2

// table aligns the columns. Where the terminal is narrower, the widest columns
// give way first, and what is still too long is cut.
func (s Style) table(out printer, g grid) {
	texts := g.texts()
	widths := s.fit(measure(texts))
	for _, row := range texts {
		var b strings.Builder
		for i, t := range row {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", gap))
			}
			b.WriteString(s.pad(t, widths[i], g.heads[i].right))
		}
		out.text(s.cut(strings.TrimRight(b.String(), " "), s.Width))
		out.text("\n")
	}
}

func (g grid) texts() [][]string {
	all := make([][]string, 0, len(g.rows)+1)
	titles := make([]string, len(g.heads))
	for i, h := range g.heads {
		titles[i] = h.title
	}
	all = append(all, titles)
	for _, row := range g.rows {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = safe.Cell(c.show)
		}
		all = append(all, line)
	}
	return all
}

func measure(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, t := range row {
			widths[i] = max(widths[i], ansi.StringWidth(t))
		}
	}
	return widths
}

// narrowest is what a column keeps when a terminal is too narrow for all.
const narrowest = 12

func (s Style) fit(widths []int) []int {
	total := gap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for s.Width > 0 && total > s.Width {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= narrowest {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

func (s Style) pad(t string, width int, right bool) string {
	t = s.cut(t, width)
	blank := strings.Repeat(" ", max(0, width-ansi.StringWidth(t)))
	if right {
		return blank + t
	}
	return t + blank
}

// cut shortens text to a width; 0 means any.
func (s Style) cut(t string, width int) string {
	if width == 0 || ansi.StringWidth(t) <= width {
		return t
	}
	if s.ASCII {
		return ansi.Truncate(t, width, "...")
	}
	return ansi.Truncate(t, width, "…")
}
