package main

import (
	"io"
	"slices"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// progress is one line on standard error that is written over and over, where
// that is a terminal; elsewhere it is silent.
type progress struct {
	out   io.Writer
	width int
	tally tally
	shown time.Time
	quiet func() bool // a question stands on the terminal; nil: never
}

func newProgress(out io.Writer) *progress { return &progress{out: out, width: width(out)} }

// startOfLine goes back to the line's start and empties it.
const startOfLine = "\r\x1b[K"

func (p *progress) follow(e model.Event) {
	p.tally.follow(e)
	p.show(func() string { return p.tally.String() })
}

// show writes a line in the place of the one before, unless that has not stood
// long.
func (p *progress) show(line func() string) {
	if p.width == 0 || time.Since(p.shown) < progressEvery || p.quiet != nil && p.quiet() {
		return
	}
	p.shown = time.Now()
	p.write(startOfLine + ansi.Truncate(line(), p.width-1, ""))
}

// clear takes the line away.
func (p *progress) clear() {
	if !p.shown.IsZero() {
		p.write(startOfLine)
	}
}

func (p *progress) write(s string) { _, _ = io.WriteString(p.out, s) } // lost progress is no loss

// progressEvery is the least time between two lines of progress.
const progressEvery = 100 * time.Millisecond

// tally is how far a refresh is.
type tally struct {
	begun, done, failed, images int // passes over images, and what they gave

	lists, read     int // passes over usage sources, and those that ended
	costs, charged  int // likewise over charges
	opens, opened   int // likewise over what tells how open scopes are
	wanted, settled int // launch permissions
}

func (t *tally) follow(e model.Event) {
	switch e := e.(type) {
	case model.Began:
		switch {
		case e.Kind == model.Images:
			t.begun++
		case slices.Contains(model.Charges(), e.Kind):
			t.costs++
		case slices.Contains(model.Openness(), e.Kind):
			t.opens++
		case e.Kind != model.Snapshots:
			t.lists++
		}
	case model.Page:
		t.page(e)
	case model.Found, model.Lost, model.Details, model.Stopped, model.Notice, model.Named, model.Organization, model.Formers, model.Reread: // no pass in these
	}
}

func (t *tally) page(p model.Page) {
	switch {
	case p.Kind == model.Images:
		t.images += len(p.Images)
		if p.Last {
			t.done++
		}
		if p.Err != nil && p.Err.Kind != model.Closed {
			t.failed++
		}
	case p.Kind == model.Permissions:
		t.settled += len(p.Permissions)
	case slices.Contains(model.Charges(), p.Kind):
		if p.Last {
			t.charged++
		}
	case slices.Contains(model.Openness(), p.Kind):
		if p.Last {
			t.opened++
		}
	case p.Kind != model.Snapshots && p.Last:
		t.read++
	}
}

func (t tally) String() string {
	s := "reading: " + kit.Plural(t.images, "image", "images") + ", " + kit.Count(t.done) + " of " + kit.Plural(t.begun, "scope", "scopes")
	if t.failed > 0 {
		s += ", " + kit.Count(t.failed) + " failed"
	}
	if t.lists > 0 {
		s += "; usage: " + kit.Count(t.read) + " of " + kit.Plural(t.lists, "list", "lists")
	}
	if t.costs > 0 {
		s += "; costs: " + kit.Count(t.charged) + " of " + kit.Plural(t.costs, "list", "lists")
	}
	if t.opens > 0 {
		s += "; settings: " + kit.Count(t.opened) + " of " + kit.Plural(t.opens, "list", "lists")
	}
	if t.wanted > 0 {
		s += ", launch permissions of " + kit.Count(t.settled) + " of " + kit.Plural(t.wanted, "image", "images")
	}
	return s
}
