package fleet

import (
	"slices"
	"testing"
)

// TestCharges: the default fleet has all that costs besides, and it fits the
// rest.
func TestCharges(t *testing.T) {
	f := New(Config{})
	live := map[ID]*Snapshot{}
	for i := range f.Snapshots {
		live[f.Snapshots[i].ID] = &f.Snapshots[i]
	}
	images := map[ID]*Image{}
	for i := range f.Images {
		images[f.Images[i].ID] = &f.Images[i]
	}
	binned := map[ID]bool{}
	for _, s := range f.BinnedSnapshots {
		if live[s.ID] != nil || s.Entered > stamp(Epoch) || s.Exits <= stamp(Epoch) || s.Entered <= s.Start {
			t.Errorf("%s is live, or in the bin at the wrong time: %+v", s.ID.Snapshot(), s)
		}
		binned[s.ID] = true
	}
	whole, alone := 0, 0
	for _, im := range f.BinnedImages {
		if images[im.ID] != nil || im.Exits <= stamp(Epoch) || len(im.Snapshots) != im.Machine.snapshots() {
			t.Errorf("%s is live, long gone, or has %d snapshots", im.ID.Image(), len(im.Snapshots))
		}
		switch {
		case !slices.ContainsFunc(im.Snapshots, func(id ID) bool { return !binned[id] }):
			whole++
		case !slices.ContainsFunc(im.Snapshots, func(id ID) bool { s := live[id]; return s == nil || s.Owner != im.Owner || s.Region != im.Region }):
			alone++
		}
	}
	if whole != 2 || alone != 2 {
		t.Errorf("%d images with their snapshots in the bin, %d without", whole, alone)
	}
	for _, r := range f.FastRestores {
		if s := live[r.Snapshot]; s == nil || s.Owner != r.Owner || s.Region != r.Region || s.State != "completed" {
			t.Errorf("%+v of %+v", r, s)
		}
	}
	for _, l := range f.FastLaunches {
		if im := images[l.Image]; im == nil || im.Owner != l.Owner || im.Machine.Platform != "windows" {
			t.Errorf("%+v of %+v", l, im)
		}
	}
	if len(f.FastRestores) != 5 || len(f.FastLaunches) != 2 {
		t.Errorf("%d restores, %d launches", len(f.FastRestores), len(f.FastLaunches))
	}
	tagged, except := false, false
	for _, r := range f.BinRules {
		tagged, except = tagged || len(r.Tags) > 0, except || len(r.Except) > 0
		if r.Region != f.Enabled()[0] {
			t.Errorf("a rule in %s", r.Region)
		}
	}
	if !tagged || !except {
		t.Errorf("the rules are %+v", f.BinRules)
	}
}

// TestChargesMoveNothing: what the other steps make is as without them, also in
// fleets too small for some of it.
func TestChargesMoveNothing(t *testing.T) {
	for _, c := range []Config{{Accounts: 1, Regions: 1, Images: 1}, {Accounts: 2, Regions: 2, Images: 30}, {Images: 300}} {
		f := New(c)
		f.Charges = Charges{}
		g := newGenerator(c.withDefaults())
		g.fleet = f
		before := digest(t, f)
		g.charges()
		if len(g.fleet.BinnedImages) == 0 || len(g.fleet.BinRules) == 0 {
			t.Errorf("%+v: nothing in the bin, or no rules", c)
		}
		g.fleet.Charges = Charges{}
		if digest(t, g.fleet) != before {
			t.Errorf("%+v: other records have changed", c)
		}
	}
}
