package cache

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

var (
	blocksHere  = model.Scope{Account: "111111111111", Region: "eu-west-1"}
	blocksThere = model.Scope{Account: "111111111111", Region: "eu-west-11"} // its name begins like the other's
)

func blocksStore(t *testing.T) *Store {
	t.Helper()
	return New(filepath.Join(t.TempDir(), "cache.db"), Key{Partition: "aws"})
}

// loadBlocks reads what is stored, in a fixed order.
func loadBlocks(t *testing.T, s *Store, scopes ...model.Scope) Blocks {
	t.Helper()
	hs, cs, us, err := s.Blocks(scopes)
	if err != nil {
		t.Fatal(err)
	}
	return Blocks{Holdings: hs, Changes: cs, Unfinished: us}
}

func run(from, to int32) cost.Blocks { return cost.Blocks{{From: from, To: to}} }

func TestBlocksComeBack(t *testing.T) {
	s := blocksStore(t)
	if got := loadBlocks(t, s, blocksHere); !cmp.Equal(got, Blocks{}) {
		t.Errorf("without a file: %+v", got)
	}
	here := Blocks{
		Scope:    blocksHere,
		Holdings: []cost.Holding{{Snapshot: "snap-1", Blocks: cost.NewBlocks(0, 1, 5, 7, 8, 9)}, {Snapshot: "snap-2"}},
		Changes:  []cost.Change{{From: "snap-1", To: "snap-2", Written: run(3, 4), Dropped: run(0, 2147483647)}},
	}
	there := Blocks{Scope: blocksThere, Holdings: []cost.Holding{{Snapshot: "snap-9", Blocks: run(2, 3)}}}
	half := Unfinished{blocksHere, cost.Change{From: "snap-2", To: "snap-3", Written: run(0, 7)}, 8}
	if err := s.SaveBlocks(here, there, Blocks{Scope: blocksHere, Unfinished: []Unfinished{half}}); err != nil {
		t.Fatal(err)
	}
	want := Blocks{Holdings: here.Holdings, Changes: here.Changes, Unfinished: []Unfinished{half}}
	if diff := cmp.Diff(want, loadBlocks(t, s, blocksHere), cmp.AllowUnexported(Unfinished{})); diff != "" {
		t.Error(diff)
	}
	if got := loadBlocks(t, s, blocksThere, blocksHere); len(got.Holdings) != 3 || got.Holdings[0].Snapshot != "snap-9" {
		t.Errorf("of both scopes: %+v", got)
	}
}

// TestAnAnswerStands: it takes the place of how far it was, whichever comes
// first.
func TestAnAnswerStands(t *testing.T) {
	answer := Blocks{Scope: blocksHere, Holdings: []cost.Holding{{Snapshot: "snap-1", Blocks: run(0, 9)}}}
	half := Blocks{Scope: blocksHere, Unfinished: []Unfinished{{blocksHere, cost.Change{To: "snap-1", Written: run(0, 5)}, 5}}}
	both := Blocks{Scope: blocksHere, Holdings: answer.Holdings, Unfinished: half.Unfinished}
	for name, saves := range map[string][]Blocks{"in order": {half, answer}, "late": {answer, half}, "at once": {both}} {
		s := blocksStore(t)
		for _, b := range saves {
			if err := s.SaveBlocks(b); err != nil {
				t.Fatal(err)
			}
		}
		if got := loadBlocks(t, s, blocksHere); len(got.Holdings) != 1 || len(got.Unfinished) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestBlocksAreForgotten with their snapshots, by a clean pass over the scope
// and by nothing else.
func TestBlocksAreForgotten(t *testing.T) {
	s := blocksStore(t)
	hold := func(ids ...string) (hs []cost.Holding) {
		for _, id := range ids {
			hs = append(hs, cost.Holding{Snapshot: id, Blocks: run(0, 1)})
		}
		return hs
	}
	all := Blocks{
		Scope: blocksHere, Holdings: hold("snap-1", "snap-2", "snap-3"),
		Changes:    []cost.Change{{From: "snap-1", To: "snap-2"}, {From: "snap-2", To: "snap-3"}, {From: "snap-1", To: "snap-3"}},
		Unfinished: []Unfinished{{blocksHere, cost.Change{To: "snap-4"}, 3}},
	}
	if err := s.SaveBlocks(all, Blocks{Scope: blocksThere, Holdings: hold("snap-2")}); err != nil {
		t.Fatal(err)
	}
	pass := model.Page{Scope: blocksHere, Kind: model.Snapshots, Last: true, At: time.Unix(1, 0), Snapshots: []*model.Snapshot{{ID: "snap-1"}, {ID: "snap-3"}}}
	failed := pass
	failed.Snapshots, failed.Err = nil, &model.OpError{Kind: model.Denied, Err: errDamage}
	images := model.Page{Scope: blocksHere, Kind: model.Images, Last: true, At: time.Unix(1, 0)}
	if err := s.Save(Batch{Passes: []model.Page{failed, images}}); err != nil {
		t.Fatal(err)
	}
	if got := loadBlocks(t, s, blocksHere); len(got.Holdings) != 3 || len(got.Changes) != 3 || len(got.Unfinished) != 1 {
		t.Errorf("a failed pass, or one over images, makes forget: %+v", got)
	}
	if err := s.Save(Batch{Passes: []model.Page{pass}}); err != nil {
		t.Fatal(err)
	}
	got := loadBlocks(t, s, blocksHere)
	if len(got.Holdings) != 2 || len(got.Changes) != 1 || got.Changes[0].From != "snap-1" || got.Changes[0].To != "snap-3" || len(got.Unfinished) != 0 {
		t.Errorf("left: %+v", got)
	}
	if got := loadBlocks(t, s, blocksThere); len(got.Holdings) != 1 {
		t.Errorf("another scope lost its own: %+v", got)
	}
}

// TestDamagedBlocksCountAsNone: bytes that are wrong, or of another scope.
func TestDamagedBlocksCountAsNone(t *testing.T) {
	s := blocksStore(t)
	b := Blocks{Scope: blocksHere, Holdings: []cost.Holding{{Snapshot: "snap-1", Blocks: run(0, 9)}, {Snapshot: "snap-2", Blocks: run(0, 9)}}}
	if err := s.SaveBlocks(b); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(s.Path(), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		bucket := s.world(tx).bucket.Bucket(measuredPart().bucket())
		first := blockKey(blocksHere, &measured{change: cost.Change{To: "snap-1"}})
		moved := slices.Clone(bucket.Get(first))
		if err := bucket.Put(blockKey(blocksThere, &measured{change: cost.Change{To: "snap-1"}}), moved); err != nil {
			return err
		}
		bad := slices.Clone(moved)
		bad[len(bad)-1] ^= 1
		return bucket.Put(first, bad)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	got := loadBlocks(t, s, blocksHere, blocksThere)
	if len(got.Holdings) != 1 || got.Holdings[0].Snapshot != "snap-2" {
		t.Errorf("%+v", got)
	}
}

// TestRunsOfBlocks writes any set and reads it, and takes no bytes for a set
// that Add could not have made.
func TestRunsOfBlocks(t *testing.T) {
	c := newCodec()
	p := measuredPart()
	rapid.Check(t, func(t *rapid.T) {
		set := func(name string) cost.Blocks {
			return cost.NewBlocks(rapid.SliceOfN(rapid.Int32Range(0, 2147483646), 0, 40).Draw(t, name)...)
		}
		want := &measured{cost.Change{From: rapid.String().Draw(t, "from"), To: "snap-1", Written: set("written"), Dropped: set("dropped")}, rapid.Int32().Draw(t, "next"), rapid.Bool().Draw(t, "done")}
		chunk, err := p.seal(c, blocksHere, time.Time{}, []*measured{want})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.openMeasured(blocksHere, chunk, &scratch{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(measured{})); diff != "" {
			t.Error(diff)
		}
	})
	for name, runs := range map[string]cost.Blocks{"empty": {{From: 3, To: 3}}, "touching": {{From: 0, To: 2}, {From: 2, To: 3}}, "backwards": {{From: 5, To: 6}, {From: 1, To: 2}}} {
		chunk, err := p.seal(c, blocksHere, time.Time{}, []*measured{{change: cost.Change{To: "snap-1", Written: runs}}})
		if err != nil {
			t.Fatal(err)
		}
		if m, err := c.openMeasured(blocksHere, chunk, &scratch{}); err == nil {
			t.Errorf("%s: read as %+v", name, m)
		}
	}
}
