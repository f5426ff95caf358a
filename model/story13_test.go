package model_test

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

// Story 13: a deregistered image is still listed for a while. It is not shown again,
// whoever lists it, until it is really back.
func TestStory13ADeregisteredImageStaysGone(t *testing.T) {
	s, other := model.Scope{Account: "111111111111", Region: "eu-west-1"}, model.Scope{Account: "222222222222", Region: "eu-west-1"}
	image := func(id string) *model.Image {
		return &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: s.Account, Detail: &model.Detail{Devices: []model.Device{{Snapshot: "snap-" + id}}}}
	}
	at := func(minutes int) time.Time { return testTime.Add(time.Duration(minutes) * time.Minute) }
	page := func(s model.Scope, gen model.Gen, minutes int, last bool, ids ...string) model.Page {
		p := model.Page{Gen: gen, Scope: s, At: at(minutes), Last: last}
		for _, id := range ids {
			p.Images = append(p.Images, image(id))
		}
		return p
	}
	gone := model.Reread{Scope: s, At: at(10), Gone: []string{"a"}}
	was := model.Inventory{}.Fold(page(s, 1, 1, true, "a", "b"), page(other, 1, 1, true, "a", "b"))
	failed := page(s, 2, 20, true)
	failed.Err = &model.OpError{Op: "ec2:DescribeImages", Scope: s}
	for _, c := range []struct {
		name   string
		events []model.Event
		back   bool
	}{
		{"nothing more comes", nil, false},
		{"a page that was answered before", []model.Event{page(s, 1, 9, false, "a", "b")}, false},
		{"a page of a pass that began before", []model.Event{page(s, 1, 60, true, "a", "b")}, false},
		{"the cache, late", []model.Event{page(s, 0, 9, true, "a", "b")}, false},
		{"another account's page", []model.Event{page(other, 2, 11, true, "a", "b")}, false},
		{"an echo", []model.Event{page(s, 2, 11, true, "a", "b")}, false},
		{"two echoes", []model.Event{page(s, 2, 11, true, "a", "b"), page(s, 3, 12, true, "a", "b")}, false},
		{"an echo after a failed pass", []model.Event{failed, page(s, 3, 21, true, "a", "b")}, false},
		{"details of the cache", []model.Event{model.Details{Scope: s, Images: []*model.Image{image("a")}}}, false},
		{"it was restored, and listed after a pass without it", []model.Event{page(s, 2, 12, true, "b"), page(s, 3, 13, true, "a", "b")}, true},
		{"it was restored, and read again", []model.Event{model.Reread{Scope: s, At: at(11), Images: []*model.Image{image("a")}}}, true},
		{"it is listed long after", []model.Event{page(s, 2, 26, true, "a", "b")}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := was.Fold(gone).Fold(c.events...)
			_, back := inv.Image(image("a").ImageKey)
			if back != c.back || slices.ContainsFunc(inv.Images(), func(im *model.Image) bool { return im.ID == "a" }) != c.back {
				t.Errorf("it is there: %t", back)
			}
			if _, ok := inv.Image(image("b").ImageKey); !ok {
				t.Error("another one is gone")
			}
			want := &model.Former{ID: "a", Snapshots: []string{"snap-a"}, FullBytes: -1, Missed: at(10)}
			if got, _ := inv.Former(s, "a"); gocmp.Diff(want, got) != "" {
				t.Errorf("what it was is %+v", got)
			}
		})
	}
}

// TestRereadBringsAllThatItHolds: permissions, opinions, and what is in the bin.
func TestRereadBringsAllThatItHolds(t *testing.T) {
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	a := &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: "ami-a"}, Owner: s.Account}
	named := func(image, by string) *model.Reference {
		return &model.Reference{Scope: s, Source: model.Opinions, Key: image + by, ID: by, Image: image}
	}
	inv := model.Inventory{}.Fold(
		model.Page{Gen: 1, Scope: s, Images: []*model.Image{a}, At: testTime, Last: true},
		model.Page{Scope: s, Kind: model.Opinions, Asked: []string{"ami-a", "ami-c"}, References: []*model.Reference{named("ami-a", "1"), named("ami-c", "2")}},
		model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{{ID: "ami-a", At: testTime, Since: testTime}}},
		model.Page{Gen: 1, Scope: s, Kind: model.Bin, Binned: []*model.Binned{{ID: "ami-a"}, {ID: "ami-d"}, {ID: "ami-e"}}, Last: true},
		model.Reread{
			Scope: s, At: testTime.Add(time.Minute), Images: []*model.Image{a}, Gone: []string{"ami-b", "ami-d"}, References: []*model.Reference{named("ami-a", "3")},
			Permissions: []*model.LaunchPermissions{{ID: "ami-a", Public: true, At: testTime.Add(time.Minute)}}, Binned: []*model.Binned{{ID: "ami-b"}},
		},
	)
	if p := inv.Permissions(a); p == nil || !p.Public {
		t.Errorf("permissions %+v", p)
	}
	var said, binned []string
	for _, r := range inv.References(s, model.Opinions) {
		said = append(said, r.Image+" "+r.ID)
	}
	for _, b := range inv.Binned(s) {
		binned = append(binned, b.ID)
	}
	if !slices.Equal(said, []string{"ami-a 3", "ami-c 2"}) || !slices.Equal(binned, []string{"ami-b", "ami-e"}) {
		t.Errorf("said %v, binned %v", said, binned)
	}
	unknown := inv.Fold(model.Reread{Scope: s, At: testTime.Add(2 * time.Minute), Images: []*model.Image{a}})
	if len(unknown.References(s, model.Opinions)) != 2 || !unknown.Permissions(a).Public {
		t.Error("what was not asked for has changed")
	}
}
