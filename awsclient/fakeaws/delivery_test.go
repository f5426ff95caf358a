package fakeaws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// reached are the ways to a server: in this process, and by a port.
func reached(t *testing.T, test func(t *testing.T, s *Server, cfg aws.Config), o Options) {
	t.Helper()
	o.Fleet = fleet.Config{Images: 40, Accounts: 1, Regions: 1}
	t.Run("in process", func(t *testing.T) {
		s := New(o)
		test(t, s, serverConfig(s, "", "us-east-1"))
	})
	t.Run("by a port", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := New(o)
		l, err := Listen(ctx, "127.0.0.1:0", s)
		if err != nil {
			t.Fatal(err)
		}
		cfg := serverConfig(s, "", "us-east-1")
		cfg.BaseEndpoint, cfg.HTTPClient = &l.URL, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		test(t, s, cfg)
		cancel()
		if err := l.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func listOwn(ctx context.Context, cfg aws.Config) (int, error) {
	out, err := ec2.NewFromConfig(cfg).DescribeImages(ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil {
		return 0, err
	}
	return len(out.Images), nil
}

// TestBrokenAnswers tells what the SDK makes of each. It takes pages that XML
// decoders can read, and no page at all, for empty answers: whoever lists
// things must look out for that.
func TestBrokenAnswers(t *testing.T) {
	garbled := func(err error) bool {
		var e *smithy.DeserializationError
		return errors.As(err, &e)
	}
	taken := func(err error) bool { return err == nil }
	for kind, is := range map[FaultKind]func(error) bool{
		FaultReset: func(err error) bool { return errors.Is(err, syscall.ECONNRESET) },
		FaultCut:   garbled,
		FaultClip:  garbled,
		FaultHTML:  garbled,
		FaultXHTML: taken,
		FaultBlank: taken,
		FaultGateway: func(err error) bool {
			var e interface{ HTTPStatusCode() int }
			return errors.As(err, &e) && e.HTTPStatusCode() == http.StatusBadGateway
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			reached(t, func(t *testing.T, s *Server, cfg aws.Config) {
				n, err := listOwn(t.Context(), cfg)
				if !is(err) || n != 0 {
					t.Errorf("%d images, %v", n, err)
				}
				if got := s.Stats()[0].Failed[string(kind)]; got != 1 {
					t.Errorf("%d such faults are told, want 1", got)
				}
			}, Options{Faults: []Fault{{Kind: kind}}})
		})
	}
}

// A stalled body ends with its caller, and by a port with the server too.
func TestAStalledBodyEndsWithItsCaller(t *testing.T) {
	reached(t, func(t *testing.T, _ *Server, cfg aws.Config) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		// Over a port the error may be the connection's, which net/http closed
		// because the context had ended.
		if _, err := listOwn(ctx, cfg); err == nil || ctx.Err() == nil {
			t.Errorf("%v, although the caller has %v", err, ctx.Err())
		}
	}, Options{Faults: []Fault{{Kind: FaultStall}}})
}

func TestAStalledBodyEndsWithItsServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := New(Options{Fleet: fleet.Config{Images: 40, Accounts: 1, Regions: 1}, Faults: []Fault{{Kind: FaultStall}}})
	l, err := Listen(ctx, "127.0.0.1:0", s)
	if err != nil {
		t.Fatal(err)
	}
	cfg := serverConfig(s, "", "us-east-1")
	cfg.BaseEndpoint = &l.URL
	cfg.HTTPClient = roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		cancel() // the header has come
		return resp, err
	})
	if _, err := listOwn(t.Context(), cfg); err == nil {
		t.Error("the body was whole")
	}
	if err := l.Wait(); err != nil {
		t.Error(err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) Do(r *http.Request) (*http.Response, error) { return f(r) }

func TestAStalledBodyEndsWhenItIsClosed(t *testing.T) {
	b := &endingBody{Reader: strings.NewReader("half"), ctx: t.Context(), ending: stalled, closed: make(chan struct{})}
	done := make(chan error)
	go func() {
		_, err := io.ReadAll(b)
		done <- err
	}()
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-done; !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Error(err)
	}
}

// Cuts fall on every part of a body, and never leave it whole.
func TestCutsFallAnywhere(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Images: 1}, Faults: []Fault{{Kind: FaultCut}}})
	tenths := map[int]bool{}
	for serial := range 200 {
		d := s.deliver(Call{Service: "EC2", Account: "1", Serial: serial + 1}, response(1000))
		if d.ending != cut || d.sent >= 1000 {
			t.Fatalf("%d bytes of 1000 are sent", d.sent)
		}
		tenths[d.sent/100] = true
	}
	if len(tenths) != 10 {
		t.Errorf("the tenths %v of a body are cut", tenths)
	}
}

// TestSkew: with a clock that is off the SDK mends calls of STS, by the Date
// of the answer. EC2's code it does not know for that: such a call fails, and
// the client's next one is signed at the right time.
func TestSkew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, off := range []time.Duration{20 * time.Minute, -20 * time.Minute} {
			s := New(Options{Fleet: fleet.Config{Images: 40}, Faults: []Fault{{Kind: FaultSkew, Delay: off}}})
			cfg := serverConfig(s, "", "us-east-1")
			for _, p := range protocols[1:] {
				cfg.Retryer = func() aws.Retryer { return retry.NewStandard() }
				if err := p.call(t.Context(), cfg); err != nil {
					t.Errorf("%s, %v: %v", p.name, off, err)
				}
				cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
				if err := p.call(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "Signature") {
					t.Errorf("%s, %v without a retry: %v", p.name, off, err)
				}
			}
			client := ec2.NewFromConfig(cfg)
			_, err := client.DescribeRegions(t.Context(), nil)
			wantCode(t, err, "RequestExpired")
			if _, err := client.DescribeRegions(t.Context(), nil); err != nil {
				t.Errorf("%v: the second call: %v", off, err)
			}
		}
	})
}

func TestALittleSkewIsNoMatter(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Images: 1}, Faults: []Fault{{Kind: FaultSkew, Delay: 4 * time.Minute}}})
	for _, p := range protocols {
		if err := p.call(t.Context(), serverConfig(s, "", "us-east-1")); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

func TestRefusalsInEachProtocol(t *testing.T) {
	want := map[FaultKind][]string{ // in the order of protocols
		FaultServer:   {"InternalError", "InternalFailure", "InternalFailure", "InternalFailure", "InternalFailure"},
		FaultExpired:  {"RequestExpired", "ExpiredToken", "ExpiredToken", "ExpiredTokenException", "ExpiredTokenException"},
		FaultSCP:      {"UnauthorizedOperation", "", "AccessDenied", "AccessDeniedException", "AccessDeniedException"},
		FaultDenied:   {"UnauthorizedOperation", "", "AccessDenied", "AccessDeniedException", "AccessDeniedException"},
		FaultThrottle: {"RequestLimitExceeded", "Throttling", "Throttling", "TooManyRequestsException", "TooManyRequestsException"},
	}
	for kind, codes := range want {
		for i, p := range protocols {
			t.Run(fmt.Sprintf("%s, %s", kind, p.name), func(t *testing.T) {
				s := New(Options{Fleet: fleet.Config{Images: 1}, Faults: []Fault{{Kind: kind, Share: 1}}})
				err := p.call(t.Context(), serverConfig(s, "", "us-east-1"))
				if codes[i] == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				wantCode(t, err, codes[i])
				if kind == FaultSCP && !strings.Contains(err.Error(), "with an explicit deny in a service control policy") {
					t.Error(err)
				}
			})
		}
	}
}

// Empty pages come at most every other time, so that a list ends even if all
// of them are to be empty.
func TestEmptyPages(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Images: 40, Accounts: 1, Regions: 1}, Faults: []Fault{{Kind: FaultEmptyPage}}})
	pages := ec2.NewDescribeImagesPaginator(ec2Client(s, "", "us-east-1"), &ec2.DescribeImagesInput{Owners: []string{"self"}, MaxResults: aws.Int32(25)})
	var sizes []int
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.Images))
	}
	all, err := listOwn(t.Context(), serverConfig(New(Options{Fleet: s.options.Fleet}), "", "us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0, 25, 0, all - 25}, sizes); diff != "" {
		t.Error(diff)
	}
}

func TestLatencyOfSomeCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Fleet: fleet.Config{Images: 1}, Faults: []Fault{{Kind: FaultLatency, Delay: time.Second, Rule: Rule{Region: "us-east-2"}}}})
		for region, want := range map[string]time.Duration{"us-east-1": 0, "us-east-2": time.Second} {
			start := time.Now()
			if _, err := ec2Client(s, "", region).DescribeRegions(t.Context(), nil); err != nil || time.Since(start) != want {
				t.Errorf("%s took %v, %v", region, time.Since(start), err)
			}
		}
	})
}
