package change

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// stocked is a world with n images in two accounts, and their keys.
func stocked(n int) (kit.Env, []model.ImageKey) {
	env := world(120, 37)
	var pages []model.Event
	var all []model.ImageKey
	for a, account := range []string{prod, dev} {
		p := model.Page{Scope: model.Scope{Account: account, Region: "eu-west-1"}, Kind: model.Images, At: now.Add(-time.Hour), Last: true}
		for i := a; i < n; i += 2 {
			im := stock(account, i)
			p.Images, all = append(p.Images, im), append(all, im.ImageKey)
		}
		pages = append(pages, p)
	}
	env.Inv = env.Inv.Fold(pages...)
	env.Usage = env.Usage.Judge(env.Inv, model.UsageInput{Now: now})
	env.Deeds.Setting = func(model.Inventory) plan.Setting {
		rule := plan.AccountRule{Regions: []string{"eu-west-1", "us-east-1"}}
		return plan.Setting{Accounts: map[string]plan.AccountRule{prod: rule, dev: rule}}
	}
	return env, all
}

func stock(account string, i int) *model.Image {
	return &model.Image{
		ImageKey: model.ImageKey{Region: "eu-west-1", ID: fmt.Sprintf("ami-%017x", i+1)}, Owner: account, Name: fmt.Sprintf("web-api-%d", i),
		State: "available", Architecture: "x86_64", Platform: "linux", RootType: "ebs", Created: now.AddDate(0, 0, -i),
		Detail: &model.Detail{Traits: model.Share(model.Traits{Protection: plan.Unprotected}), TagsRead: true},
	}
}

// read says that images were read again, as they are listed.
func read(env kit.Env, account string, keys ...model.ImageKey) model.Reread {
	r := model.Reread{Scope: model.Scope{Account: account, Region: "eu-west-1"}, At: now}
	for _, k := range keys {
		if im, ok := env.Inv.Image(k); ok && im.Owner == account {
			r.Images = append(r.Images, im)
		}
	}
	return r
}

// An image of which a second reading tells nothing is not known to be as it was,
// whatever it tells of others.
func TestSilenceIsNoAllClear(t *testing.T) {
	env, all := stocked(6)
	s := Asked{plan.Request{Deed: plan.Protect, Images: all}}
	denied := &model.OpError{Op: "ec2:DescribeImages", Kind: model.Denied, Err: errors.New("no")}
	failed := model.Reread{Scope: model.Scope{Account: dev, Region: "eu-west-1"}, Errors: []*model.OpError{denied}}
	rereads := []model.Reread{read(env, prod, all[:2]...), failed, read(env, dev, all[3])}

	p := s.Plan(env, setting(env), kit.Looked{Rereads: rereads})
	if runs, _, _ := p.Counts(); runs != 6 {
		t.Errorf("while it is read, %d of 6 run", runs)
	}
	p = s.Plan(env, setting(env), kit.Looked{Rereads: rereads, Over: true})
	var got []string
	for i := range p.Targets {
		at := &p.Targets[i]
		why := ""
		if len(at.Blocks) > 0 {
			why = at.Blocks[0].Text
		}
		got = append(got, at.Before.Name+" "+why)
	}
	unread := "it could not be read again: ec2:DescribeImages "
	want := []string{"web-api-0 ", "web-api-2 ", "web-api-4 " + unread + "network", "web-api-1 ", "web-api-3 " + unread + "denied", "web-api-5 " + unread + "denied"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What is read for the first time is no change; what was otherwise is one, once for
// all images that it is true of.
func TestOnlyWhatWasOtherwiseHasChanged(t *testing.T) {
	first, again := deletion(4), deletion(4)
	for i := range again.Targets {
		f := &again.Targets[i].Before
		f.Permissions, f.SnapshotsKnown = &plan.Sharing{}, true
		f.Snapshots[0].Accounts = []string{}
		if i > 1 {
			f.Protection = plan.ProtectedNow
			first.Targets[i].Before.Protection = plan.Unprotected
		}
	}
	again.Targets[3].Before.Usage = plan.Usage{Verdict: "used", Evidence: []string{"instance i-1"}}
	var got []string
	for _, d := range differ(&first, &again) {
		got = append(got, fmt.Sprint(len(d.images), " ", d.text))
	}
	want := []string{
		"2 its protection is enabled-without-cooldown, and was disabled",
		"1 it is used, and was unused: instance i-1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestChangesAreShownFirst(t *testing.T) {
	s := &moving{deletion(3)}
	x := sit(t, world(80, 21), NewReview(s))
	lacks(t, x, "Changed")
	s.plan = deletion(3)
	s.plan.Targets[0].Before.State = "disabled"
	x.looked()
	lines := strings.Split(x.frame(), "\n")
	if !strings.Contains(lines[headLines], "Changed") || !strings.Contains(lines[headLines+1], "web-api-2026.11.26-0: it is disabled, and was available") {
		t.Error(x.frame())
	}
}

// A run is taken back whole or for some images; what is gone is known by the run.
func TestUndoneTakesBackWhatTheRunDid(t *testing.T) {
	env, all := stocked(4)
	p := Asked{plan.Request{Deed: plan.Delete, Images: all}}.Plan(env, setting(env), kit.Looked{})
	run := plan.Run{ID: "20261126-093000-3f9a", At: now, Plan: p, Outcomes: map[int]plan.Outcome{}}
	for _, s := range p.Steps {
		run.Outcomes[s.ID] = plan.Outcome{State: plan.Done, At: now}
	}
	gone := model.Reread{Scope: model.Scope{Account: prod, Region: "eu-west-1"}, At: now}
	for _, k := range all[:2] { // of the first account
		gone.Gone = append(gone.Gone, k.ID)
		gone.Binned = append(gone.Binned, &model.Binned{ID: k.ID, Exits: now.AddDate(0, 0, 7)})
	}
	env.Inv = env.Inv.Fold(gone)
	whole := Undone{Run: run}.Plan(env, setting(env), kit.Looked{Rereads: []model.Reread{gone}, Over: true})
	if whole.Undoes != run.ID || len(whole.Targets) != 4 {
		t.Fatalf("%s undoes %q, %d images", whole.Deed, whole.Undoes, len(whole.Targets))
	}
	part := Undone{run, plan.Part{Images: all[:1]}}.Plan(env, setting(env), kit.Looked{Rereads: []model.Reread{gone}, Over: true})
	if len(part.Targets) != 1 || part.Targets[0].Account != prod || len(part.Steps) != 1 || part.Steps[0].Call.API != "ec2:RestoreImageFromRecycleBin" {
		t.Fatalf("%+v", part)
	}
}

// BenchmarkOpen is all that a review of 3,000 images takes until it is on the screen:
// facts, decisions, counts and the first frame.
func BenchmarkOpen(b *testing.B) {
	env, all := stocked(3000)
	b.ReportAllocs()
	for b.Loop() {
		sit(b, env, NewReview(Asked{plan.Request{Deed: plan.Delete, Images: all}})).frame()
	}
}

// BenchmarkReread is the same plan when all was read again.
func BenchmarkReread(b *testing.B) {
	env, all := stocked(3000)
	s := Asked{plan.Request{Deed: plan.Delete, Images: all}}
	looked := kit.Looked{Over: true}
	first := s.Plan(env, setting(env), kit.Looked{})
	for at := range 60 {
		keys := all[at*50 : at*50+50]
		looked.Rereads = append(looked.Rereads, read(env, prod, keys...), read(env, dev, keys...))
	}
	b.ReportAllocs()
	for b.Loop() {
		p := s.Plan(env, setting(env), looked)
		differ(&first, &p)
	}
}
