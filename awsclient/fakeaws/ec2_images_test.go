package fakeaws

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// fleetIDs lists the images of a fresh copy of a server's fleet for which a
// plain loop holds.
func fleetIDs(s *Server, keep func(fleet.Image) bool) []string {
	var out []string
	for _, im := range fleet.New(s.options.Fleet).Images {
		if keep(im) {
			out = append(out, im.ID.Image())
		}
	}
	slices.Sort(out)
	return out
}

// listImages walks the pages of a listing and counts the empty ones.
func listImages(t testing.TB, client *ec2.Client, in ec2.DescribeImagesInput) (all []types.Image, empty int) {
	t.Helper()
	pages := ec2.NewDescribeImagesPaginator(client, &in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if in.MaxResults != nil && len(out.Images) > int(*in.MaxResults) {
			t.Fatalf("%d images in a page of %d", len(out.Images), *in.MaxResults)
		}
		if len(out.Images) == 0 {
			empty++
		}
		all = append(all, out.Images...)
	}
	return all, empty
}

// TestPagesTellEachImageOnce walks fleets of several sizes in pages of several
// sizes, some of which are short or empty.
func TestPagesTellEachImageOnce(t *testing.T) {
	servers := map[string]*Server{
		"full pages":      New(Options{}),
		"short and empty": New(Demo(fleet.Config{})),
		"every second":    New(Options{ShortEvery: 1, EmptyEvery: 1}),
		"limit of server": New(Options{PageLimit: 7, EmptyEvery: 4}),
	}
	for name, s := range servers {
		for _, size := range []int32{1, 5, 50, 87, 1000, 100_000} {
			got, empty := listImages(t, ec2Client(s, "acme-prod", "us-east-1"), ec2.DescribeImagesInput{
				Owners: []string{"self"}, IncludeDisabled: aws.Bool(true), MaxResults: aws.Int32(size),
			})
			want := fleetIDs(s, func(im fleet.Image) bool { return im.Owner == s.Accounts()[1].ID && im.Region == "us-east-1" })
			if diff := cmp.Diff(want, imageIDs(got)); diff != "" {
				t.Errorf("%s, %d a page: %s", name, size, diff)
			}
			if name == "every second" && size < 50 && empty == 0 {
				t.Errorf("%s, %d a page: none was empty", name, size)
			}
		}
	}
}

// TestAnyPaging does the same for drawn fleets, page sizes and questions,
// those that meet others' images and filters included.
func TestAnyPaging(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := New(Options{
			Fleet:      fleet.Config{Images: rapid.IntRange(1, 300).Draw(r, "images"), Seed: rapid.Uint64().Draw(r, "seed")},
			ShortEvery: rapid.IntRange(0, 4).Draw(r, "short"),
			EmptyEvery: rapid.IntRange(0, 4).Draw(r, "empty"),
		})
		in := ec2.DescribeImagesInput{}
		if rapid.Bool().Draw(r, "filtered") {
			in.Filters = filter("architecture", "arm64")
		}
		client := ec2Client(s, "", "us-east-1")
		want := everyImage(t, client, in)
		in.IncludeDisabled, in.IncludeDeprecated = aws.Bool(true), aws.Bool(true)
		in.MaxResults = aws.Int32(int32(rapid.IntRange(1, 40).Draw(r, "size")))
		got, _ := listImages(t, client, in)
		if diff := cmp.Diff(imageIDs(want), imageIDs(got)); diff != "" {
			r.Fatal(diff)
		}
	})
}

func TestTokens(t *testing.T) {
	s := New(Options{})
	client := ec2Client(s, "acme-prod", "us-east-1")
	first, err := client.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}, MaxResults: aws.Int32(5)})
	if err != nil {
		t.Fatal(err)
	}
	token := aws.ToString(first.NextToken)
	changed := []byte(token)
	changed[3] ^= 1
	cases := map[string]struct {
		client *ec2.Client
		in     ec2.DescribeImagesInput
		code   string
	}{
		"good":           {client, ec2.DescribeImagesInput{Owners: []string{"self"}, NextToken: &token}, ""},
		"other size":     {client, ec2.DescribeImagesInput{Owners: []string{"self"}, NextToken: &token, MaxResults: aws.Int32(9)}, ""},
		"garbage":        {client, ec2.DescribeImagesInput{Owners: []string{"self"}, NextToken: aws.String("x")}, "InvalidPaginationToken"},
		"changed":        {client, ec2.DescribeImagesInput{Owners: []string{"self"}, NextToken: aws.String(string(changed))}, "InvalidPaginationToken"},
		"other question": {client, ec2.DescribeImagesInput{Owners: []string{"amazon"}, NextToken: &token}, "InvalidPaginationToken"},
		"other account":  {ec2Client(s, "acme-dev", "us-east-1"), ec2.DescribeImagesInput{Owners: []string{"self"}, NextToken: &token}, "InvalidPaginationToken"},
		"other region":   {ec2Client(s, "acme-prod", "us-east-2"), ec2.DescribeImagesInput{Owners: []string{"self"}, NextToken: &token}, "InvalidPaginationToken"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			out, err := c.client.DescribeImages(t.Context(), &c.in)
			if c.code != "" {
				wantCode(t, err, c.code)
			} else if err != nil || len(out.Images) == 0 || *out.Images[0].ImageId == *first.Images[0].ImageId {
				t.Errorf("the token did not go on: %v", err)
			}
		})
	}
}

func TestBadImageRequests(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Images: 3000}})
	id := fleetIDs(s, func(fleet.Image) bool { return true })[0]
	disabled := fleetIDs(s, func(im fleet.Image) bool {
		return im.Life.State == "disabled" && im.Owner == s.Accounts()[1].ID && im.Region == "us-east-1"
	})
	cases := map[string]struct {
		in   ec2.DescribeImagesInput
		code string
	}{
		"gone":              {ec2.DescribeImagesInput{ImageIds: []string{"ami-0123456789abcdef0"}}, "InvalidAMIID.NotFound"},
		"gone beside known": {ec2.DescribeImagesInput{ImageIds: []string{id, "ami-0123456789abcdef0"}}, "InvalidAMIID.NotFound"},
		"others' disabled":  {ec2.DescribeImagesInput{ImageIds: disabled[:1]}, "InvalidAMIID.NotFound"},
		"malformed":         {ec2.DescribeImagesInput{ImageIds: []string{"ami-xyz"}}, "InvalidAMIID.Malformed"},
		"another kind":      {ec2.DescribeImagesInput{ImageIds: []string{"snap-0123456789abcdef0"}}, "InvalidAMIID.Malformed"},
		"ids with a size":   {ec2.DescribeImagesInput{ImageIds: []string{id}, MaxResults: aws.Int32(5)}, "InvalidParameterCombination"},
		"ids with a token":  {ec2.DescribeImagesInput{ImageIds: []string{id}, NextToken: aws.String("x")}, "InvalidParameterCombination"},
		"no size":           {ec2.DescribeImagesInput{MaxResults: aws.Int32(0)}, "InvalidParameterValue"},
		"bad owner":         {ec2.DescribeImagesInput{Owners: []string{"bob"}}, "InvalidUserID.Malformed"},
		"bad user":          {ec2.DescribeImagesInput{ExecutableUsers: []string{"amazon"}}, "InvalidUserID.Malformed"},
		"dry run":           {ec2.DescribeImagesInput{DryRun: aws.Bool(true)}, "DryRunOperation"},
		"elsewhere":         {ec2.DescribeImagesInput{ImageIds: fleetIDs(s, func(im fleet.Image) bool { return im.Region == "us-east-2" })[:1]}, "InvalidAMIID.NotFound"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := ec2Client(s, "acme-dev", "us-east-1").DescribeImages(t.Context(), &c.in)
			wantCode(t, err, c.code)
		})
	}
}

// TestVisibility compares, for each account, what it sees with a plain loop
// over the fleet.
func TestVisibility(t *testing.T) {
	s := New(Options{})
	o := s.fleet().Organization
	shared := func(im fleet.Image, a fleet.Account) bool {
		return slices.ContainsFunc(im.Permissions, func(p fleet.Permission) bool {
			return p == fleet.Permission{Account: a.ID} || p == fleet.Permission{Organization: o.ARN} || p == fleet.Permission{Unit: a.Unit}
		})
	}
	public := func(im fleet.Image) bool { return slices.Contains(im.Permissions, fleet.Permission{Group: "all"}) }
	stranger := "998877665544"
	for _, a := range s.Accounts() {
		for _, region := range []string{"us-east-1", "eu-west-1"} {
			sees := func(im fleet.Image) bool {
				return im.Region == region && (im.Owner == a.ID || im.Life.State != "disabled" && (public(im) || shared(im, a)))
			}
			alias := func(im fleet.Image) string { return s.fleet().OwnerAlias(im.Owner) }
			cases := map[string]struct {
				in   ec2.DescribeImagesInput
				want func(fleet.Image) bool
			}{
				"all":              {ec2.DescribeImagesInput{}, func(fleet.Image) bool { return true }},
				"own":              {ec2.DescribeImagesInput{Owners: []string{"self"}}, func(im fleet.Image) bool { return im.Owner == a.ID }},
				"own by id":        {ec2.DescribeImagesInput{Owners: []string{a.ID}}, func(im fleet.Image) bool { return im.Owner == a.ID }},
				"the root's":       {ec2.DescribeImagesInput{Owners: []string{o.Management}}, func(im fleet.Image) bool { return im.Owner == o.Management }},
				"own and Amazon's": {ec2.DescribeImagesInput{Owners: []string{"self", "amazon"}}, func(im fleet.Image) bool { return im.Owner == a.ID || alias(im) == "amazon" }},
				"Marketplace":      {ec2.DescribeImagesInput{Owners: []string{"aws-marketplace"}}, func(im fleet.Image) bool { return alias(im) == "aws-marketplace" }},
				"the vault's":      {ec2.DescribeImagesInput{Owners: []string{"aws-backup-vault"}}, func(im fleet.Image) bool { return alias(im) == "aws-backup-vault" }},
				"public":           {ec2.DescribeImagesInput{ExecutableUsers: []string{"all"}}, public},
				"shared with me":   {ec2.DescribeImagesInput{ExecutableUsers: []string{"self"}}, func(im fleet.Image) bool { return shared(im, a) }},
				"shared by me": {ec2.DescribeImagesInput{Owners: []string{"self"}, ExecutableUsers: []string{stranger}}, func(im fleet.Image) bool {
					return im.Owner == a.ID && slices.Contains(im.Permissions, fleet.Permission{Account: stranger})
				}},
			}
			for name, c := range cases {
				got := everyImage(t, ec2Client(s, a.ID, region), c.in)
				want := fleetIDs(s, func(im fleet.Image) bool { return sees(im) && c.want(im) })
				if diff := cmp.Diff(want, imageIDs(got), cmp.Transformer("empty", func(l []string) []string { return append([]string{}, l...) })); diff != "" {
					t.Errorf("%s in %s, %s: %s", a.Name, region, name, diff)
				}
			}
		}
	}
}

func TestDisabledAndDeprecated(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Images: 3000}})
	prod := s.Accounts()[1].ID
	client := ec2Client(s, prod, "us-east-1")
	here := func(im fleet.Image) bool { return im.Region == "us-east-1" }
	past := func(im fleet.Image) bool {
		return im.Life.Deprecation != 0 && !im.Life.Deprecation.UTC().After(fleet.Epoch)
	}
	visible := imageIDs(everyImage(t, client, ec2.DescribeImagesInput{}))
	seen := func(im fleet.Image) bool { return slices.Contains(visible, im.ID.Image()) }
	cases := map[string]struct {
		in   ec2.DescribeImagesInput
		want func(fleet.Image) bool
	}{
		"neither": {ec2.DescribeImagesInput{}, func(im fleet.Image) bool { return im.Life.State != "disabled" && (im.Owner == prod || !past(im)) }},
		"disabled": {ec2.DescribeImagesInput{IncludeDisabled: aws.Bool(true)}, func(im fleet.Image) bool {
			return im.Owner == prod || !past(im)
		}},
		"deprecated": {ec2.DescribeImagesInput{IncludeDeprecated: aws.Bool(true)}, func(im fleet.Image) bool { return im.Life.State != "disabled" }},
		"both":       {ec2.DescribeImagesInput{IncludeDisabled: aws.Bool(true), IncludeDeprecated: aws.Bool(true)}, func(fleet.Image) bool { return true }},
	}
	sizes := map[int]bool{}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			out, err := client.DescribeImages(t.Context(), &c.in)
			if err != nil {
				t.Fatal(err)
			}
			want := fleetIDs(s, func(im fleet.Image) bool { return here(im) && seen(im) && c.want(im) })
			if diff := cmp.Diff(want, imageIDs(out.Images)); diff != "" {
				t.Error(diff)
			}
			sizes[len(want)] = true
		})
	}
	if len(sizes) != len(cases) {
		t.Errorf("the fleet does not tell the cases apart: %v", sizes)
	}
	byID := fleetIDs(s, func(im fleet.Image) bool {
		return here(im) && seen(im) && (im.Life.State == "disabled" || im.Owner != prod && past(im))
	})
	out, err := client.DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: byID})
	if err != nil || len(out.Images) != len(byID) {
		t.Errorf("asked for by id, %d of %d disabled and deprecated images were told: %v", len(out.Images), len(byID), err)
	}
}

// TestOthersSeeLess checks what only the owner of an image is told.
func TestOthersSeeLess(t *testing.T) {
	s := New(Options{})
	client := ec2Client(s, "acme-prod", "us-east-1")
	out, err := client.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Filters: filter("name", "partner-agent-4.2.0")})
	if err != nil || len(out.Images) != 1 {
		t.Fatalf("the partner's image: %v, %v", out, err)
	}
	im := out.Images[0]
	want := []types.Tag{{Key: aws.String("ec2:SharedTag/support"), Value: aws.String("until 2027-06")}}
	if diff := cmp.Diff(want, im.Tags, cmp.AllowUnexported(types.Tag{})); diff != "" {
		t.Error(diff)
	}
	if im.LastLaunchedTime != nil {
		t.Errorf("the partner's launches are told: %s", *im.LastLaunchedTime)
	}
	hidden, err := client.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Filters: filter("tag:internal-ticket", "*")})
	if err != nil || len(hidden.Images) != 0 {
		t.Errorf("a hidden tag can be searched for: %v", err)
	}
	for attribute, code := range map[types.ImageAttributeName]string{
		types.ImageAttributeNameLaunchPermission:   "AuthFailure",
		types.ImageAttributeNameLastLaunchedTime:   "AuthFailure",
		types.ImageAttributeNameBlockDeviceMapping: "AuthFailure",
		"colour": "InvalidParameterValue",
	} {
		_, err := client.DescribeImageAttribute(t.Context(), &ec2.DescribeImageAttributeInput{ImageId: im.ImageId, Attribute: attribute})
		wantCode(t, err, code)
	}
}

// TestAnswerIsTheFleets compares the fields of each image with the fleet's.
func TestAnswerIsTheFleets(t *testing.T) {
	s := New(Options{})
	byID := map[string]fleet.Image{}
	for _, im := range fleet.New(fleet.Config{}).Images {
		byID[im.ID.Image()] = im
	}
	for _, a := range s.Accounts() {
		for _, got := range everyImage(t, ec2Client(s, a.ID, "us-east-1"), ec2.DescribeImagesInput{Owners: []string{"self"}}) {
			im := byID[*got.ImageId]
			if aws.ToString(got.Name) != overXML(im.Name) || aws.ToString(got.Description) != overXML(im.Description) || string(got.State) != im.Life.State {
				t.Errorf("%s is %q, %q, %s", *got.ImageId, aws.ToString(got.Name), aws.ToString(got.Description), got.State)
			}
			if len(got.Tags) != len(im.Tags) || len(got.BlockDeviceMappings) != len(im.Machine.Devices) {
				t.Errorf("%s has %d tags, %d devices, want %d and %d", *got.ImageId, len(got.Tags), len(got.BlockDeviceMappings), len(im.Tags), len(im.Machine.Devices))
			}
			if told := got.LastLaunchedTime != nil; told != (im.Life.LastLaunched != 0) {
				t.Errorf("%s: launch told: %v", *got.ImageId, told)
			}
			if told := got.DeprecationTime != nil; told != (im.Life.Deprecation != 0) || *got.DeregistrationProtection != im.Life.Protection {
				t.Errorf("%s: deprecation told: %v, protection %s", *got.ImageId, told, *got.DeregistrationProtection)
			}
		}
	}
}

// overXML is text after a journey through XML, which cannot carry C0 controls
// and in which EC2 writes U+FFFD for them.
func overXML(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
			return '\ufffd'
		}
		return r
	}, s)
}

func TestAttributes(t *testing.T) {
	s := New(Options{})
	root := s.Accounts()[0].ID
	for _, im := range fleet.New(fleet.Config{}).Images {
		if im.Owner != root || im.Region != "us-east-1" || len(im.Permissions) == 0 {
			continue
		}
		out, err := ec2Client(s, root, im.Region).DescribeImageAttribute(t.Context(), &ec2.DescribeImageAttributeInput{
			ImageId: aws.String(im.ID.Image()), Attribute: types.ImageAttributeNameLaunchPermission,
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []fleet.Permission
		for _, p := range out.LaunchPermissions {
			got = append(got, fleet.Permission{
				Group: string(p.Group), Account: aws.ToString(p.UserId),
				Organization: aws.ToString(p.OrganizationArn), Unit: aws.ToString(p.OrganizationalUnitArn),
			})
		}
		if diff := cmp.Diff(im.Permissions, got); diff != "" {
			t.Errorf("%s: %s", im.ID.Image(), diff)
		}
	}
	id := fleetIDs(s, func(im fleet.Image) bool { return im.Name == "protected-with-cooldown" })[0]
	im := s.store().images.byID[mustID(t, id)]
	client := ec2Client(s, im.Owner, im.Region)
	for name, want := range map[types.ImageAttributeName]string{
		types.ImageAttributeNameDeregistrationProtection: "enabled-with-cooldown",
		types.ImageAttributeNameBootMode:                 "uefi-preferred",
		types.ImageAttributeNameImdsSupport:              "v2.0",
		types.ImageAttributeNameSriovNetSupport:          "simple",
		types.ImageAttributeNameKernel:                   "",
		types.ImageAttributeNameUefiData:                 "",
	} {
		out, err := client.DescribeImageAttribute(t.Context(), &ec2.DescribeImageAttributeInput{ImageId: &id, Attribute: name})
		if err != nil {
			t.Fatal(err)
		}
		told := ""
		for _, v := range []*types.AttributeValue{out.DeregistrationProtection, out.BootMode, out.ImdsSupport, out.SriovNetSupport, out.KernelId, out.UefiData} {
			if v != nil {
				told += aws.ToString(v.Value)
			}
		}
		if told != want {
			t.Errorf("%s is %q, want %q", name, told, want)
		}
	}
}

func mustID(t *testing.T, text string) fleet.ID {
	t.Helper()
	id, ok := fleet.ParseID(fleet.ImagePrefix, text)
	if !ok {
		t.Fatalf("%s is no image", text)
	}
	return id
}

// BenchmarkNew is what the demo costs before its first answer.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Options{Fleet: fleet.Config{Accounts: 20, Regions: 17, Images: 100_000}})
	}
}

// BenchmarkPage is the handler of one page of 1,000 images in a scope of
// 40,000, without the wire.
func BenchmarkPage(b *testing.B) {
	s := New(Options{Fleet: fleet.Config{Accounts: 1, Regions: 1, Images: 40_000}})
	call := Call{Service: "EC2", Operation: "DescribeImages", Account: s.Accounts()[0].ID, Region: "us-east-1"}
	in := &ec2.DescribeImagesInput{Owners: []string{"self"}, IncludeDisabled: aws.Bool(true), MaxResults: aws.Int32(1000)}
	b.ReportAllocs()
	for b.Loop() {
		out, err := s.describeImages(b.Context(), call, in)
		if err != nil || len(out.Images) != 1000 {
			b.Fatalf("%d images: %v", len(out.Images), err)
		}
		in.NextToken = out.NextToken
	}
}
