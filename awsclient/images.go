package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/model"
)

// imageList is the account's own images, disabled and deprecated ones included,
// then those that others share with it where they are wanted.
type imageList struct{}

func (imageList) read(ctx context.Context, r *reading) error {
	own := ec2.DescribeImagesInput{
		Owners: []string{"self"}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true),
	}
	if err := r.describeImages(ctx, own, func(images []*model.Image) { r.tell(model.Page{Images: images}) }); err != nil || !r.client.o.Shared {
		return err
	}
	shared := ec2.DescribeImagesInput{ExecutableUsers: []string{"self"}, IncludeDeprecated: aws.Bool(true)}
	return r.describeImages(ctx, shared, func(images []*model.Image) { r.tell(model.Page{Images: r.foreign(images)}) })
}

// foreign are those of images that another account owns.
func (r *reading) foreign(images []*model.Image) []*model.Image {
	var out []*model.Image
	for _, im := range images {
		if im.Owner != r.scope.Account {
			out = append(out, im)
		}
	}
	return out
}

// describeImages hands over the images of each page.
func (r *reading) describeImages(ctx context.Context, in ec2.DescribeImagesInput, page func([]*model.Image)) error {
	in.MaxResults = aws.Int32(pageSize)
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeImages", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeImages(ctx, &in)
		if err != nil {
			return nil, err
		}
		images := make([]*model.Image, len(out.Images))
		for i := range out.Images {
			images[i] = conv.image(&out.Images[i])
		}
		page(images)
		return out.NextToken, nil
	})
}

func (r *reading) converter() converter {
	return converter{scope: r.scope, strings: &r.client.strings}
}
