package model_test

import (
	"maps"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

// drawReread draws a reading of some images and snapshots of a scope, each there or
// gone.
func drawReread(t *rapid.T, s model.Scope) model.Reread {
	r := model.Reread{Scope: s, At: testTime.Add(time.Duration(rapid.IntRange(0, 99).Draw(t, "read at")) * time.Minute)}
	for _, id := range testIDs {
		switch rapid.IntRange(0, 4).Draw(t, "what of "+id) {
		case 0:
			if owner(s.Region, id) == s.Account {
				r.Images = append(r.Images, &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: s.Account, Name: "reread", Detail: &model.Detail{}})
			}
		case 1:
			if owner(s.Region, id) == s.Account {
				r.Gone = append(r.Gone, id)
			}
		case 2:
			r.Snapshots = append(r.Snapshots, &model.Snapshot{ID: id, Region: s.Region, Owner: s.Account, Description: "reread"})
		case 3:
			r.Missing = append(r.Missing, id)
		}
	}
	return r
}

// withRereads are random events, among them readings of single images.
func withRereads() *rapid.Generator[[]model.Event] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) model.Event {
		if rapid.IntRange(0, 3).Draw(t, "reread") == 0 {
			return drawReread(t, drawScope(t))
		}
		return drawEvent(t)
	}), 0, 40)
}

// TestRereadTwiceIsOnce, and the inventory before it stays what it was.
func TestRereadTwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := folded(found(), withRereads().Draw(t, "events before"))
		before := observe(inv)
		r := drawReread(t, drawScope(t))
		once := inv.Fold(r)
		wantSame(t, "twice", once, once.Fold(r))
		if diff := gocmp.Diff(before, observe(inv), sameErr); diff != "" {
			t.Fatalf("the old inventory changed (-want +got):\n%s", diff)
		}
	})
}

// TestRereadsInAnyOrder: of the scope that they read the later one stands, whichever
// comes first. What other accounts see of it comes back by their own passes.
func TestRereadsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := folded(found(), withRereads().Draw(t, "events before"))
		s := drawScope(t)
		a, b := drawReread(t, s), drawReread(t, s)
		b.At = b.At.Add(time.Second) // never the same time
		one, other := inv.Fold(a, b), inv.Fold(b, a)
		if diff := gocmp.Diff(one.ScopeImages(s), other.ScopeImages(s)) + gocmp.Diff(one.ScopeSnapshots(s), other.ScopeSnapshots(s)); diff != "" {
			t.Fatalf("the other way round:\n%s", diff)
		}
	})
}

// TestRereadStandsOverWhatWasRead: right after it everything is as it says.
func TestRereadStandsOverWhatWasRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := folded(found(), events().Draw(t, "events before"))
		r := drawReread(t, drawScope(t))
		inv = inv.Fold(r)
		for _, im := range r.Images {
			if got, ok := inv.Image(im.ImageKey); !ok || got != im {
				t.Fatalf("%v is %+v", im.ImageKey, got)
			}
		}
		for _, id := range r.Gone {
			if got, ok := inv.Image(model.ImageKey{Region: r.Scope.Region, ID: id}); ok {
				t.Fatalf("%s is gone, and there: %+v", id, got)
			}
		}
		for _, sn := range r.Snapshots {
			if got, ok := inv.Snapshot(r.Scope, sn.ID); !ok || got != sn {
				t.Fatalf("%s is %+v", sn.ID, got)
			}
		}
		for _, id := range r.Missing {
			if got, ok := inv.Snapshot(r.Scope, id); ok {
				t.Fatalf("%s is missing, and there: %+v", id, got)
			}
		}
	})
}

// TestNothingOlderComesBack: whatever pages come after a reading, none that was
// answered before it, or may be an echo, brings back what it replaced.
func TestNothingOlderComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := folded(found(), events().Draw(t, "events before"))
		r := drawReread(t, drawScope(t))
		inv = inv.Fold(r)
		kept := map[string]bool{} // no pass that may sweep it or list it later has begun
		for _, im := range r.Images {
			kept[im.ID] = true
		}
		gone := maps.Collect(func(yield func(string, bool) bool) {
			for _, id := range r.Gone {
				if !yield(id, true) {
					return
				}
			}
		})
		gen := inv.Status(r.Scope, model.Images).Gen
		for range rapid.IntRange(1, 12).Draw(t, "pages") {
			s := r.Scope
			if rapid.IntRange(0, 3).Draw(t, "of another account") == 0 {
				s.Account = rapid.SampledFrom(testAccounts).Draw(t, "account")
			}
			p := drawPageOf(t, s)
			inv = inv.Fold(p)
			for _, im := range p.Images {
				if p.Scope.Region == r.Scope.Region && !p.At.Before(r.At.Add(15*time.Minute)) && (p.Scope != r.Scope || p.Gen > gen) {
					delete(gone, im.ID) // it is back
				}
			}
			if p.Scope == r.Scope && p.Kind == model.Images && p.Gen > gen {
				clear(kept)
				if p.Last && p.At.After(r.At) && p.Err == nil {
					clear(gone)
				}
			}
			for id := range gone {
				if _, ok := inv.Image(model.ImageKey{Region: r.Scope.Region, ID: id}); ok {
					t.Fatalf("%s came back with %+v", id, p)
				}
			}
			for id := range kept {
				im, ok := inv.Image(model.ImageKey{Region: r.Scope.Region, ID: id})
				if !ok || im.Name != "reread" && !p.At.After(r.At) {
					t.Fatalf("%s is %+v after %+v", id, im, p)
				}
				if im.Name != "reread" {
					delete(kept, id)
				}
			}
		}
	})
}
