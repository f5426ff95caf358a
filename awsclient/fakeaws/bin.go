package fakeaws

import (
	"slices"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What retention rules of the Recycle Bin are for.
const (
	binImages    = "EC2_IMAGE"
	binSnapshots = "EBS_SNAPSHOT"
)

// retained tells until when the Recycle Bin keeps a thing that is deleted now;
// zero: it does not. Of several rules the longest counts (EBS user guide,
// considerations for Recycle Bin).
func (s *Server) retained(at place, resource string, tags []fleet.Tag) fleet.Time {
	days := int32(0)
	for _, r := range s.store().binRules.own[at] {
		if r.Resource == resource && r.State == "available" && keeps(r, tags) {
			days = max(days, r.Days)
		}
	}
	if days == 0 {
		return 0
	}
	return s.later(time.Duration(days) * 24 * time.Hour)
}

// keeps reports whether a rule is for a thing with tags: by one of the rule's
// tags, or as a rule for the region, unless one of its exceptions is among them.
func keeps(r *fleet.BinRule, tags []fleet.Tag) bool {
	among := func(t fleet.Tag) bool { return slices.Contains(tags, t) }
	if len(r.Tags) > 0 {
		return slices.ContainsFunc(r.Tags, among)
	}
	return !slices.ContainsFunc(r.Except, among)
}

// throwImage takes an image out, into the bin if a rule keeps it: that is for
// images of EBS, and, so far a guess, for those that were ever complete. With a
// copy that has not ended go the snapshots that it was making.
func (s *Server) throwImage(im *fleet.Image) {
	st, at := s.store(), place{im.Owner, im.Region}
	s.dropImage(im)
	st.disableFastLaunch(im, s.present())
	switch exits := s.retained(at, binImages, im.Tags); {
	case im.Life.State == "pending":
		s.abandon(im)
	case exits != 0 && im.Machine.RootType == "ebs" && im.Life.State != "failed":
		st.binnedImages.put(at, &fleet.BinnedImage{Image: *im, Entered: s.present(), Exits: exits}, false)
		s.agenda.plan(exits, func(st *store) {
			expire(&st.binnedImages, at, im.ID, func(r *fleet.BinnedImage) bool { return r.Exits == exits })
		})
	}
}

// abandon ends the copying of an image's snapshots.
func (s *Server) abandon(im *fleet.Image) {
	st := s.store()
	for _, id := range im.Snapshots {
		if r := st.snapshots.byID[id]; r != nil && r.State == "pending" && len(st.users(id)) == 0 {
			s.dropSnapshot(r)
		}
	}
}

// throwSnapshot takes a snapshot out, into the bin if a rule keeps it.
func (s *Server) throwSnapshot(r *fleet.Snapshot) {
	st, at := s.store(), place{r.Owner, r.Region}
	s.dropSnapshot(r)
	st.disableFastRestores(r, s.present())
	if exits := s.retained(at, binSnapshots, r.Tags); exits != 0 {
		st.binnedSnapshots.put(at, &fleet.BinnedSnapshot{Snapshot: *r, Entered: s.present(), Exits: exits}, false)
		s.agenda.plan(exits, func(st *store) {
			expire(&st.binnedSnapshots, at, r.ID, func(r *fleet.BinnedSnapshot) bool { return r.Exits == exits })
		})
	}
}

// expire empties the bin of what has been in it since then.
func expire[R any](bin *shelves[*R], at place, id fleet.ID, since func(*R) bool) {
	if r := bin.byID[id]; r != nil && since(r) {
		bin.take(at, r)
	}
}

// disableFastLaunch ends Fast Launch of an image that is gone.
func (s *store) disableFastLaunch(im *fleet.Image, now fleet.Time) {
	at := place{im.Owner, im.Region}
	if r := s.fastLaunches.byID[nameID(at, im.ID.Image())]; r != nil && r.State == "enabled" {
		r.State, r.Since = "disabling", now
	}
}

// disableFastRestores ends Fast Snapshot Restore of a snapshot that is gone.
func (s *store) disableFastRestores(snapshot *fleet.Snapshot, now fleet.Time) {
	for _, r := range s.fastRestores.own[place{snapshot.Owner, snapshot.Region}] {
		if r.Snapshot == snapshot.ID && r.State != "disabled" {
			r.State, r.Since = "disabled", now
		}
	}
}
