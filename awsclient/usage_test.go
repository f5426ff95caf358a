package awsclient

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// everythingTold is what each source tells of a world with everything.
func everythingTold() map[model.Kind][]string {
	return map[model.Kind][]string{
		model.Instances: {
			"i-00000011: name web-1 ami-000000a1 state running group web via lt-00000071 v1 since 01",
			"i-00000012: ami-000000a2 state stopped since 02",
			"i-00000013: ami-000000a3 state stopped",
			"i-00000014: ami-000000a3 state terminated since 03",
		},
		model.Templates: {
			"lt-00000071/2: id lt-00000071 name web ami-000000a5 by /golden/web version 2 of 5 default since 02",
			"lt-00000071/5 snap-0000000a: id lt-00000071 name web snap-0000000a version 5 of 5 since 05",
			"lt-00000071/5 snap-0000000b: id lt-00000071 name web snap-0000000b version 5 of 5 since 05",
			"lt-00000071/5: id lt-00000071 name web ami-000000a2 version 5 of 5 since 05",
			"lt-00000072/1: id lt-00000072 name bare version 1 of 1 default since 04",
		},
		model.LaunchConfigs: {
			"old web snap-0000000a: id old web snap-0000000a since 01",
			"old web: ami-000000a4 since 01",
			"older: ami-000000a5 since 02",
		},
		model.Groups: {
			"by-alias: ami-000000a5 by /golden/web via lt-00000071 web v2 followed since 06",
			"by-lost-alias: by /golden/lost via lt-00000071 web v3 followed since 06 broken: the parameter /golden/lost does not exist",
			"configured: via old web since 06",
			"deleted-template: via lt-00000079 v1 followed since 06 broken: its launch template lt-00000079 does not exist",
			"deleted-version: via lt-00000071 web v4 followed since 06 broken: version 4 of its launch template lt-00000071 does not exist",
			"empty-version: via lt-00000072 bare v1 followed since 06",
			"latest: via lt-00000071 web v$Latest since 06",
			"mixed override 2: id mixed part override 2 ami-000000a3 since 06",
			"mixed override 3 snap-0000000b: id mixed part override 3 snap-0000000b via lt-00000071 web v1 followed since 06",
			"mixed override 3: id mixed part override 3 ami-000000a1 via lt-00000071 web v1 followed since 06",
			"mixed override 4: id mixed part override 4 via lt-00000071 web v$Latest since 06",
			"mixed: via lt-00000071 web v$Default since 06",
			"pinned snap-0000000b: id pinned snap-0000000b via lt-00000071 web v1 followed since 06",
			"pinned: ami-000000a1 via lt-00000071 web v1 followed since 06",
			"unsaid: via lt-00000071 web since 06",
		},
		model.Fleets: {
			"fleet-1 override 2: id fleet-1 part override 2 ami-000000a3 state active since 07",
			"fleet-1 snap-0000000b: id fleet-1 snap-0000000b state active via web v1 followed since 07",
			"fleet-1: ami-000000a1 state active via web v1 followed since 07",
			"fleet-2 template 1 override 1: id fleet-2 part template 1 override 1 ami-000000a4 state deleted_running since 07",
			"fleet-2 template 1: id fleet-2 part template 1 state deleted_running via lt-00000071 v$Latest since 07",
			"fleet-2 template 2: id fleet-2 part template 2 ami-000000a5 by /golden/web state deleted_running via lt-00000071 v2 followed since 07",
		},
		model.SpotFleets: {
			"sfr-1: ami-000000a1 state active since 08",
			"sfr-2 specification 1: id sfr-2 part specification 1 ami-000000a2 state cancelled since 08",
			"sfr-2 specification 2: id sfr-2 part specification 2 ami-000000a3 state cancelled since 08",
			"sfr-3 template 1: id sfr-3 part template 1 ami-000000a5 by /golden/web state active via lt-00000071 v2 followed since 08",
			"sfr-3 template 2: id sfr-3 part template 2 state active via web since 08",
		},
		model.SpotRequests: {
			"sir-1: ami-000000a1 state open since 09",
			"sir-2: ami-000000a2 state closed since 09",
		},
		model.Parameters: {
			"/config/app/json: ami-000000a3 anywhere since 10",
			"/config/app/list ami-000000a2: id /config/app/list ami-000000a2 anywhere since 10",
			"/config/app/list: ami-000000a1 anywhere since 10",
			"/config/app/secret: anywhere since 10 broken: its value is encrypted and was not read",
			"/golden/none: since 10 broken: the parameter /golden/none holds no id of an image",
			"/golden/web: ami-000000a5 since 10",
			"golden-old: ami-000000a4 since 10",
		},
		model.Recipes: {
			"container-recipe/of-image/1.0.0 instance: id of-image/1.0.0 part instance ami-000000a3 since 12",
			"image-recipe/of-amazon/1.0.0: id of-amazon/1.0.0 since 12",
			"image-recipe/of-any/1.0.0 build 1.2.0/1: id of-any/1.0.0 part build 1.2.0/1 ami-000000a3 since 12",
			"image-recipe/of-build/1.0.0 build 1.0.0/2: id of-build/1.0.0 part build 1.0.0/2 ami-000000a2 since 12",
			"image-recipe/of-friend/1.0.0 build 1.0.0/1: id of-friend/1.0.0 part build 1.0.0/1 ami-000000a5 since 12",
			"image-recipe/of-image/1.0.0: id of-image/1.0.0 ami-000000a1 since 12",
			"image-recipe/of-image/1.0.1: id of-image/1.0.1 ami-000000a2 since 12",
			"image-recipe/of-market/1.0.0: id of-market/1.0.0 since 12",
			"image-recipe/of-nothing/1.0.0: id of-nothing/1.0.0 since 12 broken: nothing that Image Builder made in this region is base/7.0.0",
			"image-recipe/of-parameter/1.0.0: id of-parameter/1.0.0 ami-000000a4 by golden-old since 12",
			"image-recipe/of-stranger/1.0.0: id of-stranger/1.0.0 since 12",
			"image-recipe/of-version/1.0.0 build 1.0.0/1: id of-version/1.0.0 part build 1.0.0/1 ami-000000a1 since 12",
			"image-recipe/of-version/1.0.0 build 1.0.0/2: id of-version/1.0.0 part build 1.0.0/2 ami-000000a2 since 12",
		},
		model.ComputeEnvironments: {
			"all EC2 configuration 1: id all part EC2 configuration 1 ami-000000a2",
			"all EC2 configuration 2: id all part EC2 configuration 2 ami-000000a3",
			"all image: id all part image ami-000000a1",
			"all override 1: id all part override 1 ami-000000a5 by /golden/web via lt-00000071 v2 followed",
			"all snap-0000000b: id all snap-0000000b via web v1 followed",
			"all: ami-000000a1 via web v1 followed",
		},
		model.NodeGroups: {
			"main/by-alias: ami-000000a5 by /golden/web via lt-00000071 web v2 followed since 11",
			"main/differs release: id main/differs part release ami-000000a4 since 11",
			"main/differs snap-0000000b: id main/differs snap-0000000b via lt-00000071 web v1 followed since 11",
			"main/differs: ami-000000a1 via lt-00000071 web v1 followed since 11",
			"main/pinned snap-0000000b: id main/pinned snap-0000000b via lt-00000071 web v1 followed since 11",
			"main/pinned: ami-000000a1 via lt-00000071 web v1 followed since 11",
		},
	}
}

// tellsEverything sees to it that a client tells that, and of the other account
// nothing.
func (h hand) tellsEverything(t *testing.T) {
	t.Helper()
	for _, k := range model.Sources() {
		for _, try := range []string{"at first", "again"} { // for what is remembered
			got, err := h.read(t, h.scope, k)
			if diff := gocmp.Diff(everythingTold()[k], got); diff != "" || err != nil {
				t.Errorf("%s %s: %v\n%s", k, try, err, diff)
			}
		}
		if got, err := h.read(t, h.other, k); len(got) > 0 || err != nil {
			t.Errorf("%s: the other account has %v, %v", k, got, err)
		}
	}
}

// allPaths are the options by which everything is told.
func allPaths() Options {
	return Options{Usage: Usage{ParameterPaths: []string{"config/app/", "/config"}}}
}

// TestReferences: what each source tells of a world with everything, one thing a
// page and all in one.
func TestReferences(t *testing.T) {
	for _, limit := range []int{1, 1000} {
		t.Run(strconv.Itoa(limit), func(t *testing.T) {
			handMade(t, fakeaws.Options{PageLimit: limit}, allPaths(), everything).tellsEverything(t)
		})
	}
}

// templates reads the launch templates of a world with a template of so many
// versions, the first the default, from which some were deleted.
func templates(t *testing.T, older, newest int, deleted ...int) []string {
	t.Helper()
	h := handMade(t, fakeaws.Options{}, Options{Usage: Usage{TemplateVersions: older}}, func(w *fleet.Fleet, s, _ model.Scope) {
		many := fleet.Template{ID: webTemplate, Owner: s.Account, Region: s.Region, Name: "web", Default: 1}
		for n := 1; n <= newest; n++ {
			if !slices.Contains(deleted, n) {
				many.Versions = append(many.Versions, fleet.TemplateVersion{Number: n, Image: fleet.ID(n).Image()})
			}
		}
		w.Templates = append(w.Templates, many)
	})
	got, err := h.read(t, h.scope, model.Templates)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i], _, _ = strings.Cut(strings.TrimPrefix(got[i], ltWeb+"/"), ":")
	}
	slices.SortFunc(got, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return got
}

func TestOlderTemplateVersions(t *testing.T) {
	for _, c := range []struct {
		name          string
		older, newest int
		deleted       []int
		want          string
	}{
		{"none", 0, 9, nil, "1 9"},
		{"two", 2, 9, nil, "1 7 8 9"},
		{"two before the deleted ones", 2, 9, []int{4, 5, 6, 7, 8}, "1 2 3 9"},
		{"more than there are", 50, 4, []int{2}, "1 3 4"},
		{"all", -1, 5, []int{3}, "1 2 4 5"},
		{"there are no older ones", -1, 1, nil, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(templates(t, c.older, c.newest, c.deleted...), " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestATemplateOfTheSameNameIsAnother: what a version launches is remembered by
// the template's id, never by its name.
func TestATemplateOfTheSameNameIsAnother(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, func(w *fleet.Fleet, s, _ model.Scope) {
		v := []fleet.TemplateVersion{{Number: 1, Image: ami1}, {Number: 2, Image: ami2}}
		w.Templates = append(w.Templates, fleet.Template{ID: webTemplate, Owner: s.Account, Region: s.Region, Name: "web", Default: 2, Versions: v})
		w.Capacities = append(w.Capacities, fleet.Capacity{ID: "fleet-1", Owner: s.Account, Region: s.Region, State: "active", Type: "maintain", Template: fleet.TemplateUse{Name: "web", Version: "1"}})
	})
	image := func() string {
		got, err := h.read(t, h.scope, model.Fleets)
		if err != nil || len(got) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		return strings.Fields(got[0])[1]
	}
	before := image()
	h.server.Change(func(w *fleet.Fleet) {
		w.Templates[0].ID = bareTemplate
		w.Templates[0].Versions = []fleet.TemplateVersion{{Number: 1, Image: ami3}}
		w.Templates[0].Default = 1
	})
	if after := image(); before != ami1 || after != ami3 {
		t.Errorf("first %s, then %s", before, after)
	}
}

// TestAPinnedVersionIsAskedForOnce: what has a number never changes.
func TestAPinnedVersionIsAskedForOnce(t *testing.T) {
	h := handMade(t, fakeaws.Options{PageLimit: 100}, Options{}, everything)
	calls := func() int {
		n := 0
		for _, tally := range h.server.Stats() {
			if tally.API == "ec2:DescribeLaunchTemplateVersions" {
				n += tally.Calls
			}
		}
		return n
	}
	for i, want := range []int{
		7, // web's 1, 2, 3 and 4 together and, as one of them does not exist, each alone; those of the gone and of the bare one
		9, // the versions that do not exist once more: they may come to exist
	} {
		if _, err := h.read(t, h.scope, model.Groups); err != nil {
			t.Fatal(err)
		}
		if got := calls(); got != want {
			t.Errorf("pass %d: %d calls so far, want %d", i+1, got, want)
		}
	}
}

func TestImageIDs(t *testing.T) {
	long := "ami-0123456789abcdef0"
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"ami-", nil},
		{ami1, []string{ami1}},
		{long, []string{long}},
		{ami1 + "," + ami2 + "," + ami1, []string{ami1, ami2}},
		{`{"a":"` + long + `","b":["` + ami1 + `"]}`, []string{long, ami1}},
		{"line\\n" + ami1, []string{ami1}},
		{"us-east-1" + ami1, []string{ami1}},
		{ami1 + "-copy", []string{ami1}},
		{ami1 + "0", nil},
		{ami1 + "z", nil},
		{"miami-20240101", nil},
		{"x" + long, []string{long}},
		{"ami-0123456789ABCDEF0", nil},
		{"AMI-000000a1", nil},
	} {
		if got := imageIDs(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}
