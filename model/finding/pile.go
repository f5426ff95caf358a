package finding

import (
	"sort"

	"github.com/amiscope/amiscope/model"
)

// pile holds what a rule found in one state, in order of scope and id. A hundred
// thousand images have half a million findings: kept is only what differs between
// those of a pile, in parts that are never copied to grow.
type pile [][]held

// held is a finding without what its rule and state say.
type held struct {
	target   *Target
	evidence string
}

// partSize is the length of all parts of a pile but the last.
const partSize = 256

func (p *pile) add(h held) {
	last := len(*p) - 1
	if last < 0 || len((*p)[last]) == partSize {
		*p = append(*p, make([]held, 0, partSize))
		last++
	}
	(*p)[last] = append((*p)[last], h)
}

func (p pile) len() int {
	if len(p) == 0 {
		return 0
	}
	return (len(p)-1)*partSize + len(p[len(p)-1])
}

func (p pile) at(i int) held { return p[i/partSize][i%partSize] }

// find is the place of what was found on a target, and whether there is anything.
func (p pile) find(s model.Scope, id string) (at int, ok bool) {
	at = sort.Search(p.len(), func(i int) bool { return p.at(i).target.compare(s, id) >= 0 })
	return at, at < p.len() && p.at(at).target.compare(s, id) == 0
}

// finding is one of a pile, with what its rule and state say of it.
func (f *Findings) finding(rule int, s State, h held) Finding {
	x := Finding{Rule: &checks[rule].Rule, Severity: f.severity[rule], State: s, Target: h.target, Evidence: h.evidence}
	if s == Acknowledged {
		x.Accepted = f.accepted[acceptance{x.Rule.ID, h.target.Key()}]
	}
	return x
}
