package query

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// node is a part of a parsed query. Nodes are plain data: what Parse makes of
// the text of a node is equal to it.
type node interface {
	write(b *strings.Builder)
	bind(w *World) matcher
}

type (
	and []node // two or more, none of them an and
	or  []node // two or more, none of them an or
	not struct{ kid node }

	// word is text to be found in names, ids and tag values.
	word struct {
		text    string
		literal bool // was quoted: "*" and "?" stand for themselves
	}

	// has asks whether an image has what a key is about.
	has struct{ ref ref }

	// term compares what a key is about with values, any of which will do.
	term struct {
		ref    ref
		op     op
		values []value
	}
)

// ref names a key, and the tag for the key "tag".
type ref struct {
	key *Key
	tag string
}

type op uint8

const (
	equal op = iota
	less
	atMost
	more
	atLeast
	regex
)

var opText = [...]string{equal: ":", less: "<", atMost: "<=", more: ">", atLeast: ">=", regex: "~"}

// form is how the text of a value is meant.
type form uint8

const (
	glob    form = iota // text in which "*" and "?" stand for any text
	literal             // text as it is
	unknown             // the fact is not known
	never               // it is known that it never happened
	point               // one amount, date or version
	between             // a range of those, both ends included
)

// value is what a term compares with. Text is its canonical form; low and
// high are the amounts it stands for, or the versions.
type value struct {
	form      form
	text      string
	low, high bound
}

// all and any join nodes, flat and without needless groups.
func all(kids []node) node {
	var out and
	for _, k := range kids {
		if in, ok := k.(and); ok {
			out = append(out, in...)
		} else {
			out = append(out, k)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

func anyOf(kids []node) node {
	var out or
	for _, k := range kids {
		if in, ok := k.(or); ok {
			out = append(out, in...)
		} else {
			out = append(out, k)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// String is the canonical text: Parse gives the same query for it.
func (q Query) String() string {
	if q.root == nil {
		return ""
	}
	var b strings.Builder
	q.root.write(&b)
	return b.String()
}

func (a and) write(b *strings.Builder) {
	for i, k := range a {
		if i > 0 {
			b.WriteByte(' ')
		}
		_, group := k.(or)
		printIn(b, k, group)
	}
}

func (o or) write(b *strings.Builder) {
	for i, k := range o {
		if i > 0 {
			b.WriteString(" OR ")
		}
		k.write(b)
	}
}

func (n not) write(b *strings.Builder) {
	b.WriteByte('!')
	switch n.kid.(type) {
	case and, or:
		printIn(b, n.kid, true)
	default:
		n.kid.write(b)
	}
}

func printIn(b *strings.Builder, n node, group bool) {
	if group {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	n.write(b)
}

func (w word) write(b *strings.Builder) {
	if w.literal {
		b.WriteString(quote(w.text))
		return
	}
	b.WriteString(w.text)
}

func (h has) write(b *strings.Builder) { b.WriteString("has:" + h.ref.String()) }

func (t term) write(b *strings.Builder) {
	b.WriteString(t.ref.String() + opText[t.op])
	for i, v := range t.values {
		if i > 0 {
			b.WriteByte(',')
		}
		if v.form == literal && (t.op != regex || !bareRegex(v.text)) {
			b.WriteString(quote(v.text))
			continue
		}
		b.WriteString(v.text)
	}
}

// String is the key as it is written: name, tag.owner, tag."aws:key".
func (r ref) String() string {
	switch {
	case r.key.Name != tagKey:
		return r.key.Name
	case bareTag(r.tag):
		return tagKey + "." + r.tag
	}
	return tagKey + "." + quote(r.tag)
}

// is reports whether a name means this key; a tag's key alone means any tag.
func (r ref) is(name string) bool { return r.key.Name == name || r.String() == name }

var quoter = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quote(s string) string { return `"` + quoter.Replace(s) + `"` }

func names(n node, key string) bool {
	in := func(k node) bool { return names(k, key) }
	switch n := n.(type) {
	case and:
		return slices.ContainsFunc(n, in)
	case or:
		return slices.ContainsFunc(n, in)
	case not:
		return names(n.kid, key)
	case has:
		return n.ref.is(key)
	case term:
		return n.ref.is(key)
	}
	return false
}

func (a and) bind(w *World) matcher {
	kids := bindAll(a, w)
	return func(im *model.Image) model.Tri {
		t := model.Yes
		for _, k := range kids {
			if t = t.And(k(im)); t == model.No {
				return t
			}
		}
		return t
	}
}

func (o or) bind(w *World) matcher {
	kids := bindAll(o, w)
	return func(im *model.Image) model.Tri {
		t := model.No
		for _, k := range kids {
			if t = t.Or(k(im)); t == model.Yes {
				return t
			}
		}
		return t
	}
}

func (n not) bind(w *World) matcher {
	kid := n.kid.bind(w)
	return func(im *model.Image) model.Tri { return kid(im).Not() }
}

func bindAll(kids []node, w *World) []matcher {
	out := make([]matcher, len(kids))
	for i, k := range kids {
		out[i] = k.bind(w)
	}
	return out
}
