//go:build unix

package journal_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

func newLedger(tb testing.TB) *journal.Ledger {
	return journal.OpenLedger(filepath.Join(tb.TempDir(), "state", "costs.jsonl"))
}

func scopeOf(n int) model.Scope {
	return model.Scope{Account: fmt.Sprintf("%012d", n/17), Region: fmt.Sprintf("eu-west-%d", n%17)}
}

// entryOf is the only entry of a family, of as many snapshots.
func entryOf(family string, n int) cost.Entry {
	return cost.Entry{
		Family: family, Owner: "core", Kind: cost.OfImage, Snapshots: n, Held: int64(n) << 30,
		Bytes: cost.Bytes{Low: 1, High: int64(n) << 30}, Cost: cost.Band{Low: 7, High: cost.USD(n) * cost.Dollar / 20},
	}
}

func dayOf(n int, at time.Time, entries ...cost.Entry) cost.Day {
	return cost.Day{Scope: scopeOf(n), At: at, Entries: entries}
}

func october(day, hour int) time.Time {
	return time.Date(2026, time.October, day, hour, 0, 0, 0, time.UTC)
}

// past is what the ledger tells of a day, of which nothing may be missing.
func past(t *testing.T, l *journal.Ledger, at time.Time) []cost.Day {
	t.Helper()
	p, err := l.At(at)
	must(t, err)
	equal(t, "what is lost", p, journal.Past{Days: p.Days})
	return p.Days
}

func ledgerLines(t *testing.T, l *journal.Ledger) []string {
	t.Helper()
	b, err := os.ReadFile(l.Path())
	must(t, err)
	return strings.SplitAfter(strings.TrimSuffix(string(b), "\n"), "\n")
}

func TestLedgerOfDays(t *testing.T) {
	l := newLedger(t)
	equal(t, "before", past(t, l, october(1, 0)), []cost.Day(nil))
	first, err := l.First()
	must(t, err)
	equal(t, "first of none", first, time.Time{})
	if _, err := os.Stat(filepath.Dir(l.Path())); err == nil {
		t.Error("reading made something")
	}
	morning := dayOf(1, october(3, 8), entryOf("api", 1), entryOf("web", 2))
	must(t, l.Note([]cost.Day{morning, dayOf(2, october(3, 8))}))
	evening := dayOf(1, october(5, 23), entryOf("api", 1), entryOf("web", 3))
	must(t, l.Note([]cost.Day{dayOf(1, october(5, 9), entryOf("web", 9)), dayOf(2, october(5, 9))}))
	must(t, l.Note([]cost.Day{evening}))
	next := dayOf(1, october(6, 0), entryOf("web", 3))
	must(t, l.Note([]cost.Day{next}))

	empty := dayOf(2, october(3, 8))
	for _, tt := range []struct {
		at   time.Time
		want []cost.Day
	}{
		{october(2, 23), nil},
		{october(3, 0), []cost.Day{morning, empty}}, // of its whole day
		{october(4, 12), []cost.Day{morning, empty}},
		{october(5, 1), []cost.Day{evening, empty}},
		{october(6, 0), []cost.Day{next, empty}},
		{october(5, 20).In(time.FixedZone("", 6*3600)), []cost.Day{evening, empty}},
		{october(30, 0), []cost.Day{next, empty}},
	} {
		equal(t, tt.at.String(), past(t, l, tt.at), tt.want)
	}
	if first, err = l.First(); err != nil || !first.Equal(october(3, 0)) {
		t.Errorf("the first row is of %v: %v", first, err)
	}
	if n := len(ledgerLines(t, l)); n != 5 {
		t.Errorf("%d lines, want a row for each change and none for what did not", n)
	}
}

// Nothing is written where nothing changed, and all of it again in a new month.
func TestLedgerWritesWhatChanged(t *testing.T) {
	l := newLedger(t)
	var many []cost.Entry
	for n := range 20 {
		many = append(many, entryOf(fmt.Sprintf("f%02d", n), n+1))
	}
	counts := []int{}
	for n, at := range []time.Time{october(30, 1), october(30, 2), october(31, 1), october(31, 2), october(31, 3).AddDate(0, 0, 1), october(31, 3).AddDate(0, 0, 2)} {
		if n == 3 {
			many = slices.Clone(many)
			many[5] = entryOf("f05", 99)
		}
		must(t, l.Note([]cost.Day{dayOf(1, at, many...)}))
		counts = append(counts, len(ledgerLines(t, l)))
	}
	equal(t, "lines after each note", counts, []int{1, 1, 1, 2, 3, 3})
	lines := ledgerLines(t, l)
	if !strings.Contains(lines[0], `"kind":"costs-full"`) || !strings.Contains(lines[1], `"kind":"costs","body":{"entries":[{"family":"f05"`) ||
		strings.Count(lines[1], "family") != 1 || !strings.Contains(lines[2], `"kind":"costs-full"`) {
		t.Errorf("rows\n%s", strings.Join(lines, ""))
	}
	equal(t, "file", fileMode(t, l), os.FileMode(0o600))
}

func fileMode(t *testing.T, l *journal.Ledger) os.FileMode {
	t.Helper()
	fi, err := os.Stat(l.Path())
	must(t, err)
	return fi.Mode().Perm()
}

// What was noted is what is read, of any day.
func TestLedgerOfRandomDays(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 7))
		l := newLedger(t)
		type at struct {
			scope model.Scope
			day   string
		}
		noted := map[at]cost.Day{}
		now := map[model.Scope][]cost.Entry{}
		clock := october(1, 0)
		for range 60 {
			clock = clock.Add(time.Duration(rng.IntN(60)) * time.Hour)
			var days []cost.Day
			for n := range 4 {
				s := scopeOf(n)
				if rng.IntN(3) == 0 {
					now[s] = drawEntries(rng)
				}
				if rng.IntN(2) == 0 {
					d := cost.Day{Scope: s, At: clock, Entries: now[s]}
					days = append(days, d)
					noted[at{s, clock.Format(time.DateOnly)}] = d
				}
			}
			must(t, l.Note(days))
		}
		for day := october(1, 5); !day.After(clock.AddDate(0, 0, 2)); day = day.AddDate(0, 0, 1) {
			got := map[model.Scope][]cost.Entry{}
			for _, d := range past(t, l, day) {
				got[d.Scope] = d.Entries
			}
			for n := range 4 {
				s := scopeOf(n)
				var want []cost.Entry
				for d := october(1, 0); !d.After(day); d = d.AddDate(0, 0, 1) {
					if r, ok := noted[at{s, d.Format(time.DateOnly)}]; ok {
						want = r.Entries
					}
				}
				if !slices.Equal(got[s], want) {
					t.Fatalf("seed %d, %s on %v: %v, want %v", seed, s, day, got[s], want)
				}
			}
		}
	}
}

func drawEntries(rng *rand.Rand) []cost.Entry {
	var out []cost.Entry
	for n := range 6 {
		if rng.IntN(2) == 0 {
			out = append(out, entryOf(fmt.Sprintf("f%d \"é\\\n", n), 1+rng.IntN(3)))
		}
	}
	return out
}

// Every byte of the file damaged in turn: no day is wrong, and what is left out is
// told; the next rows are whole again.
func TestDamagedLedger(t *testing.T) {
	l := newLedger(t)
	a := []cost.Day{dayOf(1, october(3, 1), entryOf("api", 1)), dayOf(1, october(4, 1), entryOf("api", 2)), dayOf(1, october(5, 1), entryOf("api", 3))}
	b := []cost.Day{dayOf(2, october(3, 1), entryOf("web", 1)), dayOf(2, october(4, 1), entryOf("web", 1)), dayOf(2, october(5, 1), entryOf("web", 5))}
	for i := range a {
		must(t, l.Note([]cost.Day{a[i], b[i]}))
	}
	b[1].At = b[0].At // it did not change
	good, err := os.ReadFile(l.Path())
	must(t, err)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x55
		must(t, os.WriteFile(l.Path(), bad, 0o600))
		for n := range a {
			p, err := l.At(october(3+n, 9))
			must(t, err)
			for _, d := range p.Days {
				if !slices.Equal(d.Entries, a[n].Entries) && !slices.Equal(d.Entries, b[n].Entries) {
					t.Fatalf("byte %d: %v on day %d", i, d, n)
				}
			}
			if (len(p.Lost) > 0) != (len(p.Warnings) > 0) {
				t.Fatalf("byte %d: day %d: %+v", i, n, p)
			}
		}
	}
	// The last row of the first scope is damaged: it may have been of the day before.
	must(t, os.WriteFile(l.Path(), good, 0o600))
	lines := ledgerLines(t, l)
	equal(t, "lines", len(lines), 5)
	lines[3] = strings.Replace(lines[3], "api", "apx", 1)
	must(t, os.WriteFile(l.Path(), []byte(strings.Join(lines, "")+"\n"), 0o600))
	equal(t, "before the damage", past(t, l, october(3, 9)), []cost.Day{a[0], b[0]})
	p, err := l.At(october(5, 9))
	must(t, err)
	if len(p.Days) > 0 || !slices.Equal(p.Lost, []model.Scope{a[0].Scope, b[0].Scope}) || len(p.Warnings) != 1 || p.Warnings[0].Line != 4 ||
		p.Warnings[0].String() != "line 4 of the ledger "+l.Path()+" is damaged and was skipped; what 2 scopes cost after it is not known until their next full rows" {
		t.Errorf("%+v", p)
	}
	a[2].At, b[2].At = october(6, 1), october(6, 1)
	must(t, l.Note([]cost.Day{a[2], b[2]}))
	equal(t, "after the next note", past(t, l, october(6, 9)), []cost.Day{a[2], b[2]})
}

// A note that was cut short leaves what of it is whole, and no damage.
func TestLedgerCutShort(t *testing.T) {
	l := newLedger(t)
	first := []cost.Day{dayOf(1, october(3, 1), entryOf("api", 1)), dayOf(2, october(3, 1), entryOf("web", 1))}
	must(t, l.Note(first))
	before, err := os.ReadFile(l.Path())
	must(t, err)
	second := []cost.Day{dayOf(1, october(4, 1), entryOf("api", 2)), dayOf(2, october(4, 1), entryOf("web", 2))}
	must(t, l.Note(second))
	after, err := os.ReadFile(l.Path())
	must(t, err)
	for n := len(before); n <= len(after); n++ {
		must(t, os.WriteFile(l.Path(), after[:n], 0o600))
		for i, d := range past(t, l, october(4, 1)) {
			if !slices.Equal(d.Entries, first[i].Entries) && !slices.Equal(d.Entries, second[i].Entries) {
				t.Fatalf("cut at %d: %v", n, d)
			}
		}
		must(t, l.Note(second))
		equal(t, "noted again", past(t, l, october(4, 1)), second)
	}
}

func TestLedgerOfANewerVersion(t *testing.T) {
	l := newLedger(t)
	must(t, l.Note([]cost.Day{dayOf(1, october(3, 1), entryOf("api", 1))}))
	for _, tt := range []struct {
		line string
		days int
	}{
		{sealed(`{"v":2,"at":"2026-10-04T00:00:00Z","who":"x","kind":"something","body":{}}`), 1},
		{sealed(`{"v":2,"at":"2026-10-04T00:00:00Z","who":"x","kind":"costs-half","body":{}}`), 0},
		{sealed(`{"v":1,"at":"2026-10-04T00:00:00Z","who":"000000000000/eu-west-1","kind":"costs","body":{"entries":[{"kind":"moon","n":1}]}}`), 0},
		{sealed(`{"v":1, "at":"2026-10-04T00:00:00Z","who":"000000000000/eu-west-1","kind":"costs","body":{"entries":[]}}`), 1},
		{sealed(`{"v":1,"at":"2026-10-04T00:00:00Z","who":"ann","kind":"aside","body":{}}`), 1},
	} {
		b := strings.Join(ledgerLines(t, l)[:1], "")
		must(t, os.WriteFile(l.Path(), []byte(strings.TrimSuffix(b, "\n")+"\n"+tt.line+"\n"), 0o600))
		p, err := l.At(october(9, 0))
		must(t, err)
		if len(p.Days) != tt.days || len(p.Days)+len(p.Lost) != 1 {
			t.Errorf("%+v after %s", p, tt.line)
		}
	}
}

// A clock that was wrong for a while spoils nothing for the days that come.
func TestLedgerOfAWrongClock(t *testing.T) {
	l := newLedger(t)
	day := func(n, snapshots int) cost.Day { return dayOf(1, october(n, 1), entryOf("api", snapshots)) }
	for _, d := range []cost.Day{day(3, 1), day(20, 2), day(4, 3), day(4, 4), day(5, 4), day(6, 5)} {
		must(t, l.Note([]cost.Day{d}))
	}
	for n, want := range map[int]int{3: 1, 4: 4, 5: 4, 6: 5, 7: 5} {
		if got := past(t, l, october(n, 0))[0].Entries[0].Snapshots; got != want {
			t.Errorf("%d snapshots on day %d, want %d", got, n, want)
		}
	}
}

// Two copies note at once while a third one reads.
func TestLedgerOfSeveralCopies(t *testing.T) {
	l := newLedger(t)
	var all sync.WaitGroup
	for copies := range 2 {
		all.Go(func() {
			own := journal.OpenLedger(l.Path())
			for n := range 40 {
				if err := own.Note([]cost.Day{dayOf(copies, october(1, 0).Add(time.Duration(n)*7*time.Hour), entryOf("api", n+1)), dayOf(5, october(1, n/2), entryOf("both", n+1))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 40 {
		past(t, journal.OpenLedger(l.Path()), october(20, 0))
	}
	all.Wait()
	days := past(t, l, october(20, 0))
	equal(t, "scopes", len(days), 3)
	for _, d := range days {
		if len(d.Entries) != 1 || d.Entries[0].Snapshots < 30 {
			t.Errorf("%v", d)
		}
	}
}

func TestLedgerThatCannotBeKept(t *testing.T) {
	dir := t.TempDir()
	l := journal.OpenLedger(dir)
	if err := l.Note([]cost.Day{dayOf(1, october(1, 0))}); err == nil || !strings.HasPrefix(err.Error(), "the ledger "+dir+" cannot be written (") {
		t.Errorf("noting: %v", err)
	}
	if _, err := l.At(october(1, 0)); err == nil || !strings.HasPrefix(err.Error(), "the ledger "+dir+" cannot be read (") {
		t.Errorf("reading: %v", err)
	}
	if _, err := l.First(); err == nil {
		t.Error("no error of First")
	}
	if err := newLedger(t).Note([]cost.Day{{Scope: scopeOf(1)}}); err == nil {
		t.Error("a day without a time was noted")
	}
}

// year is the ledger of 340 scopes on 390 days, each with a few changes a day.
func year(b *testing.B) *journal.Ledger {
	b.Helper()
	l := newLedger(b)
	rng := rand.New(rand.NewPCG(1, 1))
	entries := make([][]cost.Entry, 340)
	for s := range entries {
		for f := range 25 {
			entries[s] = append(entries[s], entryOf(fmt.Sprintf("family-%02d", f), 1+rng.IntN(40)))
		}
	}
	var days []cost.Day
	for n := range 28 {
		for s := range entries {
			entries[s] = slices.Clone(entries[s])
			for range 3 {
				f := rng.IntN(25)
				entries[s][f] = entryOf(fmt.Sprintf("family-%02d", f), 1+rng.IntN(40))
			}
			days = append(days, dayOf(s, october(1+n, 0), entries[s]...))
		}
	}
	must(b, l.Note(days))
	month, err := os.ReadFile(l.Path())
	must(b, err)
	f, err := os.Create(l.Path())
	must(b, err)
	for n := range 14 { // every month like the first
		for line := range strings.Lines(string(month)) {
			_, rest, _ := strings.Cut(line, `-10-`)
			body, _, _ := strings.Cut(rest, `,"sum":"`)
			_, err = f.WriteString(sealed(`{"v":1,"at":"`+october(1, 0).AddDate(0, n, 0).Format("2006-01-")+body+"}") + "\n")
			must(b, err)
		}
	}
	must(b, f.Close())
	return l
}

func BenchmarkLedger(b *testing.B) {
	l := year(b)
	info, err := os.Stat(l.Path())
	must(b, err)
	for name, at := range map[string]time.Time{"last": october(28, 0).AddDate(0, 13, 0), "middle": october(20, 0).AddDate(0, 6, 0)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				p, err := l.At(at)
				must(b, err)
				if len(p.Days) != 340 {
					b.Fatal(len(p.Days))
				}
			}
		})
	}
	p, err := l.At(october(28, 0).AddDate(0, 13, 0))
	must(b, err)
	b.Run("note", func(b *testing.B) {
		for b.Loop() {
			must(b, l.Note(p.Days))
		}
	})
}
