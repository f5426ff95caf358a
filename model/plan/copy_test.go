package plan_test

import (
	"strings"
	"testing"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/plan"
)

func TestDecideCopy(t *testing.T) {
	to := plan.Options{Regions: []string{"us-east-1"}}
	step := `1 CopyImage {"SourceRegion":"eu-west-1","SourceImageId":"ami-1","Name":"web-1","CopyImageTags":true}`
	kin := func(region, name string, copied bool) plan.Kin {
		return plan.Kin{Image: model.ImageKey{Region: region, ID: "ami-c"}, Account: dev, Name: name, State: "available", Copied: copied}
	}
	for _, c := range []decision{
		{name: "plain", options: to, calls: []string{step}},
		{name: "to several", options: plan.Options{Regions: []string{"us-east-1", "eu-west-2", "us-east-1"}, Encrypt: true, Name: "other"}, calls: []string{
			`1 CopyImage {"SourceRegion":"eu-west-1","SourceImageId":"ami-1","Name":"other","Encrypted":true,"CopyImageTags":true}`,
			`2 CopyImage {"SourceRegion":"eu-west-1","SourceImageId":"ami-1","Name":"other","Encrypted":true,"CopyImageTags":true}`,
		}, warnings: []string{"key"}},
		{name: "was copied", options: to, change: func(f *plan.Facts) { f.Family.Copies = []plan.Kin{kin("us-east-1", "web-1", true)} }, done: "it was copied to us-east-1 already"},
		{name: "was copied elsewhere", options: to, change: func(f *plan.Facts) { f.Family.Copies = []plan.Kin{kin("eu-west-2", "web-1", true)} }, calls: []string{step}},
		{name: "a name that is taken", options: to, change: func(f *plan.Facts) { f.Family.Copies = []plan.Kin{kin("us-east-1", "web-1", false)} }, blocks: []string{"name"}},
		{name: "in its own region", options: plan.Options{Regions: []string{region}}, blocks: []string{"name"}},
		{name: "a name AWS does not take", options: to, change: func(f *plan.Facts) { f.Name = "" }, blocks: []string{"name"}},
		{name: "a region that is not enabled", options: plan.Options{Regions: []string{"ap-south-1"}}, blocks: []string{"region"}},
		{name: "archived", options: to, change: func(f *plan.Facts) { f.Snapshots[0].Archived = true }, blocks: []string{"archived"}},
		{name: "encrypted", options: to, change: func(f *plan.Facts) { f.Encrypted = model.Yes }, calls: []string{step}, warnings: []string{"key"}},
		{name: "shared", options: to, change: func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} }, calls: []string{step}, warnings: []string{"private"}},
		{
			name: "with permissions", options: plan.Options{Regions: []string{"us-east-1"}, Permissions: true}, change: func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} },
			calls: []string{step, `2 ModifyImageAttribute {"ImageId":"${1.ImageId}","LaunchPermission":{"Add":[{"UserId":"333333333333"}]}} after [1]`},
		},
		{
			name: "public, with permissions, not allowed", options: plan.Options{Regions: []string{"us-east-1"}, Permissions: true},
			change:  func(f *plan.Facts) { f.Permissions.Public = true },
			setting: func(s *plan.Setting) { s.Public = false }, calls: []string{step}, warnings: []string{"public"},
		},
		{name: "with permissions that are not known", options: plan.Options{Regions: []string{"us-east-1"}, Permissions: true}, change: func(f *plan.Facts) { f.Permissions = nil }, blocks: []string{"permissions"}},
	} {
		c.check(t, plan.Copy)
	}
	p := decide(plan.Copy, to, setting(), target("1"))
	if s := p.Steps[0]; !s.Follow || s.Scope != (model.Scope{Account: dev, Region: "us-east-1"}) {
		t.Errorf("%+v", s)
	}
}

func TestMoneyOfCopies(t *testing.T) {
	s := setting()
	s.Price = cost.BuiltInPrices().In
	provisioned := facts(func(f *plan.Facts) { f.Snapshots[0].FullBytes, f.Snapshots[0].SizeGiB = -1, 10 })
	p := decide(plan.Copy, plan.Options{Regions: []string{"us-east-1", "eu-west-2"}}, s, target("1"), target("2", provisioned))
	same(t, "a month", p.Money.Monthly, &cost.Band{High: 11*50_000_000 + 11*53_000_000})
	same(t, "once", p.Money.Once, &cost.Band{High: 2 * 11 * 138_000_000})
	if len(p.Money.Notes) != 2 || !strings.Contains(p.Money.Notes[1], "0.138 USD a GiB") {
		t.Error(p.Money.Notes)
	}
	p = decide(plan.Copy, plan.Options{Regions: []string{region}, Name: "web-2"}, s, target("1"))
	if p.Money.Once != nil {
		t.Errorf("within a region: %+v", p.Money)
	}
}

func TestDecideRestore(t *testing.T) {
	binned := func(f *plan.Facts) { f.State, f.Snapshots[0].State, f.Bin.Exits = plan.Binned, plan.Binned, at(day) }
	both := []string{`1 RestoreSnapshotFromRecycleBin {"SnapshotId":"snap-1"}`, `2 RestoreImageFromRecycleBin {"ImageId":"ami-1"} after [1]`}
	for _, c := range []decision{
		{name: "image and snapshot", change: binned, calls: both},
		{name: "its snapshot is there", change: func(f *plan.Facts) { binned(f); f.Snapshots[0].State = "completed" }, calls: []string{`1 RestoreImageFromRecycleBin {"ImageId":"ami-1"}`}},
		{name: "its snapshot is gone", change: func(f *plan.Facts) { binned(f); f.Snapshots[0].State = plan.Gone }, blocks: []string{"gone"}},
		{name: "its snapshots are not known", change: func(f *plan.Facts) { binned(f); f.Snapshots = nil }, calls: []string{`1 RestoreImageFromRecycleBin {"ImageId":"ami-1"}`}, warnings: []string{"snapshots"}},
		{name: "it is there", done: "it is there"},
		{name: "it is gone", change: func(f *plan.Facts) { f.State = plan.Gone }, blocks: []string{"gone"}},
		{name: "its time is over", change: func(f *plan.Facts) { binned(f); f.Bin.Exits = at(0) }, blocks: []string{"gone"}},
		{name: "no rule would hold it again", change: func(f *plan.Facts) { binned(f); f.Bin.Image = 0 }, calls: both, warnings: []string{"bin"}, lost: []string{"bin"}, phrase: "restore 1"},
	} {
		c.check(t, plan.Restore)
	}
}

// Two images in the bin share a snapshot: it comes back once, before both.
func TestRestoringASharedSnapshot(t *testing.T) {
	binned := facts(func(f *plan.Facts) {
		f.State, f.Snapshots = plan.Binned, []plan.Snapshot{snapshot("snap-s")}
		f.Snapshots[0].State = plan.Binned
	})
	same(t, "calls", calls(decide(plan.Restore, plan.Options{}, setting(), target("1", binned), target("2", binned))), []string{
		`1 RestoreSnapshotFromRecycleBin {"SnapshotId":"snap-s"}`,
		`2 RestoreImageFromRecycleBin {"ImageId":"ami-1"} after [1]`, `3 RestoreImageFromRecycleBin {"ImageId":"ami-2"} after [1]`,
	})
}
