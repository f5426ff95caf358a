package fakeaws

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// groupWorld has a group of each kind, and a template that two of them name in
// different ways.
func groupWorld(f *fleet.Fleet) {
	owner, region := f.Accounts[0].ID, listedIn
	f.Templates = []fleet.Template{{ID: 1 << 41, Owner: owner, Region: region, Name: "web", Default: 1, Versions: []fleet.TemplateVersion{{Number: 1}, {Number: 4}}}}
	byID, byName := &fleet.TemplateUse{Template: 1 << 41, Version: "$Latest"}, &fleet.TemplateUse{Name: "web"}
	f.Groups = []fleet.Group{
		{Name: "by-config", Config: "lc", Desired: 3, Tags: []fleet.Tag{{Key: "team", Value: "sre"}, {Key: "env", Value: "prod"}}},
		{Name: "by-id", Template: byID, Tags: []fleet.Tag{{Key: "team", Value: "web"}}},
		{Name: "by-name", Template: byName},
		{Name: "template-gone", Template: &fleet.TemplateUse{Template: 1 << 42, Version: "7"}},
		{Name: "mixed", Mixed: true, Template: byID, Overrides: []fleet.Override{
			{Type: "m7g.large"}, {Type: "m6i.large", Template: &fleet.TemplateUse{Name: "web", Version: "1"}}, {Type: "c7g.large", Image: "ami-00000000000000a01"},
		}},
	}
	for i := range f.Groups {
		f.Groups[i].Owner, f.Groups[i].Region, f.Groups[i].Created = owner, region, 1_700_000_000_000
	}
	member := []fleet.Tag{{Key: groupTag, Value: "by-id"}}
	for i, state := range []string{"running", "pending", "stopped", "terminated", "shutting-down"} {
		f.Instances = append(f.Instances, fleet.Instance{ID: fleet.ID(1<<43 + i), Owner: owner, Region: region, Image: 1 << 44, State: state, Tags: member})
	}
	f.Instances[1].Tags = append(member[:1:1], fleet.Tag{Key: templateTag, Value: f.Templates[0].ID.Template()}, fleet.Tag{Key: versionTag, Value: "2"})
	for i, group := range []string{"by-config", "by-name", "mixed", "template-gone"} {
		f.Instances = append(f.Instances, fleet.Instance{
			ID: fleet.ID(1<<46 + i), Owner: owner, Region: region, Image: 1 << 44, State: "running", Tags: []fleet.Tag{{Key: groupTag, Value: group}},
		})
	}
	f.Instances = append(f.Instances, fleet.Instance{ID: 1 << 45, Owner: f.Accounts[1].ID, Region: region, Image: 1 << 44, State: "running", Tags: member})
}

func groupsOf(t *testing.T, s *Server, in *autoscaling.DescribeAutoScalingGroupsInput) map[string]types.AutoScalingGroup {
	t.Helper()
	got := map[string]types.AutoScalingGroup{}
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(autoscaling.NewFromConfig(serverConfig(s, "", listedIn)), in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range out.AutoScalingGroups {
			got[*g.AutoScalingGroupName] = g
		}
	}
	return got
}

func TestAutoScalingGroups(t *testing.T) {
	got := groupsOf(t, New(Options{Bare: true, World: groupWorld}), &autoscaling.DescribeAutoScalingGroupsInput{})
	latest := &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-00000020000000000"), LaunchTemplateName: aws.String("web"), Version: aws.String("$Latest")}
	pinned, open := *latest, *latest
	pinned.Version, open.Version = aws.String("1"), nil
	type source struct {
		Config   *string
		Template *types.LaunchTemplateSpecification
		Mixed    *types.LaunchTemplate
	}
	want := map[string]source{
		"by-config":     {Config: aws.String("lc")},
		"by-id":         {Template: latest},
		"by-name":       {Template: &open},
		"template-gone": {Template: &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-00000040000000000"), Version: aws.String("7")}},
		"mixed": {Mixed: &types.LaunchTemplate{LaunchTemplateSpecification: latest, Overrides: []types.LaunchTemplateOverrides{
			{InstanceType: aws.String("m7g.large")},
			{InstanceType: aws.String("m6i.large"), LaunchTemplateSpecification: &pinned},
			{InstanceType: aws.String("c7g.large"), ImageId: aws.String("ami-00000000000000a01")},
		}}},
	}
	sources := map[string]source{}
	for name, g := range got {
		s := source{Config: g.LaunchConfigurationName, Template: g.LaunchTemplate}
		if g.MixedInstancesPolicy != nil {
			s.Mixed = g.MixedInstancesPolicy.LaunchTemplate
		}
		sources[name] = s
	}
	if diff := cmp.Diff(want, sources, cmpopts.IgnoreUnexported(types.LaunchTemplateSpecification{}, types.LaunchTemplate{}, types.LaunchTemplateOverrides{})); diff != "" {
		t.Error(diff)
	}
	if g := got["by-config"]; *g.DesiredCapacity != 3 || !g.CreatedTime.Equal(time.UnixMilli(1_700_000_000_000)) || len(g.Tags) != 2 || *g.Tags[0].ResourceId != "by-config" {
		t.Errorf("got %+v", g)
	}
}

// The instances of a group are those in service, and not those of others.
func TestInstancesOfGroups(t *testing.T) {
	s := New(Options{Bare: true, World: groupWorld})
	for name, c := range map[string]struct {
		include *bool
		want    int
	}{"by default": {nil, 2}, "asked for": {aws.Bool(true), 2}, "not asked for": {aws.Bool(false), 0}} {
		t.Run(name, func(t *testing.T) {
			got := groupsOf(t, s, &autoscaling.DescribeAutoScalingGroupsInput{IncludeInstances: c.include})
			if n := len(got["by-id"].Instances); n != c.want {
				t.Errorf("%d instances, want %d", n, c.want)
			}
		})
	}
}

// An instance tells the number of the version that it was launched from, by
// its tags or else by what its group launches now.
func TestInstancesTellTheirVersion(t *testing.T) {
	got := groupsOf(t, New(Options{Bare: true, World: groupWorld}), &autoscaling.DescribeAutoScalingGroupsInput{})
	for group, want := range map[string][]string{
		"by-config": {"lc"}, "by-name": {"web 1"}, "mixed": {"web 4"}, "template-gone": {" 7"}, "by-id": {"web 2", "web 4"},
	} {
		var said []string
		for _, in := range got[group].Instances {
			source := aws.ToString(in.LaunchConfigurationName)
			if l := in.LaunchTemplate; l != nil {
				source = aws.ToString(l.LaunchTemplateName) + " " + aws.ToString(l.Version)
			}
			said = append(said, source)
			if *in.ImageId != fleet.ID(1<<44).Image() {
				t.Errorf("%s has an instance on %s", group, *in.ImageId)
			}
		}
		slices.Sort(said)
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("%s: %s", group, diff)
		}
	}
}

func TestGroupsAskedFor(t *testing.T) {
	s := New(Options{Bare: true, World: groupWorld})
	tag := func(name string, values ...string) types.Filter {
		return types.Filter{Name: aws.String(name), Values: values}
	}
	many := make([]string, 51)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for name, c := range map[string]struct {
		in   autoscaling.DescribeAutoScalingGroupsInput
		want int
		code string
	}{
		"names":                   {autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"mixed", "by-id", "no such"}}, 2, ""},
		"tag key":                 {autoscaling.DescribeAutoScalingGroupsInput{Filters: []types.Filter{tag("tag-key", "team")}}, 2, ""},
		"tag value":               {autoscaling.DescribeAutoScalingGroupsInput{Filters: []types.Filter{tag("tag-value", "prod", "x")}}, 1, ""},
		"tag":                     {autoscaling.DescribeAutoScalingGroupsInput{Filters: []types.Filter{tag("tag:team", "sre")}}, 1, ""},
		"two":                     {autoscaling.DescribeAutoScalingGroupsInput{Filters: []types.Filter{tag("tag:team", "sre"), tag("tag:env", "dev")}}, 0, ""},
		"unknown":                 {autoscaling.DescribeAutoScalingGroupsInput{Filters: []types.Filter{tag("name", "x")}}, 0, "ValidationError"},
		"too many names":          {autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: many}, 0, "ValidationError"},
		"many names, large pages": {autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: many, MaxRecords: aws.Int32(60)}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := autoscaling.NewFromConfig(serverConfig(s, "", listedIn)).DescribeAutoScalingGroups(t.Context(), &c.in)
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil || len(out.AutoScalingGroups) != c.want {
				t.Errorf("%d groups, want %d: %v", len(out.AutoScalingGroups), c.want, err)
			}
		})
	}
}

func TestLaunchConfigurations(t *testing.T) {
	s := New(Options{Bare: true, World: func(f *fleet.Fleet) {
		f.LaunchConfigs = []fleet.LaunchConfig{
			{Owner: f.Accounts[0].ID, Region: listedIn, Name: "a", Created: 1_700_000_000_000, Image: "ami-00000000000000a01", Snapshots: []string{"snap-00000000000000a02", "snap-00000000000000a03"}},
			{Owner: f.Accounts[0].ID, Region: listedIn, Name: "b", Image: "ami-00000000000000a04"},
		}
	}})
	out, err := autoscaling.NewFromConfig(serverConfig(s, "", listedIn)).DescribeLaunchConfigurations(t.Context(),
		&autoscaling.DescribeLaunchConfigurationsInput{LaunchConfigurationNames: []string{"a", "c"}})
	if err != nil || len(out.LaunchConfigurations) != 1 {
		t.Fatalf("got %+v, %v", out, err)
	}
	got := out.LaunchConfigurations[0]
	if *got.ImageId != "ami-00000000000000a01" || !got.CreatedTime.Equal(time.UnixMilli(1_700_000_000_000)) || len(got.BlockDeviceMappings) != 2 ||
		*got.BlockDeviceMappings[1].Ebs.SnapshotId != "snap-00000000000000a03" || *got.KernelId != "" {
		t.Errorf("got %+v", got)
	}
	_, err = autoscaling.NewFromConfig(serverConfig(s, "", listedIn)).DescribeLaunchConfigurations(t.Context(),
		&autoscaling.DescribeLaunchConfigurationsInput{LaunchConfigurationNames: make([]string, 51)})
	wantCode(t, err, "ValidationError")
}
