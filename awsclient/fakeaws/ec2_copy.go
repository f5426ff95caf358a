package fakeaws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// imageName is what EC2 takes for the name of an image.
var imageName = form(`^[A-Za-z0-9()\[\] ./\-'@_]{3,128}$`)

// How many copies of images can be under way to a region (EC2 user guide,
// CopyingAMIs), and what the time of a copy can be (EBS user guide,
// time-based-copies).
const (
	maxCopies     = 300
	leastDuration = 15 // minutes, and the step of it
	mostDuration  = 2880
)

// copyImage begins to copy an image into the region that is called. Called again
// with the same token it gives the same image.
func (s *Server) copyImage(_ context.Context, call Call, in *ec2.CopyImageInput) (*ec2.CopyImageOutput, error) {
	c, err := s.newCopy(call, in)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	switch id, again, err := st.again(c.at, in); {
	case err != nil:
		return nil, err
	case again:
		return &ec2.CopyImageOutput{ImageId: aws.String(id.Image())}, nil
	}
	if c.from, err = s.source(call, in); err == nil {
		err = s.mayCopy(c, in)
	}
	if err == nil {
		c.tags, err = s.copyTags(c, in)
	}
	if err != nil {
		return nil, err
	}
	im := s.beginCopy(c, in)
	if token := aws.ToString(in.ClientToken); token != "" {
		st.tokens[tokenAt{c.at, token}] = tokenUse{im.ID, fingerprint(in)}
	}
	return &ec2.CopyImageOutput{ImageId: aws.String(im.ID.Image())}, nil
}

// imageCopy is a copy that was asked for.
type imageCopy struct {
	by           Call
	at           place // where the new image will be
	from         *fleet.Image
	tags         []fleet.Tag // of the new image
	imageTags    []fleet.Tag // those that were given for it
	snapshotTags []fleet.Tag
}

// tokenAt is where a client token counts.
type tokenAt struct {
	place
	token string
}

// tokenUse is what a token was used for.
type tokenUse struct {
	image fleet.ID
	asked string
}

// fingerprint is all that a copy asks for, but for its token.
func fingerprint(in *ec2.CopyImageInput) string {
	asked := *in
	asked.ClientToken = nil
	return fmt.Sprint(sentInput(&asked))
}

// again finds the image that an earlier call with the same token has made.
func (s *store) again(at place, in *ec2.CopyImageInput) (image fleet.ID, again bool, err error) {
	use, again := s.tokens[tokenAt{at, aws.ToString(in.ClientToken)}]
	if again && use.asked != fingerprint(in) {
		err = &Error{Code: "IdempotentParameterMismatch", Message: "The client token you have provided is associated with a resource that is already created, with other parameters"}
	}
	return use.image, again, err
}

// newCopy reads what is asked for, as far as that needs no look at what there is.
func (s *Server) newCopy(call Call, in *ec2.CopyImageInput) (imageCopy, error) {
	c := imageCopy{by: call, at: here(call)}
	minutes := aws.ToInt64(in.SnapshotCopyCompletionDurationMinutes)
	switch {
	case aws.ToString(in.Name) == "":
		return c, missingParameter("Name")
	case aws.ToString(in.SourceImageId) == "":
		return c, missingParameter("SourceImageId")
	case aws.ToString(in.SourceRegion) == "":
		return c, missingParameter("SourceRegion")
	case !imageName().MatchString(*in.Name):
		return c, &Error{Code: "InvalidAMIName.Malformed", Message: "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '[', ']', ' ', '.', '/', '-', ''', '@' and '_'"}
	case utf8.RuneCountInString(aws.ToString(in.Description)) > maxDescription:
		return c, badValue("description", *in.Description)
	case !s.open(*in.SourceRegion):
		return c, badValue("sourceRegion", *in.SourceRegion)
	case in.DestinationOutpostArn != nil || in.DestinationAvailabilityZone != nil || in.DestinationAvailabilityZoneId != nil:
		return c, &Error{Code: "UnsupportedOperation", Message: "There are no Outposts and no Local Zones here"}
	case in.KmsKeyId != nil && !aws.ToBool(in.Encrypted):
		return c, &Error{Code: "InvalidParameterDependency", Message: "The parameter KmsKeyId requires the parameter Encrypted to be set."}
	case in.SnapshotCopyCompletionDurationMinutes != nil && (minutes < leastDuration || minutes > mostDuration || minutes%leastDuration != 0):
		return c, badValue("snapshotCopyCompletionDurationMinutes", fmt.Sprint(minutes))
	}
	return c, c.readTags(in.TagSpecifications)
}

func (c *imageCopy) readTags(specs []types.TagSpecification) error {
	for _, spec := range specs {
		tags, err := readTags(spec.Tags)
		switch {
		case err != nil:
			return err
		case spec.ResourceType == types.ResourceTypeImage:
			c.imageTags = withTags(c.imageTags, tags)
		case spec.ResourceType == types.ResourceTypeSnapshot:
			c.snapshotTags = withTags(c.snapshotTags, tags)
		default:
			return badValue("TagSpecification.ResourceType", string(spec.ResourceType))
		}
	}
	return nil
}

// source finds the image that is to be copied.
func (s *Server) source(call Call, in *ec2.CopyImageInput) (*fleet.Image, error) {
	ids, err := imageResource.parse([]string{*in.SourceImageId})
	if err != nil {
		return nil, err
	}
	im := s.store().images.byID[ids[0]]
	if im == nil || im.Region != *in.SourceRegion || !s.viewer(call.Account).sees(im) {
		return nil, imageResource.missing([]string{*in.SourceImageId})
	}
	return im, nil
}

// mayCopy refuses what cannot be copied, or not to there. Of others' images the
// snapshots must be shared as well; that their owner's key may be used is taken
// for granted. Which code an image without EBS and one
// encrypted with its owner's default key give is a guess.
func (s *Server) mayCopy(c imageCopy, in *ec2.CopyImageInput) error {
	foreign := c.from.Owner != c.at.account
	switch {
	case c.from.Life.State != "available":
		return unavailable(c.from.ID, "is "+c.from.Life.State)
	case c.from.Machine.RootType != "ebs":
		return &Error{Code: "UnsupportedOperation", Message: "Images of the instance store can't be copied here"}
	case foreign && c.from.Extra != nil && c.from.Extra.ProductCode != "":
		return &Error{Code: "InvalidRequest", Message: "Images with EC2 BillingProduct codes cannot be copied to another AWS account"}
	case s.store().copies[c.at] >= maxCopies:
		return &Error{Code: "ResourceLimitExceeded", Message: fmt.Sprintf("There are %d image copies under way to this region", maxCopies)}
	}
	v := viewer{account: c.at.account}
	for _, id := range c.from.Snapshots {
		r := s.store().snapshots.byID[id]
		switch {
		case r == nil, foreign && (!v.may(r.Permissions) || r.KMSKey == fleet.ManagedKey(r.Owner, r.Region)):
			return &Error{Code: "InvalidRequest", Message: "You do not have permission to access the storage of this ami"}
		case r.KMSKey != "" && in.Encrypted != nil && !*in.Encrypted:
			return &Error{Code: "InvalidRequest", Message: "Snapshot " + id.Snapshot() + " is encrypted. Creating an unencrypted copy from an encrypted snapshot is not supported."}
		}
	}
	return s.store().nameFree(c.at, *in.Name)
}

// copyTags are the tags of the new image: those that the caller has set on the
// source and wants to have copied, or the source's owner has published, and over
// them those of the call. They take a permission of their own.
func (s *Server) copyTags(c imageCopy, in *ec2.CopyImageInput) ([]fleet.Tag, error) {
	var tags []fleet.Tag
	if aws.ToBool(in.CopyImageTags) {
		view := imageView{Image: c.from, own: c.from.Owner == c.at.account}
		tags = slices.DeleteFunc(slices.Clone(view.tags()), func(t fleet.Tag) bool { return strings.HasPrefix(t.Key, reservedTag) })
	}
	tags = withTags(tags, c.imageTags)
	tagging := c.by
	tagging.Operation = "CreateTags"
	switch {
	case len(tags)+len(c.snapshotTags) > 0 && s.forbids(tagging):
		return nil, denial(tagging, noPolicy(tagging))
	case max(users(tags), users(c.snapshotTags)) > maxTags:
		return nil, &Error{Code: "TagLimitExceeded", Message: fmt.Sprintf("The copy would reach its tag limit: %d", maxTags)}
	}
	return tags, nil
}
