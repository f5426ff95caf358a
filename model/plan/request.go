package plan

import (
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// Deed is what is done to images. The set is closed.
type Deed string

// The deeds, as the command line spells them. UndoOf takes a run back.
const (
	Copy        Deed = "copy"
	Share       Deed = "share"
	Unshare     Deed = "unshare"
	Deprecate   Deed = "deprecate"
	Undeprecate Deed = "undeprecate"
	Disable     Deed = "disable"
	Enable      Deed = "enable"
	Protect     Deed = "protect"
	Unprotect   Deed = "unprotect"
	Tag         Deed = "tag"
	Delete      Deed = "delete"
	Restore     Deed = "restore"
	UndoOf      Deed = "undo"
)

// Deeds lists all that can be asked for, in the order of help and completion.
func Deeds() []Deed {
	return []Deed{Copy, Share, Unshare, Deprecate, Undeprecate, Disable, Enable, Protect, Unprotect, Tag, Delete, Restore}
}

// Request is what somebody asks for.
type Request struct {
	Deed    Deed
	Images  []model.ImageKey
	Hidden  int // of the images: marked, and hidden by a filter
	Options Options
}

// Options are what a deed needs besides its images. Each field says for which
// deeds it counts; the others must leave it zero (Check).
type Options struct {
	Regions     []string `json:"regions,omitempty"`     // copy: to these
	Name        string   `json:"name,omitempty"`        // copy: of the new image; "": the same
	Encrypt     bool     `json:"encrypt,omitempty"`     // copy
	Key         string   `json:"key,omitempty"`         // copy: KMS key, implies Encrypt; with several regions an alias
	Permissions bool     `json:"permissions,omitempty"` // copy: its launch permissions too

	Accounts      []string `json:"accounts,omitempty"`      // share, unshare: twelve digits each
	Organizations []string `json:"organizations,omitempty"` // share, unshare: ARNs
	Units         []string `json:"units,omitempty"`         // share, unshare: ARNs
	Public        bool     `json:"public,omitempty"`        // share, unshare: everybody
	Snapshots     bool     `json:"snapshots,omitempty"`     // share, unshare: the snapshots with the accounts too

	At       *time.Time        `json:"at,omitempty"`       // deprecate
	Cooldown bool              `json:"cooldown,omitempty"` // protect: stays for 24 hours after it is turned off
	Set      map[string]string `json:"set,omitempty"`      // tag
	Remove   []string          `json:"remove,omitempty"`   // tag: keys

	KeepSnapshots bool `json:"keepSnapshots,omitempty"` // delete
	AllowUnknown  bool `json:"allowUnknown,omitempty"`  // delete: also where usage is not known, without anybody who types the phrase
	AllowStale    bool `json:"allowStale,omitempty"`    // delete: likewise where it is probably used
}

// Setting is what decisions rest on besides the facts.
type Setting struct {
	Now      time.Time
	Accounts map[string]AccountRule // of the accounts that are reached, by id
	Public   bool                   // images may be made public (config: allow_public)
	ReadOnly bool                   // nothing may be changed
	Person   bool                   // somebody confirms it at the screen, and types phrases
	// Allowed is what Undo may remove without such a person, of images that a run has
	// made: of a Request its Options say it.
	Allowed Allowance
	// Money tells what deleting images frees but for some snapshots that stay; nil
	// where that is not known.
	Money func(images []model.ImageKey, keep []string) Money
	Price func(region string) cost.Price // of storage, for copies; nil where it is not known
}

// Allowance is what may be deleted without anybody who types the phrase.
type Allowance struct {
	Unknown bool // where it is not known who uses it
	Stale   bool // where it is probably used
}

// AccountRule is what the config file says of an account, and who acts there.
type AccountRule struct {
	Name       string // shown; the id where there is none
	Principal  string // ARN
	Production bool
	ReadOnly   bool
	Deny       []Deed
	Regions    []string // that are enabled
}
