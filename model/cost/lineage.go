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
	members  run
	unplaced run // places of plain members of which nothing tells what they grew out of
	keyed    bool
	measured bool // some of it was
}

// run is a part of a list that several share: where it begins, and how long it is.
type run struct{ at, n int32 }

func (p run) of(all []int32) []int32 { return all[p.at : p.at+p.n : p.at+p.n] }

// membersOf are lines of the region.
func (r *region) membersOf(l *lineage) []int32 { return l.members.of(r.members) }

// lineageOf is that of a line which has one.
func (r *region) lineageOf(l *Line) *lineage { return &r.lineages[l.lineage] }

// chaining is what lineages are found with.
type chaining struct {
	keys     map[[2]string]int32 // lineages by account and data key
	last     []int32             // line of each volume of a lineage
	lineages []lineage
	unplaced []int32
	grown    []int32
}

func (w *chaining) clear() {
	if w.keys == nil {
		w.keys = map[[2]string]int32{}
	}
	clear(w.keys)
	w.lineages, w.unplaced, w.grown = w.lineages[:0], w.unplaced[:0], w.grown[:0]
}

// trace finds the lineages of the region's snapshots. Archived ones are stored
// whole, and those that are not completed share nothing for certain.
func (r *region) trace(w *working) {
	w.clear()
	for i := range r.lines {
		s := r.lines[i].Snapshot
		if !chained(s) {
			continue
		}
		key := [2]string{s.Owner, s.DataKeyID}
		n, ok := w.keys[key]
		if !ok {
			n = int32(len(w.lineages))
			w.keys[key] = n
			w.lineages = append(w.lineages, lineage{keyed: s.DataKeyID != ""})
		}
		r.lines[i].lineage = n
		w.lineages[n].members.n++
	}
	r.lineages = slices.Clone(w.lineages)
	r.gather()
	r.descend()
	for n := range r.lineages {
		l := &r.lineages[n]
		slices.SortFunc(r.membersOf(l), func(a, b int32) int {
			x, y := r.lines[a].Snapshot, r.lines[b].Snapshot
			return cmp.Or(x.Start.Compare(y.Start), strings.Compare(x.ID, y.ID))
		})
		r.chain(l, w)
	}
	slices.SortStableFunc(w.grown, func(a, b int32) int { return cmp.Compare(r.lines[a].from, r.lines[b].from) })
	r.unplaced, r.grown = slices.Clone(w.unplaced), slices.Clone(w.grown)
}

// gather lays the members of each lineage side by side.
func (r *region) gather() {
	next := int32(0)
	for n := range r.lineages {
		m := &r.lineages[n].members
		m.at, next = next, next+m.n
		m.n = 0
	}
	r.members = make([]int32, next)
	for i := range r.lines {
		if l := &r.lines[i]; l.lineage != none {
			m := &r.lineageOf(l).members
			r.members[m.at+m.n] = int32(i)
			m.n++
		}
	}
}

// grownOf are the lines that grew out of one.
func (r *region) grownOf(line int32) []int32 {
	from, _ := slices.BinarySearchFunc(r.grown, line, func(j, line int32) int { return cmp.Compare(r.lines[j].from, line) })
	to := from
	for to < len(r.grown) && r.lines[r.grown[to]].from == line {
		to++
	}
	return r.grown[from:to]
}

// chained reports whether a snapshot is stored as what it adds to others.
func chained(s *model.Snapshot) bool { return !s.Archived() && s.State == "completed" }

// descend finds the snapshots whose volumes were made of another one: an image
// that was made of an instance has those of the image from which that was launched.
func (r *region) descend() {
	for _, x := range r.images {
		d := x.image.Detail
		if d == nil || d.SourceInstance == "" || d.SourceImage == "" || d.SourceRegion != "" && d.SourceRegion != r.name {
			continue
		}
		at, ok := r.image(d.SourceImage)
		if !ok {
			continue
		}
		from := r.images[at].image
		if from.Detail == nil || from.Owner != x.image.Owner {
			continue
		}
		for _, dev := range d.Devices {
			i := slices.IndexFunc(from.Detail.Devices, func(o model.Device) bool { return o.Name == dev.Name })
			if dev.Snapshot == "" || i < 0 || from.Detail.Devices[i].Snapshot == "" {
				continue
			}
			r.derive(from.Detail.Devices[i].Snapshot, dev.Snapshot)
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
func (r *region) chain(l *lineage, w *working) {
	members := r.membersOf(l)
	for at, i := range members {
		r.lines[i].at, r.lines[i].first = int32(at), int32(at)
	}
	if len(members) > 1 { // of most there is one
		r.follow(members, w)
	}
	l.unplaced.at = int32(len(w.unplaced))
	for _, i := range members {
		switch x := &r.lines[i]; {
		case x.from != none:
			w.grown = append(w.grown, i)
		case !l.keyed:
			w.unplaced = append(w.unplaced, x.at)
		}
	}
	l.unplaced.n = int32(len(w.unplaced)) - l.unplaced.at
}

// follow finds for each member of a lineage the one before of its volume.
func (r *region) follow(members []int32, w *working) {
	volumes := model.NewIndex(len(members))
	w.last = w.last[:0]
	for _, i := range members {
		x := &r.lines[i]
		if x.Snapshot.Copied() {
			continue
		}
		id := x.Snapshot.VolumeID
		at, again := volumes.Find(id, func(at int) bool { return r.lines[w.last[at]].Snapshot.VolumeID == id })
		if !again {
			volumes.Put(id, len(w.last))
			w.last = append(w.last, i)
			continue
		}
		x.from, x.first = w.last[at], r.lines[w.last[at]].first
		w.last[at] = i
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
	if !r.lineageOf(l).keyed {
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
	for _, j := range r.membersOf(r.lineageOf(l))[since+1 : l.at] {
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
	lin := r.lineageOf(l)
	switch {
	case lin.keyed || l.at == 0:
		return true
	case l.from == none:
		return false
	}
	unplaced := lin.unplaced.of(r.unplaced)
	i, _ := slices.BinarySearch(unplaced, r.lines[l.from].at+1)
	return i == len(unplaced) || unplaced[i] >= l.at
}
