package fakeaws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func workloadWorld(f *fleet.Fleet) {
	owner := f.Accounts[0].ID
	f.Templates = []fleet.Template{{ID: 1 << 41, Owner: owner, Region: listedIn, Name: "nodes"}}
	use := &fleet.TemplateUse{Template: 1 << 41, Version: "$Latest"}
	f.Environments = []fleet.ComputeEnvironment{
		{Name: "image", Image: "ami-00000000000000a01"},
		{Name: "overrides", Overrides: []string{"ami-00000000000000a02", "ami-00000000000000a03"}},
		{Name: "template", Template: use, TemplateOverrides: []fleet.TemplateUse{{Name: "nodes", Version: "$Default"}}},
		{Name: "plain"},
	}
	for i := range f.Environments {
		f.Environments[i].Owner, f.Environments[i].Region = owner, listedIn
	}
	f.Clusters = []fleet.Cluster{{Owner: owner, Region: listedIn, Name: "prod", NodeGroups: []fleet.NodeGroup{
		{Name: "custom", AMIType: "CUSTOM", Release: "ami-00000000000000a04", Template: use, Created: 1_700_000_000_250},
		{Name: "custom-untold", Release: "ami-00000000000000a05"},
		{Name: "managed", Release: "1.33.4-20251016"},
	}}}
}

func TestComputeEnvironments(t *testing.T) {
	s := New(Options{Bare: true, World: workloadWorld})
	client := batch.NewFromConfig(serverConfig(s, "", listedIn))
	out, err := client.DescribeComputeEnvironments(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, e := range out.ComputeEnvironments {
		r := e.ComputeResources
		said := []string{aws.ToString(r.ImageId)} //nolint:staticcheck // deprecated, but told
		for _, c := range r.Ec2Configuration {
			said = append(said, aws.ToString(c.ImageIdOverride))
		}
		if l := r.LaunchTemplate; l != nil {
			said = append(said, aws.ToString(l.LaunchTemplateId), aws.ToString(l.LaunchTemplateName), *l.Version, aws.ToString(l.Overrides[0].LaunchTemplateId), *l.Overrides[0].LaunchTemplateName, *l.Overrides[0].Version)
		}
		got[*e.ComputeEnvironmentName] = said
	}
	want := map[string][]string{
		"image":     {"ami-00000000000000a01"},
		"overrides": {"", "ami-00000000000000a02", "ami-00000000000000a03"},
		"template":  {"", "lt-00000020000000000", "", "$Latest", "", "nodes", "$Default"}, // as it was named, by one of the two
		"plain":     {""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestComputeEnvironmentsAskedFor(t *testing.T) {
	s := New(Options{Bare: true, World: workloadWorld})
	client := batch.NewFromConfig(serverConfig(s, "", listedIn))
	arn := "arn:aws:batch:us-east-1:" + s.Accounts()[0].ID + ":compute-environment/plain"
	out, err := client.DescribeComputeEnvironments(t.Context(), &batch.DescribeComputeEnvironmentsInput{ComputeEnvironments: []string{"image", arn, "no-such"}})
	if err != nil || len(out.ComputeEnvironments) != 2 {
		t.Errorf("got %+v, %v", out, err)
	}
	_, err = client.DescribeComputeEnvironments(t.Context(), &batch.DescribeComputeEnvironmentsInput{ComputeEnvironments: make([]string, 101)})
	wantCode(t, err, "ClientException")
}

func TestNodeGroups(t *testing.T) {
	s := New(Options{Bare: true, World: workloadWorld})
	client := eks.NewFromConfig(serverConfig(s, "", listedIn))
	describe := func(cluster, group string) (*eks.DescribeNodegroupOutput, error) {
		return client.DescribeNodegroup(t.Context(), &eks.DescribeNodegroupInput{ClusterName: &cluster, NodegroupName: &group})
	}
	for name, want := range map[string][2]string{
		"custom": {"CUSTOM", "ami-00000000000000a04"}, "custom-untold": {"CUSTOM", "ami-00000000000000a05"}, "managed": {"AL2023_x86_64_STANDARD", "1.33.4-20251016"},
	} {
		out, err := describe("prod", name)
		if err != nil {
			t.Fatal(err)
		}
		if g := out.Nodegroup; string(g.AmiType) != want[0] || *g.ReleaseVersion != want[1] || *g.NodegroupName != name || *g.ClusterName != "prod" {
			t.Errorf("got %+v, want %v", g, want)
		}
	}
	out, err := describe("prod", "custom")
	if err != nil {
		t.Fatal(err)
	}
	g := out.Nodegroup
	if l := g.LaunchTemplate; *l.Id != "lt-00000020000000000" || *l.Name != "nodes" || *l.Version != "$Latest" || !g.CreatedAt.Equal(time.UnixMilli(1_700_000_000_250)) {
		t.Errorf("got %+v", g)
	}
	for _, gone := range [][2]string{{"prod", "no-such"}, {"no-such", "custom"}, {"a/b c%", "../d"}} {
		_, err := describe(gone[0], gone[1])
		if got := failureOf(t, err); got.Code != "ResourceNotFoundException" || got.Status != 404 {
			t.Errorf("%v: %+v", gone, got)
		}
	}
	_, err = client.ListNodegroups(t.Context(), &eks.ListNodegroupsInput{ClusterName: aws.String("no-such")})
	wantCode(t, err, "ResourceNotFoundException")
}
