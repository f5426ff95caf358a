package output

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/tui/kit"
)

// Diagnosis is what doctor found out.
type Diagnosis struct {
	Checks []CheckDocument
	Scopes []ExaminedDocument
}

// CheckDocument is whether a call is allowed, in an account and region.
type CheckDocument struct {
	Account     string   `json:"account"`
	AccountName *string  `json:"accountName"`
	Region      *string  `json:"region"`
	Call        string   `json:"call"`
	For         []string `json:"for"`
	What        string   `json:"what"`
	State       string   `json:"state"`
	Why         string   `json:"why"`
	Loss        string   `json:"loss"`
	Policy      *string  `json:"policy"`
	Error       *string  `json:"error"`
	Hint        *string  `json:"hint"`
}

// ExaminedDocument is a scope, or a way in that led to none.
type ExaminedDocument struct {
	Source  string  `json:"source"`
	Account *string `json:"account"`
	Region  *string `json:"region"`
	State   string  `json:"state"`
	Error   *string `json:"error"`
	Hint    *string `json:"hint"`
}

// The states of an ExaminedDocument.
const (
	Examined  = "examined"
	Closed    = "closed"
	Disabled  = "disabled"
	Unreached = "unreached"
)

// Finding is the checks of a call in an account that came to the same, in some of
// its regions.
type Finding struct {
	CheckDocument
	Regions []string // none for what is called once an account
	Of      int      // regions that were examined
}

// Where names the regions in few words.
func (f Finding) Where() string {
	switch {
	case len(f.Regions) == 0:
		return none
	case len(f.Regions) == f.Of && f.Of > 1:
		return "all " + kit.Plural(f.Of, "region", "regions")
	case len(f.Regions) <= fewRegions:
		return strings.Join(f.Regions, ", ")
	}
	return kit.Count(len(f.Regions)) + " of " + kit.Plural(f.Of, "region", "regions")
}

// fewRegions are named, more are counted.
const fewRegions = 3

// Findings puts the regions of an account together, in order of account and table.
func (d Diagnosis) Findings() []Finding {
	of, at := map[string]int{}, map[[3]string]int{}
	for _, s := range d.Scopes {
		if s.State == Examined && s.Region != nil {
			of[*s.Account]++
		}
	}
	var out []Finding
	for _, c := range d.Checks {
		key := [3]string{c.Account, c.Call, c.State}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, Finding{CheckDocument: c, Of: of[c.Account]})
		}
		if c.Region != nil {
			out[i].Regions = append(out[i].Regions, *c.Region)
		}
	}
	order := map[string]int{}
	for _, c := range d.Checks {
		if _, ok := order[c.Call]; !ok {
			order[c.Call] = len(order)
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(order[a.Call], order[b.Call]), cmp.Compare(a.State, b.State))
	})
	return out
}

// Doctor writes a diagnosis. In tables for people the regions of an account stand
// together.
func (s Style) Doctor(w io.Writer, d Diagnosis) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON:
		writeList(out, "checks", d.Checks)
		out.text(",\n")
		writeMember(out, "scopes", d.Scopes)
		out.text("}\n")
	case JSONL:
		for _, c := range d.Checks {
			out.raw(line(c))
		}
	case CSV:
		s.grid(out, d.grid(d.singly()))
	case Table, Markdown:
		g := d.grid(d.Findings())
		g.rows = append(g.rows, d.unexamined()...)
		s.grid(out, g)
	}
	return out.done()
}

// singly is each check by itself.
func (d Diagnosis) singly() []Finding {
	out := make([]Finding, len(d.Checks))
	for i, c := range d.Checks {
		out[i] = Finding{CheckDocument: c, Of: 1}
		if c.Region != nil {
			out[i].Regions = []string{*c.Region}
		}
	}
	return out
}

func (d Diagnosis) grid(rows []Finding) grid {
	g := grid{heads: []head{
		{"account", "ACCOUNT", false},
		{"name", "NAME", false},
		{"region", "REGIONS", false},
		{"call", "CALL", false},
		{"state", "STATE", false},
		{"what", "FOR", false},
		{"loss", "WITHOUT IT", false},
		{"policy", "POLICY", false},
	}}
	for _, f := range rows {
		loss, policy := words(f.Loss), words(value(f.Policy))
		if slices.Contains(healthy(), f.State) {
			loss, policy = cell{data: f.Loss}, cell{data: value(f.Policy)}
		}
		g.rows = append(g.rows, []cell{
			words(f.Account), words(cmp.Or(value(f.AccountName), f.Account)),
			{show: f.Where(), data: strings.Join(f.Regions, " ")},
			words(f.Call), words(f.State), words(f.What), loss, policy,
		})
	}
	return g
}

// healthy are the states in which there is nothing to mend.
func healthy() []string { return []string{"allowed", "not-needed", "not-offered"} }

// unexamined are the lines of what was not looked at, of an account's regions one
// for each reason.
func (d Diagnosis) unexamined() [][]cell {
	type key struct{ account, source, state string }
	regions := map[key][]string{}
	var order []key
	for _, s := range d.Scopes {
		if s.State == Examined {
			continue
		}
		k := key{value(s.Account), s.Source, s.State}
		if _, ok := regions[k]; !ok {
			order = append(order, k)
		}
		regions[k] = append(regions[k], value(s.Region))
	}
	var out [][]cell
	for _, k := range order {
		where := none
		if k.account != "" {
			where = kit.Plural(len(regions[k]), "region", "regions")
		}
		out = append(out, []cell{words(k.account), words(k.source), {show: where}, words(""), words(k.state), words(""), words(""), words("")})
	}
	return out
}
