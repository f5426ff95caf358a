package fakeaws

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/fakeaws/wire"
)

func response(n int) wire.Response {
	return wire.Response{Status: http.StatusOK, Header: http.Header{}, Body: []byte(strings.Repeat("x", n))}
}

// clock is a time that only its owner moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// until counts the calls that pass before one is throttled.
func until(t *testing.T, call func() error) int {
	t.Helper()
	for n := range 1000 {
		err := call()
		if err != nil {
			wantCode(t, err, "RequestLimitExceeded")
			return n
		}
	}
	t.Fatal("1000 calls at once pass")
	return 0
}

func TestThrottle(t *testing.T) {
	c := &clock{fleet.Epoch}
	s := New(Options{Throttle: true, Now: c.Now, Fleet: fleet.Config{Images: 1, Accounts: 2}})
	regions := func(account, region string) func() error {
		client := ec2Client(s, account, region)
		return func() error {
			_, err := client.DescribeRegions(t.Context(), nil)
			return err
		}
	}
	here := regions("acme-prod", "us-east-1")
	if n := until(t, here); n != 100 {
		t.Errorf("a full bucket held %d tokens, want 100", n)
	}
	c.now = c.now.Add(500 * time.Millisecond)
	if n := until(t, here); n != 10 {
		t.Errorf("%d tokens came in half a second, want 10", n)
	}
	c.now = c.now.Add(time.Hour)
	if n := until(t, here); n != 100 {
		t.Errorf("a bucket refilled for an hour held %d tokens, want 100", n)
	}
	for _, other := range [][2]string{{"acme-prod", "us-east-2"}, {"acme-root", "us-east-1"}} {
		if n := until(t, regions(other[0], other[1])); n != 100 {
			t.Errorf("%v shares its bucket: %d tokens", other, n)
		}
	}
	if _, err := ec2Client(s, "acme-prod", "us-east-1").DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}}); err != nil {
		t.Errorf("another API shares the bucket: %v", err)
	}
	for _, tally := range s.Stats() {
		if tally.API == "ec2:DescribeRegions" && tally.Account != s.Accounts()[0].ID && tally.Region == "us-east-1" && tally.Throttled() != 3 {
			t.Errorf("%+v: %d throttled, want 3", tally, tally.Throttled())
		}
	}
}

// A list that is neither filtered nor paged has a smaller bucket of its own.
func TestThrottleOfWholeLists(t *testing.T) {
	s := New(Options{Throttle: true, Now: (&clock{fleet.Epoch}).Now, Fleet: fleet.Config{Images: 1, Accounts: 1}})
	client := ec2Client(s, "", "us-east-1")
	for _, c := range []struct {
		name string
		in   ec2.DescribeSnapshotsInput
		want int
	}{
		{"whole", ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}, 50},
		{"paged", ec2.DescribeSnapshotsInput{MaxResults: aws.Int32(5)}, 100},
		{"filtered", ec2.DescribeSnapshotsInput{Filters: []types.Filter{{Name: aws.String("volume-id"), Values: []string{"vol-0"}}}}, 0 /* its bucket is that of paged ones */},
	} {
		n := until(t, func() error {
			_, err := client.DescribeSnapshots(t.Context(), &c.in)
			return err
		})
		if n != c.want {
			t.Errorf("%s: %d calls pass, want %d", c.name, n, c.want)
		}
	}
}

func TestDocumentedLimits(t *testing.T) {
	for api, want := range map[string]limit{
		"EC2 DescribeImages":                     {burst: 100, refill: 20},
		"EC2 DescribeImageAttribute":             {burst: 100, refill: 20},
		"EC2 ListImagesInRecycleBin":             {burst: 100, refill: 20},
		"EC2 GetImageBlockPublicAccessState":     {burst: 100, refill: 20},
		"EC2 CreateImage":                        {burst: 50, refill: 5},
		"EC2 DisableImage":                       {burst: 50, refill: 5},
		"EC2 DeregisterImage":                    {burst: 100, refill: 5},
		"EC2 CopyImage":                          {burst: 100, refill: 1},
		"EC2 CreateTags":                         {burst: 100, refill: 10},
		"EC2 RunInstances":                       {burst: 5, refill: 2},
		"EC2 EnableImageBlockPublicAccess":       {burst: 1, refill: 0.1},
		"EC2 DescribeStoreImageTasks":            {burst: 50, refill: 0.5},
		"STS AssumeRole":                         {burst: 600, refill: 600},
		"Account ListRegions":                    {burst: 5, refill: 5},
		"SSM GetParameters":                      {burst: 40, refill: 40, shared: "ssm:GetParameter*"},
		"SSM GetParametersByPath":                {burst: 40, refill: 40, shared: "ssm:GetParameter*"},
		"SSM DescribeParameters":                 {},
		"Auto Scaling DescribeAutoScalingGroups": {},
		"Account GetContactInformation":          {},
		"Organizations ListAccounts":             {},
		"IAM ListAccountAliases":                 {},
	} {
		service, operation, _ := strings.Cut(api, " ")
		got, known := limitOf(Call{Service: service, Operation: operation}, nil)
		if !known {
			got = limit{}
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", api, got, want)
		}
	}
}

func TestThrottleOfSomeCalls(t *testing.T) {
	s := New(Options{
		Faults: []Fault{{Kind: FaultThrottle, Rule: Rule{Region: "us-east-1"}}},
		Now:    (&clock{fleet.Epoch}).Now, Fleet: fleet.Config{Images: 1, Accounts: 1},
	})
	here, there := ec2Client(s, "", "us-east-1"), ec2Client(s, "", "us-east-2")
	n := until(t, func() error {
		if _, err := there.DescribeRegions(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		_, err := here.DescribeRegions(t.Context(), nil)
		return err
	})
	if n != 100 {
		t.Errorf("%d calls pass, want 100", n)
	}
}
