package output

import (
	"bytes"
	"io"
	"strconv"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// Growing is what `diff` prints.
type Growing struct {
	Known
	cost.Growth
	From, To time.Time
	Guess    bool          // by creation date: the ledger knows nothing of From
	LeftOut  []model.Scope // of which one of the days is not known
}

// What a growth is told by.
const (
	byLedger   = "ledger"
	byCreation = "creation"
)

// GrowthDocument is why costs differ between two days, as JSON shows it.
type GrowthDocument struct {
	Currency string             `json:"currency"`
	From     time.Time          `json:"from"`
	To       time.Time          `json:"to"`
	By       string             `json:"by"`
	Before   model.BandDocument `json:"before"`
	Now      model.BandDocument `json:"now"`
	Growth   model.BandDocument `json:"growth"`
}

// CauseDocument is one part of a growth.
type CauseDocument struct {
	What        string             `json:"what"`
	Account     string             `json:"account"`
	AccountName *string            `json:"accountName"`
	Region      string             `json:"region"`
	Family      string             `json:"family"`
	Creator     string             `json:"creator"`
	Kind        string             `json:"kind"`
	Owner       string             `json:"owner"`
	Snapshots   int                `json:"snapshots"`
	Bytes       int64              `json:"bytes"`
	Cost        model.BandDocument `json:"cost"`
	Share       *float64           `json:"share"`
	By          string             `json:"by"`
}

// LeftOutDocument is a scope of which nothing is told.
type LeftOutDocument struct {
	Account string `json:"account"`
	Region  string `json:"region"`
}

// Growth writes why costs differ between two days, the largest cause first.
func (s Style) Growth(w io.Writer, g Growing) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON:
		out.raw(bytes.TrimSuffix(line(g.document()), []byte("}\n")))
		out.text(",\n")
		writeMember(out, "causes", g.causes())
		out.text(",\n")
		leftOut := []LeftOutDocument{}
		for _, sc := range g.LeftOut {
			leftOut = append(leftOut, LeftOutDocument{sc.Account, sc.Region})
		}
		writeMember(out, "leftOut", leftOut)
		out.text(",\n")
		writeMember(out, "scopes", g.Inv.ScopeDocuments())
		out.text("}\n")
	case JSONL:
		for _, d := range g.causes() {
			out.raw(line(d))
		}
	case Table, Markdown:
		out.text(g.title() + "\n\n")
		s.grid(out, s.growthGrid(g))
	case CSV:
		s.grid(out, s.growthGrid(g))
	}
	return out.done()
}

func (g Growing) by() string {
	if g.Guess {
		return byCreation
	}
	return byLedger
}

// title says between which days, and on what that rests.
func (g Growing) title() string {
	text := "from " + kit.Date(g.From) + " to " + kit.Date(g.To) + ": " + moneyBand(g.Before) + " a month before, " + moneyBand(g.Now) + " after"
	if g.Guess {
		text += "; by creation date, as the ledger does not reach back: what was deleted since is not in it"
	}
	return text
}

func (g Growing) document() GrowthDocument {
	return GrowthDocument{
		Currency: currency, From: g.From.UTC().Truncate(time.Second), To: g.To.UTC().Truncate(time.Second), By: g.by(),
		Before: g.Before.Document(), Now: g.Now.Document(), Growth: g.Cost().Document(),
	}
}

func (g Growing) causes() []CauseDocument {
	out := make([]CauseDocument, 0, len(g.Causes))
	for _, c := range g.Causes {
		d := CauseDocument{
			What: c.What.String(), Account: c.Scope.Account, Region: c.Scope.Region,
			Family: c.Key.Family, Creator: c.Key.Creator, Kind: c.Key.Kind.String(), Owner: c.Key.Owner,
			Snapshots: c.Snapshots, Bytes: c.Held, Cost: c.Cost.Document(), Share: partOf(c.Cost.High, g.Cost().High), By: g.by(),
		}
		if name := g.Inv.Account(c.Scope.Account).Name; name != "" {
			d.AccountName = &name
		}
		out = append(out, d)
	}
	return out
}

func (s Style) growthGrid(g Growing) grid {
	out := grid{heads: []head{
		{"what", "WHAT", false},
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"family", "FAMILY", false},
		{"creator", "CREATOR", false},
		{"kind", "KIND", false},
		{"owner", "OWNER", false},
		{"snapshots", "SNAPSHOTS", true},
		{"bytes", "FULL SIZE", true},
		{"cost_low", "AT LEAST", true},
		{"cost_high", "AT MOST", true},
		{"share", "SHARE", true},
	}}
	if s.Format == CSV {
		out.heads = append(out.heads, head{"by", "", false})
	}
	for i, d := range g.causes() {
		c := g.Causes[i]
		account := words(d.Account)
		account.show = g.Inv.Account(d.Account).Title()
		row := []cell{
			words(d.What), account, words(d.Region), words(d.Family), words(d.Creator), words(d.Kind), words(d.Owner),
			change(d.Snapshots), bytesChange(d.Bytes), moneyChange(c.Cost.Low), moneyChange(c.Cost.High), percent(d.Share),
		}
		if s.Format == CSV {
			row = append(row, words(d.By))
		}
		out.rows = append(out.rows, row)
	}
	if s.Format == CSV { // a program adds up itself
		return out
	}
	snapshots, held := 0, int64(0)
	for _, c := range g.Causes {
		snapshots, held = snapshots+c.Snapshots, held+c.Held
	}
	total := g.Cost()
	blank := cell{}
	out.rows = append(out.rows, []cell{
		{show: "growth"},
		blank, blank, blank, blank, blank, blank,
		change(snapshots), bytesChange(held), moneyChange(total.Low), moneyChange(total.High), percent(partOf(total.High, total.High)),
	})
	return out
}

// plus marks what became more.
func plus(c cell, more bool) cell {
	if more {
		c.show = "+" + c.show
	}
	return c
}

func change(n int) cell { return plus(number(n), n > 0) }

func moneyChange(u cost.USD) cell { return plus(moneyCell(u), u > 0) }

func bytesChange(n int64) cell {
	c := cell{show: kit.Bytes(max(n, -n)), data: strconv.FormatInt(n, 10), own: true}
	if n < 0 {
		c.show = "-" + c.show
	}
	return plus(c, n > 0)
}
