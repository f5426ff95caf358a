package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

func TestDecideDelete(t *testing.T) {
	both := `1 DeregisterImage {"ImageId":"ami-1","DeleteAssociatedSnapshots":true}`
	image := `1 DeregisterImage {"ImageId":"ami-1"}`
	two := func(f *plan.Facts) { f.Snapshots = append(f.Snapshots, snapshot("snap-2")) }
	script := func(s *plan.Setting) { s.Person = false }
	for _, c := range []decision{
		{name: "unused", calls: []string{both}},
		{name: "gone", change: func(f *plan.Facts) { f.State = plan.Gone }, done: "it is gone already"},
		{name: "in the bin", change: func(f *plan.Facts) { f.State = plan.Binned }, done: "it is in the Recycle Bin already"},
		{name: "used", change: func(f *plan.Facts) { f.Usage.Verdict = "used" }, blocks: []string{"used"}},
		{name: "used, with all leave", options: plan.Options{AllowUnknown: true, AllowStale: true}, change: func(f *plan.Facts) { f.Usage.Verdict = "used" }, blocks: []string{"used"}},
		{name: "unknown", change: func(f *plan.Facts) { f.Usage.Verdict = "unknown" }, calls: []string{both}, warnings: []string{"unknown"}, phrase: "delete 1"},
		{name: "unknown, script", setting: script, change: func(f *plan.Facts) { f.Usage.Verdict = "unknown" }, blocks: []string{"unknown"}},
		{
			name: "unknown, script that was told to", setting: script, options: plan.Options{AllowUnknown: true}, change: func(f *plan.Facts) { f.Usage.Verdict = "unknown" },
			calls: []string{both}, warnings: []string{"unknown"}, phrase: "delete 1",
		},
		{name: "probable", change: func(f *plan.Facts) { f.Usage.Verdict = "probable" }, calls: []string{both}, warnings: []string{"probable"}, phrase: "delete 1"},
		{name: "probable, script", setting: script, options: plan.Options{AllowUnknown: true}, change: func(f *plan.Facts) { f.Usage.Verdict = "probable" }, blocks: []string{"probable"}},
		{
			name: "probable, script that was told to", setting: script, options: plan.Options{AllowStale: true}, change: func(f *plan.Facts) { f.Usage.Verdict = "probable" },
			calls: []string{both}, warnings: []string{"probable"}, phrase: "delete 1",
		},
		{name: "AWS not asked again", change: func(f *plan.Facts) { f.Usage.Recheck = "denied" }, calls: []string{both}, warnings: []string{"recheck"}, phrase: "delete 1"},
		{name: "AWS not asked again, script", setting: script, change: func(f *plan.Facts) { f.Usage.Recheck = "denied" }, blocks: []string{"recheck"}},
		{name: "pending", change: func(f *plan.Facts) { f.State = "pending" }, calls: []string{both}, warnings: []string{"pending", "bin"}, lost: []string{"bin"}, phrase: "delete 1"},
		{name: "no bin", change: func(f *plan.Facts) { f.Bin = plan.Bin{Known: true} }, calls: []string{both}, warnings: []string{"bin"}, lost: []string{"bin"}, phrase: "delete 1"},
		{name: "bin of images only", change: func(f *plan.Facts) { f.Bin.Snapshots = 0 }, calls: []string{both}, warnings: []string{"bin"}, lost: []string{"bin"}, phrase: "delete 1"},
		{name: "bin of images only, snapshots stay", options: plan.Options{KeepSnapshots: true}, change: func(f *plan.Facts) { f.Bin.Snapshots = 0 }, calls: []string{image}},
		{name: "bin not read", change: func(f *plan.Facts) { f.Bin = plan.Bin{} }, calls: []string{both}, warnings: []string{"bin"}, lost: []string{"bin"}, phrase: "delete 1"},
		{name: "keep snapshots", options: plan.Options{KeepSnapshots: true}, calls: []string{image}},
		{name: "snapshots not known", change: func(f *plan.Facts) { f.SnapshotsKnown = false }, calls: []string{image}, warnings: []string{"snapshots"}},
		{
			name: "snapshots not read again", change: func(f *plan.Facts) { f.Unread = []plan.Unread{{What: "snapshots", Why: "denied"}} },
			calls: []string{image}, warnings: []string{"snapshots", "kept"},
		},
		{name: "another image uses one", change: func(f *plan.Facts) { two(f); f.Snapshots[1].Images = []string{"ami-9"} }, calls: []string{both}, warnings: []string{"kept"}},
		{name: "another image uses all", change: func(f *plan.Facts) { f.Snapshots[0].Images = []string{"ami-9"} }, calls: []string{image}, warnings: []string{"kept"}},
		{
			name: "a template names one", change: func(f *plan.Facts) { two(f); f.Snapshots[1].Named = []string{"template web v3"} },
			calls: []string{image, `2 DeleteSnapshot {"SnapshotId":"snap-1"} after [1]`}, warnings: []string{"kept"},
		},
		{
			name: "a template names one that another image uses", change: func(f *plan.Facts) {
				two(f)
				f.Snapshots[1].Named, f.Snapshots[1].Images = []string{"template web v3"}, []string{"ami-9"}
			},
			calls: []string{both}, warnings: []string{"kept"},
		},
		{
			name: "AWS Backup keeps one", change: func(f *plan.Facts) { two(f); f.Snapshots[1].Backup = true },
			calls: []string{image, `2 DeleteSnapshot {"SnapshotId":"snap-1"} after [1]`}, warnings: []string{"kept"},
		},
		{
			name: "one is another account's", change: func(f *plan.Facts) { two(f); f.Snapshots[1].Owner = friend },
			calls: []string{image, `2 DeleteSnapshot {"SnapshotId":"snap-1"} after [1]`}, warnings: []string{"kept"},
		},
		{name: "last of its family", change: func(f *plan.Facts) { f.Family.Others, f.Family.Newest = 0, true }, calls: []string{both}, warnings: []string{"last"}, phrase: "delete 1"},
		{
			name: "last here, a copy elsewhere", change: func(f *plan.Facts) {
				f.Family.Others, f.Family.Newest = 0, true
				f.Family.Copies = []plan.Kin{{Image: model.ImageKey{Region: "us-east-1", ID: "ami-c"}, Account: dev, State: "available"}}
			},
			calls: []string{both}, warnings: []string{"newest"}, phrase: "delete 1",
		},
	} {
		c.check(t, plan.Delete)
	}
}

// Story 6: the newest image that works is not deleted as if it were any.
func TestStory6DeletingTheNewestWarns(t *testing.T) {
	p := decide(plan.Delete, plan.Options{}, setting(), target("1", facts(func(f *plan.Facts) { f.Family.Newest = true })))
	n := note(t, p.Targets[0].Warnings, "newest")
	if !n.Grave || p.Phrase != "delete 1" || !strings.Contains(n.Text, "newest of web") {
		t.Errorf("%+v, phrase %q", n, p.Phrase)
	}
}

// All images of a family go at once: none of them is the last by itself.
func TestDeletingAWholeFamilyWarns(t *testing.T) {
	three := func(f *plan.Facts) { f.Family.Others = 2 }
	p := decide(plan.Delete, plan.Options{}, setting(), target("1", facts(three)), target("2", facts(three)), target("3", facts(three)))
	for _, x := range p.Targets {
		note(t, x.Warnings, "last")
	}
	p = decide(plan.Delete, plan.Options{}, setting(), target("1", facts(three)), target("2", facts(three)))
	for _, x := range p.Targets {
		same(t, "warnings while one stays", codes(x.Warnings), []string{})
	}
}

// Story 8: a snapshot that two images share goes with the last of them, once both are
// gone, and stays where one of them stays.
func TestStory8SharedSnapshots(t *testing.T) {
	shared := func(other string) func(*plan.Target) {
		return facts(func(f *plan.Facts) {
			s := snapshot("snap-shared")
			s.Images = []string{other}
			f.Snapshots = append(f.Snapshots, s)
		})
	}
	p := decide(plan.Delete, plan.Options{}, setting(), target("2", shared("ami-1")), target("1", shared("ami-2")))
	valid(t, p)
	same(t, "calls", calls(p), []string{
		`1 DeregisterImage {"ImageId":"ami-1"}`, `2 DeleteSnapshot {"SnapshotId":"snap-1"} after [1]`,
		`3 DeregisterImage {"ImageId":"ami-2"}`, `4 DeleteSnapshot {"SnapshotId":"snap-2"} after [3]`,
		`5 DeleteSnapshot {"SnapshotId":"snap-shared"} after [1 3]`,
	})
	used := facts(func(f *plan.Facts) { f.Usage.Verdict = "used" })
	p = decide(plan.Delete, plan.Options{}, setting(), target("2", shared("ami-1"), used), target("1", shared("ami-2")))
	same(t, "calls where one stays", calls(p), []string{`1 DeregisterImage {"ImageId":"ami-1","DeleteAssociatedSnapshots":true}`})
	if n := note(t, p.Targets[0].Warnings, "kept"); n.Text != "snap-shared stays: ami-2 uses it" {
		t.Error(n.Text)
	}
}

// Story 11: deprecating is no harmless deed where something picks the newest.
func TestStory11DeprecatingWhatIsPickedWarns(t *testing.T) {
	picked := facts(func(f *plan.Facts) {
		f.Family.Newest, f.Family.Pickers = true, []string{"group web-asg", "node group web"}
	})
	p := decide(plan.Deprecate, plan.Options{At: at(day)}, setting(), target("1", picked))
	n := note(t, p.Targets[0].Warnings, "newest")
	if !n.Grave || !strings.Contains(n.Text, "group web-asg, node group web") || p.Phrase != "deprecate 1" {
		t.Errorf("%+v, phrase %q", n, p.Phrase)
	}
	if !p.Undo.Whole || p.Undo.How == "" {
		t.Errorf("undo is not offered: %+v", p.Undo)
	}
}

// Story 12: disabling takes the shares away, and enabling does not bring them back.
func TestStory12DisablingSaysThatItUnshares(t *testing.T) {
	shared := facts(func(f *plan.Facts) { f.Permissions.Accounts = []string{friend, prod} })
	p := decide(plan.Disable, plan.Options{}, setting(), target("1", shared))
	if n := note(t, p.Targets[0].Warnings, "consumers"); !strings.Contains(n.Text, "takes all launch permissions away") {
		t.Error(n.Text)
	}
	same(t, "what undo is made of", p.Targets[0].Before.Permissions.Accounts, []string{friend, prod})
	if !p.Undo.Whole || p.Undo.Images != 1 {
		t.Errorf("%+v", p.Undo)
	}
}

// Story 15: marks that a filter hides are in the plan, and told apart.
func TestStory15HiddenMarksAreTold(t *testing.T) {
	one, two := target("1"), target("2")
	p := plan.Decide(plan.Request{Deed: plan.Delete, Images: []model.ImageKey{one.Image, two.Image}, Hidden: 1}, []plan.Target{one, two}, setting())
	if p.Hidden != 1 || len(p.Targets) != 2 || p.Phrase != "delete 2" {
		t.Errorf("hidden %d of %d, phrase %q", p.Hidden, len(p.Targets), p.Phrase)
	}
}

// Story 20: what a service owns is left to it, or takes the phrase.
func TestStory20ManagedImages(t *testing.T) {
	managed := func(by, with string) func(*plan.Target) {
		return facts(func(f *plan.Facts) { f.Managed, f.Manager = by, with })
	}
	p := decide(plan.Delete, plan.Options{}, setting(), target("1", managed("backup", "arn:aws:ec2:instance/i-1")))
	if n := note(t, p.Targets[0].Blocks, "backup"); !strings.Contains(n.Mend, "vault") || len(p.Steps) > 0 {
		t.Errorf("%+v", n)
	}
	for by, with := range map[string]string{"dlm": "policy-0abc", "imagebuilder": "arn:aws:imagebuilder:image/web"} {
		p := decide(plan.Delete, plan.Options{}, setting(), target("1", managed(by, with)))
		if n := note(t, p.Targets[0].Warnings, by); !n.Grave || !strings.Contains(n.Text, with) || p.Phrase != "delete 1" {
			t.Errorf("%s: %+v, phrase %q", by, n, p.Phrase)
		}
	}
}

// Story 21: a protected image is not deleted, and the plan says from when it can be.
func TestStory21ProtectionAndCooldown(t *testing.T) {
	for protection, mend := range map[string]string{
		plan.ProtectedNow: "unprotect it first",
		plan.ProtectedYet: "unprotect it first; it can be deleted 24 hours after that, 2026-11-27 10:00 UTC at the earliest",
	} {
		p := decide(plan.Delete, plan.Options{}, setting(), target("1", facts(func(f *plan.Facts) { f.Protection = protection })))
		same(t, "steps", len(p.Steps), 0)
		same(t, "what to do", note(t, p.Targets[0].Blocks, "protected").Mend, mend)
	}
	p := decide(plan.Unprotect, plan.Options{}, setting(), target("1", facts(func(f *plan.Facts) { f.Protection = plan.ProtectedYet })))
	if n := note(t, p.Targets[0].Warnings, "cooldown"); !strings.Contains(n.Text, "2026-11-27 10:00 UTC at the earliest") {
		t.Error(n.Text)
	}
}

// Story 24: what cannot be taken back is marked and takes the phrase, and what AWS
// never takes back is not offered.
func TestStory24WhatIsFinalIsMarked(t *testing.T) {
	p := decide(plan.Delete, plan.Options{}, setting(), target("1"), target("2", facts(func(f *plan.Facts) { f.Bin.Image = 0 })))
	if n := note(t, p.Targets[1].Warnings, "bin"); !n.Final {
		t.Errorf("%+v", n)
	}
	if p.Undo.Whole || p.Undo.Images != 1 || !strings.HasPrefix(p.Undo.Lost[0].Text, "1 image: ") || !p.Undo.Until.Equal(now.Add(7*day)) {
		t.Errorf("%+v", p.Undo)
	}
	if !slices.Contains(p.Because, "it cannot be wholly taken back for 1 image") {
		t.Error(p.Because)
	}
	if faults := plan.Check(plan.Request{Deed: "require-imdsv2"}, setting()); len(faults) != 1 || faults[0].Field != "deed" {
		t.Error(faults)
	}
}

func TestPhrases(t *testing.T) {
	production := func(x *plan.Target) { x.Account, x.Before.Owner, x.Before.Snapshots[0].Owner = prod, prod, prod }
	odd := func(s *plan.Setting) { s.Accounts[prod] = plan.AccountRule{Name: "acme\u202eprod", Production: true} }
	var crowd []plan.Target
	for i := range 214 {
		crowd = append(crowd, target(fmt.Sprint(i), production))
	}
	for _, c := range []struct {
		name    string
		targets []plan.Target
		setting func(*plan.Setting)
		want    string
	}{
		{"one", []plan.Target{target("1")}, nil, ""},
		{"three", []plan.Target{target("1"), target("2"), target("3")}, nil, "delete 3"},
		{"one of two runs", []plan.Target{target("1"), target("2", facts(func(f *plan.Facts) { f.Usage.Verdict = "used" }))}, nil, ""},
		{"one in production", []plan.Target{target("1", production)}, nil, "delete 1 in acme-prod"},
		{"many in production", crowd, nil, "delete 214 in acme-prod"},
		{"production and another", []plan.Target{target("1", production), target("2")}, nil, "delete 2 in acme-prod and 1 more"},
		{"a name that cannot be typed", []plan.Target{target("1", production)}, odd, "delete 1 in 222222222222"},
		{"nothing runs", []plan.Target{target("1", production, facts(func(f *plan.Facts) { f.State = plan.Gone }))}, nil, ""},
	} {
		s := setting()
		if c.setting != nil {
			c.setting(&s)
		}
		same(t, c.name, decide(plan.Delete, plan.Options{}, s, c.targets...).Phrase, c.want)
	}
}

func TestMoneyOfDeletion(t *testing.T) {
	s := setting()
	s.Money = func(images []model.ImageKey, keep []string) plan.Money {
		return plan.Money{Notes: []string{fmt.Sprint(len(images), " images but for ", keep)}}
	}
	kept := facts(func(f *plan.Facts) { f.Snapshots[0].Images = []string{"ami-9"} })
	p := decide(plan.Delete, plan.Options{}, s, target("1", kept), target("2"), target("3", facts(func(f *plan.Facts) { f.Usage.Verdict = "used" })))
	same(t, "notes", p.Money.Notes, []string{"2 images but for [snap-1]"})
}
