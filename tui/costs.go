package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/browse"
	"github.com/amiscope/amiscope/tui/kit"
)

// costs is what the root knows of what snapshots cost, and of what the marked
// images would free. Estimates are made apart from the screen, one at a time, and
// numbered.
type costs struct {
	in  cost.Input // but for Now and Usage, which each estimate sets
	now *cost.Costs
	n   int // number of the newest estimate
	of  int // and of the one that is shown

	running bool
	due     bool // estimate again, whether or not the world has changed
	asked   bool // for newer prices
	noted   time.Time
	saw

	at, ended time.Time
	marks     counting
	measuring measuring
}

// saw is the state of the world that the newest estimate saw, and that which the
// shown one rests on: both inventory and verdicts of that told.
type saw struct{ told, judged, sees, seen int }

// counting is the count of what the marks free.
type counting struct {
	tally *cost.Tally      // nil while it is made
	apart int              // number of the newest count made apart; 0: none runs
	made  int              // how many were begun
	since []model.ImageKey // marks that changed while an estimate or a count runs
}

type (
	// costsMsg is an estimate, with the marks of when it began counted.
	costsMsg struct {
		n     int
		costs *cost.Costs
		tally *cost.Tally
	}
	// knownMsg is what was measured in earlier sessions.
	knownMsg struct{ blocks cost.Blockmap }
	// notedMsg says that the ledger was kept, or why not.
	notedMsg struct{ err error }
	// tallyMsg are the marks counted anew.
	tallyMsg struct {
		n     int
		of    *cost.Costs
		tally *cost.Tally
	}
	// pricesMsg are prices that came later than the first estimate.
	pricesMsg struct {
		prices cost.Prices
		notes  []string
	}
)

// askKnown reads what was measured in earlier sessions.
func (a *App) askKnown() tea.Cmd {
	known := a.opts.Services.Costs.Known
	if known == nil {
		return nil
	}
	return func() tea.Msg { return knownMsg{known()} }
}

// notePace is how often the ledger is kept while the program runs: it holds a row
// a day, the last of which stands.
const notePace = 10 * time.Minute

// note keeps the ledger, when everything was read.
func (a *App) note() tea.Cmd {
	c, keep, now := &a.costs, a.opts.Services.Costs.Note, a.opts.Services.Now()
	if keep == nil || a.opts.Offline != "" || a.world.busy() || now.Sub(c.noted).Abs() < notePace {
		return nil
	}
	c.noted = now
	costs := c.now
	return func() tea.Msg { return notedMsg{keep(costs.Days())} }
}

// askPrices asks once, when accounts have been found, for prices that are newer
// than those at hand.
func (a *App) askPrices() tea.Cmd {
	ask := a.opts.Services.Costs.Prices
	if ask == nil || a.costs.asked || a.opts.Offline != "" {
		return nil
	}
	a.costs.asked = true
	ctx := a.ctx
	return func() tea.Msg {
		prices, notes := ask(ctx)
		return pricesMsg{prices, notes}
	}
}

// estimate works out what everything costs, where the inventory or the verdicts
// have changed, at a beat of the clock.
func (a *App) estimate() tea.Cmd {
	c, now := &a.costs, a.opts.Services.Now()
	switch {
	case !a.usage.ready || c.running || !c.due && c.told == a.world.told && c.judged == a.usage.of:
		return nil
	case rests(now, c.at, c.ended):
		return a.wind()
	}
	c.n++
	c.running, c.due, c.told, c.judged, c.at, c.marks.since = true, false, a.world.told, a.usage.of, now, nil
	c.sees = min(a.world.told, a.usage.seen)
	in := c.in
	in.Now, in.Usage = now, a.usage.now
	before, inv, n, marks := c.now, a.world.inv, c.n, a.marks.Keys()
	return func() tea.Msg {
		next := before.Estimate(inv, in)
		return costsMsg{n, next, tallied(next, marks)}
	}
}

// rests reports whether work that took from at to ended must wait, so that it
// takes a small part of one core however large the inventory.
func rests(now, at, ended time.Time) bool {
	since := now.Sub(ended)
	return since >= 0 && since < pause*ended.Sub(at)
}

func tallied(c *cost.Costs, marks []model.ImageKey) *cost.Tally {
	t := c.Tally()
	for _, k := range marks {
		t.MarkImage(k, true)
	}
	return t
}

// costsMessage takes the messages about costs.
func (a *App) costsMessage(msg tea.Msg) tea.Cmd {
	c := &a.costs
	switch msg := msg.(type) {
	case costsMsg:
		if msg.n != c.n {
			return nil
		}
		c.running, c.now, c.of, c.seen, c.ended = false, msg.costs, msg.n, c.sees, a.opts.Services.Now()
		c.marks.apart = 0 // of the estimate before
		a.take(msg.tally)
		return tea.Batch(a.touch(), a.note())
	case knownMsg:
		if msg.blocks.Len() > 0 {
			c.in.Blocks, c.due = c.in.Blocks.Join(msg.blocks), true
			c.in.Version++
			return a.wind()
		}
	case notedMsg:
		if msg.err != nil {
			return a.say("what things cost today could not be set down: "+msg.err.Error(), true)
		}
	case tallyMsg:
		if msg.n == c.marks.apart && msg.of == c.now {
			c.marks.apart = 0
			a.take(msg.tally)
		}
	case measuredMsg:
		return a.measured(msg)
	case grownMsg:
		return a.grown(msg)
	case pricesMsg:
		c.in.Prices, c.due = msg.prices, true
		c.in.Version++
		cmds := []tea.Cmd{a.wind()}
		for _, n := range msg.notes {
			cmds = append(cmds, a.say(n, false))
		}
		return tea.Batch(cmds...)
	}
	return nil
}

// take makes a count of marks the present one, with what changed meanwhile.
func (a *App) take(t *cost.Tally) {
	a.costs.marks.tally = t
	for _, k := range a.costs.marks.since {
		t.MarkImage(k, a.marks.Has(k))
	}
	if !a.costs.running && a.costs.marks.apart == 0 {
		a.costs.marks.since = nil
	}
}

// followMarks keeps the count of what the marks free. A mark is counted at once;
// where very many changed they are counted apart.
func (a *App) followMarks() tea.Cmd {
	c := &a.costs
	changes, all := a.marks.Changes()
	if c.now == nil || !all && len(changes) == 0 {
		return nil
	}
	if c.running || c.marks.apart > 0 {
		c.marks.since = append(c.marks.since, changes...)
	}
	if !all {
		if c.marks.tally != nil {
			for _, k := range changes {
				c.marks.tally.MarkImage(k, a.marks.Has(k))
			}
		}
		return nil
	}
	c.marks.made++
	c.marks.apart, c.marks.tally, c.marks.since = c.marks.made, nil, nil
	if c.running { // what it counts is not marked any more
		c.n++
		c.running, c.due = false, true
	}
	n, of, marks := c.marks.apart, c.now, a.marks.Keys()
	count := func() tea.Msg { return tallyMsg{n, of, tallied(of, marks)} }
	if len(marks) == 0 {
		return tea.Batch(a.costsMessage(count()), a.wind())
	}
	return tea.Batch(count, a.wind())
}

// freed says what deleting the marked images would free.
func (a *App) freed() kit.Part {
	if a.costs.now == nil || a.marks.Len() == 0 {
		return kit.Part{}
	}
	if a.costs.marks.tally == nil {
		return kit.Part{Text: "frees " + a.theme.Symbols.Ellipsis, Style: kit.Dim, Priority: 75}
	}
	return kit.Part{Text: browse.FreedShort(a.theme, a.costs.marks.tally.Freed()), Style: kit.Good, Priority: 75}
}
