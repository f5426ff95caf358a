package awsclient

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/amiscope/amiscope/model"
)

// Organization tells who belongs to the organizations of the accounts that were
// found, one model.Organization each, with the accounts in those of the units
// (ARNs) that are theirs, the units of earlier calls included: one answer takes
// the place of the other. One whose accounts nobody here may list has an Err; a
// unit that nobody may look into is left out, and one whose name nobody may read
// has none. Its error is ctx's.
func (c *Client) Organization(ctx context.Context, units []string, emit func(model.Event)) error {
	m := membership{client: c, units: c.everyUnit(units), found: map[string]*organizationFound{}}
	for _, s := range c.bySessionRank() {
		m.ask(ctx, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.found)) {
		o := m.found[key].told
		if o.ARN == "" && len(m.found) > 1 {
			continue // an account that may not say which one it is in: others said
		}
		emit(o)
	}
	return nil
}

// everyUnit remembers units, and lists all that were asked for.
func (c *Client) everyUnit(units []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.units = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(c.units), units...))))
	return c.units
}

// bySessionRank lists the ways into all accounts, the preferred ones first.
func (c *Client) bySessionRank() []*session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Values(c.accounts), func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.way.rank, b.way.rank), cmp.Compare(a.account, b.account))
	})
}

// membership asks one account after the other about its organization, until
// the accounts of each are known.
type membership struct {
	client *Client
	units  []string
	found  map[string]*organizationFound // by ARN
}

type organizationFound struct {
	told    model.Organization
	members map[string]bool
	tried   map[string]bool // accounts that were asked for the list
}

// ask asks an account which organization it is in, and for who else is, unless
// that is known already.
func (m *membership) ask(ctx context.Context, s *session) {
	for _, o := range m.found {
		if o.members[s.account] {
			return
		}
	}
	described, err := m.client.describeOrganization(ctx, s)
	if err != nil && (fatal(err) || ctx.Err() != nil) {
		m.organization("").fail(err)
		return
	}
	if err == nil {
		o := m.organization(aws.ToString(described.Arn))
		if management, ok := m.client.session(aws.ToString(described.MasterAccountId)); ok {
			m.list(ctx, o, management)
		}
		m.list(ctx, o, s)
		return
	}
	// It may not say which organization it is in, and may list it all the same.
	o := &organizationFound{members: map[string]bool{}, tried: map[string]bool{}}
	m.list(ctx, o, s)
	if o.told.Err != nil {
		m.organization("").fail(o.told.Err)
		return
	}
	m.found[o.told.ARN] = o
}

func (m *membership) organization(arn string) *organizationFound {
	o, ok := m.found[arn]
	if !ok {
		o = &organizationFound{told: model.Organization{ARN: arn}, members: map[string]bool{}, tried: map[string]bool{}}
		m.found[arn] = o
	}
	return o
}

// fail keeps the first reason why the accounts are not known.
func (o *organizationFound) fail(err error) {
	if o.told.Err == nil {
		o.told.Err, o.told.At = asOpError(err), time.Now().UTC()
	}
}

// list reads the accounts by a session, unless they are known, or it was tried.
func (m *membership) list(ctx context.Context, o *organizationFound, by *session) {
	if len(o.members) > 0 || o.tried[by.account] {
		return
	}
	o.tried[by.account] = true
	accounts, err := m.client.organizationAccounts(ctx, by)
	if err == nil && !slices.ContainsFunc(accounts, func(a orgtypes.Account) bool { return aws.ToString(a.Id) == by.account }) {
		// Who asks is a member: this is no list of AWS's.
		err = m.client.explain(ctx, by.call("organizations:ListAccounts", ""), errForeign)
	}
	if err != nil {
		o.fail(err)
		return
	}
	told := model.Organization{ARN: o.told.ARN, At: time.Now().UTC(), Units: map[string][]string{}, Names: map[string]string{}}
	for _, a := range accounts {
		told.Accounts = append(told.Accounts, model.Member{ID: aws.ToString(a.Id), Name: aws.ToString(a.Name), Active: active(a)})
		told.ARN = cmp.Or(told.ARN, organizationARN(aws.ToString(a.Arn)))
		o.members[aws.ToString(a.Id)] = true
	}
	for _, unit := range m.units {
		if !within(unit, told.ARN) {
			continue
		}
		if ids, err := m.client.unitAccounts(ctx, by, unit); err == nil {
			told.Units[unit] = ids
		}
		if name, err := m.client.unitName(ctx, by, unit); err == nil {
			told.Names[unit] = name
		}
	}
	o.told = told
}

// organizationARN is the organization of a member's ARN,
// arn:aws:organizations::MANAGEMENT:account/o-…/ID.
func organizationARN(member string) string {
	a, err := arn.Parse(member)
	parts := strings.Split(a.Resource, "/")
	if err != nil || len(parts) < 2 {
		return ""
	}
	a.Resource = "organization/" + parts[1]
	return a.String()
}

// within reports whether a unit, arn:…:ou/o-…/ou-…, is one of an organization,
// arn:…:organization/o-….
func within(unit, organization string) bool {
	id := organization[strings.LastIndexByte(organization, '/')+1:]
	return id != "" && strings.Contains(unit, ":ou/"+id+"/")
}

// unitName reads what a unit is called; "" where we may not, or it does not exist:
// asking again would tell no more.
func (c *Client) unitName(ctx context.Context, s *session, unit string) (string, error) {
	id := unit[strings.LastIndexByte(unit, '/')+1:]
	out, err := organizations.NewFromConfig(s.cfg).DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: &id})
	if _, gone := errors.AsType[*orgtypes.OrganizationalUnitNotFoundException](err); gone {
		return "", nil
	}
	if err == nil && out.OrganizationalUnit == nil {
		err = errForeign
	}
	if err == nil {
		return aws.ToString(out.OrganizationalUnit.Name), nil
	}
	if err = c.explain(ctx, s.call("organizations:DescribeOrganizationalUnit", ""), err); !fatal(err) {
		return "", nil
	}
	return "", err
}

// unitAccounts lists the active accounts of a unit, and of the units inside it.
// One that does not exist has none.
func (c *Client) unitAccounts(ctx context.Context, s *session, unit string) ([]string, error) {
	var out []string
	waiting := []string{unit[strings.LastIndexByte(unit, '/')+1:]}
	for ; len(waiting) > 0; waiting = waiting[1:] {
		ids, units, err := c.childrenOf(ctx, s, waiting[0])
		if err != nil {
			return nil, err
		}
		out, waiting = append(out, ids...), append(waiting, units...)
	}
	slices.Sort(out)
	return out, nil
}

// childrenOf lists the active accounts and the units right under a unit.
func (c *Client) childrenOf(ctx context.Context, s *session, parent string) (accounts, units []string, err error) {
	api := organizations.NewFromConfig(s.cfg)
	err = pages(func(token *string) (*string, error) {
		out, err := api.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: &parent, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, a := range out.Accounts {
			if active(a) {
				accounts = append(accounts, aws.ToString(a.Id))
			}
		}
		return out.NextToken, whole(out.Accounts, out.NextToken)
	})
	if err != nil {
		return nil, nil, unlessParentGone(c.explain(ctx, s.call("organizations:ListAccountsForParent", ""), err))
	}
	err = pages(func(token *string) (*string, error) {
		out, err := api.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, u := range out.OrganizationalUnits {
			units = append(units, aws.ToString(u.Id))
		}
		return out.NextToken, whole(out.OrganizationalUnits, out.NextToken)
	})
	return accounts, units, unlessParentGone(c.explain(ctx, s.call("organizations:ListOrganizationalUnitsForParent", ""), err))
}

func unlessParentGone(err error) error {
	if _, gone := errors.AsType[*orgtypes.ParentNotFoundException](err); gone {
		return nil
	}
	return err
}
