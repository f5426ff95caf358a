package plan

import (
	"time"

	"github.com/amiscope/amiscope/model"
)

// Facts are all that decisions about an image rest on, and all that it takes to
// bring it back to what it was.
type Facts struct {
	Owner          string      `json:"owner"`
	Name           string      `json:"name"`
	Description    string      `json:"description"`
	State          string      `json:"state"` // as EC2 says; Gone and Binned besides; "" where it was never read
	Architecture   string      `json:"architecture"`
	Created        *time.Time  `json:"created"`
	Deprecation    *time.Time  `json:"deprecation"` // null: none set
	Protection     string      `json:"protection"`  // EC2's own words; "" where it is not told
	Encrypted      model.Tri   `json:"encrypted"`
	Managed        string      `json:"managed"` // model.Manager's word
	Manager        string      `json:"manager"` // the policy, pipeline or vault that cares for it, where its tags tell
	Billed         bool        `json:"billed"`  // it has product codes: never public
	Tags           []model.Tag `json:"tags"`    // by key
	TagsKnown      bool        `json:"tagsKnown"`
	SizeGiB        int64       `json:"sizeGiB"` // provisioned
	Family         Family      `json:"family"`
	Permissions    *Sharing    `json:"permissions"`    // null: not known
	Snapshots      []Snapshot  `json:"snapshots"`      // of its block devices, by id
	SnapshotsKnown bool        `json:"snapshotsKnown"` // who else uses them was read
	Usage          Usage       `json:"usage"`
	Bin            Bin         `json:"bin"`
	AsOf           *time.Time  `json:"asOf"` // the oldest reading among all that; null: from a cache whose age is not known
	Unread         []Unread    `json:"unread,omitempty"`
}

// Unread is something that was to be read again and could not be.
type Unread struct {
	What string `json:"what"`           // one of the words below
	Why  string `json:"why"`            // "denied"
	Mend string `json:"mend,omitempty"` // what to do about it
}

// What of Unread.
const (
	UnreadImage       = "image"
	UnreadPermissions = "permissions"
	UnreadSnapshots   = "snapshots"
	UnreadBin         = "bin"
)

// States of Facts besides EC2's.
const (
	Gone   = "gone"   // neither listed nor in the Recycle Bin
	Binned = "binned" // in the Recycle Bin
)

// Sharing is who may launch an image.
type Sharing struct {
	Public        bool     `json:"public"`
	Accounts      []string `json:"accounts"`      // sorted
	Organizations []string `json:"organizations"` // ARNs, sorted
	Units         []string `json:"units"`         // ARNs, sorted
}

// Snapshot is one snapshot of an image.
type Snapshot struct {
	ID        string      `json:"id"`
	Owner     string      `json:"owner"`
	State     string      `json:"state"` // EC2's; Gone and Binned besides; "" where it was never read
	Archived  bool        `json:"archived"`
	Encrypted model.Tri   `json:"encrypted"`
	Key       string      `json:"key"`     // KMS key ARN
	Default   bool        `json:"default"` // the key is the AWS managed one, which cannot be shared; where that is known
	Tags      []model.Tag `json:"tags"`
	SizeGiB   int64       `json:"sizeGiB"`
	FullBytes int64       `json:"fullBytes"` // -1: not told
	Images    []string    `json:"images"`    // other images that use it, sorted
	Named     []string    `json:"named"`     // what names the snapshot itself: templates and the like
	Accounts  []string    `json:"accounts"`  // that may use it, sorted, "all" for everybody; null: not read
	Backup    bool        `json:"backup"`    // AWS Backup's
}

// Family is where an image stands among those of its family in its region and
// account, and elsewhere.
type Family struct {
	Name    string   `json:"name"`
	Newest  bool     `json:"newest"`  // of its architecture, among those that are available
	Others  int      `json:"others"`  // of its architecture besides, available and not deprecated, in this account and region
	Copies  []Kin    `json:"copies"`  // images elsewhere that are the same, by region and id
	Pickers []string `json:"pickers"` // of the newest: what launches from its family, and so may pick it by its name or age
}

// Kin is an image that is the same as another one: it has its name and architecture,
// one was copied from the other, or both were from a third.
type Kin struct {
	Image   model.ImageKey `json:"image"`
	Account string         `json:"account"`
	Name    string         `json:"name"`
	State   string         `json:"state"`
	Copied  bool           `json:"copied"` // from this very image
}

// Usage is a verdict in the words of people.
type Usage struct {
	Verdict  string   `json:"verdict"`           // model.Use's word
	Evidence []string `json:"evidence"`          // a line each
	Blind    []string `json:"blind"`             // what was not looked at, a line each
	Weak     []string `json:"weak"`              // ids of what names it and does not count, sorted: AWS's naming them again proves nothing
	Recheck  string   `json:"recheck,omitempty"` // why AWS itself could not be asked again; "" where it was, or was not asked
}

// Bin is whether and for how long the Recycle Bin holds what is deleted.
type Bin struct {
	Known     bool       `json:"known"`     // the rules were read
	Image     int        `json:"image"`     // days; 0: not held
	Snapshots int        `json:"snapshots"` // days, of the snapshot held shortest; 0: one is not held, or there is none
	Exits     *time.Time `json:"exits"`     // of an image in the bin: when it is gone for good
}
