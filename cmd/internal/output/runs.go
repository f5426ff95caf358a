package output

import (
	"io"
	"strconv"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/model/safe"
	"github.com/amiscope/amiscope/tui/kit"
)

// Runs writes runs of the journal, a line each.
func (s Style) Runs(w io.Writer, runs []plan.Run) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON, JSONL:
		s.runDocuments(out, runs)
	case Table, CSV, Markdown:
		s.grid(out, runGrid(runs))
	}
	return out.done()
}

// Run writes a run of the journal with all its steps.
func (s Style) Run(w io.Writer, r *plan.Run) error {
	out := newPrinter(w)
	d := r.Document()
	switch s.Format {
	case JSON:
		s.runDocuments(out, []plan.Run{*r})
	case JSONL:
		for _, step := range d.Steps {
			out.raw(line(step))
		}
	case Table:
		s.facts(out, runFacts(r, d))
		s.section(out, "STEPS", stepGrid(d), false)
	case CSV, Markdown:
		s.grid(out, stepGrid(d))
	}
	return out.done()
}

func (s Style) runDocuments(out printer, runs []plan.Run) {
	var docs []plan.RunDocument
	for i := range runs {
		docs = append(docs, runs[i].Document())
	}
	if s.Format == JSONL {
		for _, d := range docs {
			out.raw(line(d))
		}
		return
	}
	out.text("{\n")
	writeMember(out, "runs", docs)
	out.text("}\n")
}

// Step writes what became of a step as soon as it is known: nothing as JSON, whose
// whole is written at the end.
func (s Style) Step(w io.Writer, d plan.StepDocument) error {
	out := newPrinter(w)
	switch s.Format {
	case JSONL:
		out.raw(line(d))
	case Table:
		out.text(stepLine(d) + "\n")
	case JSON, CSV, Markdown:
	}
	return out.done()
}

func stepLine(d plan.StepDocument) string {
	text := pad(d.State, len(plan.Intended)) + "  " + d.Region + "  " + d.Image + "  " + d.What
	if d.Made != nil {
		text += ": " + *d.Made
	}
	for _, more := range []*string{d.Why, d.Hint} {
		if more != nil {
			text += "; " + *more
		}
	}
	return safe.Cell(text)
}

func pad(s string, n int) string {
	for len(s) < n {
		s += " "
	}
	return s
}

func runGrid(runs []plan.Run) grid {
	g := grid{heads: []head{
		{"run", "RUN", false},
		{"at", "AT", false},
		{"who", "WHO", false},
		{"deed", "DEED", false},
		{"state", "STATE", false},
		{"images", "IMAGES", true},
		{"steps", "STEPS", true},
		{"done", "DONE", true},
		{"undoes", "UNDOES", false},
	}}
	for i := range runs {
		r := &runs[i]
		d := r.Document()
		g.rows = append(g.rows, []cell{
			own(d.Run), instant(d.At, d.At.Format("2006-01-02 15:04")), words(d.Who), own(d.Deed), own(d.State),
			number(d.Images), number(len(d.Steps)), number(r.Tally()[plan.Done]), own(r.Plan.Undoes),
		})
	}
	return g
}

// own is a cell of a word of ours.
func own(s string) cell { return cell{show: s, data: s, own: true} }

func runFacts(r *plan.Run, d plan.RunDocument) []pair {
	return []pair{
		{"run", d.Run},
		{"at", d.At.Format("2006-01-02 15:04:05 MST")},
		{"who", d.Who},
		{"deed", d.Deed},
		{"state", d.State},
		{"images", kit.Count(d.Images)},
		{"steps", Tally(r)},
	}
}

// Tally says how the steps of a run stand: "3 done, 1 failed".
func Tally(r *plan.Run) string {
	tally, text := r.Tally(), ""
	for _, s := range []plan.State{plan.Done, plan.Failed, plan.Refused, plan.Pending, plan.Intended, plan.Unclear, plan.NotRun} {
		if tally[s] == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += strconv.Itoa(tally[s]) + " " + string(s)
	}
	return text
}

func stepGrid(d plan.RunDocument) grid {
	g := grid{heads: []head{
		{"step", "STEP", true},
		{"state", "STATE", false},
		{"account", "ACCOUNT", false},
		{"region", "REGION", false},
		{"image", "IMAGE", false},
		{"what", "WHAT", false},
		{"api", "CALL", false},
		{"made", "MADE", false},
		{"why", "WHY", false},
		{"request", "REQUEST", false},
	}}
	for _, s := range d.Steps {
		g.rows = append(g.rows, []cell{
			number(s.Step), own(s.State), own(s.Account), own(s.Region), own(s.Image), words(s.What), own(s.API),
			trouble(s.Made), trouble(s.Why), trouble(s.Request),
		})
	}
	return g
}

// runParts document what `journal` and `apply` print.
func runParts() []part {
	run := []Field{
		{"run", "text", "Id; ids sort by time."},
		{"at", "time", "When it began."},
		{"who", "text", "The user of the machine that did it."},
		{"deed", "text", "What was done: `copy`, `share`, `unshare`, `deprecate`, `undeprecate`, `disable`, `enable`, `protect`, `unprotect`, `tag`, `delete`, `restore`, or `undo`."},
		{"undoes", "text or null", "The run that it takes back."},
		{"state", "text", "`ended`; `interrupted` where the program ended before it did, or it goes on in another copy of the program; `dropped` where somebody decided not to go on."},
		{"images", "number", "Images that the plan was made for, those included that it leaves alone."},
		{"steps", "list", "Its steps, in their order."},
	}
	for _, f := range stepFields() {
		f.Name = "steps[]." + f.Name
		run = append(run, f)
	}
	return []part{{"A run", plan.RunDocument{}, run}, {"A step of a run", plan.StepDocument{}, stepFields()}}
}

func stepFields() []Field {
	return []Field{
		{"run", "text", "Id of the run."},
		{"step", "number", "Its number in the plan."},
		{"account", "text", "Id of the account whose login called."},
		{"region", "text", "Region that was called."},
		{"image", "text", "Id of the image that it is for."},
		{"api", "text", "The call, as IAM spells it."},
		{"what", "text", "What it is for."},
		{"state", "text", "`done`, `failed`, `refused` where what it rests on had changed, `not run`, `pending` while AWS makes a copy, `intended` where the program ended before it knew, `unknown` where that could not be found out."},
		{"at", "time or null", "When that was noted; null where it was not begun."},
		{"why", "text or null", "Why it is not done."},
		{"hint", "text or null", "What to do about it."},
		{"request", "text or null", "AWS's request id."},
		{"made", "text or null", "Id of the image that it made."},
		{"snapshots", "object or null", "What became of the snapshots that were to go with the image, by id: `success`, `skipped`, `missing-permissions`, …"},
	}
}
