package fakeaws

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

const away = "eu-west-1" // the region that is copied to

// customerKey is a key that the owner has in the region that is copied to.
const customerKey = "11111111-2222-4333-8444-555555555555"

// copyWorld is the world of deeds with a second region and a key in it.
func copyWorld(o Options, f func(w *fleet.Fleet, owner, other string)) (s *Server, c *clock, owner, other string) {
	return deedWorld(o, func(w *fleet.Fleet, owner, other string) {
		w.Regions = append(w.Regions, fleet.Region{Name: away, OptIn: fleet.EnabledByDefault})
		w.Keys = []fleet.Key{{ARN: "arn:aws:kms:" + away + ":" + owner + ":key/" + customerKey, Owner: owner, Region: away, Alias: "alias/mine"}}
		if f != nil {
			f(w, owner, other)
		}
	})
}

// copyKnown copies the image known to the other region.
func copyKnown(t *testing.T, s *Server, account string, in ec2.CopyImageInput) (string, error) {
	t.Helper()
	if in.SourceImageId == nil {
		in.SourceImageId = aws.String(known)
	}
	if in.SourceRegion == nil {
		in.SourceRegion = aws.String(home)
	}
	if in.Name == nil {
		in.Name = aws.String("copy")
	}
	out, err := ec2Client(s, account, away).CopyImage(t.Context(), &in)
	if err != nil {
		return "", err
	}
	return *out.ImageId, nil
}

// imageAway is the one image of an account in the region that is copied to, and
// its snapshot.
func imageAway(t *testing.T, s *Server, account string) (types.Image, types.Snapshot) {
	t.Helper()
	c := ec2Client(s, account, away)
	out, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil || len(out.Images) != 1 {
		t.Fatalf("%d images, %v", len(out.Images), err)
	}
	snapshots := describeSnapshots(t, c, ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	if len(snapshots) != 1 {
		t.Fatalf("%d snapshots", len(snapshots))
	}
	return out.Images[0], snapshots[0]
}

// A copy is pending, its snapshots make progress, and then it is an image like the
// source but for its permissions, its life and, unless they are asked for, tags.
func TestCopyImage(t *testing.T) {
	s, clock, owner, other := copyWorld(Options{Delays: Delays{Copying: 40 * time.Second}}, func(w *fleet.Fleet, _, _ string) {
		w.Images[0].Life.Deprecation = created + 1
		w.Images[0].Extra = &fleet.Extra{Watermarks: []fleet.Watermark{{Key: "w"}}, FreeTier: true, PublicParameter: "/x"}
	})
	before, theirs := told(t, s, owner), told(t, s, other)
	id, err := copyKnown(t, s, owner, ec2.CopyImageInput{Description: aws.String("a copy"), SnapshotCopyCompletionDurationMinutes: aws.Int64(15)})
	if err != nil {
		t.Fatal(err)
	}
	for _, progress := range []string{"0%", "25%", "50%", "75%"} {
		im, r := imageAway(t, s, owner)
		if im.State != "pending" || r.State != "pending" || *r.Progress != progress || r.FullSnapshotSizeInBytes != nil {
			t.Errorf("at %s the image is %s and its snapshot %s, %s", progress, im.State, r.State, *r.Progress)
		}
		clock.now = clock.now.Add(10 * time.Second)
	}
	im, r := imageAway(t, s, owner)
	source := describe(t, s, owner)
	if aws.ToString(r.Progress) != "100%" || r.State != "completed" || aws.ToInt64(r.FullSnapshotSizeInBytes) != 1<<30 || *r.VolumeSize != 8 || *r.VolumeId != "vol-ffffffff" || r.TransferType != "time-based" || *r.Encrypted {
		t.Errorf("the snapshot is %+v", r)
	}
	if want := "Copied for DestinationAmi " + id + " from SourceAmi " + known + " for SourceSnapshot " + disk.Snapshot() + ". Task created on "; !strings.HasPrefix(*r.Description, want) {
		t.Errorf("the snapshot's description is %q", *r.Description)
	}
	want := source
	want.ImageId, want.Name, want.Description, want.ImageLocation = &id, aws.String("copy"), aws.String("a copy"), aws.String(owner+"/copy")
	want.SourceImageId, want.SourceImageRegion = aws.String(known), aws.String(home)
	want.CreationDate, want.DeprecationTime, want.Tags = aws.String("2026-11-01T00:00:00.000Z"), nil, nil
	want.FreeTierEligible, want.PublicSsmParameterName = nil, nil
	want.BlockDeviceMappings = im.BlockDeviceMappings
	equal(t, "image", want, im)
	if got := aws.ToString(im.BlockDeviceMappings[0].Ebs.SnapshotId); got != *r.SnapshotId {
		t.Errorf("the image's device is made of %s", got)
	}
	equal(t, "what is told at home", before, told(t, s, owner))
	equal(t, "what the other account is told at home", theirs, told(t, s, other))
	if got, _ := listImages(t, ec2Client(s, other, away), ec2.DescribeImagesInput{}); len(got) != 0 {
		t.Errorf("the other account sees %v", imageIDs(got))
	}
	out, err := ec2Client(s, owner, away).DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: &id, DeleteAssociatedSnapshots: aws.Bool(true)})
	if err != nil || out.DeleteSnapshotResults[0].ReturnCode != "success" {
		t.Errorf("%v, %v", out, err)
	}
	if left := describeSnapshots(t, ec2Client(s, owner, away), ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

// The same token is the same copy, whatever has become of it; another call with it
// is refused, and in another place it is another token.
func TestCopyImageTwice(t *testing.T) {
	s, clock, owner, other := copyWorld(Options{}, func(w *fleet.Fleet, _, other string) {
		w.Snapshots[0].Permissions = []fleet.Permission{{Account: other}}
	})
	in := ec2.CopyImageInput{ClientToken: aws.String("once")}
	first, err := copyKnown(t, s, owner, in)
	if err != nil {
		t.Fatal(err)
	}
	clock.now = clock.now.Add(time.Hour)
	again, err := copyKnown(t, s, owner, in)
	if err != nil || again != first {
		t.Errorf("%s, then %s, %v", first, again, err)
	}
	imageAway(t, s, owner)
	in.Description = aws.String("another")
	_, err = copyKnown(t, s, owner, in)
	wantCode(t, err, "IdempotentParameterMismatch")
	in.Description = nil
	if id, err := copyKnown(t, s, other, in); err != nil || id == first {
		t.Errorf("of another account: %s, %v", id, err)
	}
	in.ClientToken = aws.String("twice")
	_, err = copyKnown(t, s, owner, in)
	wantCode(t, err, "InvalidAMIName.Duplicate")
	sent := map[string]any{"ClientToken": "once", "Name": "copy", "SourceImageId": known, "SourceRegion": home}
	got := s.Mutations()
	equal(t, "the first of two calls with a token", Mutation{owner, away, "CopyImage", sent, ""}, got[0])
	if len(got) != 3 {
		t.Errorf("%d mutations, want those of two accounts and the one that was refused", len(got))
	}
}

func TestEncryptionOfCopies(t *testing.T) {
	mine := func(owner string) string { return "arn:aws:kms:" + away + ":" + owner + ":key/" + customerKey }
	managed := func(owner string) string { return fleet.ManagedKey(owner, away) }
	encrypted := func(w *fleet.Fleet, owner, _ string) {
		w.Snapshots[0].KMSKey = "arn:aws:kms:" + home + ":" + owner + ":key/x"
		w.Images[0].Machine = plainMachine(1)
		w.Images[0].Machine.Devices[0].Encrypted = true
	}
	for name, c := range map[string]struct {
		world func(*fleet.Fleet, string, string)
		in    ec2.CopyImageInput
		key   func(owner string) string // nil: none
	}{
		"plain":          {nil, ec2.CopyImageInput{}, nil},
		"not encrypted":  {nil, ec2.CopyImageInput{Encrypted: aws.Bool(false)}, nil},
		"encrypted":      {nil, ec2.CopyImageInput{Encrypted: aws.Bool(true)}, managed},
		"own key":        {nil, ec2.CopyImageInput{Encrypted: aws.Bool(true), KmsKeyId: aws.String(customerKey)}, mine},
		"own alias":      {nil, ec2.CopyImageInput{Encrypted: aws.Bool(true), KmsKeyId: aws.String("alias/mine")}, mine},
		"AWS's alias":    {nil, ec2.CopyImageInput{Encrypted: aws.Bool(true), KmsKeyId: aws.String("alias/aws/ebs")}, managed},
		"from encrypted": {encrypted, ec2.CopyImageInput{}, managed},
		"with another":   {encrypted, ec2.CopyImageInput{Encrypted: aws.Bool(true), KmsKeyId: aws.String("alias/mine")}, mine},
		"by default": {func(w *fleet.Fleet, owner, _ string) {
			w.Settings = []fleet.Settings{{Owner: owner, Region: away, Encrypts: true}}
		}, ec2.CopyImageInput{}, managed},
	} {
		t.Run(name, func(t *testing.T) {
			s, clock, owner, _ := copyWorld(Options{}, c.world)
			if _, err := copyKnown(t, s, owner, c.in); err != nil {
				t.Fatal(err)
			}
			clock.now = clock.now.Add(time.Second)
			im, r := imageAway(t, s, owner)
			want := ""
			if c.key != nil {
				want = c.key(owner)
			}
			if got := aws.ToString(r.KmsKeyId); got != want || *r.Encrypted != (want != "") || (r.DataEncryptionKeyId != nil) != (want != "") || *im.BlockDeviceMappings[0].Ebs.Encrypted != (want != "") {
				t.Errorf("the key is %q, want %q; %+v", got, want, r)
			}
			if im.State != "available" {
				t.Errorf("the image is %s", im.State)
			}
		})
	}
}

// Within a region an encrypted image keeps its key.
func TestCopyWithinARegionKeepsTheKey(t *testing.T) {
	s, _, owner, _ := copyWorld(Options{}, func(w *fleet.Fleet, _, _ string) { w.Snapshots[0].KMSKey = "arn:aws:kms:::key/own" })
	out, err := ec2Client(s, owner, home).CopyImage(t.Context(), &ec2.CopyImageInput{SourceImageId: aws.String(known), SourceRegion: aws.String(home), Name: aws.String("copy")})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range describeSnapshots(t, ec2Client(s, owner, home), ec2.DescribeSnapshotsInput{Filters: filter("description", "*"+*out.ImageId+"*")}) {
		if aws.ToString(r.KmsKeyId) != "arn:aws:kms:::key/own" {
			t.Errorf("the key is %s", aws.ToString(r.KmsKeyId))
		}
	}
}

// A key that is not there is found out later: the copy fails, and says why.
func TestCopyWithAKeyThatIsNotThere(t *testing.T) {
	for _, key := range []string{"alias/none", "arn:aws:kms:" + home + ":111122223333:key/x", "nonsense"} {
		s, clock, owner, _ := copyWorld(Options{}, nil)
		id, err := copyKnown(t, s, owner, ec2.CopyImageInput{Encrypted: aws.Bool(true), KmsKeyId: &key})
		if err != nil {
			t.Fatal(err)
		}
		if im, _ := imageAway(t, s, owner); im.State != "pending" {
			t.Errorf("%s: at first it is %s", key, im.State)
		}
		clock.now = clock.now.Add(time.Second)
		im, r := imageAway(t, s, owner)
		if im.State != "failed" || im.StateReason == nil || !strings.Contains(*im.StateReason.Message, "KMS key") || r.State != "error" {
			t.Errorf("%s: then it is %s for %v, its snapshot %s", key, im.State, im.StateReason, r.State)
		}
		if _, err := ec2Client(s, owner, away).DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: &id, DeleteAssociatedSnapshots: aws.Bool(true)}); err != nil {
			t.Error(err)
		}
	}
}

// Of another account's image the snapshots must be shared as well, and only tags
// that are published come along.
func TestCopyOfAnothersImage(t *testing.T) {
	s, _, owner, other := copyWorld(Options{}, func(w *fleet.Fleet, _, _ string) {
		w.Images[0].Tags = []fleet.Tag{{Key: "secret", Value: "x"}, {Key: "ec2:SharedTag/a", Value: "b"}}
	})
	_, err := copyKnown(t, s, other, ec2.CopyImageInput{CopyImageTags: aws.Bool(true)})
	wantCode(t, err, "InvalidRequest")
	if err := modifySnapshot(t, s, owner, ec2.ModifySnapshotAttributeInput{OperationType: "add", UserIds: []string{other}}); err != nil {
		t.Fatal(err)
	}
	if _, err := copyKnown(t, s, other, ec2.CopyImageInput{CopyImageTags: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	im, r := imageAway(t, s, other)
	if *im.OwnerId != other || *r.OwnerId != other || len(im.Tags) != 1 || *im.Tags[0].Key != "ec2:SharedTag/a" {
		t.Errorf("%+v", im)
	}
}

func TestTagsOfCopies(t *testing.T) {
	specs := []types.TagSpecification{
		{ResourceType: "image", Tags: []types.Tag{tagOf("team", "b"), tagOf("new", "")}},
		{ResourceType: "snapshot", Tags: tagList("of", "snapshot")},
	}
	for name, c := range map[string]struct {
		in              ec2.CopyImageInput
		image, snapshot map[string]string
	}{
		"none":   {ec2.CopyImageInput{}, map[string]string{}, map[string]string{}},
		"copied": {ec2.CopyImageInput{CopyImageTags: aws.Bool(true)}, map[string]string{"Name": "known", "team": "a"}, map[string]string{}},
		"given":  {ec2.CopyImageInput{TagSpecifications: specs}, map[string]string{"team": "b", "new": ""}, map[string]string{"of": "snapshot"}},
		"both": {
			ec2.CopyImageInput{CopyImageTags: aws.Bool(true), TagSpecifications: specs},
			map[string]string{"Name": "known", "team": "b", "new": ""},
			map[string]string{"of": "snapshot"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, owner, _ := copyWorld(Options{}, func(w *fleet.Fleet, _, _ string) {
				w.Images[0].Tags = append(w.Images[0].Tags, fleet.Tag{Key: "aws:x", Value: "y"})
			})
			if _, err := copyKnown(t, s, owner, c.in); err != nil {
				t.Fatal(err)
			}
			im, r := imageAway(t, s, owner)
			client := ec2Client(s, owner, away)
			if diff := cmp.Diff([]map[string]string{c.image, c.snapshot}, []map[string]string{tagsByKey(t, client, *im.ImageId), tagsByKey(t, client, *r.SnapshotId)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A copy is stopped by deregistering its image; its snapshots end with it.
func TestStopACopy(t *testing.T) {
	s, clock, owner, _ := copyWorld(Options{}, nil)
	id, err := copyKnown(t, s, owner, ec2.CopyImageInput{})
	if err != nil {
		t.Fatal(err)
	}
	c := ec2Client(s, owner, away)
	if _, err := c.DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: &id}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		images, _ := listImages(t, c, ec2.DescribeImagesInput{Owners: []string{"self"}})
		snapshots := describeSnapshots(t, c, ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
		if len(images)+len(snapshots) != 0 {
			t.Errorf("%v and %v are left", imageIDs(images), snapshotIDs(snapshots))
		}
		clock.now = clock.now.Add(time.Second)
	}
	if _, err := copyKnown(t, s, owner, ec2.CopyImageInput{}); err != nil {
		t.Errorf("its name is not free: %v", err)
	}
}

func TestCopyImageIsRefused(t *testing.T) {
	life := func(l fleet.Life) func(*fleet.Fleet, string, string) {
		return func(w *fleet.Fleet, _, _ string) { w.Images[0].Life = l }
	}
	elsewhere, unknown := "ap-south-1", gone
	for name, c := range map[string]struct {
		world func(*fleet.Fleet, string, string)
		in    ec2.CopyImageInput
		other bool // it is the other account that copies
		code  string
	}{
		"unknown image":       {nil, ec2.CopyImageInput{SourceImageId: &unknown}, false, "InvalidAMIID.NotFound"},
		"malformed image":     {nil, ec2.CopyImageInput{SourceImageId: aws.String("ami-x")}, false, "InvalidAMIID.Malformed"},
		"hidden image":        {nil, ec2.CopyImageInput{SourceImageId: aws.String(hidden.Image())}, false, "InvalidAMIID.NotFound"},
		"in another region":   {nil, ec2.CopyImageInput{SourceRegion: aws.String(away)}, false, "InvalidAMIID.NotFound"},
		"in a closed region":  {nil, ec2.CopyImageInput{SourceRegion: &elsewhere}, false, "InvalidParameterValue"},
		"short name":          {nil, ec2.CopyImageInput{Name: aws.String("ab")}, false, "InvalidAMIName.Malformed"},
		"long name":           {nil, ec2.CopyImageInput{Name: aws.String(strings.Repeat("a", 129))}, false, "InvalidAMIName.Malformed"},
		"odd name":            {nil, ec2.CopyImageInput{Name: aws.String("naïve")}, false, "InvalidAMIName.Malformed"},
		"long description":    {nil, ec2.CopyImageInput{Description: aws.String(strings.Repeat("a", 256))}, false, "InvalidParameterValue"},
		"key alone":           {nil, ec2.CopyImageInput{KmsKeyId: aws.String(customerKey)}, false, "InvalidParameterDependency"},
		"to an Outpost":       {nil, ec2.CopyImageInput{DestinationOutpostArn: aws.String("arn:x")}, false, "UnsupportedOperation"},
		"in 20 minutes":       {nil, ec2.CopyImageInput{SnapshotCopyCompletionDurationMinutes: aws.Int64(20)}, false, "InvalidParameterValue"},
		"in a month":          {nil, ec2.CopyImageInput{SnapshotCopyCompletionDurationMinutes: aws.Int64(43200)}, false, "InvalidParameterValue"},
		"tags of an instance": {nil, ec2.CopyImageInput{TagSpecifications: []types.TagSpecification{{ResourceType: "instance", Tags: tagList("a", "b")}}}, false, "InvalidParameterValue"},
		"reserved tags":       {nil, ec2.CopyImageInput{TagSpecifications: []types.TagSpecification{{ResourceType: "image", Tags: tagList("aws:a", "b")}}}, false, "InvalidParameterValue"},
		"pending":             {life(fleet.Life{State: "pending"}), ec2.CopyImageInput{}, false, "InvalidAMIID.Unavailable"},
		"disabled":            {life(fleet.Life{State: "disabled"}), ec2.CopyImageInput{}, false, "InvalidAMIID.Unavailable"},
		"instance store": {func(w *fleet.Fleet, _, _ string) {
			w.Images[0].Machine, w.Images[0].Snapshots = &fleet.Machine{RootType: "instance-store"}, nil
		}, ec2.CopyImageInput{}, false, "UnsupportedOperation"},
		"sold by another":  {func(w *fleet.Fleet, _, _ string) { w.Images[0].Extra = &fleet.Extra{ProductCode: "x"} }, ec2.CopyImageInput{}, true, "InvalidRequest"},
		"another's disk":   {nil, ec2.CopyImageInput{}, true, "InvalidRequest"},
		"a disk that went": {func(w *fleet.Fleet, _, _ string) { w.Snapshots = w.Snapshots[1:] }, ec2.CopyImageInput{}, false, "InvalidRequest"},
		"another's key of AWS": {func(w *fleet.Fleet, owner, other string) {
			w.Snapshots[0].Permissions, w.Snapshots[0].KMSKey = []fleet.Permission{{Account: other}}, fleet.ManagedKey(owner, home)
		}, ec2.CopyImageInput{}, true, "InvalidRequest"},
		"decrypted": {func(w *fleet.Fleet, _, _ string) { w.Snapshots[0].KMSKey = "arn:aws:kms:::key/x" }, ec2.CopyImageInput{Encrypted: aws.Bool(false)}, false, "InvalidRequest"},
		"name taken": {func(w *fleet.Fleet, owner, _ string) {
			w.Images = append(w.Images, fleet.Image{ID: sibling, Owner: owner, Region: away, Name: "copy"})
		}, ec2.CopyImageInput{}, false, "InvalidAMIName.Duplicate"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, owner, other := copyWorld(Options{}, c.world)
			if c.other {
				owner = other
			}
			c2 := ec2Client(s, owner, away)
			before, _ := listImages(t, c2, ec2.DescribeImagesInput{})
			_, err := copyKnown(t, s, owner, c.in)
			wantCode(t, err, c.code)
			after, _ := listImages(t, c2, ec2.DescribeImagesInput{})
			if snapshots := describeSnapshots(t, c2, ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}); len(after) != len(before) || len(snapshots) != 0 {
				t.Errorf("it left %v and %v", imageIDs(after), snapshotIDs(snapshots))
			}
		})
	}
}

// Tagging takes a permission of its own.
func TestCopyWithoutPermissionToTag(t *testing.T) {
	s, _, owner, _ := copyWorld(Options{Denied: []Rule{{Operation: "CreateTags"}}}, nil)
	_, err := copyKnown(t, s, owner, ec2.CopyImageInput{CopyImageTags: aws.Bool(true)})
	wantCode(t, err, "UnauthorizedOperation")
	if !strings.Contains(err.Error(), "ec2:CreateTags") {
		t.Errorf("it does not say which: %v", err)
	}
	if _, err := copyKnown(t, s, owner, ec2.CopyImageInput{}); err != nil {
		t.Error(err)
	}
}

func TestCopiesUnderWay(t *testing.T) {
	s, clock, owner, _ := copyWorld(Options{}, nil)
	for i := range maxCopies {
		if _, err := copyKnown(t, s, owner, ec2.CopyImageInput{Name: aws.String("copy " + fleet.ID(i).Image())}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := copyKnown(t, s, owner, ec2.CopyImageInput{})
	wantCode(t, err, "ResourceLimitExceeded")
	clock.now = clock.now.Add(time.Second)
	if _, err := copyKnown(t, s, owner, ec2.CopyImageInput{}); err != nil {
		t.Error(err)
	}
}

// Shortly after the call lists do not tell of the new image yet.
func TestCopiesShowLate(t *testing.T) {
	s, clock, owner, _ := copyWorld(Options{Delays: Delays{Lag: time.Second, Copying: 10 * time.Second}}, nil)
	id, err := copyKnown(t, s, owner, ec2.CopyImageInput{})
	if err != nil {
		t.Fatal(err)
	}
	c := ec2Client(s, owner, away)
	_, err = c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{id}})
	wantCode(t, err, "InvalidAMIID.NotFound")
	for _, want := range []string{"pending", "pending", "available"} {
		clock.now = clock.now.Add(time.Second)
		if im, _ := imageAway(t, s, owner); string(im.State) != want {
			t.Errorf("at %s it is %s, want %s", clock.now, im.State, want)
		}
		clock.now = clock.now.Add(8 * time.Second)
	}
	if got := describeSnapshots(t, c, ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}); !slices.ContainsFunc(got, func(r types.Snapshot) bool { return r.State == "completed" }) {
		t.Errorf("its snapshots are %v", got)
	}
}
