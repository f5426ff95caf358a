package ec2xml

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// asIs are the bytes that stand for themselves wherever they stand in text.
// ">" is not one of them, as "]]>" is forbidden.
var asIs = func() (t [256]bool) {
	for c := range t {
		t[c] = c == '\t' || c == '\n' || c >= ' ' && c < utf8.RuneSelf && c != '<' && c != '>' && c != '&'
	}
	return t
}()

// text reads up to the next tag. There may be none: text at the end of a
// document is not understood.
func (s *scanner) text() []byte {
	i := s.pos
	for i < len(s.body) && asIs[s.body[i]] {
		i++
	}
	if i == len(s.body) {
		s.fail()
		return nil
	}
	if s.body[i] != '<' {
		return s.markedText()
	}
	text := s.body[s.pos:i]
	s.pos = i
	return text
}

// markedText is text with references, line ends to be made uniform, or
// anything but ASCII in it.
func (s *scanner) markedText() []byte {
	n := bytes.IndexByte(s.body[s.pos:], '<')
	if n < 0 {
		s.fail()
		return nil
	}
	raw := s.body[s.pos : s.pos+n]
	if bytes.Contains(raw, []byte("]]>")) {
		s.fail()
		return nil
	}
	s.pos += n
	s.plain = s.plain[:0]
	for len(raw) > 0 {
		n := 1
		switch raw[0] {
		case '&':
			var r rune
			r, n = reference(raw)
			s.plain = utf8.AppendRune(s.plain, r)
		case '\r':
			n = s.lineEnd(raw)
		default:
			s.plain = append(s.plain, raw[0])
		}
		if n == 0 {
			s.fail()
			return nil
		}
		raw = raw[n:]
	}
	return s.legal()
}

// lineEnd reads "\r" or "\r\n" as the one byte that both mean.
func (s *scanner) lineEnd(raw []byte) int {
	s.plain = append(s.plain, '\n')
	if len(raw) > 1 && raw[1] == '\n' {
		return 2
	}
	return 1
}

// reference reads the character reference that raw begins with, and gives the
// number of bytes it takes; 0 if it is none of those that need no declaration.
func reference(raw []byte) (rune, int) {
	end := bytes.IndexByte(raw[:min(len(raw), 12)], ';')
	if end < 0 {
		return 0, 0
	}
	switch name := string(raw[1:end]); name {
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "amp":
		return '&', end + 1
	case "apos":
		return '\'', end + 1
	case "quot":
		return '"', end + 1
	default:
		return number(name, end+1)
	}
}

// number reads "#" and a number. A surrogate becomes the replacement
// character, as Go has it.
func number(name string, size int) (rune, int) {
	if len(name) < 2 || name[0] != '#' {
		return 0, 0
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, 0
	}
	return rune(n), size
}

// legal is the marked text, if all its characters may stand in a document.
func (s *scanner) legal() []byte {
	for i := 0; i < len(s.plain); {
		r, n := utf8.DecodeRune(s.plain[i:])
		if r == utf8.RuneError && n == 1 || !isChar(r) {
			s.fail()
			return nil
		}
		i += n
	}
	return s.plain
}

// isChar is the production Char of XML 1.0 §2.2, but for the surrogates that
// no decoded text has.
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r != 0xFFFE && r != 0xFFFF
}

// declaration leaves a comment or a CDATA section behind; document types are
// not understood.
func (s *scanner) declaration() {
	if !bytes.HasPrefix(s.body[s.pos:], []byte("<!--")) {
		s.cdata()
		return
	}
	s.pos += len("<!--")
	s.past("--")
	if s.pos == len(s.body) || s.body[s.pos] != '>' {
		s.fail() // "--" may only end a comment
		return
	}
	s.pos++
}

// cdata is the text of the CDATA section at pos.
func (s *scanner) cdata() []byte {
	const begin = "<![CDATA["
	if !bytes.HasPrefix(s.body[s.pos:], []byte(begin)) {
		s.fail()
		return nil
	}
	s.pos += len(begin)
	raw := s.past("]]>")
	s.plain = s.plain[:0]
	for len(raw) > 0 {
		n := 1
		if raw[0] == '\r' {
			n = s.lineEnd(raw)
		} else {
			s.plain = append(s.plain, raw[0])
		}
		raw = raw[n:]
	}
	return s.legal()
}

// headers are the declarations that the documents of EC2 and its like begin
// with; those of other encodings are not understood.
var headers = [...]string{
	`<?xml version="1.0" encoding="UTF-8"?>`,
	`<?xml version="1.0" encoding="utf-8"?>`,
	`<?xml version='1.0' encoding='UTF-8'?>`,
	`<?xml version='1.0' encoding='utf-8'?>`,
	`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`,
	`<?xml version="1.0"?>`,
}

// instruction leaves an XML declaration behind; no other instruction is
// understood.
func (s *scanner) instruction() {
	for _, h := range headers {
		if bytes.HasPrefix(s.body[s.pos:], []byte(h)) {
			s.pos += len(h)
			return
		}
	}
	s.fail()
}

// past goes behind the next end and gives what stands before it.
func (s *scanner) past(end string) []byte {
	rest := s.body[s.pos:]
	n := bytes.Index(rest, []byte(end))
	if n < 0 {
		s.fail()
		return nil
	}
	s.pos += n + len(end)
	return rest[:n]
}
