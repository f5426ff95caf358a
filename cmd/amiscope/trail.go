package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui"
)

// trail streams what the cache holds of an image's trail, then what AWS tells that
// is newer, scope by scope. What is told is kept, whatever ends the reading: AWS
// forgets it.
func (w *world) trail(ctx context.Context, t tui.Tracing) <-chan tui.Traced {
	out := make(chan tui.Traced, backlog)
	w.streams.Go(func() {
		defer close(out)
		r := tracing{world: w, want: t, told: map[model.Scope]*trail.Lookup{}, send: func(m tui.Traced) {
			select {
			case out <- m:
			case <-ctx.Done(): // it is kept all the same
			}
		}}
		r.run(ctx)
	})
	return out
}

// tracing is one reading of an image's trail.
type tracing struct {
	*world
	want tui.Tracing
	send func(tui.Traced)

	mu    sync.Mutex
	told  map[model.Scope]*trail.Lookup // all that is known
	fresh []model.Scope                 // of which AWS told more
	done  int
}

func (r *tracing) run(ctx context.Context) {
	scopes := trail.Scopes(r.want.Known, r.want.Image)
	ours := r.want.Known.Scopes()
	kept, err := r.store.Trail(r.want.Image)
	if err != nil {
		r.saving.note(err)
	}
	kept = slices.DeleteFunc(kept, func(l *trail.Lookup) bool { return !slices.Contains(ours, l.Scope) })
	for _, l := range kept {
		r.told[l.Scope] = l
	}
	r.send(tui.Traced{Scopes: scopes, Lookups: kept})
	if r.offline {
		return
	}
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, s := range scopes { // the owner's first
		g.Go(func() error {
			r.ask(ctx, s)
			return nil
		})
	}
	_ = g.Wait() // each tells its own error
	r.keep()
}

// lately reports whether a scope told all not long ago.
func (r *tracing) lately(s model.Scope) bool {
	l := r.of(s)
	return !r.want.Force && l != nil && l.Whole(l.At, r.made()) && r.now().Sub(l.At).Abs() < r.world.fresh.Age
}

// of is what is known of a scope.
func (r *tracing) of(s model.Scope) *trail.Lookup {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told[s]
}

// made is when the image was; zero where that is not known.
func (r *tracing) made() time.Time {
	if im, ok := r.want.Known.Image(r.want.Image); ok {
		return im.Created
	}
	return time.Time{}
}

// ask asks the trail of a scope for what it has not told, some of it once more:
// events come late.
func (r *tracing) ask(ctx context.Context, s model.Scope) {
	if r.lately(s) {
		r.end()
		return
	}
	q := awsclient.Question{Image: r.want.Image, Now: r.now().UTC().Truncate(time.Second)}
	if l := r.of(s); l != nil && l.Whole(l.At, r.made()) && !l.At.After(q.Now) && q.Now.Sub(l.At) < trail.Kept-trail.Late {
		q.From = l.Seen.Last().To.Add(-trail.Late)
	}
	if err := r.client.LookUp(awsclient.AtOnce(ctx), s, q, r.take); err == nil { // else ctx has ended
		r.end()
	}
}

func (r *tracing) take(l *trail.Lookup) {
	r.mu.Lock()
	if !slices.Contains(r.fresh, l.Scope) {
		r.fresh = append(r.fresh, l.Scope)
	}
	r.told[l.Scope] = l.After(r.told[l.Scope])
	done := r.done
	r.mu.Unlock()
	r.send(tui.Traced{Lookups: []*trail.Lookup{l}, Done: done})
}

func (r *tracing) end() {
	r.mu.Lock()
	r.done++
	done := r.done
	r.mu.Unlock()
	r.send(tui.Traced{Done: done})
}

// keep saves what AWS told.
func (r *tracing) keep() {
	var all []*trail.Lookup
	for _, s := range r.fresh {
		all = append(all, r.told[s])
	}
	if err := r.store.SaveTrails(all...); err != nil {
		r.saving.note(err)
	}
}
