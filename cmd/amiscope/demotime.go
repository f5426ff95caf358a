package main

import (
	"sync"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// demoTime is the demo's clock. It shows the fleet's present, from which the ages
// of its images count, and goes on from there; where an earlier run has read
// something later, from that.
type demoTime struct {
	real  func() time.Time
	began time.Time

	mu    sync.Mutex
	ahead time.Duration
}

func newDemoTime(clock func() time.Time) *demoTime { return &demoTime{real: clock, began: clock()} }

func (t *demoTime) now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.unmoved().Add(t.ahead)
}

func (t *demoTime) unmoved() time.Time { return fleet.Epoch.Add(t.real().Sub(t.began)) }

// reach moves the clock on to when something of the cache was read: what was
// read at a time to come would prove nothing.
func (t *demoTime) reach(e model.Event) {
	var at time.Time
	switch e := e.(type) {
	case model.Page:
		at = e.At
	case model.Named:
		at = e.At
	case model.Organization:
		at = e.At
	case model.Reread:
		at = e.At
	case model.Found, model.Lost, model.Began, model.Details, model.Stopped, model.Notice, model.Formers:
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ahead = max(t.ahead, at.Sub(t.unmoved()))
}
