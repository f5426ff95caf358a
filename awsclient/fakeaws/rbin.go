package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	"github.com/aws/aws-sdk-go-v2/service/rbin/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// binRulePages has a guess for the usual size of a page and for the answer to a
// bad token; the most is documented.
var binRulePages = pages{
	usual: 1000, most: 1000, size: "maxResults", badSize: "ValidationException",
	badToken: &Error{"ValidationException", "Invalid nextToken", http.StatusBadRequest},
}

// listBinRules lists the rules for a resource, without their tags.
func (s *Server) listBinRules(_ context.Context, call Call, in *rbin.ListRulesInput) (*rbin.ListRulesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := binRulePages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(in.ResourceType.Values(), in.ResourceType) {
		rule := fmt.Sprintf("Member must satisfy enum value set: %v", in.ResourceType.Values())
		return nil, &Error{Code: "ValidationException", Message: constraint(string(in.ResourceType), "resourceType", rule)}
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	rules := s.store().binRules
	asks := func(r *fleet.BinRule) bool {
		return r.Resource == string(in.ResourceType) && (in.LockState == "" || r.Lock == string(in.LockState)) &&
			hasAll(r.Tags, in.ResourceTags) && hasAll(r.Except, in.ExcludeResourceTags)
	}
	found, next := tell(s.pages, rules.id, []shelf[*fleet.BinRule]{{rules.own[here(call)], asks}}, c, size)
	out := &rbin.ListRulesOutput{NextToken: next, Rules: make([]types.RuleSummary, len(found))}
	for i, r := range found {
		out.Rules[i] = types.RuleSummary{
			Description: aws.String(r.Description), Identifier: aws.String(r.ID), RetentionPeriod: answerRetention(r), RuleArn: aws.String(ruleARN(r)),
			LockState: types.LockState(r.Lock),
		}
	}
	return out, nil
}

// hasAll reports whether a rule has all the tags that a call asks for.
func hasAll(have []fleet.Tag, want []types.ResourceTag) bool {
	return !slices.ContainsFunc(want, func(t types.ResourceTag) bool {
		return !slices.Contains(have, fleet.Tag{Key: aws.ToString(t.ResourceTagKey), Value: aws.ToString(t.ResourceTagValue)})
	})
}

func (s *Server) getBinRule(_ context.Context, call Call, in *rbin.GetRuleInput) (*rbin.GetRuleOutput, error) {
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	for _, r := range s.store().binRules.own[here(call)] {
		if r.ID == aws.ToString(in.Identifier) {
			return &rbin.GetRuleOutput{
				Description: aws.String(r.Description), Identifier: aws.String(r.ID), ResourceType: types.ResourceType(r.Resource),
				ResourceTags: answerRuleTags(r.Tags), ExcludeResourceTags: answerRuleTags(r.Except),
				RetentionPeriod: answerRetention(r), RuleArn: aws.String(ruleARN(r)), Status: types.RuleStatus(r.State), LockState: types.LockState(r.Lock),
			}, nil
		}
	}
	return nil, &Error{"ResourceNotFoundException", "Rule not found: " + aws.ToString(in.Identifier), http.StatusNotFound}
}

func answerRetention(r *fleet.BinRule) *types.RetentionPeriod {
	return &types.RetentionPeriod{RetentionPeriodUnit: types.RetentionPeriodUnitDays, RetentionPeriodValue: aws.Int32(r.Days)}
}

func answerRuleTags(tags []fleet.Tag) []types.ResourceTag {
	out := make([]types.ResourceTag, len(tags))
	for i, t := range tags {
		out[i] = types.ResourceTag{ResourceTagKey: aws.String(t.Key), ResourceTagValue: aws.String(t.Value)}
	}
	return out
}

func ruleARN(r *fleet.BinRule) string {
	return fmt.Sprintf("arn:aws:rbin:%s:%s:rule/%s", r.Region, r.Owner, r.ID)
}
