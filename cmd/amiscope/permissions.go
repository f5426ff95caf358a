package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// A page of launch permissions is sent when it is full, or when some time has
// passed: each is a change that verdicts are made anew for. Of 50,000 images in one
// scope that took half a core for as long as they were read when what nobody looks
// at came as often as what is in sight.
const (
	fullPage = 50
	pageTime = 100 * time.Millisecond // in sight
	idleTime = 2 * time.Second        // all others
)

// target is one image, in the scope that owns it.
type target struct {
	scope model.Scope
	id    string
}

// reply is what is known of its launch permissions now.
type reply struct {
	scope       model.Scope
	permissions *model.LaunchPermissions
}

// readPermissions reads launch permissions, one call an image.
func (w *world) readPermissions(ctx context.Context, s tui.Settle, tell func(model.Event)) {
	first, wanted, rest := w.targets(s)
	q := questioning{world: w, scopes: map[model.Scope]*refusals{}}
	q.tell(awsclient.AtOnce(ctx), w.reachedFirst(first), pageTime, tell)
	q.tell(ctx, w.reachedFirst(wanted), idleTime, tell)
	q.tell(ctx, w.reachedFirst(rest), idleTime, tell)
}

// targets are the images to ask about: those under the eye in their order, then
// what verdicts wait for, then all others, one of each scope in turn, so that none
// waits for the bucket of another. An image whose owner is not known is left out.
func (w *world) targets(s tui.Settle) (first, next, rest []target) {
	wanted := make(map[model.ImageKey]bool, len(s.Wants.Permissions)+len(s.Rest))
	for _, k := range s.Wants.Permissions {
		wanted[k] = true
	}
	for _, k := range s.Rest {
		wanted[k] = true
	}
	take := func(keys []model.ImageKey) (out []target) {
		for _, k := range keys {
			if owner, known := w.owners.of(k); known && wanted[k] {
				out = append(out, target{model.Scope{Account: owner, Region: k.Region}, k.ID})
			}
			delete(wanted, k)
		}
		return out
	}
	first = take(s.First)
	next = inTurn(take(s.Wants.Permissions))
	return first, next, inTurn(take(s.Rest))
}

// reachedFirst puts images of accounts behind the others to which no login leads yet:
// asking about them waits while logins are still tried.
func (w *world) reachedFirst(all []target) []target {
	out, late := make([]target, 0, len(all)), []target(nil)
	for _, t := range all {
		if w.client.Reaches(t.scope.Account) {
			out = append(out, t)
		} else {
			late = append(late, t)
		}
	}
	return append(out, late...)
}

// inTurn orders targets so that each scope has its turn.
func inTurn(all []target) []target {
	type turn struct {
		target
		n int
	}
	turns, next := make([]turn, len(all)), map[model.Scope]int{}
	for i, t := range all {
		turns[i] = turn{t, next[t.scope]}
		next[t.scope]++
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.n, b.n) })
	for i, t := range turns {
		all[i] = t.target
	}
	return all
}

// inPages gathers answers by scope, until there will be no more.
func inPages(answers <-chan reply, tick <-chan time.Time, tell func(model.Page)) {
	waiting := map[model.Scope][]*model.LaunchPermissions{}
	send := func(s model.Scope) {
		all := waiting[s]
		delete(waiting, s)
		tell(model.Page{Scope: s, Kind: model.Permissions, Permissions: all, Calls: len(all)})
	}
	for {
		select {
		case a, ok := <-answers:
			if !ok {
				for s := range waiting {
					send(s)
				}
				return
			}
			if waiting[a.scope] = append(waiting[a.scope], a.permissions); len(waiting[a.scope]) >= fullPage {
				send(a.scope)
			}
		case <-tick:
			for s := range waiting {
				send(s)
			}
		}
	}
}

// questioning is one run over many images.
type questioning struct {
	*world

	mu     sync.Mutex
	scopes map[model.Scope]*refusals
}

// refusals say whether asking on in a scope leads anywhere.
type refusals struct {
	answered bool // some image was: each must be asked about
	denied   int
	err      *model.OpError // what all others are told; nil: ask on
}

// hopeless is after how many denials, and no answer, nothing else is expected of
// a scope: a policy may deny single images.
const hopeless = 3

// tell asks about images and tells the answers, so often at least, and all of them
// before it returns.
func (q *questioning) tell(ctx context.Context, targets []target, every time.Duration, tell func(model.Event)) {
	answers := make(chan reply)
	var pages sync.WaitGroup
	pages.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		inPages(answers, tick.C, func(p model.Page) {
			p.Gen, p.At = q.newest(), q.now()
			tell(p)
		})
	})
	q.all(ctx, targets, answers)
	close(answers)
	pages.Wait()
}

func (q *questioning) all(ctx context.Context, targets []target, answers chan<- reply) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, t := range targets {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			if p := q.one(ctx, t); p != nil {
				answers <- reply{t.scope, p}
			}
			return nil
		})
	}
	_ = g.Wait() // each answer holds its error
}

// one asks about one image. There is no answer when ctx has ended.
func (q *questioning) one(ctx context.Context, t target) *model.LaunchPermissions {
	if err := q.refused(t.scope); err != nil {
		return &model.LaunchPermissions{ID: t.id, At: q.now(), Since: q.now(), Err: err}
	}
	p, err := q.client.ReadPermissions(ctx, t.scope, t.id)
	if err != nil {
		return nil
	}
	q.note(t.scope, p.Err)
	p.At, p.Since = q.now(), q.now()
	return p
}

func (q *questioning) refused(s model.Scope) *model.OpError {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r := q.scopes[s]; r != nil {
		return r.err
	}
	return nil
}

// note takes an answer's error for what it says of the scope.
func (q *questioning) note(s model.Scope, err *model.OpError) {
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.scopes[s]
	if r == nil {
		r = &refusals{}
		q.scopes[s] = r
	}
	if err == nil {
		r.answered = true
		return
	}
	switch err.Kind {
	case model.Denied:
		if r.denied++; r.denied >= hopeless && !r.answered {
			r.err = err
		}
	case model.Expired, model.Closed, model.DisabledRegion, model.Unsupported, model.NotOffered:
		r.err = err
	case model.Unknown, model.Throttled, model.InUse, model.NotFound, model.Protected, model.Network, model.Invalid: // of this image, or of this moment
	}
}
