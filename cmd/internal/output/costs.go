package output

import (
	"bytes"
	"io"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// Costing is what `cost` prints.
type Costing struct {
	Known
	By     cost.Grouping
	Groups []cost.Group // the first of them, where they are limited
	Total  cost.Total   // of a filter's images: their shares, and no kinds
	Images int          // in the total
	Loose  int          // snapshots in it that no image uses
	Within string       // the filter; "": everything
	Free   *cost.Band   // what deleting all that can go frees; nil: usage was not judged
	Bill   *cost.Bill   // nil: not asked for

	Hastening cost.Hastening
}

// CostsDocument is what costs are together, as JSON shows them.
type CostsDocument struct {
	Currency string           `json:"currency"`
	By       string           `json:"by"`
	Total    TotalDocument    `json:"total"`
	Bill     *BillDocument    `json:"bill"`
	Hastened HastenedDocument `json:"hastened"`
}

// HastenedDocument is what starts images faster, at a price that is not storage and
// in no total.
type HastenedDocument struct {
	Restores int     `json:"restores"`
	Cost     float64 `json:"cost"`
	Unpriced int     `json:"unpriced"`
	Launches int     `json:"launches"`
}

// TotalDocument is the sum of all groups.
type TotalDocument struct {
	Low            float64             `json:"low"`
	High           float64             `json:"high"`
	Basis          string              `json:"basis"`
	Filter         string              `json:"filter"`
	Stored         model.BytesDocument `json:"stored"`
	Images         int                 `json:"images"`
	LooseSnapshots int                 `json:"looseSnapshots"`
	Reclaimable    *model.BandDocument `json:"reclaimable"`
	Kinds          []KindDocument      `json:"kinds"`
}

// KindDocument is the part of one kind of snapshots.
type KindDocument struct {
	Kind      string              `json:"kind"`
	Low       float64             `json:"low"`
	High      float64             `json:"high"`
	Stored    model.BytesDocument `json:"stored"`
	Snapshots int                 `json:"snapshots"`
}

// BillDocument is what AWS has billed, beside the estimate for the same time.
type BillDocument struct {
	From      time.Time          `json:"from"`
	To        time.Time          `json:"to"`
	Billed    float64            `json:"billed"`
	GiBMonths float64            `json:"gibMonths"`
	Estimate  model.BandDocument `json:"estimate"`
	Rest      float64            `json:"rest"`
	Estimated bool               `json:"estimated"`
}

// GroupDocument is what some images and snapshots cost together.
type GroupDocument struct {
	Key            string              `json:"key"`
	Label          string              `json:"label"`
	Region         string              `json:"region"`
	Low            float64             `json:"low"`
	High           float64             `json:"high"`
	Share          *float64            `json:"share"`
	Reclaimable    *model.BandDocument `json:"reclaimable"`
	Stored         model.BytesDocument `json:"stored"`
	Images         int                 `json:"images"`
	LooseSnapshots int                 `json:"looseSnapshots"`
}

// PriceDocument is what a GiB costs a month in a region.
type PriceDocument struct {
	Region   string     `json:"region"`
	Standard float64    `json:"standard"`
	Archive  float64    `json:"archive"`
	Source   string     `json:"source"`
	AsOf     *time.Time `json:"asOf"`
	Of       string     `json:"of"`
}

// Costs writes what groups of images and snapshots cost. JSON holds the prices,
// what is missing, and the scopes beside them.
func (s Style) Costs(w io.Writer, c Costing) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON:
		out.raw(bytes.TrimSuffix(line(c.document()), []byte("}\n")))
		out.text(",\n")
		writeMember(out, "groups", c.groups())
		out.text(",\n")
		writeMember(out, "prices", priceDocuments(c.Known))
		out.text(",\n")
		writeMember(out, "blind", blindDocuments(Missing(c.Costs)))
		out.text(",\n")
		writeMember(out, "scopes", c.Inv.ScopeDocuments())
		out.text("}\n")
	case JSONL:
		for _, g := range c.groups() {
			out.raw(line(g))
		}
	case Table, CSV, Markdown:
		s.grid(out, s.costGrid(c))
	}
	if s.Format == Table && c.Bill != nil {
		s.bill(out, *c.Bill)
	}
	return out.done()
}

func (c Costing) document() CostsDocument {
	t := c.Total
	d := CostsDocument{Currency: currency, By: c.By.String(), Total: TotalDocument{
		Low: t.Cost.Low.Dollars(), High: t.Cost.High.Dollars(), Basis: t.Basis.String(), Filter: c.Within,
		Stored: bytesDocument(t.Bytes), Images: c.Images, LooseSnapshots: c.Loose,
	}, Hastened: HastenedDocument{c.Hastening.Restores, c.Hastening.Cost.Dollars(), c.Hastening.Unpriced, c.Hastening.Launches}}
	if c.Free != nil {
		free := c.Free.Document()
		d.Total.Reclaimable = &free
	}
	if c.Within == "" {
		for i, name := range cost.KindNames() {
			k := t.Kind(cost.Kind(i))
			d.Total.Kinds = append(d.Total.Kinds, KindDocument{name, k.Cost.Low.Dollars(), k.Cost.High.Dollars(), bytesDocument(k.Bytes), k.Snapshots})
		}
	}
	if b := c.Bill; b != nil {
		d.Bill = &BillDocument{b.From, b.To, b.Billed.Dollars(), b.GiBMonths, b.Estimate.Document(), b.Rest.Dollars(), b.Estimated}
	}
	return d
}

func (c Costing) groups() []GroupDocument {
	out := make([]GroupDocument, 0, len(c.Groups))
	for _, g := range c.Groups {
		d := GroupDocument{
			Key: g.Key, Label: g.Label, Region: g.Region, Low: g.Cost.Low.Dollars(), High: g.Cost.High.Dollars(),
			Share: partOf(g.Cost.High, c.Total.Cost.High), Stored: bytesDocument(g.Bytes), Images: g.Images, LooseSnapshots: g.Snapshots,
		}
		if c.By.By == cost.ByAccount {
			d.Label = c.Inv.Account(g.Key).Name
		}
		if c.Free != nil {
			free := g.Free.Document()
			d.Reclaimable = &free
		}
		out = append(out, d)
	}
	return out
}

// priceDocuments are the prices of all regions that are read.
func priceDocuments(k Known) []PriceDocument {
	out := []PriceDocument{}
	seen := map[string]bool{}
	for _, s := range k.Inv.Scopes() {
		if seen[s.Region] || !k.Inv.Readable(s) {
			continue
		}
		seen[s.Region] = true
		p := k.Costs.Price(s.Region)
		d := PriceDocument{Region: s.Region, Standard: p.Standard.Dollars(), Archive: p.Archive.Dollars(), Source: p.From.String(), Of: s.Region}
		if p.Region != "" {
			d.Of = p.Region
		}
		if !p.AsOf.IsZero() {
			at := p.AsOf.UTC().Truncate(time.Second)
			d.AsOf = &at
		}
		out = append(out, d)
	}
	return out
}

// Missing is what costs lack. Where AWS does not offer a service, nothing does.
func Missing(c *cost.Costs) []model.Blind {
	var out []model.Blind
	for _, b := range c.Blind() {
		if b.Err == nil || b.Err.Kind != model.NotOffered {
			out = append(out, b)
		}
	}
	return out
}

func blindDocuments(blind []model.Blind) []model.BlindDocument {
	out := []model.BlindDocument{}
	for _, b := range blind {
		d := model.BlindDocument{Account: b.Scope.Account, Region: b.Scope.Region, Source: b.Source.Word(), What: b.What, Mend: b.Mend}
		if d.Mend == "" && b.Err != nil {
			d.Mend = b.Err.Hint()
		}
		out = append(out, d)
	}
	return out
}

func (s Style) costGrid(c Costing) grid {
	g := grid{heads: []head{{"key", upper(c.By), false}}}
	named := s.Format == CSV || c.By.By == cost.ByImage
	if named {
		g.heads = append(g.heads, head{"label", "NAME", false}, head{"region", "REGION", false})
	}
	g.heads = append(g.heads, head{"low", "AT LEAST", true}, head{"high", "AT MOST", true}, head{"share", "SHARE", true})
	g.heads = append(g.heads, s.bandHeads("reclaimable", "RECLAIMABLE")...)
	g.heads = append(g.heads, s.bandHeads("stored", "STORED")...)
	g.heads = append(g.heads, head{"images", "IMAGES", true}, head{"loose_snapshots", "LOOSE", true})
	row := func(x cost.Group, key, label, region cell) {
		cells := []cell{key}
		if named {
			cells = append(cells, label, region)
		}
		cells = append(cells, moneyCell(x.Cost.Low), moneyCell(x.Cost.High), percent(partOf(x.Cost.High, c.Total.Cost.High)))
		if c.Free != nil {
			cells = append(cells, s.moneyCells(x.Free)...)
		} else {
			cells = append(cells, s.bandCells(unread, "", "")...)
		}
		cells = append(cells, s.byteCells(x.Bytes)...)
		g.rows = append(g.rows, append(cells, number(x.Images), number(x.Snapshots)))
	}
	total := cost.Group{Cost: c.Total.Cost, Bytes: c.Total.Bytes, Images: c.Images, Snapshots: c.Loose}
	for i, d := range c.groups() {
		key := words(d.Key)
		if c.By.By == cost.ByAccount && d.Key != "" {
			key.show = c.Inv.Account(d.Key).Title()
		}
		row(c.Groups[i], key, words(d.Label), words(d.Region))
	}
	if s.Format != CSV { // a program adds up itself
		if c.Free != nil { // the groups' need not add up to it: what goes together may free more
			total.Free = *c.Free
		}
		name := "total"
		if c.Within != "" {
			name = "total of the filter"
		}
		row(total, cell{show: name}, cell{}, cell{})
	}
	return g
}

func upper(by cost.Grouping) string {
	return map[cost.By]string{
		cost.ByAccount: "ACCOUNT", cost.ByRegion: "REGION", cost.ByFamily: "FAMILY", cost.ByTag: "TAG",
		cost.ByAge: "AGE", cost.ByKind: "KIND", cost.ByImage: "IMAGE",
	}[by.By]
}

// BillText says in a line what was billed.
func BillText(b cost.Bill) string {
	text := "billed from " + kit.Date(b.From) + " to " + kit.Date(b.To.AddDate(0, 0, -1)) + ": " + money(b.Billed) + "; estimated for the same time, of what there is now: " +
		moneyBand(b.Estimate) + "; not explained: " + money(b.Rest)
	if b.Estimated {
		text += "; AWS may still change it"
	}
	return text
}

// bill writes what was billed below the groups.
func (s Style) bill(out printer, b cost.Bill) {
	out.text("\nBILLED\n")
	s.facts(out, []pair{
		{"from", kit.Date(b.From)},
		{"to", kit.Date(b.To.AddDate(0, 0, -1))},
		{"billed", money(b.Billed) + map[bool]string{true: " (AWS may still change it)"}[b.Estimated]},
		{"estimate", moneyBand(b.Estimate) + " for the same time, of what there is now"},
		{"rest", money(b.Rest) + " that the estimate does not explain"},
	})
}
