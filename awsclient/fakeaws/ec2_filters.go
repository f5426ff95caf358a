package fakeaws

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What EC2 takes of filters in one request.
const (
	maxFilters      = 50
	maxFilterValues = 200
)

// filters are the filters of one operation: by name, the values that a record
// has of it. A record matches a filter if any of its values matches any of
// the filter's.
type filters[R any] struct {
	values map[string]func(R) []string
	tags   func(R) []fleet.Tag // for tag:KEY and tag-key; nil: no tags
}

// condition is one filter of a request, read.
type condition[R any] struct {
	values func(R) []string
	globs  []glob
}

// compile reads the filters of a request. All of them must match.
func (f filters[R]) compile(in []types.Filter) (func(R) bool, error) {
	if len(in) > maxFilters {
		return nil, tooManyFilters(fmt.Sprintf("filters specified on a single call is %d", maxFilters))
	}
	conditions := make([]condition[R], 0, len(in))
	for _, filter := range in {
		c, err := f.condition(filter)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, c)
	}
	return func(r R) bool {
		return !slices.ContainsFunc(conditions, func(c condition[R]) bool { return !c.match(r) })
	}, nil
}

func (f filters[R]) condition(in types.Filter) (condition[R], error) {
	name := aws.ToString(in.Name)
	values := f.lookup(name)
	switch {
	case values == nil:
		return condition[R]{}, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("The filter '%s' is invalid", name)}
	case len(in.Values) > maxFilterValues:
		return condition[R]{}, tooManyFilters(fmt.Sprintf("filter values specified on a single call is %d", maxFilterValues))
	}
	globs := make([]glob, len(in.Values))
	for i, v := range in.Values {
		globs[i] = newGlob(v)
	}
	return condition[R]{values, globs}, nil
}

func tooManyFilters(what string) error {
	return &Error{"FilterLimitExceeded", "The maximum number of " + what, http.StatusBadRequest}
}

func (f filters[R]) lookup(name string) func(R) []string {
	if f.tags == nil {
		return f.values[name]
	}
	if name == "tag-key" {
		return func(r R) []string { return tagKeys(f.tags(r)) }
	}
	if key, ok := strings.CutPrefix(name, "tag:"); ok {
		return func(r R) []string { return tagValues(f.tags(r), key) }
	}
	return f.values[name]
}

func tagKeys(tags []fleet.Tag) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = t.Key
	}
	return out
}

func tagValues(tags []fleet.Tag, key string) []string {
	for _, t := range tags {
		if t.Key == key {
			return []string{t.Value}
		}
	}
	return nil
}

func (c condition[R]) match(r R) bool {
	for _, value := range c.values(r) {
		for _, g := range c.globs {
			if g.match(value) {
				return true
			}
		}
	}
	return false
}

// Values of a record, as filters see them: what is not there has none.

func one(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func truth(b bool) []string { return []string{strconv.FormatBool(b)} }

func moment(t fleet.Time) []string {
	if t == 0 {
		return nil
	}
	return []string{t.String()}
}

// glob is a filter value in which * stands for any text, ? for one character,
// and a backslash takes the meaning from the character after it.
type glob []globRune

type globRune struct {
	r    rune
	kind globKind
}

type globKind uint8

const (
	literal globKind = iota
	anyOne
	anyText
)

func newGlob(text string) glob {
	var g glob
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch {
		case runes[i] == '\\' && i+1 < len(runes):
			i++
			g = append(g, globRune{runes[i], literal})
		case runes[i] == '*':
			g = append(g, globRune{kind: anyText})
		case runes[i] == '?':
			g = append(g, globRune{kind: anyOne})
		default:
			g = append(g, globRune{runes[i], literal})
		}
	}
	return g
}

// match goes through the text once, and back to the last star when it is
// stuck: the time is at most length of glob times length of text.
func (g glob) match(text string) bool {
	t := []rune(text)
	at, pos := 0, 0
	star, mark := -1, 0
	for pos < len(t) {
		switch {
		case at < len(g) && g[at].kind == anyText:
			star, mark = at, pos
			at++
		case at < len(g) && (g[at].kind == anyOne || g[at].r == t[pos]):
			at++
			pos++
		case star >= 0:
			mark++
			at, pos = star+1, mark
		default:
			return false
		}
	}
	for at < len(g) && g[at].kind == anyText {
		at++
	}
	return at == len(g)
}
