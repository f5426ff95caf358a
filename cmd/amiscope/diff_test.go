package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/output"
)

// history is a company of one account whose snapshots change, day by day.
type history struct {
	*stage
	server  *fakeaws.Server
	account string
	regions []string
	clock   time.Time
	prices  string
	next    fleet.ID
}

// oneGiB is the full size of a snapshot that costs 5 cents.
const oneGiB = 1 << 30

func newHistory(t *testing.T) *history {
	t.Helper()
	h := &history{stage: newStage(t), clock: fleet.Epoch, next: 0x1000}
	h.now = func() time.Time { return h.clock }
	h.serve(t)
	h.price("0.05/0.0125")
	return h
}

// serve puts the company into an AWS with faults in which nothing is yet.
func (h *history) serve(t *testing.T, faults ...string) {
	t.Helper()
	o := fakeaws.Options{Fleet: fleet.Config{Accounts: 1, Regions: 3}, Bare: true, Now: h.now, World: func(f *fleet.Fleet) {
		h.account, h.regions = f.Accounts[0].ID, f.Enabled()
	}}
	for _, text := range faults {
		f, err := fakeaws.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Faults = append(o.Faults, f)
	}
	h.server, h.next = fakeaws.New(o), 0x1000
	h.reach(t, h.server)
	env := h.env
	h.env = func(name string) string {
		switch name {
		case "AMISCOPE_COST_PRICE_SOURCE":
			return "built-in"
		case "AMISCOPE_COST_PRICES":
			return h.prices
		}
		return env(name)
	}
}

// price sets the price of the last region; the others stay as they are.
func (h *history) price(last string) {
	h.prices = fmt.Sprintf("%s=0.05/0.0125,%s=0.05/0.0125,%s=%s", h.regions[0], h.regions[1], h.regions[2], last)
}

// opt lets the account have the second region or not.
func (h *history) opt(state string) {
	h.server.Change(func(f *fleet.Fleet) {
		for i := range f.Regions {
			if f.Regions[i].Name == h.regions[1] {
				f.Regions[i].OptIn = state
			}
		}
	})
}

// image makes an image with one snapshot, of a lineage of its own: what it costs
// is known exactly.
func (h *history) image(f *fleet.Fleet, region int, name string, gib int64, tags ...fleet.Tag) {
	im, sn := h.next, h.next+1
	h.next += 2
	at := fleet.Time(h.clock.Add(-time.Hour).UnixMilli())
	f.Snapshots = append(f.Snapshots, fleet.Snapshot{
		ID: sn, Owner: h.account, Region: h.regions[region], State: "completed", Progress: "100%", Tier: "standard", Volume: sn, Start: at,
		Size: fleet.Size{GiB: int32(gib), Bytes: gib * oneGiB}, DataKey: sn.Snapshot(), KMSKey: "arn:aws:kms:us-east-1:1:key/1", Description: "Created by CreateImage(i-0000000000000001) for " + im.Image(),
	})
	f.Images = append(f.Images, fleet.Image{
		ID: im, Owner: h.account, Region: h.regions[region], Name: name, Snapshots: []fleet.ID{sn}, Tags: tags, Life: fleet.Life{Created: at},
	})
}

// drop takes an image away, with its snapshots or without.
func (h *history) drop(f *fleet.Fleet, name string, snapshots bool) {
	i := slices.IndexFunc(f.Images, func(im fleet.Image) bool { return im.Name == name })
	of := f.Images[i].Snapshots
	f.Images = slices.Delete(f.Images, i, i+1)
	if snapshots {
		f.Snapshots = slices.DeleteFunc(f.Snapshots, func(s fleet.Snapshot) bool { return slices.Contains(of, s.ID) })
	}
}

// archive moves an image's snapshots to the archive tier.
func (h *history) archive(f *fleet.Fleet, name string) {
	i := slices.IndexFunc(f.Images, func(im fleet.Image) bool { return im.Name == name })
	f.Images[i].Life.State = "disabled"
	for n := range f.Snapshots {
		if slices.Contains(f.Images[i].Snapshots, f.Snapshots[n].ID) {
			f.Snapshots[n].Tier = "archive"
		}
	}
}

// grown is what diff -o json says.
type grown struct {
	output.GrowthDocument
	Causes  []output.CauseDocument
	LeftOut []output.LeftOutDocument
}

func nano(f float64) int64 { return int64(math.Round(f * 1e9)) }

// diff runs diff in all formats and checks that the causes add up to the growth in
// each.
func (h *history) diffs(t *testing.T, from, to string) grown {
	t.Helper()
	args := []string{"diff", from, to, "--all-profiles"}
	h.want(t, exitDone, append(args, "-o", "json")...)
	var g grown
	if err := json.Unmarshal(h.stdout.Bytes(), &g); err != nil {
		t.Fatalf("%v in %s", err, h.stdout.String())
	}
	low, high, share := int64(0), int64(0), 0.0
	for _, c := range g.Causes {
		low, high = low+nano(c.Cost.Low), high+nano(c.Cost.High)
		if c.Cost.Low != c.Cost.High {
			t.Errorf("the cost of %s %s is not known exactly", c.What, c.Family)
		}
		if c.Share != nil {
			share += *c.Share
		}
	}
	if low != nano(g.Growth.Low) || high != nano(g.Growth.High) || high != nano(g.Now.High)-nano(g.Before.High) {
		t.Errorf("from %s to %s: causes add up to %d and %d, and the growth is %+v", from, to, low, high, g.GrowthDocument)
	}
	if high != 0 && math.Abs(share-1) > 1e-9 {
		t.Errorf("shares add up to %v", share)
	}
	h.want(t, exitDone, append(args, "-o", "csv")...)
	rows, err := csv.NewReader(&h.stdout).ReadAll()
	if err != nil || len(rows) != len(g.Causes)+1 {
		t.Fatalf("%d rows of csv for %d causes: %v", len(rows), len(g.Causes), err)
	}
	for i, c := range g.Causes {
		if by := rows[i+1][len(rows[0])-1]; by != g.By || c.By != g.By {
			t.Errorf("csv says by %s, a cause by %s, and the growth by %s", by, c.By, g.By)
		}
	}
	h.want(t, exitDone, args...)
	if text := "by creation date"; strings.Contains(h.stdout.String(), text) != (g.By == "creation") {
		t.Errorf("the table does not say what it rests on:\n%s", h.stdout.String())
	}
	return g
}

// causes are in short: what happened where, in cents.
func (h *history) causes(g grown) []string {
	var out []string
	for _, c := range g.Causes {
		out = append(out, fmt.Sprintf("%s %d %s %s %s: %+d, %+d GiB, %+.2f", c.What, slices.Index(h.regions, c.Region), c.Family, c.Kind, c.Owner, c.Snapshots, c.Bytes/oneGiB, c.Cost.High*100))
	}
	return out
}

func (h *history) causesAre(t *testing.T, g grown, by string, want ...string) {
	t.Helper()
	if g.By != by {
		t.Errorf("by %s, want %s", g.By, by)
	}
	if d := cmp.Diff(want, h.causes(g)); d != "" {
		t.Error(d)
	}
}

// TestWhyCostsGrew: the causes of a growth are named, each with its share, and
// they add up to it: images and snapshots that came, went, were left behind or
// archived, a family that grew, a region that came in, a price that changed.
func TestWhyCostsGrew(t *testing.T) {
	h := newHistory(t)
	core := fleet.Tag{Key: "Owner", Value: "core"}
	h.server.Change(func(f *fleet.Fleet) {
		h.image(f, 0, "web-1.0", 8, core)
		h.image(f, 0, "api-1.0", 20)
		h.image(f, 0, "left-1.0", 30)
		h.image(f, 0, "legacy-1.0", 40)
		h.image(f, 0, "steady-1.0", 50)
		h.image(f, 1, "far-1.0", 60)
		h.image(f, 2, "db-1.0", 100)
	})
	h.opt(fleet.NotOptedIn)
	h.want(t, exitDone, "scan", "--all-profiles")
	h.causesAre(t, h.diffs(t, "2026-10-01", "now"), "creation", // nothing was there before
		"added 2 db image : +1, +100 GiB, +500.00",
		"added 0 steady image : +1, +50 GiB, +250.00",
		"added 0 legacy image : +1, +40 GiB, +200.00",
		"added 0 left image : +1, +30 GiB, +150.00",
		"added 0 api image : +1, +20 GiB, +100.00",
		"added 0 web image core: +1, +8 GiB, +40.00",
	)

	h.clock = h.clock.AddDate(0, 0, 10)
	h.server.Change(func(f *fleet.Fleet) {
		h.image(f, 0, "web-2.0", 10, core)
		h.image(f, 0, "new-1.0", 12)
		h.drop(f, "api-1.0", true)
		h.drop(f, "left-1.0", false)
		h.archive(f, "legacy-1.0")
	})
	h.price("0.06/0.0125")
	h.opt("opted-in")
	g := h.diffs(t, "10d", "now")
	h.causesAre(t, g, "ledger",
		"scope entered 1 far image : +1, +60 GiB, +300.00",
		"gone 0 legacy image : -1, -40 GiB, -200.00",
		"added 0 left orphan : +1, +30 GiB, +150.00",
		"gone 0 left image : -1, -30 GiB, -150.00",
		"gone 0 api image : -1, -20 GiB, -100.00",
		"restated 2 db image : +0, +0 GiB, +100.00",
		"added 0 new image : +1, +12 GiB, +60.00",
		"added 0 legacy archive : +1, +40 GiB, +50.00",
		"grown 0 web image core: +1, +10 GiB, +50.00",
	)
	if nano(g.Growth.High) != 2_600_000_000 || math.Abs(*g.Causes[0].Share-300./260) > 1e-9 {
		t.Errorf("growth %+v, share of the first cause %v", g.Growth, *g.Causes[0].Share)
	}

	// Of two days that are over the ledger tells what it did.
	h.clock = h.clock.AddDate(0, 0, 10)
	h.server.Change(func(f *fleet.Fleet) { h.drop(f, "web-1.0", true) })
	h.causesAre(t, h.diffs(t, "2026-11-05", "2026-11-12"), "ledger", h.causes(g)...)
	h.causesAre(t, h.diffs(t, "2026-11-12", "now"), "ledger", "shrunk 0 web image core: -1, -8 GiB, -40.00")
	h.causesAre(t, h.diffs(t, "2026-11-01", "2026-11-10"), "ledger")
	h.causesAre(t, h.diffs(t, "2026-10-30", "2026-11-10"), "creation",
		"added 2 db image : +1, +100 GiB, +600.00",
		"added 1 far image : +1, +60 GiB, +300.00",
		"added 0 steady image : +1, +50 GiB, +250.00",
		"added 0 left orphan : +1, +30 GiB, +150.00",
		"added 0 new image : +1, +12 GiB, +60.00",
		"added 0 legacy archive : +1, +40 GiB, +50.00",
		"added 0 web image core: +1, +10 GiB, +50.00",
	)
}

// TestDiffOfScopesThatFail: what is not known of a scope on one of the days is no
// growth, and is said.
func TestDiffOfScopesThatFail(t *testing.T) {
	h := newHistory(t)
	begin := func(f *fleet.Fleet) {
		h.image(f, 0, "web-1.0", 8)
		h.image(f, 1, "far-1.0", 60)
	}
	h.server.Change(begin)
	h.want(t, exitDone, "cost", "--all-profiles")
	h.clock = h.clock.AddDate(0, 0, 3)
	h.serve(t, "denied@*/"+h.regions[1]+"/ec2:DescribeSnapshots")
	h.server.Change(begin)
	h.server.Change(func(f *fleet.Fleet) { h.image(f, 0, "web-2.0", 10) })
	h.want(t, exitPartial, "diff", "2026-11-01", "now", "--all-profiles", "-o", "json")
	var g grown
	if err := json.Unmarshal(h.stdout.Bytes(), &g); err != nil {
		t.Fatal(err)
	}
	h.causesAre(t, g, "ledger", "grown 0 web image : +1, +10 GiB, +50.00")
	if d := cmp.Diff([]output.LeftOutDocument{{Account: h.account, Region: h.regions[1]}}, g.LeftOut); d != "" {
		t.Error(d)
	}
	has(t, h.stderr.String(), "1 scope is left out, as what they cost on one of the days is not known")
}

func TestReadDay(t *testing.T) {
	now := time.Date(2026, time.March, 31, 15, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"now": "2026-03-31T15:00:00Z", "2026-03-01": "2026-03-01T23:59:59Z", "1d": "2026-03-30T23:59:59Z", "2w": "2026-03-17T23:59:59Z",
		"6mo": "2025-10-01T23:59:59Z", "1y": "2025-03-31T23:59:59Z", "2026-03-31": "2026-03-31T23:59:59Z",
	} {
		m, err := readDay(text, now)
		if err != nil || m.at.Format(time.RFC3339) != want || m.now != (text == "now") {
			t.Errorf("%s is %v, %v, want %s", text, m, err, want)
		}
	}
	for _, text := range []string{"", "d", "0d", "-1d", "+1d", "1", "1m", "1dw", "2026-13-01", "2026-04-01", "20000d", "yesterday"} {
		if m, err := readDay(text, now); err == nil {
			t.Errorf("%q is %v", text, m)
		}
	}
}
