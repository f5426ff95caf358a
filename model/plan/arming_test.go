package plan_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// TestArmingOfScopes: a deletion can be taken back only where rules take the image
// and every snapshot of it, and what was not read is not told as held.
func TestArmingOfScopes(t *testing.T) {
	prod := []model.Tag{{Key: "env", Value: "prod"}}
	images := &model.BinRule{ID: "i", Resource: model.ImageResource, Days: 30}
	snapshots := &model.BinRule{ID: "s", Resource: model.SnapshotResource, Days: 7}
	tagged := &model.BinRule{ID: "t", Resource: model.ImageResource, Days: 90, Tags: prod}
	except := &model.BinRule{ID: "x", Resource: model.SnapshotResource, Days: 14, Except: prod}
	for _, tt := range []struct {
		name   string
		rules  []*model.BinRule
		err    error
		unread bool // the details of the images
		want   plan.Arming
	}{
		{name: "both", rules: []*model.BinRule{images, snapshots}, want: plan.Arming{Images: 3, Never: 1, Held: 2, Days: 7}},
		{name: "no rule", want: plan.Arming{Images: 3, Never: 1, NoRule: []string{"images", "snapshots"}}},
		{name: "images alone", rules: []*model.BinRule{images}, want: plan.Arming{Images: 3, Never: 1, NoRule: []string{"snapshots"}}},
		{name: "snapshots alone", rules: []*model.BinRule{snapshots}, want: plan.Arming{Images: 3, Never: 1, NoRule: []string{"images"}}},
		{name: "by tag", rules: []*model.BinRule{tagged, snapshots}, want: plan.Arming{Images: 3, Never: 1, Held: 1, Days: 7}},
		{name: "the longest rule", rules: []*model.BinRule{images, tagged, snapshots, {ID: "s2", Resource: model.SnapshotResource, Days: 60}}, want: plan.Arming{Images: 3, Never: 1, Held: 2, Days: 30}},
		{name: "but for tags", rules: []*model.BinRule{images, except}, want: plan.Arming{Images: 3, Never: 1, Held: 1, Days: 14}},
		{name: "denied", rules: []*model.BinRule{images, snapshots}, err: errors.New("no"), want: plan.Arming{Why: "denied", Images: 3, Never: 1, Unsure: 2}},
		{name: "tags not read", rules: []*model.BinRule{tagged, snapshots}, unread: true, want: plan.Arming{Images: 3, Never: 1, Unsure: 2}},
		{name: "tags that do not matter", rules: []*model.BinRule{images, snapshots}, unread: true, want: plan.Arming{Images: 3, Never: 1, Held: 2, Days: 7}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := armed(prod, tt.rules, tt.err, tt.unread)
			tt.want.Scope = armedScope
			if d := cmp.Diff([]plan.Arming{tt.want}, plan.Arm(inv)); d != "" {
				t.Error(d)
			}
		})
	}
}

var armedScope = model.Scope{Account: "111111111111", Region: "eu-west-1"}

// armed is a scope with two images, one with tags that its snapshot has as well, one
// of instance store, and one of another account.
func armed(tags []model.Tag, rules []*model.BinRule, err error, unread bool) model.Inventory {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	image := func(id, owner string, tags []model.Tag) *model.Image {
		im := &model.Image{ImageKey: model.ImageKey{Region: armedScope.Region, ID: "ami-" + id}, Owner: owner, State: "available", RootType: "ebs"}
		if !unread {
			im.Detail = &model.Detail{Tags: tags, TagsRead: true, Devices: []model.Device{{Snapshot: "snap-" + id}}}
		}
		return im
	}
	charged := model.Page{Scope: armedScope, Kind: model.BinRules, At: at, Last: true, Rules: rules}
	if err != nil {
		charged.Rules, charged.Err = nil, &model.OpError{Kind: model.Denied, Err: err}
	}
	return model.Inventory{}.Fold(
		model.Found{Account: model.Account{ID: armedScope.Account}, Regions: []model.Region{{Name: armedScope.Region, Enabled: true}}},
		model.Page{Scope: armedScope, Kind: model.Images, At: at, Last: true, Images: []*model.Image{
			image("a", armedScope.Account, nil), image("b", armedScope.Account, tags), image("c", "222222222222", nil),
			{ImageKey: model.ImageKey{Region: armedScope.Region, ID: "ami-d"}, Owner: armedScope.Account, State: "available", RootType: "instance-store"},
		}},
		model.Page{Scope: armedScope, Kind: model.Snapshots, At: at, Last: true, Snapshots: []*model.Snapshot{
			{Region: armedScope.Region, Owner: armedScope.Account, ID: "snap-a"}, {Region: armedScope.Region, Owner: armedScope.Account, ID: "snap-b", Tags: tags},
		}},
		charged,
	)
}
