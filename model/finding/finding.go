package finding

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Finding is one thing that is wrong, or may be.
type Finding struct {
	Rule     *Rule
	Severity model.Severity // as the policy has it
	State    State
	Target   *Target
	Evidence string    // what shows it; of an unknown one what is missing
	Accepted *Accepted // nil unless it is accepted
}

// State is how a finding stands.
type State uint8

// The states, those first that ask for something to be done.
const (
	Open         State = iota
	Undecided          // its facts are missing
	Acknowledged       // it is accepted, until a date
	states
)

var stateNames = [states]string{Open: "open", Undecided: "unknown", Acknowledged: "accepted"}

// String is the state in a word.
func (s State) String() string { return stateNames[s] }

// Target is what was judged.
type Target struct {
	Scope model.Scope  // of its owner
	ID    string       // ami-…, i-…, snap-…; "" for all of the scope
	Name  string       // may be empty
	Image *model.Image // nil for what is none

	Snapshot *model.Snapshot // likewise

	sum summary // of the findings on it
}

// Key is what an acceptance names it by.
func (t *Target) Key() string { return cmp.Or(t.ID, t.Scope.String()) }

// Unit is what was judged. A rule on images, instances or snapshots says of the
// scope where these were not read.
func (t *Target) Unit() Unit {
	switch {
	case t.ID == "":
		return OfScope
	case t.Image != nil:
		return OfImage
	case t.Snapshot != nil:
		return OfSnapshot
	}
	return OfInstance
}

func (t *Target) compare(scope model.Scope, id string) int {
	return cmp.Or(t.Scope.Compare(scope), strings.Compare(t.ID, id))
}

// Findings are those of an inventory. They are immutable; nil has judged
// nothing.
type Findings struct {
	rules    [][states]pile
	severity []model.Severity // by rule, as the policy has it
	accepted map[acceptance]*Accepted
	sums     map[model.ImageKey]*summary
	scopes   map[model.Scope]bool // that were judged
}

// All lists the findings: open ones, then unknown, then accepted ones; of each
// the worst first.
func (f *Findings) All() []Finding {
	if f == nil {
		return nil
	}
	var order []int
	n := 0
	for i := range f.rules {
		order = append(order, i)
		n += f.count(i).Total()
	}
	slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(f.severity[a], f.severity[b]) })
	out := make([]Finding, 0, n)
	for s := range states {
		for _, i := range order {
			for _, part := range f.rules[i][s] {
				for _, h := range part {
					out = append(out, f.finding(i, s, h))
				}
			}
		}
	}
	return out
}

// Of lists the findings on an image, the worst first and open ones before
// others.
func (f *Findings) Of(im *model.Image) []Finding {
	if f == nil {
		return nil
	}
	var out []Finding
	scope := model.Scope{Account: im.Owner, Region: im.Region}
	for s := range states {
		for i := range f.rules {
			if at, ok := f.rules[i][s].find(scope, im.ID); ok {
				out = append(out, f.finding(i, s, f.rules[i][s].at(at)))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.State, b.State), -cmp.Compare(a.Severity, b.Severity))
	})
	return out
}

// Count is how many findings a rule has.
type Count struct{ Open, Unknown, Accepted int }

// Total is how many there are in all states.
func (c Count) Total() int { return c.Open + c.Unknown + c.Accepted }

// Count is how many findings a rule has.
func (f *Findings) Count(rule string) Count {
	i := place(rule)
	if f == nil || i < 0 {
		return Count{}
	}
	return f.count(i)
}

func (f *Findings) count(rule int) Count {
	found := &f.rules[rule]
	return Count{found[Open].len(), found[Undecided].len(), found[Acknowledged].len()}
}
