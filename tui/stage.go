package tui

import (
	"slices"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// stage holds the views and what lies on top of the present one.
type stage struct {
	views   []view
	current int // index of the present view
	last    int // index of the one before
	stack   []layer
	nextID  int
}

// view is one of the views. Its index is its id.
type view struct {
	name   string
	number int // 0: it is reached by name only
	help   string
	screen kit.Screen
}

// layer is a screen with the number by which answers find it.
type layer struct {
	id     int
	screen kit.Screen
}

func newStage(views []view) stage { return stage{views: views, nextID: len(views)} }

func (s *stage) top() kit.Screen {
	if n := len(s.stack); n > 0 {
		return s.stack[n-1].screen
	}
	return s.views[s.current].screen
}

// replace puts the new self of the screen on top in its place.
func (s *stage) replace(next kit.Screen) (id int) {
	if n := len(s.stack); n > 0 {
		s.stack[n-1].screen = next
		return s.stack[n-1].id
	}
	s.views[s.current].screen = next
	return s.current
}

func (s *stage) put(id int, next kit.Screen) {
	if id < len(s.views) {
		s.views[id].screen = next
		return
	}
	if i := slices.IndexFunc(s.stack, func(l layer) bool { return l.id == id }); i >= 0 {
		s.stack[i].screen = next
	}
}

func (s *stage) byID(id int) (kit.Screen, bool) {
	if id < len(s.views) {
		return s.views[id].screen, true
	}
	for _, l := range s.stack {
		if l.id == id {
			return l.screen, true
		}
	}
	return nil, false
}

// deepest is how many screens may lie on a view. Each keeps its rows, and who
// jumps from one to the next has long lost count of the ways back.
const deepest = 16

func (s *stage) push(screen kit.Screen) {
	below := s.stack[max(0, len(s.stack)+1-deepest):]
	s.stack = append(slices.Clone(below), layer{s.nextID, screen})
	s.nextID++
}

func (s *stage) pop() {
	if n := len(s.stack); n > 0 {
		s.stack = s.stack[:n-1]
	}
}

func (s *stage) show(i int) {
	s.stack = nil
	if i != s.current {
		s.last, s.current = s.current, i
	}
}

// next is the index of the numbered view after the present one.
func (s *stage) next() int {
	for i := 1; i <= len(s.views); i++ {
		if at := (s.current + i) % len(s.views); s.views[at].number > 0 {
			return at
		}
	}
	return s.current
}

// numbered finds a view by its number, -1 when there is none.
func (s *stage) numbered(n int) int {
	return slices.IndexFunc(s.views, func(v view) bool { return v.number == n })
}

func (s *stage) named(name string) int {
	return slices.IndexFunc(s.views, func(v view) bool { return v.name == name })
}

// visible are the screens that are drawn: the last full one, and the boxes
// that float over it.
func (s *stage) visible() []layer {
	all := append([]layer{{s.current, s.views[s.current].screen}}, s.stack...)
	from := len(all) - 1
	for from > 0 && isFloating(all[from].screen) {
		from--
	}
	return all[from:]
}

func (s *stage) floating() bool { return isFloating(s.top()) }

func isFloating(s kit.Screen) bool {
	_, ok := s.(kit.Floating)
	return ok
}

// scopes are those of the screen on top. Keys that hold everywhere do not hold
// where text is typed or a box waits for a choice.
func (s *stage) scopes() []keys.Scope {
	top := s.top()
	if typing(top) || isFloating(top) {
		return top.Scopes()
	}
	return append(slices.Clone(top.Scopes()), keys.Everywhere)
}

// drop takes screens off the stack, wherever they are.
func (s *stage) drop(which func(kit.Screen) bool) {
	s.stack = slices.DeleteFunc(slices.Clone(s.stack), func(l layer) bool { return which(l.screen) })
}
