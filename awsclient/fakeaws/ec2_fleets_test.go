package fakeaws

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func fleetWorld() (s *Server, owner, other string) {
	return world(Options{}, func(w *fleet.Fleet, owner, other string) {
		at, _ := fleetTime("2026-04-01T10:11:12Z")
		byID, byName := fleet.TemplateUse{Template: web, Version: "$Latest"}, fleet.TemplateUse{Name: "web", Version: "3"}
		w.Capacities = []fleet.Capacity{
			{ID: "fleet-a", Owner: owner, Region: home, Created: at, State: "active", Type: "maintain", Template: byID, Overrides: []fleet.Override{
				{Type: "m5.large"}, {Type: "m5.xlarge", Image: known}, {Type: "c5.large", Template: &byName},
			}},
			{ID: "fleet-b", Owner: owner, Region: home, State: "deleted_running", Type: "request", Template: byName},
			{ID: "fleet-c", Owner: owner, Region: home, State: "active", Type: "instant", Template: byID},
			{ID: "fleet-d", Owner: other, Region: home, State: "active", Type: "maintain", Template: byID},
		}
		w.SpotFleets = []fleet.SpotFleet{
			{ID: "sfr-a", Owner: owner, Region: home, State: "active", Images: []string{known, gone}},
			{ID: "sfr-b", Owner: owner, Region: home, State: "cancelled_running", Templates: []fleet.TemplateUse{byID, byName}, Overrides: []fleet.Override{{Type: "m5.large"}}},
		}
		w.SpotRequests = []fleet.SpotRequest{
			{ID: "sir-a", Owner: owner, Region: home, State: "active", Type: "one-time", Image: known, Instance: 1 << 40},
			{ID: "sir-b", Owner: owner, Region: home, State: "cancelled", Type: "persistent", Image: gone, Created: at},
		}
	})
}

func TestFleets(t *testing.T) {
	s, owner, _ := fleetWorld()
	c := ec2Client(s, owner, home)
	for name, tc := range map[string]struct {
		in   ec2.DescribeFleetsInput
		want []string
		code string
	}{
		"all but instant ones":   {want: []string{"fleet-a active", "fleet-b deleted_running"}},
		"an instant one by id":   {in: ec2.DescribeFleetsInput{FleetIds: []string{"fleet-c"}}, want: []string{"fleet-c active"}},
		"no instant by filter":   {in: ec2.DescribeFleetsInput{Filters: filter("type", "instant")}, want: []string{}},
		"by state":               {in: ec2.DescribeFleetsInput{Filters: filter("fleet-state", "deleted-running")}, want: []string{"fleet-b deleted_running"}},
		"by type":                {in: ec2.DescribeFleetsInput{Filters: filter("type", "maintain")}, want: []string{"fleet-a active"}},
		"another's":              {in: ec2.DescribeFleetsInput{FleetIds: []string{"fleet-a", "fleet-d"}}, code: "InvalidFleetId.NotFound"},
		"no id":                  {in: ec2.DescribeFleetsInput{FleetIds: []string{"web"}}, code: "InvalidFleetId.Malformed"},
		"ids and pages":          {in: ec2.DescribeFleetsInput{FleetIds: []string{"fleet-a"}, MaxResults: aws.Int32(5)}, code: "InvalidParameterCombination"},
		"a filter not supported": {in: ec2.DescribeFleetsInput{Filters: filter("image-id", known)}, code: "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.DescribeFleets(t.Context(), &tc.in)
			if tc.code != "" {
				wantCode(t, err, tc.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := each(out.Fleets, func(r types.FleetData) string { return *r.FleetId + " " + string(r.FleetState) })
			slices.Sort(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFleetConfigurations: templates by id or by name, images in overrides, and
// overrides that are templates as configurations of their own.
func TestFleetConfigurations(t *testing.T) {
	s, owner, _ := fleetWorld()
	out, err := ec2Client(s, owner, home).DescribeFleets(t.Context(), &ec2.DescribeFleetsInput{FleetIds: []string{"fleet-a"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, config := range out.Fleets[0].LaunchTemplateConfigs {
		u := config.LaunchTemplateSpecification
		got = append(got, aws.ToString(u.LaunchTemplateId)+" "+aws.ToString(u.LaunchTemplateName)+" "+aws.ToString(u.Version))
		for _, o := range config.Overrides {
			got = append(got, string(o.InstanceType)+" "+aws.ToString(o.ImageId))
		}
	}
	want := []string{web.Template() + "  $Latest", "m5.large ", "m5.xlarge " + known, " web 3", "c5.large "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSpotFleets(t *testing.T) {
	s, owner, _ := fleetWorld()
	c := ec2Client(s, owner, home)
	out, err := c.DescribeSpotFleetRequests(t.Context(), &ec2.DescribeSpotFleetRequestsInput{SpotFleetRequestIds: []string{"sfr-a", "sfr-b"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, r := range out.SpotFleetRequestConfigs {
		said := []string{string(r.SpotFleetRequestState)}
		for _, l := range r.SpotFleetRequestConfig.LaunchSpecifications {
			said = append(said, *l.ImageId)
		}
		for _, config := range r.SpotFleetRequestConfig.LaunchTemplateConfigs {
			u := config.LaunchTemplateSpecification
			said = append(said, aws.ToString(u.LaunchTemplateId)+aws.ToString(u.LaunchTemplateName)+" "+aws.ToString(u.Version))
			for _, o := range config.Overrides {
				said = append(said, string(o.InstanceType))
			}
		}
		got[*r.SpotFleetRequestId] = said
	}
	want := map[string][]string{
		"sfr-a": {"active", known, gone}, "sfr-b": {"cancelled_running", web.Template() + " $Latest", "m5.large", "web 3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, err = c.DescribeSpotFleetRequests(t.Context(), &ec2.DescribeSpotFleetRequestsInput{SpotFleetRequestIds: []string{"sfr-z"}})
	wantCode(t, err, "InvalidSpotFleetRequestId.NotFound")
}

func TestSpotRequests(t *testing.T) {
	s, owner, other := fleetWorld()
	c := ec2Client(s, owner, home)
	first := "sir-a active " + known + " " + fleet.ID(1<<40).Instance() + " fulfilled"
	second := "sir-b cancelled " + gone + "  canceled-before-fulfillment"
	for name, tc := range map[string]struct {
		in   ec2.DescribeSpotInstanceRequestsInput
		want []string
		code string
	}{
		"all":           {want: []string{first, second}},
		"by image":      {in: ec2.DescribeSpotInstanceRequestsInput{Filters: filter("launch.image-id", known)}, want: []string{first}},
		"by state":      {in: ec2.DescribeSpotInstanceRequestsInput{Filters: filter("state", "cancelled", "closed")}, want: []string{second}},
		"by time":       {in: ec2.DescribeSpotInstanceRequestsInput{Filters: filter("create-time", "2026*")}, want: []string{second}},
		"by type":       {in: ec2.DescribeSpotInstanceRequestsInput{Filters: filter("type", "one-time")}, want: []string{first}},
		"by instance":   {in: ec2.DescribeSpotInstanceRequestsInput{Filters: filter("instance-id", fleet.ID(1<<40).Instance())}, want: []string{first}},
		"by id":         {in: ec2.DescribeSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{"sir-b", "sir-b"}}, want: []string{second}},
		"unknown":       {in: ec2.DescribeSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{"sir-c"}}, code: "InvalidSpotInstanceRequestID.NotFound"},
		"no id":         {in: ec2.DescribeSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{"sfr-c"}}, code: "InvalidSpotInstanceRequestID.Malformed"},
		"a small page":  {in: ec2.DescribeSpotInstanceRequestsInput{MaxResults: aws.Int32(4)}, code: "InvalidParameterValue"},
		"a large page":  {in: ec2.DescribeSpotInstanceRequestsInput{MaxResults: aws.Int32(1001)}, code: "InvalidParameterValue"},
		"largest page":  {in: ec2.DescribeSpotInstanceRequestsInput{MaxResults: aws.Int32(1000)}, want: []string{first, second}},
		"ids and pages": {in: ec2.DescribeSpotInstanceRequestsInput{MaxResults: aws.Int32(5), SpotInstanceRequestIds: []string{"sir-a"}}, code: "InvalidParameterCombination"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.DescribeSpotInstanceRequests(t.Context(), &tc.in)
			if tc.code != "" {
				wantCode(t, err, tc.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := each(out.SpotInstanceRequests, func(r types.SpotInstanceRequest) string {
				return *r.SpotInstanceRequestId + " " + string(r.State) + " " + *r.LaunchSpecification.ImageId + " " + aws.ToString(r.InstanceId) + " " + *r.Status.Code
			})
			slices.Sort(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	out, err := ec2Client(s, other, home).DescribeSpotInstanceRequests(t.Context(), nil)
	if err != nil || len(out.SpotInstanceRequests) != 0 {
		t.Errorf("another account is told %v, %v", out, err)
	}
}
