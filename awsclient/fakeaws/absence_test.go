package fakeaws

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func listRecipes(ctx context.Context, cfg aws.Config) error {
	_, err := imagebuilder.NewFromConfig(cfg).ListImageRecipes(ctx, nil)
	return err
}

// A service that a region does not have has no host there: the name is not
// found, and the SDK does not try again.
func TestServicesThatAreNotOffered(t *testing.T) {
	s := New(Options{Bare: true, NotOffered: []Absence{{Service: "imagebuilder", Region: "eu-*"}}})
	cfg := serverConfig(s, "", "eu-west-1")
	cfg.Retryer = func() aws.Retryer { return retry.NewStandard() }
	err := listRecipes(t.Context(), cfg)
	var noHost *net.DNSError
	if !errors.As(err, &noHost) || !noHost.IsNotFound || noHost.Name != "imagebuilder.eu-west-1.amazonaws.com" {
		t.Errorf("got %v", err)
	}
	if n := len(s.Stats()); n != 0 {
		t.Errorf("%d calls came to AWS", n)
	}
	if err := listRecipes(t.Context(), serverConfig(s, "", "us-east-1")); err != nil {
		t.Errorf("another region: %v", err)
	}
	if _, err := batch.NewFromConfig(cfg).DescribeComputeEnvironments(t.Context(), nil); err != nil {
		t.Errorf("another service: %v", err)
	}
}

// Over a port there is a host, so it says what is wrong, in a way that no
// client takes for an answer and none tries again.
func TestNotOfferedOverAPort(t *testing.T) {
	s := New(Options{Bare: true, NotOffered: []Absence{{Service: "imagebuilder"}}})
	l, err := Listen(t.Context(), "127.0.0.1:0", s)
	if err != nil {
		t.Fatal(err)
	}
	cfg := serverConfig(s, "", "eu-west-1")
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	cfg.HTTPClient, cfg.BaseEndpoint = &http.Client{Transport: transport}, &l.URL
	cfg.Retryer = func() aws.Retryer { return retry.NewStandard() }
	got := failureOf(t, listRecipes(t.Context(), cfg))
	if got.Code != "UnknownEndpoint" || got.Status != http.StatusMisdirectedRequest {
		t.Errorf("got %+v", got)
	}
}

func TestDemoOffersNotAllEverywhere(t *testing.T) {
	s := New(Demo(fleet.Config{}))
	regions := s.Regions()
	var noHost *net.DNSError
	if err := listRecipes(t.Context(), serverConfig(s, "acme-prod", regions[len(regions)-1])); !errors.As(err, &noHost) {
		t.Errorf("got %v", err)
	}
	if err := listRecipes(t.Context(), serverConfig(s, "acme-prod", regions[0])); err != nil {
		t.Error(err)
	}
}

// What a caller sends that cannot be reached is closed, as a RoundTripper must.
func TestBodiesAreClosedWithoutAHost(t *testing.T) {
	s := New(Options{Bare: true, NotOffered: []Absence{{}}})
	body := &closes{Reader: http.NoBody}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://batch.us-east-1.amazonaws.com/", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/batch/aws4_request, Signature=0")
	resp, err := s.Transport().RoundTrip(r)
	if err == nil {
		_ = resp.Body.Close()
		t.Error("there was an answer")
	}
	if !body.closed {
		t.Error("the body is still open")
	}
}

type closes struct {
	io.Reader
	closed bool
}

func (c *closes) Close() error {
	c.closed = true
	return nil
}
