package ptytest

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Leftovers waits for the program's end and names everything it left changed in
// the terminal: the alternate screen, a hidden cursor, bracketed paste, mouse
// and focus reports, keyboard protocols, and the line discipline (echo, signals).
// A clean end gives none.
func (t *Terminal) Leftovers() []string {
	t.t.Helper()
	t.Exit()
	out := t.display.leftOver()
	if t.after == nil || *t.after != *t.before {
		out = append(out, "line discipline changed")
	}
	return out
}

func modeChanges(now map[int]bool) []string {
	var out []string
	for mode := range atFirst() {
		if !now[mode] {
			out = append(out, modeName(mode)+" off")
		}
		delete(now, mode)
	}
	for mode := range now {
		out = append(out, modeName(mode)+" on")
	}
	slices.Sort(out)
	return out
}

func modeName(mode int) string {
	switch ansi.DECMode(mode) {
	case ansi.ModeTextCursorEnable:
		return "cursor"
	case ansi.ModeAltScreen, ansi.ModeAltScreenSaveCursor:
		return "alternate screen"
	case ansi.ModeBracketedPaste:
		return "bracketed paste"
	case ansi.ModeMouseNormal, ansi.ModeMouseButtonEvent, ansi.ModeMouseAnyEvent, ansi.ModeMouseExtSgr:
		return fmt.Sprintf("mouse reports (mode %d)", mode)
	case ansi.ModeFocusEvent:
		return "focus reports"
	default:
		return fmt.Sprintf("mode %d", mode)
	}
}

// Unsafe names every character in raw that a well-behaved program has no reason
// to send: C0 controls other than those of line editing and ESC itself, DEL, C1
// controls in either encoding, bidirectional and line-separating format
// characters, and bytes that are not UTF-8. Sequences that begin with ESC are
// not judged: what they may contain is the program's affair.
func Unsafe(raw []byte) []string {
	var out []string
	for at := 0; at < len(raw); {
		r, n := utf8.DecodeRune(raw[at:])
		switch {
		case r == utf8.RuneError && n == 1:
			out = append(out, fmt.Sprintf("byte %d: 0x%02x is not UTF-8", at, raw[at]))
		case unsafe(r):
			out = append(out, fmt.Sprintf("byte %d: %U", at, r))
		}
		at += n
	}
	return out
}

func unsafe(r rune) bool {
	switch r {
	case '\a', '\b', '\t', '\n', '\r', '\x1b':
		return false
	case 0x061c, 0x200e, 0x200f, 0x2028, 0x2029:
		return true
	}
	return r < 0x20 || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
