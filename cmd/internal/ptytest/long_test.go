package ptytest

import (
	"strings"
	"testing"
)

func TestTakeRawForgets(t *testing.T) {
	term := start(t, "polite")
	term.WaitFor("keys <>")
	if raw := string(term.TakeRaw()); !strings.Contains(raw, "keys <") {
		t.Errorf("took %q", raw)
	}
	if !term.Try("a") || !term.Try("é") {
		t.Error("a running program takes no keys")
	}
	term.WaitFor("<a é>")
	if raw := string(term.Raw()); !strings.Contains(raw, "é>") || strings.Contains(raw, "keys <") { // each key may have had a frame of its own
		t.Errorf("raw is %q", raw)
	}
}

func TestPaintedIsTheScreen(t *testing.T) {
	term := start(t, "polite")
	term.WaitFor("wide")
	if lines := term.Painted(); len(lines) != 10 || !strings.HasPrefix(lines[0], "size 60x10") || !strings.HasPrefix(lines[2], "界 wide") {
		t.Errorf("painted %q", lines)
	}
	if !term.AltScreen() {
		t.Error("the program shows no alternate screen")
	}
	term.Press("q")
	<-term.Exited()
	if term.AltScreen() || term.Try("a") {
		t.Error("a program that has ended takes keys, or shows a screen")
	}
}
