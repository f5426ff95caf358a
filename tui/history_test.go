package tui_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// TestBinScreens holds the look of the Recycle Bins.
func TestBinScreens(t *testing.T) {
	journeys := []struct {
		name string
		keys []string
	}{
		{"bin", []string{"7"}},
		{"bin-marks", []string{"7", "space", "space", "G"}},
		{"bin-open", []string{"7", "G", "k", "k", "enter"}},
		{"bin-search", []string{"7", "/", "e", "s", "c", "enter"}},
		{"armed", []string{"7", "A"}},
		{"rules", []string{":", "b", "i", "n", "space", "r", "enter"}},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				d := tuitest.New(t, size[0], size[1], tuitest.BinnedOptions())
				d.Press(j.keys...)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// TestJournalScreens holds the look of the journal.
func TestJournalScreens(t *testing.T) {
	journeys := []struct {
		name string
		runs []plan.Run
		keys []string
	}{
		{"journal", tuitest.JournalRuns(), []string{"8"}},
		{"journal-none", nil, []string{"8"}},
		{"journal-search", tuitest.JournalRuns(), []string{"8", "/", "d", "e", "n", "i", "e", "d", "enter"}},
		{"run", tuitest.JournalRuns(), []string{"8", "j", "j", "j", "j", "enter"}},
		{"run-marks", tuitest.JournalRuns(), []string{"8", "j", "j", "j", "j", "j", "j", "enter", "space", "space"}},
		{"run-lost", tuitest.JournalRuns(), []string{"8", "j", "j", "j", "enter"}},
		{"run-image", tuitest.JournalRuns(), []string{"8", "j", "j", "j", "j", "enter", "enter"}},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				d := tuitest.New(t, size[0], size[1], tuitest.JournalOptions(j.runs...))
				d.Press(j.keys...)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// TestImagePastScreens holds the look of what amiscope did to an image.
func TestImagePastScreens(t *testing.T) {
	runs := tuitest.JournalRuns()
	journeys := []struct {
		name string
		deed plan.Deed // of a run whose first image is looked at
		runs []plan.Run
		keys []string
	}{
		{"done", plan.Share, runs, nil},
		{"second", plan.Share, runs, []string{"j"}},
		{"copied", plan.Copy, runs, nil},
		{"tagged", plan.Tag, runs, nil},
		{"nothing", plan.Share, nil, nil},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				d := tuitest.New(t, size[0], size[1], tuitest.JournalOptions(j.runs...))
				find(d, firstOf(runs, j.deed).ID)
				d.Press(append([]string{"enter", "[", "["}, j.keys...)...)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// firstOf is the first image of the newest run of a deed.
func firstOf(runs []plan.Run, d plan.Deed) model.ImageKey {
	i := slices.IndexFunc(runs, func(r plan.Run) bool { return r.Plan.Deed == d })
	return runs[i].Plan.Targets[0].Image
}

// TestTheJournalOfAnImage: it is read once however many images are looked at, leads to
// the run and to the review of the way back, and is read again when somebody asks and
// when a run has ended.
func TestTheJournalOfAnImage(t *testing.T) {
	_, c, at := changing(t, 160, 40)
	reads := 0
	runs := c.Services().Runs
	opts := changingOptions(c, at)
	opts.Services.Changes.Runs = func() ([]plan.Run, []string, error) {
		reads++
		return runs()
	}
	d := tuitest.New(t, 160, 40, opts)
	find(d, bystander)
	d.Press("enter")
	if reads > 0 {
		t.Error("the journal is read, though nobody looks at it")
	}
	d.Press("[", "[")
	d.Has("amiscope has changed nothing about this image")
	d.Press("]", "[", "esc", "enter", "[", "[")
	if reads != 1 {
		t.Errorf("read %d times", reads)
	}
	d.Press("z", "d")
	d.Type("30d")
	d.Press("enter")
	at.settle()
	d.Press("y", "esc")
	d.Has("[journal]", "Deprecate ", "run "+c.Runs[0].ID, "U takes it back: ")
	after := reads
	if after < 2 {
		t.Error("what was done since was not read")
	}
	d.Press("8", "1", "enter", "[", "[", "enter") // the same from the journal's view and here
	d.Has("1 of 1 step done", bystander)
	if reads != after {
		t.Errorf("read %d times more", reads-after)
	}
	d.Press("esc", "U")
	d.Has("Undo run " + c.Runs[0].ID)
	d.Press("n", "r")
	if reads != after+1 {
		t.Error("r does not read it again")
	}
	deprecated(t, c, model.ImageKey{Region: "us-east-1", ID: bystander})
	d.Press("U")
	at.settle()
	d.Press("y", "esc")
	d.Has("taken back by run " + c.Runs[0].ID)
}

// TestARunIsTakenBackFromTheJournal: what was done in this session stands in the
// journal at once, its run and its image lead to the review of the way back, and when
// that is done the row says so.
func TestARunIsTakenBackFromTheJournal(t *testing.T) {
	d, c, at := changing(t, 160, 40)
	d.Press("8")
	d.Has("amiscope has changed nothing yet")
	d.Press("1")
	find(d, bystander)
	d.Press("z", "d")
	d.Type("30d")
	d.Press("enter")
	at.settle()
	d.Press("y", "8")
	d.Has("Deprecate ", "1/1", "U undoes it: ")
	d.Press("enter")
	d.Has("1 of 1 step done", bystander)
	d.Press("enter")
	d.Has("ec2:EnableImageDeprecation", "What the image was before")
	for range 3 { // from the page, from the image, from the run
		d.Press("U")
		d.Has("Undo run " + c.Runs[0].ID)
		d.Press("n", "esc")
	}
	deprecated(t, c, model.ImageKey{Region: "us-east-1", ID: bystander})
	d.Press("8", "U")
	at.settle()
	d.Press("y", "8")
	if len(c.Applied) != 2 {
		t.Fatalf("the way back was not gone:\n%s", d.Screen())
	}
	d.Has("wholly", "Undo run ")
}

// deprecated lets AWS tell that an image is.
func deprecated(t *testing.T, c *tuitest.Changing, k model.ImageKey) {
	t.Helper()
	im, ok := c.Inv.Image(k)
	if !ok {
		t.Fatalf("no image %v", k)
	}
	now := *im
	now.Deprecation = tuitest.Now.AddDate(0, 0, 30)
	c.Inv = c.Inv.Fold(model.Reread{Scope: model.Scope{Account: im.Owner, Region: k.Region}, At: tuitest.Now, Images: []*model.Image{&now}})
}

// TestALeftRunIsResumedFromTheJournal, and then stands as done.
func TestALeftRunIsResumedFromTheJournal(t *testing.T) {
	c := tuitest.NewChanging(tuitest.UsedFleet()...)
	c.Left = tuitest.JournalRuns()[:1]
	d := tuitest.New(t, 160, 40, changingOptions(c, &clock{tuitest.Now}))
	d.Press("8")
	d.Has("interrupted", "2/6", "1 step of unknown end, 3 steps were not begun: enter resumes or drops it")
	d.Press("enter", "r")
	d.Has("6 of 6 steps done")
	d.Press("8")
	d.Expire()
	d.Has("6/6")
	d.Lacks("interrupted")

	c.Left = tuitest.JournalRuns()[:1]
	d = tuitest.New(t, 160, 40, changingOptions(c, &clock{tuitest.Now}))
	d.Press("8", "enter", "x", "8")
	d.Lacks("2/6")
}

// TestImagesAreRestoredFromTheBin leads to the review of just those.
func TestImagesAreRestoredFromTheBin(t *testing.T) {
	c := tuitest.NewChanging(tuitest.BinnedFleet()...)
	opts := tuitest.BinnedOptions()
	opts.Services.Changes = c.Services()
	d := tuitest.New(t, 160, 40, opts)
	d.Press("7", "/")
	d.Type("web-api")
	d.Press("enter", "U")
	d.Has("Restore web-api-2025.01.07", "ec2:RestoreImageFromRecycleBin", "ec2:RestoreSnapshotFromRecycleBin")
}
