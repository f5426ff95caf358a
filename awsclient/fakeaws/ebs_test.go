package fakeaws

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	direct "github.com/aws/aws-sdk-go-v2/service/ebs"
	"github.com/aws/aws-sdk-go-v2/service/ebs/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// saved is an account with two snapshots of a volume, one of another, and such
// whose blocks cannot be listed.
func saved(o Options) (s *Server, all []fleet.Snapshot) {
	o.Fleet, o.Bare = fleet.Config{Accounts: 2, Regions: 2}, true
	o.World = func(f *fleet.Fleet) {
		a, b := f.Active()[0].ID, f.Active()[1].ID
		add := func(owner string, size int32, change func(*fleet.Snapshot)) {
			r := fleet.Snapshot{ID: fleet.ID(1<<41 + len(all)), Owner: owner, Region: f.Enabled()[0], State: "completed", Tier: "standard", Size: fleet.Size{GiB: size}}
			if change != nil {
				change(&r)
			}
			all = append(all, r)
		}
		add(a, 1, nil)
		add(a, 2, func(r *fleet.Snapshot) { r.Size.From = &fleet.Origin{ID: all[0].ID, Size: all[0].Size} })
		add(a, 1, nil)
		add(a, 1, func(r *fleet.Snapshot) { r.State = "pending" })
		add(a, 1, func(r *fleet.Snapshot) { r.Tier = "archive" })
		add(b, 1, nil)
		f.Snapshots = slices.Clone(all)
	}
	return New(o), all
}

func ebsClient(s *Server) *direct.Client {
	return direct.NewFromConfig(serverConfig(s, "", s.Regions()[0]))
}

// indexes are the blocks of a snapshot.
func indexes(r *fleet.Snapshot) []int32 {
	var out []int32
	for _, e := range r.Blocks() {
		for i := e.From; i < e.To; i++ {
			out = append(out, i)
		}
	}
	return out
}

func TestBlocksOfASnapshot(t *testing.T) {
	for name, o := range map[string]Options{"": {}, "short": {ShortEvery: 2, EmptyEvery: 3, PageLimit: 130}} {
		t.Run(name, func(t *testing.T) {
			s, all := saved(o)
			want := indexes(&all[0])
			for _, start := range []int{0, 1, len(want) / 2} {
				var got []int32
				in := direct.ListSnapshotBlocksInput{SnapshotId: aws.String(all[0].ID.Snapshot()), MaxResults: aws.Int32(100), StartingBlockIndex: aws.Int32(want[start])}
				for more := true; more; more = in.NextToken != nil {
					out, err := ebsClient(s).ListSnapshotBlocks(t.Context(), &in)
					if err != nil || *out.BlockSize != fleet.BlockSize || *out.VolumeSize != 1 || !out.ExpiryTime.After(time.Now()) || len(out.Blocks) > 100 {
						t.Fatalf("%+v, %v", out, err)
					}
					for _, b := range out.Blocks {
						got = append(got, *b.BlockIndex)
					}
					in.NextToken = out.NextToken
				}
				if !slices.Equal(got, want[start:]) {
					t.Errorf("from %d: %d blocks, want %d", want[start], len(got), len(want)-start)
				}
			}
		})
	}
}

// TestChangedBlocks compares with what a block by block look gives.
func TestChangedBlocks(t *testing.T) {
	s, all := saved(Options{})
	writes := func(r *fleet.Snapshot) map[int32]fleet.ID {
		out := map[int32]fleet.ID{}
		for _, e := range r.Blocks() {
			for i := e.From; i < e.To; i++ {
				out[i] = e.Write
			}
		}
		return out
	}
	a, b := writes(&all[0]), writes(&all[1])
	for _, c := range []struct {
		first, second  int
		before, behind map[int32]fleet.ID
	}{{0, 1, a, b}, {1, 0, b, a}, {0, 0, a, a}} {
		in := direct.ListChangedBlocksInput{FirstSnapshotId: aws.String(all[c.first].ID.Snapshot()), SecondSnapshotId: aws.String(all[c.second].ID.Snapshot()), MaxResults: aws.Int32(10_000)}
		out, err := ebsClient(s).ListChangedBlocks(t.Context(), &in)
		if err != nil || out.NextToken != nil {
			t.Fatal(err)
		}
		got, n := map[int32]bool{}, 0
		for _, x := range out.ChangedBlocks {
			i := *x.BlockIndex
			got[i] = true
			if c.before[i] == c.behind[i] || (c.before[i] != 0) != (x.FirstBlockToken != nil) || (c.behind[i] != 0) != (x.SecondBlockToken != nil) {
				t.Errorf("block %d: %v %v", i, x.FirstBlockToken, x.SecondBlockToken)
			}
		}
		for i := range int32(2 * 2048) {
			if c.before[i] != c.behind[i] {
				n++
			}
		}
		if len(got) != n || len(out.ChangedBlocks) != n || c.first != c.second && (n == 0 || n == len(a)+len(b)) {
			t.Errorf("%d to %d: %d changed, want %d", c.first, c.second, len(out.ChangedBlocks), n)
		}
	}
}

func TestBlocksErrors(t *testing.T) {
	s, all := saved(Options{})
	id := func(i int) *string { return aws.String(all[i].ID.Snapshot()) }
	changed := func(first, second *string) func() error {
		return func() error {
			_, err := ebsClient(s).ListChangedBlocks(t.Context(), &direct.ListChangedBlocksInput{FirstSnapshotId: first, SecondSnapshotId: second})
			return err
		}
	}
	listed := func(in direct.ListSnapshotBlocksInput) func() error {
		return func() error {
			_, err := ebsClient(s).ListSnapshotBlocks(t.Context(), &in)
			return err
		}
	}
	for name, c := range map[string]struct {
		call   func() error
		reason string
	}{
		"unrelated": {changed(id(0), id(2)), "UNRELATED_SNAPSHOTS"},
		"no first":  {changed(nil, id(0)), "INVALID_SNAPSHOT_ID"},
		"pending":   {listed(direct.ListSnapshotBlocksInput{SnapshotId: id(3)}), "INVALID_SNAPSHOT_ID"},
		"archived":  {changed(id(0), id(4)), "INVALID_SNAPSHOT_ID"},
		"others'":   {listed(direct.ListSnapshotBlocksInput{SnapshotId: id(5)}), "SNAPSHOT_NOT_FOUND"},
		"gone":      {listed(direct.ListSnapshotBlocksInput{SnapshotId: aws.String("snap-00000000")}), "SNAPSHOT_NOT_FOUND"},
		"few":       {listed(direct.ListSnapshotBlocksInput{SnapshotId: id(0), MaxResults: aws.Int32(99)}), "INVALID_PARAMETER_VALUE"},
		"many":      {listed(direct.ListSnapshotBlocksInput{SnapshotId: id(0), MaxResults: aws.Int32(10_001)}), "INVALID_PARAMETER_VALUE"},
		"token":     {listed(direct.ListSnapshotBlocksInput{SnapshotId: id(0), NextToken: aws.String("x")}), "INVALID_PAGE_TOKEN"},
	} {
		err := c.call()
		v, invalid := errors.AsType[*types.ValidationException](err)
		n, gone := errors.AsType[*types.ResourceNotFoundException](err)
		told := invalid && string(v.Reason) == c.reason && v.ErrorMessage() != "" || gone && string(n.Reason) == c.reason && n.ErrorMessage() != ""
		if !told {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPageTokensExpire after an hour, and only then.
func TestPageTokensExpire(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s, all := saved(Options{Now: func() time.Time { return now }})
	in := direct.ListSnapshotBlocksInput{SnapshotId: aws.String(all[0].ID.Snapshot()), MaxResults: aws.Int32(100)}
	out, err := ebsClient(s).ListSnapshotBlocks(t.Context(), &in)
	if err != nil || out.NextToken == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	in.NextToken = out.NextToken
	now = now.Add(time.Hour)
	if _, err := ebsClient(s).ListSnapshotBlocks(t.Context(), &in); err != nil {
		t.Error(err)
	}
	now = now.Add(time.Second)
	if _, err = ebsClient(s).ListSnapshotBlocks(t.Context(), &in); err == nil {
		t.Error("the token is good for ever")
	}
}

func TestBlockListsAreThrottled(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s, all := saved(Options{Throttle: true, Now: func() time.Time { return now }})
	for i := range 51 {
		_, err := ebsClient(s).ListSnapshotBlocks(t.Context(), &direct.ListSnapshotBlocksInput{SnapshotId: aws.String(all[0].ID.Snapshot()), MaxResults: aws.Int32(100)})
		r, slow := errors.AsType[*types.RequestThrottledException](err)
		if slow != (i == 50) || slow && r.Reason != types.RequestThrottledExceptionReasonAccountThrottled {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	if _, err := ebsClient(s).ListChangedBlocks(t.Context(), &direct.ListChangedBlocksInput{FirstSnapshotId: aws.String(all[0].ID.Snapshot()), SecondSnapshotId: aws.String(all[1].ID.Snapshot())}); err != nil {
		t.Errorf("the other list has a bucket of its own: %v", err)
	}
}

func TestBlockListsCanBeDenied(t *testing.T) {
	s, all := saved(Options{Denied: []Rule{{Operation: "ebs:ListSnapshotBlocks"}}})
	_, err := ebsClient(s).ListSnapshotBlocks(t.Context(), &direct.ListSnapshotBlocksInput{SnapshotId: aws.String(all[0].ID.Snapshot())})
	if d, ok := errors.AsType[*types.AccessDeniedException](err); !ok || d.ErrorMessage() == "" {
		t.Errorf("%v", err)
	}
}
