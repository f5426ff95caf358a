// Package tuitest drives the program in the test's own goroutine: updates and
// commands run one after another until nothing is left to do, so that a test
// needs no waiting and sees the same frames every time.
package tuitest

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// Driver runs one program.
type Driver struct {
	t         testing.TB
	model     tea.Model
	timers    []tea.Msg
	Clipboard string // what was last put on the clipboard
	Quit      bool   // the program wants to end
	// Deaf keeps from the program what runs tell: they go on in the background, until
	// Hear.
	Deaf    bool
	unheard []tea.Cmd
}

// New starts the program at a size and runs it until it is quiet. Short timers
// fire at once; those of a second and more when Expire lets them; unless the
// options say otherwise.
func New(t testing.TB, width, height int, opts tui.Options) *Driver {
	t.Helper()
	d := &Driver{t: t}
	if opts.After == nil {
		opts.After = after
	}
	opts.Exec = func(c tea.ExecCommand, done tea.ExecCallback) tea.Cmd {
		return func() tea.Msg { return done(c.Run()) }
	}
	app := tui.New(t.Context(), opts)
	d.model = app
	d.run(app.Init())
	d.Send(tea.WindowSizeMsg{Width: width, Height: height})
	return d
}

type timer struct{ msg tea.Msg }

func after(d time.Duration, msg tea.Msg) tea.Cmd {
	if d < time.Second {
		return func() tea.Msg { return msg }
	}
	return func() tea.Msg { return timer{msg} }
}

// Send gives the program a message and runs it until it is quiet.
func (d *Driver) Send(msg tea.Msg) {
	d.t.Helper()
	var cmd tea.Cmd
	d.model, cmd = d.model.Update(msg)
	d.run(cmd)
}

// Expire lets the timers fire that were set until now: toasts go.
func (d *Driver) Expire() {
	d.t.Helper()
	due := d.timers
	d.timers = nil
	for _, msg := range due {
		d.Send(msg)
	}
}

// Press presses keys by their names: "j", "D", "space", "ctrl+d", "esc".
func (d *Driver) Press(names ...string) {
	d.t.Helper()
	for _, n := range names {
		d.Send(Key(d.t, n))
	}
}

// Type presses a key for each character of a text.
func (d *Driver) Type(text string) {
	d.t.Helper()
	for _, r := range text {
		d.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// Resize changes the size of the terminal.
func (d *Driver) Resize(width, height int) {
	d.t.Helper()
	d.Send(tea.WindowSizeMsg{Width: width, Height: height})
}

// ANSI is the frame as it is written to the terminal.
func (d *Driver) ANSI() string {
	app, ok := d.model.(*tui.App)
	if !ok {
		d.t.Fatalf("the model is a %T", d.model)
	}
	return app.View().Content
}

// Screen is the frame without its looks.
func (d *Driver) Screen() string { return ansi.Strip(d.ANSI()) }

// Has fails the test unless every text is on the screen.
func (d *Driver) Has(texts ...string) {
	d.t.Helper()
	screen := d.Screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			d.t.Fatalf("the screen lacks %q:\n%s", text, screen)
		}
	}
}

// Lacks fails the test if a text is on the screen.
func (d *Driver) Lacks(texts ...string) {
	d.t.Helper()
	screen := d.Screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			d.t.Fatalf("the screen has %q:\n%s", text, screen)
		}
	}
}

// run runs a command and all that follow from it.
func (d *Driver) run(first tea.Cmd) {
	d.t.Helper()
	queue := []tea.Cmd{first}
	for n := 0; len(queue) > 0; n++ {
		if n > 100_000 {
			d.t.Fatal("the program does not come to rest")
		}
		cmd := queue[0]
		queue = queue[1:]
		if cmd == nil {
			continue
		}
		if d.Deaf && hears(cmd) {
			d.unheard = append(d.unheard, cmd)
			continue
		}
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			queue = append(queue, msg...)
		case timer:
			d.timers = append(d.timers, msg.msg)
		case tea.QuitMsg:
			d.Quit = true
		default:
			if d.clipboard(msg) {
				continue
			}
			var next tea.Cmd
			d.model, next = d.model.Update(msg)
			queue = append(queue, next)
		}
	}
}

// Hear lets the program hear what runs have told since it is deaf, once each.
func (d *Driver) Hear() {
	d.t.Helper()
	due := d.unheard
	d.unheard = nil
	for _, cmd := range due {
		d.Send(cmd())
	}
}

// hears reports whether a command waits for what a run tells.
func hears(cmd tea.Cmd) bool {
	return strings.Contains(runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name(), "hearRun")
}

// clipboard catches what bubbletea's own, unexported message puts on the
// clipboard.
func (d *Driver) clipboard(msg tea.Msg) bool {
	v := reflect.ValueOf(msg)
	if v.Type().Name() != "setClipboardMsg" || v.Kind() != reflect.String {
		return false
	}
	d.Clipboard = v.String()
	return true
}

// Key is the message of a key by its name.
func Key(t testing.TB, name string) tea.KeyPressMsg {
	t.Helper()
	var mod tea.KeyMod
	rest := name
	for {
		before, after, ok := strings.Cut(rest, "+")
		m, known := mods[before]
		if !ok || !known || after == "" {
			break
		}
		mod, rest = mod|m, after
	}
	if code, ok := codes[rest]; ok {
		k := tea.KeyPressMsg{Code: code, Mod: mod}
		if rest == "space" && mod == 0 {
			k.Text = " "
		}
		return k
	}
	runes := []rune(rest)
	if len(runes) != 1 {
		t.Fatalf("no key is called %q", name)
	}
	k := tea.KeyPressMsg{Code: runes[0], Mod: mod}
	if mod == 0 {
		k.Text = rest
	}
	if k.String() != name {
		t.Fatalf("key %q calls itself %q", name, k)
	}
	return k
}

var mods = map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "shift": tea.ModShift, "alt": tea.ModAlt}

var codes = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace, "backspace": tea.KeyBackspace,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
}

// Stream is a channel that holds events and is closed: what a service that has
// nothing to wait for returns.
func Stream(events ...model.Event) <-chan model.Event {
	ch := make(chan model.Event, len(events))
	for _, e := range events {
		ch <- e
	}
	close(ch)
	return ch
}

// Services are those of a world that holds what the events tell, and at the
// given time.
func Services(now time.Time, events ...model.Event) tui.Services {
	return tui.Services{
		Restore: func(context.Context) <-chan model.Event { return Stream(events...) },
		Refresh: func(context.Context, tui.Refresh) <-chan model.Event { return Stream() },
		Now:     func() time.Time { return now },
	}
}

// Lines numbers the lines of a screen, for messages of tests.
func Lines(screen string) string {
	var b strings.Builder
	for i, l := range strings.Split(screen, "\n") {
		fmt.Fprintf(&b, "%2d|%s|\n", i, l)
	}
	return b.String()
}
