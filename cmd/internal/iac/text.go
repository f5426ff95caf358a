package iac

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText = 200 // bytes of Found.Text
	lead    = 80  // of them before an id that is far from the beginning of its line
)

// text returns the part of the id's line that a person is shown.
func (c cells) text() string {
	from, to := c.span()
	b := c.b
	start, end := c.line(from, to)
	if start < 0 || to-start > maxText {
		start = from - lead
		for start < from && !utf8.RuneStart(b[start]) {
			start++
		}
	}
	text := strings.TrimPrefix(string(cut(b[start:end])), "\ufeff")
	if c.width > 1 { // the zeros between the letters
		text = strings.ReplaceAll(text, "\x00", "")
	}
	return strings.TrimSpace(text)
}

// line returns where the line of an id begins, white space left out, and where it
// ends. It looks no farther than the text reaches: a start below 0 is farther away.
func (c cells) line(from, to int) (start, end int) {
	b := c.b
	end = len(b)
	if i := bytes.IndexByte(b[to:min(to+maxText, end)], '\n'); i >= 0 {
		end = to + i
	}
	start = max(from-maxText, 0)
	i := bytes.LastIndexByte(b[start:from], '\n')
	if i < 0 && start > 0 { // reach is more than maxText: 0 is where the file begins
		return -1, end
	}
	start += i + 1
	return start + len(b[start:from]) - len(bytes.TrimLeftFunc(b[start:from], unicode.IsSpace)), end
}

// cut shortens a text at the border of a rune.
func cut(b []byte) []byte {
	if len(b) <= maxText {
		return b
	}
	for n := maxText; n > maxText-utf8.UTFMax; n-- {
		if utf8.RuneStart(b[n]) {
			return b[:n]
		}
	}
	return b[:maxText] // no UTF-8
}
