package awsclient

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// snapshots reads the account's own snapshots. The owner is asked for twice:
// an endpoint that knows only one of the two forms must not answer with every
// public snapshot there is.
func (r reading) snapshots(ctx context.Context) error {
	api := r.session.ec2(r.scope.Region)
	in := ec2.DescribeSnapshotsInput{
		OwnerIds:   []string{"self"},
		Filters:    []ec2types.Filter{{Name: aws.String("owner-id"), Values: []string{r.scope.Account}}},
		MaxResults: aws.Int32(pageSize),
	}
	conv := converter{scope: r.scope, strings: &r.client.strings}
	err := pages(func(token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeSnapshots(withUrgency(ctx, r.urgency(token, nextSnapshots)), &in)
		if err != nil {
			return nil, err
		}
		p := model.Page{Scope: r.scope, Kind: model.Snapshots, Calls: 1, At: time.Now()}
		for i := range out.Snapshots {
			p.Snapshots = append(p.Snapshots, conv.snapshot(&out.Snapshots[i]))
		}
		r.page(p)
		return out.NextToken, ctx.Err()
	})
	return r.client.explain(ctx, r.session.call("ec2:DescribeSnapshots", r.scope.Region), err)
}
