package awsclient

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/amiscope/amiscope/model"
)

// autoScalingPage is the most that Auto Scaling gives in a page.
const autoScalingPage = 100

// groupList is the Auto Scaling groups, without their instances: those are a
// source of their own.
type groupList struct{}

func (groupList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.autoscaling(r.scope.Region)
	in := autoscaling.DescribeAutoScalingGroupsInput{IncludeInstances: aws.Bool(false), MaxRecords: aws.Int32(autoScalingPage)}
	return r.list(ctx, "autoscaling:DescribeAutoScalingGroups", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeAutoScalingGroups(ctx, &in)
		if err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.AutoScalingGroups {
			things = append(things, groupOf(&out.AutoScalingGroups[i]))
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

// groupOf takes a group apart: what it launches from, and what its overrides
// put in the place of that.
func groupOf(in *types.AutoScalingGroup) thing {
	t := thing{Reference: model.Reference{ID: aws.ToString(in.AutoScalingGroupName), Since: utc(in.CreatedTime)}}
	if name := aws.ToString(in.LaunchConfigurationName); name != "" {
		t.places = append(t.places, place{via: &model.Via{Config: name}})
	}
	t.place("", "", groupTemplate(in.LaunchTemplate))
	if in.MixedInstancesPolicy == nil || in.MixedInstancesPolicy.LaunchTemplate == nil {
		return t
	}
	mix := in.MixedInstancesPolicy.LaunchTemplate
	t.place("", "", groupTemplate(mix.LaunchTemplateSpecification))
	for i := range mix.Overrides {
		o := &mix.Overrides[i]
		part := "override " + strconv.Itoa(i+1)
		t.place(part, aws.ToString(o.ImageId), nil)
		t.place(part, "", groupTemplate(o.LaunchTemplateSpecification))
	}
	return t
}

func groupTemplate(in *types.LaunchTemplateSpecification) *model.Via {
	if in == nil {
		return nil
	}
	return templateOf(in.LaunchTemplateId, in.LaunchTemplateName, in.Version)
}

// configList is the launch configurations of Auto Scaling.
type configList struct{}

func (configList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.autoscaling(r.scope.Region)
	in := autoscaling.DescribeLaunchConfigurationsInput{MaxRecords: aws.Int32(autoScalingPage)}
	return r.list(ctx, "autoscaling:DescribeLaunchConfigurations", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeLaunchConfigurations(ctx, &in)
		if err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.LaunchConfigurations {
			c := &out.LaunchConfigurations[i]
			things = append(things, thing{
				Reference: model.Reference{ID: aws.ToString(c.LaunchConfigurationName), Since: utc(c.CreatedTime)},
				places:    []place{{image: aws.ToString(c.ImageId), snapshots: snapshotsOf(c.BlockDeviceMappings, configSnapshot)}},
			})
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

func configSnapshot(m *types.BlockDeviceMapping) *string {
	if m.Ebs == nil {
		return nil
	}
	return m.Ebs.SnapshotId
}
