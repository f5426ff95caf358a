package browse

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// pastRun is a run of one step on the image web, which stands as it is told.
func pastRun(n int, deed plan.Deed, o plan.Outcome) plan.Run {
	at := now.AddDate(0, 0, n-10)
	end := at.Add(time.Minute)
	return plan.Run{
		ID: fmt.Sprintf("20261101-090000-%04d", n), At: at, Who: "jo", Ended: &end, Outcomes: map[int]plan.Outcome{1: o},
		Plan: plan.Plan{
			Deed: deed, Targets: []plan.Target{{Image: webKey, Account: scope.Account, Before: plan.Facts{Name: "web"}}},
			Steps: []plan.Step{{ID: 1, Scope: scope}}, Undo: plan.Undoing{How: "amiscope does the opposite"},
		},
	}
}

var webKey = model.ImageKey{Region: scope.Region, ID: "ami-web"}

// pastOf is the journal's tab of an image. Runs come newest first.
func pastOf(t *testing.T, env kit.Env, k model.ImageKey, runs ...plan.Run) (kit.Env, Detail) {
	t.Helper()
	env.Deeds.Past = plan.Recollect(runs)
	s, effects := Detail{key: k, tab: journalTab}.Sync(env)
	if d := cmp.Diff([]kit.Effect{kit.Recall{}}, effects); d != "" {
		t.Error("the journal is asked for:", d)
	}
	return env, detail(t, s)
}

// TestPastTab: what became of each run here, and whether it can be taken back.
func TestPastTab(t *testing.T) {
	done := plan.Outcome{State: plan.Done}
	until := now.AddDate(0, 0, -1)
	undone := pastRun(2, plan.UndoOf, done)
	undone.Plan.Undoes = pastRun(1, plan.Protect, done).ID
	lapsed := pastRun(1, plan.Delete, done)
	lapsed.Plan.Undo.Until = &until
	final := pastRun(1, plan.Disable, done)
	final.Plan.Targets[0].Warnings = []plan.Note{{Text: "shares of others are lost", Final: true}}
	unended := pastRun(1, plan.Enable, plan.Outcome{State: plan.Intended})
	unended.Ended = nil
	live := kit.NewRunning(unended)
	blocked := pastRun(1, plan.Delete, done)
	blocked.Plan.Steps, blocked.Plan.Targets[0].Blocks = nil, []plan.Note{{Text: "3 instances run on it", Mend: "move them first"}}
	made := pastRun(1, plan.Copy, plan.Outcome{State: plan.Done, Result: plan.Result{Image: "ami-copy"}})
	for _, tt := range []struct {
		name string
		of   model.ImageKey
		runs []plan.Run
		live []*kit.Running
		want []string
		undo string // why not
	}{
		{"done", webKey, []plan.Run{pastRun(1, plan.Protect, done)}, nil, []string{"done", "Protect web", "9d ago", "run 20261101-090000-0001", "by jo", "U takes it back: amiscope does the opposite"}, ""},
		{"taken back", webKey, []plan.Run{undone, pastRun(1, plan.Protect, done)}, nil, []string{"Undo run 20261101-090000-0001: web", "taken back by run 20261101-090000-0002"}, ""},
		{"failed", webKey, []plan.Run{pastRun(1, plan.Tag, plan.Outcome{State: plan.Failed, Why: "denied", Hint: "allow it"})}, nil, []string{"failed", "denied; allow it"}, "nothing was done to this image that could be taken back"},
		{"its time is over", webKey, []plan.Run{lapsed}, nil, []string{"it could be taken back until " + kit.Moment(until)}, ""},
		{"not all of it", webKey, []plan.Run{final}, nil, []string{"U takes it back", "not this: shares of others are lost"}, ""},
		{"not ended", webKey, []plan.Run{unended}, nil, []string{"begun", "the run did not end: enter resumes or drops it"}, "nothing was done to this image that could be taken back"},
		{"going on", webKey, []plan.Run{unended}, []*kit.Running{live}, []string{"goes on", "ctrl+x asks it to stop"}, "it still goes on: ctrl+x asks it to stop"},
		{"not touched", webKey, []plan.Run{blocked}, nil, []string{"not touched", "3 instances run on it; move them first"}, "nothing was done to this image that could be taken back"},
		{"made", model.ImageKey{Region: scope.Region, ID: "ami-copy"}, []plan.Run{made}, nil, []string{"made by it", "Copy web", "U takes it back"}, ""},
		{"nothing", model.ImageKey{Region: scope.Region, ID: "ami-db"}, []plan.Run{made}, nil, []string{"amiscope has changed nothing about this image"}, "amiscope has changed nothing about this image"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := at(1, "web", "db")
			env.Deeds.Runs = tt.live
			env, d := pastOf(t, env, tt.of, tt.runs...)
			text := ansi.Strip(d.View(env))
			for _, w := range tt.want {
				if !strings.Contains(text, w) {
					t.Errorf("no %q in\n%s", w, text)
				}
			}
			if why := d.Disabled(env, keys.Undo{}); why != tt.undo {
				t.Errorf("undo: %q, want %q", why, tt.undo)
			}
		})
	}
}

// TestPastTabLeadsToTheRun: enter and U are about the run under the cursor, which stays
// on it when a newer one comes.
func TestPastTabLeadsToTheRun(t *testing.T) {
	done := plan.Outcome{State: plan.Done}
	one, two, three := pastRun(1, plan.Protect, done), pastRun(2, plan.Tag, done), pastRun(3, plan.Deprecate, done)
	env, d := pastOf(t, at(1, "web"), webKey, two, one)
	next, _ := d.Handle(env, keys.Move{By: 1})
	env.Deeds.Past = plan.Recollect([]plan.Run{three, two, one})
	next, _ = next.Sync(env)
	_, effects := next.Handle(env, keys.Undo{})
	if d := cmp.Diff([]kit.Effect{kit.Undo{Run: one.ID, Part: plan.Part{Images: []model.ImageKey{webKey}}}}, effects); d != "" {
		t.Error(d)
	}
	_, effects = next.Handle(env, keys.Open{})
	if r, ok := effects[0].(kit.Recount); !ok || r.Run.ID != one.ID || r.Image != webKey {
		t.Errorf("%#v", effects)
	}
	next, _ = next.Handle(env, keys.StepTab{By: 1})
	if _, effects = next.Handle(env, keys.Undo{}); !cmp.Equal(effects, []kit.Effect{kit.Undo{}}) {
		t.Error("on another tab:", effects)
	}
	env.Deeds.Past, env.Deeds.Unrecalled = nil, "the journal cannot be read: no"
	bad, _ := Detail{key: webKey, tab: journalTab}.Sync(env)
	if text := bad.View(env); !strings.Contains(text, "the journal cannot be read: no; r tries again") {
		t.Error(text)
	}
}
