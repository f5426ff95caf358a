package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// rounds is how many random worlds each property is tried on.
const rounds = 2000

// eachWorld tries a property on random worlds, and says which one fails.
func eachWorld(t *testing.T, try func(t *testing.T, r *rand.Rand, c *cloud)) {
	t.Helper()
	for seed := range uint64(rounds) {
		ok := t.Run("", func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			try(t, r, randomCloud(r))
		})
		if !ok {
			t.Fatalf("seed %d", seed)
		}
	}
}

func randomSetting(r *rand.Rand) plan.Setting {
	s := setting()
	s.Person = r.IntN(2) == 0
	return s
}

// A plan touches no image that was not named, and deletes no snapshot that another
// image or a template needs, in whatever order its steps are done. What is used is not
// deleted.
func TestPlansTouchOnlyWhatIsNamed(t *testing.T) {
	deletions := 0
	eachWorld(t, func(t *testing.T, r *rand.Rand, c *cloud) {
		q := randomRequest(r, c)
		before := c.clone()
		p := plan.Decide(q, c.targets(q.Images), randomSetting(r))
		valid(t, p)
		c.run(t, r, p)
		for k, im := range before.images {
			named := slices.Contains(q.Images, k)
			is := c.images[k]
			if !named && (is == nil || !cmp.Equal(is.facts, im.facts)) {
				t.Fatalf("%s of %s was not named and is %+v", k.ID, p.Deed, is)
			}
			if is == nil && im.facts.Usage.Verdict == "used" {
				t.Fatalf("%s is used and was deleted", k.ID)
			}
			if is == nil {
				deletions++
			}
		}
		for id, sn := range before.snapshots {
			gone := c.snapshots[id] == nil || c.snapshots[id].binned
			if gone && (len(c.users(id)) > 0 || len(sn.facts.Named) > 0 || sn.facts.Backup) {
				t.Fatalf("snapshot %s was deleted, of which %+v, used by %v", id, sn.facts, c.users(id))
			}
			if !gone && p.Deed == plan.Delete && !q.Options.KeepSnapshots && left(before, c, id) {
				t.Fatalf("snapshot %s was left over: %+v", id, sn.facts)
			}
		}
	})
	if deletions < rounds/20 {
		t.Errorf("only %d deletions were tried", deletions)
	}
}

// left reports whether a snapshot could have gone with its images: these are gone, and
// nothing else needs it.
func left(before, after *cloud, id string) bool {
	s := before.snapshots[id].facts
	return len(before.users(id)) > 0 && len(after.users(id)) == 0 && len(s.Named) == 0 && !s.Backup
}

// A plan says the same whatever the order in which its images are given.
func TestPlansDoNotDependOnOrder(t *testing.T) {
	eachWorld(t, func(t *testing.T, r *rand.Rand, c *cloud) {
		q, s := randomRequest(r, c), randomSetting(r)
		targets := c.targets(q.Images)
		p := plan.Decide(q, targets, s)
		again := q
		again.Images = append(slices.Clone(q.Images), q.Images[0])
		r.Shuffle(len(targets), func(i, j int) { targets[i], targets[j] = targets[j], targets[i] })
		r.Shuffle(len(again.Images), func(i, j int) { again.Images[i], again.Images[j] = again.Images[j], again.Images[i] })
		if d := cmp.Diff(p, plan.Decide(again, targets, s)); d != "" {
			t.Fatal(d)
		}
	})
}

// What a run has done is taken back whole where its plan says so, field by field, and
// so is what took it back.
func TestUndoBringsBackWhatWas(t *testing.T) {
	undone, redone := map[plan.Deed]int{}, 0
	eachWorld(t, func(t *testing.T, r *rand.Rand, c *cloud) {
		c.forgets = r.IntN(2) == 0
		q, s := randomRequest(r, c), randomSetting(r)
		s.Person = true
		before := c.clone()
		p := plan.Decide(q, c.targets(q.Images), s)
		if !p.Undo.Whole {
			return
		}
		run := c.run(t, r, p)
		after := c.clone()
		u := plan.Undo(run, plan.Part{}, c.targets(run.Touched(plan.Part{})), s)
		valid(t, u)
		second := c.run(t, r, u)
		undone[p.Deed]++
		if d := cmp.Diff(before.state(), bare(c, p.Deed)); d != "" {
			t.Fatalf("%s was not undone by %v:\n%s", fmt.Sprint(calls(p)), calls(u), d)
		}
		if p.Deed == plan.Copy { // the second time it is another copy
			return
		}
		if !u.Undo.Whole {
			return
		}
		redone++
		again := plan.Undo(second, plan.Part{}, c.targets(second.Touched(plan.Part{})), s)
		valid(t, again)
		c.run(t, r, again)
		if d := cmp.Diff(after.state(), c.state()); d != "" {
			t.Fatalf("%v was not undone by %v:\n%s", calls(u), calls(again), d)
		}
	})
	for _, d := range plan.Deeds() {
		if d != plan.Restore && undone[d] < 20 {
			t.Errorf("%s was undone only %d times", d, undone[d])
		}
	}
	if redone < rounds/20 {
		t.Errorf("only %d undoings were undone", redone)
	}
}

// bare is the state without copies, which lie in the bin when they are deleted.
func bare(c *cloud, d plan.Deed) map[string]string {
	out := c.state()
	if d == plan.Copy {
		for id, state := range out {
			if state == "binned" || (len(id) > 9 && id[:9] == "snap-ami-" && state[:11] == "binned true") {
				delete(out, id)
			}
		}
	}
	return out
}

// What the bin holds comes back, and is deleted again by the undoing of that.
func TestRestoringAndBack(t *testing.T) {
	restored := 0
	eachWorld(t, func(t *testing.T, r *rand.Rand, c *cloud) {
		q := randomRequest(r, c)
		q.Deed, q.Options = plan.Delete, plan.Options{}
		s := setting()
		before := c.clone()
		p := plan.Decide(q, c.targets(q.Images), s)
		c.run(t, r, p)
		after := c.clone()
		q.Deed = plan.Restore
		back := plan.Decide(q, c.targets(q.Images), s)
		valid(t, back)
		run := c.run(t, r, back)
		if p.Undo.Whole {
			restored++
			if d := cmp.Diff(before.state(), c.state()); d != "" {
				t.Fatalf("%v did not restore %v:\n%s", calls(back), calls(p), d)
			}
		}
		u := plan.Undo(run, plan.Part{}, c.targets(run.Touched(plan.Part{})), s)
		valid(t, u)
		c.run(t, r, u)
		if d := cmp.Diff(after.state(), c.state()); back.Undo.Whole && d != "" {
			t.Fatalf("%v did not take back %v:\n%s", calls(u), calls(back), d)
		}
	})
	if restored < rounds/40 {
		t.Errorf("only %d deletions were restored", restored)
	}
}

// reread is what AWS tells of images that have not changed.
func (c *cloud) reread(region string, keys []model.ImageKey) model.Reread {
	out := model.Reread{
		Scope: model.Scope{Account: dev, Region: region}, At: now, References: []*model.Reference{},
		Users: map[string][]string{}, Shares: map[string][]string{},
	}
	seen := map[string]bool{}
	for _, k := range keys {
		im := c.images[k]
		if k.Region != region || im == nil {
			continue
		}
		rec := image(k.ID, im.facts.Name, im.snapshots...)
		rec.Region, rec.State, rec.Created, rec.Managed = k.Region, im.facts.State, *im.facts.Created, managers[im.facts.Managed]
		rec.Detail.Tags, rec.Detail.Traits = im.facts.Tags, protection(im.facts.Protection)
		if im.facts.Deprecation != nil {
			rec.Deprecation = *im.facts.Deprecation
		}
		p := im.facts.Permissions
		out.Images = append(out.Images, rec)
		out.Permissions = append(out.Permissions, &model.LaunchPermissions{ID: k.ID, Public: p.Public, Accounts: p.Accounts, Organizations: p.Organizations, Units: p.Units})
		for _, id := range im.snapshots {
			if seen[id] {
				continue
			}
			seen[id] = true
			sn := snap(id)
			sn.Region = region
			if c.snapshots[id].facts.Backup {
				sn.Tags = []model.Tag{{Key: "aws:backup:source-resource", Value: "x"}}
			}
			out.Snapshots = append(out.Snapshots, sn)
			out.Users[id], out.Shares[id] = c.users(id), c.snapshots[id].facts.Accounts
		}
	}
	slices.SortFunc(out.Snapshots, func(a, b *model.Snapshot) int { return compare(a.ID, b.ID) })
	return out
}

var managers = map[string]model.Manager{"none": model.Unmanaged, "dlm": model.DLM, "backup": model.Backup, "imagebuilder": model.ImageBuilder}

// An equal reading gives an equal plan.
func TestRenewingWhatIsEqualChangesNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, r *rand.Rand, c *cloud) {
		for _, im := range c.images {
			im.facts.Usage.Recheck = "" // it is asked again
			for _, id := range im.snapshots {
				if c.snapshots[id].facts.Backup {
					c.snapshots[id].facts.Tags = []model.Tag{{Key: "aws:backup:source-resource", Value: "x"}}
				}
			}
		}
		q, s := randomRequest(r, c), randomSetting(r)
		targets := c.targets(q.Images)
		p := plan.Decide(q, targets, s)
		for i := range targets {
			for _, region := range []string{region, "eu-west-2"} {
				was := targets[i]
				targets[i].Before = plan.Renew(was, c.reread(region, q.Images))
				if d := plan.Differences(q.Deed, was.Before, targets[i].Before); d != nil {
					t.Fatal(d)
				}
			}
		}
		if d := cmp.Diff(p, plan.Decide(q, targets, s)); d != "" {
			t.Fatal(d)
		}
		for _, st := range p.Steps {
			if len(st.After) > 0 || st.Call.API == "ec2:DeleteSnapshot" {
				continue
			}
			if n := plan.Against(&p, st, c.reread(p.Targets[st.Target].Image.Region, q.Images)); n != nil {
				t.Fatalf("step %d: %v", st.ID, n)
			}
		}
	})
}

// Where nothing differs that matters, the plan is the same.
func TestDifferencesTellAllThatMatters(t *testing.T) {
	equal := 0
	eachWorld(t, func(t *testing.T, r *rand.Rand, c *cloud) {
		q, s := randomRequest(r, c), randomSetting(r)
		targets := c.targets(q.Images)
		p := plan.Decide(q, targets, s)
		i := r.IntN(len(targets))
		was := targets[i].Before
		other := randomFacts(r)
		changeOne(r, &targets[i].Before, other)
		if len(plan.Differences(q.Deed, was, targets[i].Before)) > 0 {
			return
		}
		equal++
		again := plan.Decide(q, targets, s)
		for n := range again.Targets {
			again.Targets[n].Before, p.Targets[n].Before = plan.Facts{}, plan.Facts{}
		}
		if d := cmp.Diff(p, again); d != "" {
			t.Fatalf("%s: no difference is told, and the plan is another one:\n%s", q.Deed, d)
		}
	})
	if equal < rounds/20 || equal > rounds*19/20 {
		t.Errorf("%d of %d made no difference", equal, rounds)
	}
}

// changeOne changes one fact to that of another image.
func changeOne(r *rand.Rand, f *plan.Facts, other plan.Facts) {
	f.Snapshots = slices.Clone(f.Snapshots)
	changes := []func(){
		func() { f.State = other.State },
		func() { f.Deprecation = other.Deprecation },
		func() { f.Protection = other.Protection },
		func() { f.Managed = other.Managed },
		func() { f.Manager = "another" },
		func() { f.Tags = other.Tags },
		func() { f.TagsKnown = false },
		func() { f.Usage = other.Usage },
		func() { f.Usage.Evidence = []string{"instance i-9"} },
		func() { f.Usage.Blind = []string{"fleets: denied"} },
		func() { f.Permissions = other.Permissions },
		func() { f.Permissions = nil },
		func() { f.Family.Newest = other.Family.Newest },
		func() { f.Family.Others = other.Family.Others },
		func() { f.Family.Pickers = []string{"group x"} },
		func() { f.Family.Copies = []plan.Kin{{Account: dev, State: "available"}} },
		func() { f.Bin = plan.Bin{Known: true} },
		func() { f.SnapshotsKnown = false },
		func() { f.Snapshots[0].Images = []string{"ami-99"} },
		func() { f.Snapshots[0].Named = []string{"template y"} },
		func() { f.Snapshots[0].Accounts = nil },
		func() { f.Snapshots[0].Archived = true },
		func() { f.Snapshots[0].Encrypted, f.Encrypted = model.Yes, model.Yes },
		func() { f.Snapshots[0].Default = true },
		func() {
			f.Unread = []plan.Unread{{What: pick(r, "image", "permissions", "snapshots", "bin"), Why: "denied"}}
		},
		func() { f.Name = "another" },
		func() { f.Description = "another" },
		func() { f.Billed = true },
		func() { f.SizeGiB = 99 },
		func() { f.Created = at(-2000 * day) },
		func() { f.AsOf = at(-day) },
	}
	changes[r.IntN(len(changes))]()
}
