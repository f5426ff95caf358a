package browse

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// listing is a table of records that are derived from the verdicts: instances,
// dead references. It sorts by any column, and finds rows by the words in what
// the columns say.
//
// Rows are derived apart from the screen, one request at a time: what changes
// meanwhile is derived when the answer is there.
type listing[R any] struct {
	about  *records[R]
	table  kit.Table
	order  listOrder
	search search
	rows   listed[R]
	at     string          // id of the record under the cursor
	marks  map[string]bool // by id; nil where nothing can be marked
}

// records is what a listing is told of what it lists.
type records[R any] struct {
	one, many string // its noun
	cols      []listColumn[R]
	all       func(kit.Env) []R // runs apart, in the order of rows that are sorted by nothing
	id        func(R) string    // survives any change
	also      func(R) string    // what is searched besides the columns and the id
	order     listOrder         // to begin with
	costs     bool              // they are derived from costs as well
	audit     bool              // or from findings
}

// listColumn is one column: what stands in it, and how it sorts.
type listColumn[R any] struct {
	kit.Column
	cell    func(kit.Env, R) kit.Cell
	compare func(a, b R) int // nil: by the text
	large   bool             // the large end is asked for first
}

// listOrder is the column that rows are sorted by, by its key; "" is the order
// in which they come.
type listOrder struct {
	key  string
	desc bool
}

// listed is what the last answer held.
type listed[R any] struct {
	all, shown []row[R]
	asked      int  // number of the newest request
	busy       bool // its answer is not there yet
	again      bool // something changed after it
	saw        seen // the world that it saw
	order      listOrder
	ready      bool // an answer was there
}

// row is a record with the text that is searched.
type row[R any] struct {
	rec  R
	text string // lower case
}

func newListing[R any](about *records[R], find string) listing[R] {
	l := listing[R]{about: about, search: newSearch(find), order: about.order}
	cols := make([]kit.Column, len(about.cols))
	for i, c := range about.cols {
		cols[i] = c.Column
	}
	l.table = l.table.Layout(cols)
	return l
}

// seen is a state of the world, as far as rows depend on it.
type seen struct{ version, judged, costed, audited int }

func (a *records[R]) sees(env kit.Env) seen {
	s := seen{version: env.Version, judged: env.Judged}
	if a.costs {
		s.costed = env.Costed
	}
	if a.audit {
		s.audited = env.Audited
	}
	return s
}

// sync asks for new rows when the world changed.
func (l listing[R]) sync(env kit.Env) (listing[R], []kit.Effect) {
	l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
	if l.rows.asked > 0 && l.rows.saw == l.about.sees(env) {
		return l, nil
	}
	return l.derive(env)
}

func (l listing[R]) headLines() int {
	if l.search.editing || l.search.text() != "" {
		return 1
	}
	return 0
}

// derive asks for rows; only for those that the search shows where no more
// changed.
func (l listing[R]) derive(env kit.Env) (listing[R], []kit.Effect) {
	if l.rows.busy {
		l.rows.again = true
		return l, nil
	}
	anew := l.rows.asked == 0 || l.rows.saw != l.about.sees(env) || l.rows.order != l.order
	l.rows.asked++
	l.rows.busy, l.rows.again = true, false
	l.rows.saw, l.rows.order = l.about.sees(env), l.order
	n, all, order, words, about := l.rows.asked, l.rows.all, l.order, l.search.words(), l.about
	return l, []kit.Effect{kit.Work{Do: func() kit.Answer {
		out := kit.Listed[row[R]]{N: n}
		if anew {
			all = about.rows(env, order)
			out.All = all
		}
		out.Shown = matching(all, words)
		return out
	}}}
}

// rows gives all records in an order, with their texts.
func (a *records[R]) rows(env kit.Env, o listOrder) []row[R] {
	recs := a.all(env)
	out := make([]row[R], len(recs))
	for i, r := range recs {
		words := make([]string, 0, len(a.cols)+2)
		for _, c := range a.cols {
			words = append(words, c.cell(env, r).Text)
		}
		out[i] = row[R]{r, strings.ToLower(strings.Join(append(words, a.id(r), a.also(r)), "\n"))}
	}
	i := slices.IndexFunc(a.cols, func(c listColumn[R]) bool { return c.Key == o.key })
	if i < 0 {
		return out
	}
	compare := a.cols[i].compare
	if compare == nil {
		compare = func(x, y R) int { return strings.Compare(a.cols[i].cell(env, x).Text, a.cols[i].cell(env, y).Text) }
	}
	slices.SortStableFunc(out, func(x, y row[R]) int {
		if o.desc {
			return compare(y.rec, x.rec)
		}
		return compare(x.rec, y.rec)
	})
	return out
}

// matching are the rows in which all words stand.
func matching[R any](rows []row[R], words []string) []row[R] {
	if len(words) == 0 {
		return rows
	}
	var out []row[R]
	for _, r := range rows {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(r.text, w) }) {
			out = append(out, r)
		}
	}
	return out
}

// receive takes new rows, and puts the cursor back on its record; where that is
// gone it stays at its place.
func (l listing[R]) receive(env kit.Env, a kit.Answer) (listing[R], []kit.Effect) {
	ans, ok := a.(kit.Listed[row[R]])
	if !ok || ans.N != l.rows.asked {
		return l, nil
	}
	l.rows.busy, l.rows.ready = false, true
	if ans.All != nil {
		l.rows.all = ans.All
	}
	l.rows.shown = ans.Shown
	l.table = l.table.SetLen(len(ans.Shown))
	if i := slices.IndexFunc(ans.Shown, func(r row[R]) bool { return l.about.id(r.rec) == l.at }); i >= 0 {
		l.table = l.table.Track(i)
	}
	l.hold()
	if l.rows.again {
		return l.derive(env)
	}
	return l, nil
}

func (l *listing[R]) hold() {
	if r, ok := l.current(); ok {
		l.at = l.about.id(r)
	}
}

func (l listing[R]) current() (rec R, ok bool) {
	i := l.table.Cursor()
	if i < 0 || i >= len(l.rows.shown) {
		return rec, false
	}
	return l.rows.shown[i].rec, true
}

// handle answers what is asked of any listing; it reports whether that was so.
func (l listing[R]) handle(env kit.Env, in keys.Intent) (next listing[R], effects []kit.Effect, ok bool) {
	switch in := in.(type) {
	case keys.Find:
		l.search.start()
	case keys.Back:
		return l.searched(env, "")
	case keys.SortMenu:
		return l, push(l.sortMenu()), true
	case keys.SortStep:
		next, effects = l.sortBy(env, l.stepped(in.By))
		return next, effects, true
	case keys.Click:
		return l.click(env, in)
	default:
		moved := l.move(in)
		return moved, nil, moved.moves(in)
	}
	l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
	return l, nil, true
}

// moves reports whether an intent moves the cursor.
func (l listing[R]) moves(in keys.Intent) bool {
	switch in.(type) {
	case keys.Move, keys.Page, keys.Jump, keys.Scroll:
		return true
	}
	return false
}

func (l listing[R]) move(in keys.Intent) listing[R] {
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
func (l listing[R]) click(env kit.Env, in keys.Click) (next listing[R], effects []kit.Effect, ok bool) {
	y := in.Y - l.headLines()
	if y == 0 {
		if col, onHeader := l.table.HeaderAt(in.X); onHeader {
			next, effects = l.sortBy(env, l.toggled(l.about.cols[col].Key))
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

// searched replaces the words that are searched.
func (l listing[R]) searched(env kit.Env, text string) (next listing[R], effects []kit.Effect, ok bool) {
	l.search.stop()
	l.search.set(text)
	l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
	next, effects = l.derive(env)
	return next, effects, true
}

// typed edits the words.
func (l listing[R]) typed(env kit.Env, msg tea.Msg) (listing[R], []kit.Effect) {
	if !l.search.edit(msg) {
		return l, nil
	}
	return l.derive(env)
}

// handleField answers what is asked while the words are typed in.
func (l listing[R]) handleField(env kit.Env, in keys.Intent) (next listing[R], effects []kit.Effect, ok bool) {
	switch in.(type) {
	case keys.Open:
		l.search.stop()
		l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
		return l, nil, true
	case keys.Back:
		return l.searched(env, "")
	}
	return l, nil, false
}
