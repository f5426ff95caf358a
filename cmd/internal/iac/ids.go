package iac

import "strings"

// cells is text seen from the hyphen of a would-be id. Its letters stand width
// bytes apart: 1 in ASCII and UTF-8, 2 in UTF-16, 4 in UTF-32, where the bytes
// between them are zero.
type cells struct {
	b      []byte
	dash   int // place of the hyphen in b
	width  int
	prefix int // letters before the hyphen
	digits int // after it
}

// idAround says whether the hyphen at b[i] is that of an id, and of which.
//
// An id is ami- or snap- and 8 hex digits (until 2018) or 17 (since), in either
// case. What stands around it decides whether it is one, or a piece of a longer word:
//
//   - After it, no letter and no digit: ten digits are no id. Anything else may
//     follow: quotes, escapes, _, - (ami-12345678-copy).
//   - Before it, anything but a letter may stand: quotes, /, :, =, -, a digit
//     (us-east-1ami-12345678, %22ami-12345678).
//   - A letter before 8 digits means another word (miami-20240101), unless it
//     ends an escape sequence (\nami-12345678, %2Fami-12345678).
//   - A letter before 17 digits does not matter: no word goes on like that, and
//     it may end an escape that we do not know.
func idAround(b []byte, i int, wide bool) (cells, bool) {
	c := cells{b: b, dash: i, width: 1}
	if i+1 < len(b) && b[i+1] == 0 {
		c.width = zeros(b[i+1:]) + 1
		if !wide || c.width != 2 && c.width != 4 {
			return c, false
		}
	}
	switch c.at(-1) | 0x20 {
	case 'i':
		c.prefix = len("ami")
	case 'p':
		c.prefix = len("snap")
	default:
		return c, false
	}
	if !c.named() {
		return c, false
	}
	for c.digits < 17 && hex(c.at(c.digits+1)) {
		c.digits++
	}
	if c.digits != 8 && c.digits != 17 || alnum(c.at(c.digits+1)) {
		return c, false
	}
	return c, c.digits == 17 || !letter(c.at(-c.prefix-1)) || c.escape(-c.prefix-1)
}

// at returns the k-th letter from the hyphen, and 0 where there is none or one
// that is not ASCII.
func (c cells) at(k int) byte {
	i := c.dash + k*c.width
	if i < 0 || i >= len(c.b) {
		return 0
	}
	inward := 1 // to the hyphen
	if k > 0 {
		inward = -1
	}
	for d := 1; d < c.width; d++ {
		if c.b[i+d*inward] != 0 {
			return 0
		}
	}
	return c.b[i]
}

func (c cells) named() bool {
	word := "snap"
	if c.prefix == 3 {
		word = "ami"
	}
	for i := range word {
		if c.at(i-len(word))|0x20 != word[i] {
			return false
		}
	}
	return true
}

// id returns the id in lower case.
func (c cells) id() string {
	out := make([]byte, 0, 24)
	for k := -c.prefix; k <= c.digits; k++ {
		out = append(out, c.at(k))
	}
	return strings.ToLower(string(out))
}

// span returns the place of the id in b, from its first byte to behind its last.
func (c cells) span() (from, to int) {
	return c.dash - c.prefix*c.width, min(c.dash+(c.digits+1)*c.width, len(c.b))
}

// escape says whether the letter at k ends an escape sequence: \n \x3d \u003d
// \U0000003d of JSON, YAML and shells, `n of PowerShell, %2F and %252F of URLs, and
// the colours of a terminal, ESC[32m or \u001b[32m.
func (c cells) escape(k int) bool {
	var store [len("U0000003d") + 1]byte // one more than the longest, to tell longer words
	n := 0
	for n < len(store) && alnum(c.at(k-n)) {
		n++
		store[len(store)-n] = c.at(k - n + 1)
	}
	run := store[len(store)-n:]
	switch c.at(k - n) {
	case '`':
		return n == 1
	case '\\':
		return n == 1 || all(run[1:], hex) && (run[0] == 'x' && n == 3 || run[0] == 'u' && n == 5 || run[0] == 'U' && n == 9)
	case '%':
		return n%2 == 0 && all(run, hex)
	case '[':
		return all(run[:n-1], digit)
	case ';':
		return n > 1 && all(run[:n-1], digit)
	}
	return false
}

func all(b []byte, is func(byte) bool) bool {
	for _, x := range b {
		if !is(x) {
			return false
		}
	}
	return true
}

// zeros returns how many bytes at the start of b are zero; it looks at four.
func zeros(b []byte) int {
	n := 0
	for n < 4 && n < len(b) && b[n] == 0 {
		n++
	}
	return n
}

func digit(x byte) bool  { return '0' <= x && x <= '9' }
func letter(x byte) bool { return 'a' <= x|0x20 && x|0x20 <= 'z' }
func alnum(x byte) bool  { return digit(x) || letter(x) }
func hex(x byte) bool    { return digit(x) || 'a' <= x|0x20 && x|0x20 <= 'f' }
