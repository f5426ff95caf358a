package change

import (
	"slices"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// outline is a list of sections, some of which open and close. A section's items
// are drawn when they are in sight and not before, so that there may be any number
// of them: work for a key grows with the sections, which are few.
type outline struct {
	sections []section
	turned   map[string]bool // by id of sections: not as they are by themselves
	cursor   int             // a row
	top      int             // the first row in sight
	height   int
}

// section is a head, and items below it.
type section struct {
	id    string // keeps cursor and folding when sections are made anew
	head  []string
	tip   string                 // of one that folds: what follows the sign for that in the last line of the head
	n     int                    // items
	open  bool                   // its items are shown, unless it was turned
	fixed bool                   // it does not fold
	item  func(i int) string     // an item as a line
	enter func(i int) kit.Effect // what is behind an item; nil: nothing
}

func (o *outline) opened(s *section) bool { return s.n > 0 && (s.fixed || s.open != o.turned[s.id]) }

func (o *outline) rows(s *section) int {
	if o.opened(s) {
		return len(s.head) + s.n
	}
	return len(s.head)
}

func (o *outline) len() (n int) {
	for i := range o.sections {
		n += o.rows(&o.sections[i])
	}
	return n
}

// find is the section of a row, and the row's place in it: below zero from the end
// of the head, else an item.
func (o *outline) find(row int) (s *section, item int) {
	for i := range o.sections {
		s = &o.sections[i]
		if n := o.rows(s); row >= n {
			row -= n
			continue
		}
		return s, row - len(s.head)
	}
	return nil, 0
}

// set replaces the sections. The cursor stays at its place in its section; on the
// first row it stays there, so that what comes before all else is seen.
func (o *outline) set(sections []section, height int) {
	at, item := o.find(o.cursor)
	o.sections, o.height = sections, max(height, 1)
	if at != nil && o.cursor > 0 {
		row := 0
		for i := range sections {
			s := &sections[i]
			if s.id == at.id {
				line := o.cursor - o.top
				o.cursor = row + max(0, min(len(s.head)+item, o.rows(s)-1))
				o.top = o.cursor - line
				break
			}
			row += o.rows(s)
		}
	}
	o.move(0)
}

// move moves the cursor, and scrolls as little as shows it.
func (o *outline) move(by int) {
	n := o.len()
	o.cursor = max(0, min(o.cursor+by, n-1))
	margin := min(2, (o.height-1)/4)
	o.top = min(max(o.top, o.cursor+margin-o.height+1), o.cursor-margin)
	o.top = max(0, min(o.top, n-o.height))
}

// handle moves, opens and closes.
func (o *outline) handle(in keys.Intent) []kit.Effect {
	switch in := in.(type) {
	case keys.Move:
		o.move(in.By)
	case keys.Page:
		o.top += in.Halves * o.height / 2
		o.move(in.Halves * o.height / 2)
	case keys.Jump:
		o.cursor = 0
		if in.End {
			o.cursor = o.len() - 1
		}
		o.move(0)
	case keys.Fold:
		o.fold(in.Open)
	case keys.Open:
		return o.enter()
	}
	return nil
}

// click puts the cursor on a row; on that of the cursor it is an Open.
func (o *outline) click(y int) []kit.Effect {
	row := o.top + y
	if y < 0 || y >= o.height || row >= o.len() {
		return nil
	}
	if row == o.cursor {
		return o.enter()
	}
	o.cursor = row
	o.move(0)
	return nil
}

// enter turns a section whose head is under the cursor, or goes behind an item.
func (o *outline) enter() []kit.Effect {
	s, item := o.find(o.cursor)
	switch {
	case s == nil:
		return nil
	case item < 0 && s.n > 0:
		o.fold(!o.opened(s))
	case item >= 0 && s.enter != nil:
		if e := s.enter(item); e != nil {
			return []kit.Effect{e}
		}
	}
	return nil
}

// fold opens or closes the section under the cursor, which then is on its head.
func (o *outline) fold(open bool) {
	s, item := o.find(o.cursor)
	if s == nil || s.n == 0 || s.fixed || o.opened(s) == open {
		return
	}
	turned := make(map[string]bool, len(o.turned)+1)
	for id, t := range o.turned {
		turned[id] = t
	}
	turned[s.id] = open != s.open
	if item >= 0 {
		o.cursor -= item + 1
	}
	o.turned = turned
	o.move(0)
}

// view draws the rows in sight, as many lines as it is high. Who draws them cuts and
// fills them.
func (o *outline) view(t *kit.Theme, width int) []string {
	lines := make([]string, 0, o.height)
	end := min(o.top+o.height, o.len())
	s, item := o.find(o.top)
	for row := o.top; row < end; row++ {
		if item >= 0 && item >= s.n || item >= 0 && !o.opened(s) {
			s, item = o.find(row)
		}
		line := ""
		if item < 0 {
			line = o.head(t, s, len(s.head)+item)
		} else {
			line = s.item(item)
		}
		if row == o.cursor {
			line = t.Lit(line, width)
		}
		lines = append(lines, line)
		item++
	}
	for len(lines) < o.height {
		lines = append(lines, "")
	}
	return lines
}

func (o *outline) head(t *kit.Theme, s *section, i int) string {
	if s.tip == "" || i < len(s.head)-1 {
		return s.head[i]
	}
	sign := t.Symbols.Closed
	if o.opened(s) {
		sign = t.Symbols.Open
	}
	return s.head[i] + t.Paint(kit.Accent, sign) + " " + s.tip
}

// without gives the sections but for those that say nothing.
func without(sections []section) []section {
	return slices.DeleteFunc(sections, func(s section) bool { return len(s.head) == 0 && s.n == 0 })
}
