package kit

import "slices"

// Rows is what a table shows. Only the visible rows are asked for; col counts
// in the full list of columns, shown or not.
type Rows interface {
	Len() int
	Cell(row, col int) Cell
	Mark(row int) bool
}

// Cell is one value of a row. The text may be anything: the table cleans it.
type Cell struct {
	Text  string
	Style Style
	Part  float64 // of the largest, 0 to 1, in a column with bars
}

// Sort is the column that the rows are sorted by; Unsorted says none is.
type Sort struct {
	Col  int
	Desc bool
}

// Unsorted shows no arrow.
var Unsorted = Sort{Col: -1}

// Table is a window on rows: a header line, and below it as many rows as fit.
// It is a value: every method that changes it returns the changed copy. It
// holds positions only; who has rows that move keeps the key of the row under
// the cursor, and calls Track when it has found that row again.
type Table struct {
	width, height int
	rows          int // how many there are
	top, cursor   int // indices of rows; cursor is 0 when there are none
	off           int // 0: the most important columns; else the first loose one shown, from 1
	cols          []Column
	slots         []slot // made anew by every layout, never changed
	lastOff       int    // the largest off that shows something new
}

// Resize gives the table its size in cells, the header line included.
func (t Table) Resize(w, h int) Table {
	t.width, t.height = max(w, 0), max(h, 0)
	return t.relayout().reveal()
}

// Layout gives the table its columns, hidden ones not among them. The table
// keeps the slice.
func (t Table) Layout(cols []Column) Table {
	t.cols = cols
	return t.relayout()
}

// SetLen tells how many rows there are now.
func (t Table) SetLen(n int) Table {
	t.rows = max(n, 0)
	t.cursor = clamp(t.cursor, 0, t.rows-1)
	return t.reveal()
}

// Width and Height are what Resize was told; Len what SetLen was.
func (t Table) Width() int  { return t.width }
func (t Table) Height() int { return t.height }
func (t Table) Len() int    { return t.rows }

// Cursor is the index of the row under the cursor, 0 when there are no rows.
func (t Table) Cursor() int { return t.cursor }

// Top is the index of the first visible row.
func (t Table) Top() int { return t.top }

// Body is the number of lines for rows.
func (t Table) Body() int { return max(t.height-1, 0) }

// Visible is the range of rows on the screen: first, and one after the last.
func (t Table) Visible() (first, end int) {
	return t.top, min(t.top+t.Body(), t.rows)
}

// Goto puts the cursor on a row and scrolls as little as shows it.
func (t Table) Goto(row int) Table {
	t.cursor = clamp(row, 0, t.rows-1)
	return t.reveal()
}

// Track puts the cursor on a row that has moved, and scrolls so that it stays
// on its line of the screen where that is possible.
func (t Table) Track(row int) Table {
	line := t.cursor - t.top
	t.cursor = clamp(row, 0, t.rows-1)
	t.top = t.cursor - line
	return t.reveal()
}

// Move moves the cursor by n rows.
func (t Table) Move(n int) Table { return t.Goto(t.cursor + n) }

// Home and End go to the first and the last row.
func (t Table) Home() Table { return t.Goto(0) }
func (t Table) End() Table  { return t.Goto(t.rows - 1) }

// Page moves cursor and window by n halves of a page: ±1 is half a page, ±2 a
// whole one less a line that stays in sight.
func (t Table) Page(n int) Table {
	step := n * t.Body() / 2
	if n%2 == 0 && n != 0 {
		step -= n / 2
	}
	if step == 0 {
		step = sign(n)
	}
	t.top += step
	return t.Goto(t.cursor + step)
}

// Wheel scrolls the window by n rows; the cursor goes along only as far as it
// must to stay in sight.
func (t Table) Wheel(n int) Table {
	t.top = clamp(t.top+n, 0, t.lastTop())
	m := t.margin()
	lo, hi := t.top+m, t.top+t.Body()-1-m
	if t.top == 0 {
		lo = 0
	}
	if t.top == t.lastTop() {
		hi = t.rows - 1
	}
	t.cursor = clamp(clamp(t.cursor, lo, hi), 0, t.rows-1)
	return t.reveal()
}

// HScroll moves the columns that are not fixed by n steps, each of which shows
// other columns. The leftmost view is the one with the most important columns.
func (t Table) HScroll(n int) Table {
	step := sign(n)
	for ; n != 0; n -= step {
		t = t.shift(step)
	}
	return t
}

// shift scrolls by one until the drawing differs: the first columns may just
// be the most important ones.
func (t Table) shift(step int) Table {
	before := t.Shown()
	for t.off+step == clamp(t.off+step, 0, t.lastOff) {
		t.off += step
		t.slots = layout(t.cols, t.width, t.off)
		if !slices.Equal(t.Shown(), before) {
			break
		}
	}
	return t
}

// Shown lists the columns on the screen, from the left.
func (t Table) Shown() []int {
	out := make([]int, len(t.slots))
	for i, s := range t.slots {
		out[i] = s.col
	}
	return out
}

// HeaderAt tells the column whose title is drawn at x; the gap after a column
// counts to it.
func (t Table) HeaderAt(x int) (col int, ok bool) {
	gap := gapAt(t.width)
	for _, s := range t.slots {
		if x >= s.x && x < s.x+s.width+gap {
			return s.col, true
		}
	}
	return 0, false
}

// RowAt tells the row that is drawn on line y of the table.
func (t Table) RowAt(y int) (row int, ok bool) {
	row = t.top + y - 1
	return row, y >= 1 && y < t.height && row < t.rows
}

// relayout places the columns after their list or the width has changed.
func (t Table) relayout() Table {
	t.lastOff = t.farthest()
	t.off = min(t.off, t.lastOff)
	t.slots = layout(t.cols, t.width, t.off)
	return t
}

// farthest is the smallest scroll that shows the last column, given that some
// column does not fit at all.
func (t Table) farthest() int {
	if len(layout(t.cols, t.width, 0)) == len(t.cols) {
		return 0
	}
	for off := 1; off <= len(t.cols); off++ {
		if s := layout(t.cols, t.width, off); len(s) > 0 && s[len(s)-1].col == lastLoose(t.cols) {
			return off
		}
	}
	return 0
}

// lastLoose is the last column that is not fixed, or -1.
func lastLoose(cols []Column) int {
	for i := len(cols) - 1; i >= 0; i-- {
		if !cols[i].Fixed {
			return i
		}
	}
	return -1
}

// reveal scrolls as little as brings the cursor into the window, with a
// margin, and fills the window where there are rows enough.
func (t Table) reveal() Table {
	m := t.margin()
	t.top = clamp(t.top, t.cursor+m-max(t.Body(), 1)+1, t.cursor-m)
	t.top = clamp(t.top, 0, t.lastTop())
	return t
}

// margin is how many rows stay in sight above and below the cursor.
func (t Table) margin() int { return clamp((t.Body()-1)/4, 0, 5) }

func (t Table) lastTop() int { return max(t.rows-max(t.Body(), 1), 0) }

func sign(n int) int { return clamp(n, -1, 1) }

// clamp keeps v between lo and hi; where these cross, lo counts.
func clamp(v, lo, hi int) int { return max(lo, min(v, hi)) }
