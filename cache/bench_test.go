package cache_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// The benchmarks measure what a start reads, and a write of everything, over 20
// accounts × 17 regions. The fleet itself is not kept while reading: a start has
// an empty heap, and the collector's work would be measured instead.

func BenchmarkLoad(b *testing.B) {
	measure(b, func(s *cache.Store, _ []model.Scope) error {
		_, err := s.Load("all")
		return err
	})
}

func BenchmarkDetails(b *testing.B) {
	measure(b, func(s *cache.Store, scopes []model.Scope) error {
		return s.Details(scopes, func(model.Details) error { return nil })
	})
}

func BenchmarkSnapshots(b *testing.B) {
	measure(b, func(s *cache.Store, scopes []model.Scope) error {
		return s.Snapshots(scopes, func(model.Page) error { return nil })
	})
}

func BenchmarkSave(b *testing.B) {
	for _, n := range []int{50_000, 100_000} {
		b.Run(fmt.Sprintf("images=%d", n), func(b *testing.B) {
			batch, s := newFleet(1, n, 20, 17).batch(), newStore(b)
			b.ReportAllocs()
			for b.Loop() {
				must(b, s.Save(batch))
			}
			info, err := s.Stat()
			must(b, err)
			b.ReportMetric(float64(info.Bytes)/1e6, "MB")
		})
	}
}

// BenchmarkUsage reads 300,000 references and 100,000 launch permissions,
// BenchmarkSaveUsage writes them.
func BenchmarkUsage(b *testing.B) {
	s, scopes := savedReferences(b)
	b.ReportAllocs()
	for b.Loop() {
		must(b, s.Usage(scopes, func(model.Event) error { return nil }))
	}
}

// BenchmarkLoadBesideUsage is BenchmarkLoad with all that in the file.
func BenchmarkLoadBesideUsage(b *testing.B) {
	s, _ := savedReferences(b)
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Load("all")
		must(b, err)
	}
}

func BenchmarkSaveUsage(b *testing.B) {
	s, batch := newStore(b), newFleet(1, 100_000, 20, 17).usage(300_000/340)
	must(b, s.Save(cache.Batch{Selections: batch.Selections, Passes: batch.Passes[:680]})) // images and snapshots
	before, err := s.Stat()
	must(b, err)
	batch.Passes = batch.Passes[680:]
	b.ReportAllocs()
	for b.Loop() {
		must(b, s.Save(batch))
	}
	info, err := s.Stat()
	must(b, err)
	b.ReportMetric(float64(info.Bytes-before.Bytes)/1e6, "MB")
}

// BenchmarkSavePieces writes a second's launch permissions: 20 in each scope,
// where 300 are known.
func BenchmarkSavePieces(b *testing.B) {
	s, scopes := savedReferences(b)
	var pieces []model.Event
	for _, sc := range scopes {
		for n := range 20 {
			pieces = append(pieces, permissionsPage(sc, permitted(fmt.Sprintf("ami-%017d", n), asOf)))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		must(b, s.Save(cache.Batch{Pieces: pieces}))
	}
}

func savedReferences(b *testing.B) (*cache.Store, []model.Scope) {
	s, f := newStore(b), newFleet(1, 100_000, 20, 17)
	must(b, s.Save(f.usage(300_000/340)))
	return s, f.sel.Scopes()
}

func measure(b *testing.B, do func(*cache.Store, []model.Scope) error) {
	for _, n := range []int{50_000, 100_000} {
		b.Run(fmt.Sprintf("images=%d", n), func(b *testing.B) {
			s := newStore(b)
			scopes := saveFleet(b, s, n)
			b.ReportAllocs()
			for b.Loop() {
				must(b, do(s, scopes))
			}
		})
	}
}

func saveFleet(tb testing.TB, s *cache.Store, images int) []model.Scope {
	f := newFleet(1, images, 20, 17)
	must(tb, s.Save(f.batch()))
	return f.sel.Scopes()
}

func newStore(tb testing.TB) *cache.Store {
	return cache.New(filepath.Join(tb.TempDir(), "dir", "cache.db"), cache.Key{Partition: "aws"})
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
