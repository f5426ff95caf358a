package tuitest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/tui"
)

// Scopes of the fleet.
var (
	Prod = model.Scope{Account: "111111111111", Region: "eu-west-1"}
	Dev  = model.Scope{Account: "222222222222", Region: "eu-west-1"}
)

// The images of the fleet whose usage tells most.
const (
	UsedImage    = "ami-111eu00000000000" // by something of every kind
	UnusedImage  = "ami-111eu00000000001" // private, and nothing names it
	SharedImage  = "ami-111eu00000000002" // with accounts that are not read
	StaleImage   = "ami-111eu00000000007" // only by what is stale
	UnreadImage  = "ami-111eu00000000004" // its permissions are not read yet
	CrowdedImage = "ami-111eu00000000005" // by more than any screen shows
	GoneImage    = "ami-0deadbeefdeadbeef"
	VendorImage  = "ami-0fedcba9876543210"
)

const day = 24 * time.Hour

// UsedFleet is the fleet with all that is known of who uses its images: every
// kind of reference, fresh and stale, sources that were denied or that AWS does
// not offer, references that are dead.
func UsedFleet() []model.Event {
	out := Fleet()
	refs := append(used(), others()...)
	for _, e := range Fleet() {
		if p, ok := e.(model.Page); ok {
			out = append(append(out, sources(p.Scope, refs)...), openness(p.Scope)...)
		}
	}
	at := Now.Add(-5 * time.Minute)
	perms := model.Page{Scope: Prod, Kind: model.Permissions, At: at}
	for i := range 14 {
		p := &model.LaunchPermissions{ID: fmt.Sprintf("ami-111eu000%08x", i), At: at, Since: at.Add(-30 * day)}
		switch p.ID {
		case SharedImage:
			for n := range 12 {
				p.Accounts = append(p.Accounts, fmt.Sprintf("%012d", 444444444400+n))
			}
		case UsedImage:
			p.Accounts = []string{Dev.Account}
		case UnreadImage:
			continue
		}
		perms.Permissions = append(perms.Permissions, p)
	}
	vendor := &model.Image{
		ImageKey: model.ImageKey{Region: Dev.Region, ID: VendorImage}, Owner: "137112412989", OwnerAlias: "amazon",
		Name: "al2023-ami-2023.6.20261101.0-kernel-6.1-x86_64", State: "available", Architecture: "x86_64",
	}
	return append(out, perms, model.Named{Scope: Dev, Asked: []string{GoneImage, VendorImage}, Images: []*model.Image{vendor}, At: at},
		model.Named{Scope: Prod, Asked: []string{GoneImage}, At: at})
}

// UsedOptions are those of a program that looks at the used fleet, with a file
// and a reference that was set aside.
func UsedOptions() tui.Options {
	return tui.Options{
		Title: "test", Services: Services(Now, UsedFleet()...), Audit: finding.DefaultPolicy(),
		Usage: model.UsageInput{
			Policy: model.DefaultUsagePolicy(),
			Files:  []*model.Reference{{Source: model.FileSource, Key: "infra/main.tf:12 " + UsedImage, ID: "infra/main.tf:12", Image: UsedImage, Anywhere: true}},
			Asides: []model.Aside{{Scope: Prod, Source: model.Parameters, Key: "/golden/web-old", Image: UsedImage, Reason: "nobody reads it any more", Who: "jo", At: Now.Add(-day), Until: Now.Add(40 * day)}},
		},
	}
}

// sources are the passes over the usage sources of a scope.
func sources(s model.Scope, refs []*model.Reference) []model.Event {
	var out []model.Event
	for _, k := range append(model.Sources(), model.Reports) {
		p := model.Page{Scope: s, Kind: k, Calls: 1, At: Now.Add(-6 * time.Minute), Last: true}
		fail := func(kind model.ErrorKind) {
			p.Err = &model.OpError{Op: k.Calls()[0], Scope: s, Kind: kind, Err: errors.New("no identity-based policy allows the action")}
		}
		switch {
		case s.Account == "333333333333" && s.Region == "us-east-1":
			fail(model.Denied)
		case s == Dev && (k == model.ComputeEnvironments || k == model.NodeGroups):
			fail(model.Denied)
		case k == model.Recipes && s.Region == "eu-west-1":
			fail(model.NotOffered)
		default:
			p.References = slices.DeleteFunc(slices.Clone(refs), func(r *model.Reference) bool { return r.Scope != s || r.Source != k })
		}
		out = append(out, p)
	}
	return out
}

// ref is a reference to an image, as old as told.
func ref(s model.Scope, source model.Kind, id, image string, age time.Duration) *model.Reference {
	return &model.Reference{Scope: s, Source: source, Key: id, ID: id, Image: image, Since: Now.Add(-age)}
}

func instance(s model.Scope, id, name, image string, age time.Duration) *model.Reference {
	r := ref(s, model.Instances, id, image, age)
	r.Name, r.State = name, "running"
	return r
}

// used is something of every kind that names one image.
func used() []*model.Reference {
	byTemplate := instance(Prod, "i-0aaaaaaaaaaaaaaa1", "web-1", UsedImage, 3*day)
	byTemplate.Via, byTemplate.Group = &model.Via{Template: "lt-0aaaaaaaaaaaaaaa1", Name: "web", Version: "7"}, "web-asg"
	stopped := instance(Dev, "i-0bbbbbbbbbbbbbbb2", "old-experiment", UsedImage, 214*day)
	stopped.State = "stopped"
	template := ref(Prod, model.Templates, "lt-0aaaaaaaaaaaaaaa1", UsedImage, 40*day)
	template.Key, template.Name, template.Version = "lt-0aaaaaaaaaaaaaaa1/7", "web", &model.Version{Number: 7, Of: 12, Default: true}
	group := ref(Prod, model.Groups, "web-asg", "", 400*day)
	group.Via = &model.Via{Template: "lt-0aaaaaaaaaaaaaaa1", Name: "web", Version: "$Default"}
	override := ref(Prod, model.Groups, "web-asg", UsedImage, 400*day)
	override.Key, override.Part = "web-asg override 2", "override 2"
	config := ref(Dev, model.LaunchConfigs, "web-2019", UsedImage, 900*day)
	return []*model.Reference{
		byTemplate, stopped, template, group, override, config,
		ref(Prod, model.Parameters, "/golden/web", UsedImage, 12*day),
		ref(Prod, model.Parameters, "/golden/web-old", UsedImage, 300*day),
	}
}

// others name other images: one by stale things only, one by very many, and
// images that are gone or another's.
func others() []*model.Reference {
	old := ref(Prod, model.Templates, "lt-0ccccccccccccccc3", StaleImage, 400*day)
	old.Key, old.Name, old.Version = "lt-0ccccccccccccccc3/3", "batch", &model.Version{Number: 3, Of: 9}
	gone := ref(Prod, model.Templates, "lt-0ddddddddddddddd4", GoneImage, 90*day)
	gone.Key, gone.Name, gone.Version = "lt-0ddddddddddddddd4/5", "etl", &model.Version{Number: 5, Of: 5, Default: true}
	lost := ref(Dev, model.Groups, "legacy-asg", "", 700*day)
	lost.Via = &model.Via{Template: "lt-0eeeeeeeeeeeeeee5", Name: "legacy", Version: "$Latest"}
	out := []*model.Reference{
		old, gone, lost,
		instance(Dev, "i-0ccccccccccccccc3", "", GoneImage, 500*day),
		instance(Dev, "i-0ddddddddddddddd4", "bastion", VendorImage, 20*day),
		instance(Dev, "i-0eeeeeeeeeeeeeee5", "lab", "ami-0not0asked0about0", day),
		ref(Dev, model.Parameters, "/golden/etl", GoneImage, 80*day),
	}
	for i := range 60 {
		r := instance(Prod, fmt.Sprintf("i-0%016x", 0x5000+i), fmt.Sprintf("worker-%02d", i), CrowdedImage, time.Duration(i+1)*day)
		r.Group = "workers"
		out = append(out, r)
	}
	return out
}
