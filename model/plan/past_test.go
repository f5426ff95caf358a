package plan_test

import (
	"fmt"
	"testing"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// history writes runs, each later than those before.
type history struct{ runs []plan.Run } // the newest first

func (h *history) add(p plan.Plan, results map[int]plan.Result) *plan.Run {
	r := ran(p, results)
	r.ID = fmt.Sprintf("20261126-100000-%04d", len(h.runs))
	h.runs = append([]plan.Run{*r}, h.runs...)
	return r
}

// told is what the journal tells of an image, a line a run: its number, the portion,
// and the run that took it back.
func (h *history) told(image model.ImageKey) []string {
	var out []string
	for _, m := range plan.Recollect(h.runs).Of(image) {
		line := fmt.Sprintf("%s %d/%d %s", m.Run.ID[16:], m.Done, len(m.Steps), m.State)
		if m.Made {
			line += " made"
		}
		if m.Why != "" {
			line += ": " + m.Why
		}
		if m.Undone != "" {
			line += ", undone by " + m.Undone[16:]
		}
		out = append(out, line)
	}
	return out
}

func key(id string) model.ImageKey { return model.ImageKey{Region: region, ID: "ami-" + id} }

// TestPastOfAnImage: what was done to it, the newest first, and what of that somebody
// took back; what took it back and was itself taken back does not count.
func TestPastOfAnImage(t *testing.T) {
	h := &history{}
	soon := plan.Options{At: at(30 * day)}
	first := h.add(decide(plan.Deprecate, soon, setting(), target("1"), target("2")), nil)
	later := func(f *plan.Facts) { f.Deprecation = at(30 * day) }
	h.add(plan.Undo(first, plan.Part{Images: []model.ImageKey{key("1")}}, []plan.Target{target("1", facts(later))}, setting()), nil)
	same(t, "taken back", h.told(key("1")), []string{"0001 1/1 done", "0000 1/1 done, undone by 0001"})
	same(t, "of another image", h.told(key("2")), []string{"0000 1/1 done"})
	same(t, "of one that no run names", h.told(key("3")), []string(nil))

	back := h.runs[0]
	h.add(plan.Undo(&back, plan.Part{}, []plan.Target{target("1")}, setting()), nil)
	same(t, "taken back, and back again", h.told(key("1")), []string{"0002 1/1 done", "0001 1/1 done, undone by 0002", "0000 1/1 done"})
}

// TestPastOfACopy: it stands under the image and under the copy; who takes it back
// deletes the copy.
func TestPastOfACopy(t *testing.T) {
	h := &history{}
	made := model.ImageKey{Region: "us-east-1", ID: "ami-new"}
	r := h.add(decide(plan.Copy, plan.Options{Regions: []string{"us-east-1"}}, setting(), target("1")), map[int]plan.Result{1: {Image: made.ID}})
	same(t, "the image", h.told(key("1")), []string{"0000 1/1 done"})
	same(t, "the copy", h.told(made), []string{"0000 1/1 done made"})
	copied := target("new", func(t *plan.Target) { t.Image = made })
	h.add(plan.Undo(r, plan.Part{}, []plan.Target{copied}, setting()), nil)
	same(t, "the image after", h.told(key("1")), []string{"0000 1/1 done, undone by 0001"})
	if got := h.told(made); len(got) != 2 || got[1] != "0000 1/1 done made, undone by 0001" {
		t.Errorf("the copy after: %q", got)
	}
}

// TestPastOfWhatWasNotDone: the worst of its steps, and why nothing was to be done.
func TestPastOfWhatWasNotDone(t *testing.T) {
	h := &history{}
	used := target("1", facts(func(f *plan.Facts) { f.Usage.Verdict, f.Usage.Evidence = "used", []string{"i-1 runs on it"} }))
	h.add(decide(plan.Delete, plan.Options{}, setting(), used), nil)
	same(t, "blocked", h.told(key("1")), []string{"0000 0/0 refused: not touched: it is used: i-1 runs on it"})
	r := h.add(decide(plan.Tag, plan.Options{Set: map[string]string{"a": "b"}, Remove: []string{"Team"}}, setting(), target("2")), nil)
	last := r.Plan.Steps[len(r.Plan.Steps)-1].ID
	h.runs[0].Outcomes[last] = plan.Outcome{State: plan.Failed, Why: "denied"}
	same(t, "failed", h.told(key("2")), []string{fmt.Sprintf("0001 %d/%d failed: denied", len(r.Plan.Steps)-1, len(r.Plan.Steps))})
	if (*plan.Past)(nil).Of(key("1")) != nil {
		t.Error("of nothing read something is told")
	}
}
