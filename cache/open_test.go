package cache_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/amiscope/amiscope/model"
)

// opened are clean passes over what tells how open a scope is, each of two pages.
func opened(s model.Scope, gen model.Gen) []model.Page {
	refused := &model.OpError{Op: "ec2:GetAllowedImagesSettings", Scope: s, Kind: model.Denied, Code: "UnauthorizedOperation", Help: "allow it", Err: errors.New("no")}
	return []model.Page{
		{Gen: gen, Scope: s, Kind: model.Settings, At: asOf, Calls: 3, Settings: []*model.Setting{
			{Name: model.BlockSnapshots, State: model.BlockAll, By: "declarative-policy"}, {Name: model.BlockImages, State: model.Unblocked, By: "account"},
		}},
		{Gen: gen, Scope: s, Kind: model.Settings, At: asOf, Calls: 1, Last: true, Settings: []*model.Setting{
			{Name: model.AllowedImages, Err: refused}, {Name: model.EncryptVolumes, State: model.On, Rules: []string{"a", "b"}},
		}},
		{Gen: gen, Scope: s, Kind: model.PublicSnapshots, At: asOf, Calls: 1, Public: []*model.PublicSnapshot{{ID: "snap-2"}}},
		{Gen: gen, Scope: s, Kind: model.PublicSnapshots, At: asOf, Calls: 1, Last: true, Public: []*model.PublicSnapshot{{ID: "snap-1"}}},
	}
}

func sameOpenness(t *testing.T, got, want model.Inventory, s model.Scope) {
	t.Helper()
	for _, k := range model.Openness() {
		st := want.Status(s, k)
		st.Gen = 0
		equal(t, "status of "+k.String(), got.Status(s, k), st)
	}
	equal(t, "settings", got.Settings(s), want.Settings(s))
	equal(t, "public snapshots", got.PublicSnapshots(s), want.PublicSnapshots(s))
}

// A pass is saved as a whole, a setting that was refused with its reason; one that
// fails later leaves its rows. What is damaged was never read.
func TestOpennessComesBackAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFlusher(t, newStore(t))
		var want model.Inventory
		for _, p := range opened(scope1, 1) {
			r.f.Fold(p)
			want = want.Fold(p)
		}
		r.tick()
		sameOpenness(t, restored(t, r.store, f1), want, scope1)
		for _, k := range model.Openness() {
			p := failed(scope1, k, 2)
			r.f.Fold(p)
			want = want.Fold(p)
		}
		must(t, r.end())
		got := restored(t, r.store, f1)
		sameOpenness(t, got, want, scope1)
		if len(got.Settings(scope1)) != 4 || len(got.PublicSnapshots(scope1)) != 2 {
			t.Errorf("after a failed pass: %v, %v", got.Settings(scope1), got.PublicSnapshots(scope1))
		}
		for _, k := range model.Openness() {
			put(t, r.store, k.Word(), scope1.String(), []byte("damaged"))
		}
		inv := restored(t, r.store, f1)
		for _, k := range model.Openness() {
			if !inv.Status(scope1, k).AsOf.IsZero() {
				t.Errorf("%s counts as read", k)
			}
		}
	})
}

// What is read of single snapshots and images where somebody looks is not kept.
func TestWhatIsLookedAtIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFlusher(t, newStore(t))
		r.f.Fold(model.Page{Gen: 1, Scope: scope1, Kind: model.Volumes, Volumes: []*model.VolumePermissions{{ID: "snap-1"}}, At: asOf, Last: true})
		r.f.Fold(model.Page{Gen: 1, Scope: scope1, Kind: model.Inspections, Inspections: []*model.Inspection{{ID: "ami-1"}}, At: asOf, Last: true})
		must(t, r.end())
		if inv := restored(t, r.store, f1); inv.VolumePermissions(scope1, "snap-1") != nil {
			t.Error("it was kept")
		}
	})
}
