package apply_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/apply"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

func TestEveryStepIsDoneOnce(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		everything(w)
		must(t, w.start(t.Context()))
		w.wantStates(all(kinds, plan.Done)...)
		equal(t, "changes", w.aws.happened(), []string{
			"CopyImage ami-e ×1", "CreateTags ami-k ×1", "DeleteSnapshot snap-a1 ×1", "DeleteSnapshot snap-a2 ×1", "DeleteTags ami-l ×1",
			"DeregisterImage ami-a ×1", "DeregisterImage ami-b ×1", "DisableImage ami-c ×1", "DisableImageDeprecation ami-h ×1",
			"DisableImageDeregistrationProtection ami-j ×1", "EnableImage ami-g ×1", "EnableImageDeprecation ami-d ×1",
			"EnableImageDeregistrationProtection ami-i ×1", "ModifyImageAttribute ami-copy1 ×1", "ModifyImageAttribute ami-m ×1",
			"ModifySnapshotAttribute snap-m ×1", "RestoreImageFromRecycleBin ami-f ×1", "RestoreSnapshotFromRecycleBin snap-f ×1",
		})
		equal(t, "twice", w.aws.twice(), []string(nil))
		equal(t, "last line", w.notes.lines[len(w.notes.lines)-1], "end")
		w.agree()
	})
}

// An intent is on the disk before its call, and the outcome after it.
func TestTheJournalIsAhead(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.removeWhole(here, "ami-a", "snap-a")
		w.aws.before = func(_ model.Scope, c plan.Call) error {
			if !isDry(c) {
				equal(t, "journal at the call", w.notes.lines, []string{"begin", "1 intended"})
			}
			return nil
		}
		must(t, w.start(t.Context()))
		equal(t, "journal", w.notes.lines, []string{"begin", "1 intended", "1 done", "end"})
		o := w.outcome(1)
		equal(t, "request", o.Request, "req-amiscope-20261126-101512-3f9a-1")
		equal(t, "snapshots", o.Result.Snapshots, map[string]string{"snap-a": "success"})
	})
}

func TestWhatMustComeFirst(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		for i := range 20 {
			w.remove(here, fmt.Sprintf("ami-%d", i), fmt.Sprintf("snap-%d", i))
		}
		var order []string
		w.aws.before = func(_ model.Scope, c plan.Call) error {
			if !isDry(c) {
				order = append(order, subject(c))
			}
			return nil
		}
		must(t, w.start(t.Context()))
		for i := range 20 {
			if slices.Index(order, fmt.Sprintf("DeregisterImage ami-%d", i)) > slices.Index(order, fmt.Sprintf("DeleteSnapshot snap-%d", i)) {
				t.Errorf("snapshot %d before its image: %v", i, order)
			}
		}
	})
}

func TestWhatGoesOnAtOnceIsBounded(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		for s := range 6 {
			for i := range 40 {
				w.removeWhole(model.Scope{Account: here.Account, Region: fmt.Sprint("eu-test-", s)}, fmt.Sprintf("ami-%d-%d", s, i))
			}
		}
		w.aws.latency = time.Second
		start := time.Now()
		must(t, w.start(t.Context()))
		for s, n := range w.aws.most {
			if n > 8 {
				t.Errorf("%d calls at once in %s", n, s)
			}
		}
		if w.aws.peak > 32 || w.aws.peak < 16 {
			t.Errorf("%d calls at once in all", w.aws.peak)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("240 calls of a second took %s", took)
		}
		if w.aws.looks > 60 {
			t.Errorf("%d rereadings of 240 images", w.aws.looks)
		}
	})
}

// What a step rests on is read less than some seconds before its call.
func TestFactsAreFresh(t *testing.T) {
	for _, slow := range []struct{ reading, calling time.Duration }{
		{100 * time.Millisecond, 100 * time.Millisecond}, {4 * time.Second, time.Second}, {20 * time.Second, time.Second}, {100 * time.Millisecond, 8 * time.Second},
	} {
		in(t, func(t *testing.T, w *world) {
			for i := range 60 {
				w.removeWhole(here, fmt.Sprintf("ami-%d", i))
			}
			read := map[string]time.Time{}
			w.aws.reading, w.aws.latency = slow.reading, slow.calling
			w.aws.unread = func(l model.Look) error {
				for _, id := range l.Images {
					read[id] = time.Now()
				}
				return nil
			}
			w.aws.before = func(_ model.Scope, c plan.Call) error {
				id := strings.TrimPrefix(subject(c), "DeregisterImage ")
				if age := time.Since(read[id]) - slow.calling; !isDry(c) && age > 6*time.Second {
					t.Errorf("%s was read %s before its call", id, age)
				}
				return nil
			}
			must(t, w.start(t.Context()))
			w.wantStates(all(60, plan.Done)...)
		})
	}
}

func TestWhatHasChangedIsRefused(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.removeWhole(here, "ami-a", "snap-a")
		w.remove(here, "ami-b", "snap-b")
		w.removeWhole(here, "ami-c", "snap-c")
		w.aws.image(here, "ami-b").State = "disabled"
		w.aws.image(here, "ami-c").gone = time.Now().Add(-time.Hour)
		must(t, w.start(t.Context()))
		w.wantStates(plan.Done, plan.Refused, plan.NotRun, plan.Refused)
		if o := w.outcome(2); !strings.Contains(o.Why, "disabled") {
			t.Errorf("refused for %q", o.Why)
		}
		if o := w.outcome(3); !strings.Contains(o.Why, `step 2 must come first and is "refused"`) {
			t.Errorf("not run for %q", o.Why)
		}
		w.agree()
	})
}

// A snapshot is not deleted that another image has come to use since the plan, nor
// since the image was deleted; what AWS tells late does not keep it.
func TestUsersOfASnapshotAreReadLast(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.aws.lag = 20 * time.Second
		w.remove(here, "ami-a", "snap-a", "snap-b")
		w.aws.after = func(_ model.Scope, c plan.Call) error {
			if subject(c) == "DeregisterImage ami-a" {
				w.aws.add(here, "ami-new", "snap-b")
			}
			return nil
		}
		must(t, w.start(t.Context()))
		w.wantStates(plan.Done, plan.Done, plan.Refused)
		if o := w.outcome(3); !strings.Contains(o.Why, "the image ami-new uses it") {
			t.Errorf("refused for %q", o.Why)
		}
		w.agree()
	})
}

func TestSnapshotsThatStay(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.aws.add(here, "ami-x", "snap-c")
		w.removeWhole(here, "ami-a", "snap-a", "snap-b", "snap-c")
		w.aws.snapshots["snap-b"].code = "missing-permissions"
		must(t, w.start(t.Context()))
		o := w.outcome(1)
		equal(t, "state", o.State, plan.Done)
		equal(t, "codes", o.Result.Snapshots, map[string]string{"snap-a": "success", "snap-b": "missing-permissions", "snap-c": "skipped"})
		if !strings.Contains(o.Why, "snap-b (missing-permissions)") || strings.Contains(o.Why, "snap-c") || o.Hint == "" {
			t.Errorf("why %q, hint %q", o.Why, o.Hint)
		}
	})
}

func TestCopiesAreFollowed(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.aws.lag = 20 * time.Second
		w.duplicate(here, there, "ami-a")
		w.duplicate(here, there, "ami-b")
		w.aws.image(here, "ami-b").fails = "the key is not there"
		start := time.Now()
		must(t, w.start(t.Context()))
		w.wantStates(plan.Done, plan.Done, plan.Failed, plan.NotRun)
		if o := w.outcome(3); !strings.Contains(o.Why, "the key is not there") || o.Result.Image == "" {
			t.Errorf("failed for %q, image %q", o.Why, o.Result.Image)
		}
		if took := time.Since(start); took < 2*time.Minute || took > 3*time.Minute {
			t.Errorf("it took %s", took)
		}
		if w.aws.looks > 16 {
			t.Errorf("%d rereadings", w.aws.looks)
		}
		w.agree()
	})
}

// A copy that somebody deletes while AWS makes it is not followed for ever.
func TestACopyThatIsDeleted(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.duplicate(here, there, "ami-a")
		w.aws.after = func(_ model.Scope, c plan.Call) error {
			w.aws.image(there, "ami-copy1").gone = time.Now()
			return nil
		}
		must(t, w.start(t.Context()))
		w.wantStates(plan.Failed, plan.NotRun)
	})
}

func TestTheFirstOnes(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.order.Canary = 2
		for i := range 5 {
			w.remove(here, fmt.Sprintf("ami-%d", i), fmt.Sprintf("snap-%d", i))
		}
		asked := 0
		w.react = func(j *apply.Job, e plan.Event) {
			if e.Waiting {
				asked++
				w.wantStates(append(all(4, plan.Done), all(6, "")...)...)
				time.AfterFunc(time.Hour, j.Proceed)
			}
		}
		must(t, w.start(t.Context()))
		equal(t, "asked", asked, 1)
		w.wantStates(all(10, plan.Done)...)
		w.agree()
	})
}

func TestTheFirstOnesAreAll(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.order.Canary = 2
		w.removeWhole(here, "ami-a")
		w.removeWhole(here, "ami-b")
		must(t, w.start(t.Context()))
		w.wantStates(all(2, plan.Done)...)
	})
}

// The first ones are those of the plan, in whatever order their steps stand: the
// snapshots of all images come back before the first image does.
func TestTheFirstOnesOfThePlan(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.order.Canary = 2
		for _, id := range []string{"ami-a", "ami-b", "ami-c"} {
			w.disable(here, id)
		}
		steps := w.run.Plan.Steps
		steps[1].Target, steps[2].Target, steps[1].Call, steps[2].Call = 2, 1, steps[2].Call, steps[1].Call
		w.react = func(j *apply.Job, e plan.Event) {
			if e.Waiting {
				w.wantStates(plan.Done, "", plan.Done)
				j.Proceed()
			}
		}
		must(t, w.start(t.Context()))
		w.wantStates(all(3, plan.Done)...)
	})
}

// What the first ones came to may be a reason not to go on.
func TestStoppedAfterTheFirstOnes(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.order.Canary = 1
		w.removeWhole(here, "ami-a")
		w.removeWhole(here, "ami-b")
		w.react = func(j *apply.Job, e plan.Event) {
			if e.Waiting {
				j.Stop()
			}
		}
		if err := w.start(t.Context()); !errors.Is(err, plan.ErrStopped) {
			t.Fatalf("got %v", err)
		}
		w.wantStates(plan.Done, "")
		w.order.Canary, w.react = 0, nil
		must(t, w.resume(t.Context()))
		w.wantStates(plan.Done, plan.Done)
		equal(t, "twice", w.aws.twice(), []string(nil))
	})
}

func TestDryRuns(t *testing.T) {
	denied := func(api, image string) func(model.Scope, plan.Call) error {
		return func(s model.Scope, c plan.Call) error {
			if c.API == "dry ec2:"+api && strings.Contains(string(c.Input), image) {
				return opErr(s, c, model.Denied, "UnauthorizedOperation")
			}
			return nil
		}
	}
	for name, tc := range map[string]struct {
		before func(model.Scope, plan.Call) error
		want   []plan.State
	}{
		"allowed":                        {nil, all(5, plan.Done)},
		"images denied":                  {denied("DeregisterImage", ""), []plan.State{plan.Failed, plan.NotRun, plan.Failed, plan.NotRun, plan.Done}},
		"snapshots denied, so no images": {denied("DeleteSnapshot", ""), []plan.State{plan.NotRun, plan.Failed, plan.NotRun, plan.Failed, plan.Done}},
		"one image denied":               {denied("DeregisterImage", "ami-a"), []plan.State{plan.Failed, plan.NotRun, plan.Done, plan.Done, plan.Done}},
		"other trouble is met by the step": {func(s model.Scope, c plan.Call) error {
			if isDry(c) {
				return opErr(s, c, model.Network, "InternalError")
			}
			return nil
		}, all(5, plan.Done)},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.remove(here, "ami-a", "snap-a")
				w.remove(here, "ami-b", "snap-b")
				w.disable(here, "ami-c")
				w.aws.before = tc.before
				must(t, w.start(t.Context()))
				w.wantStates(tc.want...)
				if name == "allowed" {
					equal(t, "dry runs", w.aws.dry, map[string]int{
						"100000000000/eu-test-1 ec2:DeregisterImage": 1, "100000000000/eu-test-1 ec2:DeleteSnapshot": 1, "100000000000/eu-test-1 ec2:DisableImage": 1,
					})
				}
				w.agree()
			})
		})
	}
}

func TestAPlanThatDoesNotFit(t *testing.T) {
	for name, alter := range map[string]func(*plan.Plan){
		"waits for itself":  func(p *plan.Plan) { p.Steps[0].After = []int{1} },
		"waits for a later": func(p *plan.Plan) { p.Steps[0].After = []int{2} },
		"two of a number":   func(p *plan.Plan) { p.Steps[1].ID = 1 },
		"of no such target": func(p *plan.Plan) { p.Steps[1].Target = 7 },
		"waits for nobody":  func(p *plan.Plan) { p.Steps[1].After = []int{9} },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.remove(here, "ami-a", "snap-a")
				alter(&w.run.Plan)
				if err := w.start(t.Context()); err == nil || !strings.Contains(err.Error(), "make the plan again") {
					t.Errorf("got %v", err)
				}
				equal(t, "journal", len(w.notes.lines), 0)
			})
		})
	}
}

func TestARunThatGoesOnElsewhere(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.removeWhole(here, "ami-a")
		w.notes.held[w.run.ID] = true
		if err := w.start(t.Context()); err == nil || !strings.Contains(err.Error(), "another copy of the program") {
			t.Errorf("got %v", err)
		}
		equal(t, "calls", len(w.aws.seen), 0)
		equal(t, "events", len(w.events), 1)
	})
}
