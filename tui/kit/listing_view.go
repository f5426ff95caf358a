package kit

import (
	"slices"
	"strings"
)

// View draws the words that are searched, where there are any, and the table.
func (l Listing[R]) View(env Env, none ...string) string {
	var lines []string
	if l.headLines() > 0 {
		lines = append(lines, Block(" "+env.Theme.Paint(Key, "/")+" "+l.search.view(env), env.Width, 1))
	}
	if len(l.rows.shown) > 0 {
		return strings.Join(append(lines, l.table.View(env.Theme, listingRows[R]{env, l}, l.sorted())), "\n")
	}
	switch {
	case !l.rows.ready:
		none = []string{"reading " + l.about.Many + " " + env.Theme.Symbols.Ellipsis}
	case len(l.rows.all) > 0:
		none = []string{"nothing matches", "esc clears the search"}
	}
	return strings.Join(append(lines, Placeholder(env.Theme, env.Width, max(0, env.Height-len(lines)), none...)), "\n")
}

func (l Listing[R]) sorted() Sort {
	return Sort{Col: slices.IndexFunc(l.about.Cols, func(c ListColumn[R]) bool { return c.Key == l.order.Key }), Desc: l.order.Desc}
}

// Counts says how many there are.
func (l Listing[R]) Counts() Part {
	text := " " + Plural(len(l.rows.all), l.about.One, l.about.Many)
	if len(l.search.words()) > 0 {
		text = " " + Count(len(l.rows.shown)) + " of" + text
	}
	return Part{Text: text, Priority: 90}
}

// SortBy sorts by an order.
func (l Listing[R]) SortBy(env Env, o ListOrder) (Listing[R], []Effect) {
	l.order = o
	return l.derive(env)
}

// toggled is the order by a column, turned round when it is the present one.
func (l Listing[R]) toggled(key string) ListOrder {
	if l.order.Key == key {
		return ListOrder{Key: key, Desc: !l.order.Desc}
	}
	i := slices.IndexFunc(l.about.Cols, func(c ListColumn[R]) bool { return c.Key == key })
	return ListOrder{Key: key, Desc: i >= 0 && l.about.Cols[i].Large}
}

// stepped is the order by the next column to the right or left.
func (l Listing[R]) stepped(by int) ListOrder {
	n := len(l.about.Cols)
	at := l.sorted().Col
	if at < 0 && by < 0 {
		at = 0
	}
	c := l.about.Cols[Around(at, by, n)]
	return ListOrder{c.Key, c.Large}
}

// Letters are given to the entries of a menu in turn.
const Letters = "abcdefghijklmnopqrstuvwxyz"

func (l Listing[R]) sortMenu() Menu {
	menu := Menu{Title: "Sort by"}
	for i, c := range l.about.Cols {
		o, note := l.toggled(c.Key), ""
		if l.order.Key == c.Key {
			note = "turn round"
		}
		menu.Items = append(menu.Items, Item{
			Letter: string(Letters[i]), Text: strings.ToLower(c.Title), Note: note, Then: SetOrder(o),
		})
	}
	return menu
}

// listingRows are the rows of a listing's table.
type listingRows[R any] struct {
	env Env
	l   Listing[R]
}

func (r listingRows[R]) Len() int { return len(r.l.rows.shown) }

func (r listingRows[R]) Mark(row int) bool {
	return len(r.l.Marks) > 0 && r.l.Marks[r.l.about.ID(r.l.rows.shown[row].rec)]
}

func (r listingRows[R]) Cell(row, col int) Cell {
	return r.l.about.Cols[col].Cell(r.env, r.l.rows.shown[row].rec)
}
