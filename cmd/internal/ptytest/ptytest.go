// Package ptytest runs a built program in a pseudo-terminal and reads what a
// person would see there. It is for end-to-end tests only: a test presses keys,
// waits until the emulated screen shows something, and checks at the end that
// the terminal was left as it was found.
//
// Nothing here sleeps. Every wait ends when the program has drawn what was
// awaited, when it has ended, or after [Patience] with a dump of the screen.
//
// The terminal emulated answers queries as a modern one does: it knows
// synchronized output, so a wait never sees half a frame of a program that uses
// it, and the first level of the Kitty keyboard protocol, so the escape key
// never merges with the key after it.
package ptytest

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/charmbracelet/x/xpty"
)

// Patience is how long a wait may last. It only matters when a test fails, so
// it is generous: a race-detector build on a busy two-core machine is slow.
const Patience = 30 * time.Second

// Size is the size of a terminal in cells.
type Size struct{ Width, Height int }

// Terminal is one program running in one emulated terminal. Its methods are for
// the goroutine of the test that started it.
type Terminal struct {
	t       testing.TB
	cmd     *exec.Cmd
	pty     *xpty.UnixPty
	display *display
	started time.Time
	before  *term.State
	after   *term.State   // valid once exited is closed
	waitErr error         // valid once exited is closed
	exited  chan struct{} // closed when the program ended and its output was read
}

// Start runs argv in a terminal of the given size. The environment is PATH,
// TERM, COLORTERM, LANG and a HOME of its own, then env, so that nothing of the
// user's configuration is read or written. When the test ends the program's
// process group is killed, if it still runs.
func Start(t testing.TB, size Size, env []string, argv ...string) *Terminal {
	t.Helper()
	pty, err := xpty.NewUnixPty(size.Width, size.Height)
	if err != nil {
		t.Fatalf("open a pseudo-terminal: %v", err)
	}
	before, err := term.GetState(pty.Slave().Fd())
	if err != nil {
		t.Fatalf("read the terminal's modes: %v", err)
	}
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:noctx // ended by its process group in close, so that children go too
	cmd.Env = append(environment(t), env...)
	// A session of its own, with the pty as its controlling terminal: otherwise
	// ctrl+c raises no signal and a resize is not announced.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	tt := &Terminal{t: t, cmd: cmd, pty: pty, display: newDisplay(size), started: time.Now(), before: before, exited: make(chan struct{})}
	if err := pty.Start(cmd); err != nil {
		t.Fatalf("start %v: %v", argv, err)
	}
	tt.run()
	t.Cleanup(tt.close)
	return tt
}

func environment(t testing.TB) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"TERM=xterm-256color",
		"COLORTERM=truecolor",
		"LANG=C.UTF-8",
		"GORACE=atexit_sleep_ms=50", // a race-detector build else lingers a second
	}
}

// run starts the three goroutines of a terminal: program to screen, the
// screen's answers to the program, and the end. All end with the program.
func (t *Terminal) run() {
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		// A read ends with EIO once the last writer is gone: that is the end of file here.
		_, _ = io.Copy(t.display, t.pty.Master())
	}()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		t.display.answerTo(t.pty.Master())
	}()
	go func() {
		defer close(t.exited)
		t.waitErr = t.cmd.Wait()
		// Our own end of the program's side has kept the terminal's modes
		// readable until now; without it the output ends.
		t.after, _ = term.GetState(t.pty.Slave().Fd())
		_ = t.pty.Slave().Close()
		<-drained
		t.display.close()
		<-answered
	}()
}

func (t *Terminal) close() {
	select {
	case <-t.exited:
	default:
		_ = syscall.Kill(-t.cmd.Process.Pid, syscall.SIGKILL)
	}
	select {
	case <-t.exited:
	case <-time.After(Patience):
		t.t.Errorf("%v does not die", t.cmd.Args)
	}
	_ = t.pty.Master().Close()
}

// Resize gives the terminal another size and tells the program.
func (t *Terminal) Resize(width, height int) {
	t.t.Helper()
	t.display.resize(width, height)
	if err := t.pty.Resize(width, height); err != nil {
		t.t.Fatalf("resize to %d×%d: %v", width, height, err)
	}
}

// Signal sends a signal to the program. (The program leads an orphaned process
// group, so SIGTSTP by its default action does not stop it; a program that
// suspends itself goes on after SIGCONT.)
func (t *Terminal) Signal(sig os.Signal) {
	t.t.Helper()
	if err := t.cmd.Process.Signal(sig); err != nil {
		t.t.Fatalf("signal %v: %v", sig, err)
	}
}

// Exit waits for the program's end and returns its exit code, or 128 and the
// number of the signal that ended it, as a shell does.
func (t *Terminal) Exit() int {
	t.t.Helper()
	select {
	case <-t.exited:
	case <-time.After(Patience):
		t.t.Fatalf("still running after %v\n%s", Patience, t.dump())
	}
	var failed *exec.ExitError
	if t.waitErr != nil && !errors.As(t.waitErr, &failed) {
		t.t.Fatalf("wait for %v: %v", t.cmd.Args, t.waitErr)
	}
	if ws, ok := t.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return t.cmd.ProcessState.ExitCode()
}

// Raw returns every byte the program has written so far.
func (t *Terminal) Raw() []byte { return t.display.bytes() }
