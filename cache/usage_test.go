package cache_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// restored is what a start folds, usage last.
func restored(tb testing.TB, s *cache.Store, scopes []model.Scope) model.Inventory {
	tb.Helper()
	inv := inventory(tb, s, "all")
	must(tb, s.Usage(scopes, func(e model.Event) error { inv = inv.Fold(e); return nil }))
	return inv
}

// sameUsage compares what two inventories know of usage.
func sameUsage(t rapid.TB, got, want model.Inventory) {
	t.Helper()
	for _, s := range want.Scopes() {
		for _, k := range append(model.Sources(), model.Reports) {
			st := want.Status(s, k)
			st.Gen = 0
			alike(t, "status of "+k.String(), got.Status(s, k), st)
			alike(t, k.String(), got.References(s, k), want.References(s, k))
		}
		alike(t, "reports", got.Reports(s), want.Reports(s))
		alike(t, "opinions", got.References(s, model.Opinions), want.References(s, model.Opinions))
		alike(t, "permissions", got.ScopePermissions(s), want.ScopePermissions(s))
		images, gone, at := got.Named(s)
		wantImages, wantGone, wantAt := want.Named(s)
		alike(t, "named", []any{images, gone, at}, []any{wantImages, wantGone, wantAt})
	}
	alike(t, "organizations", got.Organizations(), want.Organizations())
}

func TestUsageComesBackAsItWas(t *testing.T) {
	f, s := newFleet(7, 60, 2, 2), newStore(t)
	b := f.usage(40)
	must(t, s.Save(b))
	var want model.Inventory
	for _, p := range b.Passes {
		want = want.Fold(p)
	}
	want = want.Fold(b.Pieces...)
	got := restored(t, s, f.sel.Scopes())
	sameUsage(t, got, want)
	st := got.Status(scope1, model.NodeGroups)
	if st.Err == nil || st.Err.Kind != model.NotOffered || st.Tried.IsZero() {
		t.Errorf("status of a service that is not offered: %+v", st)
	}
}

// The list that the first rows need must not wait for usage.
func TestListsComeWithoutUsage(t *testing.T) {
	f, s := newFleet(7, 60, 2, 2), newStore(t)
	must(t, s.Save(f.usage(40)))
	snap, err := s.Load("all")
	must(t, err)
	for _, p := range snap.Pages {
		if p.Kind != model.Images {
			t.Errorf("a page of %v", p.Kind)
		}
	}
}

// A cache of the version before usage keeps what it has.
func TestACacheWithoutUsage(t *testing.T) {
	f, s := newFleet(1, 10, 1, 1), newStore(t)
	must(t, s.Save(f.batch()))
	must(t, s.Usage(f.sel.Scopes(), func(e model.Event) error { return fmt.Errorf("got %v", e) }))
	must(t, newStore(t).Usage(f1, func(e model.Event) error { return fmt.Errorf("got %v of nothing", e) }))
	if n := len(inventory(t, s, "all").Images()); n != 10 {
		t.Errorf("%d images, want 10", n)
	}
}

func TestAFailedSourceKeepsItsRows(t *testing.T) {
	f, s := newFleet(1, 10, 1, 1), newStore(t)
	must(t, s.Save(f.usage(40)))
	bad := failed(scope1, model.Instances, 2)
	must(t, s.Save(cache.Batch{Passes: []model.Page{bad}}))
	inv := restored(t, s, f1)
	if n := len(inv.References(scope1, model.Instances)); n != 24 {
		t.Errorf("%d instances, want 24", n)
	}
	equal(t, "status", inv.Status(scope1, model.Instances), model.Status{AsOf: asOf, Tried: bad.At, Calls: 3, Err: bad.Err})
	if st := inv.Status(scope1, model.Templates); st.Err != nil || st.AsOf.IsZero() {
		t.Errorf("another source: %+v", st)
	}
}

func report(id string, created time.Time) *model.Report {
	return &model.Report{ID: id, Image: "ami-1", State: "available", Created: created}
}

func reportsAt(at time.Time, rs ...*model.Report) model.Page {
	return model.Page{Gen: 1, Scope: scope1, Kind: model.Reports, At: at, Last: true, Reports: rs}
}

func TestReportsOutliveAWS(t *testing.T) {
	day := func(n int) time.Time { return asOf.AddDate(0, 0, n) }
	pending := report("b", day(30))
	pending.State = "pending"
	passes := []model.Page{
		reportsAt(day(0), report("a", day(0))), reportsAt(day(31), pending), reportsAt(day(40), report("b", day(30))),
		failed(scope1, model.Reports, 2), reportsAt(day(90)), reportsAt(day(91)),
	}
	for _, tc := range []struct {
		name string
		n    int // passes that were made
		want []string
	}{
		{"made", 1, []string{"a available"}},
		{"dropped by AWS", 2, []string{"a available", "b pending"}},
		{"done", 3, []string{"a available", "b available"}},
		{"not readable", 4, []string{"a available", "b available"}},
		{"after 90 days", 5, []string{"a available", "b available"}},
		{"after 91 days", 6, []string{"b available"}},
	} {
		for how, together := range map[string]bool{"in one batch": true, "one by one": false} {
			t.Run(tc.name+" "+how, func(t *testing.T) {
				s := newStore(t)
				for part := range slices.Chunk(passes[:tc.n], map[bool]int{true: tc.n, false: 1}[together]) {
					must(t, s.Save(cache.Batch{Passes: part}))
				}
				var got []string
				for _, r := range restored(t, s, f1).Reports(scope1) {
					got = append(got, r.ID+" "+r.State)
				}
				equal(t, "reports", got, tc.want)
			})
		}
	}
}

func permitted(id string, at time.Time, accounts ...string) *model.LaunchPermissions {
	return &model.LaunchPermissions{ID: id, Accounts: accounts, At: at, Since: at}
}

func permissionsPage(s model.Scope, ps ...*model.LaunchPermissions) model.Page {
	return model.Page{Scope: s, Kind: model.Permissions, Permissions: ps}
}

// A reading that shares with nobody new keeps the age of the shares, also over
// a restart: a usage report may be older than the reading.
func TestSharesKeepTheirAge(t *testing.T) {
	s, later := newStore(t), asOf.Add(time.Hour)
	must(t, s.Save(cache.Batch{Pieces: []model.Event{permissionsPage(scope1, permitted("ami-1", asOf, "1", "2"), permitted("ami-2", asOf, "1"))}}))
	must(t, s.Save(cache.Batch{Pieces: []model.Event{permissionsPage(scope1, permitted("ami-1", later, "1"), permitted("ami-2", later, "1", "3"))}}))
	kept := permitted("ami-1", later, "1")
	kept.Since = asOf
	equal(t, "permissions", restored(t, s, f1).ScopePermissions(scope1), []*model.LaunchPermissions{kept, permitted("ami-2", later, "1", "3")})
}

func TestPermissionsOfGoneImagesGo(t *testing.T) {
	f, s := newFleet(1, 3, 1, 1), newStore(t)
	pass := f.pages[0]
	var pieces []model.Event
	for _, im := range pass.Images {
		pieces = append(pieces, permissionsPage(scope1, permitted(im.ID, asOf)), model.Page{
			Scope: scope1, Kind: model.Opinions, Asked: []string{im.ID}, References: []*model.Reference{{Key: im.ID, Image: im.ID}},
		})
	}
	left := func(passes ...model.Page) int {
		must(t, s.Save(cache.Batch{Passes: passes, Pieces: pieces}))
		pieces = nil
		inv := restored(t, s, f1)
		if p, o := len(inv.ScopePermissions(scope1)), len(inv.References(scope1, model.Opinions)); p != o {
			t.Errorf("permissions of %d images, opinions on %d", p, o)
		}
		return len(inv.ScopePermissions(scope1))
	}
	fewer := pass
	fewer.Images = pass.Images[:2]
	none := model.Page{Gen: 3, Scope: scope1, Kind: model.Images, At: asOf, Last: true}
	for _, tc := range []struct {
		name string
		pass []model.Page
		want int
	}{
		{"nothing is known of images", nil, 3},
		{"all are there", []model.Page{pass}, 3},
		{"a pass failed", []model.Page{failed(scope1, model.Images, 2)}, 3},
		{"another kind was read", []model.Page{f.pages[1]}, 3},
		{"one is gone", []model.Page{fewer}, 2},
		{"all are gone", []model.Page{none}, 0},
	} {
		if n := left(tc.pass...); n != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, n, tc.want)
		}
	}
}

// Whatever comes, in whatever batches, is kept as the model would have folded
// it, but for the rows of failed passes.
func TestAnyUsageIsKeptAsTheModelFoldsIt(t *testing.T) {
	scopes := []model.Scope{scope1, {Account: scope1.Account, Region: "eu-test-1"}}
	rapid.Check(t, func(r *rapid.T) {
		s, at, gen := newStore(t), asOf, model.Gen(0)
		var want model.Inventory
		for range rapid.IntRange(1, 4).Draw(r, "saves") {
			var b cache.Batch
			for range rapid.IntRange(0, 5).Draw(r, "events") {
				at = at.Add(time.Minute)
				sc := rapid.SampledFrom(scopes).Draw(r, "scope")
				if rapid.Bool().Draw(r, "a pass") {
					gen++
					p := anyPass(r, sc, at)
					p.Gen = gen
					b.Passes = append(b.Passes, p)
					if p.Err != nil {
						p.References, p.Reports = nil, nil
					}
					want = want.Fold(p)
					continue
				}
				e := anyPiece(r, sc, at)
				b.Pieces = append(b.Pieces, e)
				want = want.Fold(e)
			}
			must(t, s.Save(b))
		}
		sameUsage(r, restored(t, s, scopes), want)
	})
}

func anyPass(r *rapid.T, s model.Scope, at time.Time) model.Page {
	p := model.Page{Scope: s, Kind: rapid.SampledFrom([]model.Kind{model.Instances, model.Groups, model.Reports}).Draw(r, "kind"), At: at, Calls: 1, Last: true}
	if rapid.Bool().Draw(r, "fails") {
		p.Err = failed(s, p.Kind, 1).Err
	}
	for _, id := range anyIDs.Draw(r, "rows") {
		if p.Kind == model.Reports {
			p.Reports = append(p.Reports, report(id, at))
		} else {
			p.References = append(p.References, &model.Reference{Scope: s, Source: p.Kind, Key: id, Image: id, Since: at})
		}
	}
	return p
}

var anyIDs = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 4, rapid.ID)

func anyPiece(r *rapid.T, s model.Scope, at time.Time) model.Event {
	ids := anyIDs.Draw(r, "ids")
	switch rapid.IntRange(0, 3).Draw(r, "piece") {
	case 0:
		p := permissionsPage(s)
		for _, id := range ids {
			lp := permitted(id, at, anyIDs.Draw(r, "accounts")...)
			if rapid.IntRange(0, 3).Draw(r, "denied") == 0 {
				lp = &model.LaunchPermissions{ID: id, At: at, Err: failed(s, model.Permissions, 1).Err}
			}
			p.Permissions = append(p.Permissions, lp)
		}
		return p
	case 1:
		p := model.Page{Scope: s, Kind: model.Opinions, Asked: ids, At: at}
		for _, id := range ids {
			for _, what := range anyIDs.Draw(r, "opinions") {
				p.References = append(p.References, &model.Reference{Scope: s, Source: model.Opinions, Key: id + what, Image: id})
			}
		}
		return p
	case 2:
		n := model.Named{Scope: s, Asked: ids, At: at}
		for _, id := range ids[:len(ids)/2] {
			n.Images = append(n.Images, &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: id}, Detail: &model.Detail{}})
		}
		return n
	}
	o := model.Organization{ARN: rapid.SampledFrom([]string{"", "o-1"}).Draw(r, "arn"), At: at, Units: map[string][]string{"ou": ids}}
	if rapid.Bool().Draw(r, "denied") {
		return model.Organization{ARN: o.ARN, At: at, Err: failed(s, 0, 1).Err}
	}
	return o
}

// put writes a value past the cache, as damage would.
func put(t *testing.T, s *cache.Store, bucket, key string, value []byte) {
	t.Helper()
	db, err := bolt.Open(s.Path(), 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("aws\x00")).Bucket([]byte(bucket)).Put([]byte(key), value)
	}))
	must(t, db.Close())
}

// stored reads a value past the cache.
func stored(t *testing.T, s *cache.Store, bucket, key string) (value []byte) {
	t.Helper()
	db, err := bolt.Open(s.Path(), 0o600, &bolt.Options{ReadOnly: true})
	must(t, err)
	must(t, db.View(func(tx *bolt.Tx) error {
		value = bytes.Clone(tx.Bucket([]byte("aws\x00")).Bucket([]byte(bucket)).Get([]byte(key)))
		return nil
	}))
	must(t, db.Close())
	return value
}

// A damaged value of usage costs that scope and kind only, and never shows as
// something that was looked at.
func TestADamagedSourceIsReadAgain(t *testing.T) {
	f := newFleet(3, 60, 1, 2)
	scopes := f.sel.Scopes()
	for _, k := range append(model.Sources(), model.Reports) {
		if k == model.NodeGroups { // not offered in this fleet: it has no value
			continue
		}
		t.Run(k.Word(), func(t *testing.T) {
			s := newStore(t)
			must(t, s.Save(f.usage(40)))
			sound := restored(t, s, scopes)
			put(t, s, k.Word(), scopes[0].String(), []byte("damaged"))
			inv := restored(t, s, scopes)
			equal(t, "status", inv.Status(scopes[0], k), model.Status{})
			equal(t, "the other scope", inv.Status(scopes[1], k), sound.Status(scopes[1], k))
			again := slices.DeleteFunc(f.usage(40).Passes, func(p model.Page) bool { return p.Scope != scopes[0] || p.Kind != k })
			must(t, s.Save(cache.Batch{Passes: again}))
			equal(t, "read again", restored(t, s, scopes).Status(scopes[0], k), sound.Status(scopes[0], k))
		})
	}
	for bucket, piece := range map[string]model.Event{
		"permissions": permissionsPage(scopes[0], permitted("x", asOf)),
		"opinions":    model.Page{Scope: scopes[0], Kind: model.Opinions, Asked: []string{"x"}, References: []*model.Reference{{Key: "x", Image: "x"}}},
		"named":       model.Named{Scope: scopes[0], Asked: []string{"x"}, At: asOf},
	} {
		t.Run(bucket, func(t *testing.T) {
			s := newStore(t)
			must(t, s.Save(cache.Batch{Pieces: []model.Event{piece}}))
			put(t, s, bucket, scopes[0].String(), []byte("damaged"))
			must(t, s.Usage(scopes, func(e model.Event) error { return fmt.Errorf("got %v", e) }))
			must(t, s.Save(cache.Batch{Pieces: []model.Event{piece}}))
			sameUsage(t, restored(t, s, scopes), model.Inventory{}.Fold(piece))
		})
	}
}

// wantUsage fails unless an inventory holds, of each source that it says was
// read, exactly what was saved.
func wantUsage(t *testing.T, b cache.Batch, inv model.Inventory, where string) {
	t.Helper()
	for _, p := range b.Passes {
		if p.Kind == model.Images || p.Kind == model.Snapshots || inv.Status(p.Scope, p.Kind).AsOf.IsZero() {
			continue
		}
		var got, want []string
		for _, r := range inv.References(p.Scope, p.Kind) {
			got = append(got, r.Key+r.Image)
		}
		for _, r := range p.References {
			want = append(want, r.Key+r.Image)
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %v of %v has %d rows that were read, of %d", where, p.Kind, p.Scope, len(got), len(want))
		}
	}
}

func TestYieldEndsReadingUsage(t *testing.T) {
	f, s := newFleet(1, 10, 1, 2), newStore(t)
	must(t, s.Save(f.usage(10)))
	for n := range 5 {
		left, enough := n, errors.New("enough")
		err := s.Usage(f.sel.Scopes(), func(model.Event) error {
			if left--; left < 0 {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) || left != -1 {
			t.Errorf("after %d: %v", n, err)
		}
	}
}
