package cost

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Costs are the costs of a whole inventory. They are immutable; Estimate makes
// the next ones and works only for regions in which something changed. Nil Costs
// have estimated nothing.
type Costs struct {
	inv     model.Inventory
	in      Input
	places  []place
	regions []*region // by name
}

// Input is what costs rest on besides the inventory.
type Input struct {
	Prices  Prices
	Blocks  Blockmap
	Usage   *model.Usage // tells which snapshots templates name; nil: not looked at
	Now     time.Time
	Version int // changes with Prices and Blocks
}

// place is a scope, and whether its images are known for certain.
type place struct {
	scope   model.Scope
	blurred bool
}

// region is what one region costs.
type region struct {
	c        *Costs
	name     string
	scopes   []model.Scope
	lines    []Line // by id of the snapshot
	common   *common
	images   []user // by id
	places   model.Index
	uses     []int32   // lines, of one image after the other
	lineages []lineage // members and unplaced are theirs, of one after the other
	members  []int32
	unplaced []int32
	grown    []int32                     // lines that grew out of another one, in order of that one
	rules    map[string][]*model.BinRule // by account: of its Recycle Bin, on snapshots
	figures
}

// figures are what a region comes to.
type figures struct {
	total   Total
	largest Largest
}

// Estimate gives the costs of an inventory. It takes from those before what
// cannot have changed.
func (c *Costs) Estimate(inv model.Inventory, in Input) *Costs {
	next := &Costs{inv: inv, in: in}
	byRegion := map[string][]model.Scope{}
	for _, s := range inv.Scopes() {
		byRegion[s.Region] = append(byRegion[s.Region], s)
		next.places = append(next.places, place{s, unsure(inv, s)})
	}
	w := &working{}
	same := c != nil && c.in.Version == in.Version && slices.Equal(c.places, next.places)
	for name, scopes := range byRegion {
		r := &region{c: next, name: name, scopes: scopes}
		if old := c.region(name); same && old != nil && c.unchanged(inv, old, scopes) {
			copied := *old
			copied.c = next
			r = &copied
		} else {
			r.common = &common{price: in.Prices.In(name)}
			r.estimate(w)
		}
		next.regions = append(next.regions, r)
	}
	slices.SortFunc(next.regions, func(a, b *region) int { return strings.Compare(a.name, b.name) })
	return next
}

func (c *Costs) unchanged(inv model.Inventory, old *region, scopes []model.Scope) bool {
	return slices.Equal(old.scopes, scopes) && !slices.ContainsFunc(scopes, func(s model.Scope) bool { return !inv.SameHoldings(c.inv, s) })
}

// unsure reports whether an image may be in a scope without being known.
func unsure(inv model.Inventory, s model.Scope) bool {
	return inv.Readable(s) && (!known(inv.Status(s, model.Images)) || !inv.Detailed(s))
}

// blurred reports whether an image may be in a scope without being known.
func (c *Costs) blurred(s model.Scope) bool {
	i, ok := slices.BinarySearchFunc(c.places, s, func(p place, s model.Scope) int { return p.scope.Compare(s) })
	return !ok || c.places[i].blurred
}

// holds reports whether a scope sees an image.
func (c *Costs) holds(s model.Scope, image string) bool {
	_, ok := c.inv.Image(model.ImageKey{Region: s.Region, ID: image})
	return ok
}

func (c *Costs) region(name string) *region {
	if c == nil {
		return nil
	}
	i, ok := slices.BinarySearchFunc(c.regions, name, func(r *region, n string) int { return strings.Compare(r.name, n) })
	if !ok {
		return nil
	}
	return c.regions[i]
}

// estimate works the region out.
func (r *region) estimate(w *working) {
	r.list(w)
	r.attach()
	r.trace(w)
	for n := range r.lineages {
		lin, earlier := &r.lineages[n], int64(0)
		for _, i := range r.membersOf(lin) {
			l := &r.lines[i]
			r.size(l, earlier)
			lin.measured = lin.measured || l.Basis == Measured || l.Basis == AtMost
			full, _ := fullSize(l.Snapshot)
			earlier = max(earlier, full)
		}
	}
	for i := range r.lines {
		l := &r.lines[i]
		if l.lineage == none {
			r.size(l, 0)
		}
		switch {
		case l.Binned():
		case l.n == 0:
			r.tell(l, w.formers[l.Snapshot.ID])
		case l.Snapshot.Archived():
			l.Kind = Archive
		default:
			l.Kind = OfImage
		}
	}
	r.common.ties = slices.Clone(r.common.ties) // of their number
	r.sum()
}

// Image is what an image costs.
func (c *Costs) Image(k model.ImageKey) ImageLine {
	if r := c.region(k.Region); r != nil {
		if i, ok := r.image(k.ID); ok {
			return r.imageLine(i)
		}
	}
	return ImageLine{}
}

// Line is what a snapshot costs.
func (c *Costs) Line(k SnapshotKey) (*Line, bool) {
	r := c.region(k.Region)
	if r == nil {
		return nil, false
	}
	i, ok := r.find(k.ID)
	if !ok {
		return nil, false
	}
	return &r.lines[i], true
}

// Lines lists every snapshot, in order of region and id. They are not to be
// changed.
func (c *Costs) Lines() []*Line {
	if c == nil {
		return nil
	}
	n := 0
	for _, r := range c.regions {
		n += len(r.lines)
	}
	out := make([]*Line, 0, n)
	for _, r := range c.regions {
		for i := range r.lines {
			out = append(out, &r.lines[i])
		}
	}
	return out
}

// Images lists what every image costs, in order of region and id.
func (c *Costs) Images() []ImageLine {
	if c == nil {
		return nil
	}
	n := 0
	for _, r := range c.regions {
		n += len(r.images)
	}
	out := make([]ImageLine, 0, n)
	for _, r := range c.regions {
		for i := range r.images {
			out = append(out, r.imageLine(i))
		}
	}
	return out
}

// Price is that of a region, and where it comes from.
func (c *Costs) Price(region string) Price {
	if c == nil {
		return Prices{}.In(region)
	}
	return c.in.Prices.In(region)
}

// SnapshotKey names a snapshot.
type SnapshotKey struct{ Region, ID string }

// Compare orders keys by region, then id.
func (k SnapshotKey) Compare(o SnapshotKey) int {
	return cmp.Or(strings.Compare(k.Region, o.Region), strings.Compare(k.ID, o.ID))
}
