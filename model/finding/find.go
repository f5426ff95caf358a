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
			j.image(im)
		}
	}
	out := j.out // what the judge knows besides is not to live on with it
	out.index()
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
	j.turnTo(Target{Scope: s})
	images := j.unread(s, model.Images)
	unread := [...]string{OfImage: images, OfInstance: j.unread(s, model.Instances), OfScope: images, OfSnapshot: j.unlisted(s)}
	for i := range checks {
		c := &checks[i]
		switch {
		case !j.on[i]:
		case unread[c.Unit] != "" && !c.apart:
			j.add(i, model.Maybe, unread[c.Unit])
		case c.scope != nil:
			found, text := c.scope(j, s)
			j.add(i, found, text)
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
	j.turnTo(Target{Scope: s, ID: r.ID, Name: r.Name})
	for i := range checks {
		c := &checks[i]
		if c.instance == nil || !j.on[i] {
			continue
		}
		found, text := c.instance(j, r)
		j.add(i, found, text)
	}
}

func (j *judge) image(im *model.Image) {
	j.turnTo(imageTarget(im))
	disabled, kept := im.Disabled(), im.Managed == model.Backup || im.Managed == model.DLM
	for i := range checks {
		c := &checks[i]
		if c.image == nil || !j.on[i] || disabled && !c.resting || kept && c.ours {
			continue
		}
		found, text := c.image(j, im)
		j.add(i, found, text)
	}
}

// turnTo makes something the target of what rules say next.
func (j *judge) turnTo(t Target) { j.target, j.entered, j.looked = t, false, looked{} }

// add keeps what a rule says of the target, unless that nothing is wrong.
func (j *judge) add(rule int, found model.Tri, text string) {
	state := Open
	switch {
	case found == model.No:
		return
	case found == model.Maybe:
		state = Undecided
	case j.out.accepted[acceptance{checks[rule].ID, j.target.Key()}] != nil:
		state = Acknowledged
	}
	if !j.entered {
		j.number, j.entered = j.out.enter(j.target), true
	}
	j.out.rules[rule][state].add(held{j.number, j.words.number(&j.out, rule, text)})
	j.out.subjects.at(int(j.number)).tell(state, j.severity[rule])
}

// words number what rules say, the same words once.
type words struct {
	numbers map[string]uint32
	last    []uint32 // by rule: what it said last, and mostly says again
}

func (w *words) number(f *Findings, rule int, text string) uint32 {
	if n := w.last[rule]; f.texts[n] == text {
		return n
	}
	n, ok := w.numbers[text]
	if !ok {
		n = uint32(len(f.texts))
		w.numbers[text], f.texts = n, append(f.texts, text)
	}
	w.last[rule] = n
	return n
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
	under
	words    words
	known    map[string]bool // accounts, and ids and ARNs of organizations, that are no strangers
	images   []*model.Image
	places   model.Index                             // of images
	formers  map[model.ImageKey]bool                 // that were there once
	named    map[model.Scope]map[string]*model.Image // nil ones are gone
	recovery recovery
}

// under is what is under judgement.
type under struct {
	target  Target
	entered bool   // something was found on it
	number  uint32 // then
	looked  looked // of an image
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
		accepted: map[acceptance]*Accepted{}, scopes: map[model.Scope]bool{}, texts: []string{""},
	}
	j.words = words{map[string]uint32{"": 0}, make([]uint32, len(checks))}
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
	j.images, j.formers = j.inv.Images(), map[model.ImageKey]bool{}
	j.places = model.NewIndex(len(j.images))
	for i, im := range j.images {
		j.places.Put(im.ID, i)
	}
	for _, s := range j.inv.Scopes() {
		for _, f := range j.inv.Formers(s) {
			j.formers[model.ImageKey{Region: s.Region, ID: f.ID}] = true
		}
	}
}
