package main

import (
	"context"
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
}

// save starts the writer. The signal that ends the program must not end it
// before it has written what was read, so only end does.
func save(ctx context.Context, store *cache.Store) *saving {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &saving{stop: stop, ended: make(chan struct{})}
	s.Flusher = store.NewFlusher(func(err error) { s.note(err) })
	go func() {
		defer close(s.ended)
		_ = s.Run(ctx) // its error was told to note
	}()
	return s
}

// end waits until everything is written and gives the notes nobody has taken.
func (s *saving) end() []string {
	s.stop()
	<-s.ended
	return s.take()
}

func (s *saving) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, err.Error())
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
