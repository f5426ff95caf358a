package scan_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a Cloud whose passes are functions.
type script func(ctx context.Context, s model.Scope, k model.Kind, page func(model.Page)) error

func (script) Discover(context.Context, func(model.Event)) error { return nil }

func (f script) Read(ctx context.Context, s model.Scope, k model.Kind, page func(model.Page)) error {
	return f(ctx, s, k, page)
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func options(inFlight int) scan.Options {
	return scan.Options{InFlight: inFlight, Now: func() time.Time { return noon }}
}

func requests(n int, kinds ...model.Kind) []scan.Request {
	out := make([]scan.Request, n)
	for i := range out {
		out[i] = scan.Request{Scope: model.Scope{Account: "111122223333", Region: fmt.Sprintf("r%02d", i)}, Kinds: kinds, Gen: model.Gen(i + 1)}
	}
	return out
}

func line(e model.Event) string {
	switch e := e.(type) {
	case model.Began:
		return fmt.Sprintf("began %s %s %d", e.Scope.Region, e.Kind, e.Gen)
	case model.Page:
		s := fmt.Sprintf("page %s %s %d calls=%d", e.Scope.Region, e.Kind, e.Gen, e.Calls)
		if e.Last {
			s = fmt.Sprintf("last %s %s %d", e.Scope.Region, e.Kind, e.Gen)
		}
		if e.Err != nil {
			s += " " + e.Err.Kind.String()
		}
		return s
	default:
		return fmt.Sprintf("%T", e)
	}
}

func TestRunOneAtATimeReadsImagesOfAllScopesFirst(t *testing.T) {
	cloud := script(func(_ context.Context, _ model.Scope, _ model.Kind, page func(model.Page)) error {
		page(model.Page{Calls: 1})
		return nil
	})
	var got []string
	err := scan.Run(t.Context(), cloud, requests(2, model.Snapshots, model.Images), options(1), func(e model.Event) { got = append(got, line(e)) })
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"began r00 images 1", "page r00 images 1 calls=1", "last r00 images 1",
		"began r01 images 2", "page r01 images 2 calls=1", "last r01 images 2",
		"began r00 snapshots 1", "page r00 snapshots 1 calls=1", "last r00 snapshots 1",
		"began r01 snapshots 2", "page r01 snapshots 2 calls=1", "last r01 snapshots 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever the number of scopes and passes at once: every pass is told once
// from Began to Last, its limit holds, and no snapshots are read while images
// wait.
func TestRunKeepsItsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, limit := rapid.IntRange(0, 20).Draw(t, "scopes"), rapid.IntRange(1, 8).Draw(t, "limit")
		var running, most, images atomic.Int32
		cloud := script(func(_ context.Context, s model.Scope, k model.Kind, _ func(model.Page)) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			if k == model.Images {
				images.Add(1)
			} else if int(images.Load()) < n-limit {
				return fmt.Errorf("%s: snapshots while images wait", s)
			}
			return nil
		})
		seen := map[string]int{}
		err := scan.Run(context.Background(), cloud, requests(n, model.Images, model.Snapshots), options(limit), func(e model.Event) {
			p, ok := e.(model.Page)
			if !ok {
				return
			}
			if p.Err != nil {
				t.Error(p.Err)
			}
			seen[p.Scope.Region+p.Kind.String()]++
		})
		if err != nil || len(seen) != 2*n || int(most.Load()) > limit {
			t.Errorf("error %v, %d passes of %d, %d at once of %d", err, len(seen), 2*n, most.Load(), limit)
		}
	})
}

func TestRunAScopeFailsAlone(t *testing.T) {
	denied := &model.OpError{Op: "ec2:DescribeImages", Kind: model.Denied, Err: errors.New("no")}
	cloud := script(func(_ context.Context, s model.Scope, _ model.Kind, page func(model.Page)) error {
		switch s.Region {
		case "r00":
			return denied
		case "r01":
			panic("unforeseen")
		case "r02":
			return errors.New("plain")
		}
		page(model.Page{Calls: 1})
		return nil
	})
	errs := map[string]*model.OpError{}
	if err := scan.Run(t.Context(), cloud, requests(4, model.Images), options(4), func(e model.Event) {
		if p, ok := e.(model.Page); ok && p.Last {
			errs[p.Scope.Region] = p.Err
		}
	}); err != nil {
		t.Fatal(err)
	}
	if errs["r00"] != denied {
		t.Errorf("r00: %v", errs["r00"])
	}
	for _, r := range []string{"r01", "r02"} {
		if e := errs[r]; e == nil || e.Kind != model.Unknown || e.Scope.Region != r {
			t.Errorf("%s: %v", r, e)
		}
	}
	if e, told := errs["r03"]; !told || e != nil {
		t.Errorf("r03: told %v, error %v", told, e)
	}
}

func TestRunCancelEndsRunningPassesAndTellsNothingMore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var started sync.WaitGroup
	started.Add(3)
	cloud := script(func(ctx context.Context, _ model.Scope, _ model.Kind, page func(model.Page)) error {
		started.Done()
		<-ctx.Done()
		page(model.Page{Calls: 1}) // a page that was being decoded
		return ctx.Err()
	})
	go func() { started.Wait(); cancel() }()
	var pages []string
	err := scan.Run(ctx, cloud, requests(50, model.Images, model.Snapshots), options(3), func(e model.Event) {
		if _, ok := e.(model.Page); ok {
			pages = append(pages, line(e))
		}
	})
	if !errors.Is(err, context.Canceled) || len(pages) > 0 {
		t.Errorf("error %v, pages %v", err, pages)
	}
}

func TestRunSlowsToItsReaderAndStopsWithIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var made atomic.Int32
	cloud := script(func(ctx context.Context, _ model.Scope, _ model.Kind, page func(model.Page)) error {
		for ctx.Err() == nil {
			made.Add(1)
			page(model.Page{Calls: 1})
		}
		return ctx.Err()
	})
	events := make(chan model.Event) // unbuffered, and left unread after ten
	emit := func(e model.Event) {
		select {
		case events <- e:
		case <-ctx.Done():
		}
	}
	done := make(chan error)
	go func() { done <- scan.Run(ctx, cloud, requests(4, model.Images), options(4), emit) }()
	for range 10 {
		<-events
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// Each of 4 passes may hold one page in hand beyond the ten that were read.
	if n := made.Load(); n > 14 {
		t.Errorf("%d pages made for 10 read: nothing holds the readers back", n)
	}
}

func TestRunStampsPages(t *testing.T) {
	at := noon.Add(-time.Minute)
	cloud := script(func(_ context.Context, _ model.Scope, _ model.Kind, page func(model.Page)) error {
		page(model.Page{At: at, Last: true})
		page(model.Page{})
		return nil
	})
	var got []model.Page
	if err := scan.Run(t.Context(), cloud, requests(1, model.Snapshots), options(0), func(e model.Event) {
		if p, ok := e.(model.Page); ok {
			got = append(got, p)
		}
	}); err != nil {
		t.Fatal(err)
	}
	page := func(at time.Time, last bool) model.Page {
		return model.Page{Gen: 1, Scope: model.Scope{Account: "111122223333", Region: "r00"}, Kind: model.Snapshots, At: at, Last: last}
	}
	if diff := cmp.Diff([]model.Page{page(at, false), page(noon, false), page(noon, true)}, got); diff != "" {
		t.Error(diff)
	}
}

// Templates are read when all that may name them in the same scope has been;
// other scopes, and what is not of usage, are not waited for.
func TestRunReadsTemplatesAfterWhatNamesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, limit := rapid.IntRange(1, 5).Draw(t, "scopes"), rapid.IntRange(1, 20).Draw(t, "limit")
		kinds := rapid.Permutation(model.Swept()).Draw(t, "kinds")
		var mu sync.Mutex
		done := map[model.Scope]map[model.Kind]bool{}
		cloud := script(func(_ context.Context, s model.Scope, k model.Kind, _ func(model.Page)) error {
			mu.Lock()
			defer mu.Unlock()
			if done[s] == nil {
				done[s] = map[model.Kind]bool{}
			}
			if k == model.Templates || k == model.LaunchConfigs {
				for _, source := range model.Sources() {
					if source != model.Templates && source != model.LaunchConfigs && !done[s][source] {
						return fmt.Errorf("%s of %s before its %s", k, s, source)
					}
				}
			}
			done[s][k] = true
			return nil
		})
		passes := 0
		err := scan.Run(context.Background(), cloud, requests(n, kinds...), options(limit), func(e model.Event) {
			if p, ok := e.(model.Page); ok {
				passes++
				if p.Err != nil {
					t.Error(p.Err)
				}
			}
		})
		if err != nil || passes != n*len(kinds) {
			t.Errorf("error %v, %d passes", err, passes)
		}
	})
}
