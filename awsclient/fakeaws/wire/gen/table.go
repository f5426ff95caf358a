package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sameName is the rule of requests: the wire name is the field's name.
func sameName(field string) string { return field }

// lowerFirst is the rule of answers: imageId for ImageId.
func lowerFirst(field string) string {
	r, n := utf8.DecodeRuneInString(field)
	return string(unicode.ToLower(r)) + field[n:]
}

// writeSection writes one direction: a line of usual names ("Filters is Filter
// nearly everywhere"), then a line a document with what differs from those and
// from the rule.
func writeSection(b *bytes.Buffer, title string, all names, rule func(string) string) {
	usual := usualNames(all, rule)
	fmt.Fprintf(b, "[%s]\n", title)
	writeLine(b, "*", usual)
	for _, doc := range slices.Sorted(maps.Keys(all)) {
		odd := map[string]string{}
		for field, wire := range all[doc] {
			if wire != expected(field, usual, rule) {
				odd[field] = wire
			}
		}
		writeLine(b, doc, odd)
	}
}

func expected(field string, usual map[string]string, rule func(string) string) string {
	if wire, ok := usual[field]; ok {
		return wire
	}
	return rule(field)
}

// usualNames gives, for each field name, the wire name that most documents use,
// where that is not the rule's and at least two use it.
func usualNames(all names, rule func(string) string) map[string]string {
	counts := map[string]map[string]int{}
	for _, fields := range all {
		for field, wire := range fields {
			if counts[field] == nil {
				counts[field] = map[string]int{}
			}
			counts[field][wire]++
		}
	}
	usual := map[string]string{}
	for field, wires := range counts {
		best := rule(field)
		for _, wire := range slices.Sorted(maps.Keys(wires)) {
			if wires[wire] > max(1, wires[best]) {
				best = wire
			}
		}
		if best != rule(field) {
			usual[field] = best
		}
	}
	return usual
}

func writeLine(b *bytes.Buffer, head string, fields map[string]string) {
	if len(fields) == 0 {
		return
	}
	words := make([]string, 0, len(fields))
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		words = append(words, f+"="+fields[f])
	}
	fmt.Fprintf(b, "%s %s\n", head, strings.Join(words, " "))
}
