package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// measuring is the listing of blocks that runs, one at a time.
type measuring struct {
	src    <-chan Measured // nil: none runs
	cancel context.CancelFunc
	what   kit.Measure
	last   Measured
	failed int // questions that were not answered
}

// measuredMsg is how far it is; over says that it ended.
type measuredMsg struct {
	src  <-chan Measured
	m    Measured
	over bool
}

// measure offers to measure, with what it takes, or does what was confirmed.
func (a *App) measure(e kit.Measure) tea.Cmd {
	c := a.costs.now
	switch {
	case a.opts.Offline != "":
		return a.say(a.opts.Offline, true)
	case a.opts.Services.Costs.Measure == nil:
		return a.say("nothing can be measured here", true)
	case c == nil:
		return a.say("costs are being worked out", true)
	case a.costs.measuring.src != nil:
		return a.say("something is being measured: ctrl+x stops it", true)
	}
	s := c.Survey(e.Images, e.Snapshots)
	switch {
	case len(s.Asks) == 0 && s.Beyond > 0:
		return a.say("nothing tells the lineage of "+kit.Plural(s.Beyond, "this snapshot", "these snapshots")+": the bands stay", true)
	case len(s.Asks) == 0:
		return a.say("all of it is measured", false)
	case e.Confirmed == 0:
		return a.push(confirmMeasure(e, s))
	}
	ctx, cancel := context.WithCancel(a.ctx)
	a.costs.measuring = measuring{src: a.opts.Services.Costs.Measure(ctx, Measuring{Asks: s.Asks, Cap: e.Confirmed}), cancel: cancel, what: e}
	a.costs.measuring.last.Of = len(s.Asks)
	return tea.Batch(a.hearMeasure(), a.wind())
}

// confirmMeasure says what measuring takes, before it is begun.
func confirmMeasure(e kit.Measure, s cost.Survey) kit.Menu {
	e.Confirmed = s.Requests
	title := fmt.Sprintf("List blocks of snapshots? About %s, %s", kit.Plural(int(s.Requests), "request", "requests"), kit.Money(s.Price))
	if s.Beyond > 0 {
		title += fmt.Sprintf(" (%s of unknown lineage left out)", kit.Count(s.Beyond))
	}
	return kit.Menu{Title: title, Items: []kit.Item{
		{Letter: "y", Text: "measure", Note: fmt.Sprintf("%s; stops and asks at %s requests", kit.Plural(len(s.Asks), "question", "questions"), kit.Count(int(s.Requests))), Do: e},
		{Letter: "n", Text: "not now"},
	}}
}

func (a *App) hearMeasure() tea.Cmd {
	src := a.costs.measuring.src
	return func() tea.Msg {
		m, ok := <-src
		return measuredMsg{src, m, !ok}
	}
}

// measured takes what was learnt.
func (a *App) measured(msg measuredMsg) tea.Cmd {
	w := &a.costs.measuring
	if msg.src != w.src {
		return nil
	}
	if msg.over {
		return a.measureEnded()
	}
	w.last = msg.m
	w.failed += len(msg.m.Notes)
	cmds := []tea.Cmd{a.hearMeasure(), a.wind()}
	if len(msg.m.Holdings)+len(msg.m.Changes) > 0 {
		a.costs.in.Blocks = a.costs.in.Blocks.With(msg.m.Holdings, msg.m.Changes)
		a.costs.in.Version++
		a.costs.due = true
	}
	for _, n := range msg.m.Notes {
		cmds = append(cmds, a.say(n, true))
	}
	return tea.Batch(cmds...)
}

func (a *App) measureEnded() tea.Cmd {
	w := a.costs.measuring
	w.cancel()
	a.costs.measuring = measuring{}
	made := fmt.Sprintf("%s, %s", kit.Plural(int(w.last.Requests), "request", "requests"), kit.Money(cost.RequestsPrice(w.last.Requests)))
	switch {
	case w.last.Capped:
		again := w.what
		return a.push(kit.Menu{Title: fmt.Sprintf("%s made, and %d of %d questions are answered. Go on?", made, w.last.Done, w.last.Of), Items: []kit.Item{
			{Letter: "y", Text: "go on", Note: "as many requests again", Do: again},
			{Letter: "n", Text: "stop here", Note: "what is known is kept"},
		}})
	case w.failed > 0:
		return nil // it was said
	case w.last.Done < w.last.Of:
		return a.say(fmt.Sprintf("stopped at %d of %d: %s; the next run goes on from there", w.last.Done, w.last.Of, made), false)
	}
	return a.say("measured: "+made, false)
}

// stopMeasuring ends what is being measured; what was learnt is kept.
func (a *App) stopMeasuring() tea.Cmd {
	if a.costs.measuring.src == nil {
		return a.say("nothing runs that could be stopped", false)
	}
	a.costs.measuring.cancel()
	return nil
}

// progress says how far the measuring is.
func (w *measuring) progress() kit.Part {
	if w.src == nil {
		return kit.Part{}
	}
	return kit.Part{
		Text:  fmt.Sprintf("measuring %d/%d, %s: ctrl+x stops", w.last.Done, w.last.Of, kit.Plural(int(w.last.Requests), "request", "requests")),
		Style: kit.Info, Priority: 65,
	}
}
