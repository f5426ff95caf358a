package query

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/finding"
)

var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func drawTri(t *rapid.T, what string) model.Tri {
	return rapid.SampledFrom([]model.Tri{model.Maybe, model.No, model.Yes}).Draw(t, what)
}

func drawTime(t *rapid.T, what string) time.Time {
	return testNow.Add(-time.Duration(rapid.IntRange(-40, 800).Draw(t, what)) * dayLong / 2)
}

// drawImage draws an image of which anything that may be unknown is so half
// the time.
func drawImage(t *rapid.T) *model.Image {
	im := &model.Image{
		ImageKey: model.ImageKey{
			Region: rapid.SampledFrom([]string{"eu-west-1", "us-east-1"}).Draw(t, "region"),
			ID:     fmt.Sprintf("ami-%017x", rapid.IntRange(0, 0xff).Draw(t, "id")),
		},
		Owner:        rapid.SampledFrom([]string{"111111111111", "222222222222", "999999999999"}).Draw(t, "owner"),
		Name:         rapid.SampledFrom([]string{"", "web", "Web-API-1.4.2", "api-20261014", "x-v1.10", "日本"}).Draw(t, "name"),
		State:        rapid.SampledFrom([]string{"available", "disabled"}).Draw(t, "state"),
		Architecture: rapid.SampledFrom([]string{"arm64", "x86_64"}).Draw(t, "arch"),
		Platform:     "linux", RootType: "ebs", Managed: model.Manager(rapid.IntRange(0, 5).Draw(t, "managed")),
		Public: drawTri(t, "public"), Encrypted: drawTri(t, "encrypted"), Protected: drawTri(t, "protected"), Launched: drawTri(t, "launched"),
		Snapshots: uint16(rapid.IntRange(0, 3).Draw(t, "snapshots")), SizeGiB: rapid.Int64Range(0, 200).Draw(t, "size"),
	}
	if rapid.Bool().Draw(t, "created known") {
		im.Created = drawTime(t, "created")
	}
	if rapid.Bool().Draw(t, "has deprecation") {
		im.Deprecation = drawTime(t, "deprecation")
	}
	if im.Launched == model.Yes {
		im.LastLaunched = drawTime(t, "last launched")
	}
	if rapid.Bool().Draw(t, "detail known") {
		im.Detail = drawDetail(t, nil, rapid.Bool().Draw(t, "tags read"))
	}
	return im
}

// drawDetail draws a detail with given tags and others.
func drawDetail(t *rapid.T, tags []model.Tag, read bool) *model.Detail {
	d := &model.Detail{
		Tags: slices.Clone(tags), TagsRead: read,
		SourceImage: rapid.SampledFrom([]string{"", "ami-0a"}).Draw(t, "source"),
	}
	for _, key := range []string{"owner", "Owner", "env", "aws:stack"} {
		had := slices.ContainsFunc(tags, func(tag model.Tag) bool { return tag.Key == key })
		if !had && rapid.IntRange(0, 2).Draw(t, "has "+key) == 0 {
			d.Tags = append(d.Tags, model.Tag{Key: key, Value: rapid.SampledFrom([]string{"", "web", "a b", "prod"}).Draw(t, "value")})
		}
	}
	return d
}

// complete fills in, at random, whatever is not known of an image.
func complete(t *rapid.T, im *model.Image) *model.Image {
	full := *im
	for _, fact := range []*model.Tri{&full.Public, &full.Encrypted, &full.Protected, &full.Launched} {
		if *fact == model.Maybe {
			*fact = model.Truth(rapid.Bool().Draw(t, "fact"))
		}
	}
	if full.Managed == model.ManagerNotTold {
		full.Managed = model.Manager(rapid.IntRange(1, 5).Draw(t, "managed by"))
	}
	if full.Launched == model.Yes && full.LastLaunched.IsZero() {
		full.LastLaunched = drawTime(t, "last launched")
	}
	if full.Created.IsZero() {
		full.Created = drawTime(t, "created")
	}
	switch {
	case full.Detail == nil:
		full.Detail = drawDetail(t, nil, true)
	case !full.Detail.TagsRead:
		source := full.Detail.SourceImage
		full.Detail = drawDetail(t, full.Detail.Tags, true)
		full.Detail.SourceImage = source
	}
	return &full
}

func drawWorld(t *rapid.T, images []*model.Image) *World {
	var inv model.Inventory
	for _, a := range []model.Account{{ID: "111111111111", Name: "acme-prod"}, {ID: "333333333333", Name: "web"}} {
		inv = inv.Fold(model.Found{Account: a})
	}
	for _, im := range images {
		seer := rapid.SampledFrom([]string{"111111111111", "333333333333"}).Draw(t, "seen by")
		inv = inv.Fold(model.Page{Scope: model.Scope{Account: seer, Region: im.Region}, Images: []*model.Image{im}})
		if im.Public != model.Maybe && rapid.Bool().Draw(t, "permissions known") {
			inv = inv.Fold(drawPermissions(t, im))
		}
	}
	return &World{Inv: inv, Now: testNow, Marked: func(k model.ImageKey) bool { return k.ID < "ami-00000000000000080" }}
}

// drawPermissions draws who may launch an image, as its owner's account reads it.
func drawPermissions(t *rapid.T, im *model.Image) model.Page {
	p := &model.LaunchPermissions{ID: im.ID, Public: im.Public == model.Yes, At: testNow}
	p.Accounts = rapid.SampledFrom([][]string{nil, {"333333333333"}, {"444444444444", "999999999999"}}).Draw(t, "shared with")
	p.Organizations = rapid.SampledFrom([][]string{nil, {"arn:aws:organizations::1:organization/o-web"}}).Draw(t, "organizations")
	return model.Page{Scope: model.Scope{Account: im.Owner, Region: im.Region}, Kind: model.Permissions, At: testNow, Permissions: []*model.LaunchPermissions{p}}
}

// drawUsage draws the verdict on an image of which everything was looked at.
func drawUsage(t *rapid.T, im *model.Image) *model.Usage {
	s := model.Scope{Account: im.Owner, Region: im.Region}
	use := &model.Reference{Scope: s, Source: model.Instances, Key: "i-1", ID: "i-1", Image: im.ID, State: "running", Since: testNow.Add(-200 * dayLong)}
	events := []model.Event{model.Found{Account: model.Account{ID: im.Owner}, Regions: []model.Region{{Name: im.Region, Enabled: true}}}}
	kind := rapid.SampledFrom([]model.Use{model.Used, model.Probable, model.Unused}).Draw(t, "use")
	for _, k := range model.Swept() {
		p := model.Page{Scope: s, Kind: k, At: testNow, Last: true}
		switch {
		case k == model.Images:
			private := *im
			private.Public = model.No
			p.Images = []*model.Image{&private}
		case k == model.Instances && kind != model.Unused:
			if kind == model.Probable {
				use.State = "stopped"
			}
			p.References = []*model.Reference{use}
		}
		events = append(events, p)
	}
	events = append(events, model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{{ID: im.ID, At: testNow}}})
	var u *model.Usage
	u = u.Judge(model.Inventory{}.Fold(events...), model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testNow})
	if got := u.Ruling(im).Use; got != kind {
		t.Fatalf("the verdict is %v, not %v", got, kind)
	}
	return u
}

// drawCosts draws what an image costs of which everything was read.
func drawCosts(t *rapid.T, im *model.Image) *cost.Costs {
	s := model.Scope{Account: im.Owner, Region: im.Region}
	held := *im
	detail := model.Detail{}
	if im.Detail != nil {
		detail = *im.Detail
	}
	held.Detail = &detail
	var snapshots []*model.Snapshot
	for i := range im.Snapshots {
		sn := &model.Snapshot{
			Region: im.Region, Owner: im.Owner, ID: fmt.Sprintf("snap-%d", i), State: "completed",
			Tier:      rapid.SampledFrom([]string{"standard", "archive"}).Draw(t, "tier"),
			FullBytes: rapid.Int64Range(0, 200).Draw(t, "full") << 30, VolumeID: fmt.Sprintf("vol-%d", i),
		}
		snapshots = append(snapshots, sn)
		detail.Devices = append(detail.Devices, model.Device{Name: sn.ID, Snapshot: sn.ID})
	}
	inv := model.Inventory{}.Fold(
		model.Found{Account: model.Account{ID: im.Owner}, Regions: []model.Region{{Name: im.Region, Enabled: true}}},
		model.Page{Scope: s, Kind: model.Images, Images: []*model.Image{&held}, At: testNow, Last: true},
		model.Page{Scope: s, Kind: model.Snapshots, Snapshots: snapshots, At: testNow, Last: true},
	)
	return (*cost.Costs)(nil).Estimate(inv, cost.Input{Now: testNow})
}

// drawFindings draws what is wrong with an image of which everything was read.
func drawFindings(t *rapid.T, im *model.Image) *finding.Findings {
	policy := finding.DefaultPolicy()
	policy.Off = slices.DeleteFunc(finding.IDs(), func(id string) bool { return id == "public" })
	policy.Severities = map[string]model.Severity{"public": rapid.SampledFrom([]model.Severity{model.SeverityLow, model.SeverityCritical}).Draw(t, "severity")}
	s := model.Scope{Account: im.Owner, Region: im.Region}
	known := *im
	known.Public = model.Truth(im.Public == model.Yes)
	inv := model.Inventory{}.Fold(
		model.Found{Account: model.Account{ID: im.Owner}, Regions: []model.Region{{Name: im.Region, Enabled: true}}},
		model.Page{Scope: s, Kind: model.Images, Images: []*model.Image{&known}, At: testNow, Last: true}, drawPermissions(t, &known),
	)
	return finding.Find(inv, nil, policy, testNow)
}

// completeWorld is the world in which a verdict or a cost that is not known is.
func completeWorld(t *rapid.T, w *World, im *model.Image) *World {
	full := *w
	if full.Costs == nil {
		full.Costs = drawCosts(t, im)
	}
	if full.Findings == nil {
		full.Findings = drawFindings(t, im)
	}
	if full.Inv.Permissions(im) == nil {
		full.Inv = full.Inv.Fold(drawPermissions(t, im))
	}
	if full.Usage == nil {
		full.Usage = drawUsage(t, im)
	}
	return &full
}

// TestUnknownFactsDecideNothing is the promise of three-valued logic, judged by
// an oracle that knows nothing of it: an image's unknown facts are filled in
// at random many times. What the query says of the image as it is known must
// then hold for every filling, and where two fillings differ it must not say.
func TestUnknownFactsDecideNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im := drawImage(t)
		w := drawWorld(t, []*model.Image{im})
		if rapid.Bool().Draw(t, "usage known") {
			w.Usage = drawUsage(t, im)
		}
		if rapid.Bool().Draw(t, "costs known") {
			w.Costs = drawCosts(t, im)
		}
		if im.Public != model.Maybe && rapid.Bool().Draw(t, "findings known") {
			w.Findings = drawFindings(t, im)
		}
		q := reparsed(t, drawNode(t, 3, drawLeaf))
		negated := reparsed(t, not{q.root})
		got := q.Match(w, im)
		if negated.Match(w, im) != got.Not() {
			t.Fatalf("%s is %v, and its negation is not the opposite", q, got)
		}
		for range 12 {
			full := complete(t, im)
			could := q.Match(completeWorld(t, w, im), full)
			switch {
			case could == model.Maybe:
				t.Fatalf("%s is undecided although everything is known: %+v", q, full)
			case got != model.Maybe && could != got:
				t.Fatalf("%s is %v for an image of which it could be %v", q, got, could)
			}
		}
	})
}

func reparsed(t *rapid.T, n node) Query {
	q, err := Parse(Query{n}.String())
	if err != nil {
		t.Fatalf("%s: %v", Query{n}, err)
	}
	return q
}

// TestSelectNeverReturnsBoth runs over whole fleets: a row whose fillings
// differ is returned neither by a query nor by its negation, and the rows of
// both and the undecided ones are all.
func TestSelectNeverReturnsBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawImage), 1, 12).Draw(t, "fleet")
		w := drawWorld(t, rows)
		q := reparsed(t, drawNode(t, 2, drawAnyLeaf))
		shown, undecided := q.Select(w, rows)
		hidden, undecidedToo := reparsed(t, not{q.root}).Select(w, rows)
		if undecided != undecidedToo || len(shown)+len(hidden)+undecided != len(rows) {
			t.Fatalf("%s: %d shown, %d hidden, %d and %d undecided of %d", q, len(shown), len(hidden), undecided, undecidedToo, len(rows))
		}
		for _, im := range shown {
			if slices.Contains(hidden, im) {
				t.Fatalf("%s and its negation both return %+v", q, im)
			}
		}
	})
}

// TestUnknownIsKnown: whether a fact is known is always known, and with all
// filled in nothing is unknown.
func TestUnknownIsKnown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im := drawImage(t)
		w := drawWorld(t, []*model.Image{im})
		q := reparsed(t, drawUnknown(t))
		if q.Match(w, im) == model.Maybe {
			t.Fatalf("%s is undecided", q)
		}
		if q.Match(completeWorld(t, w, im), complete(t, im)) != model.No {
			t.Fatalf("%s although everything is known", q)
		}
	})
}
