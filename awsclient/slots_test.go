package awsclient

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
