package cache

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
)

// maxGrowth bounds how much memory a decoder may take for a byte of input: what
// a byte of a compressed chunk may stand for, times the size of a record over
// the fewest bytes it can be written in.
const (
	maxGrowth = 40
	someSlack = 1 << 20
)

// decoders reads the same bytes as each kind of chunk.
func decoders(c codec, chunk []byte) {
	var sc scratch
	_, _ = c.openList(chunk, &sc)
	_, _ = c.openSnapshots(chunk, &sc)
	c.openStatus(chunk, &sc)
	for _, k := range append(model.Charges(), model.Settings, model.PublicSnapshots, model.Templates, model.Reports) {
		_, _, _ = c.openRows(model.Page{Scope: usageScope, Kind: k}, chunk, &sc)
	}
	_, _ = c.openPermissions(usageScope, chunk, &sc)
	_, _ = c.openOpinions(usageScope, chunk, &sc)
	_, _ = c.openNamed(usageScope, chunk, &sc)
	_, _ = c.openFormers(usageScope, chunk, &sc)
	_, _ = c.openTrail(usageScope, chunk, &sc)
	_, _ = c.openOrganization(chunk)
	c.openSelection("", chunk)
	for _, format := range []int{oldestArchive, archiveFormat} {
		_, _ = openChunks(c, format, [][]byte{chunk, chunk})
	}
}

func samples(f *testing.F, c codec) [][]byte {
	ims := []*model.Image{
		{ImageKey: model.ImageKey{Region: "r", ID: "ami-1"}, Created: time.Unix(1e9, 5), Detail: &model.Detail{Tags: []model.Tag{{Key: "a", Value: "b"}}, Devices: make([]model.Device, 2), Inspected: model.Yes, Scan: &model.Scan{Severity: "low"}}},
		{ImageKey: model.ImageKey{Region: "r", ID: "ami-2"}, Name: "n", SizeGiB: -1},
	}
	list, details, err := c.sealImages(ims)
	if err != nil {
		f.Fatal(err)
	}
	snaps, err := c.sealSnapshots([]*model.Snapshot{{ID: "snap-1", Tags: []model.Tag{{Key: "a", Value: "b"}}}})
	if err != nil {
		f.Fatal(err)
	}
	sel := Selection{Found: []model.Found{{Account: model.Account{ID: "1"}, Regions: []model.Region{{Name: "r", Enabled: true}}}}, Lost: []model.Lost{{}}}
	head := newWriter()
	headColumns(head, &archiveHead{created: time.Unix(1e9, 0), program: "v1", scopes: []model.Scope{{Account: "1", Region: "r"}}}, archiveFormat)
	return append(usageSamples(f, c), sealPlain(head.payload(1)), list, details, snaps, sealStatus(status{calls: 3, failed: []failure{{op: "x"}}}), sealSelection(sel))
}

// usageSamples are chunks of each part of a scope's usage.
func usageSamples(f *testing.F, c codec) [][]byte {
	at, id := time.Unix(1e9, 5), "ami-1"
	ref := &model.Reference{Scope: usageScope, Source: model.Templates, Key: "lt-1 7", Image: id, Via: &model.Via{Name: "web"}, Version: &model.Version{Number: 7, Of: 12}}
	report := &model.Report{ID: "r", Image: id, Types: []string{model.ReportedInstances}, Uses: []model.ReportedUse{{Account: "2", Count: 3}}}
	denied := &model.LaunchPermissions{ID: id, At: at, Err: &model.OpError{Kind: model.Denied, Err: errors.New("no")}}
	ok := sealed1(f)
	return [][]byte{
		ok(c.sealRows(model.Page{Scope: usageScope, Kind: model.Bin, Binned: []*model.Binned{{ID: id, Entered: at}}}, at)),
		ok(c.sealRows(model.Page{Scope: usageScope, Kind: model.BinRules, Rules: []*model.BinRule{{ID: "r", Days: 7, Tags: []model.Tag{{Key: "a"}}}}}, at)),
		ok(c.sealRows(model.Page{Scope: usageScope, Kind: model.Hasten, Hastened: []*model.Hastened{{Image: id, Copies: 6}}}, at)),
		ok(c.sealTrail(&trail.Lookup{
			Scope: usageScope, Image: model.ImageKey{Region: "r", ID: id}, Seen: trail.Spans{{From: at, To: at}}, At: at, Err: denied.Err,
			Events: []*trail.Event{{ID: "1", At: at, Act: trail.Shared, With: []string{"2"}}, {ID: "2", Count: 3}},
		})),
		ok(c.sealRows(model.Page{Scope: usageScope, Kind: model.Settings, Settings: []*model.Setting{{Name: "s", Rules: []string{"a"}, Err: denied.Err}}}, at)),
		ok(c.sealRows(model.Page{Scope: usageScope, Kind: model.PublicSnapshots, Public: []*model.PublicSnapshot{{ID: "snap-1"}}}, at)),
		ok(c.sealFormers(model.Formers{Scope: usageScope, Formers: []*model.Former{{ID: id, Snapshots: []string{"snap-1"}, FullBytes: -1, Missed: at}}})),
		ok(c.sealRows(model.Page{Scope: usageScope, Kind: model.Templates, References: []*model.Reference{ref, {Key: "x"}}}, at)),
		ok(c.sealRows(model.Page{Scope: usageScope, Kind: model.Reports, Reports: []*model.Report{report}}, at)),
		ok(c.sealPermissions(usageScope, []*model.LaunchPermissions{denied, {ID: "ami-2", Accounts: []string{"2"}, Units: []string{"ou"}}})),
		ok(c.sealOpinions(usageScope, []*model.Reference{ref})),
		ok(c.sealNamed(model.Named{Scope: usageScope, Asked: []string{"gone"}, Images: []*model.Image{{ImageKey: model.ImageKey{ID: id}, Detail: &model.Detail{}}}, At: at})),
		ok(c.sealOrganization(model.Organization{ARN: "o", Accounts: []model.Member{{ID: "2", Active: true}}, Units: map[string][]string{"ou": {"2"}}, Names: map[string]string{"ou": "web"}, Err: denied.Err})),
	}
}

// FuzzChunk reads bytes as whole chunks.
func FuzzChunk(f *testing.F) {
	c := newCodec()
	for _, s := range samples(f, c) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, chunk []byte) {
		bounded(t, maxRatio*len(chunk), func() { decoders(c, chunk) })
	})
}

// FuzzPayload reads bytes as payloads whose checksum is right, so that what
// lies behind it is met too; details as those of a list that is sound.
func FuzzPayload(f *testing.F) {
	c := newCodec()
	for _, s := range samples(f, c) {
		payload, _, err := c.open(s, nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	list, _, err := c.sealImages([]*model.Image{{ImageKey: model.ImageKey{ID: "ami-1"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		bounded(t, len(payload), func() {
			decoders(c, sealPlain(payload))
			_, _ = c.openDetails(list, sealPlain(payload), &scratch{})
			_, _ = c.openDetails(sealPlain(payload), sealPlain(payload), &scratch{})
		})
	})
}

// FuzzBody reads bytes as compressed ones of a claimed length.
func FuzzBody(f *testing.F) {
	c := newCodec()
	f.Add(uint64(3), []byte("abc"))
	f.Fuzz(func(t *testing.T, length uint64, body []byte) {
		bounded(t, maxRatio*len(body), func() {
			if got, _, err := c.body(compressed, length, body, nil); err == nil && uint64(len(got)) != length {
				t.Errorf("%d bytes, want %d", len(got), length)
			}
		})
	})
}

func bounded(t *testing.T, input int, do func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > uint64(maxGrowth*input+someSlack) {
		t.Errorf("%d bytes of memory for %d of input", took, input)
	}
}
