package iac

import "strings"

// rule is one line of a .gitignore. The comparison with git is in the tests: where
// git departs from gitignore(5), so does this.
type rule struct {
	negated bool // !x: it is not ignored after all
	onlyDir bool // x/
	path    bool // it has a slash: compared with the path from the folder of the rule, not with the name
	literal string
	rest    glob // after the literal
}

func (r rule) matches(rel, name string, dir bool) bool {
	if r.onlyDir && !dir {
		return false
	}
	s := name
	if r.path {
		s = rel
	}
	s, ok := strings.CutPrefix(s, r.literal)
	return ok && r.rest.match(s)
}

func parseRules(text string) []rule {
	var out []rule
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line, _, _ = strings.Cut(strings.TrimSuffix(line, "\r"), "\x00")
		if line == "" || line[0] == '#' {
			continue
		}
		if r, ok := parseRule(trimSpaces(line)); ok {
			out = append(out, r)
		}
	}
	return out
}

// trimSpaces drops the spaces at the end of a line, but not one behind a backslash.
func trimSpaces(s string) string {
	end := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ':
			continue
		case '\\':
			i++
		}
		end = i + 1
	}
	return s[:min(end, len(s))]
}

// parseRule reads a line. A rule that can match nothing is none.
func parseRule(s string) (r rule, ok bool) {
	s, r.negated = strings.CutPrefix(s, "!")
	s, r.onlyDir = strings.CutSuffix(s, "/")
	r.path = strings.Contains(s, "/")
	s = strings.TrimPrefix(s, "/")
	n := strings.IndexAny(s, `*?[\`)
	if n < 0 {
		n = len(s)
	}
	r.literal = s[:n]
	r.rest, ok = parseGlob(s[n:])
	return r, ok && s != ""
}

// glob is a pattern of which each token takes one byte of the text, or many.
type glob []token

type token struct {
	kind tokenKind
	set  *bytesSet // what takes one byte: nil means any but a slash
}

type tokenKind int

const (
	one  tokenKind = iota // a byte of the set
	star                  // any number of bytes, none a slash
	deep                  // any number of bytes
	dirs                  // nothing, or any number of bytes that end with a slash
)

// parseGlob reads a pattern; not ok means that nothing can match it. For git the
// text behind the literal beginning of a pattern is a pattern of its own: in
// x**/y the stars stand for folders, as in **/y.
func parseGlob(s string) (g glob, ok bool) {
	for i := 0; i < len(s); {
		switch s[i] {
		case '*':
			t, n := parseStars(s, i)
			g, i = append(g, t), i+n
		case '?':
			g, i = append(g, token{}), i+1
		case '[':
			set, n, ok := parseSet(s[i:])
			if !ok {
				return nil, false
			}
			g, i = append(g, token{set: set}), i+n
		case '\\':
			if i+1 == len(s) {
				return nil, false
			}
			g, i = append(g, literal(s[i+1])), i+2
		default:
			g, i = append(g, literal(s[i])), i+1
		}
	}
	return g, true
}

func literal(x byte) token {
	t := token{set: new(bytesSet)}
	t.set.add(x, x)
	return t
}

// parseStars reads the stars at s[i]. Two or more of them between slashes stand
// for any number of folders.
func parseStars(s string, i int) (t token, n int) {
	for n < len(s)-i && s[i+n] == '*' {
		n++
	}
	after := s[i+n:]
	switch {
	case n == 1 || i > 0 && s[i-1] != '/':
		return token{kind: star}, n
	case strings.HasPrefix(after, "/"):
		return token{kind: dirs}, n + 1
	case after == "" || strings.HasPrefix(after, `\/`):
		return token{kind: deep}, n
	}
	return token{kind: star}, n
}

// match compares a whole text. Where it gets stuck the last star takes one byte
// more, and when that cannot be the last deep or dirs does: what stands before
// those is best met as early as possible.
func (g glob) match(s string) bool {
	type mark struct{ token, from int } // a star, and the first byte behind what it takes
	none := mark{token: -1}
	near, far := none, none
	t, i := 0, 0
	for {
		switch {
		case t == len(g) && i == len(s):
			return true
		case t < len(g) && g[t].kind == star:
			near = mark{t, i}
			t++
			continue
		case t < len(g) && g[t].kind != one:
			near, far = none, mark{t, i}
			t++
			continue
		case t < len(g) && i < len(s) && g[t].takes(s[i]):
			t, i = t+1, i+1
			continue
		}
		switch {
		case near != none && near.from < len(s) && s[near.from] != '/':
			near.from++
			t, i = near.token+1, near.from
		case far != none && g[far.token].more(s, &far.from):
			t, i = far.token+1, far.from
		default:
			return false
		}
	}
}

func (t token) takes(x byte) bool {
	if t.set == nil {
		return x != '/'
	}
	return t.set.has(x)
}

// more lets a deep or dirs take the least more that it can.
func (t token) more(s string, from *int) bool {
	n := 1
	if t.kind == dirs {
		n = strings.IndexByte(s[*from:], '/') + 1
	}
	if n == 0 || *from+n > len(s) {
		return false
	}
	*from += n
	return true
}
