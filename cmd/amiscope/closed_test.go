package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// aws lets the stage reach an AWS of one account with faults, by default
// credentials, and under one name in the cache.
func (s *stage) aws(t *testing.T, regions int, faults ...string) {
	t.Helper()
	o := fakeaws.Options{Fleet: fleet.Config{Accounts: 1, Regions: regions, Images: 100}}
	for _, text := range faults {
		f, err := fakeaws.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Faults = append(o.Faults, f)
	}
	server := fakeaws.New(o)
	ln, err := fakeaws.Listen(t.Context(), "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		vars[name] = filepath.Join(t.TempDir(), "none")
	}
	for _, v := range server.Env(ln.URL) {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	for name, value := range vars {
		t.Setenv(name, value)
	}
	s.env = func(name string) string {
		if name == "AWS_ENDPOINT_URL" {
			return "one AWS, whatever its port" // the cache's world
		}
		return ""
	}
}

func (s *stage) want(t *testing.T, code int, args ...string) {
	t.Helper()
	if got := s.do(t.Context(), args...); got != code {
		t.Fatalf("%v: exit code %d, want %d: %s", args, got, code, s.stderr.String())
	}
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in\n%s", p, text)
		}
	}
}

const closesTwo = "scp@*/us-*-2"

// A region that a policy closes is no failure: one line an account for people,
// one record each for programs, tried again weekly, and open when it opens.
func TestClosedRegions(t *testing.T) {
	s := newStage(t)
	now := fleet.Epoch
	s.now = func() time.Time { return now }
	s.aws(t, 4, closesTwo)
	s.want(t, exitDone, "scan")
	has(t, s.stdout.String(), " in 1 account, 2 scopes")
	if s.stderr.Len() > 0 {
		t.Error(s.stderr.String())
	}
	s.want(t, exitDone, "scopes")
	has(t, s.stdout.String(), "2 regions  closed", "a service control policy denies ec2:DescribeImages here")
	s.want(t, exitDone, "scopes", "-o", "json")
	has(t, s.stdout.String(), `"region":"us-east-2","state":"closed","asOf":null,"error":"`, `"region":"us-west-2","state":"closed"`, "DescribeImages: closed by policy: ")

	s.aws(t, 4) // the policy is gone
	now = now.Add(6 * 24 * time.Hour)
	s.want(t, exitDone, "scopes", "-o", "json")
	has(t, s.stdout.String(), `"region":"us-east-2","state":"closed"`, `"region":"us-west-2","state":"closed"`)
	now = now.Add(24 * time.Hour)
	s.want(t, exitDone, "scopes", "-o", "json")
	has(t, s.stdout.String(), `"region":"us-east-2","state":"read"`, `"region":"us-west-2","state":"read"`)

	s.aws(t, 4, closesTwo)
	s.want(t, exitDone, "scan")
	s.aws(t, 4)
	s.want(t, exitDone, "scan") // which tries all
	has(t, s.stdout.String(), " in 1 account, 4 scopes")
}

func TestAPolicyThatLetsImagesThroughClosesNothing(t *testing.T) {
	s := newStage(t)
	s.aws(t, 3, "scp@*/us-east-2/ec2:DescribeSnapshots")
	s.want(t, exitPartial, "scopes")
	has(t, s.stdout.String(), "us-east-2  failed")
	has(t, s.stderr.String(), "/us-east-2: ec2:DescribeSnapshots: denied: ", "; hint: a service control policy denies")
}

func TestNothingButClosedRegions(t *testing.T) {
	s := newStage(t)
	s.aws(t, 3, closesTwo)
	s.want(t, exitFailed, "list", "--region", "us-east-2")
	has(t, s.stderr.String(), "there is nothing to read")
}
