//go:build unix

package journal_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/model"
)

var scope1 = model.Scope{Account: "100000000000", Region: "eu-test-1"}

// aside sets the template web aside for an image, n hours after at, for a day.
func aside(n int, image string) model.Aside {
	since := at.Add(time.Duration(n) * time.Hour)
	return model.Aside{
		Scope: scope1, Source: model.Templates, Key: "lt-1 7", Image: image, Reason: "kept for <audit>\nonly", Who: "ann", At: since, Until: since.Add(24 * time.Hour),
	}
}

func asides(t *testing.T, j *journal.Journal, now time.Time) []model.Aside {
	t.Helper()
	got, told, err := j.Asides(now)
	must(t, err)
	if len(told) > 0 {
		t.Fatalf("told of %q", told)
	}
	return got
}

func TestAsides(t *testing.T) {
	set := func(a model.Aside) func(*journal.Journal) error {
		return func(j *journal.Journal) error { return j.SetAside(a) }
	}
	withdraw := func(a model.Aside) func(*journal.Journal) error {
		return func(j *journal.Journal) error { return j.Withdraw(a) }
	}
	a, b := aside(0, "ami-a"), aside(1, "ami-b")
	longer := a
	longer.Reason, longer.At, longer.Until = "kept for longer", a.At.Add(time.Hour), a.Until.AddDate(1, 0, 0)
	other := a
	other.Source = model.Opinions
	file := a
	file.Scope, file.Source, file.Key = model.Scope{}, model.FileSource, "infra/main.tf:12"
	for _, tc := range []struct {
		name  string
		deeds []func(*journal.Journal) error
		now   time.Time
		want  []model.Aside
	}{
		{"none", nil, at, []model.Aside{}},
		{"two", []func(*journal.Journal) error{set(b), set(a)}, at, []model.Aside{a, b}},
		{"withdrawn", []func(*journal.Journal) error{set(a), set(b), withdraw(a)}, at, []model.Aside{b}},
		{"withdrawn and set aside again", []func(*journal.Journal) error{set(a), withdraw(a), set(longer)}, at, []model.Aside{longer}},
		{"another source of that name", []func(*journal.Journal) error{set(a), withdraw(other)}, at, []model.Aside{a}},
		{"the later holds", []func(*journal.Journal) error{set(a), set(longer)}, at, []model.Aside{longer}},
		{"what has ended comes last", []func(*journal.Journal) error{set(a), set(b), set(file)}, b.Until.Add(-time.Minute), []model.Aside{b, file, a}},
		{"of a file", []func(*journal.Journal) error{set(file)}, at, []model.Aside{file}},
		{"beside records of other kinds", []func(*journal.Journal) error{set(a), func(j *journal.Journal) error { return j.Append(numbered(1)) }}, at, []model.Aside{a}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := newJournal(t)
			for _, do := range tc.deeds {
				must(t, do(j))
			}
			equal(t, "asides", asides(t, j, tc.now), tc.want)
		})
	}
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	a := aside(0, "ami-a")
	a.Key = "bad\xff.tf"
	refused(t, newJournal(t).SetAside(a), "is no text")
}

// What cannot be read may have been a withdrawal: what was set aside before it
// must not stand, and what was set aside after it does.
func TestALineInDoubtEndsWhatIsSetAside(t *testing.T) {
	const begin = `{"v":1,"at":"2026-11-23T12:00:00Z","who":"ann","kind":`
	for _, tc := range []struct {
		name, line string
		stands     bool // what was set aside before
		told       string
	}{
		{"damaged", "dear diary", false, "is damaged and was skipped; it may have taken back"},
		{"newer, on asides", sealed(`{"v":2,"kind":"aside-moved"}`), false, "update amiscope to read it; it may have taken back"},
		{"newer, on nothing that is told", sealed(`{"v":2}`), false, "update amiscope to read it; it may have taken back"},
		{"newer, on something else", sealed(`{"v":2,"kind":"plan"}`), true, "update amiscope"},
		{"another kind", sealed(begin + `"plan","body":{}}`), true, ""},
		{"another deed on asides", sealed(begin + `"aside-moved","body":{"source":"templates"}}`), false, "update amiscope to read it; it may have taken back"},
		{"another body", sealed(begin + `"aside","body":[]}`), false, "update amiscope to read it; it may have taken back"},
		{"no body", sealed(begin + `"aside-withdrawn"}`), false, "update amiscope to read it; it may have taken back"},
		{"no end", sealed(begin + `"aside","body":{"source":"templates"}}`), false, "update amiscope to read it; it may have taken back"},
		{"a source to come", sealed(begin + `"aside","body":{"source":"quantum-leases","until":"2026-11-23T12:00:00Z"}}`), true, "a reference of a kind that this version does not know"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := newJournal(t)
			must(t, j.SetAside(aside(0, "ami-a")))
			j = with(t, content(t, j)+tc.line+"\n")
			got, told, err := j.Asides(at)
			must(t, err)
			if stands := len(got) == 1; stands != tc.stands {
				t.Errorf("it stands: %v", stands)
			}
			if len(told) > 1 || !strings.Contains(strings.Join(told, ""), tc.told) || len(told) == 1 && tc.told == "" {
				t.Errorf("told %q", told)
			}
			must(t, j.SetAside(aside(2, "ami-b")))
			got, _, err = j.Asides(at)
			must(t, err)
			equal(t, "set aside later", got[len(got)-1], aside(2, "ami-b"))
		})
	}
}

// sealed is a line of one's own making with a right checksum.
func sealed(line string) string {
	b := []byte(strings.TrimSuffix(line, "}"))
	return fmt.Sprintf(`%s,"sum":"%08x"}`, b, castagnoli(b))
}

// Whatever bytes are damaged, nothing is set aside that is not.
func TestDamageSetsNothingAside(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		j, standing := newJournal(t), map[string]model.Aside{}
		for n := range rapid.IntRange(1, 8).Draw(r, "deeds") {
			a := aside(n, rapid.SampledFrom([]string{"ami-a", "ami-b"}).Draw(r, "image"))
			if rapid.Bool().Draw(r, "withdraw") {
				must(t, j.Withdraw(a))
				delete(standing, a.Image)
			} else {
				must(t, j.SetAside(a))
				standing[a.Image] = a
			}
		}
		file, err := os.ReadFile(j.Path())
		must(t, err)
		whole := bytes.Clone(file)
		damage := 1
		if file[len(file)-1] = rapid.SampledFrom([]byte("\nx")).Draw(r, "end"); file[len(file)-1] == '\n' {
			damage = rapid.IntRange(0, 3).Draw(r, "damage")
			for range damage {
				file[rapid.IntRange(0, len(file)-2).Draw(r, "at")] ^= rapid.ByteRange(1, 255).Draw(r, "with")
			}
		}
		must(t, os.WriteFile(j.Path(), file, 0o600))
		got, told, err := j.Asides(at)
		must(t, err)
		for _, a := range got {
			if d := cmp.Diff(standing[a.Image], a); d != "" {
				r.Fatalf("set aside, and not by anybody:\n%s", d)
			}
		}
		if !bytes.Equal(file, whole) != (len(told) > 0) {
			r.Fatalf("told %q of damage to %d bytes", told, damage)
		}
		if bytes.Equal(file, whole) && len(got) != len(standing) {
			r.Fatalf("%d set aside, want %d", len(got), len(standing))
		}
	})
}
