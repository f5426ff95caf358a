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
		{"an image", heldDetails(t), 1130},
		{"a snapshot", heldSnapshots(t), 410},
	} {
		held := heldBytes(func() any { return c.read(s, scopes) }) / n
		t.Logf("%s: %d bytes", c.what, held)
		if held > c.limit {
			t.Errorf("%d bytes are held of %s, want at most %d", held, c.what, c.limit)
		}
	}
}

// TestEqualTraitsAndDisksAreReadOnce: thousands of images hold few of them.
func TestEqualTraitsAndDisksAreReadOnce(t *testing.T) {
	s := newStore(t)
	scopes := saveFleet(t, s, 10_000)
	must(t, s.Details(scopes, func(d model.Details) error {
		traits, disks := map[model.Shared[model.Traits]]bool{}, map[model.Shared[model.Disk]]bool{}
		for _, im := range d.Images {
			traits[im.Detail.Traits] = true
			for _, dev := range im.Detail.Devices {
				disks[dev.Disk] = true
			}
		}
		eachOnce(t, d.Scope, traits)
		eachOnce(t, d.Scope, disks)
		return nil
	}))
}

func eachOnce[T comparable](t *testing.T, s model.Scope, held map[model.Shared[T]]bool) {
	t.Helper()
	for a := range held {
		for b := range held {
			if a != b && a.Equal(b) {
				t.Fatalf("%s: %+v is held twice", s, a.Value())
			}
		}
	}
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
