package output

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// Image writes one image with all that is known of it: as sections for people,
// or as JSON.
func (s Style) Image(w io.Writer, k Known, im *model.Image) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON:
		out.raw(Indented(k.document(im)))
	case JSONL:
		out.raw(line(k.document(im)))
	case Table:
		s.sections(out, k, im)
	case CSV, Markdown:
		return fmt.Errorf("show prints -o table, json or jsonl, not %s", s.Format)
	}
	return out.done()
}

func (s Style) sections(out printer, k Known, im *model.Image) {
	d := k.document(im)
	s.facts(out, s.identity(k.Inv, d))
	s.section(out, "DEVICES", deviceGrid(d.Devices), d.Devices == nil)
	s.section(out, "SNAPSHOTS", s.snapshotGrid(d.Snapshots), d.Snapshots == nil)
	s.section(out, "TAGS", tagGrid(im.Detail), d.Tags == nil)
	s.section(out, "LAUNCH PERMISSIONS", permissionGrid(k.Inv, d), !d.Permissions.Read)
	s.section(out, "FINDINGS", wrongGrid(k.Findings.Of(im)), d.Findings == nil)
	s.section(out, "USED BY", evidenceGrid(k.Inv, d.Usage), d.Usage == nil)
	s.gaps(out, k.Inv, d.Usage, nil)
}

// section writes a table under a title; of an empty one it says why.
func (s Style) section(out printer, title string, g grid, unknown bool) {
	out.text("\n" + title + "\n")
	switch {
	case unknown:
		out.text("not known\n")
	case len(g.rows) == 0:
		out.text("none\n")
	default:
		s.table(out, g)
	}
}

type pair struct{ name, value string }

// facts writes names and values in two columns.
func (s Style) facts(out printer, pairs []pair) {
	g := grid{heads: make([]head, 2)}
	for _, p := range pairs {
		g.rows = append(g.rows, []cell{{show: p.name}, words(p.value)})
	}
	texts := g.texts()[1:]
	widths := measure(texts)
	for _, t := range texts {
		out.text(s.cut(s.pad(t[0], widths[0], false)+"  "+t[1], s.Width) + "\n")
	}
}

func (s Style) identity(inv model.Inventory, d model.Document) []pair {
	return []pair{
		{"id", d.ID},
		{"name", d.Name},
		{"account", account(d)},
		{"seen by", strings.Join(d.SeenBy, ", ")},
		{"region", d.Region},
		{"state", d.State},
		{"created", s.when(d.Created)},
		{"last launched", s.launched(d)},
		{"deprecation", s.when(d.DeprecationTime)},
		{"protected", truth(d.Protected)},
		{"encrypted", truth(d.Encrypted)},
		{"architecture", d.Architecture},
		{"platform", d.Platform},
		{"root device", d.RootDeviceType},
		{"size", kit.Bytes(d.SizeBytes)},
		{"boot mode", known(d.BootMode)},
		{"imds", known(d.IMDS)},
		{"tpm", known(d.TPM)},
		{"ena", truth(d.ENA)},
		{"source", source(d.Source)},
		{"family", d.Family},
		{"version", d.Version},
		{"managed by", known(d.Managed)},
		{"inspector", s.inspected(d.Inspector)},
		{"cost", monthly(d.Cost)},
		{"usage", s.verdict(d.Usage)},
		{"description", known(d.Description)},
		{"arn", model.ImageARN(inv.Account(d.Account).Partition, model.ImageKey{Region: d.Region, ID: d.ID})},
	}
}

func account(d model.Document) string {
	if d.AccountName == nil {
		return d.Account
	}
	return d.Account + " (" + *d.AccountName + ")"
}

func (s Style) when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339) + " (" + kit.Ago(*t, s.Now) + ")"
}

func (s Style) launched(d model.Document) string {
	switch {
	case d.Launched == nil:
		return unread
	case *d.Launched:
		return s.when(d.LastLaunched)
	}
	return "never"
}

// inspected is what Amazon Inspector found, in a line.
func (s Style) inspected(x *model.InspectorDocument) string {
	switch {
	case x == nil:
		return unread
	case !x.Scanned:
		return "not scanned"
	case x.Severity == "":
		return "nothing found, " + s.when(x.At)
	}
	return x.Severity + ", " + s.when(x.At)
}

func truth(b *bool) string {
	switch {
	case b == nil:
		return unread
	case *b:
		return "yes"
	}
	return "no"
}

func known(s *string) string {
	if s == nil {
		return unread
	}
	return *s
}

func source(d *model.SourceDocument) string {
	if d == nil {
		return unread
	}
	return strings.Join(strings.Fields(strings.Join([]string{d.Image, d.Region, d.Instance}, " ")), " ")
}

func deviceGrid(devices []model.DeviceDocument) grid {
	g := grid{heads: []head{
		{"", "DEVICE", false},
		{"", "KIND", false},
		{"", "SIZE", true},
		{"", "SNAPSHOT", false},
		{"", "ENCRYPTED", false},
		{"", "DELETED WITH INSTANCE", false},
	}}
	for _, d := range devices {
		kind, size := d.Type, kit.Bytes(d.SizeBytes)
		if d.Virtual != "" {
			kind, size = d.Virtual, ""
		}
		if d.Suppressed {
			kind, size = "suppressed", ""
		}
		g.rows = append(g.rows, []cell{
			words(d.Name), words(kind), words(size), words(d.Snapshot),
			words(truth(d.Encrypted)), words(truth(d.DeleteOnTermination)),
		})
	}
	return g
}

func (s Style) snapshotGrid(snapshots []model.SnapshotDocument) grid {
	g := grid{heads: []head{
		{"", "SNAPSHOT", false},
		{"", "STATE", false},
		{"", "TIER", false},
		{"", "AGE", true},
		{"", "VOLUME", true},
		{"", "FULL SIZE", true},
		{"", "ENCRYPTED", false},
	}}
	for _, d := range snapshots {
		age := unread
		if d.Started != nil {
			age = kit.Age(s.Now.Sub(*d.Started))
		}
		g.rows = append(g.rows, []cell{
			words(d.ID), words(known(d.State)), words(known(d.Tier)), words(age),
			words(extent(d.SizeBytes)), words(extent(d.FullBytes)), words(truth(d.Encrypted)),
		})
	}
	return g
}

func extent(n *int64) string {
	if n == nil {
		return unread
	}
	return kit.Bytes(*n)
}

func tagGrid(d *model.Detail) grid {
	g := grid{heads: []head{{"", "KEY", false}, {"", "VALUE", false}}}
	if d == nil {
		return g
	}
	for _, t := range d.Tags {
		g.rows = append(g.rows, []cell{words(t.Key), words(t.Value)})
	}
	return g
}
