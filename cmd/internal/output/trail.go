package output

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui/kit"
)

// Trail writes who did what to an image: for people with when it was public, and
// what was looked at; as JSON likewise, with the scopes.
func (s Style) Trail(w io.Writer, k Known, t *trail.Trail) error {
	out := newPrinter(w)
	d := t.Document(k.Inv)
	switch s.Format {
	case JSON:
		out.raw(bytes.TrimSuffix(line(d), []byte("}\n")))
		out.text(",\n")
		writeMember(out, "scopes", k.Inv.ScopeDocuments())
		out.text("}\n")
	case JSONL:
		for _, e := range d.Events {
			out.raw(line(e))
		}
	case CSV, Markdown:
		s.grid(out, s.trailGrid(k, t))
	case Table:
		s.facts(out, s.trailFacts(k, t))
		s.section(out, "EVENTS", s.trailGrid(k, t), false)
		if len(t.Blind) > 0 {
			s.section(out, "NOT LOOKED AT", trailGaps(k, t), false)
		}
	}
	return out.done()
}

func (s Style) trailFacts(k Known, t *trail.Trail) []pair {
	d := t.Document(k.Inv)
	owner := known(d.Account)
	if d.AccountName != nil {
		owner += " (" + *d.AccountName + ")"
	}
	out := []pair{{"id", d.ID}, {"name", known(d.Name)}, {"account", owner}, {"region", d.Region}}
	for i, text := range t.Exposure() {
		name := ""
		if i == 0 {
			name = "public"
		}
		out = append(out, pair{name, text})
	}
	for i, l := range t.Looked {
		name := ""
		if i == 0 {
			name = "looked at"
		}
		out = append(out, pair{name, k.Inv.Account(l.Scope.Account).Title() + " " + l.Scope.Region + ": " + t.Reach(l)})
	}
	return out
}

// trailGrid has an event a row. Programs get what the text says in columns of
// their own.
func (s Style) trailGrid(k Known, t *trail.Trail) grid {
	data := s.Format == CSV
	g := grid{heads: []head{{"at", "TIME", false}}}
	if data {
		g.heads = append(g.heads, head{"act", "ACT", false})
	}
	g.heads = append(g.heads, []head{
		{"text", "WHAT", false}, {"who", "WHO", false}, {"source", "FROM", false}, {"account", "ACCOUNT", false}, {"region", "REGION", false},
	}...)
	if data {
		g.heads = append(g.heads, []head{
			{"caller", "CALLER", false},
			{"with", "WITH", false},
			{"count", "COUNT", true},
			{"thing", "THING", false},
			{"value", "VALUE", false},
			{"error", "ERROR", false},
			{"api", "API", false},
			{"id", "ID", false},
		}...)
	}
	for _, e := range t.Events {
		row := []cell{instant(e.At, kit.Moment(e.At))}
		if data {
			row = append(row, words(e.Act.String()))
		}
		account := words(e.Scope.Account)
		account.show = k.Inv.Account(e.Scope.Account).Title()
		row = append(row, words(e.Text(k.Inv.AccountTitle)), words(e.Who), words(e.Source), account, words(e.Scope.Region))
		if data {
			n := strconv.Itoa(e.Count)
			row = append(row, words(e.Caller), words(strings.Join(e.With, " ")), cell{show: n, data: n, own: true}, words(e.Thing), words(e.Value), words(e.Error), words(e.API), words(e.ID))
		}
		g.rows = append(g.rows, row)
	}
	return g
}

func trailGaps(k Known, t *trail.Trail) grid {
	g := grid{heads: []head{{"account", "ACCOUNT", false}, {"region", "REGION", false}, {"what", "WHAT", false}, {"mend", "HINT", false}}}
	for _, b := range t.Blind {
		g.rows = append(g.rows, []cell{words(k.Inv.Account(b.Scope.Account).Title()), words(b.Scope.Region), words(b.What), words(b.Mend)})
	}
	return g
}

// trailParts document what `trail` prints.
func trailParts() []part {
	fields := trailFields()
	for _, f := range trailEventFields() {
		f.Name = "events[]." + f.Name
		fields = append(fields, f)
	}
	return []part{{"A trail", trail.Document{}, fields}}
}

func trailFields() []Field {
	return []Field{
		{"id", "text", "Image id."},
		{"region", "text", "Its region."},
		{"name", "text or null", "Its name; null where the image is gone."},
		{"account", "text or null", "Id of the account that owns it, or did; null where nobody knows."},
		{"accountName", "text or null", "Name of that account; null where none is known."},
		{"public", "list or null", "When everybody could launch it, the oldest first, as far as its owner's trail tells; null where that told nothing. A change is taken for one: who makes public what was so already is not told."},
		{"public[].from", "time or null", "Since when; null where that is not known."},
		{"public[].before", "time or null", "Where `from` is null: it had begun by then, which is as far as the trail was looked at."},
		{"public[].to", "time or null", "Until when; null where it still is, or that is not known."},
		{"public[].open", "true or false", "Whether it still is."},
		{"looked", "list", "Whose trails were looked at, the owner's first."},
		{"looked[].account", "text", "Account id."},
		{"looked[].region", "text", "Region."},
		{"looked[].since", "time or null", "From when on, without a gap, and not before the image was made. CloudTrail tells 90 days; what was looked at before that is kept. Null where nothing was told."},
		{"looked[].failedSince", "time or null", "From when on launches that failed were looked for as well: the newest 500 launches are gone through for them."},
		{"looked[].launchesSince", "time or null", "Launches before that are not kept any more; null where all are."},
		{"looked[].asOf", "time or null", "When it was looked at last."},
		{"blind", "list", "What was not looked at, and might tell more."},
		{"blind[].account", "text", "Account id."},
		{"blind[].region", "text", "Region."},
		{"blind[].what", "text", "What is missing."},
		{"blind[].error", "text or null", "What AWS said."},
		{"blind[].mend", "text or null", "What to do about it."},
		{"events", "list", "What was done, the newest first. With `-o jsonl` each is a line."},
	}
}

func trailEventFields() []Field {
	var acts []string
	for _, a := range trail.Acts() {
		acts = append(acts, "`"+a.String()+"`")
	}
	return []Field{
		{"at", "time", "When."},
		{"act", "text", "What was done: " + strings.Join(acts, ", ") + "."},
		{"text", "text", "The same in words."},
		{"who", "text", "Who did it: `user …`, `role ROLE/SESSION`, `SSO SET/PERSON`, `root`, or a service's host."},
		{"caller", "text or null", "Id of the account of who did it; null where it is not told, as of services."},
		{"callerName", "text or null", "Name of that account."},
		{"source", "text", "Address that the call came from, or the service."},
		{"trail", "object", "Whose trail tells it."},
		{"trail.account", "text", "Account id."},
		{"trail.region", "text", "Region."},
		{"with", "list of text", "Accounts, ARNs of organizations and units of a share; keys of tags; ids of launched instances."},
		{"count", "number", "Instances that were launched, or were to be; 0 for others."},
		{"thing", "object or null", "The other image of a copy, or the instance that the image was made from."},
		{"thing.id", "text", "Its id."},
		{"thing.region", "text", "Region of the other image; empty for an instance."},
		{"value", "text", "Date of a deprecation, new description; empty for others."},
		{"error", "text", "AWS's code where it failed, and so was not done; else empty."},
		{"api", "text", "The call, as IAM spells it."},
		{"id", "text", "CloudTrail's id of the call, which may have done several things."},
	}
}
