package finding

import (
	"regexp"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Find judges an inventory. usage may be nil: what rests on it is unknown then.
//
// Only images that an account read owns are judged. Of a scope that was not read
// to its end, or too long ago, every rule has an unknown finding on the scope
// itself beside those on what is known of it.
func Find(inv model.Inventory, usage *model.Usage, p Policy, now time.Time) *Findings {
	j := newJudge(inv, usage, p, now)
	for _, s := range inv.Scopes() {
		if !inv.Readable(s) {
			continue
		}
		j.out.scopes[s] = true
		j.scope(s)
		j.snapshots(s)
		for _, r := range inv.References(s, model.Instances) {
			if !r.Gone() {
				j.instance(s, r)
			}
		}
		for _, im := range j.own(s) {
			j.image(s, im)
		}
	}
	out := j.out // what the judge knows besides is not to live on with it
	out.sum()
	return &out
}

// own lists the images of a scope that are judged: its own that can be launched
// or were once.
func (j *judge) own(s model.Scope) []*model.Image {
	all := j.inv.ScopeImages(s)
	out := all[:0] // the list is ours
	for _, im := range all {
		if im.Owner == s.Account && !broken(im) {
			out = append(out, im)
		}
	}
	return out
}

// broken reports whether an image never came to be, or is on its way out.
func broken(im *model.Image) bool {
	switch im.State {
	case "failed", "error", "invalid", "deregistered", "transient":
		return true
	}
	return false
}

// scope judges the scope, and notes where it was not read.
func (j *judge) scope(s model.Scope) {
	t := &Target{Scope: s}
	images := j.unread(s, model.Images)
	unread := [...]string{OfImage: images, OfInstance: j.unread(s, model.Instances), OfScope: images, OfSnapshot: j.unlisted(s)}
	for i := range checks {
		c := &checks[i]
		switch {
		case !j.on[i]:
		case unread[c.Unit] != "" && !c.apart:
			j.add(i, t, model.Maybe, unread[c.Unit])
		case c.scope != nil:
			found, text := c.scope(j, s)
			j.add(i, t, found, text)
		}
	}
}

// unread is why a kind of a scope is not wholly known; "" where it is.
func (j *judge) unread(s model.Scope, k model.Kind) string {
	st := j.inv.Status(s, k)
	switch {
	case st.Err != nil:
		return k.String() + ": " + st.Err.Kind.String()
	case st.AsOf.IsZero():
		return k.String() + ": not read yet"
	case !j.policy.fresh(st.AsOf, j.now):
		return k.String() + ": read too long ago"
	}
	return ""
}

func (j *judge) instance(s model.Scope, r *model.Reference) {
	for i := range checks {
		c := &checks[i]
		if c.instance == nil || !j.on[i] {
			continue
		}
		if found, text := c.instance(j, r); found != model.No {
			j.add(i, &Target{Scope: s, ID: r.ID, Name: r.Name}, found, text)
		}
	}
}

func (j *judge) image(s model.Scope, im *model.Image) {
	var t *Target
	disabled, kept := im.Disabled(), im.Managed == model.Backup || im.Managed == model.DLM
	j.looked = looked{}
	for i := range checks {
		c := &checks[i]
		if c.image == nil || !j.on[i] || disabled && !c.resting || kept && c.ours {
			continue
		}
		found, text := c.image(j, im)
		if found == model.No {
			continue
		}
		if t == nil {
			t = &Target{Scope: s, ID: im.ID, Name: im.Name, Image: im}
		}
		j.add(i, t, found, text)
	}
}

// add keeps what a rule says, unless that nothing is wrong.
func (j *judge) add(rule int, t *Target, found model.Tri, text string) {
	state := Open
	switch {
	case found == model.No:
		return
	case found == model.Maybe:
		state = Undecided
	case j.out.accepted[acceptance{checks[rule].ID, t.Key()}] != nil:
		state = Acknowledged
	}
	j.out.rules[rule][state].add(held{t, text})
}

// acceptance is what a person accepts.
type acceptance struct{ rule, id string }

// judge is what one run of Find knows.
type judge struct {
	inv    model.Inventory
	usage  *model.Usage
	policy Policy
	now    time.Time
	out    Findings

	terms
	known    map[string]bool // accounts, and ids and ARNs of organizations, that are no strangers
	images   map[model.ImageKey]*model.Image
	formers  map[model.ImageKey]bool                 // that were there once
	named    map[model.Scope]map[string]*model.Image // nil ones are gone
	recovery recovery
	looked   looked // of the image under judgement
}

// terms are what the policy comes to.
type terms struct {
	on       []bool           // by rule
	severity []model.Severity // likewise
	pattern  *regexp.Regexp   // of whole names; nil: they are free
	ownerTag string           // what is said where there is none
}

func termsOf(p *Policy) terms {
	t := terms{ownerTag: "no tag " + strings.Join(p.OwnerTags, " or ")}
	for _, c := range checks {
		t.on, t.severity = append(t.on, p.On(c.Rule)), append(t.severity, p.Severity(c.Rule))
	}
	if p.NamePattern != nil {
		t.pattern = regexp.MustCompile("^(?:" + p.NamePattern.String() + ")$")
	}
	return t
}

// looked is what several rules ask of an image, once it was asked for.
type looked struct {
	use         model.Tri
	used        bool // use was asked for
	permissions *model.LaunchPermissions
	permitted   bool // permissions were asked for
}

func newJudge(inv model.Inventory, usage *model.Usage, p Policy, now time.Time) *judge {
	j := &judge{
		inv: inv, usage: usage, policy: p, now: now, terms: termsOf(&p), named: map[model.Scope]map[string]*model.Image{},
	}
	j.out = Findings{
		rules: make([][states]pile, len(checks)), severity: j.severity,
		accepted: map[acceptance]*Accepted{}, scopes: map[model.Scope]bool{},
	}
	for i := range p.Accepted {
		a := &p.Accepted[i]
		delete(j.out.accepted, acceptance{a.Rule, a.ID}) // a later one stands for those before
		if a.Holds(now) {
			j.out.accepted[acceptance{a.Rule, a.ID}] = a
		}
	}
	j.know()
	j.index()
	j.recover()
	return j
}

// know gathers who is no stranger.
func (j *judge) know() {
	j.known = map[string]bool{}
	for _, id := range j.policy.KnownAccounts {
		j.known[id] = true
	}
	for _, a := range j.inv.Accounts() {
		j.known[a.ID] = true
	}
	for _, s := range j.inv.Scopes() {
		j.known[s.Account] = true
	}
	for _, o := range j.inv.Organizations() {
		j.known[model.OrganizationOf(o.ARN)] = o.ARN != ""
		for _, m := range o.Accounts {
			j.known[m.ID] = true
		}
	}
}

// familiar reports whether an account, organization or unit is known: by itself,
// by its organization, or because the account that its ARN begins with, which is
// the one that manages the organization, is known.
func (j *judge) familiar(id string) bool {
	if j.known[id] {
		return true
	}
	arn := strings.Split(id, ":")
	return len(arn) > 5 && (j.known[arn[4]] || j.known[model.OrganizationOf(id)])
}

// index finds images by their keys: the inventory would look through every scope
// for each.
func (j *judge) index() {
	n := 0
	for _, s := range j.inv.Scopes() {
		n += j.inv.ImageCount(s)
	}
	j.images, j.formers = make(map[model.ImageKey]*model.Image, n), map[model.ImageKey]bool{}
	for _, s := range j.inv.Scopes() {
		for _, f := range j.inv.Formers(s) {
			j.formers[model.ImageKey{Region: s.Region, ID: f.ID}] = true
		}
		for _, im := range j.inv.ScopeImages(s) {
			if had := j.images[im.ImageKey]; had == nil || had.Owner != s.Account {
				j.images[im.ImageKey] = im
			}
		}
	}
}
