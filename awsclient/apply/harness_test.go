package apply_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/apply"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

var (
	here  = model.Scope{Account: "100000000000", Region: "eu-test-1"}
	there = model.Scope{Account: "200000000000", Region: "eu-test-2"}
)

// notebook is a journal in memory.
type notebook struct {
	sync.Mutex
	runs  map[string]*plan.Run
	held  map[string]bool
	lines []string
	fail  func(line string) error // before a line is written
}

func newNotebook() *notebook { return &notebook{runs: map[string]*plan.Run{}, held: map[string]bool{}} }

func (n *notebook) Hold(run string) (func() error, bool, error) {
	n.Lock()
	defer n.Unlock()
	if n.held[run] {
		return nil, false, nil
	}
	n.held[run] = true
	return func() error {
		n.Lock()
		defer n.Unlock()
		n.held[run] = false
		return nil
	}, true, nil
}

func (n *notebook) write(line string, do func()) error {
	n.Lock()
	defer n.Unlock()
	if n.fail != nil {
		if err := n.fail(line); err != nil {
			return err
		}
	}
	n.lines = append(n.lines, line)
	do()
	return nil
}

// written is how many lines there are.
func (n *notebook) written() int {
	n.Lock()
	defer n.Unlock()
	return len(n.lines)
}

func (n *notebook) Begin(r *plan.Run) error {
	return n.write("begin", func() {
		c := *r
		c.Outcomes = map[int]plan.Outcome{}
		n.runs[r.ID] = &c
	})
}

func (n *notebook) Note(run string, step int, o plan.Outcome) error {
	return n.write(fmt.Sprintf("%d %s", step, o.State), func() { n.runs[run].Outcomes[step] = o })
}

func (n *notebook) End(run string, at time.Time) error {
	return n.write("end", func() { n.runs[run].Ended = &at })
}

func (n *notebook) Run(id string) (plan.Run, error) {
	n.Lock()
	defer n.Unlock()
	r, ok := n.runs[id]
	if !ok {
		return plan.Run{}, errors.New("no such run")
	}
	c := *r
	c.Outcomes = maps.Clone(r.Outcomes)
	return c, nil
}

// world is a run and all that it needs.
type world struct {
	t      *testing.T
	aws    *sim
	notes  *notebook
	run    plan.Run
	events []plan.Event
	order  apply.Order
	react  func(*apply.Job, plan.Event) // to what is told
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, aws: newSim(), notes: newNotebook()}
	w.run = plan.Run{ID: "20261126-101512-3f9a", Who: "ann", Plan: plan.Plan{Format: plan.Format}}
	return w
}

// target adds an image to AWS and to the plan.
func (w *world) target(s model.Scope, id string, snapshots ...string) int {
	w.aws.add(s, id, snapshots...)
	return w.targetOf(s, id)
}

// targetOf adds an image to the plan as it is.
func (w *world) targetOf(s model.Scope, id string) int {
	im := w.aws.image(s, id)
	t := plan.Target{Image: im.ImageKey, Account: s.Account, Before: plan.Facts{State: "available"}}
	for _, sn := range im.SnapshotIDs() {
		t.Before.Snapshots = append(t.Before.Snapshots, plan.Snapshot{ID: sn})
	}
	t.Before = plan.Renew(t, w.aws.tell(model.Look{Scope: s, Images: []string{id}, Besides: im.SnapshotIDs(), Snapshots: true, Permissions: true, Bin: true}))
	w.run.Plan.Targets = append(w.run.Plan.Targets, t)
	return len(w.run.Plan.Targets) - 1
}

// step adds a step to the plan; it gives its number.
func (w *world) step(target int, s model.Scope, api, input string, after ...int) int {
	id := len(w.run.Plan.Steps) + 1
	w.run.Plan.Steps = append(w.run.Plan.Steps, plan.Step{
		ID: id, Target: target, Scope: s, Call: plan.Call{API: "ec2:" + api, Input: json.RawMessage(input)}, After: after, Follow: api == "CopyImage",
	})
	return id
}

// remove plans to delete a new image, each of its snapshots with a call of its own.
func (w *world) remove(s model.Scope, id string, snapshots ...string) {
	t := w.target(s, id, snapshots...)
	image := w.step(t, s, "DeregisterImage", `{"ImageId":"`+id+`"}`)
	for _, sn := range snapshots {
		w.step(t, s, "DeleteSnapshot", `{"SnapshotId":"`+sn+`"}`, image)
	}
}

// removeWhole plans to delete a new image with its snapshots in one call.
func (w *world) removeWhole(s model.Scope, id string, snapshots ...string) {
	w.step(w.target(s, id, snapshots...), s, "DeregisterImage", `{"ImageId":"`+id+`","DeleteAssociatedSnapshots":true}`)
}

// alter plans a call about an image that is as it is.
func (w *world) alter(s model.Scope, id, api, more string) {
	w.step(w.targetOf(s, id), s, api, `{"ImageId":"`+id+`"`+more+`}`)
}

func (w *world) disable(s model.Scope, id string) {
	w.aws.add(s, id)
	w.alter(s, id, "DisableImage", "")
}

// tag plans a call about the tags of an image.
func (w *world) tag(s model.Scope, id, api string) {
	w.step(w.targetOf(s, id), s, api, `{"Resources":["`+id+`"],"Tags":[{"Key":"team","Value":"red"}]}`)
}

// restore plans to bring back an image and its snapshot that are in the bin.
func (w *world) restore(s model.Scope, id, snapshot string) {
	im, sn := w.aws.add(s, id, snapshot), w.aws.snapshots[snapshot]
	im.gone, im.binned, sn.gone, sn.binned = time.Now().Add(-time.Hour), true, true, true
	t := w.targetOf(s, id)
	n := w.step(t, s, "RestoreSnapshotFromRecycleBin", `{"SnapshotId":"`+snapshot+`"}`)
	w.step(t, s, "RestoreImageFromRecycleBin", `{"ImageId":"`+id+`"}`, n)
}

// everything plans one of each kind of step.
func everything(w *world) {
	w.remove(here, "ami-a", "snap-a1", "snap-a2")
	w.removeWhole(there, "ami-b", "snap-b")
	w.disable(here, "ami-c")
	w.aws.add(there, "ami-d")
	w.alter(there, "ami-d", "EnableImageDeprecation", `,"DeprecateAt":"2027-01-01T00:00:00Z"`)
	w.duplicate(here, there, "ami-e")
	w.restore(there, "ami-f", "snap-f")
	w.aws.add(here, "ami-g").State = "disabled"
	w.alter(here, "ami-g", "EnableImage", "")
	w.aws.add(here, "ami-h").Deprecation = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	w.alter(here, "ami-h", "DisableImageDeprecation", "")
	w.aws.add(here, "ami-i")
	w.alter(here, "ami-i", "EnableImageDeregistrationProtection", "")
	w.aws.add(here, "ami-j").Detail.Traits = protection(plan.ProtectedNow)
	w.alter(here, "ami-j", "DisableImageDeregistrationProtection", "")
	w.aws.add(here, "ami-k")
	w.tag(here, "ami-k", "CreateTags")
	w.aws.add(there, "ami-l").Detail.Tags = []model.Tag{{Key: "team", Value: "red"}}
	w.tag(there, "ami-l", "DeleteTags")
	t := w.target(here, "ami-m", "snap-m")
	w.step(t, here, "ModifySnapshotAttribute", `{"SnapshotId":"snap-m","Attribute":"createVolumePermission","OperationType":"add","UserIds":["300000000000"]}`)
	w.step(t, here, "ModifyImageAttribute", `{"ImageId":"ami-m","LaunchPermission":{"Add":[{"UserId":"300000000000"}]}}`)
}

// kinds is how many steps that are.
const kinds = 18

// duplicate plans a copy of a new image that is then shared.
func (w *world) duplicate(from, to model.Scope, id string) {
	t := w.target(from, id)
	n := w.step(t, to, "CopyImage", `{"SourceRegion":"`+from.Region+`","SourceImageId":"`+id+`","Name":"`+id+`"}`)
	w.step(t, to, "ModifyImageAttribute", fmt.Sprintf(`{"ImageId":"${%d.ImageId}","LaunchPermission":{"Add":[{"UserId":"300000000000"}]}}`, n), n)
}

func (w *world) job() *apply.Job {
	var j *apply.Job
	o := w.order
	if o.Cloud == nil {
		o.Cloud = w.aws
	}
	if o.Journal == nil {
		o.Journal = w.notes
	}
	o.Emit = func(e plan.Event) {
		w.events = append(w.events, e)
		if w.react != nil {
			w.react(j, e)
		}
	}
	j = apply.New(o)
	return j
}

// start does the plan from its beginning.
func (w *world) start(ctx context.Context) error {
	w.run.At = time.Now().UTC()
	return w.job().Run(ctx, w.run)
}

// resume goes on with it, as another start of the program would.
func (w *world) resume(ctx context.Context) error {
	w.notes.held[w.run.ID] = false // the lock of a process that has ended is free
	w.events = nil
	return w.job().Resume(ctx, w.run.ID)
}

// states are how the steps stand by the journal, in their order.
func (w *world) states() []plan.State {
	r, err := w.notes.Run(w.run.ID)
	if err != nil {
		return nil
	}
	out := make([]plan.State, len(w.run.Plan.Steps))
	for i, s := range w.run.Plan.Steps {
		out[i] = r.Outcomes[s.ID].State
	}
	return out
}

func (w *world) outcome(step int) plan.Outcome {
	r, err := w.notes.Run(w.run.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Outcomes[step]
}

func (w *world) wantStates(want ...plan.State) {
	w.t.Helper()
	equal(w.t, "states", w.states(), want)
}

// agree checks that what was told is what was noted, and that AWS saw what was told
// to be done and nothing else.
func (w *world) agree() {
	w.t.Helper()
	told := map[int]plan.Outcome{}
	for i, e := range w.events {
		if e.Step > 0 && e.Err == nil {
			told[e.Step] = e.Outcome
		}
		if e.Ended != (i == len(w.events)-1) {
			w.t.Errorf("event %d of %d has ended: %v", i, len(w.events), e.Ended)
		}
	}
	r, err := w.notes.Run(w.run.ID)
	must(w.t, err)
	for step, o := range told {
		if d := cmp.Diff(r.Outcomes[step], o); d != "" {
			w.t.Errorf("step %d was told otherwise than noted:\n%s", step, d)
		}
	}
	w.seenByAWS(r)
}

// seenByAWS holds outcomes against what AWS did.
func (w *world) seenByAWS(r plan.Run) {
	w.t.Helper()
	want := map[string]bool{}
	for _, s := range r.Plan.Steps {
		c := s.Call
		for id, o := range r.Outcomes {
			c.Input = json.RawMessage(strings.ReplaceAll(string(c.Input), fmt.Sprintf("${%d.ImageId}", id), o.Result.Image))
		}
		o, what := r.Outcomes[s.ID], subject(c)
		did := w.aws.did[what] > 0
		want[what] = true
		switch {
		case (o.State == plan.Done || o.State == plan.Pending) && !did:
			w.t.Errorf("step %d is %q, and AWS did not see %s", s.ID, o.State, what)
		case (o.State == plan.NotRun || o.State == plan.Refused || o.State == "" || o.State == plan.Failed && c.API != "ec2:CopyImage") && did:
			w.t.Errorf("step %d is %q, and AWS did %s", s.ID, o.State, what)
		case w.aws.did[what] > 1:
			w.t.Errorf("AWS did %s %d times", what, w.aws.did[what])
		}
	}
	for what, n := range w.aws.did {
		if n > 0 && !want[what] {
			w.t.Errorf("AWS did %s, which no step says", what)
		}
	}
}

// in runs a test on a clock of its own.
func in(t *testing.T, do func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { do(t, newWorld(t)) })
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

// all is n times a state.
func all(n int, s plan.State) []plan.State { return slices.Repeat([]plan.State{s}, n) }
