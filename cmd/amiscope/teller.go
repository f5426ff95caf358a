package main

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui"
)

// teller tells what a run does, and when all steps on an image have ended how it is
// now.
type teller struct {
	changes *changes
	ctx     context.Context // of who listens
	out     chan tui.Told
	run     string
	plan    plan.Plan
	open    map[int]int         // by target: its steps that have not ended
	made    map[int]plan.Result // by step: what it gave
	again   errgroup.Group
	deaf    atomic.Bool // nobody listens any more
}

func (ch *changes) teller(ctx context.Context, r plan.Run) *teller {
	t := &teller{changes: ch, ctx: ctx, out: make(chan tui.Told, backlog), run: r.ID, plan: r.Plan, open: map[int]int{}, made: map[int]plan.Result{}}
	t.again.SetLimit(atOnce)
	for _, s := range r.Plan.Steps {
		if o, begun := r.Outcomes[s.ID]; !begun || o.State.Open() || o.State == plan.Unclear || o.State == plan.NotRun {
			t.open[s.Target]++
		}
	}
	return t
}

// wait waits for what is still read.
func (t *teller) wait() { _ = t.again.Wait() } // what cannot be read again is read by the next scan

// close waits for what is still read, and ends the stream.
func (t *teller) close() {
	t.wait()
	close(t.out)
}

// tell is called for one event at a time.
func (t *teller) tell(e plan.Event) {
	t.send(tui.Told{Event: e})
	t.follow(e)
}

// follow reads an image again when all steps on it have ended.
func (t *teller) follow(e plan.Event) {
	i := e.Step - 1
	if e.Step == 0 || i >= len(t.plan.Steps) || e.Outcome.State.Open() {
		return
	}
	s := t.plan.Steps[i]
	t.made[s.ID] = e.Outcome.Result
	if e.Outcome.State == plan.Done {
		t.changes.changed(t.run, t.plan.Targets[s.Target], s, e.Outcome.At)
	}
	if t.open[s.Target]--; t.open[s.Target] > 0 {
		return
	}
	for _, l := range t.looks(s.Target) {
		t.again.Go(func() error {
			r, err := t.changes.reread(t.ctx, l)
			if w := t.changes.world; err == nil {
				w.owners.note(r)
				w.saving.Fold(r)
				t.send(tui.Told{Event: plan.Event{Run: e.Run}, World: []model.Event{r}})
			}
			return nil
		})
	}
}

// looks are what is read of a target after its steps: itself, and what was made of
// it.
func (t *teller) looks(target int) []model.Look {
	x := t.plan.Targets[target]
	own := model.LookAt(x.Scope(), x.Image.ID)
	own.Permissions, own.Snapshots, own.Bin = true, true, true
	for _, s := range x.Before.Snapshots {
		if s.Owner == x.Account {
			own.Besides = append(own.Besides, s.ID)
		}
	}
	out := []model.Look{own}
	for _, s := range t.plan.Steps {
		if id := t.made[s.ID].Image; s.Target == target && id != "" {
			out = append(out, model.Look{Scope: s.Scope, Images: []string{id}, Permissions: true, Snapshots: true})
		}
	}
	return out
}

// patience is how long who may have gone is waited for.
const patience = time.Second

// send tells as long as somebody listens: also after ctx has ended, for the last
// steps are told then.
func (t *teller) send(what tui.Told) {
	select {
	case t.out <- what:
		return
	case <-t.ctx.Done():
	}
	if t.deaf.Load() {
		return
	}
	select {
	case t.out <- what:
	case <-time.After(patience):
		t.deaf.Store(true)
	}
}
