package fakeaws

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// How long protection from deregistration goes on after it was turned off, where
// that was asked for, and how far ahead an image can be deprecated.
const (
	cooldown         = 24 * time.Hour
	deprecationYears = 10
)

// turn changes an image that its owner names, if may does not refuse it.
func (s *Server) turn(call Call, id *string, may func(*fleet.Image) error, change func(*fleet.Image)) error {
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	im, err := s.ownImage(call, id)
	if err == nil {
		err = may(im)
	}
	if err != nil {
		return err
	}
	note(s, &st.lateImages, im.ID, im)
	change(im)
	return nil
}

// registered refuses images that are not there, or not whole.
func registered(im *fleet.Image) error {
	if im.Life.State != "available" && im.Life.State != stateDisabled {
		return unavailable(im.ID, "is "+im.Life.State)
	}
	return nil
}

// disableImage keeps an image from being launched, and takes all permissions from
// it. One that is disabled already stays so; that this is no error is a guess.
func (s *Server) disableImage(_ context.Context, call Call, in *ec2.DisableImageInput) (*ec2.DisableImageOutput, error) {
	err := s.turn(call, in.ImageId, registered, func(im *fleet.Image) {
		im.Life.State = stateDisabled
		s.permit(im, nil)
	})
	return &ec2.DisableImageOutput{Return: aws.Bool(true)}, err
}

// enableImage makes a disabled image available again, private as it is, unless
// its snapshots are archived. That the latter is refused is documented (EBS user
// guide, snapshot-archive); the code is a guess.
func (s *Server) enableImage(_ context.Context, call Call, in *ec2.EnableImageInput) (*ec2.EnableImageOutput, error) {
	may := func(im *fleet.Image) error {
		for _, id := range im.Snapshots {
			if r := s.store().snapshots.byID[id]; r != nil && r.Tier == archiveTier {
				return &Error{Code: "IncorrectState", Message: "The image '" + im.ID.Image() + "' can't be enabled: its snapshot " + id.Snapshot() + " is archived"}
			}
		}
		return registered(im)
	}
	err := s.turn(call, in.ImageId, may, func(im *fleet.Image) { im.Life.State = "available" })
	return &ec2.EnableImageOutput{Return: aws.Bool(true)}, err
}

// enableImageDeprecation sets when an image is deprecated, to the minute.
func (s *Server) enableImageDeprecation(_ context.Context, call Call, in *ec2.EnableImageDeprecationInput) (*ec2.EnableImageDeprecationOutput, error) {
	if in.DeprecateAt == nil {
		return nil, missingParameter("DeprecateAt")
	}
	at := fleet.Time(in.DeprecateAt.Round(time.Minute).UnixMilli())
	may := func(im *fleet.Image) error { return s.mayDeprecate(im, *in.DeprecateAt) }
	err := s.turn(call, in.ImageId, may, func(im *fleet.Image) { im.Life.Deprecation = at })
	return &ec2.EnableImageDeprecationOutput{Return: aws.Bool(true)}, err
}

// mayDeprecate refuses dates that have passed and those too far ahead: ten years
// from now, and for a public image two years after it was made. The code is a guess.
func (s *Server) mayDeprecate(im *fleet.Image, at time.Time) error {
	now := s.present().UTC()
	bad := func(why string) error {
		return &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Invalid value '%s' for DeprecateAt: %s", at.UTC().Format(time.RFC3339), why)}
	}
	switch last := lastDeprecation(im); {
	case !at.After(now):
		return bad("the date is in the past")
	case at.After(now.AddDate(deprecationYears, 0, 0)):
		return bad("the date is more than 10 years from now")
	case im.Public() && last != 0 && at.After(last.UTC().Add(time.Minute)):
		return bad("a public image is deprecated at most 2 years after it was created")
	}
	return registered(im)
}

// disableImageDeprecation takes the date away, but not from public images. The
// code of that is a guess.
func (s *Server) disableImageDeprecation(_ context.Context, call Call, in *ec2.DisableImageDeprecationInput) (*ec2.DisableImageDeprecationOutput, error) {
	may := func(im *fleet.Image) error {
		if im.Public() {
			return &Error{Code: "OperationNotPermitted", Message: "The deprecation of the public image '" + im.ID.Image() + "' can't be cancelled: make it private first"}
		}
		return registered(im)
	}
	err := s.turn(call, in.ImageId, may, func(im *fleet.Image) { im.Life.Deprecation = 0 })
	return &ec2.DisableImageDeprecationOutput{Return: aws.Bool(true)}, err
}

// enableProtection protects an image from deregistration. A cooldown that was
// asked for before and has not begun is given up with a call that does not ask.
func (s *Server) enableProtection(_ context.Context, call Call, in *ec2.EnableImageDeregistrationProtectionInput) (*ec2.EnableImageDeregistrationProtectionOutput, error) {
	how := protected + "-without-cooldown"
	if aws.ToBool(in.WithCooldown) {
		how = protected + "-with-cooldown"
	}
	err := s.turn(call, in.ImageId, registered, func(im *fleet.Image) { im.Life.Protection = how })
	return &ec2.EnableImageDeregistrationProtectionOutput{Return: aws.String("true")}, err
}

// disableProtection ends the protection, or begins its cooldown. What EC2 calls the
// protection meanwhile is documented nowhere: here it is disabled at once.
func (s *Server) disableProtection(_ context.Context, call Call, in *ec2.DisableImageDeregistrationProtectionInput) (*ec2.DisableImageDeregistrationProtectionOutput, error) {
	err := s.turn(call, in.ImageId, registered, func(im *fleet.Image) {
		if strings.HasSuffix(im.Life.Protection, "-with-cooldown") {
			im.Life.Cooldown = s.later(cooldown)
		}
		im.Life.Protection = unprotected
	})
	return &ec2.DisableImageDeregistrationProtectionOutput{Return: aws.String("true")}, err
}
