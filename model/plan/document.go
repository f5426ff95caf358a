package plan

import "time"

// RunDocument is a run as JSON shows it.
type RunDocument struct {
	Run    string         `json:"run"`
	At     time.Time      `json:"at"`
	Who    string         `json:"who"`
	Deed   string         `json:"deed"`
	Undoes *string        `json:"undoes"`
	State  string         `json:"state"`
	Images int            `json:"images"`
	Steps  []StepDocument `json:"steps"`
}

// StepDocument is what became of a step of a run, as JSON shows it.
type StepDocument struct {
	Run       string            `json:"run"`
	Step      int               `json:"step"`
	Account   string            `json:"account"`
	Region    string            `json:"region"`
	Image     string            `json:"image"`
	API       string            `json:"api"`
	What      string            `json:"what"`
	State     string            `json:"state"`
	At        *time.Time        `json:"at"`
	Why       *string           `json:"why"`
	Hint      *string           `json:"hint"`
	Request   *string           `json:"request"`
	Made      *string           `json:"made"`
	Snapshots map[string]string `json:"snapshots"`
}

// The words for how a run stands.
const (
	runEnded       = "ended"
	runDropped     = "dropped"
	runInterrupted = "interrupted"
)

// Document is a run as JSON shows it.
func (r *Run) Document() RunDocument {
	d := RunDocument{
		Run: r.ID, At: r.At.UTC(), Who: r.Who, Deed: string(r.Plan.Deed), Undoes: orNull(r.Plan.Undoes), State: runInterrupted,
		Images: len(r.Plan.Targets), Steps: []StepDocument{},
	}
	switch {
	case r.Dropped:
		d.State = runDropped
	case r.Ended != nil:
		d.State = runEnded
	}
	for i := range r.Plan.Steps {
		d.Steps = append(d.Steps, r.StepDocument(&r.Plan.Steps[i]))
	}
	return d
}

// StepDocument is what became of a step, as JSON shows it.
func (r *Run) StepDocument(s *Step) StepDocument {
	d := StepDocument{
		Run: r.ID, Step: s.ID, Account: s.Scope.Account, Region: s.Scope.Region, Image: r.Plan.Targets[s.Target].Image.ID,
		API: s.Call.API, What: s.Why, State: string(NotRun),
	}
	o, begun := r.Outcomes[s.ID]
	if !begun {
		return d
	}
	at := o.At.UTC()
	d.State, d.At, d.Why, d.Hint, d.Request = string(o.State), &at, orNull(o.Why), orNull(o.Hint), orNull(o.Request)
	d.Made, d.Snapshots = orNull(o.Result.Image), o.Result.Snapshots
	return d
}

// Tally counts the steps of a run by how they stand.
func (r *Run) Tally() map[State]int {
	out := map[State]int{}
	for i := range r.Plan.Steps {
		if o, begun := r.Outcomes[r.Plan.Steps[i].ID]; begun {
			out[o.State]++
		} else {
			out[NotRun]++
		}
	}
	return out
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
