package cache

import (
	"encoding/binary"
	"reflect"
	"slices"
	"time"
)

// A column is one field of all records, one after the other: like stands beside
// like, which is what the compressor wants. Every column takes at least a byte
// a record.

func texts[T any](c *coder, recs []*T, field func(*T) *string) {
	if c.write {
		for _, r := range recs {
			c.text(*field(r))
		}
		return
	}
	for _, r := range recs {
		*field(r) = c.readText()
	}
}

func times[T any](c *coder, recs []*T, field func(*T) *time.Time) {
	var before int64
	for _, r := range recs {
		before = c.time(field(r), before)
	}
}

// numbers is a column of integers of either sign.
func numbers[T any, N ~int | ~int64 | ~int32 | ~uint16](c *coder, recs []*T, field func(*T) *N) {
	for _, r := range recs {
		p := field(r)
		if c.write {
			c.buf = binary.AppendVarint(c.buf, int64(*p))
			continue
		}
		v := c.varint()
		if *p = N(v); int64(*p) != v {
			c.fail()
		}
	}
}

// codes is a column of a closed set of small values, 0 to last, a byte each. A
// value outside of the set is written as 0, the unknown one.
func codes[T any, N ~uint8](c *coder, recs []*T, last N, field func(*T) *N) {
	if c.write {
		for _, r := range recs {
			v := *field(r)
			if v > last {
				v = 0
			}
			c.buf = append(c.buf, byte(v))
		}
		return
	}
	for i, b := range c.bytes(len(recs)) {
		if N(b) > last {
			c.fail()
			return
		}
		*field(recs[i]) = N(b)
	}
}

// flags is a column of truth values, a byte each.
func flags[T any](c *coder, recs []*T, field func(*T) *bool) {
	if c.write {
		for _, r := range recs {
			c.flag(*field(r))
		}
		return
	}
	for i, b := range c.bytes(len(recs)) {
		*field(recs[i]) = b != 0
	}
}

func (c *coder) flag(set bool) {
	b := byte(0)
	if set {
		b = 1
	}
	c.buf = append(c.buf, b)
}

// lists is a column of lists. It returns the elements of all lists, whose own
// columns follow; size is how many columns they have. Reading cuts the lists out
// of slabs; an empty list is read as nil.
func lists[T, E any](c *coder, recs []*T, size int, field func(*T) *[]E) []*E {
	lens, total := make([]int, len(recs)), 0
	for i, r := range recs {
		if c.write {
			lens[i] = len(*field(r))
			c.number(lens[i])
		} else {
			lens[i] = c.count(size)
		}
		if total += lens[i]; !c.write && total > c.left() {
			c.fail()
		}
	}
	if !c.write {
		if total = c.room(total, size); c.bad {
			return nil
		}
		cut(total, lens, func(i int, part []E) { *field(recs[i]) = part })
	}
	return elements(recs, total, field)
}

// cut hands out lists of some lengths, total elements together, none with room to
// grow into the next.
func cut[E any](total int, lens []int, give func(int, []E)) {
	var slab []E
	for i, n := range lens {
		if n > len(slab) {
			slab = make([]E, max(n, min(total, slabOf[E]())))
		}
		if n > 0 {
			give(i, slab[:n:n])
			slab = slab[n:]
		}
		total -= n
	}
}

func elements[T, E any](recs []*T, total int, field func(*T) *[]E) []*E {
	out := make([]*E, 0, total)
	for _, r := range recs {
		list := *field(r)
		for i := range list {
			out = append(out, &list[i])
		}
	}
	return out
}

// textLists is a column of lists of texts.
func textLists[T any](c *coder, recs []*T, field func(*T) *[]string) {
	texts(c, lists(c, recs, 1, field), func(s *string) *string { return s })
}

// optional is a column that says which records have a part of their own. It
// returns these, whose columns follow.
func optional[T, E any](c *coder, recs []*T, size int, field func(*T) **E) []*E {
	if c.write {
		var out []*E
		for _, r := range recs {
			e := *field(r)
			c.flag(e != nil)
			if e != nil {
				out = append(out, e)
			}
		}
		return out
	}
	var have []*T
	for i, b := range c.bytes(len(recs)) {
		if b != 0 {
			have = append(have, recs[i])
		}
	}
	out := fresh[E](c.room(len(have), size))
	for i, e := range out {
		*field(have[i]) = e
	}
	return out
}

// fresh makes n zero records, in slabs, and pointers to them.
func fresh[T any](n int) []*T {
	out := make([]*T, n)
	for part := range slices.Chunk(out, slabOf[T]()) {
		slab := make([]T, len(part))
		for i := range slab {
			part[i] = &slab[i]
		}
	}
	return out
}

// slabSize is about how many bytes are made at once: few enough to come in a size
// that Go has, with its word for the collector. Above 32 KiB it rounds up to pages
// of 8, which over hundreds of scopes are megabytes.
const slabSize = 16<<10 - 8

// slabOf is how many records fit into a slab.
func slabOf[T any]() int { return max(1, slabSize/int(reflect.TypeFor[T]().Size())) }
