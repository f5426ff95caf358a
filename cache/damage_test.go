package cache_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// savedFile is the content of a sound cache of 60 images in 6 scopes.
func savedFile(t *testing.T) ([]byte, fleet) {
	t.Helper()
	content, f, _ := savedUsage(t)
	return content, f
}

// savedUsage is that with what names the images, and what was saved of it.
func savedUsage(t *testing.T) ([]byte, fleet, cache.Batch) {
	t.Helper()
	f, s := newFleet(3, 60, 2, 3), newStore(t)
	b := f.usage(20)
	must(t, s.Save(b))
	must(t, s.Save(b)) // so that the free list is in use
	content, err := os.ReadFile(s.Path())
	must(t, err)
	return content, f, b
}

func storeWith(t *testing.T, content []byte) *cache.Store {
	t.Helper()
	s := cache.New(filepath.Join(t.TempDir(), "cache.db"), cache.Key{Partition: "aws"})
	must(t, os.WriteFile(s.Path(), content, 0o600))
	return s
}

// boltFile is a file of bbolt's with one value.
func boltFile(t *testing.T, bucket, key, val string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := bolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), []byte(val))
	}))
	must(t, db.Close())
	content, err := os.ReadFile(path)
	must(t, err)
	return content
}

func TestUnreadableFilesAreSetAsideOnce(t *testing.T) {
	good, f := savedFile(t)
	zeroed := bytes.Clone(good)
	clear(zeroed[2*os.Getpagesize():])
	for _, tc := range []struct {
		name    string
		content []byte
		why     string
	}{
		{"ten bytes", good[:10], "damaged (invalid database)"},
		{"one page", good[:os.Getpagesize()], "damaged ("},
		{"first pages only", good[:4*os.Getpagesize()], "damaged ("},
		{"half of it", good[:len(good)/2], "damaged ("},
		{"garbage", bytes.Repeat([]byte("not a cache\n"), 5000), "damaged (invalid database)"},
		{"zeros", make([]byte, 1<<16), "damaged (invalid database)"},
		{"zeros behind the first pages", zeroed, "damaged ("},
		{"another program's", boltFile(t, "users", "k", "v"), "belongs to another program"},
		{"newer", boltFile(t, "amiscope", "schema", "9"), `another version of amiscope (layout "9"`},
		{"older", boltFile(t, "amiscope", "schema", "0"), `another version of amiscope (layout "0"`},
	} {
		for start, use := range map[string]func(*cache.Store) error{
			"load":    func(s *cache.Store) error { _, err := s.Load("all"); return err },
			"details": func(s *cache.Store) error { return s.Details(f.sel.Scopes(), func(model.Details) error { return nil }) },
			"save":    func(s *cache.Store) error { return s.Save(f.batch()) },
		} {
			t.Run(tc.name+"/"+start, func(t *testing.T) { setAside(t, storeWith(t, tc.content), use, tc.why, f) })
		}
	}
}

func setAside(t *testing.T, s *cache.Store, use func(*cache.Store) error, why string, f fleet) {
	before, err := os.ReadFile(s.Path())
	must(t, err)
	err = use(s)
	moved, ok := errors.AsType[*cache.Moved](err)
	if _, worse := errors.AsType[*cache.Error](err); !ok || worse || !strings.Contains(moved.Why, why) || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v, want one line with %q", err, why)
	}
	aside, err := os.ReadFile(moved.To)
	must(t, err)
	if !bytes.Equal(aside, before) {
		t.Error("what was set aside is not what was there")
	}
	must(t, s.Save(f.batch()))
	if n := len(inventory(t, s, "all").Images()); n != 60 {
		t.Errorf("%d images afterwards, want 60", n)
	}
}

// A file cut short kills a program that maps it and reads on.
func TestTruncatedFiles(t *testing.T) {
	f, s := newFleet(5, 3000, 2, 3), newStore(t)
	must(t, s.Save(f.batch()))
	good, err := os.ReadFile(s.Path())
	must(t, err)
	for i := range 24 {
		s := storeWith(t, good[:1+i*len(good)/24])
		_, err := s.Load("all")
		onlyMoved(t, err)
		if err == nil && i < 12 {
			t.Errorf("%d of %d bytes passed for whole", 1+i*len(good)/24, len(good))
		}
		onlyMoved(t, s.Save(cache.Batch{Passes: f.pages[:2]}))
	}
}

func TestEmptyFilesAreNoNews(t *testing.T) {
	s := storeWith(t, nil)
	_, err := s.Load("all")
	must(t, err)
	must(t, s.Save(newFleet(1, 60, 1, 1).batch()))
	if n := len(inventory(t, s, "all").Images()); n != 60 {
		t.Errorf("%d images, want 60", n)
	}
}

func TestFewFilesAreKeptAside(t *testing.T) {
	s := storeWith(t, []byte("junk 1"))
	for _, next := range []string{"junk 2", "junk 3", "junk 4", ""} {
		_, err := s.Load("all")
		if _, ok := errors.AsType[*cache.Moved](err); !ok {
			t.Fatalf("got %v", err)
		}
		must(t, os.WriteFile(s.Path(), []byte(next), 0o600))
	}
	var left []string
	for _, name := range []string{".broken-1", ".broken-2", ".broken-3", ".broken-4"} {
		if content, err := os.ReadFile(s.Path() + name); err == nil {
			left = append(left, string(content))
		}
	}
	equal(t, "kept", left, []string{"junk 3", "junk 4"})
}

func TestADirectoryIsLeftAlone(t *testing.T) {
	s := cache.New(t.TempDir(), cache.Key{})
	_, err := s.Load("all")
	wantTrouble(t, err, cache.Unusable)
	wantTrouble(t, s.Save(newFleet(1, 1, 1, 1).batch()), cache.Unusable)
}

// Whatever bytes are damaged, reading ends, and what it gives was once written.
func TestAnyDamageIsSurvived(t *testing.T) {
	good, f, b := savedUsage(t)
	want := map[string]bool{}
	for _, p := range f.pages {
		for _, im := range p.Images {
			want[im.ID+im.Name] = true
		}
	}
	const seed = 20261123
	rng := rand.New(rand.NewPCG(seed, 1))
	for round := range 50 {
		content := bytes.Clone(good)
		if round%3 == 0 {
			content = content[:rng.IntN(len(content))]
		}
		for range rng.IntN(1 + len(content)/500) {
			content[rng.IntN(len(content))] ^= byte(1 + rng.IntN(255))
		}
		s := storeWith(t, content)
		snap, err := s.Load("all")
		onlyMoved(t, err)
		for _, p := range snap.Pages {
			for _, im := range p.Images {
				if !want[im.ID+im.Name] {
					t.Fatalf("seed %d, round %d: image %q %q was never written", seed, round, im.ID, im.Name)
				}
			}
		}
		onlyMoved(t, s.Details(f.sel.Scopes(), func(model.Details) error { return nil }))
		var inv model.Inventory
		onlyMoved(t, s.Usage(f.sel.Scopes(), func(e model.Event) error { inv = inv.Fold(e); return nil }))
		wantUsage(t, b, inv, fmt.Sprintf("seed %d, round %d", seed, round))
		onlyMoved(t, s.Save(b))
		inv = restored(t, s, f.sel.Scopes())
		if n, m := len(inv.Images()), len(inv.ScopePermissions(scope1)); n != 60 || m != 10 || inv.Status(scope1, model.Templates).AsOf.IsZero() {
			t.Fatalf("seed %d, round %d: %d images after a save, want 60; launch permissions of %d in a scope, want 10", seed, round, n, m)
		}
		wantUsage(t, b, inv, "after a save")
	}
}

func onlyMoved(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*cache.Moved](err); err != nil && !ok {
		t.Fatal(err)
	}
	if e, bad := errors.AsType[*cache.Error](err); bad {
		t.Fatal(e)
	}
}

func wantTrouble(t *testing.T, err error, want cache.Trouble) {
	t.Helper()
	e, ok := errors.AsType[*cache.Error](err)
	if !ok || e.Trouble != want || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v, want one line of trouble %d", err, want)
	}
}

// One scope's damaged value costs that scope only.
func TestADamagedValueIsReadAgain(t *testing.T) {
	f, s := newFleet(3, 60, 2, 3), newStore(t)
	must(t, s.Save(f.batch()))
	db, err := bolt.Open(s.Path(), 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("aws\x00")).Bucket([]byte("lists")).Put([]byte(scope1.String()), []byte("damaged"))
	}))
	must(t, db.Close())
	snap, err := s.Load("all")
	must(t, err)
	equal(t, "unreadable", snap.Unreadable, f1)
	inv := inventory(t, s, "all")
	if n := len(inv.Images()); n != 50 || !inv.Status(scope1, model.Images).AsOf.IsZero() {
		t.Errorf("%d images, want 50; status %+v", n, inv.Status(scope1, model.Images))
	}
}
