package model_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

// world is a small random company: what there is, and what of it was read.
type world struct {
	rng      *rand.Rand
	accounts []string // the last of them is never read
	regions  []string
	images   []*model.Image
	perms    map[string]*model.LaunchPermissions // the truth, by image
	refs     []*model.Reference                  // the truth
	uses     map[string][]*model.Reference       // by image, what names it in the end
	failed   map[swept]bool
	input    model.UsageInput
	org      model.Organization
}

type swept struct {
	scope model.Scope
	kind  model.Kind
}

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

func pick[T any](w *world, from []T) T { return from[w.rng.IntN(len(from))] }

func newWorld(seed uint64) *world {
	w := &world{
		rng:      rand.New(rand.NewPCG(seed, 1)),
		accounts: []string{"100000000001", "100000000002", "100000000003", "900000000009"},
		regions:  []string{"eu-west-1", "us-east-1"},
		perms:    map[string]*model.LaunchPermissions{},
		uses:     map[string][]*model.Reference{},
		failed:   map[swept]bool{},
		input:    model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime},
	}
	for i := range 2 + w.rng.IntN(8) {
		w.addImage(i)
	}
	for range w.rng.IntN(10) {
		w.addReference()
	}
	for range w.rng.IntN(4) {
		w.failed[swept{w.scope(), pick(w, append(model.Sources(), model.Permissions))}] = true
	}
	w.organize()
	return w
}

// scope is one that is read.
func (w *world) scope() model.Scope {
	return model.Scope{Account: w.accounts[w.rng.IntN(len(w.accounts)-1)], Region: pick(w, w.regions)}
}

func (w *world) addImage(i int) {
	s, id := w.scope(), fmt.Sprint("ami-", i)
	im := &model.Image{
		ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: s.Account, State: "available", Snapshots: 1, Launched: model.No, Public: model.No,
		Detail: &model.Detail{Devices: []model.Device{{Name: "/dev/xvda", Snapshot: fmt.Sprint("snap-", i/2)}}},
	}
	p := &model.LaunchPermissions{ID: id, At: ago(time.Hour), Since: ago(20 * day)}
	for w.chance(35) {
		switch w.rng.IntN(5) {
		case 0:
			p.Public, im.Public = true, model.Yes
		case 1:
			p.Organizations = []string{orgARN}
		case 2:
			p.Units = []string{unitARN}
		default:
			p.Accounts = append(p.Accounts, pick(w, w.accounts))
		}
	}
	w.images, w.perms[id] = append(w.images, im), p
}

// organize tells the organization, or not, or an old one.
func (w *world) organize() {
	w.org = model.Organization{ARN: orgARN, At: ago(time.Hour), Units: map[string][]string{unitARN: w.accounts[1:3]}}
	for _, id := range w.accounts {
		if id != w.accounts[3] || w.chance(30) {
			w.org.Accounts = append(w.org.Accounts, model.Member{ID: id, Active: true})
		}
	}
	if w.chance(20) {
		w.org.At = ago(30 * day)
	}
}

// mayLaunch lists the accounts that may launch an image.
func (w *world) mayLaunch(im *model.Image) []string {
	p := w.perms[im.ID]
	out := append([]string{im.Owner}, p.Accounts...)
	if p.Public {
		return w.accounts
	}
	for _, m := range w.org.Accounts {
		if len(p.Organizations) > 0 || len(p.Units) > 0 && slices.Contains(w.org.Units[unitARN], m.ID) {
			out = append(out, m.ID)
		}
	}
	return out
}

// addReference lets an account that may launch an image use it, in a random
// way: straight, by a snapshot, or through a template or a configuration.
func (w *world) addReference() {
	im := pick(w, w.images)
	s := model.Scope{Account: pick(w, w.mayLaunch(im)), Region: im.Region}
	n := len(w.refs)
	r := &model.Reference{Scope: s, Source: pick(w, model.Sources()), Key: fmt.Sprint("r-", n), ID: fmt.Sprint("r-", n), Image: im.ID, Since: ago(time.Duration(w.rng.IntN(800)) * day)}
	w.uses[im.ID] = append(w.uses[im.ID], r)
	switch r.Source {
	case model.Instances:
		r.State = pick(w, []string{"running", "stopped", "pending"})
	case model.Templates:
		r.Version = &model.Version{Number: 3, Of: int64(3 + w.rng.IntN(2)), Default: w.chance(50)}
		if w.chance(30) {
			r.Snapshot, r.Image = im.Detail.Devices[0].Snapshot, ""
			for _, other := range w.images { // they share it; a snapshot that is shared without its image is not looked into
				if slices.Contains(w.mayLaunch(other), s.Account) && other.Region == im.Region && other != im && other.Detail.Devices[0].Snapshot == r.Snapshot {
					w.uses[other.ID] = append(w.uses[other.ID], r)
				}
			}
		}
	case model.Groups, model.Fleets, model.SpotFleets, model.ComputeEnvironments, model.NodeGroups:
		w.through(r, im)
	default: // names it straight
	}
	w.refs = append(w.refs, r)
}

// through lets a reference name its image by a template or a configuration.
func (w *world) through(r *model.Reference, im *model.Image) {
	base := &model.Reference{Scope: r.Scope, Key: "base " + r.Key, ID: "base " + r.Key, Name: "name " + r.Key, Image: im.ID, Since: r.Since}
	switch w.rng.IntN(3) {
	case 0:
		return
	case 1:
		base.Source, r.Via = model.LaunchConfigs, &model.Via{Config: base.ID}
	default:
		base.Source, base.Version = model.Templates, &model.Version{Number: 5, Of: 5, Default: true}
		r.Via = pick(w, []*model.Via{{Template: base.ID, Version: "$Latest"}, {Name: base.Name}, {Template: base.ID, Version: "5"}})
	}
	r.Image = ""
	w.refs = append(w.refs, base)
	w.uses[im.ID] = append(w.uses[im.ID], base)
}

// read gives the events of a scan in which the failed passes end early.
func (w *world) read() []model.Event {
	var out []model.Event
	for _, a := range w.accounts[:len(w.accounts)-1] {
		f := model.Found{Account: model.Account{ID: a}}
		for _, r := range w.regions {
			f.Regions = append(f.Regions, model.Region{Name: r, Enabled: true})
		}
		out = append(out, f)
		for _, r := range w.regions {
			for _, k := range model.Swept() {
				out = append(out, w.sweep(model.Scope{Account: a, Region: r}, k))
			}
		}
	}
	for _, im := range w.images {
		s := model.Scope{Account: im.Owner, Region: im.Region}
		p := w.perms[im.ID]
		if w.failed[swept{s, model.Permissions}] {
			p = &model.LaunchPermissions{ID: im.ID, At: ago(time.Hour), Err: w.trouble()}
		}
		if !w.chance(5) {
			out = append(out, permissionPage(s, p))
		}
	}
	if w.chance(85) {
		out = append(out, w.org)
	}
	w.rng.Shuffle(len(out)-1, func(i, j int) { out[i+1], out[j+1] = out[j+1], out[i+1] })
	return out
}

func permissionPage(s model.Scope, p *model.LaunchPermissions) model.Page {
	return model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{p}}
}

func (w *world) trouble() *model.OpError {
	kinds := []model.ErrorKind{model.Denied, model.Network, model.Throttled, model.Unsupported, model.Expired, model.Closed, model.Unknown}
	return &model.OpError{Kind: pick(w, kinds), Err: errors.New("no")}
}

func (w *world) sweep(s model.Scope, k model.Kind) model.Page {
	p := model.Page{Gen: 1, Scope: s, Kind: k, At: ago(time.Hour), Last: true}
	for _, im := range w.images {
		if k == model.Images && im.Owner == s.Account && im.Region == s.Region {
			p.Images = append(p.Images, im)
		}
	}
	fails := w.failed[swept{s, k}]
	for _, r := range w.refs {
		if r.Scope == s && r.Source == k && (!fails || w.chance(30)) {
			p.References = append(p.References, r)
		}
	}
	if fails {
		p.Err = w.trouble()
	}
	return p
}

// check compares the verdicts with the truth.
func (w *world) check(t *testing.T, inv model.Inventory, u *model.Usage, whole bool) (unused int) {
	t.Helper()
	for _, im := range w.images {
		if _, ok := inv.Image(im.ImageKey); !ok {
			continue // not read yet
		}
		v := u.Verdict(im)
		if got := u.Ruling(im); got.Use != v.Use {
			t.Errorf("%s: the list says %v, the verdict %v", im.ID, got.Use, v.Use)
		}
		if v.Use == model.Unused {
			unused++
			for _, r := range w.uses[im.ID] {
				t.Errorf("%s is unused, but %s %s in %s names it", im.ID, r.Source, r.Key, r.Scope)
			}
		}
		if v.Use == model.UseUnknown && len(v.Blind) == 0 {
			t.Errorf("%s is unknown, and nothing says why", im.ID)
		}
		for _, r := range w.uses[im.ID] { // a wholly read company has no doubts about it
			if whole && len(w.failed) == 0 && r.Scope.Account != w.accounts[3] && v.Use == model.UseUnknown {
				t.Errorf("%s is unknown, though %s %s was read", im.ID, r.Source, r.Key)
			}
		}
	}
	return unused
}

// Whatever fails, no image that something names is ever unused. Judging step
// by step says the same as judging at once.
func TestNoWrongUnused(t *testing.T) {
	worlds := uint64(1500)
	if os.Getenv("AMISCOPE_CAMPAIGN") != "" {
		worlds = 50_000
	}
	first := uint64(1)
	if s := os.Getenv("AMISCOPE_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		first = n << 32
	}
	unused := 0
	for seed := first; seed < first+worlds && !t.Failed(); seed++ {
		w := newWorld(seed)
		events := w.read()
		var inv model.Inventory
		var step *model.Usage
		for len(events) > 0 {
			n := min(len(events), 1+w.rng.IntN(40))
			inv, events = inv.Fold(events[:n]...), events[n:]
			step = step.Judge(inv, w.input)
			w.check(t, inv, step, false)
		}
		var once *model.Usage
		once = once.Judge(inv, w.input)
		for _, im := range w.images {
			if diff := cmp.Diff(once.Ruling(im), step.Ruling(im)); diff != "" {
				t.Errorf("%s at once and step by step:\n%s", im.ID, diff)
			}
		}
		if diff := cmp.Diff(once.Wants(), step.Wants()); diff != "" {
			t.Errorf("wanted at once and step by step:\n%s", diff)
		}
		unused += w.check(t, inv, once, true)
		if t.Failed() {
			t.Logf("world %d", seed)
		}
	}
	if unused < int(worlds)/4 {
		t.Errorf("only %d images of %d worlds are unused: the test proves little", unused, worlds)
	}
}
