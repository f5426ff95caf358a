package change

import (
	"errors"
	"fmt"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Runs is the view of the runs of this session, and of those that an earlier one
// did not end.
type Runs struct{ table kit.Table }

// NewRuns is the view of runs.
func NewRuns() Runs {
	return Runs{kit.Table{}.Layout([]kit.Column{
		{Key: "begun", Title: "BEGUN", Min: 8, Max: 8, Priority: 90},
		{Key: "what", Title: "WHAT", Min: 20, Max: 80, Weight: 3, Priority: 100, Fixed: true},
		{Key: "state", Title: "STATE", Min: 12, Max: 24, Weight: 1, Priority: 98},
		{Key: "done", Title: "DONE", Min: 9, Max: 12, Right: true, Priority: 96},
		{Key: "failed", Title: "FAILED", Min: 6, Max: 6, Right: true, Priority: 94},
		{Key: "id", Title: "RUN", Min: 20, Max: 22, Priority: 60},
	})}
}

// runRows are what the table shows.
type runRows struct{ env kit.Env }

func (r runRows) Len() int      { return len(r.env.Deeds.Runs) }
func (r runRows) Mark(int) bool { return false }
func (r runRows) Cell(row, col int) kit.Cell {
	x := r.env.Deeds.Runs[row]
	switch col {
	case 0:
		return kit.Cell{Text: kit.Since(x.At, r.env.Now), Style: kit.Dim}
	case 1:
		return kit.Cell{Text: kit.PlanTitle(r.env, &x.Plan), Style: kit.Strong}
	case 2:
		return runState(x)
	case 3:
		return kit.Cell{Text: fmt.Sprintf("%d/%d", x.All.Done, x.All.Of)}
	case 4:
		if x.All.Failed > 0 {
			return kit.Cell{Text: kit.Count(x.All.Failed), Style: kit.Bad}
		}
		return kit.Cell{Text: "-", Style: kit.Dim}
	}
	return kit.Cell{Text: x.ID, Style: kit.Dim}
}

func runState(x *kit.Running) kit.Cell {
	switch {
	case x.Interrupted:
		return kit.Cell{Text: "interrupted", Style: kit.Bad}
	case x.Live() && len(x.Waiting) > 0:
		return kit.Cell{Text: "waits for a login: L", Style: kit.Warn}
	case x.Live() && x.Stopping:
		return kit.Cell{Text: "stopping", Style: kit.Warn}
	case x.Held:
		return kit.Cell{Text: "waits for a yes: enter", Style: kit.Warn}
	case x.Live():
		return kit.Cell{Text: "goes on", Style: kit.Info}
	case errors.Is(x.Err, plan.ErrStopped):
		return kit.Cell{Text: "stopped", Style: kit.Warn}
	case x.Err != nil || x.All.Failed > 0:
		return kit.Cell{Text: "ended with failures", Style: kit.Bad}
	}
	return kit.Cell{Text: "done", Style: kit.Good}
}

// Sync follows the runs.
func (s Runs) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	s.table = s.table.Resize(env.Width, env.Height).SetLen(len(env.Deeds.Runs))
	return s, nil
}

func (s Runs) current(env kit.Env) (*kit.Running, bool) {
	i := s.table.Cursor()
	if i >= len(env.Deeds.Runs) {
		return nil, false
	}
	return env.Deeds.Runs[i], true
}

// Handle moves, and opens a run.
func (s Runs) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	x, ok := s.current(env)
	switch in := in.(type) {
	case keys.Move:
		s.table = s.table.Move(in.By)
	case keys.Page:
		s.table = s.table.Page(in.Halves)
	case keys.Jump:
		s.table = s.table.Goto(map[bool]int{true: len(env.Deeds.Runs) - 1}[in.End])
	case keys.Scroll:
		s.table = s.table.HScroll(in.By)
	case keys.Click:
		row, on := s.table.RowAt(in.Y)
		if on && row == s.table.Cursor() && ok {
			return s, openRun(x)
		}
		if on {
			s.table = s.table.Goto(row)
		}
	case keys.Open:
		if ok {
			return s, openRun(x)
		}
	case keys.Undo:
		if ok {
			return s, []kit.Effect{kit.Undo{Run: x.ID}}
		}
	}
	return s, nil
}

// openRun shows a run; of one of which something is left it asks what to do.
func openRun(x *kit.Running) []kit.Effect {
	look := kit.Watch{Number: x.Number}
	if !x.Left() {
		return []kit.Effect{look}
	}
	unclear, unbegun := x.Run.Interrupted()
	return []kit.Effect{kit.Push{Screen: kit.Menu{Title: "This run did not end", Items: []kit.Item{
		{Letter: "l", Text: "look at it", Do: look},
		{Letter: "r", Text: "resume", Note: fmt.Sprintf("looks at what became of %s, does %s", kit.Plural(len(unclear), "step", "steps"), kit.Plural(len(unbegun), "step", "steps")), Do: kit.Resume{Run: x.ID}},
		{Letter: "x", Text: "drop", Note: "what was done stays done; the rest will not be", Do: kit.Drop{Run: x.ID}},
	}}}}
}

// Receive expects no answers.
func (s Runs) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return s, nil }

// Scopes are those of runs.
func (s Runs) Scopes() []keys.Scope { return []keys.Scope{keys.Runs, keys.Table} }

// Disabled says why an intent makes no sense now.
func (s Runs) Disabled(env kit.Env, in keys.Intent) string {
	x, ok := s.current(env)
	switch in.(type) {
	case keys.Open:
		if !ok {
			return "there are no runs"
		}
	case keys.Undo:
		if !ok {
			return "there are no runs"
		}
		return undoDisabled(env, x)
	case keys.Refresh:
		return "runs are told of as they go on"
	}
	return ""
}

// Counts says how many runs there are.
func (s Runs) Counts(env kit.Env) []kit.Part {
	return []kit.Part{{Text: " " + kit.Plural(len(env.Deeds.Runs), "run", "runs"), Priority: 90}}
}

// View draws the runs.
func (s Runs) View(env kit.Env) string {
	if len(env.Deeds.Runs) == 0 {
		return kit.Placeholder(env.Theme, env.Width, env.Height, "nothing was changed in this session, and no run is left over", "D, c, S, z, e and p on images lead to changes")
	}
	return s.table.View(env.Theme, runRows{env}, kit.Unsorted)
}
