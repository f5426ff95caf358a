package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/model"
)

// snapshotList is the account's own snapshots.
type snapshotList struct{}

// ownSnapshots asks for the snapshots of the scope's account. The owner is named
// twice: an endpoint that knows only one of the two forms must not answer with
// every public snapshot there is.
func ownSnapshots(s model.Scope) ec2.DescribeSnapshotsInput {
	return ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: among("owner-id", []string{s.Account})}
}

func (snapshotList) read(ctx context.Context, r *reading) error {
	return r.describeSnapshots(ctx, ownSnapshots(r.scope), func(page []*model.Snapshot) { r.tell(model.Page{Snapshots: page}) })
}

// describeSnapshots hands over the snapshots of each page.
func (r *reading) describeSnapshots(ctx context.Context, in ec2.DescribeSnapshotsInput, page func([]*model.Snapshot)) error {
	in.MaxResults = aws.Int32(pageSize)
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeSnapshots", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeSnapshots(ctx, &in)
		if err != nil {
			return nil, err
		}
		var snapshots []*model.Snapshot
		for i := range out.Snapshots {
			snapshots = append(snapshots, conv.snapshot(&out.Snapshots[i]))
		}
		page(snapshots)
		return out.NextToken, nil
	})
}
