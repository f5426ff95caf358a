package model_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

// pictured is an image of an account, as old as told.
func pictured(id, owner, name string, age time.Duration, change ...func(*model.Image)) *model.Image {
	im := &model.Image{
		ImageKey: model.ImageKey{Region: region, ID: id}, Owner: owner, Name: name, State: "available", Architecture: "x86_64", Created: ago(age),
	}
	for _, c := range change {
		c(im)
	}
	return im
}

// shown folds images, references and answers about images of others.
func shown(images []*model.Image, refs []*model.Reference, more ...model.Event) *model.Usage {
	events := []model.Event{}
	for _, s := range []model.Scope{home, away} {
		events = append(events, model.Found{Account: model.Account{ID: s.Account}, Regions: []model.Region{{Name: region, Enabled: true}}})
		for _, k := range model.Swept() {
			p := model.Page{Gen: 1, Scope: s, Kind: k, At: ago(time.Hour), Last: true}
			for _, im := range images {
				if k == model.Images && im.Owner == s.Account {
					p.Images = append(p.Images, im)
				}
			}
			for _, r := range refs {
				if r.Source == k && r.Scope == s {
					p.References = append(p.References, r)
				}
			}
			events = append(events, p)
		}
	}
	var u *model.Usage
	return u.Judge(model.Inventory{}.Fold(append(events, more...)...), model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime})
}

func runs(image string) *model.Reference {
	return &model.Reference{Scope: home, Source: model.Instances, Key: "i-1", ID: "i-1", Image: image, State: "running", Since: ago(day)}
}

func TestRunningTellsHowFarBehind(t *testing.T) {
	arm := func(im *model.Image) { im.Architecture = "arm64" }
	old := func(im *model.Image) { im.Deprecation = ago(day) }
	off := func(im *model.Image) { im.State = "disabled" }
	images := []*model.Image{
		pictured("ami-v1", acme, "web-1.0.0", 90*day, old), pictured("ami-v2", acme, "web-1.2.0", 80*day), pictured("ami-v3", acme, "web-1.10.0", 70*day),
		pictured("ami-v4", acme, "web-2.0.0", 60*day, off),
		pictured("ami-arm", acme, "web-3.0.0", 10*day, arm), pictured("ami-theirs", friend, "web-4.0.0", 5*day),
		pictured("ami-h1", acme, "api-9f3c2ab", 40*day), pictured("ami-h2", acme, "api-1b9d0e7", 20*day), pictured("ami-h3", acme, "api-5e4f6a8", 10*day),
	}
	amazon := pictured("ami-al", "137112412989", "al2023-2026.10.01", 30*day)
	amazon.OwnerAlias = "amazon"
	named := model.Named{Scope: home, Asked: []string{"ami-al", "ami-gone"}, Images: []*model.Image{amazon}, At: testTime}
	for _, tt := range []struct {
		image, word string
		behind      int
	}{
		{"ami-v1", "deprecated", 2}, // the disabled one is no way forward
		{"ami-v2", "ok", 1},         // 1.10 is newer than 1.2
		{"ami-v3", "ok", 0},
		{"ami-v4", "disabled", 0},
		{"ami-arm", "ok", 0},
		{"ami-h1", "ok", 2}, // hashes have no order: the later one is newer
		{"ami-h2", "ok", 1},
		{"ami-al", "foreign: amazon", -1},
		{"ami-gone", "gone", -1},
		{"ami-new", "not known yet", -1},
	} {
		t.Run(tt.image, func(t *testing.T) {
			got := shown(images, []*model.Reference{runs(tt.image)}, named).Running()
			if len(got) != 1 {
				t.Fatalf("%d instances", len(got))
			}
			if r := got[0]; r.Target.Word() != tt.word || r.Behind != tt.behind || r.Target.ID != tt.image {
				t.Errorf("%s is %s, %d behind, not %s, %d", r.Target.ID, r.Target.Word(), r.Behind, tt.word, tt.behind)
			}
		})
	}
}

func TestTerminatedInstancesDoNotRun(t *testing.T) {
	r := runs("ami-1")
	r.State = "terminated"
	if got := shown(nil, []*model.Reference{r}).Running(); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	var none *model.Usage
	if none.Running() != nil || none.Dead() != nil {
		t.Error("something runs before anything was looked at")
	}
}

func TestDead(t *testing.T) {
	version := func(n, of int64, deflt bool, image string) *model.Reference {
		r := templateVersion(home, "lt-1", n, of, deflt, image)
		r.Name = "web"
		return r
	}
	group := ref(home, model.Groups, "asg")
	group.Image, group.Via = "", &model.Via{Template: "lt-lost", Version: "$Latest"}
	anywhere := ref(home, model.Parameters, "/text")
	anywhere.Anywhere, anywhere.Image = true, "ami-nobody"
	for _, tt := range []struct {
		name string
		ref  *model.Reference
		want string // severity, condition and reason; "" for what is not dead
	}{
		{"fine", runs("ami-ok"), ""},
		{"deprecated is not dead", runs("ami-old"), ""},
		{"nobody asked", version(1, 1, true, "ami-unknown"), ""},
		{"gone in a default version", version(1, 1, true, "ami-gone"), "high gone the image is gone, or no longer shared: the next launch fails"},
		{"gone in an old version", version(2, 3, false, "ami-gone"), "low gone the image is gone, or no longer shared: nothing launches from this version"},
		{"gone under an instance", runs("ami-gone"), "medium gone the image is gone, or no longer shared: the instance goes on, but cannot be launched again"},
		{"disabled", version(1, 1, true, "ami-off"), "high disabled the image is disabled: the next launch fails"},
		{"failed", version(1, 1, true, "ami-failed"), "high not available the image is failed: the next launch fails"},
		{"another's", runs("ami-al"), "info foreign the image is not ours: it lasts as long as its owner, 137112412989, keeps it"},
		{"template is gone", group, "high leads nowhere its launch template lt-lost does not exist: the next launch fails"},
		{"a text", anywhere, "low not found none of the images that were read has this id: it is gone, or another's"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			images := []*model.Image{
				pictured("ami-ok", acme, "ok", day), pictured("ami-old", acme, "old", day, func(im *model.Image) { im.Deprecation = ago(day) }),
				pictured("ami-off", acme, "off", day, func(im *model.Image) { im.State = "disabled" }),
				pictured("ami-failed", acme, "failed", day, func(im *model.Image) { im.State = "failed" }),
			}
			named := model.Named{Scope: home, Asked: []string{"ami-gone", "ami-al"}, Images: []*model.Image{pictured("ami-al", "137112412989", "al", day)}, At: testTime}
			got := ""
			for _, d := range shown(images, []*model.Reference{tt.ref}, named).Dead() {
				got += fmt.Sprint(d.Severity, " ", d.Target.Condition, " ", d.Why)
			}
			if got != tt.want {
				t.Errorf("%q, not %q", got, tt.want)
			}
		})
	}
}

func TestDeadIsSortedByWhatHurtsMost(t *testing.T) {
	old := templateVersion(home, "lt-1", 2, 9, false, "ami-gone")
	deflt := templateVersion(home, "lt-2", 1, 1, true, "ami-gone")
	named := model.Named{Scope: home, Asked: []string{"ami-gone"}, At: testTime}
	var got []string
	for _, d := range shown(nil, []*model.Reference{old, runs("ami-gone"), deflt}, named).Dead() {
		got = append(got, d.Ref.ID)
	}
	if d := cmp.Diff([]string{"lt-2", "i-1", "lt-1"}, got); d != "" {
		t.Error(d)
	}
}

func TestStanding(t *testing.T) {
	c := newCompany()
	c.fail = map[model.Kind]*model.OpError{
		model.ComputeEnvironments: {Op: "batch:DescribeComputeEnvironments", Scope: home, Kind: model.Denied, Err: fmt.Errorf("no")},
		model.NodeGroups:          {Op: "eks:ListClusters", Scope: home, Kind: model.NotOffered, Err: fmt.Errorf("none")},
	}
	p := model.DefaultUsagePolicy()
	p.Waived = []model.Kind{model.SpotFleets}
	st := p.Standing(model.Inventory{}.Fold(c.events()...), home, testTime)
	if st.Looked != st.Of-1 || len(st.Missing) != 1 || st.Missing[0].Source != model.ComputeEnvironments || st.Missing[0].What != "denied" {
		t.Errorf("%+v", st)
	}
	if d := cmp.Diff([]string{"spot fleets are waived by the config", "AWS offers no EKS node groups in this region"}, st.Notes); d != "" {
		t.Error(d)
	}
	if st := p.Standing(model.Inventory{}, home, testTime); st.Looked != 1 || st.Missing[0].What != "not read yet" {
		t.Errorf("before anything was read: %+v", st)
	}
}
