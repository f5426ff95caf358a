package applytest

import (
	"slices"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// undoPart makes the plan that takes some steps of a run back.
func (w *world) undoPart(r *plan.Run, steps ...int) plan.Plan {
	w.t.Helper()
	s, part := w.setting(), plan.Part{Steps: steps}
	first := plan.Undo(r, part, plan.Gather(w.inv, nil, r.Touched(part), s.Now), s)
	return plan.Undo(r, part, w.renewed(&first), s)
}

// apis are the calls of a plan in order.
func apis(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Steps {
		out = append(out, s.Call.API)
	}
	return out
}

func (w *world) calls(p *plan.Plan, want ...string) {
	w.t.Helper()
	if got := apis(p); !slices.Equal(got, want) {
		w.t.Fatalf("the plan calls %v, not %v: %+v", got, want, p.Targets)
	}
}

const (
	deregister      = "ec2:DeregisterImage"
	deleteSnapshot  = "ec2:DeleteSnapshot"
	restoreImage    = "ec2:RestoreImageFromRecycleBin"
	restoreSnapshot = "ec2:RestoreSnapshotFromRecycleBin"
)

// TestASnapshotAloneIsRestored: one that no image of the bin needs comes back by itself,
// goes again, and comes back once more.
func TestASnapshotAloneIsRestored(t *testing.T) {
	in(t, func(t *testing.T) {
		w := open(t, fakeaws.Options{}, func(f *fleet.Fleet) {
			smallCompany(f)
			f.BinnedImages = nil
		})
		before := w.state()
		k := model.ImageKey{Region: w.scope(0, 0).Region, ID: binnedDisk.Snapshot()}
		p := w.plan(plan.Restore, plan.Options{}, k)
		w.calls(&p, restoreSnapshot)
		if p.Noun() != "snapshot" || p.Phrase == "restore 1 image" {
			t.Errorf("it is about a %s: %q", p.Noun(), p.Phrase)
		}
		first := w.run(p)
		w.done(&first)
		if w.state()[k.ID].Binned {
			t.Fatal("it is in the bin")
		}
		w.look()
		if p := w.plan(plan.Restore, plan.Options{}, k); !p.Empty() || p.Targets[0].Done == "" {
			t.Errorf("it is restored once more: %+v", p.Targets)
		}
		<-time.After(time.Hour) // it recovers
		back := w.undo(&first)
		w.calls(&back, deleteSnapshot)
		second := w.run(back)
		w.done(&second)
		w.same("taken back", before)
		again := w.undo(&second)
		w.calls(&again, restoreSnapshot)
		third := w.run(again)
		w.done(&third)
		w.sawOnly(&first, &second, &third)
	})
}

// A snapshot that an image has come to use does not go again.
func TestASnapshotThatIsUsedStays(t *testing.T) {
	in(t, func(t *testing.T) {
		w := open(t, fakeaws.Options{}, func(f *fleet.Fleet) {
			smallCompany(f)
			f.BinnedImages = nil
		})
		first := w.run(w.plan(plan.Restore, plan.Options{}, model.ImageKey{Region: w.scope(0, 0).Region, ID: binnedDisk.Snapshot()}))
		w.server.Change(func(f *fleet.Fleet) { f.Images[1].Snapshots = []fleet.ID{binnedDisk} })
		if p := w.undo(&first); !p.Empty() || len(p.Targets[0].Blocks) != 1 {
			t.Errorf("%v: %+v", apis(&p), p.Targets)
		}
	})
}

// TestStepsAreTakenBackAlone: of a deletion in three steps, two images and then the
// snapshot that both use, each step is taken back by itself, with what belongs to it.
func TestStepsAreTakenBackAlone(t *testing.T) {
	deleted := func(t *testing.T) (*world, plan.Run) {
		w := open(t, fakeaws.Options{}, func(f *fleet.Fleet) {
			smallCompany(f)
			f.Images[2].Life.Protection = plan.Unprotected
		})
		region := w.scope(0, 0).Region
		r := w.run(w.plan(plan.Delete, plan.Options{}, model.ImageKey{Region: region, ID: off.Image()}, model.ImageKey{Region: region, ID: kept.Image()}))
		w.done(&r)
		w.calls(&r.Plan, deregister, deregister, deleteSnapshot)
		return w, r
	}
	t.Run("the snapshot", func(t *testing.T) {
		in(t, func(t *testing.T) {
			w, r := deleted(t)
			p := w.undoPart(&r, 3)
			w.calls(&p, restoreSnapshot)
			if !slices.Equal(p.Of, []int{3}) {
				t.Errorf("it takes back steps %v", p.Of)
			}
			back := w.run(p)
			w.done(&back)
			if now := w.state(); now[bareDisk.Snapshot()].Binned || !now[off.Image()].Binned {
				t.Error("something else came back")
			}
			rest := w.undoPart(&r, 1, 2)
			restored := 0
			for _, api := range apis(&rest) {
				switch api {
				case restoreSnapshot:
					t.Error("the snapshot is restored twice")
				case restoreImage:
					restored++
				}
			}
			last := w.run(rest)
			w.done(&last)
			if restored != 2 {
				t.Errorf("%d images are restored", restored)
			}
		})
	})
	t.Run("an image, with the snapshot that it needs", func(t *testing.T) {
		in(t, func(t *testing.T) {
			w, r := deleted(t)
			p := w.undoPart(&r, 2)
			if got := apis(&p); len(got) < 2 || got[0] != restoreSnapshot || got[1] != restoreImage {
				t.Fatalf("it calls %v", got)
			}
			back := w.run(p)
			w.done(&back)
			if p := w.undoPart(&r, 3); !p.Empty() || p.Targets[0].Done == "" {
				t.Errorf("the snapshot is there: %+v", p.Targets)
			}
			seen := w.undoPart(&back, 1)
			if !seen.Empty() || seen.Targets[0].Blocks[0].Mend == "" {
				t.Errorf("the image needs its snapshot: %+v", seen.Targets)
			}
			gone := w.undoPart(&back, 2)
			third := w.run(gone)
			w.done(&third)
			if !slices.Equal(gone.Of, []int{1, 2}) || !w.state()[bareDisk.Snapshot()].Binned {
				t.Errorf("steps %v, and the snapshot stays", gone.Of)
			}
		})
	})
}

// TestTheStepOfACopy: what was done to a copy is taken back of the copy, not of its source.
func TestTheStepOfACopy(t *testing.T) {
	in(t, func(t *testing.T) {
		w := open(t, fakeaws.Options{}, smallCompany)
		o := plan.Options{Regions: []string{w.scope(0, 1).Region}, Name: "copy-1", Permissions: true}
		r := w.run(w.plan(plan.Copy, o, model.ImageKey{Region: w.scope(0, 0).Region, ID: web.Image()}))
		w.done(&r)
		i := slices.IndexFunc(r.Plan.Steps, func(s plan.Step) bool { return s.Call.API == "ec2:ModifyImageAttribute" })
		p := w.undoPart(&r, r.Plan.Steps[i].ID)
		w.calls(&p, "ec2:ModifyImageAttribute")
		back := w.run(p)
		w.done(&back)
		made := r.Outcomes[1].Result.Image
		if now := w.state(); len(now[made].Permissions) > 0 || len(now[web.Image()].Permissions) != 4 {
			t.Errorf("the copy is shared with %v, its source with %v", now[made].Permissions, now[web.Image()].Permissions)
		}
	})
}
