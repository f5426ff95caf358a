package journal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model/plan"
)

// The kinds of records on runs.
const (
	KindRun     = "run"      // a plan was confirmed and begins to be done
	KindStep    = "step"     // how one of its steps stands
	KindRunEnd  = "run-end"  // all that could be done was
	KindRunDrop = "run-drop" // it was interrupted, and somebody decided not to go on
)

// runBody begins a run. It is long: the name comes first, to be found without
// reading the plan.
type runBody struct {
	Run  string    `json:"run"`
	Plan plan.Plan `json:"plan"`
}

type stepBody struct {
	Run     string       `json:"run"`
	Step    int          `json:"step"`
	Outcome plan.Outcome `json:"outcome"`
}

// endBody is of a run that has ended or was dropped.
type endBody struct {
	Run string `json:"run"`
}

// Begin notes a run with its whole plan, before anything of it is done.
func (j *Journal) Begin(r *plan.Run) error {
	return j.note(r.At, r.Who, KindRun, runBody{r.ID, r.Plan})
}

// Note notes how a step stands, at the time of its outcome.
func (j *Journal) Note(run string, step int, o plan.Outcome) error {
	o.At = o.At.UTC()
	return j.note(o.At, "", KindStep, stepBody{run, step, o})
}

// End notes that nothing more of a run will be done.
func (j *Journal) End(run string, at time.Time) error {
	return j.note(at, "", KindRunEnd, endBody{run})
}

// Drop notes that somebody decided not to go on with a run. One that goes on
// somewhere cannot be dropped.
func (j *Journal) Drop(run, who string, at time.Time) error {
	release, ok, err := j.Hold(run)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("the run %s goes on in another copy of the program: stop it there first", run)
	}
	err = j.note(at, who, KindRunDrop, endBody{run})
	return cmp.Or(err, release())
}

func (j *Journal) note(at time.Time, who, kind string, body any) error {
	r, err := record(at, who, kind, body)
	if err != nil {
		return j.trouble(true, err)
	}
	return j.Append(r)
}

func record(at time.Time, who, kind string, body any) (Record, error) {
	b, err := json.Marshal(body)
	return Record{At: at, Who: who, Kind: kind, Body: b}, err
}

// Runs gives all runs, the newest first, and what is wrong with lines that may have
// told of one.
//
// A line that cannot be read may have said that a step was begun. Where a run was
// open then, the steps of which nothing is told after it are Unclear. A run whose
// own line is lost has no plan, and only what its other lines tell.
func (j *Journal) Runs() ([]plan.Run, []Warning, error) {
	all, err := j.told()
	out := make([]plan.Run, 0, len(all.runs))
	for _, t := range all.runs {
		out = append(out, t.whole(&all))
	}
	slices.SortStableFunc(out, func(a, b plan.Run) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID))
	})
	return out, all.warnings, err
}

// Run gives one run; an error where there is none of that name, or it cannot be
// read.
func (j *Journal) Run(id string) (plan.Run, error) {
	all, err := j.told()
	if err != nil {
		return plan.Run{}, err
	}
	t := all.byID[id]
	if t == nil {
		return plan.Run{}, fmt.Errorf("the %s %s tells of no run %s", j.name, j.path, id)
	}
	return t.whole(&all), nil
}

// Interrupted gives the runs that have neither ended nor been dropped, the newest
// first, but for those that go on in this copy of the program or another.
func (j *Journal) Interrupted() ([]plan.Run, []Warning, error) {
	all, err := j.told()
	var out []plan.Run
	for _, t := range slices.Backward(all.runs) {
		if t.open() && !j.held(t.run.ID) {
			out = append(out, t.whole(&all))
		}
	}
	return out, all.warnings, err
}

// ofRuns reports whether a kind has to do with runs, also one to come.
func ofRuns(kind string) bool {
	return strings.HasPrefix(kind, KindRun) || strings.HasPrefix(kind, KindStep)
}
