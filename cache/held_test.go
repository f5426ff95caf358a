package cache_test

import (
	"runtime"
	"testing"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// TestWhatIsHeld keeps what stands in memory of each image with its details, and
// of each snapshot, from growing unseen: a company has hundreds of thousands.
func TestWhatIsHeld(t *testing.T) {
	const n = 20_000
	s := newStore(t)
	scopes := saveFleet(t, s, n)
	for _, c := range []struct {
		what  string
		read  func(*cache.Store, []model.Scope) any
		limit int
	}{
		{"an image", heldDetails(t), 1320},
		{"a snapshot", heldSnapshots(t), 410},
	} {
		held := heldBytes(func() any { return c.read(s, scopes) }) / n
		t.Logf("%s: %d bytes", c.what, held)
		if held > c.limit {
			t.Errorf("%d bytes are held of %s, want at most %d", held, c.what, c.limit)
		}
	}
}

// TestEqualTraitsAreReadOnce: thousands of images hold few sets of them.
func TestEqualTraitsAreReadOnce(t *testing.T) {
	s := newStore(t)
	scopes := saveFleet(t, s, 10_000)
	must(t, s.Details(scopes, func(d model.Details) error {
		sets := map[model.Shared[model.Traits]]model.Traits{}
		for _, im := range d.Images {
			sets[im.Detail.Traits] = im.Detail.Traits.Value()
		}
		for a, of := range sets {
			for b := range sets {
				if a != b && a.Equal(b) {
					t.Fatalf("%s: %+v is held twice", d.Scope, of)
				}
			}
		}
		return nil
	}))
}

func heldDetails(t *testing.T) func(*cache.Store, []model.Scope) any {
	return func(s *cache.Store, scopes []model.Scope) any {
		var all []model.Details
		must(t, s.Details(scopes, func(d model.Details) error { all = append(all, d); return nil }))
		return all
	}
}

func heldSnapshots(t *testing.T) func(*cache.Store, []model.Scope) any {
	return func(s *cache.Store, scopes []model.Scope) any {
		var all []model.Page
		must(t, s.Snapshots(scopes, func(p model.Page) error { all = append(all, p); return nil }))
		return all
	}
}

// heldBytes is by how much the heap is larger while what make gives is kept.
func heldBytes(make func() any) int {
	before := heap()
	kept := make()
	after := heap()
	runtime.KeepAlive(kept)
	return int(after) - int(before)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
