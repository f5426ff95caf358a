package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// saving is the one writer of the cache, for as long as the program runs.
type saving struct {
	*cache.Flusher
	stop  context.CancelFunc
	ended chan struct{}
	mu    sync.Mutex
	notes []string
	shut  bool // that the cache may not be opened has been told
}

// save starts the writer. The signal that ends the program must not end it
// before it has written what was read, so only end does.
func save(ctx context.Context, store *cache.Store, log *slog.Logger) *saving {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &saving{stop: stop, ended: make(chan struct{})}
	s.Flusher = store.NewFlusher(func(err error) { s.note(err) })
	s.Saved = func(selections []string, passes []cache.Pass) { logSaved(log, selections, passes) }
	go func() {
		defer close(s.ended)
		_ = s.Run(ctx) // its error was told to note
	}()
	return s
}

// logSaved says what is on the disk: a test that kills the program holds it to
// these lines.
func logSaved(log *slog.Logger, selections []string, passes []cache.Pass) {
	for _, p := range passes {
		log.Debug("saved", "scope", p.Scope.String(), "kind", p.Kind.String(), "asOf", p.AsOf, "failed", p.Err != nil)
	}
	for _, name := range selections {
		log.Debug("saved", "selection", name)
	}
}

// end waits until everything is written and gives the notes nobody has taken.
func (s *saving) end() []string {
	s.stop()
	<-s.ended
	return s.take()
}

// unread says that the cache could not be read, which is told already. One that
// may not even be opened will not be saved either: that is no news then.
func (s *saving) unread(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = s.shut || unusable(err)
}

func (s *saving) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shut || !unusable(err) {
		s.notes = append(s.notes, err.Error())
	}
}

func unusable(err error) bool {
	e, ok := errors.AsType[*cache.Error](err)
	return ok && e.Trouble == cache.Unusable
}

// take gives the notes that came since it was called last.
func (s *saving) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	notes := s.notes
	s.notes = nil
	return notes
}

func notice(text string) model.Event { return model.Notice{Text: text, Warn: true} }
