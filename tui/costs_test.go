package tui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// TestCostScreens holds the look of what says where the money goes.
func TestCostScreens(t *testing.T) {
	journeys := []struct {
		name string
		keys []string
	}{
		{"images", []string{"space", "space", "space"}},
		{"detail", []string{"G", "$"}},
		{"snapshots", []string{"3", "space", "space"}},
		{"snapshots-bin", []string{"3", "/", "b", "i", "n", "enter"}},
		{"cost", []string{"4"}},
		{"cost-in", []string{"4", "enter", "enter", "enter"}},
		{"cost-by", []string{"4", "b"}},
		{"cost-age", []string{"4", "b", "g"}},
		{"growth", []string{"4", "t"}},
		{"measure", []string{"3", ":", "m", "e", "a", "s", "enter"}},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				opts := tuitest.CostedOptions()
				opts.Services.Costs.Measure = func(context.Context, tui.Measuring) <-chan tui.Measured { return nil }
				d := tuitest.New(t, size[0], size[1], opts)
				d.Press(j.keys...)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// TestFreedFollowsMarks: the figure in the status line is that of the marks, each
// time.
func TestFreedFollowsMarks(t *testing.T) {
	d := tuitest.New(t, 160, 40, tuitest.CostedOptions())
	d.Press("/")
	d.Type("web-api state:available has:cost")
	d.Press("enter")
	d.Lacks("frees")
	want := func(n int) string {
		var inv model.Inventory
		inv = inv.Fold(tuitest.CostedFleet()...)
		c := (*cost.Costs)(nil).Estimate(inv, cost.Input{Prices: cost.BuiltInPrices(), Usage: (*model.Usage)(nil).Judge(inv, tuitest.UsedOptions().Usage), Now: tuitest.Now})
		var keys []model.ImageKey
		for _, l := range strings.Split(d.Screen(), "\n") {
			if strings.Contains(l, "●") && strings.Contains(l, "web-api") && len(keys) < n {
				keys = append(keys, keyOf(inv, l))
			}
		}
		return fmt.Sprintf("%.2f", c.Freed(keys, nil).Cost.High.Dollars())
	}
	for n := 1; n <= 3; n++ {
		d.Press("space")
		d.Has("frees", want(n))
	}
	d.Press("a", `ctrl+\`)
	d.Lacks("frees")
	d.Press(`ctrl+\`) // brought back, and counted anew
	d.Expire()
	d.Has("frees")
}

// keyOf finds the marked image that a line of the table shows.
func keyOf(inv model.Inventory, line string) model.ImageKey {
	for _, im := range inv.Images() {
		account := inv.Account(im.Owner).Title()
		if im.Name != "" && strings.Contains(line, im.Name) && strings.Contains(line, im.Region) && strings.Contains(line, " "+account+" ") {
			return im.ImageKey
		}
	}
	return model.ImageKey{}
}

// TestStory19ExactSizesOnlyOnRequest: a tool that listed every block took minutes
// and a bill. Here what it takes and costs is told first, nothing is asked without a
// yes, what was learnt shows, and at the cap it asks again.
func TestStory19ExactSizesOnlyOnRequest(t *testing.T) {
	opts := tuitest.CostedOptions()
	var asked []tui.Measuring
	opts.Services.Costs.Measure = func(_ context.Context, m tui.Measuring) <-chan tui.Measured {
		asked = append(asked, m)
		out := make(chan tui.Measured, 2)
		told := tui.Measured{Of: len(m.Asks), Requests: int64(len(asked))}
		if len(asked) == 1 {
			told.Capped = true
		} else {
			told.Done = told.Of
			for _, a := range m.Asks {
				if a.From == "" {
					told.Holdings = append(told.Holdings, cost.Holding{Snapshot: a.To, Blocks: cost.Blocks{{From: 0, To: 2048}}}) // 1 GiB
				} else {
					told.Changes = append(told.Changes, cost.Change{From: a.From, To: a.To, Written: cost.Blocks{{From: 0, To: 2048}}})
				}
			}
		}
		out <- told
		close(out)
		return out
	}
	d := tuitest.New(t, 220, 40, opts)
	loose := tuitest.LooseSnapshot(tuitest.Dev, "dead")
	d.Press("3", "/")
	d.Type(loose)
	d.Press("enter")
	d.Has("10 GiB", "full snapshot size")
	d.Press(":")
	d.Type("measure")
	d.Press("enter")
	d.Has("List blocks of snapshots?", "request", "$0.001")
	d.Press("n")
	if len(asked) > 0 {
		t.Fatal("measured without a yes")
	}
	d.Press(":")
	d.Type("measure")
	d.Press("enter", "y")
	d.Has("Go on?", "0 of 1 questions")
	d.Press("y")
	d.Has("1 GiB", "measured", "$0.050")
	if len(asked) != 2 || asked[0].Cap != asked[0].Asks[0].Requests || asked[0].Asks[0].To != loose {
		t.Errorf("asked %+v", asked)
	}
}

func TestMeasuringIsStopped(t *testing.T) {
	opts := tuitest.CostedOptions()
	opts.Services.Costs.Measure = func(ctx context.Context, _ tui.Measuring) <-chan tui.Measured {
		out := make(chan tui.Measured)
		go func() {
			defer close(out)
			<-ctx.Done()
		}()
		return out
	}
	a := newAsync(t, opts)
	a.until("the estimate", func(s string) bool { return strings.Contains(s, "$") })
	press := func(names ...string) {
		for _, name := range names {
			a.send(tuitest.Key(t, name))
		}
	}
	press("3")
	a.until("rows", func(s string) bool { return strings.Contains(s, "orphan") })
	press(":", "m", "e", "a", "s")
	a.until("the offer", func(s string) bool { return strings.Contains(s, "measure") })
	press("enter")
	a.until("the question", func(s string) bool { return strings.Contains(s, "List blocks") })
	press("y")
	a.until("progress", func(s string) bool { return strings.Contains(s, "measuring 0/") })
	press("ctrl+x")
	a.until("the end", func(s string) bool { return strings.Contains(s, "the next run goes on from there") })
}

// TestGrowthOfTheLedger: where the ledger has the day, growth is told from it.
func TestGrowthOfTheLedger(t *testing.T) {
	opts := tuitest.CostedOptions()
	var asked time.Time
	opts.Services.Costs.Past = func(at time.Time) ([]cost.Day, error) {
		asked = at
		return []cost.Day{{Scope: tuitest.Dev, At: at, Entries: []cost.Entry{{Family: "old-family", Kind: cost.OfImage, Snapshots: 3, Held: 3 << 30, Cost: cost.Band{High: 7 * cost.Dollar}}}}}, nil
	}
	d := tuitest.New(t, 160, 40, opts)
	d.Press("4", "t")
	d.Has("since 2026-10-03", "from the ledger", "scope entered")
	d.Press("/")
	d.Type("old-family")
	d.Press("enter")
	d.Has("gone", "-$7.00")
	if !asked.Equal(tuitest.Now.Add(-30 * 24 * time.Hour)) {
		t.Errorf("asked for %v", asked)
	}
	opts.Services.Costs.Past = func(time.Time) ([]cost.Day, error) { return nil, errors.New("line 3 is damaged") }
	d = tuitest.New(t, 160, 40, opts)
	d.Press("4", "t")
	d.Has("the ledger could not be read: line 3 is damaged")
}

// TestPricesComeLater: the first estimate does not wait for AWS's prices, and
// they replace those that it was made with.
func TestPricesComeLater(t *testing.T) {
	opts := tuitest.CostedOptions()
	opts.Services.Costs.Prices = func(context.Context) (cost.Prices, []string) {
		return cost.BuiltInPrices().With(cost.Listed, tuitest.Now, map[string]cost.Price{"eu-west-1": {Standard: cost.Dollar, Archive: cost.Dollar / 4}}), []string{"prices were read"}
	}
	d := tuitest.New(t, 160, 40, opts)
	d.Press("G", "$")
	d.Has("$1 standard, $0.25 archive per GiB and month: Pricing API, read 2026-11-02")
}
