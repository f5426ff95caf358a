package fakeaws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// The page sizes of the Recycle Bin, and the most images that a call can name.
var (
	binnedSnapshotPages = bounds{least: 5, most: 1000}
	binnedImagePages    = bounds{least: 1, most: 1000}
)

const maxBinnedImages = 20

func (s *Server) listSnapshotsInRecycleBin(_ context.Context, call Call, in *ec2.ListSnapshotsInRecycleBinInput) (*ec2.ListSnapshotsInRecycleBinOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{in.SnapshotIds, in.MaxResults, in.NextToken}, &asked, binnedSnapshotPages)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	own := st.binnedSnapshots.own[here(call)]
	if len(in.SnapshotIds) > 0 {
		if own, err = byText(own, func(r *fleet.BinnedSnapshot) string { return r.ID.Snapshot() }, snapshotResource, in.SnapshotIds); err != nil {
			return nil, err
		}
	}
	found, next := tell(s.pages, st.binnedSnapshots.id, []shelf[*fleet.BinnedSnapshot]{{own, all[*fleet.BinnedSnapshot]}}, c, size)
	out := &ec2.ListSnapshotsInRecycleBinOutput{NextToken: next}
	for _, r := range found {
		out.Snapshots = append(out.Snapshots, types.SnapshotRecycleBinInfo{
			Description:         aws.String(r.Description),
			RecycleBinEnterTime: instant(r.Entered),
			RecycleBinExitTime:  instant(r.Exits),
			SnapshotId:          aws.String(r.ID.Snapshot()),
			VolumeId:            aws.String(r.Volume.Text(fleet.VolumePrefix)),
		})
	}
	return out, nil
}

func (s *Server) listImagesInRecycleBin(_ context.Context, call Call, in *ec2.ListImagesInRecycleBinInput) (*ec2.ListImagesInRecycleBinOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{in.ImageIds, in.MaxResults, in.NextToken}, &asked, binnedImagePages)
	if err == nil {
		err = tooMany("ImageId", len(in.ImageIds), maxBinnedImages)
	}
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	own := st.binnedImages.own[here(call)]
	if len(in.ImageIds) > 0 {
		if own, err = byText(own, func(r *fleet.BinnedImage) string { return r.ID.Image() }, imageResource, in.ImageIds); err != nil {
			return nil, err
		}
	}
	found, next := tell(s.pages, st.binnedImages.id, []shelf[*fleet.BinnedImage]{{own, all[*fleet.BinnedImage]}}, c, size)
	out := &ec2.ListImagesInRecycleBinOutput{NextToken: next}
	for _, r := range found {
		out.Images = append(out.Images, types.ImageRecycleBinInfo{
			Description:         text(r.Description),
			ImageId:             aws.String(r.ID.Image()),
			Name:                text(r.Name),
			RecycleBinEnterTime: instant(r.Entered),
			RecycleBinExitTime:  instant(r.Exits),
		})
	}
	return out, nil
}
