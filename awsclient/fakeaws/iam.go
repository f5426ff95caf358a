package fakeaws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// listAccountAliases tells the alias of the caller's account: one or none.
func (s *Server) listAccountAliases(_ context.Context, call Call, _ *iam.ListAccountAliasesInput) (*iam.ListAccountAliasesOutput, error) {
	a, _ := s.fleet().Member(call.Account)
	return &iam.ListAccountAliasesOutput{AccountAliases: one(a.Alias)}, nil
}
