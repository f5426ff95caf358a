package awsclient

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder/types"

	"github.com/amiscope/amiscope/model"
)

// builderPage is the most that Image Builder gives in a page.
const builderPage = 25

// recipeList is the account's own recipes of Image Builder, for images and for
// containers. Both may name images by id, by an SSM parameter, or an image
// recipe by what Image Builder made before.
type recipeList struct{}

func (recipeList) read(ctx context.Context, r *reading) error {
	p := recipePass{usage: newUsage(r), builds: newBuilds(r)}
	if err := p.images(ctx); err != nil {
		return err
	}
	return p.containers(ctx)
}

type recipePass struct {
	*usage
	builds *builds
}

func (p *recipePass) images(ctx context.Context) error {
	in := imagebuilder.ListImageRecipesInput{Owner: types.OwnershipSelf, MaxResults: aws.Int32(builderPage)}
	return p.list(ctx, "imagebuilder:ListImageRecipes", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := p.session.imagebuilder(p.scope.Region).ListImageRecipes(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.ImageRecipeSummaryList, out.NextToken); err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.ImageRecipeSummaryList {
			t, err := p.image(ctx, &out.ImageRecipeSummaryList[i])
			if err != nil {
				return nil, err
			}
			things = append(things, t)
		}
		return out.NextToken, p.tell(ctx, things)
	})
}

// image is a recipe for images. One whose parent is of Amazon, of another
// company or of the Marketplace names none of ours.
func (p *recipePass) image(ctx context.Context, in *types.ImageRecipeSummary) (thing, error) {
	t := recipe(in.Arn, in.DateCreated)
	parent := aws.ToString(in.ParentImage)
	if text := baseImage(parent); text != "" {
		t.place("", text, nil)
		return t, nil
	}
	at, ok := parseBuilt(parent)
	if !ok || !p.builds.known(at) {
		t.places = []place{{}}
		return t, nil
	}
	found, err := p.builds.find(ctx, at)
	if err != nil {
		return t, err
	}
	for _, b := range found {
		t.place("build "+b.version, b.image, nil)
	}
	if len(found) == 0 {
		t.Broken = "nothing that Image Builder made in this region is " + at.name + "/" + at.version
		t.places = []place{{}}
	}
	return t, nil
}

func (p *recipePass) containers(ctx context.Context) error {
	in := imagebuilder.ListContainerRecipesInput{Owner: types.OwnershipSelf, MaxResults: aws.Int32(builderPage)}
	return p.list(ctx, "imagebuilder:ListContainerRecipes", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := p.session.imagebuilder(p.scope.Region).ListContainerRecipes(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.ContainerRecipeSummaryList, out.NextToken); err != nil {
			return nil, err
		}
		var things []thing
		for i := range out.ContainerRecipeSummaryList {
			c := &out.ContainerRecipeSummaryList[i]
			t := recipe(c.Arn, c.DateCreated)
			t.place("instance", baseImage(aws.ToString(c.InstanceImage)), nil)
			t.place("parent", baseImage(aws.ToString(c.ParentImage)), nil)
			things = append(things, t)
		}
		return out.NextToken, p.tell(ctx, things)
	})
}

// recipe is a recipe by its ARN, arn:…:image-recipe/NAME/VERSION, whose kind
// keeps recipes of the same name apart.
func recipe(arn, created *string) thing {
	rest := aws.ToString(arn)
	key := rest[strings.LastIndexByte(rest, ':')+1:]
	return thing{Reference: model.Reference{Key: key, ID: recipeID(rest), Since: timestamp(created)}}
}

// recipeID is NAME/VERSION of the ARN of a recipe.
func recipeID(arn string) string {
	_, id, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	return id
}

// baseImage is what a recipe names an image by, as it would stand in a launch
// template; "" where it names something else.
func baseImage(text string) string {
	if isImage(text) {
		return text
	}
	if name, ok := strings.CutPrefix(text, "ssm:"); ok {
		return aliasPrefix + name
	}
	return ""
}
