//go:build e2e

package main

import (
	"strings"
	"testing"

	"github.com/amiscope/amiscope/cmd/internal/ptytest"
)

// TestBillIsAskedFor: on a terminal what a bill costs is told and asked about;
// without a yes nothing is billed, and the answer is partial.
func TestBillIsAskedFor(t *testing.T) {
	h, url := fortyProfiles(t)
	for _, tt := range []struct {
		answer string
		code   int
		billed bool
	}{{"", 4, false}, {"no", 4, false}, {"y", 0, true}, {"yes", 0, true}} {
		term := ptytest.Start(t, ptytest.Size{Width: 160, Height: 45}, h.Env(url), program(t), "demo", "cost", "--bill", "--accounts", "2", "--regions", "1", "--images", "40")
		term.WaitFor("--bill asks Cost Explorer about 2 accounts, at $0.01 a request: about $0.04, at most $0.40")
		term.WaitFor("go on? yes or no")
		if tt.answer != "" {
			term.Type(tt.answer)
		}
		term.Press("enter")
		if code := term.Exit(); code != tt.code {
			t.Errorf("%q: exit code %d, want %d", tt.answer, code, tt.code)
		}
		if strings.Contains(term.Screen(), "BILLED") != tt.billed {
			t.Errorf("%q:\n%s", tt.answer, term.Screen())
		}
	}
}
