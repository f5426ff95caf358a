package model

import (
	"slices"
	"time"
)

// Setting is one of the things that an account sets for all that it has in a
// region. Each is read by a call of its own, and so may be denied alone.
type Setting struct {
	Name  string
	State string   // AWS's word; of EncryptVolumes On or Off. "" where Err says why it is not known
	By    string   // account, or declarative-policy: of the organization; "" where AWS does not tell
	Rules []string // of AllowedImages: an image is allowed that meets one of them, each in words
	Err   *OpError // why it could not be read; nil where it was
}

// The names of settings.
const (
	BlockImages    = "block-public-images"    // block public access for images
	BlockSnapshots = "block-public-snapshots" // likewise for snapshots
	AllowedImages  = "allowed-images"         // which images of others can be found and launched
	EncryptVolumes = "encrypt-volumes"        // EBS encryption by default
)

// SettingNames lists the names of all settings, in the order in which they are
// read and shown.
func SettingNames() []string {
	return []string{BlockImages, BlockSnapshots, AllowedImages, EncryptVolumes}
}

// The states of a setting that mean that it does nothing, and of EncryptVolumes
// the one that means that it does something.
const (
	Unblocked = "unblocked"
	Off       = "disabled"
	On        = "enabled"
)

// BlockAll is the state of BlockSnapshots in which no snapshot is public, whatever
// its permissions say.
const BlockAll = "block-all-sharing"

// Effective reports whether a setting does anything; Maybe where it is not known.
// nil is one that nobody has read.
func (s *Setting) Effective() Tri {
	if s == nil || s.Err != nil || s.State == "" {
		return Maybe
	}
	return Truth(s.State != Unblocked && s.State != Off)
}

// PublicSnapshot is a snapshot that everybody may make volumes of, by its
// permissions; where block public access blocks all sharing, nobody can.
type PublicSnapshot struct{ ID string }

// openness is how open a scope is, as far as it was read.
type openness struct {
	settings    column[*Setting]
	public      column[*PublicSnapshot]
	volumes     column[*VolumePermissions]
	inspections column[*Inspection]
}

func (s *Setting) key() string        { return s.Name }
func (p *PublicSnapshot) key() string { return p.ID }

// Settings lists what is known of the settings of a scope, in order of name.
func (inv Inventory) Settings(s Scope) []*Setting { return inv.shard(s).settings.records() }

// Setting is one of them; nil where nobody has read it.
func (inv Inventory) Setting(s Scope, name string) *Setting {
	sh := inv.shard(s)
	i, ok := sh.settings.find(name)
	if !ok {
		return nil
	}
	return sh.settings[i].rec
}

// PublicSnapshots lists the public snapshots of a scope, in order of id.
func (inv Inventory) PublicSnapshots(s Scope) []*PublicSnapshot {
	return inv.shard(s).public.records()
}

// SnapshotPublic reports whether everybody may make volumes of a snapshot of a
// scope. One listing tells it of all that were there then; what was read of the
// snapshot itself since then stands before it. Of what is in the Recycle Bin, or
// gone, nothing tells.
func (inv Inventory) SnapshotPublic(s Scope, sn *Snapshot) Tri {
	sh, asOf := inv.shard(s), inv.Status(s, PublicSnapshots).AsOf
	if _, there := sh.snapshots.find(sn.ID); !there {
		return Maybe
	}
	if p := inv.VolumePermissions(s, sn.ID); p != nil && p.Err == nil && p.At.After(asOf) {
		return Truth(p.Public)
	}
	if _, listed := sh.public.find(sn.ID); listed {
		return Yes
	}
	return listedSince(asOf, sn).Not()
}

// listedSince reports whether a listing had a chance to hold a snapshot; Maybe
// where it had none.
func listedSince(asOf time.Time, sn *Snapshot) Tri {
	if asOf.IsZero() || sn.Start.After(asOf) {
		return Maybe
	}
	return Yes
}

// Refused lists what may not be read in a scope, in the order of the kinds: an
// error for each call that is denied. What a policy closes to the whole region is
// not among them.
func (inv Inventory) Refused(s Scope) []*OpError {
	var out []*OpError
	add := func(err *OpError) {
		known := func(e *OpError) bool { return err.Op == e.Op }
		if err != nil && err.Kind == Denied && !slices.ContainsFunc(out, known) {
			out = append(out, err)
		}
	}
	if !inv.Readable(s) {
		return nil
	}
	for _, k := range Swept() {
		add(inv.Status(s, k).Err)
	}
	for _, r := range inv.Settings(s) {
		add(r.Err)
	}
	for _, p := range inv.ScopePermissions(s) {
		add(p.Err)
	}
	return out
}

// settingDocuments tell all settings of a scope, those that are not known with
// null: nil where none was ever asked for.
func (inv Inventory) settingDocuments(s Scope) []SettingDocument {
	switch st := inv.Status(s, Settings); {
	case !inv.Enabled(s):
		return []SettingDocument{}
	case st.AsOf.IsZero() && st.Err == nil:
		return nil
	}
	var out []SettingDocument
	for _, name := range SettingNames() {
		d := SettingDocument{Name: name, Rules: []string{}}
		if r := inv.Setting(s, name); r != nil {
			d.State, d.ManagedBy, d.Rules = given(r.State), given(r.By), append(d.Rules, r.Rules...)
			d.Error, d.Hint = explained(r.Err)
		}
		if err := inv.Status(s, Settings).Err; d.Error == nil {
			d.Error, d.Hint = explained(err)
		}
		out = append(out, d)
	}
	return out
}
