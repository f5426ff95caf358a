package wire

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// ec2Names is the table that ./gen wrote; see there for its form.
//
//go:embed ec2names.txt
var ec2Names string

// naming gives the wire names of the fields of documents, by the Go names of
// both.
type naming struct {
	rule  func(field string) string
	usual map[string]string            // field → name, where most documents depart from the rule
	odd   map[string]map[string]string // document → field → name
}

// name returns the wire name of a field, and of a list's elements when they
// are not called as lists' elements usually are.
func (n naming) name(doc, field string) (wire, element string) {
	wire, ok := n.odd[doc][field]
	if !ok {
		wire, ok = n.usual[field]
	}
	if !ok {
		wire = n.rule(field)
	}
	wire, element, _ = strings.Cut(wire, "/")
	return wire, element
}

// ec2Naming reads the table, once: 47 kB, about a millisecond.
var ec2Naming = sync.OnceValue(func() map[string]naming {
	sections := map[string]naming{
		"in":  {rule: sameName, usual: map[string]string{}, odd: map[string]map[string]string{}},
		"out": {rule: lowerFirst, usual: map[string]string{}, odd: map[string]map[string]string{}},
	}
	var section naming
	for line := range strings.Lines(ec2Names) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "["); ok {
			section = sections[strings.TrimSuffix(title, "]")]
			continue
		}
		section.read(line)
	}
	return sections
})

// ec2Section is a section of the table, read when it is asked for: a demo that shows
// what it has in its cache starts without.
func ec2Section(title string) func() naming {
	return func() naming { return ec2Naming()[title] }
}

// read takes in one line of a section: "document Field=name Field=name …".
// Lines before the first section are remarks.
func (n naming) read(line string) {
	if n.rule == nil {
		return
	}
	doc, rest, _ := strings.Cut(line, " ")
	into := n.usual
	if doc != "*" {
		into = map[string]string{}
		n.odd[doc] = into
	}
	for word := range strings.FieldsSeq(rest) {
		field, wire, _ := strings.Cut(word, "=")
		into[field] = wire
	}
}

// queryInput is the naming of requests to STS, IAM and Auto Scaling: member names
// are field names, with one exception in STS and one in Auto Scaling.
func queryInput() naming {
	return naming{rule: sameName, odd: map[string]map[string]string{
		"PolicyDescriptorType":        {"Arn": "arn"},
		"CpuPerformanceFactorRequest": {"References": "Reference/item"},
	}}
}

// queryOutput is that of their answers: likewise, with one exception in IAM and one
// in Auto Scaling.
func queryOutput() naming {
	return naming{rule: sameName, odd: map[string]map[string]string{
		"ListDelegationRequestsOutput": {"IsTruncated": "isTruncated"},
		"CpuPerformanceFactorRequest":  {"References": "Reference/item"},
	}}
}

func sameName(field string) string { return field }

func lowerFirst(field string) string {
	r, n := utf8.DecodeRuneInString(field)
	return string(unicode.ToLower(r)) + field[n:]
}
