package cache_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// flushing runs a flusher in a bubble, where time passes only when all wait.
type flushing struct {
	t     *testing.T
	f     *cache.Flusher
	store *cache.Store
	end   func() error

	mu   sync.Mutex
	said []error
}

// told is what the flusher has told so far.
func (r *flushing) told() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.said)
}

func (r *flushing) tell(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, err)
}

func runFlusher(t *testing.T, s *cache.Store) *flushing {
	r := &flushing{t: t, store: s}
	r.f = s.NewFlusher(r.tell)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.f.Run(ctx) }()
	r.end = func() error { cancel(); return <-done }
	return r
}

// tick lets a second and a bit pass.
func (r *flushing) tick() {
	<-time.After(1100 * time.Millisecond)
	synctest.Wait()
}

func (r *flushing) stored() model.Inventory { return inventory(r.t, r.store, "all") }

// split cuts a pass into pages of one record, the last of them empty.
func split(p model.Page, gen model.Gen) []model.Page {
	var out []model.Page
	for _, im := range p.Images {
		out = append(out, model.Page{Gen: gen, Scope: p.Scope, Kind: p.Kind, Images: []*model.Image{im}, Calls: 1})
	}
	return append(out, model.Page{Gen: gen, Scope: p.Scope, Kind: p.Kind, Calls: 1, At: asOf, Last: true})
}

func TestFlusherSavesWholePassesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r := newFleet(1, 10, 1, 1), runFlusher(t, newStore(t))
		r.f.Select(f.sel)
		pages := split(f.pages[0], 1)
		for _, p := range pages[:10] {
			r.f.Fold(p)
			r.tick()
		}
		if n := r.stored().ImageCount(scope1); n != 0 {
			t.Fatalf("%d images of a pass that runs", n)
		}
		r.f.Fold(pages[10])
		r.tick()
		st := r.stored().Status(scope1, model.Images)
		equal(t, "status", st, model.Status{AsOf: asOf, Tried: asOf, Calls: 11})
		equal(t, "images", r.stored().ScopeImages(scope1), (model.Inventory{}).Fold(f.pages[0]).ScopeImages(scope1))
		must(t, r.end())
		equal(t, "told", r.told(), []error(nil))
	})
}

func TestFlusherEndsWithALastWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r := newFleet(1, 10, 1, 1), runFlusher(t, newStore(t))
		r.f.Select(f.sel)
		r.f.Fold(f.pages[0])
		must(t, r.end())
		if n := r.stored().ImageCount(scope1); n != 10 {
			t.Errorf("%d images, want 10", n)
		}
	})
}

func TestFlusherKeepsGenerationsApart(t *testing.T) {
	f := newFleet(1, 3, 1, 1)
	old, now := split(f.pages[0], 1), split(f.images(scope1, 2), 2)
	late := model.Page{Gen: 2, Scope: scope1, Kind: model.Images, Last: true, At: asOf}
	for _, tc := range []struct {
		name   string
		events []model.Event
		want   int
	}{
		{"a newer page drops what was gathered", events(old[:2], now), 2},
		{"an older page is late", events(now[:1], old, now[1:]), 2},
		{"a newer pass that begins drops what was gathered", append(events(old[:3]), model.Began{Gen: 2, Scope: scope1}, old[3]), 0},
		{"a page after the last changes nothing", append(events(now), late), 2},
		{"what the cache gave is not saved", events(split(f.pages[0], 0)), 0},
		{"a failed pass drops what was gathered", append(events(old, now[:1]), failed(scope1, model.Images, 2)), 3},
		{"both in one second", events(old, now), 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runFlusher(t, newStore(t))
				r.f.Select(f.sel)
				for _, e := range tc.events {
					r.f.Fold(e)
				}
				must(t, r.end())
				if n := r.stored().ImageCount(scope1); n != tc.want {
					t.Errorf("%d images, want %d", n, tc.want)
				}
			})
		})
	}
}

func events(lists ...[]model.Page) []model.Event {
	var out []model.Event
	for _, l := range lists {
		for _, p := range l {
			out = append(out, p)
		}
	}
	return out
}

// holding keeps the file open as a copy of the program that hangs would.
func holding(t *testing.T, path string, readOnly bool) (release func()) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: readOnly})
	must(t, err)
	return func() { must(t, db.Close()) }
}

func TestFlusherWaitsForTheLockAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFleet(1, 10, 1, 2), newStore(t)
		must(t, s.Save(cache.Batch{Selections: []cache.Selection{f.sel}}))
		r, release := runFlusher(t, s), holding(t, s.Path(), false)
		for _, p := range f.pages {
			r.f.Fold(p)
			r.tick()
		}
		if len(r.told()) != 0 {
			t.Fatalf("told %v of what the next write may mend", r.told())
		}
		for range 6 {
			r.tick()
		}
		if len(r.told()) != 1 {
			t.Fatalf("told %v, want one line", r.told())
		}
		wantTrouble(t, r.told()[0], cache.Locked)
		release()
		r.tick()
		if n := len(r.stored().Images()); n != 10 {
			t.Errorf("%d images once the lock is free, want 10", n)
		}
		must(t, r.end())
	})
}

func TestFlusherSaysWhatItCouldNotSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFleet(1, 10, 1, 1), newStore(t)
		must(t, s.Save(f.batch()))
		defer holding(t, s.Path(), true)()
		r := runFlusher(t, s)
		r.f.Fold(f.pages[0])
		wantTrouble(t, r.end(), cache.Locked)
	})
}

func TestFlusherTellsOfAMovedFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFleet(1, 10, 1, 1), storeWith(t, []byte("junk, 10 b"))
		r := runFlusher(t, s)
		r.f.Select(f.sel)
		r.f.Fold(f.pages[0])
		must(t, r.end())
		if _, ok := errors.AsType[*cache.Moved](errors.Join(r.told()...)); !ok || len(r.told()) != 1 {
			t.Errorf("told %v", r.told())
		}
		if n := len(r.stored().Images()); n != 10 {
			t.Errorf("%d images, want 10", n)
		}
	})
}

// Launch permissions come one by one; what came in a second is on the disk in
// the next, and a scope without news is not written again.
func TestFlusherGathersPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const damaged = "left as it is"
		s, other := newStore(t), model.Scope{Account: scope1.Account, Region: "eu-test-1"}
		must(t, s.Save(cache.Batch{Pieces: []model.Event{permissionsPage(other, permitted("ami-0", asOf))}}))
		put(t, s, "permissions", other.String(), []byte(damaged))
		r := runFlusher(t, s)
		for n := range 300 {
			r.f.Fold(permissionsPage(scope1, permitted(fmt.Sprintf("ami-%03d", n), asOf)))
			if n%100 == 99 {
				r.tick()
				if got := len(restored(t, s, f1).ScopePermissions(scope1)); got != n+1 {
					t.Fatalf("launch permissions of %d images after a second, want %d", got, n+1)
				}
			}
		}
		before, err := s.Stat()
		must(t, err)
		r.tick()
		after, err := s.Stat()
		must(t, err)
		if after != before {
			t.Error("written without news")
		}
		if got := string(stored(t, s, "permissions", other.String())); got != damaged {
			t.Errorf("a scope without news was written again: %q", got)
		}
		r.f.Fold(model.Named{Scope: scope1, Asked: []string{"ami-x"}, At: asOf})
		r.f.Fold(model.Organization{ARN: "o-1", At: asOf})
		r.f.Fold(model.Page{Gen: 1, Scope: scope1, Kind: model.Reports, At: asOf, Last: true, Reports: []*model.Report{report("r", asOf)}})
		must(t, r.end())
		inv := restored(t, s, f1)
		_, gone, _ := inv.Named(scope1)
		if len(gone) != 1 || len(inv.Organizations()) != 1 || len(inv.Reports(scope1)) != 1 || len(inv.ScopePermissions(scope1)) != 300 {
			t.Errorf("gone %v, organizations %v, reports %v", gone, inv.Organizations(), inv.Reports(scope1))
		}
	})
}

// A pass over a source is saved as a whole, page by page as it came.
func TestFlusherSavesWholePassesOfSources(t *testing.T) {
	page := func(gen model.Gen, key string, last bool) model.Page {
		return model.Page{Gen: gen, Scope: scope1, Kind: model.Templates, References: []*model.Reference{{Key: key}}, Calls: 1, At: asOf, Last: last}
	}
	broken := page(2, "c", true)
	broken.Err = failed(scope1, model.Templates, 2).Err
	for _, tc := range []struct {
		name  string
		pages []model.Page
		want  []string
	}{
		{"whole", []model.Page{page(1, "a", false), page(1, "b", true)}, []string{"a", "b"}},
		{"not over", []model.Page{page(1, "a", false)}, nil},
		{"fails after a whole one", []model.Page{page(1, "a", true), page(2, "b", false), broken}, []string{"a"}},
		{"a newer one", []model.Page{page(1, "a", true), page(2, "b", true)}, []string{"b"}},
		{"from the cache", []model.Page{page(0, "a", true)}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runFlusher(t, newStore(t))
				for _, p := range tc.pages {
					r.f.Fold(p)
				}
				must(t, r.end())
				inv := restored(t, r.store, f1)
				var got []string
				for _, ref := range inv.References(scope1, model.Templates) {
					got = append(got, ref.Key)
				}
				equal(t, "rows", got, tc.want)
				if failed := inv.Status(scope1, model.Templates).Err != nil; failed != (tc.name == "fails after a whole one") {
					t.Errorf("failed: %v", failed)
				}
			})
		})
	}
}

func TestPiecesWaitForTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t)
		must(t, s.Save(cache.Batch{Pieces: []model.Event{permissionsPage(scope1, permitted("ami-0", asOf, "1"))}}))
		r, release := runFlusher(t, s), holding(t, s.Path(), false)
		for n := range 3 {
			r.f.Fold(permissionsPage(scope1, permitted("ami-0", asOf.Add(time.Hour), "1"), permitted(fmt.Sprintf("ami-%d", n+1), asOf)))
			r.f.Fold(reportsAt(asOf, report(fmt.Sprint(n), asOf)))
			r.tick()
		}
		release()
		must(t, r.end())
		inv := restored(t, s, f1)
		ps := inv.ScopePermissions(scope1)
		if len(ps) != 4 || !ps[0].Since.Equal(asOf) || !ps[0].At.Equal(asOf.Add(time.Hour)) {
			t.Errorf("launch permissions of %d images, want 4; the first is %+v", len(ps), ps[0])
		}
	})
}

func TestLockedElsewhere(t *testing.T) {
	for _, tc := range []struct {
		name       string
		readOnly   bool
		load, save bool // whether they work
	}{
		{"held for writing", false, false, false},
		{"held for reading", true, true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, s := newFleet(1, 10, 1, 1), newStore(t)
				must(t, s.Save(f.batch()))
				defer holding(t, s.Path(), tc.readOnly)()
				_, err := s.Load("all")
				works(t, err, tc.load)
				works(t, s.Save(f.batch()), tc.save)
			})
		})
	}
}

func works(t *testing.T, err error, want bool) {
	t.Helper()
	if want {
		must(t, err)
		return
	}
	wantTrouble(t, err, cache.Locked)
}

// Two copies of the program save and load at once; each pass ends up whole.
func TestTwoStoresInterleave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache.db")
	f := newFleet(1, 60, 2, 2)
	must(t, cache.New(path, cache.Key{}).Save(cache.Batch{Selections: []cache.Selection{f.sel}}))
	done := make(chan error)
	for half := range 2 {
		go func() {
			s := cache.New(path, cache.Key{})
			fl := s.NewFlusher(func(error) {})
			for _, p := range f.pages[half*4 : half*4+4] {
				fl.Fold(p)
				_, err := s.Load("all")
				if e, ok := errors.AsType[*cache.Error](err); ok && e.Trouble != cache.Locked {
					done <- err
					return
				}
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			done <- fl.Run(ended)
		}()
	}
	must(t, errors.Join(<-done, <-done))
	if n := len(inventory(t, cache.New(path, cache.Key{}), "all").Images()); n != 60 {
		t.Errorf("%d images, want 60", n)
	}
}
