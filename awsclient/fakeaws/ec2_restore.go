package fakeaws

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// restoreImage takes an image out of the Recycle Bin as it was when it went in:
// its tags, its permissions and its state (EBS user guide, considerations for
// Recycle Bin).
func (s *Server) restoreImage(_ context.Context, call Call, in *ec2.RestoreImageFromRecycleBinInput) (*ec2.RestoreImageFromRecycleBinOutput, error) {
	if aws.ToString(in.ImageId) == "" {
		return nil, missingParameter("ImageId")
	}
	ids, err := imageResource.parse([]string{*in.ImageId})
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	r := st.binnedImages.byID[ids[0]]
	if r == nil || here(call) != (place{r.Owner, r.Region}) {
		return nil, imageResource.missing([]string{*in.ImageId})
	}
	if err := st.mayRestore(r); err != nil {
		return nil, err
	}
	im := r.Image
	im.Tags = unmanaged(im.Tags)
	st.binnedImages.take(here(call), r)
	s.addImage(&im)
	return &ec2.RestoreImageFromRecycleBinOutput{Return: aws.Bool(true)}, nil
}

// mayRestore refuses an image whose snapshots are not all there, or whose name
// another one has taken. The codes are a guess: they are documented nowhere.
func (s *store) mayRestore(im *fleet.BinnedImage) error {
	for _, id := range im.Snapshots {
		if r := s.snapshots.byID[id]; r == nil || r.State != "completed" {
			return &Error{Code: "IncorrectState", Message: "The image '" + im.ID.Image() + "' can't be restored: its snapshot " + id.Snapshot() + " must be restored first"}
		}
	}
	return s.nameFree(place{im.Owner, im.Region}, im.Name)
}

// nameFree refuses a name that an image of the place has.
func (s *store) nameFree(at place, name string) error {
	id, taken := s.used().names[nameAt{at, name}]
	if !taken {
		return nil
	}
	return &Error{Code: "InvalidAMIName.Duplicate", Message: "AMI name " + name + " is already in use by AMI " + id.Image()}
}

// unmanaged are the tags of a thing for which AWS Backup cares no more.
func unmanaged(tags []fleet.Tag) []fleet.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t fleet.Tag) bool { return strings.HasPrefix(t.Key, backupTag) })
}

// restoreSnapshot takes a snapshot out of the Recycle Bin. A while later it can be
// used.
func (s *Server) restoreSnapshot(_ context.Context, call Call, in *ec2.RestoreSnapshotFromRecycleBinInput) (*ec2.RestoreSnapshotFromRecycleBinOutput, error) {
	if aws.ToString(in.SnapshotId) == "" {
		return nil, missingParameter("SnapshotId")
	}
	ids, err := snapshotResource.parse([]string{*in.SnapshotId})
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	b := st.binnedSnapshots.byID[ids[0]]
	if b == nil || here(call) != (place{b.Owner, b.Region}) {
		return nil, snapshotResource.missing([]string{*in.SnapshotId})
	}
	r := b.Snapshot
	r.Tags, r.State = unmanaged(r.Tags), string(types.SnapshotStateRecovering)
	st.binnedSnapshots.take(here(call), b)
	s.addSnapshot(&r)
	s.agenda.plan(s.later(s.options.Delays.Copying), func(st *store) { s.recovered(st, r.ID, b.State) })
	return &ec2.RestoreSnapshotFromRecycleBinOutput{
		Description: aws.String(r.Description), Encrypted: aws.Bool(r.KMSKey != ""), OwnerId: aws.String(r.Owner), Progress: aws.String(r.Progress),
		SnapshotId: aws.String(r.ID.Snapshot()), StartTime: instant(r.Start), State: types.SnapshotState(r.State),
		VolumeId: aws.String(r.Volume.Text(fleet.VolumePrefix)), VolumeSize: aws.Int32(r.Size.GiB),
	}, nil
}

// recovered gives a snapshot back the state that it had before it was deleted.
func (s *Server) recovered(st *store, id fleet.ID, state string) {
	if r := st.snapshots.byID[id]; r != nil && r.State == string(types.SnapshotStateRecovering) {
		note(s, &st.lateSnapshots, id, r)
		r.State = state
	}
}
