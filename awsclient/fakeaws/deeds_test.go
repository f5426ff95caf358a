package fakeaws

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What the world of deeds holds besides the image known: its disk, another image
// of the same disk, and one that the other account has shared.
const (
	disk    fleet.ID = 1<<40 | 0xd15c
	sibling fleet.ID = 1<<40 | 0x51b
	theirs  fleet.ID = 1<<40 | 0x7e1
	hidden  fleet.ID = 1<<40 | 0x41d
	running fleet.ID = 1<<40 | 0x99
	spare   fleet.ID = 1<<40 | 0x5a6
)

// deedWorld has the image known with a disk of its own and an instance. The clock
// stands until it is moved.
func deedWorld(o Options, f func(w *fleet.Fleet, owner, other string)) (s *Server, c *clock, owner, other string) {
	c = &clock{fleet.Epoch}
	o.Now = c.Now
	s, owner, other = world(o, func(w *fleet.Fleet, owner, other string) {
		w.Images[0].Snapshots = []fleet.ID{disk}
		w.Images[0].Tags = []fleet.Tag{{Key: "Name", Value: "known"}, {Key: "team", Value: "a"}}
		w.Images[0].Life.Created = created
		w.Images = append(
			w.Images,
			fleet.Image{ID: theirs, Owner: other, Region: home, Name: "theirs", Permissions: []fleet.Permission{{Account: owner}}},
			fleet.Image{ID: hidden, Owner: other, Region: home, Name: "hidden"},
		)
		w.Snapshots = append(
			w.Snapshots,
			fleet.Snapshot{ID: disk, Owner: owner, Region: home, State: "completed", Tier: "standard", Start: created, Size: fleet.Size{GiB: 8, Bytes: 1 << 30}},
			fleet.Snapshot{ID: spare, Owner: owner, Region: home, State: "completed", Tier: "standard", Start: created, Permissions: []fleet.Permission{{Account: other}}},
		)
		w.Instances = append(w.Instances, fleet.Instance{ID: running, Owner: owner, Region: home, Image: w.Images[0].ID})
		if f != nil {
			f(w, owner, other)
		}
	})
	return s, c, owner, other
}

// created is when the image known was made.
var created = fleet.Time(fleet.Epoch.Add(-100 * 24 * time.Hour).UnixMilli())

// twin adds an image of the same disk.
func twin(state string) func(*fleet.Fleet, string, string) {
	return func(w *fleet.Fleet, owner, _ string) {
		w.Images = append(w.Images, fleet.Image{ID: sibling, Owner: owner, Region: home, Name: "sibling", Snapshots: []fleet.ID{disk}, Life: fleet.Life{State: state}})
	}
}

// told is everything that an account is told of its images, snapshots and of what
// is in its Recycle Bin: equal texts, equal state.
func told(t *testing.T, s *Server, account string) string {
	t.Helper()
	c := ec2Client(s, account, home)
	images, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{IncludeDisabled: aws.Bool(true), IncludeDeprecated: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	permissions := map[string][]types.LaunchPermission{}
	for _, im := range images.Images {
		if *im.OwnerId != account {
			continue
		}
		out, err := c.DescribeImageAttribute(t.Context(), &ec2.DescribeImageAttributeInput{ImageId: im.ImageId, Attribute: types.ImageAttributeNameLaunchPermission})
		if err != nil {
			t.Fatal(err)
		}
		permissions[*im.ImageId] = out.LaunchPermissions
	}
	snapshots, err := c.DescribeSnapshots(t.Context(), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	if err != nil {
		t.Fatal(err)
	}
	binnedImages, err := c.ListImagesInRecycleBin(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	binnedSnapshots, err := c.ListSnapshotsInRecycleBin(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(images.Images, func(a, b types.Image) int { return strings.Compare(*a.ImageId, *b.ImageId) })
	slices.SortFunc(snapshots.Snapshots, func(a, b types.Snapshot) int { return strings.Compare(*a.SnapshotId, *b.SnapshotId) })
	text, err := json.MarshalIndent([]any{images.Images, permissions, snapshots.Snapshots, binnedImages.Images, binnedSnapshots.Snapshots}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// refusal is a call that must fail, in a world of its own.
type refusal struct {
	world func(w *fleet.Fleet, owner, other string)
	call  func(t *testing.T, s *Server, owner, other string) error
	code  string
}

// wantRefusals makes each call and sees that nothing has changed by it.
func wantRefusals(t *testing.T, cases map[string]refusal) {
	t.Helper()
	for name, r := range cases {
		t.Run(name, func(t *testing.T) {
			s, _, owner, other := deedWorld(Options{}, r.world)
			before, theirs := told(t, s, owner), told(t, s, other)
			wantCode(t, r.call(t, s, owner, other), r.code)
			equal(t, "what the owner is told", before, told(t, s, owner))
			equal(t, "what the other account is told", theirs, told(t, s, other))
		})
	}
}

func listedIDs(t *testing.T, s *Server, account string) []string {
	t.Helper()
	out, err := ec2Client(s, account, home).DescribeImages(t.Context(), &ec2.DescribeImagesInput{IncludeDisabled: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return imageIDs(out.Images)
}

func ownedSnapshots(t *testing.T, s *Server, account string) []string {
	t.Helper()
	return snapshotIDs(describeSnapshots(t, ec2Client(s, account, home), ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}))
}

func deregister(t *testing.T, s *Server, account, image string, snapshots bool) (map[string]types.SnapshotReturnCodes, error) {
	t.Helper()
	in := &ec2.DeregisterImageInput{ImageId: &image}
	if snapshots {
		in.DeleteAssociatedSnapshots = aws.Bool(true)
	}
	out, err := ec2Client(s, account, home).DeregisterImage(t.Context(), in)
	if err != nil {
		return nil, err
	}
	if !aws.ToBool(out.Return) {
		t.Error("the answer is no success")
	}
	codes := map[string]types.SnapshotReturnCodes{}
	for _, r := range out.DeleteSnapshotResults {
		codes[*r.SnapshotId] = r.ReturnCode
	}
	return codes, nil
}

func TestDeregisterImage(t *testing.T) {
	s, _, owner, other := deedWorld(Options{}, nil)
	codes, err := deregister(t, s, owner, known, false)
	if err != nil || len(codes) != 0 {
		t.Fatalf("%v, %v", codes, err)
	}
	if got := listedIDs(t, s, owner); !slices.Equal(got, []string{theirs.Image()}) {
		t.Errorf("the owner still sees %v", got)
	}
	if got := listedIDs(t, s, other); slices.Contains(got, known) {
		t.Errorf("the other account still sees %v", got)
	}
	if got := ownedSnapshots(t, s, owner); !slices.Contains(got, disk.Snapshot()) {
		t.Errorf("the disk went too: %v", got)
	}
	byID := &ec2.DescribeImagesInput{ImageIds: []string{known}}
	if out, err := ec2Client(s, owner, home).DescribeImages(t.Context(), byID); err != nil || len(out.Images) != 0 {
		t.Errorf("while an instance of it runs, asked for by id: %v, %v", out, err)
	}
	_, err = ec2Client(s, other, home).DescribeImages(t.Context(), byID)
	wantCode(t, err, "InvalidAMIID.NotFound")
	s.Change(func(w *fleet.Fleet) { w.Instances = nil })
	_, err = ec2Client(s, owner, home).DescribeImages(t.Context(), byID)
	wantCode(t, err, "InvalidAMIID.NotFound")
	_, err = deregister(t, s, owner, known, false)
	wantCode(t, err, "InvalidAMIID.Unavailable")
}

func TestDeregisterImageWithSnapshots(t *testing.T) {
	all := Rule{Operation: "DeleteSnapshot"}
	for name, c := range map[string]struct {
		options Options
		world   func(*fleet.Fleet, string, string)
		code    types.SnapshotReturnCodes
	}{
		"alone":         {Options{}, nil, types.SnapshotReturnCodesSuccess},
		"twin":          {Options{}, twin("available"), types.SnapshotReturnCodesWarnSkipped},
		"disabled twin": {Options{}, twin("disabled"), types.SnapshotReturnCodesWarnSkipped},
		"denied":        {Options{Denied: []Rule{all}}, nil, types.SnapshotReturnCodesErrorMissingPermissions},
		"broken":        {Options{Faults: []Fault{{Kind: FaultServer, Rule: all}}}, nil, types.SnapshotReturnCodesErrorCodeInternalError},
		"locked": {Options{}, func(w *fleet.Fleet, owner, _ string) {
			w.Locks = []fleet.Lock{{Snapshot: disk, Owner: owner, Region: home, State: "governance"}}
		}, types.SnapshotReturnCodesErrorCodeClientError},
		"of AWS Backup": {Options{}, func(w *fleet.Fleet, _, _ string) {
			w.Snapshots[0].Tags = []fleet.Tag{{Key: "aws:backup:source-resource", Value: "x"}}
		}, types.SnapshotReturnCodesErrorCodeClientError},
		"gone": {Options{}, func(w *fleet.Fleet, _, _ string) { w.Snapshots = nil }, types.SnapshotReturnCodesErrorCodeClientError},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, owner, _ := deedWorld(c.options, c.world)
			codes, err := deregister(t, s, owner, known, true)
			if err != nil || len(codes) != 1 || codes[disk.Snapshot()] != c.code {
				t.Errorf("%v, %v, want %s", codes, err, c.code)
			}
			if slices.Contains(listedIDs(t, s, owner), known) {
				t.Error("the image is still there")
			}
			stays := c.code != types.SnapshotReturnCodesSuccess && name != "gone"
			if got := slices.Contains(ownedSnapshots(t, s, owner), disk.Snapshot()); got != stays {
				t.Errorf("the disk is there: %v, want %v", got, stays)
			}
		})
	}
}

func TestDeregisterImageIsRefused(t *testing.T) {
	of := func(image string) func(*testing.T, *Server, string, string) error {
		return func(t *testing.T, s *Server, owner, _ string) error {
			_, err := deregister(t, s, owner, image, true)
			return err
		}
	}
	life := func(l fleet.Life) func(*fleet.Fleet, string, string) {
		return func(w *fleet.Fleet, _, _ string) { w.Images[0].Life = l }
	}
	wantRefusals(t, map[string]refusal{
		"malformed":     {nil, of("ami-1"), "InvalidAMIID.Malformed"},
		"unknown":       {nil, of(gone), "InvalidAMIID.NotFound"},
		"shared":        {nil, of(theirs.Image()), "AuthFailure"},
		"hidden":        {nil, of(hidden.Image()), "InvalidAMIID.NotFound"},
		"no id":         {nil, of(""), "MissingParameter"},
		"protected":     {life(fleet.Life{Protection: "enabled-without-cooldown"}), of(known), "OperationNotPermitted"},
		"cooling down":  {life(fleet.Life{Cooldown: fleet.Time(fleet.Epoch.UnixMilli() + 1)}), of(known), "OperationNotPermitted"},
		"of AWS Backup": {func(w *fleet.Fleet, _, _ string) { w.Images[0].Tags = []fleet.Tag{{Key: "aws:backup:source-resource"}} }, of(known), "AuthFailure"},
		"in no other region": {nil, func(t *testing.T, s *Server, _, other string) error {
			_, err := deregister(t, s, other, known, true)
			return err
		}, "AuthFailure"},
	})
}

func TestDeleteSnapshot(t *testing.T) {
	s, _, owner, other := deedWorld(Options{}, nil)
	if _, err := ec2Client(s, owner, home).DeleteSnapshot(t.Context(), &ec2.DeleteSnapshotInput{SnapshotId: aws.String(spare.Snapshot())}); err != nil {
		t.Fatal(err)
	}
	for _, account := range []string{owner, other} {
		_, err := ec2Client(s, account, home).DescribeSnapshots(t.Context(), &ec2.DescribeSnapshotsInput{SnapshotIds: []string{spare.Snapshot()}})
		wantCode(t, err, "InvalidSnapshot.NotFound")
	}
	if got := ownedSnapshots(t, s, owner); !slices.Equal(got, []string{disk.Snapshot()}) {
		t.Errorf("the snapshots are %v", got)
	}
}

func TestDeleteSnapshotIsRefused(t *testing.T) {
	of := func(id string, byOther bool) func(*testing.T, *Server, string, string) error {
		return func(t *testing.T, s *Server, owner, other string) error {
			if byOther {
				owner = other
			}
			_, err := ec2Client(s, owner, home).DeleteSnapshot(t.Context(), &ec2.DeleteSnapshotInput{SnapshotId: &id})
			return err
		}
	}
	wantRefusals(t, map[string]refusal{
		"malformed":               {nil, of("snap-1", false), "InvalidSnapshotID.Malformed"},
		"unknown":                 {nil, of("snap-0ffffffffffffffff", false), "InvalidSnapshot.NotFound"},
		"no id":                   {nil, of("", false), "MissingParameter"},
		"another's, hidden":       {nil, of(disk.Snapshot(), true), "InvalidSnapshot.NotFound"},
		"another's, shared":       {nil, of(spare.Snapshot(), true), "AuthFailure"},
		"of an image":             {nil, of(disk.Snapshot(), false), "InvalidSnapshot.InUse"},
		"of a disabled image":     {func(w *fleet.Fleet, _, _ string) { w.Images[0].Life.State = "disabled" }, of(disk.Snapshot(), false), "InvalidSnapshot.InUse"},
		"of an image that failed": {func(w *fleet.Fleet, _, _ string) { w.Images[0].Life.State = "failed" }, of(disk.Snapshot(), false), "InvalidSnapshot.InUse"},
		"locked": {func(w *fleet.Fleet, owner, _ string) {
			w.Locks = []fleet.Lock{{Snapshot: spare, Owner: owner, Region: home, State: "compliance", Ends: created * 2}}
		}, of(spare.Snapshot(), false), "OperationNotPermitted"},
		"of AWS Backup": {func(w *fleet.Fleet, _, _ string) { w.Snapshots[1].Tags = []fleet.Tag{{Key: "aws:backup:x"}} }, of(spare.Snapshot(), false), "InvalidParameterValue"},
	})
}

// A snapshot can be deleted when the last image that is made of it is gone.
func TestImagesHoldTheirSnapshots(t *testing.T) {
	s, _, owner, _ := deedWorld(Options{}, twin("disabled"))
	for _, image := range []string{known, sibling.Image()} {
		_, err := ec2Client(s, owner, home).DeleteSnapshot(t.Context(), &ec2.DeleteSnapshotInput{SnapshotId: aws.String(disk.Snapshot())})
		wantCode(t, err, "InvalidSnapshot.InUse")
		if _, err := deregister(t, s, owner, image, false); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ec2Client(s, owner, home).DeleteSnapshot(t.Context(), &ec2.DeleteSnapshotInput{SnapshotId: aws.String(disk.Snapshot())}); err != nil {
		t.Error(err)
	}
}

// What callers have deleted stays so after a change, and what they left is there.
func TestDeedsOutliveAChange(t *testing.T) {
	s, _, owner, _ := deedWorld(Options{}, twin("available"))
	if _, err := deregister(t, s, owner, known, true); err != nil {
		t.Fatal(err)
	}
	before := told(t, s, owner)
	s.Change(func(*fleet.Fleet) {})
	equal(t, "what is told after a change of nothing", before, told(t, s, owner))
	if codes, err := deregister(t, s, owner, sibling.Image(), true); err != nil || codes[disk.Snapshot()] != types.SnapshotReturnCodesSuccess {
		t.Errorf("%v, %v", codes, err)
	}
}

// Lists tell of what has gone for a while; calls that change something know.
func TestLag(t *testing.T) {
	s, c, owner, other := deedWorld(Options{Delays: Delays{Lag: 5 * time.Second}}, nil)
	s.Change(func(w *fleet.Fleet) { w.Instances = nil })
	before, theirs := told(t, s, owner), told(t, s, other)
	if codes, err := deregister(t, s, owner, known, true); err != nil || codes[disk.Snapshot()] != types.SnapshotReturnCodesSuccess {
		t.Fatalf("%v, %v", codes, err)
	}
	if _, err := ec2Client(s, owner, home).CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{spare.Snapshot()}, Tags: []types.Tag{tagOf("a", "b")}}); err != nil {
		t.Fatal(err)
	}
	_, err := deregister(t, s, owner, known, true)
	wantCode(t, err, "InvalidAMIID.Unavailable")
	for range 2 {
		equal(t, "what the owner is told at once", before, told(t, s, owner))
		equal(t, "what the other account is told at once", theirs, told(t, s, other))
		if out, err := ec2Client(s, owner, home).DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{known}}); err != nil || len(out.Images) != 1 {
			t.Errorf("asked for by id: %v, %v", out, err)
		}
		c.now = c.now.Add(4999 * time.Millisecond)
	}
	if got := listedIDs(t, s, owner); slices.Contains(got, known) {
		t.Errorf("five seconds later %v are told", got)
	}
	if tags := tagsByKey(t, ec2Client(s, owner, home), spare.Snapshot()); tags["a"] != "b" {
		t.Errorf("five seconds later the tags are %v", tags)
	}
	_, err = ec2Client(s, owner, home).DescribeSnapshots(t.Context(), &ec2.DescribeSnapshotsInput{SnapshotIds: []string{disk.Snapshot()}})
	wantCode(t, err, "InvalidSnapshot.NotFound")
}

// BenchmarkDeregister is a deregistration with its snapshot in a fleet of 100,000
// images, most of them in one place.
func BenchmarkDeregister(b *testing.B) {
	const images = 100_000
	s, _, owner, _ := deedWorld(Options{}, func(w *fleet.Fleet, owner, _ string) {
		for i := range images {
			id := fleet.ID(1<<50 + i)
			w.Images = append(w.Images, fleet.Image{ID: id, Owner: owner, Region: home, Name: id.Image(), Snapshots: []fleet.ID{id}})
			w.Snapshots = append(w.Snapshots, fleet.Snapshot{ID: id, Owner: owner, Region: home, State: "completed"})
		}
	})
	call := Call{Service: "EC2", Operation: "DeregisterImage", Account: owner, Region: home}
	s.store().used()
	for i := 0; b.Loop(); i++ {
		text := fleet.ID(1<<50 + i%images).Image()
		if _, err := s.deregisterImage(b.Context(), call, &ec2.DeregisterImageInput{ImageId: &text, DeleteAssociatedSnapshots: aws.Bool(true)}); err != nil && i < images {
			b.Fatal(err)
		}
	}
}
