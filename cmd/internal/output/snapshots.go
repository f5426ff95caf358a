package output

import (
	"io"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// SnapshotCostDocument is a snapshot with what it costs, as JSON shows it.
type SnapshotCostDocument struct {
	ID          string               `json:"id"`
	Account     string               `json:"account"`
	AccountName *string              `json:"accountName"`
	Region      string               `json:"region"`
	Kind        string               `json:"kind"`
	Tie         *TieDocument         `json:"tie"`
	Images      []string             `json:"images"`
	Tier        string               `json:"tier"`
	Public      *bool                `json:"public"`
	VolumeSize  *int64               `json:"volumeSize"`
	FullBytes   *int64               `json:"fullBytes"`
	Stored      *model.BytesDocument `json:"stored"`
	Cost        *model.BandDocument  `json:"cost"`
	Basis       string               `json:"basis"`
	Created     *time.Time           `json:"created"`
	Description string               `json:"description"`
}

// TieDocument is what ties a snapshot to the image that it was made for.
type TieDocument struct {
	Image string `json:"image"`
	Name  string `json:"name"`
	How   string `json:"how"`
}

// Snapshots writes snapshots with what they cost, in the given order. JSON holds
// the scopes beside them.
func (s Style) Snapshots(w io.Writer, k Known, lines []*cost.Line) error {
	out := newPrinter(w)
	documents := make([]SnapshotCostDocument, 0, len(lines))
	for _, l := range lines {
		documents = append(documents, k.snapshot(l))
	}
	switch s.Format {
	case JSON:
		writeList(out, "snapshots", documents)
		out.text(",\n")
		writeMember(out, "scopes", k.Inv.ScopeDocuments())
		out.text("}\n")
	case JSONL:
		for _, d := range documents {
			out.raw(line(d))
		}
	case Table, CSV, Markdown:
		s.grid(out, s.snapshotCosts(k, lines, documents))
	}
	return out.done()
}

func (k Known) snapshot(l *cost.Line) SnapshotCostDocument {
	sn := l.Snapshot
	d := SnapshotCostDocument{
		ID: sn.ID, Account: sn.Owner, AccountName: k.name(sn.Owner), Region: sn.Region, Kind: l.Kind.String(), Images: []string{}, Tier: sn.Tier,
		Public: k.Inv.SnapshotPublic(l.Scope(), sn).Ptr(),
		Basis:  l.Basis.String(), Description: sn.Description, Created: moment(sn.Start),
	}
	if l.Basis != cost.NotKnown {
		stored, monthly := bytesDocument(l.Bytes), l.Cost().Document()
		d.Stored, d.Cost = &stored, &monthly
	}
	if l.Tie() != nil {
		d.Tie = &TieDocument{l.Tie().Image, l.Tie().Name, l.Tie().How}
	}
	for _, im := range l.Images() {
		d.Images = append(d.Images, im.ID)
	}
	if sn.SizeGiB > 0 {
		size := sn.SizeGiB << 30
		d.VolumeSize = &size
	}
	if sn.FullBytes >= 0 {
		d.FullBytes = &sn.FullBytes
	}
	return d
}

func (s Style) snapshotCosts(k Known, lines []*cost.Line, documents []SnapshotCostDocument) grid {
	g := grid{heads: []head{
		{"id", "ID", false},
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"kind", "KIND", false},
		{"image", "IMAGE", false},
		{"how", "HOW TOLD", false},
		{"tier", "TIER", false},
		{"public", "PUBLIC", false},
		{"created", "AGE", true},
		{"volume_size", "VOLUME", true},
		{"full_bytes", "FULL", true},
	}}
	g.heads = append(g.heads, s.bandHeads("stored", "STORED")...)
	g.heads = append(g.heads, s.bandHeads("cost", "COST")...)
	g.heads = append(g.heads, head{"basis", "BASIS", false}, head{"description", "DESCRIPTION", false})
	for i, d := range documents {
		image, how := strings.Join(d.Images, " "), ""
		if d.Tie != nil {
			image, how = d.Tie.Image, d.Tie.How
		}
		cells := []cell{
			words(d.ID), k.accountCell(d.Account), words(d.Region), words(d.Kind), words(image), words(how), words(d.Tier), triCell(k.Inv.SnapshotPublic(lines[i].Scope(), lines[i].Snapshot)), s.since(d.Created), sizeOf(d.VolumeSize), sizeOf(d.FullBytes),
		}
		if d.Cost == nil {
			cells = append(append(cells, s.bandCells(unread, "", "")...), s.bandCells(unread, "", "")...)
		} else {
			cells = append(append(cells, s.byteCells(lines[i].Bytes)...), s.moneyCells(lines[i].Cost())...)
		}
		g.rows = append(g.rows, append(cells, words(d.Basis), words(d.Description)))
	}
	return g
}

// sizeOf is a size that may not be known.
func sizeOf(n *int64) cell {
	if n == nil {
		return cell{show: unread}
	}
	c := number(*n)
	c.show = kit.Bytes(*n)
	return c
}
