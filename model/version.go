package model

import (
	"bytes"
	"strings"
)

// CompareVersions orders the versions that Family gives, newest last, and is
// a total preorder over any text. Numbers compare as numbers whatever their
// length, a version comes before itself with something added (1.2.3 before
// 1.2.3-17) except that pre-releases come before it (1.2.3-rc1 before 1.2.3),
// and separators, case and a leading "v" do not count.
//
// On dotted numbers with a pre-release word it agrees with go-version. That
// library is not used here: it reads the number in 1.2.3-17 as a pre-release
// where image names mean a later build, and refuses dates with times.
func CompareVersions(a, b string) int {
	var x, y [64]byte
	return bytes.Compare(appendVersionKey(x[:0], a), appendVersionKey(y[:0], b))
}

// VersionKey is text whose byte order is the order of CompareVersions, for
// sorting many versions.
func VersionKey(v string) string {
	var room [64]byte
	return string(appendVersionKey(room[:0], v))
}

// The elements of a key in their order. What ends before another goes on
// stands between the pre-releases and all else.
const (
	keyPre byte = iota + 1
	keyEnd
	keyWord
	keyNumber
)

func appendVersionKey(key []byte, v string) []byte {
	if len(v) > 1 && (v[0] == 'v' || v[0] == 'V') && isDigit(v[1]) {
		v = v[1:]
	}
	for i := 0; i < len(v); {
		switch n := digitRun(v[i:]); {
		case n > 0:
			key = appendNumber(key, v[i:i+n])
			i += n
		case separator(v[i]):
			i++
		default:
			n = wordRun(v[i:])
			key = appendWord(key, v[i:i+n])
			i += n
		}
	}
	return append(key, keyEnd)
}

func wordRun(s string) int {
	n := 0
	for n < len(s) && !isDigit(s[n]) && !separator(s[n]) {
		n++
	}
	return n
}

// appendNumber writes the length before the digits, so that longer numbers
// come later; leading zeros do not count.
func appendNumber(key []byte, digits string) []byte {
	digits = strings.TrimLeft(digits, "0")
	key = append(key, keyNumber)
	n := len(digits)
	for ; n >= 0xff; n -= 0xff {
		key = append(key, 0xff)
	}
	return append(append(key, byte(n)), digits...)
}

// appendWord ends words with the byte below all others, so that a word comes
// before the words it begins.
func appendWord(key []byte, w string) []byte {
	kind := keyWord
	if lookup(w) == suffix || strings.EqualFold(w, "dev") {
		kind = keyPre
	}
	key = append(key, kind)
	for i := range len(w) {
		key = append(key, max(lower(w[i]), 1))
	}
	return append(key, 0)
}
