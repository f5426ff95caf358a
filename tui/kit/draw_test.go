package kit

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"
)

// sgr matches the only kind of sequence that kit writes.
var sgr = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func drawn(th *Theme, w int) string {
	rows := fleet{n: 50, marked: map[int]bool{3: true, 4: true}}
	return fleetTable(w, 10, 50).Goto(4).View(th, rows, Sort{Col: 6, Desc: true})
}

// The goldens show where everything stands, without colours.
func TestViewText(t *testing.T) {
	for _, w := range []int{10, 40, 80, 120, 200} {
		for _, name := range []string{"plain", "ascii"} {
			t.Run(fmt.Sprintf("%s-%d", name, w), func(t *testing.T) {
				golden.RequireEqual(t, []byte(ansi.Strip(drawn(themes()[name], w))))
			})
		}
	}
	t.Run("scrolled", func(t *testing.T) {
		tab := fleetTable(80, 6, 50).HScroll(2).End()
		golden.RequireEqual(t, []byte(ansi.Strip(tab.View(themes()["plain"], fleet{n: 50}, Sort{Col: 0}))))
	})
	t.Run("empty", func(t *testing.T) {
		golden.RequireEqual(t, []byte(ansi.Strip(fleetTable(60, 4, 0).View(themes()["plain"], fleet{}, Unsorted))))
	})
}

// And these every sequence.
func TestViewPainted(t *testing.T) {
	for name, th := range themes() {
		t.Run(name, func(t *testing.T) {
			golden.RequireEqual(t, []byte(strings.ReplaceAll(drawn(th, 60), "\x1b", "␛")))
		})
	}
}

// anything is rows of hostile text.
type anything struct {
	n     int
	cells []Cell
}

func (a anything) Len() int               { return a.n }
func (a anything) Mark(row int) bool      { return row%3 == 0 }
func (a anything) Cell(row, col int) Cell { return a.cells[(row*7+col)%len(a.cells)] }

func TestViewIsExactAndHarmless(t *testing.T) {
	cell := rapid.Custom(func(t *rapid.T) Cell {
		return Cell{
			hostile().Draw(t, "text"), Style(rapid.IntRange(0, int(styleCount)-1).Draw(t, "style")),
			rapid.Float64Range(-1, 2).Draw(t, "part"),
		}
	})
	for name, th := range themes() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				tab := randomTable(t)
				rows := anything{tab.Len(), rapid.SliceOfN(cell, 1, 20).Draw(t, "cells")}
				checkView(t, tab, tab.View(th, rows, Sort{Col: rapid.IntRange(-1, 11).Draw(t, "sort")}))
			})
		})
	}
}

func checkView(t *rapid.T, tab Table, view string) {
	if tab.Height() == 0 {
		if view != "" {
			t.Fatalf("no height, but %q", view)
		}
		return
	}
	lines := strings.Split(view, "\n")
	if len(lines) != tab.Height() {
		t.Fatalf("%d lines, want %d", len(lines), tab.Height())
	}
	for _, l := range lines {
		checkLine(t, l, tab.Width())
	}
}

// A table that was told of fewer or more rows than there are draws what there is.
func TestViewOfRowsThatChanged(t *testing.T) {
	tab := fleetTable(60, 10, 50).End()
	view := tab.View(themes()["plain"], fleet{n: 43}, Unsorted)
	if n := strings.Count(view, "2026."); n != 2 {
		t.Errorf("%d rows drawn, want 2:\n%s", n, view)
	}
}

// Clicks land on what is drawn there.
func TestHitsAgreeWithTheDrawing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab := randomTable(t)
		lines := strings.Split(ansi.Strip(tab.View(NewTheme(ThemeOptions{}), numbered(tab.Len()), Unsorted)), "\n")
		for y := -1; y <= tab.Height(); y++ {
			row, ok := tab.RowAt(y)
			if !ok {
				continue
			}
			if len(tab.slots) > 0 && tab.slots[0].width >= 4 && !strings.HasPrefix(lines[y][tab.slots[0].x+cursorBytes(tab, row):], fmt.Sprintf("r%03d", row)) {
				t.Fatalf("line %d is not row %d: %q", y, row, lines[y])
			}
		}
		for x := -1; x <= tab.Width(); x++ {
			checkHeader(t, tab, lines[0], x)
		}
	})
}

// cursorBytes is how many more bytes than cells the cursor sign takes.
func cursorBytes(tab Table, row int) int {
	if row == tab.Cursor() {
		return len("▌") - 1
	}
	return 0
}

func checkHeader(t *rapid.T, tab Table, header string, x int) {
	col, ok := tab.HeaderAt(x)
	if !ok {
		return
	}
	for _, s := range tab.slots {
		if s.col != col {
			continue
		}
		title := strings.TrimSpace(ansi.Cut(header, s.x, s.x+s.width))
		if !strings.HasPrefix(tab.cols[col].Title, strings.TrimSuffix(title, "…")) {
			t.Fatalf("at %d the header says %q, not %q", x, title, tab.cols[col].Title)
		}
		return
	}
	t.Fatalf("column %d is not shown", col)
}

// numbered is rows whose every cell tells its row.
type numbered int

func (n numbered) Len() int             { return int(n) }
func (n numbered) Mark(int) bool        { return false }
func (n numbered) Cell(row, _ int) Cell { return Cell{Text: fmt.Sprintf("r%03d", row)} }
