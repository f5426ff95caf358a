package output

import (
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/safe"
	"github.com/amiscope/amiscope/tui/kit"
)

// Usage writes the verdicts on images with their evidence and what was not
// looked at. JSON is that of Images.
func (s Style) Usage(w io.Writer, k Known, images []*model.Image) error {
	switch s.Format {
	case CSV, Markdown:
		out := newPrinter(w)
		s.grid(out, usageGrid(k, images))
		return out.done()
	case JSON, JSONL:
	case Table:
		out := newPrinter(w)
		s.usages(out, k, images)
		return out.done()
	}
	return s.Images(w, k, images)
}

// usages writes images for people. Limits that all verdicts have stand at the
// end.
func (s Style) usages(out printer, k Known, images []*model.Image) {
	documents := make([]model.Document, len(images))
	for i, im := range images {
		documents[i] = k.document(im)
	}
	common := commonCaveats(documents)
	for i, d := range documents {
		if i > 0 {
			out.text("\n\n")
		}
		s.usage(out, k.Inv, d, common)
	}
	if len(images) > 1 && len(common) > 0 {
		out.text("\n\nLIMITS OF ALL\n")
		s.lines(out, common)
	}
}

func (s Style) usage(out printer, inv model.Inventory, d model.Document, common []string) {
	s.facts(out, []pair{
		{"id", d.ID},
		{"name", d.Name},
		{"account", account(d)},
		{"region", d.Region},
		{"usage", s.verdict(d.Usage)},
	})
	s.section(out, "USED BY", evidenceGrid(inv, d.Usage), d.Usage == nil)
	s.gaps(out, inv, d.Usage, common)
}

// commonCaveats are those of every verdict of several.
func commonCaveats(documents []model.Document) []string {
	if len(documents) < 2 || documents[0].Usage == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(documents[0].Usage.Caveats), func(c string) bool {
		return slices.ContainsFunc(documents, func(d model.Document) bool { return d.Usage == nil || !slices.Contains(d.Usage.Caveats, c) })
	})
}

// verdict is the word, and when was read what it rests on.
func (s Style) verdict(d *model.UsageDocument) string {
	if d == nil {
		return unread
	}
	if d.AsOf == nil {
		return d.Verdict
	}
	return d.Verdict + ", by what was read " + d.AsOf.Format(time.RFC3339) + " (" + kit.Ago(*d.AsOf, s.Now) + ") or later"
}

// gaps writes what was not looked at, and in what way what was looked at has
// its limits, but for those told elsewhere; nothing where there is neither.
func (s Style) gaps(out printer, inv model.Inventory, d *model.UsageDocument, elsewhere []string) {
	if d == nil {
		return
	}
	if g := blindGrid(inv, d.Blind); len(g.rows) > 0 {
		s.section(out, "NOT LOOKED AT", g, false)
	}
	limits := slices.DeleteFunc(slices.Clone(d.Caveats), func(c string) bool { return slices.Contains(elsewhere, c) })
	if len(limits) > 0 {
		out.text("\nLIMITS\n")
		s.lines(out, limits)
	}
}

func (s Style) lines(out printer, texts []string) {
	for _, t := range texts {
		out.text(s.cut(safe.Cell(t), s.Width) + "\n")
	}
}

func evidenceGrid(inv model.Inventory, d *model.UsageDocument) grid {
	g := grid{heads: []head{
		{"", "KIND", false},
		{"", "NAME", false},
		{"", "DETAIL", false},
		{"", "COUNTS", false},
		{"", "ACCOUNT", false},
		{"", "REGION", false},
		{"", "ID", false},
	}}
	if d == nil {
		return g
	}
	for _, e := range d.Evidence {
		g.rows = append(g.rows, []cell{
			words(e.Kind), words(e.Title), words(e.Detail), words(counts(e)), words(title(inv, e.Account)), words(e.Region), words(e.ID),
		})
	}
	return g
}

// counts says whether a reference makes the image used, and if not why.
func counts(e model.EvidenceDocument) string {
	switch {
	case e.Aside != "" && e.AsideUntil != nil:
		return "set aside until " + kit.Date(*e.AsideUntil) + ": " + e.Aside
	case e.Aside != "":
		return "set aside: " + e.Aside
	case e.Stale != "":
		return "little: " + e.Stale
	}
	return "yes"
}

func title(inv model.Inventory, account string) string {
	if account == "" {
		return ""
	}
	return inv.Account(account).Title()
}

func blindGrid(inv model.Inventory, blind []model.BlindDocument) grid {
	g := grid{heads: []head{
		{"", "WHAT", false},
		{"", "ACCOUNT", false},
		{"", "REGION", false},
		{"", "WHAT TO DO", false},
	}}
	for _, b := range blind {
		g.rows = append(g.rows, []cell{words(b.What), words(title(inv, b.Account)), words(b.Region), words(b.Mend)})
	}
	return g
}

// permissionGrid lists who may launch an image besides its owner.
func permissionGrid(inv model.Inventory, d model.Document) grid {
	g := grid{heads: []head{{"", "WHO", false}, {"", "NAME", false}}}
	p := d.Permissions
	if !p.Read {
		return g
	}
	if *p.Public {
		g.rows = append(g.rows, []cell{words("everybody"), words("")})
	}
	for _, id := range *p.Accounts {
		g.rows = append(g.rows, []cell{words(id), words(inv.Account(id).Name)})
	}
	for _, arn := range append(append([]string{}, *p.Organizations...), *p.Units...) {
		g.rows = append(g.rows, []cell{words(arn), words(inv.SharerName(arn))})
	}
	return g
}

// What a line of a usage grid tells.
const (
	lineEvidence = "evidence"
	lineBlind    = "blind"
	lineCaveat   = "caveat"
)

// usageGrid has a line for each piece of evidence, blind spot and caveat, and
// one for an image that has none.
func usageGrid(k Known, images []*model.Image) grid {
	g := grid{heads: []head{
		{"image", "IMAGE", false},
		{"name", "NAME", false},
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"verdict", "VERDICT", false},
		{"as_of", "READ", false},
		{"line", "LINE", false},
		{"kind", "KIND", false},
		{"id", "ID", false},
		{"title", "TITLE", false},
		{"detail", "DETAIL", false},
		{"counts", "COUNTS", false},
		{"why", "WHY NOT", false},
		{"where_account", "IN ACCOUNT", false},
		{"where_region", "IN REGION", false},
	}}
	for _, im := range images {
		d := k.document(im)
		for _, rest := range usageLines(d.Usage) {
			g.rows = append(g.rows, append(usageHead(d), rest...))
		}
	}
	return g
}

func usageHead(d model.Document) []cell {
	verdict, asOf := cell{show: unread}, cell{show: none}
	if d.Usage != nil {
		verdict = cell{show: d.Usage.Verdict, data: d.Usage.Verdict, own: true}
		if d.Usage.AsOf != nil {
			asOf = instant(*d.Usage.AsOf, d.Usage.AsOf.Format(time.RFC3339))
		}
	}
	return []cell{words(d.ID), words(d.Name), words(d.Account), words(d.Region), verdict, asOf}
}

// usageLines are the cells behind those of the image.
func usageLines(d *model.UsageDocument) [][]cell {
	blank := cell{}
	var out [][]cell
	if d != nil {
		for _, e := range d.Evidence {
			yes, why := strconv.FormatBool(e.Counts), ""
			if !e.Counts {
				why = counts(e)
			}
			out = append(out, []cell{
				words(lineEvidence), words(e.Kind), words(e.ID), words(e.Title), words(e.Detail),
				{show: yes, data: yes, own: true},
				words(why), words(e.Account), words(e.Region),
			})
		}
		for _, b := range d.Blind {
			out = append(out, []cell{words(lineBlind), words(b.Source), blank, words(b.What), words(b.Mend), blank, blank, words(b.Account), words(b.Region)})
		}
		for _, c := range d.Caveats {
			out = append(out, []cell{words(lineCaveat), blank, blank, words(c), blank, blank, blank, blank, blank})
		}
	}
	if len(out) == 0 {
		out = append(out, make([]cell, 9))
	}
	return out
}
