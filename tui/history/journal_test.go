package history_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/history"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// told is the journal after it was read.
func told(t *testing.T, env kit.Env, s kit.Screen, runs []plan.Run) kit.Screen {
	t.Helper()
	s, effects := s.Sync(env)
	return answered(t, env, s, effects, runs)
}

// answered answers the one question for the journal among effects.
func answered(t *testing.T, env kit.Env, s kit.Screen, effects []kit.Effect, runs []plan.Run) kit.Screen {
	t.Helper()
	s, rest := settled(env, s, effects)
	if len(rest) != 1 {
		t.Fatalf("one question for the journal was expected: %v", rest)
	}
	s, effects = s.Receive(env, kit.Recalled{N: rest[0].(kit.Recall).N, Runs: runs})
	s, _ = settled(env, s, effects)
	return s
}

// line is the row of the table that tells of a run.
func line(env kit.Env, s kit.Screen, run string) string {
	env.Width = 240
	s = shown(env, s)
	for l := range strings.SplitSeq(ansi.Strip(s.View(env)), "\n") {
		if strings.Contains(l, run+" ") {
			return l
		}
	}
	return ""
}

func journalled(t *testing.T) (kit.Env, kit.Screen, []plan.Run) {
	t.Helper()
	env, runs := world(tuitest.UsedFleet()...), tuitest.JournalRuns()
	return env, told(t, env, history.NewJournal(), runs), runs
}

// byDeed is the newest run of a deed.
func byDeed(runs []plan.Run, d plan.Deed) plan.Run {
	return runs[slices.IndexFunc(runs, func(r plan.Run) bool { return r.Plan.Deed == d })]
}

// TestHowRunsStand: what became of each run, and what took it back, stands in its row.
func TestHowRunsStand(t *testing.T) {
	env, s, runs := journalled(t)
	for run, want := range map[string][]string{
		tuitest.InterruptedRun:        {"not ended", "2/6"},
		byDeed(runs, plan.Copy).ID:    {"done", "1/1", "acme-dev"},
		byDeed(runs, plan.Disable).ID: {"with failures", "3/9", " 6 "},
		byDeed(runs, plan.Tag).ID:     {"done", "10/10", "wholly", `note=\x1b[31mred`},
		byDeed(runs, plan.Share).ID:   {"done", "3/3", "in part"},
		byDeed(runs, plan.Protect).ID: {"dropped", "1/3"},
		runs[3].ID:                    {"damaged", "1/2", "its plan cannot be read"},
	} {
		l := line(env, s, run)
		for _, w := range want {
			if !strings.Contains(l, w) {
				t.Errorf("%s lacks %q: %s", run, w, l)
			}
		}
	}
}

// TestUndoneUndoing: what was taken back and then brought back stands as if nobody had
// taken it back.
func TestUndoneUndoing(t *testing.T) {
	env, runs := world(tuitest.UsedFleet()...), tuitest.JournalRuns()
	tagged := byDeed(runs, plan.Tag)
	undo := runs[slices.IndexFunc(runs, func(r plan.Run) bool { return r.Plan.Undoes == tagged.ID })]
	again := undo
	again.ID, again.Plan.Undoes = "20261102-090000-9999", undo.ID
	s := told(t, env, history.NewJournal(), append([]plan.Run{again}, runs...))
	if l := line(env, s, undo.ID); !strings.Contains(l, "wholly") {
		t.Error("the undoing was taken back:", l)
	}
	if l := line(env, s, tagged.ID); strings.Contains(l, "wholly") {
		t.Error("the tags are set again:", l)
	}
}

// TestTheJournalFollowsTheSession: a run that goes on shows its steps without the
// journal being read; when it ends the journal is read, once.
func TestTheJournalFollowsTheSession(t *testing.T) {
	env, runs := world(tuitest.UsedFleet()...), tuitest.JournalRuns()
	x := kit.NewRunning(runs[0])
	env.Deeds.Runs = []*kit.Running{x}
	s := told(t, env, history.NewJournal(), runs)
	if l := line(env, s, x.ID); !strings.Contains(l, "goes on") || !strings.Contains(l, "2/6") {
		t.Error(l)
	}
	_, why := s, s.Disabled(env, keys.Undo{})
	if why != "it still goes on: ctrl+x asks it to stop" {
		t.Error("undo:", why)
	}
	x.Tell(plan.Event{Run: x.ID, Step: 3, Outcome: plan.Outcome{State: plan.Done}})
	s, effects := s.Sync(env)
	s, rest := settled(env, s, effects)
	if l := line(env, s, x.ID); len(rest) > 0 || !strings.Contains(l, "3/6") {
		t.Error(rest, l)
	}
	x.Tell(plan.Event{Run: x.ID, Ended: true})
	s, effects = s.Sync(env)
	ended := runs[0].At
	runs[0].Ended = &ended
	s = answered(t, env, s, effects, runs)
	if l := line(env, s, x.ID); strings.Contains(l, "goes on") {
		t.Error(l)
	}
	if _, effects = s.Sync(env); len(effects) > 0 {
		t.Error("asked again:", effects)
	}
}

// TestLeftRunsAreResumedOrDropped: from the journal, and from the run itself; others
// are not.
func TestLeftRunsAreResumedOrDropped(t *testing.T) {
	env, runs := world(tuitest.UsedFleet()...), tuitest.JournalRuns()
	x := kit.NewRunning(runs[0])
	x.Interrupted = true
	env.Deeds.Runs = []*kit.Running{x}
	s := told(t, env, history.NewJournal(), runs)
	if l := line(env, s, x.ID); !strings.Contains(l, "interrupted") {
		t.Error(l)
	}
	_, effects := asked(env, s, keys.Open{})
	menu, ok := effects[0].(kit.Push).Screen.(kit.Menu)
	if !ok {
		t.Fatalf("%#v", effects)
	}
	var offers []kit.Effect
	for _, it := range menu.Items[1:] {
		offers = append(offers, it.Do)
	}
	if d := cmp.Diff([]kit.Effect{kit.Resume{Run: x.ID}, kit.Drop{Run: x.ID}}, offers); d != "" {
		t.Error(d)
	}
	look := menu.Items[0].Do.(kit.Push).Screen
	for _, at := range []kit.Screen{s, told(t, env, look, runs)} {
		for in, want := range map[keys.Intent]kit.Effect{keys.Resume{}: kit.Resume{Run: x.ID}, keys.Drop{}: kit.Drop{Run: x.ID}} {
			if _, got := asked(env, at, in); at.Disabled(env, in) != "" || !cmp.Equal(got, []kit.Effect{want}) {
				t.Errorf("%T: %v %q", in, got, at.Disabled(env, in))
			}
		}
	}
	env.Deeds.Runs, env.Deeds.Dropped = nil, 1 // it was dropped: the journal tells that
	if _, effects = s.Sync(env); !slices.ContainsFunc(effects, func(e kit.Effect) bool { return e == kit.Effect(kit.Recall{N: 2}) }) {
		t.Errorf("the journal is not read again: %v", effects)
	}
	below, _ := asked(env, s, keys.Move{By: 2})
	if why := below.Disabled(env, keys.Resume{}); why != "nothing is left of this run" {
		t.Errorf("another run: %q", why)
	}
}

// TestUndoFromTheJournal: a run, the marked images of a run, the one under the cursor,
// or the one whose page is open; what was not done is not taken back.
func TestUndoFromTheJournal(t *testing.T) {
	env, s, runs := journalled(t)
	r := byDeed(runs, plan.Disable)
	s = searched(env, s, r.ID)
	want := func(what string, at kit.Screen, want kit.Undo) {
		t.Helper()
		_, got := asked(env, at, keys.Undo{})
		if why := at.Disabled(env, keys.Undo{}); why != "" || !cmp.Equal(got, []kit.Effect{want}) {
			t.Errorf("%s: %v %q", what, got, why)
		}
	}
	want("the run", s, kit.Undo{Run: r.ID})
	_, effects := asked(env, s, keys.Open{})
	one := told(t, env, effects[0].(kit.Push).Screen, runs)
	if why := one.Disabled(env, keys.Undo{}); why != "nothing was done to this image that could be taken back" {
		t.Errorf("a step that failed: %q", why)
	}
	var done []model.ImageKey
	for _, st := range r.Plan.Steps {
		if r.Outcomes[st.ID].State == plan.Done {
			done = append(done, r.Plan.Targets[st.Target].Image)
		}
	}
	slices.SortFunc(done, model.ImageKey.Compare)
	all, _ := asked(env, one, keys.MarkShown{})
	want("marked", all, kit.Undo{Run: r.ID, Part: plan.Part{Images: done}})
	last, _ := asked(env, told(t, env, effects[0].(kit.Push).Screen, runs), keys.ClearMarks{}, keys.Jump{End: true})
	_, effects = asked(env, last, keys.Undo{})
	u, ok := effects[0].(kit.Undo)
	if !ok || len(u.Part.Images) != 1 || !slices.Contains(done, u.Part.Images[0]) {
		t.Errorf("under the cursor: %v", effects)
	}
	_, effects = asked(env, last, keys.Open{})
	want("its page", shown(env, effects[0].(kit.Push).Screen), u)
}

// TestAPageHoldsAllThatTheJournalDoes: calls, outcomes, request ids, and the image as
// it was; nothing of it reaches the terminal as it is.
func TestAPageHoldsAllThatTheJournalDoes(t *testing.T) {
	env, s, runs := journalled(t)
	env.Height, env.Width = 2000, 200
	r := byDeed(runs, plan.Disable)
	_, effects := asked(env, searched(env, s, r.ID), keys.Open{})
	_, effects = asked(env, told(t, env, effects[0].(kit.Push).Screen, runs), keys.Open{})
	text := ansi.Strip(shown(env, effects[0].(kit.Push).Screen).View(env))
	for _, want := range []string{
		"ec2:DisableImage in eu-west-1", `{"ImageId":"`, "failed", `denied: no identity-based policy allows the action\x1b[2J`, "allow ec2:DisableImage",
		"0f1e2d3c-", "built by packer from acme-base", "Environment=prod", "its owner only", "snap-111", `"usage": {`, `"permissions": {`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.ContainsAny(text, "\x1b\u202e") {
		t.Error("the page holds a control character")
	}
}

// TestAPageCallsSharersByName: whom the image was shared with is called by its name,
// and by its id where nobody told one.
func TestAPageCallsSharersByName(t *testing.T) {
	const org = "arn:aws:organizations::222222222222:organization/o-ours"
	named, bare := "arn:aws:organizations::222222222222:ou/o-ours/ou-1", "arn:aws:organizations::222222222222:ou/o-ours/ou-2"
	ours := model.Organization{ARN: org, At: tuitest.Now, Units: map[string][]string{named: nil, bare: nil}, Names: map[string]string{named: "workloads", bare: ""}}
	env, runs := world(append(tuitest.UsedFleet(), ours)...), tuitest.JournalRuns()
	r := byDeed(runs, plan.Disable)
	for i := range r.Plan.Targets {
		r.Plan.Targets[i].Before.Permissions = &plan.Sharing{Accounts: []string{tuitest.Dev.Account}, Organizations: []string{org}, Units: []string{named, bare}}
	}
	_, effects := asked(env, searched(env, told(t, env, history.NewJournal(), runs), r.ID), keys.Open{})
	_, effects = asked(env, told(t, env, effects[0].(kit.Push).Screen, runs), keys.Open{})
	env.Height = 200
	if text := ansi.Strip(shown(env, effects[0].(kit.Push).Screen).View(env)); !strings.Contains(text, "acme-dev, your organization o-ours, unit workloads, ou-2") {
		t.Error(text)
	}
}

// TestTroubleWithTheJournal: what cannot be read is said, and no run is made up.
func TestTroubleWithTheJournal(t *testing.T) {
	env := world(tuitest.UsedFleet()...)
	s, effects := history.NewJournal().Sync(env)
	n := effects[0].(kit.Recall).N
	bad, _ := s.Receive(env, kit.Recalled{N: n, Err: errors.New("open journal.jsonl: permission denied")})
	if text := bad.View(env); !strings.Contains(text, "permission denied") || !strings.Contains(text, "r tries again") {
		t.Error(text)
	}
	if _, effects = bad.Handle(env, keys.Refresh{}); len(effects) != 1 {
		t.Error("r does not try again:", effects)
	}
	_, effects = s.Receive(env, kit.Recalled{N: n, Warnings: []string{"line 3 is damaged and was skipped", "line 7 as well"}})
	_, rest := settled(env, s, effects)
	if want := []kit.Effect{kit.Toast{Text: "line 3 is damaged and was skipped; and 1 line more: amiscope journal lists them", Warn: true}}; !cmp.Equal(rest, want) {
		t.Error(rest)
	}
	if late, effects := s.Receive(env, kit.Recalled{N: n - 1, Runs: tuitest.JournalRuns()}); len(effects) > 0 || line(env, late, tuitest.InterruptedRun) != "" {
		t.Error("a late answer is shown")
	}
}

// TestOneStepIsTakenBack: with the cursor on a step U is about that one, above the steps
// about all that was done to the image.
func TestOneStepIsTakenBack(t *testing.T) {
	env, _, runs := journalled(t)
	r := runs[0]
	r.Ended, r.Dropped = &env.Now, false
	first := r.Plan.Steps[0]
	first.ID, first.Call.API = 1, "ec2:RestoreSnapshotFromRecycleBin"
	second := first
	second.ID, second.Call.API = 2, "ec2:RestoreImageFromRecycleBin"
	r.Plan.Steps, r.Plan.Targets = []plan.Step{first, second}, r.Plan.Targets[first.Target:first.Target+1]
	r.Plan.Steps[0].Target, r.Plan.Steps[1].Target, r.Plan.Undoes = 0, 0, ""
	r.Outcomes = map[int]plan.Outcome{1: {State: plan.Failed}, 2: {State: plan.Done}}
	runs = []plan.Run{r}
	s := told(t, env, history.NewJournal(), runs)
	_, effects := asked(env, s, keys.Open{})
	_, effects = asked(env, shown(env, effects[0].(kit.Push).Screen), keys.Open{})
	page := shown(env, effects[0].(kit.Push).Screen)
	undo := func(s kit.Screen) plan.Part {
		t.Helper()
		_, effects := asked(env, s, keys.Undo{})
		return effects[0].(kit.Undo).Part
	}
	if got := undo(page); len(got.Images) != 1 || len(got.Steps) > 0 {
		t.Errorf("above the steps: %+v", got)
	}
	page, _ = asked(env, page, keys.Move{By: 1})
	if why := page.Disabled(env, keys.Undo{}); why != "this step was not done" {
		t.Errorf("on a step that failed: %q", why)
	}
	page, _ = asked(env, page, keys.Move{By: 1})
	if got := undo(page); !slices.Equal(got.Steps, []int{2}) || len(got.Images) > 0 {
		t.Errorf("on the second step: %+v", got)
	}
	page, _ = asked(env, page, keys.Jump{End: true})
	env.Height = 8
	page, _ = asked(env, shown(env, page), keys.Jump{End: true})
	if got := undo(page); len(got.Steps) > 0 {
		t.Errorf("where no step is shown: %+v", got)
	}
}
