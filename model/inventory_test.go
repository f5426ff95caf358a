package model_test

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

var (
	testAccounts = []string{"111111111111", "222222222222", "333333333333"}
	testRegions  = []string{"eu-west-1", "us-east-1"}
	testIDs      = []string{"a", "b", "c", "d"}
	testTime     = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

func drawScope(t *rapid.T) model.Scope {
	return model.Scope{Account: rapid.SampledFrom(testAccounts).Draw(t, "account"), Region: rapid.SampledFrom(testRegions).Draw(t, "region")}
}

// owner gives every image one owner, so that all accounts agree on whose it is;
// images "d" belong to an account that is never read.
func owner(region, id string) string {
	if id == "d" {
		return "999999999999"
	}
	return testAccounts[(len(region)+int(id[0]))%len(testAccounts)]
}

// drawImage draws a record as one scope sees it; the name tells records apart.
func drawImage(t *rapid.T, s model.Scope) *model.Image {
	id := rapid.SampledFrom(testIDs).Draw(t, "id")
	im := &model.Image{
		ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: owner(s.Region, id),
		Name: s.Account + rapid.StringMatching(`-[a-z]{3}`).Draw(t, "name"),
	}
	if rapid.Bool().Draw(t, "has detail") {
		im.Detail = &model.Detail{Description: im.Name}
	}
	return im
}

func drawPage(t *rapid.T) model.Page { return drawPageOf(t, drawScope(t)) }

func drawPageOf(t *rapid.T, s model.Scope) model.Page {
	p := model.Page{
		Gen: model.Gen(rapid.Uint64Range(0, 3).Draw(t, "gen")), Scope: s, Kind: rapid.SampledFrom(model.Kinds()).Draw(t, "kind"),
		Calls: rapid.IntRange(0, 2).Draw(t, "calls"), At: testTime.Add(time.Duration(rapid.IntRange(0, 99).Draw(t, "at")) * time.Minute),
		Last: rapid.Bool().Draw(t, "last"),
	}
	if p.Last && rapid.IntRange(0, 2).Draw(t, "fails") == 0 {
		p.Err = &model.OpError{Op: "ec2:DescribeImages", Scope: p.Scope, Err: errors.New("broken")}
	}
	for range rapid.IntRange(0, 4).Draw(t, "records") {
		if p.Kind == model.Images {
			p.Images = append(p.Images, drawImage(t, p.Scope))
			continue
		}
		id := rapid.SampledFrom(testIDs).Draw(t, "id")
		p.Snapshots = append(p.Snapshots, &model.Snapshot{ID: id, Region: p.Scope.Region, Owner: p.Scope.Account, Description: rapid.StringMatching(`[a-z]{3}`).Draw(t, "text")})
	}
	return p
}

func drawEvent(t *rapid.T) model.Event {
	switch rapid.IntRange(0, 9).Draw(t, "event") {
	case 0:
		return model.Began{Gen: model.Gen(rapid.Uint64Range(0, 3).Draw(t, "gen")), Scope: drawScope(t), Kind: rapid.SampledFrom(model.Kinds()).Draw(t, "kind")}
	case 1, 2:
		d := model.Details{Scope: drawScope(t)}
		for range rapid.IntRange(1, 3).Draw(t, "details") {
			im := drawImage(t, d.Scope)
			im.Detail = &model.Detail{Description: "late " + im.Name}
			d.Images = append(d.Images, im)
		}
		return d
	}
	return drawPage(t)
}

func events() *rapid.Generator[[]model.Event] {
	return rapid.SliceOfN(rapid.Custom(drawEvent), 0, 40)
}

// found says that all accounts were reached.
func found() (out []model.Event) {
	for _, a := range testAccounts {
		f := model.Found{Account: model.Account{ID: a}}
		for _, r := range testRegions {
			f.Regions = append(f.Regions, model.Region{Name: r, Enabled: true})
		}
		out = append(out, f)
	}
	return out
}

func folded(events ...[]model.Event) (inv model.Inventory) {
	for _, list := range events {
		for _, e := range list {
			inv = inv.Fold(e)
		}
	}
	return inv
}

// observed is all that can be read of an inventory.
type observed struct {
	Images    []*model.Image
	Snapshots map[model.Scope][]*model.Snapshot
	Scoped    map[model.Scope][]*model.Image
	SeenBy    map[model.ImageKey][]string
	Status    map[model.Scope][]model.Status
}

func observe(inv model.Inventory) observed {
	o := observed{
		Images: inv.Images(), Snapshots: map[model.Scope][]*model.Snapshot{}, Scoped: map[model.Scope][]*model.Image{},
		SeenBy: map[model.ImageKey][]string{}, Status: map[model.Scope][]model.Status{},
	}
	for _, s := range inv.Scopes() {
		o.Scoped[s], o.Snapshots[s] = inv.ScopeImages(s), inv.ScopeSnapshots(s)
		for _, k := range model.Kinds() {
			o.Status[s] = append(o.Status[s], inv.Status(s, k))
		}
	}
	for _, im := range o.Images {
		o.SeenBy[im.ImageKey] = inv.SeenBy(im)
	}
	return o
}

// sameErr compares errors by identity: the same one is meant.
var sameErr = gocmp.Comparer(func(a, b *model.OpError) bool { return a == b })

func wantSame(t interface{ Fatalf(string, ...any) }, what string, want, got model.Inventory) {
	if diff := gocmp.Diff(observe(want), observe(got), sameErr); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// naive is the inventory as one would write it without care for speed: what
// every scope holds, record by record.
type naive struct {
	images map[model.Scope]map[string]seen[*model.Image]
	snaps  map[model.Scope]map[string]seen[*model.Snapshot]
	gens   map[model.Scope][2]model.Gen
}

type seen[T any] struct {
	rec T
	gen model.Gen
}

func (n *naive) fold(e model.Event) {
	switch e := e.(type) {
	case model.Began:
		n.current(e.Scope, e.Kind, e.Gen)
	case model.Details:
		for _, im := range e.Images {
			if old, ok := n.images[e.Scope][im.ID]; ok && old.rec.Detail == nil {
				n.images[e.Scope][im.ID] = seen[*model.Image]{im, old.gen}
			}
		}
	case model.Page:
		if !n.current(e.Scope, e.Kind, e.Gen) {
			return
		}
		sweep := e.Last && e.Err == nil
		if e.Kind == model.Images {
			absorb(n.images, e.Scope, e.Images, func(im *model.Image) string { return im.ID }, e.Gen, sweep)
		} else {
			absorb(n.snaps, e.Scope, e.Snapshots, func(s *model.Snapshot) string { return s.ID }, e.Gen, sweep)
		}
	}
}

// current raises the generation of a scope and kind, unless it is past it.
func (n *naive) current(s model.Scope, k model.Kind, g model.Gen) bool {
	gens := n.gens[s]
	if g < gens[k] {
		return false
	}
	gens[k] = g
	n.gens[s] = gens
	return true
}

func absorb[T any](all map[model.Scope]map[string]seen[T], s model.Scope, recs []T, id func(T) string, g model.Gen, sweep bool) {
	if all[s] == nil {
		all[s] = map[string]seen[T]{}
	}
	for _, r := range recs {
		all[s][id(r)] = seen[T]{r, g}
	}
	if sweep {
		maps.DeleteFunc(all[s], func(_ string, r seen[T]) bool { return r.gen < g })
	}
}

// seers lists who holds an image, its owner first.
func (n *naive) seers(k model.ImageKey) []string {
	var out []string
	for _, a := range testAccounts {
		if _, ok := n.images[model.Scope{Account: a, Region: k.Region}][k.ID]; ok {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		return cmp.Compare(boolInt(b == owner(k.Region, k.ID)), boolInt(a == owner(k.Region, k.ID)))
	})
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestInventoryAgreesWithNaiveOne folds random events into both, and compares
// every question about every image that could be there.
func TestInventoryAgreesWithNaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events().Draw(t, "events")
		inv := folded(found(), list)
		n := naive{map[model.Scope]map[string]seen[*model.Image]{}, map[model.Scope]map[string]seen[*model.Snapshot]{}, map[model.Scope][2]model.Gen{}}
		for _, e := range list {
			n.fold(e)
		}
		shown := map[model.ImageKey]*model.Image{}
		for _, im := range inv.Images() {
			if shown[im.ImageKey] != nil {
				t.Fatalf("%v is listed twice", im.ImageKey)
			}
			shown[im.ImageKey] = im
		}
		for _, r := range testRegions {
			for _, id := range testIDs {
				checkImage(t, inv, &n, model.ImageKey{Region: r, ID: id}, shown)
			}
			for _, a := range testAccounts {
				checkSnapshots(t, inv, &n, model.Scope{Account: a, Region: r})
			}
		}
	})
}

func checkImage(t *rapid.T, inv model.Inventory, n *naive, k model.ImageKey, shown map[model.ImageKey]*model.Image) {
	seers := n.seers(k)
	got, ok := inv.Image(k)
	if len(seers) == 0 {
		if ok || shown[k] != nil {
			t.Fatalf("%v is there, although nobody sees it", k)
		}
		return
	}
	want := n.images[model.Scope{Account: seers[0], Region: k.Region}][k.ID].rec
	if !ok || got != want || shown[k] != want {
		t.Fatalf("%v is %+v, listed as %+v, want %+v of %v", k, got, shown[k], want, seers)
	}
	if by := inv.SeenBy(want); !slices.Equal(by, seers) {
		t.Fatalf("%v is seen by %v, want %v", k, by, seers)
	}
	for _, a := range testAccounts {
		if sees := slices.Contains(seers, a) || a == want.Owner; inv.Sees(a, want) != sees {
			t.Fatalf("%s sees %v: %v", a, k, !sees)
		}
	}
}

func checkSnapshots(t *rapid.T, inv model.Inventory, n *naive, s model.Scope) {
	want := n.snaps[s]
	if got := inv.ScopeSnapshots(s); len(got) != len(want) {
		t.Fatalf("%v holds %d snapshots, want %d", s, len(got), len(want))
	}
	for _, id := range testIDs {
		got, ok := inv.Snapshot(s, id)
		if r, there := want[id]; there != ok || there && got != r.rec {
			t.Fatalf("snapshot %s in %v is %+v, want %+v", id, s, got, r.rec)
		}
	}
}

// TestFoldIsOrderFreeAcrossScopes keeps the order of each scope's events and
// mixes the scopes in another way.
func TestFoldIsOrderFreeAcrossScopes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events().Draw(t, "events")
		scopes := map[model.Scope][]model.Event{}
		for _, e := range list {
			s := scopeOf(e)
			scopes[s] = append(scopes[s], e)
		}
		order := slices.SortedFunc(maps.Keys(scopes), model.Scope.Compare)
		var mixed []model.Event
		for len(order) > 0 {
			i := rapid.IntRange(0, len(order)-1).Draw(t, "next scope")
			s := order[i]
			mixed = append(mixed, scopes[s][0])
			if scopes[s] = scopes[s][1:]; len(scopes[s]) == 0 {
				order = slices.Delete(order, i, i+1)
			}
		}
		wantSame(t, "mixed in another way", folded(found(), list), folded(found(), mixed))
	})
}

func scopeOf(e model.Event) model.Scope {
	switch e := e.(type) {
	case model.Page:
		return e.Scope
	case model.Began:
		return e.Scope
	case model.Details:
		return e.Scope
	}
	return model.Scope{}
}

// TestFoldIsIdempotent: an event that comes twice in a row changes nothing but
// the count of calls, which are zero here.
func TestFoldIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := folded(found(), events().Draw(t, "events before"))
		e := drawEvent(t)
		if p, ok := e.(model.Page); ok {
			p.Calls = 0
			e = p
		}
		once := inv.Fold(e)
		wantSame(t, "twice", once, once.Fold(e))
	})
}

func TestFoldLeavesTheOldInventoryAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := folded(found(), events().Draw(t, "events before"))
		before := observe(inv)
		folded2 := inv
		for _, e := range events().Draw(t, "events after") {
			folded2 = folded2.Fold(e)
		}
		if diff := gocmp.Diff(before, observe(inv), sameErr); diff != "" {
			t.Fatalf("the old inventory changed (-want +got):\n%s", diff)
		}
	})
}

func TestLateOlderGenerationChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := folded(found(), events().Draw(t, "events"))
		p := drawPage(t)
		gen := inv.Status(p.Scope, p.Kind).Gen
		if gen == 0 {
			t.Skip("there is no older generation")
		}
		p.Gen = model.Gen(rapid.Uint64Range(0, uint64(gen)-1).Draw(t, "older gen"))
		wantSame(t, "an older page", inv, inv.Fold(p))
		wantSame(t, "an older beginning", inv, inv.Fold(model.Began{Gen: p.Gen, Scope: p.Scope, Kind: p.Kind}))
	})
}

// pass folds one pass over a scope's images in several pages.
func pass(inv model.Inventory, s model.Scope, gen model.Gen, err *model.OpError, ids ...string) model.Inventory {
	inv = inv.Fold(model.Began{Gen: gen, Scope: s, Kind: model.Images})
	for _, id := range ids {
		im := &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: s.Account}
		inv = inv.Fold(model.Page{Gen: gen, Scope: s, Images: []*model.Image{im}, Calls: 1, At: testTime})
	}
	return inv.Fold(model.Page{Gen: gen, Scope: s, Calls: 1, At: testTime.Add(time.Hour), Last: true, Err: err})
}

func idsOf(inv model.Inventory, s model.Scope) (out []string) {
	for _, im := range inv.ScopeImages(s) {
		out = append(out, im.ID)
	}
	return out
}

func TestSweep(t *testing.T) {
	s, other := model.Scope{Account: "111111111111", Region: "eu-west-1"}, model.Scope{Account: "111111111111", Region: "us-east-1"}
	failed := &model.OpError{Op: "ec2:DescribeImages", Scope: s, Err: errors.New("broken")}
	first := pass(pass(model.Inventory{}, s, 1, nil, "a", "b", "c"), other, 1, nil, "x")
	for _, tt := range []struct {
		name string
		err  *model.OpError
		ids  []string
		want []string
	}{
		{"complete pass sweeps what it did not see", nil, []string{"b", "d"}, []string{"b", "d"}},
		{"complete empty pass sweeps all", nil, nil, nil},
		{"failed pass sweeps nothing", failed, []string{"b", "d"}, []string{"a", "b", "c", "d"}},
		{"failed empty pass sweeps nothing", failed, nil, []string{"a", "b", "c"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := pass(first, s, 2, tt.err, tt.ids...)
			if diff := gocmp.Diff(tt.want, idsOf(inv, s)); diff != "" {
				t.Errorf("images (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff([]string{"x"}, idsOf(inv, other)); diff != "" {
				t.Errorf("another scope's images (-want +got):\n%s", diff)
			}
			st := inv.Status(s, model.Images)
			if st.Err != tt.err || st.Busy || st.Gen != 2 || st.Calls != len(tt.ids)+1 || !st.AsOf.Equal(testTime.Add(time.Hour)) {
				t.Errorf("status %+v", st)
			}
		})
	}
	t.Run("pass after a failed one sweeps", func(t *testing.T) {
		inv := pass(pass(first, s, 2, failed, "b"), s, 3, nil, "c")
		if diff := gocmp.Diff([]string{"c"}, idsOf(inv, s)); diff != "" || inv.Status(s, model.Images).Err != nil {
			t.Errorf("status %+v, images (-want +got):\n%s", inv.Status(s, model.Images), diff)
		}
	})
	t.Run("images sweep no snapshots", func(t *testing.T) {
		inv := first.Fold(model.Page{Gen: 1, Scope: s, Kind: model.Snapshots, Snapshots: []*model.Snapshot{{ID: "snap-1"}}, Last: true})
		if n := len(pass(inv, s, 2, nil).ScopeSnapshots(s)); n != 1 {
			t.Errorf("%d snapshots", n)
		}
	})
}

func TestDetailsFillOnlyWhatIsMissing(t *testing.T) {
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	image := func(id, text string) *model.Image {
		im := &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: s.Account}
		if text != "" {
			im.Detail = &model.Detail{Description: text}
		}
		return im
	}
	inv := model.Inventory{}.Fold(model.Page{Gen: 1, Scope: s, Images: []*model.Image{image("a", ""), image("b", "fresh")}})
	inv = inv.Fold(model.Details{Scope: s, Images: []*model.Image{image("a", "cached"), image("b", "cached"), image("gone", "cached")}})
	got := map[string]string{}
	for _, im := range inv.ScopeImages(s) {
		got[im.ID] = im.Detail.Description
	}
	if diff := gocmp.Diff(map[string]string{"a": "cached", "b": "fresh"}, got); diff != "" {
		t.Errorf("descriptions (-want +got):\n%s", diff)
	}
	unread := model.Scope{Account: "999999999999", Region: "eu-west-1"}
	if scopes := inv.Fold(model.Details{Scope: unread, Images: []*model.Image{image("a", "cached")}}).Scopes(); !slices.Equal(scopes, []model.Scope{s}) {
		t.Errorf("details made scopes: %v", scopes)
	}
}

// TestImagesAreFoundBeforeTheirAccount: the cache is folded in before any
// account was reached.
func TestImagesAreFoundBeforeTheirAccount(t *testing.T) {
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	inv := pass(model.Inventory{}, s, 0, nil, "a")
	for _, im := range inv.Images() {
		if got, ok := inv.Image(im.ImageKey); !ok || got != im {
			t.Errorf("%v is listed but not found", im.ImageKey)
		}
	}
}

func TestFoundAndLost(t *testing.T) {
	lost := func(source string) model.Lost { return model.Lost{Unreached: model.Unreached{Source: source}} }
	inv := folded([]model.Event{lost("profile dev"), lost("profile a"), lost("profile dev")})
	if got := sources(inv); !slices.Equal(got, []string{"profile a", "profile dev"}) {
		t.Errorf("unreached: %v", got)
	}
	inv = inv.Fold(model.Found{
		Account: model.Account{ID: "111111111111", Name: "acme", Source: "profile dev"},
		Regions: []model.Region{{Name: "eu-west-1", Enabled: true}, {Name: "af-south-1"}},
	})
	if got := sources(inv); !slices.Equal(got, []string{"profile a"}) {
		t.Errorf("unreached after one was found: %v", got)
	}
	open, closed := model.Scope{Account: "111111111111", Region: "eu-west-1"}, model.Scope{Account: "111111111111", Region: "af-south-1"}
	if !inv.Enabled(open) || inv.Enabled(closed) || !slices.Equal(inv.Scopes(), []model.Scope{closed, open}) {
		t.Errorf("scopes %v", inv.Scopes())
	}
	if got := inv.Account("111111111111").Title() + " " + inv.Account("222222222222").Title(); got != "acme 222222222222" {
		t.Errorf("titles %s", got)
	}
	if asOf, unread := inv.Oldest(); !asOf.IsZero() || !unread {
		t.Errorf("nothing was read: %v, %v", asOf, unread)
	}
	if asOf, unread := pass(inv, open, 1, nil).Oldest(); !asOf.Equal(testTime.Add(time.Hour)) || unread {
		t.Errorf("all was read: %v, %v", asOf, unread)
	}
}

func sources(inv model.Inventory) (out []string) {
	for _, u := range inv.Unreached() {
		out = append(out, u.Source)
	}
	return out
}

// The cache may tell single answers after AWS did: what was read later stands.
func TestLaterAnswersStand(t *testing.T) {
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	im := &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: "ami-1"}, Owner: s.Account}
	permissions := func(at time.Time, accounts ...string) model.Event {
		return model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{{ID: im.ID, Accounts: accounts, At: at, Since: at}}}
	}
	inv := model.Inventory{}.Fold(permissions(testTime, "222222222222"), permissions(testTime.Add(-time.Hour)))
	if p := inv.Permissions(im); len(p.Accounts) != 1 || !p.At.Equal(testTime) {
		t.Errorf("permissions %+v", p)
	}
	inv = inv.Fold(
		model.Named{Scope: s, Asked: []string{"ami-1"}, Images: []*model.Image{im}, At: testTime},
		model.Named{Scope: s, Asked: []string{"ami-1", "ami-2"}, At: testTime.Add(-time.Hour)},
	)
	if images, gone, at := inv.Named(s); len(images) != 1 || len(gone) != 1 || !at.Equal(testTime) {
		t.Errorf("named %v, gone %v, at %v", images, gone, at)
	}
}
