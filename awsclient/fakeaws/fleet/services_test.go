package fleet

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mention is one place where a service other than EC2 names an image.
type mention struct {
	kind, owner, region string
	image               string
}

// mentions are all of them; kinds also tell how fresh they are.
func mentions(f *Fleet) []mention {
	var out []mention
	add := func(kind, owner, region, image string) {
		if strings.HasPrefix(image, ImagePrefix) {
			out = append(out, mention{kind, owner, region, image})
		}
	}
	for _, r := range f.LaunchConfigs {
		kind := "configuration left behind"
		if slices.ContainsFunc(f.Groups, func(g Group) bool { return g.Owner == r.Owner && g.Region == r.Region && g.Config == r.Name }) {
			kind = "configuration of a group"
		}
		add(kind, r.Owner, r.Region, r.Image)
	}
	for _, g := range f.Groups {
		for _, o := range g.Overrides {
			add("override", g.Owner, g.Region, o.Image)
		}
	}
	for _, p := range f.Parameters {
		kind := map[bool]string{true: "image parameter", false: "text"}[p.DataType == imageData]
		if p.Type == "StringList" {
			kind = "list"
		}
		for _, word := range strings.FieldsFunc(p.Value, func(c rune) bool { return !strings.ContainsRune("ami-0123456789bcdef", c) }) {
			add(kind, p.Owner, p.Region, word)
		}
	}
	for _, r := range f.Recipes {
		kind := "recipe"
		if slices.ContainsFunc(f.Recipes, func(later Recipe) bool {
			return later.Owner == r.Owner && later.Region == r.Region && later.Name == r.Name && later.Version > r.Version
		}) {
			kind = "old recipe"
		}
		add(kind, r.Owner, r.Region, r.Parent)
		add("container recipe", r.Owner, r.Region, r.Instance)
		add("ancestor of a recipe", r.Owner, r.Region, outputOf(f, r))
	}
	for _, e := range f.Environments {
		add("batch image", e.Owner, e.Region, e.Image)
		for _, image := range e.Overrides {
			add("batch override", e.Owner, e.Region, image)
		}
	}
	for _, c := range f.Clusters {
		for _, n := range c.NodeGroups {
			add("node group", c.Owner, c.Region, n.Release)
		}
	}
	return out
}

// outputOf is the image that a recipe builds on, if it names it as an image of
// Image Builder of its account, in whichever version is the latest.
func outputOf(f *Fleet, r Recipe) string {
	name, ok := strings.CutPrefix(r.Parent, "arn:aws:imagebuilder:"+r.Region+":"+r.Owner+":image/")
	name, wild := strings.CutSuffix(name, "/x.x.x")
	var latest Build
	for _, b := range f.Builds {
		if ok && wild && b.Owner == r.Owner && b.Region == r.Region && b.Name == name && b.Version >= latest.Version {
			latest = b
		}
	}
	if len(latest.Images) == 0 {
		return ""
	}
	return latest.Images[0].Image()
}

// TestServicesNameImages: each kind of reference is the only one of some image,
// some of them in another account than the image's; and each also names images
// that are gone, where that can be.
func TestServicesNameImages(t *testing.T) {
	home := []string{
		"configuration of a group", "configuration left behind", "override", "image parameter", "text", "list", "recipe", "old recipe",
		"container recipe", "ancestor of a recipe", "batch image", "batch override", "node group",
	}
	away := []string{"configuration left behind", "override", "image parameter", "text", "recipe", "container recipe", "batch override", "node group"}
	for _, c := range []Config{{}, {Seed: 2}, {Seed: 3}, {Images: 5000, Accounts: 7}} {
		f := New(c)
		images := map[string]*Image{}
		for i := range f.Images {
			images[f.Images[i].ID.Image()] = &f.Images[i]
		}
		all := mentions(f)
		times := map[string]int{}
		for _, m := range all {
			times[m.image]++
		}
		others := namers(f)
		aloneHome, aloneAway, gone := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, m := range all {
			im := images[m.image]
			switch {
			case im == nil:
				gone[m.kind] = true
			case im.Region != m.region:
				t.Errorf("%+v is about an image in %s", m, im.Region)
			case times[m.image] > 1 || len(others[m.image]) > 1:
			case im.Owner == m.owner:
				aloneHome[m.kind] = true
			default:
				aloneAway[m.kind] = true
			}
		}
		for _, kind := range home {
			if !aloneHome[kind] {
				t.Errorf("%+v: no %s is the only reference", c, kind)
			}
		}
		for _, kind := range away {
			if !aloneAway[kind] {
				t.Errorf("%+v: no %s is the only reference to an image of another account", c, kind)
			}
		}
		for _, kind := range []string{"image parameter", "list"} {
			if !gone[kind] {
				t.Errorf("%+v: no %s names an image that is gone", c, kind)
			}
		}
	}
}

// TestWhatCostsCallsIsFew: an account in a region has at most two clusters and
// three node groups, most have none, and at most one recipe builds on another.
func TestWhatCostsCallsIsFew(t *testing.T) {
	for _, c := range []Config{{}, {Images: 5000, Accounts: 20, Regions: 17}, {Images: 5000, Accounts: 1, Regions: 1}} {
		f := New(c)
		type count struct{ clusters, groups, derived int }
		counts := map[scoped]count{}
		for _, cl := range f.Clusters {
			k := scoped{cl.Owner, cl.Region, ""}
			n := counts[k]
			n.clusters, n.groups = n.clusters+1, n.groups+len(cl.NodeGroups)
			counts[k] = n
		}
		for _, r := range f.Recipes {
			if strings.Contains(r.Parent, ":"+r.Owner+":image/") {
				k := scoped{r.Owner, r.Region, ""}
				n := counts[k]
				n.derived++
				counts[k] = n
			}
		}
		withClusters := 0
		for k, n := range counts {
			if n.clusters > 2 || n.groups > 3 || n.derived > 1 {
				t.Errorf("%+v: %+v has %+v", c, k, n)
			}
			withClusters += min(n.clusters, 1)
		}
		if scopes := len(f.Active()) * len(f.Enabled()); scopes > 1 && withClusters > scopes/2 {
			t.Errorf("%+v: %d of %d have clusters", c, withClusters, scopes)
		}
	}
}

// TestGroupsLaunchFromWhatIsThere: a group names a configuration or a template
// that its account has, in all the ways there are.
func TestGroupsLaunchFromWhatIsThere(t *testing.T) {
	f := New(Config{})
	ways := map[string]bool{}
	for _, g := range f.Groups {
		switch {
		case g.Template == nil:
			if !slices.ContainsFunc(f.LaunchConfigs, func(r LaunchConfig) bool { return r.Owner == g.Owner && r.Region == g.Region && r.Name == g.Config }) {
				t.Errorf("%s has the configuration %q, which is not there", g.Name, g.Config)
			}
			ways["configuration"] = true
			continue
		case g.Mixed:
			ways["mixed"] = true
		}
		uses := []*TemplateUse{g.Template}
		for _, o := range g.Overrides {
			if o.Template != nil {
				uses = append(uses, o.Template)
			}
		}
		for _, u := range uses {
			if !slices.ContainsFunc(f.Templates, func(r Template) bool {
				return r.Owner == g.Owner && r.Region == g.Region && (r.ID == u.Template || u.Template == 0 && r.Name == u.Name) && hasVersion(r, u.Version)
			}) {
				t.Errorf("%s launches from %+v, which is not there", g.Name, u)
			}
			ways["version "+strings.Trim(u.Version, "0123456789")] = true
			ways[map[bool]string{true: "by name", false: "by id"}[u.Name != ""]] = true
		}
		if g.Desired == 0 {
			ways["empty"] = true
		}
	}
	for _, way := range []string{"configuration", "mixed", "version $Latest", "version $Default", "version ", "by name", "by id", "empty"} {
		if !ways[way] {
			t.Errorf("no group launches by %s", way)
		}
	}
}

func hasVersion(t Template, version string) bool {
	n, err := strconv.Atoi(version)
	return err != nil || slices.ContainsFunc(t.Versions, func(v TemplateVersion) bool { return v.Number == n })
}

// TestGroupsOfInstances: a group that instances say they are in is there.
func TestGroupsOfInstances(t *testing.T) {
	f := New(Config{})
	for _, in := range f.Instances {
		for _, tag := range in.Tags {
			if tag.Key == groupTag && !slices.ContainsFunc(f.Groups, func(g Group) bool { return g.Owner == in.Owner && g.Region == in.Region && g.Name == tag.Value }) {
				t.Errorf("%s is in %s, which is not there", in.ID.Instance(), tag.Value)
			}
		}
	}
}

// TestNamesOfServicesAreUnique: in an account and region.
func TestNamesOfServicesAreUnique(t *testing.T) {
	for _, c := range []Config{{}, {Images: 10_000, Accounts: 3, Regions: 2}} {
		f := New(c)
		seen := map[scoped]bool{}
		once := func(owner, region string, name ...string) {
			k := scoped{owner, region, strings.Join(name, " ")}
			if seen[k] {
				t.Errorf("%+v is there twice", k)
			}
			seen[k] = true
		}
		for _, r := range f.LaunchConfigs {
			once(r.Owner, r.Region, "configuration", r.Name)
		}
		for _, r := range f.Groups {
			once(r.Owner, r.Region, "group", r.Name)
		}
		for _, r := range f.Parameters {
			once(r.Owner, r.Region, "parameter", r.Name)
		}
		for _, r := range f.Recipes {
			once(r.Owner, r.Region, "recipe", r.Name, r.Version, map[bool]string{true: "container"}[r.Container])
		}
		for _, r := range f.Builds {
			once(r.Owner, r.Region, "build", r.Name, r.Version, string(rune('0'+r.Number)))
		}
		for _, r := range f.Environments {
			once(r.Owner, r.Region, "environment", r.Name)
		}
		for _, r := range f.Clusters {
			once(r.Owner, r.Region, "cluster", r.Name)
			for _, n := range r.NodeGroups {
				once(r.Owner, r.Region, "node group", r.Name, n.Name)
			}
		}
	}
}

func TestParameterVersions(t *testing.T) {
	p := Parameter{Value: "new", Version: 7, Labels: []string{"prod"}, Earlier: []ParameterVersion{{Number: 5, Value: "old", Labels: []string{"previous"}}}}
	for selector, want := range map[string]string{"": "new", "7": "new", "prod": "new", "5": "old", "previous": "old", "6": "", "next": "", "07": ""} {
		v, ok := p.At(selector)
		if v.Value != want || ok != (want != "") {
			t.Errorf("%q selects %+v, %t", selector, v, ok)
		}
	}
	if v, ok := (&Parameter{Value: "x"}).At("1"); !ok || v.Number != 1 {
		t.Errorf("a parameter that tells no version has %+v", v)
	}
}
