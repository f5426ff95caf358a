package fakeaws

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// serverConfig calls s in process as a user of an account, without retries.
func serverConfig(s *Server, account, region string) aws.Config {
	key, secret := s.Credentials(account)
	return aws.Config{
		Region:      region,
		HTTPClient:  &http.Client{Transport: s.Transport()},
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}
}

func ec2Client(s *Server, account, region string) *ec2.Client {
	return ec2.NewFromConfig(serverConfig(s, account, region))
}

// wantCode fails unless err is an API error of a code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want the error code %s", err, code)
	}
}

func TestDemoDeniesOneScope(t *testing.T) {
	s := New(Demo(fleet.Config{}))
	_, err := ec2Client(s, "acme-data", "us-east-2").DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
	wantCode(t, err, "UnauthorizedOperation")
	for _, want := range []string{"ec2:DescribeImages", "Encoded authorization failure message: ", "arn:aws:iam::"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message does not name %q: %v", want, err)
		}
	}
	if _, err := sts.NewFromConfig(serverConfig(s, "acme-data", "us-east-2")).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Errorf("the denied scope cannot tell its identity: %v", err)
	}
	for _, open := range [][2]string{{"acme-data", "us-east-1"}, {"acme-prod", "us-east-2"}} {
		if _, err := ec2Client(s, open[0], open[1]).DescribeRegions(t.Context(), nil); err != nil {
			t.Errorf("%s is denied too: %v", open, err)
		}
	}
}

func TestRegionsThatAreNotOpen(t *testing.T) {
	s := New(Options{NotOptedIn: []string{"eu-west-1"}})
	for name, region := range map[string]string{"not opted in": "me-south-1", "closed by option": "eu-west-1", "unheard of": "moon-north-1"} {
		t.Run(name, func(t *testing.T) {
			_, err := ec2Client(s, "", region).DescribeSnapshots(t.Context(), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
			wantCode(t, err, "AuthFailure")
			_, err = sts.NewFromConfig(serverConfig(s, "", region)).GetCallerIdentity(t.Context(), nil)
			wantCode(t, err, "InvalidClientTokenId")
		})
	}
}

func TestUnknownAccountsAreTurnedAway(t *testing.T) {
	s := New(Options{})
	retired := s.fleet().Accounts[len(s.fleet().Accounts)-1]
	for name, account := range map[string]string{"suspended": retired.ID, "stranger": "999999999999", "no account": "acme-prood"} {
		t.Run(name, func(t *testing.T) {
			_, err := ec2Client(s, account, "us-east-1").DescribeRegions(t.Context(), nil)
			wantCode(t, err, "AuthFailure")
		})
	}
}

func TestRules(t *testing.T) {
	call := Call{Service: "EC2", Operation: "DescribeImages", Account: "111122223333", Region: "eu-west-1"}
	for text, want := range map[string]bool{
		"acme-dev":                             true,
		"111122223333":                         true,
		"acme-*/eu-*":                          true,
		"//DescribeImages":                     true,
		"//ec2:Describe*":                      true,
		"acme-dev/eu-west-1/ec2:*":             true,
		"acme-prod":                            false,
		"/us-*":                                false,
		"//sts:*":                              false,
		"acme-dev/eu-west-1/DescribeSnapshots": false,
	} {
		r, err := ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.covers(call, "acme-dev"); got != want {
			t.Errorf("%q covers the call: %v, want %v", text, got, want)
		}
		if r.String() != text {
			t.Errorf("%q is written %q", text, r)
		}
	}
	for _, text := range []string{"", "//", "a/b/c/d"} {
		if _, err := ParseRule(text); err == nil {
			t.Errorf("%q was taken for a rule", text)
		}
	}
}

func TestDenialsInEachProtocol(t *testing.T) {
	s := New(Options{Denied: []Rule{{Account: "acme-dev"}}})
	_, err := iam.NewFromConfig(serverConfig(s, "acme-dev", "us-east-1")).ListAccountAliases(t.Context(), nil)
	wantCode(t, err, "AccessDenied")
	_, err = organizationsClient(s, "acme-dev").DescribeOrganization(t.Context(), nil)
	wantCode(t, err, "AccessDeniedException")
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Latency: 3 * time.Second, Fleet: fleet.Config{Images: 1}})
		client := ec2Client(s, "", "us-east-1")
		start := time.Now()
		if _, err := client.DescribeRegions(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the call took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		_, err := client.DescribeRegions(ctx, nil)
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("a call given up after a second took %v and ended with %v", took, err)
		}
	})
}

func TestEnvironment(t *testing.T) {
	s := New(Options{})
	management := s.Accounts()[0].ID
	want := []string{
		"AWS_ENDPOINT_URL=http://127.0.0.1:1",
		"AWS_ACCESS_KEY_ID=AKIADEMO" + management,
		"AWS_SECRET_ACCESS_KEY=" + demoSecret,
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
	}
	if diff := cmp.Diff(want, s.Env("http://127.0.0.1:1")); diff != "" {
		t.Error(diff)
	}
}

func TestConfigFileHasAProfileAnAccount(t *testing.T) {
	s := New(Options{})
	path := filepath.Join(t.TempDir(), "config")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.WriteConfig(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range s.Accounts() {
		section := "[profile " + profileName(a) + "]\nregion = us-east-1\naws_access_key_id = AKIADEMO" + a.ID + "\n"
		if !strings.Contains(string(text), section) {
			t.Errorf("no section %q in\n%s", section, text)
		}
	}
}
