package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model/plan"
)

// undoFile is what people call the file that Create makes.
const undoFile = "undo file"

// Create is a journal of a single run in a file of its own: all that it takes to
// undo that run, on any machine. There must be no such file yet.
func Create(path string) (*Journal, error) {
	j := &Journal{path: path, name: undoFile}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, j.trouble(true, err)
	}
	return j, j.trouble(true, f.Close())
}

// WriteDocument writes a run as it stands into such a file.
func WriteDocument(path string, r plan.Run) error {
	j, err := Create(path)
	if err != nil {
		return err
	}
	lines, err := linesOf(r)
	if err != nil {
		return j.trouble(true, err)
	}
	return j.add(func(io.Reader) ([]byte, error) { return lines, nil })
}

// linesOf are the lines that tell of a run.
func linesOf(r plan.Run) ([]byte, error) {
	var out []byte
	add := func(at time.Time, who, kind string, body any) error {
		rec, err := record(at, who, kind, body)
		if err != nil {
			return err
		}
		line, err := encode(rec)
		out = append(append(out, line...), '\n')
		return err
	}
	err := add(r.At, r.Who, KindRun, runBody{r.ID, r.Plan})
	for _, step := range slices.Sorted(maps.Keys(r.Outcomes)) {
		o := r.Outcomes[step]
		err = errors.Join(err, add(o.At, "", KindStep, stepBody{r.ID, step, o}))
	}
	if r.Ended != nil {
		err = errors.Join(err, add(*r.Ended, "", KindRunEnd, endBody{r.ID}))
	}
	return out, err
}

// ReadDocument reads the run of such a file, whose plan is there, and what is wrong
// with lines of it.
func ReadDocument(path string) (plan.Run, []Warning, error) {
	j := &Journal{path: path, name: undoFile}
	if _, err := os.Stat(path); err != nil {
		return plan.Run{}, nil, j.trouble(false, err)
	}
	runs, warnings, err := j.Runs()
	switch {
	case err != nil:
		return plan.Run{}, warnings, err
	case len(runs) != 1:
		return plan.Run{}, warnings, fmt.Errorf("the undo file %s tells of %d runs and should tell of one: name a file that \"amiscope apply --undo-file\" wrote", path, len(runs))
	case runs[0].Plan.Format == 0:
		return plan.Run{}, warnings, fmt.Errorf("the undo file %s has lost the plan of its run: undo it from the journal of the machine that applied it", path)
	}
	return runs[0], warnings, nil
}

// Both is a journal and an undo file: what is noted is noted in both.
type Both struct {
	*Journal
	Undo *Journal // of Create
}

// Begin notes a run in the undo file first: without that nothing begins.
func (b Both) Begin(r *plan.Run) error {
	if err := b.Undo.Begin(r); err != nil {
		return err
	}
	return b.Journal.Begin(r)
}

// Note notes how a step stands. An intent that one of the two could not take is told
// by the other, and the step is not made: resuming finds that out.
func (b Both) Note(run string, step int, o plan.Outcome) error {
	return cmp.Or(b.Journal.Note(run, step, o), b.Undo.Note(run, step, o))
}

// End notes that a run has ended.
func (b Both) End(run string, at time.Time) error {
	return cmp.Or(b.Journal.End(run, at), b.Undo.End(run, at))
}
