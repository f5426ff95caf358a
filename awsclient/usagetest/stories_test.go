package usagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// Stories of cleaners that deleted what was in use, each with what must be said
// instead.

// A cleaner looked at instances and groups only, and an image that was launched
// now and then, from a template, was deregistered: production was down.
func TestStory1ATemplateThatNothingRunsFromIsAUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCompany(func(f *fleet.Fleet, at place) { versions(f, at, 1, names) })
		o := c.look(t)
		if v := o.verdict(t); v.Use != model.Used && v.Use != model.Probable {
			t.Errorf("%v by %+v", v.Use, v.Evidence)
		}
	})
}

// A cleaner looked for parameters by their names, and these were renamed.
func TestStory2NamesOfParametersDoNotMatter(t *testing.T) {
	for _, name := range []string{"/golden/ami_id", "/golden/ami-id", "x"} {
		synctest.Test(t, func(t *testing.T) {
			o := newCompany(func(f *fleet.Fleet, at place) {
				f.Parameters = append(f.Parameters, fleet.Parameter{Owner: at.account, Region: at.region, Name: name, Value: imageID.Image(), Type: "String", DataType: "aws:ec2:image", Version: 1})
			}).look(t)
			if v := o.verdict(t); v.Use != model.Used || v.Evidence[0].Title() != name {
				t.Errorf("%s: %v by %+v", name, v.Use, v.Evidence)
			}
		})
	}
}

// One permission that is missing reads as "no references".
func TestStory3AMissingPermissionIsNoAnswer(t *testing.T) {
	for _, source := range model.Sources() {
		call := source.Calls()[0]
		t.Run(source.Word(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCompany(nil)
				c.Denied = []fakeaws.Rule{{Operation: call}}
				o := c.look(t)
				v := o.verdict(t)
				mended := slices.ContainsFunc(v.Blind, func(b model.Blind) bool { return b.Source == source && strings.Contains(b.Mend, call) })
				if v.Use != model.UseUnknown || !mended {
					t.Errorf("%v, blind to %+v", v.Use, v.Blind)
				}
			})
		})
	}
}

// Of 50 launch configurations and groups a page, only the first was read.
func TestStory4AllPagesAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCompany(func(f *fleet.Fleet, at place) {
			for i := range 230 {
				image := otherID.Image()
				if i == 229 {
					image = imageID.Image()
				}
				name := fmt.Sprintf("web-%03d", i)
				f.LaunchConfigs = append(f.LaunchConfigs, fleet.LaunchConfig{Owner: at.account, Region: at.region, Name: name, Image: image})
				f.Groups = append(f.Groups, fleet.Group{Owner: at.account, Region: at.region, Name: name, Config: name})
			}
		})
		o := c.look(t)
		v := o.verdict(t)
		if v.Use != model.Used || len(v.Evidence) != 2 {
			t.Errorf("%v by %+v", v.Use, v.Evidence)
		}
	})
}

// A template that is gone, and a group of no instances, stopped the whole run.
func TestStory5WhatIsBrokenStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newCompany(func(f *fleet.Fleet, at place) {
			versions(f, at, 1, names)
			for i, use := range []*fleet.TemplateUse{{Template: 0xdead, Version: "3"}, {Template: 0xdead}, {Template: templateID, Version: "99"}, {Template: templateID}} {
				f.Groups = append(f.Groups, fleet.Group{Owner: at.account, Region: at.region, Name: fmt.Sprint("asg-", i), Template: use})
			}
			f.Templates = append(f.Templates, fleet.Template{ID: 0xb1, Owner: at.account, Region: at.region, Name: "lost", Default: 1, Versions: []fleet.TemplateVersion{{Number: 1, Image: "resolve:ssm:/gone"}}})
		}).look(t)
		v := o.verdict(t)
		if v.Use != model.Used || len(v.Blind) > 0 {
			t.Errorf("%v by %+v, blind to %+v", v.Use, v.Evidence, v.Blind)
		}
		for _, im := range o.inv.Images() {
			if got := o.usage.Ruling(im); im.ID == otherID.Image() && got.Use != model.Used {
				t.Errorf("its newest version names the other image, which is %v", got.Use)
			}
		}
	})
}

// An image was used in another account only.
func TestStory7OtherAccountsAreLookedAt(t *testing.T) {
	use := func(f *fleet.Fleet, at place) {
		f.Instances = append(f.Instances, fleet.Instance{ID: 0x1, Owner: at.account, Region: at.region, Image: imageID})
	}
	synctest.Test(t, func(t *testing.T) {
		o := newCompany(use).look(t)
		if v := o.verdict(t); v.Use != model.Used {
			t.Errorf("an account that is read uses it: %v", v.Use)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := newCompany(use)
		c.DeniedRoles = []string{"*"}
		o := c.look(t)
		v := o.verdict(t)
		if v.Use != model.UseUnknown || !slices.ContainsFunc(v.Blind, func(b model.Blind) bool { return strings.Contains(b.What, o.server.Accounts()[1].ID) }) {
			t.Errorf("an account that cannot be read uses it: %v, blind to %+v", v.Use, v.Blind)
		}
	})
}

// A snapshot was called unused, though a disabled image holds it.
func TestStory9DisabledImagesAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCompany(func(f *fleet.Fleet, _ place) { f.Images[0].Life.State = "disabled" })
		o := c.look(t)
		for _, im := range o.inv.Images() {
			if im.ID == imageID.Image() && im.Disabled() && im.Detail.Devices[0].Snapshot == volume.Snapshot() {
				return
			}
		}
		t.Error("the disabled image and its snapshot were not found")
	})
}

// A template may name a snapshot straight, without the image.
func TestStory10SnapshotsInTemplatesCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newCompany(func(f *fleet.Fleet, at place) {
			versions(f, at, 3, func(v *fleet.TemplateVersion) { v.Snapshots = []string{volume.Snapshot()} })
		}).look(t)
		v := o.verdict(t)
		if v.Use != model.Used || v.Evidence[0].Snapshot != volume.Snapshot() {
			t.Errorf("%v by %+v", v.Use, v.Evidence)
		}
	})
}
