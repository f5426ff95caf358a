package browse

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/kit"
)

// view draws the words that are searched, where there are any, and the table.
func (l listing[R]) view(env kit.Env, none ...string) string {
	var lines []string
	if l.headLines() > 0 {
		lines = append(lines, kit.Block(" "+env.Theme.Paint(kit.Key, "/")+" "+l.search.view(env), env.Width, 1))
	}
	if len(l.rows.shown) > 0 {
		return strings.Join(append(lines, l.table.View(env.Theme, listingRows[R]{env, l}, l.sorted())), "\n")
	}
	switch {
	case !l.rows.ready:
		none = []string{"reading " + l.about.many + " " + env.Theme.Symbols.Ellipsis}
	case len(l.rows.all) > 0:
		none = []string{"nothing matches", "esc clears the search"}
	}
	return strings.Join(append(lines, kit.Placeholder(env.Theme, env.Width, max(0, env.Height-len(lines)), none...)), "\n")
}

func (l listing[R]) sorted() kit.Sort {
	return kit.Sort{Col: slices.IndexFunc(l.about.cols, func(c listColumn[R]) bool { return c.Key == l.order.key }), Desc: l.order.desc}
}

// counts says how many there are.
func (l listing[R]) counts() kit.Part {
	text := " " + kit.Plural(len(l.rows.all), l.about.one, l.about.many)
	if len(l.search.words()) > 0 {
		text = " " + kit.Count(len(l.rows.shown)) + " of" + text
	}
	return kit.Part{Text: text, Priority: 90}
}

// sortBy sorts by an order.
func (l listing[R]) sortBy(env kit.Env, o listOrder) (listing[R], []kit.Effect) {
	l.order = o
	return l.derive(env)
}

// toggled is the order by a column, turned round when it is the present one.
func (l listing[R]) toggled(key string) listOrder {
	if l.order.key == key {
		return listOrder{key, !l.order.desc}
	}
	i := slices.IndexFunc(l.about.cols, func(c listColumn[R]) bool { return c.Key == key })
	return listOrder{key, i >= 0 && l.about.cols[i].large}
}

// stepped is the order by the next column to the right or left.
func (l listing[R]) stepped(by int) listOrder {
	n := len(l.about.cols)
	at := l.sorted().Col
	if at < 0 && by < 0 {
		at = 0
	}
	c := l.about.cols[kit.Around(at, by, n)]
	return listOrder{c.Key, c.large}
}

func (l listing[R]) sortMenu() kit.Menu {
	menu := kit.Menu{Title: "Sort by"}
	for i, c := range l.about.cols {
		o, note := l.toggled(c.Key), ""
		if l.order.key == c.Key {
			note = "turn round"
		}
		menu.Items = append(menu.Items, kit.Item{
			Letter: string(sortLetters[i]), Text: strings.ToLower(c.Title), Note: note, Then: kit.SetOrder{Key: o.key, Desc: o.desc},
		})
	}
	return menu
}

// listingRows are the rows of a listing's table.
type listingRows[R any] struct {
	env kit.Env
	l   listing[R]
}

func (r listingRows[R]) Len() int { return len(r.l.rows.shown) }

func (r listingRows[R]) Mark(row int) bool {
	return len(r.l.marks) > 0 && r.l.marks[r.l.about.id(r.l.rows.shown[row].rec)]
}

func (r listingRows[R]) Cell(row, col int) kit.Cell {
	return r.l.about.cols[col].cell(r.env, r.l.rows.shown[row].rec)
}

// search is a field of words, all of which must stand in a row.
type search struct {
	input   textinput.Model
	editing bool
}

func newSearch(text string) search {
	in := textinput.New()
	in.Prompt, in.CharLimit = "", 200
	in.SetValue(text)
	return search{input: in}
}

func (s *search) text() string { return s.input.Value() }

func (s *search) words() []string { return strings.Fields(strings.ToLower(s.text())) }

func (s *search) set(text string) { s.input.SetValue(text) }

func (s *search) start() {
	s.editing = true
	s.input.Focus()
	s.input.CursorEnd()
}

func (s *search) stop() {
	s.editing = false
	s.input.Blur()
}

// edit passes a key or a paste to the field, and reports whether the words
// changed.
func (s *search) edit(msg tea.Msg) bool {
	was := s.words()
	s.input, _ = s.input.Update(msg) // its command only blinks a cursor that we do not draw
	return !slices.Equal(was, s.words())
}

func (s *search) view(env kit.Env) string {
	t := env.Theme
	if !s.editing {
		return t.Paint(kit.Accent, t.Clean(s.text())) + t.Paint(kit.Dim, "   esc clears")
	}
	return fieldText(t, []rune(s.text()), s.input.Position())
}

// fieldText is a text that is typed in, with its cursor.
func fieldText(t *kit.Theme, text []rune, at int) string {
	under, rest := " ", ""
	if at < len(text) {
		under, rest = t.Clean(string(text[at])), t.Clean(string(text[at+1:]))
	}
	return t.Clean(string(text[:min(at, len(text))])) + t.Paint(kit.Cursor, under) + rest
}
