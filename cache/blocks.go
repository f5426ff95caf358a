package cache

import (
	"bytes"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// What was measured of snapshots is stored answer by answer, for as long as a
// listing of the scope shows the snapshots that it is about: a snapshot never
// changes, and its blocks are paid for by the request.

// Blocks is what is known of the blocks of a scope's snapshots.
type Blocks struct {
	Scope      model.Scope
	Holdings   []cost.Holding
	Changes    []cost.Change
	Unfinished []Unfinished
}

// Unfinished is a block list or comparison that was not read to its end.
type Unfinished struct {
	Scope  model.Scope
	Change cost.Change // what was told of it; of a block list the blocks are Written and From is ""
	Next   int32       // the block to go on from
}

// SaveBlocks adds to what is stored, all of it or nothing. An answer takes the
// place of how far it was, never the other way round. Its error is as that of
// Save.
func (s *Store) SaveBlocks(all ...Blocks) error {
	var put []blockValue
	for _, b := range all {
		vs, err := s.codec.sealBlocks(b)
		if err != nil {
			return s.trouble(false, err)
		}
		put = append(put, vs...)
	}
	if len(put) == 0 {
		return nil
	}
	return s.put(func(w *writing) error { return w.blocks(put) })
}

// Blocks reads what is stored of some scopes. What is damaged or of another
// version counts as never measured.
func (s *Store) Blocks(scopes []model.Scope) ([]cost.Holding, []cost.Change, []Unfinished, error) {
	chunks := make([]stored, len(scopes))
	bucket := measuredPart().bucket()
	err := s.view([][]byte{bucket}, func(tx *bolt.Tx) error {
		w := s.world(tx)
		for i, sc := range scopes {
			chunks[i] = stored{scope: sc}
			w.each(bucket, blockPrefix(sc), func(_, chunk []byte) {
				chunks[i].chunks = append(chunks[i].chunks, bytes.Clone(chunk))
			})
		}
		return nil
	})
	read := make([]Blocks, len(chunks))
	inParallel(len(chunks), func(i int, sc *scratch) { read[i] = s.codec.openBlocks(chunks[i], sc) })
	var out Blocks
	for _, b := range read {
		out.Holdings = append(out.Holdings, b.Holdings...)
		out.Changes = append(out.Changes, b.Changes...)
		out.Unfinished = append(out.Unfinished, b.Unfinished...)
	}
	return out.Holdings, out.Changes, out.Unfinished, err
}

// blockValue is one answer ready to be written.
type blockValue struct {
	scope model.Scope
	key   []byte
	value value
	done  bool
}

// sealBlocks makes values of what is known, the unfinished first.
func (c codec) sealBlocks(b Blocks) ([]blockValue, error) {
	var recs []*measured
	for _, u := range b.Unfinished {
		recs = append(recs, &measured{u.Change, u.Next, false})
	}
	for _, h := range b.Holdings {
		recs = append(recs, &measured{cost.Change{To: h.Snapshot, Written: h.Blocks}, 0, true})
	}
	for _, ch := range b.Changes {
		recs = append(recs, &measured{ch, 0, true})
	}
	out := make([]blockValue, len(recs))
	p := measuredPart()
	for i, m := range recs {
		chunk, err := p.seal(c, b.Scope, time.Time{}, []*measured{m})
		if err != nil {
			return nil, err
		}
		out[i] = blockValue{b.Scope, blockKey(b.Scope, m), value{p.bucket(), chunk}, m.done}
	}
	return out, nil
}

// openBlocks reads the answers of a scope.
func (c codec) openBlocks(st stored, sc *scratch) Blocks {
	out := Blocks{Scope: st.scope}
	for _, chunk := range st.chunks {
		m, err := c.openMeasured(st.scope, chunk, sc)
		switch {
		case err != nil:
		case !m.done:
			out.Unfinished = append(out.Unfinished, Unfinished{st.scope, m.change, m.next})
		case m.change.From == "":
			out.Holdings = append(out.Holdings, cost.Holding{Snapshot: m.change.To, Blocks: m.change.Written})
		default:
			out.Changes = append(out.Changes, m.change)
		}
	}
	return out
}

func (c codec) openMeasured(s model.Scope, chunk []byte, sc *scratch) (*measured, error) {
	recs, _, err := measuredPart().open(c, s, chunk, sc)
	if err == nil && len(recs) != 1 {
		err = errDamage
	}
	if err != nil {
		return nil, err
	}
	return recs[0], nil
}

// blocks writes answers, and how far others are unless these are answered.
func (w *writing) blocks(all []blockValue) error {
	for _, v := range all {
		if !v.done {
			m, err := w.codec.openMeasured(v.scope, w.get(v.value.bucket, v.key), &scratch{})
			if err == nil && m.done {
				continue
			}
		}
		if err := w.write(v.key, v.value); err != nil {
			return err
		}
	}
	return nil
}

// forgetBlocks drops what was measured of snapshots that a clean pass over the
// scope's snapshots did not see, and of pairs of which it did not see both.
func (w *writing) forgetBlocks(p sealedPass) error {
	var keys [][]byte
	bucket := measuredPart().bucket()
	w.each(bucket, blockPrefix(p.scope), func(key, _ []byte) { keys = append(keys, bytes.Clone(key)) })
	if len(keys) == 0 {
		return nil
	}
	seen, err := w.codec.openSnapshots(p.values[0].chunk, &scratch{})
	if err != nil {
		return err
	}
	there := func(id string) bool {
		_, ok := slices.BinarySearchFunc(seen, id, func(s *model.Snapshot, id string) int { return strings.Compare(s.ID, id) })
		return ok
	}
	for _, key := range keys {
		from, to, _ := strings.Cut(string(key[len(blockPrefix(p.scope)):]), "\x00")
		if there(to) && (from == "" || there(from)) {
			continue
		}
		delete(w.put, place{string(bucket), string(key)})
		if err := w.bucket.Bucket(bucket).Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// each gives the values of a bucket whose keys begin alike, in their order. They
// are valid until the transaction ends, and nothing is to be changed meanwhile.
func (w world) each(bucket, prefix []byte, fn func(key, value []byte)) {
	if w.bucket == nil || w.bucket.Bucket(bucket) == nil {
		return
	}
	c := w.bucket.Bucket(bucket).Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		fn(k, v)
	}
}
