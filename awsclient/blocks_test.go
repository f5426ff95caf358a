package awsclient

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ebs"
	ebstypes "github.com/aws/aws-sdk-go-v2/service/ebs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

func free() error { return nil }

// blockWorld answers block lists by what it is given, of one snapshot.
func blockWorld(t *testing.T, list *ebs.ListSnapshotBlocksOutput, changes *ebs.ListChangedBlocksOutput, refuse error) (*Client, *world, *ebs.ListSnapshotBlocksInput) {
	t.Helper()
	w := newWorld()
	var asked ebs.ListSnapshotBlocksInput
	fakeaws.Handle(w.mux, "EBS", "ListSnapshotBlocks", func(_ context.Context, _ fakeaws.Call, in *ebs.ListSnapshotBlocksInput) (*ebs.ListSnapshotBlocksOutput, error) {
		asked = *in
		return list, refuse
	})
	fakeaws.Handle(w.mux, "EBS", "ListChangedBlocks", func(context.Context, fakeaws.Call, *ebs.ListChangedBlocksInput) (*ebs.ListChangedBlocksOutput, error) {
		return changes, refuse
	})
	c := client(t, demo(w.mux.Transport()))
	discover(t, c)
	return c, w, &asked
}

func askIn(from, to string) cost.Ask {
	return cost.Ask{Scope: model.Scope{Account: dev, Region: "eu-west-1"}, From: from, To: to}
}

func blocksAt(indexes ...int32) []ebstypes.Block {
	out := make([]ebstypes.Block, len(indexes))
	for i, n := range indexes {
		out[i] = ebstypes.Block{BlockIndex: aws.Int32(n), BlockToken: aws.String("x")}
	}
	return out
}

func TestListBlocks(t *testing.T) {
	size := aws.Int32(cost.BlockSize)
	for name, c := range map[string]struct {
		out  *ebs.ListSnapshotBlocksOutput
		at   int32
		want cost.Blocks
		kind model.ErrorKind
	}{
		"blocks":       {&ebs.ListSnapshotBlocksOutput{BlockSize: size, Blocks: blocksAt(7, 8, 10)}, 7, cost.NewBlocks(7, 8, 10), 0},
		"none":         {&ebs.ListSnapshotBlocksOutput{BlockSize: size, Blocks: blocksAt()}, 0, nil, 0},
		"no list":      {&ebs.ListSnapshotBlocksOutput{BlockSize: size}, 0, nil, model.Network},
		"no size":      {&ebs.ListSnapshotBlocksOutput{Blocks: blocksAt(1)}, 0, nil, model.Network},
		"another size": {&ebs.ListSnapshotBlocksOutput{BlockSize: aws.Int32(4096), Blocks: blocksAt(1)}, 0, nil, model.Unknown},
		"too early":    {&ebs.ListSnapshotBlocksOutput{BlockSize: size, Blocks: blocksAt(6, 7)}, 7, nil, model.Network},
		"out of order": {&ebs.ListSnapshotBlocksOutput{BlockSize: size, Blocks: blocksAt(3, 2)}, 0, nil, model.Network},
		"twice":        {&ebs.ListSnapshotBlocksOutput{BlockSize: size, Blocks: blocksAt(3, 3)}, 0, nil, model.Network},
		"no index":     {&ebs.ListSnapshotBlocksOutput{BlockSize: size, Blocks: []ebstypes.Block{{}}}, 0, nil, model.Network},
	} {
		t.Run(name, func(t *testing.T) {
			client, _, asked := blockWorld(t, c.out, nil, nil)
			got, next, err := client.ListBlocks(t.Context(), askIn("", "snap-1"), c.at, "", free)
			op, failed := errors.AsType[*model.OpError](err)
			if c.want != nil && !cmp.Equal(got.Blocks, c.want) || next != "" || failed != (c.kind != 0 || name == "another size") || failed && (op.Kind != c.kind || op.Op != "ebs:ListSnapshotBlocks") {
				t.Errorf("%+v %q %v", got, next, err)
			}
			if *asked.MaxResults != blocksPage || asked.NextToken != nil || aws.ToInt32(asked.StartingBlockIndex) != c.at {
				t.Errorf("asked for %+v", asked)
			}
		})
	}
}

func TestChangedBlocks(t *testing.T) {
	first, second := aws.String("a"), aws.String("b")
	out := &ebs.ListChangedBlocksOutput{BlockSize: aws.Int32(cost.BlockSize), NextToken: aws.String("more"), ChangedBlocks: []ebstypes.ChangedBlock{
		{BlockIndex: aws.Int32(1), FirstBlockToken: first, SecondBlockToken: second},
		{BlockIndex: aws.Int32(2), SecondBlockToken: second},
		{BlockIndex: aws.Int32(5), FirstBlockToken: first},
	}}
	client, _, _ := blockWorld(t, nil, out, nil)
	got, next, err := client.ChangedBlocks(t.Context(), askIn("snap-1", "snap-2"), 0, "", free)
	want := cost.Change{From: "snap-1", To: "snap-2", Written: cost.NewBlocks(1, 2), Dropped: cost.NewBlocks(5)}
	if !cmp.Equal(got, want) || next != "more" || err != nil {
		t.Errorf("%+v %q %v", got, next, err)
	}
	out.ChangedBlocks = append(out.ChangedBlocks, ebstypes.ChangedBlock{BlockIndex: aws.Int32(6)})
	if _, _, err := client.ChangedBlocks(t.Context(), askIn("snap-1", "snap-2"), 0, "", free); !errors.Is(err, errForeign) {
		t.Errorf("a block that neither holds: %v", err)
	}
}

// TestEveryAttemptIsSpent: retries cost a request each, and what spend refuses
// is not sent.
func TestEveryAttemptIsSpent(t *testing.T) {
	client, w, _ := blockWorld(t, nil, nil, &fakeaws.Error{Code: "InternalServerException", Message: "x", Status: http.StatusInternalServerError})
	spent, enough := 0, errors.New("enough")
	_, _, err := client.ListBlocks(t.Context(), askIn("", "snap-1"), 0, "", func() error {
		if spent == 3 {
			return enough
		}
		spent++
		return nil
	})
	if !errors.Is(err, enough) || w.called("EBS ListSnapshotBlocks") != 3 {
		t.Errorf("%d calls, %v", w.called("EBS ListSnapshotBlocks"), err)
	}
}

func TestBlockErrorsSayWhy(t *testing.T) {
	h := handMade(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "ListChangedBlocks"}}}, Options{}, func(w *fleet.Fleet, s, _ model.Scope) {
		for i := range 2 {
			w.Snapshots = append(w.Snapshots, fleet.Snapshot{ID: fleet.ID(0x1000 + i), Owner: s.Account, Region: s.Region, State: "completed", Size: fleet.Size{GiB: 1}})
		}
	})
	a, b := fleet.ID(0x1000).Snapshot(), fleet.ID(0x1001).Snapshot()
	for name, c := range map[string]struct {
		call func() error
		kind model.ErrorKind
		code string
		help string
	}{
		"token": {func() error {
			_, _, err := h.client.ListBlocks(t.Context(), cost.Ask{Scope: h.scope, To: a}, 5, "x", free)
			return err
		}, model.Invalid, "INVALID_PAGE_TOKEN", ""},
		"gone": {func() error {
			_, _, err := h.client.ListBlocks(t.Context(), cost.Ask{Scope: h.scope, To: "snap-00000001"}, 0, "", free)
			return err
		}, model.NotFound, "ResourceNotFoundException", ""},
		"denied": {func() error {
			_, _, err := h.client.ChangedBlocks(t.Context(), cost.Ask{Scope: h.scope, From: a, To: b}, 0, "", free)
			return err
		}, model.Denied, "AccessDeniedException", "kms:Decrypt"},
		"nobody": {func() error {
			_, _, err := h.client.ListBlocks(t.Context(), cost.Ask{Scope: model.Scope{Account: prod}, To: a}, 0, "", free)
			return err
		}, model.Expired, "", ""},
	} {
		op, ok := errors.AsType[*model.OpError](c.call())
		if !ok || op.Kind != c.kind || op.Code != c.code || !strings.Contains(op.Hint(), c.help) {
			t.Errorf("%s: %+v", name, op)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.client.ListBlocks(ctx, cost.Ask{Scope: h.scope, To: a}, 0, "", free); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
