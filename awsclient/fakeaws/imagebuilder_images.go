package fakeaws

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// listBuilderImages tells the caller's images of Image Builder: one entry for
// each version, whatever it was built. Those of others are not told of here.
func (s *Server) listBuilderImages(_ context.Context, call Call, in *imagebuilder.ListImagesInput) (*imagebuilder.ListImagesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := builderPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	if err := allowedOfImages(in.Filters); err != nil {
		return nil, err
	}
	if in.ByName {
		return nil, &Error{Code: "InvalidRequestException", Message: "byName is not known here"}
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	builds := s.store().builds
	own := builds.own[here(call)]
	keep := func(r *fleet.Build) bool {
		return isOwn(in.Owner) && buildPasses(in.Filters, r) && latestBuild(own, r)
	}
	found, next := tell(s.pages, builds.id, []shelf[*fleet.Build]{{own, keep}}, c, size)
	out := &imagebuilder.ListImagesOutput{NextToken: next, ImageVersionList: make([]types.ImageVersion, len(found))}
	for i, r := range found {
		out.ImageVersionList[i] = types.ImageVersion{
			Arn: aws.String(builderARN(r.Region, r.Owner, "image", r.Name, buildVersion(r))), BuildType: types.BuildTypeScheduled,
			DateCreated: aws.String(r.Created.String()), Name: aws.String(r.Name), Owner: aws.String(r.Owner),
			Platform: types.PlatformLinux, Type: types.ImageTypeAmi, Version: aws.String(buildVersion(r)),
		}
	}
	return out, nil
}

// latestBuild reports whether a version has no later build.
func latestBuild(own []*fleet.Build, r *fleet.Build) bool {
	return !slices.ContainsFunc(own, func(other *fleet.Build) bool {
		return other.Name == r.Name && buildVersion(other) == buildVersion(r) && other.Number > r.Number
	})
}

func allowedOfImages(filters []types.Filter) error {
	return allowed(filters, "name", "osVersion", "platform", "type", "version")
}

func buildPasses(filters []types.Filter, r *fleet.Build) bool {
	return filtered(filters, map[string]string{
		"name": r.Name, "platform": string(types.PlatformLinux), "type": string(types.ImageTypeAmi), "version": buildVersion(r),
	})
}

// listImageBuildVersions tells the builds of a version, or all of the caller.
func (s *Server) listImageBuildVersions(_ context.Context, call Call, in *imagebuilder.ListImageBuildVersionsInput) (*imagebuilder.ListImageBuildVersionsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := builderPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	if err := allowedOfImages(in.Filters); err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	builds := s.store().builds
	keep := func(r *fleet.Build) bool {
		wanted := in.ImageVersionArn == nil || *in.ImageVersionArn == builderARN(r.Region, r.Owner, "image", r.Name, buildVersion(r))
		return wanted && buildPasses(in.Filters, r)
	}
	found, next := tell(s.pages, builds.id, []shelf[*fleet.Build]{{builds.own[here(call)], keep}}, c, size)
	out := &imagebuilder.ListImageBuildVersionsOutput{NextToken: next, ImageSummaryList: make([]types.ImageSummary, len(found))}
	for i, r := range found {
		out.ImageSummaryList[i] = s.answerBuild(r)
	}
	return out, nil
}

// answerBuild tells a build with the images that came of it, also those that
// are gone since.
func (s *Server) answerBuild(r *fleet.Build) types.ImageSummary {
	version := fmt.Sprintf("%s/%d", buildVersion(r), cmp.Or(r.Number, 1))
	out := types.ImageSummary{
		Arn:             aws.String(builderARN(r.Region, r.Owner, "image", r.Name, buildVersion(r), strconv.Itoa(cmp.Or(r.Number, 1)))),
		BuildType:       types.BuildTypeScheduled,
		DateCreated:     aws.String(r.Created.String()),
		Name:            aws.String(r.Name),
		OutputResources: &types.OutputResources{},
		Owner:           aws.String(r.Owner),
		Platform:        types.PlatformLinux,
		State:           &types.ImageState{Status: types.ImageStatusAvailable},
		Type:            types.ImageTypeAmi,
		Version:         aws.String(version),
	}
	for _, id := range r.Images {
		ami := types.Ami{AccountId: aws.String(r.Owner), Image: aws.String(id.Image()), Region: aws.String(r.Region), State: out.State}
		if im := s.store().images.byID[id]; im != nil {
			ami.AccountId, ami.Region, ami.Name, ami.Description = aws.String(im.Owner), aws.String(im.Region), text(im.Name), text(im.Description)
		}
		out.OutputResources.Amis = append(out.OutputResources.Amis, ami)
	}
	return out
}

func buildVersion(r *fleet.Build) string { return cmp.Or(r.Version, "1.0.0") }
