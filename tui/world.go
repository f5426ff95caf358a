package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// world is what the services have told so far.
type world struct {
	inv     model.Inventory
	version int // changes with what rows of images show
	told    int // changes with any event
	gen     model.Gen
	runs    map[<-chan model.Event]run
	totals  totals
	due     bool // AWS was not asked yet, but will be
}

// run is a stream that has not ended.
type run struct {
	what   stream
	cancel context.CancelFunc
	gen    model.Gen
	begun  map[model.Scope]bool // scopes whose images are being read, true when they were
	users  map[model.Scope]bool // scopes whose usage sources are being read, likewise
	heard  *heard               // of a question to AWS
	look   *look                // of images that are read again
}

// stream is what a run is for.
type stream uint8

const (
	lists    stream = iota // of the cache, what Restore gives
	rest                   // of the cache, all else
	reads                  // a refresh
	follows                // a refresh of usage reports that are being made
	settles                // what verdicts wait for
	opines                 // what AWS itself says
	reported               // usage reports that are being begun
	peeks                  // what is read where somebody looks
	looks                  // images read again for a review
)

// refreshes reports whether a stream is a pass over scopes.
func (s stream) refreshes() bool { return s == reads || s == follows }

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
		s.Running = s.Running || r.what <= reads
		s.Total, s.Done = s.Total+len(r.begun), s.Done+done(r.begun)
		s.Users, s.Used = s.Users+len(r.users), s.Used+done(r.users)
	}
	s.Failed = w.totals.failed
	return s
}

func done(scopes map[model.Scope]bool) (n int) {
	for _, done := range scopes {
		if done {
			n++
		}
	}
	return n
}

// reads reports whether a refresh runs.
func (w *world) reads() bool {
	for _, r := range w.runs {
		if r.what == reads {
			return true
		}
	}
	return false
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
		a.usage.ready = true
		return a.refresh(nil)
	}
	a.world.due = a.opts.Offline == ""
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Restore(ctx), run{what: lists, cancel: cancel})
}

// restMsg says that the rows of the cache had their time.
type restMsg struct{}

// rest reads what else the cache holds.
func (a *App) rest() tea.Cmd {
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Rest(ctx), run{what: rest, cancel: cancel})
}

// refresh reads scopes from AWS, all of them where none are named. A refresh
// of everything ends the ones before it.
func (a *App) refresh(scopes []model.Scope) tea.Cmd {
	if a.opts.Offline != "" {
		return a.say(a.opts.Offline, true)
	}
	if len(scopes) == 0 {
		for _, r := range a.world.runs {
			if r.what.refreshes() {
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
	what := reads
	if r.Kinds != nil {
		what = follows
	}
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Refresh(ctx, r), run{what: what, cancel: cancel, gen: r.Gen, begun: map[model.Scope]bool{}, users: map[model.Scope]bool{}})
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
		events, done := crowd(src)
		return eventsMsg{src: src, ctx: ctx, events: events, done: done}
	}
}

// crowd waits for what comes, and takes what comes with it.
func crowd[T any](src <-chan T) (out []T, done bool) {
	var full <-chan time.Time // nil until the first: wait without limit
	for len(out) < burst {
		select {
		case <-full:
			return out, false
		case e, ok := <-src:
			if !ok {
				return out, true
			}
			out = append(out, e)
			if full == nil {
				full = time.After(gather)
			}
		}
	}
	return out, false
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
	a.learn(m.events)
	cmds = append(cmds, a.offerProfiles(), a.tellLook(r, m.done))
	switch {
	case !m.done:
		cmds = append(cmds, pump(m.ctx, m.src))
	case known:
		cmds = append(cmds, a.ended(m.src, r))
	}
	return tea.Batch(append(cmds, a.touch())...)
}

// learn folds what was told into the inventory.
func (a *App) learn(events []model.Event) {
	if slices.ContainsFunc(events, changesRows) {
		a.world.version++
	}
	a.world.inv = a.world.inv.Fold(events...)
	a.world.told++
	a.world.count()
}

// changesRows reports whether the rows of images may look different after an
// event. Usage is most of what is read, and shows in verdicts only.
func changesRows(e model.Event) bool {
	switch e := e.(type) {
	case model.Page:
		return e.Kind == model.Images
	case model.Details, model.Found, model.Lost, model.Reread:
		return true
	case model.Began, model.Notice, model.Stopped, model.Named, model.Organization, model.Formers:
	}
	return false
}

func (r run) follow(e model.Event) {
	switch e := e.(type) {
	case model.Began:
		r.passes(e.Scope, e.Kind, false)
	case model.Page:
		if e.Last {
			r.passes(e.Scope, e.Kind, true)
		}
		r.heard.page(e)
	case model.Notice:
		r.heard.notice()
	case model.Reread:
		r.look.take(e)
	case model.Details, model.Found, model.Lost, model.Stopped, model.Named, model.Organization, model.Formers:
	}
}

// passes notes that a pass has begun or ended. The templates are the last of
// the usage sources.
func (r run) passes(s model.Scope, k model.Kind, ended bool) {
	switch {
	case r.what != reads:
	case k == model.Images:
		r.begun[s] = ended
	case k == model.Templates:
		r.users[s] = ended
	case slices.Contains(model.Sources(), k) && !r.users[s]:
		r.users[s] = false
	}
}

// ended forgets a stream. After the cache comes AWS: what is stale is read.
func (a *App) ended(src <-chan model.Event, r run) tea.Cmd {
	r.cancel()
	delete(a.world.runs, src)
	switch r.what {
	case reads, follows:
		a.world.inv = a.world.inv.Fold(model.Stopped{Gen: r.gen})
		a.world.told++
		return a.askPrices()
	case lists:
		if a.opts.Services.Rest != nil {
			return a.opts.After(pace, restMsg{})
		}
		return a.restored()
	case rest:
		return a.restored()
	case settles, opines, reported:
		return a.answered(src, r)
	case peeks, looks:
	}
	return nil
}

// restored says that the cache was read: what is stale is read from AWS, and
// there is something to judge.
func (a *App) restored() tea.Cmd {
	a.usage.ready = true
	if a.opts.Offline == "" {
		return tea.Batch(a.askKnown(), a.read(Refresh{}))
	}
	return a.askKnown()
}
