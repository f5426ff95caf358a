package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// binList is what the account has in the Recycle Bin: its snapshots, of which
// EC2 gives 5 to 1,000 in a page, then its images, 1 to 1,000. No other listing
// tells these.
type binList struct{}

func (binList) read(ctx context.Context, r *reading) error {
	if err := r.binnedSnapshots(ctx); err != nil {
		return err
	}
	return r.binnedImages(ctx)
}

func (r *reading) binnedSnapshots(ctx context.Context) error {
	in := ec2.ListSnapshotsInRecycleBinInput{MaxResults: aws.Int32(pageSize)}
	conv := r.converter()
	return r.list(ctx, "ec2:ListSnapshotsInRecycleBin", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).ListSnapshotsInRecycleBin(ctx, &in)
		if err != nil {
			return nil, err
		}
		p := model.Page{}
		for i := range out.Snapshots {
			p.Binned = append(p.Binned, conv.binnedSnapshot(&out.Snapshots[i]))
		}
		r.tell(p)
		return out.NextToken, nil
	})
}

func (r *reading) binnedImages(ctx context.Context) error {
	in := ec2.ListImagesInRecycleBinInput{MaxResults: aws.Int32(pageSize)}
	conv := r.converter()
	return r.list(ctx, "ec2:ListImagesInRecycleBin", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).ListImagesInRecycleBin(ctx, &in)
		if err != nil {
			return nil, err
		}
		p := model.Page{}
		for i := range out.Images {
			p.Binned = append(p.Binned, conv.binnedImage(&out.Images[i]))
		}
		r.tell(p)
		return out.NextToken, nil
	})
}

func (c converter) binnedSnapshot(in *ec2types.SnapshotRecycleBinInfo) *model.Binned {
	return &model.Binned{
		ID: aws.ToString(in.SnapshotId), Description: aws.ToString(in.Description), Volume: c.text(in.VolumeId),
		Entered: utc(in.RecycleBinEnterTime), Exits: utc(in.RecycleBinExitTime),
	}
}

func (c converter) binnedImage(in *ec2types.ImageRecycleBinInfo) *model.Binned {
	return &model.Binned{
		ID: aws.ToString(in.ImageId), Name: aws.ToString(in.Name), Description: aws.ToString(in.Description),
		Entered: utc(in.RecycleBinEnterTime), Exits: utc(in.RecycleBinExitTime),
	}
}
