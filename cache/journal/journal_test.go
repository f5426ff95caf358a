//go:build unix

package journal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/cache/journal"
)

var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newJournal(tb testing.TB) *journal.Journal {
	return journal.Open(filepath.Join(tb.TempDir(), "state", "journal.jsonl"))
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

// numbered is the n-th record of a test.
func numbered(n int) journal.Record {
	body, err := json.Marshal(map[string]string{"text": strings.Repeat("x", n%50*n%977)})
	if err != nil {
		panic(err)
	}
	return journal.Record{At: at.Add(time.Duration(n)), Who: "ann", Kind: fmt.Sprint("test-", n), Body: body}
}

func content(t *testing.T, j *journal.Journal) string {
	t.Helper()
	b, err := os.ReadFile(j.Path())
	must(t, err)
	return string(b)
}

func with(t *testing.T, content string) *journal.Journal {
	t.Helper()
	j := journal.Open(filepath.Join(t.TempDir(), "journal.jsonl"))
	must(t, os.WriteFile(j.Path(), []byte(content), 0o600))
	return j
}

// sound reads a journal in which nothing is wrong.
func sound(t *testing.T, j *journal.Journal) []journal.Record {
	t.Helper()
	recs, warnings, err := j.Read()
	must(t, err)
	if len(warnings) > 0 {
		t.Fatalf("warned of %v", warnings)
	}
	return recs
}

func TestWhatIsAppendedIsRead(t *testing.T) {
	j := newJournal(t)
	equal(t, "before", sound(t, j), []journal.Record(nil))
	if _, err := os.Stat(filepath.Dir(j.Path())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made something: %v", err)
	}
	var want []journal.Record
	for n := range 20 {
		must(t, j.Append(numbered(n)))
		want = append(want, numbered(n))
		equal(t, "records", sound(t, journal.Open(j.Path())), want)
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(numbered(1)))
	mode := func(path string) fs.FileMode {
		fi, err := os.Stat(path)
		must(t, err)
		return fi.Mode().Perm()
	}
	equal(t, "file", mode(j.Path()), fs.FileMode(0o600))
	equal(t, "directory", mode(filepath.Dir(j.Path())), fs.FileMode(0o700))
	must(t, os.Chmod(j.Path(), 0o644))
	must(t, j.Append(numbered(2)))
	equal(t, "file after an append", mode(j.Path()), fs.FileMode(0o600))
}

// An append that was killed leaves the first bytes of its line. They are told,
// count for nothing, and are gone with the next append.
func TestAnAppendCutShortAnywhere(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(numbered(1)))
	first := content(t, j)
	must(t, j.Append(numbered(2)))
	both := content(t, j)
	for n := range len(both) - len(first) + 1 {
		j := with(t, both[:len(first)+n])
		recs, warnings, err := j.Read()
		must(t, err)
		whole := len(first)+n >= len(both)-1 // all but the end of the line
		switch {
		case n == 0 && (len(recs) != 1 || len(warnings) != 0):
			t.Fatalf("none of the second line: %d records, %v", len(recs), warnings)
		case whole && (len(recs) != 2 || len(warnings) != 0):
			t.Fatalf("all of it: %d records, %v", len(recs), warnings)
		case n > 0 && !whole && (len(recs) != 1 || len(warnings) != 1 || warnings[0].Line != 2 || !strings.Contains(warnings[0].String(), "unfinished")):
			t.Fatalf("%d bytes of it: %d records, %v", n, len(recs), warnings)
		}
		must(t, j.Append(numbered(3)))
		want := []journal.Record{numbered(1), numbered(3)}
		if whole {
			want = []journal.Record{numbered(1), numbered(2), numbered(3)}
		}
		equal(t, fmt.Sprintf("%d bytes of it, and an append", n), sound(t, j), want)
	}
}

func TestDamagedLinesAreToldAndKept(t *testing.T) {
	j := newJournal(t)
	for n := range 3 {
		must(t, j.Append(numbered(n)))
	}
	lines := strings.SplitAfter(content(t, j), "\n")
	for _, tc := range []struct {
		name, middle, why string
	}{
		{"altered", strings.Replace(lines[1], "ann", "bob", 1), "damaged"},
		{"cut", lines[1][:30] + "\n", "damaged"},
		{"zeros", "\x00\x00\x00\n", "damaged"},
		{"prose", "dear diary\n", "damaged"},
		{"newer", newer, "newer amiscope"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := with(t, lines[0]+tc.middle+lines[2])
			must(t, j.Append(numbered(3)))
			recs, warnings, err := j.Read()
			must(t, err)
			equal(t, "records", recs, []journal.Record{numbered(0), numbered(2), numbered(3)})
			if len(warnings) != 1 || warnings[0].Line != 2 || !strings.Contains(warnings[0].String(), tc.why) || !strings.Contains(warnings[0].String(), j.Path()) {
				t.Errorf("warned of %v", warnings)
			}
			if !strings.HasPrefix(content(t, j), lines[0]+tc.middle+lines[2]) {
				t.Error("the file was altered")
			}
		})
	}
}

// newer is a line of a version to come.
const newer = `{"v":2,"at":"2026-11-23T12:00:00Z","who":"ann","kind":"step","body":{"calls":[]},"sum":"a65c924b"}` + "\n"

// A file that is not ours, and does not end with a line, loses nothing.
func TestAForeignEndIsKept(t *testing.T) {
	for _, tail := range []string{"my thesis", `{"name":"x"}`, "\x00x"} {
		j := with(t, tail)
		must(t, j.Append(numbered(1)))
		if got := content(t, j); !strings.HasPrefix(got, tail+"\n") {
			t.Errorf("%q became %q", tail, got)
		}
		recs, warnings, err := j.Read()
		must(t, err)
		if len(recs) != 1 || len(warnings) != 1 {
			t.Errorf("%q: %d records, %v", tail, len(recs), warnings)
		}
	}
}

// A long line that is unfinished is found as well.
func TestALongUnfinishedLine(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(numbered(1)))
	first := content(t, j)
	for _, n := range []int{1 << 16, 1<<16 + 1, 300_000} {
		j := with(t, first+`{"v":1,"at":"`+strings.Repeat("x", n))
		must(t, j.Append(numbered(2)))
		equal(t, "records", sound(t, j), []journal.Record{numbered(1), numbered(2)})
	}
}

func refused(t *testing.T, err error, parts ...string) {
	t.Helper()
	e, ok := errors.AsType[*journal.Error](err)
	if !ok || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), e.Path) {
		t.Fatalf("got %v, want one line of trouble", err)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("%q does not say %q", err, p)
		}
	}
}

func TestWhereThereIsNoFile(t *testing.T) {
	dir := t.TempDir()
	j := journal.Open(dir)
	refused(t, j.Append(numbered(1)), "is a directory", "nothing was noted", "XDG_STATE_HOME")
	_, _, err := j.Read()
	refused(t, err, "cannot be read", "is a directory")

	pipe := filepath.Join(dir, "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	refused(t, journal.Open(pipe).Append(numbered(1)), "is no file")
	_, _, err = journal.Open(pipe).Read()
	refused(t, err, "is no file")

	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	below := journal.Open(filepath.Join(file, "journal.jsonl"))
	refused(t, below.Append(numbered(1)), "not a directory", "XDG_STATE_HOME")
	_, _, err = below.Read()
	refused(t, err, "not a directory")
}

func TestRecordsThatCannotBeWritten(t *testing.T) {
	j := newJournal(t)
	refused(t, j.Append(journal.Record{At: at}), "a record needs a time and a kind")
	if _, err := os.Stat(j.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was made: %v", err)
	}
}

// held keeps the lock on a journal as a copy of the program that hangs would.
func held(t *testing.T, j *journal.Journal, how int) (release func()) {
	t.Helper()
	f, err := os.Open(j.Path())
	must(t, err)
	must(t, syscall.Flock(int(f.Fd()), how))
	return func() { must(t, f.Close()) }
}

func TestLockedElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal(t)
		must(t, j.Append(numbered(1)))
		before := content(t, j)
		for _, how := range []int{syscall.LOCK_EX, syscall.LOCK_SH} {
			release := held(t, j, how)
			refused(t, j.Append(numbered(2)), "held by another program", "nothing was noted")
			equal(t, "records", sound(t, j), []journal.Record{numbered(1)})
			release()
		}
		equal(t, "file", content(t, j), before)

		release := held(t, j, syscall.LOCK_EX)
		done := make(chan error)
		go func() { done <- j.Append(numbered(3)) }()
		<-time.After(time.Second)
		release()
		must(t, <-done)
		equal(t, "records", sound(t, j), []journal.Record{numbered(1), numbered(3)})
	})
}

// A file that is moved away while its lock is waited for is not written to.
func TestMovedWhileWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal(t)
		must(t, j.Append(numbered(1)))
		release := held(t, j, syscall.LOCK_EX)
		done := make(chan error)
		go func() { done <- j.Append(numbered(2)) }()
		<-time.After(time.Second)
		must(t, os.Rename(j.Path(), j.Path()+".old"))
		release()
		must(t, <-done)
		equal(t, "moved", sound(t, journal.Open(j.Path()+".old")), []journal.Record{numbered(1)})
		equal(t, "new", sound(t, j), []journal.Record{numbered(2)})
	})
}

func castagnoli(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
