package ptytest

import (
	"fmt"
	"strings"
	"time"
)

// WaitFor waits until the screen shows text within one line.
func (t *Terminal) WaitFor(text string) {
	t.t.Helper()
	t.WaitUntil(fmt.Sprintf("the screen shows %q", text), func(screen string) bool {
		return strings.Contains(screen, text)
	})
}

// WaitGone waits until the screen no longer shows text.
func (t *Terminal) WaitGone(text string) {
	t.t.Helper()
	t.WaitUntil(fmt.Sprintf("%q is gone from the screen", text), func(screen string) bool {
		return !strings.Contains(screen, text)
	})
}

// WaitUntil waits until done is true of the screen, asking again at each change.
// what completes the sentence "waited until …". A program that ends before that
// fails the test at once.
func (t *Terminal) WaitUntil(what string, done func(screen string) bool) {
	t.t.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for running := true; ; {
		screen, changed := t.display.snapshot()
		if done(screen) {
			return
		}
		if !running {
			t.t.Fatalf("the program ended (code %d) while waiting until %s\n%s", t.Exit(), what, t.dump())
		}
		select {
		case <-changed:
		case <-t.exited: // look once more: its last words may be what we wait for
			running = false
		case <-deadline.C:
			t.t.Fatalf("waited %v until %s\n%s", Patience, what, t.dump())
		}
	}
}

// Screen returns the last whole frame: lines joined by newlines, without
// trailing blanks.
func (t *Terminal) Screen() string {
	screen, _ := t.display.snapshot()
	return screen
}

// Line returns line n of the screen, the top one being 0, without trailing
// blanks; a line that is not there is empty.
func (t *Terminal) Line(n int) string {
	lines := strings.Split(t.Screen(), "\n")
	if n < 0 || n >= len(lines) {
		return ""
	}
	return lines[n]
}

// dump draws the screen in a frame, for the message of a failed test.
func (t *Terminal) dump() string {
	var b strings.Builder
	for i, l := range strings.Split(t.Screen(), "\n") {
		fmt.Fprintf(&b, "%3d│%s\n", i, l)
	}
	return b.String()
}
