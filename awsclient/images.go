package awsclient

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/model"
)

// pageSize is the number of records asked for in one answer. The EC2 developer
// guide pages by 1,000; answers may hold fewer, even none.
const pageSize = 1000

// reading is one pass over a kind of a scope.
type reading struct {
	client  *Client
	session *session
	scope   model.Scope
	page    func(model.Page)
}

// images reads the account's own images, disabled and deprecated ones
// included, then those that others share with it where they are wanted.
func (r reading) images(ctx context.Context) error {
	own := ec2.DescribeImagesInput{
		Owners: []string{"self"}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true),
	}
	if err := r.describeImages(ctx, own, func(*model.Image) bool { return true }); err != nil || !r.client.o.Shared {
		return err
	}
	shared := ec2.DescribeImagesInput{ExecutableUsers: []string{"self"}, IncludeDeprecated: aws.Bool(true)}
	foreign := func(im *model.Image) bool { return im.Owner != r.scope.Account }
	return r.describeImages(ctx, shared, foreign)
}

func (r reading) describeImages(ctx context.Context, in ec2.DescribeImagesInput, keep func(*model.Image) bool) error {
	api := r.session.ec2(r.scope.Region)
	in.MaxResults = aws.Int32(pageSize)
	conv := converter{scope: r.scope, strings: &r.client.strings}
	err := pages(func(token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeImages(withUrgency(ctx, r.urgency(token, nextImages)), &in)
		if err != nil {
			return nil, err
		}
		p := model.Page{Scope: r.scope, Kind: model.Images, Calls: 1, At: time.Now()}
		for i := range out.Images {
			if im := conv.image(&out.Images[i]); keep(im) {
				p.Images = append(p.Images, im)
			}
		}
		r.page(p)
		return out.NextToken, ctx.Err()
	})
	return r.client.explain(ctx, r.session.call("ec2:DescribeImages", r.scope.Region), err)
}

// urgency is that of a page, given that of the next pages of its list: after
// those come the first ones, of the home region and of the others.
func (r reading) urgency(token *string, next urgency) urgency {
	switch {
	case token != nil:
		return next
	case r.scope.Region == r.session.cfg.Region:
		return next + 1
	}
	return next + 2
}

// errRepeated is a server that never comes to an end.
var errRepeated = errors.New("the server gave the same page token twice")

// pages calls fetch with one token after another until there is none. An empty
// page is no end, and a token that comes back is an error, not a loop.
func pages(fetch func(token *string) (next *string, err error)) error {
	var token *string
	seen := map[string]bool{}
	for {
		next, err := fetch(token)
		if err != nil || aws.ToString(next) == "" {
			return err
		}
		if seen[*next] {
			return errRepeated
		}
		seen[*next] = true
		token = next
	}
}
