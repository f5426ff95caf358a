package tui

import (
	"cmp"
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/change"
	"github.com/amiscope/amiscope/tui/kit"
)

// runs are those of this session and those that were interrupted before it, the
// newest first.
type runs struct {
	all     []*kit.Running
	streams map[<-chan Told]going
	last    int // the number that was given last
	dropped int
	leaving int // the screen that asks whether to leave all the same; 0: it was not asked
}

// going is a run that goes on.
type going struct {
	run    *kit.Running
	cancel context.CancelFunc
}

type (
	// toldMsg is what a run has told.
	toldMsg struct {
		src  <-chan Told
		told []Told
		over bool
	}
	// interruptedMsg are the runs that an earlier program did not end.
	interruptedMsg struct {
		runs []plan.Run
		err  error
	}
	// soughtMsg is a run of the journal that somebody wants to go on with.
	soughtMsg struct {
		run plan.Run
		err error
	}
	// droppedMsg says that a run was ended as it is.
	droppedMsg struct {
		run string
		err error
	}
)

func (r *runs) numbered(n int) *kit.Running {
	i := slices.IndexFunc(r.all, func(x *kit.Running) bool { return x.Number == n })
	if i < 0 {
		return nil
	}
	return r.all[i]
}

func (r *runs) byID(id string) *kit.Running {
	i := slices.IndexFunc(r.all, func(x *kit.Running) bool { return x.ID == id && id != "" })
	if i < 0 {
		return nil
	}
	return r.all[i]
}

func (r *runs) live(id string) bool {
	x := r.byID(id)
	return x != nil && x.Live()
}

// goingOn lists the runs that go on, the newest first.
func (r *runs) goingOn() []*kit.Running {
	return slices.DeleteFunc(slices.Clone(r.all), func(x *kit.Running) bool { return !x.Live() })
}

// add puts a run among the others.
func (r *runs) add(x *kit.Running) {
	r.last++
	x.Number = r.last
	r.all = slices.Insert(slices.Clone(r.all), 0, x)
}

// apply runs the plan of a review. No other screen can ask for that.
func (a *App) apply(id int, e kit.Apply) tea.Cmd {
	if s, ok := a.stage.byID(id); !ok || a.deeds().ReadOnly != "" || a.deeds().Why != "" {
		return nil
	} else if _, review := s.(change.Review); !review {
		return nil
	}
	a.stage.drop(change.Preparing)
	x := kit.NewRunning(plan.Run{At: a.opts.Services.Now(), Plan: *e.Plan})
	x.First = e.First
	a.runs.add(x)
	ctx, cancel := context.WithCancel(a.ctx)
	return tea.Batch(a.goOn(x, a.opts.Services.Changes.Apply(ctx, *e.Plan, e.First), cancel), a.watch(x))
}

// goOn hears what a run tells.
func (a *App) goOn(x *kit.Running, src <-chan Told, cancel context.CancelFunc) tea.Cmd {
	if a.runs.streams == nil {
		a.runs.streams = map[<-chan Told]going{}
	}
	a.runs.streams[src] = going{x, cancel}
	return hearRun(src)
}

func hearRun(src <-chan Told) tea.Cmd {
	return func() tea.Msg {
		told, over := crowd(src)
		return toldMsg{src, told, over}
	}
}

// watch shows a run.
func (a *App) watch(x *kit.Running) tea.Cmd {
	if x == nil {
		return nil
	}
	return a.push(change.NewProgress(x))
}

// told takes what a run tells, and what was read of its images.
func (a *App) told(m toldMsg) tea.Cmd {
	g, ok := a.runs.streams[m.src]
	if !ok {
		return nil
	}
	var events []model.Event
	was := g.run.Held
	for _, t := range m.told {
		g.run.Tell(t.Event)
		events = append(events, t.World...)
		a.unmark(t.Event)
	}
	held := g.run.Held && !was
	if len(events) > 0 {
		a.learn(events)
	}
	cmds := []tea.Cmd{a.touch(), a.followMarks()}
	if held {
		cmds = append(cmds, a.sayHeld(g.run))
	}
	if !m.over {
		return tea.Batch(append(cmds, hearRun(m.src))...)
	}
	g.cancel()
	delete(a.runs.streams, m.src)
	if !g.run.Over { // it closed without a word
		g.run.Tell(plan.Event{Ended: true, Err: errors.New("the run ended without saying why: :runs shows what is known of it after a restart")})
	}
	return tea.Batch(append(cmds, a.sayEnd(g.run))...)
}

// unmark takes the mark of an image away that was deleted: there is nothing left to
// be done to it.
func (a *App) unmark(e plan.Event) {
	if e.Image != nil && e.Outcome.State == plan.Done && a.deletes(e) {
		a.marks.Set(*e.Image, false)
	}
}

func (a *App) deletes(e plan.Event) bool {
	x := a.runs.byID(e.Run)
	if x == nil {
		return false
	}
	s, ok := x.Step(e.Step)
	return ok && s.Call.API == "ec2:DeregisterImage"
}

// sayEnd tells how a run has ended, where it is not shown anyway.
func (a *App) sayEnd(x *kit.Running) tea.Cmd {
	if a.shows(x) {
		return nil
	}
	return a.say(change.Ending(x), x.All.Failed > 0 || x.Err != nil)
}

// askInterrupted looks for runs that an earlier program did not end.
func (a *App) askInterrupted() tea.Cmd {
	ask := a.opts.Services.Changes.Interrupted
	if ask == nil {
		return nil
	}
	return func() tea.Msg {
		runs, err := ask()
		return interruptedMsg{runs, err}
	}
}

func (a *App) interrupted(m interruptedMsg) tea.Cmd {
	if m.err != nil {
		return a.say("the journal could not be read: "+m.err.Error(), true)
	}
	for _, r := range slices.Backward(m.runs) {
		x := kit.NewRunning(r)
		x.Interrupted = true
		a.runs.add(x)
	}
	if n := len(m.runs); n > 0 {
		return a.say(kit.Plural(n, "run was interrupted", "runs were interrupted")+" before the end: :runs resumes or drops", true)
	}
	return nil
}

// resume goes on with a run of which something is left.
func (a *App) resume(id string) tea.Cmd {
	resume := a.opts.Services.Changes.Resume
	switch d := a.deeds(); {
	case d.Why != "" || d.ReadOnly != "":
		return a.say(cmp.Or(d.Why, d.ReadOnly), true)
	case resume == nil:
		return a.say("nothing can be resumed here", true)
	}
	x := a.runs.byID(id)
	switch {
	case x == nil: // another program has left it since
		return a.seek(id)
	case !x.Left():
		return a.say("nothing of this run is left to be done", true)
	}
	x.Interrupted, x.Over, x.Stopping, x.Err = false, false, false, nil
	x.Waiting = map[string]kit.Wait{}
	x.Changed++
	ctx, cancel := context.WithCancel(a.ctx)
	return tea.Batch(a.goOn(x, resume(ctx, id), cancel), a.watch(x))
}

// seek reads a run of the journal, to go on with it.
func (a *App) seek(id string) tea.Cmd {
	find := a.opts.Services.Changes.Find
	if find == nil {
		return a.say("there is no journal here", true)
	}
	return func() tea.Msg {
		run, err := find(id)
		return soughtMsg{run, err}
	}
}

func (a *App) sought(m soughtMsg) tea.Cmd {
	unclear, unbegun := m.run.Interrupted()
	switch {
	case m.err != nil:
		return a.say(m.err.Error(), true)
	case len(unclear)+len(unbegun) == 0:
		return a.say("nothing of this run is left to be done", true)
	case a.runs.byID(m.run.ID) == nil:
		x := kit.NewRunning(m.run)
		x.Interrupted = true
		a.runs.add(x)
	}
	return a.resume(m.run.ID)
}

// dropRun ends a run of which something is left as it is.
func (a *App) dropRun(id string) tea.Cmd {
	drop := a.opts.Services.Changes.Drop
	switch x := a.runs.byID(id); {
	case x != nil && !x.Left():
		return a.say("nothing of this run is left to be done", true)
	case drop == nil:
		return a.say("nothing can be dropped here", true)
	}
	return func() tea.Msg { return droppedMsg{id, drop(id)} }
}

func (a *App) dropped(m droppedMsg) tea.Cmd {
	if m.err != nil {
		return a.say("the run could not be dropped: "+m.err.Error(), true)
	}
	a.runs.all = slices.DeleteFunc(slices.Clone(a.runs.all), func(x *kit.Running) bool { return x.ID == m.run })
	a.runs.dropped++
	return tea.Batch(a.sync(), a.say("dropped: what was done of it stays done, and in the journal", false))
}
