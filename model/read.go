package model

import (
	"cmp"
	"slices"
	"time"
)

// Scopes lists every known scope in order.
func (inv Inventory) Scopes() []Scope {
	out := make([]Scope, 0, len(inv.shards))
	for s := range inv.shards {
		out = append(out, s)
	}
	slices.SortFunc(out, Scope.Compare)
	return out
}

// Status is how the last pass over a scope and kind went.
func (inv Inventory) Status(s Scope, k Kind) Status { return inv.shard(s).status[k] }

// Enabled reports whether the account has enabled the scope's region.
func (inv Inventory) Enabled(s Scope) bool { return inv.shard(s).enabled }

// Closed reports whether a service control policy closes the scope's region:
// it denied images and snapshots there, as far as they were asked for.
func (inv Inventory) Closed(s Scope) bool {
	closed := false
	for _, st := range inv.shard(s).status[:len(Kinds())] {
		switch {
		case st.Err != nil && st.Err.Kind == Closed:
			closed = true
		case st.Err != nil || !st.AsOf.IsZero():
			return false
		}
	}
	return closed
}

// Trouble is why a scope that should be readable is not wholly known, the
// images' trouble first; nil when it is, and where a policy closes the region.
// A policy that lets another kind through closes nothing: it is a denial.
func (inv Inventory) Trouble(s Scope) *OpError {
	if inv.Closed(s) {
		return nil
	}
	for _, st := range inv.shard(s).status[:len(Kinds())] {
		if st.Err == nil {
			continue
		}
		err := *st.Err
		if err.Kind == Closed {
			err.Kind = Denied
		}
		return &err
	}
	return nil
}

// Readable reports whether there is anything to read in a scope: its account
// has enabled the region, and no policy closes it.
func (inv Inventory) Readable(s Scope) bool { return inv.Enabled(s) && !inv.Closed(s) }

// Account gives what is known of an account; an unknown id is its own name.
func (inv Inventory) Account(id string) Account {
	if a, ok := inv.accounts[id]; ok {
		return a
	}
	return Account{ID: id}
}

// Accounts lists the accounts that were reached, by id.
func (inv Inventory) Accounts() []Account {
	out := make([]Account, 0, len(inv.accounts))
	for _, a := range inv.accounts {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Account) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Unreached lists the ways into AWS that led nowhere, by source.
func (inv Inventory) Unreached() []Unreached { return inv.unreached }

// Images lists one record an image, in order of scope and id: the owner's
// where its account was read, else that of the first account that sees it.
func (inv Inventory) Images() []*Image {
	n := 0
	for _, sh := range inv.shards {
		n += len(sh.images)
	}
	out := make([]*Image, 0, n)
	for _, s := range inv.Scopes() {
		out = inv.standing(out, s)
	}
	return out
}

// Standing lists the images of one scope that Images lists, in order of id.
func (inv Inventory) Standing(s Scope) []*Image {
	return inv.standing(make([]*Image, 0, len(inv.shard(s).images)), s)
}

func (inv Inventory) standing(to []*Image, s Scope) []*Image {
	for _, e := range inv.shard(s).images {
		if e.rec.Owner == s.Account || inv.stands(s, e.rec) {
			to = append(to, e.rec)
		}
	}
	return to
}

// stands reports whether a scope's record of another account's image is the
// one to show.
func (inv Inventory) stands(s Scope, im *Image) bool {
	if _, ok := inv.lookup(Scope{im.Owner, s.Region}, im.ID); ok {
		return false
	}
	seen := inv.foreign[im.ImageKey]
	return len(seen) == 0 || seen[0] == s.Account
}

// Image finds the record that Images would list for a key.
func (inv Inventory) Image(k ImageKey) (*Image, bool) {
	for _, acct := range inv.foreign[k] {
		im, ok := inv.lookup(Scope{acct, k.Region}, k.ID)
		if !ok {
			continue
		}
		if own, ok := inv.lookup(Scope{im.Owner, k.Region}, k.ID); ok {
			return own, true
		}
		return im, true
	}
	for s, sh := range inv.shards {
		if s.Region != k.Region {
			continue
		}
		if i, ok := sh.images.find(k.ID); ok {
			return sh.images[i].rec, true
		}
	}
	return nil, false
}

func (inv Inventory) lookup(s Scope, id string) (*Image, bool) {
	sh, ok := inv.shards[s]
	if !ok {
		return nil, false
	}
	i, ok := sh.images.find(id)
	if !ok {
		return nil, false
	}
	return sh.images[i].rec, true
}

// SeenBy lists the accounts that see an image, its owner first where the
// owner's account was read.
func (inv Inventory) SeenBy(im *Image) []string {
	seen := inv.foreign[im.ImageKey]
	if _, ok := inv.lookup(Scope{im.Owner, im.Region}, im.ID); ok {
		return append([]string{im.Owner}, seen...)
	}
	return seen
}

// Foreign reports whether an image belongs to an account that was not read: it is
// seen because somebody shares it, or because something names it.
func (inv Inventory) Foreign(im *Image) bool {
	_, own := inv.lookup(Scope{im.Owner, im.Region}, im.ID)
	return !own
}

// Sees reports whether an account owns or sees an image.
func (inv Inventory) Sees(account string, im *Image) bool {
	return im.Owner == account || slices.Contains(inv.foreign[im.ImageKey], account)
}

// ScopeImages lists what one scope sees, in order of id: for the cache and the
// scopes view.
func (inv Inventory) ScopeImages(s Scope) []*Image { return inv.shard(s).images.records() }

// ScopeSnapshots lists the snapshots of one scope, in order of id.
func (inv Inventory) ScopeSnapshots(s Scope) []*Snapshot { return inv.shard(s).snapshots.records() }

// ImageCount is the number of records a scope holds, without copying them.
func (inv Inventory) ImageCount(s Scope) int { return len(inv.shard(s).images) }

// ReferenceCount is the number of references of a usage source that a scope
// holds, without copying them.
func (inv Inventory) ReferenceCount(s Scope, source Kind) int {
	return len(inv.shard(s).references[source])
}

// Snapshot finds a snapshot by the owner's scope and id.
func (inv Inventory) Snapshot(s Scope, id string) (*Snapshot, bool) {
	i, ok := inv.shard(s).snapshots.find(id)
	if !ok {
		return nil, false
	}
	return inv.shard(s).snapshots[i].rec, true
}

func (c column[T]) records() []T {
	out := make([]T, len(c))
	for i, e := range c {
		out[i] = e.rec
	}
	return out
}

// Oldest is the age of the oldest complete pass over images, and whether any
// readable scope was never read.
func (inv Inventory) Oldest() (asOf time.Time, unread bool) {
	for s, sh := range inv.shards {
		at := sh.status[Images].AsOf
		switch {
		case !inv.Readable(s):
		case at.IsZero():
			unread = true
		case asOf.IsZero() || at.Before(asOf):
			asOf = at
		}
	}
	return asOf, unread
}

// References lists what one usage source of a scope tells, in order of key.
func (inv Inventory) References(s Scope, source Kind) []*Reference {
	return inv.shard(s).references[source].records()
}

// Reports lists the usage reports of a scope's own images, in order of id.
func (inv Inventory) Reports(s Scope) []*Report { return inv.shard(s).reports.records() }

// Permissions gives the launch permissions of an image, as its owner's account
// read them; nil where that has not been done.
func (inv Inventory) Permissions(im *Image) *LaunchPermissions {
	return inv.shard(Scope{im.Owner, im.Region}).permission(im.ID)
}

func (sh *shard) permission(id string) *LaunchPermissions {
	i, ok := sh.permissions.find(id)
	if !ok {
		return nil
	}
	return sh.permissions[i].rec
}

// ScopePermissions lists the launch permissions that were read in a scope, in
// order of image.
func (inv Inventory) ScopePermissions(s Scope) []*LaunchPermissions {
	return inv.shard(s).permissions.records()
}

// Named lists the images that references of a scope name beyond our own, the
// ids that lead nowhere, and when that was asked.
func (inv Inventory) Named(s Scope) (images []*Image, gone []string, at time.Time) {
	n := inv.shard(s).named
	for id, im := range n.images {
		if im == nil {
			gone = append(gone, id)
		} else {
			images = append(images, im)
		}
	}
	slices.SortFunc(images, func(a, b *Image) int { return cmp.Compare(a.ID, b.ID) })
	slices.Sort(gone)
	return images, gone, n.at
}

// Organizations lists the organizations that are known, by ARN.
func (inv Inventory) Organizations() []Organization {
	out := make([]Organization, 0, len(inv.orgs))
	for _, o := range inv.orgs {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Organization) int { return cmp.Compare(a.ARN, b.ARN) })
	return out
}
