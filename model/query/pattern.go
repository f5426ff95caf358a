package query

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// patterns match a text if any of them does.
type patterns []pattern

func (ps patterns) match(s string) bool {
	for i := range ps {
		if ps[i].match(s) {
			return true
		}
	}
	return false
}

// pattern matches text without regard to case and without allocating.
type pattern struct {
	shape shape
	text  string // folded
	rare  int    // where in an ASCII text to find stands the byte to look for first
	re    *regexp.Regexp
}

type shape uint8

const (
	anything shape = iota
	whole
	prefix
	suffix
	inside
	wild
	expression
)

// newPattern makes the pattern of a value that must match as a whole.
func newPattern(v value, o op) pattern {
	switch {
	case o == regex:
		return pattern{shape: expression, re: regexp.MustCompile("(?i)" + v.text)} // Parse has compiled it
	case v.form == literal || !strings.ContainsAny(v.text, "*?"):
		return pattern{shape: whole, text: foldAll(v.text)}
	}
	return newGlob(foldAll(v.text))
}

func newGlob(text string) pattern {
	body := strings.Trim(text, "*")
	starts, ends := !strings.HasPrefix(text, "*"), !strings.HasSuffix(text, "*")
	switch {
	case strings.ContainsAny(body, "*?"):
		return pattern{shape: wild, text: text}
	case body == "":
		return pattern{}
	case starts:
		return pattern{shape: prefix, text: body}
	case ends:
		return pattern{shape: suffix, text: body}
	}
	return pattern{shape: inside, text: body, rare: rarest(body)}
}

// newFinder makes the pattern of a word that may stand anywhere.
func newFinder(text string, literal bool) pattern {
	text = foldAll(text)
	switch {
	case text == "":
		return pattern{}
	case literal:
		return pattern{shape: inside, text: text, rare: rarest(text)}
	}
	return newGlob("*" + text + "*")
}

func (p *pattern) match(s string) bool {
	switch p.shape {
	case anything:
		return true
	case whole:
		n, ok := prefixFold(s, p.text)
		return ok && n == len(s)
	case prefix:
		_, ok := prefixFold(s, p.text)
		return ok
	case suffix:
		return suffixFold(s, p.text)
	case inside:
		return p.in(s)
	case wild:
		return wildMatch(s, p.text)
	case expression:
		return p.re.MatchString(s)
	}
	return false
}

// in finds the pattern anywhere. In ASCII it looks for one byte, seldom in
// image names, in both cases.
func (p *pattern) in(s string) bool {
	if p.rare < 0 {
		return insideFold(s, p.text)
	}
	c := p.text[p.rare]
	if p.around(s, c) {
		return true
	}
	return c >= 'a' && c <= 'z' && p.around(s, c-'a'+'A')
}

func (p *pattern) around(s string, c byte) bool {
	for from := p.rare; from < len(s); {
		i := strings.IndexByte(s[from:], c)
		if i < 0 {
			return false
		}
		start := from + i - p.rare
		if _, ok := prefixFold(s[start:], p.text); ok {
			return true
		}
		from += i + 1
	}
	return false
}

// rarest is where the byte stands that is least common in image names, -1 for
// text that is not ASCII.
func rarest(s string) int {
	const common = "qjzxkvwyghfpculdbmnrostiea987654321/ _.0-" // the commonest last
	best, rank := 0, len(common)
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return -1
		}
		if r := strings.IndexByte(common, s[i]); r < rank {
			best, rank = i, r
		}
	}
	return best
}

func foldAll(s string) string { return strings.Map(fold, s) }

// fold is the same for all cases of a letter. ASCII folds to ASCII alone, so
// that the fast paths agree with the slow ones.
func fold(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf:
		return r
	}
	if low := unicode.ToLower(unicode.ToUpper(r)); low >= utf8.RuneSelf {
		return low
	}
	return r
}

// prefixFold reports whether s begins with a folded text, and with how many
// bytes of its own.
func prefixFold(s, text string) (int, bool) {
	n := 0
	for i := 0; i < len(text); {
		if n >= len(s) {
			return 0, false
		}
		c := s[n]
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != text[i] {
				return 0, false
			}
			n, i = n+1, i+1
			continue
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		want, wantSize := utf8.DecodeRuneInString(text[i:])
		if fold(r) != want {
			return 0, false
		}
		n, i = n+size, i+wantSize
	}
	return n, true
}

func suffixFold(s, text string) bool {
	i := len(s)
	for range utf8.RuneCountInString(text) {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	n, ok := prefixFold(s[i:], text)
	return ok && n == len(s)-i
}

func insideFold(s, text string) bool {
	for i := range s {
		if _, ok := prefixFold(s[i:], text); ok {
			return true
		}
	}
	return false
}

// wildMatch matches globs without recursion: on a mismatch it goes back to the
// last "*" and lets it take one character more.
func wildMatch(s, text string) bool {
	star, retry := -1, 0
	i, j := 0, 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		want, wantSize := utf8.DecodeRuneInString(text[j:])
		switch {
		case j < len(text) && want == '*':
			star, retry = j, i
			j++
		case j < len(text) && (want == '?' || want == fold(r)):
			i, j = i+size, j+wantSize
		case star >= 0:
			_, size := utf8.DecodeRuneInString(s[retry:])
			retry += size
			i, j = retry, star+1
		default:
			return false
		}
	}
	return strings.Trim(text[j:], "*") == ""
}
