package cost

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

var (
	testTime  = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	testScope = model.Scope{Account: "111111111111", Region: "us-east-1"}
)

// shelf is one scope to be told.
type shelf struct {
	scope     model.Scope
	images    []*model.Image
	snapshots []*model.Snapshot
	binned    []*model.Binned
	rules     []*model.BinRule
	formers   []*model.Former
	failed    map[model.Kind]bool
}

func (s *shelf) events() []model.Event {
	if s.scope == (model.Scope{}) {
		s.scope = testScope
	}
	for _, sn := range s.snapshots {
		sn.Owner, sn.Region = s.scope.Account, s.scope.Region
	}
	for _, im := range s.images {
		im.Owner, im.Region, im.RootType = s.scope.Account, s.scope.Region, "ebs"
	}
	out := []model.Event{
		model.Found{Account: model.Account{ID: s.scope.Account}, Regions: []model.Region{{Name: s.scope.Region, Enabled: true}}},
		model.Formers{Scope: s.scope, Formers: s.formers},
	}
	for _, k := range append(model.Kinds(), model.Charges()...) {
		p := model.Page{Gen: 1, Scope: s.scope, Kind: k, Last: true, At: testTime}
		if s.failed[k] {
			p.Err = &model.OpError{Op: k.Calls()[0], Scope: s.scope, Kind: model.Denied, Err: errors.New("denied")}
			out = append(out, p)
			continue
		}
		switch k {
		case model.Images:
			p.Images = s.images
		case model.Snapshots:
			p.Snapshots = s.snapshots
		case model.Bin:
			p.Binned = s.binned
		case model.BinRules:
			p.Rules = s.rules
		default:
		}
		out = append(out, p)
	}
	return out
}

func estimate(prices Prices, shelves ...*shelf) *Costs {
	var inv model.Inventory
	for _, s := range shelves {
		inv = inv.Fold(s.events()...)
	}
	return (*Costs)(nil).Estimate(inv, Input{Prices: prices, Usage: (*model.Usage)(nil).Judge(inv, model.UsageInput{}), Now: testTime})
}

func image(id string, snapshots ...string) *model.Image {
	im := &model.Image{ImageKey: model.ImageKey{ID: id}, Name: "name of " + id, Snapshots: uint16(len(snapshots)), Detail: &model.Detail{TagsRead: true}}
	for i, s := range snapshots {
		im.Detail.Devices = append(im.Detail.Devices, model.Device{Name: fmt.Sprintf("/dev/sd%c", 'a'+i), Snapshot: s})
	}
	return im
}

func disabled(im *model.Image) *model.Image {
	im.State = "disabled"
	return im
}

func snapshot(id string, gib, full int64) *model.Snapshot {
	return &model.Snapshot{ID: id, State: "completed", Tier: "standard", VolumeID: "vol-of-" + id, DataKeyID: "key of " + id, SizeGiB: gib, FullBytes: full, Start: testTime}
}

func TestBands(t *testing.T) {
	at := func(s *model.Snapshot, volume string, hour int) *model.Snapshot {
		s.VolumeID, s.DataKeyID, s.Start = volume, "", testTime.Add(time.Duration(hour)*time.Hour)
		return s
	}
	archived := func(s *model.Snapshot) *model.Snapshot { s.Tier = "archive"; return s }
	keyed := func(s *model.Snapshot, key string) *model.Snapshot { s.DataKeyID = key; return s }
	pending := func(s *model.Snapshot) *model.Snapshot { s.State = "pending"; return s }
	type line struct {
		Bytes Bytes
		Basis Basis
	}
	tests := map[string]struct {
		snapshots []*model.Snapshot
		want      map[string]line
	}{
		"alone": {
			[]*model.Snapshot{snapshot("snap-a", 100, 40*GiB)},
			map[string]line{"snap-a": {Bytes{40 * GiB, 40 * GiB}, FullSize}},
		},
		"size not told": {
			[]*model.Snapshot{snapshot("snap-a", 100, -1)},
			map[string]line{"snap-a": {Bytes{0, 100 * GiB}, Provisioned}},
		},
		"one volume": {
			[]*model.Snapshot{at(snapshot("snap-c", 100, 30*GiB), "vol-1", 3), at(snapshot("snap-a", 100, 40*GiB), "vol-1", 1), at(snapshot("snap-b", 100, 55*GiB), "vol-1", 2)},
			map[string]line{
				"snap-a": {Bytes{40 * GiB, 40 * GiB}, FullSize}, "snap-b": {Bytes{15 * GiB, 55 * GiB}, FullSize}, "snap-c": {Bytes{0, 30 * GiB}, FullSize},
			},
		},
		"one data key, two volumes": {
			[]*model.Snapshot{keyed(at(snapshot("snap-a", 8, 4*GiB), "vol-1", 1), "key"), keyed(at(snapshot("snap-b", 8, 5*GiB), "vol-2", 2), "key")},
			map[string]line{"snap-a": {Bytes{4 * GiB, 4 * GiB}, FullSize}, "snap-b": {Bytes{1 * GiB, 5 * GiB}, FullSize}},
		},
		"copies have no volume": {
			[]*model.Snapshot{keyed(at(snapshot("snap-a", 8, 4*GiB), "vol-ffffffff", 1), "key a"), keyed(at(snapshot("snap-b", 8, 4*GiB), "vol-ffffffff", 2), "key b")},
			map[string]line{"snap-a": {Bytes{4 * GiB, 4 * GiB}, FullSize}, "snap-b": {Bytes{4 * GiB, 4 * GiB}, FullSize}},
		},
		"plain ones may share with any before": {
			[]*model.Snapshot{at(snapshot("snap-a", 8, 4*GiB), "vol-1", 1), at(snapshot("snap-b", 8, 5*GiB), "vol-2", 2)},
			map[string]line{"snap-a": {Bytes{4 * GiB, 4 * GiB}, FullSize}, "snap-b": {Bytes{1 * GiB, 5 * GiB}, FullSize}},
		},
		"a later copy without a data key may add next to nothing": {
			[]*model.Snapshot{at(snapshot("snap-a", 8, 4*GiB), "vol-ffffffff", 1), at(snapshot("snap-b", 8, 4*GiB), "vol-ffffffff", 2)},
			map[string]line{"snap-a": {Bytes{4 * GiB, 4 * GiB}, FullSize}, "snap-b": {Bytes{0, 4 * GiB}, FullSize}},
		},
		"archived ones are stored whole": {
			[]*model.Snapshot{archived(at(snapshot("snap-a", 100, 40*GiB), "vol-1", 1)), at(snapshot("snap-b", 100, 41*GiB), "vol-1", 2)},
			map[string]line{"snap-a": {Bytes{40 * GiB, 40 * GiB}, Archived}, "snap-b": {Bytes{41 * GiB, 41 * GiB}, FullSize}},
		},
		"not there yet": {
			[]*model.Snapshot{pending(snapshot("snap-a", 10, -1))},
			map[string]line{"snap-a": {Bytes{0, 10 * GiB}, Provisioned}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := map[string]line{}
			for _, l := range estimate(BuiltInPrices(), &shelf{snapshots: tt.snapshots}).Lines() {
				got[l.Snapshot.ID] = line{l.Bytes, l.Basis}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// The sums of lows in a lineage come to its largest full size, in any order of
// sizes.
func TestLowsOfALineage(t *testing.T) {
	var all []*model.Snapshot
	for i, full := range []int64{5, 3, 9, 9, 12, 1, 11} {
		s := snapshot(fmt.Sprintf("snap-%d", i), 20, full*GiB)
		s.VolumeID, s.DataKeyID, s.Start = "vol-1", "", testTime.Add(time.Duration(i)*time.Hour)
		all = append(all, s)
	}
	if got := estimate(BuiltInPrices(), &shelf{snapshots: all}).Total().Bytes.Low; got != 12*GiB {
		t.Errorf("the lows add up to %d bytes, want the largest full size, %d", got, 12*GiB)
	}
}

func TestSharedSnapshotIsOneCost(t *testing.T) {
	c := estimate(BuiltInPrices(), &shelf{
		images:    []*model.Image{image("ami-1", "snap-a"), image("ami-2", "snap-a"), image("ami-3", "snap-a", "snap-b")},
		snapshots: []*model.Snapshot{snapshot("snap-a", 100, 100*GiB), snapshot("snap-b", 20, 20*GiB)},
	})
	if got := c.Total().Cost; got != (Band{6 * Dollar, 6 * Dollar}) {
		t.Errorf("total %v, want $6: snap-a counts once", got)
	}
	if got := c.Image(model.ImageKey{Region: "us-east-1", ID: "ami-3"}); got.Cost.High != 6*Dollar || got.Share.High != 5*Dollar/3+Dollar || !got.Joint {
		t.Errorf("ami-3 costs %v, its share %v, joint %v", got.Cost, got.Share, got.Joint)
	}
	us := func(ids ...string) (out []model.ImageKey) {
		for _, id := range ids {
			out = append(out, model.ImageKey{Region: "us-east-1", ID: id})
		}
		return out
	}
	for _, tt := range []struct {
		images []model.ImageKey
		want   USD
		kept   int
	}{
		{us("ami-1"), 0, 1},
		{us("ami-1", "ami-2"), 0, 1},
		{us("ami-3"), Dollar, 1},
		{us("ami-1", "ami-2", "ami-3"), 6 * Dollar, 0},
	} {
		if got := c.Freed(tt.images, nil); got.Cost.High != tt.want || got.Kept != tt.kept {
			t.Errorf("deleting %v frees %v and keeps %d, want %v and %d", tt.images, got.Cost, got.Kept, tt.want, tt.kept)
		}
	}
}

// What somebody wants to keep stays, in whatever order that is told.
func TestHeldSnapshotStays(t *testing.T) {
	c := estimate(BuiltInPrices(), &shelf{
		images:    []*model.Image{image("ami-1", "snap-a", "snap-b")},
		snapshots: []*model.Snapshot{snapshot("snap-a", 100, 100*GiB), snapshot("snap-b", 20, 20*GiB)},
	})
	held, im := SnapshotKey{Region: "us-east-1", ID: "snap-a"}, model.ImageKey{Region: "us-east-1", ID: "ami-1"}
	before, after := c.Tally(), c.Tally()
	before.Hold(held)
	before.MarkImage(im, true)
	after.MarkImage(im, true)
	after.Hold(held)
	after.Hold(held)
	after.Hold(SnapshotKey{Region: "us-east-1", ID: "snap-none"})
	for _, tally := range []*Tally{before, after} {
		if got := tally.Freed(); got.Cost.High != Dollar || got.Kept != 1 || got.Snapshots != 1 {
			t.Errorf("freed %+v, want $1 and one kept", got)
		}
	}
}

// What a launch template names itself stays, however its images are marked.
func TestTemplateKeepsItsSnapshot(t *testing.T) {
	s := &shelf{images: []*model.Image{image("ami-1", "snap-a")}, snapshots: []*model.Snapshot{snapshot("snap-a", 100, 100*GiB)}}
	inv := model.Inventory{}.Fold(s.events()...)
	named := &model.Reference{Scope: testScope, Source: model.Templates, Key: "lt-1/1 snap-a", ID: "lt-1", Snapshot: "snap-a", Version: &model.Version{Number: 1, Of: 1, Default: true}}
	inv = inv.Fold(model.Page{Gen: 1, Scope: testScope, Kind: model.Templates, References: []*model.Reference{named}, Last: true, At: testTime})
	c := (*Costs)(nil).Estimate(inv, Input{Prices: BuiltInPrices(), Usage: (*model.Usage)(nil).Judge(inv, model.UsageInput{Now: testTime}), Now: testTime})
	key := []model.ImageKey{{Region: "us-east-1", ID: "ami-1"}}
	if got := c.Freed(key, nil); got.Cost.High != 0 || got.Kept != 1 || got.Unsure {
		t.Errorf("freed %+v, want nothing: a template names the snapshot", got)
	}
	blind := (*Costs)(nil).Estimate(inv, Input{Prices: BuiltInPrices(), Now: testTime})
	if got := blind.Freed(key, nil); !got.Unsure {
		t.Errorf("freed %+v: nobody looked whether a template names the snapshot, which must be said", got)
	}
}

func TestFreedLaterThroughTheBin(t *testing.T) {
	tagged := snapshot("snap-a", 10, GiB)
	tagged.Tags = []model.Tag{{Key: "env", Value: "prod"}}
	c := estimate(BuiltInPrices(), &shelf{
		images:    []*model.Image{image("ami-1", "snap-a"), image("ami-2", "snap-b")},
		snapshots: []*model.Snapshot{tagged, snapshot("snap-b", 10, GiB)},
		rules: []*model.BinRule{
			{ID: "r1", Resource: model.SnapshotResource, Days: 7, Tags: []model.Tag{{Key: "env", Value: "prod"}}},
			{ID: "r2", Resource: model.ImageResource, Days: 30},
		},
	})
	for id, days := range map[string]int{"ami-1": 7, "ami-2": 0} {
		if got := c.Freed([]model.ImageKey{{Region: "us-east-1", ID: id}}, nil); got.Days != days {
			t.Errorf("%s is freed after %d days, want %d", id, got.Days, days)
		}
	}
}

func TestKinds(t *testing.T) {
	made := func(id, description string, tags ...model.Tag) *model.Snapshot {
		s := snapshot(id, 10, GiB)
		s.Description, s.Tags = description, tags
		return s
	}
	const gone = "ami-0123456789abcdef0"
	created := "Created by CreateImage(i-0123456789abcdef0) for "
	other := model.Scope{Account: "222222222222", Region: "eu-west-1"}
	tests := map[string]struct {
		scope shelf
		also  *shelf
		want  Kind
		how   string
	}{
		"of an image":             {shelf{images: []*model.Image{image("ami-00000001", "snap-a")}, snapshots: []*model.Snapshot{made("snap-a", created+gone)}}, nil, OfImage, ""},
		"of a disabled image":     {shelf{images: []*model.Image{disabled(image(gone, "snap-a"))}, snapshots: []*model.Snapshot{made("snap-a", created+gone)}}, nil, OfImage, ""},
		"gone, by description":    {shelf{snapshots: []*model.Snapshot{made("snap-a", created+gone)}}, nil, Orphan, "description"},
		"gone, copied":            {shelf{snapshots: []*model.Snapshot{made("snap-a", "Copied for DestinationAmi "+gone+" from SourceAmi ami-00000009 for SourceSnapshot snap-1.")}}, nil, Orphan, "description"},
		"gone, by tag":            {shelf{snapshots: []*model.Snapshot{made("snap-a", "", model.Tag{Key: "ami_id", Value: gone})}}, nil, Orphan, "tag ami_id"},
		"gone, by index":          {shelf{snapshots: []*model.Snapshot{made("snap-a", "")}, formers: []*model.Former{{ID: gone, Snapshots: []string{"snap-a"}}}}, nil, Orphan, "index"},
		"built from a gone image": {shelf{snapshots: []*model.Snapshot{made("snap-a", "", model.Tag{Key: "SourceAMI", Value: gone})}}, nil, Other, ""},
		"people's words":          {shelf{snapshots: []*model.Snapshot{made("snap-a", "before I replace "+gone)}}, nil, Other, ""},
		"image there without it":  {shelf{images: []*model.Image{image(gone, "snap-b")}, snapshots: []*model.Snapshot{made("snap-a", created+gone)}}, nil, Other, ""},
		"image in the bin":        {shelf{snapshots: []*model.Snapshot{made("snap-a", created+gone)}, binned: []*model.Binned{{ID: gone}}}, nil, OfImage, "description"},
		"images failed":           {shelf{snapshots: []*model.Snapshot{made("snap-a", created+gone)}, failed: map[model.Kind]bool{model.Images: true}}, nil, Undecided, "description"},
		"images failed, untied":   {shelf{snapshots: []*model.Snapshot{made("snap-a", "")}, failed: map[model.Kind]bool{model.Images: true}}, nil, Undecided, ""},
		"bin failed":              {shelf{snapshots: []*model.Snapshot{made("snap-a", created+gone)}, failed: map[model.Kind]bool{model.Bin: true}}, nil, Undecided, "description"},
		"tag, elsewhere": {
			shelf{snapshots: []*model.Snapshot{made("snap-a", "", model.Tag{Key: "ami", Value: gone})}},
			&shelf{scope: other, images: []*model.Image{image(gone, "snap-z")}},
			Other, "",
		},
		"tag, elsewhere failed": {
			shelf{snapshots: []*model.Snapshot{made("snap-a", "", model.Tag{Key: "ami", Value: gone})}},
			&shelf{scope: other, failed: map[model.Kind]bool{model.Images: true}},
			Undecided, "tag ami",
		},
		"description, elsewhere failed": {
			shelf{snapshots: []*model.Snapshot{made("snap-a", created+gone)}},
			&shelf{scope: other, failed: map[model.Kind]bool{model.Images: true}},
			Orphan, "description",
		},
		"AWS Backup":  {shelf{snapshots: []*model.Snapshot{made("snap-a", "This snapshot is created by the AWS Backup service.")}}, nil, Backup, ""},
		"DLM":         {shelf{snapshots: []*model.Snapshot{made("snap-a", "", model.Tag{Key: "aws:dlm:lifecycle-policy-id", Value: "policy-1"})}}, nil, DLM, ""},
		"in the bin":  {shelf{binned: []*model.Binned{{ID: "snap-a"}}}, nil, InBin, ""},
		"by hand":     {shelf{snapshots: []*model.Snapshot{made("snap-a", "test")}}, nil, Other, ""},
		"account two": {shelf{snapshots: []*model.Snapshot{made("snap-a", created+gone)}}, &shelf{scope: model.Scope{Account: "222222222222", Region: "us-east-1"}, images: []*model.Image{image("ami-00000002", "snap-a")}}, OfImage, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			shelves := []*shelf{&tt.scope}
			if tt.also != nil {
				shelves = append(shelves, tt.also)
			}
			l, ok := estimate(BuiltInPrices(), shelves...).Line(SnapshotKey{"us-east-1", "snap-a"})
			how := ""
			if ok && l.Tie() != nil {
				how = l.Tie().How
			}
			if !ok || l.Kind != tt.want || how != tt.how {
				t.Errorf("it is %v, told by %q, want %v and %q", l.Kind, how, tt.want, tt.how)
			}
		})
	}
}

// A snapshot in the Recycle Bin costs what it did; how large it is is known where
// it was seen before.
func TestBinnedSnapshots(t *testing.T) {
	c := estimate(BuiltInPrices(), &shelf{
		binned:  []*model.Binned{{ID: "snap-a"}, {ID: "snap-b"}, {ID: "ami-1"}},
		formers: []*model.Former{{ID: "snap-a", SizeGiB: 100, FullBytes: 40 * GiB}},
	})
	if got := c.Total(); got.Cost.High != 2*Dollar || got.Snapshots != 2 || got.Basis != NotKnown {
		t.Errorf("total %v of %d, %v; want $2 of 2, one of which is not known", got.Cost, got.Snapshots, got.Basis)
	}
}

func TestImageStates(t *testing.T) {
	bundle := image("ami-2")
	theirs := image("ami-3", "snap-z")
	events := (&shelf{images: []*model.Image{image("ami-1", "snap-a", "snap-gone"), bundle, theirs}, snapshots: []*model.Snapshot{snapshot("snap-a", 10, GiB)}}).events()
	bundle.RootType, theirs.Owner = "instance-store", "999999999999"
	inv := model.Inventory{}.Fold(events...)
	c := (*Costs)(nil).Estimate(inv, Input{Prices: BuiltInPrices()})
	for id, want := range map[string]ImageState{"ami-1": Told, "ami-2": InS3, "ami-3": Theirs, "ami-4": NotEstimated} {
		if got := c.Image(model.ImageKey{Region: "us-east-1", ID: id}).State; got != want {
			t.Errorf("%s is %v, want %v", id, got, want)
		}
	}
	if x := c.Image(model.ImageKey{Region: "us-east-1", ID: "ami-1"}); x.Gaps != 1 || x.Basis != NotKnown {
		t.Errorf("ami-1 has %d gaps, basis %v; want 1, not known", x.Gaps, x.Basis)
	}
}

// Regions in which nothing changed are not estimated anew.
func TestEstimateWorksForChangedRegionsOnly(t *testing.T) {
	us := &shelf{snapshots: []*model.Snapshot{snapshot("snap-a", 10, GiB)}}
	eu := &shelf{scope: model.Scope{Account: "111111111111", Region: "eu-west-1"}, snapshots: []*model.Snapshot{snapshot("snap-b", 10, GiB)}}
	inv := model.Inventory{}.Fold(append(us.events(), eu.events()...)...)
	in := Input{Prices: BuiltInPrices()}
	before := (*Costs)(nil).Estimate(inv, in)
	more := model.Page{Gen: 2, Scope: eu.scope, Kind: model.Snapshots, Snapshots: []*model.Snapshot{snapshot("snap-c", 10, GiB)}, At: testTime}
	after := before.Estimate(inv.Fold(more), in)
	if &before.region("us-east-1").lines[0] != &after.region("us-east-1").lines[0] {
		t.Error("a region was estimated anew in which nothing changed")
	}
	if n := len(after.region("eu-west-1").lines); n != 2 {
		t.Errorf("%d snapshots where one was added to one", n)
	}
	in.Version++
	if next := after.Estimate(inv, in); &next.region("us-east-1").lines[0] == &after.region("us-east-1").lines[0] {
		t.Error("new prices left a region as it was")
	}
}

func TestPricesSayWhereTheyComeFrom(t *testing.T) {
	p := BuiltInPrices().With(Listed, testTime, map[string]Price{"eu-west-3": {Standard: 53_000_000, Archive: 13_250_000}})
	p = p.With(Configured, time.Time{}, map[string]Price{"eu-west-3": {Standard: 40_000_000}})
	for region, want := range map[string]Price{
		"us-east-1": {Standard: 50_000_000, Archive: 12_500_000, Restore: 750_000_000, From: BuiltIn, AsOf: builtInDate},
		"eu-west-3": {Standard: 40_000_000, Archive: 13_250_000, Restore: 750_000_000, From: Configured},
		"xx-moon-1": {Standard: 50_000_000, Archive: 12_500_000, Restore: 750_000_000, From: Assumed, AsOf: builtInDate, Region: "us-east-1"},
	} {
		if diff := cmp.Diff(want, p.In(region)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", region, diff)
		}
	}
	if got := (Prices{}).In("us-east-1").Standard; got != 50_000_000 {
		t.Errorf("no prices at all: %d", got)
	}
}

func TestMoneyIsExact(t *testing.T) {
	if got := USD(50_000_000).Of(64 << 40); got != 3276_800_000_000 {
		t.Errorf("64 TiB at $0.05 cost %d", got)
	}
	for _, n := range []int{1, 2, 3, 7} {
		var sum Band
		for i := range n {
			sum = sum.Plus(Band{10, 101}.share(i, n))
		}
		if sum != (Band{10, 101}) {
			t.Errorf("%d shares add up to %v", n, sum)
		}
	}
	if !strings.HasPrefix(InBin.String(), "bin") || len(KindNames()) != int(kinds) {
		t.Errorf("kinds %v", KindNames())
	}
}

func TestBlocks(t *testing.T) {
	a, b := NewBlocks(1, 2, 3, 7, 9), NewBlocks(2, 3, 4, 9, 10)
	for name, tt := range map[string]struct{ got, want Blocks }{
		"made":  {a, Blocks{{1, 4}, {7, 8}, {9, 10}}},
		"union": {a.Union(b), NewBlocks(1, 2, 3, 4, 7, 9, 10)},
		"minus": {a.Minus(b), NewBlocks(1, 7)},
		"both":  {a.Both(b), NewBlocks(2, 3, 9)},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if !a.Has(2) || !a.Has(9) || a.Has(4) || a.Has(0) || a.Has(10) {
		t.Error("Has")
	}
}

// TestStory18NoImpossibleSavings: savings were counted as whole volumes, and more
// was to be saved than was ever billed. What deleting frees is told as a band with
// its basis; it never passes what the snapshots hold, nor the bill.
func TestStory18NoImpossibleSavings(t *testing.T) {
	var images []*model.Image
	var snapshots []*model.Snapshot
	var keys []model.ImageKey
	for i := range 30 { // dailies of one volume of 500 GiB that holds 40
		s := snapshot(fmt.Sprintf("snap-%02d", i), 500, (40+int64(i)/10)*GiB)
		s.VolumeID, s.DataKeyID, s.Start = "vol-1", "key", testTime.Add(time.Duration(i)*24*time.Hour)
		im := image(fmt.Sprintf("ami-%02d", i), s.ID)
		images, snapshots = append(images, im), append(snapshots, s)
		keys = append(keys, model.ImageKey{Region: "us-east-1", ID: im.ID})
	}
	c := estimate(BuiltInPrices(), &shelf{images: images, snapshots: snapshots})
	one, most, all := c.Freed(keys[3:4], nil), c.Freed(keys[1:], nil), c.Freed(keys, nil)
	const volume = 500 * GiB
	if one.Cost != (Band{0, 2 * Dollar}) || one.Basis != FullSize {
		t.Errorf("one of them frees %v (%s), want at most the 40 GiB that it holds", one.Cost, one.Basis)
	}
	if most.Cost.Low != 0 || most.Bytes.High >= 29*volume/10 {
		t.Errorf("all but one free %v: the one that stays may hold all that they hold", most.Cost)
	}
	if all.Cost != c.Total().Cost || all.Cost.Low != USD(50_000_000).Of(42*GiB) {
		t.Errorf("all free %v of a bill of %v, at least the largest of them", all.Cost, c.Total().Cost)
	}
}

// What is hastened is a line of its own, beside storage.
func TestHastened(t *testing.T) {
	s := &shelf{snapshots: []*model.Snapshot{snapshot("snap-a", 10, 10*GiB)}}
	events := append(s.events(), model.Page{Gen: 2, Scope: testScope, Kind: model.Hasten, Last: true, At: testTime, Hastened: []*model.Hastened{
		{Snapshot: "snap-a", Zone: "us-east-1a", State: "enabled"}, {Snapshot: "snap-a", Zone: "us-east-1b", State: "enabled"}, {Image: "ami-1", Copies: 5},
	}})
	c := (*Costs)(nil).Estimate(model.Inventory{}.Fold(events...), Input{Prices: BuiltInPrices()})
	want := Hastening{Restores: 2, Cost: 2 * 730 * 750_000_000, Launches: 1}
	if got := c.Hastening(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if c.Total().Cost.High != Dollar/2 {
		t.Errorf("storage costs %v, want the 10 GiB alone", c.Total().Cost)
	}
}
