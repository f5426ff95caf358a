// Package query is the filter language of the screen and the verbs: it parses
// a text, matches images in three-valued logic, sorts them, and completes
// what is being typed.
//
// A term about a fact that is not known is neither true nor false, and so is
// its negation; only images for which a query is true are shown. One table,
// Keys, says what can be asked; parsing, errors, completion and the docs are
// all made from it.
package query

import (
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/finding"
)

// Query is a parsed filter. It is immutable; the zero value matches all.
type Query struct{ root node }

// World is what a query looks at besides the image itself.
type World struct {
	Inv      model.Inventory
	Now      time.Time                 // ages and deprecation count from here
	Marked   func(model.ImageKey) bool // nil: nothing is marked
	Usage    *model.Usage              // nil: no usage is known
	Costs    *cost.Costs               // nil: nothing was estimated
	Findings *finding.Findings         // nil: nothing was judged
	Known    map[string]bool           // accounts of others that are no strangers
}

// matcher tells whether an image fits.
type matcher func(*model.Image) model.Tri

// Empty reports whether the query has no terms.
func (q Query) Empty() bool { return q.root == nil }

// Match tells whether one image fits. For many images Select is faster.
func (q Query) Match(w *World, im *model.Image) model.Tri { return q.bind(w)(im) }

// Select gives the rows for which the query is true, in their order, and how
// many it could not decide for want of facts. An empty query gives the rows as
// they are: neither list is to be changed then.
func (q Query) Select(w *World, rows []*model.Image) (shown []*model.Image, undecided int) {
	if q.Empty() {
		return rows[:len(rows):len(rows)], 0
	}
	match := q.bind(w)
	shown = make([]*model.Image, 0, len(rows))
	for _, im := range rows {
		switch match(im) {
		case model.Yes:
			shown = append(shown, im)
		case model.Maybe:
			undecided++
		case model.No:
		}
	}
	return shown, undecided
}

// Names reports whether the query mentions a key: by its name ("public"), or
// by name and tag ("tag.owner"); "tag" stands for any tag.
func (q Query) Names(key string) bool { return q.root != nil && names(q.root, key) }

func (q Query) bind(w *World) matcher {
	if q.root == nil {
		return func(*model.Image) model.Tri { return model.Yes }
	}
	return q.root.bind(w)
}
