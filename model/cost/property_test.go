package cost

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

// companies is how many random worlds a run tries.
func companies() uint64 {
	if os.Getenv("AMISCOPE_CAMPAIGN") != "" {
		return 10_000
	}
	return 150
}

// TestCostsOfRandomCompanies holds every figure against a block model.
func TestCostsOfRandomCompanies(t *testing.T) {
	for seed := range companies() {
		w := newWorld(seed)
		if w.rng.IntN(2) == 0 {
			w.lose()
		}
		in := Input{Prices: BuiltInPrices(), Usage: (*model.Usage)(nil).Judge(model.Inventory{}, model.UsageInput{}), Now: w.now}
		costs := (*Costs)(nil).Estimate(w.inventory(), in)
		check(t, w, costs)
		in.Blocks = w.measure(costs, w.rng.IntN(101))
		part := costs.Estimate(w.inventory(), Input{Prices: in.Prices, Usage: in.Usage, Blocks: in.Blocks, Version: 1})
		check(t, w, part)
		in.Blocks = w.measure(costs, 100)
		whole := part.Estimate(w.inventory(), Input{Prices: in.Prices, Usage: in.Usage, Blocks: in.Blocks, Version: 2})
		check(t, w, whole)
		checkExact(t, w, whole)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// lose deletes some snapshots: what they share with others stays.
func (w *world) lose() {
	w.snaps = slices.DeleteFunc(w.snaps, func(s *stored) bool {
		used := slices.ContainsFunc(w.image, func(im *model.Image) bool { return slices.Contains(im.SnapshotIDs(), s.ID) })
		return !used && w.rng.IntN(3) == 0
	})
}

// measure answers, as AWS would, some of what a survey of everything asks.
func (w *world) measure(c *Costs, percent int) Blockmap {
	var hs []Holding
	var cs []Change
	var all []SnapshotKey
	for _, s := range w.snaps {
		all = append(all, SnapshotKey{s.Region, s.ID})
	}
	for _, a := range c.Survey(nil, all).Asks {
		if w.rng.IntN(100) >= percent {
			continue
		}
		to := w.find(a.To)
		if a.From == "" {
			hs = append(hs, Holding{a.To, NewBlocks(keys(to.blocks)...)})
			continue
		}
		from := w.find(a.From)
		var written, dropped []int32
		for k, v := range to.blocks {
			if o, ok := from.blocks[k]; !ok || o != v {
				written = append(written, k)
			}
		}
		for k := range from.blocks {
			if _, ok := to.blocks[k]; !ok {
				dropped = append(dropped, k)
			}
		}
		cs = append(cs, Change{a.From, a.To, NewBlocks(written...), NewBlocks(dropped...)})
	}
	return Blockmap{}.With(hs, cs)
}

func keys(m map[int32]int) (out []int32) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

func check(t *testing.T, w *world, c *Costs) {
	t.Helper()
	checkSums(t, c)
	checkBands(t, w, c)
	checkFreed(t, w, c)
}

// checkSums: each snapshot counts once, and what falls to rows adds up.
func checkSums(t *testing.T, c *Costs) {
	t.Helper()
	var rows Band
	for _, x := range c.Images() {
		rows = rows.Plus(x.Share)
	}
	seen := map[string]bool{}
	var bill Band
	for _, l := range c.Lines() {
		if seen[l.Snapshot.ID] {
			t.Errorf("%s counts twice", l.Snapshot.ID)
		}
		seen[l.Snapshot.ID] = true
		bill = bill.Plus(l.Cost())
		if len(l.Images()) == 0 {
			rows = rows.Plus(l.Cost())
		}
	}
	if got := c.Total().Cost; got != bill || rows != bill {
		t.Errorf("total %v, snapshots %v, rows %v", got, bill, rows)
	}
	if c.Total().Cost.Low > c.Total().Cost.High {
		t.Errorf("a band upside down: %v", c.Total().Cost)
	}
}

// checkBands: what AWS stores lies within what is told.
func checkBands(t *testing.T, w *world, c *Costs) {
	t.Helper()
	if got, truth := c.Total().Bytes, stores(w.snaps); truth < got.Low || truth > got.High {
		t.Errorf("all: %d bytes are stored, told %v", truth, got)
	}
	for _, im := range w.image {
		x := c.Image(im.ImageKey)
		var mine []*stored
		for _, id := range im.SnapshotIDs() {
			mine = append(mine, w.find(id))
		}
		charged := w.charged(mine)
		if charged > x.Bytes.High || x.Basis == Measured && charged != x.Bytes.High {
			t.Errorf("%s: %d bytes, told %v (%s)", im.ID, charged, x.Bytes, x.Basis)
		}
		if charged < x.Bytes.Low && !w.broken() {
			t.Errorf("%s: %d bytes, told at least %v", im.ID, charged, x.Bytes)
		}
	}
}

// broken reports whether snapshots are gone, or in the archive, from which others
// branched: then "what the one before does not have" is more than what is stored.
func (w *world) broken() bool {
	return slices.ContainsFunc(w.snaps, func(s *stored) bool {
		return s.parent != nil && (s.parent.Archived() || !slices.Contains(w.snaps, s.parent))
	})
}

// charged are the bytes that some snapshots add to all that began before each.
func (w *world) charged(mine []*stored) (sum int64) {
	for _, s := range mine {
		var before []*stored
		for _, o := range w.snaps {
			if o.Start.Before(s.Start) {
				before = append(before, o)
			}
		}
		sum += stores(append(before, s)) - stores(before)
	}
	return sum
}

// checkFreed: deleting more never frees less, the parts never free more than the
// whole, and AWS frees what is told.
func checkFreed(t *testing.T, w *world, c *Costs) {
	t.Helper()
	var images, a, b []model.ImageKey
	var snaps, sa, sb []SnapshotKey
	for _, im := range w.image {
		images = append(images, im.ImageKey)
		switch w.rng.IntN(3) {
		case 0:
			a = append(a, im.ImageKey)
		case 1:
			b = append(b, im.ImageKey)
		}
	}
	for _, s := range w.snaps {
		snaps = append(snaps, SnapshotKey{s.Region, s.ID})
		switch w.rng.IntN(4) {
		case 0:
			sa = append(sa, snaps[len(snaps)-1])
		case 1:
			sb = append(sb, snaps[len(snaps)-1])
		}
	}
	all := c.Freed(images, snaps)
	if diff := cmp.Diff(c.Total().Cost, all.Cost); diff != "" {
		t.Errorf("freed by deleting everything (-bill +freed):\n%s", diff)
	}
	fa, fb, both := c.Freed(a, sa), c.Freed(b, sb), c.Freed(slices.Concat(a, b), slices.Concat(sa, sb))
	if sum := fa.Cost.Plus(fb.Cost); both.Cost.Low < sum.Low || both.Cost.High < sum.High {
		t.Errorf("the parts free %v and %v, both %v", fa.Cost, fb.Cost, both.Cost)
	}
	truth := w.frees(slices.Concat(a, b), slices.Concat(sa, sb))
	if truth < both.Bytes.Low || truth > both.Bytes.High {
		t.Errorf("deleting %v and %v frees %d bytes, told %v", slices.Concat(a, b), slices.Concat(sa, sb), truth, both.Bytes)
	}
	checkTally(t, w.rng, c, slices.Concat(a, b), both)
}

// frees is what AWS stores less when the snapshots that go are gone.
func (w *world) frees(images []model.ImageKey, snaps []SnapshotKey) int64 {
	stay := slices.DeleteFunc(slices.Clone(w.snaps), func(s *stored) bool {
		users, others := 0, 0
		for _, im := range w.image {
			switch {
			case !slices.Contains(im.SnapshotIDs(), s.ID) || im.Region != s.Region:
			case slices.Contains(images, im.ImageKey):
				users++
			default:
				others++
			}
		}
		return others == 0 && (users > 0 || slices.Contains(snaps, SnapshotKey{s.Region, s.ID}))
	})
	return stores(w.snaps) - stores(stay)
}

// checkTally: marks in any order, some taken back, come to the same.
func checkTally(t *testing.T, rng *rand.Rand, c *Costs, images []model.ImageKey, _ Freed) {
	t.Helper()
	tally := c.Tally()
	for _, i := range rng.Perm(len(images)) {
		tally.MarkImage(images[i], true)
	}
	for _, x := range c.Images() {
		if !slices.Contains(images, x.Image.ImageKey) {
			tally.MarkImage(x.Image.ImageKey, true)
			tally.MarkImage(x.Image.ImageKey, true)
			tally.MarkImage(x.Image.ImageKey, false)
		}
	}
	if diff := cmp.Diff(c.Freed(images, nil), tally.Freed()); diff != "" {
		t.Errorf("marked one by one (-all at once +tally):\n%s", diff)
	}
}

// checkExact: once everything was measured, what has a data key is known exactly,
// and what is called measured is.
func checkExact(t *testing.T, w *world, c *Costs) {
	t.Helper()
	for _, l := range c.Lines() {
		truth := w.charged([]*stored{w.find(l.Snapshot.ID)})
		if l.Basis == Measured && l.Bytes != (Bytes{truth, truth}) || truth > l.Bytes.High {
			t.Errorf("%s adds %d bytes, told %v (%s)", l.Snapshot.ID, truth, l.Bytes, l.Basis)
		}
		if l.Snapshot.DataKeyID != "" && !l.Snapshot.Archived() && l.Basis != Measured {
			t.Errorf("%s has a data key, was measured and is %v (%s)", l.Snapshot.ID, l.Bytes, l.Basis)
		}
	}
}
