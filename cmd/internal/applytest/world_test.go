package applytest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/apply"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	day    = 24 * time.Hour
	friend = "123456789012" // an account that nobody reaches
)

// world is an AWS, and a program that has read it.
type world struct {
	t        *testing.T
	server   *fakeaws.Server // nil: AWS is another one
	client   *awsclient.Client
	accounts []string
	regions  []string
	kinds    []model.Kind // that are read; nil: all
	journal  *journal.Journal
	inv      model.Inventory
	usage    *model.Usage
	gen      model.Gen
}

// in runs a test on a clock of its own.
func in(t *testing.T, do func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, do)
}

// open makes an AWS of two accounts in two regions, with what fill puts into it, and
// reads it. Its time is that of the test.
func open(t *testing.T, o fakeaws.Options, fill func(f *fleet.Fleet)) *world {
	t.Helper()
	o.Fleet, o.Bare, o.World, o.Now = fleet.Config{Accounts: 2, Regions: 2}, true, fill, time.Now
	server := fakeaws.New(o)
	c := awsclient.Options{Transport: server.Transport(), Limiter: scan.NewBuckets()}
	w := &world{server: server, regions: server.Regions()}
	for _, a := range server.Accounts() {
		key, secret := server.Credentials(a.ID)
		c.Static = append(c.Static, awsclient.StaticAccount{Name: a.Name, AccessKey: key, Secret: secret, Region: w.regions[0]})
		w.accounts = append(w.accounts, a.ID)
	}
	w.enter(t, c)
	return w
}

// enter reads an AWS.
func (w *world) enter(t *testing.T, o awsclient.Options) {
	t.Helper()
	w.t, w.journal = t, journal.Open(filepath.Join(t.TempDir(), "journal.jsonl"))
	var err error
	w.client, err = awsclient.New(o)
	must(t, err)
	t.Cleanup(w.client.Close)
	w.look()
}

// look reads everything again, and judges it.
func (w *world) look() {
	w.t.Helper()
	w.gen++
	fold := func(e model.Event) { w.inv = w.inv.Fold(e) }
	kinds := w.kinds
	if kinds == nil {
		kinds = model.Swept()
	}
	var requests []scan.Request
	must(w.t, w.client.Discover(w.t.Context(), func(e model.Event) {
		fold(e)
		f, ok := e.(model.Found)
		if !ok || len(f.Regions) == 0 {
			return
		}
		requests = slices.DeleteFunc(requests, func(r scan.Request) bool { return r.Scope.Account == f.Account.ID })
		for _, r := range f.Regions {
			if r.Enabled {
				requests = append(requests, scan.Request{Scope: model.Scope{Account: f.Account.ID, Region: r.Name}, Kinds: kinds, Gen: w.gen})
			}
		}
	}))
	must(w.t, scan.Run(w.t.Context(), w.client, requests, scan.Options{}, fold))
	for _, im := range w.inv.Images() {
		s := model.Scope{Account: im.Owner, Region: im.Region}
		p, err := w.client.ReadPermissions(w.t.Context(), s, im.ID)
		must(w.t, err)
		fold(model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{p}})
	}
	w.usage = w.usage.Judge(w.inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: time.Now()})
}

// scope is one of the places: accounts and regions are numbered from 0.
func (w *world) scope(account, region int) model.Scope {
	return model.Scope{Account: w.accounts[account], Region: w.regions[region]}
}

// setting is that of a person at the screen, who may do everything.
func (w *world) setting() plan.Setting {
	s := plan.Setting{Now: time.Now().UTC(), Person: true, Public: true, Accounts: map[string]plan.AccountRule{}}
	for _, id := range w.accounts {
		s.Accounts[id] = plan.AccountRule{Name: "the one", Regions: w.regions}
	}
	return s
}

// plan makes the plan of a deed, on facts that are read again.
func (w *world) plan(d plan.Deed, o plan.Options, images ...model.ImageKey) plan.Plan {
	w.t.Helper()
	r, s := plan.Request{Deed: d, Options: o, Images: images}, w.setting()
	if faults := plan.Check(r, s); len(faults) > 0 {
		w.t.Fatal(faults)
	}
	first := plan.Decide(r, plan.Gather(w.inv, w.usage, images, s.Now), s)
	return plan.Decide(r, w.renewed(&first), s)
}

// undo makes the plan that takes a run back.
func (w *world) undo(r *plan.Run) plan.Plan {
	w.t.Helper()
	s := w.setting()
	first := plan.Undo(r, plan.Part{}, plan.Gather(w.inv, nil, r.Touched(plan.Part{}), s.Now), s)
	return plan.Undo(r, plan.Part{}, w.renewed(&first), s)
}

// renewed are the targets of a plan as AWS tells of them now.
func (w *world) renewed(p *plan.Plan) []plan.Target {
	w.t.Helper()
	targets := slices.Clone(p.Targets)
	for _, l := range p.Looks() {
		r, err := w.client.Reread(w.t.Context(), l)
		must(w.t, err)
		for i := range targets {
			if l.Asks(targets[i].Image.ID) {
				targets[i].Before = plan.Renew(targets[i], r)
			}
		}
	}
	return targets
}

// order is how plans are done here.
func (w *world) order() apply.Order { return apply.Order{Cloud: w.client, Journal: w.journal} }

// run does a plan, and gives what the journal tells of it.
func (w *world) run(p plan.Plan) plan.Run {
	w.t.Helper()
	r := newRun(p)
	must(w.t, apply.New(w.order()).Run(w.t.Context(), r))
	return w.noted(r.ID)
}

func newRun(p plan.Plan) plan.Run {
	return plan.Run{ID: apply.NewID(time.Now()), At: time.Now().UTC(), Who: "ann", Plan: p}
}

// noted is what the journal tells of a run.
func (w *world) noted(id string) plan.Run {
	w.t.Helper()
	r, err := w.journal.Run(id)
	must(w.t, err)
	return r
}

// done wants all steps of a run done.
func (w *world) done(r *plan.Run) {
	w.t.Helper()
	if r.Ended == nil {
		w.t.Errorf("%s has not ended", r.Plan.Deed)
	}
	for _, s := range r.Plan.Steps {
		if o := r.Outcomes[s.ID]; o.State != plan.Done || o.Request == "" && !s.Follow {
			w.t.Errorf("step %d, %s %s, is %q (request %q): %s", s.ID, s.Call.API, s.Call.Input, o.State, o.Request, o.Why)
		}
	}
}

// changes are the calls so far that changed something in AWS, a line each, in order
// of their text.
func (w *world) changes() []string {
	var out []string
	for _, m := range w.server.Mutations() {
		if m.Code == "" {
			out = append(out, changeLine(w.t, model.Scope{Account: m.Account, Region: m.Region}, "ec2:"+m.Operation, m.Input))
		}
	}
	slices.Sort(out)
	return out
}

// said are the calls that a run says it has made.
func said(t *testing.T, r *plan.Run) []string {
	t.Helper()
	var out []string
	for _, s := range r.Plan.Steps {
		if o := r.Outcomes[s.ID]; o.State != plan.Done && o.State != plan.Pending {
			continue
		}
		text := string(s.Call.Input)
		for _, n := range s.After {
			text = strings.ReplaceAll(text, fmt.Sprintf("${%d.ImageId}", n), r.Outcomes[n].Result.Image)
		}
		var in map[string]any
		must(t, json.Unmarshal([]byte(text), &in))
		out = append(out, changeLine(t, s.Scope, s.Call.API, in))
	}
	slices.Sort(out)
	return out
}

func changeLine(t *testing.T, s model.Scope, api string, in map[string]any) string {
	t.Helper()
	in = maps.Clone(in)
	delete(in, "ClientToken")
	text, err := json.Marshal(in)
	must(t, err)
	return s.String() + " " + api + " " + string(text)
}

// sawOnly wants that AWS has seen what runs say and nothing else.
func (w *world) sawOnly(runs ...*plan.Run) {
	w.t.Helper()
	var want []string
	for _, r := range runs {
		want = append(want, said(w.t, r)...)
	}
	slices.Sort(want)
	if d := gocmp.Diff(want, w.changes()); d != "" {
		w.t.Errorf("AWS saw something else than the plan says (-plan +AWS):\n%s", d)
	}
}

// thing is an image or a snapshot as it is in AWS, as far as deeds change it or could.
type thing struct {
	Owner, Region, Name, Description, State, Tier, Protection string
	Created, Deprecation, Cooldown                            fleet.Time
	Source                                                    fleet.Source
	Snapshots                                                 []fleet.ID
	Tags                                                      []fleet.Tag
	Permissions                                               []fleet.Permission
	Binned                                                    bool
}

// state is all that there is in AWS, by id.
func (w *world) state() map[string]thing {
	out := map[string]thing{}
	w.server.Change(func(f *fleet.Fleet) {
		for i := range f.Images {
			out[f.Images[i].ID.Image()] = imageThing(&f.Images[i], false)
		}
		for i := range f.BinnedImages {
			out[f.BinnedImages[i].ID.Image()] = imageThing(&f.BinnedImages[i].Image, true)
		}
		for i := range f.Snapshots {
			out[f.Snapshots[i].ID.Snapshot()] = snapshotThing(&f.Snapshots[i], false)
		}
		for i := range f.BinnedSnapshots {
			out[f.BinnedSnapshots[i].ID.Snapshot()] = snapshotThing(&f.BinnedSnapshots[i].Snapshot, true)
		}
	})
	return out
}

func imageThing(im *fleet.Image, binned bool) thing {
	return thing{
		Owner: im.Owner, Region: im.Region, Name: im.Name, Description: im.Description, State: im.Life.State, Protection: im.Life.Protection,
		Created: im.Life.Created, Deprecation: im.Life.Deprecation, Cooldown: im.Life.Cooldown, Source: im.Source,
		Snapshots: slices.Clone(im.Snapshots), Tags: sortedTags(im.Tags), Permissions: sortedPermissions(im.Permissions), Binned: binned,
	}
}

func snapshotThing(s *fleet.Snapshot, binned bool) thing {
	return thing{
		Owner: s.Owner, Region: s.Region, Description: s.Description, State: s.State, Tier: s.Tier, Created: s.Start,
		Tags: sortedTags(s.Tags), Permissions: sortedPermissions(s.Permissions), Binned: binned,
	}
}

func sortedTags(in []fleet.Tag) []fleet.Tag {
	return slices.SortedFunc(slices.Values(in), func(a, b fleet.Tag) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value)) })
}

func sortedPermissions(in []fleet.Permission) []fleet.Permission {
	return slices.SortedFunc(slices.Values(in), func(a, b fleet.Permission) int {
		return cmp.Compare(a.Group+a.Account+a.Organization+a.Unit, b.Group+b.Account+b.Organization+b.Unit)
	})
}

// same wants a state equal to an earlier one. What was made meanwhile and lies in the
// Recycle Bin does not count.
func (w *world) same(what string, before map[string]thing) {
	w.t.Helper()
	now := w.state()
	maps.DeleteFunc(now, func(id string, x thing) bool {
		_, was := before[id]
		return !was && x.Binned
	})
	if d := gocmp.Diff(before, now); d != "" {
		w.t.Errorf("%s (-before +now):\n%s", what, d)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
