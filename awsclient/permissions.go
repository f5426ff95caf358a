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

// ReadPermissions reads who may launch an image of an account; AWS tells it of
// one image a call. Why they could not be read stands in their Err. The calls
// wait behind those of lists, unless ctx is of AtOnce. The error is ctx's.
func (c *Client) ReadPermissions(ctx context.Context, sc model.Scope, imageID string) (*model.LaunchPermissions, error) {
	out, err := c.launchPermissions(withUrgency(ctx, permissions), sc, imageID)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	out.ID, out.At, out.Err = imageID, time.Now().UTC(), asOpError(err)
	out.Since = out.At
	return out, nil
}

func (c *Client) launchPermissions(ctx context.Context, sc model.Scope, imageID string) (*model.LaunchPermissions, error) {
	p := &model.LaunchPermissions{}
	r, err := c.reading(ctx, sc, model.Permissions)
	if err != nil {
		return p, err
	}
	out, err := r.session.ec2(sc.Region).DescribeImageAttribute(ctx, &ec2.DescribeImageAttributeInput{
		ImageId: &imageID, Attribute: ec2types.ImageAttributeNameLaunchPermission,
	})
	if err == nil && aws.ToString(out.ImageId) != imageID {
		err = errForeign
	}
	if err != nil {
		return p, r.explain(ctx, "ec2:DescribeImageAttribute", err)
	}
	for _, l := range out.LaunchPermissions {
		p.Public = p.Public || l.Group == ec2types.PermissionGroupAll
		p.Accounts = c.with(p.Accounts, l.UserId)
		p.Organizations = c.with(p.Organizations, l.OrganizationArn)
		p.Units = c.with(p.Units, l.OrganizationalUnitArn)
	}
	for _, list := range []*[]string{&p.Accounts, &p.Organizations, &p.Units} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return p, nil
}

// with appends a text to a list, unless it is not told.
func (c *Client) with(list []string, text *string) []string {
	if aws.ToString(text) == "" {
		return list
	}
	return append(list, c.strings.string(*text))
}
