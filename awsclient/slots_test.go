package awsclient

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// TestSlotsGoToTheMostUrgent lets calls of all urgencies wait for one slot,
// asked for in the least useful order.
func TestSlotsGoToTheMostUrgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		if err := s.acquire(t.Context(), firstSnapshots); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []urgency
		for u := urgencies - 1; u >= 0; u-- {
			go func() {
				if err := s.acquire(t.Context(), u); err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, u)
				mu.Unlock()
				s.release()
			}()
			synctest.Wait() // it waits in the queue
		}
		s.release()
		synctest.Wait()
		if !slices.IsSorted(order) || len(order) != int(urgencies) {
			t.Fatalf("served in the order %v", order)
		}
	})
}

func TestSlotsOfThoseWhoLeaveAreNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		if err := s.acquire(t.Context(), atOnce); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { left <- s.acquire(ctx, atOnce) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		s.release()
		if err := s.acquire(t.Context(), firstSnapshots); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSlotsAreNeverMoreThanThereAre also cancels at the moment of being served.
func TestSlotsAreNeverMoreThanThereAre(t *testing.T) {
	const n = 3
	s := newSlots(n)
	var busy atomic.Int32
	var wg sync.WaitGroup
	for i := range 400 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%3 == 0 {
				go cancel()
			}
			if s.acquire(ctx, urgency(i%int(urgencies))) != nil {
				return
			}
			if got := busy.Add(1); got > n {
				t.Errorf("%d slots are taken", got)
			}
			busy.Add(-1)
			s.release()
		})
	}
	wg.Wait()
	if s.free != n {
		t.Fatalf("%d of %d slots are free in the end", s.free, n)
	}
}

// TestImagesGoBeforeSnapshots has one slot taken, asks for snapshots and then
// for images of two regions, and looks in which order the calls go out: images
// first, those of the login's own region before the other's.
func TestImagesGoBeforeSnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		var mu sync.Mutex
		var order []string
		note := func(what, region string) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, what+" "+region)
		}
		w.serveImages(func(c fakeaws.Call, _ *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
			note("images", c.Region)
			return &ec2.DescribeImagesOutput{}, nil
		})
		fakeaws.Handle(w.mux, "EC2", "DescribeSnapshots", func(_ context.Context, c fakeaws.Call, _ *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
			note("snapshots", c.Region)
			return &ec2.DescribeSnapshotsOutput{}, nil
		})
		_, c := reader(t, w)
		home := c.mustSession(t).cfg.Region
		away := map[string]string{"eu-west-1": "us-east-1", "us-east-1": "eu-west-1"}[home]
		if err := c.gate.slots.acquire(t.Context(), atOnce); err != nil {
			t.Fatal(err)
		}
		for _, k := range []model.Kind{model.Snapshots, model.Images} {
			for _, region := range []string{away, home} {
				go func() {
					if err := c.Read(t.Context(), model.Scope{Account: dev, Region: region}, k, func(model.Page) {}); err != nil {
						t.Error(err)
					}
				}()
				synctest.Wait()
			}
		}
		c.gate.slots.release()
		synctest.Wait()
		want := []string{"images " + home, "images " + away, "snapshots " + home, "snapshots " + away}
		if d := cmp.Diff(want, order); d != "" {
			t.Error(d)
		}
	})
}

func (c *Client) mustSession(t *testing.T) *session {
	t.Helper()
	s, ok := c.session(dev)
	if !ok {
		t.Fatal("no session")
	}
	return s
}
