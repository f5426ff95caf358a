package tui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/kit"
)

// recall reads the journal for a screen.
func (a *App) recall(id int, e kit.Recall) tea.Cmd {
	runs := a.opts.Services.Changes.Runs
	return func() tea.Msg {
		out := kit.Recalled{N: e.N, Err: errors.New("there is no journal here")}
		if runs != nil {
			out.Runs, out.Warnings, out.Err = runs()
		}
		return answerMsg{id, out}
	}
}
