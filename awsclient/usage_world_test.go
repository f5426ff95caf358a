package awsclient

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// Ids of hand-made worlds, and their texts.
const (
	image1, image2, image3, image4, image5 fleet.ID = 0xa1, 0xa2, 0xa3, 0xa4, 0xa5
	webTemplate, bareTemplate              fleet.ID = 0x71, 0x72

	ami1, ami2, ami3, ami4, ami5 = "ami-000000a1", "ami-000000a2", "ami-000000a3", "ami-000000a4", "ami-000000a5"
	snapA, snapB                 = "snap-0000000a", "snap-0000000b"
	ltWeb, ltBare                = "lt-00000071", "lt-00000072"
)

// at is a moment of hand-made worlds, by its day.
func at(day int) fleet.Time {
	return fleet.Time(time.Date(2026, 4, day, 10, 11, 12, 0, time.UTC).UnixMilli())
}

// hand is a hand-made world: the first region of a company of two accounts.
type hand struct {
	client *Client
	server *fakeaws.Server
	scope  model.Scope // of the management account
	other  model.Scope // of the other account
}

// handMade serves what fill puts into the world, in pages of one element with
// empty ones between them.
func handMade(t *testing.T, o fakeaws.Options, c Options, fill func(w *fleet.Fleet, s, other model.Scope)) hand {
	t.Helper()
	h := hand{}
	o.Fleet, o.Bare, o.PageLimit, o.EmptyEvery = fleet.Config{Accounts: 2, Regions: 1}, true, cmp.Or(o.PageLimit, 1), 3
	o.World = func(w *fleet.Fleet) {
		region := w.Enabled()[0]
		h.scope, h.other = model.Scope{Account: w.Active()[0].ID, Region: region}, model.Scope{Account: w.Active()[1].ID, Region: region}
		if fill != nil {
			fill(w, h.scope, h.other)
		}
	}
	h.server = fakeaws.New(o)
	c.Transport = h.server.Transport()
	for _, id := range []string{h.scope.Account, h.other.Account} {
		key, secret := h.server.Credentials(id)
		c.Static = append(c.Static, StaticAccount{AccessKey: key, Secret: secret, Region: h.scope.Region})
	}
	h.client = client(t, c)
	if found, lost := discover(t, h.client); len(found) != 2 {
		t.Fatalf("found %v, lost %v", found, lost)
	}
	return h
}

// read gives what a pass over a kind tells, one line a reference, in order, and
// sees to it that its pages are well formed.
func (h hand) read(t *testing.T, s model.Scope, k model.Kind) ([]string, error) {
	t.Helper()
	var out []string
	keys := map[string]bool{}
	err := h.client.Read(t.Context(), s, k, func(p model.Page) {
		if p.Scope != s || p.Kind != k || p.Calls < 1 || p.At.IsZero() || p.Last {
			t.Errorf("a page is %+v", p)
		}
		for _, r := range p.References {
			if r.Scope != s || r.Source != k || r.ID == "" || keys[r.Key] {
				t.Errorf("a reference is %+v; its key was told before: %t", r, keys[r.Key])
			}
			keys[r.Key] = true
			out = append(out, lineOf(r))
		}
	})
	slices.Sort(out)
	return out, err
}

// lineOf shows all that a reference tells, in few words.
func lineOf(r *model.Reference) string {
	out := []string{r.Key + ":"}
	add := func(name, value string) {
		if value != "" {
			out = append(out, strings.TrimSpace(name+" "+value))
		}
	}
	if r.ID != r.Key {
		add("id", r.ID)
	}
	add("name", r.Name)
	add("part", r.Part)
	add("", r.Image)
	add("", r.Snapshot)
	add("by", r.Alias)
	add("state", r.State)
	add("group", r.Group)
	if r.Anywhere {
		add("", "anywhere")
	}
	if v := r.Via; v != nil {
		add("via", strings.Join(slices.DeleteFunc([]string{v.Template, v.Name, v.Config, "v" + v.Version}, func(s string) bool { return s == "" || s == "v" }), " "))
		if v.Followed {
			add("", "followed")
		}
	}
	if v := r.Version; v != nil {
		add("version", fmt.Sprintf("%d of %d", v.Number, v.Of))
		if v.Default {
			add("", "default")
		}
	}
	if !r.Since.IsZero() {
		add("since", r.Since.Format("02"))
	}
	add("broken:", r.Broken)
	return strings.Join(out, " ")
}

// everything puts at least one thing of every kind into a scope, named in every
// way. It takes every call that a sweep may take.
func everything(w *fleet.Fleet, s, other model.Scope) {
	w.Images = append(w.Images, fleet.Image{ID: image1, Owner: s.Account, Region: s.Region}, fleet.Image{ID: image2, Owner: s.Account, Region: s.Region})
	compute(w, s)
	launchers(w, s)
	services(w, s, other)
	charges(w, s)
	opens(w, s)
}

func compute(w *fleet.Fleet, s model.Scope) {
	w.Instances = append(w.Instances,
		fleet.Instance{
			ID: 0x11, Owner: s.Account, Region: s.Region, Image: image1, State: "running", Launched: at(1),
			Tags: []fleet.Tag{{Key: "Name", Value: "web-1"}, {Key: groupTag, Value: "web"}, {Key: templateTag, Value: ltWeb}, {Key: templateVersionTag, Value: "1"}},
		},
		fleet.Instance{ID: 0x12, Owner: s.Account, Region: s.Region, Image: image2, State: "stopped", Launched: at(1), Stopped: at(2)},
		fleet.Instance{ID: 0x13, Owner: s.Account, Region: s.Region, Image: image3, State: "stopped", Launched: at(1)},
		fleet.Instance{ID: 0x14, Owner: s.Account, Region: s.Region, Image: image3, State: "terminated", Launched: at(3)},
	)
	w.Templates = append(w.Templates,
		fleet.Template{ID: webTemplate, Owner: s.Account, Region: s.Region, Name: "web", Default: 2, Versions: []fleet.TemplateVersion{
			{Number: 1, Created: at(1), Image: ami1, Snapshots: []string{snapB}},
			{Number: 2, Created: at(2), Image: "resolve:ssm:/golden/web"},
			{Number: 3, Created: at(3), Image: "resolve:ssm:/golden/lost"},
			{Number: 5, Created: at(5), Image: ami2, Snapshots: []string{snapA, snapB}},
		}},
		fleet.Template{ID: bareTemplate, Owner: s.Account, Region: s.Region, Name: "bare", Versions: []fleet.TemplateVersion{{Number: 1, Created: at(4)}}},
	)
	w.LaunchConfigs = append(w.LaunchConfigs,
		fleet.LaunchConfig{Owner: s.Account, Region: s.Region, Name: "old web", Created: at(1), Image: ami4, Snapshots: []string{snapA}},
		fleet.LaunchConfig{Owner: s.Account, Region: s.Region, Name: "older", Created: at(2), Image: ami5},
	)
}

func launchers(w *fleet.Fleet, s model.Scope) {
	web := func(version string) *fleet.TemplateUse {
		return &fleet.TemplateUse{Template: webTemplate, Version: version}
	}
	group := func(name string, g fleet.Group) {
		g.Owner, g.Region, g.Name, g.Created = s.Account, s.Region, name, at(6)
		w.Groups = append(w.Groups, g)
	}
	group("configured", fleet.Group{Config: "old web"})
	group("latest", fleet.Group{Template: web("$Latest")})
	group("unsaid", fleet.Group{Template: web("")})
	group("pinned", fleet.Group{Template: web("1")})
	group("by-alias", fleet.Group{Template: web("2")})
	group("by-lost-alias", fleet.Group{Template: web("3")})
	group("deleted-version", fleet.Group{Template: web("4")})
	group("deleted-template", fleet.Group{Template: &fleet.TemplateUse{Template: 0x79, Version: "1"}})
	group("empty-version", fleet.Group{Template: &fleet.TemplateUse{Template: bareTemplate, Version: "1"}})
	group("mixed", fleet.Group{Template: web("$Default"), Mixed: true, Overrides: []fleet.Override{
		{Type: "m5.large"}, {Type: "c5.large", Image: ami3}, {Type: "c7g.large", Template: web("1")}, {Type: "c7g.xlarge", Template: web("$Latest")},
	}})
	w.Capacities = append(w.Capacities,
		fleet.Capacity{
			ID: "fleet-1", Owner: s.Account, Region: s.Region, Created: at(7), State: "active", Type: "maintain",
			Template: fleet.TemplateUse{Name: "web", Version: "1"}, Overrides: []fleet.Override{{Type: "a"}, {Type: "b", Image: ami3}},
		},
		fleet.Capacity{
			ID: "fleet-2", Owner: s.Account, Region: s.Region, Created: at(7), State: "deleted_running", Type: "request",
			Template: *web("$Latest"), Overrides: []fleet.Override{{Type: "a", Template: web("2")}, {Type: "b", Image: ami4}},
		},
	)
	w.SpotFleets = append(w.SpotFleets,
		fleet.SpotFleet{ID: "sfr-1", Owner: s.Account, Region: s.Region, Created: at(8), State: "active", Images: []string{ami1}},
		fleet.SpotFleet{ID: "sfr-2", Owner: s.Account, Region: s.Region, Created: at(8), State: "cancelled", Images: []string{ami2, ami3}},
		fleet.SpotFleet{ID: "sfr-3", Owner: s.Account, Region: s.Region, Created: at(8), State: "active", Templates: []fleet.TemplateUse{*web("2"), {Name: "web"}}},
	)
	w.SpotRequests = append(w.SpotRequests,
		fleet.SpotRequest{ID: "sir-1", Owner: s.Account, Region: s.Region, Created: at(9), State: "open", Image: ami1},
		fleet.SpotRequest{ID: "sir-2", Owner: s.Account, Region: s.Region, Created: at(9), State: "closed", Image: ami2},
	)
}

func services(w *fleet.Fleet, s, other model.Scope) {
	parameter := func(name, value, kind, data string) {
		w.Parameters = append(w.Parameters, fleet.Parameter{Owner: s.Account, Region: s.Region, Name: name, Value: value, Type: kind, DataType: data, Modified: at(10)})
	}
	parameter("/golden/web", ami5, "", "aws:ec2:image")
	parameter("golden-old", ami4, "", "aws:ec2:image")
	parameter("/golden/none", "soon", "", "aws:ec2:image")
	parameter("/config/app/list", ami1+","+ami2+","+ami1, "StringList", "")
	parameter("/config/app/json", `{"base":"`+ami3+`"}`, "", "")
	parameter("/config/app/secret", ami4, "SecureString", "")
	parameter("/config/app/other", "no image", "", "")
	parameter("/elsewhere/app", ami1, "", "")

	recipe := func(r fleet.Recipe) {
		r.Owner, r.Region, r.Version, r.Created = s.Account, s.Region, cmp.Or(r.Version, "1.0.0"), at(12)
		w.Recipes = append(w.Recipes, r)
	}
	arn := func(account, rest string) string {
		return "arn:aws:imagebuilder:" + s.Region + ":" + account + ":image/" + rest
	}
	recipe(fleet.Recipe{Name: "of-image", Parent: ami1})
	recipe(fleet.Recipe{Name: "of-image", Parent: ami2, Version: "1.0.1"})
	recipe(fleet.Recipe{Name: "of-parameter", Parent: "ssm:golden-old"})
	recipe(fleet.Recipe{Name: "of-amazon", Parent: arn("aws", "amazon-linux-2023-x86/x.x.x")})
	recipe(fleet.Recipe{Name: "of-stranger", Parent: arn("999999999999", "base/1.0.0")})
	recipe(fleet.Recipe{Name: "of-market", Parent: "prod-abcdef"})
	recipe(fleet.Recipe{Name: "of-any", Parent: arn(s.Account, "base/1.x.x")})
	recipe(fleet.Recipe{Name: "of-version", Parent: arn(s.Account, "base/1.0.0")})
	recipe(fleet.Recipe{Name: "of-build", Parent: arn(s.Account, "base/1.0.0/2")})
	recipe(fleet.Recipe{Name: "of-nothing", Parent: arn(s.Account, "base/7.0.0")})
	recipe(fleet.Recipe{Name: "of-friend", Parent: arn(other.Account, "shared/x.x.x")})
	recipe(fleet.Recipe{Name: "of-image", Container: true, Parent: "amazonlinux:latest", Instance: ami3})
	recipe(fleet.Recipe{Name: "of-default", Container: true, Parent: "amazonlinux:latest"})
	built := func(owner, name, version string, number int, image fleet.ID) {
		w.Builds = append(w.Builds, fleet.Build{Owner: owner, Region: s.Region, Name: name, Version: version, Number: number, Images: []fleet.ID{image}})
	}
	built(s.Account, "base", "1.0.0", 1, image1)
	built(s.Account, "base", "1.0.0", 2, image2)
	built(s.Account, "base", "1.2.0", 1, image3)
	built(s.Account, "base", "2.0.0", 1, image4)
	built(other.Account, "shared", "1.0.0", 1, image5)

	w.Environments = append(w.Environments,
		fleet.ComputeEnvironment{Owner: s.Account, Region: s.Region, Name: "chosen-by-batch"},
		fleet.ComputeEnvironment{
			Owner: s.Account, Region: s.Region, Name: "all", Image: ami1, Overrides: []string{ami2, ami3},
			Template: &fleet.TemplateUse{Name: "web", Version: "1"}, TemplateOverrides: []fleet.TemplateUse{{Template: webTemplate, Version: "2"}},
		},
	)
	w.Clusters = append(w.Clusters,
		fleet.Cluster{Owner: s.Account, Region: s.Region, Name: "empty"},
		fleet.Cluster{Owner: s.Account, Region: s.Region, Name: "main", NodeGroups: []fleet.NodeGroup{
			{Name: "plain", Created: at(11), Release: "1.33.0-20260401"},
			{Name: "pinned", Created: at(11), Release: ami1, Template: &fleet.TemplateUse{Template: webTemplate, Version: "1"}},
			{Name: "by-alias", Created: at(11), Template: &fleet.TemplateUse{Template: webTemplate, Version: "2"}},
			{Name: "differs", Created: at(11), Release: ami4, Template: &fleet.TemplateUse{Template: webTemplate, Version: "1"}},
		}},
	)
}
