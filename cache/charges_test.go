package cache_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// charged are clean passes over what costs a scope besides, each of two pages.
func charged(s model.Scope, gen model.Gen) []model.Page {
	return []model.Page{
		{Gen: gen, Scope: s, Kind: model.Bin, At: asOf, Calls: 1, Binned: []*model.Binned{
			{ID: "snap-1", Description: "before upgrade", Volume: "vol-1", Entered: asOf, Exits: asOf.Add(time.Hour)}, {ID: "snap-2"},
		}},
		{Gen: gen, Scope: s, Kind: model.Bin, At: asOf, Calls: 1, Last: true, Binned: []*model.Binned{{ID: "ami-1", Name: "web", Entered: asOf, Exits: asOf.Add(time.Hour)}}},
		{Gen: gen, Scope: s, Kind: model.BinRules, At: asOf, Calls: 2, Rules: []*model.BinRule{
			{ID: "r-1", Resource: model.SnapshotResource, Days: 14, Except: []model.Tag{{Key: "purpose", Value: "scratch"}}},
		}},
		{Gen: gen, Scope: s, Kind: model.BinRules, At: asOf, Calls: 2, Last: true, Rules: []*model.BinRule{
			{ID: "r-2", Resource: model.ImageResource, Days: 30, Tags: []model.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}},
		}},
		{Gen: gen, Scope: s, Kind: model.Hasten, At: asOf, Calls: 1, Hastened: []*model.Hastened{
			{Snapshot: "snap-3", Zone: "a", State: "enabled", Owner: "1"}, {Snapshot: "snap-3", Zone: "b", State: "enabled", Owner: "1"},
		}},
		{Gen: gen, Scope: s, Kind: model.Hasten, At: asOf, Calls: 1, Last: true, Hastened: []*model.Hastened{{Image: "ami-2", State: "enabled", Copies: 6, Owner: "1"}}},
	}
}

// sameCharges compares what two inventories know of what costs besides.
func sameCharges(t *testing.T, got, want model.Inventory, s model.Scope) {
	t.Helper()
	for _, k := range model.Charges() {
		st := want.Status(s, k)
		st.Gen = 0
		equal(t, "status of "+k.String(), got.Status(s, k), st)
	}
	equal(t, "bin", got.Binned(s), want.Binned(s))
	equal(t, "rules", got.BinRules(s), want.BinRules(s))
	equal(t, "hastened", got.Hastened(s), want.Hastened(s))
	equal(t, "formers", got.Formers(s), want.Formers(s))
}

// A pass is saved as a whole; one that fails later leaves its rows.
func TestChargesComeBackAsTheyWere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFlusher(t, newStore(t))
		var want model.Inventory
		for _, p := range charged(scope1, 1) {
			r.f.Fold(p)
			want = want.Fold(p)
		}
		r.tick()
		sameCharges(t, restored(t, r.store, f1), want, scope1)
		for _, k := range model.Charges() {
			p := failed(scope1, k, 2)
			r.f.Fold(p)
			want = want.Fold(p)
		}
		must(t, r.end())
		got := restored(t, r.store, f1)
		sameCharges(t, got, want, scope1)
		if len(got.Binned(scope1)) != 3 || len(got.BinRules(scope1)) != 2 || len(got.Hastened(scope1)) != 3 || got.Status(scope1, model.Bin).Err == nil {
			t.Errorf("after a failed pass: %v, %v, %v", got.Binned(scope1), got.BinRules(scope1), got.Hastened(scope1))
		}
	})
}

// A scope that was read and has nothing is told from one that was never read.
func TestAnEmptyBinWasRead(t *testing.T) {
	s := newStore(t)
	must(t, s.Save(cache.Batch{Passes: []model.Page{{Gen: 1, Scope: scope1, Kind: model.Bin, At: asOf, Calls: 2, Last: true}}}))
	inv := restored(t, s, f1)
	equal(t, "read", inv.Status(scope1, model.Bin), model.Status{AsOf: asOf, Tried: asOf, Calls: 2})
	equal(t, "not read", inv.Status(scope1, model.BinRules), model.Status{})
}

func TestDamagedChargesWereNeverRead(t *testing.T) {
	for _, k := range model.Charges() {
		t.Run(k.Word(), func(t *testing.T) {
			s := newStore(t)
			var want model.Inventory
			for _, p := range charged(scope1, 1) {
				must(t, s.Save(cache.Batch{Passes: []model.Page{p}}))
				if p.Last {
					want = want.Fold(p)
				}
			}
			sameCharges(t, restored(t, s, f1), want, scope1)
			put(t, s, k.Word(), scope1.String(), []byte("damaged"))
			inv := restored(t, s, f1)
			for _, other := range model.Charges() {
				if read := !inv.Status(scope1, other).AsOf.IsZero(); read != (other != k) {
					t.Errorf("%s was read: %v", other, read)
				}
			}
		})
	}
}

func former(id string, missed time.Time) *model.Former {
	return &model.Former{ID: id, Snapshots: []string{"snap-" + id}, SizeGiB: 8, FullBytes: -1, Missed: missed}
}

func formersOf(s model.Scope, fs ...*model.Former) model.Event {
	return model.Formers{Scope: s, Formers: fs}
}

// What is told of formers joins what was told before, of each scope apart.
func TestFormersAreRemembered(t *testing.T) {
	day := func(n int) time.Time { return asOf.AddDate(0, 0, n) }
	f, s := newFleet(1, 10, 1, 2), newStore(t)
	scopes := f.sel.Scopes()
	must(t, s.Save(cache.Batch{Selections: []cache.Selection{f.sel}}))
	for _, step := range []struct {
		name   string
		pieces []model.Event
		want   []*model.Former
	}{
		{"the first", []model.Event{formersOf(scopes[0], former("b", day(0)))}, []*model.Former{former("b", day(0))}},
		{"others", []model.Event{formersOf(scopes[0], former("a", day(1))), formersOf(scopes[0], former("c", day(1)))}, []*model.Former{former("a", day(1)), former("b", day(0)), former("c", day(1))}},
		{"of another scope", []model.Event{formersOf(scopes[1], former("x", day(900)))}, []*model.Former{former("a", day(1)), former("b", day(0)), former("c", day(1))}},
		{"gone again", []model.Event{formersOf(scopes[0], former("b", day(300)))}, []*model.Former{former("a", day(1)), former("b", day(300)), former("c", day(1))}},
		{"after 401 days", []model.Event{formersOf(scopes[0], former("d", day(402)))}, []*model.Former{former("b", day(300)), former("d", day(402))}},
	} {
		must(t, s.Save(cache.Batch{Pieces: step.pieces}))
		equal(t, step.name, restored(t, s, scopes).Formers(scopes[0]), step.want)
	}
	equal(t, "the other scope", restored(t, s, scopes).Formers(scopes[1]), []*model.Former{former("x", day(900))})

	put(t, s, "formers", scopes[0].String(), []byte("damaged"))
	equal(t, "damaged", restored(t, s, scopes).Formers(scopes[0]), []*model.Former(nil))
	must(t, s.Save(cache.Batch{Pieces: []model.Event{formersOf(scopes[0], former("e", day(403)))}}))
	equal(t, "told again", restored(t, s, scopes).Formers(scopes[0]), []*model.Former{former("e", day(403))})
}

// The flusher saves formers with all else, and nothing of them is said twice.
func TestFlusherSavesFormers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFlusher(t, newStore(t))
		for n := range 3 {
			r.f.Fold(formersOf(scope1, former(fmt.Sprint(n), asOf)))
			r.tick()
		}
		must(t, r.end())
		equal(t, "formers", restored(t, r.store, f1).Formers(scope1), []*model.Former{former("0", asOf), former("1", asOf), former("2", asOf)})
	})
}
