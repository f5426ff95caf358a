package cache_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

var same = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	alike(t, what, got, want)
}

// alike is equal for property tests too.
func alike(t rapid.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, same); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

// inventory is what a start folds: the list, then details, then snapshots.
func inventory(tb testing.TB, s *cache.Store, selection string) model.Inventory {
	tb.Helper()
	snap, err := s.Load(selection)
	must(tb, err)
	var inv model.Inventory
	for _, f := range snap.Found {
		inv = inv.Fold(f)
	}
	for _, l := range snap.Lost {
		inv = inv.Fold(l)
	}
	for _, p := range snap.Pages {
		inv = inv.Fold(p)
	}
	must(tb, s.Details(snap.Scopes(), func(d model.Details) error { inv = inv.Fold(d); return nil }))
	must(tb, s.Snapshots(snap.Scopes(), func(p model.Page) error { inv = inv.Fold(p); return nil }))
	return inv
}

func TestAnInventoryComesBackAsItWas(t *testing.T) {
	f, s := newFleet(7, 900, 3, 4), newStore(t)
	must(t, s.Save(f.batch()))
	got := inventory(t, s, "all")

	var want model.Inventory
	for _, found := range f.sel.Found {
		want = want.Fold(found)
	}
	for _, p := range f.pages {
		want = want.Fold(p)
	}
	equal(t, "images", got.Images(), want.Images())
	equal(t, "accounts", got.Accounts(), want.Accounts())
	equal(t, "scopes", got.Scopes(), want.Scopes())
	for _, sc := range want.Scopes() {
		equal(t, "snapshots", got.ScopeSnapshots(sc), want.ScopeSnapshots(sc))
		for _, k := range model.Kinds() {
			st := want.Status(sc, k)
			st.Gen = 0
			equal(t, "status of "+k.String(), got.Status(sc, k), st)
		}
	}
}

func TestTheListComesWithoutDetails(t *testing.T) {
	f, s := newFleet(1, 10, 1, 1), newStore(t)
	must(t, s.Save(f.batch()))
	snap, err := s.Load("all")
	must(t, err)
	if len(snap.Pages) != 1 || len(snap.Pages[0].Images) != 10 || snap.Pages[0].Images[3].Detail != nil {
		t.Fatalf("got %+v", snap.Pages)
	}
}

func TestNothingSavedYet(t *testing.T) {
	s := newStore(t)
	snap, err := s.Load("all")
	must(t, err)
	equal(t, "snapshot", snap, cache.Snapshot{Selection: cache.Selection{Name: "all"}})
	must(t, s.Details(f1, func(model.Details) error { return errors.New("details of nothing") }))
	must(t, s.Snapshots(f1, func(model.Page) error { return errors.New("snapshots of nothing") }))
	must(t, s.Save(cache.Batch{}))
	info, err := s.Stat()
	must(t, err)
	equal(t, "info", info, cache.Info{})
	if _, err := os.Stat(filepath.Dir(s.Path())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made something: %v", err)
	}
}

var (
	scope1 = model.Scope{Account: "100000000000", Region: "eu-test-0"}
	f1     = []model.Scope{scope1}
)

func TestAFailedPassKeepsTheRows(t *testing.T) {
	for name, together := range map[string]bool{"in one batch": true, "in two": false} {
		t.Run(name, func(t *testing.T) {
			f, s := newFleet(1, 10, 1, 1), newStore(t)
			b := f.batch()
			bad := []model.Page{failed(scope1, model.Images, 2), failed(scope1, model.Snapshots, 2)}
			if together {
				b.Passes = append(b.Passes, bad...)
			}
			must(t, s.Save(b))
			must(t, s.Save(cache.Batch{Passes: bad}))

			inv := inventory(t, s, "all")
			if inv.ImageCount(scope1) != 10 || len(inv.ScopeSnapshots(scope1)) != 10 {
				t.Error("the rows are gone")
			}
			st := inv.Status(scope1, model.Images)
			equal(t, "images", st, model.Status{AsOf: asOf, Tried: bad[0].At, Calls: 3, Err: bad[0].Err})
			snap, err := s.Load("all")
			must(t, err)
			equal(t, "first pass", snap.Passes[0], cache.Pass{Scope: scope1, Kind: model.Images, AsOf: asOf, Calls: 3, Err: bad[0].Err})
		})
	}
}

func TestAFailureIsRememberedWithoutRowsAndForgottenWithThem(t *testing.T) {
	f, s := newFleet(1, 10, 1, 1), newStore(t)
	b := f.batch()
	clean := b.Passes
	b.Passes = []model.Page{failed(scope1, model.Images, 1)}
	must(t, s.Save(b))
	st := inventory(t, s, "all").Status(scope1, model.Images)
	if st.Err == nil || !st.AsOf.IsZero() {
		t.Errorf("after the failure: %+v", st)
	}
	must(t, s.Save(cache.Batch{Passes: clean}))
	st = inventory(t, s, "all").Status(scope1, model.Images)
	if st.Err != nil || !st.AsOf.Equal(asOf) {
		t.Errorf("after a clean pass: %+v", st)
	}
}

func TestAPassReplacesItsScopeAsAWhole(t *testing.T) {
	f, s := newFleet(1, 30, 1, 3), newStore(t)
	must(t, s.Save(f.batch()))
	only := f.images(scope1, 1)
	must(t, s.Save(cache.Batch{Passes: []model.Page{only}}))
	inv := inventory(t, s, "all")
	equal(t, "the scope", inv.ScopeImages(scope1), only.Images)
	if n := len(inv.Images()); n != 21 {
		t.Errorf("%d images in all, want 21", n)
	}
}

func TestWorldsAndSelectionsStandApart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	aws, demo := cache.New(path, cache.Key{Partition: "aws"}), cache.New(path, cache.Key{Partition: "aws", Endpoint: "http://127.0.0.1:1"})
	f := newFleet(1, 10, 2, 1)
	b := f.batch()
	b.Selections = []cache.Selection{f.sel, {Name: "", Found: f.sel.Found[:1]}}
	must(t, aws.Save(b))
	for _, tc := range []struct {
		name      string
		store     *cache.Store
		selection string
		images    int
	}{
		{"all", aws, "all", 10}, {"one account", aws, "", 5}, {"never resolved", aws, "other", 0}, {"another endpoint", demo, "all", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if n := len(inventory(t, tc.store, tc.selection).Images()); n != tc.images {
				t.Errorf("%d images, want %d", n, tc.images)
			}
		})
	}
}

func TestAnAccountBehindAnExpiredLoginStays(t *testing.T) {
	f, s := newFleet(1, 10, 2, 1), newStore(t)
	must(t, s.Save(f.batch()))
	lost := model.Lost{Unreached: model.Unreached{Source: f.sel.Found[1].Account.Source, Err: &model.OpError{Kind: model.Expired, Err: errors.New("token")}}}
	for range 2 {
		must(t, s.Save(cache.Batch{Selections: []cache.Selection{{Name: "all", Found: f.sel.Found[:1], Lost: []model.Lost{lost}}}}))
		inv := inventory(t, s, "all")
		equal(t, "unreached", inv.Unreached(), []model.Unreached{lost.Unreached})
		if n := len(inv.Images()); n != 10 {
			t.Errorf("%d images, want 10", n)
		}
	}
	must(t, s.Save(cache.Batch{Selections: []cache.Selection{{Name: "all", Found: f.sel.Found[:1]}}}))
	if n := len(inventory(t, s, "all").Images()); n != 5 {
		t.Errorf("%d images once the account is no longer selected, want 5", n)
	}
}

func TestYieldEndsReading(t *testing.T) {
	f, s := newFleet(1, 100, 10, 10), newStore(t)
	must(t, s.Save(f.batch()))
	enough := errors.New("enough")
	var seen []model.Scope
	err := s.Details(f.sel.Scopes(), func(d model.Details) error {
		seen = append(seen, d.Scope)
		if len(seen) == 40 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || len(seen) != 40 || !slices.IsSortedFunc(seen, model.Scope.Compare) {
		t.Errorf("%d scopes, %v", len(seen), err)
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	s := newStore(t)
	must(t, s.Save(newFleet(1, 1, 1, 1).batch()))
	mode := func(path string) fs.FileMode {
		fi, err := os.Stat(path)
		must(t, err)
		return fi.Mode().Perm()
	}
	equal(t, "file", mode(s.Path()), fs.FileMode(0o600))
	equal(t, "directory", mode(filepath.Dir(s.Path())), fs.FileMode(0o700))
	must(t, os.Chmod(s.Path(), 0o644))
	must(t, s.Save(newFleet(2, 1, 1, 1).batch()))
	equal(t, "file after a write", mode(s.Path()), fs.FileMode(0o600))
}

func TestClear(t *testing.T) {
	s := newStore(t)
	must(t, s.Clear())
	must(t, s.Save(newFleet(1, 1, 1, 1).batch()))
	must(t, os.WriteFile(s.Path()+".broken-3", []byte("x"), 0o600))
	info, err := s.Stat()
	must(t, err)
	if info.Bytes == 0 || info.Written.IsZero() {
		t.Errorf("got %+v", info)
	}
	must(t, s.Clear())
	left, err := os.ReadDir(filepath.Dir(s.Path()))
	must(t, err)
	equal(t, "left", left, []os.DirEntry(nil))
}
