package fakeaws

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// The attributes of an image that can be modified.
const (
	attributeDescription = string(types.ImageAttributeNameDescription)
	attributeIMDS        = string(types.ImageAttributeNameImdsSupport)
	attributePermission  = string(types.ImageAttributeNameLaunchPermission)
)

const maxDescription = 255 // characters

// modifyImageAttribute changes one attribute of an image.
func (s *Server) modifyImageAttribute(_ context.Context, call Call, in *ec2.ModifyImageAttributeInput) (*ec2.ModifyImageAttributeOutput, error) {
	name, err := attributeOf(in)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	im, err := s.ownImage(call, in.ImageId)
	if err == nil && !slices.Contains([]string{"available", stateDisabled}, im.Life.State) {
		err = unavailable(im.ID, "is "+im.Life.State)
	}
	if err != nil {
		return nil, err
	}
	switch name {
	case attributeDescription:
		err = s.describe(im, valueOf(in.Description, in.Value))
	case attributeIMDS:
		err = s.requireIMDS(im, valueOf(in.ImdsSupport, in.Value))
	case attributePermission:
		err = s.modifyPermissions(im, in)
	default:
		err = badValue("attribute", name)
	}
	if err != nil {
		return nil, err
	}
	return &ec2.ModifyImageAttributeOutput{}, nil
}

// attributeOf tells which attribute a call is about: by its name or by a
// parameter that only that one has.
func attributeOf(in *ec2.ModifyImageAttributeInput) (string, error) {
	var names []string
	add := func(name string, given bool) {
		if given && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	add(aws.ToString(in.Attribute), in.Attribute != nil)
	add(attributeDescription, in.Description != nil)
	add(attributeIMDS, in.ImdsSupport != nil)
	add(attributePermission, in.LaunchPermission != nil || in.OperationType != "" ||
		len(in.UserIds)+len(in.UserGroups)+len(in.OrganizationArns)+len(in.OrganizationalUnitArns) > 0)
	switch len(names) {
	case 0:
		return "", &Error{Code: "InvalidParameterCombination", Message: "No attributes specified."}
	case 1:
		return names[0], nil
	}
	return "", &Error{Code: "InvalidParameterCombination", Message: "Fields for multiple attribute types specified"}
}

func valueOf(of *types.AttributeValue, plain *string) string {
	if of != nil {
		return aws.ToString(of.Value)
	}
	return aws.ToString(plain)
}

func (s *Server) describe(im *fleet.Image, text string) error {
	if utf8.RuneCountInString(text) > maxDescription {
		return badValue("description", text)
	}
	note(s, &s.store().lateImages, im.ID, im)
	im.Description = text
	return nil
}

// requireIMDS lets instances of an image take IMDSv2 only. That cannot be undone.
func (s *Server) requireIMDS(im *fleet.Image, version string) error {
	if version != string(types.ImdsSupportValuesV20) {
		return badValue("imdsSupport", version)
	}
	note(s, &s.store().lateImages, im.ID, im)
	m := *im.Machine // others of its line have it too
	m.IMDS = version
	im.Machine = &m
	return nil
}

// resetImageAttribute makes an image private.
func (s *Server) resetImageAttribute(_ context.Context, call Call, in *ec2.ResetImageAttributeInput) (*ec2.ResetImageAttributeOutput, error) {
	if in.Attribute != types.ResetImageAttributeNameLaunchPermission {
		return nil, badValue("attribute", string(in.Attribute))
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	im, err := s.ownImage(call, in.ImageId)
	if err != nil {
		return nil, err
	}
	s.permit(im, nil)
	return &ec2.ResetImageAttributeOutput{}, nil
}

// cancelImageLaunchPermission takes the caller itself from those that an image is
// shared with: where it is named, not where it may launch the image for another
// reason (EC2 user guide, cancel-sharing-an-AMI). The code for the latter is a
// guess.
func (s *Server) cancelImageLaunchPermission(_ context.Context, call Call, in *ec2.CancelImageLaunchPermissionInput) (*ec2.CancelImageLaunchPermissionOutput, error) {
	if aws.ToString(in.ImageId) == "" {
		return nil, missingParameter("ImageId")
	}
	ids, err := imageResource.parse([]string{*in.ImageId})
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	im, mine := st.images.byID[ids[0]], fleet.Permission{Account: call.Account}
	switch {
	case im == nil || im.Region != call.Region || !s.viewer(call.Account).sees(im):
		return nil, imageResource.missing([]string{*in.ImageId})
	case im.Owner == call.Account || !slices.Contains(im.Permissions, mine):
		return nil, &Error{Code: "OperationNotPermitted", Message: "The image '" + *in.ImageId + "' is not shared with the account " + call.Account + " directly"}
	}
	s.permit(im, without(im.Permissions, []fleet.Permission{mine}))
	return &ec2.CancelImageLaunchPermissionOutput{Return: aws.Bool(true)}, nil
}
