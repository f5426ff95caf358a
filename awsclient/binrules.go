package awsclient

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	"github.com/aws/aws-sdk-go-v2/service/rbin/types"

	"github.com/amiscope/amiscope/model"
)

// binRuleList is the retention rules of the Recycle Bin for images and their
// snapshots. Their listing tells no tags: it takes a call for each rule.
type binRuleList struct{}

func (binRuleList) read(ctx context.Context, r *reading) error {
	for _, resource := range []types.ResourceType{model.SnapshotResource, model.ImageResource} {
		if err := r.binRules(ctx, resource); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) binRules(ctx context.Context, resource types.ResourceType) error {
	in := rbin.ListRulesInput{ResourceType: resource, MaxResults: aws.Int32(pageSize)}
	return r.list(ctx, "rbin:ListRules", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.rbin(r.scope.Region).ListRules(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.Rules, out.NextToken); err != nil {
			return nil, err
		}
		p := model.Page{}
		for i := range out.Rules {
			rule, err := r.binRule(ctx, resource, out.Rules[i].Identifier)
			if err != nil {
				return nil, err
			}
			if rule != nil {
				p.Rules = append(p.Rules, rule)
			}
		}
		r.tell(p)
		return out.NextToken, nil
	})
}

// binRule reads one rule; nil for one that was deleted since it was listed. Only rules
// that are available retain, says the API reference of GetRule.
func (r *reading) binRule(ctx context.Context, resource types.ResourceType, id *string) (*model.BinRule, error) {
	var out *rbin.GetRuleOutput
	err := r.ask(ctx, "rbin:GetRule", func(ctx context.Context) (err error) {
		out, err = r.session.rbin(r.scope.Region).GetRule(ctx, &rbin.GetRuleInput{Identifier: id})
		if err == nil && !isRule(out, resource) {
			err = errForeign
		}
		return err
	})
	if err != nil {
		return nil, unlessGone(err)
	}
	conv := r.converter()
	return &model.BinRule{
		ID: aws.ToString(out.Identifier), Resource: string(resource), Days: int(*out.RetentionPeriod.RetentionPeriodValue),
		Tags: conv.ruleTags(out.ResourceTags), Except: conv.ruleTags(out.ExcludeResourceTags),
		Description: conv.text(out.Description), Lock: string(out.LockState), Pending: out.Status != types.RuleStatusAvailable,
	}, nil
}

// isRule reports whether an answer tells a rule for a resource in full. Days
// are the only unit that there is.
func isRule(out *rbin.GetRuleOutput, resource types.ResourceType) bool {
	p := out.RetentionPeriod
	return out.Identifier != nil && out.ResourceType == resource && out.Status != "" &&
		p != nil && p.RetentionPeriodUnit == types.RetentionPeriodUnitDays && p.RetentionPeriodValue != nil
}

func (c converter) ruleTags(in []types.ResourceTag) []model.Tag {
	var out []model.Tag
	for _, t := range in {
		out = append(out, model.Tag{Key: c.text(t.ResourceTagKey), Value: c.text(t.ResourceTagValue)})
	}
	slices.SortStableFunc(out, func(a, b model.Tag) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value)) })
	return out
}
