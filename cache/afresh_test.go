package cache_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

var (
	neighbour = model.Scope{Account: "100000000001", Region: scope1.Region}
	both      = []model.Scope{scope1, neighbour}
	ownerOf   = map[string]string{"a": scope1.Account, "b": scope1.Account, "c": neighbour.Account, "d": neighbour.Account}
)

// anyRow draws an image as a scope lists it.
func anyRow(r *rapid.T, s model.Scope, id string) *model.Image {
	im := &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: ownerOf[id], Name: rapid.StringMatching("[a-z]{3}").Draw(r, "name")}
	im.Detail = &model.Detail{Description: s.Account, Devices: []model.Device{{Name: "/dev/sda1", Snapshot: "snap-" + id}}}
	return im
}

// anyReread draws a reading of some of a scope's images and snapshots.
func anyReread(r *rapid.T, s model.Scope, at time.Time) model.Reread {
	out := model.Reread{Scope: s, At: at}
	for _, id := range anyIDs.Draw(r, "read again") {
		there := rapid.Bool().Draw(r, "there")
		switch {
		case rapid.Bool().Draw(r, "snapshot") && there:
			out.Snapshots = append(out.Snapshots, &model.Snapshot{ID: id, Region: s.Region, Owner: s.Account})
		case rapid.Bool().Draw(r, "snapshot"):
			out.Missing = append(out.Missing, id)
		case ownerOf[id] != s.Account:
		case there:
			out.Images = append(out.Images, anyRow(r, s, id))
		default:
			out.Gone = append(out.Gone, id)
		}
	}
	if rapid.Bool().Draw(r, "bin") {
		out.Binned = []*model.Binned{}
		for _, id := range out.Gone {
			out.Binned = append(out.Binned, &model.Binned{ID: id})
		}
	}
	return out
}

// passing is a pass that is being drawn, page by page.
type passing struct {
	scope model.Scope
	kind  model.Kind
	gen   model.Gen
}

func (p passing) page(r *rapid.T, at time.Time, last bool) model.Page {
	out := model.Page{Gen: p.gen, Scope: p.scope, Kind: p.kind, At: at, Last: last}
	for _, id := range anyIDs.Draw(r, "rows") {
		switch p.kind {
		case model.Images:
			out.Images = append(out.Images, anyRow(r, p.scope, id))
		case model.Snapshots:
			out.Snapshots = append(out.Snapshots, &model.Snapshot{ID: id, Region: p.scope.Region, Owner: p.scope.Account, Description: "listed"})
		default:
			out.Binned = append(out.Binned, &model.Binned{ID: id})
		}
	}
	return out
}

// TestRereadsAreKeptAsTheModelFoldsThem: whatever passes run while single images are
// read again, and whenever it is written, the next start shows what this one does.
func TestRereadsAreKeptAsTheModelFoldsThem(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s, at, live := newStore(t), asOf, model.Inventory{}
		f := s.NewFlusher(func(err error) { r.Errorf("told %v", err) })
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		tell := func(e model.Event) {
			f.Fold(e)
			live = live.Fold(e)
			at = at.Add(time.Duration(rapid.IntRange(1, 9).Draw(r, "minutes")) * time.Minute)
			if rapid.IntRange(0, 14).Draw(r, "written") == 0 {
				f.Flush(ctx)
			}
		}
		sel := cache.Selection{Name: "all"}
		running := map[passing]bool{}
		for _, sc := range both {
			sel.Found = append(sel.Found, model.Found{Account: model.Account{ID: sc.Account}, Regions: []model.Region{{Name: sc.Region, Enabled: true}}})
			for _, k := range []model.Kind{model.Images, model.Snapshots, model.Bin} {
				first := passing{sc, k, 1}
				tell(model.Began{Gen: 1, Scope: sc, Kind: k})
				tell(first.page(r, at, true))
				running[passing{sc, k, 2}] = false
			}
		}
		f.Select(sel)
		for range rapid.IntRange(0, 20).Draw(r, "events") {
			sc := rapid.SampledFrom(both).Draw(r, "scope")
			p := passing{sc, rapid.SampledFrom([]model.Kind{model.Images, model.Snapshots}).Draw(r, "kind"), 2}
			begun, left := running[p]
			switch {
			case rapid.Bool().Draw(r, "reread"):
				tell(anyReread(r, sc, at))
			case left && !begun:
				tell(model.Began{Gen: p.gen, Scope: sc, Kind: p.kind})
				running[p] = true
			case left:
				last := rapid.Bool().Draw(r, "last")
				tell(p.page(r, at, last))
				if last {
					delete(running, p)
				}
			}
		}
		for p, begun := range running {
			if begun {
				tell(p.page(r, at, true))
			}
		}
		cancel()
		must(t, <-done)
		wantStored(t, r, s, live)
	})
}

// wantStored compares what is stored of single images with an inventory.
func wantStored(t *testing.T, r rapid.TB, s *cache.Store, live model.Inventory) {
	t.Helper()
	got := inventory(t, s, "all")
	usage := restored(t, s, both)
	for _, sc := range both {
		alike(r, "images of "+sc.String(), ownOf(sc, got), ownOf(sc, live))
		alike(r, "snapshots of "+sc.String(), got.ScopeSnapshots(sc), live.ScopeSnapshots(sc))
		alike(r, "the bin of "+sc.String(), usage.Binned(sc), live.Binned(sc))
		for _, f := range usage.Formers(sc) { // of a pass that had not ended nothing is stored
			if _, ok := live.Former(sc, f.ID); !ok {
				r.Fatalf("%s is told to be gone from %s", f.ID, sc)
			}
		}
	}
}

// ownOf are the images that a scope's account owns. An image of another account that
// is gone the file may hide for longer than the program that runs, though no longer
// than EC2 may go on listing it: that one knows when a pass of its owner has ended.
func ownOf(s model.Scope, inv model.Inventory) []*model.Image {
	return slices.DeleteFunc(slices.Clone(inv.ScopeImages(s)), func(im *model.Image) bool { return im.Owner != s.Account })
}

// A damaged list stays damaged: with a few images read again in it, it would pass for
// a whole one.
func TestARereadMakesNoListOfADamagedOne(t *testing.T) {
	f, s := newFleet(1, 10, 1, 1), newStore(t)
	must(t, s.Save(f.batch()))
	put(t, s, "lists", scope1.String(), []byte("damaged"))
	r := model.Reread{Scope: scope1, At: asOf.Add(time.Minute), Images: f.pages[0].Images[:1], Gone: []string{f.pages[0].Images[1].ID}}
	must(t, s.Save(cache.Batch{Pieces: []model.Event{r}}))
	snap, err := s.Load("all")
	must(t, err)
	if got := string(stored(t, s, "lists", scope1.String())); got != "damaged" || len(snap.Unreadable) != 1 {
		t.Errorf("the list is %q", got)
	}
}

// What was there is remembered with its snapshots, and nothing is written for a scope
// whose passes are not stored.
func TestARereadTellsWhatIsGone(t *testing.T) {
	f, s := newFleet(1, 10, 1, 1), newStore(t)
	must(t, s.Save(f.batch()))
	im, sn := f.pages[0].Images[3], f.pages[1].Snapshots[2]
	unread := model.Scope{Account: scope1.Account, Region: "eu-test-9"}
	must(t, s.Save(cache.Batch{Pieces: []model.Event{
		model.Reread{Scope: scope1, At: asOf.Add(time.Minute), Gone: []string{im.ID}, Missing: []string{sn.ID}},
		model.Reread{Scope: unread, At: asOf, Images: []*model.Image{{ImageKey: model.ImageKey{Region: unread.Region, ID: "ami-1"}, Owner: unread.Account}}},
	}}))
	inv := restored(t, s, f1)
	formerImage, _ := inv.Former(scope1, im.ID)
	formerSnapshot, _ := inv.Former(scope1, sn.ID)
	equal(t, "the image", formerImage, &model.Former{ID: im.ID, Name: im.Name, Snapshots: im.SnapshotIDs(), FullBytes: -1, Missed: asOf.Add(time.Minute)})
	equal(t, "the snapshot", formerSnapshot, &model.Former{ID: sn.ID, SizeGiB: sn.SizeGiB, FullBytes: sn.FullBytes, Archived: sn.Archived(), Missed: asOf.Add(time.Minute)})
	if got := inventory(t, s, "all"); got.ImageCount(scope1) != 9 || got.SnapshotCount(scope1) != len(f.pages[1].Snapshots)-1 {
		t.Errorf("%d images, %d snapshots", got.ImageCount(scope1), got.SnapshotCount(scope1))
	}
	if got := stored(t, s, "lists", unread.String()); got != nil {
		t.Errorf("a list of a scope that was never read: %q", got)
	}
}
