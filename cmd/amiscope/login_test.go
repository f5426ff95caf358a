package main

import (
	"context"
	"errors"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/logintest"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// fortyProfiles is a home, and the URL of the AWS that its profiles lead to.
func fortyProfiles(t *testing.T) (*logintest.Home, string) {
	t.Helper()
	aws := fakeaws.New(fakeaws.Options{Fleet: fleet.Config{Accounts: logintest.Accounts, Regions: 2, Images: 200}})
	var accounts []string
	for _, a := range aws.Accounts() {
		accounts = append(accounts, a.ID)
	}
	h := logintest.New(t, accounts)
	server := httptest.NewServer(h.Portal(aws))
	t.Cleanup(server.Close)
	return h, server.URL
}

// live sets the variables of a home, and no other of AWS's.
func live(t *testing.T, h *logintest.Home, url string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	for _, v := range h.Env(url) {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}

// TestALoginReadsJustItsAccounts: with six expired logins the other accounts
// are read; after a login to one session only its accounts are; and the next
// start knows them all.
func TestALoginReadsJustItsAccounts(t *testing.T) {
	h, url := fortyProfiles(t)
	live(t, h, url)
	s := newStage(t)
	a := newApp(s.host)
	a.root()
	a.flags.allProfiles = true
	if err := a.flags.set.Set("all-profiles", "true"); err != nil {
		t.Fatal(err)
	}
	w, _, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var inv model.Inventory
	for e := range w.refresh(t.Context(), tui.Refresh{Gen: 1}) {
		inv = inv.Fold(e)
	}
	if len(inv.Accounts()) != logintest.Accounts-6 || len(inv.Relogins()) != 3 || len(inv.Images()) == 0 {
		t.Fatalf("%d accounts, %d images; %+v", len(inv.Accounts()), len(inv.Images()), inv.Unreached())
	}
	h.LogIn(t, "corp")
	corp := inv.Relogins()[0]
	read := map[string]bool{}
	for e := range w.refresh(t.Context(), tui.Refresh{Gen: 2, Sources: corp.Sources, Force: true, Known: inv}) {
		if p, ok := e.(model.Page); ok {
			read[p.Scope.Account] = true
		}
		inv = inv.Fold(e)
	}
	want := map[string]bool{}
	for _, id := range h.AccountsOf("corp") {
		want[id] = true
	}
	if diff := cmp.Diff(want, read); diff != "" || len(inv.Relogins()) != 2 {
		t.Errorf("%s; %+v", diff, inv.Relogins())
	}
	if notes := w.close(); len(notes) > 0 {
		t.Error(notes)
	}
	again, _, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	var kept model.Inventory
	for e := range again.restore(t.Context()) {
		kept = kept.Fold(e)
	}
	if diff := cmp.Diff(inv.Accounts(), kept.Accounts()); diff != "" || len(kept.Images()) != len(inv.Images()) {
		t.Errorf("the next start shows %d of %d images; %s", len(kept.Images()), len(inv.Images()), diff)
	}
}

// TestChosenProfilesHold: those of the picker hold where nothing else is said.
func TestChosenProfilesHold(t *testing.T) {
	for name, c := range map[string]struct {
		flag   []string
		env    map[string]string
		file   string
		picked []string
		want   config.Config
	}{
		"kept":           {want: configOf("kept")},
		"a flag":         {flag: []string{"other"}, want: configOf("other")},
		"a variable":     {env: map[string]string{"AWS_PROFILE": "x"}, want: config.Config{}},
		"keys":           {env: map[string]string{"AWS_ACCESS_KEY_ID": "x"}, want: config.Config{}},
		"the file":       {file: "profiles = ['filed']\n", want: configOf("filed")},
		"picked now":     {file: "profiles = ['filed']\n", picked: []string{"now"}, want: configOf("now")},
		"picked, a flag": {flag: []string{"other"}, picked: []string{"now"}, want: configOf("now")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.env = func(name string) string { return c.env[name] }
			a := newApp(s.host)
			a.picked = c.picked
			a.root()
			for _, f := range c.flag {
				if err := a.flags.set.Set("profile", f); err != nil {
					t.Fatal(err)
				}
			}
			if err := a.state().save(tui.State{Profiles: []string{"kept"}}); err != nil {
				t.Fatal(err)
			}
			path, _ := a.configPath()
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := a.settled()
			if err != nil || !slices.Equal(got.Profiles, c.want.Profiles) {
				t.Errorf("%q %v", got.Profiles, err)
			}
		})
	}
}

// TestQuestionsComeBackToWhoAsked: with the answer, with none, or not at all.
func TestQuestionsComeBackToWhoAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := newQuestions(ctx)
	for code, want := range map[string]error{"123456": nil, "": awsclient.ErrNoCode} {
		go func() {
			asked := <-q.asked
			q.answer(asked.ID+100, "late") // nobody waits for it
			q.answer(asked.ID, code)
		}()
		if got, err := q.ask(ctx, "device"); got != code || !errors.Is(err, want) {
			t.Errorf("%q %v", got, err)
		}
	}
	asking, stop := context.WithCancel(ctx)
	withdrawn := make(chan tui.Question, 1)
	go func() {
		<-q.asked
		stop()
		withdrawn <- <-q.asked
	}()
	if _, err := q.ask(asking, "device"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if w := <-withdrawn; !w.Withdrawn {
		t.Errorf("%+v", w)
	}
	cancel()
	if _, err := q.ask(ctx, "device"); err == nil {
		t.Error("a code without a screen")
	}
}

func TestALoginCommandHasTheTerminal(t *testing.T) {
	var handed handover
	a := newApp(host{handed: &handed})
	for script, want := range map[string]string{"read x; echo got $x; exit 0": "", "exit 3": "exit status 3"} {
		var out strings.Builder
		c := a.login(t.Context(), []string{"sh", "-c", script})
		c.SetStdin(strings.NewReader("typed\n"))
		c.SetStdout(&out)
		c.SetStderr(&out)
		err := c.Run()
		if (err == nil) != (want == "") || err != nil && err.Error() != want || handed.until.Load() == math.MaxInt64 {
			t.Errorf("%s: %v", script, err)
		}
		if want == "" && !strings.Contains(out.String(), "got typed") || want != "" && !strings.Contains(out.String(), "press enter to go back") {
			t.Errorf("%s: %s", script, out.String())
		}
	}
}

// TestAnOrganizationGoesOnWithoutOneMember: suspended accounts are no part of
// it, a member that lets nobody in is named with what to do, and all others are
// read.
func TestAnOrganizationGoesOnWithoutOneMember(t *testing.T) {
	o := fakeaws.Options{Fleet: fleet.Config{Accounts: 5, Regions: 2, Images: 60}}
	company := fleet.New(o.Fleet)
	shut := company.Active()[3].ID
	o.DeniedRoles = []string{"arn:aws:iam::" + shut + ":role/*"}
	aws := fakeaws.New(o)
	server := httptest.NewServer(aws)
	t.Cleanup(server.Close)
	for _, v := range append(aws.Env(server.URL), "AWS_CONFIG_FILE="+t.TempDir()+"/none", "AWS_SHARED_CREDENTIALS_FILE="+t.TempDir()+"/none") {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	s := newStage(t)
	code := s.do(t.Context(), "scopes", "--organization", "--role", "OrganizationAccountAccessRole", "-o", "csv")
	if code != exitPartial {
		t.Errorf("exit code %d", code)
	}
	text := s.stdout.String()
	for _, a := range company.Accounts {
		if strings.Contains(text, "\n"+a.ID+",") != (a.Active() && a.ID != shut) {
			t.Errorf("account %s (%+v) in\n%s", a.ID, a, text)
		}
	}
	if told := s.stderr.String(); !strings.Contains(told, "role OrganizationAccountAccessRole in "+shut) || !strings.Contains(told, "hint: let the trust policy of") || strings.Count(told, "\n") != 1 {
		t.Error(told)
	}
}

// An interrupt that is seen late still belongs to who had the terminal.
func TestInterruptOfALoginIsNotOurs(t *testing.T) {
	var h handover
	if h.holds() {
		t.Error("nobody has the terminal, and interrupts are another's")
	}
	h.give()
	if !h.holds() {
		t.Error("an interrupt while another has the terminal is ours")
	}
	h.back()
	if !h.holds() {
		t.Error("an interrupt right after the terminal came back is ours")
	}
	h.until.Store(0)
	if h.holds() {
		t.Error("an interrupt long after is another's")
	}
}
