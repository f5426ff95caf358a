package fakeaws

import (
	"cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// charges is what costs accounts besides images and snapshots, or keeps them from
// deleting some. What is in the Recycle Bin is here and nowhere else: no other
// call tells it.
type charges struct {
	binnedImages    shelves[*fleet.BinnedImage]
	binnedSnapshots shelves[*fleet.BinnedSnapshot]
	binRules        shelves[*fleet.BinRule]
	fastRestores    shelves[*fleet.FastRestore]
	fastLaunches    shelves[*fleet.FastLaunch]
	locks           shelves[*fleet.Lock] // by the ids of their snapshots
}

func charge(f *fleet.Fleet) charges {
	return charges{
		binnedImages: shelve(f.BinnedImages, func(r *fleet.BinnedImage) fleet.ID { return r.ID },
			func(r *fleet.BinnedImage) place { return place{r.Owner, r.Region} }, nil),
		binnedSnapshots: shelve(f.BinnedSnapshots, func(r *fleet.BinnedSnapshot) fleet.ID { return r.ID },
			func(r *fleet.BinnedSnapshot) place { return place{r.Owner, r.Region} }, nil),
		binRules: shelve(f.BinRules, func(r *fleet.BinRule) fleet.ID { return textID(r.ID) },
			func(r *fleet.BinRule) place { return place{r.Owner, r.Region} }, nil),
		fastRestores: named(f.FastRestores, func(r *fleet.FastRestore) (place, []string) {
			return place{r.Owner, r.Region}, []string{r.Snapshot.Snapshot(), r.Zone}
		}),
		fastLaunches: named(f.FastLaunches, func(r *fleet.FastLaunch) (place, []string) {
			return place{r.Owner, r.Region}, []string{r.Image.Image()}
		}),
		locks: shelve(f.Locks, func(r *fleet.Lock) fleet.ID { return r.Snapshot },
			func(r *fleet.Lock) place { return place{r.Owner, r.Region} }, nil),
	}
}

// completeCharges fills in what hand-made records may leave out.
func completeCharges(f *fleet.Fleet) {
	for i := range f.BinnedImages {
		completeImage(&f.BinnedImages[i].Image)
	}
	for i := range f.BinRules {
		f.BinRules[i].State = cmp.Or(f.BinRules[i].State, "available")
	}
	for i := range f.FastRestores {
		f.FastRestores[i].State = cmp.Or(f.FastRestores[i].State, "enabled")
	}
	for i := range f.FastLaunches {
		f.FastLaunches[i].State = cmp.Or(f.FastLaunches[i].State, "enabled")
	}
}

// handleCharges registers what tells of these.
func (s *Server) handleCharges() {
	Handle(s.mux, "EC2", "ListSnapshotsInRecycleBin", s.listSnapshotsInRecycleBin)
	Handle(s.mux, "EC2", "ListImagesInRecycleBin", s.listImagesInRecycleBin)
	Handle(s.mux, "EC2", "DescribeFastSnapshotRestores", s.describeFastSnapshotRestores)
	Handle(s.mux, "EC2", "DescribeFastLaunchImages", s.describeFastLaunchImages)
	Handle(s.mux, "rbin", "ListRules", s.listBinRules)
	Handle(s.mux, "rbin", "GetRule", s.getBinRule)
}
