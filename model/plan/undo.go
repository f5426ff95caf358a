package plan

import (
	"bytes"
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Part is what of a run is taken back. The zero value is all of it; else it is the
// steps of these numbers and those of these images. With the step that brought an image
// back go those that brought back its snapshots: it needs them, and nothing else does.
type Part struct {
	Steps  []int
	Images []model.ImageKey
}

// Touched lists the images that taking a run back is about, in order: those of which
// Undo needs the facts as they are now. Of copies these are the copies.
func (r *Run) Touched(of Part) []model.ImageKey {
	var out []model.ImageKey
	for _, d := range r.done(of) {
		out = append(out, d.image)
	}
	slices.SortFunc(out, model.ImageKey.Compare)
	return slices.Compact(out)
}

// Undo makes the plan that takes a run back, or a part of it: the opposite of the
// steps that were done, and of these only, in the opposite order. now are the facts of
// the Touched images as they are now. What cannot be taken back is said in the plan's
// notes. The plan is one like any other, and can be taken back like any other.
func Undo(r *Run, of Part, now []Target, s Setting) Plan {
	d := newDraft(UndoOf, s)
	d.Undoes, d.Options.AllowUnknown, d.Options.AllowStale = r.ID, s.Allowed.Unknown, s.Allowed.Stale
	if len(of.Steps) > 0 {
		d.Of = r.Taken(of)
	}
	steps := r.done(of)
	d.take(r.Touched(of), now)
	u := &undoing{draft: d, run: r, fates: map[model.ImageKey]*fate{}, open: r.openOf(of), deleted: r.deleted()}
	for _, x := range steps {
		u.meet(x)
	}
	slices.SortFunc(d.Targets, Target.compare) // all accounts are known now
	for i := range d.Targets {
		u.judge(&d.Targets[i])
	}
	u.emit()
	d.finish(work{how: "amiscope does it again"})
	return *d.Plan
}

// doneStep is a step that was done.
type doneStep struct {
	*Step
	in      input
	outcome Outcome
	image   model.ImageKey // that it changed: of a copy the copy
}

// done lists the steps of a run that were done and are meant, the last first. A copy
// that is being made is one of them.
func (r *Run) done(of Part) []doneStep {
	var out []doneStep
	of = r.whole(of)
	for i := range slices.Backward(r.Plan.Steps) {
		s := &r.Plan.Steps[i]
		o := r.Outcomes[s.ID]
		in, err := read(r.filled(s))
		if err != nil || o.State != Done && (o.State != Pending || o.Result.Image == "") {
			continue
		}
		d := doneStep{s, in, o, r.imageOf(s, in)}
		if of.means(d, r.Plan.Targets[s.Target].Image) {
			out = append(out, d)
		}
	}
	return out
}

// whole adds to the steps of a part those that belong to them.
func (r *Run) whole(of Part) Part {
	for i := range r.Plan.Steps {
		if s := &r.Plan.Steps[i]; slices.Contains(of.Steps, s.ID) && s.Call.API == (*restoreImage)(nil).api() {
			of.Steps = slices.Concat(of.Steps, s.After)
		}
	}
	return of
}

// Taken lists the steps, by their numbers, that were done and are of a part: those that
// Undo takes back.
func (r *Run) Taken(of Part) []int {
	var out []int
	for _, d := range r.done(of) {
		out = append(out, d.ID)
	}
	slices.Sort(out)
	return out
}

// filled is the call of a step with what those before it gave that it waits for.
func (r *Run) filled(s *Step) Call {
	c := s.Call
	for _, n := range s.After {
		if image := r.Outcomes[n].Result.Image; image != "" {
			c.Input = bytes.ReplaceAll(c.Input, []byte(resultOf(n)), []byte(image))
		}
	}
	return c
}

// imageOf is the image that a step changed.
func (r *Run) imageOf(s *Step, in input) model.ImageKey {
	k := model.ImageKey{Region: s.Scope.Region, ID: in.image()}
	if _, ok := in.(*copyImage); ok {
		k.ID = r.Outcomes[s.ID].Result.Image
		return k
	}
	if k.ID == "" { // of a snapshot
		return r.Plan.Targets[s.Target].Image
	}
	return k
}

func (p Part) means(d doneStep, target model.ImageKey) bool {
	if len(p.Steps)+len(p.Images) == 0 {
		return true
	}
	return slices.Contains(p.Steps, d.ID) || slices.Contains(p.Images, d.image) || slices.Contains(p.Images, target)
}

// deleted are the snapshots that a run has deleted, as far as AWS said so; where it did
// not say it of a deletion with the image, those that no other image used.
func (r *Run) deleted() map[snapshotKey]bool {
	out := map[snapshotKey]bool{}
	for _, d := range r.done(Part{}) {
		switch in := d.in.(type) {
		case *deleteSnapshot:
			out[snapshotKey{d.Scope.Region, in.ID}] = true
		case *deregister:
			for id, code := range d.outcome.Result.Snapshots {
				out[snapshotKey{d.Scope.Region, id}] = code == "success"
			}
			if !in.Snapshots || d.outcome.Result.Snapshots != nil {
				continue
			}
			for _, s := range r.Plan.Targets[d.Target].Before.Snapshots {
				out[snapshotKey{d.Scope.Region, s.ID}] = len(s.Images) == 0
			}
		}
	}
	return out
}

// openOf lists the images of steps of which nobody knows whether they were done.
func (r *Run) openOf(of Part) map[model.ImageKey]bool {
	out := map[model.ImageKey]bool{}
	for i := range r.Plan.Steps {
		s := &r.Plan.Steps[i]
		o, begun := r.Outcomes[s.ID]
		in, err := read(s.Call)
		if err != nil || !begun || !o.State.Open() && o.State != Unclear {
			continue
		}
		k := r.Plan.Targets[s.Target].Image
		if of.means(doneStep{Step: s, in: in, image: k}, k) {
			out[k] = true
		}
	}
	return out
}
