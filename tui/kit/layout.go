package kit

import "slices"

// Column is a column of a table. Its width lies between Min and Max and
// depends on the width of the table only, never on the rows: columns stand
// still while the rows scroll and stream in.
type Column struct {
	Key      string // what the program calls it
	Title    string
	Min, Max int  // cells; Max 0 is without limit
	Weight   int  // share of the cells that are left over; 0: rather Max at once
	Right    bool // numbers
	Middle   bool // long texts are cut in the middle, because their ends tell them apart
	Priority int  // where not all fit, the higher stay; of equals the left
	Fixed    bool // stays at the left while the others scroll
	Bar      int  // cells of a bar at the right of each value
}

// slot is where a column is drawn.
type slot struct {
	col, x, width int
}

// The cells of a row besides its columns: cursor sign, mark, blank; blank and
// scrollbar.
const (
	flags     = 3
	scrollbar = 2
)

// gapAt is the number of blanks between columns in a table w cells wide.
func gapAt(w int) int {
	if w < 100 {
		return 1
	}
	return 2
}

// layout places columns in a table w cells wide. With off = 0 the most
// important columns that fit are shown, in their order. Scrolled, nothing is
// skipped: behind the fixed columns follow all others from the off-th on, so
// that every column can be reached.
func layout(cols []Column, w, off int) []slot {
	avail, gap := max(w-flags-scrollbar, 0), gapAt(w)
	slots, left := choose(cols, avail, gap, off)
	slices.SortFunc(slots, func(a, b slot) int { return a.col - b.col })
	left = complete(cols, slots, left)
	grow(cols, slots, left)
	x := flags
	for i := range slots {
		slots[i].x = x
		x += slots[i].width + gap
	}
	return slots
}

// choose lets columns in while there is room, and returns the cells left.
func choose(cols []Column, avail, gap, off int) (slots []slot, left int) {
	left = avail
	for _, c := range contenders(cols, off) {
		room := left - gap
		if len(slots) == 0 {
			room = left
		}
		width := admit(cols[c], room)
		switch {
		case width > 0:
			slots, left = append(slots, slot{col: c, width: width}), left-width-(left-room)
		case len(slots) == 0:
			return append(slots, slot{col: c, width: left}), 0 // too wide even alone
		case off > 0 && !cols[c].Fixed:
			return slots, left // in scrolled order nothing is skipped
		}
	}
	return slots, left
}

// admit is the width with which a column comes in, 0 if it does not fit. Short
// texts say little when they are cut: a column without a weight takes its Max
// where there is room for it. One with a weight takes up to a third of the
// room, so that more columns do not mean a name of which nothing can be read.
// Bars are for cells that are left over.
func admit(c Column, room int) int {
	least := max(c.Min, 1)
	if c.Bar > 0 {
		c.Max -= c.Bar + 1
	}
	switch {
	case least > room:
		return 0
	case c.Weight > 0:
		return max(least, min(room/3, c.Max))
	case c.Max <= room:
		return max(least, c.Max)
	}
	return least
}

// contenders lists the columns in the order in which they get room.
func contenders(cols []Column, off int) []int {
	var fixed, rest []int
	for i, c := range cols {
		if c.Fixed {
			fixed = append(fixed, i)
			continue
		}
		rest = append(rest, i)
	}
	if off > 0 {
		return append(fixed, rest[min(off-1, len(rest)):]...)
	}
	slices.SortStableFunc(rest, func(a, b int) int { return cols[b].Priority - cols[a].Priority })
	return append(fixed, rest...)
}

// complete widens the columns without a weight, the most important first.
func complete(cols []Column, slots []slot, left int) int {
	order := make([]int, 0, len(slots))
	for i, s := range slots {
		if c := cols[s.col]; c.Weight == 0 && c.Max > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cols[slots[b].col].Priority - cols[slots[a].col].Priority
	})
	for _, i := range order {
		more := min(room(cols[slots[i].col], slots[i].width), max(left, 0))
		slots[i].width += more
		left -= more
	}
	return left
}

// grow shares out cells by weight until none is left or every column is full.
func grow(cols []Column, slots []slot, left int) {
	for left > 0 {
		weight := 0
		for _, s := range slots {
			weight += appetite(cols[s.col], s.width)
		}
		if weight == 0 {
			return
		}
		before := left
		for i, s := range slots {
			c := cols[s.col]
			share := min(before*appetite(c, s.width)/weight, room(c, s.width), left)
			slots[i].width += share
			left -= share
		}
		if left == before { // fewer cells than weights: one each, from the left
			left = growByOne(cols, slots, left)
		}
	}
}

func growByOne(cols []Column, slots []slot, left int) int {
	for i, s := range slots {
		if left > 0 && appetite(cols[s.col], s.width) > 0 {
			slots[i].width++
			left--
		}
	}
	return left
}

// appetite is the weight of a column that can still grow.
func appetite(c Column, width int) int {
	if room(c, width) == 0 {
		return 0
	}
	return max(c.Weight, 0)
}

// room is how much a column can grow.
func room(c Column, width int) int {
	if c.Max == 0 {
		return 1 << 20
	}
	return max(c.Max-width, 0)
}
