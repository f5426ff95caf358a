package cost

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Line is what one snapshot costs.
type Line struct {
	Snapshot *model.Snapshot
	Bytes    Bytes

	common  *common
	users   int32 // the first of its images among all
	n       int32 // how many it has
	tie     int32
	lineage int32 // none: it is stored apart
	at      int32 // its place in the lineage
	from    int32 // the line that it grew out of; none: not known
	first   int32 // the place of the first of its volume

	Kind     Kind
	Basis    Basis
	archived bool // so that its price is told without a look at the snapshot
}

// common is what all lines of a region draw on.
type common struct {
	price Price
	users []*model.Image // of one line after the other
	ties  []Tie
}

// Cost is what the snapshot costs a month.
func (l *Line) Cost() Band { return l.Bytes.at(l.common.price.tier(l.archived)) }

// Images lists those that use the snapshot. They are not to be changed.
func (l *Line) Images() []*model.Image { return l.common.users[l.users : l.users+l.n : l.users+l.n] }

// Tie ties the snapshot to the image that it was made for, where none uses it; nil
// where nothing does.
func (l *Line) Tie() *Tie {
	if l.tie == none {
		return nil
	}
	return &l.common.ties[l.tie]
}

// Scope is where the snapshot is.
func (l *Line) Scope() model.Scope {
	return model.Scope{Account: l.Snapshot.Owner, Region: l.Snapshot.Region}
}

// Key names the line's snapshot.
func (l *Line) Key() SnapshotKey { return SnapshotKey{l.Snapshot.Region, l.Snapshot.ID} }

// Shared reports whether several images use the snapshot.
func (l *Line) Shared() bool { return l.n > 1 }

// binState is the state of snapshots in the Recycle Bin, which AWS lists apart.
const binState = "recycle-bin"

// Binned reports whether the snapshot is in the Recycle Bin.
func (l *Line) Binned() bool { return l.Snapshot.State == binState }

// working is what one region after the other is worked out with.
type working struct {
	snapshots []*model.Snapshot
	images    []*model.Image
	formers   map[string][]*model.Former // by snapshot: images that had it
	chaining
}

// list makes a line of each snapshot, and finds the images.
func (r *region) list(w *working) {
	r.rules, w.formers = map[string][]*model.BinRule{}, map[string][]*model.Former{}
	w.snapshots, w.images = w.snapshots[:0], w.images[:0]
	for _, s := range r.scopes {
		for _, rule := range r.c.inv.BinRules(s) {
			if rule.Resource == model.SnapshotResource {
				r.rules[s.Account] = append(r.rules[s.Account], rule)
			}
		}
		w.snapshots = append(w.snapshots, r.c.inv.ScopeSnapshots(s)...)
		for _, b := range r.c.inv.Binned(s) {
			if model.IsSnapshot(b.ID) {
				w.snapshots = append(w.snapshots, r.thrown(s, b))
			}
		}
		w.images = append(w.images, r.c.inv.Standing(s)...)
		for _, f := range r.c.inv.Formers(s) {
			for _, id := range f.Snapshots {
				w.formers[id] = append(w.formers[id], f)
			}
		}
	}
	slices.SortStableFunc(w.snapshots, func(a, b *model.Snapshot) int { return strings.Compare(a.ID, b.ID) })
	w.snapshots = slices.CompactFunc(w.snapshots, func(a, b *model.Snapshot) bool { return a.ID == b.ID }) // restored since the bin was read
	slices.SortFunc(w.images, func(a, b *model.Image) int { return strings.Compare(a.ID, b.ID) })
	r.lines, r.images = make([]Line, len(w.snapshots)), make([]user, len(w.images))
	for i, sn := range w.snapshots {
		r.lines[i] = Line{Snapshot: sn, common: r.common, tie: none, lineage: none, from: none, archived: sn.Archived()}
		if r.lines[i].Binned() {
			r.lines[i].Kind = InBin
		}
	}
	r.places = model.NewIndex(len(w.images))
	for i, im := range w.images {
		r.images[i].image = im
		r.places.Put(im.ID, i)
	}
}

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

func (r *region) find(snapshot string) (int32, bool) {
	i, ok := slices.BinarySearchFunc(r.lines, snapshot, func(l Line, id string) int { return strings.Compare(l.Snapshot.ID, id) })
	return int32(i), ok
}
