package applytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

const perScope = 250

// manyImages puts images into both regions of the first account, each with a disk.
func manyImages(f *fleet.Fleet) {
	owner := f.Active()[0].ID
	made := fleet.Time(time.Now().Add(-100 * day).UnixMilli())
	for i, region := range f.Enabled() {
		for n := range perScope {
			id := fleet.ID(0x10000*(i+1) + n)
			f.Images = append(f.Images, fleet.Image{ID: id, Owner: owner, Region: region, Name: fmt.Sprintf("web-%d", n), Life: fleet.Life{Created: made}, Snapshots: []fleet.ID{id}})
			f.Snapshots = append(f.Snapshots, fleet.Snapshot{ID: id, Owner: owner, Region: region, State: "completed", Tier: "standard", Start: made, Size: fleet.Size{GiB: 8, Bytes: 1 << 30}})
		}
	}
}

// TestFiveHundredDeletions in two scopes, under AWS's rates: each is done and told, as
// fast as the rates allow, and where AWS loses calls and answers as well.
func TestFiveHundredDeletions(t *testing.T) {
	random := func(share float64) []fakeaws.Fault {
		var out []fakeaws.Fault
		for _, kind := range []fakeaws.FaultKind{fakeaws.FaultServer, fakeaws.FaultReset} {
			out = append(out, fakeaws.Fault{Kind: kind, Share: share / 2, Rule: fakeaws.Rule{Operation: "ec2:*"}})
		}
		return out
	}
	for name, o := range map[string]fakeaws.Options{
		"throttled":                {Throttle: true},
		"throttled and unreliable": {Throttle: true, Faults: random(0.1), FaultSeed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T) { deleteMany(t, o) })
		})
	}
}

func deleteMany(t *testing.T, o fakeaws.Options) {
	t.Helper()
	w := open(t, o, manyImages)
	var marks []model.ImageKey
	for _, im := range w.inv.Images() {
		marks = append(marks, im.ImageKey)
	}
	p := w.plan(plan.Delete, plan.Options{}, marks...)
	if runs, _, _ := p.Counts(); runs != 2*perScope {
		t.Fatalf("%d of %d images are deleted: %+v", runs, len(marks), p.Targets[0])
	}
	<-time.After(5 * time.Minute) // the buckets are full again
	before := w.tries()
	begun := time.Now()
	r := w.run(p)
	took := time.Since(begun)
	for _, s := range p.Steps {
		if out := r.Outcomes[s.ID]; out.State != plan.Done {
			t.Errorf("step %d is %q: %s", s.ID, out.State, out.Why)
		}
	}
	w.sawOnly(&r)
	attempts := w.tries() - before
	limit := time.Duration(1.15 * float64(attempts-100) / 5 * float64(time.Second))
	if len(o.Faults) == 0 {
		limit = time.Duration(1.15 * (perScope - 100) / 5 * float64(time.Second))
	} else {
		limit += lastTries
	}
	t.Logf("%d steps took %v of %v, with %d attempts in one of the scopes", len(p.Steps), took, limit, attempts)
	if took > limit {
		t.Errorf("it took %v, and %v is the limit", took, limit)
	}
}

// lastTries is how long the last calls may be tried again, and held against AWS, when
// no others are left to be made meanwhile.
const lastTries = 6 * time.Second

// tries is how many attempts to delete an image the scope with the most of them saw.
func (w *world) tries() int {
	most := 0
	for _, tally := range w.server.Stats() {
		if tally.API == "ec2:DeregisterImage" {
			most = max(most, tally.Calls)
		}
	}
	return most
}
