package query

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Completion is one way to go on: what to put in place of the text between
// from and the cursor, and what it means.
type Completion struct {
	Text string
	Help string
}

// most is how many values of a key are offered.
const most = 50

// Complete offers keys, and values that the images of the world have, for
// what stands before the cursor (counted in characters). It looks at all
// images: call it when the user asks, not on every key.
func Complete(text string, cursor int, w *World) (from int, options []Completion) {
	runes := []rune(text)
	cursor = min(max(cursor, 0), len(runes))
	at := chunkStart(runes[:cursor])
	for at < cursor && strings.ContainsRune("!-", runes[at]) {
		at++
	}
	p := &parser{text: runes[:cursor], pos: at}
	name, tag, err := p.name()
	if err != nil || p.end() {
		return at, completeKey(string(runes[at:cursor]), w)
	}
	o, _, ok := p.operator()
	if !ok {
		return at, nil
	}
	from = valueStart(p)
	typed := strings.TrimPrefix(string(runes[from:cursor]), `"`)
	return from, completeValue(name, tag, o, typed, w)
}

// chunkStart is where the term that ends at the end of the text begins.
func chunkStart(runes []rune) int {
	start, quoted := 0, false
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case quoted && r == '\\':
			i++
		case r == '"':
			quoted = !quoted
		case !quoted && (unicode.IsSpace(r) || r == '(' || r == ')'):
			start = i + 1
		}
	}
	return start
}

// valueStart skips the values before the last one.
func valueStart(p *parser) int {
	from, quoted := p.pos, false
	for i := p.pos; i < len(p.text); i++ {
		switch p.text[i] {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				from = i + 1
			}
		}
	}
	return from
}

// completeKey offers keys, and tags once "tag." is typed.
func completeKey(typed string, w *World) []Completion {
	var out []Completion
	if low := strings.ToLower(typed); strings.HasPrefix(low, tagKey+".") {
		return completeTag(typed[len(tagKey)+1:], ":", w)
	}
	for _, k := range table {
		out = append(out, Completion{k.Name + k.joint(), k.Help})
	}
	out = append(out,
		Completion{"has:", "something is there: has:tag.owner"},
		Completion{"no:", "nothing is there: no:deprecation"},
		Completion{"is:", "a yes or no is yes: is:public"})
	return matching(out, typed)
}

// joint is what is usually written behind a key.
func (k *Key) joint() string {
	switch {
	case k.Name == tagKey:
		return "."
	case k.Kind == Number || k.Kind == Size || k.Kind == Money || k.Kind == Grade || k.Kind == Duration:
		return ">"
	}
	return ":"
}

func completeTag(typed, joint string, w *World) []Completion {
	counts := map[string]int{}
	for _, im := range w.Inv.Images() {
		if im.Detail == nil {
			continue
		}
		for _, t := range im.Detail.Tags {
			counts[t.Key]++
		}
	}
	var out []Completion
	for _, key := range commonest(counts, strings.TrimPrefix(typed, `"`)) {
		out = append(out, Completion{ref{find(tagKey), key}.String() + joint, "tag " + key})
	}
	return out
}

// completeValue offers values of a key.
func completeValue(name, tag string, o op, typed string, w *World) []Completion {
	switch name {
	case "has", "no":
		return completeAbout(typed, w, func(k *Key) bool { return k.Kind != Bool })
	case "is":
		return completeAbout(typed, w, func(k *Key) bool { return k.Kind == Bool })
	}
	k := find(name)
	if k == nil || o != equal {
		return nil
	}
	var out []Completion
	for _, v := range k.words() {
		out = append(out, Completion{v, ""})
	}
	out = matching(out, typed)
	for _, v := range commonest(valuesOf(k, tag, w), typed) {
		if !slices.Contains(k.Values, v) {
			out = append(out, Completion{valueText(v), ""})
		}
	}
	return out
}

func completeAbout(typed string, w *World, want func(*Key) bool) []Completion {
	if strings.HasPrefix(strings.ToLower(typed), tagKey+".") {
		return completeTag(typed[len(tagKey)+1:], "", w)
	}
	var out []Completion
	for i := range table {
		if k := &table[i]; want(k) {
			out = append(out, Completion{k.Name, k.Help})
		}
	}
	return matching(out, typed)
}

// valuesOf counts the values that a key has among the images.
func valuesOf(k *Key, tag string, w *World) map[string]int {
	counts := map[string]int{}
	if k.Name == "account" {
		for _, id := range accounts(w.Inv) {
			counts[w.Inv.Account(id).Title()]++
		}
		return counts
	}
	for _, im := range w.Inv.Images() {
		switch {
		case k.Name == tagKey && im.Detail != nil:
			for _, t := range im.Detail.Tags {
				if strings.EqualFold(t.Key, tag) {
					counts[t.Value]++
				}
			}
		case k.text != nil && k.Kind != Enum:
			if s, known := k.text(w, im); known && s != "" {
				counts[s]++
			}
		}
	}
	return counts
}

// commonest are the values that begin as typed, the commonest first.
func commonest(counts map[string]int, typed string) []string {
	var out []string
	for v := range counts {
		if _, ok := prefixFold(v, foldAll(typed)); ok {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	return out[:min(len(out), most)]
}

func matching(options []Completion, typed string) []Completion {
	return slices.DeleteFunc(options, func(c Completion) bool {
		_, ok := prefixFold(c.Text, foldAll(typed))
		return !ok
	})
}

// valueText is a value as it must be written to be taken as it is.
func valueText(s string) string {
	special := strings.ContainsFunc(s, func(r rune) bool { return delimits(r) || strings.ContainsRune(`,*?<>=~!\`, r) })
	if s == "" || special || strings.Contains(s, "..") || strings.EqualFold(s, "unknown") || strings.EqualFold(s, "never") {
		return quote(s)
	}
	return s
}
