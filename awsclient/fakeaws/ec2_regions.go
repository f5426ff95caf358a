package fakeaws

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// regionFilters are the filters of DescribeRegions.
var regionFilters = filters[fleet.Region]{
	values: map[string]func(fleet.Region) []string{
		"endpoint":      func(r fleet.Region) []string { return one(endpoint(r.Name)) },
		"opt-in-status": func(r fleet.Region) []string { return one(r.OptIn) },
		"region-name":   func(r fleet.Region) []string { return one(r.Name) },
	},
}

func endpoint(region string) string { return "ec2." + region + ".amazonaws.com" }

// regions are the fleet's, less those that Options close.
func (s *Server) regions() []fleet.Region {
	out := slices.Clone(s.fleet().Regions)
	for i := range out {
		if slices.Contains(s.options.NotOptedIn, out[i].Name) {
			out[i].OptIn = fleet.NotOptedIn
		}
	}
	return out
}

// describeRegions tells the enabled regions, and others if they are asked for
// by name or with AllRegions.
func (s *Server) describeRegions(_ context.Context, _ Call, in *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
	filter, err := regionFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	all := s.regions()
	for _, name := range in.RegionNames {
		if !slices.ContainsFunc(all, func(r fleet.Region) bool { return r.Name == name }) {
			return nil, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Invalid region names: [%s]", name)}
		}
	}
	out := &ec2.DescribeRegionsOutput{}
	for _, r := range all {
		named := slices.Contains(in.RegionNames, r.Name)
		wanted := named || len(in.RegionNames) == 0 && (r.Enabled() || aws.ToBool(in.AllRegions))
		if wanted && filter(r) {
			out.Regions = append(out.Regions, types.Region{
				RegionName: aws.String(r.Name), Endpoint: aws.String(endpoint(r.Name)), OptInStatus: aws.String(r.OptIn),
			})
		}
	}
	return out, nil
}
