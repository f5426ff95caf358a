package kit

import "strings"

// View draws the table: exactly its height in lines of exactly its width.
// Work and memory grow with what is visible only.
func (t Table) View(th *Theme, rows Rows, by Sort) string {
	if t.height == 0 {
		return ""
	}
	p := painter{Table: t, th: th}
	p.b.Grow((t.width + 32*(len(t.slots)+1)) * t.height)
	p.header(by)
	first, end := t.Visible()
	end = min(end, rows.Len())
	for line := range t.Body() {
		p.b.WriteByte('\n')
		if row := first + line; row < end {
			p.row(rows, row)
		}
		p.fill(p.width - 1)
		p.scrollbar(line)
		p.endLine()
	}
	return p.b.String()
}

// painter writes one frame of a table. It knows the look that holds at the end
// of what it has written, and writes a sequence only where that must change.
type painter struct {
	Table
	th    *Theme
	b     strings.Builder
	state rowState
	holds look
	x     int // the next cell of the line
}

// look is a style in a row; the zero look is that of a line before anything
// was painted.
type look struct {
	state rowState
	style Style
}

// use makes a style hold.
func (p *painter) use(s Style) {
	want, have := p.th.cells[p.state][s], p.th.cells[p.holds.state][p.holds.style]
	if want == have {
		return
	}
	if have != "" {
		p.b.WriteString(reset)
	}
	p.b.WriteString(want)
	p.holds = look{p.state, s}
}

// put writes a clean text of w cells, unless the line ends before.
func (p *painter) put(s Style, text string, w int) bool {
	if w == 0 || p.x+w > p.width {
		return false
	}
	p.use(s)
	p.b.WriteString(text)
	p.x += w
	return true
}

// fill writes blanks up to cell x.
func (p *painter) fill(x int) {
	if n := min(x, p.width) - p.x; n > 0 {
		p.put(Normal, spaces(n), n)
	}
}

func (p *painter) endLine() {
	p.state = plainRow
	p.use(Normal)
	p.x = 0
}

func (p *painter) header(by Sort) {
	if p.off > 1 {
		p.fill(flags - 1)
		p.put(Accent, p.th.Symbols.Left, 1)
	}
	for _, s := range p.slots {
		p.fill(s.x)
		p.title(s, by)
	}
	p.fill(p.width - 1)
	if p.hidden() {
		p.put(Accent, p.th.Symbols.Right, 1)
	}
	p.fill(p.width)
	p.endLine()
}

// hidden reports whether scrolling to the right shows other columns.
func (p *painter) hidden() bool { return p.off < p.lastOff }

// title writes a column title, and the arrow where the column is sorted.
func (p *painter) title(s slot, by Sort) {
	c := p.cols[s.col]
	style, arrow, n := Header, "", 0
	if by.Col == s.col {
		style, arrow, n = HeaderActive, p.th.Symbols.SortUp, 2
		if by.Desc {
			arrow = p.th.Symbols.SortDown
		}
	}
	if s.width <= n { // room for the arrow only
		p.put(style, arrow, min(s.width, 1))
		return
	}
	w := s.width - c.bar(s.width)
	p.cut(style, p.th.cut(c.Title, w-n, 0), w-n, c.Right)
	if arrow != "" {
		p.fill(p.x + 1)
		p.put(style, arrow, 1)
	}
}

// row writes a row up to its last column.
func (p *painter) row(rows Rows, row int) {
	marked := rows.Mark(row)
	p.state = stateOf(row == p.cursor, marked)
	if row == p.cursor {
		p.put(Accent, p.th.Symbols.Cursor, 1)
	}
	if marked {
		p.fill(1)
		p.put(Normal, p.th.Symbols.Mark, 1)
	}
	for _, s := range p.slots {
		p.fill(s.x)
		p.cell(rows.Cell(row, s.col), s)
	}
}

func stateOf(cursor, marked bool) rowState {
	switch {
	case cursor && marked:
		return cursorMarkedRow
	case cursor:
		return cursorRow
	case marked:
		return markedRow
	}
	return plainRow
}

// cell writes a value; the blanks after it come with what follows.
func (p *painter) cell(c Cell, s slot) {
	col, tail := &p.cols[s.col], 0
	if col.Middle {
		tail = tailOf(s.width)
	}
	w := s.width - col.bar(s.width)
	p.cut(c.Style, p.th.cut(c.Text, w, tail), w, col.Right)
	p.bar(c.Part, s, w)
}

// bar is how many cells of a column w cells wide its bars and the blank before
// them have: none where that would leave no room for a value.
func (c *Column) bar(w int) int {
	if n := min(c.Bar, w-c.Min-1); n > 1 {
		return n + 1
	}
	return 0
}

// bar writes a bar behind a value.
func (p *painter) bar(part float64, s slot, from int) {
	if from >= s.width || !(part > 0) { // NaN, too
		return
	}
	steps := p.th.Symbols.Bar
	per, cells := len(steps)-1, s.width-from-1
	n := int(min(part, 1)*float64(cells*per) + 0.5)
	if n == 0 {
		return
	}
	p.fill(s.x + from + 1)
	text := strings.Repeat(steps[per], n/per)
	if n%per > 0 {
		text += steps[n%per]
	}
	p.put(Info, text, (n+per-1)/per)
}

// cut writes a text that was cut to w cells, and the blanks before it where it
// stands at the right.
func (p *painter) cut(s Style, c cutting, w int, right bool) {
	if right {
		p.fill(p.x + c.rest)
	}
	w -= c.rest
	if !p.put(s, c.head, w) || !c.short {
		return
	}
	p.b.WriteString(p.th.Symbols.Ellipsis)
	p.b.WriteString(c.tail)
}

// scrollbar writes its cell on a line of the body: blank while all rows are in
// sight.
func (p *painter) scrollbar(line int) {
	body := p.Body()
	if p.rows <= body {
		p.fill(p.width)
		return
	}
	if p.state == markedRow {
		p.state = plainRow // it is not part of what is marked
	}
	size := max(body*body/p.rows, 1)
	from := p.top * (body - size) / p.lastTop()
	if line >= from && line < from+size {
		p.put(Dim, p.th.Symbols.Thumb, 1)
		return
	}
	p.put(Border, p.th.Symbols.Track, 1)
}
