package cache

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
)

var anyTexts = rapid.SliceOfN(anyText, 0, 3)

var anyReference = rapid.Custom(func(t *rapid.T) *model.Reference {
	s := func() string { return anyText.Draw(t, "text") }
	r := &model.Reference{
		Scope: model.Scope{Account: s(), Region: s()}, Source: rapid.SampledFrom(allKinds()).Draw(t, "source"), Key: s(), ID: s(), Name: s(), Part: s(),
		Image: s(), Snapshot: s(), Alias: s(), Anywhere: rapid.Bool().Draw(t, "anywhere"), Broken: s(), State: s(), Group: s(), Since: anyTime.Draw(t, "since"),
	}
	if rapid.Bool().Draw(t, "via") {
		r.Via = &model.Via{Template: s(), Name: s(), Version: s(), Config: s(), Followed: rapid.Bool().Draw(t, "followed")}
	}
	if rapid.Bool().Draw(t, "version") {
		r.Version = &model.Version{Number: rapid.Int64().Draw(t, "n"), Of: rapid.Int64().Draw(t, "of"), Default: rapid.Bool().Draw(t, "default")}
	}
	return r
})

var anyReport = rapid.Custom(func(t *rapid.T) *model.Report {
	s := func() string { return anyText.Draw(t, "text") }
	r := &model.Report{ID: s(), Image: s(), State: s(), Reason: s(), Created: anyTime.Draw(t, "created"), Asked: anyTexts.Draw(t, "asked"), Types: anyTexts.Draw(t, "types")}
	for range rapid.IntRange(0, 3).Draw(t, "uses") {
		r.Uses = append(r.Uses, model.ReportedUse{Account: s(), Type: s(), Count: rapid.Int64().Draw(t, "count")})
	}
	return r
})

var anyPermissions = rapid.Custom(func(t *rapid.T) *model.LaunchPermissions {
	return &model.LaunchPermissions{
		ID: anyText.Draw(t, "id"), Public: rapid.Bool().Draw(t, "public"), Accounts: anyTexts.Draw(t, "accounts"), Organizations: anyTexts.Draw(t, "orgs"),
		Units: anyTexts.Draw(t, "units"), At: anyTime.Draw(t, "at"), Since: anyTime.Draw(t, "since"), Err: anyOpError.Draw(t, "err"),
	}
})

var anyNamed = rapid.Custom(func(t *rapid.T) model.Named {
	n := model.Named{Images: distinct(t, anyImage, func(im *model.Image) string { return im.ID }), At: anyTime.Draw(t, "at")}
	n.Asked = slices.DeleteFunc(anyTexts.Draw(t, "gone"), func(id string) bool {
		return slices.ContainsFunc(n.Images, func(im *model.Image) bool { return im.ID == id })
	})
	for _, im := range n.Images {
		n.Asked = append(n.Asked, im.ID)
	}
	return n
})

var anyOrganization = rapid.Custom(func(t *rapid.T) model.Organization {
	s := func() string { return anyText.Draw(t, "text") }
	o := model.Organization{ARN: s(), At: anyTime.Draw(t, "at"), Err: anyOpError.Draw(t, "err"), Units: rapid.MapOfN(anyText, anyTexts, 0, 3).Draw(t, "units")}
	o.Names = rapid.MapOfN(anyText, anyText, 0, 3).Draw(t, "names")
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		o.Accounts = append(o.Accounts, model.Member{ID: s(), Name: s(), Active: rapid.Bool().Draw(t, "active")})
	}
	return o
})

// distinct draws some records with an id each, in order of it.
func distinct[T any](t *rapid.T, of *rapid.Generator[*T], id func(*T) string) []*T {
	return lastOfEach(rapid.SliceOfN(of, 0, 8).Draw(t, "records"), id)
}

var usageScope = model.Scope{Account: "111111111111", Region: "eu-west-1"}

func sealed1(t rapid.TB) func(v value, err error) []byte {
	return func(v value, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v.chunk
	}
}

func TestUsageRoundTrip(t *testing.T) {
	c, s := newCodec(), usageScope
	var sc scratch // the memory of one record must not show in the next
	rapid.Check(t, func(t *rapid.T) {
		at := anyTime.Draw(t, "at")
		kind := rapid.SampledFrom(model.Sources()).Draw(t, "kind")
		rows := model.Page{Scope: s, Kind: kind, References: rapid.SliceOfN(anyReference, 0, 8).Draw(t, "references")}
		got, when, err := c.openRows(model.Page{Scope: s, Kind: kind}, sealed1(t)(c.sealRows(rows, at)), &sc)
		equal(t, "error", err, nil)
		equal(t, "time", when, at)
		rows.References = lastOfEach(rows.References, func(r *model.Reference) string { return r.Key })
		equal(t, "references", got, rows)

		rows = model.Page{Scope: s, Kind: model.Reports, Reports: rapid.SliceOfN(anyReport, 0, 8).Draw(t, "reports")}
		got, _, err = c.openRows(model.Page{Scope: s, Kind: model.Reports}, sealed1(t)(c.sealRows(rows, at)), &sc)
		equal(t, "error", err, nil)
		rows.Reports = lastOfEach(rows.Reports, func(r *model.Report) string { return r.ID })
		equal(t, "reports", got, rows)

		for _, k := range append(model.Charges(), model.Openness()...) {
			rows := anyCharge(t, s, k)
			got, when, err := c.openRows(model.Page{Scope: s, Kind: k}, sealed1(t)(c.sealRows(rows, at)), &sc)
			equal(t, "error", err, nil)
			equal(t, "time", when, at)
			rows.Binned = lastOfEach(rows.Binned, func(b *model.Binned) string { return b.ID })
			rows.Rules = lastOfEach(rows.Rules, func(r *model.BinRule) string { return r.ID })
			rows.Hastened = lastOfEach(rows.Hastened, hastenedKey)
			rows.Settings = lastOfEach(rows.Settings, func(s *model.Setting) string { return s.Name })
			rows.Public = lastOfEach(rows.Public, func(p *model.PublicSnapshot) string { return p.ID })
			equal(t, k.String(), got, rows)
		}

		fs := model.Formers{Scope: s, Formers: distinct(t, anyFormer, func(f *model.Former) string { return f.ID })}
		formers, err := c.openFormers(s, sealed1(t)(c.sealFormers(fs)), &sc)
		equal(t, "error", err, nil)
		equal(t, "formers", formers, fs)

		ps := distinct(t, anyPermissions, func(p *model.LaunchPermissions) string { return p.ID })
		page, err := c.openPermissions(s, sealed1(t)(c.sealPermissions(s, ps)), &sc)
		equal(t, "error", err, nil)
		equal(t, "permissions", page.(model.Page).Permissions, ps)

		rs := distinct(t, anyReference, func(r *model.Reference) string { return r.Key })
		page, err = c.openOpinions(s, sealed1(t)(c.sealOpinions(s, rs)), &sc)
		equal(t, "error", err, nil)
		equal(t, "opinions", page, model.Page{Scope: s, Kind: model.Opinions, Last: true, References: rs})

		n := anyNamed.Draw(t, "named")
		n.Scope = s
		named, err := c.openNamed(s, sealed1(t)(c.sealNamed(n)), &sc)
		equal(t, "error", err, nil)
		equal(t, "named", named, n)

		o := anyOrganization.Draw(t, "organization")
		org, err := c.openOrganization(sealed1(t)(c.sealOrganization(o)))
		equal(t, "error", err, nil)
		equal(t, "organization", org, o)
	})
}

// A field that the model gains must be stored too.
func TestNoFieldIsForgotten(t *testing.T) {
	c, s, sc := newCodec(), usageScope, &scratch{}
	ref, report, lp := full[model.Reference](t), full[model.Report](t), full[model.LaunchPermissions](t)
	im, snap, org := full[model.Image](t), full[model.Snapshot](t), full[model.Organization](t)
	list, details, err := c.sealImages([]*model.Image{im})
	equal(t, "error", err, nil)
	ims, err := c.openDetails(list, details, sc)
	equal(t, "image", ims, []*model.Image{im})
	chunk, failed := c.sealSnapshots([]*model.Snapshot{snap})
	equal(t, "error", errors.Join(err, failed), nil)
	snaps, err := c.openSnapshots(chunk, sc)
	equal(t, "snapshot", snaps, []*model.Snapshot{snap})
	equal(t, "error", err, nil)
	rows := model.Page{Scope: s, Kind: model.Templates, References: []*model.Reference{ref}}
	got, _, err := c.openRows(model.Page{Scope: s, Kind: model.Templates}, sealed1(t)(c.sealRows(rows, time.Time{})), sc)
	equal(t, "error", err, nil)
	equal(t, "reference", got, rows)
	rows = model.Page{Scope: s, Kind: model.Reports, Reports: []*model.Report{report}}
	got, _, err = c.openRows(model.Page{Scope: s, Kind: model.Reports}, sealed1(t)(c.sealRows(rows, time.Time{})), sc)
	equal(t, "error", err, nil)
	equal(t, "report", got, rows)
	for _, rows := range []model.Page{
		{Scope: s, Kind: model.Bin, Binned: []*model.Binned{full[model.Binned](t)}},
		{Scope: s, Kind: model.BinRules, Rules: []*model.BinRule{full[model.BinRule](t)}},
		{Scope: s, Kind: model.Hasten, Hastened: []*model.Hastened{full[model.Hastened](t)}},
		{Scope: s, Kind: model.Settings, Settings: []*model.Setting{full[model.Setting](t)}},
		{Scope: s, Kind: model.PublicSnapshots, Public: []*model.PublicSnapshot{full[model.PublicSnapshot](t)}},
	} {
		got, _, err := c.openRows(model.Page{Scope: s, Kind: rows.Kind}, sealed1(t)(c.sealRows(rows, time.Time{})), sc)
		equal(t, "error", err, nil)
		equal(t, rows.Kind.String(), got, rows)
	}
	fs := model.Formers{Scope: s, Formers: []*model.Former{full[model.Former](t)}}
	formers, err := c.openFormers(s, sealed1(t)(c.sealFormers(fs)), sc)
	equal(t, "error", err, nil)
	equal(t, "formers", formers, fs)
	page, err := c.openPermissions(s, sealed1(t)(c.sealPermissions(s, []*model.LaunchPermissions{lp})), sc)
	equal(t, "error", err, nil)
	equal(t, "permissions", page.(model.Page).Permissions, []*model.LaunchPermissions{lp})
	organization, err := c.openOrganization(sealed1(t)(c.sealOrganization(*org)))
	equal(t, "error", err, nil)
	equal(t, "organization", organization, *org)
	lookup := full[trail.Lookup](t)
	for _, e := range lookup.Events {
		e.Scope, e.Act = lookup.Scope, trail.Hardened
	}
	told, err := c.openTrail(lookup.Scope, sealed1(t)(c.sealTrail(lookup)), sc)
	equal(t, "error", err, nil)
	equal(t, "lookup", told, lookup)
}

// full is a record with no field left zero.
func full[T any](t *testing.T) *T {
	t.Helper()
	var r T
	n := 0
	fill(t, reflect.ValueOf(&r).Elem(), &n)
	return &r
}

// fill sets a value and all in it, each to something else.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(int64(1_000_000_000+*n), 0).UTC()))
		return
	case *model.OpError: // its login is not kept
		v.Set(reflect.ValueOf(&model.OpError{Op: "op", Kind: model.Denied, Err: errors.New("no")}))
		return
	case model.Kind:
		v.Set(reflect.ValueOf(model.Groups))
		return
	case model.Shared[model.Traits]:
		v.Set(reflect.ValueOf(model.Share(*full[model.Traits](t))))
		return
	case model.Shared[model.Disk]:
		v.Set(reflect.ValueOf(model.Share(*full[model.Disk](t))))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), n)
	case reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, n)
		fill(t, elem, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(1) // of a closed set
	case reflect.Uint16:
		v.SetUint(uint64(*n))
	case reflect.Int64, reflect.Int32, reflect.Int:
		v.SetInt(int64(*n))
	default:
		t.Fatalf("what is to be put into a %v?", v.Type())
	}
}

// Where a value was damaged, or is not that of the pass that its status tells
// of, the source was never read: it must not show as one that names nothing.
func TestASourceWithoutItsRowsWasNeverRead(t *testing.T) {
	c, at := newCodec(), time.Unix(1_700_000_000, 0).UTC()
	other := model.Scope{Account: usageScope.Account, Region: "eu-west-2"}
	seal := func(s model.Scope, k model.Kind, at time.Time) []byte {
		return sealed1(t)(c.sealRows(model.Page{Scope: s, Kind: k, References: []*model.Reference{{Key: "i-1", Image: "ami-1"}}}, at))
	}
	good := seal(usageScope, model.Instances, at)
	flipped := slices.Clone(good)
	flipped[len(flipped)-1] ^= 1
	newer := part[model.Reference]{name: model.Instances.Word(), version: 99, size: 17, columns: referenceColumns}
	newerChunk, err := newer.seal(c, usageScope, at, nil)
	equal(t, "error", err, nil)
	read := sealStatus(status{asOf: at, tried: at, calls: 1})
	denied := sealStatus(status{asOf: at, tried: at.Add(time.Hour), failed: []failure{{kind: model.Denied.String(), text: "no"}}})
	for _, tc := range []struct {
		name         string
		chunk, state []byte
		rows, failed bool
	}{
		{"whole", good, read, true, false},
		{"whole, denied later", good, denied, true, true},
		{"rows gone", nil, read, false, false},
		{"rows gone, denied later", nil, denied, false, true},
		{"rows damaged", flipped, denied, false, true},
		{"rows of another scope", seal(other, model.Instances, at), read, false, false},
		{"rows of another source", seal(usageScope, model.Groups, at), read, false, false},
		{"rows of an older pass", seal(usageScope, model.Instances, at.Add(-time.Hour)), read, false, false},
		{"rows of no whole pass", seal(usageScope, model.Instances, time.Time{}), read, false, false},
		{"rows of another version", newerChunk, read, false, false},
		{"status gone", good, nil, false, false},
		{"status damaged", good, read[1:], false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			pages, _ := c.openPass(model.Page{Scope: usageScope, Kind: model.Instances}, tc.chunk, tc.state, &scratch{})
			inv := model.Inventory{}
			for _, p := range pages {
				inv = inv.Fold(p)
			}
			st := inv.Status(usageScope, model.Instances)
			if got := len(inv.References(usageScope, model.Instances)) == 1; got != tc.rows || st.AsOf.IsZero() == tc.rows || (st.Err != nil) != tc.failed || st.Busy {
				t.Errorf("rows %v, status %+v", got, st)
			}
		})
	}
}

func TestWordsOfAnotherVersionAreMet(t *testing.T) {
	w := newWriter()
	w.text("quantum-leases")
	r, _ := newReader(w.payload(1), &scratch{})
	ref := model.Reference{Source: model.Groups}
	kindColumn(r, []*model.Reference{&ref}, func(r *model.Reference) *model.Kind { return &r.Source })
	if r.finished() == nil || ref.Source != model.Groups {
		t.Errorf("an unknown source was read as %v", ref.Source)
	}
}

// What a scope costs to read must grow with its bytes, and not with its records.
func TestReadingUsageAllocatesPerScope(t *testing.T) {
	c := newCodec()
	page := model.Page{Scope: usageScope, Kind: model.Templates}
	var ps []*model.LaunchPermissions
	for i := range 2000 {
		id := fmt.Sprintf("lt-%d", i)
		page.References = append(page.References, &model.Reference{
			Key: id, ID: id, Scope: usageScope, Source: model.Templates, Image: "ami-" + id, Via: &model.Via{Name: id}, Version: &model.Version{Number: int64(i)},
		})
		ps = append(ps, &model.LaunchPermissions{ID: id, Accounts: []string{"1", "2"}, Err: &model.OpError{Kind: model.Denied, Err: errors.New("no")}})
	}
	refs, perms := sealed1(t)(c.sealRows(page, time.Time{})), sealed1(t)(c.sealPermissions(usageScope, ps))
	var sc scratch
	for name, read := range map[string]func() error{
		"references": func() error {
			_, _, err := c.openRows(model.Page{Scope: usageScope, Kind: model.Templates}, refs, &sc)
			return err
		},
		"permissions": func() error { _, err := c.openPermissions(usageScope, perms, &sc); return err },
	} {
		t.Run(name, func(t *testing.T) {
			var failed error
			if n := testing.AllocsPerRun(10, func() { failed = errors.Join(failed, read()) }); n > 90 || failed != nil {
				t.Errorf("%v allocations, want 90 at most; error %v", n, failed)
			}
		})
	}
}

// The files were written by the versions before usage was kept, and before what
// costs besides was.
func TestAnOlderInventoryFileOpens(t *testing.T) {
	a, err := OpenArchive("testdata/format2.inventory")
	equal(t, "error", err, nil)
	equal(t, "archive", a, sample(t))
	a, err = OpenArchive("testdata/format3.inventory")
	equal(t, "error", err, nil)
	equal(t, "archive", a, used(t))
}

func TestANewerPartIsNotPassedOver(t *testing.T) {
	c := newCodec()
	chunks, err := sample(t).seal(c)
	equal(t, "error", err, nil)
	r, _, err := c.reader(chunks[0], &scratch{})
	equal(t, "error", err, nil)
	var head archiveHead
	headColumns(r, &head, archiveFormat)
	head.parts = append(head.parts, archivePart{head.scopes[0], "quantum-leases"})
	w := newWriter()
	headColumns(w, &head, archiveFormat)
	chunks[0] = sealPlain(w.payload(1))
	_, err = openChunks(c, archiveFormat, append(chunks, chunks[1]))
	if !errors.Is(err, errNewerPart) || !strings.Contains(err.Error(), "update amiscope") {
		t.Error(err)
	}
}

// TestAnOlderCacheKnowsNothingOfScans: what was written before there was anything
// of Amazon Inspector is read as it was, and nothing is made up.
func TestAnOlderCacheKnowsNothingOfScans(t *testing.T) {
	c, sc := newCodec(), &scratch{}
	im := full[model.Image](t)
	list, _, err := c.sealImages([]*model.Image{im, {ImageKey: model.ImageKey{ID: "zzz"}}})
	equal(t, "error", err, nil)
	w := newWriter()
	w.number(int(sum(list)))
	none := &model.Image{}
	detailColumns(w, optional(w, []*model.Image{im, none}, columnsOfDetail, func(im *model.Image) **model.Detail { return &im.Detail }))
	details, err := c.seal(w.payload(2))
	equal(t, "error", err, nil)
	got, err := c.openDetails(list, details, sc)
	equal(t, "error", err, nil)
	im.Detail.Inspected, im.Detail.Scan = model.Maybe, nil
	equal(t, "image", got[0], im)
}
