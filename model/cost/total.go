package cost

import "github.com/amiscope/amiscope/model"

// Total is what many snapshots cost together; each counts once.
type Total struct {
	Cost      Band
	Bytes     Bytes
	Basis     Basis
	Snapshots int
	ByKind    [kinds]Kinded
}

// Kinded is the part of a total that one kind of snapshot has.
type Kinded struct {
	Cost      Band
	Bytes     Bytes
	Snapshots int
	Unknown   int // of them whose size is not known: they are not in the sums
}

// add counts a snapshot.
func (t *Total) add(l *Line, cost Band) {
	t.Cost, t.Bytes, t.Basis = t.Cost.Plus(cost), t.Bytes.plus(l.Bytes), t.Basis.weaker(l.Basis)
	t.Snapshots++
	k := &t.ByKind[l.Kind]
	k.Cost, k.Bytes = k.Cost.Plus(cost), k.Bytes.plus(l.Bytes)
	k.Snapshots++
	if l.Basis == NotKnown {
		k.Unknown++
	}
}

// plus adds totals of different snapshots.
func (t Total) plus(o Total) Total {
	t.Cost, t.Bytes, t.Basis = t.Cost.Plus(o.Cost), t.Bytes.plus(o.Bytes), t.Basis.weaker(o.Basis)
	t.Snapshots += o.Snapshots
	for k := range t.ByKind {
		a, b := &t.ByKind[k], o.ByKind[k]
		a.Cost, a.Bytes, a.Snapshots, a.Unknown = a.Cost.Plus(b.Cost), a.Bytes.plus(b.Bytes), a.Snapshots+b.Snapshots, a.Unknown+b.Unknown
	}
	return t
}

// Kind is the part of one kind.
func (t Total) Kind(k Kind) Kinded { return t.ByKind[k] }

// sum adds the region up, and finds the largest figures.
func (r *region) sum() {
	for i := range r.lines {
		l := &r.lines[i]
		cost := l.Cost()
		r.total.add(l, cost)
		r.largest = r.largest.max(Largest{Snapshot: cost.High, Stored: l.Bytes.High})
	}
	for i := range r.images {
		x := r.imageLine(i)
		r.largest = r.largest.max(Largest{Image: x.Cost.High, Volumes: x.Image.SizeGiB})
	}
}

// Total is what all snapshots cost, those in the Recycle Bin as well.
func (c *Costs) Total() Total {
	var t Total
	if c == nil {
		return t
	}
	for _, r := range c.regions {
		t = t.plus(r.total)
	}
	return t
}

// Blind lists what is missing in costs: kinds of scopes that were not read.
func (c *Costs) Blind() []model.Blind {
	if c == nil {
		return nil
	}
	var out []model.Blind
	for _, p := range c.places {
		for _, k := range append(model.Kinds(), model.Charges()...) {
			if st := c.inv.Status(p.scope, k); c.inv.Readable(p.scope) && !known(st) {
				out = append(out, model.Blind{Scope: p.scope, Source: k, What: k.String() + ": " + why(st), Err: st.Err})
			}
		}
	}
	return out
}

func why(st model.Status) string {
	if st.Err != nil {
		return st.Err.Kind.String()
	}
	return "not read yet"
}

// Largest are the largest figures of single images and snapshots, for bars.
type Largest struct {
	Image, Snapshot USD   // high ends
	Volumes         int64 // GiB of one image's devices
	Stored          int64 // bytes of one snapshot, at most
}

func (l Largest) max(o Largest) Largest {
	return Largest{max(l.Image, o.Image), max(l.Snapshot, o.Snapshot), max(l.Volumes, o.Volumes), max(l.Stored, o.Stored)}
}

// Largest are the largest figures of all.
func (c *Costs) Largest() (out Largest) {
	if c == nil {
		return out
	}
	for _, r := range c.regions {
		out = out.max(r.largest)
	}
	return out
}
