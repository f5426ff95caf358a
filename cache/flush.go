package cache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/amiscope/amiscope/model"
)

// writeEvery is the least time between two writes.
const writeEvery = time.Second

// lastTries is how often the last write is tried while another copy of the
// program holds the file; each try waits for lockWait. patience is how many
// writes before may meet another copy's in a row: the next one takes along what
// they could not save, and there is nothing to tell.
const (
	lastTries = 25
	patience  = 5
)

// Flusher gathers what a scan tells and saves it pass by pass. Fold it every
// event; a pass that did not end leaves no trace, a failed one only its reason.
// What comes image by image is saved with what came in the same second.
type Flusher struct {
	// Saved, if it is set before Run, is called from Run's goroutine with what
	// has reached the disk: it outlives whatever happens to the process.
	Saved func(selections []string, passes []Pass)

	store *Store
	tell  func(error)

	mu       sync.Mutex
	passes   map[unit]*gathering
	rereads  map[string][]model.Event // the newest readings of single images, by region
	finished Batch
	now      chan chan struct{} // asks Run to write, and is answered by a close

	waiting sealed // Run's own: sealed, not yet on the disk
	held    int    // writes in a row that found the file held by another copy
	told    map[string]bool
}

// unit is what a pass is over.
type unit struct {
	scope model.Scope
	kind  model.Kind
}

// gathering is the pass that runs, or ran last, over a unit.
type gathering struct {
	gen  model.Gen
	page model.Page // its rows so far
	over bool       // its last page came; what comes after is not a pass

	told []model.Event // of images and snapshots: its pages, and readings of single ones, as they came
}

// NewFlusher saves to a store once Run is called. Trouble is told to tell, each
// distinct text once, from Run's goroutine: an *Error or a *Moved.
func (s *Store) NewFlusher(tell func(error)) *Flusher {
	return &Flusher{store: s, tell: tell, passes: map[unit]*gathering{}, rereads: map[string][]model.Event{}, now: make(chan chan struct{}), told: map[string]bool{}}
}

// Fold takes an event note of. It is quick, never waits for the disk, and may
// be called from any goroutine, also before Run; events after Run's context
// ended may not be saved.
func (f *Flusher) Fold(e model.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch e := e.(type) {
	case model.Began:
		f.pass(unit{e.Scope, e.Kind}, e.Gen)
	case model.Page:
		switch e.Kind {
		case model.Permissions, model.Opinions:
			f.finished.Pieces = append(f.finished.Pieces, e)
		case model.Volumes, model.Inspections: // read again where somebody looks again
		default:
			f.foldPage(e)
		}
	case model.Named, model.Organization, model.Formers:
		f.finished.Pieces = append(f.finished.Pieces, e)
	case model.Reread:
		f.foldReread(e)
	case model.Details, model.Found, model.Lost, model.Stopped, model.Notice:
	}
}

// Select notes what a selection means, once all of it is resolved: a partial
// one would hide accounts from the next start.
func (f *Flusher) Select(sel Selection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.finished.Selections = append(f.finished.Selections, sel)
}

// pass is the gathering of a generation, begun anew if it is newer than what
// was gathered; nil if it is older.
func (f *Flusher) pass(u unit, gen model.Gen) *gathering {
	g := f.passes[u]
	switch {
	case g == nil || gen > g.gen:
		g = &gathering{gen: gen, page: model.Page{Gen: gen, Scope: u.scope, Kind: u.kind}}
		if u.holds() {
			g.told = append(slices.Clone(f.rereads[u.scope.Region]), model.Began{Gen: gen, Scope: u.scope, Kind: u.kind})
		}
		f.passes[u] = g
	case gen < g.gen:
		return nil
	}
	return g
}

func (f *Flusher) foldPage(p model.Page) {
	g := f.pass(unit{p.Scope, p.Kind}, p.Gen)
	if p.Gen == 0 || g == nil || g.over {
		return // what the cache gave, or a late answer
	}
	if len(g.told) > 0 {
		g.told = append(g.told, p)
	}
	g.page.Images = append(g.page.Images, p.Images...)
	g.page.Snapshots = append(g.page.Snapshots, p.Snapshots...)
	g.page.References = append(g.page.References, p.References...)
	g.page.Binned = append(g.page.Binned, p.Binned...)
	g.page.Rules = append(g.page.Rules, p.Rules...)
	g.page.Hastened = append(g.page.Hastened, p.Hastened...)
	g.page.Settings = append(g.page.Settings, p.Settings...)
	g.page.Public = append(g.page.Public, p.Public...)
	g.page.Reports = append(g.page.Reports, p.Reports...)
	g.page.Calls += p.Calls
	g.page.At, g.page.Err = p.At, p.Err
	if p.Last {
		f.finished.Passes = append(f.finished.Passes, g.settled())
		g.page, g.told, g.over = model.Page{}, nil, true
	}
}

// Run saves finished passes, once a second at most but for Flush, until its
// context ends, then a last time. It returns what kept the last of them from being saved.
func (f *Flusher) Run(ctx context.Context) error {
	tick := time.NewTicker(writeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return f.last()
		case <-tick.C:
			_ = f.flush() // told; it stays in waiting and is tried again
		case done := <-f.now:
			_ = f.flush() // likewise
			close(done)
		}
	}
}

// Flush lets Run write at once, and returns when it has told what trouble it
// had, or when ctx ends.
func (f *Flusher) Flush(ctx context.Context) {
	done := make(chan struct{})
	select {
	case f.now <- done:
		<-done
	case <-ctx.Done():
	}
}

func (f *Flusher) last() error {
	var err error
	for range lastTries {
		f.held = 0 // it is told at the end, or not at all
		err = f.flush()
		if !locked(err) {
			return err
		}
	}
	return f.say(err)
}

func locked(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Trouble == Locked
}

// flush writes what is finished. What cannot be written waits, compressed.
func (f *Flusher) flush() error {
	f.mu.Lock()
	b := f.finished
	f.finished = Batch{}
	f.mu.Unlock()
	fresh, err := f.store.codec.sealBatch(b)
	if err != nil {
		return f.say(f.store.trouble(false, err))
	}
	f.waiting.join(fresh)
	err = f.store.commit(f.waiting)
	if !locked(err) {
		f.held = 0
	} else if f.held++; f.held < patience {
		return err
	}
	if _, failed := errors.AsType[*Error](err); !failed {
		f.saved()
		f.waiting = sealed{}
	}
	return f.say(err)
}

// saved tells what waited and is on the disk now.
func (f *Flusher) saved() {
	if f.Saved == nil || f.waiting.empty() {
		return
	}
	var names []string
	for _, sel := range f.waiting.selections {
		names = append(names, sel.Name)
	}
	var passes []Pass
	for _, p := range f.waiting.passes {
		passes = append(passes, Pass{p.scope, p.kind, p.status.asOf, p.status.calls, opError(p.status.failed)})
	}
	f.Saved(names, passes)
}

// say tells of trouble whose text was not told yet, and returns the error
// unless it is a mere notice.
func (f *Flusher) say(err error) error {
	if moved, ok := errors.AsType[*Moved](err); ok {
		f.once(moved)
	}
	failed, ok := errors.AsType[*Error](err)
	if !ok {
		return nil
	}
	f.once(failed)
	return err
}

func (f *Flusher) once(err error) {
	if !f.told[err.Error()] {
		f.told[err.Error()] = true
		f.tell(err)
	}
}
