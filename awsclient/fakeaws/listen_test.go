package fakeaws

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestListenRefuses(t *testing.T) {
	for _, addr := range []string{":4566", "0.0.0.0:4566", "[::]:4566", "192.168.1.1:4566", "example.com:4566", "localhost.example:0", "4566", ""} {
		t.Run(addr, func(t *testing.T) {
			l, err := Listen(t.Context(), addr, http.NotFoundHandler())
			if err == nil {
				t.Fatalf("listens on %s", l.Addr)
			}
			if !strings.Contains(err.Error(), "listen on") {
				t.Errorf("unclear: %v", err)
			}
		})
	}
}

func TestListenServesUntilTheContextEnds(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "localhost:0", "127.1.2.3:0"} {
		t.Run(addr, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			l, err := Listen(ctx, addr, servingMux())
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for _, p := range protocols {
				cfg := testConfig(NewMux(), testKey)
				cfg.HTTPClient, cfg.BaseEndpoint = client, aws.String(l.URL)
				if err := p.call(t.Context(), cfg); err != nil {
					t.Errorf("%s: %v", p.name, err)
				}
			}
			cancel()
			if err := l.Wait(); err != nil {
				t.Error(err)
			}
			if resp, err := get(t.Context(), client, l.URL); err == nil {
				t.Errorf("still answers: %s", resp)
			}
		})
	}
}

func TestListenEndsCallsUnderWay(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l, err := Listen(ctx, "127.0.0.1:0", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := get(t.Context(), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, l.URL); err != nil {
		t.Errorf("the call under way was cut off: %v", err)
	}
	if err := l.Wait(); err != nil {
		t.Error(err)
	}
}

func TestListenOnTakenPort(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l, err := Listen(ctx, "127.0.0.1:0", http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(ctx, l.Addr, http.NotFoundHandler()); err == nil {
		t.Error("listens twice")
	}
	cancel()
	if err := l.Wait(); err != nil {
		t.Error(err)
	}
}

func get(ctx context.Context, client *http.Client, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }() // the answer was read whole
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}
