package fakeaws

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// Delays are how long AWS takes for what it does not do at once. They pass by
// the time in the fleet.
type Delays struct {
	Lag     time.Duration // until lists tell what has changed, come or gone; 0: at once
	Copying time.Duration // until a copied image, or a snapshot out of the bin or the archive, can be used; 0: a second
}

const defaultCopying = time.Second

// agenda is what is still to happen in the fleet.
type agenda struct {
	next atomic.Int64 // when the first of it is due; 0: nothing is to happen
	mu   sync.Mutex
	due  []appointment // in order of their times
}

// appointment is something that happens to what accounts have. It finds its
// records by their ids: whatever else may have happened to them meanwhile.
type appointment struct {
	at fleet.Time
	do func(*store)
}

// plan lets something happen at a time, after what was planned for it before.
func (a *agenda) plan(at fleet.Time, do func(*store)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.due = slices.Insert(a.due, a.until(at), appointment{at, do})
	a.next.Store(int64(a.due[0].at))
}

// take gives what is due at a time, in order, and forgets it.
func (a *agenda) take(now fleet.Time) []appointment {
	if next := a.next.Load(); next == 0 || next > int64(now) {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.until(now)
	out := slices.Clone(a.due[:i])
	a.due = slices.Delete(a.due, 0, i)
	a.next.Store(0)
	if len(a.due) > 0 {
		a.next.Store(int64(a.due[0].at))
	}
	return out
}

// until counts what is due up to a time.
func (a *agenda) until(now fleet.Time) int {
	i, _ := slices.BinarySearchFunc(a.due, now+1, func(e appointment, t fleet.Time) int { return cmp.Compare(e.at, t) })
	return i
}

// passTime lets happen what is due before a call is answered.
func (s *Server) passTime(context.Context, Call, *http.Request) error {
	s.elapse()
	return nil
}

// elapse lets happen what is due.
func (s *Server) elapse() {
	due := s.agenda.take(s.present())
	if len(due) == 0 {
		return
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, a := range due {
		a.do(st)
	}
}

// present is the time in the fleet.
func (s *Server) present() fleet.Time { return fleet.Time(s.clock().UnixMilli()) }

// later is a time so long from now.
func (s *Server) later(d time.Duration) fleet.Time { return s.present() + fleet.Time(d.Milliseconds()) }

// clockOf is the clock of a fleet: that of the options. Without one the fleet's
// present begins at its epoch, whatever day it is here: so nothing in a test
// depends on the day.
func clockOf(o Options) func() time.Time {
	if o.Now != nil {
		return o.Now
	}
	began := time.Now()
	return func() time.Time { return fleet.Epoch.Add(time.Since(began)) }
}
