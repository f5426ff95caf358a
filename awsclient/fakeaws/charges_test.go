package fakeaws

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	rbintypes "github.com/aws/aws-sdk-go-v2/service/rbin/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// chargeLists are the operations that list what costs besides.
func chargeLists() []usageList {
	return []usageList{
		{"ListSnapshotsInRecycleBin", 5, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.ListSnapshotsInRecycleBin(t.Context(), &ec2.ListSnapshotsInRecycleBinInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.Snapshots, func(r types.SnapshotRecycleBinInfo) string { return *r.SnapshotId }), out.NextToken, nil
		}},
		{"ListImagesInRecycleBin", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.ListImagesInRecycleBin(t.Context(), &ec2.ListImagesInRecycleBinInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.Images, func(r types.ImageRecycleBinInfo) string { return *r.ImageId }), out.NextToken, nil
		}},
		{"DescribeFastSnapshotRestores", 0, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeFastSnapshotRestores(t.Context(), &ec2.DescribeFastSnapshotRestoresInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.FastSnapshotRestores, func(r types.DescribeFastSnapshotRestoreSuccessItem) string { return *r.SnapshotId }), out.NextToken, nil
		}},
		{"DescribeFastLaunchImages", 0, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeFastLaunchImages(t.Context(), &ec2.DescribeFastLaunchImagesInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.FastLaunchImages, func(r types.DescribeFastLaunchImagesSuccessItem) string { return *r.ImageId }), out.NextToken, nil
		}},
	}
}

// The ids of the world below.
const (
	liveDisk, binnedDisk, binnedImage fleet.ID   = 1<<40 + 1, 1<<40 + 2, 1<<40 + 3
	entered, exits                    fleet.Time = 1_790_000_000_250, 1_792_592_000_000
)

func binned(o Options) (s *Server, owner, other string) {
	return world(o, func(w *fleet.Fleet, owner, _ string) {
		disk := fleet.Snapshot{ID: liveDisk, Owner: owner, Region: home, State: "completed", Volume: 1 << 41, Description: "a disk"}
		w.Snapshots = []fleet.Snapshot{disk}
		disk.ID = binnedDisk
		w.BinnedSnapshots = []fleet.BinnedSnapshot{{Snapshot: disk, Entered: entered, Exits: exits}}
		w.BinnedImages = []fleet.BinnedImage{{
			Image: fleet.Image{ID: binnedImage, Owner: owner, Region: home, Name: "gone", Description: "it was", Snapshots: []fleet.ID{liveDisk}}, Entered: entered, Exits: exits,
		}}
		w.FastRestores = []fleet.FastRestore{
			{Snapshot: liveDisk, Owner: owner, Region: home, Zone: home + "a", Since: entered},
			{Snapshot: liveDisk, Owner: owner, Region: home, Zone: home + "b", State: "disabled", Since: entered},
		}
		w.FastLaunches = []fleet.FastLaunch{{Image: w.Images[0].ID, Owner: owner, Region: home, Copies: 6, Since: entered}}
	})
}

// What is in the Recycle Bin is told there, and nowhere else.
func TestTheRecycleBinIsApart(t *testing.T) {
	s, owner, other := binned(Options{})
	c := ec2Client(s, owner, home)
	snapshots, err := c.ListSnapshotsInRecycleBin(t.Context(), &ec2.ListSnapshotsInRecycleBinInput{SnapshotIds: []string{binnedDisk.Snapshot()}})
	if err != nil || len(snapshots.Snapshots) != 1 {
		t.Fatalf("%+v, %v", snapshots, err)
	}
	at := func(ft fleet.Time) *time.Time { return aws.Time(ft.UTC()) }
	wantSnapshot := types.SnapshotRecycleBinInfo{
		SnapshotId: aws.String(binnedDisk.Snapshot()), VolumeId: aws.String("vol-00000020000000000"), Description: aws.String("a disk"),
		RecycleBinEnterTime: at(entered), RecycleBinExitTime: at(exits),
	}
	equal(t, "snapshot", wantSnapshot, snapshots.Snapshots[0])
	images, err := c.ListImagesInRecycleBin(t.Context(), &ec2.ListImagesInRecycleBinInput{ImageIds: []string{binnedImage.Image()}})
	if err != nil || len(images.Images) != 1 {
		t.Fatalf("%+v, %v", images, err)
	}
	wantImage := types.ImageRecycleBinInfo{
		ImageId: aws.String(binnedImage.Image()), Name: aws.String("gone"), Description: aws.String("it was"),
		RecycleBinEnterTime: at(entered), RecycleBinExitTime: at(exits),
	}
	equal(t, "image", wantImage, images.Images[0])

	for id, code := range map[string]string{binnedImage.Image(): "InvalidAMIID.NotFound", "ami-1": "InvalidAMIID.Malformed"} {
		_, err = c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{id}})
		wantCode(t, err, code)
	}
	_, err = c.DescribeSnapshots(t.Context(), &ec2.DescribeSnapshotsInput{SnapshotIds: []string{binnedDisk.Snapshot()}})
	wantCode(t, err, "InvalidSnapshot.NotFound")
	listed, err := c.DescribeSnapshots(t.Context(), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	if err != nil || len(listed.Snapshots) != 1 || *listed.Snapshots[0].SnapshotId != liveDisk.Snapshot() {
		t.Errorf("the snapshots are %+v, %v", listed, err)
	}
	_, err = ec2Client(s, other, home).ListImagesInRecycleBin(t.Context(), &ec2.ListImagesInRecycleBinInput{ImageIds: []string{binnedImage.Image()}})
	wantCode(t, err, "InvalidAMIID.NotFound")
	_, err = c.ListSnapshotsInRecycleBin(t.Context(), &ec2.ListSnapshotsInRecycleBinInput{SnapshotIds: []string{liveDisk.Snapshot()}})
	wantCode(t, err, "InvalidSnapshot.NotFound")
}

func TestTheRecycleBinAskedForWrongly(t *testing.T) {
	s, owner, _ := binned(Options{})
	c := ec2Client(s, owner, home)
	_, err := c.ListImagesInRecycleBin(t.Context(), &ec2.ListImagesInRecycleBinInput{ImageIds: make([]string, 21)})
	wantCode(t, err, "InvalidParameterValue")
	for _, size := range []int32{1001, 4} {
		_, err = c.ListSnapshotsInRecycleBin(t.Context(), &ec2.ListSnapshotsInRecycleBinInput{MaxResults: aws.Int32(size)})
		wantCode(t, err, "InvalidParameterValue")
	}
	_, err = c.ListSnapshotsInRecycleBin(t.Context(), &ec2.ListSnapshotsInRecycleBinInput{MaxResults: aws.Int32(5), SnapshotIds: []string{binnedDisk.Snapshot()}})
	wantCode(t, err, "InvalidParameterCombination")
}

func TestWhatStartsFaster(t *testing.T) {
	s, owner, _ := binned(Options{})
	c := ec2Client(s, owner, home)
	for filtered, want := range map[string][]string{"": {"us-east-1a enabled", "us-east-1b disabled"}, "enabled": {"us-east-1a enabled"}, "enabling": {}} {
		in := &ec2.DescribeFastSnapshotRestoresInput{MaxResults: aws.Int32(0)}
		if filtered != "" {
			in.Filters = filter("state", filtered)
		}
		out, err := c.DescribeFastSnapshotRestores(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		got := each(out.FastSnapshotRestores, func(r types.DescribeFastSnapshotRestoreSuccessItem) string {
			if *r.OwnerId != owner || *r.SnapshotId != liveDisk.Snapshot() {
				t.Errorf("told: %+v", r)
			}
			return *r.AvailabilityZone + " " + string(r.State)
		})
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	launches, err := c.DescribeFastLaunchImages(t.Context(), &ec2.DescribeFastLaunchImagesInput{ImageIds: []string{known}, Filters: filter("resource-type", "snapshot")})
	if err != nil || len(launches.FastLaunchImages) != 1 {
		t.Fatalf("%+v, %v", launches, err)
	}
	if l := launches.FastLaunchImages[0]; *l.ImageId != known || *l.SnapshotConfiguration.TargetResourceCount != 6 || l.State != types.FastLaunchStateCodeEnabled || *l.OwnerId != owner {
		t.Errorf("told: %+v", l)
	}
	_, err = c.DescribeFastLaunchImages(t.Context(), &ec2.DescribeFastLaunchImagesInput{ImageIds: []string{gone}})
	wantCode(t, err, "InvalidAMIID.NotFound")
	_, err = c.DescribeFastSnapshotRestores(t.Context(), &ec2.DescribeFastSnapshotRestoresInput{Filters: filter("color", "blue")})
	wantCode(t, err, "InvalidParameterValue")
}

func TestBinRules(t *testing.T) {
	s, owner, other := world(Options{}, func(w *fleet.Fleet, owner, _ string) {
		w.BinRules = []fleet.BinRule{
			{ID: "region", Owner: owner, Region: home, Resource: "EBS_SNAPSHOT", Days: 14, Except: []fleet.Tag{{Key: "purpose", Value: "scratch"}}},
			{ID: "tagged", Owner: owner, Region: home, Resource: "EC2_IMAGE", Days: 30, Tags: []fleet.Tag{{Key: "tier", Value: "gold"}}},
		}
	})
	c := rbin.NewFromConfig(serverConfig(s, owner, home))
	list := func(in rbin.ListRulesInput) []string {
		out, err := c.ListRules(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		return each(out.Rules, func(r rbintypes.RuleSummary) string { return *r.Identifier })
	}
	tag := []rbintypes.ResourceTag{{ResourceTagKey: aws.String("tier"), ResourceTagValue: aws.String("gold")}}
	for _, tc := range []struct {
		in   rbin.ListRulesInput
		want []string
	}{
		{rbin.ListRulesInput{ResourceType: "EBS_SNAPSHOT"}, []string{"region"}},
		{rbin.ListRulesInput{ResourceType: "EC2_IMAGE"}, []string{"tagged"}},
		{rbin.ListRulesInput{ResourceType: "EC2_IMAGE", ResourceTags: tag}, []string{"tagged"}},
		{rbin.ListRulesInput{ResourceType: "EBS_SNAPSHOT", ResourceTags: tag}, []string{}},
		{rbin.ListRulesInput{ResourceType: "EBS_SNAPSHOT", LockState: "locked"}, []string{}},
		{rbin.ListRulesInput{ResourceType: "EBS_VOLUME"}, []string{}},
	} {
		if diff := cmp.Diff(tc.want, list(tc.in)); diff != "" {
			t.Errorf("%+v: %s", tc.in, diff)
		}
	}
	_, err := c.ListRules(t.Context(), &rbin.ListRulesInput{ResourceType: "EBS_CLOUD"})
	wantCode(t, err, "ValidationException")

	got, err := c.GetRule(t.Context(), &rbin.GetRuleInput{Identifier: aws.String("tagged")})
	if err != nil {
		t.Fatal(err)
	}
	if *got.RetentionPeriod.RetentionPeriodValue != 30 || got.RetentionPeriod.RetentionPeriodUnit != "DAYS" || got.Status != "available" || got.ResourceType != "EC2_IMAGE" ||
		!cmp.Equal(tag[0].ResourceTagKey, got.ResourceTags[0].ResourceTagKey) || len(got.ExcludeResourceTags) != 0 || *got.RuleArn != "arn:aws:rbin:us-east-1:"+owner+":rule/tagged" {
		t.Errorf("told: %+v", got)
	}
	_, err = rbin.NewFromConfig(serverConfig(s, other, home)).GetRule(t.Context(), &rbin.GetRuleInput{Identifier: aws.String("tagged")})
	if f := failureOf(t, err); f.Code != "ResourceNotFoundException" || f.Status != 404 {
		t.Errorf("another account: %+v", f)
	}
	s.Change(func(f *fleet.Fleet) { f.BinRules = f.BinRules[1:] })
	if got := list(rbin.ListRulesInput{ResourceType: "EBS_SNAPSHOT"}); len(got) != 0 {
		t.Errorf("a rule that went is told: %v", got)
	}
}
