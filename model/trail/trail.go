package trail

import (
	"cmp"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Trail is what the trails of all scopes that were looked at tell of an image.
type Trail struct {
	Image  model.ImageKey
	Made   time.Time // when the image was; zero: not known
	Events []*Event  // the newest first, each once
	Looked []*Lookup // what was looked at, the owner's trail first
	Public []Public  // when everybody could launch it, the oldest first
	Blind  []model.Blind

	owned bool // the first that was looked at is the owner's
}

// Scopes are those whose trails may tell of an image: its owner's first, then of
// all accounts in its region, any of which may have launched it, then where copies
// of it are. What cannot be read is not among them.
func Scopes(inv model.Inventory, k model.ImageKey) []model.Scope {
	var out []model.Scope
	ours := inv.Scopes()
	add := func(s model.Scope) {
		if slices.Contains(ours, s) && inv.Readable(s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(model.Scope{Account: ownerOf(inv, k), Region: k.Region})
	for _, s := range ours {
		if s.Region == k.Region {
			add(s)
		}
	}
	for _, im := range inv.Images() {
		if d := im.Detail; d != nil && d.SourceImage == k.ID && d.SourceRegion == k.Region {
			add(model.Scope{Account: im.Owner, Region: im.Region})
		}
	}
	return out
}

// ownerOf is the account that owns an image, or did; "" where nobody knows.
func ownerOf(inv model.Inventory, k model.ImageKey) string {
	if im, ok := inv.Image(k); ok {
		return im.Owner
	}
	for _, s := range inv.Scopes() {
		if _, was := inv.Former(s, k.ID); was && s.Region == k.Region {
			return s.Account
		}
	}
	return ""
}

// Of joins what was looked up of an image, each scope's once; asked are the Scopes
// that may tell of it.
func Of(inv model.Inventory, k model.ImageKey, asked []model.Scope, lookups []*Lookup) *Trail {
	t := &Trail{Image: k, Looked: slices.Clone(lookups)}
	owner := ownerOf(inv, k)
	now := standing{}
	if im, ok := inv.Image(k); ok {
		t.Made = im.Created
		now = standing{public: im.Public, at: inv.Status(model.Scope{Account: im.Owner, Region: k.Region}, model.Images).AsOf, made: im.Created}
	}
	order := func(s model.Scope) int {
		if s.Account == owner && s.Region == k.Region {
			return 0
		}
		return 1
	}
	slices.SortFunc(t.Looked, func(a, b *Lookup) int {
		return cmp.Or(cmp.Compare(order(a.Scope), order(b.Scope)), a.Scope.Compare(b.Scope))
	})
	var lists [][]*Event
	for _, l := range t.Looked {
		lists = append(lists, l.Events)
		if order(l.Scope) == 0 {
			t.owned, t.Public = true, publicTimes(l, now)
		}
	}
	t.Events = joined(lists...)
	t.Blind = t.blind(owner, asked)
	return t
}

// blind is what was not looked at, and might tell more.
func (t *Trail) blind(owner string, asked []model.Scope) []model.Blind {
	var out []model.Blind
	if s := (model.Scope{Account: owner, Region: t.Image.Region}); owner != "" && !slices.Contains(asked, s) {
		out = append(out, model.Blind{Scope: s, What: "the trail of its owner is not read", Mend: "add a login of account " + owner + ": nobody else is told who changed it"})
	}
	for _, s := range asked {
		i := slices.IndexFunc(t.Looked, func(l *Lookup) bool { return l.Scope == s })
		if i < 0 {
			out = append(out, model.Blind{Scope: s, What: "not looked at yet"})
			continue
		}
		l := t.Looked[i]
		switch {
		case l.Err != nil:
			out = append(out, model.Blind{Scope: s, What: "CloudTrail: " + l.Err.Kind.String(), Mend: l.Err.Hint(), Err: l.Err})
		case len(l.Seen) > 0 && !l.Whole(l.At, t.Made):
			out = append(out, model.Blind{Scope: s, What: "before " + moment(l.Seen.Last().From) + ": there are more events than were read"})
		}
	}
	return out
}

// Since is from when on a trail was looked at without a gap: not before the image
// was made. Zero: it was not.
func (t *Trail) Since(l *Lookup) time.Time {
	from := l.Seen.Last().From
	if !from.IsZero() && t.Made.After(from) {
		return t.Made
	}
	return from
}

// At is when the newest of what was looked up was told; zero: nothing was.
func (t *Trail) At() time.Time {
	var at time.Time
	for _, l := range t.Looked {
		if l.At.After(at) {
			at = l.At
		}
	}
	return at
}
