package model

import "time"

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
