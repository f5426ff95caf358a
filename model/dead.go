package model

import (
	"cmp"
	"slices"
	"strings"
)

// Dead is a reference to an image that cannot be launched, or that is not ours
// to keep.
type Dead struct {
	Ref      *Reference
	Target   Target
	Severity Severity
	Why      string // why it is dead and what that means, in a sentence
}

// Severity is how much something matters.
type Severity uint8

// The severities of dead references and findings. No dead reference is critical.
const (
	SeverityInfo     Severity = iota // good to know
	SeverityLow                      // nothing launches from it any more
	SeverityMedium                   // what runs goes on, but cannot be launched again
	SeverityHigh                     // the next launch fails
	SeverityCritical                 // strangers can take it
)

var severityNames = [...]string{
	SeverityInfo: "info", SeverityLow: "low", SeverityMedium: "medium", SeverityHigh: "high", SeverityCritical: "critical",
}

// String is the severity in a word.
func (s Severity) String() string { return severityNames[s] }

// SeverityNames lists the words, the least first.
func SeverityNames() []string { return slices.Clone(severityNames[:]) }

// ParseSeverity is the severity that a word means.
func ParseSeverity(word string) (Severity, bool) {
	i := slices.Index(severityNames[:], word)
	return Severity(max(i, 0)), i >= 0
}

// Dead lists the references that point at images that are gone, disabled or
// not ours, the worst first.
func (u *Usage) Dead() []Dead {
	if u == nil {
		return nil
	}
	var out []Dead
	to := &resolver{u: u, known: map[Scope]map[string]Target{}}
	add := func(x use, t Target) {
		if d, dead := x.dead(t); dead {
			out = append(out, d)
		}
	}
	for _, s := range u.inv.Scopes() {
		n := u.names[s].n
		for id, uses := range n.images {
			for _, x := range uses {
				switch t := to.target(s, id); {
				case x.ref.Source == Opinions: // said of an image that is there
				case x.ref.Anywhere && t.Image == nil:
					add(x, to.anywhere(id))
				default:
					add(x, t)
				}
			}
		}
		for _, x := range n.lost {
			add(x, Target{Condition: LeadsNowhere})
		}
	}
	for _, r := range u.in.Files {
		if r.Image != "" {
			add(use{ref: r, image: r.Image}, to.anywhere(r.Image))
		}
	}
	slices.SortFunc(out, Dead.compare)
	return out
}

func (d Dead) compare(o Dead) int {
	return cmp.Or(
		-cmp.Compare(d.Severity, o.Severity), -cmp.Compare(d.Target.Condition, o.Target.Condition),
		d.Ref.Scope.Compare(o.Ref.Scope), cmp.Compare(d.Ref.Source, o.Ref.Source), strings.Compare(d.Ref.Key, o.Ref.Key),
		strings.Compare(d.Target.ID, o.Target.ID),
	)
}

func (x use) dead(t Target) (d Dead, dead bool) {
	d = Dead{Ref: x.ref, Target: t, Severity: SeverityHigh}
	what, means := "", "the next launch fails"
	switch t.Condition {
	case NotResolved, InOrder, PastDate, conditionCount:
		return Dead{}, false
	case Foreign:
		d.Severity = SeverityInfo
		d.Why = "the image is not ours: it lasts as long as its owner, " + cmp.Or(t.Image.OwnerAlias, t.Image.Owner) + ", keeps it"
		return d, true
	case Unplaced:
		d.Severity = SeverityLow
		d.Why = "none of the images that were read has this id: it is gone, or another's"
		return d, true
	case SwitchedOff:
		what = "the image is disabled"
	case NotLaunchable:
		what = "the image is " + t.Image.State
	case Vanished:
		what = "the image is gone, or no longer shared"
	case LeadsNowhere:
		what = x.why
	}
	switch {
	case x.ref.Source == Instances:
		d.Severity, means = SeverityMedium, "the instance goes on, but cannot be launched again"
	case x.old():
		d.Severity, means = SeverityLow, "nothing launches from this version"
	}
	d.Why = what + ": " + means
	return d, true
}

// old reports whether it is a template version that nothing would launch from
// by itself.
func (x use) old() bool {
	v := x.ref.Version
	return v != nil && !v.Default && !v.Latest() && len(x.launchers) == 0
}
