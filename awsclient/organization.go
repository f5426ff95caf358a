package awsclient

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/amiscope/amiscope/model"
)

// organization is the source of what is lost when its accounts cannot be listed.
const organization = "organization"

// members follows the organization of a session into each active account, by
// the role of the options; the session's own account needs none.
func (d *discovery) members(ctx context.Context, base *session) {
	every := d.wants(base.way.source) || d.wants(organization)
	accounts, err := d.client.activeAccounts(ctx, base)
	if err != nil {
		d.lost(ctx, organization, asOpError(err))
		return
	}
	for i, a := range accounts {
		w := d.client.memberWay(base, a, i)
		if w.base == nil || !every && !d.wants(w.source) {
			continue
		}
		d.group.Go(func() error {
			d.follow(ctx, w)
			return nil
		})
	}
}

// memberWay is the way into an account of the organization. Its base is nil
// for the account that we are in already.
func (c *Client) memberWay(base *session, a orgtypes.Account, i int) way {
	id := aws.ToString(a.Id)
	if id == base.account {
		return way{}
	}
	return way{
		source:  "role " + c.o.Role + " in " + id,
		orgName: aws.ToString(a.Name),
		rank:    1<<20 + i, // after every way that the user named
		role:    role{arn: "arn:" + partitionOf(base.arn) + ":iam::" + id + ":role/" + c.o.Role},
		base:    base,
	}
}

// activeAccounts lists the organization's active accounts. Only its management
// account and its delegated administrators may.
func (c *Client) activeAccounts(ctx context.Context, s *session) ([]orgtypes.Account, error) {
	if _, err := c.describeOrganization(ctx, s); fatal(err) {
		return nil, err
	}
	all, err := c.organizationAccounts(ctx, s)
	return slices.DeleteFunc(all, func(a orgtypes.Account) bool { return !active(a) }), err
}

func (c *Client) describeOrganization(ctx context.Context, s *session) (*orgtypes.Organization, error) {
	out, err := organizations.NewFromConfig(s.cfg).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if err == nil && out.Organization == nil {
		err = errForeign
	}
	if err != nil {
		return nil, c.explain(ctx, s.call("organizations:DescribeOrganization", ""), err)
	}
	return out.Organization, nil
}

// organizationAccounts lists all accounts of the organization, suspended ones
// included.
func (c *Client) organizationAccounts(ctx context.Context, s *session) ([]orgtypes.Account, error) {
	api := organizations.NewFromConfig(s.cfg)
	var out []orgtypes.Account
	err := pages(func(token *string) (*string, error) {
		page, err := api.ListAccounts(ctx, &organizations.ListAccountsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		out = append(out, page.Accounts...)
		return page.NextToken, nil
	})
	return out, c.explain(ctx, s.call("organizations:ListAccounts", ""), err)
}

// fatal tells an organization that does not answer from one that only does not
// describe itself: the list may be allowed all the same.
func fatal(err error) bool {
	if op, ok := errors.AsType[*model.OpError](err); ok {
		return op.Kind != model.Denied
	}
	return err != nil
}

// active reads an account's State, and where an older AWS gives none its
// retired Status.
func active(a orgtypes.Account) bool {
	return cmp.Or(string(a.State), string(a.Status)) == string(orgtypes.AccountStateActive)
}
