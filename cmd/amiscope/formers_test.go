package main

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// The image that goes, and its snapshots.
const (
	goingImage                      fleet.ID = 0x60
	goingDisk, goingData, looseDisk fleet.ID = 0xd1, 0xd2, 0xd3
)

// withDisks adds an image of two snapshots, and a snapshot of no image, to the
// home account.
func withDisks(c company) {
	c.f.Images = append(c.f.Images, fleet.Image{ID: goingImage, Owner: c.home, Region: c.region, Name: "db-2.0", Snapshots: []fleet.ID{goingDisk, goingData}})
	for _, id := range []fleet.ID{goingDisk, goingData, looseDisk} {
		c.f.Snapshots = append(c.f.Snapshots, fleet.Snapshot{
			ID: id, Owner: c.home, Region: c.region, State: "completed", Tier: "standard", Size: fleet.Size{GiB: 8, Bytes: 1 << 30}, Start: c.at(9 * dayLong),
		})
	}
}

// withoutImage is the same later: the image went into the Recycle Bin with one
// of its snapshots.
func withoutImage(c company) {
	withDisks(c)
	im, disk := c.f.Images[len(c.f.Images)-1], c.f.Snapshots[0]
	c.f.Images, c.f.Snapshots = c.f.Images[:len(c.f.Images)-1], c.f.Snapshots[1:]
	c.f.BinnedImages = []fleet.BinnedImage{{Image: im, Entered: c.at(dayLong), Exits: c.at(-dayLong)}}
	c.f.BinnedSnapshots = []fleet.BinnedSnapshot{{Snapshot: disk, Entered: c.at(dayLong), Exits: c.at(-dayLong)}}
}

// offline gives what a later start shows without AWS.
func (s *stage) offline(t *testing.T) model.Inventory {
	t.Helper()
	a := newApp(s.host)
	if err := a.root().ParseFlags([]string{"--all-profiles"}); err != nil {
		t.Fatal(err)
	}
	w, _, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var inv model.Inventory
	for e := range w.restore(t.Context()) {
		inv = inv.Fold(e)
	}
	if notes := w.close(); len(notes) > 0 {
		t.Error(notes)
	}
	return inv
}

// TestWhatGoesIsRemembered: an image that vanishes between two refreshes leaves
// what it was, and with which snapshots, beyond the end of the program, and in
// an inventory file.
func TestWhatGoesIsRemembered(t *testing.T) {
	s := newStage(t)
	var home model.Scope
	s.incorporate(t, func(c company) { withDisks(c); home = model.Scope{Account: c.home, Region: c.region} })
	s.want(t, exitDone, "scan", "--all-profiles")
	if got := s.offline(t).Formers(home); len(got) > 0 {
		t.Fatalf("gone before anything went: %+v", got[0])
	}
	s.incorporate(t, withoutImage)
	file := filepath.Join(t.TempDir(), "after.inventory")
	s.want(t, exitDone, "scan", "--all-profiles", "-o", file)
	want := []*model.Former{
		{ID: goingImage.Image(), Name: "db-2.0", Snapshots: []string{goingDisk.Snapshot(), goingData.Snapshot()}, FullBytes: -1, Missed: fleet.Epoch},
		{ID: goingDisk.Snapshot(), SizeGiB: 8, FullBytes: 1 << 30, Missed: fleet.Epoch},
	}
	inv := s.offline(t)
	if diff := cmp.Diff(want, inv.Formers(home)); diff != "" {
		t.Error(diff)
	}
	if got := inv.Binned(home); len(got) != 2 || got[0].ID != want[0].ID || got[1].ID != want[1].ID {
		t.Errorf("in the bin: %+v", got)
	}
	s.want(t, exitDone, "scan", "--all-profiles") // once more, over what is known now
	if diff := cmp.Diff(want, s.offline(t).Formers(home)); diff != "" {
		t.Errorf("after another refresh: %s", diff)
	}

	a := newApp(s.host)
	a.flags.from, a.flags.set = file, a.root().PersistentFlags()
	w, _, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var read model.Inventory
	for e := range w.restore(t.Context()) {
		read = read.Fold(e)
	}
	if diff := cmp.Diff(want, read.Formers(home)); diff != "" || len(read.Binned(home)) != 2 {
		t.Errorf("from the file: %s", diff)
	}
}

// TestChargesAreNoTrouble: what costs besides may be denied to a reader, and all
// else is whole.
func TestChargesAreNoTrouble(t *testing.T) {
	for _, denied := range []string{"*/*/rbin:*", "*/*/ec2:List*InRecycleBin", "*/*/ec2:DescribeFast*"} {
		t.Run(denied, func(t *testing.T) {
			s := newStage(t)
			s.incorporate(t, withDisks, denied)
			s.want(t, exitDone, "scan", "--all-profiles")
			if s.stderr.Len() > 0 {
				t.Errorf("told: %s", s.stderr.String())
			}
			inv := s.offline(t)
			failed, read := 0, 0
			for _, scope := range inv.Scopes() {
				if inv.Readable(scope) {
					read++
				}
				for _, k := range model.Charges() {
					if inv.Status(scope, k).Err != nil {
						failed++
					}
				}
			}
			if failed != read || read == 0 {
				t.Errorf("%d passes failed, want one in each of %d scopes", failed, read)
			}
			s.want(t, exitDone, "usage", ourImage.Image(), "--all-profiles", "-o", "json")
			if got := s.verdict(t); got.Verdict != "unused" {
				t.Errorf("the verdict is %s", got.Verdict)
			}
		})
	}
}

// TestVerbsReadWhatTheyNeed.
func TestVerbsReadWhatTheyNeed(t *testing.T) {
	for _, c := range []struct {
		need need
		want []model.Kind
	}{
		{need{}, model.Kinds()},
		{need{costs: pricedCosts}, model.Kinds()},
		{need{usage: true}, append(append(model.Kinds(), model.Sources()...), model.Reports)},
		{need{costs: allCosts}, append(model.Kinds(), model.Charges()...)},
		{need{also: []model.Kind{model.BinRules, model.Settings}}, append(model.Kinds(), model.BinRules, model.Settings)},
		{need{usage: true, costs: allCosts, also: model.Openness()}, model.Swept()},
	} {
		if got := c.need.kinds(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.need, got, c.want)
		}
	}
}

// TestDepartures: only a pass that saw all tells what is gone, and before its
// last page.
func TestDepartures(t *testing.T) {
	s, at := model.Scope{Account: "111111111111", Region: "r"}, time.Unix(1_700_000_000, 0).UTC()
	image := func(id string) *model.Image {
		return &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: s.Account}
	}
	known := model.Inventory{}.Fold(
		model.Page{Scope: s, Images: []*model.Image{image("ami-1"), image("ami-2"), {ImageKey: model.ImageKey{Region: s.Region, ID: "ami-9"}, Owner: "222222222222"}}, Last: true},
		model.Page{Scope: s, Kind: model.Snapshots, Snapshots: []*model.Snapshot{{ID: "snap-1", Tier: "archive"}}, Last: true},
	)
	began := func(k model.Kind) model.Event { return model.Began{Gen: 1, Scope: s, Kind: k} }
	page := func(last bool, ids ...string) model.Event {
		p := model.Page{Gen: 1, Scope: s, At: at, Last: last}
		for _, id := range ids {
			p.Images = append(p.Images, image(id))
		}
		return p
	}
	broken := model.Page{Gen: 1, Scope: s, At: at, Last: true, Err: &model.OpError{Err: errors.New("no")}}
	other := model.Scope{Account: "111111111111", Region: "r2"}
	for _, c := range []struct {
		name   string
		events []model.Event
		want   []string
	}{
		{"all is there", []model.Event{began(model.Images), page(false, "ami-1"), page(true, "ami-2")}, nil},
		{"one is gone", []model.Event{began(model.Images), page(false, "ami-3"), page(false, "ami-2"), page(true)}, []string{"ami-1"}},
		{"all are gone", []model.Event{began(model.Images), page(true)}, []string{"ami-1", "ami-2"}}, // but for another's
		{"the pass fails", []model.Event{began(model.Images), page(false, "ami-2"), broken}, nil},
		{"the pass does not end", []model.Event{began(model.Images), page(false, "ami-2")}, nil},
		{"a pass without a beginning", []model.Event{page(true)}, nil},
		{"snapshots", []model.Event{began(model.Snapshots), model.Page{Scope: s, Kind: model.Snapshots, At: at, Last: true}}, []string{"snap-1"}},
		{"a usage source", []model.Event{began(model.Groups), model.Page{Scope: s, Kind: model.Groups, At: at, Last: true}}, nil},
		{"a scope that held nothing", []model.Event{model.Began{Scope: other}, model.Page{Scope: other, At: at, Last: true}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sent []model.Event
			d := newDepartures(known, func(e model.Event) { sent = append(sent, e) })
			for _, e := range c.events {
				d.tell(e)
			}
			var got []string
			sent = slices.DeleteFunc(sent, func(e model.Event) bool {
				f, ok := e.(model.Formers)
				for _, former := range f.Formers {
					got = append(got, former.ID)
				}
				return ok
			})
			if !slices.Equal(got, c.want) || !cmp.Equal(sent, c.events, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) })) {
				t.Errorf("gone: %v, want %v; sent %d events of %d", got, c.want, len(sent), len(c.events))
			}
			if len(d.seen) > 0 && c.name != "the pass does not end" {
				t.Error("a pass that ended is still watched")
			}
		})
	}
}
