package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
)

// Findings is the [findings] table: what counts as wrong with images.
type Findings struct {
	MaxAge          time.Duration
	OwnerTags       []string
	NamePattern     Pattern
	RecoveryRegions []string
	KnownAccounts   []string
	Severity        Severities
}

// Pattern is a regular expression of whole names; "": any.
type Pattern string

// Severities say by rule how much it matters, in a word, or off.
type Severities map[string]string

// off is the word for a rule that judges nothing.
const off = "off"

// Policy is what findings are made by. fresh is for how long a reading shows
// that nothing is wrong.
func (f Findings) Policy(fresh time.Duration, accepted []finding.Accepted) finding.Policy {
	p := finding.Policy{
		MaxAge: f.MaxAge, OwnerTags: f.OwnerTags, RecoveryRegions: f.RecoveryRegions, KnownAccounts: f.KnownAccounts, Fresh: fresh,
		Severities: map[string]model.Severity{}, Accepted: accepted,
	}
	if f.NamePattern != "" {
		p.NamePattern = regexp.MustCompile(string(f.NamePattern)) // it was read as one
	}
	for _, id := range slices.Sorted(maps.Keys(f.Severity)) {
		if s, ok := model.ParseSeverity(f.Severity[id]); ok {
			p.Severities[id] = s
		} else {
			p.Off = append(p.Off, id)
		}
	}
	return p
}

// The types of values that only findings have, as told to people.
const (
	regionList  = "list of regions"
	accountList = "list of accounts"
	pattern     = "regular expression"
	severities  = "table of severities"
)

// findingSettings are the keys of [findings].
func findingSettings() []setting {
	return []setting{
		{Key{
			Name: "max_age", Type: duration, Default: `"365d"`, Example: `"180d"`, Env: "AMISCOPE_FINDINGS_MAX_AGE",
			Doc: "An image that is older is too old; \"0\": none is.",
		}, func(c *Config) any { return &c.Findings.MaxAge }},
		{Key{
			Name: "owner_tags", Type: list, Default: `["owner"]`, Example: `["owner", "team"]`, Env: "AMISCOPE_FINDINGS_OWNER_TAGS",
			Doc: "Keys of the tags one of which says whose an image is, in whatever case; empty: none is asked for.",
		}, func(c *Config) any { return &c.Findings.OwnerTags }},
		{Key{
			Name: "name_pattern", Type: pattern, Default: `""`, Example: `"[a-z-]+-v[0-9.]+"`, Env: "AMISCOPE_FINDINGS_NAME_PATTERN",
			Doc: "Regular expression that whole names of images match; empty: names are free.",
		}, func(c *Config) any { return &c.Findings.NamePattern }},
		{Key{
			Name: "recovery_regions", Type: regionList, Default: `[]`, Example: `["eu-central-1"]`, Env: "AMISCOPE_FINDINGS_RECOVERY_REGIONS",
			Doc: "Regions in one of which each image that is used has a copy; empty: none is asked for.",
		}, func(c *Config) any { return &c.Findings.RecoveryRegions }},
		{Key{
			Name: "known_accounts", Type: accountList, Default: `[]`, Example: `["111122223333"]`, Env: "AMISCOPE_FINDINGS_KNOWN_ACCOUNTS",
			Doc: "Accounts that are no strangers besides those that are read and those of their organizations: ids, ids of organizations (`o-…`), ARNs of organizations or units.",
		}, func(c *Config) any { return &c.Findings.KnownAccounts }},
		{Key{
			Name: "severity", Type: severities, Default: `{}`, Example: `{imdsv1 = "high", no-owner = "off"}`, Env: "AMISCOPE_FINDINGS_SEVERITY",
			Doc: "How much a rule matters, where that is not the rule's own: `info`, `low`, `medium`, `high`, `critical`, or `off`. `[findings.severity]` may stand over them as well; in the variable they are written `imdsv1=high,no-owner=off`.",
		}, func(c *Config) any { return &c.Findings.Severity }},
	}
}

// OfFindings lists the keys of [findings].
func OfFindings() []Key { return keysOf(findingSettings()) }

// defaultFindings are those of the finding policy.
func defaultFindings() Findings {
	p := finding.DefaultPolicy()
	return Findings{MaxAge: p.MaxAge, OwnerTags: p.OwnerTags}
}

// findingsTable is the name of the table about findings.
const findingsTable = "findings"

// findings reads [findings]. A severity that is wrong has a line of its own.
func (p *reader) findings(c *Config, v any) {
	table, ok := v.(map[string]any)
	if !ok {
		p.fail(find(p.doc, "", 0, findingsTable), "findings is a table: write [findings] over its keys")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		line := cmp.Or(find(p.doc, findingsTable, 0, name), find(p.doc, "", 0, findingsTable+"."+name), find(p.doc, "", 0, findingsTable))
		if name == "severity" {
			line = cmp.Or(find(p.doc, findingsTable+".severity", 0, ""), line)
			if rules, ok := table[name].(map[string]any); ok {
				p.severities(c, line, rules)
				continue
			}
		}
		if !p.set(c, findingSettings(), line, name, table[name]) {
			p.unknown(line, name, names(OfFindings()))
		}
	}
}

func (p *reader) severities(c *Config, line int, rules map[string]any) {
	c.Findings.Severity = Severities{}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		if err := c.Findings.Severity.put(id, rules[id]); err != nil {
			p.fail(cmp.Or(find(p.doc, findingsTable+".severity", 0, id), find(p.doc, "", 0, findingsTable+".severity."+id), line), "%s", err)
		}
	}
}

// put takes the severity of a rule in.
func (s Severities) put(id string, v any) error {
	if err := CheckRule(id); err != nil {
		return fmt.Errorf("in severity, %w", err)
	}
	word, ok := v.(string)
	if _, known := model.ParseSeverity(word); !ok || !known && word != off {
		return fmt.Errorf("the severity of %s is %s or %s, not %v", id, strings.Join(model.SeverityNames(), ", "), off, v)
	}
	s[id] = word
	return nil
}

// text writes severities as a TOML table in a line.
func (s Severities) text() string {
	var parts []string
	for _, id := range slices.Sorted(maps.Keys(s)) {
		parts = append(parts, id+" = "+quote(s[id]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// CheckRule refuses an id that no rule of findings has, with what was probably
// meant.
func CheckRule(id string) error {
	switch near := nearest(id, finding.IDs()); {
	case slices.Contains(finding.IDs(), id):
		return nil
	case near != "":
		return fmt.Errorf("there is no rule %q: did you mean %q?", id, near)
	}
	return fmt.Errorf("there is no rule %q; rules are %s", id, strings.Join(finding.IDs(), ", "))
}

// assignSeverities fills the place of severities with a TOML table.
func assignSeverities(place *Severities, k Key, v any) error {
	rules, ok := v.(map[string]any)
	if !ok {
		return wrongType(k)
	}
	out := Severities{}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		if err := out.put(id, rules[id]); err != nil {
			return err
		}
	}
	*place = out
	return nil
}

func assignPattern(place *Pattern, k Key, v any) error {
	text, ok := v.(string)
	if !ok {
		return wrongType(k)
	}
	if _, err := regexp.Compile(text); err != nil {
		why := err.Error()
		if bad, ok := errors.AsType[*syntax.Error](err); ok {
			why = bad.Code.String() + ": " + bad.Expr
		}
		return fmt.Errorf("%s is no regular expression: %s", k.Name, why)
	}
	*place = Pattern(text)
	return nil
}

// accountShape is what known_accounts holds: accounts, organizations, units.
var accountShape = form(`^([0-9]{12}|o-[a-z0-9]+|arn:[a-z-]+:organizations::[0-9]{12}:(organization|ou)/o-[a-z0-9/-]+)$`)

// accountDigits is an account's id.
var accountDigits = form(`^[0-9]{12}$`)

// checkItem refuses an item of a list that is not of the list's type.
func checkItem(k Key, item string) error {
	switch {
	case k.Type == regionList && !regionShape().MatchString(item):
		return fmt.Errorf("%s holds %q, which is no region such as eu-west-3", k.Name, item)
	case k.Type == accountList && !accountShape().MatchString(item):
		return fmt.Errorf("%s holds %q, which is neither an account's id of twelve digits nor an organization", k.Name, item)
	}
	return nil
}
