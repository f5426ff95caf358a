package model

import (
	"slices"
	"strings"
	"time"
)

// LaunchPermissions are those of one image, as its owner's account reads them.
type LaunchPermissions struct {
	ID string // of the image

	Public        bool
	Accounts      []string // ids, sorted
	Organizations []string // ARNs, sorted
	Units         []string // ARNs of organizational units, sorted

	At    time.Time // when they were read
	Since time.Time // when they were first seen to reach as far as they do: no share of them is newer
	Err   *OpError  // why they could not be read; the rest is then empty
}

func (p *LaunchPermissions) key() string { return p.ID }

// Private reports whether only the owner's account may launch the image.
func (p *LaunchPermissions) Private() bool {
	return p.Err == nil && !p.Public && len(p.Accounts)+len(p.Organizations)+len(p.Units) == 0
}

// After is p as it follows what was known: its shares are as old as they were
// when all of them were there before.
func (p *LaunchPermissions) After(old *LaunchPermissions) *LaunchPermissions {
	if old == nil || old.Err != nil || p.Err != nil || p.Public && !old.Public ||
		!within(p.Accounts, old.Accounts) || !within(p.Organizations, old.Organizations) || !within(p.Units, old.Units) {
		return p
	}
	next := *p
	next.Since = old.Since
	return &next
}

func within(part, all []string) bool {
	return !slices.ContainsFunc(part, func(s string) bool { return !slices.Contains(all, s) })
}

// Report is a usage report of AWS: how many things in other accounts use an
// image of ours. AWS keeps it for 30 days; the cache keeps it longer.
type Report struct {
	ID      string
	Image   string
	State   string // pending, available or error
	Reason  string // of an error
	Created time.Time
	Asked   []string // accounts that it was made for; none: all of them
	Types   []string // ec2:Instance, ec2:LaunchTemplate
	Uses    []ReportedUse
}

func (r *Report) key() string { return r.ID }

// ReportedUse is how often one account uses the image, in one way.
type ReportedUse struct {
	Account string
	Type    string // ec2:Instance, ec2:LaunchTemplate
	Count   int64
}

// Done reports whether the report can be read.
func (r *Report) Done() bool { return r.State == "available" }

// Pending reports whether AWS is still making the report. One that has been so
// for a day will not be ready any more, or its end was not seen.
func (r *Report) Pending(now time.Time) bool {
	return r.State == "pending" && now.Sub(r.Created) < 24*time.Hour
}

// Whole reports whether it was made for instances and launch templates both.
func (r *Report) Whole() bool {
	return slices.Contains(r.Types, ReportedInstances) && slices.Contains(r.Types, ReportedTemplates)
}

// What usage reports tell of.
const (
	ReportedInstances = "ec2:Instance"
	ReportedTemplates = "ec2:LaunchTemplate"
)

// Organization is who belongs to an organization, as its management account
// tells it.
type Organization struct {
	ARN      string // arn:aws:organizations::…:organization/o-…; "" where not even that is known
	Accounts []Member
	Units    map[string][]string // ids of the accounts in a unit, at any depth, by its ARN; those that were asked for
	Names    map[string]string   // what a unit is called, by its ARN; "" where nobody may be told, or it is gone
	At       time.Time
	Err      *OpError // why its accounts are not known
}

// Member is an account of an organization.
type Member struct {
	ID     string
	Name   string
	Active bool // one that is suspended or closed launches nothing
}

// UnreadPermissions lists the accounts' own images whose launch permissions are
// not known, or were read longer ago than they live; those that could not be read
// are to be tried again after a while. What cannot be listed is not among them.
func (inv Inventory) UnreadPermissions(now time.Time, lives, again time.Duration) []ImageKey {
	var out []ImageKey
	for _, s := range inv.Scopes() {
		sh := inv.shards[s]
		if !inv.Readable(s) || sh.status[Images].Err != nil {
			continue
		}
		known := sh.permissions
		for _, e := range sh.images {
			if e.rec.Owner != s.Account {
				continue
			}
			var p *LaunchPermissions
			if p, known = known.next(e.rec.ID); p == nil || now.Sub(p.At) > lives || p.Err != nil && now.Sub(p.At) > again {
				out = append(out, e.rec.ImageKey)
			}
		}
	}
	return out
}

// Belongs reports whether an account is one of ours: it was reached, or belongs to
// an organization whose accounts were listed.
func (inv Inventory) Belongs(account string) bool {
	if _, ok := inv.accounts[account]; ok {
		return true
	}
	for _, o := range inv.orgs {
		if slices.ContainsFunc(o.Accounts, func(m Member) bool { return m.ID == account }) {
			return true
		}
	}
	return false
}

// AccountTitle is what people call an account, also one of the organization that
// was not reached; its id where nobody told a name.
func (inv Inventory) AccountTitle(id string) string {
	if a, ok := inv.accounts[id]; ok {
		return a.Title()
	}
	for _, o := range inv.orgs {
		for _, m := range o.Accounts {
			if m.ID == id && m.Name != "" {
				return m.Name
			}
		}
	}
	return id
}

// Strangers lists whom an image is shared with and who is neither ours nor known:
// accounts, then ARNs of organizations and their units. An organization is ours by
// itself, or by the account that manages it, which its ARN begins with.
func (inv Inventory) Strangers(p *LaunchPermissions, known map[string]bool) []string {
	if p == nil || p.Err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Concat(p.Accounts, p.Organizations, p.Units), func(id string) bool {
		return known[id] || inv.Belongs(id) || inv.within(id, known)
	})
}

// within reports whether an ARN is of an organization that is ours or known.
func (inv Inventory) within(arn string, known map[string]bool) bool {
	parts := strings.Split(arn, ":")
	if len(parts) < 6 {
		return false
	}
	return inv.organized(arn) || known[parts[4]] || inv.Belongs(parts[4])
}

// organized reports whether an ARN is that of an organization of ours, or of a
// unit in one.
func (inv Inventory) organized(arn string) bool {
	for _, o := range inv.orgs {
		if o.ARN != "" && OrganizationOf(o.ARN) == OrganizationOf(arn) {
			return true
		}
	}
	return false
}

// OrganizationOf is the id of the organization in an ARN:
// arn:aws:organizations::111122223333:organization/o-…, …:ou/o-…/ou-….
func OrganizationOf(arn string) string {
	_, id, _ := strings.Cut(arn, "/")
	id, _, _ = strings.Cut(id, "/")
	return id
}
