package awsclient

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// How long AWS may be silent. The first byte of a page of 1,000 images takes
// 1 to 3 s; a server that pages nothing takes far longer.
const (
	firstByte = 60 * time.Second
	nextByte  = 15 * time.Second
)

// shared holds the HTTP client of all SDK clients: one, unless the user's AWS
// files name certificates to trust of their own.
type shared struct {
	plain aws.HTTPClient // as the SDK's config loader wants it

	mu   sync.Mutex
	used []trusting
}

// trusting is a client that trusts a set of certificates; nil: the system's.
type trusting struct {
	roots *x509.CertPool
	http  *http.Client
	slurp *slurper
}

// newShared makes the client over a transport, or over the network if it is nil.
func newShared(t http.RoundTripper) *shared {
	if t != nil {
		return &shared{plain: &http.Client{Transport: t, CheckRedirect: keepRedirect}}
	}
	return &shared{plain: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, defaultInFlight
	})}
}

// keepRedirect lets the SDK see a redirect: AWS sends none that should be
// followed with a signature made for another host.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// over gives the client that requests go through, for the plain one or the
// copy of it that the config loader made to trust AWS_CA_BUNDLE.
func (s *shared) over(plain aws.HTTPClient) aws.HTTPClient {
	var own *http.Client
	var roots *x509.CertPool
	switch plain := plain.(type) {
	case *awshttp.BuildableClient:
		t := plain.GetTransport()
		if t.TLSClientConfig != nil {
			roots = t.TLSClientConfig.RootCAs
		}
		own = &http.Client{Transport: t, CheckRedirect: keepRedirect}
	case *http.Client:
		own = plain
	default:
		return plain // it went through here before
	}
	return s.trusting(roots, own)
}

// trusting gives the one client for a set of certificates; own becomes it if
// there is none yet.
func (s *shared) trusting(roots *x509.CertPool, own *http.Client) *slurper {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.used {
		if t.roots.Equal(roots) {
			return t.slurp
		}
	}
	t := trusting{roots, own, newSlurper(own)}
	s.used = append(s.used, t)
	return t.slurp
}

func (s *shared) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.used {
		t.http.CloseIdleConnections()
	}
}

// slurper reads whole bodies before the SDK decodes them. Its streaming
// decoder reads so slowly that connections wait for it, up to ten times as
// long on a loopback socket; and a body that was cut short or stalls is then an
// error of the connection, which the SDK tries again.
type slurper struct {
	client      aws.HTTPClient
	first, next time.Duration
}

func newSlurper(c aws.HTTPClient) *slurper {
	return &slurper{client: c, first: firstByte, next: nextByte}
}

// Do sends a request and gives its answer with the body in memory.
func (s *slurper) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	defer cancel(nil)
	watch := time.AfterFunc(s.first, func() { cancel(silence(s.first)) })
	defer watch.Stop()
	resp, err := s.client.Do(req.WithContext(ctx))
	if err != nil {
		return nil, told(ctx, err)
	}
	body, err := s.whole(resp, watch)
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", told(ctx, err))
	}
	if foreign(resp.StatusCode, body) {
		return nil, errForeign
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func (s *slurper) whole(resp *http.Response, watch *time.Timer) (_ []byte, err error) {
	defer func() {
		if cerr := resp.Body.Close(); err == nil {
			err = cerr
		}
	}()
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 && n < 64<<20 {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err = buf.ReadFrom(watched{resp.Body, watch, s.next})
	return buf.Bytes(), err
}

// watched puts the alarm off with every piece that arrives.
type watched struct {
	io.Reader
	alarm *time.Timer
	next  time.Duration
}

func (w watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.alarm.Reset(w.next)
	return n, err
}

// silence is the error of a server that stopped sending.
type silence time.Duration

func (s silence) Error() string { return fmt.Sprintf("no data for %v", time.Duration(s)) }

// Timeout makes it one more try for the SDK.
func (silence) Timeout() bool { return true }

// told replaces the error of a request that the alarm ended by the alarm's.
func told(ctx context.Context, err error) error {
	if s, ok := errors.AsType[silence](context.Cause(ctx)); ok {
		return s
	}
	return err
}

// errForeign is the error of an answer that is not AWS's.
var errForeign = errors.New("the answer is a page for people, or empty: something on the way answers for AWS")

// foreign tells a success that no service of AWS sent: nothing at all, or a
// page such as guest networks and proxies send. The SDK takes either for an
// empty list, and a pass over that would sweep everything. The header does not
// tell: emulators send lists as text/html.
func foreign(status int, body []byte) bool {
	if status/100 != 2 {
		return false
	}
	text := bytes.TrimSpace(body[:min(len(body), 512)])
	if bytes.HasPrefix(text, []byte("<?xml")) {
		_, rest, _ := bytes.Cut(text, []byte("?>"))
		text = bytes.TrimSpace(rest)
	}
	head := bytes.ToLower(text[:min(len(text), len("<!doctype html"))])
	return len(text) == 0 || bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}
