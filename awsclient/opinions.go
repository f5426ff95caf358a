package awsclient

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// What DescribeImageReferences takes. No source says how much it gives in a
// page; its model has only a least number.
const (
	imagesPerOpinion = 10
	opinionsPage     = 100
	allVersions      = 10_000 // of a launch template: as many as it can have
)

// Opinion asks AWS itself what of a scope's account names images, whoever owns
// those, and hands over a page for each few images, with all that names them.
// Its error is a *model.OpError or ctx's.
func (c *Client) Opinion(ctx context.Context, sc model.Scope, ids []string, page func(model.Page)) error {
	r, err := c.reading(ctx, sc, model.Opinions)
	if err != nil {
		return err
	}
	r.page = page
	ctx = AtOnce(ctx)
	for some := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), imagesPerOpinion) {
		if err := r.opinion(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) opinion(ctx context.Context, ids []string) error {
	in := ec2.DescribeImageReferencesInput{
		ImageIds: ids, IncludeAllResourceTypes: aws.Bool(true), ResourceTypes: thorough(), MaxResults: aws.Int32(opinionsPage),
	}
	var refs []*model.Reference
	err := r.list(ctx, "ec2:DescribeImageReferences", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeImageReferences(ctx, &in)
		if err != nil {
			return nil, err
		}
		for i := range out.ImageReferences {
			refs = append(refs, r.said(&out.ImageReferences[i]))
		}
		return out.NextToken, nil
	})
	if err == nil {
		r.tell(model.Page{Asked: ids, References: refs})
	}
	return err
}

// thorough asks for more than AWS looks at by itself, and not for instances
// that are over.
func thorough() []ec2types.ResourceTypeRequest {
	return []ec2types.ResourceTypeRequest{
		{
			ResourceType: ec2types.ImageReferenceResourceTypeEc2Instance,
			ResourceTypeOptions: []ec2types.ResourceTypeOption{
				{OptionName: ec2types.ImageReferenceOptionNameStateName, OptionValues: []string{"pending", "running", "stopping", "stopped"}},
			},
		},
		{
			ResourceType: ec2types.ImageReferenceResourceTypeEc2LaunchTemplate,
			ResourceTypeOptions: []ec2types.ResourceTypeOption{
				{OptionName: ec2types.ImageReferenceOptionNameVersionDepth, OptionValues: []string{strconv.Itoa(allVersions)}},
			},
		},
	}
}

func (r *reading) said(in *ec2types.ImageReference) *model.Reference {
	arn, image := aws.ToString(in.Arn), aws.ToString(in.ImageId)
	return &model.Reference{
		Scope: r.scope, Source: model.Opinions, Key: image + " " + arn, ID: arn, Name: idOf(arn), Image: image,
		Since: time.Now().UTC(), State: string(in.ResourceType),
	}
}

// idOf is what a usage source has as the ID of the thing with an ARN. The
// slash that the name of a parameter begins with is not repeated in its ARN;
// names with slashes in them begin with one.
func idOf(arn string) string {
	kind, id, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	if kind == "parameter" && strings.Contains(id, "/") {
		return "/" + id
	}
	return id
}
