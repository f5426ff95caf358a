package tui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/kit"
)

// deeds is what screens know of changing AWS.
func (a *App) deeds() kit.Deeds {
	d := kit.Deeds{Why: a.opts.Offline, ReadOnly: a.opts.ReadOnly, Setting: a.opts.Services.Changes.Setting}
	if a.opts.Services.Changes.Look == nil || a.opts.Services.Changes.Setting == nil {
		d.Why = cmp.Or(d.Why, "nothing can be changed here")
	}
	return d
}

// changeEffect performs the effects that are about changing AWS.
func (a *App) changeEffect(_ int, e kit.Effect) tea.Cmd {
	switch e.(type) {
	case kit.Prepare, kit.Propose, kit.Undo, kit.Apply, kit.Resume, kit.Drop:
		return a.say(cmp.Or(a.deeds().Why, "nothing can be changed here"), true)
	case kit.Quit:
		return tea.Quit
	}
	return nil
}
