package query

import (
	"math"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// bind makes the matcher of a term: its values joined by or, of which
// "unknown" alone is about whether the fact is known.
func (t term) bind(w *World) matcher {
	var kids []matcher
	var texts patterns
	var spans []span
	for _, v := range t.values {
		switch {
		case v.form == unknown:
			kids = append(kids, isUnknown(has{t.ref}.bind(w)))
		case v.form == never:
			kids = append(kids, not{has{t.ref}}.bind(w))
		case t.ref.key.Kind == Bool:
			kids = append(kids, t.flag(w, v == yes))
		case !t.ref.key.Kind.textual():
			spans = append(spans, t.span(v))
		case t.asText(v):
			texts = append(texts, newPattern(v, t.op))
		default:
			kids = append(kids, t.versions(w, v))
		}
	}
	if texts != nil {
		kids = append(kids, t.texts(w, texts))
	}
	if spans != nil {
		kids = append(kids, t.amounts(w, spans))
	}
	return anyMatcher(kids)
}

// asText reports whether a value is matched letter by letter. Versions are
// compared as such, so that 1.2 finds v1.2, unless they hold a glob.
func (t term) asText(v value) bool {
	switch {
	case t.op == regex:
		return true
	case t.op != equal || v.form == between:
		return false
	}
	return t.ref.key.Kind != Version || v.text == "" || v.form == glob && strings.ContainsAny(v.text, "*?")
}

func anyMatcher(kids []matcher) matcher {
	if len(kids) == 1 {
		return kids[0]
	}
	return func(im *model.Image) model.Tri {
		t := model.No
		for _, k := range kids {
			t = t.Or(k(im))
		}
		return t
	}
}

func isUnknown(fact matcher) matcher {
	return func(im *model.Image) model.Tri { return model.Truth(fact(im) == model.Maybe) }
}

func (t term) flag(w *World, want bool) matcher {
	fact := t.ref.key.flag
	if want {
		return func(im *model.Image) model.Tri { return fact(w, im) }
	}
	return func(im *model.Image) model.Tri { return fact(w, im).Not() }
}

func (t term) texts(w *World, p patterns) matcher {
	if t.ref.key.some != nil {
		return t.ref.key.some(w, t.ref.tag, p)
	}
	text := t.ref.key.text
	return func(im *model.Image) model.Tri {
		s, known := text(w, im)
		if !known {
			return model.Maybe
		}
		return model.Truth(p.match(s))
	}
}

// versions compares versions by their order. An image without a version is
// neither before nor after one.
func (t term) versions(w *World, v value) matcher {
	text, in := t.ref.key.text, t.within(v)
	return func(im *model.Image) model.Tri {
		s, known := text(w, im)
		if !known {
			return model.Maybe
		}
		return model.Truth(s != "" && in(s))
	}
}

func (t term) within(v value) func(string) bool {
	to := func(b bound, s string) int { return model.CompareVersions(s, b.version) }
	switch t.op {
	case less:
		return func(s string) bool { return to(v.low, s) < 0 }
	case atMost:
		return func(s string) bool { return to(v.low, s) <= 0 }
	case more:
		return func(s string) bool { return to(v.low, s) > 0 }
	case atLeast:
		return func(s string) bool { return to(v.low, s) >= 0 }
	case equal, regex:
	}
	if v.form != between {
		return func(s string) bool { return to(v.low, s) == 0 }
	}
	return func(s string) bool {
		return (v.low.open || to(v.low, s) >= 0) && (v.high.open || to(v.high, s) <= 0)
	}
}

// span is a range of amounts, both ends included.
type span struct{ low, high int64 }

func (t term) span(v value) span {
	s := span{math.MinInt64, math.MaxInt64}
	switch t.op {
	case less:
		s.high = v.low.at - 1
	case atMost:
		s.high = v.low.after - 1
	case more:
		s.low = v.low.after
	case atLeast:
		s.low = v.low.at
	case equal, regex:
		s = span{v.low.at, v.low.next - 1}
		if v.form == between && !v.high.open {
			s.high = v.high.after - 1
		} else if v.form == between {
			s.high = math.MaxInt64
		}
	}
	return s
}

// amounts compares amounts. Where there is none, no comparison holds.
func (t term) amounts(w *World, spans []span) matcher {
	amount := t.ref.key.amount
	return func(im *model.Image) model.Tri {
		n, has := amount(w, im)
		if has != model.Yes {
			return has
		}
		for _, s := range spans {
			if s.low <= n && n <= s.high {
				return model.Yes
			}
		}
		return model.No
	}
}

// bind tells whether there is something: text that is not empty (for the
// service that manages an image: any service), a date, a count above zero, any
// member of a set.
func (h has) bind(w *World) matcher {
	switch k := h.ref.key; {
	case k.some != nil:
		return k.some(w, h.ref.tag, patterns{{}})
	case k.flag != nil: // not written by users: part of KEY:unknown
		return func(im *model.Image) model.Tri { return k.flag(w, im) }
	case k.text != nil:
		return func(im *model.Image) model.Tri {
			s, known := k.text(w, im)
			if !known {
				return model.Maybe
			}
			return model.Truth(s != "" && s != k.nothing)
		}
	}
	return func(im *model.Image) model.Tri {
		n, t := h.ref.key.amount(w, im)
		if t == model.Yes && h.ref.key.Kind <= Money {
			return model.Truth(n != 0)
		}
		return t
	}
}
