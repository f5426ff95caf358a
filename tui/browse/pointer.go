package browse

import (
	"slices"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// pointer is the cursor of a tab whose lines tell of things that can be opened. It is
// what the thing is, so things may move under it.
type pointer struct {
	at    string // the spot under the cursor
	spots []spot
}

// spot is what the cursor can stand on.
type spot struct {
	id          string
	index       int // of the thing among its kind; -1: the line that stands for what is left out
	from, until int // the lines it is drawn on, the last one not included
}

// over is the cursor over other spots: where its own is not among them, on the first.
func (p pointer) over(spots []spot) pointer {
	if p.spots = spots; len(spots) > 0 && p.index() < 0 {
		p.at = spots[0].id
	}
	return p
}

func (p pointer) index() int {
	return slices.IndexFunc(p.spots, func(s spot) bool { return s.id == p.at })
}

// current is the spot under the cursor.
func (p pointer) current() (spot, bool) {
	i := p.index()
	if i < 0 {
		return spot{}, false
	}
	return p.spots[i], true
}

// pointed answers what moves the cursor of a tab that has one; it reports whether it
// was that.
func (d Detail) pointed(env kit.Env, in keys.Intent) (Detail, bool) {
	switch in := in.(type) {
	case keys.Move:
		return d.step(env, in.By), true
	case keys.Jump:
		if n := len(d.point.spots); n > 0 {
			d = d.onto(env, map[bool]int{true: n - 1}[in.End])
		}
		return d.scrolled(env, map[bool]int{true: len(d.lines), false: -len(d.lines)}[in.End]), true
	}
	return d, false
}

// step moves the cursor by spots; beyond the first and the last one the page
// scrolls.
func (d Detail) step(env kit.Env, by int) Detail {
	i := d.point.index()
	to := max(0, min(i+by, len(d.point.spots)-1))
	if i < 0 || to == i {
		return d.scrolled(env, by)
	}
	return d.onto(env, to)
}

// onto puts the cursor on a spot, and scrolls as little as shows it.
func (d Detail) onto(env kit.Env, i int) Detail {
	s := d.point.spots[i]
	d.point.at = s.id
	if i == 0 && s.until <= d.body(env) {
		d.scroll = 0
	}
	d.scroll = min(max(d.scroll, s.until-d.body(env)), s.from)
	return d.scrolled(env, 0)
}

// cursorLines are the lines of the spot under the cursor.
func (d Detail) cursorLines() (from, until int) {
	s, _ := d.point.current()
	return s.from, s.until
}

// clickSpot puts the cursor on what is drawn on a line of the page.
func (d Detail) clickSpot(env kit.Env, line int) Detail {
	for i, s := range d.point.spots {
		if line >= s.from && line < s.until {
			return d.onto(env, i)
		}
	}
	return d
}
