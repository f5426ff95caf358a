package fakeaws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

var metadataPages = bounds{least: 1, most: 1000, always: true}

// metadataFilters are the filters on the instance; those on its image are
// refused.
var metadataFilters = filters[*fleet.Instance]{
	tags: instanceFilters.tags,
	values: map[string]func(*fleet.Instance) []string{
		"availability-zone":   instanceFilters.values["availability-zone"],
		"instance-id":         instanceFilters.values["instance-id"],
		"instance-state-name": instanceFilters.values["instance-state-name"],
		"instance-type":       instanceFilters.values["instance-type"],
		"launch-time":         instanceFilters.values["launch-time"],
	},
}

// describeInstanceImageMetadata tells of each instance the image that it was
// launched from, also where that is gone or no longer the caller's to see.
func (s *Server) describeInstanceImageMetadata(_ context.Context, call Call, in *ec2.DescribeInstanceImageMetadataInput) (*ec2.DescribeInstanceImageMetadataOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{in.InstanceIds, in.MaxResults, in.NextToken}, &asked, metadataPages)
	if err != nil {
		return nil, err
	}
	filter, err := metadataFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := &ec2.DescribeInstanceImageMetadataOutput{}
	var found []*fleet.Instance
	if len(in.InstanceIds) > 0 {
		found, err = st.instancesNamed(call, in.InstanceIds, filter)
	} else {
		own := []shelf[*fleet.Instance]{{st.instances.own[here(call)], filter}}
		found, out.NextToken = tell(s.pages, st.instances.id, own, c, size)
	}
	for _, r := range found {
		out.InstanceImageMetadata = append(out.InstanceImageMetadata, types.InstanceImageMetadata{
			AvailabilityZone: aws.String(r.Zone),
			ImageMetadata:    s.imageMetadata(r.Image),
			InstanceId:       aws.String(r.ID.Instance()),
			InstanceType:     types.InstanceType(r.Type),
			LaunchTime:       instant(r.Launched),
			OwnerId:          aws.String(r.Owner),
			State:            answerState(r),
			Tags:             rotate(answerTags(r.Tags), r.ID),
		})
	}
	return out, err
}

// imageMetadata tells an image. Of those that are gone a fleet keeps no more
// than the id, while EC2 goes on telling name and owner.
func (s *Server) imageMetadata(id fleet.ID) *types.ImageMetadata {
	im := s.store().images.byID[id]
	if im == nil {
		return &types.ImageMetadata{ImageId: aws.String(id.Image()), State: types.ImageStateDeregistered}
	}
	return &types.ImageMetadata{
		CreationDate:    iso(im.Life.Created),
		DeprecationTime: iso(im.Life.Deprecation),
		ImageAllowed:    aws.Bool(true),
		ImageId:         aws.String(im.ID.Image()),
		ImageOwnerAlias: text(s.fleet().OwnerAlias(im.Owner)),
		IsPublic:        aws.Bool(im.Public()),
		Name:            text(im.Name),
		OwnerId:         aws.String(im.Owner),
		State:           types.ImageState(im.Life.State),
	}
}
