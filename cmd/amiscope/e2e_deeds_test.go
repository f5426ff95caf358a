//go:build e2e

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/ptytest"
	"github.com/amiscope/amiscope/model/plan"
)

// deedWorld is an AWS of a few images that nobody uses, whose Recycle Bin holds what
// is deleted, and a home in which the program changes it.
type deedWorld struct {
	server *fakeaws.Server
	env    []string
	images []string // ids
}

const deedImages = 6

// newDeedWorld serves images of one account and region. Of two there is a snapshot
// that both use; each is shared and has tags.
func newDeedWorld(t *testing.T, o fakeaws.Options) *deedWorld {
	t.Helper()
	w := &deedWorld{}
	o.Fleet, o.Bare, o.World = fleet.Config{Accounts: 1, Regions: 2}, true, w.fill
	o.Delays.Copying, o.Now = 100*time.Millisecond, time.Now
	w.server = fakeaws.New(o)
	ln, err := fakeaws.Listen(t.Context(), "127.0.0.1:0", w.server)
	if err != nil {
		t.Fatal(err)
	}
	key, secret := w.server.Credentials(w.server.Accounts()[0].ID)
	none := filepath.Join(t.TempDir(), "none")
	w.env = append(
		ownHome(t), "AWS_ENDPOINT_URL="+ln.URL, "AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID="+key, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION="+w.server.Regions()[0], "USER=tester",
	)
	return w
}

func (w *deedWorld) fill(f *fleet.Fleet) {
	owner, region := f.Active()[0].ID, f.Enabled()[0]
	born := f.Active()[0].Joined
	machine := &fleet.Machine{Architecture: "x86_64", Virtualization: "hvm", RootType: "ebs", RootDevice: "/dev/xvda", Devices: []fleet.Device{{Name: "/dev/xvda", GiB: 8, Type: "gp3"}}}
	for i := range deedImages {
		id := fleet.ID(0xa1 + i)
		w.images = append(w.images, id.Image())
		f.Images = append(f.Images, fleet.Image{
			ID: id, Owner: owner, Region: region, Name: "deed-" + string(rune('a'+i)), Machine: machine, Snapshots: []fleet.ID{0xc1 + fleet.ID(i/2)},
			Life: fleet.Life{State: "available", Protection: "disabled", Created: born},
			Tags: []fleet.Tag{{Key: "Team", Value: "web"}, {Key: "Stage", Value: "test"}}, Permissions: []fleet.Permission{{Account: "222222222222"}},
		})
	}
	for i := range deedImages / 2 {
		f.Snapshots = append(f.Snapshots, fleet.Snapshot{ID: 0xc1 + fleet.ID(i), Owner: owner, Region: region, State: "completed", Start: born})
	}
	for i, resource := range []string{"EC2_IMAGE", "EBS_SNAPSHOT"} {
		f.BinRules = append(f.BinRules, fleet.BinRule{ID: strings.Repeat(string(rune('a'+i)), 11), Owner: owner, Region: region, Resource: resource, Days: 7})
	}
}

// command is the program with arguments, in that home.
func (w *deedWorld) command(t *testing.T, args ...string) (cmd *exec.Cmd, out, told *bytes.Buffer) {
	cmd = exec.Command(program(t), args...) //nolint:noctx // ends by itself, or is killed
	cmd.Env, out, told = append(slices.Clone(w.env), "GORACE=atexit_sleep_ms=0"), &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, told
	return cmd, out, told
}

// do runs the program to its end, and gives what it printed.
func (w *deedWorld) do(t *testing.T, args ...string) string {
	t.Helper()
	cmd, out, told := w.command(t, args...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s%s", args, err, out, told)
	}
	return out.String()
}

// looks is how an image looks to who has never seen it, but for when it was looked at.
func (w *deedWorld) looks(t *testing.T, id string) (known map[string]any) {
	t.Helper()
	fresh := &deedWorld{env: append(slices.Clone(w.env), "XDG_CACHE_HOME="+t.TempDir())}
	fresh.do(t, "findings") // which reads who may launch it
	if err := json.Unmarshal([]byte(fresh.do(t, "show", id, "-o", "json")), &known); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"usage", "cost", "scopes", "findings"} {
		delete(known, key)
	}
	delete(known["permissions"].(map[string]any), "readAt")
	for _, s := range known["snapshots"].([]any) {
		delete(s.(map[string]any), "public") // which is known once somebody has looked
	}
	return known
}

// TestDeedsFromTheKeyboard does each deed on the screen and takes it back there; the
// image is then what it was.
func TestDeedsFromTheKeyboard(t *testing.T) {
	w := newDeedWorld(t, fakeaws.Options{})
	id := w.images[0]
	before := w.looks(t, id)
	term := ptytest.Start(t, ptytest.Size{Width: 120, Height: 40}, w.env, program(t))
	term.WaitUntil("all images and no scan", func(s string) bool {
		return regexp.MustCompile(`(?m)^ 6 images .* read `).MatchString(s) && !strings.Contains(s, "reading")
	})
	term.Press("/")
	term.WaitFor("enter keep")
	term.Type("name:deed-a")
	term.Press("enter")
	term.WaitFor("esc clears")
	term.WaitFor("1 of 6 images") // before that there is nothing to do something with
	for _, d := range []struct {
		name string
		keys []string
		text string // typed into the form that opens
	}{
		{"deprecate", []string{"z", "d"}, "30d"},
		{"disable", []string{"z", "x"}, ""},
		{"protect", []string{"p", "p"}, ""},
		{"tag", []string{"e"}, "Team=data"},
		{"share", []string{"S", "down"}, "333333333333"},
		{"copy", []string{"c"}, w.server.Regions()[1]},
		{"delete", []string{"D"}, ""},
	} {
		t.Run(d.name, func(t *testing.T) {
			term.Press(d.keys[0])
			if len(d.keys) > 1 {
				term.WaitFor("╭─")
				term.Press(d.keys[1:]...)
			}
			if d.text != "" {
				term.WaitFor("enter review")
				term.Type(d.text)
				term.Press("enter")
			}
			confirmed(term)
			if now := w.server.Mutations(); len(now) == 0 {
				t.Error("nothing was called")
			}
			if d.name != "copy" && d.name != "delete" && cmp.Equal(before, w.looks(t, id)) {
				t.Error("nothing has changed")
			}
			term.Press("U")
			term.WaitFor("Undo run ")
			confirmed(term)
			term.Press("esc")
			term.WaitGone("Undo run ")
			term.Press("esc")
			term.WaitFor("esc clears")
			if diff := cmp.Diff(before, w.looks(t, id)); diff != "" {
				t.Error(diff)
			}
		})
	}
	term.Press("q")
	left(t, term, 0)
}

// TestTheFirstFewFromTheKeyboard does the first of three images and waits; with a yes the
// others are done, and where somebody leaves instead the run is gone on with later.
func TestTheFirstFewFromTheKeyboard(t *testing.T) {
	w := newDeedWorld(t, fakeaws.Options{})
	term := ptytest.Start(t, ptytest.Size{Width: 120, Height: 40}, w.env, program(t))
	term.WaitUntil("all images and no scan", func(s string) bool {
		return regexp.MustCompile(`(?m)^ 6 images .* read `).MatchString(s) && !strings.Contains(s, "reading")
	})
	term.Press("space", "space", "space")
	term.WaitFor("3 marked")
	first := func(team string) {
		term.Press("e")
		term.WaitFor("enter review")
		term.Type("Team=" + team)
		term.Press("enter")
		confirms(term, "f", "a")
		term.WaitFor("y goes on with the other 2 images")
	}
	k := &killing{deedWorld: w, t: t}
	first("data")
	if n := k.called(0); n != 1 {
		t.Fatalf("%d calls for the first image", n)
	}
	for sooner := true; sooner; {
		term.Press("y")
		term.WaitUntil("it goes on", func(s string) bool {
			sooner = strings.Contains(s, "then y again")
			return sooner || !strings.Contains(s, "y goes on with")
		})
		if sooner {
			term.WaitGone("then y again")
		}
	}
	term.WaitFor("3 of 3 steps done")
	term.Press("esc")
	term.WaitGone("3 of 3 steps done")
	seen := len(w.server.Mutations())
	first("ml")
	term.Press("esc")
	term.WaitFor("1/3, waits for a yes: :runs")
	term.Press("ctrl+c")
	term.WaitFor("Leave all the same?")
	term.Press("ctrl+c")
	left(t, term, 0)
	if n := k.called(seen); n != 1 {
		t.Fatalf("%d calls for the first image of the second run", n)
	}
	w.do(t, "apply", "--resume", k.runs()[0].Run, "--yes")
	k.counted(k.runs()[0], seen)
}

// confirmed confirms the plan on the screen as it asks for, and waits for its end.
func confirmed(term *ptytest.Terminal) {
	confirms(term, "y")
	term.WaitUntil("all is done", func(s string) bool {
		return strings.Contains(s, "Ended") && regexp.MustCompile(`(\d+) of (\d+) steps? done`).MatchString(s)
	})
}

// confirms confirms the plan on the screen as it asks for, with some keys.
func confirms(term *ptytest.Terminal, keys ...string) {
	term.WaitFor("all of it was read again")
	for sooner := true; sooner; {
		term.Press(keys...)
		term.WaitUntil("the plan is taken", func(s string) bool {
			sooner = strings.Contains(s, "then "+keys[0]+" again")
			return sooner || strings.Contains(s, "type it, then enter") || strings.Contains(s, "begun ")
		})
		if sooner {
			term.WaitGone("then " + keys[0] + " again")
		}
	}
	if phrase := regexp.MustCompile(`(?m)^ type (.+?) ›`).FindStringSubmatch(term.Screen()); phrase != nil {
		term.Type(phrase[1])
		term.Press("enter")
	}
}

// TestKilledDeeds kills plans, and what goes on with them and takes them back, at
// random moments. The journal then tells the truth of each step, all is done in the
// end, and nothing twice.
func TestKilledDeeds(t *testing.T) {
	kills, rng := 25, chance(t)
	if campaign(t) > 0 {
		kills = 1000
	}
	w := newDeedWorld(t, fakeaws.Options{Latency: 5 * time.Millisecond})
	k := &killing{deedWorld: w, t: t}
	quick := [][]string{{"tag", "--set", "Team=data"}, {"share", "--with", "333333333333"}, {"deprecate", "--in", "30d"}, {"disable"}, {"protect"}}
	slow := [][]string{{"copy", "--to-region", w.server.Regions()[1]}, {"delete", "--allow-unknown"}} // AWS takes its time
	start := time.Now()
	w.do(t, "list")
	lasts := 2 * time.Since(start) // about as long as doing a plan
	k.moment = func() time.Duration { return time.Duration(rng.Int64N(int64(lasts))) }
	for n := 0; k.killed < kills || n < 16; n++ {
		images := slices.Clone(w.images)
		rng.Shuffle(len(images), func(i, j int) { images[i], images[j] = images[j], images[i] })
		deed := quick[n%len(quick)]
		if n%10 == 5 {
			deed = slow[n/10%len(slow)]
		}
		k.life(deed, images[:2+rng.IntN(3)])
		if t.Failed() {
			t.Fatalf("life %d: %v", n, deed)
		}
	}
	t.Logf("%d runs were killed", k.killed)
}

// killing is a world in which programs are killed.
type killing struct {
	*deedWorld
	t      *testing.T
	moment func() time.Duration
	killed int
}

// life plans a deed, does it and takes it back, killed again and again.
func (k *killing) life(deed, images []string) {
	k.t.Helper()
	file := filepath.Join(k.t.TempDir(), "plan.json")
	if err := os.WriteFile(file, []byte(k.do(k.t, slices.Concat([]string{"plan", "--max-age", "0"}, deed, images)...)), 0o600); err != nil {
		k.t.Fatal(err)
	}
	seen := len(k.server.Mutations())
	run := k.through("apply", file, "--yes")
	k.counted(run, seen)
	seen = len(k.server.Mutations())
	k.counted(k.through("undo", run.Run, "--yes", "--allow-unknown"), seen)
}

// through lets a command begin a run, killed as often as it comes, and then go on with
// it until it has ended. It gives the run as the journal then tells it.
func (k *killing) through(args ...string) plan.RunDocument {
	k.t.Helper()
	before, seen := len(k.runs()), len(k.server.Mutations())
	for kills := 0; ; kills++ {
		ended := k.start(kills < 3, args...)
		runs := k.runs()
		switch {
		case len(runs) > before && runs[0].State == "ended":
			return runs[0]
		case ended:
			k.t.Fatalf("%v has ended, and the run has not", args)
		case len(runs) > before:
			k.truth(runs[0], seen)
			args = []string{"apply", "--resume", runs[0].Run, "--yes"}
		case k.called(seen) > 0:
			k.t.Fatalf("%v called AWS, and the journal does not know of it", args)
		}
	}
}

// start starts the program, and may kill it at some moment; ended where it came to its
// end.
func (k *killing) start(kill bool, args ...string) (ended bool) {
	k.t.Helper()
	cmd, out, told := k.command(k.t, args...)
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	moment := time.Hour
	if kill {
		moment = k.moment()
	}
	select {
	case err := <-done:
		if err != nil {
			k.t.Fatalf("%v: %v\n%s%s", args, err, out, told)
		}
		return true
	case <-time.After(moment):
		_ = cmd.Process.Kill() // it may have ended
		if err := <-done; err == nil {
			return true
		}
		k.killed++
		return false
	}
}

// runs are those that the journal tells of, the last one first.
func (k *killing) runs() []plan.RunDocument {
	k.t.Helper()
	var told struct{ Runs []plan.RunDocument }
	if err := json.Unmarshal([]byte(k.do(k.t, "journal", "-o", "json")), &told); err != nil {
		k.t.Fatal(err)
	}
	return told.Runs
}

// truth holds an interrupted run against what AWS has seen of it: what is done was
// called, and what was not begun was not.
func (k *killing) truth(run plan.RunDocument, seen int) {
	k.t.Helper()
	begun, done := 0, 0
	for _, s := range run.Steps {
		switch plan.State(s.State) {
		case plan.Done, plan.Pending:
			begun, done = begun+1, done+1
		case plan.Intended:
			begun++
		case plan.Failed, plan.Refused, plan.NotRun, plan.Unclear: // AWS has done nothing, or nobody knows
		}
	}
	if called := k.called(seen); called > begun || called < done {
		k.t.Errorf("the journal tells of %d steps that are done and %d that were begun, AWS of %d", done, begun, called)
	}
}

// called counts what AWS has done since.
func (k *killing) called(seen int) int {
	n := 0
	for _, m := range k.server.Mutations()[seen:] {
		if m.Code == "" {
			n++
		}
	}
	return n
}

// counted sees to it that a run was done whole, and each step once.
func (k *killing) counted(run plan.RunDocument, seen int) {
	k.t.Helper()
	for _, s := range run.Steps {
		if s.State != string(plan.Done) {
			why := ""
			if s.Why != nil {
				why = *s.Why
			}
			k.t.Errorf("%s of %s is %s: %s", s.API, s.Image, s.State, why)
		}
	}
	if called := k.called(seen); called != len(run.Steps) {
		k.t.Errorf("%d calls for %d steps", called, len(run.Steps))
	}
}
