package fleet

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReferencesChangeNothing: what was made before there were references is
// what it was, but for what instances tell of their launch.
func TestReferencesChangeNothing(t *testing.T) {
	for name, c := range map[string]Config{"default": {}, "odd": {Accounts: 7, Regions: 9, Images: 1500, Seed: 42}, "one": {Accounts: 1, Regions: 1, Images: 1}} {
		t.Run(name, func(t *testing.T) {
			c = c.withDefaults()
			g := newGenerator(c)
			g.fleet.Images = make([]Image, 0, c.Images+c.Regions*vendorImages+strangerImages)
			g.organize()
			g.world()
			if c.Images >= SpecialsFrom {
				g.specials()
			}
			g.lines()
			g.strays()
			g.instances()
			g.lineages()
			g.inspect()
			before, after := g.fleet, New(c)
			if text(t, before.Images) != text(t, after.Images) || text(t, before.Snapshots) != text(t, after.Snapshots) {
				t.Error("images or snapshots changed")
			}
			for i, was := range before.Instances {
				is := after.Instances[i]
				is.Tags, is.Stopped, is.Spot = was.Tags, was.Stopped, was.Spot
				if diff := cmp.Diff(was, is); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// namers tells what names each image, by its id: "template a, parameter b".
func namers(f *Fleet) map[string][]string {
	out := map[string][]string{}
	add := func(image, what string) {
		if image != "" && !slices.Contains(out[image], what) {
			out[image] = append(out[image], what)
		}
	}
	for _, r := range f.Instances {
		add(r.Image.Image(), "instance of "+r.Owner)
	}
	for _, r := range f.Templates {
		for _, v := range r.Versions {
			add(v.Image, "template "+r.Owner+" "+r.Name)
		}
	}
	for _, r := range f.Capacities {
		for _, o := range r.Overrides {
			add(o.Image, "fleet "+r.ID)
		}
	}
	for _, r := range f.SpotFleets {
		for _, image := range r.Images {
			add(image, "spot fleet "+r.ID)
		}
	}
	for _, r := range f.SpotRequests {
		add(r.Image, "spot request "+r.ID)
	}
	for _, r := range f.Parameters {
		for _, word := range strings.FieldsFunc(r.Value, func(c rune) bool { return !strings.ContainsRune("ami-0123456789bcdef", c) }) {
			add(word, "parameter "+r.Name)
		}
	}
	for _, r := range f.LaunchConfigs {
		add(r.Image, "configuration "+r.Name)
	}
	for _, r := range f.Groups {
		for _, o := range r.Overrides {
			add(o.Image, "group "+r.Name)
		}
	}
	for _, r := range f.Recipes {
		add(r.Parent, "recipe "+r.Name)
		add(r.Instance, "recipe "+r.Name)
	}
	for _, r := range f.Environments {
		for _, image := range append([]string{r.Image}, r.Overrides...) {
			add(image, "environment "+r.Name)
		}
	}
	return out
}

// TestEveryKindOfReferenceIsThere: of EC2, fresh and stale, and for some image
// the only one, whatever the other services name. The smallest fleets with
// specials have only those that are alone.
func TestEveryKindOfReferenceIsThere(t *testing.T) {
	for _, c := range []Config{{Images: SpecialsFrom}, {}, {Seed: 2}, {Seed: 3}} {
		f := New(c)
		images, by := map[string]*Image{}, namers(f)
		for _, im := range own(f) {
			images[im.ID.Image()] = im
		}
		alone := func(image string) bool {
			im := images[image]
			return im != nil && im.Life.State == "available" && len(by[image]) == 1
		}
		for kind, found := range referenceKinds(f, images, by, alone) {
			if !found && (c.Images == 0 || strings.Contains(kind, "alone")) {
				t.Errorf("%+v: there is no %s", c, kind)
			}
		}
	}
}

// referenceKinds tells which kinds of references a fleet has; alone reports
// whether an image has a single one.
func referenceKinds(f *Fleet, images map[string]*Image, by map[string][]string, alone func(string) bool) map[string]bool {
	out := map[string]bool{}
	for i := range f.Templates {
		templateKinds(out, f, &f.Templates[i], images, alone)
		for _, v := range f.Templates[i].Versions {
			for _, s := range v.Snapshots {
				out["snapshot alone"] = out["snapshot alone"] || unnamed(images, by, s)
			}
		}
	}
	for _, r := range f.Instances {
		image := r.Image.Image()
		mine := images[image] != nil && images[image].Owner == r.Owner
		out["instance alone, "+r.State] = out["instance alone, "+r.State] || alone(image) && mine
		out["instance alone elsewhere, "+r.State] = out["instance alone elsewhere, "+r.State] || alone(image) && !mine
		for _, tag := range r.Tags {
			out["tag "+tag.Key] = true
			out["fleet instance alone"] = out["fleet instance alone"] || tag.Key == fleetTag
		}
		out["stopped long ago"] = out["stopped long ago"] || r.Stopped != 0 && Epoch.Sub(r.Stopped.UTC()) > 180*day
		out["stopped lately"] = out["stopped lately"] || r.Stopped != 0 && Epoch.Sub(r.Stopped.UTC()) < 90*day
		out["spot instance"] = out["spot instance"] || r.Spot != ""
	}
	for _, r := range f.Capacities {
		out["fleet "+r.State], out["fleet "+r.Type] = true, true
		for _, o := range r.Overrides {
			key := "fleet alone, " + r.State
			out[key] = out[key] || alone(o.Image)
		}
	}
	for _, r := range f.SpotFleets {
		out["spot fleet of templates"] = out["spot fleet of templates"] || len(r.Templates) > 0
		for _, image := range r.Images {
			key := "spot fleet alone, " + r.State
			out[key] = out[key] || alone(image)
		}
	}
	for _, r := range f.SpotRequests {
		out["spot request "+r.State] = true
		out["spot request of a gone image"] = out["spot request of a gone image"] || images[r.Image] == nil
		key := "spot request alone, " + r.State
		out[key] = out[key] || alone(r.Image)
	}
	return expected(out)
}

// expected keeps those kinds that every fleet must have.
func expected(out map[string]bool) map[string]bool {
	wanted := map[string]bool{}
	for _, kind := range []string{
		"template alone, default", "template alone, latest", "template alone, default and latest", "template alone, old version", "template alone elsewhere",
		"template alone, stale", "template of several versions", "default not latest", "image gone", "image of others", "alias", "alias lost", "public alias",
		"snapshot alone", "versions deleted",
		"instance alone, running", "instance alone, stopped", "instance alone elsewhere, running", "instance alone elsewhere, stopped",
		"tag " + templateTag, "tag " + versionTag, "tag " + groupTag, "tag " + fleetTag, "stopped long ago", "stopped lately", "spot instance",
		"fleet active", "fleet deleted", "fleet instant", "fleet maintain", "fleet request", "fleet alone, active", "fleet alone, deleted",
		"spot fleet of templates", "spot fleet alone, active", "spot fleet alone, cancelled_running",
		"spot request active", "spot request closed", "spot request alone, open", "spot request alone, cancelled",
	} {
		wanted[kind] = out[kind]
	}
	return wanted
}

func templateKinds(out map[string]bool, f *Fleet, t *Template, images map[string]*Image, alone func(string) bool) {
	latest := t.Versions[len(t.Versions)-1].Number
	out["template of several versions"] = out["template of several versions"] || len(t.Versions) > 5
	out["default not latest"] = out["default not latest"] || t.Default != latest
	out["versions deleted"] = out["versions deleted"] || t.Versions[0].Number > 1
	for _, v := range t.Versions {
		im := images[v.Image]
		switch {
		case im == nil && strings.HasPrefix(v.Image, aliasPrefix+"/aws/"):
			out["public alias"] = true
		case im == nil && strings.HasPrefix(v.Image, aliasPrefix):
			out[map[bool]string{true: "alias", false: "alias lost"}[hasParameter(f, t, v.Image)]] = true
		case im == nil:
			out["image gone"] = true
		case im.Owner != t.Owner:
			out["image of others"] = true
			out["template alone elsewhere"] = out["template alone elsewhere"] || alone(v.Image)
		case alone(v.Image):
			kind := map[[2]bool]string{{true, true}: "default and latest", {true, false}: "default", {false, true}: "latest", {false, false}: "old version"}
			out["template alone, "+kind[[2]bool{v.Number == t.Default, v.Number == latest}]] = true
			out["template alone, stale"] = out["template alone, stale"] || Epoch.Sub(v.Created.UTC()) > 700*day
		}
	}
}

func hasParameter(f *Fleet, t *Template, alias string) bool {
	return slices.ContainsFunc(f.Parameters, func(p Parameter) bool {
		return p.Owner == t.Owner && p.Region == t.Region && aliasPrefix+p.Name == alias
	})
}

// unnamed reports whether a snapshot is of an image that nothing names by its
// own id.
func unnamed(images map[string]*Image, by map[string][]string, snapshot string) bool {
	for id, im := range images {
		if len(by[id]) == 0 && slices.ContainsFunc(im.Snapshots, func(s ID) bool { return s.Snapshot() == snapshot }) {
			return true
		}
	}
	return false
}

// TestReferencesFit: each thing is an account's that can be used, in a region
// that is open, and what it names by number or name is there.
func TestReferencesFit(t *testing.T) {
	f := New(Config{Accounts: 9, Regions: 12, Images: 3000, Seed: 5})
	templates := map[ID]*Template{}
	ids := map[string]bool{}
	fits := func(owner, region, id string, created Time) {
		a, known := f.Member(owner)
		if !known || !a.Active() || !slices.Contains(f.Enabled(), region) || ids[id] || created.UTC().After(Epoch) {
			t.Errorf("%s of %s in %s, made %s, does not fit", id, owner, region, created)
		}
		ids[id] = true
	}
	for i := range f.Templates {
		r := &f.Templates[i]
		templates[r.ID] = r
		fits(r.Owner, r.Region, r.ID.Template(), r.Created)
		fits(r.Owner, r.Region, r.Owner+r.Region+r.Name, r.Created)
		if !slices.ContainsFunc(r.Versions, func(v TemplateVersion) bool { return v.Number == r.Default }) || r.Created > r.Versions[0].Created {
			t.Errorf("the template %s has the default %d of %+v", r.Name, r.Default, r.Versions)
		}
		for i, v := range r.Versions[1:] {
			if v.Number <= r.Versions[i].Number || v.Created < r.Versions[i].Created {
				t.Errorf("the template %s has its versions in the wrong order: %+v", r.Name, r.Versions)
			}
		}
	}
	for _, r := range f.Capacities {
		fits(r.Owner, r.Region, r.ID, r.Created)
		if u := r.Template; u.Name == "" && (templates[u.Template] == nil || templates[u.Template].Owner != r.Owner) {
			t.Errorf("the fleet %s names the template %+v", r.ID, u)
		}
	}
	for _, r := range f.SpotFleets {
		fits(r.Owner, r.Region, r.ID, r.Created)
	}
	for _, r := range f.SpotRequests {
		fits(r.Owner, r.Region, r.ID, r.Created)
	}
	for _, r := range f.Instances {
		if (r.State == "stopped") != (r.Stopped != 0) || r.Stopped != 0 && (r.Stopped < r.Launched || r.Stopped.UTC().After(Epoch)) {
			t.Errorf("%s is %s, launched %s and stopped %s", r.ID.Instance(), r.State, r.Launched, r.Stopped)
		}
	}
	if n := len(f.Templates); n < 290 || n > 330 {
		t.Errorf("%d templates for 3,000 images", n)
	}
}
