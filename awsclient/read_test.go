package awsclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

func ids(pages []model.Page) (out []string) {
	for _, p := range pages {
		for _, im := range p.Images {
			out = append(out, im.ID)
		}
		for _, s := range p.Snapshots {
			out = append(out, s.ID)
		}
	}
	return out
}

// TestReadImagesPages: three full pages with empty ones between them; the token
// is what the server gave, and every image comes once.
func TestReadImagesPages(t *testing.T) {
	w := newWorld()
	w.serveImages(func(_ fakeaws.Call, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		if !slices.Equal(in.Owners, []string{"self"}) || !*in.IncludeDisabled || !*in.IncludeDeprecated || *in.MaxResults != 1000 || len(in.ImageIds) > 0 {
			return nil, errors.New("not the request of an inventory")
		}
		n, err := strconv.Atoi(cmpOr(aws.ToString(in.NextToken), "0"))
		if err != nil {
			return nil, err
		}
		out := &ec2.DescribeImagesOutput{}
		if n%2 == 0 {
			out.Images = []ec2types.Image{{ImageId: aws.String(fmt.Sprintf("ami-%d", n)), OwnerId: aws.String(dev)}}
		}
		if n < 5 {
			out.NextToken = aws.String(strconv.Itoa(n + 1))
		}
		return out, nil
	})
	c := client(t, demo(w.mux.Transport()))
	discover(t, c)
	got, err := read(t, c, "eu-west-1", model.Images)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ami-0", "ami-2", "ami-4"}, ids(got)); diff != "" || len(got) != 6 {
		t.Errorf("%d pages %s", len(got), diff)
	}
	for _, p := range got {
		if p.Calls != 1 || p.At.IsZero() || p.Kind != model.Images || p.Scope.Region != "eu-west-1" || p.Last {
			t.Errorf("%+v", p)
		}
	}
}

func cmpOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func TestReadRepeatedTokenIsAnError(t *testing.T) {
	w := newWorld()
	tokens := map[string]string{"": "a", "a": "b", "b": "a"}
	w.serveImages(func(_ fakeaws.Call, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		return &ec2.DescribeImagesOutput{NextToken: aws.String(tokens[aws.ToString(in.NextToken)])}, nil
	})
	got, err := failing(t, w.mux.Transport(), "eu-west-1")
	if !errors.Is(err, errRepeated) || got.Kind != model.Network || w.called("EC2 DescribeImages") != 3 {
		t.Errorf("%v after %d calls", err, w.called("EC2 DescribeImages"))
	}
}

func TestReadSharedImages(t *testing.T) {
	w := newWorld()
	image := func(id, owner string) ec2types.Image { return ec2types.Image{ImageId: &id, OwnerId: &owner} }
	w.serveImages(func(_ fakeaws.Call, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		if slices.Equal(in.ExecutableUsers, []string{"self"}) && len(in.Owners) == 0 {
			return &ec2.DescribeImagesOutput{Images: []ec2types.Image{image("ami-2", prod), image("ami-1", dev)}}, nil
		}
		return &ec2.DescribeImagesOutput{Images: []ec2types.Image{image("ami-1", dev)}}, nil
	})
	for shared, want := range map[bool][]string{false: {"ami-1"}, true: {"ami-1", "ami-2"}} {
		o := demo(w.mux.Transport())
		o.Shared = shared
		c := client(t, o)
		discover(t, c)
		got, err := read(t, c, "eu-west-1", model.Images)
		if diff := cmp.Diff(want, ids(got)); diff != "" || err != nil {
			t.Errorf("shared %v: %v %s", shared, err, diff)
		}
	}
}

func TestReadSnapshots(t *testing.T) {
	w := newWorld()
	fakeaws.Handle(w.mux, "EC2", "DescribeSnapshots", func(_ context.Context, _ fakeaws.Call, in *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
		f := in.Filters
		if len(f) != 1 || *f[0].Name != "owner-id" || !slices.Equal(f[0].Values, []string{dev}) || !slices.Equal(in.OwnerIds, []string{"self"}) || *in.MaxResults != 1000 {
			return nil, errors.New("not the request of an inventory")
		}
		if in.NextToken == nil {
			return &ec2.DescribeSnapshotsOutput{NextToken: aws.String("x"), Snapshots: []ec2types.Snapshot{{SnapshotId: aws.String("snap-1")}}}, nil
		}
		return &ec2.DescribeSnapshotsOutput{Snapshots: []ec2types.Snapshot{{SnapshotId: aws.String("snap-2")}}}, nil
	})
	c := client(t, demo(w.mux.Transport()))
	discover(t, c)
	got, err := read(t, c, "us-east-1", model.Snapshots)
	if diff := cmp.Diff([]string{"snap-1", "snap-2"}, ids(got)); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	w.refuse["DescribeSnapshots"] = denied("no")
	if _, err := read(t, c, "us-east-1", model.Snapshots); asOpError(err).Op != "ec2:DescribeSnapshots" || asOpError(err).Kind != model.Denied {
		t.Error(err)
	}
}

// counter is a Limiter that notes who waited.
type counter struct {
	mu    sync.Mutex
	waits map[string]int
}

func (l *counter) Wait(_ context.Context, account, region, api string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waits == nil {
		l.waits = map[string]int{}
	}
	l.waits[account+" "+region+" "+api]++
	return nil
}

func (l *counter) WaitSpare(ctx context.Context, account, region, api string) error {
	return l.Wait(ctx, account, region, api)
}

func TestEveryAttemptTakesATokenAndALine(t *testing.T) {
	w := newWorld()
	calls := 0
	w.serveImages(func(fakeaws.Call, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		if calls++; calls < 3 {
			return nil, &fakeaws.Error{Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Status: http.StatusServiceUnavailable}
		}
		return &ec2.DescribeImagesOutput{}, nil
	})
	var log bytes.Buffer
	limits := &counter{}
	o := demo(w.mux.Transport())
	o.Limiter, o.Log = limits, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := client(t, o)
	discover(t, c)
	if _, err := read(t, c, "eu-west-1", model.Images); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{
		"keys dev us-east-1 sts:GetCallerIdentity": 1,
		dev + " us-east-1 ec2:DescribeRegions":     1,
		dev + " eu-west-1 ec2:DescribeImages":      3,
	}
	if diff := cmp.Diff(want, limits.waits); diff != "" {
		t.Error(diff)
	}
	for _, line := range []string{
		"api=ec2:DescribeImages account=" + dev + " region=eu-west-1", "attempt=1 status=503", "attempt=3 status=200", "request=00000000-",
	} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("no %q in the log:\n%s", line, log.String())
		}
	}
	for _, secret := range []string{"very-secret", "Signature", "AKIADEMO", "Authorization"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q in the log", secret)
		}
	}
}

func TestGlobalServicesAreLimitedInTheRegionOfTheirEndpoint(t *testing.T) {
	w := newWorld()
	limits := &counter{}
	o := demo(w.mux.Transport())
	o.Limiter = limits
	o.Static[0].Name, o.Static[0].Region = "", "eu-west-1"
	discover(t, client(t, o))
	if limits.waits[dev+" us-east-1 iam:ListAccountAliases"] != 1 {
		t.Errorf("%v", limits.waits)
	}
}

func TestALimitersErrorEndsTheCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := demo(newWorld().mux.Transport())
	o.Limiter = limiterFunc(func(ctx context.Context) error { cancel(); return ctx.Err() })
	if err := client(t, o).Discover(ctx, func(e model.Event) { t.Errorf("%+v", e) }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context, _, _, _ string) error { return f(ctx) }

func (f limiterFunc) WaitSpare(ctx context.Context, _, _, _ string) error { return f(ctx) }

func TestInFlightIsBounded(t *testing.T) {
	w := newWorld()
	var mu sync.Mutex
	now, most := 0, 0
	rest := w.mux.Transport()
	o := demo(roundTripper(func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		defer func() { mu.Lock(); now--; mu.Unlock() }()
		return rest.RoundTrip(r)
	}))
	w.serveImages(func(fakeaws.Call, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		return &ec2.DescribeImagesOutput{}, nil
	})
	o.InFlight = 2
	c := client(t, o)
	discover(t, c)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := c.Read(t.Context(), model.Scope{Account: dev, Region: fmt.Sprintf("xx-test-%d", i)}, model.Images, func(model.Page) {}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most > 2 {
		t.Errorf("%d at once", most)
	}
}
