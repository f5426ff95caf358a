package apply

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// lookBefore says what is to be read again before a step is called; false where it
// rests on nothing that is not told by the steps before it, or is read in its turn.
// What was not known when the plan was made it does not rest on.
func (r *run) lookBefore(s *step) (model.Look, bool) {
	if len(s.After) > 0 || s.Call.API == deleteSnapshot {
		return model.Look{}, false
	}
	l, was := r.lookAt(s), &r.run.Plan.Targets[s.Target].Before
	switch s.Call.API {
	case "ec2:DeregisterImage":
		l.Snapshots, l.References = was.SnapshotsKnown, true
	case "ec2:CopyImage":
		l.Snapshots, l.Permissions = was.SnapshotsKnown, was.Permissions != nil && r.run.Plan.Options.Permissions
	case "ec2:ModifyImageAttribute", "ec2:DisableImage", "ec2:EnableImageDeprecation", "ec2:DisableImageDeprecation":
		l.Permissions, l.References = was.Permissions != nil, s.Call.API == "ec2:DisableImage"
	case "ec2:ModifySnapshotAttribute":
		l.Snapshots = was.SnapshotsKnown
	case "ec2:RestoreImageFromRecycleBin", "ec2:RestoreSnapshotFromRecycleBin":
		l.Bin, l.Besides = true, r.snapshots(s)
	}
	return l, true
}

// deleteSnapshot is the call before which a snapshot's users are read, of it alone:
// AWS keeps a snapshot for an image that uses it, and for nothing else.
const deleteSnapshot = "ec2:DeleteSnapshot"

// lookUsers says what is to be read right before a snapshot is deleted.
func (r *run) lookUsers(s *step) model.Look {
	l := r.lookAt(s)
	l.Snapshots, l.Besides = true, []string{snapshotOf(s)}
	return l
}

// lookAfter says what tells whether a step was done.
func (r *run) lookAfter(s *step) model.Look {
	l := r.lookAt(s)
	switch s.Call.API {
	case "ec2:CopyImage":
		return model.Look{Scope: s.Scope, Copies: []string{s.image.ID}}
	case "ec2:ModifyImageAttribute", "ec2:DisableImage", "ec2:EnableImage":
		l.Permissions = true
	case "ec2:DeregisterImage", deleteSnapshot, "ec2:RestoreImageFromRecycleBin", "ec2:RestoreSnapshotFromRecycleBin":
		l.Snapshots, l.Bin, l.Besides = true, true, r.snapshots(s)
	case "ec2:ModifySnapshotAttribute":
		l.Snapshots, l.Besides = true, []string{snapshotOf(s)}
	}
	if made := placeholder().FindSubmatch(s.Call.Input); made != nil { // it is about what another step made
		l.Scope, l.Images = s.Scope, []string{r.madeBy(made[1])}
	}
	return l
}

// lookAt is a look at the image of a step, with the login of its owner.
func (r *run) lookAt(s *step) model.Look {
	t := &r.run.Plan.Targets[s.Target]
	return model.LookAt(t.Scope(), t.Image.ID)
}

// snapshots are those that a step's image had when its plan was made.
func (r *run) snapshots(s *step) (ids []string) {
	for _, sn := range r.run.Plan.Targets[s.Target].Before.Snapshots {
		ids = append(ids, sn.ID)
	}
	return ids
}

// snapshotOf is the snapshot that a call is about; "" where it is about none.
func snapshotOf(s *step) string {
	var in struct{ SnapshotId string }
	_ = json.Unmarshal(s.Call.Input, &in) // of another call
	return in.SnapshotId
}

// together is one look for several, of one scope.
func together(a, b model.Look) model.Look {
	union := func(x, y []string) []string { return slices.Compact(slices.Sorted(slices.Values(slices.Concat(x, y)))) }
	return model.Look{
		Scope: a.Scope, Images: union(a.Images, b.Images), Besides: union(a.Besides, b.Besides), Copies: union(a.Copies, b.Copies),
		Permissions: a.Permissions || b.Permissions, Snapshots: a.Snapshots || b.Snapshots, References: a.References || b.References, Bin: a.Bin || b.Bin,
	}
}

// placeholder is what stands in an input for the image that another step made.
var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\{(\d+)\.ImageId\}`) })

// filled is a step with what steps before it gave.
func (r *run) filled(s *step) (plan.Step, error) {
	out := s.Step
	var missing error
	out.Call.Input = placeholder().ReplaceAllFunc(out.Call.Input, func(m []byte) []byte {
		of := placeholder().FindSubmatch(m)[1]
		image := r.madeBy(of)
		if !imageID().MatchString(image) {
			missing = fmt.Errorf("step %s gave no image", of)
		}
		return []byte(image)
	})
	return out, missing
}

// madeBy is the image that a step made; "" where it made none.
func (r *run) madeBy(step []byte) string {
	n, err := strconv.Atoi(string(step))
	if err != nil {
		return ""
	}
	return r.run.Outcomes[n].Result.Image
}

var imageID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^ami-[0-9A-Za-z-]+$`) })

// token names a call to AWS: made twice with it, it is one call.
func token(run string, step int) string { return "amiscope-" + run + "-" + strconv.Itoa(step) }
