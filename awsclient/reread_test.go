package awsclient

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

const binnedAMI, goneAMI, foreignAMI, copiedAMI = "ami-000000b1", "ami-000000ff", "ami-000000e1", "ami-000000d1"

// reread is a world of all that a rereading tells: an image that is shared, one that
// is disabled and uses the same snapshot, one of another account, a copy, and what
// is in the bin.
func reread(w *fleet.Fleet, s, other model.Scope) {
	w.Images = append(
		w.Images,
		fleet.Image{ID: image1, Owner: s.Account, Region: s.Region, Snapshots: []fleet.ID{0x0a, 0x0b}, Permissions: []fleet.Permission{{Account: "222222222222"}}},
		fleet.Image{ID: image2, Owner: s.Account, Region: s.Region, Life: fleet.Life{State: "disabled"}, Snapshots: []fleet.ID{0x0a}},
		fleet.Image{ID: 0xe1, Owner: other.Account, Region: s.Region, Snapshots: []fleet.ID{0xe2}, Permissions: []fleet.Permission{{Account: s.Account}}},
		fleet.Image{ID: 0xd1, Owner: s.Account, Region: s.Region, Source: fleet.Source{Image: image1, Region: "eu-west-9"}},
	)
	for id, p := range map[fleet.ID][]fleet.Permission{0x0a: {{Group: "all"}, {Account: "222222222222"}}, 0x0b: nil, 0x0c: nil} {
		w.Snapshots = append(w.Snapshots, fleet.Snapshot{ID: id, Owner: s.Account, Region: s.Region, State: "completed", Permissions: p, Start: at(1)})
	}
	w.Snapshots = append(w.Snapshots, fleet.Snapshot{ID: 0xe2, Owner: other.Account, Region: s.Region, State: "completed", Start: at(1)})
	w.BinnedImages = append(w.BinnedImages, fleet.BinnedImage{Image: fleet.Image{ID: 0xb1, Owner: s.Account, Region: s.Region, Name: "old"}, Entered: at(1), Exits: at(9)})
	w.BinnedSnapshots = append(w.BinnedSnapshots, fleet.BinnedSnapshot{Snapshot: fleet.Snapshot{ID: 0xb2, Owner: s.Account, Region: s.Region}, Entered: at(1), Exits: at(9)})
	w.Instances = append(w.Instances, fleet.Instance{ID: 0x01, Owner: s.Account, Region: s.Region, Image: image1, State: "running"})
}

// toldAgain is a rereading in a form that can be compared at a glance.
type toldAgain struct {
	Images, Gone, Snapshots, Missing, References, Binned []string
	Launch                                               map[string][]string
	Users, Shares                                        map[string][]string
}

func tellOf(r model.Reread) toldAgain {
	out := toldAgain{Gone: r.Gone, Missing: r.Missing, Users: r.Users, Shares: r.Shares}
	for _, im := range r.Images {
		out.Images = append(out.Images, im.ID)
	}
	for _, s := range r.Snapshots {
		out.Snapshots = append(out.Snapshots, s.ID)
	}
	for _, ref := range r.References {
		out.References = append(out.References, ref.Image+" "+ref.Name)
	}
	for _, b := range r.Binned {
		out.Binned = append(out.Binned, b.ID)
	}
	for _, p := range r.Permissions {
		if out.Launch == nil {
			out.Launch = map[string][]string{}
		}
		out.Launch[p.ID] = p.Accounts
	}
	return out
}

// TestReread: each part of a look, in pages of one; what is not there is told.
func TestReread(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, reread)
	for name, c := range map[string]struct {
		look model.Look
		want toldAgain
	}{
		"nothing":          {model.Look{}, toldAgain{}},
		"images":           {model.Look{Images: []string{ami2, goneAMI, ami1, ami1, foreignAMI}}, toldAgain{Images: []string{ami1, ami2, foreignAMI}, Gone: []string{goneAMI}}},
		"copies":           {model.Look{Copies: []string{ami1}}, toldAgain{Images: []string{copiedAMI}}},
		"permissions":      {model.Look{Images: []string{ami2, ami1, foreignAMI}, Permissions: true}, toldAgain{Images: []string{ami1, ami2, foreignAMI}, Launch: map[string][]string{ami1: {"222222222222"}, ami2: nil}}},
		"references":       {model.Look{Images: []string{ami1}, References: true}, toldAgain{Images: []string{ami1}, References: []string{ami1 + " i-00000001"}}},
		"snapshots alone":  {model.Look{Besides: []string{"snap-0000000c", "snap-000000ff"}}, toldAgain{Snapshots: []string{"snap-0000000c"}, Missing: []string{"snap-000000ff"}}},
		"the bin":          {model.Look{Images: []string{binnedAMI, goneAMI}, Besides: []string{"snap-000000b2"}, Bin: true}, toldAgain{Gone: []string{binnedAMI, goneAMI}, Missing: []string{"snap-000000b2"}, Binned: []string{binnedAMI, "snap-000000b2"}}},
		"a foreign image":  {model.Look{Images: []string{foreignAMI}, Snapshots: true}, toldAgain{Images: []string{foreignAMI}, Users: map[string][]string{}}},
		"nothing for them": {model.Look{Images: []string{ami1}, Bin: true}, toldAgain{Images: []string{ami1}}},
		"snapshots": {model.Look{Images: []string{ami1}, Besides: []string{"snap-0000000c"}, Snapshots: true}, toldAgain{
			Images: []string{ami1}, Snapshots: []string{snapA, "snap-0000000b", "snap-0000000c"},
			Users:  map[string][]string{snapA: {ami1, ami2}, "snap-0000000b": {ami1}, "snap-0000000c": {}},
			Shares: map[string][]string{snapA: {"222222222222", "all"}, "snap-0000000b": {}, "snap-0000000c": {}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c.look.Scope = h.scope
			got, err := h.client.Reread(t.Context(), c.look)
			if err != nil || len(got.Errors) > 0 || got.Scope != h.scope || got.At.IsZero() {
				t.Fatalf("%v, %v", err, got.Errors)
			}
			if d := cmp.Diff(c.want, tellOf(got), cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
			wanted := map[string]bool{"permissions": got.Permissions != nil, "references": got.References != nil, "bin": got.Binned != nil, "users": got.Users != nil}
			for part, is := range map[string]bool{
				"permissions": c.look.Permissions, "references": c.look.References, "users": c.look.Snapshots, "bin": c.look.Bin && len(got.Gone) > 0,
			} {
				if wanted[part] != is {
					t.Errorf("%s are told: %t", part, wanted[part])
				}
			}
		})
	}
}

// TestRereadThatFails: without the images there is nothing; any other part is told
// to be missing, and the rest is told.
func TestRereadThatFails(t *testing.T) {
	whole := model.Look{Images: []string{ami1, binnedAMI}, Copies: []string{ami1}, Permissions: true, Snapshots: true, References: true, Bin: true}
	for op, lost := range map[string]func(model.Reread) bool{
		"ec2:DescribeImageAttribute":    func(r model.Reread) bool { return len(r.Permissions) == 1 && r.Permissions[0].Err != nil },
		"ec2:DescribeSnapshots":         func(r model.Reread) bool { return r.Snapshots == nil && r.Missing == nil && r.Users == nil },
		"ec2:DescribeSnapshotAttribute": func(r model.Reread) bool { return r.Shares == nil && r.Users != nil },
		"ec2:DescribeImageReferences":   func(r model.Reread) bool { return r.References == nil },
		"ec2:ListImagesInRecycleBin":    func(r model.Reread) bool { return len(r.Binned) == 0 },
	} {
		h := handMade(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: op}}}, Options{}, reread)
		whole.Scope = h.scope
		got, err := h.client.Reread(t.Context(), whole)
		told := len(got.Errors) == 1 && got.Errors[0].Op == op && got.Errors[0].Kind == model.Denied
		if op == "ec2:DescribeImageAttribute" { // it stands with the image
			told = len(got.Errors) == 0 && got.Permissions[0].Err.Kind == model.Denied
		}
		if err != nil || !told || !lost(got) || len(got.Images) != 2 {
			t.Errorf("%s: %v, %v, %+v", op, err, got.Errors, tellOf(got))
		}
	}
	h := handMade(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "ec2:DescribeImages"}}}, Options{}, reread)
	whole.Scope = h.scope
	if _, err := h.client.Reread(t.Context(), whole); asOpError(err) == nil || asOpError(err).Kind != model.Denied {
		t.Errorf("images: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.client.Reread(ctx, whole); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := h.client.Reread(t.Context(), model.Look{Scope: model.Scope{Account: "999999999999", Region: "x"}, Images: []string{ami1}}); asOpError(err) == nil || asOpError(err).Kind != model.Expired {
		t.Errorf("a foreign account: %v", err)
	}
}
