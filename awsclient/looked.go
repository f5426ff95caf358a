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

// What is read of single things where somebody looks at them: such calls wait for
// nothing else.

// ReadVolumePermissions reads who may make volumes of a snapshot of an account; AWS
// tells it of one snapshot a call. Why they could not be read stands in their Err.
// The error is ctx's.
func (c *Client) ReadVolumePermissions(ctx context.Context, sc model.Scope, snapshotID string) (*model.VolumePermissions, error) {
	out, err := c.volumePermissions(AtOnce(ctx), sc, snapshotID)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	out.ID, out.At, out.Err = snapshotID, time.Now().UTC(), asOpError(err)
	return out, nil
}

func (c *Client) volumePermissions(ctx context.Context, sc model.Scope, snapshotID string) (*model.VolumePermissions, error) {
	p := &model.VolumePermissions{}
	r, err := c.reading(ctx, sc, model.Volumes)
	if err != nil {
		return p, err
	}
	out, err := r.session.ec2(sc.Region).DescribeSnapshotAttribute(ctx, &ec2.DescribeSnapshotAttributeInput{
		SnapshotId: &snapshotID, Attribute: ec2types.SnapshotAttributeNameCreateVolumePermission,
	})
	if err == nil && aws.ToString(out.SnapshotId) != snapshotID {
		err = errForeign
	}
	if err != nil {
		return p, r.explain(ctx, "ec2:DescribeSnapshotAttribute", err)
	}
	for _, v := range out.CreateVolumePermissions {
		p.Public = p.Public || v.Group == ec2types.PermissionGroupAll
		p.Accounts = c.with(p.Accounts, v.UserId)
	}
	slices.Sort(p.Accounts)
	p.Accounts = slices.Compact(p.Accounts)
	return p, nil
}

// mostVulnerabilities is how many findings of Amazon Inspector are read of an image:
// who looks at one does not read more.
const mostVulnerabilities = 2 * pageSize

// Inspect reads what Amazon Inspector found in an image that an account sees. Why
// it could not be read stands in the answer's Err. The error is ctx's.
func (c *Client) Inspect(ctx context.Context, sc model.Scope, imageID string) (*model.Inspection, error) {
	out := &model.Inspection{ID: imageID}
	err := c.inspect(AtOnce(ctx), sc, out)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	model.SortVulnerabilities(out.Found)
	out.At, out.Err = time.Now().UTC(), asOpError(err)
	return out, nil
}

func (c *Client) inspect(ctx context.Context, sc model.Scope, x *model.Inspection) error {
	r, err := c.reading(ctx, sc, model.Inspections)
	if err != nil {
		return err
	}
	in := ec2.GetImageFindingsInput{ImageId: &x.ID, MaxResults: aws.Int32(pageSize)}
	conv := r.converter()
	return r.list(ctx, "ec2:GetImageFindings", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(sc.Region).GetImageFindings(ctx, &in)
		if err != nil {
			return nil, err
		}
		for i := range out.ImageFindings {
			x.Found = append(x.Found, conv.vulnerability(&out.ImageFindings[i]))
		}
		if x.More = aws.ToString(out.NextToken) != "" && len(x.Found) >= mostVulnerabilities; x.More {
			return nil, nil
		}
		return out.NextToken, nil
	})
}

func (c converter) vulnerability(in *ec2types.ImageFinding) model.Vulnerability {
	return model.Vulnerability{
		Title: aws.ToString(in.Title), Severity: word(c, in.SeverityLabel), Score: aws.ToFloat64(in.Score), Fix: truth(in.FixAvailable),
		First: utc(in.FirstObservedAt), Snapshot: aws.ToString(in.SnapshotId), Paths: in.Paths,
	}
}
