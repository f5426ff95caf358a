package query

import (
	"strings"
	"unicode"
)

// deepest is how many groups and negations may stand in one another.
const deepest = 100

// Parse reads a query. The error is an *Error.
func Parse(text string) (Query, error) {
	p := &parser{text: []rune(text)}
	if p.space(); p.end() {
		return Query{}, nil
	}
	root, err := p.or()
	if err == nil && !p.end() {
		err = p.fail(p.pos, p.pos+1, "this parenthesis was never opened", `quote a parenthesis that is text: "("`)
	}
	if err != nil {
		return Query{}, err
	}
	return Query{root}, nil
}

// parser reads a query by recursive descent. Its methods leave pos behind what
// they read, white space included.
type parser struct {
	text  []rune
	pos   int
	depth int
}

func (p *parser) end() bool { return p.pos >= len(p.text) }

// eof is no rune: it stands behind the end of the text.
const eof rune = -1

// peek is the rune n places on.
func (p *parser) peek(n int) rune {
	if p.pos+n < len(p.text) {
		return p.text[p.pos+n]
	}
	return eof
}

func (p *parser) space() {
	for !p.end() && unicode.IsSpace(p.text[p.pos]) {
		p.pos++
	}
}

func (p *parser) fail(from, to int, msg, hint string) error {
	return &Error{Pos: from, End: min(max(to, from+1), max(len(p.text), from+1)), Msg: msg, Hint: hint}
}

// keyword reads one of the upper-case words of the language.
func (p *parser) keyword(k string) bool {
	n := len(k)
	if p.pos+n > len(p.text) || string(p.text[p.pos:p.pos+n]) != k || !delimits(p.peek(n)) {
		return false
	}
	p.pos += n
	p.space()
	return true
}

// delimits reports whether a rune ends a word.
func delimits(r rune) bool {
	return r == eof || r == '(' || r == ')' || r == '"' || unicode.IsSpace(r)
}

func (p *parser) or() (node, error) {
	var kids []node
	for {
		kid, err := p.and()
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
		if !p.keyword("OR") {
			return anyOf(kids), nil
		}
	}
}

func (p *parser) and() (node, error) {
	var kids []node
	for {
		kid, err := p.unary()
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
		p.space()
		if p.keyword("AND") {
			continue
		}
		if p.end() || p.peek(0) == ')' || p.atOr() {
			return all(kids), nil
		}
	}
}

func (p *parser) atOr() bool {
	at := p.pos
	defer func() { p.pos = at }()
	return p.keyword("OR")
}

// unary reads a term with the negations before it.
func (p *parser) unary() (node, error) {
	at := p.pos
	switch {
	case p.end() || p.peek(0) == ')' || p.atOr():
		return nil, p.missing()
	case p.keyword("NOT"):
		return p.negated(at)
	case p.peek(0) == '!', p.peek(0) == '-' && !unicode.IsSpace(p.peek(1)) && p.peek(1) != eof && p.peek(1) != ')':
		p.pos++
		return p.negated(at)
	case p.peek(0) == '(':
		return p.group()
	}
	return p.term()
}

// missing explains why there is no term where one must be.
func (p *parser) missing() error {
	from, to := p.pos, p.pos+1
	if p.end() {
		for from = len(p.text); from > 0 && unicode.IsSpace(p.text[from-1]); from-- {
		}
		to = from + 1
	}
	return p.fail(from, to, "a term is missing here", `quote "OR", "!" and ")" where they are text`)
}

func (p *parser) negated(at int) (node, error) {
	if err := p.deeper(at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.space()
	kid, err := p.unary()
	if err != nil {
		return nil, err
	}
	return not{kid}, nil
}

func (p *parser) deeper(at int) error {
	if p.depth++; p.depth > deepest {
		return p.fail(at, at+1, "too many groups and negations inside one another", "")
	}
	return nil
}

func (p *parser) group() (node, error) {
	at := p.pos
	if err := p.deeper(at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.pos++
	p.space()
	kid, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.peek(0) != ')' {
		return nil, p.fail(at, at+1, "this parenthesis is never closed", `quote a parenthesis that is text: "("`)
	}
	p.pos++
	return kid, nil
}

// term reads a word or a key with its values.
func (p *parser) term() (node, error) {
	at := p.pos
	if p.peek(0) == '"' {
		text, err := p.quoted()
		if err != nil {
			return nil, err
		}
		return word{text, true}, p.ended(at)
	}
	name, tag, err := p.name()
	if err != nil {
		return nil, err
	}
	nameEnd := p.pos
	if o, negate, ok := p.operator(); name != "" && ok {
		n, err := p.keyed(keyed{name, tag, at, nameEnd}, o)
		if err != nil || !negate {
			return n, err
		}
		defer func() { p.depth-- }()
		return not{n}, p.deeper(at)
	}
	p.pos = at
	text := p.chunk(delimits)
	return word{text, false}, p.ended(at)
}

// chunk reads up to a delimiter.
func (p *parser) chunk(stop func(rune) bool) string {
	from := p.pos
	for !p.end() && !stop(p.text[p.pos]) {
		p.pos++
	}
	return string(p.text[from:p.pos])
}

// ended checks that a term is not run together with what follows.
func (p *parser) ended(at int) error {
	if r := p.peek(0); r == '(' || r == '"' || !delimits(r) {
		return p.fail(p.pos, p.pos+1, "a term ends here and something follows it at once",
			"put a space between them, or quote the whole: "+quote(string(p.text[at:p.pos])+"…"))
	}
	return nil
}

// quoted reads text in quotes; \" and \\ stand for a quote and a backslash.
func (p *parser) quoted() (string, error) {
	at := p.pos
	var b strings.Builder
	for p.pos++; !p.end(); p.pos++ {
		switch r := p.text[p.pos]; {
		case r == '"':
			p.pos++
			return b.String(), nil
		case r == '\\' && (p.peek(1) == '"' || p.peek(1) == '\\'):
			p.pos++
			b.WriteRune(p.text[p.pos])
		default:
			b.WriteRune(r)
		}
	}
	return "", p.fail(at, at+1, "this quote is never closed", "")
}

// name reads what may be a key: letters, or tag.KEY; "" when there is none.
func (p *parser) name() (name, tag string, err error) {
	name = strings.ToLower(p.chunk(func(r rune) bool { return !nameRune(r) }))
	if name != tagKey || p.peek(0) != '.' {
		return name, "", nil
	}
	p.pos++
	if p.peek(0) == '"' {
		tag, err = p.quoted()
		return name, tag, err
	}
	return name, p.chunk(func(r rune) bool { return !tagRune(r) }), nil
}

func nameRune(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' }

// tagRune is what a tag's key may hold without quotes.
func tagRune(r rune) bool {
	return !delimits(r) && !strings.ContainsRune(`:=<>~!,`, r)
}

func bareTag(tag string) bool {
	return tag != "" && !strings.ContainsFunc(tag, func(r rune) bool { return !tagRune(r) })
}
