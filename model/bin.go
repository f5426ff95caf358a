package model

import (
	"slices"
	"time"
)

// Binned is an image or snapshot in the Recycle Bin. AWS does not tell how large
// a snapshot there is; it costs what it did before, an image there costs nothing.
type Binned struct {
	ID          string // ami-... or snap-...
	Name        string // of an image
	Description string
	Volume      string // of a snapshot
	Entered     time.Time
	Exits       time.Time // when it is gone for good
}

// BinRule is a retention rule of the Recycle Bin.
type BinRule struct {
	ID          string
	Description string
	Resource    string // ImageResource or SnapshotResource
	Days        int
	Tags        []Tag  // it holds for what has any of these; none: for all
	Except      []Tag  // but not for what has any of these
	Lock        string // RuleLocked, RuleUnlocking, RuleUnlocked; "": it was never locked
	Pending     bool   // it is not in force yet, and holds nothing
}

// The values of Lock of a BinRule, as AWS spells them. One that is being unlocked can
// be changed when its delay is over.
const (
	RuleLocked    = "locked"
	RuleUnlocking = "pending_unlock"
	RuleUnlocked  = "unlocked"
)

// The resources of BinRule that are read.
const (
	ImageResource    = "EC2_IMAGE"
	SnapshotResource = "EBS_SNAPSHOT"
)

// Takes reports whether the rule takes what has these tags: a rule with tags
// takes what has one of them, key and value alike (Recycle Bin user guide).
func (r *BinRule) Takes(tags []Tag) bool {
	has := func(t Tag) bool { return slices.Contains(tags, t) }
	if slices.ContainsFunc(r.Except, has) {
		return false
	}
	return len(r.Tags) == 0 || slices.ContainsFunc(r.Tags, has)
}

// Hastened is a service by the hour that makes images start faster: Fast
// Snapshot Restore of a snapshot in a zone, or Fast Launch of a Windows image.
type Hastened struct {
	Snapshot string // of Fast Snapshot Restore
	Image    string // of Fast Launch
	Zone     string // of Fast Snapshot Restore
	State    string // enabled, enabling, optimizing, ...; disabled ones are not told
	Copies   int    // snapshots that Fast Launch keeps ready; they are billed as snapshots
	Owner    string // who has it done
}

// Former is an image or snapshot that was there once and is no more. It tells
// what a snapshot that is left over belonged to, and how large one in the
// Recycle Bin is.
type Former struct {
	ID        string
	Name      string    // of an image
	Snapshots []string  // of an image, of its block devices
	SizeGiB   int64     // of a snapshot's volume
	FullBytes int64     // of a snapshot; -1 where AWS did not say
	Archived  bool      // it was a snapshot in the archive tier
	Missed    time.Time // when a whole pass did not find it any more
}

// Formers tells of images and snapshots that a scope has no more.
type Formers struct {
	Scope   Scope
	Formers []*Former
}

func (Formers) event() {}

func (b *Binned) key() string   { return b.ID }
func (r *BinRule) key() string  { return r.ID }
func (h *Hastened) key() string { return h.Snapshot + "/" + h.Image + "/" + h.Zone }
func (f *Former) key() string   { return f.ID }

// Missing lists what a scope held and a later, whole pass over a kind did not
// find: seen are the ids that it found.
func (inv Inventory) Missing(s Scope, k Kind, seen map[string]bool, at time.Time) []*Former {
	var out []*Former
	sh := inv.shard(s)
	switch k {
	case Images:
		for _, e := range sh.images {
			if im := e.rec; !seen[im.ID] && im.Owner == s.Account {
				out = append(out, im.former(at))
			}
		}
	case Snapshots:
		for _, e := range sh.snapshots {
			if sn := e.rec; !seen[sn.ID] {
				out = append(out, sn.former(at))
			}
		}
	default:
	}
	return out
}

func (im *Image) former(at time.Time) *Former {
	return &Former{ID: im.ID, Name: im.Name, Snapshots: im.SnapshotIDs(), FullBytes: -1, Missed: at}
}

func (s *Snapshot) former(at time.Time) *Former {
	return &Former{ID: s.ID, SizeGiB: s.SizeGiB, FullBytes: s.FullBytes, Archived: s.Archived(), Missed: at}
}

// SnapshotIDs lists the snapshots of an image's block devices, each once, in
// order; nil where its details are not known.
func (im *Image) SnapshotIDs() []string {
	if im.Detail == nil {
		return nil
	}
	out := make([]string, 0, len(im.Detail.Devices))
	for _, d := range im.Detail.Devices {
		if d.Snapshot != "" {
			out = append(out, d.Snapshot)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Binned lists what is in the Recycle Bin of a scope, in order of id.
func (inv Inventory) Binned(s Scope) []*Binned { return inv.shard(s).binned.records() }

// BinRules lists the rules of the Recycle Bin of a scope that are in force, in order
// of id.
func (inv Inventory) BinRules(s Scope) []*BinRule {
	return slices.DeleteFunc(inv.AllBinRules(s), func(r *BinRule) bool { return r.Pending })
}

// AllBinRules lists those that are not in force yet, too.
func (inv Inventory) AllBinRules(s Scope) []*BinRule { return inv.shard(s).rules.records() }

// Hastened lists what is hastened in a scope, at a price.
func (inv Inventory) Hastened(s Scope) []*Hastened { return inv.shard(s).hastened.records() }

// Formers lists what a scope has no more, in order of id.
func (inv Inventory) Formers(s Scope) []*Former { return inv.shard(s).formers.records() }

// Former finds what a scope has no more.
func (inv Inventory) Former(s Scope, id string) (*Former, bool) {
	sh := inv.shard(s)
	i, ok := sh.formers.find(id)
	if !ok {
		return nil, false
	}
	return sh.formers[i].rec, true
}

// SameHoldings reports, without looking at records, whether what a scope costs
// cannot have changed between two inventories: images, snapshots, what is in the
// bin and what is hastened are the very same.
func (inv Inventory) SameHoldings(o Inventory, s Scope) bool {
	a, b := inv.shards[s], o.shards[s]
	if a == b {
		return true
	}
	return a != nil && b != nil && same(a.images, b.images) && same(a.snapshots, b.snapshots) &&
		same(a.binned, b.binned) && same(a.rules, b.rules) && same(a.hastened, b.hastened) && same(a.formers, b.formers) &&
		sameEnd(a.status[Images], b.status[Images]) && sameEnd(a.status[Snapshots], b.status[Snapshots])
}

// sameEnd reports whether two statuses tell of the same knowledge.
func sameEnd(a, b Status) bool {
	return a.AsOf.IsZero() == b.AsOf.IsZero() && (a.Err == nil) == (b.Err == nil)
}

// same reports whether two columns are one.
func same[T interface{ key() string }](a, b column[T]) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// SnapshotCount is the number of snapshots that a scope holds, without copying
// them.
func (inv Inventory) SnapshotCount(s Scope) int { return len(inv.shard(s).snapshots) }

// Detailed reports whether the details of all images of a scope are known.
func (inv Inventory) Detailed(s Scope) bool {
	for _, e := range inv.shard(s).images {
		if e.rec.Detail == nil {
			return false
		}
	}
	return true
}
