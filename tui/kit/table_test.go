package kit

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMoves(t *testing.T) {
	start := fleetTable(80, 11, 100) // ten rows
	for name, c := range map[string]struct {
		do          func(Table) Table
		cursor, top int
	}{
		"start":                    {func(t Table) Table { return t }, 0, 0},
		"down":                     {func(t Table) Table { return t.Move(1) }, 1, 0},
		"down into the margin":     {func(t Table) Table { return t.Move(8) }, 8, 1},
		"up at the top":            {func(t Table) Table { return t.Move(-1) }, 0, 0},
		"end":                      {Table.End, 99, 90},
		"end and home":             {func(t Table) Table { return t.End().Home() }, 0, 0},
		"half a page":              {func(t Table) Table { return t.Page(1) }, 5, 5 - 2},
		"a page keeps a line":      {func(t Table) Table { return t.Goto(50).Page(2) }, 59, 52},
		"a page back":              {func(t Table) Table { return t.Goto(50).Page(2).Page(-2) }, 50, 43},
		"goto in the middle":       {func(t Table) Table { return t.Goto(50) }, 50, 43},
		"goto beyond":              {func(t Table) Table { return t.Goto(500) }, 99, 90},
		"track keeps the line":     {func(t Table) Table { return t.Goto(50).Track(70) }, 70, 63},
		"track at the top":         {func(t Table) Table { return t.Goto(50).Track(2) }, 2, 0},
		"wheel leaves the cursor":  {func(t Table) Table { return t.Goto(50).Wheel(3) }, 50, 46},
		"wheel drags the cursor":   {func(t Table) Table { return t.Wheel(5) }, 7, 5},
		"wheel to the end":         {func(t Table) Table { return t.Wheel(500) }, 92, 90},
		"fewer rows":               {func(t Table) Table { return t.End().SetLen(20) }, 19, 10},
		"no rows":                  {func(t Table) Table { return t.End().SetLen(0) }, 0, 0},
		"fewer rows than lines":    {func(t Table) Table { return t.End().SetLen(4) }, 3, 0},
		"smaller":                  {func(t Table) Table { return t.Goto(50).Resize(80, 4) }, 50, 48},
		"larger":                   {func(t Table) Table { return t.End().Resize(80, 60) }, 99, 41},
		"one line, header only":    {func(t Table) Table { return t.Resize(80, 1).Goto(7) }, 7, 7},
		"no line":                  {func(t Table) Table { return t.Resize(80, 0).Goto(7) }, 7, 7},
		"half a page of one line":  {func(t Table) Table { return t.Resize(80, 2).Page(1) }, 1, 1},
		"a page back of one line":  {func(t Table) Table { return t.Goto(9).Resize(80, 2).Page(-2) }, 8, 8},
		"a page back of two lines": {func(t Table) Table { return t.Goto(9).Resize(80, 3).Page(-2) }, 8, 7},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.do(start)
			if got.Cursor() != c.cursor || got.Top() != c.top {
				t.Errorf("cursor %d top %d, want %d %d", got.Cursor(), got.Top(), c.cursor, c.top)
			}
		})
	}
}

// A table is a value: what is done to a copy does not reach the original.
func TestTableIsAValue(t *testing.T) {
	a := fleetTable(60, 10, 50)
	before := a.View(themes()["plain"], fleet{n: 50}, Unsorted)
	_ = a.End().HScroll(2).Resize(100, 20)
	if after := a.View(themes()["plain"], fleet{n: 50}, Unsorted); before != after {
		t.Error(cmp.Diff(before, after))
	}
}

// randomTable does anything to a table, in any order.
func randomTable(t *rapid.T) Table {
	tab := Table{}.Layout(fleetColumns)
	step := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
	for range step(1, 30, "steps") {
		switch step(0, 10, "kind") {
		case 0:
			tab = tab.Resize(step(0, 220, "w"), step(0, 60, "h"))
		case 1:
			tab = tab.SetLen(step(0, 300, "len"))
		case 2:
			tab = tab.Move(step(-40, 40, "move"))
		case 3:
			tab = tab.Page(step(-3, 3, "page"))
		case 4:
			tab = tab.Goto(step(-5, 320, "goto"))
		case 5:
			tab = tab.Track(step(-5, 320, "track"))
		case 6:
			tab = tab.Wheel(step(-40, 40, "wheel"))
		case 7:
			tab = tab.HScroll(step(-12, 12, "hscroll"))
		case 8:
			tab = tab.Layout(fleetColumns[:step(0, len(fleetColumns), "columns")])
		case 9:
			tab = tab.Home()
		case 10:
			tab = tab.End()
		}
	}
	return tab
}

func TestCursorStaysInSight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab := randomTable(t)
		first, end := tab.Visible()
		if first < 0 || end > tab.Len() || end-first > tab.Body() || first > max(tab.Len()-1, 0) {
			t.Fatalf("visible %d to %d of %d in %d lines", first, end, tab.Len(), tab.Body())
		}
		if tab.Len() > 0 && tab.Body() > 0 && (tab.Cursor() < first || tab.Cursor() >= end) {
			t.Fatalf("cursor %d is outside %d to %d", tab.Cursor(), first, end)
		}
		if full := min(tab.Body(), tab.Len()); end-first != full {
			t.Fatalf("%d rows shown, %d would fit", end-first, full)
		}
	})
}

// Scrolling to the right reaches every column, however narrow the table is.
func TestEveryColumnIsReachable(t *testing.T) {
	for w := range 200 {
		tab := fleetTable(w, 10, 5)
		seen := map[int]bool{}
		for range len(fleetColumns) + 1 {
			for _, c := range tab.Shown() {
				seen[c] = true
			}
			tab = tab.HScroll(1)
		}
		if w >= 40 && len(seen) != len(fleetColumns) {
			t.Errorf("at %d only %d columns can be reached", w, len(seen))
		}
	}
}

func TestLayout(t *testing.T) {
	for name, c := range map[string]struct {
		w, off int
		want   []string
	}{
		"narrow":           {40, 0, []string{"name", "age", "size"}},
		"80":               {80, 0, []string{"name", "account", "region", "age", "size", "use"}},
		"80 scrolled":      {80, 1, []string{"name", "id", "account", "region"}},
		"80 farther":       {80, 2, []string{"name", "account", "region", "arch", "state"}},
		"wide":             {200, 0, []string{"name", "id", "account", "region", "arch", "state", "age", "size", "cost", "use", "tags"}},
		"wide, not needed": {200, 3, []string{"name", "id", "account", "region", "arch", "state", "age", "size", "cost", "use", "tags"}},
	} {
		t.Run(name, func(t *testing.T) {
			tab := fleetTable(c.w, 10, 5).HScroll(c.off)
			var got []string
			for _, i := range tab.Shown() {
				got = append(got, fleetColumns[i].Key)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLayoutKeepsItsPromises(t *testing.T) {
	column := rapid.Custom(func(t *rapid.T) Column {
		least := rapid.IntRange(0, 30).Draw(t, "min")
		return Column{
			Min: least, Max: rapid.SampledFrom([]int{0, least, least + 5}).Draw(t, "max"),
			Weight: rapid.IntRange(0, 4).Draw(t, "weight"), Priority: rapid.IntRange(0, 5).Draw(t, "priority"),
			Fixed: rapid.Bool().Draw(t, "fixed"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.SliceOfN(column, 0, 12).Draw(t, "columns")
		w, off := rapid.IntRange(0, 150).Draw(t, "width"), rapid.IntRange(0, 13).Draw(t, "off")
		slots := layout(cols, w, off)
		if !slices.IsSortedFunc(slots, func(a, b slot) int { return a.col - b.col }) {
			t.Fatalf("out of order: %v", slots)
		}
		x := flags
		for _, s := range slots {
			c := cols[s.col]
			if s.x != x || s.width < 0 || len(slots) > 1 && s.width < c.Min || c.Max > 0 && s.width > max(c.Max, 1) {
				t.Fatalf("slot %+v of column %+v, want x %d", s, c, x)
			}
			x += s.width + gapAt(w)
		}
		if n := len(slots); n > 0 && slots[n-1].x+slots[n-1].width > max(w-scrollbar, flags) {
			t.Fatalf("too wide: %v in %d", slots, w)
		}
	})
}
