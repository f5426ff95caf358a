package fakeaws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// maxAccounts is the most accounts, units or roots in a page.
const maxAccounts = 20

// describeOrganization tells any member about its organization.
func (s *Server) describeOrganization(_ context.Context, _ Call, _ *organizations.DescribeOrganizationInput) (*organizations.DescribeOrganizationOutput, error) {
	o := s.fleet().Organization
	return &organizations.DescribeOrganizationOutput{Organization: &types.Organization{
		Arn:                aws.String(o.ARN),
		FeatureSet:         types.OrganizationFeatureSetAll,
		Id:                 aws.String(o.ID),
		MasterAccountArn:   aws.String(s.accountARN(o.Management)),
		MasterAccountEmail: aws.String(o.Email),
		MasterAccountId:    aws.String(o.Management),
	}}, nil
}

func (s *Server) accountARN(account string) string {
	o := s.fleet().Organization
	return fmt.Sprintf("arn:aws:organizations::%s:account/%s/%s", o.Management, o.ID, account)
}

// listAccounts tells the management account, and nobody else, the members.
func (s *Server) listAccounts(_ context.Context, call Call, in *organizations.ListAccountsInput) (*organizations.ListAccountsOutput, error) {
	page, next, err := members(s, call, memberQuery{max: in.MaxResults, token: in.NextToken}, s.fleet().Accounts)
	if err != nil {
		return nil, err
	}
	return &organizations.ListAccountsOutput{NextToken: next, Accounts: s.answerAccounts(page)}, nil
}

// listRoots tells the one root.
func (s *Server) listRoots(_ context.Context, call Call, in *organizations.ListRootsInput) (*organizations.ListRootsOutput, error) {
	o := s.fleet().Organization
	root := types.Root{
		Arn:  aws.String(fmt.Sprintf("arn:aws:organizations::%s:root/%s/%s", o.Management, o.ID, rootID)),
		Id:   aws.String(rootID),
		Name: aws.String("Root"),
	}
	page, next, err := members(s, call, memberQuery{max: in.MaxResults, token: in.NextToken}, []types.Root{root})
	return &organizations.ListRootsOutput{NextToken: next, Roots: page}, err
}

// listAccountsForParent tells the accounts right under the root or a unit, but
// not those of the units inside it.
func (s *Server) listAccountsForParent(_ context.Context, call Call, in *organizations.ListAccountsForParentInput) (*organizations.ListAccountsForParentOutput, error) {
	f := s.fleet()
	parent, known := unitOf(f.Organization, aws.ToString(in.ParentId))
	var under []fleet.Account
	for _, a := range f.Accounts {
		if a.Unit == parent {
			under = append(under, a)
		}
	}
	q := memberQuery{parent: aws.ToString(in.ParentId), orphan: !known, max: in.MaxResults, token: in.NextToken}
	page, next, err := members(s, call, q, under)
	if err != nil {
		return nil, err
	}
	return &organizations.ListAccountsForParentOutput{NextToken: next, Accounts: s.answerAccounts(page)}, nil
}

// listOrganizationalUnitsForParent tells the units right under the root or
// another unit.
func (s *Server) listOrganizationalUnitsForParent(
	_ context.Context, call Call, in *organizations.ListOrganizationalUnitsForParentInput,
) (*organizations.ListOrganizationalUnitsForParentOutput, error) {
	o := s.fleet().Organization
	parent, known := unitOf(o, aws.ToString(in.ParentId))
	under := []types.OrganizationalUnit{} // which is told also where it is empty
	for _, arn := range o.Units {
		if o.Within[arn] == parent {
			under = append(under, answerUnit(o, arn))
		}
	}
	q := memberQuery{parent: aws.ToString(in.ParentId), orphan: !known, max: in.MaxResults, token: in.NextToken}
	page, next, err := members(s, call, q, under)
	return &organizations.ListOrganizationalUnitsForParentOutput{NextToken: next, OrganizationalUnits: page}, err
}

// describeOrganizationalUnit tells the management account what a unit is called.
func (s *Server) describeOrganizationalUnit(
	_ context.Context, call Call, in *organizations.DescribeOrganizationalUnitInput,
) (*organizations.DescribeOrganizationalUnitOutput, error) {
	o := s.fleet().Organization
	if call.Account != o.Management {
		return nil, errNotManagement()
	}
	arn, known := unitOf(o, aws.ToString(in.OrganizationalUnitId))
	if !known || arn == "" {
		return nil, &Error{Code: "OrganizationalUnitNotFoundException", Message: "You specified an organizational unit that doesn't exist."}
	}
	unit := answerUnit(o, arn)
	return &organizations.DescribeOrganizationalUnitOutput{OrganizationalUnit: &unit}, nil
}

func answerUnit(o fleet.Organization, arn string) types.OrganizationalUnit {
	return types.OrganizationalUnit{Arn: aws.String(arn), Id: aws.String(unitID(arn)), Name: text(o.Names[arn])}
}

// errNotManagement is what accounts hear that do not manage the organization.
func errNotManagement() error {
	return &Error{Code: "AccessDeniedException", Message: "You don't have permissions to access this resource."}
}

// rootID is the id of the organization's root.
const rootID = "r-acme"

// unitID is the last part of a unit's ARN.
func unitID(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// unitOf finds the ARN of the unit that an id names, which of the root is "".
func unitOf(o fleet.Organization, id string) (arn string, known bool) {
	if id == rootID {
		return "", true
	}
	i := slices.IndexFunc(o.Units, func(arn string) bool { return unitID(arn) == id })
	if i < 0 {
		return "", false
	}
	return o.Units[i], true
}

// memberQuery is what a call asks of the organization's members.
type memberQuery struct {
	parent string // unit or root; "" for all members
	orphan bool   // the parent does not exist
	max    *int32
	token  *string
}

// members cuts the next page out of a list that the management account alone
// may see.
func members[E any](s *Server, call Call, q memberQuery, all []E) ([]E, *string, error) {
	if call.Account != s.fleet().Organization.Management {
		return nil, nil, errNotManagement()
	}
	size := aws.Int32(maxAccounts)
	if q.max != nil {
		size = q.max
	}
	switch {
	case *size < 1 || *size > maxAccounts:
		return nil, nil, &Error{Code: "InvalidInputException", Message: fmt.Sprintf("You specified a MaxResults of %d; it must be from 1 to %d.", *size, maxAccounts)}
	case q.orphan:
		return nil, nil, &Error{Code: "ParentNotFoundException", Message: "You specified parent that doesn't exist."}
	}
	asked, err := question(call, q.parent)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.pages.resume(q.token, asked)
	if err != nil {
		return nil, nil, &Error{Code: "InvalidInputException", Message: "You provided a value that does not match the required pattern. Reason: INVALID_NEXT_TOKEN"}
	}
	page, next := listed(s.pages, all, c, s.pages.size(call, c, size, true))
	return page, next, nil
}

func (s *Server) answerAccounts(in []fleet.Account) []types.Account {
	out := make([]types.Account, len(in))
	for i, a := range in {
		out[i] = s.answerAccount(a)
	}
	return out
}

func (s *Server) answerAccount(a fleet.Account) types.Account {
	method := types.AccountJoinedMethodCreated
	if a.ID == s.fleet().Organization.Management {
		method = types.AccountJoinedMethodInvited
	}
	return types.Account{
		Arn:             aws.String(s.accountARN(a.ID)),
		Email:           aws.String(a.Email),
		Id:              aws.String(a.ID),
		JoinedMethod:    method,
		JoinedTimestamp: instant(a.Joined),
		Name:            aws.String(a.Name),
		State:           types.AccountState(a.State),
		Status:          types.AccountStatus(a.State),
	}
}
