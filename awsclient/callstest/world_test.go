package callstest

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	imageID, templateID   fleet.ID = 0xa11ce, 0x7e3
	firstID, secondID     fleet.ID = 0x5a9, 0x5aa
	alias                          = "resolve:ssm:/images/web"
	role                           = "Audit"
	ruleID, testedRegions          = "a1b2c3d4e5F", 1
)

// company has one of each thing that takes a call to be read, all in one scope of
// its management account.
func company(o fakeaws.Options) fakeaws.Options {
	o.Fleet, o.Bare = fleet.Config{Accounts: 2, Regions: testedRegions}, true
	o.Delays.Copying = time.Millisecond
	o.World = func(f *fleet.Fleet) {
		owner, region := f.Active()[0].ID, f.Enabled()[0]
		key := "arn:aws:kms:" + region + ":" + owner + ":key/1"
		began := fleet.Time(fleet.Epoch.Add(-100 * time.Hour).UnixMilli())
		size := fleet.Size{GiB: 1, Bytes: 100 * fleet.BlockSize}
		f.Images = []fleet.Image{{ID: imageID, Owner: owner, Region: region, Name: "web-7", Snapshots: []fleet.ID{firstID}}}
		f.Snapshots = []fleet.Snapshot{
			{ID: firstID, Owner: owner, Region: region, State: "completed", Tier: "standard", Volume: 0x1, KMSKey: key, DataKey: "k", Start: began, Size: size},
			{ID: secondID, Owner: owner, Region: region, State: "completed", Tier: "standard", Volume: 0x1, KMSKey: key, DataKey: "k", Start: began + 1000, Size: fleet.Size{
				GiB: 1, Bytes: 120 * fleet.BlockSize, From: &fleet.Origin{ID: firstID, Size: size},
			}},
		}
		f.BinRules = []fleet.BinRule{{ID: ruleID, Owner: owner, Region: region, Resource: "EBS_SNAPSHOT", Days: 7}}
		use(f, owner, region)
		toBeChanged(f, owner, region)
	}
	return o
}

// use puts something into each usage source. What can name a template names one of
// a version that only it reads, and that by a parameter.
func use(f *fleet.Fleet, owner, region string) {
	pinned := &fleet.TemplateUse{Template: templateID, Version: "2"}
	built := "arn:aws:imagebuilder:" + region + ":" + owner + ":image/base/x.x.x"
	f.Parameters = []fleet.Parameter{{Owner: owner, Region: region, Name: "/images/web", Value: imageID.Image(), Type: "String", DataType: "aws:ec2:image", Version: 1}}
	f.Templates = []fleet.Template{{ID: templateID, Owner: owner, Region: region, Name: "web", Default: 1, Versions: []fleet.TemplateVersion{
		{Number: 1, Image: alias}, {Number: 2, Image: alias}, {Number: 3, Image: imageID.Image()},
	}}}
	f.Groups = []fleet.Group{{Owner: owner, Region: region, Name: "web", Template: pinned}}
	f.Capacities = []fleet.Capacity{{ID: "fleet-1", Owner: owner, Region: region, State: "active", Type: "maintain", Template: *pinned}}
	f.SpotFleets = []fleet.SpotFleet{{ID: "sfr-1", Owner: owner, Region: region, State: "active", Templates: []fleet.TemplateUse{*pinned}}}
	f.Environments = []fleet.ComputeEnvironment{{Owner: owner, Region: region, Name: "jobs", Template: pinned}}
	f.Clusters = []fleet.Cluster{{Owner: owner, Region: region, Name: "main", NodeGroups: []fleet.NodeGroup{
		{Name: "workers", AMIType: "AL2023_x86_64_STANDARD", Release: "1.33.1-20261001", Template: pinned},
	}}}
	f.Builds = []fleet.Build{{Owner: owner, Region: region, Name: "base", Version: "1.2.0", Number: 1, Images: []fleet.ID{imageID}}}
	f.Recipes = []fleet.Recipe{
		{Owner: owner, Region: region, Name: "web", Version: "1.0.0", Parent: built},
		{Owner: owner, Region: region, Name: "api", Version: "1.0.0", Parent: "ssm:/images/web"},
		{Owner: owner, Region: region, Name: "box", Version: "1.0.0", Container: true, Instance: imageID.Image()},
	}
}

// stage is a company that was found.
type stage struct {
	server *fakeaws.Server
	client *awsclient.Client
	scope  model.Scope
	found  []model.Found
	lost   []model.Unreached
}

// open finds the accounts of a company, by a policy; nil allows everything.
func open(ctx context.Context, t *testing.T, server *fakeaws.Server, policy []fakeaws.Grant, organization bool) *stage {
	t.Helper()
	if policy != nil {
		server.Enforce(policy)
	}
	key, secret := server.Credentials("")
	o := awsclient.Options{
		Static:    []awsclient.StaticAccount{{AccessKey: key, Secret: secret, Region: server.Regions()[0]}},
		Transport: server.Transport(), Usage: awsclient.Usage{ParameterPaths: []string{"/config"}},
	}
	if organization {
		o.Organization, o.Role = true, role
	}
	client, err := awsclient.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	s := &stage{server: server, client: client, scope: model.Scope{Account: server.Accounts()[0].ID, Region: server.Regions()[0]}}
	if err := client.Discover(ctx, func(e model.Event) {
		switch e := e.(type) {
		case model.Found:
			s.found = append(s.found, e)
		case model.Lost:
			s.lost = append(s.lost, e.Unreached)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// called are the APIs that were called so far.
func (s *stage) called() []string {
	var out []string
	for _, t := range s.server.Stats() {
		if !slices.Contains(out, t.API) {
			out = append(out, t.API)
		}
	}
	slices.Sort(out)
	return out
}

// granted reads a policy as it is printed, but for some actions.
func granted(t *testing.T, p calls.Policy, but ...string) []fakeaws.Grant {
	t.Helper()
	var printed struct {
		Version   string
		Statement []struct {
			Sid, Effect, Resource string
			Action                []string
		}
	}
	if err := json.Unmarshal(p.JSON(), &printed); err != nil {
		t.Fatal(err)
	}
	var out []fakeaws.Grant
	for _, s := range printed.Statement {
		if printed.Version != "2012-10-17" || s.Effect != "Allow" || s.Resource == "" || s.Sid == "" {
			t.Fatalf("a statement is %+v", s)
		}
		for _, a := range s.Action {
			if !slices.Contains(but, a) {
				out = append(out, fakeaws.Grant{Action: a, Resource: s.Resource})
			}
		}
	}
	return out
}
