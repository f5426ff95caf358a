package tui_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// TestTrailScreens holds the look of what says who did what to an image.
func TestTrailScreens(t *testing.T) {
	noTrails := tuitest.UsedOptions()
	journeys := []struct {
		name string
		find string
		opts tui.Options
		keys []string
	}{
		{"told", tuitest.TracedImage, tuitest.TracedOptions(), []string{"t"}},
		{"told-further", tuitest.TracedImage, tuitest.TracedOptions(), []string{"t", "G"}},
		{"denied", tuitest.DeniedImage, tuitest.TracedOptions(), []string{"t"}},
		{"nothing", tuitest.UnusedImage, tuitest.TracedOptions(), []string{"t"}},
		{"none", tuitest.TracedImage, noTrails, []string{"t"}},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				d := tuitest.New(t, size[0], size[1], j.opts)
				look(d, j.find)
				d.Press(j.keys...)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// TestTrailIsAskedForOnDemand: when its tab is opened and when it is to be read
// again, and never else.
func TestTrailIsAskedForOnDemand(t *testing.T) {
	opts := tuitest.TracedOptions()
	var asked []tui.Tracing
	answer := opts.Services.Trail
	opts.Services.Trail = func(ctx context.Context, q tui.Tracing) <-chan tui.Traced {
		asked = append(asked, q)
		return answer(ctx, q)
	}
	d := tuitest.New(t, 160, 40, opts)
	look(d, tuitest.TracedImage)
	d.Press("]", "]", "]") // usage, cost, permissions, findings
	if len(asked) > 0 {
		t.Fatal("asked for a trail that nobody looks at")
	}
	d.Press("]")
	d.Has("was public from 2026-10-25 09:30 to 2026-10-27 09:30", "launched 49 instances in 25 calls", "launched 30 instances in 15 calls", "made public no more", "998877665544")
	d.Press("j", "]", "[", "r")
	want := []bool{false, false, true}
	var force []bool
	for _, q := range asked {
		force = append(force, q.Force)
		if q.Image.ID != tuitest.TracedImage || len(q.Known.Images()) == 0 {
			t.Errorf("asked for %v", q.Image)
		}
	}
	if !slices.Equal(force, want) {
		t.Errorf("asked %v, want %v", force, want)
	}
	d.Press("esc", "t") // straight from the list
	if len(asked) != 4 {
		t.Errorf("asked %d times", len(asked))
	}
	d.Has("was public from", "[trail]")
	d.Press("esc", "/", "esc") // the filter goes
	look(d, tuitest.UnusedImage)
	d.Press("t")
	d.Has("never since 2026-10-09 09:30", "no event names the image")
	d.Lacks("made public")
}

// TestTrailComesPieceByPiece: what was told shows while the rest is read, and
// leaving ends the reading.
func TestTrailComesPieceByPiece(t *testing.T) {
	opts := tuitest.TracedOptions()
	pieces := make(chan tui.Traced)
	ended := make(chan struct{})
	opts.Services.Trail = func(ctx context.Context, _ tui.Tracing) <-chan tui.Traced {
		out := make(chan tui.Traced)
		go func() {
			defer close(ended)
			defer close(out)
			for {
				select {
				case m := <-pieces:
					out <- m
				case <-ctx.Done():
					return
				}
			}
		}()
		return out
	}
	a := newAsync(t, opts)
	a.until("rows", func(s string) bool { return strings.Contains(s, "web-api") })
	press := func(names ...string) {
		for _, name := range names {
			a.send(tuitest.Key(t, name))
		}
	}
	press("enter")
	a.until("the image", func(s string) bool { return strings.Contains(s, "Image id") })
	press("t")
	a.until("the wait", func(s string) bool { return strings.Contains(s, "reading trails") })
	key := model.ImageKey{} // whichever is on the screen
	for _, m := range tuitest.Told(model.ImageKey{Region: tuitest.Prod.Region, ID: tuitest.TracedImage})[:2] {
		for _, l := range m.Lookups {
			l.Image = key
		}
		pieces <- m
	}
	a.until("a part", func(s string) bool {
		return strings.Contains(s, "reading trails: 1 of 3 scopes") && strings.Contains(s, "made public") && strings.Contains(s, "not looked at yet")
	})
	pieces <- tui.Traced{Done: 2, Lookups: []*trail.Lookup{{Scope: tuitest.Dev, Image: key, At: tuitest.Now, Seen: trail.Spans{{From: tuitest.Now.Add(-trail.Kept), To: tuitest.Now}}}}}
	a.until("another part", func(s string) bool { return strings.Contains(s, "2 of 3 scopes") })
	press("esc")
	<-ended
	a.until("the list", func(s string) bool { return !strings.Contains(s, "reading trails") })
}
