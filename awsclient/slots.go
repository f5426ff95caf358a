package awsclient

import (
	"context"
	"slices"
	"sync"
)

// urgency says who of the waiting calls goes first.
type urgency int

// The urgencies. The pages of one list come one after the other, so a list
// that has begun goes before those that have not: else the longest ends long
// after all others. Images go before snapshots everywhere, and those before what
// names images.
const (
	atOnce urgency = iota // finding accounts and regions, and all that is not said to be less urgent
	nextImages
	homeImages // the first page of the region that a login names: what its user looks for, and mostly the longest list
	firstImages
	nextSnapshots
	homeSnapshots
	firstSnapshots
	nextUsage // of the usage sources
	homeUsage
	firstUsage
	permissions // of single images, thousands of them
	urgencies
)

type urgencyKey struct{}

// withUrgency says how urgent the calls under a context are, unless they were
// asked for at once.
func withUrgency(ctx context.Context, u urgency) context.Context {
	if _, said := ctx.Value(urgencyKey{}).(urgency); said && urgencyOf(ctx) == atOnce {
		return ctx
	}
	return context.WithValue(ctx, urgencyKey{}, u)
}

// AtOnce lets calls under a context go before all that wait: what the user
// asked for, or looks at.
func AtOnce(ctx context.Context) context.Context {
	return context.WithValue(ctx, urgencyKey{}, atOnce)
}

func urgencyOf(ctx context.Context) urgency {
	u, _ := ctx.Value(urgencyKey{}).(urgency)
	return u
}

// slots bounds the calls in flight. A slot that comes free goes to the most
// urgent call that waits, of equals to the one that asked first.
type slots struct {
	mu      sync.Mutex
	free    int // 0 while anybody waits
	waiting [urgencies][]chan struct{}
}

func newSlots(n int) *slots { return &slots{free: n} }

// acquire waits for a slot. It fails only when ctx ends.
func (s *slots) acquire(ctx context.Context, u urgency) error {
	turn := s.ask(u)
	if turn == nil {
		return nil
	}
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		s.leave(u, turn)
		return ctx.Err()
	}
}

// ask takes a slot, or gives the turn to wait for.
func (s *slots) ask(u urgency) (turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free > 0 {
		s.free--
		return nil
	}
	turn = make(chan struct{})
	s.waiting[u] = append(s.waiting[u], turn)
	return turn
}

// leave gives up a turn; where it came at that moment, the next one has it.
func (s *slots) leave(u urgency, turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.waiting[u], turn)
	if i < 0 {
		s.pass()
		return
	}
	s.waiting[u] = slices.Delete(s.waiting[u], i, i+1)
}

// release gives a slot back.
func (s *slots) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pass()
}

// pass gives a slot to who is next.
func (s *slots) pass() {
	for u, queue := range s.waiting {
		if len(queue) > 0 {
			close(queue[0])
			s.waiting[u] = queue[1:]
			return
		}
	}
	s.free++
}
