package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// EC2 may go on telling for a short while what was before a change, and does not say
// for how long (API reference, "eventual consistency"). Where it contradicts what we
// have just done, it is asked again.
const (
	contradicts = time.Minute // so old a change is known everywhere: then somebody else has changed it
	askAgain    = 500 * time.Millisecond
	askedAgain  = 20 // times at most
)

// fresh is what the last run has done to an image.
type fresh struct {
	run    string
	target plan.Target
	steps  []plan.Step
	at     time.Time // of the last one
}

// changed notes that a step was done.
func (ch *changes) changed(run string, t plan.Target, s plan.Step, at time.Time) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	f := ch.fresh[t.Image]
	if f == nil || f.run != run {
		f = &fresh{run: run, target: t}
		ch.fresh[t.Image] = f
	}
	f.steps, f.at = append(f.steps, s), at
}

// reread reads images again, until AWS tells what was done to them just now.
func (ch *changes) reread(ctx context.Context, l model.Look) (r model.Reread, err error) {
	for range askedAgain {
		if r, err = ch.world.reread(ctx, l); err != nil || !ch.late(l, r) {
			break
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(askAgain):
		}
	}
	return r, err
}

// late reports whether a reading tells of before a change of ours.
func (ch *changes) late(l model.Look, r model.Reread) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return slices.ContainsFunc(slices.Concat(l.Images, l.Besides), func(id string) bool {
		f := ch.fresh[model.ImageKey{Region: l.Scope.Region, ID: id}]
		return f != nil && r.At.Sub(f.at) < contradicts && slices.ContainsFunc(f.steps, func(s plan.Step) bool { return contradicted(s, f.target, r) })
	})
}

// contradicted reports whether a reading tells of before a step that was done. What
// was restored may be neither listed yet nor in the bin any more.
func contradicted(s plan.Step, t plan.Target, r model.Reread) bool {
	state := plan.Settled(s, t, r).State
	restored := strings.HasPrefix(s.Call.API, "ec2:Restore")
	return state == plan.NotRun || restored && state == plan.Unclear && len(r.Errors) == 0
}
