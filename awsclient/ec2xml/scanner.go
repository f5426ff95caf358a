package ec2xml

import "bytes"

// scanner walks over a document, one element at a time. Whatever it does not
// understand sets bad, once and for all: it then finds no further element, so
// that nobody needs to look at bad before the end.
type scanner struct {
	body []byte
	pos  int
	open []span // the names of the open elements, outermost first
	void bool   // the innermost one was closed in its own tag
	bad  bool

	name  []byte // of the element that next found, in lower case
	lower [maxName]byte
	plain []byte // the last text that could not be taken as it stood
}

// span is a part of the body.
type span struct{ from, to int }

// maxName is longer than any name with a meaning; longer ones have none.
const maxName = 48

// start begins a new document.
func (s *scanner) start(body []byte) {
	s.body, s.pos, s.open, s.void, s.bad = body, 0, s.open[:0], false, false
}

func (s *scanner) fail() { s.bad, s.void, s.pos = true, false, len(s.body) }

// next goes to the next element within the innermost open one, opens it and
// sets its name, or closes the innermost open one if there is none. Text between
// elements is of no interest, but must be well formed, as the SDK demands it.
func (s *scanner) next() bool {
	if s.void {
		s.close()
		return false
	}
	for !s.bad {
		if s.pos < len(s.body) && s.body[s.pos] != '<' {
			s.text()
		}
		switch s.peek() {
		case 0:
			s.fail()
		case '/':
			s.endTag()
			return false
		case '?':
			s.instruction()
		case '!':
			s.declaration()
		default:
			return s.startTag()
		}
	}
	return false
}

// skip leaves the open element and all that is in it behind. It does not call
// itself: a document may nest deeper than a stack.
func (s *scanner) skip() {
	for depth := 1; depth > 0; {
		if s.next() {
			depth++
		} else {
			depth--
		}
	}
}

// value is the text of the open element, which it closes. There must be
// nothing else in it: one text or one CDATA section. It is good until the next
// text is read.
func (s *scanner) value() []byte {
	if s.void {
		s.close()
		return nil
	}
	text := s.text()
	if len(text) == 0 && s.peek() == '!' {
		text = s.cdata()
	}
	s.endTag()
	return text
}

// peek is the byte after the "<" at pos; 0 at the end of the body.
func (s *scanner) peek() byte {
	if s.pos+1 >= len(s.body) {
		return 0
	}
	return s.body[s.pos+1]
}

func (s *scanner) close() {
	s.void = false
	s.open = s.open[:len(s.open)-1]
}

// startTag opens the element whose tag begins at pos.
func (s *scanner) startTag() bool {
	from := s.pos + 1
	to := from
	for ; to < len(s.body); to++ {
		c := nameByte[s.body[to]]
		if c == 0 {
			break
		}
		if n := to - from; n < maxName {
			s.lower[n] = c
		}
	}
	if to == len(s.body) || !isLetter(nameByte[s.body[from]]) {
		s.fail()
		return false
	}
	s.name = s.lower[:0]
	if n := to - from; n <= maxName {
		s.name = s.lower[:n]
	}
	s.open = append(s.open, span{from, to})
	s.pos = to
	s.restOfTag()
	return !s.bad
}

// restOfTag reads what follows the name in a start tag. Attributes mean
// nothing here, but must be well formed.
func (s *scanner) restOfTag() {
	for !s.bad {
		switch c := s.token(); {
		case c == '>':
			return
		case c == '/':
			s.void = true
			s.endOfVoid()
			return
		case isLetter(nameByte[c]):
			s.attribute()
		default:
			s.fail()
		}
	}
}

// endOfVoid reads the ">" of a "/>": nothing may stand between the two.
func (s *scanner) endOfVoid() {
	if s.pos == len(s.body) || s.body[s.pos] != '>' {
		s.fail()
		return
	}
	s.pos++
}

// attribute reads an attribute from its second byte on.
func (s *scanner) attribute() {
	colons := 0
	for s.pos < len(s.body) && (nameByte[s.body[s.pos]] != 0 || s.body[s.pos] == ':') {
		if s.body[s.pos] == ':' {
			colons++
		}
		s.pos++
	}
	s.expect('=')
	quote := s.token()
	if colons > 1 || quote != '"' && quote != '\'' {
		s.fail()
		return
	}
	for s.pos < len(s.body) && s.body[s.pos] != quote && (asIs[s.body[s.pos]] || s.body[s.pos] == '>') {
		s.pos++
	}
	if s.pos == len(s.body) || s.body[s.pos] != quote {
		s.fail()
		return
	}
	s.pos++
}

// endTag closes the innermost open element.
func (s *scanner) endTag() {
	if len(s.open) == 0 {
		s.fail()
		return
	}
	top := s.open[len(s.open)-1]
	name, rest := s.body[top.from:top.to], s.body[s.pos:]
	if len(rest) < len(name)+3 || rest[0] != '<' || rest[1] != '/' || !bytes.Equal(rest[2:2+len(name)], name) {
		s.fail()
		return
	}
	s.pos += len(name) + 2
	s.expect('>')
	s.close()
}

// token is the next byte after white space; 0 at the end.
func (s *scanner) token() byte {
	for s.pos < len(s.body) {
		c := s.body[s.pos]
		s.pos++
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) {
	if s.token() != c {
		s.fail()
	}
}

// nameByte gives for a byte of a name its lower case, for all others 0. Colons
// are no bytes of names here: EC2 prefixes none.
var nameByte = func() (t [256]byte) {
	for c := range t {
		switch {
		case 'A' <= c && c <= 'Z':
			t[c] = byte(c) - 'A' + 'a'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
			t[c] = byte(c)
		}
	}
	return t
}()

// isLetter tells whether a name may begin with c, one of nameByte's values.
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || c == '_' }
