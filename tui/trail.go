package tui

import (
	"context"
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui/kit"
)

// tracing is what the root knows of the trail that was asked for last. It is read
// and put together apart from the screen, one at a time, and numbered.
type tracing struct {
	now    *trail.Trail // as far as it was told; nil: nothing was yet
	shown  kit.Tracing
	n      int // number of the newest reading
	cancel context.CancelFunc
}

// tracedMsg is how far a reading is.
type tracedMsg struct {
	n     int
	trail *trail.Trail
	done  int
	of    int
	next  tea.Cmd // goes on with it; nil: it is over
}

// trace reads the trail of an image, unless that runs. A zero image ends what runs.
func (a *App) trace(e kit.Trace) tea.Cmd {
	x := &a.trail
	if x.shown.Running && x.shown.Image == e.Image && !e.Again {
		return nil
	}
	if x.cancel != nil {
		x.cancel()
	}
	x.n++
	x.cancel, x.shown.Running = nil, false
	if e.Image == (model.ImageKey{}) {
		return nil
	}
	if x.shown.Image != e.Image {
		x.now = nil
	}
	x.shown = kit.Tracing{Image: e.Image}
	if a.opts.Services.Trail == nil {
		x.shown.Why = "there are no trails here: an inventory file holds none"
		return a.touch()
	}
	ctx, cancel := context.WithCancel(a.ctx)
	x.cancel, x.shown.Running = cancel, true
	r := &traceReader{n: x.n, image: e.Image, inv: a.world.inv, told: map[model.Scope]*trail.Lookup{}}
	r.src = a.opts.Services.Trail(ctx, Tracing{Image: e.Image, Known: a.world.inv, Force: e.Again})
	return tea.Batch(r.read, a.touch())
}

// traceMessage takes what was learnt of the trail.
func (a *App) traceMessage(msg tea.Msg) tea.Cmd {
	m, ok := msg.(tracedMsg)
	x := &a.trail
	if !ok || m.n != x.n {
		return nil
	}
	x.now, x.shown.Done, x.shown.Of, x.shown.Running = m.trail, m.done, m.of, m.next != nil
	if m.next == nil {
		x.cancel()
		x.cancel = nil
	}
	return tea.Batch(m.next, a.touch())
}

// traceReader puts a trail together. One command after the other has it.
type traceReader struct {
	n      int
	src    <-chan Traced
	image  model.ImageKey
	inv    model.Inventory // of when it began
	scopes []model.Scope
	told   map[model.Scope]*trail.Lookup
	done   int
}

// gatherTrail is how long pieces are waited for after the first: each message
// costs a frame.
const gatherTrail = 50 * time.Millisecond

// read gives what was told next, with all that was told before it.
func (r *traceReader) read() tea.Msg {
	var full <-chan time.Time // nil until the first piece: wait without limit
	for {
		select {
		case <-full:
			return r.message(r.read)
		case m, ok := <-r.src:
			if !ok {
				return r.message(nil)
			}
			r.take(m)
			if full == nil {
				full = time.After(gatherTrail)
			}
		}
	}
}

func (r *traceReader) take(m Traced) {
	if m.Scopes != nil {
		r.scopes = m.Scopes
	}
	r.done = max(r.done, m.Done)
	for _, l := range m.Lookups {
		r.told[l.Scope] = l.After(r.told[l.Scope])
	}
}

func (r *traceReader) message(next tea.Cmd) tea.Msg {
	all := slices.Collect(maps.Values(r.told))
	return tracedMsg{n: r.n, trail: trail.Of(r.inv, r.image, r.scopes, all), done: r.done, of: len(r.scopes), next: next}
}
