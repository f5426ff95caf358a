package model

import (
	"slices"
	"strings"
	"time"
)

// reach goes through everybody who may launch the image, and notes who was not
// looked at.
func (w *weighing) reach() {
	if w.im.Detail == nil && w.im.Snapshots > 0 && (len(w.r.snapshots) > 0 || len(w.r.u.in.Files) > 0) && w.dim() {
		w.tell(Blind{Scope: w.scope(), Source: Images, What: "its block devices are not loaded yet", Mend: "wait for it"})
	}
	if len(w.r.u.in.Unread) > 0 && w.dim() {
		w.tell(w.r.u.in.Unread...)
	}
	if w.im.State == "pending" && w.dim() {
		w.tell(Blind{Scope: w.scope(), Source: Images, What: "it is still being made: whoever makes it will use it", Mend: "wait for it"})
	}
	w.account(w.im.Owner, nil)
	if _, ours := w.r.sights[w.im.Owner]; !ours {
		return // unknown already, and its permissions are its owner's to read
	}
	p := w.r.u.inv.Permissions(w.im)
	read := p != nil && p.Err == nil && w.policy().fresh(p.At, w.now())
	switch {
	case read:
		w.permitted(p)
	case w.im.Public != Yes:
		w.unread(p)
	}
	if w.im.Public == Yes || read && p.Public {
		w.x.Unread = !read && len(w.r.reports[w.im.ID]) > 0
		w.everybody(p)
	}
}

func (w *weighing) scope() Scope { return Scope{w.im.Owner, w.im.Region} }

// done reports whether no more needs to be known: only the word is wanted.
func (w *weighing) done() bool { return w.v == nil && w.blind }

// dim notes that something was not looked at, and reports whether anybody
// wants to be told what.
func (w *weighing) dim() bool {
	w.blind = true
	return w.v != nil
}

func (w *weighing) tell(blind ...Blind) { w.v.Blind = append(w.v.Blind, blind...) }

// unread says why the launch permissions are not known. They are wanted, unless
// that was tried lately.
func (w *weighing) unread(p *LaunchPermissions) {
	failed := p != nil && p.Err != nil
	w.x.Unread = !failed || w.now().Sub(p.At) > retryPermissions || p.Err.Kind == Expired && w.readSince(p.At)
	if !w.dim() {
		return
	}
	b := Blind{Scope: w.scope(), Source: Permissions, What: "launch permissions: not read yet", Mend: "wait for it"}
	switch {
	case failed:
		b.What, b.Mend, b.Err = "launch permissions: "+p.Err.Kind.String(), p.Err.Hint(), p.Err
	case p != nil:
		b.What = "launch permissions: read " + ago(w.now().Sub(p.At)) + " ago"
	case w.found: // nobody reads them for the verdict's sake
		b.Mend = "nothing: what names the image decides without them"
	}
	w.tell(b)
}

// readSince reports whether a pass has read the image since: its login works again.
func (w *weighing) readSince(at time.Time) bool {
	return w.r.u.inv.Status(w.scope(), Images).AsOf.After(at)
}

// retryPermissions is how long a failure to read permissions stands.
const retryPermissions = 15 * time.Minute

// permitted goes through the launch permissions.
func (w *weighing) permitted(p *LaunchPermissions) {
	if w.v != nil {
		w.v.AsOf = older(w.v.AsOf, p.At)
	}
	for _, id := range p.Accounts {
		if w.done() {
			return
		}
		if id != w.im.Owner {
			w.account(id, p)
		}
	}
	for _, arn := range p.Organizations {
		w.members(p, arn, "organization")
	}
	for _, arn := range p.Units {
		w.members(p, arn, "organizational unit")
	}
}

// account looks at one account that may launch the image: by its sweep, else
// by a report of AWS.
func (w *weighing) account(id string, p *LaunchPermissions) {
	s, read := w.r.sights[id]
	if read && s.clear() {
		if w.v != nil {
			w.v.AsOf = older(w.v.AsOf, s.asOf)
			w.v.Caveats = append(w.v.Caveats, s.notes...)
		}
		return
	}
	if p != nil {
		if rep := w.settling(p, id); rep != nil {
			w.caveat(rep)
			return
		}
	}
	switch {
	case !w.dim():
	case read:
		w.tell(s.blind...)
	default:
		w.tell(w.r.unseen(id))
	}
}

// everybody asks the reports about an image that is public.
func (w *weighing) everybody(p *LaunchPermissions) {
	if p != nil {
		if rep := w.settling(p, ""); rep != nil {
			w.caveat(rep)
			return
		}
	}
	if w.dim() {
		w.tell(Blind{
			Scope: w.scope(), Source: Reports, What: "it is public: anybody may be using it",
			Mend: "ask AWS for a usage report, or make it private",
		})
	}
}

// settling is the newest report that tells whether an account, or with ""
// anybody, uses the image; nil where none does. It must have been made after
// the last new share had time to show in it.
func (w *weighing) settling(p *LaunchPermissions, account string) *Report {
	if p.Err != nil || p.Since.IsZero() {
		return nil
	}
	for _, rep := range w.r.reports[w.im.ID] {
		age := w.now().Sub(rep.Created)
		if age > reportSettles || age < 0 {
			return nil // the older ones are older still
		}
		covers := len(rep.Asked) == 0 || account != "" && slices.Contains(rep.Asked, account)
		if covers && rep.Whole() && rep.Created.Sub(p.Since) >= reportLags {
			return rep
		}
	}
	return nil
}

func (w *weighing) caveat(rep *Report) {
	if w.v == nil {
		return
	}
	w.v.AsOf = older(w.v.AsOf, rep.Created)
	text := "other accounts by AWS's usage report of " + rep.Created.Format("2006-01-02") +
		": it tells instances a day late and launch templates some days, and no other use"
	if !slices.Contains(w.v.Caveats, text) {
		w.v.Caveats = append(w.v.Caveats, text)
	}
}

// members goes through the active accounts of an organization or unit.
func (w *weighing) members(p *LaunchPermissions, arn, what string) {
	if w.done() {
		return
	}
	ids, ok, why := w.r.u.inv.activeIn(arn, func(at time.Time) bool { return w.policy().fresh(at, w.now()) })
	if !ok {
		if rep := w.settling(p, ""); rep != nil {
			w.caveat(rep)
			return
		}
		w.want(arn, what)
		if w.dim() {
			w.tell(Blind{
				Scope: w.scope(), Source: Permissions, What: "the accounts of " + what + " " + lastPart(arn) + ": " + why,
				Mend: "read the organization's management account too, with organizations:ListAccounts, organizations:ListAccountsForParent and organizations:ListOrganizationalUnitsForParent",
			})
		}
		return
	}
	for _, id := range ids {
		if w.done() {
			return
		}
		if id != w.im.Owner {
			w.account(id, p)
		}
	}
}

// want notes an organization or unit whose accounts decide.
func (w *weighing) want(arn, what string) {
	if w.awaited == nil {
		w.awaited = &awaited{}
	}
	if what == "organizational unit" {
		w.awaited.units = append(w.awaited.units, arn)
	} else {
		w.awaited.organization = true
	}
}

// activeIn lists the active accounts of an organization or unit, as far as
// they are known and fresh.
func (inv Inventory) activeIn(arn string, fresh func(time.Time) bool) (ids []string, ok bool, why string) {
	for _, o := range inv.Organizations() {
		in := func(string) bool { return true }
		if o.ARN != arn {
			unit, known := o.Units[arn]
			if !known {
				continue
			}
			in = func(id string) bool { return slices.Contains(unit, id) }
		}
		switch {
		case o.Err != nil:
			return nil, false, o.Err.Kind.String()
		case !fresh(o.At):
			return nil, false, "read too long ago"
		}
		for _, m := range o.Accounts {
			if m.Active && in(m.ID) {
				ids = append(ids, m.ID)
			}
		}
		return ids, true, ""
	}
	return nil, false, "not known"
}

// lastPart is the end of an ARN: o-…, ou-….
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
