package model

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Inventory is everything known of all scopes. It is immutable: Fold returns a
// new one that shares every scope the event did not touch. The zero value is
// an empty inventory.
type Inventory struct {
	shards    map[Scope]*shard
	accounts  map[string]Account
	unreached []Unreached
	foreign   map[ImageKey][]string   // accounts that see another account's image, sorted
	orgs      map[string]Organization // by ARN
	own       bool                    // while folding: shards was copied and may be written
}

// shard is one scope's part.
type shard struct {
	images     column[*Image]
	snapshots  column[*Snapshot]
	references [kinds]column[*Reference] // by usage source
	binned     column[*Binned]
	rules      column[*BinRule]
	hastened   column[*Hastened]
	openness
	formers     column[*Former]
	reports     column[*Report]
	permissions column[*LaunchPermissions]
	named       named
	afresh      afresh
	editions
	status  [kinds]Status
	enabled bool
}

// editions tell whether something has changed without looking at it.
type editions struct {
	edition *edition // of the references: another one with each change of them
	besides *edition // of all but the launch permissions, likewise
}

// named is what is known of the images that references name beyond our own:
// nil for one that does not exist, or not for this account.
type named struct {
	images map[string]*Image
	at     time.Time
}

// Status is how the last pass over a scope and kind went.
type Status struct {
	Gen   Gen
	Busy  bool      // a pass is running
	AsOf  time.Time // end of the last complete pass; zero: never read
	Tried time.Time // end of the last pass, complete or not; zero: none ended
	Calls int       // requests of the running or last pass
	Err   *OpError  // why the last pass failed; nil when it did not
}

// column holds the records of one kind, sorted by id, each with the pass that
// saw it last.
type column[T interface{ key() string }] []entry[T]

type entry[T interface{ key() string }] struct {
	rec T
	gen Gen
}

func (im *Image) key() string   { return im.ID }
func (s *Snapshot) key() string { return s.ID }

// Fold returns the inventory after events, in their order. It never fails:
// events that no longer matter change nothing. A burst costs one copy of the
// list of scopes, however many events it has.
func (inv Inventory) Fold(events ...Event) Inventory {
	for _, e := range events {
		inv = inv.fold(e)
	}
	inv.own = false
	return inv
}

// owned is the inventory with a list of scopes that may be written.
func (inv Inventory) owned() Inventory {
	if !inv.own {
		inv.shards, inv.own = cloned(inv.shards), true
	}
	return inv
}

func (inv Inventory) fold(e Event) Inventory {
	switch e := e.(type) {
	case Page:
		return inv.foldPage(e)
	case Began:
		return inv.foldBegan(e)
	case Details:
		return inv.foldDetails(e)
	case Found:
		return inv.foldFound(e)
	case Lost:
		return inv.foldLost(e)
	case Stopped:
		return inv.foldStopped(e)
	case Named:
		return inv.foldNamed(e)
	case Formers:
		next := *inv.shard(e.Scope)
		next.formers = next.formers.merge(e.Formers, 0, false)
		return inv.with(e.Scope, &next)
	case Organization:
		return inv.foldOrganization(e)
	case Reread:
		return inv.foldReread(e)
	case Notice: // for the reader, not for the inventory
	}
	return inv
}

func (inv Inventory) foldPage(p Page) Inventory {
	old := inv.shard(p.Scope)
	switch p.Kind { // of single images: no pass begins or ends
	case Permissions:
		next := *old
		next.permissions = old.permissions.merge(old.follow(p.Permissions), p.Gen, false)
		inv = inv.with(p.Scope, &next)
		next.besides = old.besides
		return inv
	case Volumes, Inspections:
		next := *old
		next.volumes = old.volumes.merge(p.Volumes, p.Gen, false)
		next.inspections = old.inspections.merge(p.Inspections, p.Gen, false)
		return inv.with(p.Scope, &next)
	case Opinions:
		next := *old
		next.opine(p.Asked, p.References, p.Gen)
		return inv.with(p.Scope, &next)
	default:
	}
	if p.Gen < old.status[p.Kind].Gen {
		return inv
	}
	next := *old
	next.status[p.Kind] = old.status[p.Kind].after(p)
	sweep := p.Last && p.Err == nil
	switch p.Kind {
	case Images:
		p.Images, next.afresh.images = old.afresh.images.over(inv.heard(p), p)
		next.images = old.images.merge(p.Images, p.Gen, sweep)
	case Snapshots:
		p.Snapshots, next.afresh.snapshots = old.afresh.snapshots.over(p.Snapshots, p)
		next.snapshots = old.snapshots.merge(p.Snapshots, p.Gen, sweep)
	case Bin:
		next.binned = old.binned.merge(p.Binned, p.Gen, sweep)
	case BinRules:
		next.rules = old.rules.merge(p.Rules, p.Gen, sweep)
	case Hasten:
		next.hastened = old.hastened.merge(p.Hastened, p.Gen, sweep)
	case Settings:
		next.settings = old.settings.merge(p.Settings, p.Gen, sweep)
	case PublicSnapshots:
		next.public = old.public.merge(p.Public, p.Gen, sweep)
	case Reports: // kept after AWS drops them
		next.reports = old.reports.merge(p.Reports, p.Gen, false)
	default:
		next.references[p.Kind] = old.references[p.Kind].merge(p.References, p.Gen, sweep)
		next.edition = &edition{}
	}
	return inv.with(p.Scope, &next)
}

// opine takes in what AWS itself says of images that were asked about.
func (sh *shard) opine(asked []string, said []*Reference, gen Gen) {
	was := slices.DeleteFunc(slices.Clone(sh.references[Opinions]), func(e entry[*Reference]) bool { return slices.Contains(asked, e.rec.Image) })
	sh.references[Opinions] = was.merge(said, gen, false)
	sh.edition = &edition{}
}

// follow gives new permissions the age of the shares that were there before.
// What was read later stands: the cache may tell it after AWS did.
func (sh *shard) follow(ps []*LaunchPermissions) []*LaunchPermissions {
	out := make([]*LaunchPermissions, len(ps))
	for i, p := range ps {
		out[i] = p
		if j, ok := sh.permissions.find(p.ID); ok {
			if out[i] = p.After(sh.permissions[j].rec); sh.permissions[j].rec.At.After(p.At) {
				out[i] = sh.permissions[j].rec
			}
		}
	}
	return out
}

func (inv Inventory) foldNamed(n Named) Inventory {
	next := *inv.shard(n.Scope)
	was := next.named
	told := make(map[string]*Image, len(n.Asked))
	for _, id := range n.Asked {
		told[id] = nil
	}
	for _, im := range n.Images {
		told[im.ID] = im
	}
	next.named = named{images: cloned(was.images), at: n.At}
	if was.at.After(n.At) { // the cache, after AWS has told
		next.named = named{images: told, at: was.at}
		told = was.images
	}
	maps.Copy(next.named.images, told)
	return inv.with(n.Scope, &next)
}

// foldOrganization keeps the newest answer, but an error does not take away
// what was known.
func (inv Inventory) foldOrganization(o Organization) Inventory {
	inv.orgs = cloned(inv.orgs)
	if old, ok := inv.orgs[o.ARN]; ok && o.Err != nil && old.Err == nil {
		old.Err = o.Err
		o = old
	}
	inv.orgs[o.ARN] = o
	return inv
}

func (s Status) after(p Page) Status {
	if p.Gen > s.Gen {
		s.Calls = 0
	}
	s.Gen, s.Busy = p.Gen, !p.Last
	s.Calls += p.Calls
	if p.Last {
		s.Err, s.Tried = p.Err, p.At
		if p.Err == nil {
			s.AsOf = p.At
		}
	}
	return s
}

func (inv Inventory) foldBegan(b Began) Inventory {
	old := inv.shard(b.Scope)
	if b.Gen < old.status[b.Kind].Gen {
		return inv
	}
	next := *old
	st := &next.status[b.Kind]
	st.Gen, st.Busy, st.Calls = b.Gen, true, 0
	return inv.with(b.Scope, &next)
}

func (inv Inventory) foldDetails(d Details) Inventory {
	old, ok := inv.shards[d.Scope]
	if !ok {
		return inv
	}
	next := *old
	next.images = slices.Clone(old.images)
	for _, im := range d.Images {
		i, found := next.images.find(im.ID)
		if found && next.images[i].rec.Detail == nil {
			next.images[i].rec = im
		}
	}
	return inv.with(d.Scope, &next)
}

func (inv Inventory) foldStopped(e Stopped) Inventory {
	for _, s := range inv.Scopes() {
		sh := inv.shards[s]
		next := *sh
		for k := range next.status {
			if st := &next.status[k]; st.Gen == e.Gen {
				st.Busy = false
			}
		}
		if next.status != sh.status {
			inv = inv.with(s, &next)
		}
	}
	return inv
}

// foldFound makes a scope of every enabled region, and keeps those that are
// not enabled as marked ones, so that a missing region is told, not hidden.
func (inv Inventory) foldFound(f Found) Inventory {
	inv.accounts = cloned(inv.accounts)
	inv.accounts[f.Account.ID] = f.Account
	inv = inv.owned()
	for _, r := range f.Regions {
		sc := Scope{f.Account.ID, r.Name}
		next := *inv.shard(sc)
		next.enabled, next.besides = r.Enabled, &edition{}
		inv.shards[sc] = &next
	}
	inv.unreached = slices.DeleteFunc(slices.Clone(inv.unreached), func(u Unreached) bool {
		return u.Source == f.Account.Source || slices.Contains(f.Also, u.Source)
	})
	return inv
}

func (inv Inventory) foldLost(l Lost) Inventory {
	inv.unreached = slices.DeleteFunc(slices.Clone(inv.unreached), func(u Unreached) bool { return u.Source == l.Source })
	inv.unreached = append(inv.unreached, l.Unreached)
	slices.SortFunc(inv.unreached, func(a, b Unreached) int { return cmp.Compare(a.Source, b.Source) })
	return inv
}

func (inv Inventory) shard(s Scope) *shard {
	if sh, ok := inv.shards[s]; ok {
		return sh
	}
	return &shard{enabled: true}
}

func (inv Inventory) with(s Scope, sh *shard) Inventory {
	was := inv.shards[s]
	inv = inv.owned()
	inv.shards[s] = sh
	sh.besides = &edition{}
	inv.foreign = inv.reindex(s, was, sh)
	return inv
}

// reindex keeps the index of images seen by accounts that do not own them. It
// copies the index only when the scope's foreign images changed.
func (inv Inventory) reindex(s Scope, was, is *shard) map[ImageKey][]string {
	before, after := was.foreign(s.Account), is.foreign(s.Account)
	if slices.Equal(before, after) {
		return inv.foreign
	}
	next := cloned(inv.foreign)
	for _, id := range before {
		k := ImageKey{s.Region, id}
		next[k] = slices.DeleteFunc(slices.Clone(next[k]), func(a string) bool { return a == s.Account })
		if len(next[k]) == 0 {
			delete(next, k)
		}
	}
	for _, id := range after {
		k := ImageKey{s.Region, id}
		next[k] = append(slices.Clone(next[k]), s.Account)
		slices.Sort(next[k])
	}
	return next
}

func (sh *shard) foreign(account string) []string {
	if sh == nil {
		return nil
	}
	var ids []string
	for _, e := range sh.images {
		if e.rec.Owner != account {
			ids = append(ids, e.rec.ID)
		}
	}
	return ids
}

// merge folds a page's records in: new and newer ones replace, and a sweep
// drops what the pass did not see.
func (c column[T]) merge(recs []T, gen Gen, sweep bool) column[T] {
	if len(recs) == 0 && !sweep {
		return c
	}
	page := make(column[T], 0, len(recs))
	for _, r := range recs {
		page = append(page, entry[T]{r, gen})
	}
	byKey := func(a, b entry[T]) int { return strings.Compare(a.rec.key(), b.rec.key()) }
	if !slices.IsSortedFunc(page, byKey) {
		slices.SortStableFunc(page, byKey)
	}
	if len(c) == 0 && distinct(page) {
		return page // as the cache gives them
	}
	out := make(column[T], 0, len(c)+len(page))
	keep := func(e entry[T]) {
		if sweep && e.gen < gen {
			return
		}
		if n := len(out); n > 0 && out[n-1].rec.key() == e.rec.key() {
			out[n-1] = e // the same record twice: the later answer stands
			return
		}
		out = append(out, e)
	}
	i := 0
	for _, e := range page {
		for ; i < len(c) && c[i].rec.key() < e.rec.key(); i++ {
			keep(c[i])
		}
		if i < len(c) && c[i].rec.key() == e.rec.key() {
			i++
		}
		keep(e)
	}
	for ; i < len(c); i++ {
		keep(c[i])
	}
	return out
}

// distinct reports whether no two neighbours have the same id.
func distinct[T interface{ key() string }](c column[T]) bool {
	for i := 1; i < len(c); i++ {
		if c[i-1].rec.key() == c[i].rec.key() {
			return false
		}
	}
	return true
}

// changed are the keys of which a later state of the column has other records.
func (c column[T]) changed(next column[T]) (keys []string) {
	for len(c) > 0 || len(next) > 0 {
		switch {
		case len(c) > 0 && len(next) > 0 && any(c[0].rec) == any(next[0].rec):
			c, next = c[1:], next[1:]
		case len(next) == 0 || len(c) > 0 && c[0].rec.key() < next[0].rec.key():
			keys, c = append(keys, c[0].rec.key()), c[1:]
		case len(c) == 0 || next[0].rec.key() < c[0].rec.key():
			keys, next = append(keys, next[0].rec.key()), next[1:]
		default:
			keys, c, next = append(keys, c[0].rec.key()), c[1:], next[1:]
		}
	}
	return keys
}

// next is the record of a key, if there is one, and what comes from it on: for those
// who go through another column in the same order.
func (c column[T]) next(key string) (rec T, rest column[T]) {
	for len(c) > 0 && c[0].rec.key() < key {
		c = c[1:]
	}
	if len(c) > 0 && c[0].rec.key() == key {
		rec = c[0].rec
	}
	return rec, c
}

func (c column[T]) find(key string) (int, bool) {
	return slices.BinarySearchFunc(c, key, func(e entry[T], k string) int { return cmp.Compare(e.rec.key(), k) })
}

func cloned[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}
