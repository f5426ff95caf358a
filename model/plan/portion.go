package plan

import "slices"

// Portion is what a run was to do to one image, and how far it was done.
type Portion struct {
	Target *Target
	Steps  []*Step // in order; none where nothing was to be done
	Done   int     // of these
	State  State   // of the worst of them; "" where one was not begun, Done where there is none
	Why    string  // of what is not done; why nothing was to be
	Hint   string  // what to do about it
}

// Portions are what a run was to do, target by target.
func (r *Run) Portions() []Portion {
	out := make([]Portion, len(r.Plan.Targets))
	for i := range out {
		out[i] = Portion{Target: &r.Plan.Targets[i], State: Done}
	}
	for i := range r.Plan.Steps {
		s := &r.Plan.Steps[i]
		out[s.Target].Steps = append(out[s.Target].Steps, s)
	}
	for i := range out {
		out[i].judge(r)
	}
	return out
}

// judge takes what became of its steps.
func (p *Portion) judge(r *Run) {
	for _, s := range p.Steps {
		o := r.Outcomes[s.ID]
		if o.State == Done {
			p.Done++
		}
		if o.State.Rank() < p.State.Rank() {
			p.State, p.Why, p.Hint = o.State, o.Why, o.Hint
		}
	}
	switch {
	case len(p.Target.Blocks) > 0:
		p.State, p.Why, p.Hint = Refused, "not touched: "+p.Target.Blocks[0].Text, p.Target.Blocks[0].Mend
	case p.Target.Done != "":
		p.Why = p.Target.Done
	}
}

// severity orders states of steps, what needs somebody first.
var severity = []State{Failed, Refused, Unclear, Intended, Pending, NotRun, "", Done}

// Rank orders states, what needs somebody first.
func (s State) Rank() int { return slices.Index(severity, s) }
