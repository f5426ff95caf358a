package output

import (
	"io"
	"time"

	"github.com/amiscope/amiscope/model/finding"
)

// FindingDocument is a finding as JSON shows it.
type FindingDocument struct {
	Rule        string            `json:"rule"`
	Severity    string            `json:"severity"`
	State       string            `json:"state"`
	Account     string            `json:"account"`
	AccountName *string           `json:"accountName"`
	Region      string            `json:"region"`
	Unit        string            `json:"unit"`
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Evidence    string            `json:"evidence"`
	Mend        string            `json:"mend"`
	Accepted    *AcceptedDocument `json:"accepted"`
}

// AcceptedDocument is who accepted a finding, why and until when.
type AcceptedDocument struct {
	Reason string     `json:"reason"`
	Who    string     `json:"who"`
	At     *time.Time `json:"at"`
	Until  time.Time  `json:"until"`
}

// RuleDocument is a rule with how many findings it has.
type RuleDocument struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Unit     string `json:"unit"`
	Title    string `json:"title"`
	Why      string `json:"why"`
	Mend     string `json:"mend"`
	Open     int    `json:"open"`
	Unknown  int    `json:"unknown"`
	Accepted int    `json:"accepted"`
}

// JudgedRule is a rule as the policy has it.
type JudgedRule struct {
	finding.Rule
	finding.Count
}

// Findings writes findings, in the given order. JSON holds the rules that they
// were looked for by, and the scopes, beside them.
func (s Style) Findings(w io.Writer, k Known, list []finding.Finding, rules []JudgedRule) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON:
		writeList(out, "findings", k.findings(list))
		out.text(",\n")
		writeMember(out, "rules", ruleDocuments(rules))
		out.text(",\n")
		writeMember(out, "scopes", k.Inv.ScopeDocuments())
		out.text("}\n")
	case JSONL:
		for _, d := range k.findings(list) {
			out.raw(line(d))
		}
	case Table, CSV, Markdown:
		s.grid(out, k.findingGrid(list))
	}
	return out.done()
}

func (k Known) findings(list []finding.Finding) []FindingDocument {
	out := make([]FindingDocument, 0, len(list))
	for _, x := range list {
		t := x.Target
		d := FindingDocument{
			Rule: x.Rule.ID, Severity: x.Severity.String(), State: x.State.String(), Account: t.Scope.Account, AccountName: k.name(t.Scope.Account), Region: t.Scope.Region,
			Unit: t.Unit().String(), ID: t.Key(), Name: t.Name, Evidence: x.Evidence, Mend: x.Rule.Mend,
		}
		if a := x.Accepted; a != nil {
			d.Accepted = &AcceptedDocument{Reason: a.Reason, Who: a.Who, Until: a.Until}
			if !a.At.IsZero() {
				d.Accepted.At = &a.At
			}
		}
		out = append(out, d)
	}
	return out
}

func ruleDocuments(rules []JudgedRule) []RuleDocument {
	out := make([]RuleDocument, 0, len(rules))
	for _, r := range rules {
		out = append(out, RuleDocument{
			ID: r.ID, Severity: r.Severity.String(), Unit: r.Unit.String(), Title: r.Title, Why: r.Why, Mend: r.Mend,
			Open: r.Open, Unknown: r.Unknown, Accepted: r.Accepted,
		})
	}
	return out
}

func (k Known) findingGrid(list []finding.Finding) grid {
	g := grid{heads: []head{
		{"severity", "SEVERITY", false},
		{"rule", "RULE", false},
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"id", "ID", false},
		{"name", "NAME", false},
		{"state", "STATE", false},
		{"evidence", "EVIDENCE", false},
		{"mend", "MEND", false},
	}}
	for _, d := range k.findings(list) {
		account, evidence := words(d.Account), d.Evidence
		account.show = k.Inv.Account(d.Account).Title()
		if a := d.Accepted; a != nil {
			evidence += "; accepted until " + a.Until.Format(time.DateOnly)
			if a.Who != "" {
				evidence += " by " + a.Who
			}
			evidence += ": " + a.Reason
		}
		g.rows = append(g.rows, []cell{
			words(d.Severity), words(d.Rule), account, words(d.Region), words(d.ID), words(d.Name), words(d.State), words(evidence), words(d.Mend),
		})
	}
	return g
}

// wrongGrid is what is wrong with one image.
func wrongGrid(list []finding.Finding) grid {
	g := grid{heads: []head{{"", "SEVERITY", false}, {"", "RULE", false}, {"", "STATE", false}, {"", "EVIDENCE", false}}}
	for _, x := range list {
		g.rows = append(g.rows, []cell{words(x.Severity.String()), words(x.Rule.ID), words(x.State.String()), words(x.Evidence)})
	}
	return g
}

// findingParts document what `findings` prints.
func findingParts() []part {
	return []part{
		{"A finding", FindingDocument{}, []Field{
			{"rule", "text", "Id of the rule: see [findings.md](findings.md)."},
			{"severity", "text", "`info`, `low`, `medium`, `high` or `critical`."},
			{"state", "text", "`open`: the facts show it. `unknown`: its facts are missing. `accepted`: a person has accepted it."},
			{"account", "text", "Id of the account that has what was judged."},
			{"accountName", "text or null", "Name of that account; null where none is known."},
			{"region", "text", "Region."},
			{"unit", "text", "What was judged: `image`, `snapshot`, `instance`, or `scope` where it is all of an account in a region; an unknown finding of a rule on the others may be on a scope that was not read."},
			{"id", "text", "What was judged: `ami-…`, `snap-…`, `i-…`, `ACCOUNT/REGION`."},
			{"name", "text", "Name of the image or instance; empty for what has none."},
			{"evidence", "text", "What shows it; of an unknown one what is missing."},
			{"mend", "text", "What mends it."},
			{"accepted", "object or null", "Who accepted it; null where it is not accepted."},
			{"accepted.reason", "text", "Why."},
			{"accepted.who", "text", "Who; empty where it is not told."},
			{"accepted.at", "time or null", "When; null where it is not told."},
			{"accepted.until", "time", "The last day, at its beginning: it holds to the end of it, in UTC."},
		}},
		{"A rule", RuleDocument{}, []Field{
			{"id", "text", "Id."},
			{"severity", "text", "How much its findings matter, as the config has it."},
			{"unit", "text", "What it judges: `image`, `snapshot`, `instance` or `scope`."},
			{"title", "text", "What is wrong."},
			{"why", "text", "Why that matters."},
			{"mend", "text", "What mends it."},
			{"open", "number", "Findings of it that are open, of those printed."},
			{"unknown", "number", "Findings of it that are unknown, likewise."},
			{"accepted", "number", "Findings of it that are accepted, likewise."},
		}},
	}
}
