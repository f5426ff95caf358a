package fakeaws

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// snapshotView is a snapshot as one account sees it: others' without tags.
type snapshotView struct {
	*fleet.Snapshot
	own   bool
	alias string // of the owner
}

func (v snapshotView) tags() []fleet.Tag {
	if !v.own {
		return nil
	}
	return v.Tags
}

// snapshotFilters are the filters of DescribeSnapshots.
var snapshotFilters = filters[snapshotView]{
	tags: snapshotView.tags,
	values: map[string]func(snapshotView) []string{
		"description":   func(v snapshotView) []string { return one(v.Description) },
		"encrypted":     func(v snapshotView) []string { return truth(v.KMSKey != "") },
		"owner-alias":   func(v snapshotView) []string { return one(v.alias) },
		"owner-id":      func(v snapshotView) []string { return one(v.Owner) },
		"progress":      func(v snapshotView) []string { return one(v.Progress) },
		"snapshot-id":   func(v snapshotView) []string { return one(v.ID.Snapshot()) },
		"start-time":    func(v snapshotView) []string { return moment(v.Start) },
		"status":        func(v snapshotView) []string { return one(v.State) },
		"storage-tier":  func(v snapshotView) []string { return one(v.Tier) },
		"transfer-type": func(v snapshotView) []string { return one(v.Transfer) },
		"volume-id":     func(v snapshotView) []string { return one(v.Volume.Text(fleet.VolumePrefix)) },
		"volume-size":   func(v snapshotView) []string { return one(strconv.Itoa(int(v.Size.GiB))) },
	},
}

func (s *Server) describeSnapshots(_ context.Context, call Call, in *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.start(call, paging{in.SnapshotIds, in.MaxResults, in.NextToken}, &asked)
	if err != nil {
		return nil, err
	}
	want, err := s.snapshotQuery(call, in)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	if len(in.SnapshotIds) > 0 {
		return s.snapshotsByID(call, in.SnapshotIds, want)
	}
	st := s.store()
	found, next := tell(s.pages, st.snapshots.id, s.snapshotShelves(call, want), c, size)
	return &ec2.DescribeSnapshotsOutput{Snapshots: s.answerSnapshots(want.viewer, st.lateSnapshots.all(st.snapshots, found)), NextToken: next}, nil
}

func (s *Server) snapshotShelves(call Call, want snapshotQuery) []shelf[*fleet.Snapshot] {
	others := func(r *fleet.Snapshot) bool { return r.Owner != call.Account && want.match(r) }
	st := s.store()
	return st.lateSnapshots.shelves(st.snapshots, []shelf[*fleet.Snapshot]{
		{st.snapshots.own[place{call.Account, call.Region}], want.match},
		{st.snapshots.open[call.Region], others},
	}, func(r *fleet.Snapshot) bool { return r.Region == call.Region && want.match(r) })
}

// snapshotsByID tells the snapshots asked for by id. An id that names nothing
// fails the call; one of a snapshot that the caller may not use is left out.
func (s *Server) snapshotsByID(call Call, texts []string, want snapshotQuery) (*ec2.DescribeSnapshotsOutput, error) {
	ids, err := snapshotResource.parse(texts)
	if err != nil {
		return nil, err
	}
	var found []*fleet.Snapshot
	for i, id := range ids {
		r := s.store().lateSnapshots.told(id, s.store().snapshots.byID[id])
		if r == nil || r.Region != call.Region {
			return nil, snapshotResource.missing(texts[i : i+1])
		}
		if want.match(r) && !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	return &ec2.DescribeSnapshotsOutput{Snapshots: s.answerSnapshots(want.viewer, found)}, nil
}

// snapshotQuery is what a call asks of snapshots.
type snapshotQuery struct {
	viewer
	owners     []string
	restorable []string
	alias      func(account string) string
	filter     func(snapshotView) bool
}

func (s *Server) snapshotQuery(call Call, in *ec2.DescribeSnapshotsInput) (snapshotQuery, error) {
	if err := accounts(in.OwnerIds, " self amazon "); err != nil {
		return snapshotQuery{}, err
	}
	if err := accounts(in.RestorableByUserIds, " self all "); err != nil {
		return snapshotQuery{}, err
	}
	filter, err := snapshotFilters.compile(in.Filters)
	return snapshotQuery{
		viewer: s.viewer(call.Account), owners: in.OwnerIds, restorable: in.RestorableByUserIds,
		alias: s.fleet().OwnerAlias, filter: filter,
	}, err
}

func (q snapshotQuery) match(r *fleet.Snapshot) bool {
	view := snapshotView{r, r.Owner == q.account, q.alias(r.Owner)}
	return (view.own || q.may(r.Permissions)) &&
		(len(q.owners) == 0 || slices.ContainsFunc(q.owners, func(o string) bool { return q.ownedBy(view, o) })) &&
		(len(q.restorable) == 0 || slices.ContainsFunc(q.restorable, func(u string) bool { return q.restorableBy(r, u) })) &&
		q.filter(view)
}

func (q snapshotQuery) ownedBy(v snapshotView, owner string) bool {
	return owner == v.Owner || owner == "self" && v.own || v.alias != "" && owner == v.alias
}

// restorableBy reports whether an account may make volumes of a snapshot; of
// others than the caller only the owner knows it.
func (q snapshotQuery) restorableBy(r *fleet.Snapshot, user string) bool {
	switch user {
	case everybody:
		return slices.Contains(r.Permissions, fleet.Permission{Group: everybody})
	case "self", q.account:
		return r.Owner == q.account || slices.ContainsFunc(r.Permissions, q.granted)
	}
	return r.Owner == q.account && slices.Contains(r.Permissions, fleet.Permission{Account: user})
}

func (s *Server) answerSnapshots(v viewer, records []*fleet.Snapshot) []types.Snapshot {
	out := make([]types.Snapshot, len(records))
	for i, r := range records {
		out[i] = snapshotView{r, r.Owner == v.account, s.fleet().OwnerAlias(r.Owner)}.answer()
	}
	return out
}

func (v snapshotView) answer() types.Snapshot {
	out := types.Snapshot{
		DataEncryptionKeyId: text(v.DataKey),
		Description:         aws.String(v.Description),
		Encrypted:           aws.Bool(v.KMSKey != ""),
		KmsKeyId:            text(v.KMSKey),
		OwnerAlias:          text(v.alias),
		OwnerId:             aws.String(v.Owner),
		Progress:            aws.String(v.Progress),
		SnapshotId:          aws.String(v.ID.Snapshot()),
		StartTime:           instant(v.Start),
		State:               types.SnapshotState(v.State),
		StorageTier:         types.StorageTier(v.Tier),
		Tags:                rotate(answerTags(v.tags()), v.ID),
		TransferType:        types.TransferType(v.Transfer),
		VolumeId:            aws.String(v.Volume.Text(fleet.VolumePrefix)),
		VolumeSize:          aws.Int32(v.Size.GiB),
	}
	if v.State == string(types.SnapshotStateError) {
		out.StateMessage = aws.String("Given key ID is not accessible")
	}
	if v.Size.Bytes > 0 {
		out.FullSnapshotSizeInBytes = aws.Int64(v.Size.Bytes)
	}
	if v.State == string(types.SnapshotStateCompleted) {
		out.CompletionTime = instant(v.Start + completionTime)
	}
	return out
}

// completionTime is how long snapshots take here, in milliseconds.
const completionTime = 4 * 60 * 1000
