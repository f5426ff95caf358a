package fakeaws

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// handleDeeds registers what changes images and snapshots.
func (s *Server) handleDeeds() {
	Handle(s.mux, "EC2", "DeregisterImage", s.deregisterImage)
	Handle(s.mux, "EC2", "DeleteSnapshot", s.deleteSnapshot)
	Handle(s.mux, "EC2", "ModifyImageAttribute", s.modifyImageAttribute)
	Handle(s.mux, "EC2", "ResetImageAttribute", s.resetImageAttribute)
	Handle(s.mux, "EC2", "CancelImageLaunchPermission", s.cancelImageLaunchPermission)
	Handle(s.mux, "EC2", "ModifySnapshotAttribute", s.modifySnapshotAttribute)
	Handle(s.mux, "EC2", "EnableImageDeprecation", s.enableImageDeprecation)
	Handle(s.mux, "EC2", "DisableImageDeprecation", s.disableImageDeprecation)
	Handle(s.mux, "EC2", "EnableImage", s.enableImage)
	Handle(s.mux, "EC2", "DisableImage", s.disableImage)
	Handle(s.mux, "EC2", "EnableImageDeregistrationProtection", s.enableProtection)
	Handle(s.mux, "EC2", "DisableImageDeregistrationProtection", s.disableProtection)
	Handle(s.mux, "EC2", "CopyImage", s.copyImage)
	Handle(s.mux, "EC2", "RestoreImageFromRecycleBin", s.restoreImage)
	Handle(s.mux, "EC2", "RestoreSnapshotFromRecycleBin", s.restoreSnapshot)
}

// deeds is what callers have done, as far as records do not tell it.
type deeds struct {
	lateImages    late[fleet.Image]
	lateSnapshots late[fleet.Snapshot]
	uses          *uses              // nil: not looked up yet
	graves        map[fleet.ID]place // where images were that callers have deregistered
	tokens        map[tokenAt]tokenUse
	copies        map[place]int // that are under way to there

	reports shelves[*usageReport]
	made    int // reports, images and snapshots so far; ids are made of it
}

func newDeeds() deeds {
	return deeds{
		graves: map[fleet.ID]place{}, tokens: map[tokenAt]tokenUse{}, copies: map[place]int{},
		reports: newShelves(func(r *usageReport) fleet.ID { return r.id }),
	}
}

// uses tells what stands in the way of a deed without a look at all images.
type uses struct {
	images map[fleet.ID][]fleet.ID // made of a snapshot
	names  map[nameAt]fleet.ID     // of images
}

type nameAt struct {
	place
	name string
}

// used looks up what uses what, when it is first asked for.
func (s *store) used() *uses {
	if s.uses != nil {
		return s.uses
	}
	s.uses = &uses{images: map[fleet.ID][]fleet.ID{}, names: map[nameAt]fleet.ID{}}
	for _, im := range s.images.byID {
		s.uses.add(im)
	}
	return s.uses
}

func (u *uses) add(im *fleet.Image) {
	for _, id := range im.Snapshots {
		u.images[id] = append(u.images[id], im.ID)
	}
	if im.Name != "" {
		u.names[nameAt{place{im.Owner, im.Region}, im.Name}] = im.ID
	}
}

// drop forgets what an image uses, but not its name: EC2 gives that to others a
// while later.
func (u *uses) drop(im *fleet.Image) {
	for _, id := range im.Snapshots {
		u.images[id] = slices.DeleteFunc(u.images[id], func(user fleet.ID) bool { return user == im.ID })
		if len(u.images[id]) == 0 {
			delete(u.images, id)
		}
	}
}

// users are the images that are made of a snapshot, in order of their ids.
func (s *store) users(snapshot fleet.ID) []fleet.ID {
	return slices.Sorted(slices.Values(s.used().images[snapshot]))
}

// addImage takes in an image.
func (s *Server) addImage(im *fleet.Image) {
	st := s.store()
	note(s, &st.lateImages, im.ID, nil)
	st.used().add(im)
	st.images.put(place{im.Owner, im.Region}, im, len(im.Permissions) > 0)
	delete(st.graves, im.ID)
}

// dropImage takes out an image. Its name is free when lists do not tell of it any
// more.
func (s *Server) dropImage(im *fleet.Image) {
	st, at := s.store(), place{im.Owner, im.Region}
	note(s, &st.lateImages, im.ID, im)
	st.used().drop(im)
	st.images.take(at, im)
	st.graves[im.ID] = at
	id, name := im.ID, nameAt{at, im.Name}
	free := func(st *store) {
		if u := st.used(); u.names[name] == id {
			delete(u.names, name)
		}
	}
	if s.options.Delays.Lag > 0 {
		s.agenda.plan(s.later(s.options.Delays.Lag), free)
		return
	}
	free(st)
}

func (s *Server) addSnapshot(r *fleet.Snapshot) {
	st := s.store()
	note(s, &st.lateSnapshots, r.ID, nil)
	st.snapshots.put(place{r.Owner, r.Region}, r, len(r.Permissions) > 0)
}

func (s *Server) dropSnapshot(r *fleet.Snapshot) {
	st := s.store()
	note(s, &st.lateSnapshots, r.ID, r)
	st.snapshots.take(place{r.Owner, r.Region}, r)
}

// newID makes an id that no other call is given.
func (s *store) newID(kind string) fleet.ID {
	s.made++
	return textID(kind, strconv.Itoa(s.made)) | 1<<40
}

// ownImage finds the image that a call is to change, which its owner alone may.
func (s *Server) ownImage(call Call, text *string) (*fleet.Image, error) {
	if aws.ToString(text) == "" {
		return nil, missingParameter("ImageId")
	}
	ids, err := imageResource.parse([]string{*text})
	if err != nil {
		return nil, err
	}
	st := s.store()
	im, v := st.images.byID[ids[0]], s.viewer(call.Account)
	switch {
	case st.graves[ids[0]] == here(call):
		return nil, unavailable(ids[0], "is no longer available")
	case im == nil || im.Region != call.Region || !v.sees(im):
		return nil, imageResource.missing([]string{*text})
	case im.Owner != call.Account:
		return nil, notAuthorized("image", *text)
	}
	return im, nil
}

// unavailable refuses an image that is gone, or in a state that bars a deed.
func unavailable(id fleet.ID, why string) error {
	return &Error{Code: "InvalidAMIID.Unavailable", Message: "The image ID '" + id.Image() + "' " + why}
}

// ownSnapshot finds the snapshot that a call is to change, which its owner alone
// may. The code for one that others have shared is a guess from that of images.
func (s *Server) ownSnapshot(call Call, text *string) (*fleet.Snapshot, error) {
	if aws.ToString(text) == "" {
		return nil, missingParameter("SnapshotId")
	}
	ids, err := snapshotResource.parse([]string{*text})
	if err != nil {
		return nil, err
	}
	r := s.store().snapshots.byID[ids[0]]
	switch {
	case r == nil || r.Region != call.Region || r.Owner != call.Account && !s.viewer(call.Account).may(r.Permissions):
		return nil, snapshotResource.missing([]string{*text})
	case r.Owner != call.Account:
		return nil, notAuthorized("snapshot", *text)
	}
	return r, nil
}
