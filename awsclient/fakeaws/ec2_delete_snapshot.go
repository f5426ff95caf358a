package fakeaws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// deleteSnapshot takes a snapshot away, into the Recycle Bin where a rule keeps
// it. Any image that is made of it stands in the way, disabled ones too.
func (s *Server) deleteSnapshot(_ context.Context, call Call, in *ec2.DeleteSnapshotInput) (*ec2.DeleteSnapshotOutput, error) {
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	r, err := s.ownSnapshot(call, in.SnapshotId)
	if err != nil {
		return nil, err
	}
	if users := st.users(r.ID); len(users) > 0 {
		return nil, &Error{Code: "InvalidSnapshot.InUse", Message: "The snapshot " + r.ID.Snapshot() + " is currently in use by " + users[0].Image()}
	}
	if err := s.mayDelete(r); err != nil {
		return nil, err
	}
	s.throwSnapshot(r)
	return &ec2.DeleteSnapshotOutput{}, nil
}

// mayDelete refuses snapshots of AWS Backup and locked ones. The code for the
// latter is a guess: it is documented nowhere.
func (s *Server) mayDelete(r *fleet.Snapshot) error {
	if backedUp(r.Tags) {
		return &Error{Code: "InvalidParameterValue", Message: "This snapshot is managed by the AWS Backup service and cannot be deleted via EC2 APIs. If you wish to delete this snapshot, please do so via the Backup console."}
	}
	if lock := s.store().locks.byID[r.ID]; lock != nil && lock.Holds(s.present()) {
		return &Error{Code: "OperationNotPermitted", Message: "The snapshot " + r.ID.Snapshot() + " is locked and can't be deleted"}
	}
	return nil
}
