package query_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
)

// sharedWorld is a world with an image for each way of being shared, by its name; of
// one it was not read, of another it could not be.
func sharedWorld() (*query.World, []*model.Image) {
	const (
		org   = "arn:aws:organizations::222222222222:organization/o-ours"
		named = "arn:aws:organizations::222222222222:ou/o-ours/ou-ab12-11111111"
		bare  = "arn:aws:organizations::222222222222:ou/o-ours/ou-ab12-22222222"
	)
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	var images []*model.Image
	perms := model.Page{Gen: 1, Scope: s, Kind: model.Permissions, At: now}
	add := func(name string, p *model.LaunchPermissions) {
		images = append(images, &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: "ami-" + name}, Owner: s.Account, Name: name, State: "available"})
		if p != nil {
			p.ID, p.At = "ami-"+name, now
			perms.Permissions = append(perms.Permissions, p)
		}
	}
	add("account", &model.LaunchPermissions{Accounts: []string{"333333333333"}})
	add("member", &model.LaunchPermissions{Accounts: []string{"444444444444"}})
	add("unit", &model.LaunchPermissions{Units: []string{named}})
	add("nameless", &model.LaunchPermissions{Organizations: []string{org}, Units: []string{bare}})
	add("private", &model.LaunchPermissions{})
	add("denied", &model.LaunchPermissions{Err: &model.OpError{Kind: model.Denied}})
	add("unread", nil)
	inv := model.Inventory{}.Fold(
		model.Found{Account: model.Account{ID: s.Account, Name: "acme-prod"}, Regions: []model.Region{{Name: s.Region, Enabled: true}}},
		model.Found{Account: model.Account{ID: "333333333333", Name: "acme-dev"}},
		model.Organization{
			ARN: org, At: now, Accounts: []model.Member{{ID: "444444444444", Name: "acme-data", Active: true}},
			Units: map[string][]string{named: nil, bare: nil}, Names: map[string]string{named: "Workloads EU", bare: ""},
		},
		model.Page{Gen: 1, Scope: s, Images: images, Last: true, At: now}, perms,
	)
	return &query.World{Inv: inv, Now: now}, images
}

// TestSharedByName: accounts and units are found by what people call them, by what
// they are called in part only where that is asked for, and what was not read is
// neither shared nor not.
func TestSharedByName(t *testing.T) {
	w, images := sharedWorld()
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"shared:acme-dev", []string{"account"}},
		{"shared:ACME-DEV", []string{"account"}},
		{"shared:333333333333", []string{"account"}},
		{"shared:acme-data", []string{"member"}},
		{"shared:acme-*", []string{"account", "member"}},
		{"shared:acme", nil},
		{`shared:"workloads eu"`, []string{"unit"}},
		{"shared:workloads*", []string{"unit"}},
		{"shared:ou-ab12-11111111", []string{"unit"}},
		{"shared:ou-ab12-*", []string{"nameless", "unit"}},
		{"shared:o-ours", []string{"nameless"}},
		{`shared:""`, nil},
		{"!shared:acme-dev", []string{"member", "nameless", "private", "unit"}},
		{`shared:acme-dev,"Workloads EU"`, []string{"account", "unit"}},
	} {
		t.Run(tt.query, func(t *testing.T) {
			q, err := query.Parse(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			shown, undecided := q.Select(w, images)
			var got []string
			for _, im := range shown {
				got = append(got, im.Name)
			}
			slices.Sort(got)
			if d := cmp.Diff(tt.want, got); d != "" || undecided != 2 {
				t.Errorf("%d undecided, %s", undecided, d)
			}
		})
	}
}
