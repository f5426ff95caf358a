package history

import (
	"slices"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// memory is what a screen knows of the journal. It reads it anew when a run of this
// session begins, ends or is dropped; what goes on meanwhile it sees without.
type memory struct {
	asked    int // number of the newest request
	got      int // and of the newest answer
	session  []glimpse
	dropped  int
	runs     []plan.Run
	warnings []string
	err      error
}

// follow looks at the session: it asks for the journal where that must tell something
// new, and reports whether anything has changed.
func (m memory) follow(env kit.Env) (next memory, effects []kit.Effect, changed bool) {
	now := glimpses(env)
	changed = !slices.Equal(now, m.session)
	if m.asked == 0 || m.dropped != env.Deeds.Dropped || !slices.EqualFunc(now, m.session, sameStage) {
		m, effects = m.recall()
	}
	m.session, m.dropped = now, env.Deeds.Dropped
	return m, effects, changed
}

// sameStage reports whether the journal tells nothing new of a run but steps.
func sameStage(a, b glimpse) bool {
	return a.id == b.id && a.over == b.over && a.interrupted == b.interrupted
}

func (m memory) recall() (memory, []kit.Effect) {
	m.asked++
	return m, []kit.Effect{kit.Recall{N: m.asked}}
}

// again is what somebody asks for: another program may have written since.
func (m memory) again() (memory, []kit.Effect) {
	m.asked++
	return m, []kit.Effect{kit.Recall{N: m.asked, Again: true}}
}

// take takes an answer; it reports whether it was the newest.
func (m memory) take(a kit.Answer) (memory, bool) {
	r, ok := a.(kit.Recalled)
	if !ok || r.N != m.asked {
		return m, false
	}
	m.got, m.runs, m.warnings, m.err = r.N, r.Runs, r.Warnings, r.Err
	return m, true
}

// pasts gives all runs, to be called apart from the screen.
func (m memory) pasts() func(kit.Env) []*past {
	return func(env kit.Env) []*past { return pasts(env, m.runs, m.session) }
}
