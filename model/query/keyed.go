package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// This file reads what stands behind a key: an operator and values.

// operators in the order in which they are tried: longer ones first.
var operators = []struct {
	text   string
	op     op
	negate bool
}{
	{":>=", atLeast, false},
	{":<=", atMost, false},
	{":>", more, false},
	{":<", less, false},
	{":~", regex, false},
	{":=", equal, false},
	{"==", equal, false},
	{"!=", equal, true},
	{"!~", regex, true},
	{">=", atLeast, false},
	{"<=", atMost, false},
	{":", equal, false},
	{"=", equal, false},
	{">", more, false},
	{"<", less, false},
	{"~", regex, false},
}

func (p *parser) operator() (o op, negate, ok bool) {
	rest := string(p.text[p.pos:min(p.pos+3, len(p.text))])
	for _, cand := range operators {
		if strings.HasPrefix(rest, cand.text) {
			p.pos += len(cand.text)
			return cand.op, cand.negate, true
		}
	}
	return 0, false, false
}

// keyed is the key of a term as it was written, and where.
type keyed struct {
	name, tag string
	from, to  int
}

// keyed reads the values of a key that was just read.
func (p *parser) keyed(k keyed, o op) (node, error) {
	if i := slices.Index([]string{"has", "no", "is"}, k.name); i >= 0 {
		return p.about(k, o)
	}
	r, err := p.ref(k)
	if err != nil {
		return nil, err
	}
	if err := p.suits(r, k, o); err != nil {
		return nil, err
	}
	items, err := p.items(r, o)
	if err != nil {
		return nil, err
	}
	t := term{ref: r, op: o}
	for _, it := range items {
		v, err := p.value(r, o, it)
		if err != nil {
			return nil, err
		}
		t.values = append(t.values, v)
	}
	return t, nil
}

// ref finds the key in the table.
func (p *parser) ref(k keyed) (ref, error) {
	key := find(k.name)
	switch {
	case key == nil:
		hint := "quote text that holds a colon or a sign"
		if near := nearest(k.name, keyNames()); near != "" {
			hint = "did you mean " + near + "?"
		}
		return ref{}, p.fail(k.from, k.to, "there is no key "+strconv.Quote(k.name), hint)
	case key.Name == tagKey && k.tag == "":
		return ref{}, p.fail(k.from, k.to, "the tag's key is missing", "write tag.owner:web or tag.\"aws:name\":web")
	}
	return ref{key, k.tag}, nil
}

// suits checks that the operator makes sense for the key.
func (p *parser) suits(r ref, k keyed, o op) error {
	kind := r.key.Kind
	switch {
	case o == regex && !kind.textual():
		return p.fail(k.to, p.pos, r.String()+" is "+kind.String()+", not text", "write "+r.key.Example)
	case o != equal && o != regex && !kind.ordered():
		return p.fail(k.to, p.pos, r.String()+" is "+kind.String()+" and has no order", "write "+r.key.Example)
	}
	return nil
}

// item is one of the values of a term as it was written.
type item struct {
	text     string
	quoted   bool
	from, to int
}

// items reads values with commas between them; a comparison and a regular
// expression take one.
func (p *parser) items(r ref, o op) ([]item, error) {
	if o == regex {
		it, err := p.pattern(r)
		if err == nil && it.quoted {
			err = p.ended(it.from)
		}
		return []item{it}, err
	}
	var out []item
	for {
		it, err := p.item(r.key.Example)
		if err != nil {
			return nil, err
		}
		out = append(out, it)
		if p.peek(0) != ',' {
			return out, p.ended(out[0].from)
		}
		if o != equal {
			return nil, p.fail(p.pos, p.pos+1, "a comparison takes one value", "lists go with a colon: key:a,b")
		}
		p.pos++
	}
}

func (p *parser) item(example string) (item, error) {
	it := item{from: p.pos, quoted: p.peek(0) == '"'}
	var err error
	if it.quoted {
		it.text, err = p.quoted()
	} else {
		it.text = p.chunk(func(r rune) bool { return r == ',' || delimits(r) })
	}
	it.to = p.pos
	switch {
	case err != nil:
		return it, err
	case it.text == "" && !it.quoted:
		return it, p.fail(it.from, it.from+1, "a value is missing here", "write "+example)
	case !it.quoted && strings.ContainsRune("<>=~", rune(it.text[0])):
		return it, p.fail(it.from, it.to, "this is no value", "quote a value that begins with a sign: "+quote(it.text))
	case !it.quoted && it.text[0] == '!':
		return it, p.fail(it.from, it.to, "a negation goes before the key", "write !key:value")
	}
	return it, nil
}

// pattern reads a regular expression: up to white space or to a parenthesis
// that it did not open.
func (p *parser) pattern(r ref) (item, error) {
	it := item{from: p.pos, quoted: p.peek(0) == '"'}
	if it.quoted {
		return p.item(r.key.Example)
	}
	open := 0
	for ; !p.end() && !unicode.IsSpace(p.text[p.pos]); p.pos++ {
		switch p.text[p.pos] {
		case '\\':
			if p.peek(1) != eof && !unicode.IsSpace(p.peek(1)) {
				p.pos++
			}
		case '(':
			open++
		case ')':
			open--
		}
		if open < 0 {
			break
		}
	}
	it.to = p.pos
	if it.text = string(p.text[it.from:p.pos]); it.text == "" {
		return it, p.fail(it.from, it.from+1, "a regular expression is missing here", "write "+r.String()+"~^web")
	}
	return it, nil
}

// bareRegex reports whether an expression survives without quotes.
func bareRegex(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !nameRune(r) && !strings.ContainsRune(`0123456789^$.*+?[]|-`, r)
	})
}

// about reads has:, no: and is:.
func (p *parser) about(k keyed, o op) (node, error) {
	if o != equal {
		return nil, p.fail(k.to, p.pos, k.name+" takes a colon", "write "+aboutExample[k.name])
	}
	var kids []node
	for {
		kid, err := p.aboutOne(k)
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
		if p.peek(0) != ',' {
			return anyOf(kids), p.ended(k.from)
		}
		p.pos++
	}
}

var aboutExample = map[string]string{"has": "has:tag.owner", "no": "no:deprecation", "is": "is:public"}

func (p *parser) aboutOne(k keyed) (node, error) {
	at := p.pos
	name, tag, err := p.name()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, p.fail(at, at+1, "a key is missing here", "write "+aboutExample[k.name])
	}
	if name == "marked" {
		name = "mark"
	}
	r, err := p.ref(keyed{name, tag, at, p.pos})
	switch flag := err == nil && r.key.Kind == Bool; {
	case err != nil:
		return nil, err
	case k.name == "is" && !flag:
		return nil, p.fail(at, p.pos, r.String()+" is "+r.key.Kind.String()+", not a yes or no", "write has:"+r.String()+" or "+r.key.Example)
	case k.name != "is" && flag:
		return nil, p.fail(at, p.pos, r.String()+" is a yes or no", "write is:"+r.String())
	case k.name == "is":
		return term{ref: r, values: []value{yes}}, nil
	case k.name == "no":
		defer func() { p.depth-- }()
		return not{has{r}}, p.deeper(at)
	}
	return has{r}, nil
}
