package change

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// half is a run of a deletion that is half done, with failures.
func half(n int) *kit.Running {
	r := kit.NewRunning(plan.Run{ID: "20261126-093000-3f9a", At: now, Plan: deletion(n)})
	for i, s := range r.Plan.Steps {
		o := plan.Outcome{State: plan.Done, At: now, Request: "req-1", Result: plan.Result{Snapshots: map[string]string{fmt.Sprintf("snap-%d", i): "success"}}}
		switch {
		case i > len(r.Plan.Steps)/2:
			continue
		case i%9 == 3:
			o = plan.Outcome{State: plan.Failed, At: now, Why: "denied: no identity-based policy allows ec2:DeregisterImage", Hint: "allow it, then resume", Kind: "denied"}
		case i%9 == 5:
			o = plan.Outcome{State: plan.Refused, At: now, Why: "it is used since: instance i-0aaa runs on it", Hint: "plan anew"}
		case i%9 == 7:
			o.Result.Snapshots["snap-shared"] = "skipped"
		case i == len(r.Plan.Steps)/2:
			o = plan.Outcome{State: plan.Intended, At: now}
		}
		r.Tell(plan.Event{Run: r.ID, Step: s.ID, Outcome: o})
	}
	return r
}

// first is a run of a deletion of which the first three images are done, one not.
func first(n int) *kit.Running {
	r := kit.NewRunning(plan.Run{ID: "20261126-093000-3f9a", At: now, Plan: deletion(n)})
	r.First, r.Number = 3, 4
	for i, s := range r.Plan.Steps[:3] {
		o := plan.Outcome{State: plan.Done, At: now, Request: "req-1"}
		if i == 1 {
			o = plan.Outcome{State: plan.Failed, At: now, Why: "denied: no identity-based policy allows ec2:DeregisterImage", Hint: "allow it", Kind: "denied"}
		}
		r.Tell(plan.Event{Run: r.ID, Step: s.ID, Outcome: o})
	}
	return r
}

// A run whose first images are done waits until somebody has read what came out, and says
// yes.
func TestProgressWaitsForAYes(t *testing.T) {
	r := first(30)
	x := sit(t, world(120, 37), NewProgress(r))
	has(t, x, "the first 3 images; then it waits for a yes")
	x.press("y")
	if len(x.effects()) > 0 {
		t.Fatal("y does something to a run that goes on")
	}
	r.Tell(plan.Event{Run: r.ID, Waiting: true})
	x.sync()
	has(t, x, "came to an end", "y goes on with the other 18 images")
	x.press("y")
	if _, toast := x.effects()[0].(kit.Toast); !toast || len(x.effects()) > 1 {
		t.Fatalf("a key in flight leads to %+v", x.effects())
	}
	x.later(2 * time.Second)
	x.press("y")
	if got := x.effects(); len(got) != 1 || got[0] != (kit.Proceed{Number: 4}) {
		t.Fatalf("y leads to %+v", got)
	}
	r.GoOn()
	x.sync()
	lacks(t, x, "for a yes")
}

func TestProgressScreens(t *testing.T) {
	held := first(500)
	held.Tell(plan.Event{Run: held.ID, Waiting: true})
	waiting := half(30)
	waiting.Tell(plan.Event{Run: waiting.ID, Account: dev, Paused: "its login has expired", Err: &model.OpError{Op: "ec2:DeregisterImage", Kind: model.Expired, Err: errors.New("x"), Login: model.Login{Name: "sso-session acme", Command: []string{"aws"}}}})
	ended := half(3)
	for _, s := range ended.Plan.Steps {
		ended.Tell(plan.Event{Run: ended.ID, Step: s.ID, Outcome: plan.Outcome{State: plan.Done, At: now}})
	}
	ended.Tell(plan.Event{Run: ended.ID, Ended: true})
	for _, tt := range []struct {
		name string
		run  *kit.Running
	}{{"running", half(500)}, {"waiting", waiting}, {"ended", ended}, {"held", held}} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", tt.name, size[0], size[1]+3), func(t *testing.T) {
				golden.RequireEqual(t, sit(t, world(size[0], size[1]), NewProgress(tt.run)).frame()+"\n")
			})
		}
	}
}

func TestProgressFollowsTheRun(t *testing.T) {
	r := kit.NewRunning(plan.Run{At: now, Plan: deletion(3)})
	x := sit(t, world(120, 37), NewProgress(r))
	has(t, x, "0 of 2 steps done")
	r.Tell(plan.Event{Run: "r1", Step: 1, Outcome: plan.Outcome{State: plan.Failed, Why: "throttled", Hint: "resume it later", At: now}})
	x.sync()
	has(t, x, "1 failed", "1 step failed: throttled", "resume it later", "run r1")
	x.press("U")
	if len(x.effects()) > 0 {
		t.Fatal("a run that goes on is undone")
	}
	r.Tell(plan.Event{Run: "r1", Step: 2, Outcome: plan.Outcome{State: plan.Done, At: now}})
	r.Tell(plan.Event{Run: "r1", Ended: true})
	x.sync()
	x.press("U")
	if u, ok := x.effects()[0].(kit.Undo); !ok || u.Run != "r1" {
		t.Fatalf("U leads to %+v", u)
	}
}

func TestRunsOfferToResumeAndDrop(t *testing.T) {
	left := half(30)
	left.Interrupted, left.Number = true, 7
	env := world(120, 37)
	env.Deeds.Runs = []*kit.Running{left}
	x := sit(t, env, NewRuns())
	has(t, x, "interrupted", "Delete 30 images")
	x.press("enter")
	p, ok := x.effects()[0].(kit.Push)
	menu, isMenu := p.Screen.(kit.Menu)
	if !ok || !isMenu || len(menu.Items) != 3 {
		t.Fatalf("enter leads to %+v", p)
	}
	if menu.Items[0].Do != (kit.Watch{Number: 7}) || menu.Items[1].Do != (kit.Resume{Run: left.ID}) || menu.Items[2].Do != (kit.Drop{Run: left.ID}) {
		t.Fatalf("%+v", menu.Items)
	}
}

func TestWordsOfARun(t *testing.T) {
	r := half(30)
	if got := Doing(r); got != "deleting 10/21, 2 failed" {
		t.Errorf("doing: %q", got)
	}
	r.Held = true
	if got := Doing(r); got != "deleting 10/21, 2 failed, waits for a yes" {
		t.Errorf("doing: %q", got)
	}
	r.Tell(plan.Event{Run: r.ID, Ended: true, Err: plan.ErrStopped})
	if got := Ending(r); !strings.Contains(got, "8 of 21 steps done, 2 failed") || !strings.Contains(got, "stopped") {
		t.Errorf("ending: %q", got)
	}
}

func BenchmarkProgress(b *testing.B) {
	x := sit(b, world(200, 57), NewProgress(half(3000)))
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		x.press([]string{"j", "k"}[i/2000%2])
		x.screen.View(x.env)
	}
}
