package model_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
)

// The world of the benchmarks: 100,000 images in 20 accounts × 17 regions, a
// full page of 1,000 in one scope, and an even share of the rest in each other.
const (
	crowdAccounts = 20
	crowdRegions  = 17
	crowdImages   = 100_000
	fullPage      = 1000
)

// BenchmarkFold folds answers of a refresh, the page of 1,000 records of one
// scope or a burst of one page from each of the 340 scopes, into an inventory
// that holds nothing yet, as in a cold scan, or all that they tell already.
func BenchmarkFold(b *testing.B) {
	next := crowdPages(2, crowdImages)
	for _, images := range []int{0, crowdImages} {
		known := crowdPages(1, images)
		base := model.Inventory{}.Fold(known...).Fold(crowdSnapshots(known[0]))
		for _, bench := range []struct {
			name    string
			refresh []model.Event
		}{
			{"page=images", next[:1]},
			{"page=snapshots", []model.Event{crowdSnapshots(next[0])}},
			{"burst=340", next},
		} {
			b.Run(fmt.Sprintf("images=%d/%s", images, bench.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					base.Fold(bench.refresh...)
				}
			})
		}
	}
}

// crowdPages are the passes of a refresh over n images, a page a scope.
func crowdPages(gen model.Gen, n int) []model.Event {
	scopes := crowdScopes()
	out := make([]model.Event, 0, len(scopes))
	from := 0
	for i, s := range scopes {
		to := min(fullPage, n)
		if i > 0 {
			to += max(n-fullPage, 0) * i / (len(scopes) - 1)
		}
		p := model.Page{Gen: gen, Scope: s, Kind: model.Images, Calls: 1, At: testTime, Last: true}
		for ; from < to; from++ {
			p.Images = append(p.Images, crowdImage(s, from))
		}
		out = append(out, p)
	}
	return out
}

func crowdScopes() []model.Scope {
	var out []model.Scope
	for a := range crowdAccounts {
		for r := range crowdRegions {
			out = append(out, model.Scope{Account: fmt.Sprintf("%012d", 100+a), Region: fmt.Sprintf("eu-west-%d", r)})
		}
	}
	return out
}

// crowdImage is the i-th image of all. Its id is as random as AWS's: a page is
// not in the order of ids.
func crowdImage(s model.Scope, i int) *model.Image {
	created := testTime.Add(-time.Duration(i) * 37 * time.Minute)
	return &model.Image{
		ImageKey: model.ImageKey{Region: s.Region, ID: crowdID("ami", i)}, Owner: s.Account,
		Name: fmt.Sprintf("web-api-%s-build-%d", created.Format("2006.01.02"), i), State: "available", Architecture: "x86_64",
		Platform: "linux", RootType: "ebs", Created: created, SizeGiB: int64(8 + i%40), Snapshots: 1,
	}
}

// crowdID spreads numbers over all ids; no two get the same.
func crowdID(prefix string, i int) string {
	return fmt.Sprintf("%s-0%016x", prefix, uint64(i+1)*0x9e3779b97f4a7c15)
}

// crowdSnapshots are the snapshots of a page of images, one an image.
func crowdSnapshots(images model.Event) model.Page {
	p, _ := images.(model.Page)
	out := model.Page{Gen: p.Gen, Scope: p.Scope, Kind: model.Snapshots, Calls: 1, At: p.At, Last: true}
	for i, im := range p.Images {
		out.Snapshots = append(out.Snapshots, &model.Snapshot{
			Region: im.Region, ID: crowdID("snap", i), Owner: im.Owner, State: "completed", Tier: "standard", Start: im.Created, SizeGiB: im.SizeGiB,
		})
	}
	return out
}
