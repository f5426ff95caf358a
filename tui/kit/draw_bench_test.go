package kit

import (
	"fmt"
	"testing"
)

// BenchmarkView must not depend on the number of rows.
func BenchmarkView(b *testing.B) {
	th := NewTheme(ThemeOptions{Dark: true, Level: Full})
	for name, cells := range map[string][][]Cell{"ascii": freeze(true), "mixed": freeze(false)} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				rows := frozen{n: n, cells: cells}
				tab := fleetTable(160, 45, n).Goto(n / 2)
				b.ReportAllocs()
				for b.Loop() {
					tab.View(th, rows, Sort{Col: 6})
				}
			})
		}
	}
}

// BenchmarkMove is what a key press costs besides drawing.
func BenchmarkMove(b *testing.B) {
	tab := fleetTable(160, 45, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		tab = tab.Move(1)
	}
}

// frozen repeats cells made beforehand, so that only the table is measured.
type frozen struct {
	n     int
	cells [][]Cell
}

func (f frozen) Len() int               { return f.n }
func (f frozen) Mark(row int) bool      { return row%10 == 0 }
func (f frozen) Cell(row, col int) Cell { return f.cells[row%len(f.cells)][col] }

// freeze makes the cells; with ascii no name takes the slow path, else every
// third does.
func freeze(ascii bool) [][]Cell {
	cells := make([][]Cell, 97)
	for row := range cells {
		cells[row] = make([]Cell, len(fleetColumns))
		for col := range fleetColumns {
			cells[row][col] = fleet{}.Cell(row, col)
			if ascii && !plainASCII(cells[row][col].Text) {
				cells[row][col].Text = "acme-base-al2023-x86_64-2026.11.01"
			}
		}
	}
	return cells
}
