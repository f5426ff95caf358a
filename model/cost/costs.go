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
	price    Price
	scopes   []model.Scope
	lines    []Line      // by id of the snapshot
	images   []ImageLine // by id of the image
	lineages []*lineage
	grown    map[int32][]int32           // by line: those that grew out of it
	formers  map[string][]*model.Former  // by snapshot: images that had it
	rules    map[string][]*model.BinRule // by account: of its Recycle Bin, on snapshots
	total    Total
	largest  Largest
}

// Line is what one snapshot costs.
type Line struct {
	Snapshot *model.Snapshot
	Kind     Kind
	Basis    Basis
	Bytes    Bytes
	Cost     Band           // a month
	Images   []*model.Image // that use it
	Tie      *Tie           // to the image that it was made for, where none uses it

	lineage int32 // none: it is stored apart
	at      int32 // its place in the lineage
	from    int32 // the line that it grew out of; none: not known
	first   int32 // the place of the first of its volume
}

// Scope is where the snapshot is.
func (l *Line) Scope() model.Scope {
	return model.Scope{Account: l.Snapshot.Owner, Region: l.Snapshot.Region}
}

// Shared reports whether several images use the snapshot.
func (l *Line) Shared() bool { return len(l.Images) > 1 }

// ImageLine is what one image costs.
type ImageLine struct {
	Image *model.Image
	Cost  Band // of all its snapshots
	Share Band // of them what falls to it: the shares of all images of a snapshot add up to its cost
	Bytes Bytes
	Part  Bytes // its share of them
	Basis Basis
	State ImageState
	Gaps  uint16 // snapshots that it names and that were not read
	Joint bool   // other images use one of its snapshots
}

// ImageState is whether an image's cost can be told.
type ImageState uint8

// The states.
const (
	NotEstimated ImageState = iota // not yet
	Told
	InS3   // an instance-store image: what its bundle costs in S3 is not known
	Theirs // another account owns it and pays for it
	Unread // its snapshots were not read
)

var imageStateNames = [...]string{
	NotEstimated: "not estimated yet", Told: "known", InS3: "instance store: S3, not known",
	Theirs: "its owner pays", Unread: "its snapshots were not read",
}

// String is the state in words.
func (s ImageState) String() string { return imageStateNames[s] }

// Estimate gives the costs of an inventory. It takes from those before what
// cannot have changed.
func (c *Costs) Estimate(inv model.Inventory, in Input) *Costs {
	next := &Costs{inv: inv, in: in}
	byRegion := map[string][]model.Scope{}
	for _, s := range inv.Scopes() {
		byRegion[s.Region] = append(byRegion[s.Region], s)
		next.places = append(next.places, place{s, unsure(inv, s)})
	}
	same := c != nil && c.in.Version == in.Version && slices.Equal(c.places, next.places)
	for name, scopes := range byRegion {
		r := &region{c: next, name: name, scopes: scopes, price: in.Prices.In(name)}
		if old := c.region(name); same && old != nil && c.unchanged(inv, old, scopes) {
			copied := *old
			copied.c = next
			r = &copied
		} else {
			r.estimate()
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
func (r *region) estimate() {
	r.list()
	r.attach()
	r.trace()
	for _, lin := range r.lineages {
		earlier := int64(0)
		for _, i := range lin.members {
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
		l.Cost = l.Bytes.at(r.price.tier(l.Snapshot.Archived()))
		switch {
		case l.Binned():
		case len(l.Images) == 0:
			r.tell(l)
		case l.Snapshot.Archived():
			l.Kind = Archive
		default:
			l.Kind = OfImage
		}
	}
	r.sumImages()
	r.sum()
	r.largest = r.findLargest()
}

// list makes a line of each snapshot and image.
func (r *region) list() {
	r.formers, r.rules = map[string][]*model.Former{}, map[string][]*model.BinRule{}
	images, snapshots := 0, 0
	for _, s := range r.scopes {
		images, snapshots = images+r.c.inv.ImageCount(s), snapshots+r.c.inv.SnapshotCount(s)
	}
	r.images, r.lines = make([]ImageLine, 0, images), make([]Line, 0, snapshots)
	for _, s := range r.scopes {
		for _, rule := range r.c.inv.BinRules(s) {
			if rule.Resource == model.SnapshotResource {
				r.rules[s.Account] = append(r.rules[s.Account], rule)
			}
		}
		for _, sn := range r.c.inv.ScopeSnapshots(s) {
			r.lines = append(r.lines, Line{Snapshot: sn, lineage: none, from: none})
		}
		for _, b := range r.c.inv.Binned(s) {
			if model.IsSnapshot(b.ID) {
				r.lines = append(r.lines, Line{Snapshot: r.thrown(s, b), Kind: InBin, lineage: none, from: none})
			}
		}
		for _, im := range r.c.inv.Standing(s) {
			r.images = append(r.images, ImageLine{Image: im})
		}
		for _, f := range r.c.inv.Formers(s) {
			for _, id := range f.Snapshots {
				r.formers[id] = append(r.formers[id], f)
			}
		}
	}
	slices.SortStableFunc(r.lines, func(a, b Line) int { return strings.Compare(a.Snapshot.ID, b.Snapshot.ID) })
	r.lines = slices.CompactFunc(r.lines, func(a, b Line) bool { return a.Snapshot.ID == b.Snapshot.ID }) // restored since the bin was read
	slices.SortFunc(r.images, func(a, b ImageLine) int { return strings.Compare(a.Image.ID, b.Image.ID) })
}

// binState is the state of snapshots in the Recycle Bin, which AWS lists apart.
const binState = "recycle-bin"

// Binned reports whether the snapshot is in the Recycle Bin.
func (l *Line) Binned() bool { return l.Snapshot.State == binState }

// thrown is a snapshot in the Recycle Bin, of which AWS tells little: how large it
// is is known where it was seen before.
func (r *region) thrown(s model.Scope, b *model.Binned) *model.Snapshot {
	out := &model.Snapshot{
		Region: s.Region, Owner: s.Account, ID: b.ID, Description: b.Description, State: binState, Tier: "standard",
		VolumeID: b.Volume, Start: b.Entered, FullBytes: -1,
	}
	if f, ok := r.c.inv.Former(s, b.ID); ok {
		out.SizeGiB, out.FullBytes = f.SizeGiB, f.FullBytes
		if f.Archived {
			out.Tier = "archive"
		}
	}
	return out
}

// attach tells each snapshot which images use it.
func (r *region) attach() {
	for i := range r.images {
		im := r.images[i].Image
		for _, id := range im.SnapshotIDs() {
			if j, ok := r.find(id); ok {
				r.lines[j].Images = append(r.lines[j].Images, im)
			}
		}
	}
}

// sumImages adds the snapshots of each image up.
func (r *region) sumImages() {
	for i := range r.images {
		x := &r.images[i]
		x.State = r.state(x.Image)
		if x.State != Told {
			continue
		}
		for _, id := range x.Image.SnapshotIDs() {
			j, ok := r.find(id)
			if !ok {
				x.Gaps++
				x.Basis = NotKnown
				continue
			}
			l := &r.lines[j]
			x.Cost, x.Bytes, x.Basis = x.Cost.Plus(l.Cost), x.Bytes.plus(l.Bytes), x.Basis.weaker(l.Basis)
			at, of := slices.Index(l.Images, x.Image), len(l.Images)
			x.Share, x.Part = x.Share.Plus(l.Cost.share(at, of)), x.Part.plus(l.Bytes.share(at, of))
			x.Joint = x.Joint || l.Shared()
		}
	}
}

func (r *region) state(im *model.Image) ImageState {
	owner := model.Scope{Account: im.Owner, Region: im.Region}
	switch {
	case im.RootType == "instance-store" && im.Snapshots == 0:
		return InS3
	case !slices.Contains(r.scopes, owner):
		return Theirs
	case im.Snapshots > 0 && (im.Detail == nil || r.c.inv.Status(owner, model.Snapshots).AsOf.IsZero()):
		return Unread
	}
	return Told
}

func (r *region) find(snapshot string) (int32, bool) {
	i, ok := slices.BinarySearchFunc(r.lines, snapshot, func(l Line, id string) int { return strings.Compare(l.Snapshot.ID, id) })
	return int32(i), ok
}

func (r *region) image(id string) (*ImageLine, bool) {
	i, ok := slices.BinarySearchFunc(r.images, id, func(x ImageLine, id string) int { return strings.Compare(x.Image.ID, id) })
	if !ok {
		return nil, false
	}
	return &r.images[i], true
}

// Image is what an image costs.
func (c *Costs) Image(k model.ImageKey) ImageLine {
	if r := c.region(k.Region); r != nil {
		if x, ok := r.image(k.ID); ok {
			return *x
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
	var out []*Line
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
	var out []ImageLine
	for _, r := range c.regions {
		out = append(out, r.images...)
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

// Key names the line's snapshot.
func (l *Line) Key() SnapshotKey { return SnapshotKey{l.Snapshot.Region, l.Snapshot.ID} }

// Tiers tells in which storage tiers the snapshots of an image are; known is false
// where not all of them were read.
func (c *Costs) Tiers(im *model.Image) (standard, archive, known bool) {
	r := c.region(im.Region)
	if r == nil {
		return false, false, false
	}
	x, ok := r.image(im.ID)
	if !ok || x.State == Unread || x.State == NotEstimated || x.State == Theirs && im.Snapshots > 0 || x.Gaps > 0 {
		return false, false, false
	}
	for _, id := range im.SnapshotIDs() {
		if i, ok := r.find(id); ok {
			archived := r.lines[i].Snapshot.Archived()
			standard, archive = standard || !archived, archive || archived
		}
	}
	return standard, archive, true
}

// at is the index of a line.
func (r *region) at(l *Line) int32 { return r.lineages[l.lineage].members[l.at] }
