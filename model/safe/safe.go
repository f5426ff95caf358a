// Package safe makes text that came from AWS harmless where it is shown.
//
// A name, tag or description may hold any character: escape sequences that
// drive a terminal, marks that turn the reading direction, invisible letters
// that make two names look the same, formulas that a spreadsheet runs. Every
// function here turns such characters into something that can be seen; none
// of them fails, and all return their argument itself when it is harmless.
package safe

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Safe reports whether Cell would leave the text as it is.
func Safe(s string) bool { return plain(s) || clean(s) }

// Cell makes one line of visible text: control, bidi and other invisible
// characters, bytes that are not UTF-8, and code points without a meaning of
// their own become escapes such as \n, \x1b and \u202e. A backslash stays as
// it is, so the escapes are for reading and not for decoding.
//
// A combining mark at the start is escaped too: it would sit on what the
// screen shows before the cell.
func Cell(s string) string {
	if Safe(s) {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	for i, r := range s {
		n := width(s[i:], r)
		switch {
		case r == utf8.RuneError && n == 1:
			out = fmt.Appendf(out, `\x%02x`, s[i])
		case harmful(r) || i == 0 && unicode.Is(unicode.M, r):
			out = appendEscape(out, r)
		default:
			out = append(out, s[i:i+n]...)
		}
	}
	return string(out)
}

// plain is the fast path: printable ASCII only.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func clean(s string) bool {
	for i, r := range s {
		switch {
		case harmful(r), i == 0 && unicode.Is(unicode.M, r):
			return false
		case r == utf8.RuneError && width(s[i:], r) == 1:
			return false
		}
	}
	return true
}

// width is the number of bytes that range took for r: a byte that is not
// UTF-8 reads as U+FFFD, like that character itself.
func width(s string, r rune) int {
	if r == utf8.RuneError {
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	return utf8.RuneLen(r)
}

// harmful reports whether a character must not be shown as it is: everything
// that Unicode does not call graphic (C0, C1, format and bidi controls, line
// and paragraph separators, private and unassigned code points), and the
// letters and marks that are defined to be invisible.
func harmful(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return !unicode.IsGraphic(r) || invisible(r)
}

// invisible are graphic by category and yet show nothing: Hangul fillers, the
// grapheme joiner, Khmer inherent vowels, Mongolian and ideographic variation
// selectors. The selectors U+FE00–FE0F stay: they choose how an emoji looks.
func invisible(r rune) bool {
	switch {
	case r >= 0xfe00 && r <= 0xfe0f:
		return false
	case unicode.Is(unicode.Variation_Selector, r):
		return true
	}
	return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

func appendEscape(out []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(out, `\n`...)
	case r == '\r':
		return append(out, `\r`...)
	case r == '\t':
		return append(out, `\t`...)
	case r < utf8.RuneSelf:
		return fmt.Appendf(out, `\x%02x`, r)
	case r <= 0xffff:
		return fmt.Appendf(out, `\u%04x`, r)
	}
	return fmt.Appendf(out, `\U%08x`, r)
}
