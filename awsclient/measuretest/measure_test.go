package measuretest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/measure"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is a company in an AWS, and a client that has found its accounts.
type office struct {
	*company
	server    *fakeaws.Server
	client    *awsclient.Client
	inventory model.Inventory
	wire      *wire
}

// wire carries requests, and knows of those for blocks.
type wire struct {
	http.RoundTripper
	blocks atomic.Int64
	before func(n int64) // is told of each before it is made
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "blocks") {
		if n := w.blocks.Add(1); w.before != nil {
			w.before(n)
		}
	}
	return w.RoundTripper.RoundTrip(r)
}

// open reads a company.
func open(t *testing.T, c *company, o fakeaws.Options, fill func(*fleet.Fleet)) *office {
	t.Helper()
	o.Fleet, o.Bare, o.World = fleet.Config{Accounts: 2, Regions: 2}, true, fill
	f := &office{company: c, server: fakeaws.New(o)}
	f.wire = &wire{RoundTripper: f.server.Transport()}
	var static []awsclient.StaticAccount
	for _, a := range f.server.Accounts() {
		key, secret := f.server.Credentials(a.ID)
		static = append(static, awsclient.StaticAccount{AccessKey: key, Secret: secret, Region: f.server.Regions()[0]})
	}
	client, err := awsclient.New(awsclient.Options{Static: static, Transport: f.wire})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	f.client = client
	fold := func(e model.Event) { f.inventory = f.inventory.Fold(e) }
	if err := client.Discover(t.Context(), fold); err != nil {
		t.Fatal(err)
	}
	var requests []scan.Request
	for _, s := range f.inventory.Scopes() {
		requests = append(requests, scan.Request{Scope: s, Kinds: model.Kinds(), Gen: 1})
	}
	if err := scan.Run(t.Context(), client, requests, scan.Options{}, fold); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *office) estimate(b cost.Blockmap) *cost.Costs {
	return (*cost.Costs)(nil).Estimate(f.inventory, cost.Input{Blocks: b, Now: fleet.Epoch, Version: b.Len()})
}

// everything is what there is to ask about.
func everything(c *cost.Costs) (images []model.ImageKey, snapshots []cost.SnapshotKey) {
	for _, x := range c.Images() {
		images = append(images, x.Image.ImageKey)
	}
	for _, l := range c.Lines() {
		snapshots = append(snapshots, l.Key())
	}
	return images, snapshots
}

// answers gathers what a run tells.
type answers struct {
	holdings []cost.Holding
	changes  []cost.Change
	failed   []measure.Event
	kept     map[string]measure.Unfinished
	last     measure.Event
}

func (a *answers) tell(e measure.Event) {
	a.last = e
	key := fmt.Sprint(e.Ask.Scope, e.Ask.From, e.Ask.To)
	switch {
	case e.Holding != nil:
		a.holdings = append(a.holdings, *e.Holding)
		delete(a.kept, key)
	case e.Change != nil:
		a.changes = append(a.changes, *e.Change)
		delete(a.kept, key)
	case e.Kept != nil:
		if a.kept == nil {
			a.kept = map[string]measure.Unfinished{}
		}
		a.kept[key] = *e.Kept
	case e.Err != nil:
		a.failed = append(a.failed, e)
	}
}

func (a *answers) blockmap() cost.Blockmap { return cost.Blockmap{}.With(a.holdings, a.changes) }

const plenty = 1 << 40

// measure asks all that a survey wants until it wants no more. Of companies that
// are not vague, no listing tells of relations that are none.
func (f *office) measure(t *testing.T, got *answers) *cost.Costs {
	t.Helper()
	c := f.estimate(cost.Blockmap{})
	for range 5 {
		asks := got.without(c.Survey(everything(c)).Asks)
		if len(asks) == 0 {
			return c
		}
		left, err := measure.Run(t.Context(), f.client, asks, measure.Options{Cap: plenty, Tell: got.tell})
		if err != nil || len(left.Left) > 0 || left.Capped {
			t.Fatalf("%+v, %v", left, err)
		}
		for _, e := range got.failed {
			if !f.vague || !e.Unrelated() {
				t.Fatalf("%+v: %v\n%s%s", e.Ask, e.Err, f.lineage(e.Ask.From), f.lineage(e.Ask.To))
			}
		}
		c = f.estimate(got.blockmap())
	}
	t.Fatal("a survey never comes to an end")
	return nil
}

// without are asks but for those that failed.
func (a *answers) without(asks []cost.Ask) []cost.Ask {
	return slices.DeleteFunc(asks, func(ask cost.Ask) bool {
		return slices.ContainsFunc(a.failed, func(e measure.Event) bool { return e.Ask == ask })
	})
}

// short lets every list come in many pages, some of them empty.
func short() fakeaws.Options { return fakeaws.Options{PageLimit: 600, ShortEvery: 3, EmptyEvery: 4} }

// companies lets a test see many companies, vague ones among them.
func companies(t *testing.T, n int, test func(t *testing.T, c *company, rng *rand.Rand)) {
	t.Helper()
	parts := map[string]int{}
	for seed := range uint64(n) {
		c := newCompany(seed, seed%2 == 1)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { test(t, c, rand.New(rand.NewPCG(seed, 8))) })
		for k, v := range c.parts {
			parts[k] += v
		}
	}
	for _, k := range []string{"chain", "branch by key", "branch by image", "copy", "copy of a copied lineage", "image of two", "archived or pending", "gone"} {
		if parts[k] == 0 {
			t.Errorf("no company has a %s: %v", k, parts)
		}
	}
}

func TestMeasuredIsStored(t *testing.T) {
	companies(t, 40, func(t *testing.T, c *company, rng *rand.Rand) {
		f := open(t, c, short(), c.fill)
		truth := stored(c.fleet.Snapshots)
		before := f.estimate(cost.Blockmap{})
		f.holdsTruth(t, before, truth, rng)
		after := f.measure(t, &answers{})
		f.holdsTruth(t, after, truth, rng)
		vague, bounded := 0, 0
		for _, l := range after.Lines() {
			switch {
			case l.Snapshot.DataKeyID == "" && (l.Basis == cost.AtMost || l.Basis == cost.FullSize): // it may share with others than AWS tells
				bounded++
			case l.Basis == cost.Measured && (l.Bytes.Low != truth[l.Snapshot.ID] || l.Bytes.High != l.Bytes.Low):
				t.Errorf("%s: measured %+v, stored %d\n%s", l.Snapshot.ID, l.Bytes, truth[l.Snapshot.ID], c.lineage(l.Snapshot.ID))
			case l.Basis != cost.Measured && l.Basis != cost.Archived:
				vague++
			}
		}
		if vague > 0 && !c.vague {
			t.Errorf("%d snapshots were not measured", vague)
		}
		f.freesTruth(t, after, vague+bounded == 0, rng)
	})
}

// holdsTruth checks the bands of snapshots, images and the whole.
func (f *office) holdsTruth(t *testing.T, c *cost.Costs, truth map[string]int64, rng *rand.Rand) {
	t.Helper()
	sum := int64(0)
	for _, l := range c.Lines() {
		sum += truth[l.Snapshot.ID]
		within(t, l.Snapshot.ID+" "+l.Basis.String(), l.Bytes, truth[l.Snapshot.ID])
	}
	within(t, "all", c.Total().Bytes, sum)
	for _, x := range c.Images() {
		sum := int64(0)
		for _, id := range x.Image.SnapshotIDs() {
			sum += truth[id]
		}
		within(t, x.Image.ID, x.Bytes, sum)
	}
	f.freesTruth(t, c, false, rng)
}

func within(t *testing.T, what string, b cost.Bytes, truth int64) {
	t.Helper()
	if truth < b.Low || truth > b.High {
		t.Errorf("%s: %d is not from %d to %d", what, truth, b.Low, b.High)
	}
}

// freesTruth deletes random images and snapshots that no image uses.
func (f *office) freesTruth(t *testing.T, c *cost.Costs, exact bool, rng *rand.Rand) {
	t.Helper()
	for round := range 6 {
		percent := []int{100, 90, 70, 50, 30, 10}[round]
		var images []model.ImageKey
		var snapshots []cost.SnapshotKey
		marked, gone := map[string]bool{}, map[string]bool{}
		for _, x := range c.Images() {
			if rng.IntN(100) < percent {
				images, marked[x.Image.ID] = append(images, x.Image.ImageKey), true
			}
		}
		for _, l := range c.Lines() {
			all := true
			for _, im := range l.Images() {
				all = all && marked[im.ID]
			}
			if len(l.Images()) == 0 {
				if all = rng.IntN(100) < percent; all {
					snapshots = append(snapshots, l.Key())
				}
			}
			gone[l.Snapshot.ID] = all
		}
		got := c.Freed(images, snapshots)
		want := fleet.Freed(f.fleet.Snapshots, func(s *fleet.Snapshot) bool { return gone[s.ID.Snapshot()] })
		within(t, fmt.Sprintf("freed, %d %%", percent), got.Bytes, want)
		if exact && got.Bytes.Low != got.Bytes.High {
			t.Errorf("freed is %+v though all is measured, and should be %d", got.Bytes, want)
		}
	}
}

// lineage draws the snapshots related to one, for who looks at a failure.
func (c *company) lineage(id string) string {
	var out strings.Builder
	var root fleet.ID
	for i := range c.fleet.Snapshots {
		if s := &c.fleet.Snapshots[i]; s.ID.Snapshot() == id {
			root = s.Root()
		}
	}
	for i := range c.fleet.Snapshots {
		if s := &c.fleet.Snapshots[i]; s.Root() == root {
			from := "nothing"
			if s.Size.From != nil {
				from = s.Size.From.ID.Snapshot()
			}
			fmt.Fprintf(&out, "  %s of %s from %s, volume %s key %q %s %s, %d blocks\n", s.ID.Snapshot(), s.Owner, from, s.Volume.Text(fleet.VolumePrefix), s.DataKey, s.State, s.Tier, s.Size.Bytes/fleet.BlockSize)
		}
	}
	return out.String()
}

// TestInterruptedIsTheSame: a run that is cancelled and stopped by its cap again
// and again, with tokens that expire meanwhile, comes to the answers of one that
// is not, and makes no request beyond its cap.
func TestInterruptedIsTheSame(t *testing.T) {
	companies(t, 12, func(t *testing.T, c *company, rng *rand.Rand) {
		var clock sync.Mutex
		now := fleet.Epoch
		o := short()
		o.Now = func() time.Time {
			clock.Lock()
			defer clock.Unlock()
			return now
		}
		f := open(t, c, o, c.fill)
		whole := &answers{}
		f.measure(t, whole)
		survey := f.estimate(cost.Blockmap{}).Survey(everything(f.estimate(cost.Blockmap{})))

		made := f.wire.blocks.Load()
		got := &answers{kept: map[string]measure.Unfinished{}}
		left := measure.Result{Left: survey.Asks}
		for run := 0; len(left.Left) > 0; run++ {
			if run > 500 {
				t.Fatal("it comes to no end")
			}
			ctx, cancel := context.WithCancel(t.Context())
			stop := f.wire.blocks.Load() + 1 + rng.Int64N(20)
			f.wire.before = func(n int64) {
				if n == stop {
					cancel()
				}
				clock.Lock()
				defer clock.Unlock()
				if n%7 == 0 {
					now = now.Add(2 * time.Hour)
				}
			}
			limit := left.Requests + 1 + rng.Int64N(20)
			var kept []measure.Unfinished
			for _, u := range got.kept {
				kept = append(kept, u)
			}
			next, err := measure.Run(ctx, f.client, left.Left, measure.Options{Cap: limit, Spent: left.Requests, Unfinished: kept, Tell: got.tell})
			cancel()
			if sent := f.wire.blocks.Load() - made; next.Requests > limit || sent > next.Requests {
				t.Fatalf("%d requests, %d of them sent: more than %d", next.Requests, sent, limit)
			}
			if err == nil && len(next.Left) > 0 && !next.Capped {
				t.Fatalf("it stopped for nothing: %+v", next)
			}
			left = next
		}
		if len(got.failed) != len(whole.failed) {
			t.Fatalf("%d asks fail, not %d: %v", len(got.failed), len(whole.failed), got.failed[0].Err)
		}
		want, is := whole.blockmap(), got.blockmap()
		for _, a := range survey.Asks {
			wh, _ := want.Holding(a.To)
			ih, _ := is.Holding(a.To)
			wc, _ := want.Change(a.From, a.To)
			ic, _ := is.Change(a.From, a.To)
			if diff := cmp.Diff(wh, ih) + cmp.Diff(wc, ic); diff != "" {
				t.Fatalf("%+v: %s", a, diff)
			}
		}
		if len(survey.Asks) != len(got.holdings)+len(got.changes)+len(got.failed) {
			t.Errorf("%d asks, %d answers", len(survey.Asks), len(got.holdings)+len(got.changes)+len(got.failed))
		}
	})
}
