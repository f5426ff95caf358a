package fakeaws

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// modifySnapshot changes the disk of the image known.
func modifySnapshot(t *testing.T, s *Server, account string, in ec2.ModifySnapshotAttributeInput) error {
	t.Helper()
	if in.SnapshotId == nil {
		in.SnapshotId = aws.String(disk.Snapshot())
	}
	_, err := ec2Client(s, account, home).ModifySnapshotAttribute(t.Context(), &in)
	return err
}

func volumeUsers(t *testing.T, s *Server, owner string) []string {
	t.Helper()
	out, err := ec2Client(s, owner, home).DescribeSnapshotAttribute(t.Context(), &ec2.DescribeSnapshotAttributeInput{SnapshotId: aws.String(disk.Snapshot()), Attribute: "createVolumePermission"})
	if err != nil {
		t.Fatal(err)
	}
	return each(out.CreateVolumePermissions, func(p types.CreateVolumePermission) string { return string(p.Group) + aws.ToString(p.UserId) })
}

func TestShareAndUnshareSnapshots(t *testing.T) {
	s, _, owner, other := deedWorld(Options{}, nil)
	list := []types.CreateVolumePermission{{UserId: &other}, {Group: "all"}}
	forms := map[string][2]ec2.ModifySnapshotAttributeInput{
		"modifications": {
			{CreateVolumePermission: &types.CreateVolumePermissionModifications{Add: list}},
			{CreateVolumePermission: &types.CreateVolumePermissionModifications{Remove: list}},
		},
		"lists": {
			{Attribute: "createVolumePermission", OperationType: "add", UserIds: []string{other}, GroupNames: []string{"all"}},
			{Attribute: "createVolumePermission", OperationType: "remove", UserIds: []string{other}, GroupNames: []string{"all"}},
		},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			before, theirs := told(t, s, owner), told(t, s, other)
			if err := modifySnapshot(t, s, owner, form[0]); err != nil {
				t.Fatal(err)
			}
			if got := volumeUsers(t, s, owner); !slices.Equal(got, []string{other, "all"}) {
				t.Errorf("shared with %v", got)
			}
			if got := describeSnapshots(t, ec2Client(s, other, home), ec2.DescribeSnapshotsInput{SnapshotIds: []string{disk.Snapshot()}}); len(got) != 1 {
				t.Errorf("the other account sees %v", got)
			}
			if err := modifySnapshot(t, s, owner, form[1]); err != nil {
				t.Fatal(err)
			}
			if got := volumeUsers(t, s, owner); len(got) != 0 {
				t.Errorf("still shared with %v", got)
			}
			equal(t, "what the owner is told", before, told(t, s, owner))
			equal(t, "what the other account is told", theirs, told(t, s, other))
		})
	}
}

func TestModifySnapshotAttributeIsRefused(t *testing.T) {
	with := func(id string, p ...types.CreateVolumePermission) ec2.ModifySnapshotAttributeInput {
		return ec2.ModifySnapshotAttributeInput{SnapshotId: &id, CreateVolumePermission: &types.CreateVolumePermissionModifications{Add: p}}
	}
	user := types.CreateVolumePermission{UserId: aws.String("999988887777")}
	all := types.CreateVolumePermission{Group: "all"}
	change := func(f func(r *fleet.Snapshot, owner string)) func(*fleet.Fleet, string, string) {
		return func(w *fleet.Fleet, owner, _ string) { f(&w.Snapshots[0], owner) }
	}
	own := disk.Snapshot()
	for name, c := range map[string]struct {
		world func(*fleet.Fleet, string, string)
		in    ec2.ModifySnapshotAttributeInput
		code  string
	}{
		"unknown":           {nil, with("snap-0ffffffffffffffff", user), "InvalidSnapshot.NotFound"},
		"malformed":         {nil, with("snap-1", user), "InvalidSnapshotID.Malformed"},
		"nothing":           {nil, ec2.ModifySnapshotAttributeInput{OperationType: "add"}, "MissingParameter"},
		"a bad account":     {nil, with(own, types.CreateVolumePermission{UserId: aws.String("x")}), "InvalidUserID.Malformed"},
		"a bad group":       {nil, with(own, types.CreateVolumePermission{Group: "some"}), "InvalidParameterValue"},
		"other attributes":  {nil, ec2.ModifySnapshotAttributeInput{Attribute: "productCodes", OperationType: "add", UserIds: []string{"999988887777"}}, "InvalidParameterValue"},
		"no operation":      {nil, ec2.ModifySnapshotAttributeInput{UserIds: []string{"999988887777"}}, "InvalidParameterValue"},
		"501 changes":       {nil, with(own, slices.Repeat([]types.CreateVolumePermission{user}, 501)...), "InvalidParameterValue"},
		"both ways":         {nil, ec2.ModifySnapshotAttributeInput{CreateVolumePermission: &types.CreateVolumePermissionModifications{Add: []types.CreateVolumePermission{user}, Remove: []types.CreateVolumePermission{all}}}, "InvalidParameterCombination"},
		"AWS's key":         {change(func(r *fleet.Snapshot, owner string) { r.KMSKey = fleet.ManagedKey(owner, home) }), with(own, user), "OperationNotPermitted"},
		"public, encrypted": {change(func(r *fleet.Snapshot, _ string) { r.KMSKey = "arn:aws:kms:::key/x" }), with(own, all), "OperationNotPermitted"},
		"archived":          {change(func(r *fleet.Snapshot, _ string) { r.Tier = "archive" }), with(own, user), "IncorrectState"},
		"public where closed": {func(w *fleet.Fleet, owner, _ string) {
			w.Settings = []fleet.Settings{{Owner: owner, Region: home, SnapshotBlock: "block-new-sharing"}}
		}, with(own, all), "OperationNotPermitted"},
	} {
		wantRefusals(t, map[string]refusal{name: {c.world, func(t *testing.T, s *Server, owner, _ string) error { return modifySnapshot(t, s, owner, c.in) }, c.code}})
	}
	wantRefusals(t, map[string]refusal{
		"another's": {nil, func(t *testing.T, s *Server, _, other string) error {
			return modifySnapshot(t, s, other, with(spare.Snapshot(), user))
		}, "AuthFailure"},
	})
}
