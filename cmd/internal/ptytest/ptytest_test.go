package ptytest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// programVar makes the test binary be one of the programs under test.
const programVar = "PTYTEST_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(programVar) {
	case "":
		goleak.VerifyTestMain(m)
	case "polite":
		polite()
	case "rude":
		rude()
	}
}

// polite is a Bubble Tea program that shows its size and the keys it was given.
func polite() {
	if _, err := tea.NewProgram(keyLog{}).Run(); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// rude leaves everything changed and says a byte that it should not.
func rude() {
	fmt.Print("\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1002h\x1b[>1u\x1b[>4;2mrude \u202e\x01here")
	os.Exit(3)
}

type keyLog struct {
	size tea.WindowSizeMsg
	keys []string
}

func (k keyLog) Init() tea.Cmd { return nil }

func (k keyLog) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		k.size = msg
	case tea.PasteMsg:
		k.keys = append(k.keys, "paste:"+msg.Content)
	case tea.KeyPressMsg:
		if msg.String() == "q" {
			return k, tea.Quit
		}
		k.keys = append(slices.Clone(k.keys), msg.String())
	}
	return k, nil
}

func (k keyLog) View() tea.View {
	v := tea.NewView(fmt.Sprintf("size %dx%d\nkeys <%s>\n界 wide", k.size.Width, k.size.Height, strings.Join(k.keys, " ")))
	v.AltScreen, v.MouseMode, v.ReportFocus = true, tea.MouseModeCellMotion, true
	return v
}

func start(t *testing.T, program string) *Terminal {
	t.Helper()
	return Start(t, Size{60, 10}, []string{programVar + "=" + program}, os.Args[0])
}

func TestKeysReachTheProgramUnderTheirNames(t *testing.T) {
	names := []string{
		"a", "D", "/", "enter", "esc", "j", "esc", "tab", "shift+tab", "space", "backspace", "delete", "insert",
		"pgup", "pgdown", "up", "down", "left", "right", "home", "end", "shift+left", "shift+right", "ctrl+up",
		"alt+down", "ctrl+c", "ctrl+r", `ctrl+\`, "alt+x", "é",
	}
	term := Start(t, Size{300, 10}, []string{programVar + "=polite"}, os.Args[0])
	term.WaitFor("keys <>")
	term.Press(names...)
	term.WaitFor("<" + strings.Join(names, " ") + ">")
}

func TestTypeAndPaste(t *testing.T) {
	term := start(t, "polite")
	term.WaitFor("keys <>")
	term.Type("ab")
	term.WaitFor("<a b>")
	term.Paste("two\twords")
	term.WaitFor("<a b paste:two")
	term.WaitGone("<a b>")
}

func TestResizeIsAnnounced(t *testing.T) {
	term := start(t, "polite")
	term.WaitFor("size 60x10")
	term.Resize(40, 12)
	term.WaitFor("size 40x12")
	if got := term.Line(2); got != "界 wide" {
		t.Errorf("line 2 is %q", got)
	}
	if got := term.Line(99); got != "" {
		t.Errorf("a line below the screen is %q", got)
	}
}

func TestACleanEndLeavesNothing(t *testing.T) {
	for name, end := range map[string]func(*Terminal){
		"quit":      func(term *Terminal) { term.Press("q") },
		"terminate": func(term *Terminal) { term.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			term := start(t, "polite")
			term.WaitFor("size 60x10")
			if got := term.display.leftOver(); len(got) == 0 {
				t.Error("a running full-screen program seems to have changed nothing")
			}
			end(term)
			if got := term.Exit(); got != 0 {
				t.Errorf("exit code %d", got)
			}
			if got := term.Leftovers(); len(got) > 0 {
				t.Errorf("left in the terminal: %v", got)
			}
			if got := Unsafe(term.Raw()); len(got) > 0 {
				t.Errorf("sent: %v", got)
			}
		})
	}
}

func TestARudeEndIsSeen(t *testing.T) {
	term := start(t, "rude")
	if got := term.Exit(); got != 3 {
		t.Errorf("exit code %d, want 3", got)
	}
	want := []string{
		"keyboard protocol on", "modifyOtherKeys on", "alternate screen on", "bracketed paste on",
		"cursor off", "mouse reports (mode 1002) on",
	}
	if diff := cmp.Diff(want, term.Leftovers()); diff != "" {
		t.Error(diff)
	}
	if got := Unsafe(term.Raw()); len(got) != 2 {
		t.Errorf("unsafe characters found: %v, want two", got)
	}
}

func TestAKilledProgramLeavesTheLineDisciplineRaw(t *testing.T) {
	term := start(t, "polite")
	term.WaitFor("size 60x10")
	term.Signal(syscall.SIGKILL)
	if got := term.Exit(); got != 128+int(syscall.SIGKILL) {
		t.Errorf("exit code %d", got)
	}
	if got := term.Leftovers(); !slices.Contains(got, "line discipline changed") || !slices.Contains(got, "alternate screen on") {
		t.Errorf("left in the terminal: %v", got)
	}
}

func TestAFrameIsSeenWhole(t *testing.T) {
	d := newDisplay(Size{20, 3})
	t.Cleanup(d.close)
	write := func(s string) {
		if _, err := d.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	write("\x1b[Hold top\r\nold end\x1b[?2026h\x1b[Hnew top")
	if got, _ := d.snapshot(); !strings.Contains(got, "old top\nold end") {
		t.Errorf("in the middle of a frame the screen is %q", got)
	}
	write("\r\nnew end\x1b[?2026l")
	if got, _ := d.snapshot(); !strings.Contains(got, "new top\nnew end") {
		t.Errorf("after the frame the screen is %q", got)
	}
}

// failing records what a wait tells the test that uses it.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f)
}

func TestAWaitFailsWhenTheProgramEnds(t *testing.T) {
	term := start(t, "rude")
	f := &failing{TB: t}
	term.t = f
	defer func() {
		if recover() == nil || !strings.Contains(f.said, "code 3") || !strings.Contains(f.said, "here") {
			t.Errorf("the failure said %q", f.said)
		}
	}()
	term.WaitFor("never shown")
}

func TestUnsafe(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want int
	}{
		"plain, styled, wide": {"a\x1b[1mb\x1b[0m\r\n\t界 é", 0},
		"emoji with joiner":   {"👩\u200d🚀", 0},
		"C1 as UTF-8":         {"\u009b31m", 1},
		"C1 as a byte":        {"\x9b31m", 1},
		"right-to-left":       {"\u202eexe.gpj\u2066", 2},
		"NUL and DEL":         {"\x00\x7f", 2},
		"line separator":      {"\u2028", 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Unsafe([]byte(c.in)); len(got) != c.want {
				t.Errorf("found %v, want %d", got, c.want)
			}
		})
	}
}
