package cost

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// none is no line and no lineage.
const none int32 = -1

// lineage is the snapshots of an account and region that may share blocks, in
// order of start. Equal data keys mean one lineage, also through volumes that were
// made of a snapshot (EC2, Snapshot.DataEncryptionKeyId). Of snapshots without
// encryption AWS tells the volume only, and a volume may have been made of any
// snapshot before it: all of them are one.
type lineage struct {
	members  []int32 // lines of the region
	keyed    bool
	measured bool    // some of it was
	unplaced []int32 // places of plain members of which nothing tells what they grew out of
}

// trace finds the lineages of the region's snapshots. Archived ones are stored
// whole, and those that are not completed share nothing for certain.
func (r *region) trace() {
	at := map[[2]string]int32{}
	for i := range r.lines {
		s := r.lines[i].Snapshot
		if !chained(s) {
			continue
		}
		key := [2]string{s.Owner, s.DataKeyID}
		n, ok := at[key]
		if !ok {
			n = int32(len(r.lineages))
			at[key] = n
			r.lineages = append(r.lineages, &lineage{keyed: s.DataKeyID != ""})
		}
		r.lines[i].lineage = n
		r.lineages[n].members = append(r.lineages[n].members, int32(i))
	}
	r.descend()
	r.grown = map[int32][]int32{}
	for _, l := range r.lineages {
		slices.SortFunc(l.members, func(a, b int32) int {
			x, y := r.lines[a].Snapshot, r.lines[b].Snapshot
			return cmp.Or(x.Start.Compare(y.Start), strings.Compare(x.ID, y.ID))
		})
		r.chain(l)
	}
}

// chained reports whether a snapshot is stored as what it adds to others.
func chained(s *model.Snapshot) bool { return !s.Archived() && s.State == "completed" }

// descend finds the snapshots whose volumes were made of another one: an image
// that was made of an instance has those of the image from which that was launched.
func (r *region) descend() {
	for _, x := range r.images {
		d := x.Image.Detail
		if d == nil || d.SourceInstance == "" || d.SourceImage == "" || d.SourceRegion != "" && d.SourceRegion != r.name {
			continue
		}
		from, ok := r.image(d.SourceImage)
		if !ok || from.Image.Detail == nil || from.Image.Owner != x.Image.Owner {
			continue
		}
		for _, dev := range d.Devices {
			i := slices.IndexFunc(from.Image.Detail.Devices, func(o model.Device) bool { return o.Name == dev.Name })
			if dev.Snapshot == "" || i < 0 || from.Image.Detail.Devices[i].Snapshot == "" {
				continue
			}
			r.derive(from.Image.Detail.Devices[i].Snapshot, dev.Snapshot)
		}
	}
}

// derive says that the volume behind a snapshot was made of another one.
func (r *region) derive(from, to string) {
	a, ok := r.find(from)
	b, also := r.find(to)
	if !ok || !also || a == b {
		return
	}
	x, y := &r.lines[a], &r.lines[b]
	if x.lineage == none || x.lineage != y.lineage || y.Snapshot.Copied() || y.Snapshot.Start.Before(x.Snapshot.Start) {
		return // encrypted anew, copied or archived: nothing is shared
	}
	y.from = a
}

// chain gives the members of a lineage their places, and each the one that it grew
// out of: the one before of its volume; else the one that its volume was made of.
// A copy has a volume of its own, whatever AWS says.
func (r *region) chain(l *lineage) {
	last := map[string]int32{}
	for at, i := range l.members {
		x := &r.lines[i]
		x.at, x.first = int32(at), int32(at)
		if before, again := last[x.Snapshot.VolumeID]; again && !x.Snapshot.Copied() {
			x.from, x.first = before, r.lines[before].first
		}
		if !x.Snapshot.Copied() {
			last[x.Snapshot.VolumeID] = i
		}
		switch {
		case x.from != none:
			r.grown[x.from] = append(r.grown[x.from], i)
		case !l.keyed:
			l.unplaced = append(l.unplaced, x.at)
		}
	}
}

// prev is the line before of the same volume.
func (r *region) prev(l *Line) int32 {
	if l.from != none && r.lines[l.from].first == l.first {
		return l.from
	}
	return none
}

// before lists the snapshots with which one must be compared to know what it
// added. Of those with a data key these are the one before of its volume, and
// those of other volumes that may share with it what that one does not have: a
// volume made of a snapshot that is gone since shares blocks with later ones of its
// origin; it shows first after that snapshot, so only volumes that show between the
// two matter. The first of a volume may have been made of any. Plain ones can be
// compared only with what they grew out of: of others AWS says that they are not
// related.
func (r *region) before(l *Line) []int32 {
	if !r.lineages[l.lineage].keyed {
		if l.from == none {
			return nil
		}
		return []int32{l.from}
	}
	var out []int32
	since, prev := int32(-1), r.prev(l)
	if prev != none {
		since = r.lines[prev].at
		out = append(out, prev)
	}
	for _, j := range r.lineages[l.lineage].members[since+1 : l.at] {
		if r.lines[j].first > since {
			out = append(out, j)
		}
	}
	return out
}

// certain reports whether what a snapshot does not share with those that it can be
// compared with it shares with none before it. A plain one may share more with
// others of which nothing tells what they grew out of.
func (r *region) certain(l *Line) bool {
	lin := r.lineages[l.lineage]
	switch {
	case lin.keyed || l.at == 0:
		return true
	case l.from == none:
		return false
	}
	i, _ := slices.BinarySearch(lin.unplaced, r.lines[l.from].at+1)
	return i == len(lin.unplaced) || lin.unplaced[i] >= l.at
}

// size gives a snapshot's stored bytes: what was measured, else the band between
// what it must add to those before it and all that it holds.
func (r *region) size(l *Line, earlier int64) {
	full, basis := fullSize(l.Snapshot)
	switch {
	case l.Snapshot.Archived():
		l.Bytes, l.Basis = Bytes{full, full}, Archived
		if basis != FullSize {
			l.Bytes.Low, l.Basis = 0, basis
		}
	case !chained(l.Snapshot):
		l.Bytes, l.Basis = Bytes{0, full}, basis
	default:
		l.Bytes, l.Basis = Bytes{0, full}, basis
		if basis == FullSize {
			l.Bytes.Low = max(0, full-earlier)
		}
		b, ok := r.written(l)
		switch {
		case !ok:
		case r.certain(l):
			l.Bytes, l.Basis = Bytes{b.Bytes(), b.Bytes()}, Measured
		default:
			l.Bytes = Bytes{min(l.Bytes.Low, b.Bytes()), min(full, b.Bytes())}
			l.Basis = AtMost
		}
	}
}

// fullSize is all that a snapshot holds: in bytes as AWS tells it, else the size
// of its volume, which it cannot pass.
func fullSize(s *model.Snapshot) (int64, Basis) {
	switch {
	case s.FullBytes >= 0:
		return s.FullBytes, FullSize
	case s.SizeGiB > 0:
		return s.SizeGiB * GiB, Provisioned
	}
	return 0, NotKnown
}

// written are the blocks of a snapshot that none has with which it can be
// compared, where all of that was measured.
func (r *region) written(l *Line) (Blocks, bool) {
	id := l.Snapshot.ID
	before := r.before(l)
	if len(before) == 0 {
		h, ok := r.c.in.Blocks.Holding(id)
		return h.Blocks, ok
	}
	if len(before) > r.c.in.Blocks.comparisons(id) {
		return nil, false
	}
	var out Blocks
	for n, j := range before {
		c, ok := r.c.in.Blocks.Change(r.lines[j].Snapshot.ID, id)
		if !ok {
			return nil, false
		}
		if n == 0 {
			out = c.Written
		} else {
			out = out.Both(c.Written)
		}
	}
	return out, true
}
