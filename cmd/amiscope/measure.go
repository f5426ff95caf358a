package main

import (
	"context"
	"errors"
	"slices"

	"github.com/amiscope/amiscope/awsclient/measure"
	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui"
)

// measured is all that was measured of snapshots before.
func (w *world) measured(scopes []model.Scope) cost.Blockmap {
	if w.store == nil {
		return cost.Blockmap{}
	}
	holdings, changes, _, err := w.store.Blocks(scopes)
	if err != nil {
		w.saving.note(err) // what could be read is used
	}
	return cost.Blockmap{}.With(holdings, changes)
}

// measure lists the blocks of snapshots, goes on where an earlier listing was
// stopped, keeps each answer in the cache, and tells how far it is.
func (w *world) measure(ctx context.Context, m tui.Measuring) <-chan tui.Measured {
	out := make(chan tui.Measured, backlog)
	w.streams.Go(func() {
		defer close(out)
		t := measuring{w: w, send: func(m tui.Measured) {
			select {
			case out <- m:
			case <-ctx.Done(): // it is kept all the same
			}
		}}
		t.run(ctx, m)
	})
	return out
}

// measuring is one listing of blocks.
type measuring struct {
	w    *world
	send func(tui.Measured)
	last tui.Measured
}

func (t *measuring) run(ctx context.Context, m tui.Measuring) {
	_, _, begun, err := t.w.store.Blocks(scopesOf(m.Asks))
	if err != nil {
		t.w.saving.note(err) // lists begin anew
	}
	unfinished := make([]measure.Unfinished, len(begun))
	for i, u := range begun {
		unfinished[i] = measure.Unfinished(u)
	}
	r, err := measure.Run(ctx, t.w.client, m.Asks, measure.Options{Cap: m.Cap, Unfinished: unfinished, Tell: t.tell})
	last := tui.Measured{Requests: r.Requests, Done: t.last.Done, Of: len(m.Asks), Capped: r.Capped}
	if err != nil && !errors.Is(err, context.Canceled) {
		last.Notes = append(last.Notes, err.Error())
	}
	t.send(last)
}

// tell keeps an answer, or how far one is, and passes it on.
func (t *measuring) tell(e measure.Event) {
	t.last = tui.Measured{Requests: e.Requests, Done: e.Done, Of: e.Asks}
	kept := cache.Blocks{Scope: e.Ask.Scope}
	switch {
	case e.Holding != nil:
		kept.Holdings = []cost.Holding{*e.Holding}
	case e.Change != nil:
		kept.Changes = []cost.Change{*e.Change}
	case e.Kept != nil:
		kept.Unfinished = []cache.Unfinished{cache.Unfinished(*e.Kept)}
	case e.Err != nil:
		t.last.Notes = []string{notMeasured(e)}
	}
	if err := t.w.store.SaveBlocks(kept); err != nil {
		t.w.saving.note(err)
	}
	t.last.Holdings, t.last.Changes = kept.Holdings, kept.Changes
	t.send(t.last)
}

// notMeasured says why something was not measured, and what helps.
func notMeasured(e measure.Event) string {
	if e.Unrelated() {
		return e.Ask.To + " was not measured: AWS says that " + e.Ask.From + " has no blocks in common with it"
	}
	text := e.Ask.To + " was not measured: " + e.Err.Error()
	if h := e.Err.Hint(); h != "" {
		text += "; " + h
	}
	return text
}

func scopesOf(asks []cost.Ask) []model.Scope {
	var out []model.Scope
	for _, a := range asks {
		if !slices.Contains(out, a.Scope) {
			out = append(out, a.Scope)
		}
	}
	return out
}
