package plan

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Settled tells from how an image was before, and from what was read again since,
// what became of a step whose end nobody saw. It is Done, or Pending for a copy that
// is being made, both with what the call gave; NotRun where AWS shows that it was not
// done; Unclear where AWS does not tell.
//
// In the call of the step the image that another step made has its id. What was read
// must be young enough: AWS may show for a while how it was.
func Settled(s Step, t Target, now model.Reread) Outcome {
	in, err := read(s.Call)
	if err != nil {
		return Outcome{State: Unclear, Why: err.Error()}
	}
	if c, ok := in.(*copyImage); ok {
		return c.found(s.Scope, now)
	}
	if id := in.image(); id != "" && id != t.Image.ID { // a copy, which is private when it is made
		t = Target{Image: model.ImageKey{Region: s.Scope.Region, ID: id}, Account: s.Scope.Account, Before: nothing()}
		t.Before.Permissions = &Sharing{}
	}
	if now.Scope != t.Scope() {
		return Outcome{State: Unclear}
	}
	f := Renew(t, now)
	if d, ok := in.(*deregister); ok && d.Snapshots && d.settled(&t.Before, &f) == Done {
		return Outcome{State: Done, Result: Result{Snapshots: f.codes()}}
	}
	return Outcome{State: in.settled(&t.Before, &f)}
}

// codes are the return codes that EC2 must have given for the snapshots of an image
// that was deleted with them.
func (f *Facts) codes() map[string]string {
	out := map[string]string{}
	for _, s := range f.Snapshots {
		out[s.ID] = "success"
		if s.State != Gone && s.State != Binned {
			out[s.ID] = "skipped"
		}
	}
	return out
}

// found looks for the copy among the images of its region. Where there is none it was
// not begun, or is not listed yet: to make the call again is safe, as the same client
// token makes it the same.
func (c *copyImage) found(where model.Scope, now model.Reread) Outcome {
	if now.Scope != where {
		return Outcome{State: Unclear}
	}
	i := slices.IndexFunc(now.Images, func(im *model.Image) bool {
		from, ok := copiedFrom(im)
		return ok && from == model.ImageKey{Region: c.Region, ID: c.ID} && im.Name == c.Name
	})
	if i < 0 {
		return Outcome{State: NotRun}
	}
	im := now.Images[i]
	out := Outcome{State: Pending, Result: Result{Image: im.ID}}
	switch im.State {
	case available, disabled:
		out.State = Done
	case "failed", "invalid", "error", "deregistered":
		out.State, out.Why = Failed, "AWS could not make the copy "+im.ID
		if reason := im.Detail.Traits.Value().StateReason; reason != "" {
			out.Why += ": " + reason
		}
	}
	return out
}
