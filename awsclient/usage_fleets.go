package awsclient

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// fleetList is the EC2 Fleets. Instant ones are not listed by AWS: their
// instances are what is left of them.
type fleetList struct{}

func (fleetList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.ec2(r.scope.Region)
	in := ec2.DescribeFleetsInput{MaxResults: aws.Int32(pageSize)}
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeFleets", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeFleets(ctx, &in)
		if err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.Fleets {
			things = append(things, conv.fleet(&out.Fleets[i]))
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

func (c converter) fleet(in *ec2types.FleetData) thing {
	t := thing{Reference: model.Reference{ID: aws.ToString(in.FleetId), State: word(c, in.FleetState), Since: utc(in.CreateTime)}}
	for i := range in.LaunchTemplateConfigs {
		config := &in.LaunchTemplateConfigs[i]
		part := numberedPart("template", i, len(in.LaunchTemplateConfigs))
		t.place(part, "", fleetTemplate(config.LaunchTemplateSpecification))
		for j := range config.Overrides {
			o := &config.Overrides[j]
			t.places = append(t.places, place{
				part:      partOf(part, "override "+strconv.Itoa(j+1)),
				image:     aws.ToString(o.ImageId),
				snapshots: snapshotsOf(o.BlockDeviceMappings, overrideSnapshot),
			})
		}
	}
	t.dropEmpty()
	return t
}

func fleetTemplate(in *ec2types.FleetLaunchTemplateSpecification) *model.Via {
	if in == nil {
		return nil
	}
	return templateOf(in.LaunchTemplateId, in.LaunchTemplateName, in.Version)
}

func overrideSnapshot(m *ec2types.BlockDeviceMappingResponse) *string {
	if m.Ebs == nil {
		return nil
	}
	return m.Ebs.SnapshotId
}

func deviceSnapshot(m *ec2types.BlockDeviceMapping) *string {
	if m.Ebs == nil {
		return nil
	}
	return m.Ebs.SnapshotId
}

// spotFleetList is the Spot Fleet requests. AWS keeps them for two days after
// they are cancelled.
type spotFleetList struct{}

func (spotFleetList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.ec2(r.scope.Region)
	in := ec2.DescribeSpotFleetRequestsInput{MaxResults: aws.Int32(pageSize)}
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeSpotFleetRequests", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeSpotFleetRequests(ctx, &in)
		if err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.SpotFleetRequestConfigs {
			things = append(things, conv.spotFleet(&out.SpotFleetRequestConfigs[i]))
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

func (c converter) spotFleet(in *ec2types.SpotFleetRequestConfig) thing {
	t := thing{Reference: model.Reference{ID: aws.ToString(in.SpotFleetRequestId), State: word(c, in.SpotFleetRequestState), Since: utc(in.CreateTime)}}
	config := in.SpotFleetRequestConfig
	if config == nil {
		return t
	}
	for i := range config.LaunchSpecifications {
		l := &config.LaunchSpecifications[i]
		t.places = append(t.places, place{
			part:      numberedPart("specification", i, len(config.LaunchSpecifications)),
			image:     aws.ToString(l.ImageId),
			snapshots: snapshotsOf(l.BlockDeviceMappings, deviceSnapshot),
		})
	}
	for i := range config.LaunchTemplateConfigs {
		t.place(numberedPart("template", i, len(config.LaunchTemplateConfigs)), "", fleetTemplate(config.LaunchTemplateConfigs[i].LaunchTemplateSpecification))
	}
	t.dropEmpty()
	return t
}

// spotRequestList is the requests for spot instances.
type spotRequestList struct{}

func (spotRequestList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.ec2(r.scope.Region)
	in := ec2.DescribeSpotInstanceRequestsInput{MaxResults: aws.Int32(pageSize)}
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeSpotInstanceRequests", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeSpotInstanceRequests(ctx, &in)
		if err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.SpotInstanceRequests {
			things = append(things, conv.spotRequest(&out.SpotInstanceRequests[i]))
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

func (c converter) spotRequest(in *ec2types.SpotInstanceRequest) thing {
	t := thing{Reference: model.Reference{ID: aws.ToString(in.SpotInstanceRequestId), State: word(c, in.State), Since: utc(in.CreateTime)}}
	if l := in.LaunchSpecification; l != nil {
		t.places = []place{{image: aws.ToString(l.ImageId), snapshots: snapshotsOf(l.BlockDeviceMappings, deviceSnapshot)}}
	}
	return t
}
