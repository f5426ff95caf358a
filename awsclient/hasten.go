package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// hastenPage is the most that the two calls give in a page.
const hastenPage = 200

// hastenList is what the account has made start faster: snapshots by Fast
// Snapshot Restore, and Windows images by Fast Launch. What is off, or on its
// way there, is left out.
type hastenList struct{}

func (hastenList) read(ctx context.Context, r *reading) error {
	if err := r.fastRestores(ctx); err != nil {
		return err
	}
	return r.fastLaunches(ctx)
}

func (r *reading) fastRestores(ctx context.Context) error {
	in := ec2.DescribeFastSnapshotRestoresInput{MaxResults: aws.Int32(hastenPage)}
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeFastSnapshotRestores", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeFastSnapshotRestores(ctx, &in)
		if err != nil {
			return nil, err
		}
		p := model.Page{}
		for i := range out.FastSnapshotRestores {
			if h := conv.fastRestore(&out.FastSnapshotRestores[i]); !off(h) {
				p.Hastened = append(p.Hastened, h)
			}
		}
		r.tell(p)
		return out.NextToken, nil
	})
}

func (r *reading) fastLaunches(ctx context.Context) error {
	in := ec2.DescribeFastLaunchImagesInput{MaxResults: aws.Int32(hastenPage)}
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeFastLaunchImages", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeFastLaunchImages(ctx, &in)
		if err != nil {
			return nil, err
		}
		p := model.Page{}
		for i := range out.FastLaunchImages {
			if h := conv.fastLaunch(&out.FastLaunchImages[i]); !off(h) {
				p.Hastened = append(p.Hastened, h)
			}
		}
		r.tell(p)
		return out.NextToken, nil
	})
}

// off reports whether nothing is hastened any more. EC2 has no word for a Fast
// Launch that is off, and one that failed to be turned off still has snapshots.
func off(h *model.Hastened) bool { return h.State == "disabling" || h.State == "disabled" }

func (c converter) fastRestore(in *ec2types.DescribeFastSnapshotRestoreSuccessItem) *model.Hastened {
	return &model.Hastened{
		Snapshot: aws.ToString(in.SnapshotId), Zone: c.text(in.AvailabilityZone), State: word(c, in.State), Owner: c.text(in.OwnerId),
	}
}

func (c converter) fastLaunch(in *ec2types.DescribeFastLaunchImagesSuccessItem) *model.Hastened {
	h := &model.Hastened{Image: aws.ToString(in.ImageId), State: word(c, in.State), Owner: c.text(in.OwnerId)}
	if s := in.SnapshotConfiguration; s != nil {
		h.Copies = int(aws.ToInt32(s.TargetResourceCount))
	}
	return h
}
