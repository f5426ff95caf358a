package fakeaws

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// snapshotValues says in terms of the answer what each filter looks at.
var snapshotValues = map[string]func(types.Snapshot) string{
	"description":   func(s types.Snapshot) string { return aws.ToString(s.Description) },
	"encrypted":     func(s types.Snapshot) string { return strconv.FormatBool(*s.Encrypted) },
	"owner-alias":   func(s types.Snapshot) string { return aws.ToString(s.OwnerAlias) },
	"owner-id":      func(s types.Snapshot) string { return *s.OwnerId },
	"progress":      func(s types.Snapshot) string { return *s.Progress },
	"snapshot-id":   func(s types.Snapshot) string { return *s.SnapshotId },
	"start-time":    func(s types.Snapshot) string { return s.StartTime.Format(isoForm) },
	"status":        func(s types.Snapshot) string { return string(s.State) },
	"storage-tier":  func(s types.Snapshot) string { return string(s.StorageTier) },
	"transfer-type": func(s types.Snapshot) string { return string(s.TransferType) },
	"volume-id":     func(s types.Snapshot) string { return *s.VolumeId },
	"volume-size":   func(s types.Snapshot) string { return strconv.Itoa(int(*s.VolumeSize)) },
}

func snapshotIDs(in []types.Snapshot) []string {
	out := make([]string, len(in))
	for i, r := range in {
		out[i] = *r.SnapshotId
	}
	slices.Sort(out)
	return out
}

func fleetSnapshots(s *Server, keep func(fleet.Snapshot) bool) []string {
	out := []string{}
	for _, r := range fleet.New(s.options.Fleet).Snapshots {
		if keep(r) {
			out = append(out, r.ID.Snapshot())
		}
	}
	slices.Sort(out)
	return out
}

func describeSnapshots(t *testing.T, client *ec2.Client, in ec2.DescribeSnapshotsInput) []types.Snapshot {
	t.Helper()
	out, err := client.DescribeSnapshots(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return out.Snapshots
}

func TestEverySnapshotFilter(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Accounts: 1, Regions: 2, Images: 400}})
	client := ec2Client(s, "", "us-east-2") // where the copies are
	all := describeSnapshots(t, client, ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	for _, name := range slices.Sorted(maps.Keys(snapshotFilters.values)) {
		t.Run(name, func(t *testing.T) {
			value := snapshotValues[name]
			byValue := map[string][]types.Snapshot{"no such value": nil}
			for _, r := range all {
				if v := value(r); v != "" {
					byValue[v] = append(byValue[v], r)
				}
			}
			if len(byValue) < 2 && name != "owner-alias" {
				t.Fatal("no snapshot has a value for this filter")
			}
			for _, v := range slices.Sorted(maps.Keys(byValue))[:min(len(byValue), 12)] {
				got := describeSnapshots(t, client, ec2.DescribeSnapshotsInput{Filters: filter(name, escapeGlob(v))})
				if diff := cmp.Diff(snapshotIDs(byValue[v]), snapshotIDs(got)); diff != "" {
					t.Errorf("%s=%q: %s", name, v, diff)
				}
			}
		})
	}
}

func TestSnapshotPages(t *testing.T) {
	s := New(Demo(fleet.Config{}))
	prod := s.Accounts()[1].ID
	want := fleetSnapshots(s, func(r fleet.Snapshot) bool { return r.Owner == prod && r.Region == "us-east-1" })
	for _, size := range []int32{1, 5, 64, 1000} {
		var got []types.Snapshot
		pages := ec2.NewDescribeSnapshotsPaginator(ec2Client(s, prod, "us-east-1"), &ec2.DescribeSnapshotsInput{
			OwnerIds: []string{"self"}, MaxResults: &size,
		})
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, out.Snapshots...)
		}
		if diff := cmp.Diff(want, snapshotIDs(got)); diff != "" {
			t.Errorf("%d a page: %s", size, diff)
		}
	}
}

// TestSnapshotsOfOthers checks who sees a snapshot: its owner, and those it is
// shared with.
func TestSnapshotsOfOthers(t *testing.T) {
	s := New(Options{})
	shared := 0
	for _, a := range s.Accounts() {
		for _, region := range s.Regions() {
			open := func(r fleet.Snapshot) bool {
				return slices.ContainsFunc(r.Permissions, func(p fleet.Permission) bool { return p.Group == "all" || p.Account == a.ID })
			}
			own := func(r fleet.Snapshot) bool { return r.Owner == a.ID }
			cases := map[string]struct {
				in   ec2.DescribeSnapshotsInput
				want func(fleet.Snapshot) bool
			}{
				"all":    {ec2.DescribeSnapshotsInput{}, func(r fleet.Snapshot) bool { return own(r) || open(r) }},
				"own":    {ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}, own},
				"public": {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{"all"}}, func(r fleet.Snapshot) bool { return slices.Contains(r.Permissions, fleet.Permission{Group: "all"}) }},
				"mine to use": {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{"self"}}, func(r fleet.Snapshot) bool {
					return own(r) || slices.Contains(r.Permissions, fleet.Permission{Account: a.ID})
				}},
				"given to a stranger": {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{"998877665544"}}, func(r fleet.Snapshot) bool {
					return own(r) && slices.Contains(r.Permissions, fleet.Permission{Account: "998877665544"})
				}},
			}
			for name, c := range cases {
				got := describeSnapshots(t, ec2Client(s, a.ID, region), c.in)
				want := fleetSnapshots(s, func(r fleet.Snapshot) bool { return r.Region == region && c.want(r) })
				if diff := cmp.Diff(want, snapshotIDs(got)); diff != "" {
					t.Errorf("%s in %s, %s: %s", a.Name, region, name, diff)
				}
				for _, r := range got {
					if *r.OwnerId == a.ID {
						continue
					}
					shared++
					if len(r.Tags) > 0 {
						t.Errorf("the tags of %s are told to %s", *r.SnapshotId, a.Name)
					}
				}
			}
		}
	}
	if shared == 0 {
		t.Error("no snapshot of another account was told")
	}
}

// TestInaccessibleSnapshotsAreLeftOut is about ids of snapshots that exist.
func TestInaccessibleSnapshotsAreLeftOut(t *testing.T) {
	s := New(Options{})
	root, dev := s.Accounts()[0].ID, s.Accounts()[3].ID
	ids := fleetSnapshots(s, func(r fleet.Snapshot) bool {
		return r.Owner == root && r.Region == "us-east-1" && len(r.Permissions) == 0
	})
	if got := describeSnapshots(t, ec2Client(s, dev, "us-east-1"), ec2.DescribeSnapshotsInput{SnapshotIds: ids[:3]}); len(got) != 0 {
		t.Errorf("others' snapshots are told by id: %v", snapshotIDs(got))
	}
	if got := describeSnapshots(t, ec2Client(s, root, "us-east-1"), ec2.DescribeSnapshotsInput{SnapshotIds: ids[:3]}); len(got) != 3 {
		t.Errorf("the owner is told %v", snapshotIDs(got))
	}
}

func TestBadSnapshotRequests(t *testing.T) {
	client := ec2Client(New(Options{}), "", "us-east-1")
	cases := map[string]struct {
		in   ec2.DescribeSnapshotsInput
		code string
	}{
		"gone":          {ec2.DescribeSnapshotsInput{SnapshotIds: []string{"snap-0123456789abcdef0"}}, "InvalidSnapshot.NotFound"},
		"malformed":     {ec2.DescribeSnapshotsInput{SnapshotIds: []string{"snap-1"}}, "InvalidSnapshotID.Malformed"},
		"ids and size":  {ec2.DescribeSnapshotsInput{SnapshotIds: []string{"snap-0123456789abcdef0"}, MaxResults: aws.Int32(5)}, "InvalidParameterCombination"},
		"owner":         {ec2.DescribeSnapshotsInput{OwnerIds: []string{"me"}}, "InvalidUserID.Malformed"},
		"restorable by": {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{"me"}}, "InvalidUserID.Malformed"},
		"filter":        {ec2.DescribeSnapshotsInput{Filters: filter("name", "x")}, "InvalidParameterValue"},
		"token":         {ec2.DescribeSnapshotsInput{NextToken: aws.String("x")}, "InvalidPaginationToken"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := client.DescribeSnapshots(t.Context(), &c.in)
			wantCode(t, err, c.code)
		})
	}
}
