package awsclient

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// charges puts what costs besides into a scope: at least two of what takes a
// page, and some of what is to be left out.
func charges(w *fleet.Fleet, s model.Scope) {
	disk := func(id fleet.ID) fleet.BinnedSnapshot {
		return fleet.BinnedSnapshot{
			Snapshot: fleet.Snapshot{ID: id, Owner: s.Account, Region: s.Region, Volume: 0xf1, Description: "was", Size: fleet.Size{GiB: 8}}, Entered: at(1), Exits: at(15),
		}
	}
	w.BinnedSnapshots = append(w.BinnedSnapshots, disk(0xb1), disk(0xb2))
	w.BinnedImages = append(w.BinnedImages, fleet.BinnedImage{
		Image: fleet.Image{ID: 0xb3, Owner: s.Account, Region: s.Region, Name: "web", Description: "old"}, Entered: at(2), Exits: at(30),
	})
	rule := func(id, resource string, days int32, tags, except []fleet.Tag) fleet.BinRule {
		return fleet.BinRule{ID: id, Owner: s.Account, Region: s.Region, Resource: resource, Days: days, Tags: tags, Except: except}
	}
	pending := rule("pending", model.SnapshotResource, 1, nil, nil)
	pending.State, pending.Description, pending.Lock = "pending", "a day", "locked"
	w.BinRules = append(w.BinRules, pending,
		rule("region", model.SnapshotResource, 14, nil, []fleet.Tag{{Key: "purpose", Value: "scratch"}, {Key: "dlm:managed", Value: "true"}}),
		rule("tagged", model.SnapshotResource, 365, []fleet.Tag{{Key: "hold", Value: "yes"}, {Key: "hold", Value: "Yes"}}, nil),
		rule("images", model.ImageResource, 30, nil, nil),
		rule("volumes", "EBS_VOLUME", 3, nil, nil),
	)
	fast := func(zone, state string) fleet.FastRestore {
		return fleet.FastRestore{Snapshot: 0x0a, Owner: s.Account, Region: s.Region, Zone: s.Region + zone, State: state}
	}
	w.FastRestores = append(w.FastRestores, fast("a", "enabled"), fast("b", "optimizing"), fast("c", "disabling"), fast("d", "disabled"))
	w.FastLaunches = append(w.FastLaunches,
		fleet.FastLaunch{Image: image1, Owner: s.Account, Region: s.Region, Copies: 6},
		fleet.FastLaunch{Image: image2, Owner: s.Account, Region: s.Region, State: "disabling", Copies: 5},
		fleet.FastLaunch{Image: image3, Owner: s.Account, Region: s.Region, State: "disabling-failed", Copies: 5},
	)
}

func ruleIDs(rules []*model.BinRule) (ids []string) {
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	return ids
}

// charged is what the passes over all charges tell of a scope.
func (h hand) charged(t *testing.T, s model.Scope) model.Inventory {
	t.Helper()
	var inv model.Inventory
	for _, k := range model.Charges() {
		err := h.client.Read(t.Context(), s, k, func(p model.Page) {
			if p.Scope != s || p.Kind != k || p.Calls < 1 || p.At.IsZero() || p.Last {
				t.Errorf("a page is %+v", p)
			}
			inv = inv.Fold(p)
		})
		if err != nil {
			t.Errorf("%s: %v", k, err)
		}
	}
	return inv
}

// TestCharges: all of the account's own, in pages of one with empty ones
// between them, and nothing of another account.
func TestCharges(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, everything)
	s, april := h.scope, func(day int) time.Time { return at(day).UTC() }
	got := h.charged(t, s)
	for _, c := range []struct {
		what      string
		want, got any
	}{
		{"bin", []*model.Binned{
			{ID: "ami-000000b3", Name: "web", Description: "old", Entered: april(2), Exits: april(30)},
			{ID: "snap-000000b1", Description: "was", Volume: "vol-000000f1", Entered: april(1), Exits: april(15)},
			{ID: "snap-000000b2", Description: "was", Volume: "vol-000000f1", Entered: april(1), Exits: april(15)},
		}, got.Binned(s)},
		{"rules", []*model.BinRule{
			{ID: "images", Resource: model.ImageResource, Days: 30},
			{ID: "region", Resource: model.SnapshotResource, Days: 14, Except: []model.Tag{{Key: "dlm:managed", Value: "true"}, {Key: "purpose", Value: "scratch"}}},
			{ID: "tagged", Resource: model.SnapshotResource, Days: 365, Tags: []model.Tag{{Key: "hold", Value: "Yes"}, {Key: "hold", Value: "yes"}}},
		}, got.BinRules(s)},
		{"all rules", []string{"images", "pending", "region", "tagged"}, ruleIDs(got.AllBinRules(s))},
		{"the rule that is not in force", model.BinRule{ID: "pending", Description: "a day", Resource: model.SnapshotResource, Days: 1, Lock: model.RuleLocked, Pending: true}, *got.AllBinRules(s)[1]},
		{"hastened", []*model.Hastened{
			{Image: ami1, State: "enabled", Copies: 6, Owner: s.Account},
			{Image: ami3, State: "disabling-failed", Copies: 5, Owner: s.Account},
			{Snapshot: snapA, Zone: s.Region + "a", State: "enabled", Owner: s.Account},
			{Snapshot: snapA, Zone: s.Region + "b", State: "optimizing", Owner: s.Account},
		}, got.Hastened(s)},
	} {
		if diff := cmp.Diff(c.want, c.got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
	if other := h.charged(t, h.other); len(other.Binned(h.other))+len(other.BinRules(h.other))+len(other.Hastened(h.other)) > 0 {
		t.Errorf("another account has %v", other.Binned(h.other))
	}
}

// TestChargesAreAskedForInLargePages: as large as each call may.
func TestChargesAreAskedForInLargePages(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, everything)
	asked := map[string]string{}
	h.between(func(r *http.Request, body string) (int, string) {
		for call, size := range map[string]string{
			"Action=ListSnapshotsInRecycleBin": "MaxResults=1000&", "Action=ListImagesInRecycleBin": "MaxResults=1000&",
			"Action=DescribeFastSnapshotRestores": "MaxResults=200&", "Action=DescribeFastLaunchImages": "MaxResults=200&",
			"/list-rules": `"MaxResults":1000`,
		} {
			if strings.Contains(r.URL.Path+"?"+body+"&", call) && strings.Contains(body+"&", size) {
				asked[call] = size
			}
		}
		return 0, ""
	})
	h.charged(t, h.scope)
	if len(asked) != 5 {
		t.Errorf("as asked: %v", asked)
	}
}

// TestARuleThatGoesWhileItIsListed is gone, and no failure; one that cannot be
// understood is no rule at all.
func TestARuleThatGoesWhileItIsListed(t *testing.T) {
	const retention = `"Status":"available","RetentionPeriod":{"RetentionPeriodValue":7,"RetentionPeriodUnit":`
	for _, c := range []struct {
		name   string
		status int
		answer string
		want   model.ErrorKind // of a failure
		fails  bool
	}{
		{"gone", http.StatusNotFound, `{"__type":"ResourceNotFoundException","message":"Rule not found"}`, 0, false},
		{"not in force", http.StatusOK, `{"Identifier":"region","ResourceType":"EBS_SNAPSHOT",` + strings.Replace(retention, "available", "pending", 1) + `"DAYS"}}`, 0, false},
		{"another document", http.StatusOK, `{"message":"sign in first"}`, model.Network, true},
		{"nothing", http.StatusOK, `{}`, model.Network, true},
		{"a rule for another resource", http.StatusOK, `{"Identifier":"region","ResourceType":"EBS_VOLUME",` + retention + `"DAYS"}}`, model.Network, true},
		{"another unit", http.StatusOK, `{"Identifier":"region","ResourceType":"EBS_SNAPSHOT",` + retention + `"YEARS"}}`, model.Network, true},
		{"no retention", http.StatusOK, `{"Identifier":"region","ResourceType":"EBS_SNAPSHOT","Status":"available"}`, model.Network, true},
		{"denied", http.StatusForbidden, `{"__type":"AccessDeniedException","message":"User: x is not authorized to perform: rbin:GetRule"}`, model.Denied, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := handMade(t, fakeaws.Options{}, Options{}, everything)
			h.between(func(r *http.Request, _ string) (int, string) {
				if strings.HasSuffix(r.URL.Path, "/rules/region") {
					return c.status, c.answer
				}
				return 0, ""
			})
			var inv model.Inventory
			err := h.client.Read(t.Context(), h.scope, model.BinRules, func(p model.Page) { inv = inv.Fold(p) })
			if c.fails {
				if op := asOpError(err); op == nil || op.Kind != c.want || op.Op != "rbin:GetRule" || op.Hint() == "" {
					t.Errorf("%v", err)
				}
				return
			}
			if n := len(inv.BinRules(h.scope)); err != nil || n != 2 {
				t.Errorf("%d rules, %v", n, err)
			}
		})
	}
}
