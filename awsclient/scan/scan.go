package scan

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Cloud is what a scan needs of AWS.
type Cloud interface {
	// Discover tells a model.Found for each account as soon as it is known, and
	// a model.Lost for each way that led nowhere. Its error is ctx's.
	Discover(ctx context.Context, emit func(model.Event)) error
	// Read hands over all pages of one kind of one scope as they come. Its error
	// is a *model.OpError or ctx's.
	Read(ctx context.Context, s model.Scope, k model.Kind, page func(model.Page)) error
}

// Request asks for one scope to be read.
type Request struct {
	Scope model.Scope
	Kinds []model.Kind
	Gen   model.Gen
}

// Options tune a scan. The zero value is good.
type Options struct {
	InFlight int              // passes that run at once; 0 means 64
	Now      func() time.Time // nil means time.Now
}

// defaultInFlight is the number of calls that keeps a cold scan near its lower
// bound without more open connections than a laptop likes.
const defaultInFlight = 64

// Run reads what the requests name and emits, for each scope and kind, a
// Began, its Pages and a Page with Last. A scope that fails, fails alone.
//
// Images come first everywhere: no pass over snapshots starts while one over
// images waits, and none before the images of its own scope ended. Within a
// kind the order of the requests is kept. emit is never called twice at once; it
// may block, which slows the scan, but must return when ctx ends. After that
// nothing more is emitted, Run waits for the running pages and returns ctx's
// error, its only one.
func Run(ctx context.Context, cloud Cloud, requests []Request, o Options, emit func(model.Event)) error {
	r := &run{cloud: cloud, now: o.Now, emit: emit}
	if r.now == nil {
		r.now = time.Now
	}
	limit := o.InFlight
	if limit <= 0 {
		limit = defaultInFlight
	}
	r.schedule(ctx, newQueue(requests), limit)
	return ctx.Err()
}

type run struct {
	cloud Cloud
	now   func() time.Time
	mu    sync.Mutex // held while emit runs
	emit  func(model.Event)
}

// schedule keeps up to limit passes going until the queue is empty or ctx ends.
func (r *run) schedule(ctx context.Context, q *queue, limit int) {
	ended := make(chan pass, limit)
	running := 0
	for {
		for running < limit && ctx.Err() == nil {
			p, ok := q.next()
			if !ok {
				break
			}
			running++
			go func() {
				defer func() { ended <- p }()
				r.pass(ctx, p)
			}()
		}
		if running == 0 {
			return
		}
		q.done(<-ended)
		running--
	}
}

func (r *run) pass(ctx context.Context, p pass) {
	scope, kind, gen := p.request.Scope, p.kind, p.request.Gen
	r.tell(ctx, model.Began{Gen: gen, Scope: scope, Kind: kind})
	err := r.read(ctx, p, func(page model.Page) {
		page.Gen, page.Scope, page.Kind = gen, scope, kind
		page.Last, page.Err = false, nil
		if page.At.IsZero() {
			page.At = r.now()
		}
		r.tell(ctx, page)
	})
	last := model.Page{Gen: gen, Scope: scope, Kind: kind, At: r.now(), Last: true}
	if err != nil {
		last.Err = opError(scope, err)
	}
	r.tell(ctx, last)
}

// read calls the reader, and takes a panic in it for an error of its scope:
// one answer that no code foresaw must not end the program.
func (r *run) read(ctx context.Context, p pass, page func(model.Page)) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("reading %s panicked: %v\n%s", p.kind, v, debug.Stack())
		}
	}()
	return r.cloud.Read(ctx, p.request.Scope, p.kind, page)
}

// tell emits unless ctx has ended: what comes after a cancel is of no pass.
func (r *run) tell(ctx context.Context, e model.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() == nil {
		r.emit(e)
	}
}

func opError(s model.Scope, err error) *model.OpError {
	if op, ok := errors.AsType[*model.OpError](err); ok {
		return op
	}
	return &model.OpError{Scope: s, Kind: model.Unknown, Err: err}
}

// pass is one kind of one request.
type pass struct {
	request Request
	kind    model.Kind
	rest    []model.Kind // of the same scope, to be read after this one
}

// queue holds the passes that may start, by kind.
type queue struct{ ready map[model.Kind][]pass }

func newQueue(requests []Request) *queue {
	q := &queue{ready: map[model.Kind][]pass{}}
	for _, r := range requests {
		kinds := slices.Clone(r.Kinds)
		slices.Sort(kinds)
		q.add(r, slices.Compact(kinds))
	}
	return q
}

func (q *queue) add(r Request, kinds []model.Kind) {
	if len(kinds) > 0 {
		q.ready[kinds[0]] = append(q.ready[kinds[0]], pass{r, kinds[0], kinds[1:]})
	}
}

// next takes the first pass of the first kind that has one.
func (q *queue) next() (pass, bool) {
	for _, k := range model.Kinds() {
		if list := q.ready[k]; len(list) > 0 {
			q.ready[k] = list[1:]
			return list[0], true
		}
	}
	return pass{}, false
}

// done lets the next kind of a scope start.
func (q *queue) done(p pass) { q.add(p.request, p.rest) }
