//go:build e2e

package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/amiscope/amiscope/cmd/internal/ptytest"
)

// program is the built binary, as make e2e and make check name it.
func program(t testing.TB) string {
	t.Helper()
	bin := os.Getenv("AMISCOPE_BIN")
	if bin == "" {
		t.Fatal("AMISCOPE_BIN names no program: run make e2e")
	}
	return bin
}

// open starts the demo on a terminal and waits for its images.
func open(t *testing.T, size ptytest.Size) *ptytest.Terminal {
	t.Helper()
	term := ptytest.Start(t, size, nil, program(t), "demo")
	term.WaitUntil("all images and no scan", func(s string) bool {
		return regexp.MustCompile(`(?m)^ [1-9][0-9]* images .* read `).MatchString(s) && !strings.Contains(s, "reading")
	})
	return term
}

// left says that the program ended well and left the terminal as it was.
func left(t *testing.T, term *ptytest.Terminal, code int) {
	t.Helper()
	if got := term.Exit(); got != code {
		t.Errorf("exit code %d instead of %d", got, code)
	}
	if over := term.Leftovers(); len(over) > 0 {
		t.Errorf("the terminal is left with %v", over)
	}
	if bad := ptytest.Unsafe(term.Raw()); len(bad) > 0 {
		t.Errorf("reached the terminal: %v", bad)
	}
}

func TestScreenFiltersMarksAndQuits(t *testing.T) {
	term := open(t, ptytest.Size{Width: 120, Height: 40})
	term.Press("/")
	term.Type("is:public")
	term.WaitFor("2 of ")
	term.Press("enter")
	term.WaitFor("esc clears")
	term.Press("space")
	term.WaitFor("1 marked")
	term.Press("esc")
	term.WaitGone("esc clears")
	term.WaitFor("1 marked")
	term.Press("q")
	left(t, term, 0)
}

func TestScreenShowsAnImageAndItsScopes(t *testing.T) {
	term := open(t, ptytest.Size{Width: 80, Height: 24})
	term.Press("enter")
	term.WaitFor("[identity]")
	for _, tab := range []string{"usage", "cost", "permissions", "findings"} {
		term.Press("]")
		term.WaitFor("[" + tab + "]")
	}
	term.Press("esc")
	term.WaitFor("NAME")
	term.Press("9")
	term.WaitFor("denied")
	term.Press("ctrl+c")
	left(t, term, 0)
}

// TestScreenTellsWhoUsesAnImage: the verdicts come behind the rows and settle by
// themselves.
func TestScreenTellsWhoUsesAnImage(t *testing.T) {
	const filter = "usage:used region:eu-*"
	term := open(t, ptytest.Size{Width: 120, Height: 40})
	term.Press("/")
	term.WaitFor("enter keep")
	term.Type(filter)
	term.WaitUntil("rows that are used", func(s string) bool { return strings.Contains(s, filter) && strings.Count(s, "● used") > 20 })
	term.Press("enter")
	term.WaitFor(filter + "   esc clears")
	term.Press("u")
	term.WaitUntil("what names the image", func(s string) bool {
		return strings.Contains(s, "● used") && strings.Contains(s, "What names it") && !strings.Contains(s, "nothing of all that was looked at")
	})
	term.Press("esc")
	term.WaitFor("esc clears")
	term.Press("q")
	left(t, term, 0)
}

// TestAuditorFindsStrangers: every image that a stranger or everybody may launch, and
// who the strangers are, is at most three keys away from the start. Which these are
// the list tells.
func TestAuditorFindsStrangers(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), program(t), "demo", "list", "shared:stranger OR is:public", "-o", "csv", "--columns", "name,shared").Output()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitPartial) { // the demo denies a scope
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(rows) < 5 {
		t.Fatalf("%v: %d rows", err, len(rows))
	}
	for _, size := range []ptytest.Size{{Width: 80, Height: 24}, {Width: 120, Height: 40}, {Width: 200, Height: 60}} {
		term := ptytest.Start(t, size, nil, program(t), "demo")
		term.WaitFor(" images")
		term.Press("'", "x")
		term.WaitUntil("all of them, with the strangers' names", func(s string) bool {
			for _, r := range rows[1:] {
				stranger, _, _ := strings.Cut(r[1], " ") // strangers come first
				if !regexp.MustCompile(regexp.QuoteMeta(r[0]) + ` .* ` + stranger).MatchString(s) {
					return false
				}
			}
			return strings.Contains(s, fmt.Sprintf(" %d of ", len(rows)-1))
		})
		term.Press("ctrl+c")
		left(t, term, 0)
	}
}

func TestScreenFollowsTheSizeOfTheTerminal(t *testing.T) {
	term := open(t, ptytest.Size{Width: 120, Height: 40})
	for _, size := range [][2]int{{40, 10}, {200, 60}, {80, 24}} {
		term.Resize(size[0], size[1])
		term.WaitUntil(fmt.Sprintf("hints on line %d", size[1]), func(s string) bool {
			lines := strings.Split(s, "\n")
			return len(lines) >= size[1] && strings.Contains(lines[size[1]-1], "space mark")
		})
	}
	term.Press("q")
	left(t, term, 0)
}

func TestScreenEndsByASignal(t *testing.T) {
	term := open(t, ptytest.Size{Width: 80, Height: 24})
	term.Signal(syscall.SIGTERM)
	left(t, term, 130)
}

// TestScreenShowsHostileNamesHarmlessly scrolls through every image there is.
func TestScreenShowsHostileNamesHarmlessly(t *testing.T) {
	term := open(t, ptytest.Size{Width: 200, Height: 60})
	term.Press("s", "a")
	for range 12 {
		term.Press("ctrl+f")
	}
	term.Press("/")
	term.Type("tag.Name:* OR x")
	term.WaitFor(" of ")
	term.Press("esc", "q")
	left(t, term, 0)
}

// TestScreenWarm opens a second time: the images are there before the network
// could have answered.
func TestScreenWarm(t *testing.T) {
	home := t.TempDir()
	env := []string{"HOME=" + home, "XDG_CACHE_HOME=" + home + "/cache", "XDG_STATE_HOME=" + home + "/state"}
	argv := []string{program(t), "demo"}
	first := ptytest.Start(t, ptytest.Size{Width: 120, Height: 40}, env, argv...)
	first.WaitFor("web-api")
	first.WaitUntil("the scan to end", func(s string) bool { return !strings.Contains(s, "reading") })
	first.Press("q")
	left(t, first, 0)
	second := ptytest.Start(t, ptytest.Size{Width: 120, Height: 40}, env, append(argv, "--latency", "20s")...)
	second.WaitFor("web-api")
	second.Press("q")
	left(t, second, 0)
}
