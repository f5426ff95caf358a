package main

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// refresh reads from AWS what is stale and streams it. Accounts are found side
// by side, and each is read as soon as it is found. No call for snapshots goes
// out while one for images waits, of whatever account: that is the client's
// care. What is streamed is saved as well, and what is there no more is told.
func (w *world) refresh(ctx context.Context, r tui.Refresh) <-chan model.Event {
	w.mu.Lock()
	w.gen = max(w.gen, r.Gen)
	w.mu.Unlock()
	return w.keeping(ctx, func(tell func(model.Event)) {
		f := &fetch{world: w, want: r, send: newDepartures(r.Known, tell).tell, known: r.Known, asked: map[model.Scope]bool{}}
		f.run(ctx)
	})
}

// fetch is one refresh.
type fetch struct {
	*world
	want tui.Refresh
	send func(model.Event) // called by several goroutines

	known model.Inventory
	asked map[model.Scope]bool
	meant cache.Selection
	scans errgroup.Group
}

func (f *fetch) run(ctx context.Context) {
	if f.allReached() {
		f.read(ctx, f.want.Scopes)
	} else if err := f.discover(ctx); err == nil {
		f.remember()
	}
	_ = f.scans.Wait() // the passes tell their own errors
}

// discover finds the accounts of all ways in, or of those to try again; of the
// others then holds what was found before.
func (f *fetch) discover(ctx context.Context) error {
	tell := func(e model.Event) { f.discovered(ctx, e) }
	if len(f.want.Sources) == 0 {
		return f.client.Discover(ctx, tell)
	}
	f.mu.Lock()
	f.meant = f.world.meant
	f.mu.Unlock()
	f.meant.Found = slices.Clone(f.meant.Found)
	f.meant.Lost = slices.DeleteFunc(slices.Clone(f.meant.Lost), func(l model.Lost) bool { return slices.Contains(f.want.Sources, l.Source) })
	return f.client.Rediscover(ctx, f.want.Sources, tell)
}

// remember keeps what the selection means, for the next start. Until all
// accounts were searched once, that is not known.
func (f *fetch) remember() {
	f.mu.Lock()
	known := len(f.want.Sources) == 0 || f.world.meant.Name != ""
	if known {
		f.meant.Name = f.selection
		f.world.meant = f.meant
	}
	f.mu.Unlock()
	if !known {
		return
	}
	for _, name := range slices.Compact([]string{f.selection, f.anyKey}) {
		f.meant.Name = name
		f.saving.Select(f.meant)
	}
}

// allReached reports whether the scopes wanted are of accounts that were found
// before: a refresh of one scope then needs no calls but its own.
func (f *fetch) allReached() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.want.Scopes != nil && !slices.ContainsFunc(f.want.Scopes, func(s model.Scope) bool { return !f.reached[s.Account] })
}

// discovered is called for one event at a time.
func (f *fetch) discovered(ctx context.Context, e model.Event) {
	f.send(e)
	switch e := e.(type) {
	case model.Found:
		f.found(ctx, e)
	case model.Lost:
		f.meant.Lost = append(f.meant.Lost, e)
	case model.Page, model.Began, model.Details, model.Stopped, model.Notice: // no accounts in these
	}
}

func (f *fetch) found(ctx context.Context, e model.Found) {
	f.mu.Lock()
	known := f.reached[e.Account.ID]
	f.reached[e.Account.ID] = true
	f.mu.Unlock()
	f.meant.Found = slices.DeleteFunc(f.meant.Found, func(g model.Found) bool { return g.Account.ID == e.Account.ID })
	f.meant.Found = append(f.meant.Found, e)
	f.meant.Lost = slices.DeleteFunc(f.meant.Lost, func(l model.Lost) bool { return l.Source == e.Account.Source || slices.Contains(e.Also, l.Source) })
	f.known = f.known.Fold(e)
	if len(f.want.Sources) > 0 && known && !slices.Contains(f.want.Sources, e.Account.Source) {
		return // another way into it was mended
	}
	var scopes []model.Scope
	for _, r := range e.Regions {
		scopes = append(scopes, model.Scope{Account: e.Account.ID, Region: r.Name})
	}
	f.read(ctx, scopes)
}

// read starts reading the stale ones of some scopes, each once.
func (f *fetch) read(ctx context.Context, scopes []model.Scope) {
	var requests []scan.Request
	for _, r := range f.stale() {
		if !slices.Contains(scopes, r.Scope) || f.asked[r.Scope] || !f.wanted(r.Scope) {
			continue
		}
		f.asked[r.Scope] = true
		r.Gen = f.want.Gen
		requests = append(requests, r)
	}
	f.scans.Go(func() error { return scan.Run(ctx, f.client, requests, scan.Options{Now: f.now}, f.send) })
}

func (f *fetch) stale() []scan.Request {
	fresh, kinds := f.fresh, f.kinds()
	if slices.ContainsFunc(kinds, func(k model.Kind) bool { return slices.Contains(model.Sources(), k) }) {
		fresh.Age = min(fresh.Age, f.policy.Fresh) // what is older is no evidence
	}
	if f.want.Force {
		fresh.Age = 0
	}
	return fresh.Stale(f.known, f.now(), kinds...)
}

// kinds are what is to be read of a scope: what is waived in no case.
func (f *fetch) kinds() []model.Kind {
	kinds := f.want.Kinds
	if kinds == nil {
		kinds = model.Swept()
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(k model.Kind) bool { return slices.Contains(f.policy.Waived, k) })
}

func (f *fetch) wanted(s model.Scope) bool {
	return f.want.Scopes == nil || slices.Contains(f.want.Scopes, s)
}
