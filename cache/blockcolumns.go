package cache

import (
	"encoding/binary"
	"math"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// measured is one answer about blocks, or how far it is.
type measured struct {
	change cost.Change // a block list has no From, and its blocks are Written
	next   int32       // the block to go on from
	done   bool
}

func measuredPart() part[measured] {
	return part[measured]{name: "measured", version: 1, size: 6, columns: measuredColumns}
}

// blockPrefix begins the keys of a scope; with a zero byte at its end no scope's
// is the beginning of another's.
func blockPrefix(s model.Scope) []byte { return append(scopeKey(s), 0) }

func blockKey(s model.Scope, m *measured) []byte {
	return append(blockPrefix(s), m.change.From+"\x00"+m.change.To...)
}

func measuredColumns(c *coder, ms []*measured) {
	texts(c, ms, func(m *measured) *string { return &m.change.From })
	texts(c, ms, func(m *measured) *string { return &m.change.To })
	numbers(c, ms, func(m *measured) *int32 { return &m.next })
	flags(c, ms, func(m *measured) *bool { return &m.done })
	for _, m := range ms {
		one := []*measured{m}
		runColumns(c, lists(c, one, 2, func(m *measured) *[]cost.Run { return (*[]cost.Run)(&m.change.Written) }))
		runColumns(c, lists(c, one, 2, func(m *measured) *[]cost.Run { return (*[]cost.Run)(&m.change.Dropped) }))
	}
}

// runColumns are the runs of one list: how far each begins after the one before,
// and its length. Reading takes runs as they are made: in order, not empty, and
// apart from each other.
func runColumns(c *coder, runs []*cost.Run) {
	at := int64(0)
	for i, r := range runs {
		gap, length := c.span(int64(r.From)-at), c.span(int64(r.To)-int64(r.From))
		if c.write {
			at = int64(r.To)
			continue
		}
		if length == 0 || i > 0 && gap == 0 || at+gap+length > math.MaxInt32 {
			c.fail()
			return
		}
		r.From, r.To = int32(at+gap), int32(at+gap+length)
		at = int64(r.To)
	}
}

// span writes a distance or reads one.
func (c *coder) span(n int64) int64 {
	if c.write {
		c.buf = binary.AppendUvarint(c.buf, uint64(n))
		return n
	}
	return int64(min(c.uvarint(), math.MaxInt32))
}
