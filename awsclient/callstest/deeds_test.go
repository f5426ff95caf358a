package callstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Images that deeds need besides, and what is in the Recycle Bin.
const (
	disabledID, protectedID, binnedID, binnedDiskID, spareID fleet.ID = 0xd15, 0x9207, 0xb14, 0xb15, 0x59a
	sharedWith                                                        = "123456789012"
)

// toBeChanged puts into a world what deeds need.
func toBeChanged(f *fleet.Fleet, owner, region string) {
	image := func(id fleet.ID, name string, life fleet.Life) fleet.Image {
		return fleet.Image{ID: id, Owner: owner, Region: region, Name: name, Life: life, Tags: []fleet.Tag{{Key: "team", Value: "a"}}}
	}
	f.Images = append(f.Images, image(disabledID, "disabled", fleet.Life{State: "disabled"}), image(protectedID, "protected", fleet.Life{Protection: "enabled-without-cooldown"}))
	disk := fleet.Snapshot{Owner: owner, Region: region, State: "completed", Tier: "standard", Volume: 0x2, Size: fleet.Size{GiB: 1}}
	spare, lost := disk, disk
	spare.ID, lost.ID = spareID, binnedDiskID
	f.Snapshots = append(f.Snapshots, spare)
	exits := fleet.Time(fleet.Epoch.Add(100 * 24 * time.Hour).UnixMilli())
	f.BinnedImages = []fleet.BinnedImage{{Image: image(binnedID, "binned", fleet.Life{}), Exits: exits}}
	f.BinnedSnapshots = []fleet.BinnedSnapshot{{Snapshot: lost, Exits: exits}}
}

// deed is a scenario of one call that changes something, which needs no other.
func deed(name, api, input string) scenario {
	return scenario{name: name, group: calls.Write, calls: []string{api}, run: func(ctx context.Context, s *stage) error {
		_, err := s.change(ctx, api, input)
		return err
	}}
}

// change makes a call as plans do: asked for first, and then made. REGION in its
// input is the stage's.
func (s *stage) change(ctx context.Context, api, input string) (plan.Answer, error) {
	call := plan.Call{API: api, Input: json.RawMessage(strings.ReplaceAll(input, "REGION", s.scope.Region))}
	_, dry := s.client.Call(ctx, s.scope, call, "", true)
	a, err := s.client.Call(ctx, s.scope, call, "", false)
	if (dry == nil) != (err == nil) {
		return a, fmt.Errorf("the dry run of %s: %w; the call: %w", api, dry, err)
	}
	return a, err
}

// deeds are the calls that change images and their snapshots.
func deeds() []scenario {
	about := func(id fleet.ID) string { return `{"ImageId":"` + id.Image() + `"}` }
	image, disk := imageID.Image(), firstID.Snapshot()
	return []scenario{
		deed("copying", "ec2:CopyImage", `{"SourceRegion":"REGION","SourceImageId":"`+protectedID.Image()+`","Name":"copy"}`),
		{name: "copying with tags", group: calls.Write, calls: []string{"ec2:CopyImage"}, behind: []string{"ec2:CreateTags"}, run: func(ctx context.Context, s *stage) error {
			_, err := s.change(ctx, "ec2:CopyImage", `{"SourceRegion":"REGION","SourceImageId":"`+protectedID.Image()+`","Name":"copy","CopyImageTags":true}`)
			return err
		}},
		{
			name: "copying what is encrypted with a key of one's own", group: calls.Keys, calls: []string{"ec2:CopyImage", "ec2:DescribeImages"}, run: copiedWhole,
			behind: []string{"kms:DescribeKey", "kms:Decrypt", "kms:CreateGrant", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
		},
		deed("deleting an image", "ec2:DeregisterImage", about(imageID)),
		{name: "deleting an image with its snapshots", group: calls.Write, calls: []string{"ec2:DeregisterImage"}, behind: []string{"ec2:DeleteSnapshot"}, run: deletedWhole},
		deed("deleting a snapshot", "ec2:DeleteSnapshot", `{"SnapshotId":"`+spareID.Snapshot()+`"}`),
		deed("sharing an image", "ec2:ModifyImageAttribute", `{"ImageId":"`+image+`","LaunchPermission":{"Add":[{"UserId":"`+sharedWith+`"}]}}`),
		deed("sharing a snapshot", "ec2:ModifySnapshotAttribute", `{"SnapshotId":"`+disk+`","Attribute":"createVolumePermission","OperationType":"add","UserIds":["`+sharedWith+`"]}`),
		deed("deprecating", "ec2:EnableImageDeprecation", `{"ImageId":"`+image+`","DeprecateAt":"`+time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339)+`"}`),
		deed("lifting a deprecation", "ec2:DisableImageDeprecation", about(imageID)),
		deed("disabling", "ec2:DisableImage", about(imageID)),
		deed("enabling", "ec2:EnableImage", about(disabledID)),
		deed("protecting", "ec2:EnableImageDeregistrationProtection", about(imageID)),
		deed("unprotecting", "ec2:DisableImageDeregistrationProtection", about(protectedID)),
		deed("tagging", "ec2:CreateTags", `{"Resources":["`+image+`"],"Tags":[{"Key":"env","Value":"prod"}]}`),
		deed("untagging", "ec2:DeleteTags", `{"Resources":["`+disabledID.Image()+`"],"Tags":[{"Key":"team"}]}`),
		deed("restoring a snapshot", "ec2:RestoreSnapshotFromRecycleBin", `{"SnapshotId":"`+binnedDiskID.Snapshot()+`"}`),
		deed("restoring an image", "ec2:RestoreImageFromRecycleBin", about(binnedID)),
	}
}

// deletedWhole wants the snapshots gone with their image.
func deletedWhole(ctx context.Context, s *stage) error {
	a, err := s.change(ctx, "ec2:DeregisterImage", `{"ImageId":"`+imageID.Image()+`","DeleteAssociatedSnapshots":true}`)
	if err == nil && a.Result.Snapshots[firstID.Snapshot()] != "success" {
		err = errors.New("ec2:DeleteSnapshot: " + a.Result.Snapshots[firstID.Snapshot()])
	}
	return err
}

// copiedWhole waits for a copy: AWS looks at keys while it makes it.
func copiedWhole(ctx context.Context, s *stage) error {
	a, err := s.change(ctx, "ec2:CopyImage", `{"SourceRegion":"REGION","SourceImageId":"`+imageID.Image()+`","Name":"copy"}`)
	if err != nil {
		return err
	}
	for range 100_000 {
		r, err := s.client.Reread(ctx, model.Look{Scope: s.scope, Images: []string{a.Result.Image}})
		switch {
		case err != nil:
			return err
		case len(r.Images) == 1 && r.Images[0].State == "failed":
			return errors.New(r.Images[0].Detail.Traits.Value().StateReason)
		case len(r.Images) == 1 && r.Images[0].State == "available":
			return nil
		}
	}
	return errors.New("the copy is never made")
}
