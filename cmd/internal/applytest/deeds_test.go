package applytest

import (
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// The images of the small company, and their disks.
const (
	web, off, kept, binned                 fleet.ID = 0xa1, 0xa2, 0xa3, 0xa4
	webDisk, webData, binnedDisk, bareDisk fleet.ID = 0xd1, 0xd2, 0xd4, 0xd5
)

// smallCompany is the company of now.
func smallCompany(f *fleet.Fleet) { companyOf(time.Now())(f) }

// companyOf has an image for each deed, in the first region of the first account,
// whose Recycle Bins hold everything.
func companyOf(now time.Time) func(*fleet.Fleet) {
	return func(f *fleet.Fleet) { companyAt(f, now) }
}

func companyAt(f *fleet.Fleet, now time.Time) {
	owner, other, region := f.Active()[0].ID, f.Active()[1].ID, f.Enabled()[0]
	then := func(d time.Duration) fleet.Time { return fleet.Time(now.Add(d).Truncate(time.Minute).UnixMilli()) }
	disk := func(id fleet.ID) fleet.Snapshot {
		return fleet.Snapshot{
			ID: id, Owner: owner, Region: region, State: "completed", Tier: "standard", Start: then(-100 * day), Size: fleet.Size{GiB: 8, Bytes: 1 << 30},
			Permissions: []fleet.Permission{{Account: other}}, Tags: []fleet.Tag{{Key: "disk", Value: "1"}},
		}
	}
	image := func(id fleet.ID, name string, life fleet.Life, disks ...fleet.ID) fleet.Image {
		life.Created = then(-100 * day)
		return fleet.Image{
			ID: id, Owner: owner, Region: region, Name: name, Description: "of " + name, Life: life, Snapshots: disks,
			Tags: []fleet.Tag{{Key: "Name", Value: name}, {Key: "team", Value: "a"}},
		}
	}
	first := image(web, "web-1", fleet.Life{Deprecation: then(30 * day)}, webDisk, webData)
	first.Permissions = []fleet.Permission{{Account: other}, {Account: "999999999999"}, {Organization: f.Organization.ARN}, {Unit: f.Active()[1].Unit}}
	f.Images = []fleet.Image{first, image(off, "off-1", fleet.Life{State: "disabled"}, bareDisk), image(kept, "kept-1", fleet.Life{Protection: plan.ProtectedNow}, bareDisk)}
	f.Snapshots = []fleet.Snapshot{disk(webDisk), disk(webData), disk(bareDisk)}
	f.BinnedImages = []fleet.BinnedImage{{Image: image(binned, "binned-1", fleet.Life{}, binnedDisk), Entered: then(-day), Exits: then(13 * day)}}
	lost := disk(binnedDisk)
	lost.Description = "Created by CreateImage(i-0123456789abcdef0) for " + binned.Image()
	f.BinnedSnapshots = []fleet.BinnedSnapshot{{Snapshot: lost, Entered: then(-day), Exits: then(13 * day)}}
	for i, r := range f.Enabled() {
		for j, resource := range []string{model.ImageResource, model.SnapshotResource} {
			f.BinRules = append(f.BinRules, fleet.BinRule{ID: "a1b2c3d4e" + string(rune('0'+i)) + string(rune('0'+j)), Owner: owner, Region: r, Resource: resource, Days: 14})
		}
	}
}

// deed is something done to one image of the small company.
type deed struct {
	name    string
	deed    plan.Deed
	image   fleet.ID
	options func(w *world) plan.Options
}

// deeds are all that can be asked for.
func deeds() []deed {
	none := func(*world) plan.Options { return plan.Options{} }
	with := func(o plan.Options) func(*world) plan.Options { return func(*world) plan.Options { return o } }
	return []deed{
		{"copy", plan.Copy, web, func(w *world) plan.Options {
			return plan.Options{Regions: []string{w.scope(0, 1).Region}, Name: "copy-1", Permissions: true}
		}},
		{"share", plan.Share, web, with(plan.Options{Accounts: []string{friend}, Snapshots: true})},
		{"make public", plan.Share, kept, with(plan.Options{Public: true})},
		{"unshare", plan.Unshare, web, func(w *world) plan.Options {
			return plan.Options{Accounts: []string{w.scope(1, 0).Account}, Snapshots: true}
		}},
		{"deprecate", plan.Deprecate, web, func(*world) plan.Options {
			at := time.Now().Add(60 * day).UTC()
			return plan.Options{At: &at}
		}},
		{"deprecate what was not", plan.Deprecate, kept, func(*world) plan.Options {
			at := time.Now().Add(60 * day).UTC()
			return plan.Options{At: &at}
		}},
		{"undeprecate", plan.Undeprecate, web, none},
		{"disable", plan.Disable, web, none},
		{"enable", plan.Enable, off, none},
		{"protect", plan.Protect, web, none},
		{"unprotect", plan.Unprotect, kept, none},
		{"tag", plan.Tag, web, with(plan.Options{Set: map[string]string{"team": "b", "env": "prod", "empty": ""}, Remove: []string{"Name"}})},
		{"delete", plan.Delete, web, none},
		{"delete, keep snapshots", plan.Delete, web, with(plan.Options{KeepSnapshots: true})},
		{"delete, of shared snapshots", plan.Delete, off, none},
		{"restore", plan.Restore, binned, none},
	}
}

// request makes the plan of a deed.
func (w *world) request(d deed) plan.Plan {
	w.t.Helper()
	p := w.plan(d.deed, d.options(w), model.ImageKey{Region: w.scope(0, 0).Region, ID: d.image.Image()})
	if runs, _, _ := p.Counts(); runs != 1 {
		w.t.Fatalf("%s does not run: %+v", d.name, p.Targets)
	}
	return p
}

// TestEachDeedIsDoneAndUndone: AWS sees what the plan says and nothing else, what
// the plan says can be taken back is, field by field, and so is what took it back.
func TestEachDeedIsDoneAndUndone(t *testing.T) {
	seen := map[plan.Deed]bool{}
	for _, lag := range []time.Duration{0, 5 * time.Second} {
		for _, d := range deeds() {
			seen[d.deed] = true
			t.Run(d.name+" after "+lag.String(), func(t *testing.T) {
				in(t, func(t *testing.T) { doneAndUndone(t, d, lag) })
			})
		}
	}
	for _, d := range plan.Deeds() {
		if !seen[d] {
			t.Errorf("%s is not tried", d)
		}
	}
}

func doneAndUndone(t *testing.T, d deed, lag time.Duration) {
	t.Helper()
	w := open(t, fakeaws.Options{Delays: fakeaws.Delays{Lag: lag, Copying: 40 * time.Second}}, smallCompany)
	before := w.state()
	p := w.request(d)
	if !p.Undo.Whole && d.deed != plan.Restore { // by which rule the bin would hold it again is not known

		t.Fatalf("it cannot be undone: %+v", p.Undo)
	}
	first := w.run(p)
	w.done(&first)
	w.sawOnly(&first)
	after := w.state()

	<-time.After(time.Minute) // AWS has told of it by then
	w.look()
	second := w.run(w.undo(&first))
	w.done(&second)
	w.sawOnly(&first, &second)
	w.same("undone", before)
	if d.deed == plan.Copy { // another time it would be another copy
		return
	}

	<-time.After(time.Minute)
	w.look()
	third := w.run(w.undo(&second))
	w.done(&third)
	w.sawOnly(&first, &second, &third)
	w.same("done again", after)
}
