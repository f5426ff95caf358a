package query

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Key is one thing that can be asked of an image. A new key is a row of the
// table below with the accessor that its kind needs; parsing, matching,
// sorting, completion and the docs follow.
type Key struct {
	Name     string
	Kind     Kind
	Values   []string // of an Enum
	Help     string   // one line
	Example  string
	Sortable bool
	Unsure   bool // the fact may not be known; KEY:unknown finds such images

	never   bool   // KEY:never finds what never happened
	other   string // of a date or duration: the key that asks the same the other way
	nothing string // the text that stands for none

	text   func(*World, *model.Image) (s string, known bool)   // Text, Enum, Version, and how a Set sorts
	some   func(w *World, tag string, p patterns) matcher      // Set: whether any of its texts matches
	flag   func(*World, *model.Image) model.Tri                // Bool
	amount func(*World, *model.Image) (n int64, has model.Tri) // the others; Maybe: not known, No: there is none
	place  func(*World, *model.Image) int64                    // what an Enum sorts by whose words have an order; nil: the words
}

// tagKey is the key that takes a tag's key: tag.owner.
const tagKey = "tag"

// Keys lists all keys in the order of the docs.
func Keys() []Key { return slices.Clone(table) }

func find(name string) *Key {
	for i := range table {
		if table[i].Name == name {
			return &table[i]
		}
	}
	return nil
}

func keyNames() []string {
	out := []string{"has", "no", "is"}
	for _, k := range table {
		out = append(out, k.Name)
	}
	return out
}

// words are the values that can be listed: an Enum's, a Bool's, and the
// special ones.
func (k *Key) words() []string {
	out := slices.Clone(k.Values)
	if k.Kind == Bool {
		out = append(out, "true", "false")
	}
	if k.never {
		out = append(out, "never")
	}
	if k.Unsure {
		out = append(out, "unknown")
	}
	return out
}

var table = []Key{
	{
		Name: "name", Kind: Text, Sortable: true, Help: "the image's name, whole; globs for parts of it",
		Example: "name:web-*", text: func(_ *World, im *model.Image) (string, bool) { return im.Name, true },
	},
	{
		Name: "id", Kind: Text, Sortable: true, Help: "the image id",
		Example: "id:ami-0123456789abcdef0", text: func(_ *World, im *model.Image) (string, bool) { return im.ID, true },
	},
	{
		Name: "account", Kind: Set, Sortable: true, Help: "an account that owns or sees the image, by id or name",
		Example: "account:prod*", some: someAccount, text: ownerTitle,
	},
	{
		Name: "region", Kind: Text, Sortable: true, Help: "the region",
		Example: "region:eu-*", text: func(_ *World, im *model.Image) (string, bool) { return im.Region, true },
	},
	{
		Name: "state", Kind: Enum, Sortable: true, Help: "the image's state", Example: "state:available",
		Values: []string{"available", "pending", "disabled", "failed", "transient", "invalid", "deregistered", "error"},
		text:   func(_ *World, im *model.Image) (string, bool) { return im.State, true },
	},
	{
		Name: "arch", Kind: Enum, Sortable: true, Help: "the processor architecture", Example: "arch:arm64",
		Values: []string{"x86_64", "arm64", "i386", "x86_64_mac", "arm64_mac"},
		text:   func(_ *World, im *model.Image) (string, bool) { return im.Architecture, true },
	},
	{
		Name: "platform", Kind: Enum, Sortable: true, Help: "the platform", Example: "platform:windows",
		Values: []string{"linux", "windows"},
		text:   func(_ *World, im *model.Image) (string, bool) { return im.Platform, true },
	},
	{
		Name: "root", Kind: Enum, Sortable: true, Help: "what the root device is", Example: "root:instance-store",
		Values: []string{"ebs", "instance-store"},
		text:   func(_ *World, im *model.Image) (string, bool) { return im.RootType, true },
	},
	{
		Name: "owner", Kind: Set, Sortable: true, Help: "the owner, by account id, name or alias",
		Example: "owner:amazon", some: someOwner, text: ownerTitle,
	},
	{
		Name: "managed", Kind: Enum, Sortable: true, Help: "the service that made the image and cares for it",
		Example: "managed:backup", Values: model.ManagerNames(), nothing: model.Unmanaged.String(),
		Unsure: true,
		text: func(_ *World, im *model.Image) (string, bool) {
			return im.Managed.String(), im.Managed != model.ManagerNotTold
		},
	},
	{
		Name: "public", Kind: Bool, Sortable: true, Unsure: true, Help: "everybody may launch it",
		Example: "public:true", flag: func(_ *World, im *model.Image) model.Tri { return im.Public },
	},
	{
		Name: "foreign", Kind: Bool, Sortable: true, Help: "another account owns it, which was not read: it is shared with yours",
		Example: "is:foreign", flag: func(w *World, im *model.Image) model.Tri { return model.Truth(w.Inv.Foreign(im)) },
	},
	{
		Name: "shared", Kind: Set, Sortable: true, Unsure: true, Example: "shared:stranger",
		Help: "with whom the image is shared: public, stranger, an account or unit by id or name, an organization by id; no:shared is private",
		some: someShared, text: sharedWith,
	},
	{
		Name: "finding", Kind: Set, Unsure: true, Example: "finding:public",
		Help: "a rule of which the image has an open finding, by its id (docs/findings.md)", some: someFinding,
	},
	{
		Name: "severity", Kind: Grade, Sortable: true, Unsure: true, Example: "severity>=high",
		Help: "the worst open finding on the image", Values: model.SeverityNames(), amount: severity,
	},
	{
		Name: "encrypted", Kind: Bool, Sortable: true, Unsure: true, Help: "every EBS device is encrypted",
		Example: "encrypted:false", flag: func(_ *World, im *model.Image) model.Tri { return im.Encrypted },
	},
	{
		Name: "deprecated", Kind: Bool, Sortable: true, Help: "its deprecation date has passed", Example: "deprecated:true",
		flag: func(w *World, im *model.Image) model.Tri { return model.Truth(im.Deprecated(w.Now)) },
	},
	{
		Name: "deprecation", Kind: Date, Sortable: true, Help: "the deprecation date", Example: "deprecation<2027-01",
		amount: func(_ *World, im *model.Image) (int64, model.Tri) {
			return im.Deprecation.Unix(), model.Truth(!im.Deprecation.IsZero())
		},
	},
	{
		Name: "disabled", Kind: Bool, Sortable: true, Help: "it is disabled",
		Example: "disabled:true", flag: func(_ *World, im *model.Image) model.Tri { return model.Truth(im.Disabled()) },
	},
	{
		Name: "protected", Kind: Bool, Sortable: true, Unsure: true, Help: "it is protected from deregistration",
		Example: "protected:true", flag: func(_ *World, im *model.Image) model.Tri { return im.Protected },
	},
	{
		Name: "age", Kind: Duration, Sortable: true, Unsure: true, other: "created", Help: "the time since it was created",
		Example: "age>180d", amount: age,
	},
	{
		Name: "created", Kind: Date, Sortable: true, Unsure: true, other: "age", Help: "when it was created",
		Example: "created:2026-01..2026-06", amount: created,
	},
	{
		Name: "launched", Kind: Date, Sortable: true, Unsure: true, never: true, other: "idle",
		Help: "when it was launched last; AWS tells only its owner, a day late", Example: "launched:never", amount: launched,
	},
	{
		Name: "idle", Kind: Duration, Sortable: true, Unsure: true, other: "launched",
		Help: "the time since its last launch; an image that was never launched is idle for ever", Example: "idle>90d", amount: idle,
	},
	{
		Name: "size", Kind: Size, Sortable: true, Help: "the provisioned size of its EBS devices", Example: "size>100GiB",
		amount: func(_ *World, im *model.Image) (int64, model.Tri) { return im.SizeGiB << 30, model.Yes },
	},
	{
		Name: "snapshots", Kind: Number, Sortable: true, Help: "the number of its EBS snapshots", Example: "snapshots>1",
		amount: func(_ *World, im *model.Image) (int64, model.Tri) { return int64(im.Snapshots), model.Yes },
	},
	{
		Name: "usage", Kind: Enum, Sortable: true, Unsure: true, Example: "usage:unused",
		Help:   "who still uses it: something that counts, only stale things, nothing; unknown while something was not looked at",
		Values: []string{model.Used.String(), model.Probable.String(), model.Unused.String()}, text: usage, place: usagePlace,
	},
	{
		Name: "references", Kind: Number, Sortable: true, Unsure: true, Example: "references>3",
		Help: "how many things name it, stale ones included, as far as they were looked at", amount: references,
	},
	{
		Name: "cost", Kind: Money, Sortable: true, Unsure: true, Example: "cost>5",
		Help: "what its snapshots cost a month, at most, in dollars; one that several images use counts for each", amount: monthly,
	},
	{
		Name: "tier", Kind: Set, Sortable: true, Unsure: true, Example: "tier:archive",
		Help: "the storage tiers of its snapshots: standard, archive", some: someTier, text: tier,
	},
	{
		Name: "family", Kind: Text, Sortable: true, Help: "its name without versions and dates", Example: "family:web-api",
		text: func(_ *World, im *model.Image) (string, bool) { f, _ := model.Family(im.Name); return f, true },
	},
	{
		Name: "version", Kind: Version, Sortable: true, Help: "the version or date in its name", Example: "version>=1.4",
		text: func(_ *World, im *model.Image) (string, bool) { _, v := model.Family(im.Name); return v, true },
	},
	{
		Name: "source", Kind: Set, Unsure: true, Help: "the image or instance it was made from",
		Example: "source:ami-0123456789abcdef0", some: someSource,
	},
	{
		Name: tagKey, Kind: Set, Sortable: true, Unsure: true, Help: "the value of a tag: tag.KEY, or tag.\"KEY\" for keys with colons",
		Example: "tag.owner:web", some: someTag,
	},
	{
		Name: "tags", Kind: Set, Unsure: true, Help: "the keys of its tags",
		Example: "no:tags", some: someTagKey,
	},
	{
		Name: "mark", Kind: Bool, Sortable: true, Help: "it is marked", Example: "mark:yes",
		flag: func(w *World, im *model.Image) model.Tri {
			return model.Truth(w.Marked != nil && w.Marked(im.ImageKey))
		},
	},
}
