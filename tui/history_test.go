package tui_test

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

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
