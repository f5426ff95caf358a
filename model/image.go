package model

import (
	"strings"
	"time"
)

// ImageKey names an image. An id is unique within a region; cursor, marks,
// plans and the journal hold keys, never positions.
type ImageKey struct {
	Region string `json:"region"`
	ID     string `json:"id"` // ami-...
}

// Compare orders keys by region, then id.
func (k ImageKey) Compare(o ImageKey) int {
	if c := strings.Compare(k.Region, o.Region); c != 0 {
		return c
	}
	return strings.Compare(k.ID, o.ID)
}

// Image is one Amazon Machine Image as one account sees it. It is immutable
// once it is in an inventory. What the list needs stands here; the rest is in
// Detail, which is nil until it was read (the cache loads lists first).
type Image struct {
	ImageKey
	Owner        string // account id
	OwnerAlias   string // amazon, aws-marketplace, aws-backup-vault, or ""
	Name         string // may be empty; may hold any character
	State        string // available, pending, disabled, failed, ... (EC2 ImageState)
	Architecture string // x86_64, arm64, i386, x86_64_mac, arm64_mac
	Platform     string // windows or linux
	RootType     string // ebs or instance-store
	Created      time.Time
	Deprecation  time.Time // zero: none set
	LastLaunched time.Time // zero unless Launched is Yes
	Launched     Tri       // Maybe for other accounts' images: only the owner is told
	Public       Tri
	Encrypted    Tri // Yes: every EBS device; Maybe: no EBS device, or not told
	Protected    Tri // deregistration protection
	Managed      Manager
	Snapshots    uint16 // EBS snapshots in its block devices
	SizeGiB      int64  // provisioned size of its EBS devices
	Detail       *Detail
}

// Detail is what only the detail view, tag filters and plans need. Its parts of
// one byte stand together, where they take no more room than one of them would.
type Detail struct {
	Description    string
	Devices        []Device // by device name
	Tags           []Tag    // by key
	ProductCodes   []ProductCode
	Location       string // owner/name, or bucket/manifest for instance-store images
	SourceImage    string // the image it was made from, "" when AWS does not say
	SourceRegion   string
	SourceInstance string
	Traits         Shared[Traits]
	Scan           *Scan // what Amazon Inspector found, in short; nil where it has not scanned the image, or where that is not known

	TagsRead  bool // false for other accounts' images: their tags are not visible
	ENA       Tri
	Allowed   Tri // under the Allowed AMIs setting
	FreeTier  Tri
	Inspected Tri // Amazon Inspector has scanned it
}

// Traits are texts of an image of which a company has few different sets, so that
// thousands of images hold one.
type Traits struct {
	PlatformDetails string // billing platform, "Linux/UNIX", "Windows with SQL Server Standard", ...
	UsageOperation  string // billing code, "RunInstances:0002"
	IMDS            string // "v2.0", or "" where IMDSv1 is allowed
	BootMode        string // legacy-bios, uefi, uefi-preferred, or "" (AWS's default applies)
	Virtualization  string // hvm or paravirtual
	Hypervisor      string
	TPM             string // "v2.0" or ""
	SriovNet        string
	RootDevice      string // /dev/xvda
	ImageType       string // machine, kernel, ramdisk
	KernelID        string
	RamdiskID       string
	Protection      string // AWS's own words, "enabled-with-cooldown"
	StateReason     string
	PublicParameter string // the public SSM parameter that resolves to it
}

// Scan is Amazon Inspector's summary of an image.
type Scan struct {
	At       time.Time
	Severity string // of the worst finding, in AWS's word; "" where it found nothing
	// Fixes say since when there is a fix for a finding of a severity, in the order
	// of ScanLevels; zero where there is none.
	Fixes [5]time.Time
}

// Fixable is since when there is a fix for a finding at or above a severity; zero
// where there is none.
func (s *Scan) Fixable(least string) time.Time {
	var since time.Time
	for _, at := range s.Fixes[max(0, ScanLevel(least)):] {
		if !at.IsZero() && (since.IsZero() || at.Before(since)) {
			since = at
		}
	}
	return since
}

// Device is one block device mapping.
type Device struct {
	Name     string // /dev/sda1
	Snapshot string // snap-..., "" for empty volumes and instance store
	Disk     Shared[Disk]
}

// Disk is what a device is, but for what is on it. A company has few different
// ones, so that thousands of devices hold one.
type Disk struct {
	Virtual             string // ephemeral0, for instance-store volumes
	Type                string // gp3, io2, ...
	SizeGiB             int64
	IOPS                int32
	Throughput          int32 // MiB/s
	NoDevice            bool  // the mapping suppresses the device
	Encrypted           Tri
	DeleteOnTermination Tri
}

// EBS reports whether the disk is an EBS volume.
func (d Disk) EBS() bool { return d.Virtual == "" && !d.NoDevice }

// Tag is one tag of an image or snapshot.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ProductCode is a Marketplace or DevPay code.
type ProductCode struct{ ID, Type string }

// Tag gives the value of a tag. Yes with its value, No when the image has no
// such tag, Maybe when its tags are not known.
func (im *Image) Tag(key string) (string, Tri) {
	if im.Detail == nil {
		return "", Maybe
	}
	for _, t := range im.Detail.Tags {
		if t.Key == key {
			return t.Value, Yes
		}
	}
	if !im.Detail.TagsRead {
		return "", Maybe
	}
	return "", No
}

// Deprecated reports whether the deprecation date has passed.
func (im *Image) Deprecated(now time.Time) bool {
	return !im.Deprecation.IsZero() && !im.Deprecation.After(now)
}

// Disabled reports whether the image is disabled.
func (im *Image) Disabled() bool { return im.State == "disabled" }

// Manager is the service that made an image and cares for it.
type Manager uint8

// The managers told from tags, names and product codes. Not told is what an
// image shows whose tags are not visible and whose name says nothing.
const (
	ManagerNotTold Manager = iota
	Unmanaged
	Backup // AWS Backup
	DLM    // Data Lifecycle Manager
	ImageBuilder
	Marketplace
)

var managerNames = [...]string{"unknown", "none", "backup", "dlm", "imagebuilder", "marketplace"}

// String is the word used in filters and JSON.
func (m Manager) String() string {
	if int(m) < len(managerNames) {
		return managerNames[m]
	}
	return managerNames[ManagerNotTold]
}

// ManagerNames lists what a manager can be known to be, for completion.
func ManagerNames() []string { return managerNames[Unmanaged:] }
