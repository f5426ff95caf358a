package finding

import "github.com/amiscope/amiscope/model"

// summary is what a list shows of an image.
type summary struct {
	worst     model.Severity // of what is open
	maybe     model.Severity // of what is undecided
	open      uint16
	undecided uint16
	listed    bool // it is among those of Findings
}

// sum makes the summaries, so that a row of a list costs one look. They grow in
// the targets, which the findings on an image share.
func (f *Findings) sum() {
	most := 0
	for _, piles := range f.rules {
		most = max(most, piles[Open].len(), piles[Undecided].len())
	}
	f.sums = make(map[model.ImageKey]*summary, most)
	for rule, piles := range f.rules {
		for state, p := range piles {
			for _, part := range p {
				for _, h := range part {
					f.tell(h.target, State(state), f.severity[rule])
				}
			}
		}
	}
}

// tell counts a finding in the summary of its image.
func (f *Findings) tell(t *Target, state State, severity model.Severity) {
	if t.Image == nil {
		return
	}
	s := &t.sum
	if !s.listed {
		f.sums[t.Image.ImageKey], s.listed = s, true
	}
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
	s := f.sums[im.ImageKey]
	if s == nil {
		return 0, 0, 0
	}
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
