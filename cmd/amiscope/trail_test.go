package main

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui"
)

// exposing is a company whose AWS goes by a clock that the test sets.
type exposing struct {
	*stage
	server *fakeaws.Server
	now    time.Time
}

func newExposing(t *testing.T) *exposing {
	t.Helper()
	x := &exposing{stage: newStage(t), now: fleet.Epoch}
	x.stage.now = func() time.Time { return x.now }
	x.server = fakeaws.New(fakeaws.Options{
		Fleet: fleet.Config{Accounts: 2, Regions: 1}, Bare: true, PageLimit: 8, Now: func() time.Time { return x.now },
		World: func(f *fleet.Fleet) {
			f.Images = []fleet.Image{{
				ID: ourImage, Owner: f.Accounts[0].ID, Region: f.Enabled()[0], Name: "web-1.0", Life: fleet.Life{Created: fleet.Time(fleet.Epoch.AddDate(-1, 0, 0).UnixMilli())},
			}}
		},
	})
	for day := 9; day > 0; day-- {
		x.happens(fleet.Epoch.AddDate(0, 0, -day), "RunInstances", nil, nil)
	}
	everybody := []fleet.Permission{{Group: "all"}}
	x.happens(fleet.Epoch.AddDate(0, 0, -5), "ModifyImageAttribute", everybody, nil)
	x.happens(fleet.Epoch.AddDate(0, 0, -4), "ModifyImageAttribute", nil, everybody)
	x.reach(t, x.server)
	return x
}

// happens adds to the trail of the image's owner.
func (x *exposing) happens(at time.Time, name string, added, removed []fleet.Permission) {
	x.server.Change(func(f *fleet.Fleet) {
		e := fleet.Event{
			At: fleet.Time(at.UnixMilli()), Owner: f.Accounts[0].ID, Region: f.Enabled()[0], Name: name, By: &fleet.Principal{Kind: "user", Name: "jo"},
			Image: ourImage, Added: added, Removed: removed,
		}
		if name == "RunInstances" {
			e.Instances = []fleet.ID{fleet.ID(len(f.Events) + 1)}
		}
		f.Events = append(f.Events, e)
	})
}

// lookups is how often CloudTrail was asked so far.
func (x *exposing) lookups() (n int) {
	for _, t := range x.server.Stats() {
		if t.API == "cloudtrail:LookupEvents" {
			n += t.Calls
		}
	}
	return n
}

// told is what the verb prints of the image.
func (x *exposing) told(t *testing.T, args ...string) trail.Document {
	t.Helper()
	if code := x.do(t.Context(), append([]string{"trail", ourImage.Image(), "--all-profiles", "-o", "json"}, args...)...); code != exitDone {
		t.Fatalf("exit code %d: %s", code, x.stderr.String())
	}
	var d trail.Document
	if err := json.Unmarshal(x.stdout.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestTrailsOutliveCloudTrail: what was told once is not asked for again, and is
// told when CloudTrail has forgotten it.
func TestTrailsOutliveCloudTrail(t *testing.T) {
	x := newExposing(t)
	first := x.told(t)
	public := []trail.PublicDocument{{From: day2(-5), To: day2(-4)}}
	if d := cmp.Diff(public, first.Public); d != "" || len(first.Events) != 11 || len(first.Looked) != 2 {
		t.Errorf("%s, %d events, of %v", d, len(first.Events), first.Looked)
	}
	whole := x.lookups()

	x.now = x.now.Add(10 * time.Minute)
	if again := x.told(t); len(again.Events) != 11 || x.lookups() != whole {
		t.Errorf("%d events by %d lookups more", len(again.Events), x.lookups()-whole)
	}
	x.happens(x.now.Add(time.Minute), "DeregisterImage", nil, nil)
	x.happens(x.now.Add(-11*time.Minute), "RunInstances", nil, nil) // told late
	x.now = x.now.Add(20 * time.Minute)
	if again := x.told(t); len(again.Events) != 13 || x.lookups()-whole > 6 {
		t.Errorf("%d events by %d lookups more", len(again.Events), x.lookups()-whole)
	}
	before := x.lookups()
	if again := x.told(t, "--max-age", "0"); len(again.Events) != 13 || x.lookups() == before {
		t.Errorf("%d events, although all is to be read again", len(again.Events))
	}

	x.now = x.now.AddDate(0, 0, 80)
	x.told(t)
	x.now = x.now.AddDate(0, 0, 80) // nothing of the beginning is left there
	late := x.told(t)
	if d := cmp.Diff(public, late.Public); d != "" || len(late.Events) != 13 || !late.Looked[0].Since.Equal(*first.Looked[0].Since) {
		t.Errorf("%s, %d events since %v", d, len(late.Events), late.Looked[0].Since)
	}
	before = x.lookups()
	x.now = x.now.AddDate(0, 0, 100) // and of what happened since nobody knows
	if off := x.told(t, "--offline"); len(off.Events) != 13 || x.lookups() != before {
		t.Errorf("%d events, by %d lookups", len(off.Events), x.lookups()-before)
	}
	late = x.told(t)
	if since := late.Looked[0].Since; len(late.Events) != 13 || !since.Equal(x.now.Add(-trail.Kept)) {
		t.Errorf("%d events, looked at without a gap since %v", len(late.Events), since)
	}
}

func day2(n int) *time.Time {
	at := fleet.Epoch.AddDate(0, 0, n)
	return &at
}

// TestATrailThatIsLeft is kept as far as it was told.
func TestATrailThatIsLeft(t *testing.T) {
	defer goleak.VerifyNone(t)
	w, inv := readAll(t, &demoFlags{fleet: fleet.Config{Accounts: 3, Regions: 2, Images: 250}})
	var im *model.Image
	for _, other := range inv.Images() {
		if other.Name == "launched-yesterday" {
			im = other
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	for m := range w.trail(ctx, tui.Tracing{Image: im.ImageKey, Known: inv}) {
		for _, l := range m.Lookups {
			if told += len(l.Events); told > 0 {
				cancel()
			}
		}
	}
	cancel()
	kept, err := w.store.Trail(im.ImageKey)
	if err != nil || told == 0 || !slices.ContainsFunc(kept, func(l *trail.Lookup) bool { return len(l.Events) > 0 }) {
		t.Errorf("%d events were told, kept is %v, %v", told, kept, err)
	}
	if notes := w.close(); len(notes) > 0 {
		t.Error(notes)
	}
}
