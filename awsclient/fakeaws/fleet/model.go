package fleet

import "time"

// Fleet is a generated organization with all it has. Its slices are in the
// order of generation; nothing in them is shared mutable state, but elements
// may share strings and slices, so change a record by replacing its fields.
type Fleet struct {
	Config       Config
	Organization Organization
	Accounts     []Account // active ones first, the management account at the head; then suspended ones
	Vendors      []Vendor
	Regions      []Region // enabled ones first
	Images       []Image
	Snapshots    []Snapshot
	Instances    []Instance
	Keys         []Key

	Templates     []Template
	LaunchConfigs []LaunchConfig
	Groups        []Group
	Capacities    []Capacity
	SpotFleets    []SpotFleet
	SpotRequests  []SpotRequest
	Parameters    []Parameter
	Recipes       []Recipe
	Builds        []Build
	Environments  []ComputeEnvironment
	Clusters      []Cluster
	Settings      []Settings

	Charges
	Events []Event // in no order
}

// Time is a moment in milliseconds since 1970, the resolution of EC2; zero is
// "never".
type Time int64

// UTC is the moment as a time.Time; the zero Time gives the zero time.Time.
func (t Time) UTC() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(t)).UTC()
}

// String is the ISO 8601 form that EC2 uses in strings.
func (t Time) String() string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func stamp(t time.Time) Time { return Time(t.UnixMilli()) }

const day = 24 * time.Hour

// Organization is the AWS Organization of the company.
type Organization struct {
	ID         string // o-…
	ARN        string
	Management string // id of the management account
	Email      string
	Units      []string // ARNs of its organizational units

	// Names are those of the units, by their ARNs. Within tells of units that are
	// inside another one which that is; all others are right under the root.
	Names, Within map[string]string
}

// Account is a member of the organization.
type Account struct {
	ID     string // twelve digits
	Name   string // the organization's name for it
	Alias  string // IAM account alias; "" for none
	Email  string
	Unit   string // ARN of its organizational unit; "" if it is right under the root
	Joined Time
	State  string // ACTIVE or SUSPENDED, as organizations says it
}

// Active reports whether the account can be used.
func (a Account) Active() bool { return a.State == "ACTIVE" }

// Vendor is an account outside the organization whose images it can see.
type Vendor struct {
	ID    string
	Alias string // amazon, aws-marketplace, aws-backup-vault, or "" for a stranger
}

// Region is a region and whether it can be used.
type Region struct {
	Name  string
	OptIn string // EnabledByDefault, OptedIn or NotOptedIn
}

// Enabled reports whether the region can be used.
func (r Region) Enabled() bool { return r.OptIn != NotOptedIn }

// Image is one AMI.
type Image struct {
	ID          ID
	Owner       string
	Region      string
	Name        string
	Description string
	Life        Life
	Source      Source
	Machine     *Machine // shared by the images of a line
	Snapshots   []ID     // one for each device of Machine that has a snapshot, in their order
	Tags        []Tag
	Permissions []Permission
	Extra       *Extra // nil for most
}

// Life is where an image is in its life.
type Life struct {
	State        string // EC2's ImageState
	Protection   string // disabled, enabled-with-cooldown or enabled-without-cooldown
	Cooldown     Time   // until then it can't be deregistered though it is protected no more
	Created      Time
	Deprecation  Time // zero: none
	LastLaunched Time // zero: never
}

// Source is what an image was made of, as far as EC2 keeps it.
type Source struct {
	Image    ID
	Region   string
	Instance ID
}

// Public reports whether everybody may launch the image.
func (im *Image) Public() bool {
	for _, p := range im.Permissions {
		if p.Group == "all" {
			return true
		}
	}
	return false
}

// Permission is one launch or create-volume permission; one field is set.
type Permission struct {
	Group        string // all
	Account      string
	Organization string // ARN
	Unit         string // ARN of an organizational unit
}

// Tag is one tag.
type Tag struct{ Key, Value string }

// Machine is what all builds of a line have in common: the virtual hardware
// and the layout of the devices.
type Machine struct {
	Architecture    string
	Platform        string // windows or ""
	PlatformDetails string
	UsageOperation  string
	BootMode        string
	Virtualization  string
	Kernel, Ramdisk string // of paravirtual images
	RootType        string // ebs or instance-store
	RootDevice      string
	ENA             bool
	SriovNet        string
	IMDS, TPM       string
	Devices         []Device
}

// Device is one block device mapping.
type Device struct {
	Name       string
	Virtual    string // ephemeral0, for instance-store volumes
	None       bool   // the mapping suppresses the device
	Empty      bool   // an EBS volume made without a snapshot
	GiB        int32
	Type       string
	IOPS       int32 // zero: the volume type has none
	Throughput int32 // MiB/s; zero: none
	Encrypted  bool
	Keep       bool // not deleted on termination
}

// HasSnapshot reports whether the device is made from a snapshot.
func (d Device) HasSnapshot() bool { return d.Virtual == "" && !d.None && !d.Empty }

// Extra is what few images have.
type Extra struct {
	Location        string // bucket/manifest.xml, of instance-store images
	ReasonCode      string // why it failed
	ReasonMessage   string
	ProductCode     string // of the Marketplace
	PublicParameter string // public SSM parameter that resolves to it
	FreeTier        bool
	Watermarks      []Watermark
	Scan            *Scan
	Supported       []string // instance types, may hold wildcards
	Unsupported     []string
}

// Watermark is the provenance mark that copies and descendants inherit.
type Watermark struct {
	Key           string // account:name
	Source        ID
	Region        string
	SourceCreated Time
	Attached      Time
}

// Scan is Amazon Inspector's summary; the Fix fields say since when a fix has
// been available, zero for none.
type Scan struct {
	At            Time
	Severity      string
	Critical      Time
	High          Time
	Medium        Time
	Low           Time
	Informational Time
	Findings      []Vulnerability
}

// Snapshot is one EBS snapshot.
type Snapshot struct {
	ID          ID
	Owner       string
	Region      string
	Description string
	State       string // pending, completed, error
	Progress    string // 100%
	Tier        string // standard or archive
	Transfer    string // standard, time-based, or "" where it is no copy
	Volume      ID
	KMSKey      string // ARN; "" for an unencrypted snapshot
	DataKey     string // the same id means the same lineage
	Start       Time
	Size        Size
	Tags        []Tag
	Permissions []Permission // to create volumes of it
}

// Size is how large a snapshot is, and with what it shares blocks.
type Size struct {
	GiB   int32   // of the volume
	Bytes int64   // blocks written at creation; 0 where EC2 does not say
	From  *Origin // the snapshot before it of its volume, or that its volume was made of; nil: none
}

// Instance is one EC2 instance.
type Instance struct {
	ID          ID
	Owner       string
	Region      string
	Zone        string
	Image       ID // may be gone, or another account's
	State       string
	Type        string
	Reservation ID
	Launched    Time
	Stopped     Time   // zero unless it is stopped
	Spot        string // sir-…, the request that it fulfils; "" for an on-demand instance
	Machine     *Machine
	Tags        []Tag
}
