package fakeaws

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// TestSettingsAreOfAnAccountAndRegion: who has set nothing has what AWS has.
func TestSettingsAreOfAnAccountAndRegion(t *testing.T) {
	s, owner, other := world(Options{}, func(w *fleet.Fleet, owner, _ string) {
		w.Settings = []fleet.Settings{{
			Owner: owner, Region: home, ImageBlock: "block-new-sharing", SnapshotBlock: "block-all-sharing", Encrypts: true, ByPolicy: true,
			AllowedImages: "audit-mode", Criteria: []fleet.Criterion{{Providers: []string{"amazon"}, Names: []string{"al2023-*"}, MaxAge: 300}},
		}}
	})
	for account, want := range map[string]struct {
		image, snapshot, allowed string
		by                       types.ManagedBy
		encrypts                 bool
		criteria                 []types.ImageCriterion
	}{
		owner: {"block-new-sharing", "block-all-sharing", "audit-mode", types.ManagedByDeclarativePolicy, true, []types.ImageCriterion{{
			ImageProviders: []string{"amazon"}, ImageNames: []string{"al2023-*"},
			CreationDateCondition: &types.CreationDateCondition{MaximumDaysSinceCreated: aws.Int32(300)},
		}}},
		other: {"unblocked", "unblocked", "disabled", types.ManagedByAccount, false, nil},
	} {
		c := ec2Client(s, account, home)
		image, err := c.GetImageBlockPublicAccessState(t.Context(), &ec2.GetImageBlockPublicAccessStateInput{})
		if err != nil || aws.ToString(image.ImageBlockPublicAccessState) != want.image || image.ManagedBy != want.by {
			t.Errorf("images: %+v, %v", image, err)
		}
		snapshot, err := c.GetSnapshotBlockPublicAccessState(t.Context(), &ec2.GetSnapshotBlockPublicAccessStateInput{})
		if err != nil || string(snapshot.State) != want.snapshot || snapshot.ManagedBy != want.by {
			t.Errorf("snapshots: %+v, %v", snapshot, err)
		}
		encryption, err := c.GetEbsEncryptionByDefault(t.Context(), &ec2.GetEbsEncryptionByDefaultInput{})
		if err != nil || aws.ToBool(encryption.EbsEncryptionByDefault) != want.encrypts {
			t.Errorf("encryption: %+v, %v", encryption, err)
		}
		allowed, err := c.GetAllowedImagesSettings(t.Context(), &ec2.GetAllowedImagesSettingsInput{})
		if err != nil || aws.ToString(allowed.State) != want.allowed || allowed.ManagedBy != want.by {
			t.Fatalf("allowed: %+v, %v", allowed, err)
		}
		equal(t, "criteria", len(want.criteria), len(allowed.ImageCriteria))
		for i := range want.criteria {
			equal(t, "criterion", want.criteria[i], allowed.ImageCriteria[i])
		}
	}
}

// TestWhoMayMakeVolumes: the owner of a snapshot is told, and nobody else.
func TestWhoMayMakeVolumes(t *testing.T) {
	s, owner, other := world(Options{}, func(w *fleet.Fleet, owner, other string) {
		w.Snapshots = []fleet.Snapshot{{
			ID: liveDisk, Owner: owner, Region: home, State: "completed", Permissions: []fleet.Permission{{Group: "all"}, {Account: other}},
		}}
	})
	ask := func(account, id string, name types.SnapshotAttributeName) (*ec2.DescribeSnapshotAttributeOutput, error) {
		return ec2Client(s, account, home).DescribeSnapshotAttribute(t.Context(), &ec2.DescribeSnapshotAttributeInput{SnapshotId: &id, Attribute: name})
	}
	const permission = types.SnapshotAttributeNameCreateVolumePermission
	out, err := ask(owner, liveDisk.Snapshot(), permission)
	if err != nil || aws.ToString(out.SnapshotId) != liveDisk.Snapshot() || len(out.CreateVolumePermissions) != 2 {
		t.Fatalf("%+v, %v", out, err)
	}
	equal(t, "everybody", types.CreateVolumePermission{Group: types.PermissionGroupAll}, out.CreateVolumePermissions[0])
	equal(t, "an account", types.CreateVolumePermission{UserId: &other}, out.CreateVolumePermissions[1])
	_, err = ask(other, liveDisk.Snapshot(), permission)
	wantCode(t, err, "AuthFailure")
	_, err = ask(owner, binnedDisk.Snapshot(), permission)
	wantCode(t, err, "InvalidSnapshot.NotFound")
	_, err = ask(owner, "snap-1", permission)
	wantCode(t, err, "InvalidSnapshotID.Malformed")
	_, err = ask(owner, liveDisk.Snapshot(), "tags")
	wantCode(t, err, "InvalidParameterValue")
}

// TestWhatInspectorFound: whoever sees the image is told, in pages.
func TestWhatInspectorFound(t *testing.T) {
	first := fleet.Vulnerability{Title: "CVE-2026-1", Severity: "critical", Score: 9.5, Fix: true, First: entered, Updated: exits, Locations: []string{"/usr/lib/a"}}
	s, owner, other := world(Options{}, func(w *fleet.Fleet, owner, _ string) {
		w.Images[0].Extra = &fleet.Extra{Scan: &fleet.Scan{At: exits, Severity: "critical", Findings: []fleet.Vulnerability{first, {Title: "CVE-2026-2", Severity: "low"}}}}
		w.Images[0].Snapshots = []fleet.ID{liveDisk}
		w.Images = append(w.Images, fleet.Image{ID: binnedImage, Owner: owner, Region: home, Name: "not scanned"})
	})
	for _, account := range []string{owner, other} {
		c := ec2Client(s, account, home)
		page := ec2.NewGetImageFindingsPaginator(c, &ec2.GetImageFindingsInput{ImageId: aws.String(known), MaxResults: aws.Int32(1)})
		var all []types.ImageFinding
		for page.HasMorePages() {
			out, err := page.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, out.ImageFindings...)
		}
		if len(all) != 2 {
			t.Fatalf("%s is told %d", account, len(all))
		}
		equal(t, "a finding", types.ImageFinding{
			Title: aws.String("CVE-2026-1"), SeverityLabel: types.SeverityLabelCritical, Score: aws.Float64(9.5), FixAvailable: aws.Bool(true),
			FirstObservedAt: aws.Time(entered.UTC()), UpdatedAt: aws.Time(exits.UTC()), SnapshotId: aws.String(liveDisk.Snapshot()), Paths: []string{"/usr/lib/a"},
		}, all[0])
	}
	out, err := ec2Client(s, owner, home).GetImageFindings(t.Context(), &ec2.GetImageFindingsInput{ImageId: aws.String(binnedImage.Image())})
	if err != nil || len(out.ImageFindings) != 0 {
		t.Errorf("not scanned: %+v, %v", out, err)
	}
	_, err = ec2Client(s, other, home).GetImageFindings(t.Context(), &ec2.GetImageFindingsInput{ImageId: aws.String(binnedImage.Image())})
	wantCode(t, err, "InvalidAMIID.NotFound")
}
