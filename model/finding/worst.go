package finding

import "github.com/amiscope/amiscope/model"

// tell counts a finding in what a list shows of its target.
func (s *subject) tell(state State, severity model.Severity) {
	switch state {
	case Open:
		s.open++
		s.worst = max(s.worst, severity)
	case Undecided:
		s.undecided++
		s.maybe = max(s.maybe, severity)
	default:
	}
}

// Worst is the severity of the worst open finding on an image, how many are open,
// and how many undecided where one of them may be worse.
func (f *Findings) Worst(im *model.Image) (worst model.Severity, open, undecided int) {
	if f == nil {
		return 0, 0, 0
	}
	n, ok := f.number(im)
	if !ok {
		return 0, 0, 0
	}
	s := f.subjects.at(int(n))
	if s.undecided > 0 && (s.open == 0 || s.maybe > s.worst) {
		undecided = int(s.undecided)
	}
	return s.worst, int(s.open), undecided
}

// Severity is that of a rule's findings, as the policy had it.
func (f *Findings) Severity(r Rule) model.Severity {
	if i := place(r.ID); f != nil && i >= 0 && f.count(i).Total() > 0 {
		return f.severity[i]
	}
	return r.Severity
}
