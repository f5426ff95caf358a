package tui

import (
	"cmp"
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/change"
	"github.com/amiscope/amiscope/tui/kit"
)

// deeds is what screens know of changing AWS.
func (a *App) deeds() kit.Deeds {
	s := &a.opts.Services.Changes
	d := kit.Deeds{
		Why: a.opts.Offline, ReadOnly: a.opts.ReadOnly, Setting: s.Setting,
		Told: a.world.told, Weighed: min(a.usage.seen, a.costs.seen), Runs: a.runs.all, Dropped: a.runs.dropped,
		Past: a.journal.past, Unrecalled: a.journal.unrecalled(),
	}
	if s.Look == nil || s.Setting == nil {
		d.Why = cmp.Or(d.Why, "nothing can be changed here")
	}
	if s.Apply == nil {
		d.ReadOnly = cmp.Or(d.ReadOnly, "nothing can be changed here")
	}
	return d
}

// changeEffect performs the effects that are about changing AWS.
func (a *App) changeEffect(id int, e kit.Effect) tea.Cmd {
	switch e := e.(type) {
	case kit.Prepare:
		return a.prepare(e.Request)
	case kit.Propose:
		return a.review(change.Asked{Request: e.Request})
	case kit.Undo:
		return a.undo(e)
	case kit.Look:
		return a.lookAt(id, e)
	case kit.Apply:
		return a.apply(id, e)
	case kit.Proceed:
		return a.proceed(e.Number)
	case kit.Resume:
		return a.resume(e.Run)
	case kit.Drop:
		return a.dropRun(e.Run)
	case kit.Watch:
		return a.watch(cmp.Or(a.runs.byID(e.Run), a.runs.numbered(e.Number)))
	case kit.Halt:
		return a.halt(e.Number)
	case kit.Write:
		return a.write(e)
	case kit.Quit:
		return tea.Quit
	}
	return nil
}

// prepare asks for what a deed needs besides its images; where that is nothing, it
// is reviewed at once.
func (a *App) prepare(r plan.Request) tea.Cmd {
	if why := a.deeds().Why; why != "" {
		return a.say(why, true)
	}
	if len(r.Images) == 0 {
		return a.say("no image is shown", true)
	}
	if s, ok := change.Prepare(a.env(), r); ok {
		return a.push(s)
	}
	return a.review(change.Asked{Request: r})
}

func (a *App) review(s change.Subject) tea.Cmd {
	if why := a.deeds().Why; why != "" {
		return a.say(why, true)
	}
	return a.push(change.NewReview(s))
}

// foundMsg is a run of the journal that is to be taken back.
type foundMsg struct {
	run  plan.Run
	part plan.Part
	err  error
}

// undo looks for the run that is to be taken back.
func (a *App) undo(e kit.Undo) tea.Cmd {
	find := a.opts.Services.Changes.Find
	if why := a.deeds().Why; why != "" || find == nil {
		return a.say(cmp.Or(why, "there is no journal here"), true)
	}
	return func() tea.Msg {
		run, err := find(e.Run)
		return foundMsg{run, e.Part, err}
	}
}

func (a *App) found(m foundMsg) tea.Cmd {
	switch {
	case m.err != nil:
		return a.say(m.err.Error(), true)
	case a.runs.live(m.run.ID):
		return a.say("this run still goes on: ctrl+x asks it to stop", true)
	}
	return a.review(change.Undone{Run: m.run, Part: m.part})
}

// look is how far reading images again for a screen is.
type look struct {
	screen, n int
	asked     map[model.ImageKey]bool // true: it was told
	done      int
	rereads   []model.Reread
}

// take notes what was read.
func (l *look) take(r model.Reread) {
	if l == nil {
		return
	}
	l.rereads = append(l.rereads, r)
	for _, id := range r.Told() {
		k := model.ImageKey{Region: r.Scope.Region, ID: id}
		if told, asked := l.asked[k]; asked && !told {
			l.asked[k] = true
			l.done++
		}
	}
}

// lookAt reads images again for a screen.
func (a *App) lookAt(id int, e kit.Look) tea.Cmd {
	for _, r := range a.world.runs {
		if r.look != nil && r.look.screen == id {
			r.cancel()
		}
	}
	if a.opts.Services.Changes.Look == nil {
		return nil
	}
	l := &look{screen: id, n: e.N, asked: map[model.ImageKey]bool{}}
	for _, k := range e.Of {
		l.asked[k] = false
	}
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Changes.Look(ctx, e.Looks), run{what: looks, cancel: cancel, look: l})
}

// tellLook tells the screen that reads images again how far that is.
func (a *App) tellLook(r run, over bool) tea.Cmd {
	l := r.look
	if l == nil {
		return nil
	}
	return a.receive(answerMsg{l.screen, kit.Looked{N: l.n, Done: l.done, Of: len(l.asked), Rereads: l.rereads, Over: over}})
}

// forsake stops reading images again for screens that are gone.
func (a *App) forsake() {
	for _, r := range a.world.runs {
		if r.look == nil {
			continue
		}
		if _, there := a.stage.byID(r.look.screen); !there {
			r.cancel()
		}
	}
}

// wroteMsg says where a text was kept.
type wroteMsg struct {
	path string
	err  error
}

func (a *App) write(e kit.Write) tea.Cmd {
	write := a.opts.Services.Changes.Write
	if write == nil {
		return a.say("nothing can be saved here; y copies it", true)
	}
	return func() tea.Msg {
		path, err := write(e.Name, e.Text)
		return wroteMsg{path, err}
	}
}

// changeMessage takes the messages about changes.
func (a *App) changeMessage(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case recalledMsg:
		return a.recalled(msg)
	case foundMsg:
		return a.found(msg)
	case wroteMsg:
		if msg.err != nil {
			return a.say("it could not be saved: "+msg.err.Error(), true)
		}
		return a.say("saved to "+msg.path, false)
	case toldMsg:
		return a.told(msg)
	case interruptedMsg:
		return a.interrupted(msg)
	case soughtMsg:
		return a.sought(msg)
	case droppedMsg:
		return a.dropped(msg)
	}
	return nil
}
