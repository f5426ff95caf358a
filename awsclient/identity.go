package awsclient

import (
	"cmp"
	"context"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// enter opens a way and asks AWS whom it makes us.
func (c *Client) enter(ctx context.Context, w way) (*session, error) {
	s, err := c.open(ctx, w)
	if err != nil {
		return nil, c.explain(ctx, call{way: w}, err)
	}
	out, err := sts.NewFromConfig(s.cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, c.explain(ctx, s.call("sts:GetCallerIdentity", ""), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account, s.arn = aws.ToString(out.Account), aws.ToString(out.Arn)
	return s, nil
}

// accountName is the user's own name for an account, its alias, or the
// organization's name for it; "" when none is known. That the alias may not be
// read is no trouble worth telling.
func (c *Client) accountName(ctx context.Context, s *session) string {
	if s.way.name != "" {
		return s.way.name
	}
	out, err := iam.NewFromConfig(s.cfg).ListAccountAliases(ctx, &iam.ListAccountAliasesInput{})
	if err != nil {
		err = c.explain(ctx, s.call("iam:ListAccountAliases", ""), err)
		c.gate.log.LogAttrs(ctx, slog.LevelDebug, "account alias not read", slog.String("account", s.account), slog.Any("error", err))
		return s.way.orgName
	}
	return cmp.Or(cmp.Or(out.AccountAliases...), s.way.orgName)
}

// partitionOf gives the partition of a principal; aws when it is not told.
func partitionOf(principal string) string {
	a, err := arn.Parse(principal)
	if err != nil {
		return "aws"
	}
	return a.Partition
}

// partitionOfRegion gives the partition that a region belongs to, by the
// prefixes that the SDK's own partition table uses.
func partitionOfRegion(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"eusc-", "aws-eusc"},
		{"us-isob-", "aws-iso-b"},
		{"us-isof-", "aws-iso-f"},
		{"eu-isoe-", "aws-iso-e"},
		{"us-iso-", "aws-iso"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// Target is the AWS that a client talks to: two of them may know the same
// account by different contents.
type Target struct {
	Partition string // aws, aws-cn, ...
	Endpoint  string // of EC2; "" where AWS's own is used
}

// Target tells which AWS the first way in leads to, without asking it. Its
// error is that of a configuration that cannot be loaded, a *model.OpError.
func (c *Client) Target(ctx context.Context) (Target, error) {
	ways, err := c.ways()
	if err != nil {
		return Target{}, err
	}
	s, err := c.open(ctx, ways[0])
	if err != nil {
		return Target{}, c.explain(ctx, call{way: ways[0]}, err)
	}
	endpoint := aws.ToString(s.ec2(s.cfg.Region).Options().BaseEndpoint)
	return Target{Partition: partitionOfRegion(s.cfg.Region), Endpoint: endpoint}, nil
}
