package query

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The generators draw queries as Parse makes them, from pools small enough
// that random images match now and then.

func drawNode(t *rapid.T, depth int, leaf func(*rapid.T) node) node {
	if depth == 0 {
		return leaf(t)
	}
	kids := func() []node {
		out := make([]node, rapid.IntRange(2, 3).Draw(t, "kids"))
		for i := range out {
			out[i] = drawNode(t, depth-1, leaf)
		}
		return out
	}
	switch rapid.IntRange(0, 4).Draw(t, "shape") {
	case 0:
		return all(kids())
	case 1:
		return anyOf(kids())
	case 2:
		return not{drawNode(t, depth-1, leaf)}
	}
	return leaf(t)
}

// drawLeaf draws a term about facts; drawAnyLeaf may also ask whether they are
// known.
func drawLeaf(t *rapid.T) node {
	switch rapid.IntRange(0, 5).Draw(t, "leaf") {
	case 0:
		return drawWord(t)
	case 1:
		return has{drawRef(t, func(k *Key) bool { return k.Kind != Bool })}
	}
	return drawTerm(t)
}

func drawAnyLeaf(t *rapid.T) node {
	if rapid.IntRange(0, 5).Draw(t, "asks whether known") > 0 {
		return drawLeaf(t)
	}
	return drawUnknown(t)
}

func drawUnknown(t *rapid.T) node {
	r := drawRef(t, func(k *Key) bool { return k.Unsure })
	return term{ref: r, values: []value{{form: unknown, text: "unknown"}}}
}

func drawRef(t *rapid.T, want func(*Key) bool) ref {
	var keys []*Key
	for i := range table {
		if want(&table[i]) {
			keys = append(keys, &table[i])
		}
	}
	r := ref{key: rapid.SampledFrom(keys).Draw(t, "key")}
	if r.key.Name == tagKey {
		r.tag = rapid.SampledFrom([]string{"owner", "Owner", "env", "aws:stack", "a b", `q"\`, "é"}).Draw(t, "tag")
	}
	return r
}

var textPool = []string{
	"web", "Web-API", "api", "1.4", "eu-west-1", "111111111111", "acme-prod", "ami-0a", "prod", "x", "日本", "É", "a.b", "c..d", "", "a b",
	`say "hi"`, `back\slash`, "a,b", "(x)", "OR", "!x", "-x", "unknown", "never", "key:value", "<1", "*", "we?",
}

// bare is what may stand without quotes as a value, and as a word.
func bareValue(s string) bool {
	return s != "" && !strings.ContainsRune("!<", rune(s[0])) && !strings.EqualFold(s, "unknown") && !strings.EqualFold(s, "never") && !strings.ContainsAny(s, `,"() `)
}

func bareWord(s string) bool {
	return bareValue(s) && s[0] != '-' && !strings.Contains(s, ":") && s != "OR"
}

func drawWord(t *rapid.T) node {
	s := rapid.SampledFrom(textPool).Draw(t, "word")
	if bareWord(s) && rapid.Bool().Draw(t, "bare") {
		return word{s + rapid.SampledFrom([]string{"", "*", "?"}).Draw(t, "glob"), false}
	}
	return word{s, true}
}

func drawTerm(t *rapid.T) node {
	tm := term{ref: drawRef(t, func(*Key) bool { return true })}
	kind := tm.ref.key.Kind
	ops := []op{equal}
	if kind.textual() {
		ops = append(ops, regex)
	}
	if kind.ordered() {
		ops = append(ops, less, atMost, more, atLeast)
	}
	tm.op = rapid.SampledFrom(ops).Draw(t, "op")
	n := 1
	if tm.op == equal {
		n = rapid.IntRange(1, 3).Draw(t, "values")
	}
	for range n {
		tm.values = append(tm.values, drawValue(t, tm))
	}
	return tm
}

func drawValue(t *rapid.T, tm term) value {
	if tm.op == regex {
		s := rapid.SampledFrom([]string{"web", "^w", "(a|b)c?", `\d+`, "a b", `"`, "[0-9]", "^$"}).Draw(t, "regex")
		return value{form: literal, text: s}
	}
	if tm.ref.key.never && tm.op == equal && rapid.Bool().Draw(t, "never") {
		return value{form: never, text: "never"}
	}
	switch k := tm.ref.key; k.Kind {
	case Bool:
		return rapid.SampledFrom([]value{yes, no}).Draw(t, "flag")
	case Enum:
		return value{form: glob, text: rapid.SampledFrom(append(k.Values, "*e*", "a?*")).Draw(t, "enum")}
	case Version:
		return drawVersion(t, tm.op)
	case Number, Size, Money, Grade, Duration, Date:
		return drawAmount(t, tm)
	case Text, Set:
	}
	s := rapid.SampledFrom(textPool).Draw(t, "text")
	if bareValue(s) && rapid.Bool().Draw(t, "bare") {
		return value{form: glob, text: s}
	}
	return value{form: literal, text: s}
}

func drawVersion(t *rapid.T, o op) value {
	pool := rapid.SampledFrom([]string{"1.4", "v1.4.2", "2026-10-14", "20261014", "1.10"})
	a, b := pool.Draw(t, "version"), pool.Draw(t, "version")
	switch rapid.IntRange(0, 3).Draw(t, "version form") {
	case 0:
		if o == equal {
			return value{form: between, text: a + ".." + b, low: bound{version: a}, high: bound{version: b}}
		}
	case 1:
		if o == equal {
			return value{form: between, text: a + "..", low: bound{version: a}, high: bound{open: true}}
		}
	case 2:
		return value{form: literal, text: a, low: bound{version: a}}
	}
	return value{form: glob, text: a, low: bound{version: a}}
}

var amountPool = map[Kind][]string{
	Number:   {"0", "1", "2", "-3"},
	Money:    {"0", "1", "$0.25", "3.5"},
	Grade:    {"info", "low", "high", "critical"},
	Size:     {"0B", "8GiB", "100GiB", "1TiB", "1536MiB"},
	Duration: {"1d", "10d", "2w", "6mo", "1y6mo", "12h", "30m"},
	Date:     {"2026", "2026-05", "2026-11-13", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00+02:00"},
}

func drawAmount(t *rapid.T, tm term) value {
	read := map[Kind]func(string) (bound, bool){Number: readNumber, Size: readSize, Money: readMoney, Grade: readGrade, Duration: readDuration, Date: readDate}[tm.ref.key.Kind]
	pool := rapid.Map(rapid.SampledFrom(amountPool[tm.ref.key.Kind]), strings.ToLower)
	low, lowOK := read(pool.Draw(t, "low"))
	high, highOK := read(pool.Draw(t, "high"))
	if !lowOK || !highOK {
		t.Fatalf("the pool of %v holds what cannot be read", tm.ref)
	}
	if tm.op == equal && low.at < high.after && rapid.Bool().Draw(t, "range") {
		return value{form: between, text: low.version + ".." + high.version, low: low, high: high}.plain()
	}
	return value{form: point, text: low.version, low: low}.plain()
}

func TestParseAfterPrintIsTheIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawNode(t, 4, drawAnyLeaf)
		text := Query{want}.String()
		got, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(got.root, want) {
			t.Fatalf("%s\nwant %#v\ngot  %#v", text, want, got.root)
		}
	})
}

// checkParse holds for any text: it parses and prints to something that parses
// to the same and prints the same, or the error points into the text.
func checkParse(t interface{ Fatalf(string, ...any) }, text string) {
	q, err := Parse(text)
	if err != nil {
		var qe *Error
		if !errors.As(err, &qe) {
			t.Fatalf("%q: %v is no query error", text, err)
		}
		if n := utf8.RuneCountInString(text); qe.Pos < 0 || qe.Pos > n || qe.End <= qe.Pos || qe.End > max(n, qe.Pos+1) {
			t.Fatalf("%q: error %v at %d–%d of %d", text, err, qe.Pos, qe.End, n)
		}
		if lines := strings.Count(qe.Point(text), "\n"); lines != 1 {
			t.Fatalf("%q: error drawn on %d lines", text, lines+1)
		}
		return
	}
	again, err := Parse(q.String())
	switch {
	case err != nil:
		t.Fatalf("%q prints as %q: %v", text, q, err)
	case !reflect.DeepEqual(again, q):
		t.Fatalf("%q prints as %q, which is another query: %q", text, q, again)
	case again.String() != q.String():
		t.Fatalf("%q prints as %q, then as %q", text, q, again)
	}
}

func TestAnyTextParsesOrPoints(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"web", " ", "(", ")", "!", "-", `"`, `\`, "OR", "NOT", "AND", "name", "tag.", "age", "created", "size", "version", "is", "has", "no", ":", ">",
		"=", "~", ",", "..", "180d", "2026-10", "1GiB", "unknown", "never", "true", "*", "日", "\x00", "\xff", "\x1b", "\u202e",
	})
	rapid.Check(t, func(t *rapid.T) {
		checkParse(t, strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), ""))
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"age>180d !deprecated:true region:eu-*", `tag."aws:x":"a,b",c OR (no:tags -web)`, "created:2026-01..2026-06", "name~^a(b|c)$",
		"size>=1.5TiB", "version:1.2..v2", strings.Repeat("(", 200), strings.Repeat("!", 200) + "a", "launched:never,unknown",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkParse(t, text) })
}

func TestDepthIsLimited(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("(", 1e5) + "a" + strings.Repeat(")", 1e5), strings.Repeat("!", 1e5) + "a", strings.Repeat("NOT ", 1e5) + "a",
		strings.Repeat("-", 1e5) + "a",
	} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%.20s… has no error", text)
		}
	}
}
