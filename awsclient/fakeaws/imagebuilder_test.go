package fakeaws

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// builderWorld has recipes of both kinds and an image of Image Builder that
// was built three times, with outputs in two regions.
func builderWorld(f *fleet.Fleet) {
	owner := f.Accounts[0].ID
	f.Recipes = []fleet.Recipe{
		{Name: "web", Version: "1.0.0", Parent: "ami-00000000000000a01", Created: 1_700_000_000_000},
		{Name: "web", Version: "1.1.0", Parent: "arn:aws:imagebuilder:us-east-1:" + owner + ":image/base/x.x.x"},
		{Name: "box", Version: "2.0.0", Container: true, Parent: "public.ecr.aws/amazonlinux/amazonlinux:2023", Instance: "ami-00000000000000a02"},
		{Name: "plain-box", Container: true},
	}
	f.Builds = []fleet.Build{
		{Name: "base", Version: "1.0.0", Number: 1, Images: []fleet.ID{1 << 40}},
		{Name: "base", Version: "1.0.0", Number: 2, Images: []fleet.ID{1<<40 + 1, 1<<40 + 2}, Created: 1_700_000_000_000},
		{Name: "base", Version: "1.0.1", Number: 1, Images: []fleet.ID{1<<40 + 3}},
		{Name: "other", Version: "1.0.0", Number: 1},
	}
	for i := range f.Recipes {
		f.Recipes[i].Owner, f.Recipes[i].Region = owner, listedIn
	}
	for i := range f.Builds {
		f.Builds[i].Owner, f.Builds[i].Region = owner, listedIn
	}
	f.Images = []fleet.Image{
		{ID: 1<<40 + 1, Owner: owner, Region: listedIn, Name: "base-one"},
		{ID: 1<<40 + 2, Owner: owner, Region: "eu-west-1", Name: "base-two"},
	}
}

func builderClient(t *testing.T) *imagebuilder.Client {
	t.Helper()
	return imagebuilder.NewFromConfig(serverConfig(New(Options{Bare: true, World: builderWorld}), "", listedIn))
}

func TestRecipes(t *testing.T) {
	client := builderClient(t)
	images, err := client.ListImageRecipes(t.Context(), &imagebuilder.ListImageRecipesInput{Owner: types.OwnershipSelf})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range images.ImageRecipeSummaryList {
		got[*r.Arn] = aws.ToString(r.ParentImage)
		if *r.Name != "web" || r.DateCreated == nil {
			t.Errorf("got %+v", r)
		}
	}
	containers, err := client.ListContainerRecipes(t.Context(), &imagebuilder.ListContainerRecipesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range containers.ContainerRecipeSummaryList {
		got[*r.Arn] = aws.ToString(r.ParentImage) + "|" + aws.ToString(r.InstanceImage)
	}
	owner := New(Options{Bare: true}).Accounts()[0].ID
	base := "arn:aws:imagebuilder:us-east-1:" + owner + ":"
	want := map[string]string{
		base + "image-recipe/web/1.0.0":           "ami-00000000000000a01",
		base + "image-recipe/web/1.1.0":           base + "image/base/x.x.x",
		base + "container-recipe/box/2.0.0":       "public.ecr.aws/amazonlinux/amazonlinux:2023|ami-00000000000000a02",
		base + "container-recipe/plain-box/1.0.0": "|",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecipesAskedFor(t *testing.T) {
	client := builderClient(t)
	filter := func(name, value string) []types.Filter {
		return []types.Filter{{Name: aws.String(name), Values: []string{value}}}
	}
	for name, c := range map[string]struct {
		in   imagebuilder.ListImageRecipesInput
		want int
		code string
	}{
		"of Amazon": {imagebuilder.ListImageRecipesInput{Owner: types.OwnershipAmazon}, 0, ""},
		"shared":    {imagebuilder.ListImageRecipesInput{Owner: types.OwnershipShared}, 0, ""},
		"by parent": {imagebuilder.ListImageRecipesInput{Filters: filter("parentImage", "ami-00000000000000a01")}, 1, ""},
		"by name":   {imagebuilder.ListImageRecipesInput{Filters: filter("name", "web")}, 2, ""},
		"windows":   {imagebuilder.ListImageRecipesInput{Filters: filter("platform", "Windows")}, 0, ""},
		"unknown":   {imagebuilder.ListImageRecipesInput{Filters: filter("color", "red")}, 0, "InvalidParameterValueException"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := client.ListImageRecipes(t.Context(), &c.in)
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil || len(out.ImageRecipeSummaryList) != c.want {
				t.Errorf("%d recipes, want %d: %v", len(out.ImageRecipeSummaryList), c.want, err)
			}
		})
	}
}

// The way from a recipe's parent to images: versions of the name, builds of a
// version, outputs of a build.
func TestImagesAndTheirBuilds(t *testing.T) {
	client := builderClient(t)
	versions, err := client.ListImages(t.Context(), &imagebuilder.ListImagesInput{Filters: []types.Filter{{Name: aws.String("name"), Values: []string{"base"}}}})
	if err != nil {
		t.Fatal(err)
	}
	var arns, numbers []string
	for _, v := range versions.ImageVersionList {
		arns, numbers = append(arns, *v.Arn), append(numbers, *v.Version)
	}
	slices.Sort(arns)
	slices.Sort(numbers)
	if diff := cmp.Diff([]string{"1.0.0", "1.0.1"}, numbers); diff != "" {
		t.Fatal(diff)
	}
	builds, err := client.ListImageBuildVersions(t.Context(), &imagebuilder.ListImageBuildVersionsInput{ImageVersionArn: &arns[0]})
	if err != nil {
		t.Fatal(err)
	}
	type output struct{ Build, Image, Region, Name string }
	var got []output
	for _, b := range builds.ImageSummaryList {
		if b.State.Status != types.ImageStatusAvailable {
			t.Errorf("%s is %s", *b.Arn, b.State.Status)
		}
		for _, a := range b.OutputResources.Amis {
			got = append(got, output{*b.Version, *a.Image, *a.Region, aws.ToString(a.Name)})
		}
	}
	slices.SortFunc(got, func(a, b output) int { return strings.Compare(a.Image, b.Image) })
	if diff := cmp.Diff([]output{
		{"1.0.0/1", fleet.ID(1 << 40).Image(), listedIn, ""}, // gone since
		{"1.0.0/2", fleet.ID(1<<40 + 1).Image(), listedIn, "base-one"},
		{"1.0.0/2", fleet.ID(1<<40 + 2).Image(), "eu-west-1", "base-two"},
	}, got); diff != "" {
		t.Error(diff)
	}
	all, err := client.ListImageBuildVersions(t.Context(), nil)
	if err != nil || len(all.ImageSummaryList) != 4 {
		t.Errorf("without a version there are %d builds: %v", len(all.ImageSummaryList), err)
	}
	_, err = client.ListImages(t.Context(), &imagebuilder.ListImagesInput{ByName: true})
	wantCode(t, err, "InvalidRequestException")
	_, err = client.ListImages(t.Context(), &imagebuilder.ListImagesInput{Filters: []types.Filter{{Name: aws.String("x")}}})
	wantCode(t, err, "InvalidParameterValueException")
}
