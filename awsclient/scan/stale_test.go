package scan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

// inventory has scopes r0..r4 of one account: r0 and r1 hold images, r2 is
// empty, r3 was never read and r4 is not enabled.
func inventory(readAt time.Time) model.Inventory {
	found := model.Found{Account: model.Account{ID: "1"}}
	for i := range 5 {
		found.Regions = append(found.Regions, model.Region{Name: fmt.Sprintf("r%d", i), Enabled: i != 4})
	}
	inv := model.Inventory{}.Fold(found)
	for i, n := range []int{1, 3, 0} {
		s := model.Scope{Account: "1", Region: fmt.Sprintf("r%d", i)}
		p := model.Page{Gen: 1, Scope: s, At: readAt, Last: true}
		for j := range n {
			key := model.ImageKey{Region: s.Region, ID: fmt.Sprintf("ami-%d", j)}
			p.Images = append(p.Images, &model.Image{ImageKey: key, Owner: "1"})
		}
		inv = inv.Fold(p).Fold(model.Page{Gen: 1, Scope: s, Kind: model.Snapshots, At: readAt, Last: true})
	}
	return inv
}

func TestStale(t *testing.T) {
	inv := inventory(noon)
	failed := inv.Fold(model.Page{
		Gen: 2, Scope: model.Scope{Account: "1", Region: "r0"}, At: noon.Add(20 * time.Minute), Last: true,
		Err: &model.OpError{Kind: model.Network, Err: fmt.Errorf("cut")},
	})
	short := scan.Freshness{Age: 15 * time.Minute, Empty: time.Minute}
	for _, c := range []struct {
		name  string
		inv   model.Inventory
		fresh scan.Freshness
		after time.Duration
		want  []string
	}{
		{"just read", inv, scan.DefaultFreshness(), time.Minute, []string{"r3 [images snapshots]"}},
		{"a quarter of an hour old", inv, scan.DefaultFreshness(), 15 * time.Minute, []string{"r1 [images snapshots]", "r0 [images snapshots]", "r3 [images snapshots]"}},
		{"a day old", inv, scan.DefaultFreshness(), 24 * time.Hour, []string{"r1 [images snapshots]", "r0 [images snapshots]", "r2 [images snapshots]", "r3 [images snapshots]"}},
		{"nothing is fresh", inv, scan.Freshness{Empty: time.Hour}, 0, []string{"r1 [images snapshots]", "r0 [images snapshots]", "r2 [images snapshots]", "r3 [images snapshots]"}},
		{"the clock was set back", inv, scan.DefaultFreshness(), -time.Hour, []string{"r1 [images snapshots]", "r0 [images snapshots]", "r2 [images snapshots]", "r3 [images snapshots]"}},
		{"empty ones never sooner than others", inv, short, 2 * time.Minute, []string{"r3 [images snapshots]"}},
		{"a failed pass makes nothing fresh", failed, scan.DefaultFreshness(), 21 * time.Minute, []string{"r1 [images snapshots]", "r0 [images snapshots]", "r3 [images snapshots]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range c.fresh.Stale(c.inv, noon.Add(c.after), model.Kinds()...) {
				got = append(got, fmt.Sprintf("%s %v", r.Scope.Region, r.Kinds))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A region that a policy closes is tried weekly, unless nothing counts as
// fresh.
func TestStaleClosed(t *testing.T) {
	s := model.Scope{Account: "1", Region: "r1"}
	inv := inventory(noon)
	for _, k := range model.Kinds() {
		inv = inv.Fold(model.Page{Gen: 2, Scope: s, Kind: k, At: noon, Last: true, Err: &model.OpError{Kind: model.Closed, Err: fmt.Errorf("policy")}})
	}
	asked := func(inv model.Inventory, f scan.Freshness, after time.Duration) bool {
		return slices.ContainsFunc(f.Stale(inv, noon.Add(after), model.Kinds()...), func(r scan.Request) bool { return r.Scope == s && len(r.Kinds) == 2 })
	}
	week := 7 * 24 * time.Hour
	fresh, none := scan.DefaultFreshness(), scan.Freshness{Closed: week}
	open := inv.Fold(model.Page{Gen: 3, Scope: s, At: noon, Last: true}, model.Page{Gen: 3, Scope: s, Kind: model.Snapshots, At: noon, Last: true})
	for _, c := range []struct {
		name  string
		inv   model.Inventory
		fresh scan.Freshness
		after time.Duration
		want  bool
	}{
		{"within the week", inv, fresh, week - time.Second, false},
		{"after a week", inv, fresh, week, true},
		{"all, however fresh", inv, none, 0, true},
		{"open again, and empty", open, fresh, 24 * time.Hour, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := asked(c.inv, c.fresh, c.after); got != c.want {
				t.Errorf("asked %t", got)
			}
		})
	}
}

// A usage source is asked for apart from what accounts have, and rarely where
// it held nothing or is not there.
func TestStaleSources(t *testing.T) {
	s := model.Scope{Account: "1", Region: "r2"} // without images
	pass := func(k model.Kind, err model.ErrorKind, refs ...*model.Reference) model.Event {
		p := model.Page{Gen: 1, Scope: s, Kind: k, At: noon, Last: true, References: refs}
		if err != model.Unknown {
			p.Err = &model.OpError{Kind: err, Err: fmt.Errorf("no")}
		}
		return p
	}
	group := &model.Reference{Scope: s, Source: model.Groups, Key: "web", Image: "ami-1"}
	report := model.Page{Gen: 1, Scope: s, Kind: model.Reports, At: noon, Last: true, Reports: []*model.Report{{ID: "r"}}}
	filled := func(p model.Page) []model.Event {
		p.Gen, p.Scope, p.At, p.Last = 1, s, noon, true
		return []model.Event{p}
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		name string
		kind model.Kind
		has  []model.Event
		age  time.Duration // from which on it is asked for
	}{
		{"never read", model.Groups, nil, 0},
		{"holds something", model.Groups, []model.Event{pass(model.Groups, 0, group)}, 15 * time.Minute},
		{"holds nothing", model.Groups, []model.Event{pass(model.Groups, 0)}, day / 2},
		{"failed", model.Groups, []model.Event{pass(model.Groups, model.Network)}, 0},
		{"not offered", model.ComputeEnvironments, []model.Event{pass(model.ComputeEnvironments, model.NotOffered)}, 7 * day},
		{"templates where nothing is", model.Templates, []model.Event{pass(model.Templates, 0)}, day / 2},
		{"templates that something may name", model.Templates, []model.Event{pass(model.Templates, 0), pass(model.Groups, 0, group)}, 15 * time.Minute},
		{"configurations that something may name", model.LaunchConfigs, []model.Event{pass(model.LaunchConfigs, 0), pass(model.Groups, 0, group)}, 15 * time.Minute},
		{"no reports", model.Reports, []model.Event{pass(model.Reports, 0)}, day / 2},
		{"reports", model.Reports, []model.Event{report}, 15 * time.Minute},
		{"an empty bin", model.Bin, []model.Event{pass(model.Bin, 0)}, day / 2},
		{"something in the bin", model.Bin, filled(model.Page{Kind: model.Bin, Binned: []*model.Binned{{ID: "ami-1"}}}), 15 * time.Minute},
		{"no rules", model.BinRules, []model.Event{pass(model.BinRules, 0)}, day / 2},
		{"rules", model.BinRules, filled(model.Page{Kind: model.BinRules, Rules: []*model.BinRule{{ID: "r"}}}), 15 * time.Minute},
		{"no rules to be had", model.BinRules, []model.Event{pass(model.BinRules, model.NotOffered)}, 7 * day},
		{"nothing hastened", model.Hasten, []model.Event{pass(model.Hasten, 0)}, day / 2},
		{"something hastened", model.Hasten, filled(model.Page{Kind: model.Hasten, Hastened: []*model.Hastened{{Image: "ami-1"}}}), 15 * time.Minute},
		{
			"closed by a policy", model.Groups,
			[]model.Event{pass(model.Images, model.Closed), pass(model.Snapshots, model.Closed), pass(model.Groups, model.Denied)},
			7 * day,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := inventory(time.Time{}).Fold(c.has...)
			asked := func(f scan.Freshness, after time.Duration) bool {
				for _, r := range f.Stale(inv, noon.Add(after), c.kind) {
					if r.Scope == s {
						return slices.Equal(r.Kinds, []model.Kind{c.kind})
					}
				}
				return false
			}
			if c.age > 0 && asked(scan.DefaultFreshness(), c.age-time.Second) || !asked(scan.DefaultFreshness(), c.age) {
				t.Errorf("it is not from %v on that it is asked for", c.age)
			}
			if !asked(scan.Freshness{Idle: day, Closed: day}, 0) {
				t.Error("not asked for though nothing is fresh")
			}
		})
	}
	if got := scan.DefaultFreshness().Stale(inventory(time.Time{}), noon); len(got) > 0 {
		t.Errorf("no kinds were asked for: %v", got)
	}
}
