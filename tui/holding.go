package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/change"
	"github.com/amiscope/amiscope/tui/kit"
)

// proceed lets a run go on whose first targets are done.
func (a *App) proceed(n int) tea.Cmd {
	proceed, x := a.opts.Services.Changes.Proceed, a.runs.numbered(n)
	if proceed == nil || x == nil || !x.Held || x.Stopping {
		return a.say("this run does not wait for anybody", false)
	}
	x.GoOn()
	run := x.ID
	return tea.Batch(a.sync(), func() tea.Msg {
		proceed(run)
		return nil
	})
}

// shows reports whether a run is on the screen.
func (a *App) shows(x *kit.Running) bool {
	p, ok := a.stage.top().(change.Progress)
	return ok && p.Run() == x
}

// sayHeld tells that a run waits for a go, where it is not shown anyway.
func (a *App) sayHeld(x *kit.Running) tea.Cmd {
	if a.shows(x) {
		return nil
	}
	return a.say(change.Held(x), x.All.Failed > 0)
}
