package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/change"
	"github.com/amiscope/amiscope/tui/kit"
)

// stop asks what goes on in the background to stop; of several things it asks which.
func (a *App) stop() tea.Cmd {
	going := a.runs.goingOn()
	if p, ok := a.stage.top().(change.Progress); ok && p.Run().Live() {
		return a.halt(p.Run().Number)
	}
	measuring := a.costs.measuring.src != nil
	switch {
	case len(going) == 0:
		return a.stopMeasuring()
	case len(going) == 1 && !measuring:
		return a.halt(going[0].Number)
	}
	menu := kit.Menu{Title: "Ask which to stop?"}
	for i, x := range going {
		menu.Items = append(menu.Items, kit.Item{Letter: letter(i), Text: change.Doing(x), Do: kit.Halt{Number: x.Number}})
	}
	if measuring {
		menu.Items = append(menu.Items, kit.Item{Letter: "m", Text: "measuring", Do: kit.Halt{}})
	}
	return a.push(menu)
}

// halt asks a run to stop between steps. What was begun is waited for.
func (a *App) halt(n int) tea.Cmd {
	if n == 0 {
		return a.stopMeasuring()
	}
	for _, g := range a.runs.streams {
		if g.run.Number == n {
			g.run.Stopping = true
			g.run.Changed++
			g.cancel()
			what := "it stops when what it has begun is done"
			if g.run.Held {
				what = "it stops: the others are not run; :runs goes on with them or drops them"
			}
			return tea.Batch(a.sync(), a.say(what, false))
		}
	}
	return a.say("this run does not go on any more", false)
}

// leave ends the program; where a run goes on it asks first.
func (a *App) leave() tea.Cmd {
	going := a.runs.goingOn()
	if len(going) == 0 {
		return tea.Quit
	}
	a.runs.leaving = a.stage.nextID
	return a.push(kit.Menu{Title: kit.Plural(len(going), "run goes on", "runs go on") + ". Leave all the same?", Items: []kit.Item{
		{Letter: "n", Text: "stay"},
		{Letter: "y", Text: "leave", Note: "it stops between steps; :runs resumes it the next time", Do: kit.Quit{}},
	}})
}

// interrupt leaves from anywhere, and asks as leave does. Who asks for it again while
// that question stands means it: the journal knows what goes on.
func (a *App) interrupt() tea.Cmd {
	if _, asked := a.stage.byID(a.runs.leaving); asked && a.runs.leaving > 0 {
		return tea.Quit
	}
	return a.leave()
}

// chips say what runs go on.
func (a *App) chips() []kit.Part {
	var out []kit.Part
	for _, x := range a.runs.goingOn() {
		style := kit.Info
		if x.All.Failed > 0 || len(x.Waiting) > 0 || x.Held {
			style = kit.Warn
		}
		out = append(out, kit.Part{Text: change.Doing(x) + ": :runs", Style: style, Priority: 86})
	}
	return out
}

// relogins are the logins that have expired, those that runs wait for among them.
func (a *App) relogins() []model.Relogin {
	out := a.world.totals.expired
	for _, x := range a.runs.all {
		for account, w := range x.Waiting {
			if !w.Login.Known() {
				continue
			}
			source := a.world.inv.Account(account).Source
			i := slices.IndexFunc(out, func(r model.Relogin) bool { return r.Name == w.Login.Name })
			if i < 0 {
				out = append(slices.Clip(out), model.Relogin{Login: w.Login, Sources: []string{source}})
			} else if !slices.Contains(out[i].Sources, source) {
				out = slices.Clone(out)
				out[i].Sources = append(slices.Clip(out[i].Sources), source)
			}
		}
	}
	slices.SortFunc(out, func(x, y model.Relogin) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// renewed lets runs go on that wait for a login.
func (a *App) renewed(sources []string) tea.Cmd {
	renewed := a.opts.Services.Changes.Renewed
	if renewed == nil {
		return nil
	}
	return func() tea.Msg {
		renewed(sources)
		return nil
	}
}
