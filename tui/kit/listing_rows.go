package kit

import (
	"slices"
	"strings"
)

// listed is what the last answer held.
type listed[R any] struct {
	all, shown []row[R]
	asked      int  // number of the newest request
	busy       bool // its answer is not there yet
	again      bool // something changed after it
	saw        seen // the world that it saw
	order      ListOrder
	ready      bool // an answer was there
}

// row is a record with the text that is searched.
type row[R any] struct {
	rec  R
	text string // lower case
}

// seen is a state of the world, as far as rows depend on it.
type seen struct{ version, judged, costed, audited, given int }

func (l Listing[R]) sees(env Env) seen {
	s := seen{version: env.Version, judged: env.Judged, given: l.given}
	if l.about.Costs {
		s.costed = env.Costed
	}
	if l.about.Audit {
		s.audited = env.Audited
	}
	return s
}

// From lists what all gives from now on, which runs apart.
func (l Listing[R]) From(env Env, all func(Env) []R) (Listing[R], []Effect) {
	l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
	l.all, l.given = all, l.given+1
	return l.derive(env)
}

// Sync asks for new rows when the world changed.
func (l Listing[R]) Sync(env Env) (Listing[R], []Effect) {
	l.table = l.table.Resize(env.Width, max(0, env.Height-l.headLines()))
	if l.rows.asked > 0 && l.rows.saw == l.sees(env) {
		return l, nil
	}
	return l.derive(env)
}

func (l Listing[R]) headLines() int {
	if l.search.editing || l.search.text() != "" {
		return 1
	}
	return 0
}

// derive asks for rows; only for those that the search shows where no more
// changed.
func (l Listing[R]) derive(env Env) (Listing[R], []Effect) {
	if l.rows.busy {
		l.rows.again = true
		return l, nil
	}
	anew := l.rows.asked == 0 || l.rows.saw != l.sees(env) || l.rows.order != l.order
	l.rows.asked++
	l.rows.busy, l.rows.again = true, false
	l.rows.saw, l.rows.order = l.sees(env), l.order
	n, rows, order, words := l.rows.asked, l.rows.all, l.order, l.search.words()
	return l, []Effect{Work{Do: func() Answer {
		out := Listed[row[R]]{N: n}
		if anew {
			rows = l.derived(env, order)
			out.All = rows
		}
		out.Shown = matching(rows, words)
		return out
	}}}
}

// derived gives all records in an order, with their texts.
func (l Listing[R]) derived(env Env, o ListOrder) []row[R] {
	a, all := l.about, l.all
	if all == nil {
		all = l.about.All
	}
	recs := all(env)
	out := make([]row[R], len(recs))
	for i, r := range recs {
		words := make([]string, 0, len(a.Cols)+2)
		for _, c := range a.Cols {
			words = append(words, c.Cell(env, r).Text)
		}
		out[i] = row[R]{r, strings.ToLower(strings.Join(append(words, a.ID(r), a.Also(r)), "\n"))}
	}
	i := slices.IndexFunc(a.Cols, func(c ListColumn[R]) bool { return c.Key == o.Key })
	if i < 0 {
		return out
	}
	compare := a.Cols[i].Compare
	if compare == nil {
		compare = func(x, y R) int { return strings.Compare(a.Cols[i].Cell(env, x).Text, a.Cols[i].Cell(env, y).Text) }
	}
	slices.SortStableFunc(out, func(x, y row[R]) int {
		if o.Desc {
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

// Receive takes new rows, and puts the cursor back on its record; where that is
// gone it stays at its place.
func (l Listing[R]) Receive(env Env, a Answer) (Listing[R], []Effect) {
	ans, ok := a.(Listed[row[R]])
	if !ok || ans.N != l.rows.asked {
		return l, nil
	}
	l.rows.busy, l.rows.ready = false, true
	if ans.All != nil {
		l.rows.all = ans.All
	}
	l.rows.shown = ans.Shown
	l.table = l.table.SetLen(len(ans.Shown))
	if i := slices.IndexFunc(ans.Shown, func(r row[R]) bool { return l.about.ID(r.rec) == l.At }); i >= 0 {
		l.table = l.table.Track(i)
	}
	l.hold()
	if l.rows.again {
		return l.derive(env)
	}
	return l, nil
}
