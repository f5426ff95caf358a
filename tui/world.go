package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// world is what the services have told so far.
type world struct {
	inv     model.Inventory
	version int
	gen     model.Gen
	runs    map[<-chan model.Event]run
	totals  totals
	due     bool // AWS was not asked yet, but will be
}

// run is a stream that has not ended.
type run struct {
	cancel  context.CancelFunc
	gen     model.Gen
	refresh bool // false: the cache is being read
	lists   bool // of the cache, what Restore gives
	all     bool
	begun   map[model.Scope]bool // scopes whose images are being read, true when they were
}

// totals are counts for header and status line, made when the world changes
// and not for every frame.
type totals struct {
	accounts, regions, images, failed int
	asOf                              time.Time
	expired                           []model.Relogin // logins that have; not among the failed
	unread                            bool
}

func (w *world) busy() bool { return len(w.runs) > 0 }

func (w *world) progress() kit.Scan {
	s := kit.Scan{Running: w.due}
	for _, r := range w.runs {
		s.Running = true
		s.Total += len(r.begun)
		for _, done := range r.begun {
			if done {
				s.Done++
			}
		}
	}
	s.Failed = w.totals.failed
	return s
}

// count makes the totals anew.
func (w *world) count() {
	t := totals{accounts: len(w.inv.Accounts()), expired: w.inv.Relogins()}
	for _, u := range w.inv.Unreached() {
		if !u.Err.Login.Known() {
			t.failed++
		}
	}
	regions := map[string]bool{}
	for _, s := range w.inv.Scopes() {
		t.images += w.inv.ImageCount(s)
		if !w.inv.Readable(s) {
			continue
		}
		regions[s.Region] = true
		if err := w.inv.Trouble(s); err != nil && !err.Login.Known() {
			t.failed++
		}
	}
	t.regions = len(regions)
	t.asOf, t.unread = w.inv.Oldest()
	w.totals = t
}

// restore starts reading the cache.
func (a *App) restore() tea.Cmd {
	if a.opts.Services.Restore == nil {
		return a.refresh(nil)
	}
	a.world.due = a.opts.Offline == ""
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Restore(ctx), run{cancel: cancel, lists: true})
}

// restMsg says that the rows of the cache had their time.
type restMsg struct{}

// rest reads what else the cache holds.
func (a *App) rest() tea.Cmd {
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Rest(ctx), run{cancel: cancel})
}

// refresh reads scopes from AWS, all of them where none are named. A refresh
// of everything ends the ones before it.
func (a *App) refresh(scopes []model.Scope) tea.Cmd {
	if a.opts.Offline != "" {
		return a.say(a.opts.Offline, true)
	}
	if len(scopes) == 0 {
		for _, r := range a.world.runs {
			if r.refresh {
				r.cancel()
			}
		}
	}
	return a.read(Refresh{Scopes: scopes, Force: true})
}

func (a *App) read(r Refresh) tea.Cmd {
	a.world.due = false
	a.world.gen++
	r.Gen, r.Known = a.world.gen, a.world.inv
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Refresh(ctx, r), run{cancel: cancel, gen: r.Gen, refresh: true, all: len(r.Scopes) == 0 && len(r.Sources) == 0, begun: map[model.Scope]bool{}})
}

// follow pumps a stream until it ends.
func (a *App) follow(ctx context.Context, src <-chan model.Event, r run) tea.Cmd {
	if a.world.runs == nil {
		a.world.runs = map[<-chan model.Event]run{}
	}
	a.world.runs[src] = r
	return tea.Batch(pump(ctx, src), a.wind())
}

// eventsMsg is a burst of events of one stream.
type eventsMsg struct {
	src    <-chan model.Event
	events []model.Event
	done   bool
	ctx    context.Context //nolint:containedctx // handed on to the next pump
}

// burst is the most events that one message carries: the lists of any cache in
// one, so that the first rows shown are all of them.
const burst = 8192

// gather is how long a burst is waited for: a quarter of a frame. Every message
// costs a frame, and events come in crowds.
const gather = 4 * time.Millisecond

// pump turns a burst of events into one message. When the message was folded,
// the next one is asked for.
func pump(ctx context.Context, src <-chan model.Event) tea.Cmd {
	return func() tea.Msg {
		out := eventsMsg{src: src, ctx: ctx}
		var full <-chan time.Time // nil until the first event: wait without limit
		for len(out.events) < burst {
			select {
			case <-full:
				return out
			case e, ok := <-src:
				if !ok {
					out.done = true
					return out
				}
				out.events = append(out.events, e)
				if full == nil {
					full = time.After(gather)
				}
			}
		}
		return out
	}
}

// fold takes a burst into the inventory.
func (a *App) fold(m eventsMsg) tea.Cmd {
	var cmds []tea.Cmd
	r, known := a.world.runs[m.src]
	for _, e := range m.events {
		if n, ok := e.(model.Notice); ok {
			cmds = append(cmds, a.say(n.Text, n.Warn))
		}
		r.follow(e)
	}
	a.world.inv = a.world.inv.Fold(m.events...)
	a.world.version++
	a.world.count()
	cmds = append(cmds, a.offerProfiles())
	switch {
	case !m.done:
		cmds = append(cmds, pump(m.ctx, m.src))
	case known:
		cmds = append(cmds, a.ended(m.src, r))
	}
	return tea.Batch(append(cmds, a.touch())...)
}

func (r run) follow(e model.Event) {
	switch e := e.(type) {
	case model.Began:
		if r.begun != nil && e.Kind == model.Images {
			r.begun[e.Scope] = false
		}
	case model.Page:
		if r.begun != nil && e.Kind == model.Images && e.Last {
			r.begun[e.Scope] = true
		}
	case model.Details, model.Found, model.Lost, model.Notice, model.Stopped:
	}
}

// ended forgets a stream. After the cache comes AWS: what is stale is read.
func (a *App) ended(src <-chan model.Event, r run) tea.Cmd {
	r.cancel()
	delete(a.world.runs, src)
	switch {
	case r.refresh:
		a.world.inv = a.world.inv.Fold(model.Stopped{Gen: r.gen})
	case r.lists && a.opts.Services.Rest != nil:
		return a.opts.After(pace, restMsg{})
	case a.opts.Offline == "":
		return a.read(Refresh{})
	}
	return nil
}
