package awsclient

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/amiscope/amiscope/model"
)

// batchPage is the most that Batch gives in a page.
const batchPage = 100

// environmentList is the compute environments of Batch. Those that name no
// image run on what Batch chooses.
type environmentList struct{}

func (environmentList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.batch(r.scope.Region)
	in := batch.DescribeComputeEnvironmentsInput{MaxResults: aws.Int32(batchPage)}
	return r.list(ctx, "batch:DescribeComputeEnvironments", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeComputeEnvironments(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.ComputeEnvironments, out.NextToken); err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.ComputeEnvironments {
			things = append(things, environmentOf(&out.ComputeEnvironments[i]))
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

func environmentOf(in *types.ComputeEnvironmentDetail) thing {
	t := thing{Reference: model.Reference{ID: aws.ToString(in.ComputeEnvironmentName)}}
	c := in.ComputeResources
	if c == nil {
		return t
	}
	t.place("image", aws.ToString(c.ImageId), nil) //nolint:staticcheck // new environments should not use it; old ones do
	for i := range c.Ec2Configuration {
		t.place("EC2 configuration "+strconv.Itoa(i+1), aws.ToString(c.Ec2Configuration[i].ImageIdOverride), nil)
	}
	if l := c.LaunchTemplate; l != nil {
		t.place("", "", templateOf(l.LaunchTemplateId, l.LaunchTemplateName, l.Version))
		for i := range l.Overrides {
			o := &l.Overrides[i]
			t.place("override "+strconv.Itoa(i+1), "", templateOf(o.LaunchTemplateId, o.LaunchTemplateName, o.Version))
		}
	}
	return t
}
