package tui_test

import (
	"strings"
	"testing"

	"github.com/amiscope/amiscope/tui"
)

// Where the size of the terminal is known the first frame is whole before anything
// was told or read.
func TestTheFirstFrameWaitsForNothing(t *testing.T) {
	o := options()
	o.Width, o.Height = 80, 24
	a := tui.New(t.Context(), o)
	a.Init()
	lines := strings.Split(a.View().Content, "\n")
	if len(lines) != o.Height || !strings.Contains(lines[0], "amiscope") {
		t.Errorf("the first frame has %d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
}
