package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/kit"
)

// gathered is what a verb has to print.
type gathered struct {
	inv   model.Inventory
	notes []string // to be told after the output
}

// gather gives what is known now: what the cache holds, and over it what AWS
// says of everything that is stale. force reads also what is fresh. The error
// is ctx's, or one that leaves nothing to print.
func (a *app) gather(ctx context.Context, force bool) (g gathered, err error) {
	a.askMFA = a.codeFrom(a.in)
	w, _, err := a.open(ctx)
	if err != nil {
		return g, err
	}
	defer func() {
		g.notes = append(g.notes, w.close()...)
		if err != nil {
			a.tell(g.notes) // nobody else will
		}
	}()
	p := newProgress(a.err)
	p.quiet = a.asking.Load
	defer p.clear()
	g.fold(w.restore(ctx), nil)
	if !w.offline {
		g.fold(w.refresh(ctx, tui.Refresh{Gen: 1, Force: force, Known: g.inv}), p.follow)
	}
	if ctx.Err() != nil {
		return g, ctx.Err()
	}
	p.clear() // before anything is told
	return g, a.nothing(g.inv)
}

// fold takes a stream in, until its end.
func (g *gathered) fold(events <-chan model.Event, watch func(model.Event)) {
	for e := range events {
		g.note(e)
		if watch != nil {
			watch(e)
		}
		g.inv = g.inv.Fold(e)
	}
}

// note keeps what the inventory does not.
func (g *gathered) note(e model.Event) {
	switch e := e.(type) {
	case model.Notice:
		g.notes = append(g.notes, e.Text)
	case model.Found:
		if e.Err != nil {
			g.notes = append(g.notes, fmt.Sprintf("%s: its regions could not be read, so some may be missing: %s", e.Account.Title(), e.Err))
		}
	case model.Page, model.Began, model.Details, model.Lost, model.Stopped: // in the inventory
	}
}

// nothing is the error of a run that has no scope to tell of.
func (a *app) nothing(inv model.Inventory) error {
	if len(inv.Scopes()) > 0 {
		return nil
	}
	lost := inv.Unreached()
	switch {
	case a.flags.from != "":
		return fmt.Errorf("%s holds no account", a.flags.from)
	case a.flags.offline:
		return errors.New("nothing is cached for these accounts and regions; leave out --offline to read them")
	case len(lost) == 1 && lost[0].Source == awsclient.DefaultSource && lost[0].Err.Kind == model.Expired:
		return errors.New("no AWS credentials found: name a profile with --profile, log in, or try `amiscope demo`")
	}
	a.tellTroubles(inv)
	return errTold
}

// conclude tells what stood in the way, after the output, and gives the error
// that the exit code comes from.
func (a *app) conclude(g gathered) error {
	a.tell(g.notes)
	failed, read := a.tellTroubles(g.inv)
	switch {
	case failed == 0 && read == 0:
		return errors.New("there is nothing to read: each of these regions is not enabled, or closed by a policy")
	case failed == 0:
		return nil
	case read == 0:
		return errTold
	}
	return errPartial
}

func (a *app) tell(notes []string) {
	for _, n := range notes {
		a.say("%s", n)
	}
}

// tellTroubles writes a line for every scope and way in that failed, and
// counts them and the others. Of a scope with nothing to read there is nothing to
// tell.
func (a *app) tellTroubles(inv model.Inventory) (failed, read int) {
	for _, u := range inv.Unreached() {
		failed++
		a.trouble(u.Source, u.Err)
	}
	for _, s := range inv.Scopes() {
		if !inv.Readable(s) {
			continue
		}
		if err := inv.Trouble(s); err != nil {
			failed++
			a.trouble("", err)
			continue
		}
		read++
	}
	return failed, read
}

func (a *app) trouble(source string, err *model.OpError) {
	text := err.Error()
	if source != "" {
		text = source + ": " + text
	}
	if h := err.Hint(); h != "" {
		text += "; hint: " + h
	}
	a.say("%s", text)
}

// progressEvery is the least time between two lines of progress.
const progressEvery = 100 * time.Millisecond

// tally is how far a refresh is.
type tally struct{ begun, done, failed, images int }

func (t *tally) follow(e model.Event) {
	switch e := e.(type) {
	case model.Began:
		if e.Kind == model.Images {
			t.begun++
		}
	case model.Page:
		if e.Kind != model.Images {
			return
		}
		t.images += len(e.Images)
		if e.Last {
			t.done++
		}
		if e.Err != nil && e.Err.Kind != model.Closed {
			t.failed++
		}
	case model.Found, model.Lost, model.Details, model.Stopped, model.Notice: // no pass in these
	}
}

func (t tally) String() string {
	s := "reading: " + kit.Plural(t.images, "image", "images") + ", " + kit.Count(t.done) + " of " + kit.Plural(t.begun, "scope", "scopes")
	if t.failed > 0 {
		s += ", " + kit.Count(t.failed) + " failed"
	}
	return s
}
