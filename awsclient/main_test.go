package awsclient

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	dev  = "111122223333"
	prod = "444455556666"
)

// alone keeps a test away from the user's own AWS files, variables and
// machine. config and credentials are the contents of its AWS files.
func alone(t *testing.T, config, credentials string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restores it afterwards
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, path)
	}
	t.Setenv("HOME", dir)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// world is a small AWS: who one is, an account alias, three regions, no images.
// Tests put their own handlers over it by operation.
type world struct {
	mux *fakeaws.Mux

	mu     sync.Mutex
	calls  []string // "STS GetCallerIdentity", in order
	refuse map[string]*fakeaws.Error
	images map[string][]ec2types.Image // by account/region
}

func newWorld() *world {
	w := &world{mux: fakeaws.NewMux(), refuse: map[string]*fakeaws.Error{}, images: map[string][]ec2types.Image{}}
	w.mux.Before(w.gate)
	fakeaws.Handle(w.mux, "STS", "GetCallerIdentity", func(_ context.Context, c fakeaws.Call, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{Account: &c.Account, Arn: aws.String("arn:aws:iam::" + c.Account + ":user/eve")}, nil
	})
	fakeaws.Handle(w.mux, "IAM", "ListAccountAliases", func(_ context.Context, c fakeaws.Call, _ *iam.ListAccountAliasesInput) (*iam.ListAccountAliasesOutput, error) {
		return &iam.ListAccountAliasesOutput{AccountAliases: []string{"alias-" + c.Account[:4]}}, nil
	})
	fakeaws.Handle(w.mux, "EC2", "DescribeRegions", func(context.Context, fakeaws.Call, *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
		return &ec2.DescribeRegionsOutput{Regions: []ec2types.Region{
			{RegionName: aws.String("us-east-1"), OptInStatus: aws.String("opt-in-not-required")},
			{RegionName: aws.String("eu-west-1"), OptInStatus: aws.String("opted-in")},
			{RegionName: aws.String("af-south-1"), OptInStatus: aws.String("not-opted-in")},
		}}, nil
	})
	return w
}

// gate counts calls, and refuses those that the test wants refused, by
// operation or by operation and account.
func (w *world) gate(_ context.Context, c fakeaws.Call, _ *http.Request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, c.Service+" "+c.Operation)
	for _, key := range []string{c.Operation, c.Operation + " " + c.Account, c.Operation + " " + c.Region} {
		if e := w.refuse[key]; e != nil {
			return e
		}
	}
	return nil
}

func (w *world) called(op string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.calls {
		if c == op {
			n++
		}
	}
	return n
}

// serveImages answers DescribeImages by h.
func (w *world) serveImages(h func(fakeaws.Call, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error)) {
	fakeaws.Handle(w.mux, "EC2", "DescribeImages", func(_ context.Context, c fakeaws.Call, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		return h(c, in)
	})
}

func denied(message string) *fakeaws.Error {
	return &fakeaws.Error{Code: "AccessDenied", Message: message, Status: http.StatusForbidden}
}

// client makes a client of the options; its retries do not wait.
func client(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c.backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	t.Cleanup(c.Close)
	return c
}

// demo is one account reached by keys, over a transport.
func demo(transport http.RoundTripper) Options {
	return Options{
		Static:    []StaticAccount{{Name: "dev", AccessKey: "AKIADEMO" + dev, Secret: "very-secret", Region: "us-east-1"}},
		Transport: transport,
	}
}

// discover gives what was found, the last word an account, and what was lost.
func discover(t *testing.T, c *Client) ([]model.Found, []model.Unreached) {
	t.Helper()
	found := map[string]model.Found{}
	var lost []model.Unreached
	if err := c.Discover(t.Context(), func(e model.Event) {
		switch e := e.(type) {
		case model.Found:
			found[e.Account.ID] = e
		case model.Lost:
			lost = append(lost, e.Unreached)
		}
	}); err != nil {
		t.Fatal(err)
	}
	out := make([]model.Found, 0, len(found))
	for _, f := range found {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b model.Found) int { return strings.Compare(a.Account.ID, b.Account.ID) })
	slices.SortFunc(lost, func(a, b model.Unreached) int { return strings.Compare(a.Source, b.Source) })
	return out, lost
}

// read gives all pages of a scope.
func read(t *testing.T, c *Client, region string, k model.Kind) ([]model.Page, error) {
	t.Helper()
	var out []model.Page
	err := c.Read(t.Context(), model.Scope{Account: dev, Region: region}, k, func(p model.Page) { out = append(out, p) })
	return out, err
}
