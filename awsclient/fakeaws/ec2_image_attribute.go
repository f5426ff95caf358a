package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// describeImageAttribute tells one attribute of one image.
func (s *Server) describeImageAttribute(_ context.Context, call Call, in *ec2.DescribeImageAttributeInput) (*ec2.DescribeImageAttributeOutput, error) {
	if in.Attribute == types.ImageAttributeNameBlockDeviceMapping {
		return nil, &Error{"AuthFailure", "Unauthorized attempt to access restricted resource", http.StatusForbidden}
	}
	ids, err := imageResource.parse([]string{aws.ToString(in.ImageId)})
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	im, v := st.lateImages.told(ids[0], st.images.byID[ids[0]]), s.viewer(call.Account)
	if im == nil || im.Region != call.Region || !v.sees(im) {
		return nil, imageResource.missing([]string{aws.ToString(in.ImageId)})
	}
	return attribute(s.view(v, im), in.Attribute)
}

// ownersOnly are the attributes that only the owner of an image is told.
var ownersOnly = []types.ImageAttributeName{
	types.ImageAttributeNameLaunchPermission, types.ImageAttributeNameLastLaunchedTime, types.ImageAttributeNameUefiData,
}

// attribute writes one attribute.
func attribute(v imageView, name types.ImageAttributeName) (*ec2.DescribeImageAttributeOutput, error) {
	out := &ec2.DescribeImageAttributeOutput{ImageId: aws.String(v.ID.Image())}
	if !v.own && slices.Contains(ownersOnly, name) {
		return nil, notAuthorized("image", v.ID.Image())
	}
	switch name {
	case types.ImageAttributeNameDescription:
		out.Description = value(v.Description)
	case types.ImageAttributeNameKernel:
		out.KernelId = value(v.Machine.Kernel)
	case types.ImageAttributeNameRamdisk:
		out.RamdiskId = value(v.Machine.Ramdisk)
	case types.ImageAttributeNameLaunchPermission:
		out.LaunchPermissions = launchPermissions(v.Permissions)
	case types.ImageAttributeNameProductCodes:
		out.ProductCodes = productCodes(v.Extra)
	case types.ImageAttributeNameSriovNetSupport:
		out.SriovNetSupport = value(v.Machine.SriovNet)
	case types.ImageAttributeNameBootMode:
		out.BootMode = value(v.Machine.BootMode)
	case types.ImageAttributeNameTpmSupport:
		out.TpmSupport = value(v.Machine.TPM)
	case types.ImageAttributeNameUefiData:
		out.UefiData = value("")
	case types.ImageAttributeNameLastLaunchedTime:
		out.LastLaunchedTime = &types.AttributeValue{Value: seconds(v.Life.LastLaunched)}
	case types.ImageAttributeNameImdsSupport:
		out.ImdsSupport = value(v.Machine.IMDS)
	case types.ImageAttributeNameDeregistrationProtection:
		out.DeregistrationProtection = value(v.Life.Protection)
	default:
		return nil, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Value (%s) for parameter attribute is invalid. Unknown attribute.", name)}
	}
	return out, nil
}

func value(s string) *types.AttributeValue { return &types.AttributeValue{Value: text(s)} }

func launchPermissions(in []fleet.Permission) []types.LaunchPermission {
	out := make([]types.LaunchPermission, len(in))
	for i, p := range in {
		out[i] = types.LaunchPermission{
			Group: types.PermissionGroup(p.Group), UserId: text(p.Account),
			OrganizationArn: text(p.Organization), OrganizationalUnitArn: text(p.Unit),
		}
	}
	return out
}
