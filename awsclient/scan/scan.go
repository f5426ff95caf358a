package scan

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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
// Images come first: no pass over snapshots starts while one over images waits,
// and so on, in the order of model.Swept. Launch templates and configurations
// are read when all that may name them has been, in the same scope: one that is
// missing then is gone. Within a kind the order of the requests is kept. emit is never called twice at once; it
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
	r.schedule(ctx, inOrder(requests), limit)
	return ctx.Err()
}

type run struct {
	cloud Cloud
	now   func() time.Time
	mu    sync.Mutex // held while emit runs
	emit  func(model.Event)
}

// schedule keeps up to limit passes going until all ran or ctx ends.
func (r *run) schedule(ctx context.Context, passes []pass, limit int) {
	var g errgroup.Group
	g.SetLimit(limit)
	naming := map[model.Scope]*sync.WaitGroup{}
	for _, p := range passes {
		if ctx.Err() != nil {
			break
		}
		begin := inTurn(naming, p)
		g.Go(func() error {
			defer begin()()
			r.pass(ctx, p)
			return nil
		})
	}
	_ = g.Wait() // the passes tell their own errors
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
}

// inTurn enters a pass in the passes of its scope that are under way over what
// may name templates and configurations. What it gives waits until the pass may
// begin, and gives what is to be done at its end. Those that it waits for began
// before, and wait for nobody.
func inTurn(naming map[model.Scope]*sync.WaitGroup, p pass) func() (end func()) {
	users, ok := naming[p.request.Scope]
	if !ok {
		users = &sync.WaitGroup{}
		naming[p.request.Scope] = users
	}
	switch {
	case p.kind == model.Templates || p.kind == model.LaunchConfigs:
		return func() func() {
			users.Wait()
			return func() {}
		}
	case slices.Contains(model.Sources(), p.kind):
		users.Add(1)
		return func() func() { return users.Done }
	}
	return func() func() { return func() {} }
}

// inOrder lists the passes of requests: a kind after the other, and within a
// kind in the order of the requests.
func inOrder(requests []Request) []pass {
	var out []pass
	for _, k := range model.Swept() {
		for _, r := range requests {
			if slices.Contains(r.Kinds, k) {
				out = append(out, pass{r, k})
			}
		}
	}
	return out
}
