package model

import (
	"cmp"
	"slices"
	"time"
)

// Document is an image as the program's JSON shows it: `-o json`, `-o jsonl`
// and the screen's raw view. Its field names are a promise to scripts;
// docs/json.md says what each means.
//
// One rule holds for all fields: null is a fact that is not known, and what is
// known to be absent is an empty string or list. Times are the exception, as
// they have no empty form: `launched` tells never launched from not known, the
// deprecation date of an image is always known, and what is set aside has a
// reason beside its date.
type Document struct {
	ID              string             `json:"id"`
	Name            string             `json:"name"`
	Account         string             `json:"account"`
	AccountName     *string            `json:"accountName"`
	SeenBy          []string           `json:"seenBy"`
	Region          string             `json:"region"`
	State           string             `json:"state"`
	Created         *time.Time         `json:"created"`
	Launched        *bool              `json:"launched"`
	LastLaunched    *time.Time         `json:"lastLaunched"`
	DeprecationTime *time.Time         `json:"deprecationTime"`
	Disabled        bool               `json:"disabled"`
	Protected       *bool              `json:"protected"`
	Encrypted       *bool              `json:"encrypted"`
	Architecture    string             `json:"architecture"`
	Platform        string             `json:"platform"`
	RootDeviceType  string             `json:"rootDeviceType"`
	Devices         []DeviceDocument   `json:"devices"`
	Snapshots       []SnapshotDocument `json:"snapshots"`
	SizeBytes       int64              `json:"sizeBytes"`
	BootMode        *string            `json:"bootMode"`
	IMDS            *string            `json:"imds"`
	TPM             *string            `json:"tpm"`
	ENA             *bool              `json:"ena"`
	Tags            map[string]string  `json:"tags"`
	Source          *SourceDocument    `json:"source"`
	Family          string             `json:"family"`
	Version         string             `json:"version"`
	Description     *string            `json:"description"`
	Managed         *string            `json:"managed"`

	Cost        *CostDocument       `json:"cost"`
	Usage       *UsageDocument      `json:"usage"`
	Permissions PermissionsDocument `json:"permissions"`
	Inspector   *InspectorDocument  `json:"inspector"`
	Findings    []FindingDocument   `json:"findings"`
}

// FindingDocument is something that is wrong with an image, or may be.
type FindingDocument struct {
	ID       string `json:"id"` // of its rule
	Severity string `json:"severity"`
	State    string `json:"state"`
}

// DeviceDocument is one block device mapping.
type DeviceDocument struct {
	Name                string `json:"name"`
	Virtual             string `json:"virtual"`
	Suppressed          bool   `json:"suppressed"`
	Snapshot            string `json:"snapshot"`
	SizeBytes           int64  `json:"sizeBytes"`
	Type                string `json:"type"`
	IOPS                int32  `json:"iops"`
	Throughput          int32  `json:"throughput"`
	Encrypted           *bool  `json:"encrypted"`
	DeleteOnTermination *bool  `json:"deleteOnTermination"`
}

// SnapshotDocument is a snapshot that an image's devices name. Everything but
// its id is null where the owner's snapshots were not read.
type SnapshotDocument struct {
	ID        string     `json:"id"`
	State     *string    `json:"state"`
	Tier      *string    `json:"tier"`
	Started   *time.Time `json:"started"`
	SizeBytes *int64     `json:"sizeBytes"`
	FullBytes *int64     `json:"fullBytes"`
	Encrypted *bool      `json:"encrypted"`
	Public    *bool      `json:"public"`
}

// InspectorDocument is Amazon Inspector's summary of an image.
type InspectorDocument struct {
	Scanned  bool       `json:"scanned"`
	At       *time.Time `json:"at"`
	Severity string     `json:"severity"`
	FixSince *time.Time `json:"fixSince"`
}

// SourceDocument is what an image was made from; empty where AWS does not say.
type SourceDocument struct {
	Image    string `json:"image"`
	Region   string `json:"region"`
	Instance string `json:"instance"`
}

// ScopeDocument is how far one scope, or a way into AWS that led to none, was
// read.
type ScopeDocument struct {
	Source  string         `json:"source"`
	Account *string        `json:"account"`
	Region  *string        `json:"region"`
	State   string         `json:"state"`
	AsOf    *time.Time     `json:"asOf"`
	Error   *string        `json:"error"`
	Hint    *string        `json:"hint"`
	Usage   []SourceStatus `json:"usage"`

	Settings []SettingDocument `json:"settings"`
}

// SettingDocument is one setting of an account in a region.
type SettingDocument struct {
	Name      string   `json:"name"`
	State     *string  `json:"state"`
	ManagedBy *string  `json:"managedBy"`
	Rules     []string `json:"rules"`
	Error     *string  `json:"error"`
	Hint      *string  `json:"hint"`
}

// The states of a ScopeDocument.
const (
	ScopeRead      = "read"      // the last pass was complete
	ScopeFailed    = "failed"    // the last pass ended with an error
	ScopeUnread    = "unread"    // never read
	ScopeClosed    = "closed"    // a service control policy closes the region
	ScopeDisabled  = "disabled"  // the account has not enabled the region
	ScopeUnreached = "unreached" // no account was reached
)

// Document gives an image as JSON shows it, with what the inventory knows of
// its account and snapshots.
func (inv Inventory) Document(im *Image) Document {
	family, version := Family(im.Name)
	d := Document{
		ID: im.ID, Name: im.Name, Region: im.Region, State: im.State,
		Account: im.Owner, AccountName: given(cmp.Or(inv.Account(im.Owner).Name, im.OwnerAlias)),
		SeenBy:  append([]string{}, inv.SeenBy(im)...),
		Created: instant(im.Created), Launched: im.Launched.Ptr(), LastLaunched: instant(im.LastLaunched),
		DeprecationTime: instant(im.Deprecation), Disabled: im.Disabled(),
		Protected: im.Protected.Ptr(), Encrypted: im.Encrypted.Ptr(),
		Architecture: im.Architecture, Platform: im.Platform, RootDeviceType: im.RootType,
		SizeBytes: gibibytes(im.SizeGiB), Family: family, Version: version, Managed: managedBy(im.Managed),
		Permissions: inv.permissionsDocument(im),
	}
	if im.Detail != nil {
		d.detail(inv, im)
	}
	return d
}

func (d *Document) detail(inv Inventory, im *Image) {
	det, traits := im.Detail, im.Detail.Traits.Value()
	d.Description, d.BootMode, d.IMDS, d.TPM = &det.Description, &traits.BootMode, &traits.IMDS, &traits.TPM
	d.ENA = det.ENA.Ptr()
	d.Source = &SourceDocument{det.SourceImage, det.SourceRegion, det.SourceInstance}
	if det.TagsRead {
		d.Tags = make(map[string]string, len(det.Tags))
		for _, t := range det.Tags {
			d.Tags[t.Key] = t.Value
		}
	}
	d.Inspector = det.inspector()
	d.Devices, d.Snapshots = []DeviceDocument{}, []SnapshotDocument{}
	for _, dev := range det.Devices {
		d.Devices = append(d.Devices, dev.document())
		if dev.Snapshot != "" && !slices.ContainsFunc(d.Snapshots, func(s SnapshotDocument) bool { return s.ID == dev.Snapshot }) {
			d.Snapshots = append(d.Snapshots, inv.snapshotDocument(Scope{im.Owner, im.Region}, dev.Snapshot))
		}
	}
}

// inspector is what Amazon Inspector found, in short; nil where that is not known.
func (d *Detail) inspector() *InspectorDocument {
	switch {
	case d.Inspected == Maybe:
		return nil
	case d.Scan == nil:
		return &InspectorDocument{}
	}
	return &InspectorDocument{Scanned: true, At: instant(d.Scan.At), Severity: d.Scan.Severity, FixSince: instant(d.Scan.Fixable(""))}
}

func (d Device) document() DeviceDocument {
	disk := d.Disk.Value()
	return DeviceDocument{
		Name: d.Name, Virtual: disk.Virtual, Suppressed: disk.NoDevice, Snapshot: d.Snapshot,
		SizeBytes: gibibytes(disk.SizeGiB), Type: disk.Type, IOPS: disk.IOPS, Throughput: disk.Throughput,
		Encrypted: disk.Encrypted.Ptr(), DeleteOnTermination: disk.DeleteOnTermination.Ptr(),
	}
}

func (inv Inventory) snapshotDocument(owner Scope, id string) SnapshotDocument {
	s, ok := inv.Snapshot(owner, id)
	if !ok {
		return SnapshotDocument{ID: id}
	}
	size := gibibytes(s.SizeGiB)
	d := SnapshotDocument{
		ID: id, State: &s.State, Tier: &s.Tier, Started: instant(s.Start),
		SizeBytes: &size, Encrypted: s.Encrypted.Ptr(), Public: inv.SnapshotPublic(owner, s).Ptr(),
	}
	if s.FullBytes >= 0 {
		d.FullBytes = &s.FullBytes
	}
	return d
}

// ScopeDocuments gives every scope, then every way that led nowhere.
func (inv Inventory) ScopeDocuments() []ScopeDocument {
	out := []ScopeDocument{}
	for _, s := range inv.Scopes() {
		out = append(out, inv.scopeDocument(s))
	}
	for _, u := range inv.Unreached() {
		d := ScopeDocument{Source: u.Source, State: ScopeUnreached}
		d.explain(u.Err)
		out = append(out, d)
	}
	return out
}

func (inv Inventory) scopeDocument(s Scope) ScopeDocument {
	images := inv.Status(s, Images)
	d := ScopeDocument{
		Source: inv.Account(s.Account).Source, Account: &s.Account, Region: &s.Region,
		State: ScopeRead, AsOf: instant(images.AsOf), Usage: inv.sourceStatuses(s),
		Settings: inv.settingDocuments(s),
	}
	trouble := inv.Trouble(s)
	switch {
	case !inv.Enabled(s):
		d.State = ScopeDisabled
	case inv.Closed(s):
		d.State = ScopeClosed
		d.explain(images.Err)
	case trouble != nil:
		d.State = ScopeFailed
		d.explain(trouble)
	case images.AsOf.IsZero():
		d.State = ScopeUnread
	}
	return d
}

func (d *ScopeDocument) explain(err *OpError) {
	d.Error, d.Hint = explained(err)
}

func explained(err *OpError) (text, hint *string) {
	if err == nil {
		return nil, nil
	}
	return given(err.Error()), given(err.Hint())
}

// instant is a time in UTC, null for none. Fractions of a second, which only
// our own clock has, are cut.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// managedBy is a manager's name, null where it is not known who it is.
func managedBy(m Manager) *string {
	if m == ManagerNotTold {
		return nil
	}
	name := m.String()
	return &name
}

// given is a text, null for an empty one.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func gibibytes(n int64) int64 { return n << 30 }
