//go:build e2e

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/cmd/internal/ptytest"
)

// TestScreenLogsIn is somebody with forty profiles: what can be read is there,
// a login gets the terminal and reads again what it mends, and one that is
// broken off leaves everything as it was.
func TestScreenLogsIn(t *testing.T) {
	h, url := fortyProfiles(t)
	term := ptytest.Start(t, ptytest.Size{Width: 160, Height: 45}, h.Env(url), program(t), "--all-profiles")
	quiet := func(accounts, logins string) {
		t.Helper()
		term.WaitUntil(accounts+", "+logins+" and no scan", func(s string) bool {
			return strings.Contains(s, accounts) && strings.Contains(s, logins+" expired: L") && strings.Contains(s, "read ") && !strings.Contains(s, "reading")
		})
	}
	quiet("33 accounts", "3 logins")
	term.Press("9")
	term.WaitFor("sso-session corp")
	term.WaitFor("3 profiles expired: profile corp-1, profile corp-2, profile corp-3")
	term.Press("L")
	term.WaitFor("Log in to")
	term.Press("1")
	term.WaitFor("Press enter when the browser has let you in to corp")
	term.Press("enter")
	quiet("36 accounts", "2 logins")
	term.Press("L", "1")
	term.WaitFor("let you in to labs")
	term.Press("ctrl+c") // of the login, not of amiscope
	term.WaitFor("press enter to go back")
	term.Press("enter")
	term.WaitFor("the login to sso-session labs failed")
	quiet("36 accounts", "2 logins")
	term.Press("q")
	left(t, term, 0)
}

// TestScreenOffersProfiles: without a usable default the picker opens; what is
// chosen holds now and at the next start.
func TestScreenOffersProfiles(t *testing.T) {
	h, url := fortyProfiles(t)
	size := ptytest.Size{Width: 120, Height: 40}
	term := ptytest.Start(t, size, h.Env(url), program(t))
	term.WaitFor("Which profiles? 0 of 40 marked")
	term.Press("G", "enter")
	term.WaitFor("1 account")
	term.WaitUntil("images and no scan", func(s string) bool {
		return strings.Contains(s, "team-29") && strings.Contains(s, "read ") && !strings.Contains(s, "reading")
	})
	term.Press("q")
	left(t, term, 0)
	again := ptytest.Start(t, size, h.Env(url), program(t))
	again.WaitFor("team-29")
	again.WaitFor("1 account")
	again.Press("q")
	left(t, again, 0)
	other := ptytest.Start(t, size, h.Env(url), program(t), "--profile", "team-01")
	other.WaitFor("team-01")
	other.Press("q")
	left(t, other, 0)
}

// TestCodesAreAskedFor: on the screen in a field over all else, by a verb on
// the terminal, and of nobody where there is no terminal.
func TestCodesAreAskedFor(t *testing.T) {
	h, url := fortyProfiles(t)
	file := filepath.Join(t.TempDir(), "config")
	const device = "arn:aws:iam::111122223333:mfa/eve"
	text := "[profile locked]\nrole_arn = arn:aws:iam::" + h.AccountsOf("legal")[0] + ":role/reader\nsource_profile = team-00\nmfa_serial = " + device + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(h.Env(url), "AWS_CONFIG_FILE="+file)
	size := ptytest.Size{Width: 120, Height: 40}

	none := ptytest.Start(t, size, env, program(t), "scopes", "--profile", "locked")
	none.WaitFor("the MFA code of " + device)
	none.Press("enter")
	none.WaitFor("no MFA code was given")
	if code := none.Exit(); code != 1 {
		t.Errorf("exit code %d without a code", code)
	}

	verb := ptytest.Start(t, size, env, program(t), "scopes", "--profile", "locked")
	verb.WaitFor("the MFA code of " + device)
	verb.Type("123456")
	verb.Press("enter")
	if code := verb.Exit(); code != 0 || !strings.Contains(verb.Screen(), h.AccountsOf("legal")[0]) {
		t.Errorf("exit code %d\n%s", code, verb.Screen())
	}

	screen := ptytest.Start(t, size, env, program(t), "--profile", "locked")
	screen.WaitFor("A login asks for an MFA code")
	screen.Press("esc")
	screen.WaitFor("1 scope not read")
	screen.Press("R")
	screen.WaitFor(device)
	screen.Type("123456")
	screen.Press("enter")
	done := func(s string) bool { // and no toast hides what is going on
		return !strings.Contains(s, "not read") && strings.Contains(s, "1 account") && !strings.Contains(s, "reading") && strings.Contains(s, " ago")
	}
	screen.WaitUntil("the scan has ended", done)
	screen.Press("R", "9", "1") // the session is kept: nobody is asked again
	screen.WaitUntil("the scan has ended", done)
	if strings.Contains(screen.Screen(), "asks for an MFA code") {
		t.Errorf("asked again:\n%s", screen.Screen())
	}
	screen.Press("q")
	left(t, screen, 0)
}
