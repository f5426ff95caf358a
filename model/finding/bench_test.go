package finding

import (
	"fmt"
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
)

// company is 100,000 images in 20 accounts × 17 regions, an instance on every
// other, with something wrong with most.
func company() model.Inventory {
	const accounts, regions, images = 20, 17, 100_000 / (20 * 17)
	var inv model.Inventory
	for a := range accounts {
		for r := range regions {
			s := model.Scope{Account: fmt.Sprintf("%012d", 100_000_000_000+a), Region: fmt.Sprintf("rr-%02d", r)}
			ims := model.Page{Gen: 1, Scope: s, Kind: model.Images, Last: true, At: ago(time.Hour)}
			ins := model.Page{Gen: 1, Scope: s, Kind: model.Instances, Last: true, At: ago(time.Hour)}
			perms := model.Page{Scope: s, Kind: model.Permissions}
			for i := range images {
				im := soundImage(fmt.Sprintf("ami-%04d%04d%04d", a, r, i), fmt.Sprintf("web-%d-v%d", i%40, i))
				im.Owner, im.Region, im.Created = s.Account, s.Region, ago(time.Duration(i*3)*testDay)
				im.Encrypted = model.Truth(i%2 == 0)
				disk(im, func(d *model.Disk) { d.Encrypted = im.Encrypted })
				im.Protected = model.Truth(i%5 == 0)
				im.Detail.SourceImage, im.Detail.SourceRegion = fmt.Sprintf("ami-%04d%04d%04d", a, (r+1)%regions, i*2), fmt.Sprintf("rr-%02d", (r+1)%regions)
				ims.Images = append(ims.Images, im)
				if i%2 == 0 {
					ref := instance(fmt.Sprint("i-", im.ID), im.ID)
					ref.Scope = s
					ins.References = append(ins.References, ref)
				}
				perms.Permissions = append(perms.Permissions, &model.LaunchPermissions{ID: im.ID, At: ago(time.Hour), Accounts: []string{"123456789012"}})
			}
			inv = inv.Fold(model.Found{Account: model.Account{ID: s.Account}, Regions: []model.Region{{Name: s.Region, Enabled: true}}}, ims, ins, perms)
		}
	}
	return inv
}

// BenchmarkFind: what judging 100,000 images takes, with verdicts and without,
// and listing what was found.
func BenchmarkFind(b *testing.B) {
	inv := company()
	u := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime})
	p := DefaultPolicy()
	p.NamePattern, p.RecoveryRegions = regexp.MustCompile(`[a-z]+-[0-9]+-v[0-9]+`), []string{"rr-03"}
	f := Find(inv, u, p, testTime)
	for name, usage := range map[string]*model.Usage{"with usage": u, "without": nil} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Find(inv, usage, p, testTime)
			}
		})
	}
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.ReportMetric(float64(len(f.All())), "findings")
		}
	})
	b.Run("of an image", func(b *testing.B) {
		b.ReportAllocs()
		im := inv.ScopeImages(inv.Scopes()[7])[5]
		for b.Loop() {
			f.Of(im)
		}
	})
	b.Run("of a rule", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.By("shared-with-stranger")
		}
	})
	b.Run("worst", func(b *testing.B) {
		b.ReportAllocs()
		im := inv.ScopeImages(inv.Scopes()[7])[5]
		for b.Loop() {
			f.Worst(im)
		}
	})
	b.Run("wants", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Wants(inv, u, p, testTime, nil)
		}
	})
}

// BenchmarkHeld: how much memory the findings of 100,000 images keep.
func BenchmarkHeld(b *testing.B) {
	inv, p := company(), DefaultPolicy()
	u := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime})
	images := float64(len(inv.Images()))
	for b.Loop() {
		before := heap()
		f := Find(inv, u, p, testTime)
		b.ReportMetric(float64(heap()-before)/images, "B/image")
		runtime.KeepAlive(f)
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
