package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// snapshotList is the account's own snapshots.
type snapshotList struct{}

// ownSnapshots asks for the snapshots of the scope's account. The owner is named
// twice: an endpoint that knows only one of the two forms must not answer with
// every public snapshot there is.
func ownSnapshots(s model.Scope) ec2.DescribeSnapshotsInput {
	return ec2.DescribeSnapshotsInput{
		OwnerIds:   []string{"self"},
		Filters:    []ec2types.Filter{{Name: aws.String("owner-id"), Values: []string{s.Account}}},
		MaxResults: aws.Int32(pageSize),
	}
}

func (snapshotList) read(ctx context.Context, r *reading) error {
	in := ownSnapshots(r.scope)
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeSnapshots", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeSnapshots(ctx, &in)
		if err != nil {
			return nil, err
		}
		p := model.Page{}
		for i := range out.Snapshots {
			p.Snapshots = append(p.Snapshots, conv.snapshot(&out.Snapshots[i]))
		}
		r.tell(p)
		return out.NextToken, nil
	})
}
