package measuretest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/measure"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// twoVolumes is a chain of two snapshots, and one of another volume.
func twoVolumes(t *testing.T, o fakeaws.Options) (f *office, scope model.Scope, ids []string) {
	t.Helper()
	c := newCompany(1, false)
	f = open(t, c, o, func(w *fleet.Fleet) {
		c.fleet = w
		scope = model.Scope{Account: w.Active()[0].ID, Region: w.Enabled()[0]}
		like := fleet.Snapshot{Owner: scope.Account, Region: scope.Region, Volume: c.id()}
		first := c.add(like, nil)
		c.add(like, origin(first))
		like.Volume = c.id()
		c.add(like, nil)
		for _, s := range w.Snapshots {
			ids = append(ids, s.ID.Snapshot())
		}
	})
	return f, scope, ids
}

// TestAFailureStopsNothingElse, and what it was is told.
func TestAFailureStopsNothingElse(t *testing.T) {
	f, s, ids := twoVolumes(t, short())
	asks := []cost.Ask{
		{Scope: s, From: ids[0], To: ids[2]},
		{Scope: s, To: "snap-00000001"},
		{Scope: model.Scope{Account: "999999999999", Region: s.Region}, To: ids[0]},
		{Scope: s, To: ids[0]},
		{Scope: s, From: ids[0], To: ids[1]},
	}
	got := &answers{}
	left, err := measure.Run(t.Context(), f.client, asks, measure.Options{Cap: plenty, Tell: got.tell})
	if err != nil || len(left.Left) > 0 || len(got.holdings) != 1 || len(got.changes) != 1 || len(got.failed) != 3 {
		t.Fatalf("%+v, %v, %+v", left, err, got)
	}
	kinds := map[int]model.ErrorKind{0: model.Invalid, 1: model.NotFound, 2: model.Expired}
	for _, e := range got.failed {
		for i, a := range asks {
			if a == e.Ask && (e.Err.Kind != kinds[i] || e.Unrelated() != (i == 0)) {
				t.Errorf("%+v: %v, unrelated: %t", a, e.Err, e.Unrelated())
			}
		}
	}
	if e := got.last; e.Done != len(asks) || e.Asks != len(asks) || e.Requests != left.Requests || e.Requests < 4 || e.Blocks == 0 {
		t.Errorf("at the end it tells %+v", e)
	}
}

// TestTheCapIsKept to the request: also with retries, and where nothing at all
// may be asked.
func TestTheCapIsKept(t *testing.T) {
	o := short()
	o.Faults = []fakeaws.Fault{{Kind: fakeaws.FaultServer, Rule: fakeaws.Rule{Operation: "ListSnapshotBlocks"}, Share: 0.4}}
	for limit := range int64(8) {
		synctest.Test(t, func(t *testing.T) { // retries wait for seconds
			f, s, ids := twoVolumes(t, o)
			asks := []cost.Ask{{Scope: s, To: ids[0]}, {Scope: s, To: ids[1]}, {Scope: s, To: ids[2]}}
			left, err := measure.Run(t.Context(), f.client, asks, measure.Options{Cap: limit + 5, Spent: 5})
			if sent := f.wire.blocks.Load(); err != nil || left.Requests != sent+5 || sent > limit || len(left.Left) == 0 || !left.Capped {
				t.Errorf("cap %d: %d sent, %+v, %v", limit, sent, left, err)
			}
		})
	}
}

// TestAnOldTokenIsNoEnd: the list goes on by the index of its block.
func TestAnOldTokenIsNoEnd(t *testing.T) {
	now := fleet.Epoch
	o := short()
	o.PageLimit, o.Now = 100, func() time.Time { return now }
	f, s, ids := twoVolumes(t, o)
	f.wire.before = func(int64) { now = now.Add(2 * time.Hour) } // one list: one request at a time
	got := &answers{}
	left, err := measure.Run(t.Context(), f.client, []cost.Ask{{Scope: s, To: ids[0]}}, measure.Options{Cap: plenty, Tell: got.tell})
	if err != nil || len(got.failed) > 0 || len(got.holdings) != 1 || left.Requests < 4 {
		t.Fatalf("%+v, %v, %+v", left, err, got.failed)
	}
	if b := got.holdings[0].Blocks.Bytes(); b != f.fleet.Snapshots[0].Size.Bytes {
		t.Errorf("%d bytes, want %d", b, f.fleet.Snapshots[0].Size.Bytes)
	}
}
