package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/model/safe"
)

// host is what the program stands on. Tests have one of their own.
type host struct {
	in     *os.File // nil: nobody can be asked
	out    io.Writer
	err    io.Writer
	env    func(string) string
	now    func() time.Time
	dirs   dirs
	handed *handover // of the terminal to another program
}

// dirs are the user's XDG directories.
type dirs struct{ config, cache, state string }

// The exit codes; the first that fits is given.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFindings    = 3
	exitPartial     = 4
	exitInterrupted = 130
)

// errPartial says that some scopes failed and others did not. The scopes have
// told why by then.
var errPartial = errors.New("some scopes could not be read")

// errFindings says that something is wrong that must not be. What, has been told
// by then.
var errFindings = errors.New("there are findings")

// errTold is a failure that has been told already.
var errTold = errors.New("failed")

// usageError is the user's mistake: exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// app is one run of the program.
type app struct {
	host
	flags  flags
	failed error // of the verb; what cobra itself returns is wrong use
	log    *slog.Logger
	picked []string // profiles chosen on the screen; nil: none
	askMFA func(ctx context.Context, device string) (string, error)
	asking atomic.Bool // a question stands on standard error
}

// run is the program, but for ending the process. It returns the exit code.
func run(ctx context.Context, h host, args []string) int {
	a := newApp(h)
	root := a.root() //nolint:contextcheck // cobra hands ctx to the verbs
	root.SetArgs(args)
	root.SetOut(h.out)
	root.SetErr(h.err)
	err := refuseGlued(args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		err = a.failed
	} else {
		err = usageError{err}
	}
	return a.finish(ctx, err)
}

// finish tells an error and gives its exit code.
func (a *app) finish(ctx context.Context, err error) int {
	var wrong usageError
	switch {
	case errors.As(err, &wrong):
		a.say("%s", wrong.Error())
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, errTold):
		return exitFailed
	case err != nil:
		a.say("%s", err)
		return exitFailed
	}
	return exitDone
}

// say writes a message to standard error. Each of its lines is made harmless,
// for it may repeat what AWS or a file said.
func (a *app) say(format string, args ...any) {
	var b strings.Builder
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		b.WriteString(safe.Cell(line) + "\n")
	}
	_, _ = io.WriteString(a.err, "amiscope: "+b.String()) // there is nobody else to tell
}

// root is the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "amiscope",
		Short: "A terminal explorer for Amazon Machine Images",
		Long: `amiscope shows every image of every account and region in one table.

Without a verb it opens the table; where standard output is no terminal it
prints the list. Try it without an AWS account: amiscope demo

Whose accounts: --profile, --all-profiles or --organization; else what the config
file names; else the default credentials. Where those do not work the screen
offers your profiles, and keeps what you choose (state.json in the state
directory) for every later start that names nothing else; : choose profiles
offers them again. L on the screen logs in where a login has expired.`,
		Example: "  amiscope\n  amiscope list 'age>180d !deprecated:true region:eu-*' -o json\n  amiscope demo",
		Args:    cobra.NoArgs,
		RunE:    a.verb(a.browse),

		SilenceErrors: true, // finish tells them
		SilenceUsage:  true,
	}
	a.flags.add(root, a.completeRegions)
	root.SetFlagErrorFunc(shortFlag)
	root.AddCommand(a.verbs()...)
	root.AddCommand(a.demo(), a.configVerb(), a.version())
	return root
}

// verbs are those that look at AWS, and at the demo's AWS as well.
func (a *app) verbs() []*cobra.Command {
	return []*cobra.Command{a.list(), a.show(), a.usage(), a.cost(), a.snapshots(), a.bin(), a.diff(), a.findings(), a.trail(), a.planVerb(), a.applyVerb(), a.undoVerb(), a.journalVerb(), a.scan(), a.scopes(), a.doctor()}
}

// verb keeps a verb's error apart from cobra's own, which are wrong use.
func (a *app) verb(fn func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.failed = fn(cmd.Context(), args)
		return nil
	}
}

// width is the width of a terminal, 0 for what is none.
func width(w io.Writer) int {
	n, _ := size(w)
	return n
}

// size is that of a terminal; 0 for what is none.
func size(w io.Writer) (width, height int) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return 0, 0
	}
	width, height, err := term.GetSize(f.Fd())
	if err != nil || width <= 0 {
		return 80, 0
	}
	return width, height
}

// newApp is a run that logs nowhere until it is told to.
func newApp(h host) *app { return &app{host: h, log: slog.New(slog.DiscardHandler)} }
