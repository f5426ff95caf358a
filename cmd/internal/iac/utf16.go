package iac

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder gives UTF-16 text as UTF-8. What is no UTF-16 becomes U+FFFD.
type decoder struct {
	src   io.Reader
	order binary.ByteOrder
	in    [4096]byte
	kept  int    // bytes at the start of in that are not decoded yet: less than a rune
	out   []byte // decoded, not given yet
	store []byte // the memory of out
	err   error  // of src
}

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		n, err := d.src.Read(d.in[d.kept:])
		d.err = err
		d.decode(d.kept + n)
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// decode turns the first n bytes of in into out, and keeps a begun rune for the
// next time, unless there is none.
func (d *decoder) decode(n int) {
	b, out := d.in[:n], d.store[:0]
	for len(b) > 0 {
		r, size := d.rune(b)
		if size == 0 {
			if d.err == nil {
				break
			}
			r, size = utf8.RuneError, len(b)
		}
		out = utf8.AppendRune(out, r)
		b = b[size:]
	}
	d.kept = copy(d.in[:], b)
	d.out, d.store = out, out
}

// rune reads the first rune of b, which is not empty. Size 0: b ends within it.
func (d *decoder) rune(b []byte) (r rune, size int) {
	if len(b) < 2 {
		return 0, 0
	}
	r = rune(d.order.Uint16(b))
	if !utf16.IsSurrogate(r) {
		return r, 2
	}
	if len(b) < 4 {
		return 0, 0
	}
	if pair := utf16.DecodeRune(r, rune(d.order.Uint16(b[2:]))); pair != utf8.RuneError {
		return pair, 4
	}
	return utf8.RuneError, 2
}
