package history

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// NewRules is the view of the rules by which the Recycle Bins hold what is deleted.
func NewRules() kit.Screen { return newSheet(&rulesTopic) }

// ruled is a rule of a Recycle Bin, or stands for a scope of which there is none.
type ruled struct {
	scope model.Scope
	rule  *model.BinRule // nil: there is none, or it is not known
	err   *model.OpError // why that is not known
	read  bool           // the rules of the scope were, some time
}

// law is how something stands in the list of rules, rules before the want of them.
type law uint8

const (
	inForce law = iota
	pending
	unread // whether there are rules is not known
	none
)

func (r *ruled) law() law {
	switch {
	case r.rule != nil && r.rule.Pending:
		return pending
	case r.rule != nil:
		return inForce
	case r.err != nil || !r.read:
		return unread
	}
	return none
}

// allRules lists the rules of all accounts and regions that can be read, and those of
// which none are known.
func allRules(env kit.Env) []*ruled {
	var out []*ruled
	for _, s := range env.Inv.Scopes() {
		if !env.Inv.Readable(s) {
			continue
		}
		st, rules := env.Inv.Status(s, model.BinRules), env.Inv.AllBinRules(s)
		for _, r := range rules {
			out = append(out, &ruled{scope: s, rule: r, err: st.Err, read: true})
		}
		if len(rules) == 0 || st.Err != nil {
			out = append(out, &ruled{scope: s, err: st.Err, read: !st.AsOf.IsZero()})
		}
	}
	slices.SortStableFunc(out, func(a, b *ruled) int {
		return cmp.Or(cmp.Compare(max(a.law(), pending), max(b.law(), pending)), a.scope.Compare(b.scope))
	})
	return out
}

func (r *ruled) id() string {
	if r.rule == nil {
		return r.scope.String()
	}
	return r.scope.String() + "/" + r.rule.ID
}

// what it holds.
func (r *ruled) what() string {
	switch {
	case r.rule == nil:
		return ""
	case r.rule.Resource == model.ImageResource:
		return "images"
	case r.rule.Resource == model.SnapshotResource:
		return "snapshots"
	}
	return r.rule.Resource
}

// matches says which of them.
func (r *ruled) matches() string {
	if r.rule == nil {
		return ""
	}
	text := "all"
	if len(r.rule.Tags) > 0 {
		text = "tagged " + tagList(r.rule.Tags)
	}
	if len(r.rule.Except) > 0 {
		text += " but for " + tagList(r.rule.Except)
	}
	return text
}

// tagList names tags, any of which is enough.
func tagList(tags []model.Tag) string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = t.Key + "=" + t.Value
	}
	return strings.Join(out, " or ")
}

func lockCell(_ kit.Env, r *ruled) kit.Cell {
	switch {
	case r.rule == nil:
		return orDash("")
	case r.rule.Lock == model.RuleLocked:
		return kit.Cell{Text: "locked", Style: kit.Good}
	case r.rule.Lock == model.RuleUnlocking:
		return kit.Cell{Text: "unlocking", Style: kit.Warn}
	}
	return kit.Cell{Text: "no", Style: kit.Dim}
}

func lawCell(_ kit.Env, r *ruled) kit.Cell {
	if r.law() == unread && r.err != nil {
		return kit.Cell{Text: r.err.Kind.String(), Style: kit.Warn}
	}
	return [...]kit.Cell{
		inForce: {Text: "in force", Style: kit.Good}, pending: {Text: "not yet", Style: kit.Warn},
		unread: {Text: "not read", Style: kit.Dim}, none: {Text: "no rule", Style: kit.Bad},
	}[r.law()]
}

var ruleRecords = kit.Records[*ruled]{
	One: "row", Many: "rows", All: allRules, ID: (*ruled).id,
	Also: func(r *ruled) string {
		if r.rule == nil {
			return r.scope.Account
		}
		return r.scope.Account + "\n" + r.rule.Description
	},
	Cols: []kit.ListColumn[*ruled]{
		{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 26, Weight: 1, Priority: 100, Fixed: true}, Cell: func(env kit.Env, r *ruled) kit.Cell {
			return kit.Cell{Text: env.Inv.Account(r.scope.Account).Title()}
		}},
		{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 98}, Cell: func(_ kit.Env, r *ruled) kit.Cell { return kit.Cell{Text: r.scope.Region} }},
		{Column: kit.Column{Key: "holds", Title: "HOLDS", Min: 9, Max: 9, Priority: 97}, Cell: func(_ kit.Env, r *ruled) kit.Cell { return orDash(r.what()) }},
		{Column: kit.Column{Key: "days", Title: "DAYS", Min: 4, Max: 5, Right: true, Priority: 96}, Cell: daysCell, Compare: func(a, b *ruled) int { return cmp.Compare(a.days(), b.days()) }, Large: true},
		{Column: kit.Column{Key: "state", Title: "STATE", Min: 8, Max: 9, Priority: 95}, Cell: lawCell, Compare: func(a, b *ruled) int { return cmp.Compare(a.law(), b.law()) }},
		{Column: kit.Column{Key: "lock", Title: "LOCK", Min: 6, Max: 9, Priority: 92}, Cell: lockCell},
		{Column: kit.Column{Key: "which", Title: "WHICH", Min: 12, Max: 70, Weight: 3, Priority: 94}, Cell: func(_ kit.Env, r *ruled) kit.Cell { return orDash(r.matches()) }},
		{Column: kit.Column{Key: "id", Title: "RULE", Min: 11, Max: 12, Priority: 80}, Cell: func(_ kit.Env, r *ruled) kit.Cell {
			if r.rule == nil {
				return orDash("")
			}
			return kit.Cell{Text: r.rule.ID, Style: kit.Dim}
		}},
		{Column: kit.Column{Key: "about", Title: "DESCRIPTION", Min: 12, Max: 40, Weight: 1, Priority: 70}, Cell: func(_ kit.Env, r *ruled) kit.Cell {
			if r.rule == nil {
				return orDash("")
			}
			return orDash(r.rule.Description)
		}},
	},
}

func (r *ruled) days() int {
	if r.rule == nil {
		return 0
	}
	return r.rule.Days
}

func daysCell(_ kit.Env, r *ruled) kit.Cell { return number(r.days()) }

// ruleNote says a rule in a sentence, or why there is none.
func ruleNote(_ kit.Env, r *ruled) (string, kit.Style) {
	switch r.law() {
	case none:
		return "no rule: images and snapshots that are deleted here are gone for good", kit.Warn
	case unread:
		if r.err == nil {
			return "its rules were not read yet", kit.Dim
		}
		return "its rules could not be read: " + r.err.Kind.String() + hint(r.err.Hint()), kit.Warn
	case inForce, pending:
	}
	text := "holds " + r.what() + " for " + kit.Plural(r.rule.Days, "day", "days") + ": " + r.matches()
	if r.rule.Description != "" {
		text = r.rule.Description + ": " + text
	}
	switch {
	case r.rule.Pending:
		return text + "; it is not in force yet, and holds nothing", kit.Warn
	case r.err != nil:
		return text + "; it could not be read again: " + r.err.Kind.String(), kit.Warn
	case r.rule.Lock == model.RuleLocked:
		text += "; locked: nobody changes or deletes it"
	case r.rule.Lock == model.RuleUnlocking:
		text += "; it is being unlocked, and can be changed when its delay is over"
	}
	return text, kit.Dim
}

var rulesTopic = topic[*ruled]{
	records: &ruleRecords, scope: keys.BinRules,
	title: "Rules of the Recycle Bins: what they hold of that which is deleted, and for how long",
	none:  []string{"no accounts and regions were read"}, nothing: "no rule is shown",
	note: ruleNote,
	do: func(in keys.Intent, r *ruled) []kit.Effect {
		switch in.(type) {
		case keys.CopyID:
			if r.rule != nil {
				return []kit.Effect{kit.Clip{Text: r.rule.ID, What: "the rule " + r.rule.ID}}
			}
			return []kit.Effect{kit.Clip{Text: r.scope.Account, What: "the account " + r.scope.Account}}
		}
		return ofScope(in, r.scope)
	},
}
