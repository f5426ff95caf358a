package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// inFlight is how many calls the client has under way at most.
const inFlight = 64

// farAway is how long a call takes to a region on the other side of the world.
const farAway = 200 * time.Millisecond

// limited are the options of the demo's AWS where it keeps AWS's documented
// rates and a call takes some time.
func limited(c fleet.Config, latency time.Duration) fakeaws.Options {
	o := fakeaws.Demo(c)
	o.Latency, o.Throttle = latency, true
	return o
}

// coldScan is a scan by a program that knows nothing yet, of an AWS that it can
// look into.
type coldScan struct {
	*stage
	app    *app
	server *fakeaws.Server
	demo   demoFlags
	took   time.Duration
	calls  int // retries and the finding of accounts included
}

// read reads images and snapshots as the verbs do, from the finding of the
// accounts until everything is in the inventory and in the cache.
func (c *coldScan) read(tb testing.TB, watch func(model.Event)) (g gathered) {
	tb.Helper()
	before := c.callsSoFar()
	start := time.Now()
	c.app = newApp(c.host)
	c.app.root()
	c.app.enterDemo(&c.demo)
	w, conf, err := c.app.open(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	if w.client, err = awsclient.New(c.app.demoOptions(conf, c.server)); err != nil {
		tb.Fatal(err)
	}
	g.fold(w.restore(tb.Context()), watch)
	g.fold(w.refresh(tb.Context(), tui.Refresh{Gen: 1, Kinds: model.Kinds(), Force: true, Known: g.inv}), watch)
	g.notes = append(g.notes, w.close()...)
	c.took, c.calls = time.Since(start), c.callsSoFar()-before
	return g
}

func (c *coldScan) callsSoFar() (n int) {
	for _, t := range c.server.Stats() {
		n += t.Calls
	}
	return n
}

// floor is the least time that a scan's calls can take.
func (c *coldScan) floor(o fakeaws.Options) time.Duration {
	return time.Duration(c.calls) * o.Latency / inFlight
}

// BenchmarkColdScan is the first scan of a large company. What it takes over
// its floor are the waits for each other of calls that depend on each other,
// and the work; that of the AWS itself is part of it.
func BenchmarkColdScan(b *testing.B) {
	for _, images := range []int{5000, 50_000} {
		b.Run(fmt.Sprintf("images=%d", images), func(b *testing.B) {
			o := limited(fleet.Config{Accounts: 20, Regions: 17, Images: images}, farAway)
			var took, floor time.Duration
			calls := 0
			for b.Loop() {
				b.StopTimer()
				c := &coldScan{stage: newStage(b), server: fakeaws.New(o), demo: demoFlags{fleet: o.Fleet}}
				listImages(b, c.server, model.Scope{Account: c.server.Accounts()[0].ID, Region: c.server.Regions()[0]}) // makes the fleet
				b.StartTimer()
				c.read(b, nil)
				took, floor, calls = took+c.took, floor+c.floor(o), calls+c.calls
			}
			b.ReportMetric(took.Seconds()/float64(b.N), "wall-s")
			b.ReportMetric(floor.Seconds()/float64(b.N), "floor-s")
			b.ReportMetric(took.Seconds()/floor.Seconds(), "ratio")
			b.ReportMetric(float64(calls)/float64(b.N), "calls")
		})
	}
}

// TestColdScanIsWhole: each image that a plain loop over the same AWS finds is
// told once and kept once, in the memory and in the cache; no throttle reaches
// the user; and waiting for each other, the calls take little more than their
// floor.
//
// It runs on the clock of testing/synctest: work takes no time, which is what
// makes the ratio one of the order of the calls alone.
func TestColdScanIsWhole(t *testing.T) {
	for _, tt := range []struct {
		name      string
		fleet     fleet.Config
		pageLimit int
		latency   time.Duration
		check     func(*testing.T, *coldScan, fakeaws.Options)
	}{
		{"as many pages as 50,000 images have", fleet.Config{Accounts: 20, Regions: 17, Images: 3000}, 60, farAway, checkNearFloor},
		{"more pages than a bucket has tokens", fleet.Config{Accounts: 5, Regions: 6, Images: 500}, 1, time.Millisecond, checkBucketsBound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := limited(tt.fleet, tt.latency)
			o.PageLimit = tt.pageLimit
			want := everyImage(t, o)
			synctest.Test(t, func(t *testing.T) {
				c := &coldScan{stage: newStage(t), server: fakeaws.New(o), demo: demoFlags{fleet: o.Fleet}}
				told := map[model.Scope][]string{}
				g := c.read(t, func(e model.Event) {
					if p, ok := e.(model.Page); ok {
						told[p.Scope] = append(told[p.Scope], imageIDs(p.Images)...)
					}
				})
				c.checkImages(t, want, told, g.inv)
				c.checkKept(t, g.inv)
				c.checkSaid(t, g)
				tt.check(t, c, o)
			})
		})
	}
}

// checkImages holds what was told and what is known against what there is.
func (c *coldScan) checkImages(t *testing.T, want, told map[model.Scope][]string, inv model.Inventory) {
	t.Helper()
	total := 0
	for _, s := range inv.Scopes() {
		total += len(want[s])
		slices.Sort(told[s])
		if d := cmp.Diff(want[s], told[s]); d != "" {
			t.Errorf("told of %s: %s", s, d)
		}
		if d := cmp.Diff(want[s], imageIDs(inv.ScopeImages(s))); d != "" {
			t.Errorf("known of %s: %s", s, d)
		}
	}
	if n := len(inv.Images()); n != total || n == 0 {
		t.Errorf("%d images are listed, of %d", n, total)
	}
}

// checkKept holds what the next start shows against what this one knows.
func (c *coldScan) checkKept(t *testing.T, inv model.Inventory) {
	t.Helper()
	a := newApp(c.host)
	a.root()
	a.enterDemo(&c.demo)
	a.flags.offline = true
	kept, err := a.gather(t.Context(), need{})
	if err != nil || len(kept.notes) > 0 {
		t.Fatalf("%v, %v", err, kept.notes)
	}
	if d := cmp.Diff(imageIDs(inv.Images()), imageIDs(kept.inv.Images())); d != "" {
		t.Errorf("the cache has others: %s", d)
	}
}

// checkSaid sees to it that the user hears of the denied scope, and of nothing
// else, however often AWS said no.
func (c *coldScan) checkSaid(t *testing.T, g gathered) {
	t.Helper()
	if err := c.app.conclude(g); !errors.Is(err, errPartial) {
		t.Errorf("concluded with %v", err)
	}
	if said := c.stderr.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "/us-east-2: ec2:DescribeImages: denied: ") {
		t.Errorf("the user is told: %s", said)
	}
}

// checkNearFloor holds the order of the calls against the floor, which they
// reach when never a slot is free.
func checkNearFloor(t *testing.T, c *coldScan, o fakeaws.Options) {
	t.Helper()
	ratio := c.took.Seconds() / c.floor(o).Seconds()
	t.Logf("%d calls in %v, %.2f × the floor", c.calls, c.took, ratio)
	if ratio > 1.5 {
		t.Errorf("%.2f × the floor, more than 1.5", ratio)
	}
}

// checkBucketsBound sees to it that AWS never had to say no, though it would
// have: of 100 calls at once and 20 a second one list has too many pages.
func checkBucketsBound(t *testing.T, c *coldScan, o fakeaws.Options) {
	t.Helper()
	busiest, throttled := 0, 0
	for _, tally := range c.server.Stats() {
		busiest = max(busiest, tally.Calls)
		throttled += tally.Throttled()
	}
	t.Logf("%d calls in %v, %d of them of one bucket", c.calls, c.took, busiest)
	if throttled > 0 {
		t.Errorf("%d calls were throttled", throttled)
	}
	if alone := time.Duration(busiest) * o.Latency; float64(busiest) <= 100+20*alone.Seconds() {
		t.Error("no bucket would have run empty: nothing is proved")
	}
}

// everyImage is what a plain loop over all scopes of an AWS that is not slow
// finds, sorted; of scopes that are denied nothing.
func everyImage(t *testing.T, o fakeaws.Options) map[model.Scope][]string {
	t.Helper()
	server := fakeaws.New(fakeaws.Options{Fleet: o.Fleet, Denied: o.Denied, NotOptedIn: o.NotOptedIn})
	out := map[model.Scope][]string{}
	for _, a := range server.Accounts() {
		for _, r := range server.Regions() {
			s := model.Scope{Account: a.ID, Region: r}
			if ids := listImages(t, server, s); len(ids) > 0 {
				out[s] = ids
			}
		}
	}
	return out
}

// listImages lists a scope's own images as the SDK tells them.
func listImages(tb testing.TB, server *fakeaws.Server, s model.Scope) (ids []string) {
	tb.Helper()
	key, secret := server.Credentials(s.Account)
	pages := ec2.NewDescribeImagesPaginator(ec2.NewFromConfig(aws.Config{
		Region: s.Region, Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
		HTTPClient: &http.Client{Transport: server.Transport()},
	}), &ec2.DescribeImagesInput{Owners: []string{"self"}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true), MaxResults: aws.Int32(1000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(tb.Context())
		if denied, ok := errors.AsType[smithy.APIError](err); ok && denied.ErrorCode() == "UnauthorizedOperation" {
			return nil
		}
		if err != nil {
			tb.Fatal(err)
		}
		for _, im := range page.Images {
			ids = append(ids, aws.ToString(im.ImageId))
		}
	}
	slices.Sort(ids)
	return ids
}

// imageIDs are ids as they come.
func imageIDs(images []*model.Image) (ids []string) {
	for _, im := range images {
		ids = append(ids, im.ID)
	}
	return ids
}
