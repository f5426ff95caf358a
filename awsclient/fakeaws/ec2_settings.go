package fakeaws

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// handleSettings registers what tells how open accounts and snapshots are.
func (s *Server) handleSettings() {
	Handle(s.mux, "EC2", "GetImageBlockPublicAccessState", s.getImageBlockPublicAccessState)
	Handle(s.mux, "EC2", "GetSnapshotBlockPublicAccessState", s.getSnapshotBlockPublicAccessState)
	Handle(s.mux, "EC2", "GetAllowedImagesSettings", s.getAllowedImagesSettings)
	Handle(s.mux, "EC2", "GetEbsEncryptionByDefault", s.getEBSEncryptionByDefault)
	Handle(s.mux, "EC2", "DescribeSnapshotAttribute", s.describeSnapshotAttribute)
	Handle(s.mux, "EC2", "GetImageFindings", s.getImageFindings)
}

// completeSettings fills in what hand-made records may leave out.
func completeSettings(f *fleet.Fleet) {
	for i := range f.Settings {
		r := &f.Settings[i]
		r.ImageBlock = cmp.Or(r.ImageBlock, unblocked)
		r.SnapshotBlock = cmp.Or(r.SnapshotBlock, unblocked)
		r.AllowedImages = cmp.Or(r.AllowedImages, "disabled")
	}
}

// unblocked is what block public access is where it blocks nothing.
const unblocked = "unblocked"

// settingsOf are the settings of an account in a region. The store's lock must be
// held.
func (s *store) settingsOf(at place) fleet.Settings {
	if own := s.settings.own[at]; len(own) > 0 {
		return *own[0]
	}
	return fleet.Settings{ImageBlock: unblocked, SnapshotBlock: unblocked, AllowedImages: "disabled"}
}

func (s *Server) settings(call Call) fleet.Settings {
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	return st.settingsOf(here(call))
}

func managedBy(r fleet.Settings) types.ManagedBy {
	if r.ByPolicy {
		return types.ManagedByDeclarativePolicy
	}
	return types.ManagedByAccount
}

func (s *Server) getImageBlockPublicAccessState(_ context.Context, call Call, _ *ec2.GetImageBlockPublicAccessStateInput) (*ec2.GetImageBlockPublicAccessStateOutput, error) {
	r := s.settings(call)
	return &ec2.GetImageBlockPublicAccessStateOutput{ImageBlockPublicAccessState: aws.String(r.ImageBlock), ManagedBy: managedBy(r)}, nil
}

func (s *Server) getSnapshotBlockPublicAccessState(_ context.Context, call Call, _ *ec2.GetSnapshotBlockPublicAccessStateInput) (*ec2.GetSnapshotBlockPublicAccessStateOutput, error) {
	r := s.settings(call)
	return &ec2.GetSnapshotBlockPublicAccessStateOutput{State: types.SnapshotBlockPublicAccessState(r.SnapshotBlock), ManagedBy: managedBy(r)}, nil
}

func (s *Server) getEBSEncryptionByDefault(_ context.Context, call Call, _ *ec2.GetEbsEncryptionByDefaultInput) (*ec2.GetEbsEncryptionByDefaultOutput, error) {
	return &ec2.GetEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: aws.Bool(s.settings(call).Encrypts)}, nil
}

func (s *Server) getAllowedImagesSettings(_ context.Context, call Call, _ *ec2.GetAllowedImagesSettingsInput) (*ec2.GetAllowedImagesSettingsOutput, error) {
	r := s.settings(call)
	out := &ec2.GetAllowedImagesSettingsOutput{State: aws.String(r.AllowedImages), ManagedBy: managedBy(r)}
	for _, c := range r.Criteria {
		criterion := types.ImageCriterion{ImageProviders: c.Providers, ImageNames: c.Names, MarketplaceProductCodes: c.Codes}
		if c.MaxAge > 0 {
			criterion.CreationDateCondition = &types.CreationDateCondition{MaximumDaysSinceCreated: aws.Int32(c.MaxAge)}
		}
		out.ImageCriteria = append(out.ImageCriteria, criterion)
	}
	return out, nil
}
