//go:build e2e

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/cmd/internal/ptytest"
)

// healthy is a demo in which every scope can be read: its exit code is 0.
var healthy = []string{"demo", "--accounts", "2", "--regions", "3", "--images", "250"}

// ran is what a run of the program said.
type ran struct {
	code   int
	err    []string
	images []string
}

// runs runs the program, by way of a command that gets it as its arguments.
func runs(t *testing.T, env, by []string, args ...string) ran {
	t.Helper()
	argv := slices.Concat(by, []string{program(t)}, healthy, args)
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = env
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	r := ran{code: cmd.ProcessState.ExitCode(), err: told(stderr.String())}
	for _, m := range regexp.MustCompile(`\{"id":"(ami-[0-9a-f]+)"`).FindAllStringSubmatch(out.String(), -1) {
		r.images = append(r.images, m[1])
	}
	slices.Sort(r.images)
	return r
}

func told(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' }) }

// badCache is a way in which a cache cannot be used.
type badCache struct {
	name    string
	prepare func(t *testing.T, dir string, good []byte) // makes the user's cache directory
	by      string                                      // shell lines around the program, $DIR being that directory
	told    string                                      // the one line
	offline string                                      // what --offline says; empty: it shows all, and nothing is said
}

func inside(dir string) string { return filepath.Join(dir, "amiscope", "demo", "cache.db") }

// cached makes a cache directory with a file in it.
func cached(content func(good []byte) []byte) func(*testing.T, string, []byte) {
	return func(t *testing.T, dir string, good []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(inside(dir)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(inside(dir), content(good), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func whole(good []byte) []byte { return good }

func noCache(t *testing.T, dir string, _ []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

const (
	setAside = `^amiscope: the cache \S+/cache\.db was set aside as \S+/cache\.db\.broken-1: it is damaged \(.*\); everything will be read again$`
	noSpace  = `^amiscope: no space left for the cache \S+/cache\.db; going on without saving$`
)

func badCaches() []badCache {
	return []badCache{
		{"ten bytes", cached(func(good []byte) []byte { return good[:10] }), "", setAside, setAside},
		{"cut short", cached(func(good []byte) []byte { return good[:len(good)/3] }), "", setAside, setAside},
		{"no page left", cached(func(good []byte) []byte { return bytes.Repeat([]byte("junk"), len(good)/4) }), "", setAside, setAside},
		{
			"a file where the directory should be", func(t *testing.T, dir string, _ []byte) {
				t.Helper()
				if err := os.WriteFile(dir, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}, "", `cannot be opened \(not a directory\); going on without it$`, `cannot be opened \(not a directory\); going on without it$`,
		},
		{"no file may grow", noCache, `ulimit -f 16; exec "$@"`, noSpace, "nothing is cached"},
		{"the disk is full", noCache, mounted + `mount -t tmpfs -o size=64k none "$DIR"; exec "$@"`, noSpace, "nothing is cached"},
		{
			"a read-only disk", cached(whole), mounted + `mount --bind "$DIR" "$DIR"; mount -o remount,ro,bind "$DIR"; exec "$@"`,
			`cannot be opened \(read-only file system\); going on without saving$`, "",
		},
		{
			"a read-only disk without a cache", noCache, mounted + `mount --bind "$DIR" "$DIR"; mount -o remount,ro,bind "$DIR"; exec "$@"`,
			`cannot be opened \(read-only file system\); going on without saving$`, "nothing is cached",
		},
	}
}

// mounted begins shell lines that mount something, for themselves only.
const mounted = "# mounts\nset -e\n"

// shell is the command that runs shell lines around its arguments. Those that
// mount get a mount namespace, which the system may not give.
func (b badCache) shell(t *testing.T, dir string) []string {
	t.Helper()
	if b.by == "" {
		return nil
	}
	sh := []string{"env", "DIR=" + dir, "sh", "-c", b.by, "sh"}
	if !strings.HasPrefix(b.by, mounted) {
		return sh
	}
	flag := "-m"
	if os.Getuid() != 0 {
		flag = "-rm"
	}
	if out, err := exec.CommandContext(t.Context(), "unshare", flag, "true").CombinedOutput(); err != nil {
		t.Skipf("nothing can be mounted here: %v: %s", err, out)
	}
	return append([]string{"unshare", flag}, sh...)
}

// goodCache is the file that a run leaves, and what that run listed.
func goodCache(t *testing.T) ([]byte, ran) {
	t.Helper()
	dir := t.TempDir()
	env := append(ownHome(t), "XDG_CACHE_HOME="+dir)
	good := runs(t, env, nil, "list", "-o", "jsonl")
	if good.code != exitDone || len(good.images) != 250 || len(good.err) > 0 {
		t.Fatalf("code %d, %d images, %q", good.code, len(good.images), good.err)
	}
	content, err := os.ReadFile(inside(dir))
	if err != nil {
		t.Fatal(err)
	}
	return content, good
}

// TestBadCacheIsOneLine: whatever is wrong with the cache, a verb does its work,
// says so in one line, and ends as if nothing were wrong.
func TestBadCacheIsOneLine(t *testing.T) {
	content, good := goodCache(t)
	for _, b := range badCaches() {
		t.Run(b.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			by, env := b.shell(t, dir), append(ownHome(t), "XDG_CACHE_HOME="+dir)
			b.prepare(t, dir, content)
			got := runs(t, env, by, "list", "-o", "jsonl")
			if d := cmp.Diff(good.images, got.images); d != "" || got.code != exitDone {
				t.Errorf("code %d, %s", got.code, d)
			}
			if len(got.err) != 1 || !regexp.MustCompile(b.told).MatchString(got.err[0]) {
				t.Errorf("told %q", got.err)
			}
		})
	}
}

// TestBadCacheOffline: without AWS there is only the cache. What is wrong with it
// is said, and with nothing to show the exit code is 1.
func TestBadCacheOffline(t *testing.T) {
	content, good := goodCache(t)
	for _, b := range badCaches() {
		t.Run(b.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			by, env := b.shell(t, dir), append(ownHome(t), "XDG_CACHE_HOME="+dir)
			b.prepare(t, dir, content)
			got := runs(t, env, by, "list", "--offline", "-o", "jsonl")
			if b.offline == "" {
				if d := cmp.Diff(good.images, got.images); d != "" || got.code != exitDone || len(got.err) > 0 {
					t.Errorf("code %d, told %q, %s", got.code, got.err, d)
				}
				return
			}
			if got.code != exitFailed || len(got.err) == 0 || !regexp.MustCompile(b.offline).MatchString(got.err[0]) {
				t.Fatalf("code %d, told %q", got.code, got.err)
			}
			if last := got.err[len(got.err)-1]; !strings.Contains(last, "nothing is cached") || len(got.err) > 2 {
				t.Errorf("told %q", got.err)
			}
		})
	}
}

// TestBadCacheOnTheScreen: a toast says the same, and the table works.
func TestBadCacheOnTheScreen(t *testing.T) {
	content, _ := goodCache(t)
	for _, b := range badCaches() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel() // a toast stays for seconds
			dir := filepath.Join(t.TempDir(), "cache")
			by, env := b.shell(t, dir), append(ownHome(t), "XDG_CACHE_HOME="+dir)
			b.prepare(t, dir, content)
			argv := slices.Concat(by, []string{program(t)}, healthy)
			term := ptytest.Start(t, ptytest.Size{Width: 300, Height: 40}, env, argv...)
			toast := regexp.MustCompile(strings.TrimSuffix(strings.TrimPrefix(b.told, "^amiscope: "), "$"))
			term.WaitUntil("a toast says "+b.told, func(s string) bool {
				return strings.Count(s, "the cache ") == 1 && toast.MatchString(s)
			})
			term.WaitGone("the cache ")
			term.WaitFor("250 images")
			term.Press("/")
			term.Type("is:public")
			term.WaitFor(" of 250 images")
			term.Press("esc", "q")
			left(t, term, exitDone)
			if after := term.Screen(); strings.Contains(after, "the cache ") {
				t.Errorf("told again at the end: %s", after)
			}
		})
	}
}

// TestCopiesSideBySide: copies of the program scan and save at once, one of them
// with a screen, and a later one shows all.
func TestCopiesSideBySide(t *testing.T) {
	_, good := goodCache(t)
	env := ownHome(t)
	slow := []string{"--latency", "100ms"}
	term := ptytest.Start(t, ptytest.Size{Width: 120, Height: 40}, env, slices.Concat([]string{program(t)}, healthy, slow)...)
	var all sync.WaitGroup
	verbs := make([]ran, 4)
	for i := range verbs {
		all.Go(func() { verbs[i] = runs(t, env, nil, append([]string{"list", "-o", "jsonl"}, slow[:2*(i%2)]...)...) })
	}
	all.Wait()
	for _, v := range verbs {
		if d := cmp.Diff(good.images, v.images); d != "" || v.code != exitDone || len(v.err) > 0 {
			t.Errorf("code %d, told %q, %s", v.code, v.err, d)
		}
	}
	term.WaitUntil("all is read", func(s string) bool {
		return strings.Contains(s, "250 images") && strings.Contains(s, "read ") && !strings.Contains(s, "reading")
	})
	term.Press("q")
	left(t, term, exitDone)
	later := runs(t, env, nil, "list", "--offline", "-o", "jsonl")
	if d := cmp.Diff(good.images, later.images); d != "" || later.code != exitDone || len(later.err) > 0 {
		t.Errorf("code %d, told %q, %s", later.code, later.err, d)
	}
}
