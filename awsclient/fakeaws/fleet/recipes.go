package fleet

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// builderTag is on images that Image Builder has built: the ARN of the build.
const builderTag = "Ec2ImageBuilderArn"

// imageBuilder makes recipes and what was built of them.
func (g *generator) imageBuilder(e *estate) {
	g.builtImages(e)
	if len(e.images) == 0 || !g.chance(18) {
		return
	}
	for i := range 1 + len(e.images)/100 {
		name := fmt.Sprintf("%s-image-%d", pick(g, services), i)
		first := g.longAgo()
		g.recipe(e, Recipe{Name: name, Version: "1.0.0", Created: first, Parent: g.parent(e)})
		if g.chance(50) { // recipes do not change: this is how one is edited
			g.recipe(e, Recipe{Name: name, Version: "1.1.0", Created: (first + stamp(Epoch)) / 2, Parent: g.parent(e)})
		}
	}
	if g.chance(40) {
		g.recipe(e, Recipe{
			Name: pick(g, services) + "-container", Version: "1.0.0", Container: true, Parent: "public.ecr.aws/amazonlinux/amazonlinux:2023",
			Instance: pick(g, []string{"", "ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", g.usual(e)}),
		})
	}
}

// parent draws what a recipe builds on.
func (g *generator) parent(e *estate) string {
	switch n := g.rng.IntN(100); {
	case n < 40:
		return fmt.Sprintf("arn:aws:imagebuilder:%s:aws:image/amazon-linux-2023-%s/x.x.x", e.region, pick(g, []string{"x86", "arm64"}))
	case n < 50:
		return "ssm:" + amazonParameter + "x86_64"
	default:
		return g.usual(e)
	}
}

func (g *generator) recipe(e *estate, r Recipe) {
	r.Owner, r.Region = e.account.ID, e.region
	if r.Created == 0 {
		r.Created = g.longAgo()
	}
	g.fleet.Recipes = append(g.fleet.Recipes, r)
}

// builtImages makes the builds whose images say that they come of them, and
// the recipe of their pipeline.
func (g *generator) builtImages(e *estate) {
	versions := map[string]int{} // of images, by name
	for _, im := range e.images {
		name, version, ok := e.builtAs(im)
		if !ok {
			continue
		}
		versions[name]++
		g.fleet.Builds = append(g.fleet.Builds, Build{Owner: e.account.ID, Region: e.region, Name: name, Version: version, Number: 1, Created: im.Life.Created, Images: []ID{im.ID}})
		if versions[name] == 1 {
			g.recipe(e, Recipe{Name: name, Version: version, Created: im.Life.Created, Parent: g.vendors[e.region][0].Image()})
		}
	}
}

// builtAs reads the tag of an image that was built here, not copied.
func (e *estate) builtAs(im *Image) (name, version string, ok bool) {
	for _, t := range im.Tags {
		if t.Key != builderTag {
			continue
		}
		rest, here := strings.CutPrefix(t.Value, fmt.Sprintf("arn:aws:imagebuilder:%s:%s:image/", e.region, e.account.ID))
		if parts := strings.Split(rest, "/"); here && len(parts) == 3 {
			return parts[0], parts[1], true
		}
	}
	return "", "", false
}

func (g *generator) loneRecipe(e *estate, im *Image) {
	g.recipe(e, Recipe{Name: loneName("hardened", im), Version: "1.0.0", Parent: im.ID.Image()})
}

// loneOldRecipe is a version that a later one has taken the place of.
func (g *generator) loneOldRecipe(e *estate, im *Image) {
	name := loneName("rebased", im)
	g.recipe(e, Recipe{Name: name, Version: "1.0.0", Created: stamp(Epoch.Add(-700 * day)), Parent: im.ID.Image()})
	g.recipe(e, Recipe{Name: name, Version: "1.0.1", Created: stamp(Epoch.Add(-90 * day)), Parent: g.vendors[e.region][0].Image()})
}

func (g *generator) loneContainer(e *estate, im *Image) {
	g.recipe(e, Recipe{Name: loneName("builder", im), Version: "2.0.0", Container: true, Parent: "public.ecr.aws/docker/library/debian:12", Instance: im.ID.Image()})
}

// loneAncestor is what the newest version of an image of Image Builder put
// out, on which a recipe builds by the name of that image. To see that takes
// two more calls, so an account has one at most.
func (g *generator) loneAncestor(e *estate, im *Image) {
	if e.derived {
		return
	}
	e.derived = true
	name := loneName("base", im)
	for i, output := range []ID{g.id(), g.id(), im.ID} {
		at := stamp(im.Life.Created.UTC().Add(-time.Duration(2-i) * 30 * day))
		g.fleet.Builds = append(g.fleet.Builds, Build{Owner: e.account.ID, Region: e.region, Name: name, Version: "1.0." + strconv.Itoa(i), Number: 1 + i%2, Created: at, Images: []ID{output}})
	}
	g.recipe(e, Recipe{Name: loneName("derived", im), Version: "1.0.0", Parent: fmt.Sprintf("arn:aws:imagebuilder:%s:%s:image/%s/x.x.x", e.region, e.account.ID, name)})
}
