package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/amiscope/amiscope/model/plan"
)

// telling is what a journal tells of runs.
type telling struct {
	runs     []*told // in the order of their first lines
	byID     map[string]*told
	warnings []Warning
}

// told is a run as its lines tell it. Its plan is read when it is asked for.
type told struct {
	run   plan.Run
	plan  json.RawMessage // the body of its line; nil where that is lost
	line  int             // the first that tells of it
	lines map[int]int     // by step: the last line that tells of it
	doubt int             // the last line that may have told of it and cannot be read
}

func (t *told) open() bool { return t.run.Ended == nil && !t.run.Dropped }

// told reads what there is of runs.
func (j *Journal) told() (telling, error) {
	all := telling{byID: map[string]*told{}}
	err := j.each(func(e entry) {
		fits := e.state == sound && (!ofRuns(e.rec.Kind) || all.add(e))
		if fits || e.state == newer && e.rec.Kind != "" && !ofRuns(e.rec.Kind) {
			return
		}
		if e.state == sound {
			e.state = newer // of a kind or form to come
		}
		all.warnings = append(all.warnings, Warning{e.line, all.lose(e, j.where(e.line))})
	})
	return all, err
}

// lose takes account of a line that cannot be read, and says what follows.
func (all *telling) lose(e entry, where string) string {
	if e.state == torn { // its append never returned: what it was to tell of was not begun
		return where + "is unfinished and was skipped"
	}
	text := where + "is damaged and was skipped"
	if e.state == newer {
		text = where + "was written by a newer amiscope and was skipped: update amiscope to read it"
	}
	n := 0
	for _, t := range all.runs {
		if t.open() {
			t.doubt = e.line
			n++
		}
	}
	if n > 0 {
		text += fmt.Sprintf("; it may have told of a step of %d runs that were going on then", n)
	}
	return text
}

// add takes what a line tells; false where it cannot be read.
func (all *telling) add(e entry) bool {
	id, ok := runOf(e.rec.Body)
	if !ok {
		return false
	}
	switch e.rec.Kind {
	case KindRun:
		if all.byID[id] != nil {
			return false // two of one name: which one its steps are of nobody knows
		}
		t := all.named(id, e)
		t.run.Who, t.plan, t.doubt = e.rec.Who, e.rec.Body, 0
	case KindStep:
		var b stepBody
		if json.Unmarshal(e.rec.Body, &b) != nil {
			return false
		}
		t := all.named(id, e)
		t.run.Outcomes[b.Step], t.lines[b.Step] = b.Outcome, e.line
	case KindRunEnd:
		at := e.rec.At
		all.named(id, e).run.Ended = &at
	case KindRunDrop:
		all.named(id, e).run.Dropped = true
	default:
		return false
	}
	return true
}

// named is the run of a name. One whose beginning is not told is in doubt from
// this line on.
func (all *telling) named(id string, e entry) *told {
	t := all.byID[id]
	if t == nil {
		t = &told{run: plan.Run{ID: id, At: e.rec.At, Outcomes: map[int]plan.Outcome{}}, line: e.line, lines: map[int]int{}, doubt: e.line}
		all.byID[id], all.runs = t, append(all.runs, t)
	}
	return t
}

// whole is the run with its plan, its steps in doubt marked.
func (t *told) whole(all *telling) plan.Run {
	r := t.run
	var b runBody
	switch err := json.Unmarshal(t.plan, &b); {
	case errors.Is(err, plan.ErrNewer):
		all.warnings = append(all.warnings, Warning{t.line, fmt.Sprintf("the plan of the run %s is of a newer amiscope: update amiscope to go on with it or to undo it", r.ID)})
	case err != nil:
		all.warnings = append(all.warnings, Warning{t.line, fmt.Sprintf("the plan of the run %s is lost: what is told of its %d steps is all that is known", r.ID, len(r.Outcomes))})
	default:
		r.Plan = b.Plan
	}
	if t.doubt == 0 {
		return r
	}
	for _, s := range r.Plan.Steps {
		o, noted := r.Outcomes[s.ID]
		if noted && (t.lines[s.ID] > t.doubt || o.State != plan.NotRun) {
			continue
		}
		r.Outcomes[s.ID] = plan.Outcome{
			State: plan.Unclear, At: lastOf(r.At, o.At), Why: fmt.Sprintf("line %d of the journal cannot be read, and may have said that it was begun", t.doubt),
		}
	}
	return r
}

func lastOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// runOf is the name of the run that a body tells of, which comes first in it.
func runOf(body json.RawMessage) (string, bool) {
	const first = `{"run":"`
	if len(body) < len(first) || string(body[:len(first)]) != first {
		return "", false
	}
	rest := body[len(first):]
	for i, c := range rest {
		switch c {
		case '"':
			return string(rest[:i]), i > 0
		case '\\':
			return "", false // no name of ours
		}
	}
	return "", false
}
