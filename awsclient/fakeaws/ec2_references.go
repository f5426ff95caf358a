package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What DescribeImageReferences takes, and how many versions of a template it
// looks at unless it is told.
const (
	maxReferenced  = 10 // images in one request
	maxDepth       = 10_000
	referenceDepth = 10
)

var referencePages = bounds{least: 5, most: unbounded, always: false}

// search is what a call of DescribeImageReferences looks through.
type search struct {
	at     place
	kinds  []types.ImageReferenceResourceType
	states []string // of instances; none means all
	depth  int      // of launch templates
}

// describeImageReferences tells which of the caller's things in the region name
// images, whoever owns those. Nothing is said of images that nobody knows.
func (s *Server) describeImageReferences(_ context.Context, call Call, in *ec2.DescribeImageReferencesInput) (*ec2.DescribeImageReferencesOutput, error) {
	if len(in.ImageIds) == 0 {
		return nil, missingParameter("ImageId")
	}
	if err := tooMany("ImageId", len(in.ImageIds), maxReferenced); err != nil {
		return nil, err
	}
	if _, err := imageResource.parse(in.ImageIds); err != nil {
		return nil, err
	}
	look, err := newSearch(call, in)
	if err != nil {
		return nil, err
	}
	if err := s.mayLook(call, look.kinds); err != nil {
		return nil, err
	}
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{nil, in.MaxResults, in.NextToken}, &asked, referencePages)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := &ec2.DescribeImageReferencesOutput{}
	out.ImageReferences, out.NextToken = listed(s.pages, st.references(look, in.ImageIds), c, size)
	return out, nil
}

func missingParameter(name string) error {
	return &Error{Code: "MissingParameter", Message: "The request must contain the parameter " + name}
}

func newSearch(call Call, in *ec2.DescribeImageReferencesInput) (search, error) {
	out := search{at: here(call), depth: referenceDepth}
	if aws.ToBool(in.IncludeAllResourceTypes) {
		out.kinds = types.ImageReferenceResourceType("").Values()
	} else if len(in.ResourceTypes) == 0 {
		return out, missingParameter("IncludeAllResourceTypes or ResourceTypes")
	}
	for _, r := range in.ResourceTypes {
		if !slices.Contains(r.ResourceType.Values(), r.ResourceType) {
			return out, badValue("ResourceType", string(r.ResourceType))
		}
		if !slices.Contains(out.kinds, r.ResourceType) {
			out.kinds = append(out.kinds, r.ResourceType)
		}
		for _, o := range r.ResourceTypeOptions {
			if err := out.option(r.ResourceType, o); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

func badValue(parameter, value string) error {
	return &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Invalid value '%s' for %s", value, parameter)}
}

func (l *search) option(kind types.ImageReferenceResourceType, o types.ResourceTypeOption) (err error) {
	switch {
	case kind == types.ImageReferenceResourceTypeEc2Instance && o.OptionName == types.ImageReferenceOptionNameStateName:
		for _, state := range o.OptionValues {
			if _, known := stateCodes[state]; !known {
				return badValue("state-name", state)
			}
		}
		l.states = append(l.states, o.OptionValues...)
	case kind == types.ImageReferenceResourceTypeEc2LaunchTemplate && o.OptionName == types.ImageReferenceOptionNameVersionDepth:
		l.depth, err = versionDepth(o.OptionValues)
	default:
		err = badValue("OptionName", string(o.OptionName))
	}
	return err
}

// versionDepth reads the option of that name.
func versionDepth(values []string) (int, error) {
	if len(values) != 1 {
		return 0, badValue("version-depth", fmt.Sprint(values))
	}
	n, err := strconv.Atoi(values[0])
	if err != nil || n < 1 || n > maxDepth {
		return 0, badValue("version-depth", values[0])
	}
	return n, nil
}

// mayLook refuses a caller that is denied one of the calls that EC2 makes in
// its name for what it looks through: those of the managed policy
// AmazonEC2ImageReferencesAccessPolicy.
func (s *Server) mayLook(call Call, kinds []types.ImageReferenceResourceType) error {
	for _, kind := range kinds {
		for _, needed := range underlying(kind) {
			needed.Account, needed.Region, needed.AccessKey = call.Account, call.Region, call.AccessKey
			if s.forbids(needed) {
				return &Error{"UnauthorizedOperation", fmt.Sprintf("You are not authorized to perform this operation. User: %s is not authorized to perform: %s %s",
					callerARN(call), action(needed), noPolicy(needed)), http.StatusForbidden}
			}
		}
	}
	return nil
}

func underlying(kind types.ImageReferenceResourceType) []Call {
	switch kind {
	case types.ImageReferenceResourceTypeEc2Instance:
		return []Call{{Service: "EC2", Operation: "DescribeInstances"}}
	case types.ImageReferenceResourceTypeEc2LaunchTemplate:
		return []Call{{Service: "EC2", Operation: "DescribeLaunchTemplates"}, {Service: "EC2", Operation: "DescribeLaunchTemplateVersions"}}
	case types.ImageReferenceResourceTypeSsmParameter:
		return []Call{{Service: "SSM", Operation: "DescribeParameters"}, {Service: "SSM", Operation: "GetParameters"}}
	case types.ImageReferenceResourceTypeImageBuilderImageRecipe:
		return []Call{{Service: "imagebuilder", Operation: "ListImageRecipes"}}
	case types.ImageReferenceResourceTypeImageBuilderContainerRecipe:
		return []Call{{Service: "imagebuilder", Operation: "ListContainerRecipes"}, {Service: "imagebuilder", Operation: "GetContainerRecipe"}}
	}
	return nil
}

// forbids reports whether a kind of call is denied at all times.
func (s *Server) forbids(call Call) bool {
	name := s.name(call.Account)
	return !s.grants(action(call), "") || slices.ContainsFunc(s.options.Denied, func(r Rule) bool { return r.covers(call, name) }) ||
		slices.ContainsFunc(s.options.Faults, func(f Fault) bool {
			return (f.Kind == FaultDenied || f.Kind == FaultSCP) && f.Share <= 0 && f.After == 0 && f.Rule.covers(call, name)
		})
}

// references lists what names the images, one entry a thing and image.
func (s *store) references(l search, images []string) []types.ImageReference {
	var out []types.ImageReference
	for _, image := range slices.Compact(slices.Sorted(slices.Values(images))) {
		for _, kind := range l.kinds {
			for _, arn := range s.naming(l, kind, image) {
				out = append(out, types.ImageReference{Arn: aws.String(arn), ImageId: aws.String(image), ResourceType: kind})
			}
		}
	}
	return out
}

// naming lists the ARNs of the things of one kind that name an image.
func (s *store) naming(l search, kind types.ImageReferenceResourceType, image string) []string {
	switch kind {
	case types.ImageReferenceResourceTypeEc2Instance:
		return arns(s.instances.own[l.at], func(r *fleet.Instance) bool {
			return r.Image.Image() == image && (len(l.states) == 0 || slices.Contains(l.states, r.State))
		}, func(r *fleet.Instance) string { return l.arn("ec2", "instance/"+r.ID.Instance()) })
	case types.ImageReferenceResourceTypeEc2LaunchTemplate:
		return arns(s.templates.own[l.at], func(t *fleet.Template) bool { return names(t, l.depth, image) },
			func(t *fleet.Template) string { return l.arn("ec2", "launch-template/"+t.ID.Template()) })
	case types.ImageReferenceResourceTypeSsmParameter:
		return arns(s.parameters.own[l.at], func(p *fleet.Parameter) bool { return p.DataType == imageDataType && p.Value == image }, parameterARN)
	case types.ImageReferenceResourceTypeImageBuilderImageRecipe:
		return arns(s.recipes.own[l.at], func(r *fleet.Recipe) bool { return !r.Container && r.Parent == image }, l.recipe)
	case types.ImageReferenceResourceTypeImageBuilderContainerRecipe:
		return arns(s.recipes.own[l.at], func(r *fleet.Recipe) bool { return r.Container && r.Instance == image }, l.recipe)
	}
	return nil
}

func arns[R any](records []R, naming func(R) bool, arn func(R) string) []string {
	var out []string
	for _, r := range records {
		if naming(r) {
			out = append(out, arn(r))
		}
	}
	return out
}

func (l search) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + l.at.region + ":" + l.at.account + ":" + rest
}

func (l search) recipe(r *fleet.Recipe) string {
	return l.arn("imagebuilder", recipeKind(r)+"/"+r.Name+"/"+r.Version)
}

// parameterARN is the ARN of a parameter, in which the slash that a name may
// begin with is not repeated.
func parameterARN(p *fleet.Parameter) string {
	return "arn:aws:ssm:" + p.Region + ":" + p.Owner + ":parameter/" + strings.TrimPrefix(p.Name, "/")
}

// newest are the newest versions of a template, at most n.
func newest(t *fleet.Template, n int) []fleet.TemplateVersion {
	return t.Versions[max(len(t.Versions)-n, 0):]
}

// names reports whether one of the n newest versions of a template names an
// image by its id.
func names(t *fleet.Template, n int, image string) bool {
	return slices.ContainsFunc(newest(t, n), func(v fleet.TemplateVersion) bool { return v.Image == image })
}
