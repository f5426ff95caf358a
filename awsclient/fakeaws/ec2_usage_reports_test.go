package fakeaws

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

const third = "333333333333" // an account outside the organization

// reportWorld has users of known in its owner's account, in the other one and
// in one outside.
func reportWorld(o Options) (s *Server, owner, other string) {
	return world(o, func(w *fleet.Fleet, owner, other string) {
		id := w.Images[0].ID
		for i, r := range []fleet.Instance{
			{Owner: owner},
			{Owner: other},
			{Owner: other, State: "stopped"},
			{Owner: other, State: "terminated"},
			{Owner: third},
			{Owner: other, Region: "us-east-2"},
			{Owner: other, Image: id + 1},
		} {
			r.ID = fleet.ID(1<<40 + i)
			if r.Region == "" {
				r.Region = home
			}
			if r.Image == 0 {
				r.Image = id
			}
			w.Instances = append(w.Instances, r)
		}
		deep := []fleet.TemplateVersion{{Number: 1, Image: known}}
		for i := range 20 {
			deep = append(deep, fleet.TemplateVersion{Number: i + 2, Image: gone})
		}
		w.Templates = []fleet.Template{
			{ID: web, Owner: other, Region: home, Name: "web", Versions: []fleet.TemplateVersion{{Number: 1, Image: known}, {Number: 2, Image: known}}},
			{ID: oneOnly, Owner: other, Region: home, Name: "deep", Versions: deep},
			{ID: foreign, Owner: owner, Region: home, Name: "own", Versions: []fleet.TemplateVersion{{Number: 1, Image: known}}},
		}
	})
}

func resourceTypes(depth string) []types.ImageUsageResourceTypeRequest {
	out := []types.ImageUsageResourceTypeRequest{{ResourceType: aws.String("ec2:Instance")}, {ResourceType: aws.String("ec2:LaunchTemplate")}}
	if depth != "" {
		out[1].ResourceTypeOptions = []types.ImageUsageResourceTypeOptionRequest{{OptionName: aws.String("version-depth"), OptionValues: []string{depth}}}
	}
	return out
}

// report makes a report and follows it to its end.
func report(t *testing.T, c *ec2.Client, in ec2.CreateImageUsageReportInput) types.ImageUsageReport {
	t.Helper()
	if in.ImageId == nil {
		in.ImageId = aws.String(known)
	}
	made, err := c.CreateImageUsageReport(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return follow(t, c, *made.ReportId)
}

// follow asks for a report until it is no longer pending.
func follow(t *testing.T, c *ec2.Client, id string) types.ImageUsageReport {
	t.Helper()
	for range 10 {
		out, err := c.DescribeImageUsageReports(t.Context(), &ec2.DescribeImageUsageReportsInput{ReportIds: []string{id}})
		if err != nil {
			t.Fatal(err)
		}
		if r := out.ImageUsageReports[0]; *r.State != reportPending {
			return r
		}
	}
	t.Fatalf("the report %s stays pending", id)
	return types.ImageUsageReport{}
}

// entries lists what a report says.
func entries(t *testing.T, c *ec2.Client, in ec2.DescribeImageUsageReportEntriesInput) []string {
	t.Helper()
	out, err := c.DescribeImageUsageReportEntries(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return each(out.ImageUsageReportEntries, func(e types.ImageUsageReportEntry) string {
		return *e.AccountId + " " + *e.ResourceType + " " + strconv.FormatInt(*e.UsageCount, 10)
	})
}

func TestUsageReport(t *testing.T) {
	s, owner, other := reportWorld(Options{})
	c := ec2Client(s, owner, home)
	for name, tc := range map[string]struct {
		in   ec2.CreateImageUsageReportInput
		want []string
	}{
		"all accounts":    {ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("")}, []string{third + " ec2:Instance 1", other + " ec2:Instance 2", other + " ec2:LaunchTemplate 1"}},
		"deeper":          {ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("21")[1:]}, []string{other + " ec2:LaunchTemplate 2"}},
		"shallow":         {ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("1")[1:]}, []string{other + " ec2:LaunchTemplate 1"}},
		"some accounts":   {ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes(""), AccountIds: []string{third, "444444444444"}}, []string{third + " ec2:Instance 1"}},
		"the owner alone": {ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes(""), AccountIds: []string{owner}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			r := report(t, c, tc.in)
			if *r.State != "available" || *r.ImageId != known || r.ExpirationTime.Sub(*r.CreationTime) != 30*24*time.Hour || !slices.Equal(r.AccountIds, tc.in.AccountIds) {
				t.Errorf("the report is %+v", r)
			}
			got := entries(t, c, ec2.DescribeImageUsageReportEntriesInput{ReportIds: []string{*r.ReportId}})
			slices.Sort(got)
			slices.Sort(tc.want)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUsageReportIsPendingAtFirst: twice, and says nothing meanwhile; a second
// one of the image must wait.
func TestUsageReportIsPendingAtFirst(t *testing.T) {
	s, owner, _ := reportWorld(Options{})
	c := ec2Client(s, owner, home)
	in := ec2.CreateImageUsageReportInput{ImageId: aws.String(known), ResourceTypes: resourceTypes(""), ClientToken: aws.String("once"), TagSpecifications: []types.TagSpecification{
		{ResourceType: types.ResourceTypeImageUsageReport, Tags: []types.Tag{tagOf("by", "test")}},
	}}
	made, err := c.CreateImageUsageReport(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.CreateImageUsageReport(t.Context(), &in)
	if err != nil || *again.ReportId != *made.ReportId {
		t.Errorf("the same token made another report: %v, %v", again, err)
	}
	in.ClientToken = nil
	_, err = c.CreateImageUsageReport(t.Context(), &in)
	wantCode(t, err, "ResourceLimitExceeded")
	var states []string
	for range 4 {
		out, err := c.DescribeImageUsageReports(t.Context(), &ec2.DescribeImageUsageReportsInput{ImageIds: []string{known}, Filters: filter("tag:by", "test")})
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, *out.ImageUsageReports[0].State)
		if got := entries(t, c, ec2.DescribeImageUsageReportEntriesInput{}); (len(got) == 0) != (len(states) <= pendingLooks) {
			t.Errorf("after %d looks the report says %v", len(states), got)
		}
	}
	if diff := cmp.Diff([]string{"pending", "pending", "available", "available"}, states); diff != "" {
		t.Error(diff)
	}
	if _, err := c.CreateImageUsageReport(t.Context(), &in); err != nil {
		t.Errorf("after the first one is done a second is refused: %v", err)
	}
}

func TestUsageReportOfAnImageThatGoes(t *testing.T) {
	s, owner, _ := reportWorld(Options{})
	c := ec2Client(s, owner, home)
	made, err := c.CreateImageUsageReport(t.Context(), &ec2.CreateImageUsageReportInput{ImageId: aws.String(known), ResourceTypes: resourceTypes("")})
	if err != nil {
		t.Fatal(err)
	}
	s.Change(func(f *fleet.Fleet) { f.Images = nil })
	if r := follow(t, c, *made.ReportId); *r.State != "error" || *r.StateReason == "" {
		t.Errorf("the report is %+v", r)
	}
}

func TestUsageReportsExpire(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s, owner, _ := reportWorld(Options{Now: func() time.Time { return now }})
	c := ec2Client(s, owner, home)
	r := report(t, c, ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("")})
	if !r.CreationTime.Equal(now) {
		t.Errorf("made at %s, want %s", r.CreationTime, now)
	}
	now = r.ExpirationTime.Add(-time.Second)
	if got := entries(t, c, ec2.DescribeImageUsageReportEntriesInput{}); len(got) == 0 {
		t.Error("the report is gone before its time")
	}
	now = *r.ExpirationTime
	if got := entries(t, c, ec2.DescribeImageUsageReportEntriesInput{}); len(got) != 0 {
		t.Errorf("after its time the report still says %v", got)
	}
	_, err := c.DescribeImageUsageReports(t.Context(), &ec2.DescribeImageUsageReportsInput{ReportIds: []string{*r.ReportId}})
	wantCode(t, err, "InvalidImageUsageReportId.NotFound")
}

func TestUsageReportEntriesFilter(t *testing.T) {
	s, owner, other := reportWorld(Options{})
	c := ec2Client(s, owner, home)
	r := report(t, c, ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("")})
	for name, tc := range map[string]struct {
		in   ec2.DescribeImageUsageReportEntriesInput
		want []string
	}{
		"account":    {ec2.DescribeImageUsageReportEntriesInput{Filters: filter("account-id", third)}, []string{third + " ec2:Instance 1"}},
		"type":       {ec2.DescribeImageUsageReportEntriesInput{Filters: filter("resource-type", "*Template")}, []string{other + " ec2:LaunchTemplate 1"}},
		"image":      {ec2.DescribeImageUsageReportEntriesInput{ImageIds: []string{gone}}, []string{}},
		"both":       {ec2.DescribeImageUsageReportEntriesInput{ImageIds: []string{known}, ReportIds: []string{*r.ReportId}, Filters: filter("account-id", third)}, []string{third + " ec2:Instance 1"}},
		"older ones": {ec2.DescribeImageUsageReportEntriesInput{Filters: filter("creation-time", "1999*")}, []string{}},
	} {
		if diff := cmp.Diff(tc.want, entries(t, c, tc.in)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := c.DeleteImageUsageReport(t.Context(), &ec2.DeleteImageUsageReportInput{ReportId: r.ReportId}); err != nil {
		t.Fatal(err)
	}
	_, err := c.DeleteImageUsageReport(t.Context(), &ec2.DeleteImageUsageReportInput{ReportId: r.ReportId})
	wantCode(t, err, "InvalidImageUsageReportId.NotFound")
}

func TestUsageReportRefuses(t *testing.T) {
	s, owner, other := reportWorld(Options{})
	option := func(kind, name, value string) []types.ImageUsageResourceTypeRequest {
		return []types.ImageUsageResourceTypeRequest{{ResourceType: aws.String(kind), ResourceTypeOptions: []types.ImageUsageResourceTypeOptionRequest{
			{OptionName: aws.String(name), OptionValues: []string{value}},
		}}}
	}
	for name, tc := range map[string]struct {
		account string
		in      ec2.CreateImageUsageReportInput
		code    string
	}{
		"another's image":   {other, ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("")}, "AuthFailure"},
		"unknown image":     {owner, ec2.CreateImageUsageReportInput{ImageId: aws.String(gone), ResourceTypes: resourceTypes("")}, "InvalidAMIID.NotFound"},
		"no image":          {owner, ec2.CreateImageUsageReportInput{ImageId: aws.String("web"), ResourceTypes: resourceTypes("")}, "InvalidAMIID.Malformed"},
		"no types":          {owner, ec2.CreateImageUsageReportInput{ResourceTypes: []types.ImageUsageResourceTypeRequest{}}, "MissingParameter"},
		"unknown type":      {owner, ec2.CreateImageUsageReportInput{ResourceTypes: option("ssm:Parameter", "version-depth", "1")}, "InvalidParameterValue"},
		"option of another": {owner, ec2.CreateImageUsageReportInput{ResourceTypes: option("ec2:Instance", "version-depth", "1")}, "InvalidParameterValue"},
		"unknown option":    {owner, ec2.CreateImageUsageReportInput{ResourceTypes: option("ec2:LaunchTemplate", "state-name", "1")}, "InvalidParameterValue"},
		"depth 0":           {owner, ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("0")}, "InvalidParameterValue"},
		"201 accounts":      {owner, ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes(""), AccountIds: slices.Repeat([]string{third}, 201)}, "InvalidParameterValue"},
		"no account":        {owner, ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes(""), AccountIds: []string{"self"}}, "InvalidUserID.Malformed"},
		"tags of an image": {owner, ec2.CreateImageUsageReportInput{
			ResourceTypes: resourceTypes(""), TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeImage, Tags: []types.Tag{tagOf("a", "b")}}},
		}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.in.ImageId == nil {
				tc.in.ImageId = aws.String(known)
			}
			_, err := ec2Client(s, tc.account, home).CreateImageUsageReport(t.Context(), &tc.in)
			wantCode(t, err, tc.code)
		})
	}
	c := ec2Client(s, owner, home)
	_, err := c.DescribeImageUsageReports(t.Context(), &ec2.DescribeImageUsageReportsInput{ReportIds: []string{"amiur-1"}})
	wantCode(t, err, "InvalidImageUsageReportId.Malformed")
	_, err = c.DescribeImageUsageReportEntries(t.Context(), &ec2.DescribeImageUsageReportEntriesInput{ImageIds: slices.Repeat([]string{known}, 201)})
	wantCode(t, err, "InvalidParameterValue")
	r := report(t, c, ec2.CreateImageUsageReportInput{ResourceTypes: resourceTypes("")})
	_, err = ec2Client(s, other, home).DescribeImageUsageReports(t.Context(), &ec2.DescribeImageUsageReportsInput{ReportIds: []string{*r.ReportId}})
	wantCode(t, err, "InvalidImageUsageReportId.NotFound")
}
