package cost

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
)

// company is an inventory of many images, in 20 accounts × 17 regions: each with a
// snapshot of a volume that eight images were made of, some with a second one.
func company(images int) model.Inventory {
	const accounts, regions = 20, 17
	var inv model.Inventory
	n := 0
	for a := range accounts {
		for r := range regions {
			s := model.Scope{Account: fmt.Sprintf("%012d", 100_000_000_000+a), Region: fmt.Sprintf("rr-%02d", r)}
			ims := model.Page{Gen: 1, Scope: s, Kind: model.Images, Last: true, At: testTime}
			sns := model.Page{Gen: 1, Scope: s, Kind: model.Snapshots, Last: true, At: testTime}
			for range images / accounts / regions {
				n++
				id := fmt.Sprintf("snap-%08x", n)
				sn := snapshot(id, 100, int64(20+n%50)*GiB)
				sn.Owner, sn.Region, sn.VolumeID, sn.Start = s.Account, s.Region, fmt.Sprintf("vol-%d", n/8), testTime.Add(time.Duration(n)*time.Minute)
				im := image(fmt.Sprintf("ami-%08x", n), id)
				im.Owner, im.Region, im.RootType, im.Name = s.Account, s.Region, "ebs", fmt.Sprintf("web-%d-v%d", n%40, n)
				ims.Images, sns.Snapshots = append(ims.Images, im), append(sns.Snapshots, sn)
			}
			inv = inv.Fold(model.Found{Account: model.Account{ID: s.Account}, Regions: []model.Region{{Name: s.Region, Enabled: true}}}, ims, sns)
		}
	}
	return inv
}

// BenchmarkEstimate: everything the first time, one scope of 340 changed, nothing.
func BenchmarkEstimate(b *testing.B) {
	inv := company(100_000)
	in := Input{Prices: BuiltInPrices(), Now: testTime}
	whole := (*Costs)(nil).Estimate(inv, in)
	s := inv.Scopes()[7]
	changed := inv.Fold(model.Page{Gen: 2, Scope: s, Kind: model.Snapshots, Snapshots: []*model.Snapshot{snapshot("snap-new", 8, GiB)}, At: testTime})
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			(*Costs)(nil).Estimate(inv, in)
		}
	})
	b.Run("changed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			whole.Estimate(changed, in)
		}
	})
	b.Run("same", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			whole.Estimate(inv, in)
		}
	})
}

// BenchmarkMark: one mark more or less beside 1,000, and what all free; the work
// must not grow with the images.
func BenchmarkMark(b *testing.B) {
	for _, images := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("images=%d", images), func(b *testing.B) {
			inv := company(images)
			c := (*Costs)(nil).Estimate(inv, Input{Prices: BuiltInPrices(), Usage: (*model.Usage)(nil).Judge(inv, model.UsageInput{}), Now: testTime})
			all := inv.Images()
			t := c.Tally()
			for _, im := range all[:min(1000, len(all)-1)] {
				t.MarkImage(im.ImageKey, true)
			}
			key, on := all[len(all)-1].ImageKey, false
			b.ReportAllocs()
			for b.Loop() {
				on = !on
				t.MarkImage(key, on)
				t.Freed()
			}
		})
	}
}

func BenchmarkGroups(b *testing.B) {
	c := (*Costs)(nil).Estimate(company(100_000), Input{Prices: BuiltInPrices(), Now: testTime})
	b.ReportAllocs()
	for b.Loop() {
		c.Groups(Grouping{By: ByFamily}, nil, func(*model.Image) bool { return true })
	}
}

// BenchmarkImage: what the cost of one image takes, anywhere in the inventory.
func BenchmarkImage(b *testing.B) {
	for _, images := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("images=%d", images), func(b *testing.B) {
			inv := company(images)
			c, all, n := (*Costs)(nil).Estimate(inv, Input{Prices: BuiltInPrices(), Now: testTime}), inv.Images(), 0
			b.ReportAllocs()
			for b.Loop() {
				c.Image(all[n].ImageKey)
				n = (n + 7919) % len(all)
			}
		})
	}
}

// BenchmarkOrder: the snapshots of the list, the dearest first.
func BenchmarkOrder(b *testing.B) {
	c := (*Costs)(nil).Estimate(company(100_000), Input{Prices: BuiltInPrices(), Now: testTime})
	b.ReportAllocs()
	for b.Loop() {
		slices.SortStableFunc(c.Lines(), func(a, b *Line) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), b.Cost().Compare(a.Cost())) })
	}
}

// BenchmarkHeld: how much memory the costs of 100,000 images and as many snapshots
// keep.
func BenchmarkHeld(b *testing.B) {
	inv, in := company(100_000), Input{Prices: BuiltInPrices(), Now: testTime}
	images := float64(len(inv.Images()))
	for b.Loop() {
		before := heap()
		c := (*Costs)(nil).Estimate(inv, in)
		b.ReportMetric(float64(heap()-before)/images, "B/image")
		runtime.KeepAlive(c)
	}
}

// heap is the bytes of memory that something still holds.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first has found dead may be counted still
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
