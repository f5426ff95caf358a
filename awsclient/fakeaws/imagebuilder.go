package fakeaws

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

var builderPages = pages{
	usual: 25, most: 25, size: "maxResults", badSize: "InvalidRequestException",
	badToken: &Error{"InvalidPaginationTokenException", "The pagination token is not valid.", http.StatusBadRequest},
}

func (s *Server) listImageRecipes(_ context.Context, call Call, in *imagebuilder.ListImageRecipesInput) (*imagebuilder.ListImageRecipesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	found, next, err := s.recipes(call, recipeQuery{in.Owner, in.Filters, false}, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &imagebuilder.ListImageRecipesOutput{NextToken: next, ImageRecipeSummaryList: make([]types.ImageRecipeSummary, len(found))}
	for i, r := range found {
		out.ImageRecipeSummaryList[i] = types.ImageRecipeSummary{
			Arn: aws.String(builderARN(r.Region, r.Owner, recipeKind(r), r.Name, recipeVersion(r))), DateCreated: aws.String(r.Created.String()),
			Name: aws.String(r.Name), Owner: aws.String(r.Owner), ParentImage: text(r.Parent), Platform: types.PlatformLinux,
		}
	}
	return out, nil
}

func (s *Server) listContainerRecipes(_ context.Context, call Call, in *imagebuilder.ListContainerRecipesInput) (*imagebuilder.ListContainerRecipesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	found, next, err := s.recipes(call, recipeQuery{in.Owner, in.Filters, true}, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &imagebuilder.ListContainerRecipesOutput{NextToken: next, ContainerRecipeSummaryList: make([]types.ContainerRecipeSummary, len(found))}
	for i, r := range found {
		out.ContainerRecipeSummaryList[i] = types.ContainerRecipeSummary{
			Arn: aws.String(builderARN(r.Region, r.Owner, recipeKind(r), r.Name, recipeVersion(r))), ContainerType: types.ContainerTypeDocker,
			DateCreated: aws.String(r.Created.String()), InstanceImage: text(r.Instance), Name: aws.String(r.Name), Owner: aws.String(r.Owner),
			ParentImage: text(r.Parent), Platform: types.PlatformLinux,
		}
	}
	return out, nil
}

// recipeQuery is what a list of recipes asks for.
type recipeQuery struct {
	owner     types.Ownership
	filters   []types.Filter
	container bool
}

// recipes gives a page of the caller's recipes. Recipes of others there are
// none: nobody shares any, and Amazon's are not told of here.
func (s *Server) recipes(call Call, q recipeQuery, asked any, most *int32, token *string) ([]*fleet.Recipe, *string, error) {
	c, size, err := builderPages.start(s.pages, call, asked, most, token)
	if err != nil {
		return nil, nil, err
	}
	if err := allowed(q.filters, "name", "parentImage", "platform", "containerType"); err != nil {
		return nil, nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	recipes := s.store().recipes
	keep := func(r *fleet.Recipe) bool {
		return isOwn(q.owner) && r.Container == q.container && filtered(q.filters, map[string]string{
			"name": r.Name, "parentImage": r.Parent, "platform": string(types.PlatformLinux), "containerType": string(types.ContainerTypeDocker),
		})
	}
	found, next := tell(s.pages, recipes.id, []shelf[*fleet.Recipe]{{recipes.own[here(call)], keep}}, c, size)
	return found, next, nil
}

func isOwn(o types.Ownership) bool { return o == "" || o == types.OwnershipSelf }

// allowed refuses filters that a list does not have.
func allowed(filters []types.Filter, names ...string) error {
	for _, f := range filters {
		if !slices.Contains(names, aws.ToString(f.Name)) {
			return &Error{Code: "InvalidParameterValueException", Message: fmt.Sprintf("The filter %s is not valid.", aws.ToString(f.Name))}
		}
	}
	return nil
}

// filtered reports whether the values of something pass all filters.
func filtered(filters []types.Filter, values map[string]string) bool {
	return !slices.ContainsFunc(filters, func(f types.Filter) bool { return !slices.Contains(f.Values, values[aws.ToString(f.Name)]) })
}

// builderARN is the ARN of something of Image Builder.
func builderARN(region, account, kind, name string, version ...string) string {
	parts := append([]string{kind, name}, version...)
	return fmt.Sprintf("arn:aws:imagebuilder:%s:%s:%s", region, account, strings.Join(parts, "/"))
}

func recipeVersion(r *fleet.Recipe) string { return cmp.Or(r.Version, "1.0.0") }
