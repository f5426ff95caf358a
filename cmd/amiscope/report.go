package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/model/safe"
	"github.com/amiscope/amiscope/tui/kit"
)

// reporting prints what becomes of the steps of a run.
type reporting struct {
	*app
	style output.Style
	run   *plan.Run
	err   error // of writing
}

func (a *app) report(r *plan.Run) (*reporting, error) {
	style, err := a.style()
	if err == nil && (style.Format == output.CSV || style.Format == output.Markdown) {
		err = usagef("what becomes of a plan is printed as -o table, json or jsonl, not %s", style.Format)
	}
	return &reporting{app: a, style: style, run: r}, err
}

// take is told of one event at a time.
func (r *reporting) take(e plan.Event) {
	switch {
	case e.Paused != "":
		r.say("%s: %s; log in again, then go on with `amiscope apply --resume %s`", e.Account, e.Paused, e.Run)
	case e.Step == 0:
	case e.Outcome.State.Open(), e.Outcome.State == plan.NotRun: // which may yet be tried again
		r.run.Outcomes[e.Step] = e.Outcome
	default:
		r.run.Outcomes[e.Step] = e.Outcome
		r.print(&r.run.Plan.Steps[e.Step-1])
	}
	if e.Step > 0 && e.Err != nil {
		r.say("step %d: %s", e.Step, e.Err)
	}
}

func (r *reporting) print(s *plan.Step) {
	r.err = errors.Join(r.err, r.style.Step(r.out, r.run.StepDocument(s)))
}

// end prints what is left, says what it came to, and gives the error that the exit
// code comes from: partial where some steps were done and others not.
func (r *reporting) end(failed error) error {
	if len(r.run.Outcomes) > 0 {
		r.printRest()
	}
	if r.style.Format == output.JSON {
		r.err = errors.Join(r.err, r.style.Run(r.out, r.run))
	}
	done, all := r.run.Tally()[plan.Done], len(r.run.Plan.Steps)
	text := fmt.Sprintf("run %s: %s: %s", r.run.ID, kit.Plural(all, "step", "steps"), output.Tally(r.run))
	if done > 0 && (r.run.Plan.Undo.Whole || r.run.Plan.Undo.Images > 0) {
		text += fmt.Sprintf("; `amiscope undo %s` takes it back", r.run.ID)
	}
	r.say("%s", text)
	switch {
	case failed != nil && done == 0:
		return failed
	case failed != nil:
		r.say("%s: `amiscope apply --resume %s`, or `amiscope journal drop %s`", failed, r.run.ID, r.run.ID)
		return errPartial
	case r.err != nil:
		return r.err
	case done == all:
		return nil
	case done == 0:
		return errTold
	}
	return errPartial
}

// printRest prints the steps that were not begun, or whose end is still to come.
func (r *reporting) printRest() {
	for i := range r.run.Plan.Steps {
		s := &r.run.Plan.Steps[i]
		if o, begun := r.run.Outcomes[s.ID]; !begun || o.State == plan.NotRun || o.State.Open() {
			r.print(s)
		}
	}
}

// summary says in a few lines what a plan comes to.
func summary(p *plan.Plan) []string {
	runs, done, blocked := p.Counts()
	parts := []string{fmt.Sprintf("%s %s", p.Deed, kit.Targets(p, runs))}
	if done > 0 {
		parts = append(parts, fmt.Sprintf("%d are as they should be already", done))
	}
	if blocked > 0 {
		parts = append(parts, fmt.Sprintf("%d will not be touched", blocked))
	}
	parts = append(parts, kit.Plural(len(p.Steps), "call", "calls"))
	out := []string{"plan: " + strings.Join(parts, ", ")}
	if f := p.Money.Freed; f != nil && runs > 0 {
		out = append(out, fmt.Sprintf("frees at most %s a month, at least %s", kit.Money(f.Cost.High), kit.Money(f.Cost.Low)))
	}
	if m := p.Money.Monthly; m != nil {
		out = append(out, fmt.Sprintf("costs at most %s a month more", kit.Money(m.High)))
	}
	if m := p.Money.Once; m != nil {
		out = append(out, fmt.Sprintf("costs at most %s once", kit.Money(m.High)))
	}
	out = append(out, p.Money.Notes...)
	out = append(out, alike("not touched", p, func(t *plan.Target) []plan.Note { return t.Blocks })...)
	out = append(out, alike("mind", p, func(t *plan.Target) []plan.Note { return t.Warnings })...)
	for _, n := range p.Undo.Lost {
		out = append(out, "cannot be taken back: "+said(n))
	}
	if p.Undo.How != "" && runs > 0 {
		out = append(out, "undo: "+p.Undo.How)
	}
	return out
}

// alike says notes of images, those of one kind in one line.
func alike(word string, p *plan.Plan, notes func(*plan.Target) []plan.Note) []string {
	type kind struct {
		first  plan.Note
		images []string
	}
	var kinds []*kind
	byCode := map[string]*kind{}
	for i := range p.Targets {
		t := &p.Targets[i]
		for _, n := range notes(t) {
			k := byCode[n.Code]
			if k == nil {
				k = &kind{first: n}
				byCode[n.Code], kinds = k, append(kinds, k)
			}
			k.images = append(k.images, t.Image.ID)
		}
	}
	var out []string
	for _, k := range kinds {
		line := fmt.Sprintf("%s: %s: %s", word, k.images[0], said(k.first))
		if more := len(k.images) - 1; more > 0 {
			line += fmt.Sprintf(" (and the like of %s more)", kit.Plural(more, "image", "images"))
		}
		out = append(out, line)
	}
	return out
}

func said(n plan.Note) string {
	if n.Mend == "" {
		return n.Text
	}
	return n.Text + "; " + n.Mend
}

// stepLines are the steps of a plan, a line each.
func stepLines(p *plan.Plan) []string {
	var out []string
	for i := range p.Steps {
		s := &p.Steps[i]
		out = append(out, fmt.Sprintf("%4d  %s/%s  %s  %s", s.ID, s.Scope.Account, s.Scope.Region, s.Call.API, safe.Cell(s.Why)))
	}
	return out
}
