package model_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
)

// judgedFleet is 100,000 images in 20 accounts × 17 regions that 300,000
// references name, everything read an hour ago.
func judgedFleet() model.Inventory {
	var events []model.Event
	const accounts, regions = 20, 17
	const images, references = 100_000 / (accounts * regions), 300_000 / (accounts * regions)
	for a := range accounts {
		id := fmt.Sprintf("%012d", a+1)
		f := model.Found{Account: model.Account{ID: id}}
		for r := range regions {
			f.Regions = append(f.Regions, model.Region{Name: fmt.Sprint("region-", r), Enabled: true})
			events = append(events, sweptScope(model.Scope{Account: id, Region: fmt.Sprint("region-", r)}, images, references)...)
		}
		events = append(events, f)
	}
	return model.Inventory{}.Fold(events...)
}

func sweptScope(s model.Scope, images, references int) []model.Event {
	pages := map[model.Kind]*model.Page{}
	for _, k := range model.Swept() {
		pages[k] = &model.Page{Gen: 1, Scope: s, Kind: k, At: ago(time.Hour), Last: true}
	}
	perms := model.Page{Scope: s, Kind: model.Permissions}
	id := func(i int) string { return fmt.Sprintf("ami-%s%s%05d", s.Account[9:], s.Region[7:], i) }
	for i := range images {
		pages[model.Images].Images = append(pages[model.Images].Images, &model.Image{
			ImageKey: model.ImageKey{Region: s.Region, ID: id(i)}, Owner: s.Account, State: "available", Snapshots: 1, Launched: model.No, Public: model.No,
			Detail: &model.Detail{Devices: []model.Device{{Snapshot: fmt.Sprint("snap-", id(i))}}},
		})
		perms.Permissions = append(perms.Permissions, &model.LaunchPermissions{
			ID: id(i), At: ago(time.Hour), Since: ago(20 * day), Accounts: []string{fmt.Sprintf("%012d", 1+i%20)},
		})
	}
	for i := range references {
		k := model.Sources()[i%len(model.Sources())]
		r := &model.Reference{Scope: s, Source: k, Key: fmt.Sprintf("r-%06d", i), ID: fmt.Sprintf("r-%06d", i), Image: id(i * i % (images + images/3)), Since: ago(time.Duration(i%900) * day)}
		if k == model.Templates {
			r.Version = &model.Version{Number: 1, Of: 1, Default: true}
			if i%5 == 0 {
				r.Image, r.Snapshot = "", "snap-"+r.Image
			}
		}
		pages[k].References = append(pages[k].References, r)
	}
	out := []model.Event{perms}
	for _, k := range model.Swept() {
		out = append(out, *pages[k])
	}
	return out
}

// What one more page, of one scope, costs the verdicts of all 100,000 images.
func BenchmarkJudge(b *testing.B) {
	inv := judgedFleet()
	in := model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime}
	var all *model.Usage
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			all = (*model.Usage)(nil).Judge(inv, in)
		}
	})
	b.Run("one scope changed", func(b *testing.B) {
		b.ReportAllocs()
		s := model.Scope{Account: "000000000007", Region: "region-3"}
		page := model.Page{Gen: 2, Scope: s, Kind: model.Instances, At: ago(time.Minute), Last: true, References: inv.References(s, model.Instances)}
		for b.Loop() {
			b.StopTimer()
			next := inv.Fold(page) // as new references: what they name is made anew
			b.StartTimer()
			all.Judge(next, in)
		}
	})
	b.Run("permissions of one image changed", func(b *testing.B) {
		b.ReportAllocs()
		s := model.Scope{Account: "000000000007", Region: "region-3"}
		p := *inv.ScopePermissions(s)[5]
		p.At = ago(time.Minute)
		next := inv.Fold(model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{&p}})
		for b.Loop() {
			all.Judge(next, in)
		}
	})
	b.Run("nothing changed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			all.Judge(inv, in)
		}
	})
	b.Run("verdict", func(b *testing.B) {
		b.ReportAllocs()
		im := inv.ScopeImages(model.Scope{Account: "000000000007", Region: "region-3"})[5]
		for b.Loop() {
			all.Verdict(im)
		}
	})
}

// BenchmarkHeldByUsage: how much memory the verdicts on 100,000 images keep: where
// nothing was read but their lists, and with all that names them.
func BenchmarkHeldByUsage(b *testing.B) {
	whole := judgedFleet()
	bare := model.Inventory{}.Fold(listed(whole)...)
	for name, inv := range map[string]model.Inventory{"lists": bare, "all": whole} {
		b.Run(name, func(b *testing.B) {
			images := float64(len(inv.Images()))
			for b.Loop() {
				before := heap()
				u := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime})
				w := u.Wants()
				b.ReportMetric(float64(heap()-before)/images, "B/image")
				runtime.KeepAlive(u)
				runtime.KeepAlive(w)
			}
		})
	}
}

// listed are the lists of images of an inventory, and no more.
func listed(inv model.Inventory) (out []model.Event) {
	for _, s := range inv.Scopes() {
		out = append(out, model.Page{Gen: 1, Scope: s, Kind: model.Images, Images: inv.ScopeImages(s), At: ago(time.Hour), Last: true})
	}
	return out
}

// heap is the bytes of memory that something still holds.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first has found dead may be counted still
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkRuling: what the verdict on one image takes, anywhere in the inventory.
func BenchmarkRuling(b *testing.B) {
	inv := judgedFleet()
	u, all, n := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime}), inv.Images(), 0
	b.ReportAllocs()
	for b.Loop() {
		u.Ruling(all[n])
		n = (n + 7919) % len(all)
	}
}
