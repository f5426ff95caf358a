package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// parse reads TOML text into c. It reports every mistake, not only the first,
// unless the text is no TOML at all.
func (c *Config) parse(file, doc string) error {
	var raw map[string]any
	if _, err := toml.Decode(doc, &raw); err != nil {
		return syntaxError(file, err)
	}
	p := reader{file: file, doc: doc}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		switch name {
		case "accounts":
			c.Changes.Guards = p.accounts(raw[name])
			c.Accounts = slices.DeleteFunc(slices.Clone(c.Changes.Guards), func(a Account) bool { return !a.Way() })
		case usageTable:
			p.usage(c, raw[name])
		case costTable:
			p.cost(c, raw[name])
		case findingsTable:
			p.findings(c, raw[name])
		default:
			p.general(c, name, raw[name])
		}
	}
	slices.SortStableFunc(p.bad, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	var all []error
	for _, e := range p.bad {
		all = append(all, e)
	}
	return errors.Join(all...)
}

func syntaxError(file string, err error) error {
	var p toml.ParseError
	if errors.As(err, &p) {
		return &Error{File: file, Line: p.Position.Line, Text: p.Message}
	}
	return &Error{File: file, Text: strings.TrimPrefix(err.Error(), "toml: ")}
}

// reader gathers the mistakes of one file.
type reader struct {
	file, doc string
	bad       []*Error
}

func (p *reader) fail(line int, format string, args ...any) {
	p.bad = append(p.bad, &Error{p.file, line, fmt.Sprintf(format, args...)})
}

func (p *reader) general(c *Config, name string, v any) {
	line := find(p.doc, "", 0, name)
	if !p.set(c, settings(), line, name, v) {
		p.unknown(line, name, append(names(General()), "accounts", usageTable, costTable, findingsTable))
	}
}

// usageTable is the name of the table about usage.
const usageTable = "usage"

func (p *reader) usage(c *Config, v any) {
	table, ok := v.(map[string]any)
	if !ok {
		p.fail(find(p.doc, "", 0, usageTable), "usage is a table: write [usage] over its keys")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		line := cmp.Or(find(p.doc, usageTable, 0, name), find(p.doc, "", 0, usageTable+"."+name), find(p.doc, "", 0, usageTable))
		if !p.set(c, usageSettings(), line, name, table[name]) {
			p.unknown(line, name, names(OfUsage()))
		}
	}
}

// set fills the place of a key. It reports whether there is such a key.
func (p *reader) set(c *Config, all []setting, line int, name string, v any) bool {
	i := slices.IndexFunc(all, func(s setting) bool { return s.Name == name })
	if i < 0 {
		return false
	}
	if err := assign(all[i].at(c), all[i].Key, v); err != nil {
		p.fail(line, "%s", err)
	}
	return true
}

func (p *reader) accounts(v any) []Account {
	tables, ok := v.([]map[string]any)
	if !ok {
		p.fail(find(p.doc, "", 0, "accounts"), "accounts is a list of tables: write [[accounts]] over each")
		return nil
	}
	var out []Account
	for i, t := range tables {
		out = append(out, p.account(i, t))
	}
	return out
}

func (p *reader) account(n int, t map[string]any) Account {
	var a Account
	all := accountSettings()
	for _, name := range slices.Sorted(maps.Keys(t)) {
		line := find(p.doc, "accounts", n, name)
		i := slices.IndexFunc(all, func(s accountSetting) bool { return s.Name == name })
		if i < 0 {
			p.unknown(line, name, names(PerAccount()))
			continue
		}
		if err := assign(all[i].at(&a), all[i].Key, t[name]); err != nil {
			p.fail(line, "%s", err)
		}
	}
	if !a.Way() && a.ID == "" {
		p.fail(find(p.doc, "accounts", n, ""), "an account needs profile or role_arn to be reached by, or id to say which one is meant")
	}
	return a
}

func (p *reader) unknown(line int, name string, known []string) {
	if near := nearest(name, known); near != "" {
		p.fail(line, "unknown key %q: did you mean %q?", name, near)
		return
	}
	p.fail(line, "unknown key %q; known are %s", name, strings.Join(known, ", "))
}

func names(keys []Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, k.Name)
	}
	return out
}

// assign fills the place of a key with a TOML value.
func assign(place any, k Key, v any) error {
	switch place := place.(type) {
	case *bool:
		b, ok := v.(bool)
		if !ok {
			return wrongType(k)
		}
		*place = b
	case *[]string:
		return assignList(place, k, v)
	case *time.Duration:
		return assignDuration(place, k, v)
	case *Depth:
		return assignDepth(place, k, v)
	case *Prices:
		return assignPrices(place, k, v)
	case *Severities:
		return assignSeverities(place, k, v)
	case *Pattern:
		return assignPattern(place, k, v)
	case *string:
		s, ok := v.(string)
		if !ok {
			return wrongType(k)
		}
		if k.Choices != nil && !slices.Contains(k.Choices, s) {
			return fmt.Errorf("%s is %s, not %q", k.Name, strings.Join(k.Choices, ", "), s)
		}
		if k.Type == accountID && !accountDigits().MatchString(s) {
			return wrongType(k)
		}
		*place = s
	}
	return nil
}

func assignList(place *[]string, k Key, v any) error {
	items, ok := v.([]any)
	if !ok {
		return wrongType(k)
	}
	out := make([]string, 0, len(items))
	for _, it := range items {
		s, ok := it.(string)
		if !ok || s == "" {
			return wrongType(k)
		}
		if k.Choices != nil && !slices.Contains(k.Choices, s) {
			return fmt.Errorf("%s is a list of %s; there is no %q", k.Name, strings.Join(k.Choices, ", "), s)
		}
		if err := checkItem(k, s); err != nil {
			return err
		}
		out = append(out, s)
	}
	*place = out
	return nil
}

func assignDuration(place *time.Duration, k Key, v any) error {
	d, err := ParseDuration(fmt.Sprint(v))
	if err != nil || d < 0 || d == 0 && k.Type == positive {
		return wrongType(k)
	}
	*place = d
	return nil
}

const day = 24 * time.Hour

// ParseDuration reads what time.ParseDuration does, and whole days: "90d".
func ParseDuration(s string) (time.Duration, error) {
	number, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err == nil && n > int64(math.MaxInt64/day) {
		err = strconv.ErrRange
	}
	return time.Duration(n) * day, err
}

func assignDepth(place *Depth, k Key, v any) error {
	n, ok := v.(int64)
	switch {
	case v == all:
		n = -1
	case !ok || n < 0 || n > math.MaxInt32:
		return wrongType(k)
	}
	*place = Depth(n)
	return nil
}

// all is the word for every older version.
const all = "all"

func wrongType(k Key) error {
	return fmt.Errorf("%s is a %s, such as %s", k.Name, strings.Replace(k.Type, truth, "truth value", 1), k.Example)
}

// find gives the line of a key: the one in the n-th table of that name, or
// outside all tables. An empty key means the table's own line. Keys that are
// written in a way it does not know (dotted, or in an inline table) have the
// line of their table, and 0 outside.
func find(doc, table string, n int, key string) int {
	here, count, head := "", -1, 0
	line := 0
	for text := range strings.SplitSeq(doc, "\n") {
		line++
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "[") {
			here = strings.Trim(strings.Trim(text, "[]"), ` "'`)
			if here == table {
				count, head = count+1, line
			}
			if here == key && table == "" {
				return line
			}
			if key == "" && here == table && count == n {
				return line
			}
			continue
		}
		if here == table && (table == "" || count == n) && keyOf(text) == key {
			return line
		}
	}
	return head
}

func keyOf(line string) string {
	name, _, ok := strings.Cut(line, "=")
	if !ok {
		return ""
	}
	name = strings.TrimSpace(name)
	if s, err := strconv.Unquote(name); err == nil {
		return s
	}
	return name
}
