package main

import (
	"context"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// backlog is how many events may wait for their reader. A full channel slows
// the scan; nothing is ever dropped.
const backlog = 256

// stream runs fn and gives what it sends. The channel closes when fn returns,
// which it does soon after ctx ended; close waits for that.
func (w *world) stream(ctx context.Context, fn func(send func(model.Event) error)) <-chan model.Event {
	out := make(chan model.Event, backlog)
	w.streams.Go(func() {
		defer close(out)
		fn(func(e model.Event) error {
			select {
			case out <- e:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	return out
}

// restore streams what the cache holds: accounts and lists first, which is
// all that the first frame needs, then details, then snapshots.
func (w *world) restore(ctx context.Context) <-chan model.Event {
	return w.stream(ctx, func(send func(model.Event) error) {
		if err := w.replay(send); err != nil && ctx.Err() == nil {
			_ = send(notice(err.Error())) // fails only when nobody reads any more
		}
	})
}

// load reads the selection of the access key in use; without one, offline, that
// of the key that was used last.
func (w *world) load() (cache.Snapshot, error) {
	snap, err := w.store.Load(w.selection)
	if w.offline && err == nil && len(snap.Found) == 0 {
		return w.store.Load(w.anyKey)
	}
	return snap, err
}

func (w *world) replay(send func(model.Event) error) error {
	snap, err := w.load()
	if err != nil {
		return err
	}
	for _, f := range snap.Found {
		if err := send(f); err != nil {
			return err
		}
	}
	for _, l := range snap.Lost {
		if !w.offline { // what leads nowhere now will be told anew
			break
		}
		if err := send(l); err != nil {
			return err
		}
	}
	for _, p := range snap.Pages {
		if err := send(p); err != nil {
			return err
		}
	}
	scopes := snap.Scopes()
	if err := w.store.Details(scopes, func(d model.Details) error { return send(d) }); err != nil {
		return err
	}
	return w.store.Snapshots(scopes, func(p model.Page) error { return send(p) })
}
