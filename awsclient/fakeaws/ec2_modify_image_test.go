package fakeaws

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

const (
	anOrganization = "arn:aws:organizations::111122223333:organization/o-0123456789"
	aUnit          = "arn:aws:organizations::111122223333:ou/o-0123456789/ou-r00t-0123abcd"
)

// modify changes the image known.
func modify(t *testing.T, s *Server, account string, in ec2.ModifyImageAttributeInput) error {
	t.Helper()
	if in.ImageId == nil {
		in.ImageId = aws.String(known)
	}
	_, err := ec2Client(s, account, home).ModifyImageAttribute(t.Context(), &in)
	return err
}

// launchers are those who may launch the image known, as its owner is told.
func launchers(t *testing.T, s *Server, owner string) []string {
	t.Helper()
	out, err := ec2Client(s, owner, home).DescribeImageAttribute(t.Context(), &ec2.DescribeImageAttributeInput{ImageId: aws.String(known), Attribute: types.ImageAttributeNameLaunchPermission})
	if err != nil {
		t.Fatal(err)
	}
	return each(out.LaunchPermissions, func(p types.LaunchPermission) string {
		return string(p.Group) + aws.ToString(p.UserId) + aws.ToString(p.OrganizationArn) + aws.ToString(p.OrganizationalUnitArn)
	})
}

func everyKind() []types.LaunchPermission {
	return []types.LaunchPermission{
		{UserId: aws.String("999988887777")}, {Group: "all"}, {OrganizationArn: aws.String(anOrganization)}, {OrganizationalUnitArn: aws.String(aUnit)},
	}
}

// Both forms of the call share with everybody that can be named, and take it back.
func TestShareAndUnshare(t *testing.T) {
	forms := map[string]func(add bool) ec2.ModifyImageAttributeInput{
		"modifications": func(add bool) ec2.ModifyImageAttributeInput {
			m := &types.LaunchPermissionModifications{Remove: everyKind()}
			if add {
				m = &types.LaunchPermissionModifications{Add: everyKind()}
			}
			return ec2.ModifyImageAttributeInput{LaunchPermission: m}
		},
		"lists": func(add bool) ec2.ModifyImageAttributeInput {
			in := ec2.ModifyImageAttributeInput{
				Attribute: aws.String("launchPermission"), OperationType: "remove", UserIds: []string{"999988887777"}, UserGroups: []string{"all"},
				OrganizationArns: []string{anOrganization}, OrganizationalUnitArns: []string{aUnit},
			}
			if add {
				in.OperationType = "add"
			}
			return in
		},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			s, _, owner, other := deedWorld(Options{}, func(w *fleet.Fleet, _, _ string) {
				w.Images[0].Life.Deprecation = created + 700*24*3600_000
				w.Images[0].Permissions = nil
			})
			before, theirs := told(t, s, owner), told(t, s, other)
			for range 2 { // what is so already stays so
				if err := modify(t, s, owner, form(true)); err != nil {
					t.Fatal(err)
				}
			}
			got := launchers(t, s, owner)
			slices.Sort(got)
			want := []string{"999988887777", "all", anOrganization, aUnit}
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if !slices.Contains(listedIDs(t, s, other), known) {
				t.Error("everybody may launch it, and the other account does not see it")
			}
			for range 2 {
				if err := modify(t, s, owner, form(false)); err != nil {
					t.Fatal(err)
				}
			}
			equal(t, "what the owner is told", before, told(t, s, owner))
			equal(t, "what the other account is told", theirs, told(t, s, other))
		})
	}
}

// A public image is deprecated two years after it was made, or before.
func TestPublicImagesAreDeprecated(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"no date":      {"", "2028-07-24T00:00:00.000Z"},
		"a later one":  {"2030-01-01T00:00:00Z", "2028-07-24T00:00:00.000Z"},
		"an early one": {"2027-01-01T00:00:00Z", "2027-01-01T00:00:00.000Z"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, owner, _ := deedWorld(Options{}, func(w *fleet.Fleet, _, _ string) {
				if c.before != "" {
					w.Images[0].Life.Deprecation, _ = fleetTime(c.before)
				}
			})
			if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{OperationType: "add", UserGroups: []string{"all"}}); err != nil {
				t.Fatal(err)
			}
			if got := describe(t, s, owner).DeprecationTime; aws.ToString(got) != c.after {
				t.Errorf("deprecated at %s, want %s", aws.ToString(got), c.after)
			}
		})
	}
}

// describe tells of the image known.
func describe(t *testing.T, s *Server, account string) types.Image {
	t.Helper()
	out, err := ec2Client(s, account, home).DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{known}})
	if err != nil || len(out.Images) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	return out.Images[0]
}

func TestModifyImageAttribute(t *testing.T) {
	s, _, owner, other := deedWorld(Options{}, nil)
	before := describe(t, s, owner)
	for _, in := range []ec2.ModifyImageAttributeInput{
		{Description: &types.AttributeValue{Value: aws.String("new")}},
		{Attribute: aws.String("description"), Value: aws.String("new")},
		{Attribute: aws.String("description"), Description: &types.AttributeValue{Value: aws.String("new")}},
	} {
		if err := modify(t, s, owner, in); err != nil || aws.ToString(describe(t, s, owner).Description) != "new" {
			t.Errorf("%v, and the image is %v", err, describe(t, s, owner))
		}
		if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{Description: &types.AttributeValue{Value: aws.String("")}}); err != nil {
			t.Error(err)
		}
		equal(t, "image with its old description", before, describe(t, s, owner))
	}
	if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{ImdsSupport: &types.AttributeValue{Value: aws.String("v2.0")}}); err != nil {
		t.Error(err)
	}
	if got := describe(t, s, other).ImdsSupport; got != "v2.0" {
		t.Errorf("IMDS of the image is %q", got)
	}
}

// Images of a line share their machine: a change of one leaves the others.
func TestIMDSStaysWithItsImage(t *testing.T) {
	s, _, owner, _ := deedWorld(Options{}, func(w *fleet.Fleet, owner, other string) {
		twin("available")(w, owner, other)
		m := plainMachine(1)
		w.Images[0].Machine, w.Images[3].Machine = m, m
	})
	if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{ImdsSupport: &types.AttributeValue{Value: aws.String("v2.0")}}); err != nil {
		t.Fatal(err)
	}
	out, err := ec2Client(s, owner, home).DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{sibling.Image()}})
	if err != nil || out.Images[0].ImdsSupport != "" {
		t.Errorf("%v, %v", out, err)
	}
}

func TestModifyImageAttributeIsRefused(t *testing.T) {
	add := func(p ...types.LaunchPermission) ec2.ModifyImageAttributeInput {
		return ec2.ModifyImageAttributeInput{LaunchPermission: &types.LaunchPermissionModifications{Add: p}}
	}
	user := func(id string) ec2.ModifyImageAttributeInput {
		return add(types.LaunchPermission{UserId: aws.String(id)})
	}
	value := func(v string) *types.AttributeValue { return &types.AttributeValue{Value: aws.String(v)} }
	public, good := add(types.LaunchPermission{Group: "all"}), user("999988887777")
	state := func(state string) func(*fleet.Fleet, string, string) {
		return func(w *fleet.Fleet, _, _ string) { w.Images[0].Life.State = state }
	}
	key := func(arn func(owner string) string) func(*fleet.Fleet, string, string) {
		return func(w *fleet.Fleet, owner, _ string) {
			w.Snapshots[0].KMSKey = arn(owner)
			w.Images[0].Machine = plainMachine(1)
			w.Images[0].Machine.Devices[0].Encrypted = true
		}
	}
	managed := key(func(owner string) string { return fleet.ManagedKey(owner, home) })
	many := func(from, n int) (out []types.LaunchPermission) {
		for i := range n {
			out = append(out, types.LaunchPermission{UserId: aws.String(fmt.Sprintf("%012d", from+i))})
		}
		return out
	}
	of := func(image string) ec2.ModifyImageAttributeInput {
		return ec2.ModifyImageAttributeInput{ImageId: &image, Description: value("x")}
	}
	for name, c := range map[string]struct {
		world func(*fleet.Fleet, string, string)
		in    ec2.ModifyImageAttributeInput
		code  string
	}{
		"unknown image":                {nil, of(gone), "InvalidAMIID.NotFound"},
		"another's image":              {nil, of(theirs.Image()), "AuthFailure"},
		"nothing":                      {nil, ec2.ModifyImageAttributeInput{}, "InvalidParameterCombination"},
		"two attributes":               {nil, ec2.ModifyImageAttributeInput{Description: value("x"), ImdsSupport: value("v2.0")}, "InvalidParameterCombination"},
		"a name and another attribute": {nil, ec2.ModifyImageAttributeInput{Attribute: aws.String("imdsSupport"), Description: value("x")}, "InvalidParameterCombination"},
		"an attribute of others":       {nil, ec2.ModifyImageAttributeInput{Attribute: aws.String("kernel"), Value: aws.String("x")}, "InvalidParameterValue"},
		"a long description":           {nil, ec2.ModifyImageAttributeInput{Description: value(strings.Repeat("ü", 256))}, "InvalidParameterValue"},
		"IMDS undone":                  {nil, ec2.ModifyImageAttributeInput{ImdsSupport: value("")}, "InvalidParameterValue"},
		"a short account":              {nil, user("12345"), "InvalidAMIAttributeItemValue"},
		"an account in letters":        {nil, user("acme-prod"), "InvalidAMIAttributeItemValue"},
		"another group":                {nil, add(types.LaunchPermission{Group: "some"}), "InvalidAMIAttributeItemValue"},
		"an organization's id":         {nil, add(types.LaunchPermission{OrganizationArn: aws.String("o-0123456789")}), "InvalidAMIAttributeItemValue"},
		"a unit's id":                  {nil, add(types.LaunchPermission{OrganizationalUnitArn: aws.String("ou-r00t-0123abcd")}), "InvalidAMIAttributeItemValue"},
		"two in one":                   {nil, add(types.LaunchPermission{UserId: aws.String("999988887777"), Group: "all"}), "InvalidParameterCombination"},
		"no change":                    {nil, add(), "InvalidParameterCombination"},
		"lists of nobody":              {nil, ec2.ModifyImageAttributeInput{OperationType: "add"}, "MissingParameter"},
		"lists without an operation":   {nil, ec2.ModifyImageAttributeInput{UserIds: []string{"999988887777"}}, "InvalidParameterValue"},
		"both forms": {nil, ec2.ModifyImageAttributeInput{
			LaunchPermission: good.LaunchPermission, OperationType: "add", UserIds: []string{"999988887777"},
		}, "InvalidParameterCombination"},
		"above the quota":   {nil, add(many(1, 1000)...), "ResourceLimitExceeded"},
		"pending":           {state("pending"), good, "InvalidAMIID.Unavailable"},
		"failed":            {state("failed"), good, "InvalidAMIID.Unavailable"},
		"disabled":          {state("disabled"), good, "InvalidAMIID.Unavailable"},
		"AWS's key":         {managed, good, "InvalidParameter"},
		"public, encrypted": {key(func(string) string { return "arn:aws:kms:::key/x" }), public, "OperationNotPermitted"},
		"public, sold":      {func(w *fleet.Fleet, _, _ string) { w.Images[0].Extra = &fleet.Extra{ProductCode: "x"} }, public, "OperationNotPermitted"},
		"public where closed": {func(w *fleet.Fleet, owner, _ string) {
			w.Settings = []fleet.Settings{{Owner: owner, Region: home, ImageBlock: "block-new-sharing"}}
		}, public, "OperationNotPermitted"},
	} {
		wantRefusals(t, map[string]refusal{name: {c.world, func(t *testing.T, s *Server, owner, _ string) error { return modify(t, s, owner, c.in) }, c.code}})
	}
}

func TestSharingUpToTheQuota(t *testing.T) {
	s, _, owner, _ := deedWorld(Options{}, nil)
	var all []types.LaunchPermission
	for i := range maxImagePermission - 1 { // it is shared with one already
		all = append(all, types.LaunchPermission{UserId: aws.String(fmt.Sprintf("%012d", i))})
	}
	if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{LaunchPermission: &types.LaunchPermissionModifications{Add: all}}); err != nil {
		t.Fatal(err)
	}
	one := ec2.ModifyImageAttributeInput{OperationType: "add", UserIds: []string{"999988887777"}}
	wantCode(t, modify(t, s, owner, one), "ResourceLimitExceeded")
	if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{UserId: aws.String("999988887777")}}, Remove: all[:1]}}); err != nil {
		t.Errorf("one in place of another: %v", err)
	}
}

func TestResetImageAttribute(t *testing.T) {
	s, _, owner, other := deedWorld(Options{}, nil)
	c := ec2Client(s, owner, home)
	in := &ec2.ResetImageAttributeInput{ImageId: aws.String(known), Attribute: types.ResetImageAttributeNameLaunchPermission}
	_, err := ec2Client(s, other, home).ResetImageAttribute(t.Context(), in)
	wantCode(t, err, "AuthFailure")
	_, err = c.ResetImageAttribute(t.Context(), &ec2.ResetImageAttributeInput{ImageId: aws.String(known), Attribute: "description"})
	wantCode(t, err, "InvalidParameterValue")
	before := told(t, s, owner)
	if _, err := c.ResetImageAttribute(t.Context(), in); err != nil || len(launchers(t, s, owner)) != 0 {
		t.Errorf("%v, %v", launchers(t, s, owner), err)
	}
	if slices.Contains(listedIDs(t, s, other), known) {
		t.Error("the other account still sees it")
	}
	if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{OperationType: "add", UserIds: []string{other}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "what is told when it is shared again", before, told(t, s, owner))
}

func TestCancelImageLaunchPermission(t *testing.T) {
	cancel := func(t *testing.T, s *Server, account, image string) error {
		t.Helper()
		_, err := ec2Client(s, account, home).CancelImageLaunchPermission(t.Context(), &ec2.CancelImageLaunchPermissionInput{ImageId: &image})
		return err
	}
	s, _, owner, other := deedWorld(Options{}, nil)
	if err := cancel(t, s, other, known); err != nil || len(launchers(t, s, owner)) != 0 || slices.Contains(listedIDs(t, s, other), known) {
		t.Errorf("%v, %v", launchers(t, s, owner), err)
	}
	wantCode(t, cancel(t, s, other, known), "InvalidAMIID.NotFound")
	public := func(w *fleet.Fleet, _, _ string) { w.Images[0].Permissions = []fleet.Permission{{Group: "all"}} }
	wantRefusals(t, map[string]refusal{
		"its own": {nil, func(t *testing.T, s *Server, owner, _ string) error { return cancel(t, s, owner, known) }, "OperationNotPermitted"},
		"public":  {public, func(t *testing.T, s *Server, _, other string) error { return cancel(t, s, other, known) }, "OperationNotPermitted"},
		"unknown": {nil, func(t *testing.T, s *Server, _, other string) error { return cancel(t, s, other, gone) }, "InvalidAMIID.NotFound"},
		"no id":   {nil, func(t *testing.T, s *Server, _, other string) error { return cancel(t, s, other, "") }, "MissingParameter"},
	})
}
