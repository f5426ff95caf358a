package fleet

import (
	"testing"

	"pgregory.net/rapid"
)

// TestBlocksAreAsManyAsTold checks every snapshot of a company, and that what
// is told of related ones agrees with what they share.
func TestBlocksAreAsManyAsTold(t *testing.T) {
	kinds := map[string]int{}
	for _, c := range []Config{{}, {Images: 1500, Accounts: 4, Regions: 3}, {Images: 6000, Accounts: 1, Regions: 3}} {
		f := New(c)
		byID := map[ID]*Snapshot{}
		for i := range f.Snapshots {
			byID[f.Snapshots[i].ID] = &f.Snapshots[i]
		}
		for i := range f.Snapshots {
			s := &f.Snapshots[i]
			checkExtents(t, s)
			if s.Size.From != nil {
				checkOrigin(t, s, byID[s.Size.From.ID])
				kinds[relation(s, byID[s.Size.From.ID])]++
				if overlap(s, byID[s.Size.From.ID]) {
					kinds["sharing"]++
				}
			}
		}
		if c == (Config{}) && kinds["chain plain"] == 0 {
			t.Errorf("a default company has no chain: %v", kinds)
		}
	}
	for _, kind := range []string{"chain encrypted", "chain plain", "branch encrypted", "branch plain", "copy encrypted", "sharing"} {
		if kinds[kind] == 0 {
			t.Errorf("no snapshot is a %s: %v", kind, kinds)
		}
	}
}

func checkOrigin(t *testing.T, s, p *Snapshot) {
	t.Helper()
	if p == nil || p.Start >= s.Start || p.DataKey != s.DataKey || p.KMSKey != s.KMSKey || p.Owner != s.Owner || p.Region != s.Region {
		t.Fatalf("%s grew out of %+v", s.ID.Snapshot(), p)
	}
	if s.Root() != p.Root() || len(p.Blocks()) > 0 && p.Size.From == nil && p.Blocks()[0].Write != p.ID {
		t.Errorf("%s has the root %x, what it grew out of %x", s.ID.Snapshot(), s.Root(), p.Root())
	}
}

// overlap reports whether two snapshots have a write in common.
func overlap(s, p *Snapshot) bool {
	return Stored([]Snapshot{*p, *s}) < Stored([]Snapshot{*p})+Stored([]Snapshot{*s})
}

func checkExtents(t *testing.T, s *Snapshot) {
	t.Helper()
	blocks := s.Blocks()
	end := int32(0)
	for _, e := range blocks {
		if e.From < end || e.To <= e.From || int64(e.To)*BlockSize > int64(s.Size.GiB)<<30 || e.Write == 0 {
			t.Fatalf("%s: extent %+v after %d", s.ID.Snapshot(), e, end)
		}
		end = e.To
	}
	switch n := int64(count(blocks)) * BlockSize; {
	case s.State != "completed" && n > 0, s.Size.Bytes > 0 && n != s.Size.Bytes:
		t.Errorf("%s, %s: %d bytes in blocks, %d told", s.ID.Snapshot(), s.State, n, s.Size.Bytes)
	}
}

func relation(s, p *Snapshot) string {
	kind := "branch"
	switch s.Volume {
	case CopyVolume:
		kind = "copy"
	case p.Volume:
		kind = "chain"
	}
	if s.KMSKey != "" {
		return kind + " encrypted"
	}
	return kind + " plain"
}

// TestWhatIsFreed: what goes and what stays make all, and a snapshot that goes
// while others hold all of its writes frees nothing.
func TestWhatIsFreed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Snapshot
		for n := range rapid.IntRange(1, 6).Draw(t, "snapshots") {
			s := Snapshot{ID: ID(1<<41 + n), State: "completed", Size: Size{GiB: 1, Bytes: int64(rapid.IntRange(1, 2048).Draw(t, "blocks")) * BlockSize}}
			if i := rapid.IntRange(-1, n-1).Draw(t, "from"); i >= 0 {
				s.Size.From = all[i].origin()
			}
			if rapid.IntRange(0, 4).Draw(t, "tier") == 0 {
				s.Tier = "archive"
			}
			all = append(all, s)
		}
		gone := rapid.SliceOfN(rapid.Bool(), len(all), len(all)).Draw(t, "gone")
		var stay []Snapshot
		for i, s := range all {
			if !gone[i] {
				stay = append(stay, s)
			}
		}
		if got, want := Freed(all, func(s *Snapshot) bool { return gone[s.ID-1<<41] }), bruteStored(all)-bruteStored(stay); got != want {
			t.Errorf("freed %d, want %d", got, want)
		}
	})
}

// bruteStored counts block by block.
func bruteStored(all []Snapshot) int64 {
	type write struct {
		by, archive ID
		block       int32
	}
	seen := map[write]bool{}
	for i := range all {
		for _, e := range all[i].Blocks() {
			for b := e.From; b < e.To; b++ {
				w := write{by: e.Write, block: b}
				if all[i].archived() {
					w = write{archive: all[i].ID, block: b}
				}
				seen[w] = true
			}
		}
	}
	return int64(len(seen)) * BlockSize
}

func BenchmarkLineages(b *testing.B) {
	g := newGenerator(Config{Accounts: 20, Regions: 17, Images: 100_000, Seed: 1})
	g.fleet = New(g.config)
	b.ReportAllocs()
	for b.Loop() {
		g.lineages()
	}
}

func BenchmarkBlocks(b *testing.B) {
	f := New(Config{})
	for b.Loop() {
		for i := range f.Snapshots {
			f.Snapshots[i].Blocks()
		}
	}
	b.ReportMetric(float64(len(f.Snapshots)), "snapshots")
}
