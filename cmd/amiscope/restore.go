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
// which it does soon after ctx ended; close waits for that. What was read before
// still gets through where there is room.
func (w *world) stream(ctx context.Context, fn func(send func(model.Event) error)) <-chan model.Event {
	out := make(chan model.Event, backlog)
	w.streams.Go(func() {
		defer close(out)
		fn(func(e model.Event) error {
			w.owners.note(e)
			select {
			case out <- e:
				return nil
			default:
			}
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

// restore streams what the cache holds: accounts and lists, then details, then
// snapshots, then what may be using images.
func (w *world) restore(ctx context.Context) <-chan model.Event {
	return w.cached(ctx, w.replayLists, w.replayRest)
}

// restoreLists streams accounts and lists, which is all that the first rows
// need, and restoreRest, when that has ended, what else there is.
func (w *world) restoreLists(ctx context.Context) <-chan model.Event {
	return w.cached(ctx, w.replayLists)
}

func (w *world) restoreRest(ctx context.Context) <-chan model.Event {
	return w.cached(ctx, w.replayRest)
}

// cached streams parts of the cache until one cannot be read.
func (w *world) cached(ctx context.Context, parts ...func(send func(model.Event) error) error) <-chan model.Event {
	return w.stream(ctx, func(send func(model.Event) error) {
		replay := func(e model.Event) error {
			if w.reach != nil {
				w.reach(e)
			}
			return send(e)
		}
		for _, part := range parts {
			if err := part(replay); err != nil {
				if ctx.Err() == nil {
					w.saving.unread(err)
					_ = send(notice(err.Error())) // fails only when nobody reads any more
				}
				return
			}
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

// replayLists sends accounts and lists of images.
func (w *world) replayLists(send func(model.Event) error) error {
	if w.archive != nil {
		return w.replayFile(send)
	}
	snap, err := w.load()
	if err != nil {
		return err
	}
	w.kept = snap.Scopes()
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
	return nil
}

// replayRest sends details, snapshots and usage of the scopes that replayLists
// found.
func (w *world) replayRest(send func(model.Event) error) error {
	if w.archive != nil {
		return nil // replayLists sent all
	}
	if err := w.store.Details(w.kept, func(d model.Details) error { return send(d) }); err != nil {
		return err
	}
	if err := w.store.Snapshots(w.kept, func(p model.Page) error { return send(p) }); err != nil {
		return err
	}
	return w.store.Usage(w.kept, send)
}
