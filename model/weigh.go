package model

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// regionUse is the verdicts on the images of one region, of all accounts: what
// one account has may be used by every other.
type regionUse struct {
	u      *Usage
	name   string
	scopes []scopeShard
	at     time.Time

	sights    map[string]*sight // by account
	images    map[string]strength
	snapshots map[string]strength
	reports   map[string][]*Report // done ones by image, the newest first
	strange   [][]string           // by scope: ids that its references name and no image of ours has
	rulings   []ruled
	places    Index               // of rulings
	unread    []int32             // rulings of images that wait for their launch permissions, by id
	awaited   map[string]*awaited // by image that waits for the accounts of others
}

// ruled is an image with its verdict in short.
type ruled struct {
	im *Image
	Ruling
}

// awaited is whose accounts decide on an image, and are not known.
type awaited struct {
	organization bool     // its own
	units        []string // ARNs of organizational units
}

// strength is how strongly images are referenced, without who does it.
type strength struct {
	counts bool // some reference counts
	soft   bool // some stale one counts as well if the image was launched lately
	n      uint16
}

func (s strength) with(u *Usage, x use) strength {
	if u.asideOf(x.ref, x.image) != nil {
		return s
	}
	w := u.in.Policy.weak(x, u.in.Now)
	s.counts = s.counts || w.kind == sound
	s.soft = s.soft || w.revivable()
	s.n = saturated(s.n)
	return s
}

func saturated(n uint16) uint16 { return max(n, n+1) }

func (s strength) and(t strength) strength {
	return strength{s.counts || t.counts, s.soft || t.soft, max(s.n, s.n+t.n)}
}

// holds reports whether the verdicts on an older state still hold for a newer.
func (r *regionUse) holds(next *regionUse) bool {
	return r != nil && next.at.Sub(r.at) < grain && !next.at.Before(r.at) && slices.Equal(r.scopes, next.scopes)
}

// holdsBut reports whether of what they rest on nothing but launch permissions
// has changed.
func (r *regionUse) holdsBut(next *regionUse) bool {
	return r != nil && next.at.Sub(r.at) < grain && !next.at.Before(r.at) &&
		slices.EqualFunc(r.scopes, next.scopes, func(a, b scopeShard) bool {
			return a.scope == b.scope && a.shard.besides == b.shard.besides
		})
}

// over is the same verdicts as a part of newer ones.
func (r *regionUse) over(u *Usage) *regionUse {
	next := *r
	next.u = u
	return &next
}

// judge gives all verdicts. work is room for them, for one region after the other.
func (r *regionUse) judge(work []ruled) []ruled {
	r.look()
	r.gather()
	n := 0
	for _, s := range r.scopes {
		n += len(s.shard.images)
	}
	r.awaited, work = map[string]*awaited{}, slices.Grow(work[:0], n)
	for _, s := range r.scopes {
		for _, e := range s.shard.images {
			if r.judges(s, e.rec) {
				work = append(work, ruled{e.rec, r.rule(e.rec)})
			}
		}
	}
	r.rulings = slices.Clone(work)
	r.order()
	return work
}

// order makes images be found by their ids, and lists those that wait.
func (r *regionUse) order() {
	r.places = NewIndex(len(r.rulings))
	waiting := 0
	for i, x := range r.rulings {
		if r.places.Put(x.im.ID, i); x.Unread {
			waiting++
		}
	}
	r.unread = make([]int32, 0, waiting)
	for i, x := range r.rulings {
		if x.Unread {
			r.unread = append(r.unread, int32(i))
		}
	}
	slices.SortFunc(r.unread, func(a, b int32) int { return cmp.Compare(r.rulings[a].im.ID, r.rulings[b].im.ID) })
}

// place is where the ruling on an image is.
func (r *regionUse) place(id string) (int, bool) {
	return r.places.Find(id, func(at int) bool { return r.rulings[at].im.ID == id })
}

// permit judges anew, in a state of the same scopes, the images whose launch
// permissions are others there. All verdicts grow old as before.
func (r *regionUse) permit(scopes []scopeShard) {
	before := r.scopes
	r.scopes, r.rulings, r.awaited, r.unread = scopes, slices.Clone(r.rulings), maps.Clone(r.awaited), slices.Clone(r.unread)
	for i, s := range scopes {
		for _, id := range before[i].shard.permissions.changed(s.shard.permissions) {
			r.judgeAnew(id)
		}
	}
}

func (r *regionUse) judgeAnew(id string) {
	at, ok := r.place(id)
	if !ok {
		return
	}
	x := &r.rulings[at]
	x.Ruling = r.rule(x.im)
	switch i, was := slices.BinarySearchFunc(r.unread, id, func(a int32, id string) int { return cmp.Compare(r.rulings[a].im.ID, id) }); {
	case was && !x.Unread:
		r.unread = slices.Delete(r.unread, i, i+1)
	case x.Unread && !was:
		r.unread = slices.Insert(r.unread, i, int32(at))
	}
}

// judges reports whether the record that a scope has of an image is the one that
// is judged.
func (r *regionUse) judges(s scopeShard, im *Image) bool {
	return im.Owner == s.scope.Account || r.u.inv.stands(s.scope, im)
}

// rule judges one image.
func (r *regionUse) rule(im *Image) Ruling {
	w := weighing{r: r, im: im}
	x := w.weigh()
	if delete(r.awaited, im.ID); w.awaited != nil {
		r.awaited[im.ID] = w.awaited
	}
	return x
}

// gather adds up what all accounts of the region name.
func (r *regionUse) gather() {
	r.images, r.snapshots, r.reports = map[string]strength{}, map[string]strength{}, map[string][]*Report{}
	for _, s := range r.scopes {
		n := r.u.names[s.scope].n
		var strange []string
		for id, uses := range n.images {
			r.images[id] = r.sum(r.images[id], uses)
			if _, known := r.u.inv.Image(ImageKey{r.name, id}); !known {
				strange = append(strange, id)
			}
		}
		slices.Sort(strange)
		r.strange = append(r.strange, strange)
		for id, uses := range n.snapshots {
			r.snapshots[id] = r.sum(r.snapshots[id], uses)
		}
		for _, e := range s.shard.reports {
			if e.rec.Done() {
				r.reports[e.rec.Image] = append(r.reports[e.rec.Image], e.rec)
			}
		}
	}
	for _, all := range r.reports {
		slices.SortFunc(all, func(a, b *Report) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	}
}

func (r *regionUse) sum(s strength, uses []use) strength {
	for _, x := range uses {
		if !x.ref.Anywhere { // those are counted for all regions
			s = s.with(r.u, x)
		}
	}
	return s
}

// weighing is one image under judgement. Where v is nil only the word is
// wanted, and the first thing that was not looked at is enough.
type weighing struct {
	r     *regionUse
	im    *Image
	v     *Verdict
	found bool // something names it, stale or not
	blind bool
	x     Ruling

	awaited *awaited
}

func (w *weighing) weigh() Ruling {
	counts, stale := w.evidence()
	if w.found = counts || stale; w.v == nil && counts {
		w.x.Use = Used
		return w.x
	}
	w.reach()
	switch {
	case counts:
		w.x.Use = Used
	case stale:
		w.x.Use = Probable
	case w.blind:
		w.x.Use = UseUnknown
	default:
		w.x.Use = Unused
	}
	w.x.Unread = w.x.Unread && w.x.Use == UseUnknown
	return w.x
}

// evidence adds up what names the image, its snapshots, and what reports tell.
func (w *weighing) evidence() (counts, stale bool) {
	s := w.r.images[w.im.ID].and(w.r.u.anywhere[w.im.ID])
	if w.im.Detail != nil && (len(w.r.snapshots) > 0 || len(w.r.u.in.Files) > 0) {
		for _, d := range w.im.Detail.Devices {
			if d.Snapshot != "" {
				s = s.and(w.r.snapshots[d.Snapshot]).and(w.r.u.anywhere[d.Snapshot])
			}
		}
	}
	counts, stale = s.counts || s.soft && w.launchedLately(), s.n > 0
	w.x.References = s.n
	if w.v != nil {
		w.collect()
	}
	w.eachReported(func(rep *Report, use ReportedUse, old bool) {
		counts, stale = counts || !old, true
		w.x.References = saturated(w.x.References)
		if w.v != nil {
			e := Evidence{Report: rep, Reported: use}
			if old {
				e.Stale = "told " + days(w.now().Sub(rep.Created)) + " ago"
			}
			w.v.Evidence = append(w.v.Evidence, e)
		}
	})
	return counts, stale
}

func (w *weighing) now() time.Time { return w.r.u.in.Now }

func (w *weighing) policy() UsagePolicy { return w.r.u.in.Policy }

// launchedLately supports stale templates: somebody launches the image, though
// nothing is left that tells who. It decides nothing alone.
func (w *weighing) launchedLately() bool {
	return w.im.Launched == Yes && w.now().Sub(w.im.LastLaunched) <= w.policy().Unlaunch
}

// eachReported calls do with each use by another account that the newest
// report covering that account tells.
func (w *weighing) eachReported(do func(rep *Report, use ReportedUse, old bool)) {
	told := map[string]bool{}
	for _, rep := range w.r.reports[w.im.ID] {
		for _, x := range rep.Uses {
			if x.Count > 0 && x.Account != w.im.Owner && !told[x.Account+" "+x.Type] {
				do(rep, x, w.now().Sub(rep.Created) > reportSettles)
			}
		}
		for _, x := range rep.Uses {
			told[x.Account+" "+x.Type] = true
		}
		if len(rep.Asked) == 0 && rep.Whole() {
			return // older reports tell nothing that this one does not
		}
	}
}
