package iac

import (
	"bytes"
	"context"
	"io"
)

const (
	window = 256 << 10 // bytes of a file in memory at once
	reach  = 512       // bytes that are there before and after a hyphen when it is looked at, if the file has them
)

// search finds ids in the bytes of one file after the other. It holds a window
// of the file, however long its lines are.
type search struct {
	buf  []byte
	size int // of the window; 0: window. For tests

	n       int // bytes in buf
	next    int // where the search goes on
	counted int // newlines before it are counted in line
	line    int
	seen    map[string]bool // the ids of this line
	found   []Found
}

// run returns the ids in what r gives, by line and column. Wide also finds those
// in UTF-16 and UTF-32. An error comes with the finds before it.
func (s *search) run(ctx context.Context, r io.Reader, wide bool) ([]Found, error) {
	s.begin()
	for {
		if err := ctx.Err(); err != nil {
			return s.found, err
		}
		n, err := io.ReadFull(r, s.buf[s.n:])
		s.n += n
		if err != nil {
			s.look(s.n, wide)
			if ended(err) {
				err = nil
			}
			return s.found, err
		}
		s.look(s.n-reach, wide)
		s.shift()
	}
}

func (s *search) begin() {
	if s.buf == nil {
		size := s.size
		if size == 0 {
			size = window
		}
		s.buf = make([]byte, size)
		s.seen = map[string]bool{}
	}
	s.n, s.next, s.counted, s.line, s.found = 0, 0, 0, 1, nil
	clear(s.seen)
}

// look searches up to a place in the window, from hyphen to hyphen: every id has
// one, and little else is full of them.
func (s *search) look(to int, wide bool) {
	b := s.buf[:s.n]
	for s.next < to {
		i := bytes.IndexByte(b[s.next:to], '-')
		if i < 0 {
			s.next = to
			return
		}
		i += s.next
		s.next = i + 1
		if i+1 < len(b) && b[i+1] != 0 && !hex(b[i+1]) {
			continue // most hyphens end here, and rules of them (------) soon
		}
		if c, ok := idAround(b, i, wide); ok {
			s.add(c)
		}
	}
}

func (s *search) add(c cells) {
	s.count(c.dash)
	id := c.id()
	if s.seen[id] {
		return
	}
	s.seen[id] = true
	s.found = append(s.found, Found{ID: id, Line: s.line, Text: c.text()})
}

// count counts the lines up to a place in the window.
func (s *search) count(to int) {
	if to <= s.counted {
		return
	}
	if n := bytes.Count(s.buf[s.counted:to], []byte{'\n'}); n > 0 {
		s.line += n
		clear(s.seen)
	}
	s.counted = to
}

// shift makes room in the window: only what is near the next hyphen stays.
func (s *search) shift() {
	cut := max(s.next-reach, 0)
	s.count(cut)
	s.n = copy(s.buf, s.buf[cut:s.n])
	s.next -= cut
	s.counted -= cut
}
