package awsclient

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/model"
)

// everybody stands in model.Reread.Shares for a snapshot that is public.
const everybody = "all"

// snapshots reads the snapshots of the account's images and those besides, which
// images use them, and who may.
func (x *rereading) snapshots(ctx context.Context) error {
	ids := x.snapshotIDs()
	found, err := x.describeSnapshots(ctx, ids)
	if err != nil {
		return err
	}
	x.tell(func(out *model.Reread) { out.Snapshots, out.Missing = found, without(ids, found) })
	if !x.look.Snapshots {
		return nil
	}
	var parts errgroup.Group
	parts.Go(x.with(ctx, true, func(ctx context.Context) error { return x.users(ctx, ids) }))
	parts.Go(x.with(ctx, true, func(ctx context.Context) error { return x.shares(ctx, found) }))
	return parts.Wait()
}

func (x *rereading) snapshotIDs() []string {
	ids := slices.Clone(x.look.Besides)
	if x.look.Snapshots {
		for _, im := range x.found {
			if x.own(im) {
				ids = append(ids, im.SnapshotIDs()...)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// describeSnapshots reads snapshots by id. They are filtered, for of ids in the call
// itself one that is not there would fail it; and picked, for an endpoint that does
// not know the filter must not answer with every public snapshot there is.
func (x *rereading) describeSnapshots(ctx context.Context, ids []string) ([]*model.Snapshot, error) {
	r, err := x.client.reading(ctx, x.look.Scope, model.Snapshots)
	if err != nil {
		return nil, err
	}
	out := []*model.Snapshot{}
	for some := range slices.Chunk(ids, valuesPerFilter) {
		err := r.describeSnapshots(ctx, ec2.DescribeSnapshotsInput{Filters: among("snapshot-id", some)}, func(page []*model.Snapshot) {
			for _, s := range page {
				if _, asked := slices.BinarySearch(some, s.ID); asked {
					out = append(out, s)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b *model.Snapshot) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// without are ids, sorted, but for those of what was found.
func without(ids []string, found []*model.Snapshot) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(found, func(s *model.Snapshot) bool { return s.ID == id })
	})
}

// users reads which images of the account use snapshots, disabled ones too.
func (x *rereading) users(ctx context.Context, ids []string) error {
	images, err := x.describe(ctx, []string{"self"}, "block-device-mapping.snapshot-id", ids)
	if err != nil {
		return err
	}
	users := make(map[string][]string, len(ids))
	for _, id := range ids {
		users[id] = []string{}
	}
	for _, im := range images {
		for _, id := range im.SnapshotIDs() {
			if list, asked := users[id]; asked {
				users[id] = append(list, im.ID)
			}
		}
	}
	for id, list := range users {
		slices.Sort(list)
		users[id] = slices.Compact(list)
	}
	x.tell(func(out *model.Reread) { out.Users = users })
	return nil
}

// shares reads who may make volumes of snapshots of the account, a call each.
func (x *rereading) shares(ctx context.Context, found []*model.Snapshot) error {
	var calls errgroup.Group
	calls.SetLimit(rereadAtOnce)
	for _, s := range found {
		if s.Owner != x.look.Scope.Account {
			continue
		}
		calls.Go(func() error {
			p, err := x.client.ReadVolumePermissions(ctx, x.look.Scope, s.ID)
			if err == nil && p.Err == nil {
				x.share(s.ID, p)
				return nil
			}
			if err == nil {
				err = p.Err
			}
			return err
		})
	}
	return calls.Wait()
}

func (x *rereading) share(id string, p *model.VolumePermissions) {
	with := slices.Clone(p.Accounts)
	if p.Public {
		with = append(with, everybody)
	}
	x.tell(func(out *model.Reread) {
		if out.Shares == nil {
			out.Shares = map[string][]string{}
		}
		out.Shares[id] = append([]string{}, with...)
	})
}
