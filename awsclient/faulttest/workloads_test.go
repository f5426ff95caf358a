package faulttest

import (
	"fmt"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// The ids of what workloads adds.
const (
	workTemplate, workImage fleet.ID = 0xfa000001, 0xfa000002

	workAMI = "ami-fa000002"
)

// workloads adds a few of everything that may name images or costs besides to
// each account, in the first region: so many that their lists take several pages, and such that
// it takes every call of a sweep.
func workloads(f *fleet.Fleet) {
	region := f.Enabled()[0]
	for i, a := range f.Active() {
		template := workTemplate + fleet.ID(i)<<8
		f.Templates = append(f.Templates, fleet.Template{ID: template, Owner: a.ID, Region: region, Name: "work", Default: 2, Versions: []fleet.TemplateVersion{
			{Number: 1, Image: workAMI}, {Number: 2, Image: "resolve:ssm:/work/0"}, {Number: 3, Snapshots: []string{"snap-fa000003"}},
		}})
		for n := range 7 {
			name := fmt.Sprintf("work-%d", n)
			use := fleet.TemplateUse{Template: template, Version: fmt.Sprint(n%4 + 1)} // the fourth does not exist
			id := fmt.Sprintf("%s-%d", name, i)
			f.LaunchConfigs = append(f.LaunchConfigs, fleet.LaunchConfig{Owner: a.ID, Region: region, Name: name, Image: workAMI})
			f.Groups = append(f.Groups, fleet.Group{Owner: a.ID, Region: region, Name: name, Template: &use})
			f.Capacities = append(f.Capacities, fleet.Capacity{ID: "fleet-" + id, Owner: a.ID, Region: region, State: "active", Type: "maintain", Template: use})
			f.SpotFleets = append(f.SpotFleets, fleet.SpotFleet{ID: "sfr-" + id, Owner: a.ID, Region: region, State: "active", Templates: []fleet.TemplateUse{use}})
			f.SpotRequests = append(f.SpotRequests, fleet.SpotRequest{ID: "sir-" + id, Owner: a.ID, Region: region, State: "open", Image: workAMI})
			f.Parameters = append(f.Parameters,
				fleet.Parameter{Owner: a.ID, Region: region, Name: fmt.Sprintf("/work/%d", n), Value: workAMI, DataType: "aws:ec2:image"},
				fleet.Parameter{Owner: a.ID, Region: region, Name: "/config/" + name, Value: "on " + workAMI},
			)
			f.Recipes = append(f.Recipes,
				fleet.Recipe{Owner: a.ID, Region: region, Name: name, Version: "1.0.0", Parent: fmt.Sprintf("arn:aws:imagebuilder:%s:%s:image/base/1.%d.x", region, a.ID, n)},
				fleet.Recipe{Owner: a.ID, Region: region, Name: name, Version: "1.0.0", Container: true, Instance: workAMI},
			)
			f.Builds = append(f.Builds, fleet.Build{Owner: a.ID, Region: region, Name: "base", Version: fmt.Sprintf("1.%d.0", n), Number: 1, Images: []fleet.ID{workImage}})
			f.Environments = append(f.Environments, fleet.ComputeEnvironment{Owner: a.ID, Region: region, Name: name, Image: workAMI, Template: &use})
			f.Clusters = append(f.Clusters, fleet.Cluster{Owner: a.ID, Region: region, Name: name, NodeGroups: []fleet.NodeGroup{{Name: "nodes", Template: &use}}})
			number := fleet.ID(i<<8 | n)
			f.BinnedImages = append(f.BinnedImages, fleet.BinnedImage{Image: fleet.Image{ID: workImage + number<<8, Owner: a.ID, Region: region}})
			f.BinnedSnapshots = append(f.BinnedSnapshots, fleet.BinnedSnapshot{Snapshot: fleet.Snapshot{ID: workImage + number<<8, Owner: a.ID, Region: region}})
			f.BinRules = append(f.BinRules, fleet.BinRule{ID: id, Owner: a.ID, Region: region, Resource: model.SnapshotResource, Days: 7})
			f.FastRestores = append(f.FastRestores, fleet.FastRestore{Snapshot: workImage, Owner: a.ID, Region: region, Zone: fmt.Sprint(region, n)})
			f.Snapshots = append(f.Snapshots, fleet.Snapshot{ID: workImage + number<<16, Owner: a.ID, Region: region, State: "completed", Permissions: []fleet.Permission{{Group: "all"}}})
			f.FastLaunches = append(f.FastLaunches, fleet.FastLaunch{Image: workImage + number, Owner: a.ID, Region: region, Copies: 5})
		}
	}
}
