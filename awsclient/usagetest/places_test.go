package usagetest

import (
	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// naming is one way in which an account names an image.
type naming struct {
	name   string
	source model.Kind
	put    func(f *fleet.Fleet, at place)
	client func(*awsclient.Options) // nil: as it comes
}

const templateID fleet.ID = 0x7e3

// versions makes a template of three versions, of which one names the image;
// the default is the first and the newest the third.
func versions(f *fleet.Fleet, at place, number int, change func(*fleet.TemplateVersion)) {
	t := fleet.Template{ID: templateID, Owner: at.account, Region: at.region, Name: "web", Default: 1}
	for n := 1; n <= 3; n++ {
		v := fleet.TemplateVersion{Number: n, Image: otherID.Image()}
		if n == number {
			change(&v)
		}
		t.Versions = append(t.Versions, v)
	}
	f.Templates = append(f.Templates, t)
}

func names(v *fleet.TemplateVersion) { v.Image = imageID.Image() }

// pinned lets use launch from the one version that nobody else reads.
func pinned(use func(f *fleet.Fleet, at place, t *fleet.TemplateUse)) func(*fleet.Fleet, place) {
	return func(f *fleet.Fleet, at place) {
		versions(f, at, 2, names)
		use(f, at, &fleet.TemplateUse{Template: templateID, Version: "2"})
	}
}

// namings are all kinds of references that AWS can tell of.
func namings() []naming {
	image := imageID.Image()
	return []naming{
		{"instance", model.Instances, func(f *fleet.Fleet, at place) {
			f.Instances = append(f.Instances, fleet.Instance{ID: 0x1, Owner: at.account, Region: at.region, Image: imageID})
		}, nil},
		{"stopped instance", model.Instances, func(f *fleet.Fleet, at place) {
			f.Instances = append(f.Instances, fleet.Instance{ID: 0x1, Owner: at.account, Region: at.region, Image: imageID, State: "stopped"})
		}, nil},
		{"default version of a template", model.Templates, func(f *fleet.Fleet, at place) { versions(f, at, 1, names) }, nil},
		{"newest version of a template", model.Templates, func(f *fleet.Fleet, at place) { versions(f, at, 3, names) }, nil},
		{"older version of a template", model.Templates, func(f *fleet.Fleet, at place) { versions(f, at, 2, names) }, func(o *awsclient.Options) { o.Usage.TemplateVersions = -1 }},
		{"snapshot in a template", model.Templates, func(f *fleet.Fleet, at place) {
			versions(f, at, 1, func(v *fleet.TemplateVersion) { v.Image, v.Snapshots = "", []string{volume.Snapshot()} })
		}, nil},
		{"template by a parameter", model.Templates, func(f *fleet.Fleet, at place) {
			f.Parameters = append(f.Parameters, fleet.Parameter{Owner: at.account, Region: at.region, Name: "/plain/web", Value: image, Type: "String", DataType: "text", Version: 1})
			versions(f, at, 1, func(v *fleet.TemplateVersion) { v.Image = "resolve:ssm:/plain/web" })
		}, nil},
		{"launch configuration", model.LaunchConfigs, func(f *fleet.Fleet, at place) {
			f.LaunchConfigs = append(f.LaunchConfigs, fleet.LaunchConfig{Owner: at.account, Region: at.region, Name: "lc-web", Image: image})
		}, nil},
		{"snapshot in a launch configuration", model.LaunchConfigs, func(f *fleet.Fleet, at place) {
			f.LaunchConfigs = append(f.LaunchConfigs, fleet.LaunchConfig{Owner: at.account, Region: at.region, Name: "lc-web", Image: otherID.Image(), Snapshots: []string{volume.Snapshot()}})
		}, nil},
		{"group by a pinned version", model.Groups, pinned(func(f *fleet.Fleet, at place, t *fleet.TemplateUse) {
			f.Groups = append(f.Groups, fleet.Group{Owner: at.account, Region: at.region, Name: "asg", Template: t})
		}), nil},
		{"mixed group by a pinned version", model.Groups, pinned(func(f *fleet.Fleet, at place, t *fleet.TemplateUse) {
			f.Groups = append(f.Groups, fleet.Group{Owner: at.account, Region: at.region, Name: "asg", Mixed: true, Template: t})
		}), nil},
		{"template of an override of a group", model.Groups, pinned(func(f *fleet.Fleet, at place, t *fleet.TemplateUse) {
			f.Groups = append(f.Groups, fleet.Group{Owner: at.account, Region: at.region, Name: "asg", Mixed: true, Template: &fleet.TemplateUse{Template: templateID}, Overrides: []fleet.Override{{Type: "m6g.large", Template: t}}})
		}), nil},
		{"image of an override of a group", model.Groups, func(f *fleet.Fleet, at place) {
			versions(f, at, 0, nil)
			f.Groups = append(f.Groups, fleet.Group{Owner: at.account, Region: at.region, Name: "asg", Mixed: true, Template: &fleet.TemplateUse{Template: templateID}, Overrides: []fleet.Override{{Type: "m6g.large", Image: image}}})
		}, nil},
		{"EC2 fleet by a pinned version", model.Fleets, pinned(func(f *fleet.Fleet, at place, t *fleet.TemplateUse) {
			f.Capacities = append(f.Capacities, fleet.Capacity{ID: "fleet-1", Owner: at.account, Region: at.region, State: "active", Type: "maintain", Template: *t})
		}), nil},
		{"image of an override of an EC2 fleet", model.Fleets, func(f *fleet.Fleet, at place) {
			versions(f, at, 0, nil)
			f.Capacities = append(f.Capacities, fleet.Capacity{ID: "fleet-1", Owner: at.account, Region: at.region, State: "active", Type: "maintain", Template: fleet.TemplateUse{Template: templateID}, Overrides: []fleet.Override{{Type: "m6g.large", Image: image}}})
		}, nil},
		{"instance of an instant fleet, which is not listed", model.Instances, func(f *fleet.Fleet, at place) {
			versions(f, at, 0, nil)
			f.Capacities = append(f.Capacities, fleet.Capacity{ID: "fleet-1", Owner: at.account, Region: at.region, State: "active", Type: "instant", Template: fleet.TemplateUse{Template: templateID}, Overrides: []fleet.Override{{Type: "m6g.large", Image: image}}})
			f.Instances = append(f.Instances, fleet.Instance{ID: 0x1, Owner: at.account, Region: at.region, Image: imageID})
		}, nil},
		{"spot fleet", model.SpotFleets, func(f *fleet.Fleet, at place) {
			f.SpotFleets = append(f.SpotFleets, fleet.SpotFleet{ID: "sfr-1", Owner: at.account, Region: at.region, State: "active", Images: []string{otherID.Image(), image}})
		}, nil},
		{"spot fleet by a pinned version", model.SpotFleets, pinned(func(f *fleet.Fleet, at place, t *fleet.TemplateUse) {
			f.SpotFleets = append(f.SpotFleets, fleet.SpotFleet{ID: "sfr-1", Owner: at.account, Region: at.region, State: "active", Templates: []fleet.TemplateUse{*t}})
		}), nil},
		{"spot request", model.SpotRequests, func(f *fleet.Fleet, at place) {
			f.SpotRequests = append(f.SpotRequests, fleet.SpotRequest{ID: "sir-1", Owner: at.account, Region: at.region, State: "open", Type: "persistent", Image: image})
		}, nil},
		{"parameter of data type aws:ec2:image", model.Parameters, func(f *fleet.Fleet, at place) {
			f.Parameters = append(f.Parameters, fleet.Parameter{Owner: at.account, Region: at.region, Name: "/ami_id", Value: image, Type: "String", DataType: "aws:ec2:image", Version: 1})
		}, nil},
		{"plain parameter under a path", model.Parameters, func(f *fleet.Fleet, at place) {
			f.Parameters = append(f.Parameters, fleet.Parameter{Owner: at.account, Region: at.region, Name: "/config/a/web", Value: `{"ami":"` + image + `"}`, Type: "String", DataType: "text", Version: 1})
		}, func(o *awsclient.Options) { o.Usage.ParameterPaths = []string{"/config"} }},
		{"image recipe", model.Recipes, func(f *fleet.Fleet, at place) {
			f.Recipes = append(f.Recipes, fleet.Recipe{Owner: at.account, Region: at.region, Name: "web", Version: "1.0.0", Parent: image})
		}, nil},
		{"image recipe whose parent is a build of ours", model.Recipes, func(f *fleet.Fleet, at place) {
			f.Builds = append(f.Builds, fleet.Build{Owner: at.account, Region: at.region, Name: "base", Version: "1.2.0", Number: 1, Images: []fleet.ID{imageID}})
			f.Recipes = append(f.Recipes, fleet.Recipe{Owner: at.account, Region: at.region, Name: "web", Version: "1.0.0", Parent: "arn:aws:imagebuilder:" + at.region + ":" + at.account + ":image/base/x.x.x"})
		}, nil},
		{"container recipe", model.Recipes, func(f *fleet.Fleet, at place) {
			f.Recipes = append(f.Recipes, fleet.Recipe{Owner: at.account, Region: at.region, Name: "web", Version: "1.0.0", Container: true, Instance: image})
		}, nil},
		{"Batch environment", model.ComputeEnvironments, func(f *fleet.Fleet, at place) {
			f.Environments = append(f.Environments, fleet.ComputeEnvironment{Owner: at.account, Region: at.region, Name: "jobs", Image: image})
		}, nil},
		{"override of a Batch environment", model.ComputeEnvironments, func(f *fleet.Fleet, at place) {
			f.Environments = append(f.Environments, fleet.ComputeEnvironment{Owner: at.account, Region: at.region, Name: "jobs", Overrides: []string{image}})
		}, nil},
		{"Batch environment by a pinned version", model.ComputeEnvironments, pinned(func(f *fleet.Fleet, at place, t *fleet.TemplateUse) {
			f.Environments = append(f.Environments, fleet.ComputeEnvironment{Owner: at.account, Region: at.region, Name: "jobs", Template: t})
		}), nil},
		{"EKS node group with an image of its own", model.NodeGroups, func(f *fleet.Fleet, at place) {
			f.Clusters = append(f.Clusters, fleet.Cluster{Owner: at.account, Region: at.region, Name: "main", NodeGroups: []fleet.NodeGroup{{Name: "workers", AMIType: "CUSTOM", Release: image}}})
		}, nil},
		{"EKS node group by a pinned version", model.NodeGroups, pinned(func(f *fleet.Fleet, at place, t *fleet.TemplateUse) {
			f.Clusters = append(f.Clusters, fleet.Cluster{Owner: at.account, Region: at.region, Name: "main", NodeGroups: []fleet.NodeGroup{{Name: "workers", AMIType: "AL2023_x86_64_STANDARD", Release: "1.33.1-20261001", Template: t}}})
		}), nil},
	}
}
