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

// The image that a hand-made world is about, and one that nobody has.
const (
	known = "ami-0aaaaaaaaaaaaaaa1"
	gone  = "ami-0ffffffffffffffff"
)

// world makes an AWS of one region in which the first account owns the image
// known, and f says what else there is, given both accounts.
func world(o Options, f func(w *fleet.Fleet, owner, other string)) (s *Server, owner, other string) {
	o.Bare, o.Fleet = true, fleet.Config{Accounts: 2, Regions: 1}
	o.World = func(w *fleet.Fleet) {
		owner, other = w.Accounts[0].ID, w.Accounts[1].ID
		id, _ := fleet.ParseID(fleet.ImagePrefix, known)
		w.Images = append(w.Images, fleet.Image{ID: id, Owner: owner, Region: home, Name: "known", Permissions: []fleet.Permission{{Account: other}}})
		if f != nil {
			f(w, owner, other)
		}
	}
	s = New(o)
	return s, owner, other
}

// home is the region of hand-made worlds.
const home = "us-east-1"

// usageList is an operation that lists users of images, as a walk through its
// pages of at most max elements.
type usageList struct {
	operation string
	least     int32 // of MaxResults
	page      func(*testing.T, *ec2.Client, *int32, *string) ([]string, *string, error)
}

func usageLists() []usageList {
	return append(chargeLists(), []usageList{
		{"DescribeInstanceImageMetadata", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeInstanceImageMetadata(t.Context(), &ec2.DescribeInstanceImageMetadataInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.InstanceImageMetadata, func(r types.InstanceImageMetadata) string { return *r.InstanceId }), out.NextToken, nil
		}},
		{"DescribeLaunchTemplates", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeLaunchTemplates(t.Context(), &ec2.DescribeLaunchTemplatesInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.LaunchTemplates, func(r types.LaunchTemplate) string { return *r.LaunchTemplateId }), out.NextToken, nil
		}},
		{"DescribeLaunchTemplateVersions", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{
				Versions: []string{"$Latest", "$Default"}, MaxResults: most, NextToken: token,
			})
			if err != nil {
				return nil, nil, err
			}
			return each(out.LaunchTemplateVersions, versionText), out.NextToken, nil
		}},
		{"DescribeFleets", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeFleets(t.Context(), &ec2.DescribeFleetsInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.Fleets, func(r types.FleetData) string { return *r.FleetId }), out.NextToken, nil
		}},
		{"DescribeSpotFleetRequests", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeSpotFleetRequests(t.Context(), &ec2.DescribeSpotFleetRequestsInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.SpotFleetRequestConfigs, func(r types.SpotFleetRequestConfig) string { return *r.SpotFleetRequestId }), out.NextToken, nil
		}},
		{"DescribeSpotInstanceRequests", 5, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeSpotInstanceRequests(t.Context(), &ec2.DescribeSpotInstanceRequestsInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.SpotInstanceRequests, func(r types.SpotInstanceRequest) string { return *r.SpotInstanceRequestId }), out.NextToken, nil
		}},
		{"DescribeImageReferences", 5, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeImageReferences(t.Context(), &ec2.DescribeImageReferencesInput{
				ImageIds: []string{known}, IncludeAllResourceTypes: aws.Bool(true), MaxResults: most, NextToken: token,
			})
			if err != nil {
				return nil, nil, err
			}
			return each(out.ImageReferences, func(r types.ImageReference) string { return *r.Arn }), out.NextToken, nil
		}},
		{"DescribeImageUsageReports", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeImageUsageReports(t.Context(), &ec2.DescribeImageUsageReportsInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.ImageUsageReports, func(r types.ImageUsageReport) string { return *r.ReportId }), out.NextToken, nil
		}},
		{"DescribeImageUsageReportEntries", 1, func(t *testing.T, c *ec2.Client, most *int32, token *string) ([]string, *string, error) {
			out, err := c.DescribeImageUsageReportEntries(t.Context(), &ec2.DescribeImageUsageReportEntriesInput{MaxResults: most, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return each(out.ImageUsageReportEntries, func(r types.ImageUsageReportEntry) string { return *r.ReportId + *r.AccountId + *r.ResourceType }), out.NextToken, nil
		}},
	}...)
}

func each[E any](list []E, text func(E) string) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = text(e)
	}
	return out
}

func versionText(v types.LaunchTemplateVersion) string {
	return *v.LaunchTemplateId + " " + strconv.FormatInt(*v.VersionNumber, 10)
}

// walk goes through the pages of a list, and gives what is on them in order.
func (l usageList) walk(t *testing.T, c *ec2.Client, most *int32) (all []string, pages int) {
	t.Helper()
	var token *string
	for {
		page, next, err := l.page(t, c, most, token)
		if err != nil {
			t.Fatal(err)
		}
		all, pages, token = append(all, page...), pages+1, next
		if next == nil {
			return all, pages
		}
	}
}

// crowded is a world with three of everything that names known, in the account
// that owns it, and as many again in the other one.
func crowded(o Options) (s *Server, owner string) {
	s, owner, _ = world(o, func(w *fleet.Fleet, owner, other string) {
		id := w.Images[0].ID
		for i := range 6 {
			account, n := owner, strconv.Itoa(i)
			if i >= 3 {
				account = other
			}
			number := fleet.ID(1<<40 + i)
			w.Images = append(w.Images, fleet.Image{ID: number, Owner: owner, Region: home, Permissions: []fleet.Permission{{Account: other}}})
			w.Instances = append(w.Instances, fleet.Instance{ID: number, Owner: account, Region: home, Image: id}, fleet.Instance{ID: number + 100, Owner: account, Region: home, Image: number})
			w.Templates = append(w.Templates, fleet.Template{ID: number, Owner: account, Region: home, Name: n, Default: 1, Versions: []fleet.TemplateVersion{{Number: 1, Image: known}, {Number: 2, Image: known}}})
			w.Capacities = append(w.Capacities, fleet.Capacity{ID: "fleet-" + n, Owner: account, Region: home, State: "active", Type: "maintain", Overrides: []fleet.Override{{Image: known}}})
			w.SpotFleets = append(w.SpotFleets, fleet.SpotFleet{ID: "sfr-" + n, Owner: account, Region: home, State: "active", Images: []string{known}})
			w.BinnedImages = append(w.BinnedImages, fleet.BinnedImage{Image: fleet.Image{ID: number + 200, Owner: account, Region: home}})
			w.BinnedSnapshots = append(w.BinnedSnapshots, fleet.BinnedSnapshot{Snapshot: fleet.Snapshot{ID: number, Owner: account, Region: home}})
			w.FastRestores = append(w.FastRestores, fleet.FastRestore{Snapshot: number, Owner: account, Region: home, Zone: home + "a"})
			w.FastLaunches = append(w.FastLaunches, fleet.FastLaunch{Image: number, Owner: account, Region: home})
			w.SpotRequests = append(w.SpotRequests, fleet.SpotRequest{ID: "sir-" + n, Owner: account, Region: home, State: "active", Image: known})
		}
	})
	return s, owner
}

// TestUsageListsArePaged: whatever the pages, each list is told completely and
// nothing twice, and to its account alone.
func TestUsageListsArePaged(t *testing.T) {
	want := map[string]int{
		"DescribeInstanceImageMetadata": 6, "DescribeLaunchTemplateVersions": 6, "DescribeImageReferences": 6, "DescribeImageUsageReportEntries": 3,
	}
	for name, o := range map[string]Options{
		"one by one": {PageLimit: 1}, "two by two": {PageLimit: 2}, "with short and empty pages": {PageLimit: 2, ShortEvery: 3, EmptyEvery: 2},
	} {
		s, owner := crowded(o)
		c := ec2Client(s, owner, home)
		reportOnAll(t, s, owner)
		for _, l := range usageLists() {
			t.Run(name+"/"+l.operation, func(t *testing.T) {
				all, pages := l.walk(t, c, aws.Int32(max(l.least, 5)))
				if n := max(want[l.operation], 3); len(all) != n || pages < (n+1)/2 {
					t.Errorf("%d elements on %d pages, want %d: %v", len(all), pages, n, all)
				}
				if slices.Sort(all); len(slices.Compact(slices.Clone(all))) != len(all) {
					t.Errorf("something was told twice: %v", all)
				}
			})
		}
	}
}

// reportOnAll makes reports on three images that the other account uses.
func reportOnAll(t *testing.T, s *Server, owner string) {
	t.Helper()
	c := ec2Client(s, owner, home)
	for i := range 3 {
		_, err := c.CreateImageUsageReport(t.Context(), &ec2.CreateImageUsageReportInput{
			ImageId: aws.String(fleet.ID(1<<40 + 3 + i).Image()), ResourceTypes: []types.ImageUsageResourceTypeRequest{{ResourceType: aws.String("ec2:Instance")}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range pendingLooks + 1 {
		if _, err := c.DescribeImageUsageReports(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUsageListsFail: each operation can be denied alone, tried without effect,
// and made to fail from its second page on.
func TestUsageListsFail(t *testing.T) {
	for _, l := range usageLists() {
		t.Run(l.operation, func(t *testing.T) {
			most := aws.Int32(max(l.least, 1))
			s, owner := crowded(Options{Denied: []Rule{{Operation: "ec2:" + l.operation}}})
			_, _, err := l.page(t, ec2Client(s, owner, home), most, nil)
			wantCode(t, err, "UnauthorizedOperation")

			s, owner = crowded(Options{PageLimit: 1, Faults: []Fault{{Kind: FaultDenied, After: 1, Rule: Rule{Operation: l.operation}}}})
			if l.operation == "DescribeImageUsageReports" || l.operation == "DescribeImageUsageReportEntries" {
				threeReports(s, owner)
			}
			_, next, err := l.page(t, ec2Client(s, owner, home), most, nil)
			if err != nil || next == nil {
				t.Fatalf("the first page has the token %v and the error %v", next, err)
			}
			_, _, err = l.page(t, ec2Client(s, owner, home), most, next)
			wantCode(t, err, "UnauthorizedOperation")

			s, owner = crowded(Options{})
			_, _, err = l.page(t, ec2Client(s, owner, home), most, aws.String("made-up"))
			wantCode(t, err, "InvalidPaginationToken")
			_, _, err = l.page(t, ec2Client(s, owner, home), aws.Int32(l.least-1), nil)
			wantCode(t, err, "InvalidParameterValue")
		})
	}
}

// threeReports puts finished reports into a store, past the operations.
func threeReports(s *Server, owner string) {
	st := s.store()
	at := place{owner, home}
	for i := range 3 {
		r := &usageReport{id: fleet.ID(1<<40 + i), at: at, image: fleet.ID(1<<40 + i), created: s.options.Now(), state: reportAvailable}
		r.entries = []reportEntry{{"111122223333", usageInstance, 1}}
		st.reports.add(at, r, false)
	}
	st.reports.sort()
}

func TestUsageDryRun(t *testing.T) {
	s, owner := crowded(Options{})
	c := ec2Client(s, owner, home)
	_, err := c.CreateImageUsageReport(t.Context(), &ec2.CreateImageUsageReportInput{
		ImageId: aws.String(known), DryRun: aws.Bool(true), ResourceTypes: []types.ImageUsageResourceTypeRequest{{ResourceType: aws.String("ec2:Instance")}},
	})
	wantCode(t, err, "DryRunOperation")
	out, err := c.DescribeImageUsageReports(t.Context(), nil)
	if err != nil || len(out.ImageUsageReports) != 0 {
		t.Errorf("a dry run left %v, %v", out, err)
	}
	_, err = c.DescribeFleets(t.Context(), &ec2.DescribeFleetsInput{DryRun: aws.Bool(true)})
	wantCode(t, err, "DryRunOperation")
}

func TestInstancesTellWhatLaunchedThem(t *testing.T) {
	stopped, _ := fleetTime("2026-04-01T10:11:12Z")
	s, owner, _ := world(Options{}, func(w *fleet.Fleet, owner, _ string) {
		w.Instances = []fleet.Instance{
			{ID: 1 << 40, Owner: owner, Region: home, Image: w.Images[0].ID, State: "stopped", Stopped: stopped, Tags: []fleet.Tag{
				{Key: "aws:ec2launchtemplate:id", Value: "lt-0123"}, {Key: "aws:ec2launchtemplate:version", Value: "7"}, {Key: "aws:autoscaling:groupName", Value: "web-asg"},
			}},
			{ID: 2 << 40, Owner: owner, Region: home, Image: w.Images[0].ID, Spot: "sir-7mz8f8ip"},
		}
	})
	c := ec2Client(s, owner, home)
	type told struct{ Reason, Spot, Lifecycle, State string }
	for _, tc := range []struct {
		filter, value string
		want          told
	}{
		{"tag:aws:ec2launchtemplate:id", "lt-0123", told{"User initiated (2026-04-01 10:11:12 GMT)", "", "", "stopped"}},
		{"tag:aws:ec2launchtemplate:version", "7", told{"User initiated (2026-04-01 10:11:12 GMT)", "", "", "stopped"}},
		{"tag:aws:autoscaling:groupName", "web-asg", told{"User initiated (2026-04-01 10:11:12 GMT)", "", "", "stopped"}},
		{"instance-lifecycle", "spot", told{"", "sir-7mz8f8ip", "spot", "running"}},
		{"spot-instance-request-id", "sir-7mz8f8ip", told{"", "sir-7mz8f8ip", "spot", "running"}},
		{"instance-lifecycle", "scheduled", told{}},
	} {
		out, err := c.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{Filters: filter(tc.filter, tc.value)})
		if err != nil {
			t.Fatal(err)
		}
		var got told
		for _, r := range out.Reservations {
			for _, in := range r.Instances {
				got = told{aws.ToString(in.StateTransitionReason), aws.ToString(in.SpotInstanceRequestId), string(in.InstanceLifecycle), string(in.State.Name)}
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.filter, diff)
		}
	}
}

func TestInstanceImageMetadata(t *testing.T) {
	s, _, other := world(Options{}, func(w *fleet.Fleet, _, other string) {
		lost, _ := fleet.ParseID(fleet.ImagePrefix, gone)
		w.Instances = []fleet.Instance{
			{ID: 1 << 40, Owner: other, Region: home, Image: w.Images[0].ID}, {ID: 2 << 40, Owner: other, Region: home, Image: lost, State: "stopped"},
		}
	})
	c := ec2Client(s, other, home)
	out, err := c.DescribeInstanceImageMetadata(t.Context(), &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{fleet.ID(1 << 40).Instance(), fleet.ID(2 << 40).Instance()}})
	if err != nil {
		t.Fatal(err)
	}
	got := each(out.InstanceImageMetadata, func(r types.InstanceImageMetadata) string {
		return *r.ImageMetadata.ImageId + " " + aws.ToString(r.ImageMetadata.Name) + " " + string(r.ImageMetadata.State) + " " + string(r.State.Name)
	})
	if diff := cmp.Diff([]string{known + " known available running", gone + "  deregistered stopped"}, got); diff != "" {
		t.Error(diff)
	}
	_, err = c.DescribeInstanceImageMetadata(t.Context(), &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{"i-0123456789abcdef0"}})
	wantCode(t, err, "InvalidInstanceID.NotFound")
}
