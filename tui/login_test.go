package tui_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// command is a login command that does as it is told.
type command func() error

func (c command) Run() error        { return c() }
func (command) SetStdin(io.Reader)  {}
func (command) SetStdout(io.Writer) {}
func (command) SetStderr(io.Writer) {}

// expired is a way in that a login to a session mends.
func expired(source, session string) model.Lost {
	return model.Lost{Unreached: model.Unreached{Source: source, Err: &model.OpError{
		Op: "sts:GetCallerIdentity", Kind: model.Expired, Err: errors.New("cached SSO token is expired"), Help: "run: aws sso login --sso-session " + session,
		Login: model.Login{Name: "sso-session " + session, Command: []string{"aws", "sso", "login", "--sso-session", session}},
	}}}
}

// outside are the services of a world with two expired sessions, and what the
// program asked of it.
type outside struct {
	ran       [][]string
	refreshed []tui.Refresh
	answers   []string
	kept      tui.State
	fail      error
}

func (o *outside) options(events ...model.Event) tui.Options {
	s := tuitest.Services(tuitest.Now, append(tuitest.Fleet(), events...)...)
	s.Refresh = func(_ context.Context, r tui.Refresh) <-chan model.Event {
		o.refreshed = append(o.refreshed, r)
		var found []model.Event
		for i, src := range r.Sources {
			id := strings.Repeat(string(rune('4'+i)), 12)
			found = append(found, model.Found{Account: model.Account{ID: id, Source: src}, Regions: []model.Region{{Name: "eu-west-1", Enabled: true}}})
		}
		return tuitest.Stream(found...)
	}
	s.Login = func(_ context.Context, argv []string) tea.ExecCommand {
		o.ran = append(o.ran, argv)
		return command(func() error { return o.fail })
	}
	s.Answer = func(_ int, code string) { o.answers = append(o.answers, code) }
	s.Save = func(st tui.State) error { o.kept = st; return nil }
	return tui.Options{Services: s}
}

func corpAndLabs() []model.Event {
	return []model.Event{expired("profile a", "corp"), expired("profile b", "corp"), expired("profile c", "labs")}
}

func TestExpiredLoginsAreGrouped(t *testing.T) {
	var o outside
	d := tuitest.New(t, 200, 40, o.options(corpAndLabs()...))
	d.Has("3 logins expired: L", "1 scope not read")
	d.Press("9", "j")
	d.Has("sso-session corp", "L, or: aws sso login --sso-session corp", "2 profiles expired: profile a, profile b")
	if n := strings.Count(d.Screen(), "aws sso login --sso-session corp"); n != 2 { // the row, and below it what is under the cursor
		t.Errorf("the login is told %d times:\n%s", n, d.Screen())
	}
}

func TestALoginReadsAgainJustWhatItMends(t *testing.T) {
	var o outside
	d := tuitest.New(t, 120, 40, o.options(corpAndLabs()...))
	before := len(o.refreshed)
	d.Press("L")
	d.Has("Log in to", "sso-session corp", "2 profiles expired", "sso-session labs")
	d.Press("2")
	if len(o.ran) != 1 || !slices.Equal(o.ran[0], []string{"aws", "sso", "login", "--sso-session", "corp"}) {
		t.Fatalf("ran %q", o.ran)
	}
	if len(o.refreshed) != before+1 || !slices.Equal(o.refreshed[before].Sources, []string{"profile a", "profile b"}) || !o.refreshed[before].Force {
		t.Fatalf("%+v", o.refreshed[before:])
	}
	d.Has("logged in to sso-session corp", "2 logins expired: L")
}

func TestOneExpiredLoginNeedsNoMenu(t *testing.T) {
	var o outside
	d := tuitest.New(t, 120, 40, o.options())
	o.fail = errors.New("exit status 255")
	before := len(o.refreshed)
	d.Press("L")
	if len(o.ran) != 1 || len(o.refreshed) != before {
		t.Fatalf("ran %q, then refreshed %+v", o.ran, o.refreshed[before:])
	}
	d.Has("the login to sso https://acme.example/start failed: exit status 255", "1 login expired: L")
	o.fail = nil
	d.Press("9", "enter")
	if len(o.ran) != 2 || !slices.Equal(o.refreshed[len(o.refreshed)-1].Sources, []string{"profile old"}) {
		t.Fatalf("enter on the row ran %q", o.ran[1:])
	}
	d.Press("L")
	d.Has("no login has expired")
}

func TestAWayThatWasLostIsTriedAlone(t *testing.T) {
	var o outside
	lost := model.Lost{Unreached: model.Unreached{Source: "role audit in 777777777777", Err: &model.OpError{Kind: model.Denied, Err: errors.New("no")}}}
	d := tuitest.New(t, 120, 40, o.options(lost))
	d.Press("9", "j", "r")
	if got := o.refreshed[len(o.refreshed)-1].Sources; !slices.Equal(got, []string{lost.Source}) {
		t.Fatalf("tried %q", got)
	}
}

func TestCodesAreAskedForOverAllElse(t *testing.T) {
	var o outside
	opts := o.options()
	asked := make(chan tui.Question, 2)
	asked <- tui.Question{ID: 1, Device: "arn:aws:iam::111111111111:mfa/eve"}
	close(asked)
	opts.Services.Questions = asked
	d := tuitest.New(t, 80, 24, opts)
	d.Has("A login asks for an MFA code", "mfa/eve")
	d.Press("q", "1", "L", "2")
	d.Type("345")
	d.Press("enter")
	d.Has("a code has six digits")
	d.Press("6", "7", "enter")
	if !slices.Equal(o.answers, []string{"123456"}) {
		t.Fatalf("answers %q", o.answers)
	}
	d.Lacks("MFA code")
}

func TestAQuestionNobodyWaitsForIsTakenAway(t *testing.T) {
	var o outside
	opts := o.options()
	asked := make(chan tui.Question, 3)
	asked <- tui.Question{ID: 1, Device: "first"}
	asked <- tui.Question{ID: 1, Withdrawn: true}
	asked <- tui.Question{ID: 2, Device: "second"}
	close(asked)
	opts.Services.Questions = asked
	d := tuitest.New(t, 80, 24, opts)
	d.Has("second")
	d.Lacks("first")
	d.Press("esc")
	d.Lacks("second")
	if !slices.Equal(o.answers, []string{""}) {
		t.Fatalf("answers %q", o.answers)
	}
}

// nowhere are the options of a start without usable credentials.
func (o *outside) nowhere(profiles ...model.Profile) tui.Options {
	opts := o.options()
	opts.Services.Restore = func(context.Context) <-chan model.Event { return tuitest.Stream() }
	opts.Services.Refresh = func(context.Context, tui.Refresh) <-chan model.Event {
		return tuitest.Stream(model.Lost{Unreached: model.Unreached{Source: "default credentials", Err: &model.OpError{Kind: model.Expired, Err: errors.New("none")}}})
	}
	opts.Services.Profiles = func() ([]model.Profile, error) { return profiles, nil }
	opts.Default = "default credentials"
	return opts
}

func someProfiles() []model.Profile {
	return []model.Profile{
		{Name: "audit", Kind: "role", Account: "111111111111", Role: "reader", Login: model.LoginValid},
		{Name: "corp", Kind: "sso", Account: "222222222222", Role: "admin", Login: model.LoginExpired},
		{Name: "tool", Kind: "process"},
	}
}

func TestWithoutCredentialsProfilesAreOffered(t *testing.T) {
	var o outside
	d := tuitest.New(t, 120, 24, o.nowhere(someProfiles()...))
	d.Has("Which profiles? 0 of 3 marked", "audit", "111111111111", "reader", "sso", "expired", "needs none", "space mark")
	d.Press("space", "j", "space")
	d.Has("2 of 3 marked")
	d.Press("enter")
	if want := []string{"audit", "tool"}; !d.Quit || !slices.Equal(o.kept.Profiles, want) {
		t.Fatalf("quit %t, kept %q", d.Quit, o.kept.Profiles)
	}
}

func TestThePickerMayBeLeft(t *testing.T) {
	var o outside
	d := tuitest.New(t, 120, 24, o.nowhere(someProfiles()...))
	d.Press("esc", "R")
	d.Lacks("Which profiles?")
	d.Press(":")
	d.Type("choose prof")
	d.Press("enter", "G", "enter")
	if !slices.Equal(o.kept.Profiles, []string{"tool"}) {
		t.Fatalf("kept %q", o.kept.Profiles)
	}
}

func TestWithoutCredentialsAndProfilesTheDemoIsNamed(t *testing.T) {
	var o outside
	d := tuitest.New(t, 120, 24, o.nowhere())
	d.Has("amiscope demo")
	d.Lacks("Which profiles?")
}

func TestFortyProfilesFitAnyScreen(t *testing.T) {
	var all []model.Profile
	for i := range 40 {
		all = append(all, model.Profile{Name: "profile-" + strings.Repeat("x", i), Kind: "sso", Account: "111111111111", Role: "r\x1b[31m", Login: model.LoginExpired})
	}
	var o outside
	for _, size := range [][2]int{{40, 10}, {80, 24}, {200, 60}} {
		d := tuitest.New(t, size[0], size[1], o.nowhere(all...))
		d.Press("G", "space", "a")
		checkFrame(t, d, size[0], size[1])
		d.Has("40 of 40 marked")
	}
}
