package finding

import (
	"regexp"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Policy says what counts as wrong, and how much it matters.
type Policy struct {
	MaxAge          time.Duration             // of images; 0: no age is too old
	OwnerTags       []string                  // keys of the tags that say whose an image is, whatever their case
	NamePattern     *regexp.Regexp            // that all of a name matches; nil: names are free
	RecoveryRegions []string                  // where images that are used have a copy, in one of them; none: nowhere
	KnownAccounts   []string                  // accounts and ARNs that are no strangers besides those read and the organizations'
	Fresh           time.Duration             // for how long a reading shows that nothing is wrong; 0: for ever
	Severities      map[string]model.Severity // by rule, where it is not the rule's own
	Off             []string                  // rules that judge nothing
	Accepted        []Accepted
}

// DefaultPolicy is what holds unless the config file says otherwise.
func DefaultPolicy() Policy {
	const day = 24 * time.Hour
	return Policy{MaxAge: 365 * day, OwnerTags: []string{"owner"}, Fresh: model.DefaultUsagePolicy().Fresh}
}

// On reports whether a rule judges anything.
func (p *Policy) On(r Rule) bool {
	switch {
	case slices.Contains(p.Off, r.ID):
		return false
	case r.ID == "too-old":
		return p.MaxAge > 0
	case r.ID == "no-owner":
		return len(p.OwnerTags) > 0
	case r.ID == "name-outside-convention":
		return p.NamePattern != nil
	case r.ID == "no-recovery-copy":
		return len(p.RecoveryRegions) > 0
	}
	return true
}

// Severity is how much a rule's findings matter.
func (p *Policy) Severity(r Rule) model.Severity {
	if s, ok := p.Severities[r.ID]; ok {
		return s
	}
	return r.Severity
}

// fresh reports whether what was read then shows anything now. A time to come
// is of a clock that was set back since, and shows nothing.
func (p *Policy) fresh(at, now time.Time) bool {
	return !at.IsZero() && !at.After(now) && (p.Fresh <= 0 || now.Sub(at) <= p.Fresh)
}

// Accepted is a finding that a person has accepted for a time.
type Accepted struct {
	Rule   string
	ID     string // of what is judged; of a scope "account/region"
	Reason string
	Who    string
	At     time.Time
	Until  time.Time // the last day, at its beginning in UTC; it holds to the end of it
}

// Holds reports whether the day has not passed.
func (a *Accepted) Holds(now time.Time) bool { return now.Before(a.Until.AddDate(0, 0, 1)) }
