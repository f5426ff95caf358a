package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
)

// costs are what cost -o json says.
type costs struct {
	output.CostsDocument
	Groups []output.GroupDocument
	Prices []output.PriceDocument
	Blind  []model.BlindDocument
}

func (s *stage) costs(t *testing.T, args ...string) costs {
	t.Helper()
	s.want(t, exitDone, append([]string{"demo", "cost", "--accounts", "3", "--regions", "3", "--images", "200", "-o", "json"}, args...)...)
	var c costs
	if err := json.Unmarshal(s.stdout.Bytes(), &c); err != nil {
		t.Fatalf("%v in %s", err, s.stdout.String())
	}
	return c
}

// TestGroupsAddUp: however costs are grouped, the groups are the total, of
// everything and of a filter; and the shares of images are what the list says.
func TestGroupsAddUp(t *testing.T) {
	s := newStage(t)
	everything := s.costs(t)
	if everything.Total.High == 0 || everything.Total.Images == 0 || everything.Total.LooseSnapshots == 0 || len(everything.Prices) != 3 || len(everything.Blind) != 0 {
		t.Fatalf("%+v: the fleet proves nothing", everything)
	}
	low, high, snapshots := int64(0), int64(0), 0
	for _, k := range everything.Total.Kinds {
		low, high, snapshots = low+nano(k.Low), high+nano(k.High), snapshots+k.Snapshots
	}
	if low != nano(everything.Total.Low) || high != nano(everything.Total.High) || snapshots == 0 {
		t.Errorf("kinds add up to %d and %d, the total is %+v", low, high, everything.Total)
	}
	for _, filter := range []string{"", "age>90d", "encrypted:true"} {
		for _, by := range []string{"account", "region", "family", "tag.team", "age", "kind", "image"} {
			args := []string{"--by", by, "--max-age", "1h"}
			if filter != "" {
				args = append(args, filter)
			}
			c := s.costs(t, args...)
			low, high, images, loose, share := int64(0), int64(0), 0, 0, 0.0
			for i, g := range c.Groups {
				low, high, images, loose, share = low+nano(g.Low), high+nano(g.High), images+g.Images, loose+g.LooseSnapshots, share+*g.Share
				if i > 0 && g.High > c.Groups[i-1].High {
					t.Errorf("%s by %s: %s comes after what is cheaper", filter, by, g.Key)
				}
			}
			if low != nano(c.Total.Low) || high != nano(c.Total.High) || images != c.Total.Images || loose != c.Total.LooseSnapshots || math.Abs(share-1) > 1e-9 {
				t.Errorf("%s by %s: %d, %d, %d, %d, %v, and the total is %+v", filter, by, low, high, images, loose, share, c.Total)
			}
			if filter == "" && (c.Total.High != everything.Total.High || c.Total.Low != everything.Total.Low) {
				t.Errorf("by %s the total is %+v, not %+v", by, c.Total, everything.Total)
			}
			if filter != "" && (c.Total.LooseSnapshots != 0 || c.Total.Filter != filter || c.Total.High >= everything.Total.High) {
				t.Errorf("%s by %s: %+v", filter, by, c.Total)
			}
		}
	}
	s.want(t, exitDone, "demo", "list", "age>90d", "--accounts", "3", "--regions", "3", "--images", "200", "--max-age", "1h", "-o", "json")
	var list struct{ Images []model.Document }
	if err := json.Unmarshal(s.stdout.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	high = 0
	for _, d := range list.Images {
		if d.Cost != nil {
			high += nano(d.Cost.Share.High)
		}
	}
	if want := nano(s.costs(t, "age>90d", "--max-age", "1h").Total.High); high != want {
		t.Errorf("the shares of the list add up to %d, and the cost is %d", high, want)
	}
}

// TestReclaimable: what deleting frees is told where verdicts are known, and of all
// groups is no more than of the whole.
func TestReclaimable(t *testing.T) {
	s := newStage(t)
	if c := s.costs(t); c.Total.Reclaimable != nil || c.Groups[0].Reclaimable != nil {
		t.Errorf("%+v, and nobody looked at usage", c.Total)
	}
	for _, more := range [][]string{{"--reclaimable"}, {"--offline"}} { // once read it is known
		c := s.costs(t, append(more, "--by", "family")...)
		if c.Total.Reclaimable == nil || c.Total.Reclaimable.High <= 0 || c.Total.Reclaimable.High >= c.Total.High {
			t.Fatalf("%v: %+v", more, c.Total)
		}
		low := int64(0)
		for _, g := range c.Groups {
			low += nano(g.Reclaimable.Low)
		}
		if low > nano(c.Total.Reclaimable.Low) {
			t.Errorf("%v: groups free at least %d, and all of them %v", more, low, c.Total.Reclaimable.Low)
		}
	}
}

// TestWhatTheLedgerNotes: what was read just now and wholly, and nothing else.
func TestWhatTheLedgerNotes(t *testing.T) {
	s := newStage(t)
	args := []string{"--accounts", "2", "--regions", "2", "--images", "60"}
	first := fleet.New(fleet.Config{Accounts: 2, Regions: 2, Images: 60}).Active()[0].ID
	noted := func(scopes int, verb ...string) {
		t.Helper()
		s.do(t.Context(), append(append([]string{"demo"}, verb...), args...)...)
		a := newApp(s.host)
		a.flags.demo = &demoFlags{}
		past, err := a.ledger().At(fleet.Epoch)
		if err != nil || len(past.Days) != scopes {
			t.Errorf("%v: %d scopes are noted, want %d: %v %s", verb, len(past.Days), scopes, err, s.stderr.String())
		}
	}
	noted(0, "list")
	noted(0, "list", "--columns", "cost")
	noted(0, "usage", "usage:unused")
	noted(0, "cost", "--offline")
	noted(0, "cost", "--max-age", "48h")
	noted(1, "cost", "--deny", "*/us-east-2/ec2:ListSnapshotsInRecycleBin", "--deny", first+"/us-east-1/ec2:DescribeSnapshots")
	noted(4, "snapshots")
}

// TestShowTellsCosts.
func TestShowTellsCosts(t *testing.T) {
	s := newStage(t)
	args := []string{"--accounts", "2", "--regions", "2", "--images", "60"}
	s.want(t, exitDone, append([]string{"demo", "list", "cost>1", "--columns", "id", "--limit", "1", "-o", "csv"}, args...)...)
	id := strings.Fields(s.stdout.String())[1]
	s.want(t, exitDone, append([]string{"demo", "show", id}, args...)...)
	has(t, s.stdout.String(), "\ncost ", " a month (", "; deleting it frees ")
	if strings.Contains(s.stderr.String(), "price") {
		t.Errorf("show says %s", s.stderr.String())
	}
}
