package trail

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

var (
	noon  = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	here  = model.Scope{Account: "111111111111", Region: "eu-west-1"}
	there = model.Scope{Account: "222222222222", Region: "eu-west-1"}
	key   = model.ImageKey{Region: here.Region, ID: "ami-1"}
)

func hour(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

// change is an event of the owner's trail, so many hours after noon.
func change(at int, a Act) *Event {
	return &Event{ID: a.String() + hour(at).String(), At: hour(at), Scope: here, Act: a}
}

// lookup tells events of the time from one hour to another.
func lookup(from, to int, events ...*Event) *Lookup {
	return &Lookup{Scope: here, Image: key, Events: joined(events), Seen: Spans{{hour(from), hour(to)}}, At: hour(to)}
}

// TestPublicTimesAreExact: whatever is done to an image, the times told are those
// in which it was public, as far as the trail reaches.
func TestPublicTimesAreExact(t *testing.T) {
	doing := []Act{MadePublic, MadePrivate, Shared, Unshared, Reset, Disabled, Enabled, Tagged, Launched}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(t, "hours")
		var events []*Event
		var want []Public
		public := false
		for h := 1; h <= n; h++ {
			e := change(h, rapid.SampledFrom(doing).Draw(t, "act"))
			if rapid.IntRange(0, 4).Draw(t, "failed") == 0 {
				e.Error = "Client.UnauthorizedOperation"
			}
			events = append(events, e)
			was := public
			switch {
			case e.Error != "":
			case e.Act == MadePublic:
				public = true
			case slices.Contains([]Act{MadePrivate, Reset, Disabled}, e.Act):
				public = false
			}
			switch {
			case public && !was:
				want = append(want, Public{From: e.At, Open: true})
			case was && !public:
				want[len(want)-1].To, want[len(want)-1].Open = e.At, false
			}
		}
		mixed := rapid.Permutation(events).Draw(t, "order")
		got := publicTimes(lookup(0, n+1, mixed...), standing{public: model.Truth(public), at: hour(n + 1), made: hour(0)})
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}

		// The same, of an image that was made long before the trail begins: what is
		// told lies within the truth, and only beginnings are missing.
		from := rapid.IntRange(0, n).Draw(t, "from")
		late := slices.DeleteFunc(slices.Clone(events), func(e *Event) bool { return e.At.Before(hour(from)) })
		for _, p := range publicTimes(lookup(from, n+1, late...), standing{public: model.Truth(public), at: hour(n + 1), made: hour(-1000)}) {
			inside := slices.ContainsFunc(want, func(w Public) bool {
				begun := p.From
				if begun.IsZero() {
					begun = p.Before
				}
				return w.Open == p.Open && w.To.Equal(p.To) && !begun.Before(w.From)
			})
			// A change that changed nothing is taken for one, but it was made: what is
			// told to be public until then may have ended before.
			idle := p.From.IsZero() && !p.Open && !slices.ContainsFunc(want, func(w Public) bool { return w.To.Equal(p.To) })
			if !inside && !idle {
				t.Errorf("from hour %d: told %+v of %+v", from, p, want)
			}
		}
	})
}

func TestPublicTimesAtTheEdges(t *testing.T) {
	old := hour(-1000)
	for _, c := range []struct {
		name string
		l    *Lookup
		now  standing
		want []Public
		text string
	}{
		{"never", lookup(0, 9), standing{model.No, hour(9), old}, nil, ""},
		{"all along", lookup(0, 9), standing{model.Yes, hour(9), old}, []Public{{Before: hour(0), Open: true}}, "is public since before 2026-11-01 12:00"},
		{"until", lookup(0, 9, change(3, MadePrivate)), standing{model.No, hour(9), old}, []Public{{Before: hour(0), To: hour(3)}}, "was public until 2026-11-01 15:00; it began before 2026-11-01 12:00"},
		{"disabled, whatever it was", lookup(0, 9, change(3, Disabled)), standing{model.No, hour(9), old}, nil, ""},
		{"from and to", lookup(0, 9, change(2, MadePublic), change(3, Deregistered)), standing{}, []Public{{From: hour(2), To: hour(3)}}, "was public from 2026-11-01 14:00 to 2026-11-01 15:00"},
		{"since", lookup(0, 9, change(2, MadePublic)), standing{model.Yes, hour(9), old}, []Public{{From: hour(2), Open: true}}, "is public since 2026-11-01 14:00"},
		{"until nobody knows when", lookup(0, 9, change(2, MadePublic)), standing{model.No, hour(9), old}, []Public{{From: hour(2)}}, "was public from 2026-11-01 14:00; until when is not known"},
		{"since the image was read", lookup(0, 9, change(2, MadePublic)), standing{model.No, hour(1), old}, []Public{{From: hour(2), Open: true}}, "is public since 2026-11-01 14:00"},
		{"private since the image was read", lookup(0, 9, change(2, MadePublic), change(3, MadePrivate)), standing{model.Yes, hour(1), old}, []Public{{From: hour(2), To: hour(3)}}, "was public from 2026-11-01 14:00 to 2026-11-01 15:00"},
		{"since nobody knows when", lookup(0, 9, change(3, MadePrivate)), standing{model.Yes, hour(9), hour(0)}, []Public{{Open: true}}, "is public; since when is not known"},
		{"it was said to fail", lookup(0, 9, &Event{At: hour(2), Act: MadePublic, Error: "Client.X"}), standing{model.No, hour(9), old}, nil, ""},
		{"of an image that nobody knows", lookup(0, 9), standing{}, nil, ""},
		{"a trail that told nothing", &Lookup{}, standing{model.Yes, hour(9), old}, []Public{{Open: true}}, "is public; since when is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := publicTimes(c.l, c.now)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if len(got) > 0 && got[0].Text() != c.text {
				t.Errorf("in words: %q", got[0].Text())
			}
		})
	}
}

// TestNobodyLookedMeanwhile: what happened in a gap is not known, nor is how the
// image stood after it.
func TestNobodyLookedMeanwhile(t *testing.T) {
	early := lookup(0, 10, change(2, MadePublic))
	late := lookup(100, 110, change(105, MadePrivate))
	got := publicTimes(late.After(early), standing{model.No, hour(110), hour(-1)})
	want := []Public{{From: hour(2)}, {Before: hour(100), To: hour(105)}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if text := got[1].Text(); text != "was public until 2026-11-05 21:00; it began before 2026-11-05 16:00" {
		t.Error(text)
	}
}
