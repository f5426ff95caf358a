package fakeaws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// getImageFindings tells what Amazon Inspector found in an image, to all who see
// it. Of one that was not scanned there is nothing.
func (s *Server) getImageFindings(_ context.Context, call Call, in *ec2.GetImageFindingsInput) (*ec2.GetImageFindingsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.start(call, paging{nil, in.MaxResults, in.NextToken}, &asked)
	if err != nil {
		return nil, err
	}
	ids, err := imageResource.parse([]string{aws.ToString(in.ImageId)})
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	im := s.store().images.byID[ids[0]]
	if im == nil || im.Region != call.Region || !s.viewer(call.Account).sees(im) {
		return nil, imageResource.missing([]string{aws.ToString(in.ImageId)})
	}
	out := &ec2.GetImageFindingsOutput{}
	if im.Extra == nil || im.Extra.Scan == nil {
		return out, nil
	}
	found, next := listed(s.pages, im.Extra.Scan.Findings, c, size)
	out.NextToken = next
	for _, v := range found {
		out.ImageFindings = append(out.ImageFindings, answerFinding(im, v))
	}
	return out, nil
}

func answerFinding(im *fleet.Image, v fleet.Vulnerability) types.ImageFinding {
	out := types.ImageFinding{
		Title: aws.String(v.Title), SeverityLabel: types.SeverityLabel(v.Severity), Score: aws.Float64(v.Score), FixAvailable: aws.Bool(v.Fix),
		FirstObservedAt: instant(v.First), UpdatedAt: instant(v.Updated), Paths: v.Locations,
	}
	if v.Disk < len(im.Snapshots) {
		out.SnapshotId = aws.String(im.Snapshots[v.Disk].Snapshot())
	}
	return out
}
