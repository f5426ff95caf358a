package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// usage is what the root knows of who uses images. Verdicts are judged apart
// from the screen, one judgement at a time, and numbered.
type usage struct {
	in  model.UsageInput // but for Now, which each judgement sets
	now *model.Usage     // the newest verdicts; nil while there are none
	n   int              // number of the newest judgement
	of  int              // and of the one that the verdicts are of

	ready   bool // the cache was read, and its rows have been shown
	running bool // a judgement is
	due     bool // judge again, whether or not the inventory has changed
	told    int  // of the inventory that the newest judgement saw
	seen    int  // and of that which the verdicts are of

	at, ended time.Time // when that began, and when its answer came
	settling  settling
	following bool // a look at the usage reports that are being made is arranged
}

// A judgement of nothing new is made every minute, as what it rests on grows
// old. None begins before rest times as long as the last one took: however
// large the inventory, judging takes a small part of one core.
const (
	stale = time.Minute
	pause = 3
)

// reportPace is the time between two looks at reports that are being made.
const reportPace = 15 * time.Second

type (
	// minuteMsg says that a minute has passed.
	minuteMsg struct{}
	// judgedMsg are verdicts, and what is to be done about them.
	judgedMsg struct {
		n       int
		usage   *model.Usage
		wants   model.Wants      // what they wait for and nobody was asked lately
		rest    []model.ImageKey // whose permissions are not known besides
		pending []model.Scope    // where usage reports are being made
	}
	// followMsg says that it is time to look at the usage reports.
	followMsg struct{}
	// asideMsg are all the references that are set aside now.
	asideMsg struct {
		asides []model.Aside
		err    error
		done   string // what was done, for the user
	}
)

// usageMessage takes the messages about usage.
func (a *App) usageMessage(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case minuteMsg:
		return tea.Batch(a.wind(), a.opts.After(time.Minute, minuteMsg{}))
	case judgedMsg:
		return a.judged(msg)
	case followMsg:
		return a.followReports()
	case asideMsg:
		return a.wasSetAside(msg)
	}
	return nil
}

// judge gives verdicts on the inventory, where it has changed or time has
// passed, at a beat of the clock.
func (a *App) judge() tea.Cmd {
	u, now := &a.usage, a.opts.Services.Now()
	aged := now.Sub(u.at) >= stale || now.Before(u.at)
	switch {
	case !u.ready || u.running || u.told == a.world.told && !u.due && !aged:
		return nil
	case u.resting(now):
		return a.wind()
	}
	u.n++
	u.running, u.due, u.told, u.at = true, false, a.world.told, now
	in := u.in
	in.Now = now
	before, inv, n, asked, waits := u.now, a.world.inv, u.n, u.settling.asked, a.world.reads() && !a.thorough()
	return func() tea.Msg {
		m := judgedMsg{n: n, usage: before.Judge(inv, in), pending: pendingReports(inv, now)}
		m.wants = remaining(m.usage.Wants(), asked, now)
		if !waits { // until all else was read
			m.rest = notLately(inv.UnreadPermissions(now, in.Policy.Fresh, again), asked, now)
		}
		return m
	}
}

// newest reports whether the verdicts are those on the newest inventory.
func (u *usage) newest(told int) bool { return !u.running && !u.due && u.told == told }

// resting reports whether the last judgement took so long that the next one
// has to wait.
func (u *usage) resting(now time.Time) bool { return rests(now, u.at, u.ended) }

// judged takes verdicts, unless newer ones are being made.
func (a *App) judged(m judgedMsg) tea.Cmd {
	u := &a.usage
	if m.n != u.n {
		return nil
	}
	u.running, u.now, u.of, u.seen, u.ended = false, m.usage, m.n, u.told, a.opts.Services.Now()
	u.settling.wants, u.settling.rest = m.wants, m.rest
	cmds := []tea.Cmd{a.settle(), a.touch()}
	if len(m.pending) > 0 && !u.following && a.opts.Offline == "" {
		u.following = true
		cmds = append(cmds, a.opts.After(reportPace, followMsg{}))
	}
	return tea.Batch(cmds...)
}

// pendingReports are the scopes in which AWS is making usage reports.
func pendingReports(inv model.Inventory, now time.Time) []model.Scope {
	return slices.DeleteFunc(inv.Scopes(), func(s model.Scope) bool {
		return !slices.ContainsFunc(inv.Reports(s), func(r *model.Report) bool { return r.Pending(now) })
	})
}

// followReports looks at the reports that are being made. The judgement of what
// it finds arranges the next look.
func (a *App) followReports() tea.Cmd {
	a.usage.following = false
	scopes := pendingReports(a.world.inv, a.opts.Services.Now())
	if len(scopes) == 0 {
		return nil
	}
	return a.read(Refresh{Scopes: scopes, Kinds: []model.Kind{model.Reports}, Force: true})
}

// setAside sets a reference aside, or withdraws that.
func (a *App) setAside(e kit.SetAside) tea.Cmd {
	do := a.opts.Services.SetAside
	if do == nil {
		return a.say("nothing can be set aside here", true)
	}
	done := "set aside until " + kit.Date(e.Aside.Until) + ": it does not count"
	if e.Withdraw {
		done = "it counts again"
	}
	return func() tea.Msg {
		asides, err := do(e.Aside, e.Withdraw)
		return asideMsg{asides, err, done}
	}
}

func (a *App) wasSetAside(m asideMsg) tea.Cmd {
	if m.err != nil {
		return a.say("this could not be set down, so it was not done: "+m.err.Error(), true)
	}
	a.usage.in.Asides = m.asides
	a.usage.in.Version++
	a.usage.due = true
	return tea.Batch(a.say(m.done, false), a.wind())
}
