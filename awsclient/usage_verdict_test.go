package awsclient

import (
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

// judged reads all of a hand-made world, the launch permissions of its images
// included, and judges it.
func (h hand) judged(t *testing.T) (model.Inventory, *model.Usage) {
	t.Helper()
	var inv model.Inventory
	fold := func(e model.Event) { inv = inv.Fold(e) }
	if err := h.client.Discover(t.Context(), fold); err != nil {
		t.Fatal(err)
	}
	requests := scan.Freshness{}.Stale(inv, time.Now(), model.Swept()...)
	if err := scan.Run(t.Context(), h.client, requests, scan.Options{}, fold); err != nil {
		t.Fatal(err)
	}
	for _, im := range inv.Images() {
		p, err := h.client.ReadPermissions(t.Context(), model.Scope{Account: im.Owner, Region: im.Region}, im.ID)
		if err != nil || p.Err != nil {
			t.Fatal(err, p)
		}
		fold(model.Page{Scope: model.Scope{Account: im.Owner, Region: im.Region}, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{p}})
	}
	var u *model.Usage
	return inv, u.Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: time.Now()})
}

// TestTheOnlyReference: whatever way is the only one in which an image is named,
// in whichever account, the image is used.
func TestTheOnlyReference(t *testing.T) {
	pinned := fleet.TemplateUse{Template: webTemplate, Version: "1"}
	named := fleet.TemplateUse{Name: "web", Version: "1"}
	alias := fleet.TemplateUse{Template: webTemplate, Version: "2"}
	for _, c := range []struct {
		name  string
		world func(w *fleet.Fleet, account, region string)
		want  model.Use
	}{
		{"nothing", func(*fleet.Fleet, string, string) {}, model.Unused},
		{"a terminated instance", func(w *fleet.Fleet, a, r string) {
			w.Instances = append(w.Instances, fleet.Instance{ID: 0x11, Owner: a, Region: r, Image: image1, State: "terminated"})
		}, model.Unused},
		{"an instance", func(w *fleet.Fleet, a, r string) {
			w.Instances = append(w.Instances, fleet.Instance{ID: 0x11, Owner: a, Region: r, Image: image1})
		}, model.Used},
		{"the snapshot of a default version", func(w *fleet.Fleet, a, r string) { w.Templates[0].Default = 3 }, model.Used},
		{"the alias of a default version", func(w *fleet.Fleet, a, r string) { w.Templates[0].Default = 2 }, model.Used},
		{"a group on an older version", func(w *fleet.Fleet, a, r string) {
			w.Groups = append(w.Groups, fleet.Group{Owner: a, Region: r, Name: "g", Template: &pinned})
		}, model.Used},
		{"a group on the alias of an older version", func(w *fleet.Fleet, a, r string) {
			w.Groups = append(w.Groups, fleet.Group{Owner: a, Region: r, Name: "g", Template: &alias})
		}, model.Used},
		{"a group on the snapshot of an older version", func(w *fleet.Fleet, a, r string) {
			w.Groups = append(w.Groups, fleet.Group{Owner: a, Region: r, Name: "g", Template: &fleet.TemplateUse{Template: webTemplate, Version: "3"}})
		}, model.Used},
		{"a group on a version without image", func(w *fleet.Fleet, a, r string) {
			w.Groups = append(w.Groups, fleet.Group{Owner: a, Region: r, Name: "g", Template: &fleet.TemplateUse{Template: webTemplate, Version: "4"}})
		}, model.Unused},
		{"a group on a version that does not exist", func(w *fleet.Fleet, a, r string) {
			w.Groups = append(w.Groups, fleet.Group{Owner: a, Region: r, Name: "g", Template: &fleet.TemplateUse{Template: webTemplate, Version: "9"}})
		}, model.Unused},
		{"the override of a group", func(w *fleet.Fleet, a, r string) {
			w.Groups = append(w.Groups, fleet.Group{Owner: a, Region: r, Name: "g", Template: &fleet.TemplateUse{Template: webTemplate}, Mixed: true, Overrides: []fleet.Override{{Image: ami1}}})
		}, model.Used},
		{"the override template of a group", func(w *fleet.Fleet, a, r string) {
			w.Groups = append(w.Groups, fleet.Group{Owner: a, Region: r, Name: "g", Template: &fleet.TemplateUse{Template: webTemplate}, Mixed: true, Overrides: []fleet.Override{{Template: &named}}})
		}, model.Used},
		{"a launch configuration", func(w *fleet.Fleet, a, r string) {
			w.LaunchConfigs = append(w.LaunchConfigs, fleet.LaunchConfig{Owner: a, Region: r, Name: "c", Image: ami1})
		}, model.Used},
		{"a fleet by the name of a template", func(w *fleet.Fleet, a, r string) {
			w.Capacities = append(w.Capacities, fleet.Capacity{ID: "fleet-1", Owner: a, Region: r, State: "active", Type: "maintain", Template: named})
		}, model.Used},
		{"a spot fleet", func(w *fleet.Fleet, a, r string) {
			w.SpotFleets = append(w.SpotFleets, fleet.SpotFleet{ID: "sfr-1", Owner: a, Region: r, State: "active", Images: []string{ami1}})
		}, model.Used},
		{"a spot fleet that was cancelled", func(w *fleet.Fleet, a, r string) {
			w.SpotFleets = append(w.SpotFleets, fleet.SpotFleet{ID: "sfr-1", Owner: a, Region: r, State: "cancelled", Images: []string{ami1}})
		}, model.Unused},
		{"a spot request", func(w *fleet.Fleet, a, r string) {
			w.SpotRequests = append(w.SpotRequests, fleet.SpotRequest{ID: "sir-1", Owner: a, Region: r, State: "open", Image: ami1})
		}, model.Used},
		{"a parameter", func(w *fleet.Fleet, a, r string) {
			w.Parameters = append(w.Parameters, fleet.Parameter{Owner: a, Region: r, Name: "/p", Value: ami1, DataType: "aws:ec2:image"})
		}, model.Used},
		{"a plain parameter", func(w *fleet.Fleet, a, r string) {
			w.Parameters = append(w.Parameters, fleet.Parameter{Owner: a, Region: r, Name: "/config/p", Value: "use " + ami1})
		}, model.Used},
		{"a recipe", func(w *fleet.Fleet, a, r string) {
			w.Recipes = append(w.Recipes, fleet.Recipe{Owner: a, Region: r, Name: "r", Version: "1.0.0", Parent: ami1})
		}, model.Used},
		{"a recipe on what its owner built", func(w *fleet.Fleet, a, r string) {
			w.Builds = append(w.Builds, fleet.Build{Owner: w.Images[0].Owner, Region: r, Name: "base", Version: "1.0.0", Number: 1, Images: []fleet.ID{image1}})
			w.Recipes = append(w.Recipes, fleet.Recipe{Owner: a, Region: r, Name: "r", Version: "1.0.0", Parent: "arn:aws:imagebuilder:" + r + ":" + w.Images[0].Owner + ":image/base/x.x.x"})
		}, model.Used},
		{"a container recipe", func(w *fleet.Fleet, a, r string) {
			w.Recipes = append(w.Recipes, fleet.Recipe{Owner: a, Region: r, Name: "r", Version: "1.0.0", Container: true, Instance: ami1})
		}, model.Used},
		{"Batch", func(w *fleet.Fleet, a, r string) {
			w.Environments = append(w.Environments, fleet.ComputeEnvironment{Owner: a, Region: r, Name: "e", Overrides: []string{ami1}})
		}, model.Used},
		{"a node group", func(w *fleet.Fleet, a, r string) {
			w.Clusters = append(w.Clusters, fleet.Cluster{Owner: a, Region: r, Name: "c", NodeGroups: []fleet.NodeGroup{{Name: "n", Template: &pinned}}})
		}, model.Used},
	} {
		for _, where := range []string{"its account", "another account"} {
			t.Run(c.name+" in "+where, func(t *testing.T) {
				h := handMade(t, fakeaws.Options{}, paths, func(w *fleet.Fleet, s, other model.Scope) {
					im := fleet.Image{ID: image1, Owner: s.Account, Region: s.Region, Snapshots: []fleet.ID{0xb}}
					at := s
					if where == "another account" {
						at = other
						im.Permissions = []fleet.Permission{{Account: other.Account}}
					}
					w.Images = append(w.Images, im)
					w.Snapshots = append(w.Snapshots, fleet.Snapshot{ID: 0xb, Owner: s.Account, Region: s.Region, State: "completed"})
					w.Parameters = append(w.Parameters, fleet.Parameter{Owner: at.Account, Region: at.Region, Name: "/config/other", Value: "nothing"})
					w.Templates = append(w.Templates, fleet.Template{ID: webTemplate, Owner: at.Account, Region: at.Region, Name: "web", Default: 5, Versions: []fleet.TemplateVersion{
						{Number: 1, Image: ami1}, {Number: 2, Image: "resolve:ssm:/plain"}, {Number: 3, Snapshots: []string{snapB}}, {Number: 4}, {Number: 5, Image: ami2},
					}})
					w.Parameters = append(w.Parameters, fleet.Parameter{Owner: at.Account, Region: at.Region, Name: "/plain", Value: ami1})
					c.world(w, at.Account, at.Region)
				})
				inv, u := h.judged(t)
				im, ok := inv.Image(model.ImageKey{Region: h.scope.Region, ID: ami1})
				if !ok {
					t.Fatal("the image was not read")
				}
				if v := u.Verdict(im); v.Use != c.want || v.Use != u.Ruling(im).Use || (len(v.Evidence) > 0) != (c.want == model.Used) {
					t.Errorf("%s, want %s: %+v; blind to %+v", v.Use, c.want, v.Evidence, v.Blind)
				}
			})
		}
	}
}
