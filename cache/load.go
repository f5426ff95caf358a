package cache

import (
	"bytes"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
)

// The buckets of a world. All but the first are keyed by scope.
var (
	bucketSelections = []byte("selections") // by name: accounts and regions
	bucketLists      = []byte("lists")      // list columns of images
	bucketDetails    = []byte("details")    // the rest of images
	bucketSnapshots  = []byte("snapshots")
)

// bucketStatus holds, by scope, how the last pass over a kind went.
func bucketStatus(k model.Kind) []byte { return []byte("status of " + k.Word()) }

// Selection is what the flags that choose profiles, roles and regions meant
// when they were last resolved.
type Selection struct {
	Name  string // the flags in a normal form; may be empty
	Found []model.Found
	Lost  []model.Lost
}

// Scopes lists the scopes of a selection in order.
func (sel Selection) Scopes() []model.Scope {
	var out []model.Scope
	for _, f := range sel.Found {
		for _, r := range f.Regions {
			out = append(out, model.Scope{Account: f.Account.ID, Region: r.Name})
		}
	}
	slices.SortFunc(out, model.Scope.Compare)
	return slices.Compact(out)
}

// Snapshot is what the last runs left of a selection. Its events are to be
// folded before the first refresh begins: their generation is 0.
type Snapshot struct {
	Selection
	// Pages hold the images without details, At when they were read, and after
	// them, where the last pass failed, a page without images that says why.
	Pages []model.Page
	// Passes tells of every scope and kind that was ever read, before the rows
	// of all kinds are loaded: for deciding what is stale.
	Passes []Pass
	// Unreadable lists scopes whose images are damaged or of another version of
	// the program: they count as never read.
	Unreadable []model.Scope
}

// Pass is how the last pass over a scope and kind went.
type Pass struct {
	Scope model.Scope
	Kind  model.Kind
	AsOf  time.Time // end of the last complete pass; zero: none
	Calls int
	Err   *model.OpError
}

// Load reads a selection and the list columns of its images. A selection that
// was never saved, or a missing file, is an empty Snapshot. Whatever the error,
// a *Moved or an *Error, the Snapshot can be used.
func (s *Store) Load(selection string) (Snapshot, error) {
	snap := Snapshot{Selection: Selection{Name: selection}}
	var scopes []stored
	buckets := [][]byte{bucketLists, bucketStatus(model.Images), bucketStatus(model.Snapshots)}
	err := s.view(append(buckets, bucketSelections), func(tx *bolt.Tx) error {
		w := s.world(tx)
		sel := s.codec.openSelection(selection, w.get(bucketSelections, nameKey(selection)))
		chunks := w.copyOut(sel.Scopes(), buckets...)
		snap.Selection, scopes = sel, chunks // together: a damaged file may end the lines above
		return nil
	})
	read := make([]listed, len(scopes))
	inParallel(len(scopes), func(i int, sc *scratch) { read[i] = s.codec.openListed(scopes[i], sc) })
	for i := range read {
		snap.add(scopes[i].scope, read[i])
	}
	return snap, err
}

// listed is what Load reads of a scope.
type listed struct {
	images []*model.Image
	err    error
	status [2]status // of images and snapshots
}

func (c codec) openListed(st stored, sc *scratch) listed {
	var l listed
	l.status = [2]status{c.openStatus(st.chunks[1], sc), c.openStatus(st.chunks[2], sc)}
	if st.chunks[0] != nil {
		l.images, l.err = c.openList(st.chunks[0], sc)
	}
	if st.chunks[0] == nil || l.err != nil {
		l.status[0].asOf = time.Time{}
	}
	return l
}

func (snap *Snapshot) add(s model.Scope, l listed) {
	if l.err != nil {
		snap.Unreadable = append(snap.Unreadable, s)
	}
	for i, k := range []model.Kind{model.Images, model.Snapshots} {
		if st := l.status[i]; st.known() {
			snap.Passes = append(snap.Passes, Pass{s, k, st.asOf, st.calls, opError(st.failed)})
		}
	}
	rows := model.Page{Scope: s, Kind: model.Images, Images: l.images}
	snap.Pages = append(snap.Pages, l.status[0].pages(rows)...)
}

// known reports whether there was any pass.
func (st status) known() bool { return !st.asOf.IsZero() || len(st.failed) > 0 }

// pages are what a scan would have told: a clean pass that gave the rows and,
// where a later one failed, that one, which leaves them standing.
func (st status) pages(rows model.Page) []model.Page {
	var out []model.Page
	rows.Last = true
	failed := model.Page{Scope: rows.Scope, Kind: rows.Kind, Last: true, Calls: st.calls, At: st.tried, Err: opError(st.failed)}
	if !st.asOf.IsZero() {
		rows.At = st.asOf
		if failed.Err == nil {
			rows.Calls = st.calls
		}
		out = append(out, rows)
	}
	if failed.Err != nil {
		out = append(out, failed)
	}
	return out
}

// Details reads whole records of images, one event a scope, in the order of
// scopes, until yield returns an error. Scopes without images give none.
func (s *Store) Details(scopes []model.Scope, yield func(model.Details) error) error {
	open := func(st stored, sc *scratch) []model.Details {
		ims, err := s.codec.openDetails(st.chunks[0], st.chunks[1], sc)
		ims = slices.DeleteFunc(ims, func(im *model.Image) bool { return im.Detail == nil })
		if err != nil || len(ims) == 0 {
			return nil // Load told of what is unreadable
		}
		return []model.Details{{Scope: st.scope, Images: ims}}
	}
	return stream(s, scopes, [][]byte{bucketLists, bucketDetails}, open, yield)
}

// Snapshots reads the snapshots of scopes as pages like those of Load, in the
// order of scopes, until yield returns an error.
func (s *Store) Snapshots(scopes []model.Scope, yield func(model.Page) error) error {
	open := func(st stored, sc *scratch) []model.Page {
		ss, err := s.codec.openSnapshots(st.chunks[0], sc)
		status := s.codec.openStatus(st.chunks[1], sc)
		if err != nil {
			status.asOf = time.Time{}
		}
		return status.pages(model.Page{Scope: st.scope, Kind: model.Snapshots, Snapshots: ss})
	}
	return stream(s, scopes, [][]byte{bucketSnapshots, bucketStatus(model.Snapshots)}, open, yield)
}

// window is how many scopes are decoded at once before they are handed on: a
// bound on what stands in memory beside the inventory.
const window = 32

// stream copies the chunks of scopes out of the file, closes it, and hands on
// what open makes of them. A *Moved comes after all was handed on.
func stream[E any](s *Store, scopes []model.Scope, buckets [][]byte, open func(stored, *scratch) []E, yield func(E) error) error {
	var chunks []stored
	err := s.view(buckets, func(tx *bolt.Tx) error {
		chunks = s.world(tx).copyOut(scopes, buckets...)
		return nil
	})
	if failed := handOn(chunks, open, yield); failed != nil {
		return failed
	}
	return err
}

// handOn decodes the chunks of scopes, some at a time, and yields what open
// makes of them in their order.
func handOn[E any](chunks []stored, open func(stored, *scratch) []E, yield func(E) error) error {
	for part := range slices.Chunk(chunks, window) {
		events := make([][]E, len(part))
		inParallel(len(part), func(i int, sc *scratch) { events[i] = open(part[i], sc) })
		clear(part) // the chunks of all scopes are not to stand beside the records of all
		for _, e := range slices.Concat(events...) {
			if err := yield(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// world is the bucket of one world; nil where nothing was saved yet.
type world struct{ bucket *bolt.Bucket }

func (s *Store) world(tx *bolt.Tx) world { return world{tx.Bucket(s.key.bucket())} }

// get gives a value, valid until the transaction ends; nil where there is none.
func (w world) get(bucket, key []byte) []byte {
	if w.bucket == nil {
		return nil
	}
	b := w.bucket.Bucket(bucket)
	if b == nil {
		return nil
	}
	return b.Get(key)
}

// all gives the values of a bucket, in order of key.
func (w world) all(bucket []byte) [][]byte {
	if w.bucket == nil || w.bucket.Bucket(bucket) == nil {
		return nil
	}
	var out [][]byte
	_ = w.bucket.Bucket(bucket).ForEach(func(_, v []byte) error { // ends with the error of the call, which has none
		out = append(out, v)
		return nil
	})
	return out
}

// stored is a scope with copies of its values, nil where there is none.
type stored struct {
	scope  model.Scope
	chunks [][]byte
}

func (w world) copyOut(scopes []model.Scope, buckets ...[]byte) []stored {
	out := make([]stored, len(scopes))
	for i, s := range scopes {
		out[i] = stored{s, make([][]byte, len(buckets))}
		for j, b := range buckets {
			out[i].chunks[j] = bytes.Clone(w.get(b, scopeKey(s)))
		}
	}
	return out
}

func scopeKey(s model.Scope) []byte { return []byte(s.String()) }

// nameKey is never empty, which bbolt would refuse.
func nameKey(name string) []byte { return []byte("=" + name) }

// workers is how many chunks are decoded at once: beyond a few, memory is what
// is waited for.
func workers() int { return min(runtime.GOMAXPROCS(0), 4) }

// inParallel calls do for 0 to n-1, each worker with memory of its own. Between
// two calls others may have the processor: while a cache is decoded on every
// core, the first frame is drawn.
func inParallel(n int, do func(i int, sc *scratch)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers(), n) {
		wg.Go(func() {
			var sc scratch
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i), &sc)
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
}
