package ec2xml

import (
	"hash/maphash"
	"strings"
)

// arena makes strings that share pieces of memory. A string that lives on keeps
// its piece, so pieces are small, and hold strings of about the same fate.
type arena struct{ piece strings.Builder }

const pieceSize = 8 << 10

func (a *arena) string(b []byte) string {
	if len(b) > pieceSize/4 {
		return string(b)
	}
	if a.piece.Len()+len(b) > a.piece.Cap() {
		a.piece.Reset()
		a.piece.Grow(pieceSize)
	}
	from := a.piece.Len()
	a.piece.Write(b)
	return a.piece.String()[from:]
}

// words remembers strings that were seen lately, by their hash: most values of
// an image stand in all others too.
type words struct {
	seed maphash.Seed
	seen [1 << 12]string
}

// longestWord is the length from which no repetition is expected.
const longestWord = 96

func (w *words) string(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > longestWord {
		return string(b)
	}
	at := &w.seen[maphash.Bytes(w.seed, b)%uint64(len(w.seen))]
	if *at != string(b) {
		*at = string(b)
	}
	return *at
}

// slab makes values of one type in bulk.
type slab[T any] struct {
	free    []T
	pending []T // elements of lists that are being read
}

const slabSize = 256

// put gives a copy of v its place.
func (s *slab[T]) put(v T) *T {
	place := s.cut(1)
	place[0] = v
	return &place[0]
}

// cut gives a list of n zero values, not nil.
func (s *slab[T]) cut(n int) []T {
	if n == 0 {
		return []T{}
	}
	if n > len(s.free) {
		s.free = make([]T, max(n, slabSize))
	}
	list := s.free[:n:n]
	s.free = s.free[n:]
	return list
}
