package fakeaws

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// listInstances walks the pages of a listing and gives the ids, sorted.
func listInstances(t *testing.T, client *ec2.Client, in ec2.DescribeInstancesInput) []string {
	t.Helper()
	ids := []string{}
	pages := ec2.NewDescribeInstancesPaginator(client, &in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Reservations {
			for _, i := range r.Instances {
				ids = append(ids, *i.InstanceId)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

func TestInstances(t *testing.T) {
	s := New(Demo(fleet.Config{}))
	prod := s.Accounts()[1].ID
	client := ec2Client(s, prod, "us-east-1")
	var here []fleet.Instance
	for _, r := range fleet.New(fleet.Config{}).Instances {
		if r.Owner == prod && r.Region == "us-east-1" {
			here = append(here, r)
		}
	}
	some := here[0]
	cases := map[string]struct {
		in   ec2.DescribeInstancesInput
		want func(fleet.Instance) bool
	}{
		"all":          {ec2.DescribeInstancesInput{}, func(fleet.Instance) bool { return true }},
		"by pages":     {ec2.DescribeInstancesInput{MaxResults: aws.Int32(5)}, func(fleet.Instance) bool { return true }},
		"by image":     {ec2.DescribeInstancesInput{Filters: filter("image-id", some.Image.Image())}, func(r fleet.Instance) bool { return r.Image == some.Image }},
		"by state":     {ec2.DescribeInstancesInput{Filters: filter("instance-state-name", "stop*")}, func(r fleet.Instance) bool { return strings.HasPrefix(r.State, "stop") }},
		"by code":      {ec2.DescribeInstancesInput{Filters: filter("instance-state-code", "16")}, func(r fleet.Instance) bool { return r.State == "running" }},
		"by id":        {ec2.DescribeInstancesInput{InstanceIds: []string{some.ID.Instance()}}, func(r fleet.Instance) bool { return r.ID == some.ID }},
		"by id filter": {ec2.DescribeInstancesInput{Filters: filter("instance-id", some.ID.Instance())}, func(r fleet.Instance) bool { return r.ID == some.ID }},
		"by tag": {ec2.DescribeInstancesInput{Filters: filter("tag:Environment", "prod")}, func(r fleet.Instance) bool {
			return slices.Contains(r.Tags, fleet.Tag{Key: "Environment", Value: "prod"})
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, r := range here {
				if c.want(r) {
					want = append(want, r.ID.Instance())
				}
			}
			slices.Sort(want)
			if len(want) == 0 {
				t.Fatal("the fleet has no such instance")
			}
			if diff := cmp.Diff(want, listInstances(t, client, c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
	_, err := client.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0123456789abcdef0"}})
	wantCode(t, err, "InvalidInstanceID.NotFound")
	_, err = client.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{some.ID.Instance()}, MaxResults: aws.Int32(5)})
	wantCode(t, err, "InvalidParameterCombination")
	_, err = client.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{Filters: filter("network-interface.mac-address", "*")})
	wantCode(t, err, "InvalidParameterValue")
}
