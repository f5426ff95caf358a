package browse

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/safe"
	"github.com/amiscope/amiscope/tui/kit"
)

// wide is the width from which an overview fits beside the identity.
const wide = 150

// overviewLines is the identity, and beside it, where there is room, devices and
// tags.
func overviewLines(env kit.Env, im *model.Image) []string {
	if env.Width < wide || im.Detail == nil {
		return identityLines(env, im)
	}
	left, right := env, env
	left.Width = env.Width / 2
	right.Width = env.Width - left.Width
	heading := func(s string) string { return " " + env.Theme.Paint(kit.Title, s) }
	beside := append([]string{heading("Devices")}, deviceLines(right, im)...)
	beside = append(append(beside, "", heading("Tags")), tagLines(right, im)...)
	lines := identityLines(left, im)
	lines = append(lines, make([]string, max(0, len(beside)-len(lines)))...)
	for i, l := range beside {
		lines[i] = kit.Block(lines[i], left.Width, 1) + l
	}
	return lines
}

// identityLines tells what the image is, who owns it and where it came from.
func identityLines(env kit.Env, im *model.Image) []string {
	d := im.Detail
	if d == nil {
		d = &model.Detail{}
	}
	traits := d.Traits.Value()
	pairs := []kit.Pair{
		{Label: "Image id", Value: im.ID},
		{Label: "Name", Value: cmp.Or(im.Name, "(no name)")},
		{Label: "Description", Value: d.Description},
		{Label: "Owner", Value: accountText(env, im.Owner) + aliasText(im)},
		{Label: "Seen by", Value: seenByText(env, im)},
		{Label: "Region", Value: im.Region},
		stateP(env, im),
		{Label: "Created", Value: when(env, im.Created, "not told")},
		{Label: "Deprecation", Value: when(env, im.Deprecation, "none set")},
		launchedP(env, im),
		{Label: ""},
		{Label: "Architecture", Value: im.Architecture},
		{Label: "Platform", Value: dashed(cmp.Or(traits.PlatformDetails, im.Platform), traits.UsageOperation)},
		{Label: "Root device", Value: dashed(im.RootType, traits.RootDevice)},
		{Label: "Boot mode", Value: cmp.Or(traits.BootMode, "not set: the instance type's default")},
		{Label: "Virtualization", Value: dashed(traits.Virtualization, traits.Hypervisor)},
		{Label: "ENA", Value: d.ENA.String()},
		{Label: "IMDS", Value: imdsText(im)},
		{Label: "TPM", Value: cmp.Or(traits.TPM, "none")},
		{Label: ""},
		factP("Public", im.Public, kit.Bad),
		factP("Encrypted", im.Encrypted, kit.Good),
		protectionP(im),
		{Label: "Managed by", Value: im.Managed.String()},
		{Label: ""},
	}
	return indented(env, append(pairs, originPairs(im, d)...))
}

// indented draws pairs with a margin, without those that say nothing.
func indented(env kit.Env, pairs []kit.Pair) []string {
	told := slices.DeleteFunc(pairs, func(p kit.Pair) bool { return p.Value == "" && p.Label != "" })
	lines := kit.Pairs(env.Theme, told, max(0, env.Width-2))
	for i, l := range lines {
		lines[i] = " " + l
	}
	return lines
}

func originPairs(im *model.Image, d *model.Detail) []kit.Pair {
	traits := d.Traits.Value()
	family, version := model.Family(im.Name)
	out := []kit.Pair{
		{Label: "Family", Value: cmp.Or(family, "–")},
		{Label: "Version", Value: cmp.Or(version, "–")},
		{Label: "Source image", Value: cmp.Or(dashed(d.SourceImage, d.SourceRegion), "not told by AWS")},
	}
	for _, p := range []kit.Pair{
		{Label: "Source instance", Value: d.SourceInstance},
		{Label: "Location", Value: d.Location},
		{Label: "Public parameter", Value: traits.PublicParameter},
		{Label: "State reason", Value: traits.StateReason},
		{Label: "Product codes", Value: codes(d.ProductCodes)},
	} {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}

func accountText(env kit.Env, id string) string {
	if a := env.Inv.Account(id); a.Name != "" {
		return a.Name + " (" + id + ")"
	}
	return id
}

func aliasText(im *model.Image) string {
	if im.OwnerAlias == "" {
		return ""
	}
	return ", " + im.OwnerAlias
}

func seenByText(env kit.Env, im *model.Image) string {
	var names []string
	for _, id := range env.Inv.SeenBy(im) {
		names = append(names, accountText(env, id))
	}
	return strings.Join(names, ", ")
}

func stateP(env kit.Env, im *model.Image) kit.Pair {
	cell := stateCell(env, im)
	return kit.Pair{Label: "State", Value: cell.Text, Style: cell.Style}
}

func launchedP(env kit.Env, im *model.Image) kit.Pair {
	p := kit.Pair{Label: "Last launched", Value: "unknown: AWS tells the owner only", Style: kit.Dim}
	switch im.Launched {
	case model.Yes:
		p = kit.Pair{Label: p.Label, Value: when(env, im.LastLaunched, "") + "; up to 24 h late"}
	case model.No:
		p = kit.Pair{Label: p.Label, Value: "never, as far as AWS tells (since April 2017, up to 24 h late)", Style: kit.Warn}
	case model.Maybe:
	}
	return p
}

func protectionP(im *model.Image) kit.Pair {
	p := factP("Protected", im.Protected, kit.Good)
	if im.Detail == nil {
		return p
	}
	if words := im.Detail.Traits.Value().Protection; words != "" {
		p.Value += " (" + words + ")"
	}
	return p
}

func factP(label string, fact model.Tri, yes kit.Style) kit.Pair {
	p := kit.Pair{Label: label, Value: fact.String()}
	switch fact {
	case model.Yes:
		p.Style = yes
	case model.Maybe:
		p.Style = kit.Dim
	case model.No:
	}
	return p
}

func imdsText(im *model.Image) string {
	if im.Detail != nil {
		if version := im.Detail.Traits.Value().IMDS; version != "" {
			return version + " required"
		}
	}
	return "v1 allowed unless the launch says otherwise"
}

func when(env kit.Env, t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return kit.Moment(t) + " (" + kit.Ago(t, env.Now) + ")"
}

func dashed(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

func codes(cs []model.ProductCode) string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = c.ID + " (" + c.Type + ")"
	}
	return strings.Join(out, ", ")
}

// deviceLines draws the block device mappings with what is known of their
// snapshots.
func deviceLines(env kit.Env, im *model.Image) []string {
	t := env.Theme
	if len(im.Detail.Devices) == 0 {
		return []string{"", " " + t.Paint(kit.Dim, "no block devices: "+im.RootType)}
	}
	lines := []string{deviceLine(t, kit.Header, env.Width, deviceHeads)}
	for _, d := range im.Detail.Devices {
		disk := d.Disk.Value()
		lines = append(lines, deviceLine(t, kit.Normal, env.Width, []string{
			d.Name, snapshotText(d), deviceSize(disk), disk.Type, number(int64(disk.IOPS)), disk.Encrypted.String(), disk.DeleteOnTermination.String(),
			snapshotStart(env, im, d),
		}))
	}
	total := kit.Size(im.SizeGiB)
	return append(lines, "", " "+t.Paint(kit.Dim, "provisioned together: "+total+"   DEL: deleted when its instance is terminated"))
}

var (
	deviceHeads  = []string{"DEVICE", "SNAPSHOT", "SIZE", "TYPE", "IOPS", "ENCR", "DEL", "SNAPSHOT OF"}
	deviceWidths = []int{10, 22, 8, 8, 6, 7, 7, 11}
)

// deviceLine draws the cells that fit, from the left.
func deviceLine(t *kit.Theme, style kit.Style, width int, cells []string) string {
	line, left := "", width-1
	for i, c := range cells {
		if left < deviceWidths[i] {
			break
		}
		fit := t.Fit
		if deviceHeads[i] == "SIZE" || deviceHeads[i] == "IOPS" {
			fit = t.FitRight
		}
		line += fit(c, deviceWidths[i]) + "  "
		left -= deviceWidths[i] + 2
	}
	return " " + t.Paint(style, line)
}

func snapshotText(d model.Device) string {
	switch disk := d.Disk.Value(); {
	case disk.NoDevice:
		return "(suppressed)"
	case disk.Virtual != "":
		return disk.Virtual
	}
	return cmp.Or(d.Snapshot, "(empty volume)")
}

func deviceSize(d model.Disk) string {
	if d.SizeGiB == 0 {
		return ""
	}
	return kit.Size(d.SizeGiB)
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func snapshotStart(env kit.Env, im *model.Image, d model.Device) string {
	sn, ok := env.Inv.Snapshot(model.Scope{Account: im.Owner, Region: im.Region}, d.Snapshot)
	if !ok {
		return ""
	}
	return kit.Date(sn.Start)
}

// tagLines lists the tags.
func tagLines(env kit.Env, im *model.Image) []string {
	var pairs []kit.Pair
	for _, tag := range im.Detail.Tags {
		pairs = append(pairs, kit.Pair{Label: tag.Key, Value: tag.Value})
	}
	for i := range pairs {
		pairs[i].Value = cmp.Or(pairs[i].Value, "(empty)")
	}
	lines := indented(env, pairs)
	switch {
	case !im.Detail.TagsRead:
		lines = append(lines, "", " "+env.Theme.Paint(kit.Dim, "the tags of another account's image are not visible, but for ec2:SharedTag/ ones"))
	case len(pairs) == 0:
		lines = append(lines, "", " "+env.Theme.Paint(kit.Dim, "no tags"))
	}
	return lines
}

// jsonLines is the image as the verbs print it with -o json.
func jsonLines(env kit.Env, im *model.Image) []string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	doc := env.Inv.Document(im)
	doc.Usage = env.Usage.Document(im)
	doc.Cost = env.Costs.Document(im)
	doc.Findings = env.Findings.Document(im)
	if err := enc.Encode(doc); err != nil {
		return []string{" " + env.Theme.Paint(kit.Bad, env.Theme.Clean(err.Error()))}
	}
	var lines []string
	for l := range strings.Lines(string(safe.JSON(b.Bytes()))) {
		lines = append(lines, " "+env.Theme.Cut(strings.TrimRight(l, "\n"), max(0, env.Width-1)))
	}
	return lines
}
