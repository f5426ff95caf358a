package cache

import (
	"bytes"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
)

// Batch is what is saved in one transaction.
type Batch struct {
	Selections []Selection
	// Passes are whole passes over a scope and kind, each as one page with all
	// its rows. One with Err set leaves the stored rows and changes the status.
	Passes []model.Page
	// Pieces are what is read of single images and the like, and is added to what
	// is stored: pages of Permissions and Opinions, model.Named, model.Formers,
	// model.Reread and model.Organization.
	Pieces []model.Event
}

// Save writes a batch: all of it or nothing. An error that holds an *Error
// means nothing; a *Moved alone means that it is saved, in a fresh file.
func (s *Store) Save(b Batch) error {
	sealed, err := s.codec.sealBatch(b)
	if err != nil {
		return s.trouble(false, err)
	}
	return s.commit(sealed)
}

// sealed is a batch ready to be written.
type sealed struct {
	selections []Selection
	passes     []sealedPass
	pieces     []model.Event
}

// sealedPass is a pass ready to be written: the values of its scope by bucket,
// none for a failed one. Reports wait unsealed for those that are stored.
type sealedPass struct {
	scope   model.Scope
	kind    model.Kind
	values  []value
	reports []*model.Report
	status  status
}

type value struct{ bucket, chunk []byte }

func (p sealedPass) failed() bool { return len(p.status.failed) > 0 }

// replaces reports whether p makes q, which came before it, needless: a clean
// pass replaces all of its scope and kind, a failed one another failed.
func (p sealedPass) replaces(q sealedPass) bool {
	return q.scope == p.scope && q.kind == p.kind && (q.failed() || !p.failed())
}

func (c codec) sealBatch(b Batch) (sealed, error) {
	out := sealed{selections: b.Selections, pieces: compact(b.Pieces)}
	for _, p := range b.Passes {
		sp, err := c.sealPass(p)
		if err != nil {
			return sealed{}, err
		}
		out.add(sp)
	}
	return out, nil
}

// add puts a pass behind those before it and drops what it makes needless.
func (b *sealed) add(p sealedPass) {
	for _, q := range b.passes {
		if p.replaces(q) {
			p.reports = sorted(append(slices.Clone(q.reports), p.reports...), func(r *model.Report) string { return r.ID })
		}
	}
	b.passes = append(slices.DeleteFunc(b.passes, p.replaces), p)
}

// join puts a later batch behind this one.
func (b *sealed) join(later sealed) {
	for _, sel := range later.selections {
		b.selections = slices.DeleteFunc(b.selections, func(old Selection) bool { return old.Name == sel.Name })
		b.selections = append(b.selections, sel)
	}
	for _, p := range later.passes {
		b.add(p)
	}
	if len(later.pieces) > 0 {
		b.pieces = compact(append(b.pieces, later.pieces...))
	}
}

func (b sealed) empty() bool { return len(b.selections)+len(b.passes)+len(b.pieces) == 0 }

func (c codec) sealPass(p model.Page) (sealedPass, error) {
	out := sealedPass{scope: p.Scope, kind: p.Kind, status: status{asOf: p.At, tried: p.At, calls: p.Calls}}
	if p.Err != nil {
		out.status.failed = failures(p.Err)
		return out, nil
	}
	var err error
	switch p.Kind {
	case model.Images:
		var list, details []byte
		list, details, err = c.sealImages(p.Images)
		out.values = []value{{bucketLists, list}, {bucketDetails, details}}
	case model.Snapshots:
		var chunk []byte
		chunk, err = c.sealSnapshots(p.Snapshots)
		out.values = []value{{bucketSnapshots, chunk}}
	case model.Reports:
		out.reports = p.Reports
	default:
		var v value
		v, err = c.sealRows(p, p.At)
		out.values = []value{v}
	}
	return out, err
}

func (s *Store) commit(b sealed) error {
	if b.empty() {
		return nil
	}
	return s.put(func(w *writing) error { return w.batch(b) })
}

// put writes in one transaction, and reads back what it wrote in another.
func (s *Store) put(what func(w *writing) error) error {
	var w writing
	return s.update(transaction{
		write: func(tx *bolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists(s.key.bucket())
			if err != nil {
				return err
			}
			w = writing{world: world{bucket}, codec: s.codec, put: map[place][]byte{}}
			return what(&w)
		},
		read: func(tx *bolt.Tx) error { return w.readBack(s.world(tx)) },
	})
}

// writing is one transaction that writes.
type writing struct {
	world
	codec codec
	put   map[place][]byte
}

// place is where a value stands.
type place struct{ bucket, key string }

func (w *writing) batch(b sealed) error {
	for _, sel := range b.selections {
		if err := w.selection(sel); err != nil {
			return err
		}
	}
	for _, p := range b.passes {
		if err := w.pass(p); err != nil {
			return err
		}
	}
	return w.merge(b)
}

// readBack finds what was written. bbolt's pages have no checksums: a tree that
// is damaged somewhere may take a value and not find it again.
func (w *writing) readBack(in world) error {
	for at, chunk := range w.put {
		if !bytes.Equal(in.get([]byte(at.bucket), []byte(at.key)), chunk) {
			return errDamage
		}
	}
	return nil
}

// selection keeps accounts that were found before by a way in that led nowhere
// this time: what was read of them is still worth showing.
func (w *writing) selection(sel Selection) error {
	before := w.codec.openSelection(sel.Name, w.get(bucketSelections, nameKey(sel.Name)))
	sel.Found = slices.Clone(sel.Found)
	for _, f := range before.Found {
		lost := slices.ContainsFunc(sel.Lost, func(l model.Lost) bool { return l.Source == f.Account.Source })
		again := slices.ContainsFunc(sel.Found, func(g model.Found) bool { return g.Account.ID == f.Account.ID })
		if lost && !again {
			sel.Found = append(sel.Found, f)
		}
	}
	return w.write(nameKey(sel.Name), value{bucketSelections, sealSelection(sel)})
}

func (w *writing) pass(p sealedPass) error {
	if p.kind == model.Reports && !p.failed() {
		v, err := w.reports(p)
		if err != nil {
			return err
		}
		p.values = []value{v}
	}
	for _, v := range p.values {
		if err := w.write(scopeKey(p.scope), v); err != nil {
			return err
		}
	}
	if p.kind == model.Snapshots && !p.failed() {
		if err := w.forgetBlocks(p); err != nil {
			return err
		}
	}
	bucket := bucketStatus(p.kind)
	if p.failed() {
		p.status.asOf = w.codec.openStatus(w.get(bucket, scopeKey(p.scope)), &scratch{}).asOf
	}
	return w.write(scopeKey(p.scope), value{bucket, sealStatus(p.status)})
}

// reportsKept is how long a usage report is kept after it was made. AWS drops
// it after 30 days, and cannot make it again.
const reportsKept = 90 * 24 * time.Hour

// reports joins the reports that AWS tells of with those it told of before.
func (w *writing) reports(p sealedPass) (value, error) {
	page := model.Page{Scope: p.scope, Kind: p.kind}
	if before, _, err := w.codec.openRows(page, w.get([]byte(p.kind.Word()), scopeKey(p.scope)), &scratch{}); err == nil {
		page.Reports = before.Reports
	}
	page.Reports = slices.DeleteFunc(append(page.Reports, p.reports...), func(r *model.Report) bool {
		return !r.Created.IsZero() && p.status.asOf.Sub(r.Created) > reportsKept
	})
	return w.codec.sealRows(page, p.status.asOf)
}

// write puts a value and notes it, to be read back.
func (w *writing) write(key []byte, v value) error {
	b, err := w.bucket.CreateBucketIfNotExists(v.bucket)
	if err != nil {
		return err
	}
	w.put[place{string(v.bucket), string(key)}] = v.chunk
	return b.Put(key, v.chunk)
}
