//go:build unix

package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// run is a run of some steps, n hours after at.
func run(n, steps int) plan.Run {
	r := plan.Run{ID: fmt.Sprintf("20261123-%02d0000-3f9a", n), At: at.Add(time.Duration(n) * time.Hour), Who: "ann", Outcomes: map[int]plan.Outcome{}}
	r.Plan = plan.Plan{Format: plan.Format, Deed: plan.Delete, Made: at}
	for i := range steps {
		image := fmt.Sprintf("ami-%d", i)
		r.Plan.Targets = append(r.Plan.Targets, plan.Target{Image: model.ImageKey{Region: scope1.Region, ID: image}, Account: scope1.Account, Before: plan.Facts{Name: "web <1>\n"}})
		r.Plan.Steps = append(r.Plan.Steps, plan.Step{
			ID: i + 1, Target: i, Scope: scope1, Why: "delete it", Call: plan.Call{API: "ec2:DeregisterImage", Input: json.RawMessage(`{"ImageId":"` + image + `"}`)},
		})
	}
	return r
}

func outcome(n int, s plan.State) plan.Outcome {
	return plan.Outcome{State: s, At: at.Add(time.Duration(n) * time.Minute), Request: "r-1", Why: "why \"not\""}
}

func runsOf(t *testing.T, j *journal.Journal) []plan.Run {
	t.Helper()
	got, warnings, err := j.Runs()
	must(t, err)
	if len(warnings) > 0 {
		t.Fatalf("warned of %v", warnings)
	}
	return got
}

func TestRunsAreReadAsTheyWereNoted(t *testing.T) {
	j := newJournal(t)
	equal(t, "before", runsOf(t, j), []plan.Run{})
	a, b, c := run(1, 3), run(2, 1), run(3, 1)
	for _, r := range []*plan.Run{&a, &b, &c} {
		must(t, j.Begin(r))
	}
	note := func(r *plan.Run, step int, o plan.Outcome) {
		t.Helper()
		must(t, j.Note(r.ID, step, o))
		r.Outcomes[step] = o
	}
	note(&a, 1, outcome(1, plan.Intended))
	note(&b, 1, outcome(2, plan.Intended))
	done := outcome(3, plan.Done)
	done.Result = plan.Result{Image: "ami-new", Snapshots: map[string]string{"snap-1": "skipped"}}
	note(&a, 1, done)
	note(&a, 2, outcome(4, plan.Intended))
	note(&b, 1, outcome(5, plan.Failed))
	must(t, j.SetAside(aside(0, "ami-a")))
	ended := at.Add(10 * time.Hour)
	must(t, j.End(b.ID, ended))
	b.Ended = &ended
	must(t, j.Drop(c.ID, "bob", ended))
	c.Dropped = true
	equal(t, "runs", runsOf(t, j), []plan.Run{c, b, a})
	one, err := j.Run(a.ID)
	must(t, err)
	equal(t, "one", one, a)
	left, _, err := j.Interrupted()
	must(t, err)
	equal(t, "interrupted", left, []plan.Run{a})
	if _, err := j.Run("20260101-000000-aaaa"); err == nil || !strings.Contains(err.Error(), "tells of no run") {
		t.Errorf("a run that is not there: %v", err)
	}
	equal(t, "asides", len(asides(t, j, at)), 1)
}

// Of each damaged line what it may have told is in doubt: the steps of which
// nothing is told behind it, in the runs that were open.
func TestADamagedLineHidesNoIntent(t *testing.T) {
	j := newJournal(t)
	a, b := run(2, 4), run(1, 1)
	must(t, j.Begin(&b))                                // 1
	must(t, j.Note(b.ID, 1, outcome(1, plan.Intended))) // 2
	must(t, j.Note(b.ID, 1, outcome(1, plan.Done)))     // 3
	must(t, j.End(b.ID, at))                            // 4
	must(t, j.Begin(&a))                                // 5
	must(t, j.Note(a.ID, 1, outcome(1, plan.Intended))) // 6
	must(t, j.Note(a.ID, 1, outcome(1, plan.Done)))     // 7
	must(t, j.Note(a.ID, 2, outcome(1, plan.NotRun)))   // 8
	must(t, j.Note(a.ID, 3, outcome(1, plan.Intended))) // 9
	must(t, j.Note(a.ID, 4, outcome(2, plan.NotRun)))   // 10
	lines := strings.SplitAfter(strings.TrimSuffix(content(t, j), "\n"), "\n")
	for _, tc := range []struct {
		line int
		want []plan.State // of the steps of a; "": not begun
	}{
		{2, []plan.State{plan.Done, plan.NotRun, plan.Intended, plan.NotRun}},
		{4, []plan.State{plan.Done, plan.NotRun, plan.Intended, plan.NotRun}},
		{6, []plan.State{plan.Done, plan.NotRun, plan.Intended, plan.NotRun}},
		{7, []plan.State{plan.Intended, plan.NotRun, plan.Intended, plan.NotRun}},
		{8, []plan.State{plan.Done, plan.Unclear, plan.Intended, plan.NotRun}},
		{9, []plan.State{plan.Done, plan.Unclear, plan.Unclear, plan.NotRun}},
		{10, []plan.State{plan.Done, plan.Unclear, plan.Intended, plan.Unclear}},
	} {
		for kind, bad := range map[string]string{"damaged": "dear diary\n", "newer": sealed(`{"v":2,"kind":"step"}`) + "\n", "of a kind to come": sealed(`{"v":1,"at":"2026-11-23T12:00:00Z","who":"","kind":"step-half","body":{"run":"x"}}`) + "\n"} {
			t.Run(fmt.Sprintf("line %d %s", tc.line, kind), func(t *testing.T) {
				broken := slices.Clone(lines)
				broken[tc.line-1] = bad
				runs, warnings, err := with(t, strings.Join(broken, "")+"\n").Runs()
				must(t, err)
				if len(runs) != 2 || len(warnings) != 1 || warnings[0].Line != tc.line {
					t.Fatalf("%d runs, warned of %v", len(runs), warnings)
				}
				var got []plan.State
				for step := range 4 {
					got = append(got, runs[0].Outcomes[step+1].State)
				}
				equal(t, "states", got, tc.want)
			})
		}
	}
	t.Run("newer on something else", func(t *testing.T) {
		runs, warnings, err := with(t, strings.Join(lines, "")+"\n"+sealed(`{"v":2,"kind":"aside-moved"}`)+"\n").Runs()
		must(t, err)
		if len(warnings) > 0 || runs[0].Outcomes[2].State != plan.NotRun {
			t.Errorf("warned of %v, step 2 is %v", warnings, runs[0].Outcomes[2])
		}
	})
}

// A run whose own line is lost still tells of the steps that were begun.
func TestALostPlan(t *testing.T) {
	j := newJournal(t)
	a := run(1, 3)
	must(t, j.Begin(&a))
	must(t, j.Note(a.ID, 2, outcome(1, plan.Intended)))
	must(t, j.Note(a.ID, 3, outcome(1, plan.Done)))
	lines := strings.SplitAfter(content(t, j), "\n")
	newer := strings.Replace(lines[0][:len(lines[0])-len(`,"sum":"12345678"}`)-1], `"format":1`, `"format":2`, 1)
	for name, tc := range map[string]struct{ first, told string }{
		"damaged":         {"dear diary\n", "is lost"},
		"of a newer plan": {sealed(newer+"}") + "\n", "update amiscope"},
	} {
		t.Run(name, func(t *testing.T) {
			left, warnings, err := with(t, tc.first+lines[1]+lines[2]).Interrupted()
			must(t, err)
			if len(left) != 1 || left[0].ID != a.ID || len(left[0].Plan.Steps) > 0 || !strings.Contains(fmt.Sprint(warnings), tc.told) {
				t.Fatalf("%+v, warned of %v", left, warnings)
			}
			unclear, unbegun := left[0].Interrupted()
			equal(t, "unclear", unclear, []int{2})
			equal(t, "unbegun", unbegun, []int(nil))
		})
	}
}

// Whatever lines are damaged, a step that was begun is never told to be anything
// but what it was last, or open.
func TestDamageHidesNoIntent(t *testing.T) {
	states := []plan.State{plan.Intended, plan.Pending, plan.Done, plan.Failed, plan.Refused, plan.NotRun, plan.Unclear}
	rapid.Check(t, func(r *rapid.T) {
		j := journal.Open(filepath.Join(t.TempDir(), "journal.jsonl"))
		var all []plan.Run
		for n := range rapid.IntRange(1, 2).Draw(r, "runs") {
			all = append(all, run(n, 3))
			must(t, j.Begin(&all[n]))
		}
		for i := range rapid.IntRange(1, 14).Draw(r, "notes") {
			of := &all[rapid.IntRange(0, len(all)-1).Draw(r, "of")]
			step, o := rapid.IntRange(1, 3).Draw(r, "step"), outcome(i, rapid.SampledFrom(states).Draw(r, "state"))
			switch of.Outcomes[step].State {
			case plan.Done, plan.Failed, plan.Refused: // final
				continue
			default:
			}
			must(t, j.Note(of.ID, step, o))
			of.Outcomes[step] = o
		}
		file, err := os.ReadFile(j.Path())
		must(t, err)
		lines := bytes.SplitAfter(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
		for range rapid.IntRange(1, 3).Draw(r, "damage") {
			line := lines[rapid.IntRange(0, len(lines)-1).Draw(r, "line")]
			line[rapid.IntRange(0, len(line)-2).Draw(r, "at")] ^= rapid.ByteRange(1, 255).Draw(r, "with")
		}
		must(t, os.WriteFile(j.Path(), append(bytes.Join(lines, nil), '\n'), 0o600))
		got, warnings, err := j.Runs()
		must(t, err)
		for _, want := range all {
			i := slices.IndexFunc(got, func(r plan.Run) bool { return r.ID == want.ID })
			if i < 0 || len(got[i].Plan.Steps) == 0 {
				if len(warnings) == 0 {
					r.Fatalf("the run %s is lost, and nothing said", want.ID)
				}
				continue
			}
			for step, o := range want.Outcomes {
				now, told := got[i].Outcomes[step]
				if o.State == plan.NotRun && !told {
					continue
				}
				if now.State != o.State && !now.State.Open() && now.State != plan.Unclear {
					r.Fatalf("step %d of %s is %q and was %q (%v)", step, want.ID, now.State, o.State, warnings)
				}
			}
		}
	})
}

// A plan for thousands is one line: it is read at once, and does not slow the
// reading of what is set aside.
func BenchmarkJournalOfLargeRuns(b *testing.B) {
	j := newJournal(b)
	for n := range 5 {
		r := large(n)
		must(b, j.Begin(&r))
		must(b, j.End(r.ID, at))
	}
	r := large(6)
	must(b, j.Begin(&r))
	info, err := os.Stat(j.Path())
	must(b, err)
	for name, read := range map[string]func() error{
		"Runs":        func() error { _, _, err := j.Runs(); return err },
		"Run":         func() error { _, err := j.Run(r.ID); return err },
		"Interrupted": func() error { _, _, err := j.Interrupted(); return err },
		"Asides":      func() error { _, _, err := j.Asides(at); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				must(b, read())
			}
		})
	}
}

func BenchmarkNote(b *testing.B) {
	j := newJournal(b)
	r := run(1, 1)
	must(b, j.Begin(&r))
	for b.Loop() {
		must(b, j.Note(r.ID, 1, outcome(1, plan.Done)))
	}
}

// large is a run of 3,000 deletions, with facts as large as they are.
func large(n int) plan.Run {
	r := run(n, 3000)
	for i := range r.Plan.Targets {
		f := &r.Plan.Targets[i].Before
		f.Owner, f.Description, f.State, f.TagsKnown = scope1.Account, strings.Repeat("built by the pipeline ", 4), "available", true
		for k := range 8 {
			f.Tags = append(f.Tags, model.Tag{Key: fmt.Sprint("team/key-", k), Value: "a value of some length"})
		}
		for k := range 2 {
			f.Snapshots = append(f.Snapshots, plan.Snapshot{ID: fmt.Sprintf("snap-%017d", 2*i+k), Owner: scope1.Account, State: "completed", Tags: f.Tags})
		}
	}
	return r
}

func TestTheJournalOfARunThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	j := journal.Open(filepath.Join(file, "journal.jsonl"))
	r := run(1, 1)
	refused(t, j.Begin(&r), "nothing was noted", "XDG_STATE_HOME")
	_, _, err := j.Hold(r.ID)
	refused(t, err, "nothing was noted", "XDG_STATE_HOME")
	if _, _, err := j.Hold("../x"); err == nil {
		t.Error("a name that leads elsewhere is taken")
	}
}

func TestUndoFiles(t *testing.T) {
	dir := t.TempDir()
	r := run(1, 2)
	r.Outcomes[1] = outcome(1, plan.Done)
	ended := at.Add(time.Hour)
	r.Ended = &ended
	path := filepath.Join(dir, "undo.json")
	must(t, journal.WriteDocument(path, r))
	got, warnings, err := journal.ReadDocument(path)
	must(t, err)
	equal(t, "run", got, r)
	equal(t, "warnings", len(warnings), 0)

	refused(t, journal.WriteDocument(path, r), "is there already", "name another one")
	_, _, err = journal.ReadDocument(filepath.Join(dir, "none"))
	refused(t, err, "cannot be read")
	_, err = journal.Create(filepath.Join(dir, "none", "undo.json"))
	refused(t, err, "cannot be written", "name another one")
	for name, text := range map[string]string{"empty": "", "prose": "dear diary\n"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		if _, _, err := journal.ReadDocument(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), "of 0 runs") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A run that is noted in both is in both; one whose undo file cannot be written is
// in none.
func TestBoth(t *testing.T) {
	j := newJournal(t)
	path := filepath.Join(t.TempDir(), "undo.json")
	undo, err := journal.Create(path)
	must(t, err)
	both := journal.Both{Journal: j, Undo: undo}
	r := run(1, 2)
	must(t, both.Begin(&r))
	r.Outcomes[2] = outcome(1, plan.Done)
	must(t, both.Note(r.ID, 2, r.Outcomes[2]))
	ended := at.Add(time.Hour)
	must(t, both.End(r.ID, ended))
	r.Ended = &ended
	equal(t, "journal", runsOf(t, j), []plan.Run{r})
	got, _, err := journal.ReadDocument(path)
	must(t, err)
	equal(t, "undo file", got, r)

	other := run(2, 1)
	both.Undo = journal.Open(t.TempDir())
	if err := both.Begin(&other); err == nil {
		t.Error("it begins without an undo file")
	}
	equal(t, "journal", len(runsOf(t, j)), 1)
}

func TestOneHoldsARun(t *testing.T) {
	j := newJournal(t)
	r := run(1, 1)
	must(t, j.Begin(&r))
	release, ok, err := j.Hold(r.ID)
	must(t, err)
	equal(t, "held", ok, true)
	for range 2 {
		_, ok, err = journal.Open(j.Path()).Hold(r.ID)
		must(t, err)
		equal(t, "held twice", ok, false)
	}
	left, _, err := j.Interrupted()
	must(t, err)
	equal(t, "interrupted while it goes on", len(left), 0)
	if err := j.Drop(r.ID, "ann", at); err == nil || !strings.Contains(err.Error(), "stop it there first") {
		t.Errorf("dropped while it goes on: %v", err)
	}
	must(t, release())
	left, _, err = j.Interrupted()
	must(t, err)
	equal(t, "interrupted", len(left), 1)
	must(t, j.Drop(r.ID, "ann", at))
	files, err := os.ReadDir(filepath.Dir(j.Path()))
	must(t, err)
	equal(t, "files", len(files), 1)
	if _, err := os.Stat(filepath.Dir(j.Path())); errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}
