package model

import (
	"cmp"
	"slices"
	"time"
)

// UsageDocument is the verdict on who uses an image, as JSON shows it.
type UsageDocument struct {
	Verdict  string             `json:"verdict"`
	Evidence []EvidenceDocument `json:"evidence"`
	Blind    []BlindDocument    `json:"blind"`
	Caveats  []string           `json:"caveats"`
	AsOf     *time.Time         `json:"asOf"`
}

// EvidenceDocument is one thing that names an image. Account and region are
// empty for a file, the region for what a report tells.
type EvidenceDocument struct {
	Kind       string     `json:"kind"`
	Account    string     `json:"account"`
	Region     string     `json:"region"`
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Detail     string     `json:"detail"`
	Counts     bool       `json:"counts"`
	Stale      string     `json:"stale"`
	Aside      string     `json:"aside"`
	AsideBy    string     `json:"asideBy"`
	AsideUntil *time.Time `json:"asideUntil"`
}

// BlindDocument is something that was not looked at.
type BlindDocument struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Source  string `json:"source"`
	What    string `json:"what"`
	Mend    string `json:"mend"`
}

// PermissionsDocument is who may launch an image. What was not read is null: it
// is never shown as private.
type PermissionsDocument struct {
	Read          bool       `json:"read"`
	ReadAt        *time.Time `json:"readAt"`
	Public        *bool      `json:"public"`
	Accounts      *[]string  `json:"accounts"`
	Organizations *[]string  `json:"organizations"`
	Units         *[]string  `json:"units"`
}

// SourceStatus is how far one usage source of a scope was read.
type SourceStatus struct {
	Source string     `json:"source"`
	State  string     `json:"state"`
	AsOf   *time.Time `json:"asOf"`
	Error  *string    `json:"error"`
	Hint   *string    `json:"hint"`
}

// SourceNotOffered is the state of a SourceStatus where AWS does not offer the
// service in the region: nothing of it can be there. The other states are
// ScopeRead, ScopeFailed and ScopeUnread.
const SourceNotOffered = "not-offered"

// Document gives the verdict on an image as JSON shows it; nil where usage has
// not been judged.
func (u *Usage) Document(im *Image) *UsageDocument {
	if u == nil || u.regions[im.Region] == nil {
		return nil
	}
	v := u.Verdict(im)
	d := &UsageDocument{
		Verdict: v.Use.String(), AsOf: instant(v.AsOf), Caveats: append([]string{}, v.Caveats...),
		Evidence: []EvidenceDocument{}, Blind: []BlindDocument{},
	}
	for _, e := range v.Evidence {
		d.Evidence = append(d.Evidence, e.document(u.in.Now))
	}
	for _, b := range v.Blind {
		d.Blind = append(d.Blind, b.document())
	}
	return d
}

func (e Evidence) document(now time.Time) EvidenceDocument {
	d := EvidenceDocument{
		Kind: e.Kind(), Account: e.Scope().Account, Region: e.Scope().Region, ID: e.ID(), Title: e.Title(), Detail: e.Detail(now),
		Counts: e.Counts(), Stale: e.Stale,
	}
	if a := e.Aside; a != nil {
		d.Aside, d.AsideBy, d.AsideUntil = cmp.Or(a.Reason, "set aside"), a.Who, instant(a.Until)
	}
	return d
}

func (b Blind) document() BlindDocument {
	d := BlindDocument{Account: b.Scope.Account, Region: b.Scope.Region, Source: b.Source.Word(), What: b.What, Mend: b.Mend}
	if b.Source == FileSource && b.Scope == (Scope{}) {
		d.Source = "files"
	}
	return d
}

func (inv Inventory) permissionsDocument(im *Image) PermissionsDocument {
	p := inv.Permissions(im)
	if p == nil || p.Err != nil {
		return PermissionsDocument{Public: im.Public.Ptr()} // DescribeImages tells that much
	}
	list := func(ids []string) *[]string {
		all := append([]string{}, ids...)
		return &all
	}
	return PermissionsDocument{
		Read: true, ReadAt: instant(p.At), Public: &p.Public,
		Accounts: list(p.Accounts), Organizations: list(p.Organizations), Units: list(p.Units),
	}
}

// sourceStatuses tells of the usage sources of a scope, and of the reports of
// AWS: nil where none was ever asked for, and none where the account has not
// enabled the region.
func (inv Inventory) sourceStatuses(s Scope) []SourceStatus {
	switch {
	case !inv.Enabled(s):
		return []SourceStatus{}
	case !inv.shard(s).usageRead():
		return nil
	}
	var out []SourceStatus
	for _, k := range append(Sources(), Reports) {
		st := inv.Status(s, k)
		d := SourceStatus{Source: k.Word(), State: ScopeRead, AsOf: instant(st.AsOf)}
		switch {
		case st.Err != nil && st.Err.Kind == NotOffered:
			d.State = SourceNotOffered
		case st.Err != nil:
			d.State = ScopeFailed
			d.Error, d.Hint = explained(st.Err)
		case st.AsOf.IsZero():
			d.State = ScopeUnread
		}
		out = append(out, d)
	}
	return out
}

// UsageRead reports whether any usage source was ever asked for: without, there
// is nothing that a verdict could rest on.
func (inv Inventory) UsageRead() bool {
	for _, sh := range inv.shards {
		if sh.usageRead() {
			return true
		}
	}
	return false
}

func (sh *shard) usageRead() bool {
	return slices.ContainsFunc(Sources(), func(k Kind) bool { return !sh.status[k].Tried.IsZero() })
}
