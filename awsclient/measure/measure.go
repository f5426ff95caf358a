package measure

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// Cloud is what measuring needs of AWS: the EBS direct APIs, a page a call.
//
// A list starts at a block or, where there is one, by the token of the page
// before, and gives the token of the page after, "" at the end. Before each
// request spend is asked; its error ends the call and is in the chain of the
// error, which else is a *model.OpError or ctx's.
type Cloud interface {
	// ListBlocks gives blocks of the snapshot ask.To.
	ListBlocks(ctx context.Context, ask cost.Ask, at int32, token string, spend func() error) (cost.Holding, string, error)
	// ChangedBlocks gives blocks that differ between ask.From and ask.To.
	ChangedBlocks(ctx context.Context, ask cost.Ask, at int32, token string, spend func() error) (cost.Change, string, error)
}

// Options bound a run.
type Options struct {
	Cap        int64        // requests at most, those of Spent among them
	Spent      int64        // requests that were made before, for the same asks
	Unfinished []Unfinished // what earlier runs left: those of other asks are let alone
	Tell       func(Event)  // never called twice at once; nil tells nobody
}

// Unfinished is an ask that was not answered to its end, and goes on from there.
type Unfinished struct {
	Scope  model.Scope
	Change cost.Change // what was told of it; of a block list the blocks are Written and From is ""
	Next   int32       // the block to go on from
}

// Event is what is told while a run goes on: how far all is, and what just came.
type Event struct {
	Requests int64 // made so far, those before the run among them
	Blocks   int64 // told in this run
	Done     int   // asks that were answered or failed
	Asks     int

	Ask     cost.Ask
	Holding *cost.Holding // the answer to Ask, or
	Change  *cost.Change  // this
	Kept    *Unfinished   // how far Ask is, from time to time and when it stops: to be kept for a later run
	Err     *model.OpError
}

// Unrelated reports whether the ask failed because AWS says that the snapshots
// have no blocks in common: what told their lineage was wrong, or is out of date.
func (e Event) Unrelated() bool { return e.Err != nil && e.Err.Code == unrelated }

// The reasons of errors that mean something here (EBS API reference,
// ValidationException).
const (
	unrelated = "UNRELATED_SNAPSHOTS"
	badToken  = "INVALID_PAGE_TOKEN"
)

// Result is what a run came to.
type Result struct {
	Requests   int64        // made, those before the run among them
	Left       []cost.Ask   // neither answered nor failed, in their order
	Unfinished []Unfinished // how far those that were begun are, failed ones among them
	Capped     bool         // it stopped because the next request would have been one too many
}

// errCap ends a run before a request that would be one too many.
var errCap = errors.New("no more requests are allowed")

// atOnce is how many asks of a scope are answered side by side: about as many as
// AWS's 50 requests a second need.
const atOnce = 8

// Run asks AWS what the asks say, scopes side by side. An ask that fails, fails
// alone. It stops before a request that would pass the cap, with the rest Left,
// or when ctx ends, whose error is its only one; what was told until then stands.
func Run(ctx context.Context, aws Cloud, asks []cost.Ask, o Options) (Result, error) {
	r := &run{cloud: aws, tell: o.Tell, limit: o.Cap, kept: map[subject]Unfinished{}, over: map[subject]bool{}}
	r.state = Event{Requests: o.Spent, Asks: len(asks)}
	for _, u := range o.Unfinished {
		r.kept[subject{u.Scope, u.Change.From, u.Change.To}] = u
	}
	var order []model.Scope
	byScope := map[model.Scope][]cost.Ask{}
	for _, a := range asks {
		if byScope[a.Scope] == nil {
			order = append(order, a.Scope)
		}
		byScope[a.Scope] = append(byScope[a.Scope], a)
	}
	var scopes errgroup.Group
	for _, s := range order {
		scopes.Go(func() error {
			r.scope(ctx, byScope[s])
			return nil
		})
	}
	_ = scopes.Wait() // asks tell their own errors
	return r.result(asks), ctx.Err()
}

// scope answers the asks of a scope, some at a time.
func (r *run) scope(ctx context.Context, asks []cost.Ask) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, a := range asks {
		if r.stopped(ctx) {
			break
		}
		g.Go(func() error {
			r.answer(ctx, a)
			return nil
		})
	}
	_ = g.Wait() // likewise
}

// answer asks one thing to its end, or as far as it goes.
func (r *run) answer(ctx context.Context, a cost.Ask) {
	l := list{run: r, ask: a, Unfinished: r.begun(a)}
	switch err := l.read(ctx); {
	case err == nil:
		r.answered(a, l.Change)
	case errors.Is(err, errCap) || ctx.Err() != nil:
		r.keep(a, l.Unfinished)
	default:
		r.failed(a, l.Unfinished, opError(a.Scope, err))
	}
}

func opError(s model.Scope, err error) *model.OpError {
	if op, ok := errors.AsType[*model.OpError](err); ok {
		return op
	}
	return &model.OpError{Scope: s, Kind: model.Unknown, Err: err}
}

// result sums a run up.
func (r *run) result(asks []cost.Ask) Result {
	out := Result{Requests: r.state.Requests, Capped: r.capped}
	for _, a := range asks {
		k := subjectOf(a)
		if !r.over[k] {
			out.Left = append(out.Left, a)
		}
		if u, ok := r.kept[k]; ok && u.Next > 0 {
			out.Unfinished = append(out.Unfinished, u.clone())
		}
	}
	return out
}

func (u Unfinished) clone() Unfinished {
	u.Change.Written, u.Change.Dropped = slices.Clone(u.Change.Written), slices.Clone(u.Change.Dropped)
	return u
}
