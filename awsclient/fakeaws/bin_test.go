package fakeaws

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// inBin lists what is in an account's Recycle Bin, with its exit.
func inBin(t *testing.T, s *Server, account string) map[string]time.Time {
	t.Helper()
	c, out := ec2Client(s, account, home), map[string]time.Time{}
	images, err := c.ListImagesInRecycleBin(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range images.Images {
		out[*r.ImageId] = *r.RecycleBinExitTime
	}
	snapshots, err := c.ListSnapshotsInRecycleBin(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range snapshots.Snapshots {
		out[*r.SnapshotId] = *r.RecycleBinExitTime
	}
	return out
}

// rules lets the owner have retention rules in the home region.
func rules(list ...fleet.BinRule) func(*fleet.Fleet, string, string) {
	return func(w *fleet.Fleet, owner, _ string) {
		for i, r := range list {
			r.ID, r.Owner, r.Region = string(rune('a'+i)), owner, home
			w.BinRules = append(w.BinRules, r)
		}
	}
}

func TestTheRecycleBinKeeps(t *testing.T) {
	tagged, other := []fleet.Tag{{Key: "team", Value: "a"}, {Key: "x", Value: "y"}}, []fleet.Tag{{Key: "team", Value: "b"}}
	for name, c := range map[string]struct {
		rules []fleet.BinRule
		days  int // 0: it is gone
	}{
		"no rule":               {nil, 0},
		"a rule for the region": {[]fleet.BinRule{{Resource: "EC2_IMAGE", Days: 7}}, 7},
		"one for snapshots":     {[]fleet.BinRule{{Resource: "EBS_SNAPSHOT", Days: 7}}, 0},
		"one of its tags":       {[]fleet.BinRule{{Resource: "EC2_IMAGE", Days: 8, Tags: tagged}}, 8},
		"another tag":           {[]fleet.BinRule{{Resource: "EC2_IMAGE", Days: 8, Tags: other}}, 0},
		"excepted":              {[]fleet.BinRule{{Resource: "EC2_IMAGE", Days: 8, Except: tagged}}, 0},
		"not excepted":          {[]fleet.BinRule{{Resource: "EC2_IMAGE", Days: 8, Except: other}}, 8},
		"not active yet":        {[]fleet.BinRule{{Resource: "EC2_IMAGE", Days: 8, State: "pending"}}, 0},
		"the longest":           {[]fleet.BinRule{{Resource: "EC2_IMAGE", Days: 3}, {Resource: "EC2_IMAGE", Days: 9, Tags: tagged}, {Resource: "EC2_IMAGE", Days: 5}}, 9},
	} {
		t.Run(name, func(t *testing.T) {
			s, clock, owner, other := deedWorld(Options{}, rules(c.rules...))
			if _, err := deregister(t, s, owner, known, false); err != nil {
				t.Fatal(err)
			}
			exit := fleet.Epoch.Add(time.Duration(c.days) * 24 * time.Hour)
			if got, there := inBin(t, s, owner)[known]; there != (c.days > 0) || there && !got.Equal(exit) {
				t.Errorf("in the bin: %v until %s, want %d days", there, got, c.days)
			}
			if got := inBin(t, s, other); len(got) != 0 {
				t.Errorf("the other account has %v", got)
			}
			clock.now = exit
			if got := inBin(t, s, owner); len(got) != 0 {
				t.Errorf("after that it is still there: %v", got)
			}
		})
	}
}

func TestTheRecycleBinKeepsSnapshots(t *testing.T) {
	s, clock, owner, _ := deedWorld(Options{}, rules(fleet.BinRule{Resource: "EBS_SNAPSHOT", Days: 2, Except: []fleet.Tag{{Key: "scratch", Value: ""}}}))
	if _, err := ec2Client(s, owner, home).CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{spare.Snapshot()}, Tags: tagList("scratch", "")}); err != nil {
		t.Fatal(err)
	}
	if _, err := ec2Client(s, owner, home).DeleteSnapshot(t.Context(), &ec2.DeleteSnapshotInput{SnapshotId: aws.String(spare.Snapshot())}); err != nil {
		t.Fatal(err)
	}
	if _, err := deregister(t, s, owner, known, true); err != nil {
		t.Fatal(err)
	}
	got := inBin(t, s, owner)
	if _, kept := got[disk.Snapshot()]; !kept || len(got) != 1 {
		t.Errorf("in the bin: %v", got)
	}
	if _, err := ec2Client(s, owner, home).CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{disk.Snapshot()}, Tags: tagList("a", "b")}); err != nil {
		t.Errorf("what is in the bin can be tagged: %v", err)
	}
	clock.now = clock.now.Add(48 * time.Hour)
	_, err := ec2Client(s, owner, home).CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{disk.Snapshot()}, Tags: tagList("a", "b")})
	wantCode(t, err, "InvalidSnapshot.NotFound")
}

// What made instances of an image and volumes of its snapshots start faster ends
// with them.
func TestDeletionEndsFastStarts(t *testing.T) {
	s, _, owner, _ := deedWorld(Options{}, func(w *fleet.Fleet, owner, _ string) {
		w.FastLaunches = []fleet.FastLaunch{{Image: w.Images[0].ID, Owner: owner, Region: home}}
		w.FastRestores = []fleet.FastRestore{{Snapshot: disk, Owner: owner, Region: home, Zone: home + "a"}, {Snapshot: spare, Owner: owner, Region: home, Zone: home + "a"}}
	})
	if _, err := deregister(t, s, owner, known, true); err != nil {
		t.Fatal(err)
	}
	launches, err := ec2Client(s, owner, home).DescribeFastLaunchImages(t.Context(), nil)
	if err != nil || launches.FastLaunchImages[0].State != "disabling" {
		t.Errorf("%v, %v", launches, err)
	}
	restores, err := ec2Client(s, owner, home).DescribeFastSnapshotRestores(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, r := range restores.FastSnapshotRestores {
		states[*r.SnapshotId] = string(r.State)
	}
	if states[disk.Snapshot()] != "disabled" || states[spare.Snapshot()] != "enabled" {
		t.Errorf("%v", states)
	}
}

// The images of an instance store have nothing that could be kept.
func TestTheRecycleBinKeepsImagesOfEBSOnly(t *testing.T) {
	for name, change := range map[string]func(im *fleet.Image){
		"instance store": func(im *fleet.Image) { im.Machine = &fleet.Machine{RootType: "instance-store"} },
		"failed":         func(im *fleet.Image) { im.Life.State = "failed" },
		"pending":        func(im *fleet.Image) { im.Life.State = "pending" },
	} {
		t.Run(name, func(t *testing.T) {
			s, _, owner, _ := deedWorld(Options{}, func(w *fleet.Fleet, owner, other string) {
				rules(fleet.BinRule{Resource: "EC2_IMAGE", Days: 7})(w, owner, other)
				change(&w.Images[0])
			})
			if _, err := deregister(t, s, owner, known, false); err != nil {
				t.Fatal(err)
			}
			if got := inBin(t, s, owner); len(got) != 0 || slices.Contains(listedIDs(t, s, owner), known) {
				t.Errorf("it is not gone: %v", got)
			}
		})
	}
}

func restoreImage(t *testing.T, s *Server, account, id string) error {
	t.Helper()
	out, err := ec2Client(s, account, home).RestoreImageFromRecycleBin(t.Context(), &ec2.RestoreImageFromRecycleBinInput{ImageId: &id})
	if err == nil && !aws.ToBool(out.Return) {
		t.Error("the answer is no success")
	}
	return err
}

func restoreSnapshot(t *testing.T, s *Server, account, id string) (*ec2.RestoreSnapshotFromRecycleBinOutput, error) {
	t.Helper()
	return ec2Client(s, account, home).RestoreSnapshotFromRecycleBin(t.Context(), &ec2.RestoreSnapshotFromRecycleBinInput{SnapshotId: &id})
}

// What is deleted and restored is as it was before, permissions and tags too.
func TestRestore(t *testing.T) {
	s, clock, owner, other := deedWorld(Options{}, rules(fleet.BinRule{Resource: "EC2_IMAGE", Days: 7}, fleet.BinRule{Resource: "EBS_SNAPSHOT", Days: 7}))
	before, theirs := told(t, s, owner), told(t, s, other)
	if _, err := deregister(t, s, owner, known, true); err != nil {
		t.Fatal(err)
	}
	if got := inBin(t, s, owner); len(got) != 2 {
		t.Fatalf("in the bin: %v", got)
	}
	wantCode(t, restoreImage(t, s, owner, known), "IncorrectState")
	out, err := restoreSnapshot(t, s, owner, disk.Snapshot())
	if err != nil || out.State != "recovering" || *out.SnapshotId != disk.Snapshot() || *out.OwnerId != owner || *out.VolumeSize != 8 {
		t.Fatalf("%+v, %v", out, err)
	}
	wantCode(t, restoreImage(t, s, owner, known), "IncorrectState")
	clock.now = clock.now.Add(defaultCopying)
	if err := restoreImage(t, s, owner, known); err != nil {
		t.Fatal(err)
	}
	equal(t, "what the owner is told", before, told(t, s, owner))
	equal(t, "what the other account is told", theirs, told(t, s, other))
	wantCode(t, restoreImage(t, s, owner, known), "InvalidAMIID.NotFound")
	clock.now = clock.now.Add(30 * 24 * time.Hour)
	equal(t, "what is told when the retention is over", before, told(t, s, owner))
	if codes, err := deregister(t, s, owner, known, true); err != nil || codes[disk.Snapshot()] != "success" {
		t.Errorf("once more: %v, %v", codes, err)
	}
}

func TestRestoreIsRefused(t *testing.T) {
	filled := func(f func(w *fleet.Fleet)) func(*fleet.Fleet, string, string) {
		return func(w *fleet.Fleet, owner, _ string) {
			exits := fleet.Time(fleet.Epoch.Add(time.Hour).UnixMilli())
			w.BinnedImages = []fleet.BinnedImage{{Image: fleet.Image{ID: sibling, Owner: owner, Region: home, Name: "sibling", Snapshots: []fleet.ID{disk}}, Exits: exits}}
			w.BinnedSnapshots = []fleet.BinnedSnapshot{{Snapshot: fleet.Snapshot{ID: running, Owner: owner, Region: home, State: "completed"}, Exits: exits}}
			if f != nil {
				f(w)
			}
		}
	}
	image := func(id string, byOther bool) func(*testing.T, *Server, string, string) error {
		return func(t *testing.T, s *Server, owner, other string) error {
			if byOther {
				owner = other
			}
			return restoreImage(t, s, owner, id)
		}
	}
	snapshot := func(id string, byOther bool) func(*testing.T, *Server, string, string) error {
		return func(t *testing.T, s *Server, owner, other string) error {
			if byOther {
				owner = other
			}
			_, err := restoreSnapshot(t, s, owner, id)
			return err
		}
	}
	wantRefusals(t, map[string]refusal{
		"another's image":      {filled(nil), image(sibling.Image(), true), "InvalidAMIID.NotFound"},
		"an image outside":     {filled(nil), image(known, false), "InvalidAMIID.NotFound"},
		"a malformed image":    {filled(nil), image("ami-x", false), "InvalidAMIID.Malformed"},
		"no image":             {filled(nil), image("", false), "MissingParameter"},
		"a disk that is gone":  {filled(func(w *fleet.Fleet) { w.Snapshots = w.Snapshots[1:] }), image(sibling.Image(), false), "IncorrectState"},
		"a name that is taken": {filled(func(w *fleet.Fleet) { w.Images[0].Name = "sibling" }), image(sibling.Image(), false), "InvalidAMIName.Duplicate"},
		"another's snapshot":   {filled(nil), snapshot(running.Snapshot(), true), "InvalidSnapshot.NotFound"},
		"a snapshot outside":   {filled(nil), snapshot(disk.Snapshot(), false), "InvalidSnapshot.NotFound"},
		"a malformed snapshot": {filled(nil), snapshot("snap-x", false), "InvalidSnapshotID.Malformed"},
		"no snapshot":          {filled(nil), snapshot("", false), "MissingParameter"},
	})
}
