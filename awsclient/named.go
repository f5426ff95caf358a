package awsclient

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// valuesPerFilter is the most values of a filter that EC2 takes.
const valuesPerFilter = 200

// among is the filter of things that have one of some values.
func among(name string, values []string) []ec2types.Filter {
	return []ec2types.Filter{{Name: &name, Values: values}}
}

// Named tells which of some ids are images that an account can launch or owns,
// whoever else does. They are asked for by a filter: an id that does not exist
// would spoil a question by ids for all. Its error is a *model.OpError or ctx's.
func (c *Client) Named(ctx context.Context, sc model.Scope, ids []string) (model.Named, error) {
	out := model.Named{Scope: sc, Asked: ids}
	r, err := c.reading(ctx, sc, model.Permissions)
	if err != nil {
		return out, err
	}
	for some := range slices.Chunk(ids, valuesPerFilter) {
		in := ec2.DescribeImagesInput{
			Filters: among("image-id", some), IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true),
		}
		if err := r.describeImages(ctx, in, func(images []*model.Image) { out.Images = append(out.Images, images...) }); err != nil {
			return out, err
		}
	}
	out.At = time.Now().UTC()
	return out, nil
}
