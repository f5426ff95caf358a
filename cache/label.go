package cache

import (
	"time"

	"github.com/amiscope/amiscope/model"
)

// label stands in a chunk in front of the records of usage. A value that a
// damaged file gives in the place of another, or with another pass's status,
// is then met: "nothing names it here" must never come from a mix-up.
type label struct {
	scope   model.Scope
	part    string    // its bucket
	version int       // of the part's columns
	at      time.Time // of the pass that gave the records; zero: they are of no whole pass
}

func labelColumns(c *coder, l *label) {
	ls := []*label{l}
	texts(c, ls, func(l *label) *string { return &l.scope.Account })
	texts(c, ls, func(l *label) *string { return &l.scope.Region })
	texts(c, ls, func(l *label) *string { return &l.part })
	numbers(c, ls, func(l *label) *int { return &l.version })
	times(c, ls, func(l *label) *time.Time { return &l.at })
}

// part is a kind of value of usage: how its records are written. size is how
// many columns they have at least. Each has a version of its own, raised with
// any change of its columns, so that a change of one costs no other: launch
// permissions take half an hour to read anew, reports cannot be.
type part[T any] struct {
	name    string
	version int
	size    int
	columns func(*coder, []*T)
}

func (p part[T]) bucket() []byte { return []byte(p.name) }

// seal makes a chunk of a scope's records, each once and in order of key.
func (p part[T]) seal(c codec, s model.Scope, at time.Time, recs []*T) ([]byte, error) {
	w := newWriter()
	labelColumns(w, &label{s, p.name, p.version, at})
	p.columns(w, recs)
	return c.seal(w.payload(len(recs)))
}

// open reads a scope's chunk, and of when its pass is.
func (p part[T]) open(c codec, s model.Scope, chunk []byte, sc *scratch) ([]*T, time.Time, error) {
	r, n, err := c.reader(chunk, sc)
	if err != nil {
		return nil, time.Time{}, err
	}
	var l label
	labelColumns(r, &l)
	switch {
	case r.bad || l.scope != s || l.part != p.name:
		return nil, time.Time{}, errDamage
	case l.version != p.version:
		return nil, time.Time{}, errFormat
	}
	recs := fresh[T](r.room(n, p.size))
	p.columns(r, recs)
	if err := r.finished(); err != nil {
		return nil, time.Time{}, err
	}
	return recs, l.at, nil
}
