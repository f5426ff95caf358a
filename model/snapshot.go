package model

import (
	"strings"
	"time"
)

// Snapshot is one EBS snapshot, immutable once it is in an inventory.
type Snapshot struct {
	Region      string
	ID          string // snap-...
	Owner       string
	Description string
	State       string // completed, pending, error, ...
	Tier        string // standard or archive
	VolumeID    string // arbitrary for copies: never proof of lineage on its own
	DataKeyID   string // equal ids mean the same lineage, for encrypted snapshots
	KMSKey      string
	Start       time.Time
	SizeGiB     int64 // of the volume
	FullBytes   int64 // blocks written at creation; -1 where AWS does not say
	Encrypted   Tri
	Tags        []Tag // by key
}

// Archived reports whether the snapshot is in the archive tier, where it is
// stored whole.
func (s *Snapshot) Archived() bool { return s.Tier == "archive" }

// Copied reports whether the snapshot was made by a copy, whose volume id means
// nothing (EC2 names an arbitrary one, such as vol-ffffffff).
func (s *Snapshot) Copied() bool {
	return s.VolumeID == "" || s.VolumeID == "vol-ffffffff" || strings.HasPrefix(s.Description, "Copied for DestinationAmi ") || strings.HasPrefix(s.Description, "[Copied snap-")
}
