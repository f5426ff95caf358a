package tui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// journal is what was read of the journal last. It stands until a run of this session
// begins, ends or is dropped, or somebody asks for it again.
type journal struct {
	told    kit.Recalled
	past    *plan.Past // what was told, by image; nil: nothing was
	ages    []ageOfRun // of the session, when it was read
	read    bool
	reading int // readings that go on
}

// ageOfRun is how far a run of this session is, as far as the journal tells it better.
type ageOfRun struct {
	id                string
	over, interrupted bool
}

// recalledMsg is what the journal tells.
type recalledMsg struct {
	id   int
	told kit.Recalled
	past *plan.Past
	ages []ageOfRun
}

// ages are those of all runs; what was dropped counts too.
func (r *runs) ages() []ageOfRun {
	out := make([]ageOfRun, r.dropped, r.dropped+len(r.all))
	for _, x := range r.all {
		out = append(out, ageOfRun{x.ID, x.Over, x.Interrupted})
	}
	return out
}

// recall gives the journal to a screen that asks for it, or with no number to all that
// look at it. It is read where it may tell something new.
func (a *App) recall(id int, e kit.Recall) tea.Cmd {
	j, ages := &a.journal, a.runs.ages()
	if j.read && !e.Again && slices.Equal(j.ages, ages) {
		if told := j.told; e.N > 0 {
			told.N = e.N
			return func() tea.Msg { return answerMsg{id, told} }
		}
		return nil
	}
	if e.N == 0 && !e.Again && j.reading > 0 {
		return nil
	}
	j.reading++
	runs := a.opts.Services.Changes.Runs
	return func() tea.Msg {
		m := recalledMsg{id: id, ages: ages, told: kit.Recalled{N: e.N, Err: errors.New("there is no journal here")}}
		if runs != nil {
			m.told.Runs, m.told.Warnings, m.told.Err = runs()
		}
		if m.told.Err == nil {
			m.past = plan.Recollect(m.told.Runs)
		}
		return m
	}
}

// recalled keeps what the journal tells.
func (a *App) recalled(m recalledMsg) tea.Cmd {
	a.journal = journal{told: m.told, past: m.past, ages: m.ages, read: true, reading: a.journal.reading - 1}
	cmds := []tea.Cmd{a.touch()}
	if m.told.N > 0 {
		cmds = append(cmds, a.receive(answerMsg{m.id, m.told}))
	}
	return tea.Batch(cmds...)
}

// unrecalled is why the journal could not be read; "" where it was, or not yet.
func (j *journal) unrecalled() string {
	if j.told.Err == nil {
		return ""
	}
	return "the journal cannot be read: " + j.told.Err.Error()
}
