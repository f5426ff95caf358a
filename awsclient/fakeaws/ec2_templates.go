package fakeaws

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// templatePages are the page sizes of launch templates and their versions, and
// also what is told to a caller that does not ask for pages.
var templatePages = bounds{least: 1, most: 200, always: true}

// templateResource has no notFound: templateMissing writes that error.
var templateResource = resource{prefix: fleet.TemplatePrefix, word: "launch template", malformed: "InvalidLaunchTemplateId.Malformed"}

var templateFilters = filters[*fleet.Template]{
	tags: func(t *fleet.Template) []fleet.Tag { return t.Tags },
	values: map[string]func(*fleet.Template) []string{
		"create-time":          func(t *fleet.Template) []string { return moment(t.Created) },
		"launch-template-name": func(t *fleet.Template) []string { return one(t.Name) },
	},
}

func (s *Server) describeLaunchTemplates(_ context.Context, call Call, in *ec2.DescribeLaunchTemplatesInput) (*ec2.DescribeLaunchTemplatesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	named := slices.Concat(in.LaunchTemplateIds, in.LaunchTemplateNames)
	c, size, err := s.pages.startWithin(call, paging{named, in.MaxResults, in.NextToken}, &asked, templatePages)
	if err != nil {
		return nil, err
	}
	filter, err := templateFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := &ec2.DescribeLaunchTemplatesOutput{}
	var found []*fleet.Template
	if len(named) > 0 {
		if found, err = st.templatesNamed(call, in); err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(t *fleet.Template) bool { return !filter(t) })
	} else {
		own := []shelf[*fleet.Template]{{st.templates.own[here(call)], filter}}
		found, out.NextToken = tell(s.pages, st.templates.id, own, c, size)
	}
	for _, t := range found {
		out.LaunchTemplates = append(out.LaunchTemplates, answerTemplate(t))
	}
	return out, nil
}

// templatesNamed finds the templates that a call names by id and by name.
func (s *store) templatesNamed(call Call, in *ec2.DescribeLaunchTemplatesInput) ([]*fleet.Template, error) {
	var out []*fleet.Template
	for _, id := range in.LaunchTemplateIds {
		t, err := s.template(call, &id, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	for _, name := range in.LaunchTemplateNames {
		t, err := s.template(call, nil, &name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out, nil
}

// template finds the caller's template by its id or else by its name.
func (s *store) template(call Call, id, name *string) (*fleet.Template, error) {
	at := here(call)
	if id == nil {
		for _, t := range s.templates.own[at] {
			if t.Name == *name {
				return t, nil
			}
		}
		return nil, &Error{
			Code:    "InvalidLaunchTemplateName.NotFoundException",
			Message: fmt.Sprintf("The specified launch template, with template name %s, does not exist.", *name),
		}
	}
	ids, err := templateResource.parse([]string{*id})
	if err != nil {
		return nil, err
	}
	if t := s.templates.byID[ids[0]]; t != nil && at == (place{t.Owner, t.Region}) {
		return t, nil
	}
	return nil, &Error{
		Code:    "InvalidLaunchTemplateId.NotFound",
		Message: fmt.Sprintf("The specified launch template, with template ID %s, does not exist.", *id),
	}
}

func answerTemplate(t *fleet.Template) types.LaunchTemplate {
	out := types.LaunchTemplate{
		CreateTime:           instant(t.Created),
		CreatedBy:            aws.String(deployer(t.Owner)),
		DefaultVersionNumber: aws.Int64(int64(t.Default)),
		LaunchTemplateId:     aws.String(t.ID.Template()),
		LaunchTemplateName:   aws.String(t.Name),
		Tags:                 rotate(answerTags(t.Tags), t.ID),
	}
	if n := len(t.Versions); n > 0 {
		out.LatestVersionNumber = aws.Int64(int64(t.Versions[n-1].Number))
	}
	return out
}

// deployer is who made the templates of an account.
func deployer(account string) string { return "arn:aws:iam::" + account + ":role/Deployer" }
