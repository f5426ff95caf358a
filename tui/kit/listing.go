package kit

import (
	"iter"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/keys"
)

// Listing is a table of records that are derived from the world: instances,
// snapshots, runs. It sorts by any column, and finds rows by the words in what the
// columns say. Screens are made of one, and answer what is asked besides.
//
// Rows are derived apart from the screen, one request at a time: what changes
// meanwhile is derived when the answer is there.
type Listing[R any] struct {
	At    string          // id of the record under the cursor
	Marks map[string]bool // by id; nil where nothing can be marked

	about  *Records[R]
	table  Table
	order  ListOrder
	search search
	rows   listed[R]
	all    func(Env) []R // in place of what about says; nil: that
	given  int           // changes with all
}

// Records is what a listing is told of what it lists.
type Records[R any] struct {
	One, Many string // its noun
	Cols      []ListColumn[R]
	All       func(Env) []R  // runs apart, in the order of rows that are sorted by nothing
	ID        func(R) string // survives any change
	Also      func(R) string // what is searched besides the columns and the id
	Order     ListOrder      // to begin with
	Costs     bool           // they are derived from costs as well
	Audit     bool           // or from findings
}

// ListColumn is one column: what stands in it, and how it sorts.
type ListColumn[R any] struct {
	Column
	Cell    func(Env, R) Cell
	Compare func(a, b R) int // nil: by the text
	Large   bool             // the large end is asked for first
}

// ListOrder is the column that rows are sorted by, by its key; "" is the order
// in which they come.
type ListOrder struct {
	Key  string
	Desc bool
}

// NewListing is a listing of records, of those at first in which words stand.
func NewListing[R any](about *Records[R], find string) Listing[R] {
	l := Listing[R]{about: about, search: newSearch(find), order: about.Order}
	cols := make([]Column, len(about.Cols))
	for i, c := range about.Cols {
		cols[i] = c.Column
	}
	l.table = l.table.Layout(cols)
	return l
}

func (l *Listing[R]) hold() {
	if r, ok := l.Current(); ok {
		l.At = l.about.ID(r)
	}
}

// Current is the record under the cursor.
func (l Listing[R]) Current() (rec R, ok bool) {
	i := l.table.Cursor()
	if i < 0 || i >= len(l.rows.shown) {
		return rec, false
	}
	return l.rows.shown[i].rec, true
}

// All are all records, in order.
func (l Listing[R]) All() iter.Seq[R] { return records(l.rows.all) }

// Shown are those that the search shows.
func (l Listing[R]) Shown() iter.Seq[R] { return records(l.rows.shown) }

func records[R any](rows []row[R]) iter.Seq[R] {
	return func(yield func(R) bool) {
		for i := range rows {
			if !yield(rows[i].rec) {
				return
			}
		}
	}
}

// Searching reports whether the search field has the keys.
func (l Listing[R]) Searching() bool { return l.search.editing }

// Scopes are what keys mean on a screen of a listing: words while these are typed,
// else what the screen has of its own and what any listing has.
func (l Listing[R]) Scopes(own ...keys.Scope) []keys.Scope {
	if l.Searching() {
		return []keys.Scope{keys.Finder}
	}
	return append(own, keys.Listing, keys.Table)
}

// Nothing says that there is no record to do something with, "" where there is one
// or words are typed.
func (l Listing[R]) Nothing() string {
	if _, ok := l.Current(); ok || l.Searching() {
		return ""
	}
	return "no " + l.about.One + " is shown"
}

// Text is what is searched.
func (l Listing[R]) Text() string { return l.search.text() }

// Handle answers what is asked of any listing; it reports whether that was so.
func (l Listing[R]) Handle(env Env, in keys.Intent) (next Listing[R], effects []Effect, ok bool) {
	switch in := in.(type) {
	case keys.Find:
		l.search.start()
	case keys.Back:
		return l.Searched(env, "")
	case keys.SortMenu:
		return l, []Effect{Push{Screen: l.sortMenu()}}, true
	case keys.SortStep:
		next, effects = l.SortBy(env, l.stepped(in.By))
		return next, effects, true
	case keys.Click:
		return l.click(env, in)
	default:
		moved := l.Move(in)
		return moved, nil, moved.moves(in)
	}
	l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
	return l, nil, true
}

// moves reports whether an intent moves the cursor.
func (l Listing[R]) moves(in keys.Intent) bool {
	switch in.(type) {
	case keys.Move, keys.Page, keys.Jump, keys.Scroll:
		return true
	}
	return false
}

// Move moves the cursor as a Move, a Page, a Jump or a Scroll says.
func (l Listing[R]) Move(in keys.Intent) Listing[R] {
	switch in := in.(type) {
	case keys.Move:
		l.table = l.table.Move(in.By)
	case keys.Page:
		l.table = l.table.Page(in.Halves)
	case keys.Jump:
		l.table = l.table.Goto(map[bool]int{true: len(l.rows.shown) - 1}[in.End])
	case keys.Scroll:
		l.table = l.table.HScroll(in.By)
	}
	l.hold()
	return l
}

// click sorts by a header, or puts the cursor on a row; one on the row under
// the cursor is left to the view.
func (l Listing[R]) click(env Env, in keys.Click) (next Listing[R], effects []Effect, ok bool) {
	y := in.Y - l.headLines()
	if y == 0 {
		if col, onHeader := l.table.HeaderAt(in.X); onHeader {
			next, effects = l.SortBy(env, l.toggled(l.about.Cols[col].Key))
			return next, effects, true
		}
	}
	i, onRow := l.table.RowAt(y)
	if onRow && i == l.table.Cursor() {
		return l, nil, false
	}
	if onRow {
		l.table = l.table.Goto(i)
		l.hold()
	}
	return l, nil, true
}

// Searched replaces the words that are searched.
func (l Listing[R]) Searched(env Env, text string) (next Listing[R], effects []Effect, ok bool) {
	l.search.stop()
	l.search.set(text)
	l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
	next, effects = l.derive(env)
	return next, effects, true
}

// Typed edits the words.
func (l Listing[R]) Typed(env Env, msg tea.Msg) (Listing[R], []Effect) {
	if !l.search.edit(msg) {
		return l, nil
	}
	return l.derive(env)
}

// HandleField answers what is asked while the words are typed in.
func (l Listing[R]) HandleField(env Env, in keys.Intent) (next Listing[R], effects []Effect, ok bool) {
	switch in.(type) {
	case keys.Open:
		l.search.stop()
		l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
		return l, nil, true
	case keys.Back:
		return l.Searched(env, "")
	}
	return l, nil, false
}
