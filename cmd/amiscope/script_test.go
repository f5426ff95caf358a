package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"amiscope": main})
}

// TestScripts runs testdata/script. A script has directories of its own and no
// AWS; the command fakeaws gives it one.
func TestScripts(t *testing.T) {
	aws := fakeaws.New(fakeaws.Options{Fleet: fleet.Config{Accounts: 2, Regions: 3, Images: 250}})
	ln, err := fakeaws.Listen(t.Context(), "127.0.0.1:0", aws)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Values["aws"], e.Values["url"] = aws, ln.URL
			return isolate(e)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": await, "empty": empty, "exits": exits, "fakeaws": useFake, "lines": lines, "mode": mode, "source": source,
		},
	})
}

// isolate gives a script a home of its own, and no way to any AWS.
func isolate(e *testscript.Env) error {
	e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
	e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	e.Setenv("AWS_CONFIG_FILE", filepath.Join(e.WorkDir, "aws-config"))
	e.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(e.WorkDir, "aws-credentials"))
	for _, d := range []string{"CONFIG", "CACHE", "STATE", "DATA"} {
		dir := filepath.Join(e.WorkDir, "xdg", strings.ToLower(d))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		e.Setenv("XDG_"+d+"_HOME", dir)
	}
	return nil
}

// exits CODE COMMAND... runs a command that must exit with a code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got, err = failed.ExitCode(), nil
	}
	ts.Check(err)
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// useFake (fakeaws) sets the environment for the listening AWS; with
// "profiles" it writes the AWS config file and sets no keys.
func useFake(ts *testscript.TestScript, _ bool, args []string) {
	aws, ok := ts.Value("aws").(*fakeaws.Server)
	if !ok {
		ts.Fatalf("no AWS")
	}
	url, _ := ts.Value("url").(string)
	if len(args) == 1 && args[0] == "profiles" {
		ts.Setenv("AWS_ENDPOINT_URL", url)
		var b strings.Builder
		ts.Check(aws.WriteConfig(&b))
		ts.Check(os.WriteFile(ts.Getenv("AWS_CONFIG_FILE"), []byte(b.String()), 0o600))
		return
	}
	for _, v := range aws.Env(url) {
		name, value, _ := strings.Cut(v, "=")
		ts.Setenv(name, value)
	}
}

// lines FILE N checks how many lines a file (or stdout) has.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if got := strings.Count(ts.ReadFile(args[0]), "\n"); (got == want) == neg {
		ts.Fatalf("%s has %d lines", args[0], got)
	}
}

// mode FILE BITS checks a file's permissions.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[1] {
		ts.Fatalf("%s has mode %s", args[0], got)
	}
}

// await FILE waits until a file is there.
func await(ts *testscript.TestScript, _ bool, args []string) {
	limit := time.After(time.Minute)
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		select {
		case <-look.C:
		case <-limit:
			ts.Fatalf("%s did not come", args[0])
		}
	}
}

// source FILE sets the environment as a shell that reads the file would.
func source(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		what, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "export":
			name, value, _ := strings.Cut(rest, "=")
			ts.Setenv(name, strings.Trim(value, "'"))
		case "unset":
			for name := range strings.FieldsSeq(rest) {
				ts.Setenv(name, "")
			}
		default:
			ts.Fatalf("no shell line: %s", line)
		}
	}
}

// empty DIR checks that a directory holds nothing.
func empty(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) > 0 {
		ts.Fatalf("%s holds %v", args[0], entries)
	}
}
