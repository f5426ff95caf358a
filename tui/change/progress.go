package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Progress shows a run as it goes on, what failed before all else. The run is the
// root's, which alone changes it.
type Progress struct {
	run   *kit.Running
	list  outline
	held  bool // it is drawn as one that waits for a go
	guard guard
}

// NewProgress is the screen of a run.
func NewProgress(r *kit.Running) Progress { return Progress{run: r} }

// Run is the run that is shown.
func (p Progress) Run() *kit.Running { return p.run }

// Sync draws what was told since.
func (p Progress) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	if p.run.Held && !p.held {
		p.guard = armed(env.Now) // what is typed now was meant for a run that goes on
	}
	p.held = p.run.Held
	p.list.set(p.sections(env), env.Height-headLines-endLines)
	return p, nil
}

// Handle scrolls, opens and closes, lets a run that waits go on, and leaves it to
// itself.
func (p Progress) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	p.guard = p.guard.pressed(env.Now)
	switch in := in.(type) {
	case keys.Back:
		return p, []kit.Effect{kit.Pop{}}
	case keys.Confirm:
		if p.guard.up(env.Now) {
			return p, []kit.Effect{kit.Toast{Text: "read first what came of the first ones; then y again"}}
		}
		return p, []kit.Effect{kit.Proceed{Number: p.run.Number}}
	case keys.Undo:
		return p, []kit.Effect{kit.Undo{Run: p.run.ID}}
	case keys.Click:
		return p, p.list.click(in.Y - headLines)
	}
	effects := p.list.handle(in)
	return p, effects
}

// Receive expects no answers.
func (p Progress) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return p, nil }

// Scopes are the run's.
func (p Progress) Scopes() []keys.Scope { return []keys.Scope{keys.Progress, keys.Table} }

// Disabled says why an intent makes no sense now.
func (p Progress) Disabled(env kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Undo:
		return undoDisabled(env, p.run)
	case keys.Confirm:
		if !p.held {
			return "this run does not wait for anybody"
		}
	case keys.Refresh:
		return "a run is told of as it goes on"
	case keys.Scroll:
		return "nothing to scroll sideways"
	case keys.Stop:
		if !p.run.Live() {
			return "this run does not go on any more"
		}
	}
	return ""
}

func undoDisabled(env kit.Env, r *kit.Running) string {
	switch {
	case env.Deeds.Why != "":
		return env.Deeds.Why
	case r.Live():
		return "it still goes on: ctrl+x asks it to stop"
	case r.All.Done == 0 && r.All.Pending == 0:
		return "nothing was done that could be taken back"
	}
	return ""
}

// endLines is the height of what stands below the list, with the rule above it.
const endLines = 2

// View draws the title, how far it is, and what can be done.
func (p Progress) View(env kit.Env) string {
	t := env.Theme
	head := []string{" " + t.Paint(kit.Title, t.Cut(kit.PlanTitle(env, &p.run.Plan), env.Width-2)), position(env, &p.list)}
	foot := []string{t.Paint(kit.Border, strings.Repeat(t.Symbols.Frame.Across, env.Width)), " " + p.foot(env)}
	return kit.Block(strings.Join(slices.Concat(head, p.list.view(t, env.Width), foot), "\n"), env.Width, env.Height)
}

func (p Progress) foot(env kit.Env) string {
	t, key := env.Theme, func(k string) string { return env.Theme.Paint(kit.Key, k) }
	switch {
	case p.run.Live() && p.run.Stopping:
		return t.Paint(kit.Warn, "stopping when what was begun is done; ") + key("esc") + " leaves it in the background"
	case p.held:
		return key("y") + " goes on with " + t.Cut(others(p.run.Others()), 24) + "  " + key("ctrl+x") + " leaves it at that  " + key("esc") + " lets it wait"
	case p.run.Live():
		return key("esc") + " leaves it in the background  " + key("ctrl+x") + " stops it between steps"
	case undoDisabled(env, p.run) == "":
		return key("U") + " undoes it  " + key("esc") + " leaves"
	}
	return key("esc") + " leaves"
}

// Doing says in a few words how far a run is: "deleting 12/214, 1 failed".
func Doing(r *kit.Running) string {
	text := fmt.Sprintf("%s %s/%s", kit.WordsOf(r.Plan.Deed).Doing, kit.Count(r.All.Settled()), kit.Count(r.All.Of))
	if r.All.Failed > 0 {
		text += ", " + kit.Count(r.All.Failed) + " failed"
	}
	switch {
	case len(r.Waiting) > 0:
		text += ", waits for a login"
	case r.Stopping:
		text += ", stopping"
	case r.Held:
		text += ", waits for a yes"
	}
	return text
}

// Held says that a run waits for a go.
func Held(r *kit.Running) string {
	return kit.WordsOf(r.Plan.Deed).Order + ": the first " + onlyImages(r.First) + " came to an end, and " + others(r.Others()) + " " + verb(r.Others(), "waits", "wait") + ": :runs shows what came out"
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// others are those behind the first images.
func others(n int) string {
	if n == 1 {
		return "the other image"
	}
	return "the other " + images(n)
}

// Ending says how a run has ended.
func Ending(r *kit.Running) string {
	text := fmt.Sprintf("%s: %s of %s done", kit.WordsOf(r.Plan.Deed).Order, kit.Count(r.All.Done), kit.Plural(r.All.Of, "step", "steps"))
	if r.All.Failed > 0 {
		text += ", " + kit.Count(r.All.Failed) + " failed: :runs says why"
	}
	if n := r.All.Of - r.All.Settled() + r.All.NotRun; n > 0 && r.All.Failed == 0 {
		text += ", " + kit.Count(n) + " left"
	}
	if r.Err != nil {
		text += "; " + r.Err.Error()
	}
	if r.All.Done > 0 {
		text += "; U undoes it"
	}
	return text
}

// stateStyle is how the state of a step looks, and its sign.
func stateStyle(t *kit.Theme, s plan.State) (string, kit.Style) {
	switch s {
	case plan.Done:
		return t.Symbols.Check, kit.Good
	case plan.Failed, plan.Refused:
		return t.Symbols.Cross, kit.Bad
	case plan.Unclear:
		return t.Symbols.Unknown, kit.Bad
	case plan.Intended, plan.Pending:
		return t.Symbols.Dot, kit.Info
	case plan.NotRun:
		return "-", kit.Warn
	}
	return " ", kit.Dim
}
