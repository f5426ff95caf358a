package fakeaws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// describeSnapshotAttribute tells one attribute of one snapshot, to its owner
// alone.
func (s *Server) describeSnapshotAttribute(_ context.Context, call Call, in *ec2.DescribeSnapshotAttributeInput) (*ec2.DescribeSnapshotAttributeOutput, error) {
	text := aws.ToString(in.SnapshotId)
	ids, err := snapshotResource.parse([]string{text})
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	r := s.store().snapshots.byID[ids[0]]
	switch {
	case r == nil || r.Region != call.Region:
		return nil, snapshotResource.missing([]string{text})
	case r.Owner != call.Account:
		return nil, notAuthorized("snapshot", text)
	}
	out := &ec2.DescribeSnapshotAttributeOutput{SnapshotId: &text}
	switch in.Attribute {
	case types.SnapshotAttributeNameCreateVolumePermission:
		out.CreateVolumePermissions = volumePermissions(r.Permissions)
	case types.SnapshotAttributeNameProductCodes: // none here has any
	default:
		return nil, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Value (%s) for parameter attribute is invalid. Unknown attribute.", in.Attribute)}
	}
	return out, nil
}

func volumePermissions(in []fleet.Permission) []types.CreateVolumePermission {
	out := make([]types.CreateVolumePermission, len(in))
	for i, p := range in {
		out[i] = types.CreateVolumePermission{Group: types.PermissionGroup(p.Group), UserId: text(p.Account)}
	}
	return out
}
