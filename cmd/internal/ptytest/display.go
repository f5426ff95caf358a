package ptytest

import (
	"io"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// display is the emulated screen and the record of what was written to it. The
// emulator is not safe for concurrent use (nor is vt.SafeEmulator), so every
// use of it is under mu, except the reading of its answers, which goes through
// a pipe and must go on while a write is in progress.
type display struct {
	mu      sync.Mutex
	em      *vt.Emulator
	raw     []byte
	came    []arrival     // of what is in raw
	modes   map[int]bool  // DEC private modes that are set
	kitty   []int         // stack of the keyboard protocol's flags
	xkeys   bool          // modifyOtherKeys is on
	frame   string        // the last whole frame, while the next is being drawn
	changed chan struct{} // closed and replaced at every change
}

func newDisplay(s Size) *display {
	d := &display{em: vt.NewEmulator(s.Width, s.Height), modes: atFirst(), changed: make(chan struct{})}
	d.em.SetCallbacks(vt.Callbacks{
		EnableMode:  func(m ansi.Mode) { d.setMode(m, true) },
		DisableMode: func(m ansi.Mode) { d.setMode(m, false) },
	})
	d.em.RegisterCsiHandler(ansi.Command('?', '$', 'p'), d.reportSync)
	d.em.RegisterCsiHandler(ansi.Command('>', 0, 'u'), d.pushKeyboard)
	d.em.RegisterCsiHandler(ansi.Command('<', 0, 'u'), d.popKeyboard)
	d.em.RegisterCsiHandler(ansi.Command('=', 0, 'u'), d.changeKeyboard)
	d.em.RegisterCsiHandler(ansi.Command('>', 0, 'm'), d.modifyOtherKeys)
	return d
}

// atFirst returns the DEC private modes of a terminal that nobody has used:
// lines wrap and the cursor shows.
func atFirst() map[int]bool {
	return map[int]bool{ansi.ModeAutoWrap.Mode(): true, ansi.ModeTextCursorEnable.Mode(): true}
}

// Write draws what the program wrote.
func (d *display) Write(p []byte) (int, error) {
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.raw = append(d.raw, p...)
	d.came = append(d.came, arrival{len(d.raw), now})
	n, err := d.em.Write(p)
	d.announce()
	return n, err
}

func (d *display) announce() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// answerTo sends what the terminal answers (to queries for its colours, modes,
// attributes) to the program until close. It reads on when the program is gone:
// an answer that nobody takes would block the emulator.
func (d *display) answerTo(program io.Writer) {
	buf := make([]byte, 1024)
	for {
		n, err := d.em.Read(buf)
		if err != nil {
			return
		}
		_, _ = program.Write(buf[:n])
	}
}

// close ends answerTo. The emulator's own Close races with Read.
func (d *display) close() {
	if c, ok := d.em.InputPipe().(io.Closer); ok {
		_ = c.Close()
	}
}

func (d *display) resize(width, height int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.em.Resize(width, height)
	d.announce()
}

// snapshot returns the last whole frame and a channel that is closed at the
// next change.
func (d *display) snapshot() (string, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.modes[ansi.ModeSynchronizedOutput.Mode()] {
		return d.frame, d.changed
	}
	return d.text(), d.changed
}

// text returns the screen's lines without trailing blanks.
func (d *display) text() string {
	lines := strings.Split(d.em.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \r")
	}
	return strings.Join(lines, "\n")
}

func (d *display) bytes() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]byte(nil), d.raw...)
}

// The rest runs inside the emulator's Write, under mu.

func (d *display) setMode(m ansi.Mode, on bool) {
	dec, ok := m.(ansi.DECMode)
	if !ok {
		return
	}
	if on && dec == ansi.ModeSynchronizedOutput {
		d.frame = d.text()
	}
	if on {
		d.modes[dec.Mode()] = true
	} else {
		delete(d.modes, dec.Mode())
	}
}

// reportSync tells a program that asks that frames may be bracketed; the
// emulator by itself does not know the mode.
func (d *display) reportSync(p ansi.Params) bool {
	const sync = ansi.ModeSynchronizedOutput
	if n, _, _ := p.Param(0, 0); n != sync.Mode() {
		return false
	}
	setting := ansi.ModeReset
	if d.modes[sync.Mode()] {
		setting = ansi.ModeSet
	}
	_, _ = io.WriteString(d.em.InputPipe(), ansi.ReportMode(sync, setting))
	return true
}

func (d *display) pushKeyboard(p ansi.Params) bool {
	flags, _, _ := p.Param(0, 0)
	d.kitty = append(d.kitty, flags)
	return true
}

func (d *display) popKeyboard(p ansi.Params) bool {
	n, _, _ := p.Param(0, 1)
	d.kitty = d.kitty[:max(0, len(d.kitty)-n)]
	return true
}

// changeKeyboard sets (1), adds (2) or removes (3) flags of the top entry.
func (d *display) changeKeyboard(p ansi.Params) bool {
	flags, _, _ := p.Param(0, 0)
	how, _, _ := p.Param(1, 1)
	if len(d.kitty) == 0 {
		d.kitty = []int{0}
	}
	top := &d.kitty[len(d.kitty)-1]
	switch how {
	case 2:
		*top |= flags
	case 3:
		*top &^= flags
	default:
		*top = flags
	}
	return true
}

func (d *display) modifyOtherKeys(p ansi.Params) bool {
	if resource, _, _ := p.Param(0, 0); resource == 4 {
		level, _, _ := p.Param(1, 0)
		d.xkeys = level > 0
	}
	return true
}

// unambiguous says whether the program has asked for escape codes that cannot
// be mistaken for the start of another key.
func (d *display) unambiguous() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.kitty) > 0 && d.kitty[len(d.kitty)-1]&ansi.KittyDisambiguateEscapeCodes != 0
}

// leftOver names what differs from a terminal that nobody has used.
func (d *display) leftOver() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	if len(d.kitty) > 0 && d.kitty[len(d.kitty)-1] != 0 || len(d.kitty) > 1 {
		out = append(out, "keyboard protocol on")
	}
	if d.xkeys {
		out = append(out, "modifyOtherKeys on")
	}
	return append(out, modeChanges(maps.Clone(d.modes))...)
}
