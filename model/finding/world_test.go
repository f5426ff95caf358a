package finding

import (
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

const (
	acme     = "111111111111" // owns the images
	friend   = "222222222222" // of the same organization, not read
	vendor   = "137112412989"
	stranger = "999999999999"
	orgARN   = "arn:aws:organizations::111111111111:organization/o-acme"
	alienARN = "arn:aws:organizations::999999999999:organization/o-alien"
)

var (
	testTime = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	home     = model.Scope{Account: acme, Region: "eu-west-1"}
	refuge   = model.Scope{Account: acme, Region: "eu-central-1"}
	denied   = &model.OpError{Op: "ec2:Describe", Kind: model.Denied, Err: errors.New("no")}
)

func ago(d time.Duration) time.Time { return testTime.Add(-d) }

const testDay = 24 * time.Hour

// world is a small company in which everything was read an hour ago, of two
// regions and, unless a test says more, one image with which nothing is wrong.
type world struct {
	image  *model.Image
	more   []*model.Image // of home as well
	copies []*model.Image // in the other region
	perms  map[string]*model.LaunchPermissions
	refs   []*model.Reference
	rules  []*model.BinRule
	snaps  []*model.Snapshot
	open   []*model.PublicSnapshot
	set    []*model.Setting
	gone   []*model.Former
	named  *model.Named
	org    model.Organization

	fail   map[pass]*model.OpError // passes that failed, and left nothing
	never  map[pass]bool           // passes that never were
	blind  bool                    // usage is not judged
	policy Policy
}

// pass is a kind of a scope.
type pass struct {
	scope model.Scope
	kind  model.Kind
}

func soundImage(id, name string) *model.Image {
	return &model.Image{
		ImageKey: model.ImageKey{Region: home.Region, ID: id}, Owner: acme, Name: name, State: "available", Platform: "linux", RootType: "ebs",
		Created: ago(30 * testDay), Deprecation: testTime.Add(60 * testDay), Launched: model.No, Public: model.No, Encrypted: model.Yes,
		Protected: model.Yes, Managed: model.Unmanaged, Snapshots: 1, SizeGiB: 8,
		Detail: &model.Detail{
			Devices: []model.Device{{
				Name: "/dev/xvda", Snapshot: "snap-" + id, Disk: model.Share(model.Disk{SizeGiB: 8, Type: "gp3", Encrypted: model.Yes, DeleteOnTermination: model.Yes}),
			}},
			Traits:   model.Share(model.Traits{PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", IMDS: "v2.0"}),
			TagsRead: true, Tags: []model.Tag{{Key: "Owner", Value: "web"}}, Inspected: model.No,
		},
	}
}

// disk changes the first device of an image.
func disk(im *model.Image, change func(d *model.Disk)) {
	d := im.Detail.Devices[0].Disk.Value()
	change(&d)
	im.Detail.Devices[0].Disk = model.Share(d)
}

func traits(im *model.Image, change func(t *model.Traits)) {
	t := im.Detail.Traits.Value()
	change(&t)
	im.Detail.Traits = model.Share(t)
}

func newWorld() *world {
	im := soundImage("ami-1", "web-7")
	twin := soundImage("ami-r1", "web-7")
	twin.Region, twin.Detail.SourceImage, twin.Detail.SourceRegion = refuge.Region, "ami-1", home.Region
	p := DefaultPolicy()
	p.NamePattern, p.RecoveryRegions = regexp.MustCompile(`[a-z]+-[0-9]+`), []string{refuge.Region}
	return &world{
		image: im, copies: []*model.Image{twin},
		perms: map[string]*model.LaunchPermissions{"ami-1": {ID: "ami-1", At: ago(time.Hour)}, "ami-r1": {ID: "ami-r1", At: ago(time.Hour)}},
		refs:  []*model.Reference{instance("i-1", "ami-1")},
		set: []*model.Setting{
			{Name: model.AllowedImages, State: model.Off},
			{Name: model.BlockImages, State: "block-new-sharing"},
			{Name: model.BlockSnapshots, State: "block-new-sharing"},
			{Name: model.EncryptVolumes, State: model.Off},
		},
		snaps: []*model.Snapshot{{Region: home.Region, ID: "snap-1", Owner: acme, Start: ago(testDay)}},
		rules: []*model.BinRule{{ID: "a", Resource: model.ImageResource, Days: 7}, {ID: "b", Resource: model.SnapshotResource, Days: 7}},
		org:   model.Organization{ARN: orgARN, Accounts: []model.Member{{ID: friend, Active: true}}, At: ago(time.Hour)},
		fail:  map[pass]*model.OpError{}, never: map[pass]bool{}, policy: p,
	}
}

func instance(id, image string) *model.Reference {
	return &model.Reference{Scope: home, Source: model.Instances, Key: id, ID: id, Image: image, State: "running", Since: ago(testDay)}
}

func (w *world) inventory() model.Inventory {
	inv := model.Inventory{}.Fold(w.org, model.Found{
		Account: model.Account{ID: acme}, Regions: []model.Region{{Name: home.Region, Enabled: true}, {Name: refuge.Region, Enabled: true}},
	})
	for _, s := range []model.Scope{home, refuge} {
		for _, k := range model.Swept() {
			at := pass{s, k}
			if w.never[at] {
				continue
			}
			p := model.Page{Gen: 1, Scope: s, Kind: k, At: ago(time.Hour), Last: true, Err: w.fail[at]}
			if p.Err == nil {
				w.fill(&p)
			}
			inv = inv.Fold(p)
		}
		perms := model.Page{Scope: s, Kind: model.Permissions}
		for _, im := range w.images(s) {
			if p := w.perms[im.ID]; p != nil {
				perms.Permissions = append(perms.Permissions, p)
			}
		}
		inv = inv.Fold(perms)
	}
	if w.named != nil {
		inv = inv.Fold(*w.named)
	}
	return inv.Fold(model.Formers{Scope: home, Formers: w.gone})
}

func (w *world) images(s model.Scope) []*model.Image {
	if s == refuge {
		return w.copies
	}
	return append([]*model.Image{w.image}, w.more...)
}

func (w *world) fill(p *model.Page) {
	switch p.Kind {
	case model.Images:
		p.Images = w.images(p.Scope)
	case model.Snapshots:
		if p.Scope == home {
			p.Snapshots = w.snaps
		}
	case model.BinRules:
		p.Rules = w.rules
	case model.Settings:
		p.Settings = w.set
	case model.PublicSnapshots:
		if p.Scope == home {
			p.Public = w.open
		}
	default:
		for _, r := range w.refs {
			if r.Source == p.Kind && r.Scope == p.Scope {
				p.References = append(p.References, r)
			}
		}
	}
}

func (w *world) find() *Findings {
	inv := w.inventory()
	var u *model.Usage
	if !w.blind {
		u = u.Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime})
	}
	return Find(inv, u, w.policy, testTime)
}

// of lists the findings of a rule.
func (w *world) of(rule string) []Finding {
	return slices.DeleteFunc(w.find().All(), func(x Finding) bool { return x.Rule.ID != rule })
}

// unshared takes the other region's image away.
func (w *world) alone() { w.copies = nil }
