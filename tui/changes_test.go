package tui_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// clock is a time that tests let pass.
type clock struct{ now time.Time }

// changing is a program with an AWS that can be changed.
func changing(t *testing.T, w, h int) (*tuitest.Driver, *tuitest.Changing, *clock) {
	t.Helper()
	c, at := tuitest.NewChanging(tuitest.UsedFleet()...), &clock{tuitest.Now}
	return tuitest.New(t, w, h, changingOptions(c, at)), c, at
}

func changingOptions(c *tuitest.Changing, at *clock) tui.Options {
	opts := tuitest.UsedOptions()
	opts.Services.Now = func() time.Time { return at.now }
	opts.Services.Changes = c.Services()
	return opts
}

// find shows one image.
func find(d *tuitest.Driver, id string) {
	d.Press("/")
	d.Type(id)
	d.Press("enter")
}

func TestDeedScreens(t *testing.T) {
	for _, j := range []struct {
		name string
		do   func(d *tuitest.Driver)
	}{
		{"review", func(d *tuitest.Driver) {
			find(d, tuitest.StaleImage)
			d.Press("D")
		}},
		{"many", func(d *tuitest.Driver) { d.Press("a", "D") }},
		{"share", func(d *tuitest.Driver) {
			find(d, tuitest.UnusedImage)
			d.Press("S", "down")
			d.Type("acme-dev ")
			d.Type("33")
		}},
		{"shared", func(d *tuitest.Driver) {
			find(d, tuitest.UnusedImage)
			d.Press("S", "down")
			d.Type("acme-dev")
			d.Press("enter")
		}},
		{"copy", func(d *tuitest.Driver) {
			find(d, tuitest.UnusedImage)
			d.Press("c")
			d.Type("us-e")
		}},
		{"copied", func(d *tuitest.Driver) {
			find(d, tuitest.UnusedImage)
			d.Press("c")
			d.Type("us-e")
			d.Press("tab", "enter")
		}},
		{"lifecycle", func(d *tuitest.Driver) { d.Press("z") }},
		{"protect", func(d *tuitest.Driver) { d.Press("p") }},
		{"print", func(d *tuitest.Driver) {
			find(d, tuitest.UnusedImage)
			d.Press("z", "x", "P")
		}},
	} {
		for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				d, _, _ := changing(t, size[0], size[1])
				j.do(d)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// bystander is an image outside production of which nothing is known to be wrong.
const bystander = "ami-222us00000000003"

// settle lets the guard of a review fall.
func (c *clock) settle() { c.now = c.now.Add(2 * time.Second) }

func TestOneImageIsChangedByYes(t *testing.T) {
	d, c, at := changing(t, 120, 40)
	find(d, bystander)
	d.Press("z", "d")
	d.Type("30d")
	d.Press("enter")
	d.Has("Deprecate", "y deprecates 1 image")
	at.settle()
	d.Press("y")
	if len(c.Applied) != 1 {
		t.Fatalf("%d plans were applied:\n%s", len(c.Applied), d.Screen())
	}
	d.Has("1 of 1 step done", "U undoes it")
}

func TestMarkedImagesAreDeletedByThePhrase(t *testing.T) {
	d, c, at := changing(t, 120, 40)
	d.Press("/")
	d.Type("account:222222222222 name:web-api-*")
	d.Press("enter", "space", "space", "esc", "/")
	d.Type("batch-runner")
	d.Press("enter", "D")
	d.Has("Delete 2 images", "2 images of these: marked, but the filter does not show them", "then type delete 2")
	at.settle()
	d.Press("y")
	d.Type("delete 2")
	if len(c.Applied) > 0 {
		t.Fatal("applied before enter")
	}
	d.Press("enter")
	if len(c.Applied) != 1 || len(c.Applied[0].Targets) != 2 {
		t.Fatalf("applied %+v", c.Applied)
	}
	d.Has("2 of 2 steps done")
	d.Press("esc")
	d.Has("batch-runner")
}

func TestDeedsSayWhyNot(t *testing.T) {
	opts := changingOptions(tuitest.NewChanging(tuitest.UsedFleet()...), &clock{tuitest.Now})
	opts.Offline = "offline: nothing is read"
	d := tuitest.New(t, 120, 40, opts)
	d.Press("D")
	d.Has("offline: nothing is read")

	opts = changingOptions(tuitest.NewChanging(tuitest.UsedFleet()...), &clock{tuitest.Now})
	opts.Services.Changes = tui.ChangeServices{}
	d = tuitest.New(t, 120, 40, opts)
	d.Press("D")
	d.Has("nothing can be changed here")

	d, _, _ = changing(t, 120, 40)
	d.Press("U")
	d.Has("nothing was changed yet that could be undone")
}

func TestReadOnlyShowsAndChangesNothing(t *testing.T) {
	c, at := tuitest.NewChanging(tuitest.UsedFleet()...), &clock{tuitest.Now}
	opts := changingOptions(c, at)
	opts.ReadOnly = "read-only: nothing is changed"
	d := tuitest.New(t, 120, 40, opts)
	find(d, bystander)
	d.Press("z", "x")
	d.Has("Disable", "read-only: nothing is changed", "ec2:DisableImage")
	at.settle()
	d.Press("y")
	if len(c.Applied) > 0 {
		t.Fatal("a read-only program applied a plan")
	}
}

func TestUnreadIsNoAllClear(t *testing.T) {
	c, at := tuitest.NewChanging(tuitest.UsedFleet()...), &clock{tuitest.Now}
	c.Denied = &model.OpError{Op: "ec2:DescribeImages", Kind: model.Denied, Err: errors.New("no")}
	d := tuitest.New(t, 120, 40, changingOptions(c, at))
	find(d, bystander)
	d.Press("z", "x")
	d.Has("1 image could not be read again", "it could not be read again", "nothing will be done")
}

func TestRunGoesOnInTheBackground(t *testing.T) {
	d, _, at := changing(t, 120, 40)
	d.Deaf = true
	find(d, bystander)
	d.Press("p", "p")
	at.settle()
	d.Press("y")
	d.Has("0 of 1 step done", "ctrl+x stops it between steps")
	d.Press("esc")
	d.Has("protecting 0/1: :runs")
	d.Press("esc", "q")
	d.Has("1 run goes on. Leave all the same?")
	d.Press("n")
	if d.Quit {
		t.Fatal("n leaves")
	}
	d.Press("ctrl+x")
	d.Has("it stops when what it has begun is done")
	d.Press(":")
	d.Type("runs")
	d.Press("enter")
	d.Has("Protect", "stopping")
	d.Press("enter")
	d.Has("stopping when what was begun is done")
	d.Press("esc", "1", "q", "y")
	if !d.Quit {
		t.Fatal("y does not leave")
	}
	d.Press("esc")
	d.Hear()
	d.Has("protect: 1 of 1 step done; U undoes it")
	d.Lacks("protecting")
}

// The first of the marked images is done, and the others wait for a yes, also where
// nobody looks.
func TestTheFirstFewAreDoneFirst(t *testing.T) {
	d, c, at := changing(t, 120, 40)
	d.Press("/")
	d.Type("account:222222222222 name:web-api-*")
	d.Press("enter", "space", "space", "space", "z", "x")
	d.Has("Disable 3 images", "f first few")
	at.settle()
	d.Press("f")
	d.Has("How many of 3 images first?")
	d.Press("a")
	d.Type("disable 3")
	d.Deaf = true
	d.Press("enter")
	d.Has("the first image; then it waits for a yes")
	d.Press("esc")
	d.Hear()
	d.Has("disable: the first image came to an end, and the other 2 images wait")
	d.Expire()
	d.Has("disabling 1/3, waits for a yes: :runs")
	d.Press(":")
	d.Type("runs")
	d.Press("enter")
	d.Has("waits for a yes: enter")
	d.Press("enter")
	d.Has("1 of 3 steps done", "y goes on with the other 2 images")
	at.settle()
	d.Press("y")
	d.Hear()
	d.Has("3 of 3 steps done")
	d.Lacks("for a yes")
	if want := []string{"20261102-093001-0000"}; !slices.Equal(c.Going, want) {
		t.Fatalf("let go on: %v", c.Going)
	}
}

func TestTheOthersAreNotRun(t *testing.T) {
	d, c, at := changing(t, 120, 40)
	d.Press("/")
	d.Type("account:222222222222 name:web-api-*")
	d.Press("enter", "space", "space", "z", "x")
	at.settle()
	d.Press("f")
	d.Type("disable 2")
	d.Deaf = true
	d.Press("enter")
	d.Hear()
	d.Press("ctrl+x")
	d.Has("the others are not run; :runs goes on with them or drops them", "stopping")
	at.settle()
	d.Press("y")
	d.Has("this run does not wait for anybody")
	if len(c.Going) > 0 {
		t.Fatal("a run that stops is let go on")
	}
}

// ctrl+c leaves from anywhere; while a run goes on it asks first, and once more is a
// yes.
func TestCtrlCAsksWhileARunGoesOn(t *testing.T) {
	d, _, at := changing(t, 120, 40)
	d.Deaf = true
	find(d, bystander)
	d.Press("p", "p")
	at.settle()
	const question = "1 run goes on. Leave all the same?"
	d.Press("y", "ctrl+c")
	d.Has(question)
	d.Press("n")
	d.Lacks(question)
	d.Press("esc", "/", "ctrl+c") // also out of a field
	d.Has(question)
	if d.Quit {
		t.Fatal("it leaves without an answer")
	}
	d.Press("ctrl+c")
	if !d.Quit {
		t.Fatal("the second ctrl+c does not leave")
	}
}

func TestCtrlCLeavesAtOnceWithoutARun(t *testing.T) {
	d, _, at := changing(t, 120, 40)
	find(d, bystander)
	d.Press("p", "p")
	at.settle()
	d.Press("y")
	d.Has("1 of 1 step done")
	d.Press("/", "ctrl+c")
	if !d.Quit {
		t.Fatal("ctrl+c does not leave")
	}
}

func TestInterruptedRunIsResumedOrDropped(t *testing.T) {
	for _, tt := range []struct{ key, says string }{{"r", "2 of 2 steps done"}, {"x", "dropped"}} {
		c, at := tuitest.NewChanging(tuitest.UsedFleet()...), &clock{tuitest.Now}
		d := tuitest.New(t, 120, 40, changingOptions(c, at))
		d.Press("/")
		d.Type("account:222222222222 name:web-api-*")
		d.Press("enter", "space", "space", "z", "x")
		at.settle()
		d.Press("y")
		d.Type("disable 2")
		d.Press("enter")
		c.Left = c.Runs
		c.Left[0].Ended, c.Left[0].Outcomes = nil, map[int]plan.Outcome{1: {State: plan.Intended}}

		d = tuitest.New(t, 120, 40, changingOptions(c, at))
		d.Has("1 run was interrupted before the end: :runs resumes or drops")
		d.Press(":")
		d.Type("runs")
		d.Press("enter", "enter")
		d.Has("looks at what became of 1 step, does 1 step")
		d.Press(tt.key)
		d.Has(tt.says)
		if len(c.Left) > 0 {
			t.Errorf("%s leaves %d runs", tt.key, len(c.Left))
		}
	}
}

// A run that waits for a login is told where logins are, and goes on after it.
func TestExpiredLoginOfARunIsRenewed(t *testing.T) {
	c, at := tuitest.NewChanging(tuitest.UsedFleet()...), &clock{tuitest.Now}
	login := model.Login{Name: "sso-session acme", Command: []string{"aws", "sso", "login"}}
	c.Waits = &plan.Event{Account: tuitest.Dev.Account, Paused: "its login has expired", Err: &model.OpError{Op: "ec2:DisableImage", Kind: model.Expired, Err: errors.New("expired"), Login: login}}
	opts := changingOptions(c, at)
	opts.Services.Login = func(context.Context, []string) tea.ExecCommand { return loginCommand{} }
	d := tuitest.New(t, 140, 40, opts)
	find(d, bystander)
	d.Press("p", "p")
	at.settle()
	d.Deaf = true
	d.Press("y")
	d.Hear()
	d.Has("acme-dev: its login has expired", "L logs in to sso-session acme")
	d.Press("esc", "L")
	d.Has("sso-session acme")
	d.Press("2")
	if len(c.Renewed) != 1 || !slices.Contains(c.Renewed[0], "profile 222") {
		t.Fatalf("renewed %v:\n%s", c.Renewed, d.Screen())
	}
}

type loginCommand struct{}

func (loginCommand) Run() error          { return nil }
func (loginCommand) SetStdin(io.Reader)  {}
func (loginCommand) SetStdout(io.Writer) {}
func (loginCommand) SetStderr(io.Writer) {}

func TestScriptIsCopiedAndSaved(t *testing.T) {
	d, c, _ := changing(t, 120, 40)
	find(d, bystander)
	d.Press("z", "x", "P")
	d.Has("aws ec2 disable-image", bystander)
	d.Press("y")
	if !strings.Contains(d.Clipboard, "aws ec2 disable-image") {
		t.Fatalf("the clipboard has %q", d.Clipboard)
	}
	d.Press("s")
	d.Has("saved to /tmp/amiscope-disable-")
	for _, text := range c.Files {
		if text != d.Clipboard {
			t.Fatalf("saved %q", text)
		}
	}
}

// U takes back what was done last: the plan for that is reviewed like any other.
func TestLastRunIsTakenBack(t *testing.T) {
	d, c, at := changing(t, 120, 40)
	find(d, bystander)
	d.Press("z", "x")
	at.settle()
	d.Press("y", "esc", "U")
	d.Has("Undo run 20261102-093001-0000", "ec2:EnableImage")
	at.settle()
	d.Press("y")
	if len(c.Applied) != 2 || c.Applied[1].Undoes != c.Runs[1].ID {
		t.Fatalf("%d plans were applied:\n%s", len(c.Applied), d.Screen())
	}
	d.Has("1 of 1 step done")
}

// What a run that was stopped has left can be done later in the same session.
func TestStoppedRunIsResumed(t *testing.T) {
	d, c, at := changing(t, 120, 40)
	c.Waits = &plan.Event{Run: "20261102-093001-0000", Ended: true, Err: plan.ErrStopped}
	find(d, bystander)
	d.Press("p", "p")
	at.settle()
	d.Deaf = true
	d.Press("y")
	d.Hear()
	d.Has("the run was stopped")
	d.Deaf, c.Waits = false, nil
	c.Left = []plan.Run{{ID: "20261102-093001-0000", At: at.now, Plan: c.Applied[0]}}
	d.Press("esc", ":")
	d.Type("runs")
	d.Press("enter")
	d.Has("stopped")
	d.Press("enter", "r")
	d.Has("1 of 1 step done")
}
