package fleet

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

// BlockSize is the bytes of a block: EBS stores snapshots in them, and its
// direct APIs list them.
const BlockSize = 512 << 10

// Origin is the snapshot that another one grew out of, as it was when that was
// made: what has come down of its blocks stays when it is deleted.
type Origin struct {
	ID   ID
	Size Size
}

// Extent is blocks in a row, from one up to, but not with, another, that were
// all written for one snapshot. A block that two snapshots hold by the same
// write is stored once.
type Extent struct {
	From, To int32
	Write    ID // the snapshot before which the blocks were written
}

// origin is the snapshot as one that others grow out of.
func (s *Snapshot) origin() *Origin { return &Origin{s.ID, s.Size} }

// Root is the first snapshot of those that a snapshot shares blocks with. What
// has the same root can be compared.
func (s *Snapshot) Root() ID {
	o := s.origin()
	for o.Size.From != nil {
		o = o.Size.From
	}
	return o.ID
}

// Blocks are the blocks that a snapshot holds, in order. They follow from the
// record alone: as many as Size.Bytes says, else a share of the volume, of which
// the most come down from the snapshot that it grew out of. One that is not
// completed holds none.
func (s *Snapshot) Blocks() []Extent {
	if s.State != "completed" {
		return nil
	}
	return s.origin().blocks()
}

func (o *Origin) blocks() []Extent {
	d := drawing{o.ID, rand.New(rand.NewPCG(uint64(o.ID), scatter)), int32(int64(o.Size.GiB) << 30 / BlockSize)}
	if d.volume <= 0 {
		return nil
	}
	want := o.held(d.volume)
	if o.Size.From == nil {
		return d.scattered(want)
	}
	return d.grown(o.Size.From.blocks(), want)
}

// scatter sets the draws of block lists apart from all others.
const scatter = 0x626c6f636b73

// held is how many blocks a snapshot holds: as many as it says. One that does
// not say holds 5 to 80 % of its volume, as those do that say.
func (o *Origin) held(volume int32) int32 {
	if o.Size.Bytes > 0 {
		return int32(min(o.Size.Bytes/BlockSize, int64(volume)))
	}
	h := fnv.New64a()
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(o.ID))) // a hash takes everything
	return int32(int64(volume) * (5 + int64(h.Sum64()%76)) / 100)
}

// drawing makes the blocks of one snapshot.
type drawing struct {
	id     ID
	rng    *rand.Rand
	volume int32 // blocks of it
}

// pieces is in how many rows the blocks of a new volume lie at most.
const pieces = 24

// scattered lays so many blocks out over a volume.
func (d drawing) scattered(want int32) []Extent {
	n := 1 + d.rng.IntN(pieces)
	held, free := d.cuts(want, n), d.cuts(d.volume-want, n)
	var out []Extent
	at := int32(0)
	for i := range n {
		at += free[i]
		out = appended(out, Extent{at, at + held[i], d.id})
		at += held[i]
	}
	return out
}

// cuts divides a number into n parts.
func (d drawing) cuts(total int32, n int) []int32 {
	at := make([]int32, n+1)
	for i := 1; i < n; i++ {
		at[i] = d.rng.Int32N(total + 1)
	}
	at[n] = total
	slices.Sort(at)
	out := make([]int32, n)
	for i := range out {
		out[i] = at[i+1] - at[i]
	}
	return out
}

// grown are the blocks after some of those before were written anew, and some
// given up, and then as many written or given up as are wanted.
func (d drawing) grown(before []Extent, want int32) []Extent {
	none := func(Extent) []Extent { return nil }
	out := inside(before, d.volume, math.MaxInt32, none) // a volume may be smaller than what its image's base had
	for range 1 + d.rng.IntN(6) {
		from, to := d.stretch()
		out = inside(out, from, to, func(e Extent) []Extent { return []Extent{{e.From, e.To, d.id}} })
	}
	for range d.rng.IntN(3) {
		from, to := d.stretch()
		out = inside(out, from, to, none)
	}
	start := d.rng.Int32N(d.volume)
	if more := want - count(out); more > 0 {
		return d.filled(out, start, more)
	}
	return dropped(out, start, count(out)-want)
}

// stretch is a part of the volume, up to a twentieth of it.
func (d drawing) stretch() (from, to int32) {
	from = d.rng.Int32N(d.volume)
	return from, min(from+1+d.rng.Int32N(d.volume/20+1), d.volume)
}

// filled writes so many free blocks, from a place on and around.
func (d drawing) filled(held []Extent, start, more int32) []Extent {
	for _, part := range [][2]int32{{start, d.volume}, {0, start}} {
		for _, gap := range gaps(held, part[0], part[1]) {
			n := min(more, gap.To-gap.From)
			more -= n
			held = append(held, Extent{gap.From, gap.From + n, d.id})
		}
		held = ordered(held)
	}
	return held
}

// dropped gives so many blocks up, from a place on and around.
func dropped(held []Extent, start, less int32) []Extent {
	cut := func(e Extent) []Extent {
		n := min(less, e.To-e.From)
		less -= n
		if e.From += n; e.From == e.To {
			return nil
		}
		return []Extent{e}
	}
	end := int32(0)
	if len(held) > 0 {
		end = held[len(held)-1].To
	}
	return inside(inside(held, start, end, cut), 0, start, cut)
}

// gaps are the free parts from one block up to another.
func gaps(held []Extent, from, to int32) []Extent {
	var out []Extent
	for _, e := range held {
		if e.From > from && e.From < to {
			out = append(out, Extent{From: from, To: e.From})
		}
		if e.From < to {
			from = max(from, e.To)
		}
	}
	if from < to {
		out = append(out, Extent{From: from, To: to})
	}
	return out
}

// inside puts what change makes of it in the place of what lies from one block
// up to another.
func inside(held []Extent, from, to int32, change func(Extent) []Extent) []Extent {
	var out []Extent
	for _, e := range held {
		for _, part := range []Extent{{e.From, min(e.To, from), e.Write}, {max(e.From, from), min(e.To, to), 0}, {max(e.From, to), e.To, e.Write}} {
			switch {
			case part.From >= part.To:
			case part.Write == 0:
				part.Write = e.Write
				for _, c := range change(part) {
					out = appended(out, c)
				}
			default:
				out = appended(out, part)
			}
		}
	}
	return out
}

// appended adds an extent that comes after all others.
func appended(held []Extent, e Extent) []Extent {
	if n := len(held); n > 0 && held[n-1].To == e.From && held[n-1].Write == e.Write {
		held[n-1].To = e.To
		return held
	}
	if e.From == e.To {
		return held
	}
	return append(held, e)
}

func ordered(held []Extent) []Extent {
	slices.SortFunc(held, func(a, b Extent) int { return cmp.Compare(a.From, b.From) })
	var out []Extent
	for _, e := range held {
		out = appended(out, e)
	}
	return out
}

func count(held []Extent) int32 {
	n := int32(0)
	for _, e := range held {
		n += e.To - e.From
	}
	return n
}
