package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/amiscope/amiscope/model/finding"
)

// AcceptedName is the file beside the config file that says which findings are
// accepted. The program adds to it; people may change it.
const AcceptedName = "accepted.toml"

// LoadAccepted reads which findings are accepted. A missing file is no mistake.
// Errors are *Error, several joined, or those of reading.
func LoadAccepted(path string) ([]finding.Accepted, error) {
	doc, err := readAccepted(path)
	if err != nil {
		return nil, err
	}
	return parseAccepted(path, doc)
}

func readAccepted(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read what is accepted: %w", err)
	}
	return string(data), nil
}

// WithAccepted is the file as it should be when a finding is accepted besides:
// what stands in it is left as it is, and the new entry, which counts more than
// those before, comes last.
func WithAccepted(path string, a finding.Accepted) ([]byte, error) {
	doc, err := readAccepted(path)
	if err != nil {
		return nil, err
	}
	if _, err := parseAccepted(path, doc); err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(doc)
	if doc == "" {
		b.WriteString("# Findings that are accepted: shown, and not counted, to the end of their last day.\n")
	} else if !strings.HasSuffix(doc, "\n") {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\n[[accepted]]\nrule = %s\nid = %s\nreason = %s\nwho = %s\nat = %s\nuntil = %s\n",
		quote(a.Rule), quote(a.ID), quote(a.Reason), quote(a.Who), a.At.UTC().Format(time.DateOnly), a.Until.Format(time.DateOnly))
	if _, err := parseAccepted(path, b.String()); err != nil {
		return nil, fmt.Errorf("nothing can be added: %w", err)
	}
	return []byte(b.String()), nil
}

// parseAccepted reads TOML text. Keys that it does not know are left to those
// who wrote them.
func parseAccepted(file, doc string) ([]finding.Accepted, error) {
	var raw map[string]any
	if _, err := toml.Decode(doc, &raw); err != nil {
		return nil, syntaxError(file, err)
	}
	p := reader{file: file, doc: doc}
	var out []finding.Accepted
	tables, ok := raw["accepted"].([]map[string]any)
	if !ok && raw["accepted"] != nil {
		p.fail(find(doc, "", 0, "accepted"), "accepted is a list of tables: write [[accepted]] over each")
	}
	for i, t := range tables {
		out = append(out, p.accepted(i, t))
	}
	slices.SortStableFunc(p.bad, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	var all []error
	for _, e := range p.bad {
		all = append(all, e)
	}
	return out, errors.Join(all...)
}

func (p *reader) accepted(n int, t map[string]any) finding.Accepted {
	line := func(key string) int { return cmp.Or(find(p.doc, "accepted", n, key), find(p.doc, "accepted", n, "")) }
	text := func(key string, needed bool) string {
		s, ok := t[key].(string)
		if t[key] != nil && !ok || needed && strings.TrimSpace(s) == "" {
			p.fail(line(key), "%s of what is accepted is a text", key)
		}
		return s
	}
	date := func(key string) time.Time {
		d, ok := dateOf(t[key])
		if !ok {
			p.fail(line(key), "%s of what is accepted is a date, such as 2027-03-31", key)
		}
		return d
	}
	a := finding.Accepted{Rule: text("rule", true), ID: text("id", true), Reason: text("reason", true), Who: text("who", false), Until: date("until")}
	if t["at"] != nil {
		a.At = date("at")
	}
	if err := CheckRule(a.Rule); a.Rule != "" && err != nil {
		p.fail(line("rule"), "%s", err)
	}
	return a
}

// dateOf is the day that a TOML date, time or text names, at its beginning in
// UTC.
func dateOf(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		y, m, d := v.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), true
	case string:
		at, err := time.Parse(time.DateOnly, v)
		return at, err == nil
	}
	return time.Time{}, false
}
