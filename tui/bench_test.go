package tui_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// crowd are the events of a company with n images in 20 accounts × 17 regions.
func crowd(n int) []model.Event {
	const accounts, regions = 20, 17
	out := make([]model.Event, 0, accounts*(regions+1))
	for a := range accounts {
		found := model.Found{Account: model.Account{ID: fmt.Sprintf("%012d", 100+a), Name: fmt.Sprintf("acme-%02d", a), Partition: "aws"}}
		for r := range regions {
			found.Regions = append(found.Regions, model.Region{Name: fmt.Sprintf("eu-west-%d", r), Enabled: true})
		}
		out = append(out, found)
		for r, region := range found.Regions {
			s := model.Scope{Account: found.Account.ID, Region: region.Name}
			out = append(out, crowdPage(s, n, a*regions+r, accounts*regions))
		}
	}
	return out
}

// crowdPage is a scope's share of n images: those that leave the rest scope
// when they are numbered through all scopes.
func crowdPage(s model.Scope, n, scope, scopes int) model.Page {
	p := model.Page{Scope: s, Kind: model.Images, Calls: 1, At: tuitest.Now, Last: true}
	for i := scope; i < n; i += scopes {
		created := tuitest.Now.Add(-time.Duration(i) * 37 * time.Minute)
		p.Images = append(p.Images, &model.Image{
			ImageKey: model.ImageKey{Region: s.Region, ID: fmt.Sprintf("ami-%017x", i)}, Owner: s.Account,
			Name: fmt.Sprintf("web-api-%s-build-%d", created.Format("2006.01.02"), i), State: "available", Architecture: "x86_64",
			Platform: "linux", RootType: "ebs", Created: created, SizeGiB: int64(8 + i%40), Snapshots: 1,
		})
	}
	return p
}

func opened(tb testing.TB, images int) *tuitest.Driver {
	return tuitest.New(tb, 160, 45, tui.Options{Services: tuitest.Services(tuitest.Now, crowd(images)...), Offline: "offline: nothing is read"})
}

var sizes = []int{1000, 100_000}

// BenchmarkKey is Update and View of a key that scrolls, without what the
// terminal's driver does after it.
func BenchmarkKey(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("images=%d", n), func(b *testing.B) {
			d := opened(b, n)
			scroll(d, b.N, b.ResetTimer)
			b.ReportAllocs()
		})
	}
}

// scroll presses keys that each scroll by a row, down and up again, when start
// was called.
func scroll(d *tuitest.Driver, n int, start func()) {
	d.Press("ctrl+d", "ctrl+d")
	start()
	for i := range n {
		if i%800 < 400 {
			d.Press("down")
		} else {
			d.Press("up")
		}
		d.ANSI()
	}
}

// TestKeysCostTheSameForManyImages holds the ratio of 1,000 and 100,000 images,
// which is 1 but for the caches of the processor, below 3: a gate against
// anything in a frame that grows with the inventory. Both are measured by turns, and
// by the shortest time, until the gate is met: others may want the processor.
func TestKeysCostTheSameForManyImages(t *testing.T) {
	few, many := opened(t, sizes[0]), opened(t, sizes[1])
	runtime.GC() // what making them left over is not the keys' work
	sameCost(t, few, many, "1,000 and 100,000 images")
}

// sameCost holds what keys cost in two worlds within 3 of one another.
func sameCost(t *testing.T, few, many *tuitest.Driver, worlds string) {
	t.Helper()
	a, b := time.Hour, time.Hour
	for range 40 {
		a, b = min(a, keysTake(few)), min(b, keysTake(many))
		if b <= 3*a {
			return
		}
	}
	t.Errorf("100 keys take %v and %v at %s", a, b, worlds)
}

// keysTake is the time that 100 keys take.
func keysTake(d *tuitest.Driver) time.Duration {
	var from time.Time
	scroll(d, 100, func() { from = time.Now() })
	return time.Since(from)
}

// BenchmarkFilterKey is a keystroke in the filter until its rows are shown.
func BenchmarkFilterKey(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("images=%d", n), func(b *testing.B) {
			d := opened(b, n)
			d.Press("/")
			d.Type("web")
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if i%2 == 0 {
					d.Type("-")
				} else {
					d.Press("backspace")
				}
				d.ANSI()
			}
		})
	}
}

// never lets no time pass: verdicts are judged when the rows were there.
func never(time.Duration, tea.Msg) tea.Cmd { return nil }

// BenchmarkFirstRows is all between the events of the cache and the frame that
// shows their rows: folding, sorting, drawing.
func BenchmarkFirstRows(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("images=%d", n), func(b *testing.B) {
			events := crowd(n)
			b.ReportAllocs()
			for b.Loop() {
				s := tuitest.Services(tuitest.Now)
				s.Restore = func(context.Context) <-chan model.Event { return tuitest.Stream(events...) }
				tuitest.New(b, 160, 45, tui.Options{Services: s, Offline: "offline: nothing is read", After: never}).ANSI()
			}
		})
	}
}

// costed gives each image of a crowd a snapshot, of volumes that eight of them
// were made of.
func costed(events []model.Event) []model.Event {
	var out []model.Event
	for _, e := range events {
		out = append(out, e)
		p, ok := e.(model.Page)
		if !ok {
			continue
		}
		snaps := model.Page{Scope: p.Scope, Kind: model.Snapshots, At: p.At, Last: true}
		for i, im := range p.Images {
			id := "snap" + im.ID[3:]
			im.Detail = &model.Detail{Devices: []model.Device{{Name: "/dev/xvda", Snapshot: id, Disk: model.Share(model.Disk{SizeGiB: im.SizeGiB})}}, TagsRead: true}
			snaps.Snapshots = append(snaps.Snapshots, &model.Snapshot{
				Region: im.Region, Owner: im.Owner, ID: id, State: "completed", Tier: "standard", VolumeID: fmt.Sprint("vol-", i/8),
				DataKeyID: fmt.Sprint("key-", i/8), Start: im.Created, SizeGiB: im.SizeGiB, FullBytes: im.SizeGiB << 29,
			})
		}
		out = append(out, snaps)
	}
	return out
}

// BenchmarkMark is Update and View of a mark beside 1,000 others, with what all of
// them free in the status line.
func BenchmarkMark(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("images=%d", n), func(b *testing.B) {
			events := costed(crowd(n))
			d := tuitest.New(b, 160, 45, tui.Options{Services: tuitest.Services(tuitest.Now, events...), Offline: "offline: nothing is read"})
			for range min(1000, n-2) {
				d.Press("space")
			}
			d.Has("frees")
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				d.Press("space", "k")
				d.ANSI()
			}
		})
	}
}

// recalled is the program at its journal of so many runs.
func recalled(tb testing.TB, runs int) *tuitest.Driver {
	few := tuitest.JournalRuns()
	all := make([]plan.Run, runs)
	for i := range all {
		all[i] = few[i%len(few)]
		all[i].ID = fmt.Sprintf("20260101-000000-%06x", runs-i)
	}
	d := tuitest.New(tb, 160, 45, tuitest.JournalOptions(all...))
	d.Press("8")
	return d
}

// BenchmarkJournalKey is a key in the journal.
func BenchmarkJournalKey(b *testing.B) {
	for _, n := range []int{100, 3000} {
		b.Run(fmt.Sprintf("runs=%d", n), func(b *testing.B) {
			d := recalled(b, n)
			scroll(d, b.N, b.ResetTimer)
			b.ReportAllocs()
		})
	}
}

// TestKeysCostTheSameForManyRuns holds the ratio of 100 and 3,000 runs below 3.
func TestKeysCostTheSameForManyRuns(t *testing.T) {
	sameCost(t, recalled(t, 100), recalled(t, 3000), "100 and 3,000 runs")
}
