package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// ran is a plan that was done wholly.
func ran(p plan.Plan, results map[int]plan.Result) *plan.Run {
	r := &plan.Run{ID: "20261126-100000-0001", At: now, Plan: p, Outcomes: map[int]plan.Outcome{}}
	for _, s := range p.Steps {
		r.Outcomes[s.ID] = plan.Outcome{State: plan.Done, Result: results[s.ID]}
	}
	return r
}

func undo(r *plan.Run, now ...plan.Target) plan.Plan {
	return plan.Undo(r, plan.Part{}, now, setting())
}

func TestUndoSaysWhatItCannotBringBack(t *testing.T) {
	past, future := func(f *plan.Facts) { f.Deprecation = at(-day) }, func(f *plan.Facts) { f.Deprecation = at(30 * day) }
	gone := func(f *plan.Facts) { f.State = plan.Gone }
	binned := func(f *plan.Facts) { f.State, f.Snapshots[0].State = plan.Binned, plan.Binned }
	public := func(f *plan.Facts) { f.Permissions.Public = true }
	for _, c := range []struct {
		name        string
		deed        plan.Deed
		options     plan.Options
		before, now func(*plan.Facts)
		calls       []string
		notes       []string // blocks, then warnings
	}{
		{"a date that has passed", plan.Deprecate, plan.Options{At: at(30 * day)}, past, future, nil, []string{"date"}},
		{"lifting a date that has passed", plan.Undeprecate, plan.Options{}, past, nil, nil, []string{"date"}},
		{"public again", plan.Unshare, plan.Options{Public: true}, public, nil, []string{`1 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Add":[{"Group":"all"}]}}`}, []string{"public"}},
		{"nothing in the bin", plan.Delete, plan.Options{}, nil, gone, nil, []string{"gone"}},
		{"a snapshot that is gone", plan.Delete, plan.Options{}, nil, func(f *plan.Facts) { binned(f); f.Snapshots[0].State = plan.Gone }, nil, []string{"gone"}},
		{"what the image was changed to since", plan.Disable, plan.Options{}, nil, gone, nil, []string{"gone"}},
		{"a used copy of a restored image", plan.Restore, plan.Options{}, binned, func(f *plan.Facts) { f.Usage.Verdict = "used" }, nil, []string{"used"}},
	} {
		one, is := target("1"), target("1")
		if c.before != nil {
			c.before(&one.Before)
		}
		if c.now != nil {
			c.now(&is.Before)
		}
		u := undo(ran(decide(c.deed, c.options, setting(), one), nil), is)
		valid(t, u)
		same(t, c.name+": calls", calls(u), append([]string{}, c.calls...))
		same(t, c.name+": notes", append(codes(u.Targets[0].Blocks), codes(u.Targets[0].Warnings)...), c.notes)
	}
}

// Story 12: what disabling took away is shared again, for that is in the plan.
func TestStory12UndoSharesAgain(t *testing.T) {
	shared := facts(func(f *plan.Facts) {
		f.Permissions.Accounts, f.Permissions.Organizations = []string{prod, friend}, []string{org}
	})
	r := ran(decide(plan.Disable, plan.Options{}, setting(), target("1", shared)), nil)
	u := undo(r, target("1", facts(func(f *plan.Facts) { f.State = "disabled" })))
	same(t, "calls", calls(u), []string{
		`1 EnableImage {"ImageId":"ami-1"}`,
		`2 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Add":[{"UserId":"222222222222"},{"UserId":"333333333333"},{"OrganizationArn":"` + org + `"}]}} after [1]`,
	})
	if u.Deed != plan.UndoOf || u.Undoes != r.ID || u.Phrase != "" || !u.Undo.Whole {
		t.Errorf("%+v", u)
	}
}

// Story 23: undo never registers an image anew, which would lose its billing codes.
func TestStory23NothingIsRegistered(t *testing.T) {
	for _, state := range []string{plan.Gone, plan.Binned} {
		r := ran(decide(plan.Delete, plan.Options{}, setting(), target("1", facts(func(f *plan.Facts) { f.Billed = true }))), nil)
		u := undo(r, target("1", facts(func(f *plan.Facts) { f.State, f.Snapshots[0].State = state, state })))
		for _, s := range u.Steps {
			if !strings.HasPrefix(s.Call.API, "ec2:Restore") && s.Call.API != "ec2:CreateTags" {
				t.Errorf("%s calls %s", state, s.Call.API)
			}
		}
		if got := len(u.Steps) > 0; got != (state == plan.Binned) {
			t.Errorf("%s: %v", state, calls(u))
		}
	}
	text := `{"format":1,"deed":"undo","targets":[{"image":{"region":"eu-west-1","id":"ami-1"}}],"steps":[{"id":1,"why":"x","call":{"api":"ec2:RegisterImage","input":{}}}]}`
	if err := json.Unmarshal([]byte(text), &plan.Plan{}); err == nil || !strings.Contains(err.Error(), "RegisterImage") {
		t.Error(err)
	}
}

// What was not done is not taken back, nor what is so already.
func TestUndoTakesBackWhatWasDoneOnly(t *testing.T) {
	three := []plan.Target{target("1"), target("2"), target("3"), target("4")}
	with := plan.Options{Accounts: []string{friend}}
	r := ran(decide(plan.Share, with, setting(), three...), nil)
	r.Outcomes[2] = plan.Outcome{State: plan.Failed}
	r.Outcomes[3] = plan.Outcome{State: plan.Unclear}
	delete(r.Outcomes, 4)
	shared := facts(func(f *plan.Facts) { f.Permissions.Accounts = []string{friend, prod} })
	u := undo(r, target("1", shared), target("2"), target("3"), target("4"))
	same(t, "calls", calls(u), []string{`1 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Remove":[{"UserId":"333333333333"}]}}`})
	same(t, "touched", r.Touched(plan.Part{}), []model.ImageKey{three[0].Image})
	u = undo(r, target("1"))
	same(t, "taken back by somebody else", u.Targets[0].Done, "it is as it was before already")
	u = undo(r)
	same(t, "nothing is known now", codes(u.Targets[0].Blocks), []string{"unread"})
}

// Of a step of the run nobody knows: the rest of that image is taken back, with a word
// about it.
func TestUndoTellsOfUnclearSteps(t *testing.T) {
	p := decide(plan.Tag, plan.Options{Set: map[string]string{"A": "1"}, Remove: []string{"Team"}}, setting(), target("1"))
	r := ran(p, nil)
	r.Outcomes[2] = plan.Outcome{State: plan.Unclear}
	u := undo(r, target("1", facts(func(f *plan.Facts) { f.Tags = append(f.Tags, model.Tag{Key: "A", Value: "1"}) })))
	same(t, "calls", calls(u), []string{`1 DeleteTags {"Resources":["ami-1"],"Tags":[{"Key":"A"}]}`})
	if n := note(t, u.Targets[0].Warnings, "unclear"); !n.Grave {
		t.Errorf("%+v", n)
	}
}

func TestUndoOfPart(t *testing.T) {
	all := []plan.Target{target("1"), target("2"), target("3")}
	r := ran(decide(plan.Protect, plan.Options{}, setting(), all...), nil)
	on := facts(func(f *plan.Facts) { f.Protection = plan.ProtectedNow })
	is := []plan.Target{target("1", on), target("2", on), target("3", on)}
	for _, c := range []struct {
		name string
		part plan.Part
		want []string
	}{
		{"a step", plan.Part{Steps: []int{3}}, []string{"ami-3"}},
		{"images", plan.Part{Images: []model.ImageKey{all[2].Image, all[0].Image}}, []string{"ami-1", "ami-3"}},
		{"both", plan.Part{Steps: []int{1}, Images: []model.ImageKey{all[1].Image}}, []string{"ami-1", "ami-2"}},
		{"none of it", plan.Part{Steps: []int{9}}, nil},
	} {
		var got []string
		for _, x := range plan.Undo(r, c.part, is, setting()).Targets {
			got = append(got, x.Image.ID)
		}
		same(t, c.name, got, c.want)
	}
}

// Two deleted images shared a snapshot, which went under the name of the second: the
// first takes it along when it comes back alone.
func TestUndoOfPartOfSharedSnapshots(t *testing.T) {
	shared := func(other string) func(*plan.Target) {
		return facts(func(f *plan.Facts) { f.Snapshots[0].ID, f.Snapshots[0].Images = "snap-s", []string{other} })
	}
	one, two := target("1", shared("ami-2")), target("2", shared("ami-1"))
	r := ran(decide(plan.Delete, plan.Options{}, setting(), one, two), nil)
	binned := one
	binned.Before.State, binned.Before.Snapshots = plan.Binned, nil // nobody looked at snapshots
	binned.Before.Tags, binned.Before.TagsKnown, binned.Before.Permissions = nil, false, nil
	u := plan.Undo(r, plan.Part{Images: []model.ImageKey{one.Image}}, []plan.Target{binned}, setting())
	valid(t, u)
	same(t, "calls", calls(u), []string{
		`1 RestoreSnapshotFromRecycleBin {"SnapshotId":"snap-s"}`, `2 RestoreImageFromRecycleBin {"ImageId":"ami-1"} after [1]`,
		`3 CreateTags {"Resources":["ami-1"],"Tags":[{"Key":"Team","Value":"web"}]} after [2]`,
	})
}

// A copy is taken back by deleting it, not its source, also while it is being made.
func TestUndoOfCopies(t *testing.T) {
	shared := facts(func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} })
	p := decide(plan.Copy, plan.Options{Regions: []string{"us-east-1", "eu-west-2"}, Permissions: true}, setting(), target("1", shared))
	r := ran(p, map[int]plan.Result{1: {Image: "ami-c1"}, 3: {Image: "ami-c2"}})
	r.Outcomes[3] = plan.Outcome{State: plan.Pending, Result: plan.Result{Image: "ami-c2"}}
	delete(r.Outcomes, 4)
	made := func(region, id, state string) plan.Target {
		return target(id, func(x *plan.Target) { x.Image.Region, x.Before.State = region, state })
	}
	same(t, "touched", r.Touched(plan.Part{}), []model.ImageKey{{Region: "eu-west-2", ID: "ami-c1"}, {Region: "us-east-1", ID: "ami-c2"}})
	u := undo(r, made("eu-west-2", "c1", "available"), made("us-east-1", "c2", "pending"))
	valid(t, u)
	same(t, "calls", calls(u), []string{
		`1 DeregisterImage {"ImageId":"ami-c1","DeleteAssociatedSnapshots":true}`, `2 DeregisterImage {"ImageId":"ami-c2","DeleteAssociatedSnapshots":true}`,
	})
	used := made("eu-west-2", "c1", "available")
	used.Before.Usage.Verdict = "used"
	same(t, "a copy that is used", codes(undo(r, used).Targets[0].Blocks), []string{"used"})
	strange, nobody := made("eu-west-2", "c1", "available"), setting()
	strange.Before.Usage.Verdict, nobody.Person = "unknown", false
	same(t, "one that may be used, and nobody asks", codes(plan.Undo(r, plan.Part{}, []plan.Target{strange}, nobody).Targets[0].Blocks), []string{"unknown"})
	nobody.Allowed.Unknown = true
	same(t, "one that may go all the same", codes(plan.Undo(r, plan.Part{}, []plan.Target{strange}, nobody).Targets[0].Blocks), []string{})
}

// What an account denies is denied to an undoing too, by what it comes to.
func TestUndoAsksTheSameLeave(t *testing.T) {
	r := ran(decide(plan.Unshare, plan.Options{Accounts: []string{friend}}, setting(), target("1", facts(func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} }))), nil)
	s := setting()
	s.Accounts[dev] = plan.AccountRule{Deny: []plan.Deed{plan.Share}}
	same(t, "blocks", codes(plan.Undo(r, plan.Part{}, []plan.Target{target("1")}, s).Targets[0].Blocks), []string{"denied"})
	s.Accounts[dev] = plan.AccountRule{Deny: []plan.Deed{plan.Unshare}}
	same(t, "blocks", codes(plan.Undo(r, plan.Part{}, []plan.Target{target("1")}, s).Targets[0].Blocks), []string{})
}

func TestAgainst(t *testing.T) {
	two := facts(func(f *plan.Facts) {
		f.Snapshots = append(f.Snapshots, snapshot("snap-t"), snapshot("snap-u"))
		f.Snapshots[1].Named = []string{"template x"}
	})
	p := decide(plan.Delete, plan.Options{}, setting(), target("1", two))
	all := []string{"snap-1", "snap-t", "snap-u"}
	read := func(change func(*model.Reread)) model.Reread {
		r := model.Reread{
			Scope: p.Targets[0].Scope(), At: now, Images: []*model.Image{image("ami-1", "web-1", all...)}, References: []*model.Reference{},
			Permissions: []*model.LaunchPermissions{{ID: "ami-1"}}, Users: map[string][]string{}, Shares: map[string][]string{},
		}
		r.Images[0].Detail.Tags = []model.Tag{{Key: "Team", Value: "web"}}
		for _, id := range all {
			r.Snapshots = append(r.Snapshots, snap(id))
			r.Users[id] = []string{"ami-1"}
		}
		if change != nil {
			change(&r)
		}
		return r
	}
	for _, c := range []struct {
		name   string
		change func(*model.Reread)
		want   string
	}{
		{"nothing", nil, ""},
		{"protected", func(r *model.Reread) { r.Images[0].Detail.Traits = protection(plan.ProtectedNow) }, "its protection is enabled-without-cooldown"},
		{"used", func(r *model.Reread) {
			r.References = []*model.Reference{{Image: "ami-1", ID: "arn:aws:ec2:::instance/i-9", Name: "i-9"}}
		}, "it is used, and was unused: i-9, as AWS says"},
		{"another image uses a snapshot", func(r *model.Reread) { r.Users["snap-1"] = []string{"ami-1", "ami-9"} }, "its snapshot snap-1 is used by ami-9"},
		{"gone", func(r *model.Reread) { r.Images, r.Gone = nil, []string{"ami-1"} }, "it is gone, and was available"},
		{"references could not be asked for", func(r *model.Reread) {
			r.References, r.Errors = nil, []*model.OpError{{Op: "ec2:DescribeImageReferences", Kind: model.Denied}}
		}, "AWS could not be asked again"},
	} {
		if got := strings.Join(plan.Against(&p, p.Steps[0], read(c.change)), "; "); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSettled(t *testing.T) {
	off := facts(func(f *plan.Facts) { f.State = "disabled" })
	with := plan.Options{Accounts: []string{friend}}
	shared := func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} }
	gone := func(f *plan.Facts) { f.State, f.Snapshots[0].State = plan.Gone, plan.Gone }
	for _, c := range []struct {
		name string
		plan plan.Plan
		now  func(*plan.Facts) // as AWS shows it now; nil: as before
		want plan.State
	}{
		{"share, done", decide(plan.Share, with, setting(), target("1")), shared, plan.Done},
		{"share, not done", decide(plan.Share, with, setting(), target("1")), nil, plan.NotRun},
		{"unshare, done", decide(plan.Unshare, with, setting(), target("1", facts(shared))), func(f *plan.Facts) { f.Permissions.Accounts = []string{} }, plan.Done},
		{"unshare, not done", decide(plan.Unshare, with, setting(), target("1", facts(shared))), nil, plan.NotRun},
		{"deprecate, done", decide(plan.Deprecate, plan.Options{At: at(day)}, setting(), target("1")), func(f *plan.Facts) { f.Deprecation = at(day) }, plan.Done},
		{"deprecate, not done", decide(plan.Deprecate, plan.Options{At: at(day)}, setting(), target("1")), nil, plan.NotRun},
		{"deprecate, something else was done", decide(plan.Deprecate, plan.Options{At: at(day)}, setting(), target("1")), func(f *plan.Facts) { f.Deprecation = at(3 * day) }, plan.Unclear},
		{"disable, done", decide(plan.Disable, plan.Options{}, setting(), target("1")), func(f *plan.Facts) { f.State = "disabled" }, plan.Done},
		{"enable, not done", decide(plan.Enable, plan.Options{}, setting(), target("1", off)), nil, plan.NotRun},
		{"enable, gone", decide(plan.Enable, plan.Options{}, setting(), target("1", off)), gone, plan.Unclear},
		{"protect, done", decide(plan.Protect, plan.Options{}, setting(), target("1")), func(f *plan.Facts) { f.Protection = plan.ProtectedNow }, plan.Done},
		{"unprotect, not done", decide(plan.Unprotect, plan.Options{}, setting(), target("1", facts(func(f *plan.Facts) { f.Protection = plan.ProtectedNow }))), nil, plan.NotRun},
		{"tag, done", decide(plan.Tag, plan.Options{Set: map[string]string{"Team": "db"}}, setting(), target("1")), func(f *plan.Facts) { f.Tags = []model.Tag{{Key: "Team", Value: "db"}} }, plan.Done},
		{"tag, not done", decide(plan.Tag, plan.Options{Set: map[string]string{"Team": "db"}}, setting(), target("1")), nil, plan.NotRun},
		{"tag, another was set", decide(plan.Tag, plan.Options{Set: map[string]string{"Team": "db"}}, setting(), target("1")), func(f *plan.Facts) { f.Tags = []model.Tag{{Key: "Team", Value: "ops"}} }, plan.Unclear},
		{"remove a tag, done", decide(plan.Tag, plan.Options{Remove: []string{"Team"}}, setting(), target("1")), func(f *plan.Facts) { f.Tags = nil }, plan.Done},
		{"delete, done", decide(plan.Delete, plan.Options{}, setting(), target("1")), gone, plan.Done},
		{"delete, not done", decide(plan.Delete, plan.Options{}, setting(), target("1")), nil, plan.NotRun},
		{"delete, its snapshot is left", decide(plan.Delete, plan.Options{}, setting(), target("1")), func(f *plan.Facts) { f.State = plan.Gone }, plan.Unclear},
	} {
		is := c.plan.Targets[0]
		if c.now != nil {
			f := is.Before
			f.Snapshots = slices.Clone(f.Snapshots)
			p := *f.Permissions
			f.Permissions = &p
			c.now(&f)
			is.Before = f
		}
		got := plan.Settled(c.plan.Steps[0], c.plan.Targets[0], shown(is))
		same(t, c.name, got.State, c.want)
		if c.name == "delete, done" {
			same(t, "return codes", got.Result.Snapshots, map[string]string{"snap-1": "success"})
		}
	}
	other := shown(target("1"))
	other.Scope.Region = "us-east-1"
	same(t, "a reading of another region", plan.Settled(decide(plan.Protect, plan.Options{}, setting(), target("1")).Steps[0], target("1"), other).State, plan.Unclear)
}

// shown is what AWS tells of an image that is as its facts say.
func shown(t plan.Target) model.Reread {
	f := t.Before
	out := model.Reread{Scope: t.Scope(), At: now, Binned: []*model.Binned{}, Users: map[string][]string{}, Shares: map[string][]string{}}
	for _, s := range f.Snapshots {
		if s.State == plan.Gone {
			out.Missing = append(out.Missing, s.ID)
			continue
		}
		out.Snapshots = append(out.Snapshots, snap(s.ID))
		out.Users[s.ID], out.Shares[s.ID] = []string{t.Image.ID}, s.Accounts
		if f.State == plan.Gone {
			out.Users[s.ID] = []string{}
		}
	}
	if f.State == plan.Gone {
		out.Gone = []string{t.Image.ID}
		return out
	}
	im := image(t.Image.ID, f.Name, "snap-"+strings.TrimPrefix(t.Image.ID, "ami-"))
	im.State, im.Detail.Traits, im.Detail.Tags = f.State, protection(f.Protection), f.Tags
	if f.Deprecation != nil {
		im.Deprecation = *f.Deprecation
	}
	out.Images = []*model.Image{im}
	out.Permissions = []*model.LaunchPermissions{{ID: t.Image.ID, Public: f.Permissions.Public, Accounts: f.Permissions.Accounts}}
	return out
}

func TestSettledCopies(t *testing.T) {
	p := decide(plan.Copy, plan.Options{Regions: []string{"us-east-1"}, Permissions: true}, setting(), target("1", facts(func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} })))
	there := p.Steps[0].Scope
	made := func(name, state string) model.Reread {
		im := image("ami-c", name, "snap-c")
		im.Region, im.State = there.Region, state
		im.Detail.SourceImage, im.Detail.SourceRegion = "ami-1", region
		return model.Reread{Scope: there, At: now.Add(time.Minute), Images: []*model.Image{im}}
	}
	for _, c := range []struct {
		name string
		now  model.Reread
		want plan.Outcome
	}{
		{"being made", made("web-1", "pending"), plan.Outcome{State: plan.Pending, Result: plan.Result{Image: "ami-c"}}},
		{"made", made("web-1", "available"), plan.Outcome{State: plan.Done, Result: plan.Result{Image: "ami-c"}}},
		{"failed", made("web-1", "failed"), plan.Outcome{State: plan.Failed, Result: plan.Result{Image: "ami-c"}, Why: "AWS could not make the copy ami-c"}},
		{"another copy", made("other", "available"), plan.Outcome{State: plan.NotRun}},
		{"none", model.Reread{Scope: there}, plan.Outcome{State: plan.NotRun}},
		{"looked for elsewhere", model.Reread{}, plan.Outcome{State: plan.Unclear}},
	} {
		same(t, c.name, plan.Settled(p.Steps[0], p.Targets[0], c.now), c.want)
	}
	share := p.Steps[1]
	share.Call.Input = json.RawMessage(strings.ReplaceAll(string(share.Call.Input), "${1.ImageId}", "ami-c"))
	is := made("web-1", "available")
	is.Permissions = []*model.LaunchPermissions{{ID: "ami-c"}}
	same(t, "the copy is not shared", plan.Settled(share, p.Targets[0], is).State, plan.NotRun)
	is.Permissions[0].Accounts = []string{friend}
	same(t, "the copy is shared", plan.Settled(share, p.Targets[0], is).State, plan.Done)
}

func TestRenewNotesWhatCouldNotBeRead(t *testing.T) {
	denied := func(op string) []*model.OpError { return []*model.OpError{{Op: op, Kind: model.Denied}} }
	for _, c := range []struct {
		op     string
		change func(*model.Reread)
		what   string
	}{
		{"ec2:DescribeImages", func(r *model.Reread) {
			r.Images, r.Permissions, r.Snapshots, r.Users, r.Shares = nil, nil, nil, nil, nil
		}, "image"},
		{"ec2:DescribeImageAttribute", func(r *model.Reread) {
			r.Permissions[0] = &model.LaunchPermissions{ID: "ami-1", Err: denied("ec2:DescribeImageAttribute")[0]}
		}, "permissions"},
		{"ec2:DescribeSnapshots", func(r *model.Reread) { r.Snapshots, r.Shares = nil, nil }, "snapshots"},
		{"ec2:DescribeImages", func(r *model.Reread) { r.Users = nil }, "snapshots"},
		{"ec2:DescribeSnapshotAttribute", func(r *model.Reread) { r.Shares = nil }, "snapshots"},
	} {
		r := shown(target("1"))
		r.Errors = denied(c.op)
		c.change(&r)
		before := target("1")
		f := plan.Renew(before, r)
		if len(f.Unread) != 1 || f.Unread[0].What != c.what || !strings.Contains(f.Unread[0].Why, "denied") || f.Unread[0].Mend == "" {
			t.Errorf("%s: %+v", c.op, f.Unread)
		}
		f.Unread = nil
		same(t, c.op+": the rest", f.Permissions, before.Before.Permissions)
		again := before
		again.Before = plan.Renew(before, r)
		if f := plan.Renew(again, shown(target("1"))); f.Unread != nil {
			t.Errorf("%s: once it was read: %+v", c.op, f.Unread)
		}
	}
	r := shown(target("1"))
	r.Errors = denied("ec2:DescribeImageReferences")
	if f := plan.Renew(target("1"), r); f.Usage.Recheck != "ec2:DescribeImageReferences denied" || f.Usage.Verdict != "unused" {
		t.Errorf("%+v", f.Usage)
	}
}

// What AWS names is a use, unless it was known and does not count.
func TestRenewTakesNewReferencesForUses(t *testing.T) {
	weak := facts(func(f *plan.Facts) { f.Usage.Verdict, f.Usage.Weak = "probable", []string{"i-1"} })
	r := shown(target("1"))
	r.References = []*model.Reference{{Image: "ami-1", ID: "arn:i-1", Name: "i-1"}, {Image: "ami-2", ID: "arn:i-3", Name: "i-3"}}
	same(t, "verdict of what was known", plan.Renew(target("1", weak), r).Usage.Verdict, "probable")
	r.References = append(r.References, &model.Reference{Image: "ami-1", ID: "arn:i-2", Name: "i-2"})
	u := plan.Renew(target("1", weak), r).Usage
	same(t, "verdict of what is new", u.Verdict+" "+u.Evidence[0], "used i-2, as AWS says")
	r.References = []*model.Reference{{Image: "ami-1", ID: "arn:lt-1", Name: "lt-1", State: model.ReportedTemplates}}
	u = plan.Renew(target("1", weak), r).Usage
	same(t, "a version that AWS does not tell", u.Verdict, "used")
	if !strings.Contains(u.Evidence[0], "lt-1, as AWS says, in a version not read") || !strings.Contains(u.Evidence[0], "template_versions") {
		t.Errorf("evidence %q does not say how to tell the version", u.Evidence[0])
	}
}

// What was gone from the list is found in the bin, with its time.
func TestRenewOfWhatIsGone(t *testing.T) {
	gone := target("1", facts(func(f *plan.Facts) { f.State, f.Snapshots[0].State = plan.Gone, plan.Gone }))
	r := shown(gone)
	r.Binned = []*model.Binned{{ID: "ami-1", Exits: now.Add(day)}, {ID: "snap-1"}}
	f := plan.Renew(target("1"), r)
	same(t, "states", f.State+" "+f.Snapshots[0].State, "binned binned")
	same(t, "until", f.Bin.Exits, at(day))
	r.Binned, r.Errors = nil, []*model.OpError{{Op: "ec2:ListImagesInRecycleBin", Kind: model.Denied}}
	f = plan.Renew(target("1"), r)
	if f.State != plan.Gone || len(f.Unread) != 1 || f.Unread[0].What != "bin" {
		t.Errorf("%s %+v", f.State, f.Unread)
	}
}
