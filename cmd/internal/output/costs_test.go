package output

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// priced is what the world costs, with an orphan of 10 GiB and a snapshot in the
// Recycle Bin.
func priced() (Known, *model.Image) {
	im := image("web-1.0")
	im.Detail.Devices = im.Detail.Devices[:1]
	inv := world(im)
	at := model.Scope{Account: im.Owner, Region: im.Region}
	snapshot := func(id string, full int64, text string) *model.Snapshot {
		return &model.Snapshot{
			ID: id, Region: at.Region, Owner: at.Account, State: "completed", Tier: "standard", VolumeID: "vol-" + id, DataKeyID: id,
			Start: now.Add(-48 * time.Hour), SizeGiB: 16, FullBytes: full, Encrypted: model.Yes, Description: text,
		}
	}
	inv = inv.Fold(
		model.Page{Gen: 2, Scope: at, Kind: model.Snapshots, At: now, Last: true, Snapshots: []*model.Snapshot{
			snapshot("snap-1", 8<<30, "Created by CreateImage(i-1) for ami-1"),
			snapshot("snap-3", 10<<30, "Created by CreateImage(i-1) for ami-0123456789abcdef0"),
		}},
		model.Page{Gen: 2, Scope: at, Kind: model.PublicSnapshots, At: now, Last: true, Public: []*model.PublicSnapshot{{ID: "snap-1"}}},
		model.Page{Gen: 2, Scope: at, Kind: model.Bin, At: now, Last: true, Binned: []*model.Binned{{ID: "snap-4", Entered: now.Add(-time.Hour)}}},
		model.Page{Gen: 2, Scope: at, Kind: model.BinRules, Last: true, Err: &model.OpError{Op: "rbin:ListRules", Scope: at, Kind: model.Denied, Err: errors.New("no")}},
		model.Page{Gen: 2, Scope: at, Kind: model.Hasten, Last: true, Err: &model.OpError{Op: "x:Y", Scope: at, Kind: model.NotOffered, Err: errors.New("no")}},
	)
	c := (*cost.Costs)(nil).Estimate(inv, cost.Input{Prices: cost.BuiltInPrices(), Now: now})
	return Known{Inv: inv, Costs: c}, im
}

func TestCostOfAnImage(t *testing.T) {
	k, im := priced()
	want := &model.CostDocument{
		Low: 0.4, High: 0.4, Share: model.BandDocument{Low: 0.4, High: 0.4}, Basis: "full snapshot size", Currency: "USD",
		Freed: model.BandDocument{Low: 0.4, High: 0.4},
	}
	if d := cmp.Diff(want, k.document(im).Cost); d != "" {
		t.Error(d)
	}
	got := printed(t, func(b *strings.Builder) error { return Style{Format: Table, Now: now}.Image(b, k, im) })
	if line := "\ncost           $0.40 a month (full snapshot size); deleting it frees $0.40\n"; !strings.Contains(got, line) {
		t.Errorf("no %q in %s", line, got)
	}
	got = printed(t, func(b *strings.Builder) error {
		return Style{Format: CSV, Now: now, Columns: []string{"cost", "tier"}}.Images(b, k, []*model.Image{im})
	})
	if got != "cost,tier\n0.4,standard\n" {
		t.Errorf("got %s", got)
	}
	gaps := image("gaps") // snap-2 is not there
	gaps.ID = "ami-2"
	k.Inv = world(gaps)
	k.Costs = (*cost.Costs)(nil).Estimate(k.Inv, cost.Input{Now: now})
	if d := k.document(gaps).Cost; d != nil {
		t.Errorf("%+v of an image with a snapshot that was not read", d)
	}
	got = printed(t, func(b *strings.Builder) error {
		return Style{Format: Table, Now: now, Columns: []string{"cost", "tier"}}.Images(b, k, []*model.Image{gaps})
	})
	if got != "COST  TIER\n   ?  ?\n" {
		t.Errorf("got %s", got)
	}
}

func TestCosts(t *testing.T) {
	k, _ := priced()
	by := cost.Grouping{By: cost.ByKind}
	free := cost.Band{Low: cost.Dollar / 2, High: 1234*cost.Dollar + 1}
	c := Costing{Known: k, By: by, Groups: k.Costs.Groups(by, nil, nil), Total: k.Costs.Total(), Images: 1, Loose: 2, Free: &free}
	for _, tt := range []struct {
		format Format
		want   string
	}{
		{Table, "KIND    AT LEAST  AT MOST   SHARE         RECLAIMABLE  STORED  IMAGES  LOOSE\n" +
			"orphan     $0.50    $0.50   55.6%               $0.50  10 GiB       0      1\n" +
			"image      $0.40    $0.40   44.4%               $0.00   8 GiB       1      0\n" +
			"bin        $0.00    $0.00    0.0%               $0.00     0 B       0      1\n" +
			"total      $0.90    $0.90  100.0%  $0.50 to $1,234.00  18 GiB       1      2\n"},
		{CSV, "key,label,region,low,high,share,reclaimable_low,reclaimable_high,stored_low,stored_high,images,loose_snapshots\n" +
			"orphan,,,0.5,0.5,0.5555555555555556,0.5,0.5,10737418240,10737418240,0,1\n" +
			"image,,,0.4,0.4,0.4444444444444444,0,0,8589934592,8589934592,1,0\n" +
			"bin,,,0,0,0,0,0,0,0,0,1\n"},
	} {
		got := printed(t, func(b *strings.Builder) error { return Style{Format: tt.format, Now: now}.Costs(b, c) })
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.format, d)
		}
	}
	c.Bill = &cost.Bill{From: now.AddDate(0, -1, 0), To: now, Billed: 2 * cost.Dollar, GiBMonths: 40, Estimate: c.Total.Cost, Rest: cost.Dollar, Estimated: true}
	var got struct {
		CostsDocument
		Blind  []model.BlindDocument
		Prices []PriceDocument
		Scopes []model.ScopeDocument
	}
	text := printed(t, func(b *strings.Builder) error { return Style{Format: JSON, Now: now}.Costs(b, c) })
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if got.Total.High != 0.9 || *got.Total.Reclaimable != (model.BandDocument{Low: 0.5, High: 1234.000000001}) || got.Total.Basis != "not known" ||
		got.Bill.Rest != 1 || got.Bill.Billed != 2 || !got.Bill.Estimated || len(got.Total.Kinds) != len(cost.KindNames()) || len(got.Scopes) != 4 {
		t.Errorf("%+v", got)
	}
	if len(got.Prices) != 2 || got.Prices[0].Region != "eu-west-1" || got.Prices[0].Of != "eu-west-1" || got.Prices[1].Source != "built-in" || got.Prices[1].Standard != 0.053 {
		t.Errorf("prices %+v", got.Prices)
	}
	var missing []string
	for _, b := range got.Blind {
		missing = append(missing, b.Region+" "+b.Source+": "+b.What)
	}
	want := []string{
		"eu-west-1 bin-rules: Recycle Bin rules: denied",
		"eu-west-2 images: images: denied", "eu-west-2 snapshots: snapshots: not read yet", "eu-west-2 bin: Recycle Bin: not read yet",
		"eu-west-2 bin-rules: Recycle Bin rules: not read yet", "eu-west-2 hastened: fast restores and launches: not read yet",
	}
	if d := cmp.Diff(want, missing); d != "" {
		t.Error(d)
	}
}

func TestSnapshots(t *testing.T) {
	k, _ := priced()
	got := printed(t, func(b *strings.Builder) error { return Style{Format: JSONL, Now: now}.Snapshots(b, k, k.Costs.Lines()) })
	want := `{"id":"snap-1","account":"111122223333","accountName":"acme-prod","region":"eu-west-1","kind":"image","tie":null,"images":["ami-1"],"tier":"standard","public":true,"volumeSize":17179869184,"fullBytes":8589934592,` +
		`"stored":{"low":8589934592,"high":8589934592},"cost":{"low":0.4,"high":0.4},"basis":"full snapshot size","created":"2026-10-30T00:00:00Z","description":"Created by CreateImage(i-1) for ami-1"}` + "\n" +
		`{"id":"snap-3","account":"111122223333","accountName":"acme-prod","region":"eu-west-1","kind":"orphan","tie":{"image":"ami-0123456789abcdef0","name":"","how":"description"},"images":[],"tier":"standard","public":false,"volumeSize":17179869184,"fullBytes":10737418240,` +
		`"stored":{"low":10737418240,"high":10737418240},"cost":{"low":0.5,"high":0.5},"basis":"full snapshot size","created":"2026-10-30T00:00:00Z","description":"Created by CreateImage(i-1) for ami-0123456789abcdef0"}` + "\n" +
		`{"id":"snap-4","account":"111122223333","accountName":"acme-prod","region":"eu-west-1","kind":"bin","tie":null,"images":[],"tier":"standard","public":null,"volumeSize":null,"fullBytes":null,"stored":null,"cost":null,"basis":"not known","created":"2026-10-31T23:00:00Z","description":""}` + "\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestGrowth(t *testing.T) {
	k, im := priced()
	at := model.Scope{Account: im.Owner, Region: im.Region}
	entry := func(family string, snapshots int) cost.Entry {
		return cost.Entry{Family: family, Kind: cost.OfImage, Snapshots: snapshots, Held: int64(snapshots) << 30, Cost: cost.Band{High: cost.USD(snapshots) * cost.Dollar}}
	}
	g := Growing{
		Known: k, From: now.AddDate(0, 0, -30), To: now,
		Growth: cost.Grow([]cost.Day{{Scope: at, Entries: []cost.Entry{entry("api", 4), entry("web", 1)}}}, []cost.Day{{Scope: at, Entries: []cost.Entry{entry("web", 7)}}}),
	}
	got := printed(t, func(b *strings.Builder) error { return Style{Format: Table, Now: now}.Growth(b, g) })
	want := "from 2026-10-02 to 2026-11-01: up to $5.00 a month before, up to $7.00 after\n\n" +
		"WHAT    ACCOUNT    REGION     FAMILY  CREATOR  KIND   OWNER  SNAPSHOTS  FULL SIZE  AT LEAST  AT MOST    SHARE\n" +
		"grown   acme-prod  eu-west-1  web     -        image  -             +6     +6 GiB     $0.00   +$6.00   300.0%\n" +
		"gone    acme-prod  eu-west-1  api     -        image  -             -4     -4 GiB     $0.00   -$4.00  -200.0%\n" +
		"growth                                                              +2     +2 GiB     $0.00   +$2.00   100.0%\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	g.Guess, g.LeftOut = true, []model.Scope{at}
	got = printed(t, func(b *strings.Builder) error { return Style{Format: JSON, Now: now}.Growth(b, g) })
	for _, part := range []string{
		`{"currency":"USD","from":"2026-10-02T00:00:00Z","to":"2026-11-01T00:00:00Z","by":"creation","before":{"low":0,"high":5},"now":{"low":0,"high":7},"growth":{"low":0,"high":2},` + "\n",
		`{"what":"gone","account":"111122223333","accountName":"acme-prod","region":"eu-west-1","family":"api","creator":"","kind":"image","owner":"","snapshots":-4,"bytes":-4294967296,"cost":{"low":0,"high":-4},"share":-2,"by":"creation"}`,
		`"leftOut":[` + "\n" + `{"account":"111122223333","region":"eu-west-1"}`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s in %s", part, got)
		}
	}
}

func TestMoney(t *testing.T) {
	for u, want := range map[cost.USD]string{
		0: "$0.00", 1: "<$0.01", 4_999_999: "<$0.01", 5_000_000: "$0.01", -1: "-<$0.01", cost.Dollar: "$1.00", 1234567 * cost.Dollar / 100: "$12,345.67",
		-1999 * cost.Dollar / 1000: "-$2.00",
	} {
		if got := money(u); got != want {
			t.Errorf("%d is %s, want %s", u, got, want)
		}
	}
	for band, want := range map[cost.Band]string{
		{}: "$0.00", {Low: 1, High: 2}: "<$0.01", {High: cost.Dollar}: "up to $1.00", {Low: cost.Dollar, High: 2 * cost.Dollar}: "$1.00 to $2.00",
	} {
		if got := moneyBand(band); got != want {
			t.Errorf("%v is %s, want %s", band, got, want)
		}
	}
	// An amount that JSON tells is the amount.
	for _, u := range []cost.USD{1, 999_999_999, 123_456_789_012_345_678 / 100, 4_000_000_000_000_001} {
		b, err := json.Marshal(u.Dollars())
		if err != nil {
			t.Fatal(err)
		}
		var f float64
		if err := json.Unmarshal(b, &f); err != nil || cost.FromDollars(f) != u {
			t.Errorf("%d is told as %s: %v", u, b, err)
		}
	}
}
