//go:build unix

package journal_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/cache/journal"
)

// Some tests need processes that write at once, are killed, have no space left
// or no rights: they run this test binary again, with its part named here.
const envPart, envPath = "JOURNAL_TEST_PART", "JOURNAL_TEST_PATH"

func TestMain(m *testing.M) {
	parts := map[string]func(*journal.Journal) error{"some": appendSome, "forever": appendForever, "full": appendOnFullDisk, "stranger": appendAsStranger, "hold": holdForever}
	part, ok := parts[os.Getenv(envPart)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := part(journal.Open(os.Getenv(envPath))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(t *testing.T, part string, j *journal.Journal) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envPart+"="+part, envPath+"="+j.Path())
	cmd.Stderr = os.Stderr
	return cmd
}

const each = 60 // records a process of appendSome appends

// appendSome appends records that name their process and number, of lengths up
// to what takes several pages.
func appendSome(j *journal.Journal) error {
	for n := range each {
		body, err := json.Marshal(map[string]string{"text": strings.Repeat("é", n*n*7)})
		if err != nil {
			return err
		}
		if err := j.Append(journal.Record{At: at, Who: strconv.Itoa(os.Getpid()), Kind: strconv.Itoa(n), Body: body}); err != nil {
			return err
		}
	}
	return nil
}

func TestProcessesAppendAtOnce(t *testing.T) {
	j := newJournal(t)
	var all []*exec.Cmd
	for range 4 {
		cmd := child(t, "some", j)
		must(t, cmd.Start())
		all = append(all, cmd)
	}
	next := map[string]int{}
	for _, cmd := range all {
		must(t, cmd.Wait())
		next[strconv.Itoa(cmd.Process.Pid)] = 0
	}
	for _, r := range sound(t, j) {
		if n, ok := next[r.Who]; !ok || r.Kind != strconv.Itoa(n) {
			t.Fatalf("record %s of process %s, want %d", r.Kind, r.Who, n)
		}
		next[r.Who]++
	}
	for pid, n := range next {
		if n != each {
			t.Errorf("%d records of process %s, want %d", n, pid, each)
		}
	}
}

// holdForever holds a run, and says so.
func holdForever(j *journal.Journal) error {
	_, ok, err := j.Hold("20261123-120000-3f9a")
	if err != nil || !ok {
		return fmt.Errorf("held: %v, %w", ok, err)
	}
	fmt.Println("held")
	<-time.After(time.Minute)
	return errors.New("nobody ended it")
}

// A run is held until its program ends, however it ends.
func TestKilledWhileItHoldsARun(t *testing.T) {
	j := newJournal(t)
	cmd := child(t, "hold", j)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("it says %q, %v", line, err)
	}
	_, ok, err := j.Hold("20261123-120000-3f9a")
	must(t, err)
	equal(t, "held while the other has it", ok, false)
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	release, ok, err := j.Hold("20261123-120000-3f9a")
	must(t, err)
	equal(t, "held after that", ok, true)
	must(t, release())
}

// Several who want one run at the same time get it one after the other: none has
// it while another does, though its file goes each time.
func TestOneAtATimeHoldsARun(t *testing.T) {
	j := newJournal(t)
	var holders atomic.Int32
	var g errgroup.Group
	got := make([]int, 8)
	for n := range got {
		g.Go(func() error {
			for range 200 {
				release, ok, err := j.Hold("20261123-120000-3f9a")
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				got[n]++
				if holders.Add(1) > 1 {
					return errors.New("two hold it")
				}
				runtime.Gosched()
				holders.Add(-1)
				if err := release(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	must(t, g.Wait())
	if slices.Max(got) == 0 {
		t.Error("nobody ever got it")
	}
}

// appendForever appends, and says after each append that it returned.
func appendForever(j *journal.Journal) error {
	recs, _, err := j.Read()
	if err != nil {
		return err
	}
	for n := len(recs); ; n++ {
		if err := j.Append(numbered(n)); err != nil {
			return err
		}
		fmt.Println(n + 1)
	}
}

// What Append returned for is there after any number of kills.
func TestKilledWhileAppending(t *testing.T) {
	const seed = 1
	rng := rand.New(rand.NewPCG(seed, 2))
	j := newJournal(t)
	for round := range 8 {
		cmd := child(t, "forever", j)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		said, enough, after := 0, 1+rng.IntN(30), time.Duration(rng.IntN(3000))*time.Microsecond
		lines := bufio.NewScanner(out)
		for count := 1; lines.Scan(); count++ {
			said, err = strconv.Atoi(lines.Text())
			must(t, err)
			if count == enough {
				time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			}
		}
		if err := cmd.Wait(); cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the writer ended by itself: %v", err)
		}
		recs, warnings, err := j.Read()
		must(t, err)
		if len(recs) < said || len(recs) > said+1 || len(warnings) > 1 {
			t.Fatalf("seed %d, round %d: %d records, of %d that were said; %v", seed, round, len(recs), said, warnings)
		}
		for n, r := range recs {
			equal(t, "record", r, numbered(n))
		}
	}
}

// appendOnFullDisk runs where the file may grow by less than a line.
func appendOnFullDisk(j *journal.Journal) error {
	signal.Ignore(syscall.SIGXFSZ)
	before, err := os.ReadFile(j.Path())
	if err != nil {
		return err
	}
	most := uint64(len(before) + 40)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		return err
	}
	var errs []error
	for range 2 {
		errs = append(errs, says(j.Append(numbered(1)), "no space left", "nothing was noted", "free some"))
		if after, err := os.ReadFile(j.Path()); err != nil || string(after) != string(before) {
			errs = append(errs, fmt.Errorf("the file was altered: %q, %w", after, err))
		}
	}
	return errors.Join(errs...)
}

// says is nil for one line of trouble with all the parts.
func says(err error, parts ...string) error {
	if _, ok := errors.AsType[*journal.Error](err); !ok || strings.Contains(err.Error(), "\n") {
		return fmt.Errorf("got %w, want one line of trouble", err)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			return fmt.Errorf("%w does not say %q", err, p)
		}
	}
	return nil
}

func TestFullDisk(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(numbered(0)))
	must(t, child(t, "full", j).Run())
	must(t, j.Append(numbered(1)))
	equal(t, "records", sound(t, j), []journal.Record{numbered(0), numbered(1)})
}

// appendAsStranger writes without the rights to write, and reads without those
// to read.
func appendAsStranger(j *journal.Journal) error {
	if os.Getuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
			return err
		}
	}
	fresh := journal.Open(filepath.Join(filepath.Dir(j.Path()), "new.jsonl"))
	below := journal.Open(filepath.Join(filepath.Dir(j.Path()), "dir", "new.jsonl"))
	var errs []error
	for _, j := range []*journal.Journal{j, fresh, below} {
		errs = append(errs, says(j.Append(numbered(1)), "cannot be written (permission denied)", "nothing was noted", "XDG_STATE_HOME"))
	}
	recs, _, err := j.Read()
	if err != nil || len(recs) != 1 {
		errs = append(errs, fmt.Errorf("%d records can be read, %w", len(recs), err))
	}
	_, _, err = journal.Open(j.Path() + ".secret").Read()
	return errors.Join(append(errs, says(err, "cannot be read (permission denied)"))...)
}

func TestReadOnlyDirectory(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(numbered(0)))
	must(t, os.WriteFile(j.Path()+".secret", nil, 0o000))
	dir := filepath.Dir(j.Path())
	must(t, os.Chmod(j.Path(), 0o444))
	for _, d := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		must(t, os.Chmod(d, fs.FileMode(0o555)))
		defer func() { must(t, os.Chmod(d, 0o700)) }()
	}
	must(t, child(t, "stranger", j).Run())
}
