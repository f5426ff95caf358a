package fakeaws

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// deregisterImage takes an image away, into the Recycle Bin where a rule keeps
// it. What becomes of its snapshots does not fail the call.
func (s *Server) deregisterImage(_ context.Context, call Call, in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, error) {
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	im, err := s.ownImage(call, in.ImageId)
	if err != nil {
		return nil, err
	}
	if err := s.mayDeregister(im); err != nil {
		return nil, err
	}
	s.throwImage(im)
	out := &ec2.DeregisterImageOutput{Return: aws.Bool(true)}
	if aws.ToBool(in.DeleteAssociatedSnapshots) {
		out.DeleteSnapshotResults = s.deleteAssociated(call, im.Snapshots)
	}
	return out, nil
}

// mayDeregister refuses images that are protected, or were until less than a day
// ago, and those of AWS Backup. The code of the former is a guess: it is
// documented nowhere.
func (s *Server) mayDeregister(im *fleet.Image) error {
	switch {
	case strings.HasPrefix(im.Life.Protection, protected):
		return &Error{Code: "OperationNotPermitted", Message: "The image '" + im.ID.Image() + "' has deregistration protection enabled and can't be deregistered"}
	case s.present() < im.Life.Cooldown:
		return &Error{Code: "OperationNotPermitted", Message: "The image '" + im.ID.Image() + "' is in the cooldown period of its deregistration protection, which ends at " + im.Life.Cooldown.String()}
	case backedUp(im.Tags):
		return &Error{"AuthFailure", "This image is managed by AWS Backup and cannot be deleted via EC2 APIs. To delete this image, please use the AWS Backup APIs, CLI, or console.", http.StatusForbidden}
	}
	return nil
}

const (
	protected   = "enabled" // begins what DeregistrationProtection says of a protected image
	unprotected = "disabled"
	backupTag   = "aws:backup:" // begins the keys of the tags that AWS Backup sets
)

// backedUp reports whether AWS Backup manages a thing: it tags what it makes.
func backedUp(tags []fleet.Tag) bool {
	return slices.ContainsFunc(tags, func(t fleet.Tag) bool { return strings.HasPrefix(t.Key, backupTag) })
}

// deleteAssociated deletes the snapshots of an image that was deregistered, each
// as far as it goes.
func (s *Server) deleteAssociated(call Call, snapshots []fleet.ID) []types.DeleteSnapshotReturnCode {
	var out []types.DeleteSnapshotReturnCode
	for i, id := range snapshots {
		if !slices.Contains(snapshots[:i], id) { // two devices may be made of one
			out = append(out, types.DeleteSnapshotReturnCode{SnapshotId: aws.String(id.Snapshot()), ReturnCode: s.deleteOne(call, id)})
		}
	}
	return out
}

func (s *Server) deleteOne(call Call, id fleet.ID) types.SnapshotReturnCodes {
	deletion := Call{Service: "EC2", Operation: "DeleteSnapshot", Account: call.Account, Region: call.Region, AccessKey: call.AccessKey, Serial: call.Serial}
	r := s.store().snapshots.byID[id]
	switch {
	case s.forbids(deletion):
		return types.SnapshotReturnCodesErrorMissingPermissions
	case len(s.store().users(id)) > 0:
		return types.SnapshotReturnCodesWarnSkipped
	case slices.ContainsFunc(s.befallen(deletion), func(f Fault) bool { return f.Kind == FaultServer }):
		return types.SnapshotReturnCodesErrorCodeInternalError
	case r == nil || r.Owner != call.Account || s.mayDelete(r) != nil:
		return types.SnapshotReturnCodesErrorCodeClientError
	}
	s.throwSnapshot(r)
	return types.SnapshotReturnCodesSuccess
}

// haunts reports whether a caller still has instances of an image that was
// deregistered: then asking for it by its id is no error yet.
func (s *store) haunts(call Call, image fleet.ID) bool {
	at, buried := s.graves[image]
	return buried && at.region == call.Region && slices.ContainsFunc(s.instances.own[here(call)], func(r *fleet.Instance) bool {
		return r.Image == image && r.State != "terminated"
	})
}
