package awsclient

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/smithy-go/middleware"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

// BenchmarkColdRead reads 50,000 images over 340 scopes and their snapshots:
// by our decoder or the SDK's, from fakeaws, whose own work then counts too, or
// from its answers in memory, which leaves the client's.
func BenchmarkColdRead(b *testing.B) {
	server := fakeaws.New(fakeaws.Options{Fleet: fleet.Config{Accounts: 20, Regions: 17, Images: 50_000}})
	for _, c := range []struct {
		name      string
		transport http.RoundTripper
		sdk       bool
	}{
		{"fakeaws/ours", server.Transport(), false},
		{"fakeaws/sdk", server.Transport(), true},
		{"memory/ours", &replay{next: server.Transport()}, false},
		{"memory/sdk", &replay{next: server.Transport()}, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			cold := newColdRead(b, server, c.transport)
			if c.sdk {
				cold.bySDK()
			}
			cold.run(b) // fills the memory, opens what is opened once
			b.ReportAllocs()
			for b.Loop() {
				if n := cold.run(b); n < 50_000 {
					b.Fatalf("%d images", n)
				}
			}
		})
	}
}

type coldRead struct {
	client   *Client
	requests []scan.Request
}

func newColdRead(b *testing.B, server *fakeaws.Server, transport http.RoundTripper) coldRead {
	b.Helper()
	o := Options{Transport: transport}
	for _, a := range server.Accounts() {
		key, secret := server.Credentials(a.ID)
		o.Static = append(o.Static, StaticAccount{Name: a.Name, AccessKey: key, Secret: secret, Region: "us-east-1"})
	}
	c, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	var inv model.Inventory
	if err := c.Discover(b.Context(), func(e model.Event) { inv = inv.Fold(e) }); err != nil {
		b.Fatal(err)
	}
	return coldRead{c, scan.DefaultFreshness().Stale(inv, fleet.Epoch, model.Kinds()...)}
}

// bySDK undoes the place that our decoder took.
func (r coldRead) bySDK() {
	for _, s := range r.client.accounts {
		s.clients = map[string]*clients{} // made anew
		s.cfg.APIOptions = append(s.cfg.APIOptions, func(stack *middleware.Stack) error {
			own, _ := stack.Deserialize.Get("OperationDeserializer")
			_, err := stack.Deserialize.Swap(own.ID(), own.(*deserializer).sdk)
			return err
		})
	}
}

// run reads all and counts the images.
func (r coldRead) run(b *testing.B) (images int) {
	b.Helper()
	err := scan.Run(b.Context(), r.client, r.requests, scan.Options{}, func(e model.Event) {
		if p, ok := e.(model.Page); ok {
			images += len(p.Images)
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	return images
}

// replay answers a call that it has seen as it was answered then.
type replay struct {
	next http.RoundTripper
	seen sync.Map // by caller, region and parameters
}

func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	form, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	scope, _, _ := strings.Cut(req.Header.Get("Authorization"), ",")
	key := scope + string(form)
	if body, ok := r.seen.Load(key); ok {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body.([]byte)))}, nil
	}
	req.Body = io.NopCloser(bytes.NewReader(form))
	resp, err := r.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	r.seen.Store(key, body)
	return resp, err
}
