package awsclient

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

// TestCancelEndsAScanSoon cancels a scan all of whose calls take 30 s, stall in
// the middle of a body, or fail and are tried again.
func TestCancelEndsAScanSoon(t *testing.T) {
	alone(t, "", "")
	for _, text := range []string{"latency:30s", "stall", "5xx"} {
		for _, network := range []bool{false, true} {
			t.Run(map[bool]string{false: "in process ", true: "network "}[network]+text, func(t *testing.T) {
				defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
				cancelledScan(t, text, network)
			})
		}
	}
}

func cancelledScan(t *testing.T, text string, network bool) {
	t.Helper()
	fault, err := fakeaws.ParseFault(text + "@*/*/ec2:DescribeImages")
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(t.Context())
	defer stop()
	server := fakeaws.New(fakeaws.Options{Fleet: fleet.Config{Accounts: 1, Regions: 3, Images: 100}, Faults: []fakeaws.Fault{fault}})
	key, secret := server.Credentials("")
	o := Options{Static: []StaticAccount{{AccessKey: key, Secret: secret, Region: server.Regions()[0]}}, Limiter: scan.NewBuckets()}
	if network {
		ln, err := fakeaws.Listen(serving, "127.0.0.1:0", server)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			stop()
			if err := ln.Wait(); err != nil {
				t.Error(err)
			}
		}()
		o.Endpoint, o.Transport = ln.URL, &http.Transport{DisableKeepAlives: true}
	} else {
		o.Transport = server.Transport()
	}
	c, err := New(o) // with the SDK's own waits between tries
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var inv model.Inventory
	if err := c.Discover(t.Context(), func(e model.Event) { inv = inv.Fold(e) }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan time.Time, 1)
	time.AfterFunc(200*time.Millisecond, func() { cancelled <- time.Now(); cancel() }) // in the midst of the calls
	err = scan.Run(ctx, c, scan.DefaultFreshness().Stale(inv, fleet.Epoch, model.Kinds()...), scan.Options{}, func(e model.Event) {
		if p, ok := e.(model.Page); ok && p.Kind == model.Images {
			t.Errorf("a page: %+v", p)
		}
	})
	if took := time.Since(<-cancelled); took > time.Second || !errors.Is(err, context.Canceled) {
		t.Errorf("%v after the cancel: %v", took, err)
	}
}
