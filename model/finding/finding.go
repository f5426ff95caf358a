package finding

import (
	"cmp"
	"slices"

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

// Findings are those of an inventory. They are immutable; nil has judged
// nothing.
type Findings struct {
	rules    [][states]pile
	severity []model.Severity // by rule, as the policy has it
	accepted map[acceptance]*Accepted
	subjects parts[subject] // in order of scope; by number
	others   []other
	images   model.Index          // of subjects
	texts    []string             // by number
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
	targets := make([]Target, f.subjects.len())
	for i := range targets {
		targets[i] = f.target(uint32(i))
	}
	out := make([]Finding, 0, n)
	for s := range states {
		for _, i := range order {
			for _, part := range f.rules[i][s] {
				for _, h := range part {
					out = append(out, f.finding(i, s, &targets[h.target], h.text))
				}
			}
		}
	}
	return out
}

// By lists what one rule found, in the order of All.
func (f *Findings) By(rule string) []Finding {
	i := place(rule)
	if f == nil || i < 0 {
		return nil
	}
	targets := make([]Target, 0, f.count(i).Total())
	out := make([]Finding, 0, cap(targets))
	for s := range states {
		for _, part := range f.rules[i][s] {
			for _, h := range part {
				targets = append(targets, f.target(h.target))
				out = append(out, f.finding(i, s, &targets[len(targets)-1], h.text))
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
	number, ok := f.number(im)
	if !ok {
		return nil
	}
	var out []Finding
	t := f.target(number)
	for s := range states {
		for i := range f.rules {
			if at, ok := find(f.rules[i][s], number); ok {
				out = append(out, f.finding(i, s, &t, f.rules[i][s].at(at).text))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.State, b.State), -cmp.Compare(a.Severity, b.Severity))
	})
	return out
}

// finding is one of a rule and state.
func (f *Findings) finding(rule int, s State, t *Target, text uint32) Finding {
	x := Finding{Rule: &checks[rule].Rule, Severity: f.severity[rule], State: s, Target: t, Evidence: f.texts[text]}
	if s == Acknowledged {
		x.Accepted = f.accepted[acceptance{x.Rule.ID, t.Key()}]
	}
	return x
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
