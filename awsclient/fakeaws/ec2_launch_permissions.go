package fakeaws

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What EC2 takes of permissions: of an image in all (EC2 user guide, ami-quotas),
// and in a call for snapshots.
const (
	maxImagePermission = 1000
	maxVolumeChanges   = 500
)

var (
	organizationARN = form(`^arn:aws[a-z-]*:organizations::\d{12}:organization/o-[a-z0-9]{10,32}$`)
	unitARN         = form(`^arn:aws[a-z-]*:organizations::\d{12}:ou/o-[a-z0-9]{10,32}/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$`)
)

// form is an expression that is compiled when it is first asked for: a start that
// needs none of them does not wait for them.
func form(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// permissionChange is what a call adds to permissions and takes from them.
type permissionChange struct{ add, remove []fleet.Permission }

// of are permissions after the change, in their order.
func (c permissionChange) of(before []fleet.Permission) []fleet.Permission {
	out := slices.Clone(before)
	for _, p := range c.add {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return without(out, c.remove)
}

// without is a new list; none is nil.
func without(list, gone []fleet.Permission) []fleet.Permission {
	out := slices.DeleteFunc(slices.Clone(list), func(p fleet.Permission) bool { return slices.Contains(gone, p) })
	if len(out) == 0 {
		return nil
	}
	return out
}

// modifyPermissions shares an image, or no longer.
func (s *Server) modifyPermissions(im *fleet.Image, in *ec2.ModifyImageAttributeInput) error {
	c, err := launchChange(in)
	if err != nil {
		return err
	}
	after := c.of(im.Permissions)
	if len(c.add) > 0 {
		if err := s.mayShare(im, c.add); err != nil {
			return err
		}
	}
	if len(after) > maxImagePermission {
		return &Error{Code: "ResourceLimitExceeded", Message: fmt.Sprintf("An image can be shared with at most %d entities", maxImagePermission)}
	}
	s.permit(im, after)
	return nil
}

// permit gives an image its permissions. One that becomes public is deprecated two
// years after it was made, at the latest.
func (s *Server) permit(im *fleet.Image, permissions []fleet.Permission) {
	st := s.store()
	note(s, &st.lateImages, im.ID, im)
	im.Permissions = permissions
	st.images.expose(im.Region, im, len(permissions) > 0)
	if im.Public() && (im.Life.Deprecation == 0 || im.Life.Deprecation > lastDeprecation(im)) {
		im.Life.Deprecation = lastDeprecation(im)
	}
}

// lastDeprecation is when a public image is deprecated at the latest; zero for one
// whose age is not known.
func lastDeprecation(im *fleet.Image) fleet.Time {
	if im.Life.Created == 0 {
		return 0
	}
	return fleet.Time(im.Life.Created.UTC().AddDate(2, 0, 0).Truncate(time.Minute).UnixMilli())
}

// mayShare refuses to share what cannot be shared. Of an image with product codes
// and of an encrypted one the code is a guess: that they cannot be public is
// documented, what a caller is told is not.
func (s *Server) mayShare(im *fleet.Image, with []fleet.Permission) error {
	if im.Life.State == stateDisabled {
		return unavailable(im.ID, "is disabled")
	}
	for _, id := range im.Snapshots {
		if r := s.store().snapshots.byID[id]; r != nil && r.KMSKey == fleet.ManagedKey(im.Owner, im.Region) {
			return &Error{Code: "InvalidParameter", Message: "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot."}
		}
	}
	if !slices.Contains(with, fleet.Permission{Group: everybody}) {
		return nil
	}
	switch {
	case slices.ContainsFunc(im.Machine.Devices, func(d fleet.Device) bool { return d.Encrypted }):
		return &Error{Code: "OperationNotPermitted", Message: "Images with encrypted snapshots can't be shared publicly"}
	case im.Extra != nil && im.Extra.ProductCode != "":
		return &Error{Code: "OperationNotPermitted", Message: "Images with product codes can't be shared publicly"}
	case s.store().settingsOf(place{im.Owner, im.Region}).ImageBlock != unblocked:
		return &Error{Code: "OperationNotPermitted", Message: "You can't publicly share this image because block public access for AMIs is enabled"}
	}
	return nil
}

// launchChange reads a change of launch permissions, in its two forms.
func launchChange(in *ec2.ModifyImageAttributeInput) (permissionChange, error) {
	var add, remove []types.LaunchPermission
	switch listed := listedPermissions(in); {
	case in.LaunchPermission != nil && (in.OperationType != "" || len(listed) > 0):
		return permissionChange{}, &Error{Code: "InvalidParameterCombination", Message: "LaunchPermission can't be specified with OperationType"}
	case in.LaunchPermission != nil:
		add, remove = in.LaunchPermission.Add, in.LaunchPermission.Remove
	case in.OperationType == types.OperationTypeAdd:
		add = listed
	case in.OperationType == types.OperationTypeRemove:
		remove = listed
	default:
		return permissionChange{}, badValue("operationType", string(in.OperationType))
	}
	c, err := permissionChange{}, error(nil)
	if c.add, err = readPermissions(add); err == nil {
		c.remove, err = readPermissions(remove)
	}
	if err == nil && len(c.add)+len(c.remove) == 0 {
		err = missingParameter("launchPermission")
	}
	return c, err
}

// listedPermissions are what the older form of the call lists.
func listedPermissions(in *ec2.ModifyImageAttributeInput) []types.LaunchPermission {
	var out []types.LaunchPermission
	for _, id := range in.UserIds {
		out = append(out, types.LaunchPermission{UserId: aws.String(id)})
	}
	for _, g := range in.UserGroups {
		out = append(out, types.LaunchPermission{Group: types.PermissionGroup(g)})
	}
	for _, arn := range in.OrganizationArns {
		out = append(out, types.LaunchPermission{OrganizationArn: aws.String(arn)})
	}
	for _, arn := range in.OrganizationalUnitArns {
		out = append(out, types.LaunchPermission{OrganizationalUnitArn: aws.String(arn)})
	}
	return out
}

func readPermissions(in []types.LaunchPermission) ([]fleet.Permission, error) {
	var out []fleet.Permission
	for _, p := range in {
		one := fleet.Permission{
			Group: string(p.Group), Account: aws.ToString(p.UserId),
			Organization: aws.ToString(p.OrganizationArn), Unit: aws.ToString(p.OrganizationalUnitArn),
		}
		if err := checkPermission(one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// checkPermission refuses what names nobody, or more than one.
func checkPermission(p fleet.Permission) error {
	wrong := func(value, item string) error {
		return &Error{Code: "InvalidAMIAttributeItemValue", Message: fmt.Sprintf("Invalid attribute item value %q for %s item type.", value, item)}
	}
	switch p {
	case fleet.Permission{Group: p.Group}:
		if p.Group != everybody {
			return wrong(p.Group, "userGroup")
		}
	case fleet.Permission{Account: p.Account}:
		if !isAccountID(p.Account) {
			return wrong(p.Account, "userId")
		}
	case fleet.Permission{Organization: p.Organization}:
		if !organizationARN().MatchString(p.Organization) {
			return wrong(p.Organization, "organizationArn")
		}
	case fleet.Permission{Unit: p.Unit}:
		if !unitARN().MatchString(p.Unit) {
			return wrong(p.Unit, "organizationalUnitArn")
		}
	default:
		return &Error{Code: "InvalidParameterCombination", Message: "A permission can name only one of a group, an account, an organization and an organizational unit"}
	}
	return nil
}
