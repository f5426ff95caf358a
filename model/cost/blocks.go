package cost

import (
	"maps"
	"slices"
)

// BlockSize is the bytes of one block of a snapshot (EBS direct APIs).
const BlockSize = 512 << 10

// Run is blocks in a row: from the first up to, but not with, the end.
type Run struct{ From, To int32 }

// Blocks is a set of blocks of a volume: runs in order that do not touch.
type Blocks []Run

// Count is the number of blocks.
func (b Blocks) Count() int64 {
	n := int64(0)
	for _, r := range b {
		n += int64(r.To - r.From)
	}
	return n
}

// Bytes is the size of the blocks.
func (b Blocks) Bytes() int64 { return b.Count() * BlockSize }

// Add adds a block that comes after all others, as AWS lists them.
func (b Blocks) Add(i int32) Blocks {
	if n := len(b); n > 0 && b[n-1].To == i {
		b[n-1].To++
		return b
	}
	return append(b, Run{i, i + 1})
}

// NewBlocks makes a set of blocks in any order.
func NewBlocks(indexes ...int32) Blocks {
	sorted := slices.Compact(slices.Sorted(slices.Values(indexes)))
	var b Blocks
	for _, i := range sorted {
		b = b.Add(i)
	}
	return b
}

// Union are the blocks of either.
func (b Blocks) Union(o Blocks) Blocks {
	out := make(Blocks, 0, len(b)+len(o))
	for len(b) > 0 || len(o) > 0 {
		next := &b
		if len(b) == 0 || len(o) > 0 && o[0].From < b[0].From {
			next = &o
		}
		r := (*next)[0]
		*next = (*next)[1:]
		if n := len(out); n > 0 && out[n-1].To >= r.From {
			out[n-1].To = max(out[n-1].To, r.To)
			continue
		}
		out = append(out, r)
	}
	return out
}

// Minus are the blocks that o does not have.
func (b Blocks) Minus(o Blocks) Blocks {
	var out Blocks
	for _, r := range b {
		for len(o) > 0 && o[0].To <= r.From {
			o = o[1:]
		}
		from := r.From
		for _, cut := range o {
			if cut.From >= r.To {
				break
			}
			if cut.From > from {
				out = append(out, Run{from, cut.From})
			}
			from = max(from, cut.To)
		}
		if from < r.To {
			out = append(out, Run{from, r.To})
		}
	}
	return out
}

// Both are the blocks of b that o has as well.
func (b Blocks) Both(o Blocks) Blocks { return b.Minus(b.Minus(o)) }

// Has reports whether a block is in the set.
func (b Blocks) Has(i int32) bool {
	at, found := slices.BinarySearchFunc(b, i, func(r Run, i int32) int { return int(r.From) - int(i) })
	return found || at > 0 && i < b[at-1].To
}

// Holding is what a block list told of one snapshot: all its blocks.
type Holding struct {
	Snapshot string
	Blocks   Blocks
}

// Change is what a comparison told of two snapshots of one lineage.
type Change struct {
	From, To string // snapshots; To is the later one
	Written  Blocks // blocks of To that are not in From, or are others there
	Dropped  Blocks // blocks of From that To does not have
}

// Blockmap is all that was measured: by snapshot, and by pair. It is immutable.
type Blockmap struct {
	holdings map[string]Holding
	changes  map[[2]string]Change
	to       map[string]int // how many of them, by the later snapshot
}

// With gives a map with more in it. What was measured does not change: a
// snapshot never does.
func (m Blockmap) With(hs []Holding, cs []Change) Blockmap {
	next := Blockmap{make(map[string]Holding, len(m.holdings)+len(hs)), make(map[[2]string]Change, len(m.changes)+len(cs)), map[string]int{}}
	for k, v := range m.holdings {
		next.holdings[k] = v
	}
	for k, v := range m.changes {
		next.changes[k] = v
	}
	for _, h := range hs {
		next.holdings[h.Snapshot] = h
	}
	for _, c := range cs {
		next.changes[[2]string{c.From, c.To}] = c
	}
	for k := range next.changes {
		next.to[k[1]]++
	}
	return next
}

// Join gives a map with all of both.
func (m Blockmap) Join(o Blockmap) Blockmap {
	return m.With(slices.Collect(maps.Values(o.holdings)), slices.Collect(maps.Values(o.changes)))
}

// Holding is what was listed of a snapshot.
func (m Blockmap) Holding(snapshot string) (Holding, bool) {
	h, ok := m.holdings[snapshot]
	return h, ok
}

// Change is what was compared of two snapshots.
func (m Blockmap) Change(from, to string) (Change, bool) {
	c, ok := m.changes[[2]string{from, to}]
	return c, ok
}

// comparisons is with how many others a snapshot was compared as the later one.
func (m Blockmap) comparisons(to string) int { return m.to[to] }

// Len is how many lists and comparisons there are.
func (m Blockmap) Len() int { return len(m.holdings) + len(m.changes) }
