package cache

import (
	"encoding/binary"
	"time"
)

// coder writes or reads the columns of one chunk. One description of a record
// (records.go) serves both directions, so that they cannot drift apart.
//
// A payload is: count of records, count of texts, their lengths, their bytes,
// then the columns. Each text stands once, in the order of first use; reading
// makes strings of many texts each and slices them.
type coder struct {
	write bool
	buf   []byte // the columns written so far, or the payload that is read
	pos   int    // reading: how far; an index, since moving buf's start costs a write barrier
	bad   bool   // reading met bytes that no writer wrote; nothing is left from there on
	sc    *scratch

	refs map[string]uint64 // writing: reference of each text
	lens []byte            // writing: lengths of the texts
	blob []byte            // writing: the texts

	texts []string // reading: the texts
	next  int      // reading: first text that was not used yet
}

// References to texts: the next one not used yet, the empty one, or one that
// was used before. Columns whose texts differ are then all zeros, which
// compress to nothing.
const (
	refNext = iota
	refEmpty
	refFirst
)

func newWriter() *coder { return &coder{write: true, sc: &scratch{}, refs: map[string]uint64{}} }

// payload is what was written, with the texts it needs in front.
func (c *coder) payload(records int) []byte {
	out := make([]byte, 0, len(c.lens)+len(c.blob)+len(c.buf)+2*binary.MaxVarintLen64)
	out = binary.AppendUvarint(out, uint64(records))
	out = binary.AppendUvarint(out, uint64(len(c.refs)))
	out = append(out, c.lens...)
	out = append(out, c.blob...)
	return append(out, c.buf...)
}

// newReader reads a payload's head. The scratch is the reader's until the last
// column was read; raw's bytes are not kept beyond it.
func newReader(raw []byte, sc *scratch) (c *coder, records int) {
	c = &coder{buf: raw, sc: sc, texts: sc.texts[:0]}
	records = c.count(1)
	c.readTexts(c.count(1))
	sc.texts = c.texts
	return c, records
}

// pieceSize is how long a string of many texts may be. A text that lives on keeps
// its piece.
const pieceSize = 8 << 10

func (c *coder) readTexts(n int) {
	lens := c.readLengths(n)
	if c.bad {
		return
	}
	for len(lens) > 0 {
		fit, size := 0, 0
		for fit < len(lens) && (fit == 0 || size+lens[fit] <= pieceSize) {
			size += lens[fit]
			fit++
		}
		piece := string(c.bytes(size))
		for _, l := range lens[:fit] {
			c.texts = append(c.texts, piece[:l])
			piece = piece[l:]
		}
		lens = lens[fit:]
	}
}

// readLengths reads the lengths of texts, which follow. Its memory is the
// scratch's.
func (c *coder) readLengths(n int) []int {
	lens, total := c.sc.lens[:0], 0
	for range n {
		l := c.count(1)
		lens = append(lens, l)
		if total += l; total > c.left() {
			c.fail()
		}
	}
	c.sc.lens = lens
	c.room(total, 1)
	return lens
}

// left is how many bytes were not read yet.
func (c *coder) left() int { return len(c.buf) - c.pos }

// room is n, if n records of so many columns fit into what is left, else 0.
func (c *coder) room(n, columns int) int {
	if n > c.left()/columns {
		c.fail()
		return 0
	}
	return n
}

// finished is nil when a payload was read to its end without fault.
func (c *coder) finished() error {
	if c.bad || c.left() > 0 {
		return errDamage
	}
	return nil
}

func (c *coder) fail() { c.bad, c.pos = true, len(c.buf) }

// count reads a number of things that take at least size bytes each in what is
// left, which bounds what a damaged count can make us allocate.
func (c *coder) count(size int) int {
	n := c.uvarint()
	if n > uint64(c.left()/size) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *coder) uvarint() uint64 {
	if i := c.pos; i < len(c.buf) && c.buf[i] < 0x80 {
		c.pos = i + 1
		return uint64(c.buf[i])
	}
	return c.longUvarint()
}

// longUvarint is apart to keep uvarint small: it is most of reading.
func (c *coder) longUvarint() uint64 {
	v, n := binary.Uvarint(c.buf[c.pos:])
	if n <= 0 {
		c.fail()
		return 0
	}
	c.pos += n
	return v
}

func (c *coder) varint() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// number writes a number that is not negative.
func (c *coder) number(v int) { c.buf = binary.AppendUvarint(c.buf, uint64(v)) }

// bytes reads n of them; none when fewer are left.
func (c *coder) bytes(n int) []byte {
	if n = c.room(n, 1); n == 0 {
		return nil
	}
	c.pos += n
	return c.buf[c.pos-n : c.pos]
}

func (c *coder) text(s string) {
	if s == "" {
		c.buf = append(c.buf, refEmpty)
		return
	}
	if ref, ok := c.refs[s]; ok {
		c.buf = binary.AppendUvarint(c.buf, ref)
		return
	}
	c.refs[s] = refFirst + uint64(len(c.refs))
	c.lens = binary.AppendUvarint(c.lens, uint64(len(s)))
	c.blob = append(c.blob, s...)
	c.buf = append(c.buf, refNext)
}

func (c *coder) readText() string {
	ref := c.uvarint()
	switch {
	case ref >= refFirst && ref-refFirst < uint64(len(c.texts)):
		return c.texts[ref-refFirst]
	case ref == refNext && c.next < len(c.texts):
		c.next++
		return c.texts[c.next-1]
	case ref == refEmpty:
		return ""
	}
	c.fail()
	return ""
}

// How a time is written: AWS gives whole seconds or milliseconds.
const (
	timeZero = iota
	timeSeconds
	timeNanos
)

// time writes or reads a time as its distance from the one before, to the
// nanosecond and in UTC, and returns its seconds.
func (c *coder) time(p *time.Time, before int64) int64 {
	if c.write {
		return c.writeTime(*p, before)
	}
	form := c.uvarint()
	if form == timeZero {
		*p = time.Time{}
		return before
	}
	sec, nano := before+c.varint(), uint64(0)
	if form == timeNanos {
		nano = c.uvarint()
	}
	if form > timeNanos || nano >= uint64(time.Second) {
		c.fail()
		return before
	}
	*p = time.Unix(sec, int64(nano)).UTC()
	return sec
}

func (c *coder) writeTime(t time.Time, before int64) int64 {
	sec, nano := t.Unix(), uint64(t.Nanosecond())
	switch {
	case t.IsZero():
		c.buf = append(c.buf, timeZero)
		return before
	case nano == 0:
		c.buf = binary.AppendVarint(append(c.buf, timeSeconds), sec-before)
	default:
		c.buf = binary.AppendVarint(append(c.buf, timeNanos), sec-before)
		c.buf = binary.AppendUvarint(c.buf, nano)
	}
	return sec
}
