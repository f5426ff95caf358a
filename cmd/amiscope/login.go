package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/safe"
	"github.com/amiscope/amiscope/tui"
)

// loginCommand is a login of the aws command, with the terminal in its hands.
type loginCommand struct {
	*exec.Cmd
	handed *handover
}

// login makes the command that renews a login.
func (a *app) login(ctx context.Context, argv []string) tea.ExecCommand {
	return &loginCommand{exec.CommandContext(ctx, argv[0], argv[1:]...), a.handed} //nolint:gosec // aws, with names from the user's own files, and no shell
}

// SetStdin, SetStdout and SetStderr take the terminal.
func (c *loginCommand) SetStdin(r io.Reader)  { c.Stdin = r }
func (c *loginCommand) SetStdout(w io.Writer) { c.Stdout = w }
func (c *loginCommand) SetStderr(w io.Writer) { c.Stderr = w }

// Run runs the command. One that failed stays on the terminal until the user
// has read what it said.
func (c *loginCommand) Run() error {
	c.handed.give()
	defer c.handed.back()
	line := safe.Cell(strings.Join(c.Args, " "))
	if _, err := fmt.Fprintln(c.Stdout, line); err != nil {
		return err
	}
	err := c.Cmd.Run()
	if err != nil {
		_, _ = fmt.Fprintf(c.Stdout, "\namiscope: %s: %v; press enter to go back ", line, err) // err is told anyway
		_, _ = bufio.NewReader(c.Stdin).ReadString('\n')                                       // an end of input goes back too
	}
	return err
}

// questions are those for MFA codes, on their way to the screen and back.
type questions struct {
	asked chan tui.Question
	gone  <-chan struct{} // closed when the screen is

	mu      sync.Mutex
	last    int
	waiting map[int]chan string
}

func newQuestions(ctx context.Context) *questions {
	return &questions{asked: make(chan tui.Question), gone: ctx.Done(), waiting: map[int]chan string{}}
}

// ask shows a question, and waits for its answer or for the context's end.
func (q *questions) ask(ctx context.Context, device string) (string, error) {
	id, reply := q.expect()
	defer q.forget(id)
	if err := q.tell(ctx.Done(), tui.Question{ID: id, Device: device}); err != nil {
		return "", err
	}
	select {
	case code := <-reply:
		return given(code)
	case <-ctx.Done():
		_ = q.tell(nil, tui.Question{ID: id, Withdrawn: true}) // fails only when the screen is gone, and the question with it
		return "", ctx.Err()
	}
}

func (q *questions) tell(done <-chan struct{}, what tui.Question) error {
	select {
	case q.asked <- what:
		return nil
	case <-done:
	case <-q.gone:
	}
	return awsclient.ErrNoCode
}

func (q *questions) expect() (id int, reply chan string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	q.waiting[q.last] = make(chan string, 1)
	return q.last, q.waiting[q.last]
}

func (q *questions) forget(id int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.waiting, id)
}

// answer gives an answer to who waits for it, if anybody does.
func (q *questions) answer(id int, code string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if reply, ok := q.waiting[id]; ok {
		reply <- code // the only one: forget follows
		delete(q.waiting, id)
	}
}

func given(code string) (string, error) {
	if code = strings.TrimSpace(code); code == "" {
		return "", awsclient.ErrNoCode
	}
	return code, nil
}

// codeFrom is how a verb asks for an MFA code: on a terminal; elsewhere it
// cannot, and is nil.
func (a *app) codeFrom(in *os.File) func(context.Context, string) (string, error) {
	if in == nil || !term.IsTerminal(in.Fd()) || width(a.err) == 0 {
		return nil
	}
	return func(ctx context.Context, device string) (string, error) {
		a.asking.Store(true) // keeps the progress off the line
		defer a.asking.Store(false)
		a.say("a login asks for the MFA code of %s (enter: none)", device)
		return readLine(ctx, in)
	}
}

// readLine reads a line until the context ends.
func readLine(ctx context.Context, in *os.File) (string, error) {
	r, err := cancelreader.NewReader(in)
	if err != nil {
		return "", fmt.Errorf("ask for an MFA code: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { r.Cancel() })
	defer stop()
	line, err := bufio.NewReader(r).ReadString('\n')
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", awsclient.ErrNoCode // the input ended
	}
	return given(line)
}

// profiles lists the profiles of the user's AWS files.
func (a *app) profiles() ([]model.Profile, error) { return awsclient.Profiles(a.now()) }
