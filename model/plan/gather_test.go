package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// known is an inventory of the developer's account in one region, wholly read a
// minute ago.
func known(pages ...model.Event) model.Inventory {
	s := model.Scope{Account: dev, Region: region}
	events := []model.Event{model.Found{Account: model.Account{ID: dev, Name: "dev"}, Regions: []model.Region{{Name: region, Enabled: true}}}}
	for _, k := range model.Swept() {
		events = append(events, model.Page{Gen: 1, Scope: s, Kind: k, At: now.Add(-time.Minute), Last: true})
	}
	return model.Inventory{}.Fold(append(events, pages...)...)
}

func listed(k model.Kind) model.Page {
	return model.Page{Gen: 2, Scope: model.Scope{Account: dev, Region: region}, Kind: k, At: now.Add(-time.Minute), Last: true}
}

func image(id, name string, snapshots ...string) *model.Image {
	im := &model.Image{
		ImageKey: model.ImageKey{Region: region, ID: id}, Owner: dev, Name: name, State: "available", Architecture: "x86_64", RootType: "ebs",
		Created: now.Add(-100 * day), Launched: model.No, Public: model.No, Encrypted: model.No, Protected: model.No, Managed: model.Unmanaged,
		Snapshots: uint16(len(snapshots)), SizeGiB: 8, Detail: &model.Detail{TagsRead: true, Traits: protection("disabled")},
	}
	for i, s := range snapshots {
		im.Detail.Devices = append(im.Detail.Devices, model.Device{Name: fmt.Sprint("/dev/sd", i), Snapshot: s, Disk: model.Share(model.Disk{SizeGiB: 8})})
	}
	return im
}

// protection are the traits of an image that is protected in AWS's words.
func protection(words string) model.Shared[model.Traits] {
	return model.Share(model.Traits{Protection: words})
}

func snap(id string) *model.Snapshot {
	return &model.Snapshot{Region: region, ID: id, Owner: dev, State: "completed", Tier: "standard", SizeGiB: 8, FullBytes: 1 << 30, Encrypted: model.No, Start: now.Add(-100 * day)}
}

func gather(inv model.Inventory, ids ...string) []plan.Target {
	usage := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now})
	var keys []model.ImageKey
	for _, id := range ids {
		keys = append(keys, model.ImageKey{Region: region, ID: id})
	}
	return plan.Gather(inv, usage, keys, now)
}

func TestGather(t *testing.T) {
	images, snapshots, groups, templates, rules := listed(model.Images), listed(model.Snapshots), listed(model.Groups), listed(model.Templates), listed(model.BinRules)
	old, last, twin := image("ami-1", "web-1.0", "snap-1", "snap-shared"), image("ami-2", "web-1.1", "snap-2"), image("ami-3", "db-1.0", "snap-shared")
	last.Detail.Tags = []model.Tag{{Key: "Ec2ImageBuilderArn", Value: "arn:aws:imagebuilder:web"}, {Key: "Team", Value: "web"}}
	last.Managed, last.Deprecation = model.ImageBuilder, now.Add(day)
	images.Images = []*model.Image{old, last, twin}
	snapshots.Snapshots = []*model.Snapshot{snap("snap-1"), snap("snap-2"), snap("snap-shared")}
	groups.References = []*model.Reference{{Scope: groups.Scope, Source: model.Groups, Key: "asg", ID: "asg", Name: "web-asg", Image: "ami-1"}}
	templates.References = []*model.Reference{{
		Scope: groups.Scope, Source: model.Templates, Key: "lt-1/1", ID: "lt-1", Name: "data", Snapshot: "snap-2", Version: &model.Version{Number: 1, Of: 1, Default: true}, Since: now.Add(-time.Hour),
	}}
	rules.Rules = []*model.BinRule{
		{ID: "a", Resource: model.ImageResource, Days: 14},
		{ID: "b", Resource: model.SnapshotResource, Days: 7, Except: []model.Tag{{Key: "Team", Value: "none"}}},
	}
	permissions := model.Page{Scope: groups.Scope, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{{ID: "ami-2", Accounts: []string{friend}, At: now.Add(-time.Hour)}}}
	got := gather(known(images, snapshots, groups, templates, rules, permissions), "ami-2", "ami-1", "ami-2")
	if len(got) != 2 || got[0].Image.ID != "ami-1" || got[0].Account != dev {
		t.Fatalf("targets: %+v", got)
	}
	first, second := got[0].Before, got[1].Before
	same(t, "verdict", first.Usage.Verdict, "used")
	same(t, "evidence", first.Usage.Evidence, []string{"group web-asg in dev"})
	same(t, "users of snapshots", []any{first.Snapshots[0].Images, first.Snapshots[1].Images}, []any{[]string{}, []string{"ami-3"}})
	same(t, "family", first.Family, plan.Family{Name: "web", Others: 1, Copies: []plan.Kin{}, Pickers: []string{}})
	same(t, "permissions", first.Permissions, (*plan.Sharing)(nil))
	same(t, "family of the newest", second.Family, plan.Family{Name: "web", Newest: true, Others: 1, Copies: []plan.Kin{}, Pickers: []string{"group web-asg"}})
	same(t, "names of its snapshot", second.Snapshots[0].Named, []string{"template data v1 of 1, default"})
	same(t, "bin", second.Bin, plan.Bin{Known: true, Image: 14, Snapshots: 7})
	same(t, "manager", second.Managed+" "+second.Manager, "imagebuilder arn:aws:imagebuilder:web")
	same(t, "shares", second.Permissions, &plan.Sharing{Accounts: []string{friend}, Organizations: []string{}, Units: []string{}})
	same(t, "deprecation", second.Deprecation, at(day))
	same(t, "age", second.AsOf, at(-time.Hour))
	if !first.SnapshotsKnown || !first.TagsKnown || first.Snapshots[0].Accounts != nil {
		t.Errorf("%+v", first)
	}
}

// What was not read is told as not known.
func TestGatherWhatIsNotKnown(t *testing.T) {
	images, failed := listed(model.Images), listed(model.Snapshots)
	bare := image("ami-1", "web-1.0", "snap-1")
	bare.Detail = nil
	images.Images = []*model.Image{bare, image("ami-2", "web-1.1", "snap-2")}
	failed.Err = &model.OpError{Kind: model.Denied}
	got := gather(known(images, failed), "ami-1", "ami-2", "ami-none")
	same(t, "gone", got[0].Before.State, plan.Gone)
	if f := got[1].Before; f.SnapshotsKnown || f.TagsKnown || f.Protection != plan.Unprotected {
		t.Errorf("without details: %+v", f)
	}
	if f := got[2].Before; f.SnapshotsKnown || f.Snapshots[0].State != "" || f.Snapshots[0].FullBytes != -1 {
		t.Errorf("without snapshots: %+v", f)
	}
	bin := listed(model.Bin)
	bin.Err = &model.OpError{Kind: model.Denied}
	got = gather(known(images, bin), "ami-none")
	same(t, "where the bin was not read", got[0].Before.State, "")
	if f := plan.Gather(model.Inventory{}, nil, []model.ImageKey{{Region: region, ID: "ami-1"}}, now)[0].Before; f.State != "" {
		t.Errorf("without any account: %+v", f)
	}
	if got := plan.Gather(known(images), nil, []model.ImageKey{{Region: region, ID: "ami-2"}}, now)[0].Before.Usage; got.Verdict != "unknown" || len(got.Blind) != 1 {
		t.Errorf("without usage: %+v", got)
	}
}

func TestGatherFromTheBin(t *testing.T) {
	bin, rules, snapshots := listed(model.Bin), listed(model.BinRules), listed(model.Snapshots)
	bin.Binned = []*model.Binned{
		{ID: "ami-00000001", Name: "web-1.0", Exits: now.Add(3 * day)},
		{ID: "snap-1", Description: "Created by CreateImage(i-0a) for ami-00000001"},
		{ID: "snap-2"},
	}
	rules.Rules = []*model.BinRule{{ID: "a", Resource: model.ImageResource, Days: 14}, {ID: "b", Resource: model.SnapshotResource, Days: 14}}
	snapshots.Snapshots = []*model.Snapshot{snap("snap-kept")}
	was := model.Formers{Scope: bin.Scope, Formers: []*model.Former{{ID: "ami-00000001", Snapshots: []string{"snap-2", "snap-kept", "snap-lost"}}}}
	got := gather(known(bin, rules, snapshots, was), "ami-00000001")[0]
	f := got.Before
	same(t, "account and state", got.Account+" "+f.State+" "+f.Name, dev+" binned web-1.0")
	same(t, "bin", f.Bin, plan.Bin{Known: true, Image: 14, Snapshots: 14, Exits: at(3 * day)})
	var states []string
	for _, s := range f.Snapshots {
		states = append(states, s.ID+" "+s.State)
	}
	same(t, "snapshots", states, []string{"snap-1 binned", "snap-2 binned", "snap-kept completed", "snap-lost gone"})
}

// Copies are found by name in other regions, and by what they were copied from.
func TestGatherCopies(t *testing.T) {
	there := model.Scope{Account: prod, Region: "us-east-1"}
	of := func(im *model.Image, source, instance string) *model.Image {
		im.Region, im.Owner = there.Region, prod
		im.Detail.SourceImage, im.Detail.SourceRegion, im.Detail.SourceInstance = source, region, instance
		return im
	}
	images, far := listed(model.Images), listed(model.Images)
	images.Images = []*model.Image{image("ami-1", "web-1.0", "snap-1")}
	far.Scope = there
	far.Images = []*model.Image{
		of(image("ami-a", "web-1.0"), "", ""), of(image("ami-b", "copy"), "ami-1", ""), of(image("ami-c", "built"), "ami-1", "i-1"),
	}
	arm := of(image("ami-d", "web-1.0"), "", "")
	arm.Architecture = "arm64"
	far.Images = append(far.Images, arm)
	inv := known(images, far)
	key := func(id string) model.ImageKey { return model.ImageKey{Region: there.Region, ID: id} }
	same(t, "copies", gather(inv, "ami-1")[0].Before.Family.Copies, []plan.Kin{
		{Image: key("ami-a"), Account: prod, Name: "web-1.0", State: "available"},
		{Image: key("ami-b"), Account: prod, Name: "copy", State: "available", Copied: true},
	})
	back := plan.Gather(inv, nil, []model.ImageKey{key("ami-b")}, now)[0].Before.Family.Copies
	same(t, "what it was copied from", back, []plan.Kin{{Image: model.ImageKey{Region: region, ID: "ami-1"}, Account: dev, Name: "web-1.0", State: "available"}})
}

// AWS names again what is known to be stale: that is no new use.
func TestGatherTellsWhatDoesNotCount(t *testing.T) {
	images, instances := listed(model.Images), listed(model.Instances)
	images.Images = []*model.Image{image("ami-1", "web-1.0", "snap-1")}
	instances.References = []*model.Reference{{Scope: instances.Scope, Source: model.Instances, Key: "i-1", ID: "i-1", Image: "ami-1", State: "stopped", Since: now.Add(-200 * day)}}
	u := gather(known(images, instances), "ami-1")[0].Before.Usage
	same(t, "verdict", u.Verdict, "probable")
	same(t, "weak", u.Weak, []string{"i-1"})
	same(t, "evidence", u.Evidence, []string{"instance i-1, stopped 200 d (stale: stopped 200 d) in dev"})
}

// crowd is n images in 20 accounts and 17 regions, in families of ten, each with two
// snapshots and a reference.
func crowd(n int) (model.Inventory, []model.ImageKey) {
	const accounts, regions = 20, 17
	var events []model.Event
	var keys []model.ImageKey
	per := n / (accounts * regions)
	for a := range accounts {
		id := fmt.Sprintf("%012d", a+1)
		f := model.Found{Account: model.Account{ID: id}}
		for r := range regions {
			s := model.Scope{Account: id, Region: fmt.Sprintf("eu-west-%d", r)}
			f.Regions = append(f.Regions, model.Region{Name: s.Region, Enabled: true})
			pages := crowdScope(s, per)
			for i := range per {
				keys = append(keys, pages[0].Images[i].ImageKey)
			}
			for _, p := range pages {
				events = append(events, p)
			}
		}
		events = append(events, f)
	}
	return model.Inventory{}.Fold(events...), keys
}

func crowdScope(s model.Scope, n int) []model.Page {
	var out []model.Page
	for _, k := range model.Swept() {
		out = append(out, model.Page{Gen: 1, Scope: s, Kind: k, At: now.Add(-time.Minute), Last: true})
	}
	for i := range n {
		id := fmt.Sprintf("%s-%s-%05d", s.Account[9:], s.Region[8:], i)
		im := image("ami-"+id, fmt.Sprintf("web-%d-1.0.%d", i/10, i%10), "snap-a"+id, "snap-b"+id)
		im.Region, im.Owner = s.Region, s.Account
		out[0].Images = append(out[0].Images, im)
		for _, sn := range im.SnapshotIDs() {
			rec := snap(sn)
			rec.Region, rec.Owner = s.Region, s.Account
			out[1].Snapshots = append(out[1].Snapshots, rec)
		}
		if i%10 == 0 {
			out[2].References = append(out[2].References, &model.Reference{Scope: s, Source: model.Instances, Key: "i-" + id, ID: "i-" + id, Image: im.ID, State: "running"})
		}
	}
	slices.SortFunc(out[1].Snapshots, func(a, b *model.Snapshot) int { return compare(a.ID, b.ID) })
	return out
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// BenchmarkPlan is what it takes to plan the deletion of 3,000 of 100,000 images.
func BenchmarkPlan(b *testing.B) {
	inv, keys := crowd(100_000)
	usage := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now})
	var some []model.ImageKey
	for i := 0; len(some) < 3000; i += len(keys) / 3001 {
		some = append(some, keys[i])
	}
	var targets []plan.Target
	b.Run("gather", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			targets = plan.Gather(inv, usage, some, now)
		}
	})
	s := setting()
	for _, a := range inv.Accounts() {
		s.Accounts[a.ID] = plan.AccountRule{Name: a.ID}
	}
	b.Run("decide", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			plan.Decide(plan.Request{Deed: plan.Delete, Images: some}, targets, s)
		}
	})
}
