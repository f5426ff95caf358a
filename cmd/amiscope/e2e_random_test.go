//go:build e2e

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/cmd/internal/ptytest"
	"github.com/amiscope/amiscope/tui/keys"
)

const (
	// quiet is how long a program that has done all is watched.
	quiet = 150 * time.Millisecond
	// roomy is a width at which the status line leaves nothing out.
	roomy = 240
	// readingFor bounds how long a scan is waited for.
	readingFor = 5 * time.Minute
)

// TestRandomKeys presses random keys for a while: nothing panics, no frame is
// torn, nothing harmful reaches the terminal, and memory does not grow.
func TestRandomKeys(t *testing.T) {
	lasts, demo := 20*time.Second, []string{"demo"}
	if d := campaign(t); d > 0 {
		lasts = d
		demo = []string{
			"demo", "--accounts", "20", "--regions", "17", "--images", "100000", "--not-opted-in", "eu-west-3",
			"--fault", "5xx:5%", "--fault", "reset:5%", "--fault", "cut:2%",
		}
	}
	m := &monkey{rng: chance(t), argv: append([]string{program(t)}, demo...), env: ownHome(t), keys: pressable()}
	m.start(t)
	for end := time.Now().Add(lasts); time.Now().Before(end) && !t.Failed(); {
		for range 5 + m.rng.IntN(60) {
			m.poke()
		}
		m.rest(t)
	}
	m.report(t)
	m.leave(t)
}

// pressable are the keys of the table, but for those that end the program, or
// hand the terminal back.
func pressable() []string {
	var out []string
	for _, b := range keys.All() {
		for _, k := range b.Keys {
			if !slices.Contains([]string{"q", "ctrl+c", "ctrl+z"}, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// typable are texts that stand for themselves where nothing is typed in.
var typable = []string{
	"web", "age>30d ", "arch:arm64 ", "!region:us-*", "is:public", "tag.Name:*", "(", ")", " OR ", "stat:x", "owner:", `"`,
	"name~", "金の画像", "e\u0301", "  ", "ami-0", "scopes", "-size",
}

// monkey is a user without a plan.
type monkey struct {
	rng   *rand.Rand
	argv  []string
	env   []string
	keys  []string
	term  *ptytest.Terminal
	size  ptytest.Size
	began time.Time
	seen  []sample

	pokes, checks, toasts, busy, restarts int
	trace                                 []string // what was done since the last rest
}

// sample is the program's memory at a time.
type sample struct {
	at  time.Duration
	rss int // kB
}

func (m *monkey) start(t *testing.T) {
	t.Helper()
	m.size = ptytest.Size{Width: 120, Height: 40}
	m.term = ptytest.Start(t, m.size, m.env, m.argv...)
	m.began, m.seen = time.Now(), nil
	m.settle(t)
}

// poke does one thing.
func (m *monkey) poke() {
	if !m.term.AltScreen() { // it ends, or was asked to suspend itself
		return
	}
	what := m.draw()
	m.trace = append(m.trace, what)
	m.term.Try(what)
	m.pokes++
}

func (m *monkey) draw() string {
	switch n := m.rng.IntN(100); {
	case n < 75:
		key := m.keys[m.rng.IntN(len(m.keys))]
		if key == "R" && m.rng.IntN(10) > 0 { // or it would read all the time
			return "r"
		}
		return key
	case n < 85:
		return typable[m.rng.IntN(len(typable))]
	case n < 88:
		return "\x1b[200~" + typable[m.rng.IntN(len(typable))] + "\n\x1b[201~"
	default: // left button down and up, wheel up, wheel down
		x, y := 1+m.rng.IntN(m.size.Width), 1+m.rng.IntN(m.size.Height)
		return [...]string{
			fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", x, y, x, y),
			fmt.Sprintf("\x1b[<64;%d;%dM", x, y), fmt.Sprintf("\x1b[<65;%d;%dM", x, y),
		}[m.rng.IntN(3)]
	}
}

// rest lets the program come to rest and looks at it. A program that was left
// by way of the palette is started again.
func (m *monkey) rest(t *testing.T) {
	t.Helper()
	switch m.settle(t) {
	case ended:
		left(t, m.term, exitDone)
		if t.Failed() {
			t.Logf("its last words: %s", m.term.Screen())
		}
		m.restarts++
		m.start(t)
	case stillReading:
		m.busy++
	case atRest:
		m.look(t)
		m.seen = append(m.seen, sample{time.Since(m.began), rss(t, m.term.Pid())})
	}
	if bad := ptytest.Unsafe(m.term.TakeRaw()); len(bad) > 0 {
		t.Errorf("reached the terminal: %v", bad)
	}
	if t.Failed() {
		t.Logf("since the last rest: %q", m.trace)
	}
	m.trace = nil
	if m.rng.IntN(4) == 0 {
		m.resize(t, ptytest.Size{Width: 40 + m.rng.IntN(160), Height: 10 + m.rng.IntN(50)})
	}
}

type settled uint8

const (
	atRest settled = iota
	stillReading
	ended
)

// settle waits until the program has done all that it was asked to: it draws
// nothing for a while, and in that time did nothing and had nothing to do.
func (m *monkey) settle(t *testing.T) settled {
	t.Helper()
	limit := time.After(readingFor)
	for spent := -1; ; {
		changed := m.term.Changed()
		select {
		case <-m.term.Exited():
			return ended
		case <-limit:
			return stillReading
		case <-changed:
			spent = -1
			continue
		case <-time.After(quiet):
		}
		now, sleeps := work(m.term.Pid())
		switch {
		case !sleeps || now != spent:
			spent = now
		case m.term.AltScreen():
			return atRest
		default:
			m.term.Signal(syscall.SIGCONT) // it suspended itself, by way of the palette
		}
	}
}

// work tells the time that a process has computed so far, in ticks of the clock,
// and whether all its threads sleep. One that is gone does.
func work(pid int) (ticks int, sleeps bool) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid)) // the pattern is sound
	sleeps = true
	for _, task := range tasks {
		stat, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // state, ppid, ...
		sleeps = sleeps && fields[0] != "R" && fields[0] != "D"
		for _, f := range fields[11:13] { // utime, stime
			n, _ := strconv.Atoi(f) // a number, by proc(5)
			ticks += n
		}
	}
	return ticks, sleeps
}

// look compares the screen, drawn change by change, with one drawn from nothing:
// a program that is told of another size draws everything.
func (m *monkey) look(t *testing.T) {
	t.Helper()
	drawn, reading := m.term.Painted(), strings.Contains(m.term.Screen(), " reading ")
	was := m.size
	m.resize(t, ptytest.Size{Width: was.Width + 1, Height: was.Height})
	m.resize(t, was)
	m.settle(t) // a frame of the other size may have been on its way
	fresh := m.term.Painted()
	a, b := timeless(drawn), timeless(fresh)
	if status := len(a) - 2; len(a) == len(b) && a[status] != b[status] {
		a[status], b[status] = "", "" // a toast went meanwhile
		m.toasts++
	}
	d := cmp.Diff(a, b)
	if d != "" && (reading || m.reads(t)) {
		m.busy++
		return
	}
	m.checks++
	if d != "" {
		t.Errorf("torn at %d×%d, - as drawn, + afresh: %s", was.Width, was.Height, d)
	}
}

// reads reports whether the program waits for AWS, between two tries perhaps: what
// it shows may change any moment, however still it is.
func (m *monkey) reads(t *testing.T) bool {
	t.Helper()
	was := m.size
	m.resize(t, ptytest.Size{Width: roomy, Height: was.Height})
	reads := strings.Contains(m.term.Screen(), " reading ")
	m.resize(t, was)
	return reads
}

// resize changes the size and waits until all is drawn anew.
func (m *monkey) resize(t *testing.T, s ptytest.Size) {
	t.Helper()
	if bad := ptytest.Unsafe(m.term.TakeRaw()); len(bad) > 0 {
		t.Errorf("reached the terminal: %v", bad)
	}
	m.size = s
	m.term.Resize(s.Width, s.Height)
	m.term.WaitUntil(fmt.Sprintf("all is drawn at %d×%d", s.Width, s.Height), func(string) bool {
		raw := m.term.Raw()
		erased := bytes.LastIndex(raw, []byte("\x1b[2J"))
		return erased >= 0 && bytes.Contains(raw[erased:], []byte("\x1b[?2026l"))
	})
}

// age is what the clock changes between two frames; a number behind a semicolon
// is of a sequence.
var age = regexp.MustCompile(`([^;\[0-9])(?:[0-9]+(?:s|m|h|d|mo|y)\b(?: ago)?|just now)`)

// timeless leaves out ages, and in their lines the blanks that make up for their
// widths.
func timeless(painted []string) []string {
	blanks := regexp.MustCompile(` +`)
	var out []string
	for _, l := range painted {
		if age.MatchString(l) {
			l = blanks.ReplaceAllString(age.ReplaceAllString(l, "${1}AGE"), " ")
		}
		out = append(out, l)
	}
	return out
}

// rss is a process's resident memory in kB.
func rss(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Skipf("no process status here: %v", err)
	}
	m := regexp.MustCompile(`VmRSS:\s+([0-9]+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no VmRSS in %s", status)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// report holds the last quarter of the time against the second: a program that
// leaks has more at the end.
func (m *monkey) report(t *testing.T) {
	t.Helper()
	total := time.Since(m.began)
	second, last, most := 0, 0, 0
	for _, s := range m.seen {
		most = max(most, s.rss)
		switch {
		case s.at > total/4 && s.at <= total/2:
			second = max(second, s.rss)
		case s.at > total*3/4:
			last = max(last, s.rss)
		}
	}
	t.Logf("%d keys, %d frames checked, %d of them but for the status line, %d rests while reading, %d restarts; memory %d MB in the second quarter, %d MB in the last, %d MB at most",
		m.pokes, m.checks, m.toasts, m.busy, m.restarts, second/1000, last/1000, most/1000)
	if m.checks == 0 || m.toasts > m.checks/2 || m.busy > m.checks {
		t.Errorf("too few frames were checked")
	}
	if second > 0 && last > second*13/10+20_000 {
		t.Errorf("memory grew from %d kB to %d kB", second, last)
	}
}

// leave quits from wherever the program is, also where a run goes on.
func (m *monkey) leave(t *testing.T) {
	t.Helper()
	asked := false
	m.term.Try("ctrl+c")
	m.term.WaitUntil("it ends, or asks", func(s string) bool {
		select {
		case <-m.term.Exited():
			return true
		default:
			asked = strings.Contains(s, "Leave all the same?")
			return asked
		}
	})
	if asked {
		m.term.Try("ctrl+c")
	}
	left(t, m.term, exitDone)
}
