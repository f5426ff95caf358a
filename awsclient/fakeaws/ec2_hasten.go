package fakeaws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// hastenPages are the page sizes of what makes instances start faster.
var hastenPages = bounds{least: 0, most: 200}

// hastenSize takes a size of zero, which the calls allow, for none.
func hastenSize(asked *int32) *int32 {
	if asked != nil && *asked == 0 {
		return nil
	}
	return asked
}

var fastRestoreFilters = filters[*fleet.FastRestore]{
	values: map[string]func(*fleet.FastRestore) []string{
		"availability-zone": func(r *fleet.FastRestore) []string { return one(r.Zone) },
		"owner-id":          func(r *fleet.FastRestore) []string { return one(r.Owner) },
		"snapshot-id":       func(r *fleet.FastRestore) []string { return one(r.Snapshot.Snapshot()) },
		"state":             func(r *fleet.FastRestore) []string { return one(r.State) },
	},
}

func (s *Server) describeFastSnapshotRestores(_ context.Context, call Call, in *ec2.DescribeFastSnapshotRestoresInput) (*ec2.DescribeFastSnapshotRestoresOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{nil, hastenSize(in.MaxResults), in.NextToken}, &asked, hastenPages)
	if err != nil {
		return nil, err
	}
	filter, err := fastRestoreFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	found, next := tell(s.pages, st.fastRestores.id, []shelf[*fleet.FastRestore]{{st.fastRestores.own[here(call)], filter}}, c, size)
	out := &ec2.DescribeFastSnapshotRestoresOutput{NextToken: next}
	for _, r := range found {
		out.FastSnapshotRestores = append(out.FastSnapshotRestores, answerFastRestore(r))
	}
	return out, nil
}

func answerFastRestore(r *fleet.FastRestore) types.DescribeFastSnapshotRestoreSuccessItem {
	out := types.DescribeFastSnapshotRestoreSuccessItem{
		AvailabilityZone:      aws.String(r.Zone),
		EnablingTime:          instant(r.Since),
		OwnerId:               aws.String(r.Owner),
		SnapshotId:            aws.String(r.Snapshot.Snapshot()),
		State:                 types.FastSnapshotRestoreStateCode(r.State),
		StateTransitionReason: aws.String("Client.UserInitiated - Lifecycle state transition"),
	}
	switch out.State {
	case types.FastSnapshotRestoreStateCodeOptimizing:
		out.OptimizingTime = instant(r.Since)
	case types.FastSnapshotRestoreStateCodeEnabled:
		out.EnabledTime = instant(r.Since)
	case types.FastSnapshotRestoreStateCodeDisabling:
		out.DisablingTime = instant(r.Since)
	case types.FastSnapshotRestoreStateCodeDisabled:
		out.DisabledTime = instant(r.Since)
	case types.FastSnapshotRestoreStateCodeEnabling:
		out.StateTransitionReason = aws.String("Client.UserInitiated")
	}
	return out
}

var fastLaunchFilters = filters[*fleet.FastLaunch]{
	values: map[string]func(*fleet.FastLaunch) []string{
		"owner-id":      func(r *fleet.FastLaunch) []string { return one(r.Owner) },
		"resource-type": func(*fleet.FastLaunch) []string { return one(string(types.FastLaunchResourceTypeSnapshot)) },
		"state":         func(r *fleet.FastLaunch) []string { return one(r.State) },
	},
}

func (s *Server) describeFastLaunchImages(_ context.Context, call Call, in *ec2.DescribeFastLaunchImagesInput) (*ec2.DescribeFastLaunchImagesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{in.ImageIds, hastenSize(in.MaxResults), in.NextToken}, &asked, hastenPages)
	if err != nil {
		return nil, err
	}
	filter, err := fastLaunchFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	own := st.fastLaunches.own[here(call)]
	if len(in.ImageIds) > 0 {
		if own, err = byText(own, func(r *fleet.FastLaunch) string { return r.Image.Image() }, imageResource, in.ImageIds); err != nil {
			return nil, err
		}
	}
	found, next := tell(s.pages, st.fastLaunches.id, []shelf[*fleet.FastLaunch]{{own, filter}}, c, size)
	out := &ec2.DescribeFastLaunchImagesOutput{NextToken: next}
	for _, r := range found {
		out.FastLaunchImages = append(out.FastLaunchImages, types.DescribeFastLaunchImagesSuccessItem{
			ImageId:               aws.String(r.Image.Image()),
			MaxParallelLaunches:   aws.Int32(6),
			OwnerId:               aws.String(r.Owner),
			ResourceType:          types.FastLaunchResourceTypeSnapshot,
			SnapshotConfiguration: &types.FastLaunchSnapshotConfigurationResponse{TargetResourceCount: aws.Int32(r.Copies)},
			State:                 types.FastLaunchStateCode(r.State),
			StateTransitionTime:   instant(r.Since),
		})
	}
	return out, nil
}
