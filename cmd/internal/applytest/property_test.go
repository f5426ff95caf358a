package applytest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// fill is a random company: images that share disks, are used, disabled, protected,
// shared, in the care of AWS Backup, and some in the Recycle Bin.
type fill struct {
	*rand.Rand
	f    *fleet.Fleet
	next fleet.ID
}

func (r *fill) id() fleet.ID {
	r.next++
	return r.next
}

// chance is true once in n times.
func (r *fill) chance(n int) bool { return r.IntN(n) == 0 }

func (r *fill) ago() fleet.Time {
	return fleet.Time(time.Now().Add(-time.Duration(1+r.IntN(700)) * day).Truncate(time.Minute).UnixMilli())
}

func (r *fill) company(f *fleet.Fleet) {
	r.f, r.next = f, 0xa000
	for range 3 + r.IntN(8) {
		owner, region := f.Active()[r.IntN(2)].ID, f.Enabled()[r.IntN(2)]
		im := fleet.Image{
			ID: r.id(), Owner: owner, Region: region, Name: fmt.Sprintf("web-%d", r.next), Tags: r.tags(),
			Life: fleet.Life{Created: r.ago(), State: "available", Protection: plan.Unprotected},
		}
		for range r.IntN(3) {
			im.Snapshots = append(im.Snapshots, r.disk(owner, region))
		}
		slices.Sort(im.Snapshots)
		im.Snapshots = slices.Compact(im.Snapshots)
		r.life(&im)
		r.uses(&im)
		f.Images = append(f.Images, im)
	}
	for _, region := range f.Enabled() {
		for _, resource := range []string{model.ImageResource, model.SnapshotResource} {
			if !r.chance(4) {
				f.BinRules = append(f.BinRules, fleet.BinRule{ID: fmt.Sprintf("rule%07d", r.id()), Owner: f.Active()[0].ID, Region: region, Resource: resource, Days: 14})
			}
		}
	}
}

func (r *fill) tags() []fleet.Tag {
	out := []fleet.Tag{{Key: "team", Value: string(rune('a' + r.IntN(3)))}}
	if r.chance(3) {
		out = append(out, fleet.Tag{Key: "Name", Value: "x"})
	}
	return out
}

// disk is a new snapshot, or one that there is already.
func (r *fill) disk(owner, region string) fleet.ID {
	for _, s := range r.f.Snapshots {
		if s.Owner == owner && s.Region == region && r.chance(3) {
			return s.ID
		}
	}
	s := fleet.Snapshot{ID: r.id(), Owner: owner, Region: region, State: "completed", Tier: "standard", Start: r.ago(), Size: fleet.Size{GiB: 8, Bytes: 1 << 30}}
	if r.chance(8) {
		s.Tags = []fleet.Tag{{Key: "aws:backup:source-resource", Value: "x"}}
	}
	if r.chance(4) {
		s.Permissions = []fleet.Permission{{Account: friend}}
	}
	r.f.Snapshots = append(r.f.Snapshots, s)
	if r.chance(8) {
		r.f.Templates = append(r.f.Templates, fleet.Template{
			ID: r.id(), Owner: owner, Region: region, Name: fmt.Sprintf("data-%d", r.next), Default: 1,
			Versions: []fleet.TemplateVersion{{Number: 1, Snapshots: []string{s.ID.Snapshot()}}},
		})
	}
	return s.ID
}

func (r *fill) life(im *fleet.Image) {
	switch r.IntN(6) {
	case 0:
		im.Life.State = "disabled"
	case 1:
		im.Life.Protection = plan.ProtectedNow
	case 2:
		im.Permissions = []fleet.Permission{{Account: friend}}
	case 3:
		im.Permissions = []fleet.Permission{{Account: r.f.Active()[0].ID}, {Organization: r.f.Organization.ARN}}
	}
	if r.chance(3) {
		im.Life.Deprecation = fleet.Time(time.Now().Add(time.Duration(r.IntN(500)-200) * day).Truncate(time.Minute).UnixMilli())
	}
}

// uses lets something run on an image, or name it.
func (r *fill) uses(im *fleet.Image) {
	switch r.IntN(6) {
	case 0:
		r.f.Instances = append(r.f.Instances, fleet.Instance{ID: r.id(), Owner: im.Owner, Region: im.Region, Image: im.ID, Launched: r.ago()})
	case 1:
		r.f.Templates = append(r.f.Templates, fleet.Template{
			ID: r.id(), Owner: im.Owner, Region: im.Region, Name: fmt.Sprintf("t-%d", r.next), Default: 1, Versions: []fleet.TemplateVersion{{Number: 1, Image: im.ID.Image()}},
		})
	}
}

// used are the images that something names or runs on.
func (w *world) used() map[string]bool {
	out := map[string]bool{}
	w.server.Change(func(f *fleet.Fleet) {
		for _, i := range f.Instances {
			out[i.Image.Image()] = true
		}
		for _, t := range f.Templates {
			for _, v := range t.Versions {
				out[v.Image] = true
			}
		}
	})
	return out
}

// options are random ones of a deed.
func (w *world) options(r *rand.Rand, d plan.Deed) plan.Options {
	at := time.Now().Add(time.Duration(1+r.IntN(300)) * day).UTC()
	switch d {
	case plan.Copy:
		return plan.Options{Regions: []string{w.scope(0, r.IntN(2)).Region}, Permissions: r.IntN(2) == 0}
	case plan.Share, plan.Unshare:
		return plan.Options{Accounts: []string{friend, w.scope(r.IntN(2), 0).Account}[:1+r.IntN(2)], Snapshots: r.IntN(2) == 0}
	case plan.Deprecate:
		return plan.Options{At: &at}
	case plan.Protect:
		return plan.Options{Cooldown: r.IntN(2) == 0}
	case plan.Tag:
		return plan.Options{Set: map[string]string{"team": "z"}, Remove: []string{"Name"}}
	case plan.Delete:
		return plan.Options{KeepSnapshots: r.IntN(4) == 0}
	default:
		return plan.Options{}
	}
}

// TestPlansTouchOnlyWhatIsMarked: over random companies, marks and deeds AWS sees what
// the plan says and nothing else; what is not marked stays as it is, and what that
// needs; what is used is not deleted.
func TestPlansTouchOnlyWhatIsMarked(t *testing.T) {
	rounds := uint64(60)
	if os.Getenv("AMISCOPE_CAMPAIGN") != "" {
		rounds = 1000
	}
	steps := map[plan.Deed]int{}
	for seed := range rounds {
		ok := t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			in(t, func(t *testing.T) {
				d, n := marked(t, rand.New(rand.NewPCG(seed, 3)), seed)
				steps[d] += n
			})
		})
		if !ok {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("steps: %v", steps)
	for _, d := range plan.Deeds() {
		if d != plan.Restore && steps[d] == 0 {
			t.Errorf("%s was never done", d)
		}
	}
}

func marked(t *testing.T, r *rand.Rand, seed uint64) (d plan.Deed, steps int) {
	t.Helper()
	w := open(t, fakeaws.Options{Delays: fakeaws.Delays{Copying: time.Minute}}, (&fill{Rand: r}).company)
	all := []plan.Deed{plan.Delete}
	for _, d := range plan.Deeds() {
		if d != plan.Restore && d != plan.Delete {
			all = append(all, d)
		}
	}
	if d = all[seed/2%uint64(len(all))]; seed%2 == 0 {
		d = plan.Delete
	}
	marks := map[string]bool{}
	var keys []model.ImageKey
	for _, im := range w.inv.Images() {
		if r.IntN(3) > 0 {
			marks[im.ID] = true
			keys = append(keys, im.ImageKey)
		}
	}
	if len(keys) == 0 {
		return d, 0
	}
	p := w.plan(d, w.options(r, d), keys...)
	before, used := w.state(), w.used()
	run := w.run(p)
	w.sawOnly(&run)
	for _, s := range p.Steps {
		if o := run.Outcomes[s.ID]; o.State != plan.Done {
			t.Errorf("%s: step %d, %s %s, is %q: %s", d, s.ID, s.Call.API, s.Call.Input, o.State, o.Why)
		}
	}
	w.spared(before, marks, used)
	return d, len(p.Steps)
}

// spared wants all that is not marked as it was, with the snapshots that it needs, and
// all that is used there.
func (w *world) spared(before map[string]thing, marks, used map[string]bool) {
	w.t.Helper()
	now := w.state()
	for id, was := range before {
		is, there := now[id]
		switch {
		case len(was.Snapshots) == 0 && was.Name == "": // a snapshot
			continue
		case !marks[id]:
			if d := gocmp.Diff(was, is); d != "" {
				w.t.Errorf("%s was not marked:\n%s", id, d)
			}
		case used[id] && (!there || is.Binned):
			w.t.Errorf("%s is used, and was deleted", id)
		}
		for _, s := range was.Snapshots {
			if disk, there := now[s.Snapshot()]; !marks[id] && (!there || disk.Binned) {
				w.t.Errorf("%s needs %s, which was deleted", id, s.Snapshot())
			}
		}
	}
}
