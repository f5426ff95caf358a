package cache

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
)

// Batch is what is saved in one transaction.
type Batch struct {
	Selections []Selection
	// Passes are whole passes over a scope and kind, each as one page with all
	// its rows. One with Err set leaves the stored rows and changes the status.
	Passes []model.Page
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
}

// sealedPass is a pass ready to be written: the values of its scope by bucket,
// none for a failed one.
type sealedPass struct {
	scope  model.Scope
	kind   model.Kind
	values []value
	status status
}

type value struct{ bucket, chunk []byte }

func (p sealedPass) failed() bool { return len(p.status.failed) > 0 }

func (c codec) sealBatch(b Batch) (sealed, error) {
	out := sealed{selections: b.Selections}
	for _, p := range b.Passes {
		sp, err := c.sealPass(p)
		if err != nil {
			return sealed{}, err
		}
		out.add(sp)
	}
	return out, nil
}

// add puts a pass behind those before it and drops what it makes needless: a
// clean pass replaces all of its scope and kind, a failed one another failed.
func (b *sealed) add(p sealedPass) {
	b.passes = slices.DeleteFunc(b.passes, func(q sealedPass) bool {
		return q.scope == p.scope && q.kind == p.kind && (q.failed() || !p.failed())
	})
	b.passes = append(b.passes, p)
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
}

func (b sealed) empty() bool { return len(b.selections) == 0 && len(b.passes) == 0 }

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
	}
	return out, err
}

func (s *Store) commit(b sealed) error {
	if b.empty() {
		return nil
	}
	return s.update(transaction{
		write: func(tx *bolt.Tx) error { return s.put(tx, b) },
		read:  func(tx *bolt.Tx) error { return s.readBack(tx, b) },
	})
}

func (s *Store) put(tx *bolt.Tx, b sealed) error {
	bucket, err := tx.CreateBucketIfNotExists(s.key.bucket())
	if err != nil {
		return err
	}
	for _, sel := range b.selections {
		if err := s.putSelection(world{bucket}, sel); err != nil {
			return err
		}
	}
	for _, p := range b.passes {
		if err := s.putPass(world{bucket}, p); err != nil {
			return err
		}
	}
	return nil
}

// readBack finds what was written. bbolt's pages have no checksums: a tree that
// is damaged somewhere may take a value and not find it again.
func (s *Store) readBack(tx *bolt.Tx, b sealed) error {
	w := s.world(tx)
	for _, p := range b.passes {
		for _, v := range p.values {
			if !bytes.Equal(w.get(v.bucket, scopeKey(p.scope)), v.chunk) {
				return errDamage
			}
		}
		st := s.codec.openStatus(w.get(bucketStatus(p.kind), scopeKey(p.scope)), &scratch{})
		if !p.failed() && !st.asOf.Equal(p.status.asOf) {
			return errDamage
		}
	}
	return nil
}

// putSelection keeps accounts that were found before by a way in that led
// nowhere this time: what was read of them is still worth showing.
func (s *Store) putSelection(w world, sel Selection) error {
	before := s.codec.openSelection(sel.Name, w.get(bucketSelections, selectionKey(sel.Name)))
	sel.Found = slices.Clone(sel.Found)
	for _, f := range before.Found {
		lost := slices.ContainsFunc(sel.Lost, func(l model.Lost) bool { return l.Source == f.Account.Source })
		again := slices.ContainsFunc(sel.Found, func(g model.Found) bool { return g.Account.ID == f.Account.ID })
		if lost && !again {
			sel.Found = append(sel.Found, f)
		}
	}
	return w.put(bucketSelections, selectionKey(sel.Name), sealSelection(sel))
}

func (s *Store) putPass(w world, p sealedPass) error {
	for _, v := range p.values {
		if err := w.put(v.bucket, scopeKey(p.scope), v.chunk); err != nil {
			return err
		}
	}
	bucket := bucketStatus(p.kind)
	if p.failed() {
		p.status.asOf = s.codec.openStatus(w.get(bucket, scopeKey(p.scope)), &scratch{}).asOf
	}
	return w.put(bucket, scopeKey(p.scope), sealStatus(p.status))
}

func (w world) put(bucket, key, chunk []byte) error {
	b, err := w.bucket.CreateBucketIfNotExists(bucket)
	if err != nil {
		return err
	}
	return b.Put(key, chunk)
}
