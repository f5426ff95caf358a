package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// maxRegions is the most regions in a page of ListRegions.
const maxRegions = 50

// listRegions tells the regions of the caller's account; the management
// account may ask for those of a member, but must not name itself.
func (s *Server) listRegions(_ context.Context, call Call, in *account.ListRegionsInput) (*account.ListRegionsOutput, error) {
	if err := s.mayAskFor(call, aws.ToString(in.AccountId)); err != nil {
		return nil, err
	}
	size := aws.Int32(maxRegions)
	if in.MaxResults != nil {
		size = in.MaxResults
	}
	if *size < 1 || *size > maxRegions {
		return nil, invalidInput(fmt.Sprintf("maxResults must be from 1 to %d", maxRegions))
	}
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	q, err := question(call, &asked)
	if err != nil {
		return nil, err
	}
	c, err := s.pages.resume(in.NextToken, q)
	if err != nil {
		return nil, invalidInput("nextToken is not valid")
	}
	page, next := listed(s.pages, s.regionStates(in.RegionOptStatusContains), c, s.pages.size(call, c, size, true))
	return &account.ListRegionsOutput{Regions: page, NextToken: next}, nil
}

func (s *Server) mayAskFor(call Call, member string) error {
	if member == "" {
		return nil
	}
	management := s.fleet().Organization.Management
	if _, known := s.fleet().Member(member); call.Account != management || !known {
		return &Error{"AccessDeniedException", fmt.Sprintf("User: %s is not authorized to perform: account:ListRegions on account %s", callerARN(call), member), http.StatusForbidden}
	}
	if member == management {
		return invalidInput("The management account can't specify its own AccountId")
	}
	return nil
}

func invalidInput(message string) error {
	return &Error{Code: "ValidationException", Message: message}
}

func (s *Server) regionStates(wanted []types.RegionOptStatus) []types.Region {
	var out []types.Region
	for _, r := range s.regions() {
		status := regionState(r)
		if len(wanted) == 0 || slices.Contains(wanted, status) {
			out = append(out, types.Region{RegionName: aws.String(r.Name), RegionOptStatus: status})
		}
	}
	return out
}

func regionState(r fleet.Region) types.RegionOptStatus {
	switch r.OptIn {
	case fleet.OptedIn:
		return types.RegionOptStatusEnabled
	case fleet.EnabledByDefault:
		return types.RegionOptStatusEnabledByDefault
	default:
		return types.RegionOptStatusDisabled
	}
}
