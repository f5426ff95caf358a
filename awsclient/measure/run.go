package measure

import (
	"context"
	"sync"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// run is what the lists of a run share.
type run struct {
	cloud Cloud
	limit int64

	mu     sync.Mutex // also held while tell runs
	tell   func(Event)
	state  Event // the numbers
	kept   map[subject]Unfinished
	over   map[subject]bool // answered or failed
	capped bool
}

// subject is what an ask is about.
type subject struct {
	scope    model.Scope
	from, to string
}

func subjectOf(a cost.Ask) subject { return subject{a.Scope, a.From, a.To} }

// spend allows one more request, or none.
func (r *run) spend() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.Requests >= r.limit {
		r.capped = true
		return errCap
	}
	r.state.Requests++
	return nil
}

// stopped reports whether no further ask is to be begun.
func (r *run) stopped(ctx context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.capped || ctx.Err() != nil
}

// begun gives how far an ask is. What comes of it is the list's own.
func (r *run) begun(a cost.Ask) Unfinished {
	r.mu.Lock()
	defer r.mu.Unlock()
	if u, ok := r.kept[subjectOf(a)]; ok {
		return u.clone()
	}
	return Unfinished{Scope: a.Scope, Change: cost.Change{From: a.From, To: a.To}}
}

// read tells of a page.
func (r *run) read(a cost.Ask, blocks int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Blocks += blocks
	r.emit(Event{Ask: a})
}

// keep tells how far an ask is, if it is anywhere.
func (r *run) keep(a cost.Ask, u Unfinished) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.store(a, u)
}

func (r *run) store(a cost.Ask, u Unfinished) {
	if u.Next == 0 {
		return
	}
	u = u.clone()
	r.kept[subjectOf(a)] = u
	r.emit(Event{Ask: a, Kept: &u})
}

// answered tells the answer to an ask.
func (r *run) answered(a cost.Ask, c cost.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end(a)
	delete(r.kept, subjectOf(a))
	e := Event{Ask: a, Change: &c}
	if a.From == "" {
		e.Change, e.Holding = nil, &cost.Holding{Snapshot: a.To, Blocks: c.Written}
	}
	r.emit(e)
}

// failed tells that an ask has no answer, and how far it was before.
func (r *run) failed(a cost.Ask, u Unfinished, err *model.OpError) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.store(a, u)
	r.end(a)
	r.emit(Event{Ask: a, Err: err})
}

// end counts an ask, also where it comes twice, once.
func (r *run) end(a cost.Ask) {
	if k := subjectOf(a); !r.over[k] {
		r.over[k] = true
		r.state.Done++
	}
}

// emit tells an event with the numbers as they are.
func (r *run) emit(e Event) {
	e.Requests, e.Blocks, e.Done, e.Asks = r.state.Requests, r.state.Blocks, r.state.Done, r.state.Asks
	if r.tell != nil {
		r.tell(e)
	}
}
