package cost

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// By is what costs are grouped by.
type By uint8

// The groupings.
const (
	ByAccount By = iota
	ByRegion
	ByFamily
	ByTag // the value of a tag
	ByAge
	ByKind // of snapshot
	ByImage
)

var byNames = [...]string{ByAccount: "account", ByRegion: "region", ByFamily: "family", ByTag: "tag", ByAge: "age", ByKind: "kind", ByImage: "image"}

// Grouping is a By, and the key of ByTag.
type Grouping struct {
	By  By
	Tag string
}

// String is the grouping as it is typed: "account", "tag.team".
func (g Grouping) String() string {
	if g.By == ByTag {
		return "tag." + g.Tag
	}
	return byNames[g.By]
}

// ParseGrouping reads a grouping as it is typed.
func ParseGrouping(s string) (Grouping, error) {
	if tag, ok := strings.CutPrefix(s, "tag."); ok && tag != "" {
		return Grouping{ByTag, tag}, nil
	}
	for by, name := range byNames {
		if name == s && By(by) != ByTag {
			return Grouping{By: By(by)}, nil
		}
	}
	return Grouping{}, fmt.Errorf("costs cannot be grouped by %q: use account, region, family, tag.KEY, age, kind or image", s)
}

// Row is what costs are told by: an image with its share of its snapshots, or a
// snapshot that no image uses. All rows add up to the total.
type Row struct {
	Image *model.Image // nil for a snapshot
	Line  *Line        // nil for an image
	Cost  Band
	Bytes Bytes
}

// Rows lists all rows: images by region and id, then snapshots.
func (c *Costs) Rows() []Row {
	if c == nil {
		return nil
	}
	n := 0
	for _, r := range c.regions {
		n += len(r.images) + len(r.lines)
	}
	out := make([]Row, 0, n)
	for _, r := range c.regions {
		for i := range r.images {
			x := r.imageLine(i)
			out = append(out, Row{Image: x.Image, Cost: x.Share, Bytes: x.Part})
		}
	}
	for _, r := range c.regions {
		for i := range r.lines {
			if l := &r.lines[i]; l.n == 0 {
				out = append(out, Row{Line: l, Cost: l.Cost(), Bytes: l.Bytes})
			}
		}
	}
	return out
}

// name is what people call the row's image or snapshot, and its region.
func (r Row) name() (name, region string) {
	if r.Image == nil {
		return r.Line.Snapshot.ID, r.Line.Snapshot.Region
	}
	return cmp.Or(r.Image.Name, r.Image.ID), r.Image.Region
}

// Group is what rows with something in common cost.
type Group struct {
	Key       string // account id, region, family, value of the tag, ...; "" where there is none
	Label     string // of an image: its name
	Region    string // of an image or snapshot
	Cost      Band
	Bytes     Bytes
	Images    int
	Snapshots int     // that no image uses
	Part      float64 // of the dearest group
	Free      Band    // what deleting its unused images and its orphans would free
}

// Step narrows rows to those with a key.
type Step struct {
	By  Grouping
	Key string
}

// Groups sums the rows that all steps leave over up, the dearest group first.
// unused tells images that can go; nil: none.
func (c *Costs) Groups(by Grouping, within []Step, unused func(*model.Image) bool) []Group {
	if c == nil {
		return nil
	}
	type gathering struct {
		Group
		images    []model.ImageKey
		snapshots []SnapshotKey
	}
	at := map[string]*gathering{}
	for _, row := range c.Rows() {
		if slices.ContainsFunc(within, func(s Step) bool { return c.key(s.By, row) != s.Key }) {
			continue
		}
		key := c.key(by, row)
		g := at[key]
		if g == nil {
			g = &gathering{Group: Group{Key: key}}
			at[key] = g
			if by.By == ByImage {
				g.Label, g.Region = row.name()
			}
		}
		g.Cost, g.Bytes = g.Cost.Plus(row.Cost), g.Bytes.plus(row.Bytes)
		if row.Image == nil {
			g.Snapshots++
			if row.Line.Kind == Orphan {
				g.snapshots = append(g.snapshots, row.Line.Key())
			}
			continue
		}
		g.Images++
		if unused != nil && unused(row.Image) {
			g.images = append(g.images, row.Image.ImageKey)
		}
	}
	out := make([]Group, 0, len(at))
	for _, g := range at {
		g.Free = c.Freed(g.images, g.snapshots).Cost
		out = append(out, g.Group)
	}
	slices.SortFunc(out, func(a, b Group) int { return cmp.Or(b.Cost.Compare(a.Cost), strings.Compare(a.Key, b.Key)) })
	for i := range out {
		if most := out[0].Cost.High; most > 0 {
			out[i].Part = float64(out[i].Cost.High) / float64(most)
		}
	}
	return out
}

// TagKeys lists the keys of tags that most images have, at most n.
func (c *Costs) TagKeys(n int) []string {
	counts := map[string]int{}
	for _, r := range c.regions {
		for i := range r.images {
			if d := r.images[i].image.Detail; d != nil {
				for _, t := range d.Tags {
					counts[t.Key]++
				}
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b)) })
	return keys[:min(n, len(keys))]
}

// key is the group to which a row belongs.
func (c *Costs) key(by Grouping, row Row) string {
	if row.Image != nil {
		return c.imageKey(by, row.Image)
	}
	s := row.Line.Snapshot
	switch by.By {
	case ByAccount:
		return s.Owner
	case ByRegion:
		return s.Region
	case ByFamily:
		if t := row.Line.Tie(); t != nil && t.Name != "" {
			family, _ := model.Family(t.Name)
			return family
		}
		return ""
	case ByTag:
		return valueOf(s.Tags, by.Tag)
	case ByAge:
		return AgeClass(c.in.Now.Sub(s.Start))
	case ByKind:
		return row.Line.Kind.String()
	case ByImage:
		return s.ID
	}
	return ""
}

func (c *Costs) imageKey(by Grouping, im *model.Image) string {
	switch by.By {
	case ByAccount:
		return im.Owner
	case ByRegion:
		return im.Region
	case ByFamily:
		family, _ := model.Family(im.Name)
		return family
	case ByTag:
		value, _ := im.Tag(by.Tag)
		return value
	case ByAge:
		return AgeClass(c.in.Now.Sub(im.Created))
	case ByKind:
		return OfImage.String()
	case ByImage:
		return im.ID
	}
	return ""
}

func valueOf(tags []model.Tag, key string) string {
	for _, t := range tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

// Age is a class of ages: from the first up to, but not with, the second.
type Age struct {
	Name     string
	From, To time.Duration // To 0: no end
}

const day = 24 * time.Hour

// Ages lists the classes, the youngest first.
func Ages() []Age {
	return []Age{
		{"< 30 d", 0, 30 * day},
		{"30–90 d", 30 * day, 90 * day},
		{"90–180 d", 90 * day, 180 * day},
		{"180 d – 1 y", 180 * day, 365 * day},
		{"1–2 y", 365 * day, 730 * day},
		{"> 2 y", 730 * day, 0},
	}
}

// AgeClass is the name of the class of an age.
func AgeClass(age time.Duration) string {
	for _, a := range Ages() {
		if age < a.To || a.To == 0 {
			return a.Name
		}
	}
	return ""
}
