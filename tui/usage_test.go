package tui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// TestUsageScreens holds the look of what says who uses images.
func TestUsageScreens(t *testing.T) {
	journeys := []struct {
		name string
		find string // an image to open on its usage tab
		keys []string
	}{
		{"images", "", nil},
		{"used", tuitest.UsedImage, nil},
		{"unused", tuitest.UnusedImage, nil},
		{"shared", tuitest.SharedImage, nil},
		{"stale", tuitest.StaleImage, nil},
		{"unread", tuitest.UnreadImage, nil},
		{"crowded", tuitest.CrowdedImage, []string{"j", "j"}},
		{"aside", tuitest.UsedImage, []string{"j", "A"}},
		{"reference", tuitest.UsedImage, []string{"j", "j", "enter"}},
		{"instances", "", []string{":", "i", "n", "s", "t", "enter"}},
		{"dead", "", []string{":", "d", "e", "a", "d", "enter"}},
		{"scopes", "", []string{"9", "j"}},
		{"permissions", tuitest.SharedImage, []string{"]", "]"}},
		{"strangers", "", []string{"'", "x"}},
		{"findings", "", []string{"5"}},
		{"rule", "", []string{"5", "j", "j", "enter"}},
		{"wrong", tuitest.SharedImage, []string{"]", "]", "]"}},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				d := tuitest.New(t, size[0], size[1], tuitest.UsedOptions())
				if j.find != "" {
					look(d, j.find)
				}
				d.Press(j.keys...)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// look opens an image on its usage tab.
func look(d *tuitest.Driver, id string) {
	d.Press("/")
	d.Type("id:" + id)
	d.Press("enter", "u")
}

func TestSetAsideAndBack(t *testing.T) {
	opts := tuitest.UsedOptions()
	opts.Usage.Asides = nil
	var journal []model.Aside
	opts.Services.SetAside = func(a model.Aside, withdraw bool) ([]model.Aside, error) {
		if withdraw {
			journal = nil
			return nil, nil
		}
		a.Who = "jo"
		journal = append(journal, a)
		return journal, nil
	}
	d := tuitest.New(t, 120, 40, opts)
	look(d, tuitest.StaleImage)
	d.Has("probable · only stale references: 1")
	d.Press("A", "enter")
	d.Has("say why it does not count")
	d.Type("pipeline retired")
	d.Press("tab", "backspace", "backspace")
	d.Type("9")
	d.Press("enter")
	want := []model.Aside{{
		Scope: tuitest.Prod, Source: model.Templates, Key: "lt-0ccccccccccccccc3/3", Image: tuitest.StaleImage, Reason: "pipeline retired",
		Who: "jo", At: tuitest.Now, Until: tuitest.Now.Add(9 * 24 * time.Hour),
	}}
	if diff := cmp.Diff(want, journal); diff != "" {
		t.Fatal(diff)
	}
	d.Has("○ unused", "1 set aside", "set aside by jo until 2026-11-11: pipeline retired")
	d.Press("A")
	d.Has("it counts again", "probable")
}

func TestSetAsideThatIsNotSetDownIsNotDone(t *testing.T) {
	opts := tuitest.UsedOptions()
	opts.Services.SetAside = func(model.Aside, bool) ([]model.Aside, error) { return nil, errors.New("disk full") }
	d := tuitest.New(t, 120, 40, opts)
	look(d, tuitest.StaleImage)
	d.Press("A")
	d.Type("x")
	d.Press("enter")
	d.Has("disk full", "◐ probable")
}

func TestJumpToAnInstanceAndBack(t *testing.T) {
	d := tuitest.New(t, 120, 40, tuitest.UsedOptions())
	look(d, tuitest.CrowdedImage)
	for range 5 {
		d.Press("j")
	}
	d.Press("enter")
	d.Has("worker-05", "IMAGE IS")
	if cursor := lineWith(d, "▌"); !strings.Contains(cursor, "worker-05") {
		t.Fatalf("the cursor is on %q", cursor)
	}
	d.Press("enter")
	d.Has("[identity]", "acme-base-al2023-2026.07.09")
	d.Press("-")
	d.Has("IMAGE IS")
	d.Press("esc")
	d.Has("[usage]", "used · 60 references")
	if cursor := lineWith(d, "▌"); !strings.Contains(cursor, "worker-05") {
		t.Fatalf("the cursor is on %q", cursor)
	}
	d.Press("esc")
	d.Has("NAME", "USAGE")
}

func lineWith(d *tuitest.Driver, text string) string {
	for l := range strings.SplitSeq(d.Screen(), "\n") {
		if strings.Contains(l, text) {
			return l
		}
	}
	return ""
}

func TestAllReferencesCanBeReached(t *testing.T) {
	d := tuitest.New(t, 120, 40, tuitest.UsedOptions())
	look(d, tuitest.CrowdedImage)
	d.Lacks("worker-59")
	for !strings.Contains(lineWith(d, "▌"), "more") {
		d.Press("j")
	}
	d.Press("enter", "G")
	d.Has("worker-59", "Not looked at")
}

func TestSavedFiltersOfUsage(t *testing.T) {
	d := tuitest.New(t, 120, 40, tuitest.UsedOptions())
	d.Press("'", "s")
	d.Has("/ usage:probable", "1 of 88 images", "undecided")
	d.Press("esc", "'", "u")
	d.Has("/ usage:unused", "○ unused")
	d.Lacks("● used", "? unknown")
}

func TestAskingAWSItself(t *testing.T) {
	opts := tuitest.UsedOptions()
	opts.Services.Opine = func(_ context.Context, keys []model.ImageKey) <-chan model.Event {
		if diff := cmp.Diff([]model.ImageKey{key(tuitest.UnusedImage)}, keys); diff != "" {
			t.Error(diff)
		}
		r := &model.Reference{Scope: tuitest.Prod, Source: model.Opinions, Key: "x", ID: "arn:aws:ec2:eu-west-1:111111111111:instance/i-0hidden", Name: "i-0hidden", Image: tuitest.UnusedImage, Since: tuitest.Now}
		return tuitest.Stream(model.Page{Gen: 1, Scope: tuitest.Prod, Kind: model.Opinions, Asked: []string{tuitest.UnusedImage}, References: []*model.Reference{r}, At: tuitest.Now})
	}
	d := tuitest.New(t, 120, 40, opts)
	look(d, tuitest.UnusedImage)
	d.Press("o")
	d.Has("AWS knows of 1 reference to 1 image", "● used", "i-0hidden")
}

// TestAFailedQuestionIsNoAnswer: a service that says each failure once only must
// not make it look as if AWS knew of nothing.
func TestAFailedQuestionIsNoAnswer(t *testing.T) {
	opts := tuitest.UsedOptions()
	opts.Services.Opine = func(context.Context, []model.ImageKey) <-chan model.Event { return tuitest.Stream() }
	d := tuitest.New(t, 120, 40, opts)
	look(d, tuitest.UnusedImage)
	d.Press("o")
	d.Has("AWS told of 0 of 1 image")
	d.Lacks("0 references")
}

// TestUsageReportsAreFollowed starts one for the shared one of the marked
// images, and looks at it until it is ready.
func TestUsageReportsAreFollowed(t *testing.T) {
	opts := tuitest.UsedOptions()
	report := model.Report{ID: "report-1", Image: tuitest.SharedImage, State: "pending", Created: tuitest.Now, Types: []string{model.ReportedInstances, model.ReportedTemplates}}
	page := func(r tui.Refresh, rep model.Report) model.Page {
		return model.Page{Gen: r.Gen, Scope: tuitest.Prod, Kind: model.Reports, Reports: []*model.Report{&rep}, At: tuitest.Now, Last: true}
	}
	var begun []model.ImageKey
	opts.Services.Report = func(_ context.Context, keys []model.ImageKey) <-chan model.Event {
		begun = keys
		return tuitest.Stream(page(tui.Refresh{Gen: 1}, report))
	}
	var followed []tui.Refresh
	opts.Services.Refresh = func(_ context.Context, r tui.Refresh) <-chan model.Event {
		if r.Kinds == nil {
			return tuitest.Stream()
		}
		followed = append(followed, r)
		if len(followed) == 2 {
			report.State, report.Uses = "available", []model.ReportedUse{{Account: "444444444404", Type: model.ReportedInstances, Count: 3}}
		}
		return tuitest.Stream(page(r, report))
	}
	d := tuitest.New(t, 120, 40, opts)
	d.Press("/")
	d.Type("id:" + tuitest.SharedImage + "," + tuitest.UnusedImage)
	d.Press("enter", "a", ":")
	d.Type("report")
	d.Press("enter")
	d.Has("Let AWS make 1 usage report?", "1 not shared")
	if begun != nil {
		t.Fatal("begun without a word")
	}
	d.Press("y")
	d.Has("1 usage report is being made")
	if diff := cmp.Diff([]model.ImageKey{key(tuitest.SharedImage)}, begun); diff != "" {
		t.Fatal(diff)
	}
	d.Press("esc")
	look(d, tuitest.SharedImage)
	d.Has("? unknown", "a usage report is being made: wait for it")
	for range 4 {
		d.Expire()
	}
	if len(followed) != 2 || followed[0].Scopes[0] != tuitest.Prod || len(followed[0].Scopes) != 1 {
		t.Fatalf("followed by %+v", followed)
	}
	d.Has("● used · 1 reference", "3 × instance", "444444444404", "AWS's usage report of 2026-11-02")
}
