package fakeaws

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// modifySnapshotAttribute shares a snapshot, or no longer: it adds or removes, but
// not both in one call.
func (s *Server) modifySnapshotAttribute(_ context.Context, call Call, in *ec2.ModifySnapshotAttributeInput) (*ec2.ModifySnapshotAttributeOutput, error) {
	c, err := volumeChange(in)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	r, err := s.ownSnapshot(call, in.SnapshotId)
	if err == nil && len(c.add) > 0 {
		err = s.mayShareSnapshot(r, c.add)
	}
	if err != nil {
		return nil, err
	}
	note(s, &st.lateSnapshots, r.ID, r)
	r.Permissions = c.of(r.Permissions)
	st.snapshots.expose(r.Region, r, len(r.Permissions) > 0)
	return &ec2.ModifySnapshotAttributeOutput{}, nil
}

// mayShareSnapshot refuses to share what cannot be shared (EBS user guide,
// ebs-modifying-snapshot-permissions and snapshot-archive). But for the default
// key, the codes are guesses.
func (s *Server) mayShareSnapshot(r *fleet.Snapshot, with []fleet.Permission) error {
	public := slices.Contains(with, fleet.Permission{Group: everybody})
	switch {
	case r.KMSKey == fleet.ManagedKey(r.Owner, r.Region):
		return &Error{Code: "OperationNotPermitted", Message: "Encrypted snapshots with EBS default key cannot be shared"}
	case r.Tier == archiveTier:
		return &Error{Code: "IncorrectState", Message: "The snapshot " + r.ID.Snapshot() + " is archived and can't be shared"}
	case public && r.KMSKey != "":
		return &Error{Code: "OperationNotPermitted", Message: "Encrypted snapshots can't be shared publicly"}
	case public && s.store().settingsOf(place{r.Owner, r.Region}).SnapshotBlock != unblocked:
		return &Error{Code: "OperationNotPermitted", Message: "You can't publicly share this snapshot because block public access for snapshots is enabled"}
	}
	return nil
}

// volumeChange reads a change of create-volume permissions, in its two forms.
func volumeChange(in *ec2.ModifySnapshotAttributeInput) (permissionChange, error) {
	if in.Attribute != "" && in.Attribute != types.SnapshotAttributeNameCreateVolumePermission {
		return permissionChange{}, badValue("attribute", string(in.Attribute))
	}
	var add, remove []types.CreateVolumePermission
	switch listed := listedVolumePermissions(in); {
	case in.CreateVolumePermission != nil:
		add, remove = in.CreateVolumePermission.Add, in.CreateVolumePermission.Remove
	case in.OperationType == types.OperationTypeAdd:
		add = listed
	case in.OperationType == types.OperationTypeRemove:
		remove = listed
	default:
		return permissionChange{}, badValue("operationType", string(in.OperationType))
	}
	switch n := len(add) + len(remove); {
	case n == 0:
		return permissionChange{}, missingParameter("createVolumePermission")
	case len(add) > 0 && len(remove) > 0:
		return permissionChange{}, &Error{Code: "InvalidParameterCombination", Message: "Permissions can't be added and removed in the same request"}
	case n > maxVolumeChanges:
		return permissionChange{}, tooMany("CreateVolumePermission", n, maxVolumeChanges)
	}
	c, err := permissionChange{}, error(nil)
	if c.add, err = readVolumePermissions(add); err == nil {
		c.remove, err = readVolumePermissions(remove)
	}
	return c, err
}

func listedVolumePermissions(in *ec2.ModifySnapshotAttributeInput) []types.CreateVolumePermission {
	var out []types.CreateVolumePermission
	for _, id := range in.UserIds {
		out = append(out, types.CreateVolumePermission{UserId: aws.String(id)})
	}
	for _, g := range in.GroupNames {
		out = append(out, types.CreateVolumePermission{Group: types.PermissionGroup(g)})
	}
	return out
}

func readVolumePermissions(in []types.CreateVolumePermission) ([]fleet.Permission, error) {
	var out []fleet.Permission
	for _, p := range in {
		one := fleet.Permission{Group: string(p.Group), Account: aws.ToString(p.UserId)}
		switch {
		case one.Group != "" && (one.Account != "" || one.Group != everybody):
			return nil, badValue("group", one.Group)
		case one.Group == "" && !isAccountID(one.Account):
			return nil, &Error{Code: "InvalidUserID.Malformed", Message: fmt.Sprintf("Invalid user id: %q", one.Account)}
		}
		out = append(out, one)
	}
	return out, nil
}
