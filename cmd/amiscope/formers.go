package main

import (
	"sync"

	"github.com/amiscope/amiscope/model"
)

// departures watches the passes of a refresh over images and snapshots, and
// tells what their scopes held before and have no more.
type departures struct {
	known model.Inventory // before the refresh
	send  func(model.Event)

	mu   sync.Mutex // scans of several accounts run at once
	seen map[watched]map[string]bool
}

// watched is a pass over a scope that held something.
type watched struct {
	scope model.Scope
	kind  model.Kind
}

func newDepartures(known model.Inventory, send func(model.Event)) *departures {
	return &departures{known: known, send: send, seen: map[watched]map[string]bool{}}
}

// tell sends an event on. What a clean pass did not find goes before its last
// page, so that the cache never has the pass without it.
func (d *departures) tell(e model.Event) {
	switch e := e.(type) {
	case model.Began:
		d.begin(watched{e.Scope, e.Kind})
	case model.Page:
		if gone := d.page(e); len(gone) > 0 {
			d.send(model.Formers{Scope: e.Scope, Formers: gone})
		}
	case model.Found, model.Lost, model.Details, model.Stopped, model.Notice, model.Named, model.Organization, model.Formers, model.Reread: // no pass in these
	}
	d.send(e)
}

// begin watches a pass, if there is anything that it may miss.
func (d *departures) begin(w watched) {
	n := 0
	switch w.kind {
	case model.Images:
		n = d.known.ImageCount(w.scope)
	case model.Snapshots:
		n = len(d.known.ScopeSnapshots(w.scope))
	default:
	}
	if n == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[w] = make(map[string]bool, n)
}

// page notes what a pass sees, and gives at its clean end what it did not.
func (d *departures) page(p model.Page) []*model.Former {
	w := watched{p.Scope, p.Kind}
	d.mu.Lock()
	seen := d.seen[w]
	if p.Last {
		delete(d.seen, w)
	}
	d.mu.Unlock()
	if seen == nil {
		return nil
	}
	for _, im := range p.Images { // a pass tells one page at a time
		seen[im.ID] = true
	}
	for _, s := range p.Snapshots {
		seen[s.ID] = true
	}
	if !p.Last || p.Err != nil {
		return nil
	}
	return d.known.Missing(p.Scope, p.Kind, seen, p.At)
}
