package ptytest

import (
	"cmp"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// What a test needs that goes on for hours, and whose program may end by itself.

// TakeRaw returns what the program has written since TakeRaw was called last,
// and forgets it: Raw then has only what came later.
func (t *Terminal) TakeRaw() []byte {
	t.display.mu.Lock()
	defer t.display.mu.Unlock()
	raw := t.display.raw
	t.display.raw, t.display.came = nil, nil
	return raw
}

// Pid is the program's process id.
func (t *Terminal) Pid() int { return t.cmd.Process.Pid }

// Exited is closed when the program has ended and its output was read.
func (t *Terminal) Exited() <-chan struct{} { return t.exited }

// Changed returns a channel that is closed when the program writes next.
func (t *Terminal) Changed() <-chan struct{} {
	_, changed := t.display.snapshot()
	return changed
}

// AltScreen reports whether the program shows the alternate screen.
func (t *Terminal) AltScreen() bool {
	t.display.mu.Lock()
	defer t.display.mu.Unlock()
	return t.display.modes[ansi.ModeAltScreenSaveCursor.Mode()]
}

// Try presses a key by its name, or types a text that is no key's name, and
// reports whether the program was still there.
func (t *Terminal) Try(text string) bool {
	select {
	case <-t.exited:
		return false
	default:
	}
	if seq, ok := sequence(text); ok {
		text = seq
		if text == "\x1b" && t.display.unambiguous() {
			text = "\x1b[27u"
		}
	}
	_, err := io.WriteString(t.pty.Master(), text)
	return err == nil
}

// unseen are the attributes that show nothing on a blank: bold, faint, italic.
const unseen = 1 | 2 | 4

// Painted is the screen as it looks, line by line: texts and, where they change,
// the sequences of their looks. Looks that a blank does not show are left out. It
// may be half a frame.
func (t *Terminal) Painted() []string {
	d := t.display
	d.mu.Lock()
	defer d.mu.Unlock()
	lines := make([]string, d.em.Height())
	for y := range lines {
		lines[y] = d.painted(y)
	}
	return lines
}

func (d *display) painted(y int) string {
	var b strings.Builder
	look, background := ansi.ResetStyle, ansi.ResetStyle // of the text so far, and what of it a blank shows
	for x := range d.em.Width() {
		cell := d.em.CellAt(x, y)
		if cell == nil || cell.Width == 0 { // the second half of a wide character
			continue
		}
		style, onBlank := cell.Style, cell.Style
		onBlank.Fg, onBlank.Attrs = nil, style.Attrs&^unseen
		shown := onBlank.String()
		seq, blank := style.String(), strings.TrimSpace(cell.Content) == ""
		if blank {
			seq = shown
		}
		if (!blank || shown != background) && seq != look {
			look, background = seq, shown
			b.WriteString(seq)
		}
		b.WriteString(cmp.Or(cell.Content, " "))
	}
	return b.String()
}
