package kit

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

func threeSteps() plan.Run {
	here, there := model.Scope{Account: "1", Region: "eu"}, model.Scope{Account: "2", Region: "us"}
	return plan.Run{ID: "r", Plan: plan.Plan{Steps: []plan.Step{{ID: 1, Scope: there}, {ID: 2, Scope: here}, {ID: 3, Scope: there}}}}
}

// What is told while the others wait does not let them go on: images are read again, and
// what waits for a step that failed is not run.
func TestRunningIsHeldUntilItIsLetGoOn(t *testing.T) {
	run := threeSteps()
	for i := range run.Plan.Steps {
		run.Plan.Steps[i].Target = i
	}
	r := NewRunning(run)
	r.First = 1
	r.Tell(plan.Event{Run: "r", Step: 1, Outcome: plan.Outcome{State: plan.Done}})
	r.Tell(plan.Event{Run: "r", Waiting: true})
	r.Tell(plan.Event{Run: "r"})
	r.Tell(plan.Event{Run: "r", Account: "2"})
	r.Tell(plan.Event{Run: "r", Step: 3, Outcome: plan.Outcome{State: plan.NotRun}})
	if !r.Held || r.Others() != 1 {
		t.Fatalf("held: %t, others: %d", r.Held, r.Others())
	}
	changed := r.Changed
	if r.GoOn(); r.Held || r.First != 0 || r.Changed == changed {
		t.Fatalf("%+v", r)
	}
	r.Tell(plan.Event{Run: "r", Waiting: true})
	if r.Tell(plan.Event{Run: "r", Ended: true, Err: plan.ErrStopped}); r.Held || !r.Left() {
		t.Fatalf("%+v", r)
	}
}

func TestRunningCountsWhatIsTold(t *testing.T) {
	r := NewRunning(threeSteps())
	tell := func(step int, s plan.State) {
		r.Tell(plan.Event{Run: "r", Step: step, Outcome: plan.Outcome{State: s}})
	}
	tell(1, plan.Intended)
	tell(1, plan.Pending)
	tell(2, plan.Failed)
	tell(9, plan.Done) // no step of this run
	want := []ScopeCount{{model.Scope{Account: "1", Region: "eu"}, StepCount{Of: 1, Failed: 1}}, {model.Scope{Account: "2", Region: "us"}, StepCount{Of: 2, Pending: 1}}}
	if d := cmp.Diff(want, r.Scopes); d != "" {
		t.Fatal(d)
	}
	tell(2, plan.Done) // after a resumption
	tell(1, plan.Done)
	r.Tell(plan.Event{Run: "r", Account: "2", Paused: "its login has expired"})
	if len(r.Failures) != 0 || len(r.Waiting) != 1 || r.Over {
		t.Fatalf("%+v", r)
	}
	r.Tell(plan.Event{Run: "r", Account: "2"})
	tell(3, plan.NotRun)
	r.Tell(plan.Event{Run: "r", Ended: true, Err: plan.ErrStopped})
	if (r.All != StepCount{Of: 3, Done: 2, NotRun: 1}) || r.All.Settled() != 3 || len(r.Waiting) != 0 || !r.Over || !errors.Is(r.Err, plan.ErrStopped) {
		t.Fatalf("%+v", r)
	}
}

// TestRunningCountsAsFromTheStart: however it was told, the counts are those of the
// outcomes that stand.
func TestRunningCountsAsFromTheStart(t *testing.T) {
	const seed = 7
	rng := rand.New(rand.NewPCG(seed, 0))
	states := []plan.State{plan.Intended, plan.Pending, plan.Done, plan.Failed, plan.Refused, plan.NotRun, plan.Unclear}
	r := NewRunning(threeSteps())
	for n := range 1000 {
		r.Tell(plan.Event{Step: 1 + rng.IntN(4), Outcome: plan.Outcome{State: states[rng.IntN(len(states))]}})
		anew := NewRunning(r.Run)
		slices.Sort(anew.Failures)
		if d := cmp.Diff(anew.Scopes, r.Scopes) + cmp.Diff(anew.All, r.All) + cmp.Diff(anew.Failures, slices.Sorted(slices.Values(r.Failures))); d != "" {
			t.Fatalf("seed %d, event %d: %s", seed, n, d)
		}
	}
}
