package faulttest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// full asks for campaigns of full size and number, as make fuzz does.
const full = "AMISCOPE_TEST_FULL"

// size is how many images a campaign reads, and with how many seeds.
func size() (images int, seeds uint64) {
	if os.Getenv(full) != "" {
		return 50_000, 10
	}
	return 2_500, 1
}

// slow is more than a campaign takes: each of its calls takes 200 ms, and one
// that stalls eight times about two minutes.
const slow = 5 * time.Minute

// TestCampaign reads a large company through a bad network, with two scopes
// denied, one closed by the organization and a region that is not enabled. All
// the rest is complete, and those that are not are told with what to do.
func TestCampaign(t *testing.T) {
	images, seeds := size()
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed+1), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { campaign(t, images, seed+1) })
		})
	}
}

// trouble is what the user is to be told of a scope.
type trouble struct {
	Kind model.ErrorKind
	Hint string // a part of it
}

func campaign(t *testing.T, images int, seed uint64) {
	t.Helper()
	o := fakeaws.Options{
		Fleet:   fleet.Config{Accounts: 20, Regions: 17, Images: images, Seed: seed},
		Latency: 200 * time.Millisecond, Throttle: true, FaultSeed: seed, PageLimit: 100, ShortEvery: 3,
		NotOptedIn: []string{"eu-west-3"},
	}
	bad := map[model.Scope]trouble{
		{Account: account(o, 3), Region: "eu-central-1"}:   {model.Denied, "allow ec2:"},
		{Account: account(o, 7), Region: "us-east-1"}:      {model.Denied, "allow ec2:"},
		{Account: account(o, 5), Region: "ap-southeast-2"}: {model.Closed, "service control policy"},
	}
	o.Faults = faults(t, "5xx:5%", "reset:5%", "cut:2%", "stall:1%", "empty:5%",
		"denied@"+account(o, 3)+"/eu-central-1", "denied@"+account(o, 7)+"/us-east-1/ec2:Describe*s", "scp@"+account(o, 5)+"/ap-southeast-2")
	c := newCompany(t, o)
	c.checkTruth(t)
	got := read(t, o, c.known, 2, model.Swept())
	c.check(t, got)
	checkScopes(t, got, bad)
	for _, u := range got.inventory.Unreached() {
		t.Errorf("%s: %v", u.Source, u.Err)
	}
	if got.took > slow {
		t.Errorf("it took %v", got.took)
	}
	checkNetwork(t, got)
}

func faults(t *testing.T, texts ...string) []fakeaws.Fault {
	t.Helper()
	var out []fakeaws.Fault
	for _, text := range texts {
		f, err := fakeaws.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// checkScopes sees to it that just the bad scopes failed, and that the region
// that is not enabled was left alone.
func checkScopes(t *testing.T, got outcome, bad map[model.Scope]trouble) {
	t.Helper()
	failed := map[model.Scope]trouble{}
	for _, s := range got.inventory.Scopes() {
		if got.inventory.Enabled(s) != (s.Region != "eu-west-3") || got.requested[s] != got.inventory.Enabled(s) {
			t.Errorf("%s: enabled %v, requested %v", s, got.inventory.Enabled(s), got.requested[s])
		}
		for _, k := range model.Kinds() {
			if err := got.inventory.Status(s, k).Err; err != nil {
				failed[s] = trouble{err.Kind, bad[s].Hint}
				if !strings.Contains(err.Hint(), bad[s].Hint) {
					t.Errorf("%v, hint: %s", err, err.Hint())
				}
			}
		}
		for _, k := range model.Swept()[len(model.Kinds()):] {
			if err := got.inventory.Status(s, k).Err; err != nil && (bad[s] == trouble{} || err.Kind != model.Denied && err.Kind != bad[s].Kind) {
				t.Errorf("%s: %v, hint: %s", k, err, err.Hint())
			}
		}
	}
	if diff := cmp.Diff(bad, failed); diff != "" {
		t.Error(diff)
	}
}

// checkNetwork sees to it that the network was as bad as it was to be, and
// that no bucket ran empty.
func checkNetwork(t *testing.T, got outcome) {
	t.Helper()
	calls, ways := 0, map[string]int{}
	for _, tally := range got.tallies {
		calls += tally.Calls
		for way, n := range tally.Failed {
			ways[way] += n
		}
		if n := tally.Throttled(); n > 0 {
			t.Errorf("%s in %s/%s was throttled %d times", tally.API, tally.Account, tally.Region, n)
		}
	}
	t.Logf("%d calls in %v, failed: %v", calls, got.took, ways)
	for way, least := range map[string]int{"reset": calls / 40, "cut": calls / 100, "stall": calls / 200} {
		if ways[way] < least {
			t.Errorf("%d of %d calls ended by %s, want %d at least", ways[way], calls, way, least)
		}
	}
}
