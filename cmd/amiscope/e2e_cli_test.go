//go:build e2e

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/awstest"
)

// served is a demo that listens, in a process of its own.
type served struct {
	fleet *fleet.Fleet
	env   []string // what its export lines say
}

func serveDemo(t *testing.T) served {
	t.Helper()
	file := filepath.Join(t.TempDir(), "demo.env")
	cmd := exec.Command(program(t), "demo", "--accounts", "2", "--regions", "3", "--images", "250", //nolint:noctx // ended by a signal, as a user would
		"--listen", "127.0.0.1:0", "--env-file", file)
	cmd.Env = ownHome(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("the demo ended with %d", code)
		}
	})
	return served{fleet: fleet.New(fleet.Config{Accounts: 2, Regions: 3, Images: 250}), env: readExports(t, file)}
}

// ownHome is an environment without anything of the user's.
func ownHome(t testing.TB) []string {
	dir := t.TempDir()
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir,
		"XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir, "XDG_STATE_HOME=" + dir,
	}
}

// readExports waits for the file and gives its variables.
func readExports(t *testing.T, file string) []string {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	limit := time.After(time.Minute)
	for {
		data, err := os.ReadFile(file)
		if err == nil {
			var env []string
			for line := range strings.Lines(string(data)) {
				if v, ok := strings.CutPrefix(strings.TrimSpace(line), "export "); ok {
					env = append(env, v)
				}
			}
			return env
		}
		select {
		case <-look.C:
		case <-limit:
			t.Fatal("the demo does not listen")
		}
	}
}

// rawImage is an image as the aws command prints it.
type rawImage struct {
	ImageID         string `json:"ImageId"`
	Name            string
	State           string
	CreationDate    time.Time
	DeprecationTime *time.Time
}

// aws runs the aws command with a profile and a region, and decodes its answer.
func (s served) aws(t *testing.T, profile, region string, answer any, args ...string) {
	t.Helper()
	if profile != "" {
		args = append(args, "--profile", profile)
	}
	out := awstest.AWSCLI(t, s.env, append(args, "--region", region, "--output", "json")...)
	if err := json.Unmarshal([]byte(out), answer); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
}

func (s served) regions() []string { return s.fleet.Enabled() }

func ids[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = id(v)
	}
	slices.Sort(out)
	return out
}

func imageID(im rawImage) string { return im.ImageID }

// TestOtherClientsSeeTheFleet: the aws command, written by others, sees what
// was generated, in every account and region, and in pages as well.
func TestOtherClientsSeeTheFleet(t *testing.T) {
	s := serveDemo(t)
	type snapshot struct{ SnapshotId string }
	for _, acct := range s.fleet.Active() {
		for _, region := range s.regions() {
			var want []string
			for _, im := range s.fleet.Images {
				if im.Owner == acct.ID && im.Region == region && im.Life.State != "disabled" {
					want = append(want, im.ID.Image())
				}
			}
			slices.Sort(want)
			var got struct{ Images []rawImage }
			s.aws(t, profileOf(acct), region, &got, "ec2", "describe-images", "--owners", "self")
			if d := cmp.Diff(want, ids(got.Images, imageID)); d != "" {
				t.Errorf("%s %s: %s", acct.Name, region, d)
			}
		}
	}
	home := s.fleet.Active()[0]
	region := s.regions()[0]
	var whole, paged struct{ Images []rawImage }
	s.aws(t, "", region, &whole, "ec2", "describe-images", "--owners", "self")
	s.aws(t, "", region, &paged, "ec2", "describe-images", "--owners", "self", "--page-size", "7")
	if d := cmp.Diff(ids(whole.Images, imageID), ids(paged.Images, imageID)); d != "" || len(paged.Images) < 20 {
		t.Errorf("in pages of 7, %d images: %s", len(paged.Images), d)
	}
	var want []string
	for _, sn := range s.fleet.Snapshots {
		if sn.Owner == home.ID && sn.Region == region {
			want = append(want, sn.ID.Snapshot())
		}
	}
	slices.Sort(want)
	for _, paging := range [][]string{nil, {"--page-size", "9"}} {
		var snapshots struct{ Snapshots []snapshot }
		s.aws(t, "", region, &snapshots, append([]string{"ec2", "describe-snapshots", "--owner-ids", "self"}, paging...)...)
		if d := cmp.Diff(want, ids(snapshots.Snapshots, func(x snapshot) string { return x.SnapshotId })); d != "" {
			t.Errorf("snapshots %v: %s", paging, d)
		}
	}
}

func profileOf(a fleet.Account) string {
	if a.Alias != "" {
		return a.Alias
	}
	return a.Name
}

func TestOtherClientsSeeTheOrganization(t *testing.T) {
	s := serveDemo(t)
	type account struct{ Id, Status string }
	var got struct{ Accounts []account }
	s.aws(t, "", s.regions()[0], &got, "organizations", "list-accounts")
	want := ids(s.fleet.Accounts, func(a fleet.Account) string { return a.ID + " " + a.State })
	if d := cmp.Diff(want, ids(got.Accounts, func(a account) string { return a.Id + " " + a.Status })); d != "" {
		t.Error(d)
	}
}

// TestListIsWhatALoopOverRawJSONFinds: the program, pointed at the demo by the
// exported variables, finds what a plain loop over the aws command's JSON does.
func TestListIsWhatALoopOverRawJSONFinds(t *testing.T) {
	s := serveDemo(t)
	now := time.Now()
	var want []string
	for _, region := range s.regions() {
		var got struct{ Images []rawImage }
		s.aws(t, "", region, &got, "ec2", "describe-images", "--owners", "self", "--include-disabled", "--include-deprecated")
		for _, im := range got.Images {
			deprecated := im.DeprecationTime != nil && !im.DeprecationTime.After(now)
			if now.Sub(im.CreationDate) > 180*24*time.Hour && !deprecated && strings.HasPrefix(region, "us-") {
				want = append(want, im.ImageID)
			}
		}
	}
	slices.Sort(want)
	cmd := exec.CommandContext(t.Context(), program(t), "list", "age>180d !deprecated:true region:us-*", "-o", "json")
	cmd.Env = append(ownHome(t), s.env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Images []struct{ ID string }
		Scopes []struct{ State string }
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, ids(got.Images, func(x struct{ ID string }) string { return x.ID })); d != "" || len(want) < 5 {
		t.Errorf("of %d: %s", len(want), d)
	}
}
