package model

import (
	"maps"
	"slices"
	"time"
)

// Echo is how long EC2 may go on listing what is gone. Of images it says no more
// than "for a short interval" (API reference, DescribeImages).
const Echo = 15 * time.Minute

// afresh is what was read of single images and snapshots of a scope. What was told
// before that, or may have been, does not stand against it: pages of a pass that
// had begun, the cache, and of what is gone the echoes of a slow EC2.
type afresh struct {
	images    marks[*Image]
	snapshots marks[*Snapshot]
}

// marks are by id. One that is not needed any more is dropped at the end of a pass.
type marks[T record] map[string]mark[T]

type record interface{ key() string }

// mark is one thing as it was read, or a tombstone.
type mark[T record] struct {
	rec  T
	gone bool // rec is then nothing
	at   time.Time
	gen  Gen // of the pass that had begun last
	seen Gen // of the last pass that listed what is gone
}

// outdates reports whether a page may tell of a time before the mark.
func (m mark[T]) outdates(p Page) bool {
	if m.gone {
		return p.Gen <= m.gen || p.At.Before(m.at.Add(Echo))
	}
	return !p.At.After(m.at)
}

// noting are the marks with those of a reading added: of what is there, and of what
// is gone. kept and lost are those of them that no later reading stands against.
func (ms marks[T]) noting(recs []T, gone []string, at time.Time, gen Gen) (next marks[T], kept []T, lost []string) {
	next = cloned(ms)
	for _, r := range recs {
		if !next[r.key()].at.After(at) {
			next[r.key()] = mark[T]{rec: r, at: at, gen: gen}
			kept = append(kept, r)
		}
	}
	for _, id := range gone {
		if !next[id].at.After(at) {
			next[id] = mark[T]{gone: true, at: at, gen: gen}
			lost = append(lost, id)
		}
	}
	return next, kept, lost
}

// over gives the records of a page as they are to be folded in, and the marks that
// are left. A whole pass that began later ends them, unless it lists what is gone.
func (ms marks[T]) over(recs []T, p Page) ([]T, marks[T]) {
	if len(ms) == 0 {
		return recs, ms
	}
	next := maps.Clone(ms)
	out := make([]T, 0, len(recs))
	for _, r := range recs {
		m, marked := next[r.key()]
		switch {
		case !marked:
			out = append(out, r)
		case !m.outdates(p):
			delete(next, r.key())
			out = append(out, r)
		case m.gone:
			m.seen = p.Gen
			next[r.key()] = m
		default:
			out = append(out, m.rec)
		}
	}
	if p.Last {
		maps.DeleteFunc(next, func(_ string, m mark[T]) bool {
			return p.Gen > m.gen && p.At.After(m.at) && (!m.gone || p.Err == nil && m.seen != p.Gen)
		})
	}
	return out, next
}

// echoes reports whether a page of another scope that lists an image may do so
// only because EC2 is slow.
func (ms marks[T]) echoes(id string, p Page) bool {
	m, marked := ms[id]
	return marked && m.gone && p.At.Before(m.at.Add(Echo))
}

// heard are the images of a page but for those that their owners' accounts know to
// be gone.
func (inv Inventory) heard(p Page) []*Image {
	gone := func(im *Image) bool {
		owner := inv.shards[Scope{im.Owner, im.Region}]
		return im.Owner != p.Scope.Account && owner != nil && owner.afresh.images.echoes(im.ID, p)
	}
	if !slices.ContainsFunc(p.Images, gone) {
		return p.Images
	}
	return slices.DeleteFunc(slices.Clone(p.Images), gone)
}

// foldReread takes in what was read of single images. It stands over all that is
// there; what of it is older than another reading is left out.
func (inv Inventory) foldReread(r Reread) Inventory {
	old := inv.shard(r.Scope)
	next := *old
	var images []*Image
	for _, im := range r.Images {
		if _, held := old.images.find(im.ID); held || im.Owner == r.Scope.Account {
			images = append(images, im)
		}
	}
	var gone, missing []string
	snapshots := r.Snapshots
	next.afresh.images, images, gone = old.afresh.images.noting(images, r.Gone, r.At, old.status[Images].Gen)
	next.afresh.snapshots, snapshots, missing = old.afresh.snapshots.noting(snapshots, r.Missing, r.At, old.status[Snapshots].Gen)
	next.formers = old.formers.merge(old.leaving(r.Scope, gone, missing, r.At), 0, false)
	next.images = old.images.without(gone).merge(images, old.status[Images].Gen, false)
	next.snapshots = old.snapshots.without(missing).merge(snapshots, old.status[Snapshots].Gen, false)
	next.permissions = old.permissions.merge(old.follow(r.Permissions), old.status[Images].Gen, false)
	if r.References != nil {
		next.opine(r.asked(), r.References, old.status[Images].Gen)
	}
	next.rebin(r)
	inv = inv.with(r.Scope, &next)
	for _, id := range gone {
		inv = inv.unseen(ImageKey{r.Scope.Region, id}, r.Scope.Account)
	}
	return inv
}

// unseen drops the records that other accounts have of an image that is gone.
func (inv Inventory) unseen(k ImageKey, owner string) Inventory {
	for _, account := range inv.foreign[k] {
		s := Scope{account, k.Region}
		next := *inv.shards[s]
		if im, ok := inv.lookup(s, k.ID); ok && im.Owner == owner {
			next.images = next.images.without([]string{k.ID})
			inv = inv.with(s, &next)
		}
	}
	return inv
}

// asked are the images that were asked about.
func (r Reread) asked() []string {
	out := slices.Clone(r.Gone)
	for _, im := range r.Images {
		out = append(out, im.ID)
	}
	return out
}

// rebin keeps what is in the Recycle Bin: what is there again is not in it.
func (sh *shard) rebin(r Reread) {
	out := r.asked()[len(r.Gone):]
	for _, s := range r.Snapshots {
		out = append(out, s.ID)
	}
	if r.Binned != nil {
		out = slices.Concat(out, r.Gone, r.Missing)
	}
	sh.binned = sh.binned.without(out).merge(r.Binned, sh.status[Bin].Gen, false)
}

// leaving tells of what a scope holds and is gone.
func (sh *shard) leaving(s Scope, images, snapshots []string, at time.Time) []*Former {
	var out []*Former
	for _, id := range images {
		if i, ok := sh.images.find(id); ok && sh.images[i].rec.Owner == s.Account {
			out = append(out, sh.images[i].rec.former(at))
		}
	}
	for _, id := range snapshots {
		if i, ok := sh.snapshots.find(id); ok {
			out = append(out, sh.snapshots[i].rec.former(at))
		}
	}
	return out
}

// without is a column but for some ids. It is the column itself where none of them
// is in it.
func (c column[T]) without(ids []string) column[T] {
	in := func(e entry[T]) bool { return slices.Contains(ids, e.rec.key()) }
	if len(ids) == 0 || !slices.ContainsFunc(c, in) {
		return c
	}
	return slices.DeleteFunc(slices.Clone(c), in)
}
