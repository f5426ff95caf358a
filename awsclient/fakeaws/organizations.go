package fakeaws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// maxAccounts is the most accounts in a page of ListAccounts.
const maxAccounts = 20

// describeOrganization tells any member about its organization.
func (s *Server) describeOrganization(_ context.Context, _ Call, _ *organizations.DescribeOrganizationInput) (*organizations.DescribeOrganizationOutput, error) {
	o := s.fleet.Organization
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
	o := s.fleet.Organization
	return fmt.Sprintf("arn:aws:organizations::%s:account/%s/%s", o.Management, o.ID, account)
}

// listAccounts tells the management account, and nobody else, the members.
func (s *Server) listAccounts(_ context.Context, call Call, in *organizations.ListAccountsInput) (*organizations.ListAccountsOutput, error) {
	if call.Account != s.fleet.Organization.Management {
		return nil, &Error{Code: "AccessDeniedException", Message: "You don't have permissions to access this resource."}
	}
	size := aws.Int32(maxAccounts)
	if in.MaxResults != nil {
		size = in.MaxResults
	}
	if *size < 1 || *size > maxAccounts {
		return nil, &Error{Code: "InvalidInputException", Message: fmt.Sprintf("You specified a MaxResults of %d; it must be from 1 to %d.", *size, maxAccounts)}
	}
	q, err := question(call, nil)
	if err != nil {
		return nil, err
	}
	c, err := s.pages.resume(in.NextToken, q)
	if err != nil {
		return nil, &Error{Code: "InvalidInputException", Message: "You provided a value that does not match the required pattern. Reason: INVALID_NEXT_TOKEN"}
	}
	page, next := listed(s.pages, s.fleet.Accounts, c, s.pages.size(call, c, size, true))
	out := &organizations.ListAccountsOutput{NextToken: next, Accounts: make([]types.Account, len(page))}
	for i, a := range page {
		out.Accounts[i] = s.answerAccount(a)
	}
	return out, nil
}

func (s *Server) answerAccount(a fleet.Account) types.Account {
	method := types.AccountJoinedMethodCreated
	if a.ID == s.fleet.Organization.Management {
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
