package main

import (
	"io"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model"
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
	if p.width == 0 || time.Since(p.shown) < progressEvery || p.quiet != nil && p.quiet() {
		return
	}
	p.shown = time.Now()
	p.write(startOfLine + ansi.Truncate(p.tally.String(), p.width-1, ""))
}

// clear takes the line away.
func (p *progress) clear() {
	if !p.shown.IsZero() {
		p.write(startOfLine)
	}
}

func (p *progress) write(s string) { _, _ = io.WriteString(p.out, s) } // lost progress is no loss
