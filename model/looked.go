package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// What is read of single things where somebody looks at them, and forgotten when
// the program ends.

// VolumePermissions say who may make volumes of one snapshot, as its owner's
// account reads them.
type VolumePermissions struct {
	ID       string // of the snapshot
	Public   bool
	Accounts []string // ids, sorted

	At  time.Time // when they were read
	Err *OpError  // why they could not be; the rest is then empty
}

// Private reports whether only the owner's account may make volumes of it.
func (p *VolumePermissions) Private() bool {
	return p.Err == nil && !p.Public && len(p.Accounts) == 0
}

// Inspection is what Amazon Inspector found in one image, one by one.
type Inspection struct {
	ID    string          // of the image
	Found []Vulnerability // the worst first
	More  bool            // there are more, which were not read

	At  time.Time // when it was read
	Err *OpError  // why it could not be
}

// Vulnerability is one finding of Amazon Inspector.
type Vulnerability struct {
	Title    string
	Severity string // AWS's word: critical, high, medium, low or informational
	Score    float64
	Fix      Tri // there is a fix, at least for a part of it
	First    time.Time
	Snapshot string   // that it is in
	Paths    []string // in the image, ten at most
}

// ScanLevels are the severities of Amazon Inspector, the least first.
func ScanLevels() []string { return []string{"informational", "low", "medium", "high", "critical"} }

// ScanLevel is the place of a word among these; negative where it is none of them.
func ScanLevel(word string) int { return slices.Index(ScanLevels(), word) }

// SortVulnerabilities puts the worst first.
func SortVulnerabilities(all []Vulnerability) {
	slices.SortStableFunc(all, func(a, b Vulnerability) int {
		return cmp.Or(-cmp.Compare(ScanLevel(a.Severity), ScanLevel(b.Severity)), -cmp.Compare(a.Score, b.Score), strings.Compare(a.Title, b.Title))
	})
}

func (p *VolumePermissions) key() string { return p.ID }
func (x *Inspection) key() string        { return x.ID }

// VolumePermissions are those of a snapshot of a scope; nil where nobody has read
// them.
func (inv Inventory) VolumePermissions(s Scope, snapshot string) *VolumePermissions {
	sh := inv.shard(s)
	i, ok := sh.volumes.find(snapshot)
	if !ok {
		return nil
	}
	return sh.volumes[i].rec
}

// Inspection is what Amazon Inspector found in an image, whichever of the accounts
// that see it was told; nil where nobody has read it.
func (inv Inventory) Inspection(im *Image) *Inspection {
	for _, account := range inv.SeenBy(im) {
		sh := inv.shard(Scope{account, im.Region})
		if i, ok := sh.inspections.find(im.ID); ok {
			return sh.inspections[i].rec
		}
	}
	return nil
}
