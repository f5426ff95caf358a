package cost

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Freed is what deleting images, and snapshots that no image uses, would free a
// month.
type Freed struct {
	Cost      Band  `json:"cost"`
	Bytes     Bytes `json:"bytes"`
	Basis     Basis `json:"basis"`
	Snapshots int   `json:"snapshots"` // that go
	Kept      int   `json:"kept"`      // of theirs that something else needs: they stay and cost
	Days      int   `json:"days"`      // for which the Recycle Bin may hold what goes, at its cost
	Unsure    bool  `json:"unsure"`    // whether templates name them was not looked at
	Unread    int   `json:"unread"`    // images whose snapshots are not known: what they free is not counted
}

// Freed is what deleting a set of images and snapshots would free.
func (c *Costs) Freed(images []model.ImageKey, snapshots []SnapshotKey) Freed {
	t := c.Tally()
	for _, k := range images {
		t.MarkImage(k, true)
	}
	for _, k := range snapshots {
		t.MarkSnapshot(k, true)
	}
	return t.Freed()
}

// Tally is what a changing set of images and snapshots would free. A mark costs
// what the image's own snapshots and their lineages do, however large the
// inventory is. It is not safe for use by several goroutines.
type Tally struct {
	c       *Costs
	regions map[*region]*regionTally
	images  map[model.ImageKey]bool
	unread  int
	kept    int
	bases   [NotKnown + 1]int // lines that go, by basis
	freed   Freed             // but for what Freed fills in
}

// regionTally is the part of one region.
type regionTally struct {
	users map[int32]int        // by line: images that use it and are marked
	lone  map[int32]bool       // lines marked themselves
	held  map[int32]bool       // lines that stay, whatever is marked
	gone  map[int32]bool       // lines that go
	chain map[int32]chainTally // by lineage
	days  map[int]int          // by days in the bin: lines that go
}

// chainTally is what goes of one lineage.
type chainTally struct {
	n     int // lines
	bytes Bytes
	cost  Band
}

// Tally counts nothing yet.
func (c *Costs) Tally() *Tally {
	return &Tally{c: c, regions: map[*region]*regionTally{}, images: map[model.ImageKey]bool{}}
}

func (t *Tally) region(name string) (*region, *regionTally) {
	r := t.c.region(name)
	if r == nil {
		return nil, nil
	}
	rt := t.regions[r]
	if rt == nil {
		rt = &regionTally{users: map[int32]int{}, lone: map[int32]bool{}, held: map[int32]bool{}, gone: map[int32]bool{}, chain: map[int32]chainTally{}, days: map[int]int{}}
		t.regions[r] = rt
	}
	return r, rt
}

// MarkImage puts an image into the set, or takes it out.
func (t *Tally) MarkImage(k model.ImageKey, on bool) {
	if t.images[k] == on {
		return
	}
	t.images[k] = on
	step := 1
	if !on {
		step = -1
		delete(t.images, k)
	}
	r, rt := t.region(k.Region)
	if r == nil {
		return
	}
	at, ok := r.image(k.ID)
	if !ok {
		return
	}
	if state := r.images[at].state; state == Unread || state == NotEstimated {
		t.unread += step
		return
	}
	for _, i := range r.usesOf(at) {
		was := t.keeps(r, rt, i)
		rt.users[i] += step
		t.settle(r, rt, i)
		if now := t.keeps(r, rt, i); now != was {
			t.kept += map[bool]int{true: 1, false: -1}[now]
		}
	}
}

// MarkSnapshot puts a snapshot into the set, or takes it out. It goes when no
// image outside the set uses it.
func (t *Tally) MarkSnapshot(k SnapshotKey, on bool) {
	r, rt := t.region(k.Region)
	if r == nil {
		return
	}
	i, ok := r.find(k.ID)
	if !ok || rt.lone[i] == on {
		return
	}
	was := t.keeps(r, rt, i)
	if rt.lone[i] = on; !on {
		delete(rt.lone, i)
	}
	t.settle(r, rt, i)
	if now := t.keeps(r, rt, i); now != was {
		t.kept += map[bool]int{true: 1, false: -1}[now]
	}
}

// Hold lets a snapshot stay, whatever images go: somebody wants to keep it.
func (t *Tally) Hold(k SnapshotKey) {
	r, rt := t.region(k.Region)
	if r == nil {
		return
	}
	i, ok := r.find(k.ID)
	if !ok || rt.held[i] {
		return
	}
	was := t.keeps(r, rt, i)
	rt.held[i] = true
	t.settle(r, rt, i)
	if now := t.keeps(r, rt, i); now != was {
		t.kept++
	}
}

// keeps reports whether a line is touched by the set and stays all the same.
func (t *Tally) keeps(r *region, rt *regionTally, i int32) bool {
	return (rt.users[i] > 0 || rt.lone[i]) && !rt.goes(r, i)
}

// goes reports whether nothing outside the set needs a line.
func (rt *regionTally) goes(r *region, i int32) bool {
	l := &r.lines[i]
	if rt.held[i] || rt.users[i] < int(l.n) || rt.users[i] == 0 && !rt.lone[i] || l.Binned() {
		return false
	}
	return rt.lone[i] || !r.named(l)
}

// named reports whether a launch template or the like names the snapshot itself.
func (r *region) named(l *Line) bool {
	return r.c.in.Usage.NamesSnapshot(l.Snapshot.Region, l.Snapshot.ID)
}

// settle takes a line in or out after its marks changed.
func (t *Tally) settle(r *region, rt *regionTally, i int32) {
	goes := rt.goes(r, i)
	if goes == rt.gone[i] {
		return
	}
	l, step := &r.lines[i], 1
	if rt.gone[i] = goes; !goes {
		delete(rt.gone, i)
		step = -1
	}
	t.freed.Snapshots += step
	t.bases[l.Basis] += step
	rt.days[r.retained(l)] += step
	if l.lineage == none {
		if goes {
			t.freed.Bytes, t.freed.Cost = t.freed.Bytes.plus(l.Bytes), t.freed.Cost.Plus(l.Cost())
		} else {
			t.freed.Bytes, t.freed.Cost = t.freed.Bytes.minus(l.Bytes), t.freed.Cost.minus(l.Cost())
		}
		return
	}
	t.freed.Bytes, t.freed.Cost = t.freed.Bytes.minus(rt.chainOf(l).bytes), t.freed.Cost.minus(rt.chainOf(l).cost)
	rt.chain[l.lineage] = r.next(rt, l, step)
	t.freed.Bytes, t.freed.Cost = t.freed.Bytes.plus(rt.chainOf(l).bytes), t.freed.Cost.Plus(rt.chainOf(l).cost)
}

func (rt *regionTally) chainOf(l *Line) chainTally { return rt.chain[l.lineage] }

// next is what goes of a line's lineage after it came or went. Where nothing of
// the lineage was measured, that needs no look at the others.
func (r *region) next(rt *regionTally, l *Line, step int) chainTally {
	ch, lin := rt.chainOf(l), r.lineageOf(l)
	ch.n += step
	if lin.measured {
		ch.bytes, ch.cost = r.freedOf(lin, rt.gone)
	} else {
		ch.bytes.High += int64(step) * l.Bytes.High
		ch.cost.High += USD(step) * l.Cost().High
	}
	if ch.n < int(lin.members.n) {
		if !lin.measured {
			ch.bytes.Low, ch.cost.Low = 0, 0
		}
		return ch
	}
	low, cost := int64(0), USD(0)
	for _, i := range r.membersOf(lin) {
		low, cost = low+r.lines[i].Bytes.Low, cost+r.lines[i].Cost().Low
	}
	ch.bytes.Low, ch.cost.Low = max(ch.bytes.Low, low), max(ch.cost.Low, cost)
	return ch
}

// freedOf is what goes with some snapshots of a lineage that was measured, at
// least in part: the blocks that no snapshot which stays holds. Where something
// was not or cannot be compared, the low end takes its blocks for shared with what
// stays, and the high end for shared with nothing.
func (r *region) freedOf(lin *lineage, gone map[int32]bool) (Bytes, Band) {
	members := r.membersOf(lin)
	last := int32(-1) // the last that may have grown out of any, and stays, or what grew out of it does
	for _, at := range slices.Backward(lin.unplaced.of(r.unplaced)) {
		if r.stays(members[at], gone) {
			last = at
			break
		}
	}
	var sum Bytes
	var cost Band
	for _, i := range members {
		if !gone[i] {
			continue
		}
		l := &r.lines[i]
		b := Bytes{0, l.Bytes.High}
		if w, ok := r.written(l); ok {
			var surely, perhaps Blocks
			if lin.keyed {
				surely, perhaps = r.leftOfKeyed(l, w, members[l.at+1:], gone)
			} else {
				surely, perhaps = r.leftOfPlain(i, w, gone)
			}
			if last > l.at || !r.certain(l) {
				surely = nil
			}
			b = Bytes{surely.Bytes(), min(l.Bytes.High, perhaps.Bytes())}
		}
		sum, cost = sum.plus(b), cost.Plus(b.at(r.common.price.Standard))
	}
	return sum, cost
}

// leftOfPlain are the blocks that a snapshot added and that none which grew out of
// it and stays shares with it, for certain and at most.
func (r *region) leftOfPlain(i int32, added Blocks, gone map[int32]bool) (surely, perhaps Blocks) {
	surely, perhaps = added, added
	var follow func(i int32, so extent)
	follow = func(i int32, so extent) {
		for _, j := range r.grownOf(i) {
			x := r.carried(&r.lines[i], &r.lines[j], so)
			if gone[j] && len(x.most) > 0 {
				follow(j, x)
			} else if !gone[j] {
				surely, perhaps = surely.Minus(x.most), perhaps.Minus(x.least)
			}
		}
	}
	follow(i, extent{added, added})
	return surely, perhaps
}

// stays reports whether a line, or one that grew out of it, stays.
func (r *region) stays(i int32, gone map[int32]bool) bool {
	return !gone[i] || slices.ContainsFunc(r.grownOf(i), func(j int32) bool { return r.stays(j, gone) })
}

// leftOfKeyed are the blocks that a snapshot added and that no later one which
// stays shares with it, for certain and at most.
func (r *region) leftOfKeyed(l *Line, added Blocks, later []int32, gone map[int32]bool) (surely, perhaps Blocks) {
	surely, perhaps = added, added
	track := map[int32]extent{} // by volume, as the place of its first: what is shared so far along it
	for _, j := range later {
		o := &r.lines[j]
		if len(surely) == 0 && len(perhaps) == 0 {
			return nil, nil
		}
		x := r.shared(l, o, added, track)
		if track[o.first] = x; !gone[j] {
			surely, perhaps = surely.Minus(x.most), perhaps.Minus(x.least)
		}
	}
	return surely, perhaps
}

// extent is a set of blocks that is not wholly known: at least and at most.
type extent struct{ least, most Blocks }

// carried is what of an extent of a snapshot one that grew out of it still shares;
// where they were not compared that may be all of it or nothing.
func (r *region) carried(from, to *Line, so extent) extent {
	c, ok := r.c.in.Blocks.Change(from.Snapshot.ID, to.Snapshot.ID)
	if !ok {
		return extent{nil, so.most}
	}
	return extent{so.least.Minus(c.Written).Minus(c.Dropped), so.most.Minus(c.Written).Minus(c.Dropped)}
}

// shared is what a later snapshot still shares with what another one added. Along
// a volume it is what the one before shared and this one did not change: a block
// that has changed never comes back. Two volumes that were both there before the
// block was written share nothing of it.
func (r *region) shared(l, o *Line, added Blocks, track map[int32]extent) extent {
	if _, ok := r.c.in.Blocks.Change(l.Snapshot.ID, o.Snapshot.ID); ok {
		return r.carried(l, o, extent{added, added})
	}
	prev := r.prev(o)
	switch {
	case prev == none:
		return extent{nil, added}
	case &r.lines[prev] == l:
		return extent{nil, added} // not compared
	case r.lines[prev].at > l.at:
		return r.carried(&r.lines[prev], o, track[o.first])
	case l.first <= r.lines[prev].at:
		return extent{}
	}
	return extent{nil, added} // they may share through a snapshot that is gone
}

// retained is for how many days the Recycle Bin holds a snapshot that is deleted.
func (r *region) retained(l *Line) int {
	days := 0
	for _, rule := range r.rules[l.Snapshot.Owner] {
		if rule.Takes(l.Snapshot.Tags) {
			days = max(days, rule.Days)
		}
	}
	return days
}

// Freed is what the set frees as it is now.
func (t *Tally) Freed() Freed {
	f := t.freed
	f.Kept, f.Unread, f.Unsure = t.kept, t.unread, t.c.in.Usage == nil
	for _, rt := range t.regions {
		for days, n := range rt.days {
			if n > 0 {
				f.Days = max(f.Days, days)
			}
		}
	}
	for b, n := range t.bases {
		if n > 0 {
			f.Basis = Basis(b) // the weakest comes last
		}
	}
	return f
}
