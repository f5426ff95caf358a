package fakeaws

import (
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// The templates of templateWorld: web has the versions 1, 2, 4 and 5 of which 2
// is the default, one has a single version.
const (
	web     fleet.ID = 1<<40 + 1
	oneOnly fleet.ID = 1<<40 + 2
	foreign fleet.ID = 1<<40 + 3
)

func templateWorld() (s *Server, owner, other string) {
	return world(Options{}, func(w *fleet.Fleet, owner, other string) {
		made, _ := fleetTime("2026-04-01T10:11:12Z")
		w.Templates = []fleet.Template{
			{
				ID: web, Owner: owner, Region: home, Name: "web", Created: made, Default: 2, Tags: []fleet.Tag{{Key: "Team", Value: "a"}},
				Versions: []fleet.TemplateVersion{
					{Number: 1, Image: gone, Created: made},
					{Number: 2, Image: known, Note: "stable"},
					{Number: 4, Image: "resolve:ssm:/golden/web", Snapshots: []string{"snap-0bbbbbbbbbbbbbbb1", "snap-0bbbbbbbbbbbbbbb2"}},
					{Number: 5},
				},
			},
			{ID: oneOnly, Owner: owner, Region: home, Name: "one", Versions: []fleet.TemplateVersion{{Number: 1, Image: known}}},
			{ID: foreign, Owner: other, Region: home, Name: "foreign", Versions: []fleet.TemplateVersion{{Number: 1, Image: known}}},
			{ID: 1<<40 + 4, Owner: owner, Region: "us-east-2", Name: "elsewhere", Versions: []fleet.TemplateVersion{{Number: 1, Image: known}}},
		}
	})
}

func TestLaunchTemplates(t *testing.T) {
	s, owner, _ := templateWorld()
	c := ec2Client(s, owner, home)
	for name, tc := range map[string]struct {
		in   ec2.DescribeLaunchTemplatesInput
		want []string
		code string
	}{
		"all":           {want: []string{"one 1 1", "web 2 5"}},
		"by id":         {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{web.Template()}}, want: []string{"web 2 5"}},
		"by name":       {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"one"}}, want: []string{"one 1 1"}},
		"by both":       {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"web"}, LaunchTemplateIds: []string{web.Template()}}, want: []string{"web 2 5"}},
		"by tag":        {in: ec2.DescribeLaunchTemplatesInput{Filters: filter("tag:Team", "a")}, want: []string{"web 2 5"}},
		"by filter":     {in: ec2.DescribeLaunchTemplatesInput{Filters: filter("launch-template-name", "o*")}, want: []string{"one 1 1"}},
		"by time":       {in: ec2.DescribeLaunchTemplatesInput{Filters: filter("create-time", "2026-04-01T*")}, want: []string{"web 2 5"}},
		"id and filter": {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{web.Template()}, Filters: filter("launch-template-name", "o*")}, want: []string{}},
		"unknown id":    {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{"lt-0123456789abcdef0"}}, code: "InvalidLaunchTemplateId.NotFound"},
		"another's id":  {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{foreign.Template()}}, code: "InvalidLaunchTemplateId.NotFound"},
		"no id":         {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{"web"}}, code: "InvalidLaunchTemplateId.Malformed"},
		"unknown name":  {in: ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"foreign"}}, code: "InvalidLaunchTemplateName.NotFoundException"},
		"too many":      {in: ec2.DescribeLaunchTemplatesInput{MaxResults: aws.Int32(201)}, code: "InvalidParameterValue"},
		"id and pages":  {in: ec2.DescribeLaunchTemplatesInput{MaxResults: aws.Int32(5), LaunchTemplateNames: []string{"web"}}, code: "InvalidParameterCombination"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.DescribeLaunchTemplates(t.Context(), &tc.in)
			if tc.code != "" {
				wantCode(t, err, tc.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := each(out.LaunchTemplates, func(r types.LaunchTemplate) string {
				return *r.LaunchTemplateName + " " + strconv.FormatInt(*r.DefaultVersionNumber, 10) + " " + strconv.FormatInt(*r.LatestVersionNumber, 10)
			})
			slices.Sort(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLaunchTemplateVersions(t *testing.T) {
	s, owner, _ := templateWorld()
	c := ec2Client(s, owner, home)
	id, name := aws.String(web.Template()), aws.String("web")
	for name, tc := range map[string]struct {
		in   ec2.DescribeLaunchTemplateVersionsInput
		want []string
	}{
		"latest of all":      {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest"}}, []string{"one 1", "web 5"}},
		"default of all":     {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Default"}}, []string{"one 1", "web 2"}},
		"both of all":        {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Default", "$Latest"}}, []string{"one 1", "web 2", "web 5"}},
		"of all by image":    {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Default", "$Latest"}, Filters: filter("image-id", known)}, []string{"one 1", "web 2"}},
		"all of one":         {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id}, []string{"web 1", "web 2", "web 4", "web 5"}},
		"by name":            {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: name}, []string{"web 1", "web 2", "web 4", "web 5"}},
		"numbers and words":  {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: []string{"1", "2", "$Default", "$Latest"}}, []string{"web 1", "web 2", "web 5"}},
		"from":               {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, MinVersion: aws.String("2")}, []string{"web 2", "web 4", "web 5"}},
		"up to":              {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, MaxVersion: aws.String("4")}, []string{"web 1", "web 2", "web 4"}},
		"range":              {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, MinVersion: aws.String("2"), MaxVersion: aws.String("3")}, []string{"web 2"}},
		"image by filter":    {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Filters: filter("image-id", gone)}, []string{"web 1"}},
		"alias by filter":    {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Filters: filter("image-id", "resolve:ssm:*")}, []string{"web 4"}},
		"default by filter":  {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Filters: filter("is-default-version", "true")}, []string{"web 2"}},
		"no match by filter": {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Filters: filter("create-time", "1999*")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, most := range []*int32{nil, aws.Int32(1)} {
				tc.in.MaxResults = most
				if diff := cmp.Diff(tc.want, listVersions(t, c, tc.in)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// listVersions lists template and version of what all pages tell, sorted.
func listVersions(t *testing.T, c *ec2.Client, in ec2.DescribeLaunchTemplateVersionsInput) []string {
	t.Helper()
	var got []string
	pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(c, &in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range out.LaunchTemplateVersions {
			got = append(got, *v.LaunchTemplateName+" "+strconv.FormatInt(*v.VersionNumber, 10))
		}
	}
	slices.Sort(got)
	return got
}

func TestLaunchTemplateVersionAnswer(t *testing.T) {
	s, owner, _ := templateWorld()
	out, err := ec2Client(s, owner, home).DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("web")})
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		Number    int64
		Image     string
		Default   bool
		Note      string
		Snapshots []string
	}
	var got []told
	for _, v := range out.LaunchTemplateVersions {
		var snapshots []string
		for _, d := range v.LaunchTemplateData.BlockDeviceMappings {
			snapshots = append(snapshots, *d.DeviceName+" "+*d.Ebs.SnapshotId)
		}
		got = append(got, told{*v.VersionNumber, aws.ToString(v.LaunchTemplateData.ImageId), *v.DefaultVersion, aws.ToString(v.VersionDescription), snapshots})
	}
	want := []told{
		{Number: 5},
		{Number: 4, Image: "resolve:ssm:/golden/web", Snapshots: []string{"/dev/sdf snap-0bbbbbbbbbbbbbbb1", "/dev/sdg snap-0bbbbbbbbbbbbbbb2"}},
		{Number: 2, Image: known, Default: true, Note: "stable"},
		{Number: 1, Image: gone},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if v := out.LaunchTemplateVersions[3]; *v.CreatedBy != "arn:aws:iam::"+owner+":role/Deployer" || v.CreateTime.Format("2006-01-02T15:04:05") != "2026-04-01T10:11:12" {
		t.Errorf("made by %s at %s", *v.CreatedBy, v.CreateTime)
	}
}

func TestLaunchTemplateVersionsRefuses(t *testing.T) {
	s, owner, _ := templateWorld()
	c := ec2Client(s, owner, home)
	id, name := aws.String(web.Template()), aws.String("web")
	for name, tc := range map[string]struct {
		in   ec2.DescribeLaunchTemplateVersionsInput
		code string
	}{
		"nothing":               {ec2.DescribeLaunchTemplateVersionsInput{}, "MissingParameter"},
		"number of all":         {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest", "1"}}, "MissingParameter"},
		"id and name":           {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, LaunchTemplateName: name}, "InvalidParameterCombination"},
		"range of all":          {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest"}, MinVersion: aws.String("1")}, "InvalidParameterCombination"},
		"range and versions":    {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: []string{"1"}, MaxVersion: aws.String("1")}, "InvalidParameterCombination"},
		"range of words":        {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, MinVersion: aws.String("$Latest")}, "InvalidParameterValue"},
		"unknown id":            {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: aws.String("lt-0123456789abcdef0")}, "InvalidLaunchTemplateId.NotFound"},
		"malformed id":          {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: aws.String("lt-1")}, "InvalidLaunchTemplateId.Malformed"},
		"another's id":          {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: aws.String(foreign.Template())}, "InvalidLaunchTemplateId.NotFound"},
		"unknown name":          {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("elsewhere")}, "InvalidLaunchTemplateName.NotFoundException"},
		"deleted version":       {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: []string{"1", "3"}}, "InvalidLaunchTemplateId.VersionNotFound"},
		"no version":            {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: []string{"newest"}}, "InvalidLaunchTemplateId.VersionNotFound"},
		"too large a page":      {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, MaxResults: aws.Int32(201)}, "InvalidParameterValue"},
		"too many versions":     {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: slices.Repeat([]string{"1"}, 201)}, "InvalidParameterValue"},
		"aliases of all":        {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest"}, ResolveAlias: aws.Bool(true)}, "InvalidParameterCombination"},
		"aliases of many":       {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: []string{"4", "5"}, ResolveAlias: aws.Bool(true)}, "InvalidParameterCombination"},
		"alias without a value": {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: []string{"4"}, ResolveAlias: aws.Bool(true)}, "SsmInvalidParameter"},
		"unknown filter":        {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Filters: filter("snapshot-id", "*")}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.DescribeLaunchTemplateVersions(t.Context(), &tc.in)
			wantCode(t, err, tc.code)
		})
	}
}

func TestResolveAlias(t *testing.T) {
	const public = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
	for name, tc := range map[string]struct{ image, want, code string }{
		"image id":         {image: gone, want: gone},
		"parameter":        {image: "resolve:ssm:/golden/web", want: known},
		"version":          {image: "resolve:ssm:/golden/web:7", want: known},
		"no such version":  {image: "resolve:ssm:/golden/web:9", code: "SsmInvalidParameter"},
		"without a slash":  {image: "resolve:ssm:golden", want: known},
		"of text":          {image: "resolve:ssm:/text", code: "SsmInvalidParameter"},
		"missing":          {image: "resolve:ssm:/golden/none", code: "SsmInvalidParameter"},
		"another's":        {image: "resolve:ssm:/theirs", code: "SsmInvalidParameter"},
		"another's by ARN": {image: "resolve:ssm:arn:aws:ssm:us-east-1:OTHER:parameter/theirs", want: known},
		"not shared":       {image: "resolve:ssm:arn:aws:ssm:us-east-1:OTHER:parameter/private", code: "SsmInvalidParameter"},
		"of elsewhere":     {image: "resolve:ssm:arn:aws:ssm:us-east-2:OTHER:parameter/theirs", code: "SsmInvalidParameter"},
		"public":           {image: "resolve:ssm:" + public, want: "ami-0aaaaaaaaaaaaaaa3"},
		"public, missing":  {image: "resolve:ssm:" + public + "-none", code: "SsmInvalidParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			s, owner, _ := world(Options{}, func(w *fleet.Fleet, owner, other string) {
				image := tc.image
				if i := len("resolve:ssm:arn:aws:ssm:us-east-1:"); len(image) > i+5 && image[i:i+5] == "OTHER" {
					image = image[:i] + other + image[i+5:]
				}
				w.Templates = []fleet.Template{{ID: web, Owner: owner, Region: home, Name: "web", Versions: []fleet.TemplateVersion{{Number: 1, Image: image}}}}
				w.Parameters = []fleet.Parameter{
					{Owner: owner, Region: home, Name: "/golden/web", Value: known, DataType: imageDataType, Version: 7},
					{Owner: owner, Region: home, Name: "golden", Value: known, DataType: imageDataType},
					{Owner: owner, Region: home, Name: "/text", Value: known},
					{Owner: other, Region: home, Name: "/theirs", Value: known, DataType: imageDataType, Shared: true},
					{Owner: other, Region: home, Name: "/private", Value: known, DataType: imageDataType},
				}
				for i, text := range []string{"ami-0aaaaaaaaaaaaaaa2", "ami-0aaaaaaaaaaaaaaa3"} {
					id, _ := fleet.ParseID(fleet.ImagePrefix, text)
					w.Images = append(w.Images, fleet.Image{
						ID: id, Owner: "137112412989", Region: home, Life: fleet.Life{Created: fleet.Time(1000 + i)},
						Permissions: []fleet.Permission{{Group: "all"}}, Extra: &fleet.Extra{PublicParameter: public},
					})
				}
			})
			out, err := ec2Client(s, owner, home).DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{
				LaunchTemplateName: aws.String("web"), Versions: []string{"$Latest"}, ResolveAlias: aws.Bool(true),
			})
			if tc.code != "" {
				wantCode(t, err, tc.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := *out.LaunchTemplateVersions[0].LaunchTemplateData.ImageId; got != tc.want {
				t.Errorf("resolved to %s, want %s", got, tc.want)
			}
		})
	}
}

// TestTemplatesAreAlwaysPaged: 200 are told at most, also to who does not ask
// for pages.
func TestTemplatesAreAlwaysPaged(t *testing.T) {
	s, owner, _ := world(Options{}, func(w *fleet.Fleet, owner, _ string) {
		for i := range 201 {
			w.Templates = append(w.Templates, fleet.Template{
				ID: fleet.ID(1<<40 + i), Owner: owner, Region: home, Name: strconv.Itoa(i), Default: 1,
				Versions: []fleet.TemplateVersion{{Number: 1}, {Number: 2}},
			})
		}
	})
	c := ec2Client(s, owner, home)
	templates, err := c.DescribeLaunchTemplates(t.Context(), nil)
	if err != nil || len(templates.LaunchTemplates) != 200 || templates.NextToken == nil {
		t.Errorf("%d templates, %v", len(templates.LaunchTemplates), err)
	}
	versions, err := c.DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest", "$Default"}})
	if err != nil || len(versions.LaunchTemplateVersions) != 200 || versions.NextToken == nil {
		t.Errorf("%d versions, %v", len(versions.LaunchTemplateVersions), err)
	}
	all := listVersions(t, c, ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest", "$Default"}})
	if slices.Sort(all); len(slices.Compact(all)) != 402 {
		t.Errorf("%d versions on all pages", len(all))
	}
}
