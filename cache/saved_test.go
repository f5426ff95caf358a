package cache_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// What is reported as saved can be loaded at that moment, and is reported once.
func TestSavedIsOnTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFleet(1, 10, 1, 1), newStore(t)
		fl := s.NewFlusher(func(err error) { t.Error(err) })
		var names []string
		var passes []cache.Pass
		fl.Saved = func(n []string, p []cache.Pass) {
			names, passes = append(names, n...), append(passes, p...)
			if got := len(inventory(t, s, "all").Images()); got != 10 {
				t.Errorf("%d images when 10 are reported as saved", got)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- fl.Run(ctx) }()
		fl.Select(f.sel)
		fl.Fold(f.pages[0])
		fl.Flush(ctx) // no second has passed
		if len(names) != 1 || names[0] != "all" || len(passes) != 1 || passes[0].Scope != scope1 || passes[0].Kind != model.Images || !passes[0].AsOf.Equal(asOf) {
			t.Errorf("saved %q and %+v", names, passes)
		}
		fl.Flush(ctx)
		cancel()
		must(t, <-done)
		if len(passes) != 1 {
			t.Errorf("reported %d times", len(passes))
		}
		fl.Flush(ctx) // returns when nobody writes any more
	})
}
