package model

import (
	"maps"
	"slices"
	"time"
)

// Usage is the verdict on every image of an inventory. It is immutable; Judge
// makes the next one and works only for regions in which something changed, and
// for single images where that is who may launch them. A nil Usage has judged nothing.
type Usage struct {
	inv      Inventory
	in       UsageInput
	names    namings
	aside    map[asideKey]*Aside
	anywhere map[string]strength // by image: texts in files and plain parameters
	regions  map[string]*regionUse
}

// UsageInput is what verdicts rest on besides the inventory.
type UsageInput struct {
	Policy  UsagePolicy
	Now     time.Time
	Asides  []Aside      // references that were set aside
	Files   []*Reference // found in a folder of files
	Unread  []Blind      // files that could not be looked at
	Version int          // changes with Asides, Files and Policy
}

// grain is how far the time may go on before verdicts are made anew for its
// sake alone.
const grain = time.Minute

// Judge gives the verdicts on an inventory. It takes from the verdicts before
// what cannot have changed.
func (u *Usage) Judge(inv Inventory, in UsageInput) *Usage {
	next := &Usage{inv: inv, in: in, regions: map[string]*regionUse{}}
	if u != nil {
		next.names = u.names
	}
	next.names = next.names.over(inv)
	next.setAside()
	next.findAnywhere()
	same := u != nil && u.in.Version == in.Version && sameOrgs(u.inv, inv) && maps.Equal(u.anywhere, next.anywhere)
	var work []ruled
	for region, scopes := range inv.byRegion() {
		r := &regionUse{u: next, name: region, scopes: scopes, at: in.Now}
		var old *regionUse
		if same {
			old = u.regions[region]
		}
		switch {
		case old.holds(r):
			r = old.over(next)
		case old.holdsBut(r):
			r = old.over(next)
			r.permit(scopes)
		default:
			work = r.judge(work)
		}
		next.regions[region] = r
	}
	return next
}

// Ruling is a verdict in short, for the list.
type Ruling struct {
	Use        Use
	References uint16 // that name the image, stale ones and reports included
	Unread     bool   // its launch permissions must be read before more can be said
}

// Ruling is the verdict on an image in short; unknown where it has not been
// judged yet.
func (u *Usage) Ruling(im *Image) Ruling {
	if u == nil {
		return Ruling{}
	}
	r := u.regions[im.Region]
	if r == nil {
		return Ruling{}
	}
	at, ok := r.place(im.ID)
	if !ok {
		return Ruling{}
	}
	return r.rulings[at].Ruling
}

// Verdict is the whole verdict on an image.
func (u *Usage) Verdict(im *Image) Verdict {
	if u == nil || u.regions[im.Region] == nil {
		return Verdict{Blind: []Blind{{What: "usage has not been looked at yet", Mend: "wait for the first pass to end"}}}
	}
	v := Verdict{}
	w := weighing{r: u.regions[im.Region], im: im, v: &v}
	v.Use = w.weigh().Use
	w.sort()
	return v
}

// Counts are how many images have each verdict.
func (u *Usage) Counts() map[Use]int {
	out := map[Use]int{}
	if u == nil {
		return out
	}
	for _, r := range u.regions {
		for _, x := range r.rulings {
			out[x.Use]++
		}
	}
	return out
}

// Wants are what verdicts still wait for and what can be asked of AWS.
type Wants struct {
	Permissions   []ImageKey         // images whose launch permissions decide
	Organizations bool               // images are shared with an organization whose accounts are not known
	Units         []string           // ARNs of organizational units, likewise, or whose names are not
	Named         map[Scope][]string // ids that references name and nobody knows
}

// Empty reports whether nothing is wanted.
func (w Wants) Empty() bool {
	return len(w.Permissions) == 0 && !w.Organizations && len(w.Units) == 0 && len(w.Named) == 0
}

// Wants lists what verdicts wait for, in order of region and image.
func (u *Usage) Wants() Wants {
	if u == nil {
		return Wants{}
	}
	n := 0
	for _, r := range u.regions {
		n += len(r.unread)
	}
	w := Wants{Named: map[Scope][]string{}, Permissions: make([]ImageKey, 0, n)}
	units := u.inv.unnamedUnits()
	for _, region := range slices.Sorted(maps.Keys(u.regions)) {
		r := u.regions[region]
		for _, at := range r.unread {
			w.Permissions = append(w.Permissions, r.rulings[at].im.ImageKey)
		}
		for _, a := range r.awaited {
			w.Organizations = w.Organizations || a.organization
			for _, arn := range a.units {
				units[arn] = true
			}
		}
		for i, s := range r.scopes {
			if ids := u.unasked(s, r.strange[i]); len(ids) > 0 {
				w.Named[s.scope] = ids
			}
		}
	}
	w.Units = slices.Sorted(maps.Keys(units))
	return w
}

// unasked are those ids that AWS was not asked for lately. Where a scope's images
// cannot be listed nothing is asked: these would fare no better.
func (u *Usage) unasked(s scopeShard, ids []string) []string {
	if s.shard.status[Images].Err != nil {
		return nil
	}
	if u.in.Now.Sub(s.shard.named.at) >= u.in.Policy.Fresh {
		return slices.Clone(ids)
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		_, asked := s.shard.named.images[id]
		return asked
	})
}

// Resolve finds the image that a reference names, as its scope sees it: ours,
// or one of others that was asked for. found is Maybe where nobody asked yet.
func (u *Usage) Resolve(s Scope, id string) (im *Image, found Tri) {
	if u == nil {
		return nil, Maybe
	}
	if im, ok := u.inv.Image(ImageKey{s.Region, id}); ok {
		return im, Yes
	}
	im, asked := u.inv.shard(s).named.images[id]
	if !asked {
		return nil, Maybe
	}
	return im, Truth(im != nil)
}

func (u *Usage) setAside() {
	u.aside = make(map[asideKey]*Aside, len(u.in.Asides))
	for i := range u.in.Asides {
		if a := &u.in.Asides[i]; a.Until.After(u.in.Now) {
			u.aside[asideKey{a.Scope, a.Source, a.Key, a.Image}] = a
		}
	}
}

// asideOf is why a reference does not count for an image, nil where it does.
func (u *Usage) asideOf(r *Reference, image string) *Aside {
	if len(u.aside) == 0 {
		return nil
	}
	return u.aside[asideKey{r.Scope, r.Source, r.Key, image}]
}

// findAnywhere gathers the texts that may mean an image of any region.
func (u *Usage) findAnywhere() {
	u.anywhere = map[string]strength{}
	for _, r := range u.in.Files {
		id := r.Image
		if r.Snapshot != "" {
			id = r.Snapshot
		}
		u.anywhere[id] = u.anywhere[id].with(u, use{ref: r, image: id})
	}
	for _, d := range u.names {
		for id, uses := range d.n.anywhere {
			for _, x := range uses {
				u.anywhere[id] = u.anywhere[id].with(u, x)
			}
		}
	}
}

func sameOrgs(a, b Inventory) bool {
	return maps.EqualFunc(a.orgs, b.orgs, func(x, y Organization) bool {
		return x.At.Equal(y.At) && x.Err == y.Err && len(x.Units) == len(y.Units)
	})
}

// scopeShard is a scope with what is known of it.
type scopeShard struct {
	scope Scope
	shard *shard
}

// byRegion lists the scopes of each region, by account.
func (inv Inventory) byRegion() map[string][]scopeShard {
	out := map[string][]scopeShard{}
	for s, sh := range inv.shards {
		out[s.Region] = append(out[s.Region], scopeShard{s, sh})
	}
	for _, scopes := range out {
		slices.SortFunc(scopes, func(a, b scopeShard) int { return a.scope.Compare(b.scope) })
	}
	return out
}
