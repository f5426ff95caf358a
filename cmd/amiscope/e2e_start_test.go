//go:build e2e

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/amiscope/amiscope/cmd/internal/ptytest"
)

// What a start is waited for.
var (
	chrome  = regexp.MustCompile(`amiscope`)
	allRows = regexp.MustCompile(`[0-9],[0-9]{3} images`) // the count below the table
)

// restRead is when, after the rows are shown, details and snapshots are read as
// well: the most memory has been in use by then.
const restRead = 3 * time.Second

// BenchmarkStart starts the program on the cache of 100,000 images, with an AWS
// that does not answer meanwhile, and tells after how long the frame and the
// rows were written, as the median and the least, and the most memory of any
// start. "version" is the same program saying no more than its version: what this
// machine takes to start anything, by which its figures can be held against
// those of others. make bench-start
func BenchmarkStart(b *testing.B) {
	env := ownHome(b)
	argv := []string{program(b), "demo", "--accounts", "20", "--regions", "17", "--images", "100000"}
	fillCache(b, env, append(argv, "list", "--limit", "1"))
	var first, rows, version []time.Duration
	memory := 0
	for b.Loop() {
		term := ptytest.Start(b, ptytest.Size{Width: 160, Height: 45}, env, append(argv, "--latency", "1h")...)
		rows = append(rows, written(b, term, allRows))
		first = append(first, written(b, term, chrome))
		<-time.After(restRead)
		memory = max(memory, peak(b, term.Pid()))
		term.Press("q")
		if code := term.Exit(); code != exitDone {
			b.Fatalf("exit code %d", code)
		}
		term = ptytest.Start(b, ptytest.Size{Width: 160, Height: 45}, env, program(b), "version")
		version = append(version, written(b, term, chrome))
		term.Exit()
	}
	b.ReportMetric(0, "ns/op") // waits, most of it
	report(b, "chrome", first)
	report(b, "rows", rows)
	report(b, "version", version)
	b.ReportMetric(float64(memory)/1000, "peak-MB")
}

// fillCache reads images and snapshots; of the demo one scope is denied.
func fillCache(b *testing.B, env, argv []string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), argv[0], argv[1:]...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != exitPartial {
		b.Fatalf("%v: %s", err, out)
	}
}

func written(b *testing.B, term *ptytest.Terminal, what *regexp.Regexp) (at time.Duration) {
	b.Helper()
	term.WaitUntil("it wrote "+what.String(), func(string) (ok bool) {
		at, ok = term.Written(what)
		return ok
	})
	return at
}

// peak is the most memory that a process had resident, in kB.
func peak(b *testing.B, pid int) int {
	b.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		b.Skipf("no process status here: %v", err)
	}
	m := regexp.MustCompile(`VmHWM:\s+([0-9]+) kB`).FindSubmatch(status)
	if m == nil {
		b.Fatalf("no VmHWM in %s", status)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func report(b *testing.B, what string, times []time.Duration) {
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(times[len(times)/2]), what+"-ms")
	b.ReportMetric(ms(times[0]), what+"-min-ms")
}
