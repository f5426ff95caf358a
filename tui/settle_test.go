package tui_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// asking counts what is asked for verdicts, and answers with what it is given.
type asking struct {
	mu     sync.Mutex
	asked  []tui.Settle
	answer func(ctx context.Context, s tui.Settle) <-chan model.Event
}

func (a *asking) settle(ctx context.Context, s tui.Settle) <-chan model.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, s)
	if a.answer == nil {
		return tuitest.Stream()
	}
	return a.answer(ctx, s)
}

func (a *asking) times() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.asked)
}

func key(id string) model.ImageKey { return model.ImageKey{Region: "eu-west-1", ID: id} }

// readable are options of a fleet in which permissions are all that is missing.
func readable(a *asking) tui.Options {
	opts := tuitest.UsedOptions()
	opts.Services.Settle = a.settle
	return opts
}

func TestPermissionsAreReadAndSettleTheVerdict(t *testing.T) {
	a := &asking{answer: func(_ context.Context, s tui.Settle) <-chan model.Event {
		if !slices.Contains(s.Wants.Permissions, key(tuitest.UnreadImage)) {
			t.Errorf("asked for %v", s.Wants.Permissions)
		}
		return tuitest.Stream(model.Page{Gen: 1, Scope: tuitest.Prod, Kind: model.Permissions, At: tuitest.Now, Permissions: []*model.LaunchPermissions{
			{ID: tuitest.UnreadImage, At: tuitest.Now.Add(-time.Second)},
		}})
	}}
	d := tuitest.New(t, 120, 40, readable(a))
	look(d, tuitest.UnreadImage)
	d.Has("unused · nothing in acme-prod names it")
	if a.times() != 1 {
		t.Errorf("asked %d times", a.times())
	}
}

// TestWhatBroughtNothingIsNotAskedAgainSoon: a stream that ends without an
// answer must not be started again with every change of the inventory.
func TestWhatBroughtNothingIsNotAskedAgainSoon(t *testing.T) {
	a := &asking{}
	opts := readable(a)
	now := tuitest.Now
	opts.Services.Now = func() time.Time { return now }
	opts.Services.Refresh = func(_ context.Context, r tui.Refresh) <-chan model.Event {
		return tuitest.Stream(model.Page{Gen: r.Gen, Scope: tuitest.Dev, Kind: model.Parameters, At: now, Last: true})
	}
	d := tuitest.New(t, 120, 40, opts)
	for range 3 {
		d.Press("R")
	}
	now = now.Add(14 * time.Minute)
	d.Press("R")
	if a.times() != 1 {
		t.Fatalf("asked %d times", a.times())
	}
	now = now.Add(time.Minute)
	d.Press("R")
	if a.times() != 2 {
		t.Fatalf("asked %d times after 15 minutes", a.times())
	}
	if diff := cmp.Diff(a.asked[0].Wants, a.asked[1].Wants); diff != "" {
		t.Errorf("something else is asked:\n%s", diff)
	}
}

func TestNothingIsAskedOffline(t *testing.T) {
	a := &asking{}
	opts := readable(a)
	opts.Offline = "offline: nothing is read"
	opts.Services.Opine = func(context.Context, []model.ImageKey) <-chan model.Event {
		t.Error("AWS was asked")
		return tuitest.Stream()
	}
	d := tuitest.New(t, 120, 40, opts)
	look(d, tuitest.UnreadImage)
	d.Press("o")
	d.Has("offline: nothing is read", "unknown · launch permissions: not read yet")
	if a.times() > 0 {
		t.Errorf("asked for %v", a.asked)
	}
}

// TestAllPermissionsAreReadInTheEnd: behind what verdicts wait for come all other
// images of ours, for whoever wants to know with whom they are shared.
func TestAllPermissionsAreReadInTheEnd(t *testing.T) {
	a := &asking{}
	opts := readable(a)
	fleet := slices.DeleteFunc(tuitest.UsedFleet(), isPermissions)
	opts.Services.Restore = func(context.Context) <-chan model.Event { return tuitest.Stream(fleet...) }
	d := tuitest.New(t, 120, 40, opts)
	if a.times() != 1 {
		t.Fatalf("asked %d times", a.times())
	}
	asked, used := a.asked[0], key(tuitest.UsedImage)
	if slices.Contains(asked.Wants.Permissions, used) || !slices.Contains(asked.Rest, used) {
		t.Errorf("an image that is used is wanted by a verdict (%v), or not behind them (%v)", asked.Wants.Permissions, asked.Rest)
	}
	look(d, tuitest.UsedImage)
	d.Has("● used", "whom it is shared with is not known")
	if a.times() != 1 {
		t.Errorf("what brought nothing was asked again at once: %d times", a.times())
	}
}

// hangs is an answer that does not come until it is given up.
func hangs(ctx context.Context, _ tui.Settle) <-chan model.Event {
	out := make(chan model.Event)
	go func() {
		defer close(out)
		<-ctx.Done()
	}()
	return out
}

// TestRowsUnderTheEyeAreReadFirst: where the cursor rests on rows that wait, the
// reading starts anew with those.
func TestRowsUnderTheEyeAreReadFirst(t *testing.T) {
	a := &asking{}
	ended := make(chan struct{}, 10)
	a.answer = func(ctx context.Context, s tui.Settle) <-chan model.Event {
		context.AfterFunc(ctx, func() { ended <- struct{}{} })
		return hangs(ctx, s)
	}
	opts := readable(a)
	opts.Query = "usage:unknown" // twice as many as the screen has lines
	p := newAsync(t, opts)
	p.until("the first question", func(string) bool { return a.times() == 1 })
	p.send(tuitest.Key(t, "G"))
	p.until("the second question", func(string) bool { return a.times() == 2 })
	a.mu.Lock()
	first, second := a.asked[0].First, a.asked[1].First
	a.mu.Unlock()
	if len(second) == 0 || slices.Contains(first, second[0]) {
		t.Errorf("first %v, then %v", first, second)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the first question was not given up")
	}
}

// TestWhatASweepMayShowIsNotAskedBehindIt: what is read may show that an image is
// used, and then no verdict needs its permissions. What the screen shows does not
// wait: rows in sight of a table that tells with whom images are shared, and every
// image where rows are chosen by that.
func TestWhatASweepMayShowIsNotAskedBehindIt(t *testing.T) {
	for _, tt := range []struct {
		name, query  string
		columns      []string
		sight, other bool // what is asked for while the sweep runs
	}{
		{"neither column", "", []string{"name", "usage"}, false, false},
		{"with whom it is shared", "", []string{"name", "usage", "shared"}, true, false},
		{"what is wrong", "", []string{"name", "usage", "severity"}, true, false},
		{"a filter", "!shared:stranger", []string{"name", "usage"}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &asking{}
			opts := readable(a)
			opts.Query, opts.State.Columns = tt.query, tt.columns
			fleet := tuitest.UsedFleet()
			if tt.other {
				fleet = slices.DeleteFunc(fleet, isPermissions)
			}
			release := make(chan struct{})
			opts.Services.Restore = func(context.Context) <-chan model.Event { return tuitest.Stream(fleet...) }
			opts.Services.Refresh = sweepUntil(release)
			p := newAsync(t, opts)
			p.until("the verdicts", func(s string) bool {
				return strings.Contains(s, "reading") && (tt.other || strings.Contains(s, "● used"))
			})
			if tt.sight || tt.other {
				p.until("the question", func(string) bool { return a.times() > 0 })
				s := a.last()
				if tt.sight == (len(s.Wants.Permissions) == 0) || tt.other == (len(s.Rest) == 0) || len(s.Wants.Named) > 0 {
					t.Errorf("asked for %d images in sight, %d others: %+v", len(s.Wants.Permissions), len(s.Rest), s.Wants)
				}
			} else if a.times() > 0 {
				t.Error("asked while the sweep runs")
			}
			close(release)
			p.until("the question of the verdicts", func(string) bool { return a.times() > 0 && (tt.other || len(a.last().Wants.Named) > 0) })
		})
	}
}

func isPermissions(e model.Event) bool {
	p, ok := e.(model.Page)
	return ok && p.Kind == model.Permissions
}

// sweepUntil is a refresh that has read something, and goes on.
func sweepUntil(release <-chan struct{}) func(context.Context, tui.Refresh) <-chan model.Event {
	return func(context.Context, tui.Refresh) <-chan model.Event {
		out := make(chan model.Event)
		go func() {
			defer close(out)
			out <- model.Page{Gen: 1, Scope: tuitest.Dev, Kind: model.Parameters, At: tuitest.Now, Last: true}
			<-release
		}()
		return out
	}
}

func (a *asking) last() tui.Settle {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked[len(a.asked)-1]
}
