package applytest

import (
	"strings"
	"testing"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// everyImage marks all images, of one region or, if that is empty, of all.
func (w *world) everyImage(region string) (marks []model.ImageKey) {
	for _, im := range w.inv.Images() {
		if region == "" || im.Region == region {
			marks = append(marks, im.ImageKey)
		}
	}
	return marks
}

// RequestLimitExceeded after some hundred deletions, and the run died half way. AWS
// refuses more here than what exceeds its rates, and the program is killed in the
// middle: nobody sees a throttle, the next start does the rest, and nothing comes twice.
func TestStory16ThrottledHalfWay(t *testing.T) {
	in(t, func(t *testing.T) {
		refused := fakeaws.Fault{Kind: fakeaws.FaultThrottle, Share: 0.2, Rule: fakeaws.Rule{Operation: "ec2:DeregisterImage"}}
		w := open(t, fakeaws.Options{Throttle: true, Faults: []fakeaws.Fault{refused}, FaultSeed: 16}, manyImages)
		r := newRun(w.plan(plan.Delete, plan.Options{}, w.everyImage(w.regions[0])...))
		if !w.live(r, perScope*3/2) { // of an intent, a call and an outcome each
			t.Fatal("the run ended before it was killed")
		}
		w.truth(r.ID)
		half := w.noted(r.ID)
		if n := len(w.changes()); n < perScope/3 || n > perScope*2/3 || half.Ended != nil {
			t.Errorf("%d of %d images were deleted when it was killed, and it has ended: %v", n, perScope, half.Ended)
		}
		w.live(r, 1<<30)
		end := w.noted(r.ID)
		for _, s := range end.Plan.Steps {
			if o := end.Outcomes[s.ID]; o.State != plan.Done {
				t.Errorf("step %d is %q: %s", s.ID, o.State, o.Why)
			}
		}
		w.sawOnly(&end)
		if more := w.tries() - perScope; more < perScope/10 {
			t.Errorf("only %d calls were refused", more)
		}
	})
}

// One denied region, and the run in many regions was over. Here its images fail, with
// what is missing, and all others are done.
func TestStory17ADeniedRegionIsItsOwn(t *testing.T) {
	in(t, func(t *testing.T) {
		w := open(t, fakeaws.Options{Denied: []fakeaws.Rule{{Region: "us-east-1", Operation: "ec2:DeregisterImage"}}}, manyImages)
		denied := w.scope(0, 0) // us-east-1
		r := w.run(w.plan(plan.Delete, plan.Options{}, w.everyImage("")...))
		if r.Ended == nil {
			t.Error("the run has not ended")
		}
		states := map[string]map[plan.State]int{denied.Region: {}, w.regions[1]: {}}
		for _, s := range r.Plan.Steps {
			o := r.Outcomes[s.ID]
			states[s.Scope.Region][o.State]++
			if s.Scope == denied && (o.Kind != model.Denied.String() || !strings.Contains(o.Hint, "ec2:DeregisterImage")) {
				t.Fatalf("step %d failed as %q, with the hint %q", s.ID, o.Kind, o.Hint)
			}
		}
		if states[denied.Region][plan.Failed] != perScope || states[w.regions[1]][plan.Done] != perScope {
			t.Errorf("of %d images in each region: %v", perScope, states)
		}
		w.sawOnly(&r)
	})
}
