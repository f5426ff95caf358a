package fakeaws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

var fleetResource = resource{"fleet-", "fleet ID", "InvalidFleetId.NotFound", "InvalidFleetId.Malformed"}

// capacityFilters are the filters of DescribeFleets on what is kept of one. The
// filter on states spells them with hyphens, the answer with underscores.
var capacityFilters = filters[*fleet.Capacity]{
	values: map[string]func(*fleet.Capacity) []string{
		"fleet-state": func(r *fleet.Capacity) []string { return []string{strings.ReplaceAll(r.State, "_", "-"), r.State} },
		"type":        func(r *fleet.Capacity) []string { return one(r.Type) },
	},
}

// describeFleets lists the EC2 Fleets of the caller. Instant ones are told only
// to who asks for them by id.
func (s *Server) describeFleets(_ context.Context, call Call, in *ec2.DescribeFleetsInput) (*ec2.DescribeFleetsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.start(call, paging{in.FleetIds, in.MaxResults, in.NextToken}, &asked)
	if err != nil {
		return nil, err
	}
	filter, err := capacityFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	own := st.capacities.own[here(call)]
	if len(in.FleetIds) > 0 {
		if own, err = byText(own, func(r *fleet.Capacity) string { return r.ID }, fleetResource, in.FleetIds); err != nil {
			return nil, err
		}
	} else {
		filter = both(filter, func(r *fleet.Capacity) bool { return r.Type != string(types.FleetTypeInstant) })
	}
	found, next := tell(s.pages, st.capacities.id, []shelf[*fleet.Capacity]{{own, filter}}, c, size)
	out := &ec2.DescribeFleetsOutput{NextToken: next}
	for _, r := range found {
		out.Fleets = append(out.Fleets, answerFleet(r))
	}
	return out, nil
}

func answerFleet(r *fleet.Capacity) types.FleetData {
	return types.FleetData{
		CreateTime:                  instant(r.Created),
		FleetId:                     aws.String(r.ID),
		FleetState:                  types.FleetStateCode(r.State),
		LaunchTemplateConfigs:       fleetConfigs(r),
		TargetCapacitySpecification: &types.TargetCapacitySpecification{TotalTargetCapacity: aws.Int32(2), DefaultTargetCapacityType: types.DefaultTargetCapacityTypeSpot},
		Type:                        types.FleetType(r.Type),
	}
}

// fleetConfigs are a fleet's template with the overrides of it, and for each
// override that is a template a configuration of its own.
func fleetConfigs(r *fleet.Capacity) []types.FleetLaunchTemplateConfig {
	out := []types.FleetLaunchTemplateConfig{{LaunchTemplateSpecification: fleetTemplate(r.Template)}}
	for _, o := range r.Overrides {
		if o.Template != nil {
			out = append(out, types.FleetLaunchTemplateConfig{
				LaunchTemplateSpecification: fleetTemplate(*o.Template),
				Overrides:                   []types.FleetLaunchTemplateOverrides{{InstanceType: types.InstanceType(o.Type)}},
			})
			continue
		}
		out[0].Overrides = append(out[0].Overrides, types.FleetLaunchTemplateOverrides{ImageId: text(o.Image), InstanceType: types.InstanceType(o.Type)})
	}
	return out
}

func fleetTemplate(u fleet.TemplateUse) *types.FleetLaunchTemplateSpecification {
	out := &types.FleetLaunchTemplateSpecification{LaunchTemplateName: text(u.Name), Version: text(u.Version)}
	if u.Name == "" && u.Template != 0 {
		out.LaunchTemplateId = aws.String(u.Template.Template())
	}
	return out
}

var spotFleetResource = resource{"sfr-", "spot fleet request ID", "InvalidSpotFleetRequestId.NotFound", "InvalidSpotFleetRequestId.Malformed"}

func (s *Server) describeSpotFleetRequests(_ context.Context, call Call, in *ec2.DescribeSpotFleetRequestsInput) (*ec2.DescribeSpotFleetRequestsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.start(call, paging{in.SpotFleetRequestIds, in.MaxResults, in.NextToken}, &asked)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	own := st.spotFleets.own[here(call)]
	if len(in.SpotFleetRequestIds) > 0 {
		if own, err = byText(own, func(r *fleet.SpotFleet) string { return r.ID }, spotFleetResource, in.SpotFleetRequestIds); err != nil {
			return nil, err
		}
	}
	found, next := tell(s.pages, st.spotFleets.id, []shelf[*fleet.SpotFleet]{{own, all[*fleet.SpotFleet]}}, c, size)
	out := &ec2.DescribeSpotFleetRequestsOutput{NextToken: next}
	for _, r := range found {
		out.SpotFleetRequestConfigs = append(out.SpotFleetRequestConfigs, answerSpotFleet(r))
	}
	return out, nil
}

func answerSpotFleet(r *fleet.SpotFleet) types.SpotFleetRequestConfig {
	data := &types.SpotFleetRequestConfigData{
		IamFleetRole:   aws.String("arn:aws:iam::" + r.Owner + ":role/aws-ec2-spot-fleet-tagging-role"),
		TargetCapacity: aws.Int32(2),
		Type:           types.FleetTypeMaintain,
	}
	for _, image := range r.Images {
		data.LaunchSpecifications = append(data.LaunchSpecifications, types.SpotFleetLaunchSpecification{ImageId: text(image), InstanceType: types.InstanceTypeM5Large})
	}
	for i, u := range r.Templates {
		config := types.LaunchTemplateConfig{LaunchTemplateSpecification: fleetTemplate(u)}
		if i == 0 {
			for _, o := range r.Overrides {
				config.Overrides = append(config.Overrides, types.LaunchTemplateOverrides{InstanceType: types.InstanceType(o.Type)})
			}
		}
		data.LaunchTemplateConfigs = append(data.LaunchTemplateConfigs, config)
	}
	return types.SpotFleetRequestConfig{
		CreateTime: instant(r.Created), SpotFleetRequestConfig: data,
		SpotFleetRequestId: aws.String(r.ID), SpotFleetRequestState: types.BatchState(r.State),
	}
}

// spotPages are the page sizes of spot requests.
var spotPages = bounds{least: 5, most: 1000}

var spotResource = resource{"sir-", "spot instance request ID", "InvalidSpotInstanceRequestID.NotFound", "InvalidSpotInstanceRequestID.Malformed"}

var spotFilters = filters[*fleet.SpotRequest]{
	values: map[string]func(*fleet.SpotRequest) []string{
		"create-time":              func(r *fleet.SpotRequest) []string { return moment(r.Created) },
		"instance-id":              func(r *fleet.SpotRequest) []string { return one(spotInstance(r)) },
		"launch.image-id":          func(r *fleet.SpotRequest) []string { return one(r.Image) },
		"spot-instance-request-id": func(r *fleet.SpotRequest) []string { return one(r.ID) },
		"state":                    func(r *fleet.SpotRequest) []string { return one(r.State) },
		"type":                     func(r *fleet.SpotRequest) []string { return one(r.Type) },
	},
}

func spotInstance(r *fleet.SpotRequest) string {
	if r.Instance == 0 {
		return ""
	}
	return r.Instance.Instance()
}

func (s *Server) describeSpotInstanceRequests(_ context.Context, call Call, in *ec2.DescribeSpotInstanceRequestsInput) (*ec2.DescribeSpotInstanceRequestsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{in.SpotInstanceRequestIds, in.MaxResults, in.NextToken}, &asked, spotPages)
	if err != nil {
		return nil, err
	}
	filter, err := spotFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	own := st.spotRequests.own[here(call)]
	if len(in.SpotInstanceRequestIds) > 0 {
		if own, err = byText(own, func(r *fleet.SpotRequest) string { return r.ID }, spotResource, in.SpotInstanceRequestIds); err != nil {
			return nil, err
		}
	}
	found, next := tell(s.pages, st.spotRequests.id, []shelf[*fleet.SpotRequest]{{own, filter}}, c, size)
	out := &ec2.DescribeSpotInstanceRequestsOutput{NextToken: next}
	for _, r := range found {
		out.SpotInstanceRequests = append(out.SpotInstanceRequests, answerSpotRequest(r))
	}
	return out, nil
}

// spotStatus are the status codes of requests in the states that have one.
var spotStatus = map[string]string{
	"open": "pending-evaluation", "active": "fulfilled", "closed": "instance-terminated-by-user",
	"cancelled": "canceled-before-fulfillment", "failed": "bad-parameters",
}

func answerSpotRequest(r *fleet.SpotRequest) types.SpotInstanceRequest {
	return types.SpotInstanceRequest{
		CreateTime:            instant(r.Created),
		InstanceId:            text(spotInstance(r)),
		LaunchSpecification:   &types.LaunchSpecification{ImageId: text(r.Image), InstanceType: types.InstanceTypeM5Large},
		ProductDescription:    types.RIProductDescriptionLinuxUnix,
		SpotInstanceRequestId: aws.String(r.ID),
		State:                 types.SpotInstanceState(r.State),
		Status:                &types.SpotInstanceStatus{Code: text(spotStatus[r.State]), UpdateTime: instant(r.Created)},
		Type:                  types.SpotInstanceType(r.Type),
	}
}
