package faulttest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every reading of a company, in the time of its bubble: far
// more than eight tries of everything take, far less than for ever.
const patience = time.Hour

// outcome is what became of a reading.
type outcome struct {
	kinds     []model.Kind // that were asked for
	inventory model.Inventory
	tallies   []fakeaws.Tally
	requested map[model.Scope]bool
	told      map[string]int // how often a pass told a record, by kind, scope and id
	assumed   int            // accounts whose regions had to be assumed
	took      time.Duration
}

// read discovers a company by the organization of its management account and
// reads some kinds of all of it, over what is known of it already.
func read(t *testing.T, o fakeaws.Options, known model.Inventory, gen model.Gen, kinds []model.Kind) outcome {
	t.Helper()
	server := fakeaws.New(o)
	key, secret := server.Credentials("")
	client, err := awsclient.New(awsclient.Options{
		Static:       []awsclient.StaticAccount{{AccessKey: key, Secret: secret, Region: server.Regions()[0]}},
		Organization: true, Role: "OrganizationAccountAccessRole",
		Regions: server.Regions(), Transport: server.Transport(), Limiter: scan.NewBuckets(),
		Usage: awsclient.Usage{ParameterPaths: []string{"/config"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out := outcome{kinds: kinds, inventory: known, requested: map[model.Scope]bool{}, told: map[string]int{}}
	start := time.Now()
	var requests []scan.Request
	if err := client.Discover(ctx, func(e model.Event) { requests = append(requests, out.found(e, gen)...) }); err != nil {
		t.Fatalf("discovering hangs: %v", err)
	}
	if err := scan.Run(ctx, client, requests, scan.Options{}, out.fold); err != nil {
		t.Fatalf("reading hangs: %v", err)
	}
	out.took, out.tallies = time.Since(start), server.Stats()
	return out
}

// found gives the requests for what was found.
func (o *outcome) found(e model.Event, gen model.Gen) []scan.Request {
	o.fold(e)
	f, ok := e.(model.Found)
	if !ok {
		return nil
	}
	if f.Err != nil {
		o.assumed++
	}
	var out []scan.Request
	for _, r := range f.Regions {
		s := model.Scope{Account: f.Account.ID, Region: r.Name}
		if r.Enabled && !o.requested[s] {
			o.requested[s] = true
			out = append(out, scan.Request{Scope: s, Kinds: o.kinds, Gen: gen})
		}
	}
	return out
}

func (o *outcome) fold(e model.Event) {
	o.inventory = o.inventory.Fold(e)
	p, ok := e.(model.Page)
	if !ok {
		return
	}
	prefix := p.Kind.String() + " " + p.Scope.String() + " "
	for _, im := range p.Images {
		o.told[prefix+im.ID]++
	}
	for _, s := range p.Snapshots {
		o.told[prefix+s.ID]++
	}
	for _, r := range p.References {
		o.told[prefix+r.Key]++
	}
	for _, b := range p.Binned {
		o.told[prefix+b.ID]++
	}
	for _, r := range p.Rules {
		o.told[prefix+r.ID]++
	}
	for _, h := range p.Hastened {
		o.told[prefix+hastenedID(h)]++
	}
	for _, r := range p.Settings {
		o.told[prefix+r.Name]++
	}
	for _, s := range p.Public {
		o.told[prefix+s.ID]++
	}
}

func hastenedID(h *model.Hastened) string { return h.Snapshot + h.Image + h.Zone }

// troubles are the things that the user is told.
func (o *outcome) troubles() (out []*model.OpError) {
	for _, u := range o.inventory.Unreached() {
		out = append(out, u.Err)
	}
	for _, s := range o.inventory.Scopes() {
		for _, k := range model.Swept() {
			if err := o.inventory.Status(s, k).Err; err != nil {
				out = append(out, err)
			}
		}
		for _, r := range o.inventory.Settings(s) {
			if r.Err != nil {
				out = append(out, r.Err)
			}
		}
	}
	return out
}

// failed counts the calls of an operation that were not answered well.
func (o *outcome) failed(operation string) (n int) {
	for _, t := range o.tallies {
		if _, op, _ := strings.Cut(t.API, ":"); op != operation {
			continue
		}
		for _, times := range t.Failed {
			n += times
		}
	}
	return n
}

// company is a fleet, what there is to know of it, and what was known of it
// before: all of that, and in each scope an image, a snapshot, a thing of each
// usage source and one of each charge that are gone by now.
type company struct {
	options fakeaws.Options
	truth   model.Inventory
	known   model.Inventory
}

const (
	goneImage    = "ami-00000000000000000"
	goneSnapshot = "snap-00000000000000000"
	goneThing    = "gone"
)

func newCompany(t *testing.T, o fakeaws.Options) company {
	t.Helper()
	calm := o
	calm.Faults, calm.Denied, calm.NotOptedIn, calm.Throttle, calm.Latency = nil, nil, nil, false, 0
	first := read(t, calm, model.Inventory{}, 1, model.Swept())
	if troubles := first.troubles(); len(troubles) > 0 {
		t.Fatalf("a calm AWS gives trouble: %v", troubles)
	}
	c := company{options: o, truth: first.inventory, known: first.inventory}
	for _, s := range c.truth.Scopes() {
		image := &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: goneImage}, Owner: s.Account}
		snapshot := &model.Snapshot{Region: s.Region, ID: goneSnapshot, Owner: s.Account}
		c.known = c.known.Fold(model.Page{Gen: 1, Scope: s, Kind: model.Images, Images: []*model.Image{image}, Last: true})
		c.known = c.known.Fold(model.Page{Gen: 1, Scope: s, Kind: model.Snapshots, Snapshots: []*model.Snapshot{snapshot}, Last: true})
		for _, k := range model.Sources() {
			thing := &model.Reference{Scope: s, Source: k, Key: goneThing, ID: goneThing, Image: goneImage, Version: &model.Version{Number: 1, Of: 1}}
			c.known = c.known.Fold(model.Page{Gen: 1, Scope: s, Kind: k, References: []*model.Reference{thing}, Last: true})
		}
		c.known = c.known.Fold(
			model.Page{Gen: 1, Scope: s, Kind: model.Bin, Binned: []*model.Binned{{ID: goneSnapshot}}, Last: true},
			model.Page{Gen: 1, Scope: s, Kind: model.BinRules, Rules: []*model.BinRule{{ID: goneThing}}, Last: true},
			model.Page{Gen: 1, Scope: s, Kind: model.Hasten, Hastened: []*model.Hastened{{Image: goneImage}}, Last: true},
			model.Page{Gen: 1, Scope: s, Kind: model.Settings, Settings: []*model.Setting{{Name: goneThing}}, Last: true},
			model.Page{Gen: 1, Scope: s, Kind: model.PublicSnapshots, Public: []*model.PublicSnapshot{{ID: goneSnapshot}}, Last: true},
		)
	}
	return c
}

// checkTruth holds what a calm AWS told against the fleet itself.
func (c company) checkTruth(t *testing.T) {
	t.Helper()
	var want, got []string
	f := fleet.New(c.options.Fleet)
	for _, im := range f.Images {
		if slices.ContainsFunc(f.Active(), func(a fleet.Account) bool { return a.ID == im.Owner }) {
			want = append(want, im.ID.Image())
		}
	}
	for _, im := range c.truth.Images() {
		got = append(got, im.ID)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for _, k := range model.Sources() {
		n := 0
		for _, s := range c.truth.Scopes() {
			n += c.truth.ReferenceCount(s, k)
		}
		if n == 0 {
			t.Errorf("no %s: whatever fails, nothing of them can be lost", k)
		}
	}
	for _, k := range append(model.Charges(), model.Openness()...) {
		n := 0
		for _, s := range c.truth.Scopes() {
			n += len(records(c.truth, s, k))
		}
		if n == 0 {
			t.Errorf("no %s: whatever fails, nothing of them can be lost", k)
		}
	}
}

// check holds an outcome against what a company is: a pass that ended well
// told each record once and left just the truth, a failed one lost nothing and
// says why, and what was not read is as it was.
func (c company) check(t *testing.T, o outcome) {
	t.Helper()
	for what, n := range o.told {
		if n != 1 {
			t.Errorf("%s was told %d times", what, n)
		}
	}
	for _, err := range o.troubles() {
		if err.Hint() == "" {
			t.Errorf("%v: no hint", err)
		}
	}
	for _, s := range o.inventory.Scopes() {
		if !slices.Contains(c.truth.Scopes(), s) {
			t.Errorf("%s: no such scope", s)
		}
	}
	for _, s := range c.truth.Scopes() {
		for _, k := range model.Swept() {
			c.checkPass(t, o, s, k)
		}
	}
}

func (c company) checkPass(t *testing.T, o outcome, s model.Scope, k model.Kind) {
	t.Helper()
	st := o.inventory.Status(s, k)
	requested := o.requested[s] && slices.Contains(o.kinds, k)
	want := c.known
	if requested && st.Err == nil {
		want = c.truth
	}
	if requested != (st.Gen > 1) || st.Busy {
		t.Errorf("%s %s: requested %v, and yet %+v", s, k, requested, st)
	}
	a, b := records(want, s, k), records(o.inventory, s, k)
	if k == model.Settings && requested && st.Err == nil { // one that is refused is told in the place of what it was
		for _, r := range o.inventory.Settings(s) {
			if r.Err != nil {
				delete(a, r.Name)
				delete(b, r.Name)
			}
		}
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%s %s, error %v: %s", s, k, st.Err, cmp.Diff(a, b))
	}
}

// records are those of a scope by id.
func records(inv model.Inventory, s model.Scope, k model.Kind) map[string]any {
	out := map[string]any{}
	switch k {
	case model.Images:
		for _, im := range inv.ScopeImages(s) {
			out[im.ID] = *im
		}
	case model.Snapshots:
		for _, sn := range inv.ScopeSnapshots(s) {
			out[sn.ID] = *sn
		}
	case model.Bin:
		for _, b := range inv.Binned(s) {
			out[b.ID] = *b
		}
	case model.BinRules:
		for _, r := range inv.BinRules(s) {
			out[r.ID] = *r
		}
	case model.Hasten:
		for _, h := range inv.Hastened(s) {
			out[hastenedID(h)] = *h
		}
	case model.Settings:
		for _, r := range inv.Settings(s) {
			out[r.Name] = *r
		}
	case model.PublicSnapshots:
		for _, p := range inv.PublicSnapshots(s) {
			out[p.ID] = *p
		}
	default:
		for _, r := range inv.References(s, k) {
			out[r.Key] = *r
		}
	}
	return out
}

// account gives the id of an account by its place in the organization.
func account(o fakeaws.Options, i int) string {
	return fleet.New(o.Fleet).Active()[i].ID
}
