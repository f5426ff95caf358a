package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// stage is a host for tests: directories of its own, and a clock that stands.
type stage struct {
	host
	stdout, stderr bytes.Buffer
}

func newStage(t testing.TB) *stage {
	t.Helper()
	dir := t.TempDir()
	s := &stage{host: host{
		env: func(string) string { return "" },
		now: func() time.Time { return fleet.Epoch },
		dirs: dirs{
			config: filepath.Join(dir, "config"), cache: filepath.Join(dir, "cache"), state: filepath.Join(dir, "state"),
		},
	}}
	s.out, s.err = &s.stdout, &s.stderr
	return s
}

// do runs a command line and gives its exit code.
func (s *stage) do(ctx context.Context, args ...string) int {
	s.stdout.Reset()
	s.stderr.Reset()
	return run(ctx, s.host, args)
}

// images decodes the ids of what -o json printed.
func (s *stage) images(t *testing.T) []string {
	t.Helper()
	var answer struct{ Images []model.Document }
	if err := json.Unmarshal(s.stdout.Bytes(), &answer); err != nil {
		t.Fatalf("%v in %s", err, s.stdout.String())
	}
	var ids []string
	for _, d := range answer.Images {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestListIsWhatALoopFinds: the filter language gives what a plain loop over
// the fleet's own records gives.
func TestListIsWhatALoopFinds(t *testing.T) {
	defer goleak.VerifyNone(t)
	f := fleet.New(fleet.Config{})
	account := map[string]string{}
	for _, a := range f.Active() {
		account[a.ID] = a.Name
	}
	var want []string
	for _, im := range f.Images {
		if account[im.Owner] == "" || account[im.Owner] == "acme-data" && im.Region == "us-east-2" { // the demo denies it
			continue
		}
		old := fleet.Epoch.Sub(im.Life.Created.UTC()) > 180*24*time.Hour
		deprecated := im.Life.Deprecation != 0 && !im.Life.Deprecation.UTC().After(fleet.Epoch)
		if old && !deprecated && strings.HasPrefix(im.Region, "eu-") {
			want = append(want, im.ID.Image())
		}
	}
	slices.Sort(want)
	if len(want) < 10 {
		t.Fatalf("only %d images to find: the fleet proves nothing", len(want))
	}
	s := newStage(t)
	code := s.do(t.Context(), "demo", "list", "age>180d !deprecated:true region:eu-*", "-o", "json")
	if code != exitPartial {
		t.Fatalf("exit code %d: %s", code, s.stderr.String())
	}
	if d := cmp.Diff(want, s.images(t)); d != "" {
		t.Error(d)
	}
}

// TestEveryImageOnce: a cold list, a warm one and one from the cache alone give
// every image of every readable scope once.
func TestEveryImageOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	f := fleet.New(fleet.Config{Accounts: 3, Regions: 4, Images: 300})
	owners := map[string]bool{}
	for _, a := range f.Active() {
		owners[a.ID] = true
	}
	var want []string
	for _, im := range f.Images {
		if owners[im.Owner] {
			want = append(want, im.ID.Image())
		}
	}
	slices.Sort(want)
	s := newStage(t)
	for _, more := range [][]string{nil, {"--max-age", "1h"}, {"--offline"}} {
		args := append([]string{"demo", "list", "-o", "json", "--accounts", "3", "--regions", "4", "--images", "300"}, more...)
		if code := s.do(t.Context(), args...); code != exitDone {
			t.Fatalf("%v: exit code %d: %s", more, code, s.stderr.String())
		}
		if d := cmp.Diff(want, s.images(t)); d != "" {
			t.Errorf("%v: %s", more, d)
		}
	}
}

// TestNothingHarmfulIsPrinted: the demo's fleet has names that would drive a
// terminal or a spreadsheet; none of them reaches either.
func TestNothingHarmfulIsPrinted(t *testing.T) {
	s := newStage(t)
	columns := "id,name,account,owner,region,state,age,created,idle,deprecation,size,snapshots,arch,platform,root,public,encrypted,protected,managed,family,version"
	for _, args := range [][]string{
		{"list", "-o", "json"},
		{"list", "-o", "jsonl"},
		{"list", "-o", "table", "--columns", columns},
		{"list", "-o", "csv", "--columns", columns},
		{"list", "-o", "markdown", "--columns", columns},
		{"scopes", "-o", "csv"},
		{"scopes", "-o", "json"},
		{"scopes"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			if code := s.do(t.Context(), append([]string{"demo", "--shared"}, args...)...); code != exitPartial {
				t.Fatalf("exit code %d: %s", code, s.stderr.String())
			}
			if i := strings.IndexFunc(s.stdout.String(), harmful); i >= 0 {
				t.Errorf("%q", s.stdout.String()[i:min(i+40, s.stdout.Len())])
			}
			if i := strings.IndexFunc(s.stderr.String(), harmful); i >= 0 {
				t.Errorf("on standard error: %q", s.stderr.String()[i:min(i+40, s.stderr.Len())])
			}
			if slices.Contains(args, "csv") {
				checkCells(t, s.stdout.String())
			}
		})
	}
}

// harmful is written down here once more, on purpose: it is what the issue
// says, not what the code does.
func harmful(r rune) bool {
	switch {
	case r == '\n':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	}
	return r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func checkCells(t *testing.T, text string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) < 2 {
		t.Error("no rows")
	}
	for _, rec := range records {
		for _, cell := range rec {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
	}
}

// TestHostileNamesAreThere: the test above is of no worth without them.
func TestHostileNamesAreThere(t *testing.T) {
	hostile, formulas := 0, 0
	for _, im := range fleet.New(fleet.Config{}).Images {
		texts := []string{im.Name, im.Description}
		for _, tag := range im.Tags {
			texts = append(texts, tag.Key, tag.Value)
		}
		for _, s := range texts {
			if strings.ContainsFunc(s, harmful) || strings.Contains(s, "\n") {
				hostile++
			}
			if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
				formulas++
			}
		}
	}
	if hostile == 0 || formulas == 0 {
		t.Errorf("the fleet has %d hostile texts and %d formulas", hostile, formulas)
	}
}

// TestInterrupted: a signal ends a scan soon, leaves no goroutine, and says 130.
func TestInterrupted(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := newStage(t)
	began := make(chan struct{})
	var once sync.Once
	clock := s.now
	s.now = func() time.Time { // the first look at the clock of a pass
		once.Do(func() { close(began) })
		return clock()
	}
	go func() {
		<-began
		cancel()
	}()
	if code := s.do(ctx, "demo", "list", "--latency", "1h"); code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, s.stderr.String())
	}
	if s.stdout.Len() > 0 {
		t.Errorf("printed %s", s.stdout.String())
	}
}

// openDemo is the world of a demo.
func openDemo(t *testing.T, s *stage, d *demoFlags) *world {
	t.Helper()
	a := newApp(s.host)
	a.root()
	a.enterDemo(d)
	w, _, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func small() *demoFlags { return &demoFlags{fleet: fleet.Config{Accounts: 2, Regions: 2, Images: 60}} }

// TestRefreshEndsWhatItBegins: images and snapshots of every scope are read, and
// every pass that began ends.
func TestRefreshEndsWhatItBegins(t *testing.T) {
	defer goleak.VerifyNone(t)
	w := openDemo(t, newStage(t), small())
	snapshots, open := false, map[model.Scope]int{}
	for e := range w.refresh(t.Context(), tui.Refresh{Gen: 1}) {
		switch e := e.(type) {
		case model.Began:
			open[e.Scope]++
			snapshots = snapshots || e.Kind == model.Snapshots
		case model.Page:
			if e.Last {
				open[e.Scope]--
			}
		case model.Found, model.Lost, model.Details, model.Stopped, model.Notice:
		}
	}
	for s, n := range open {
		if n != 0 {
			t.Errorf("%d passes over %s did not end", n, s)
		}
	}
	if len(open) != 4 || !snapshots {
		t.Errorf("%d scopes were read, snapshots %t", len(open), snapshots)
	}
	if notes := w.close(); len(notes) > 0 {
		t.Error(notes)
	}
}

// TestRefreshOfOneScope reads just that: at first by way of finding the
// accounts, and then without any call but its own.
func TestRefreshOfOneScope(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := newStage(t)
	first := openDemo(t, s, small())
	var all model.Inventory
	for e := range first.refresh(t.Context(), tui.Refresh{Gen: 1}) {
		all = all.Fold(e)
	}
	first.close()
	one := all.Scopes()[slices.IndexFunc(all.Scopes(), all.Enabled)]
	w := openDemo(t, s, small())
	defer w.close()
	for gen, looks := range []bool{1: true, 2: false} {
		if gen == 0 {
			continue
		}
		pages, found := 0, 0
		for e := range w.refresh(t.Context(), tui.Refresh{Gen: model.Gen(gen), Scopes: []model.Scope{one}, Force: true, Known: all}) {
			switch e := e.(type) {
			case model.Page:
				pages++
				if e.Scope != one || e.Gen != model.Gen(gen) {
					t.Errorf("a page of %s, generation %d", e.Scope, e.Gen)
				}
			case model.Found, model.Lost:
				found++
			case model.Began, model.Details, model.Stopped, model.Notice:
			}
		}
		if pages == 0 || (found > 0) != looks {
			t.Errorf("refresh %d: %d pages, %d accounts told", gen, pages, found)
		}
	}
}

// TestFreshScopesAreLeftAlone: what was read within the age is not read again,
// and what is older is.
func TestFreshScopesAreLeftAlone(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := newStage(t)
	at := fleet.Epoch
	s.now = func() time.Time { return at }
	w := openDemo(t, s, small())
	w.fresh.Age = 15 * time.Minute
	read := func(inv model.Inventory) (pages int, _ model.Inventory) {
		for e := range w.refresh(t.Context(), tui.Refresh{Gen: 1, Known: inv}) {
			if p, ok := e.(model.Page); ok && p.Last {
				pages++
			}
			inv = inv.Fold(e)
		}
		return pages, inv
	}
	n, inv := read(model.Inventory{})
	if want := 4 * len(model.Swept()); n != want {
		t.Errorf("at first %d passes, want %d", n, want)
	}
	at = at.Add(14 * time.Minute)
	if n, _ := read(inv); n != 0 {
		t.Errorf("after 14 minutes %d passes, want none", n)
	}
	at = at.Add(time.Minute)
	if n, _ := read(inv); n == 0 {
		t.Error("after 15 minutes nothing is read")
	}
	w.close()
}

// TestStreamsEndWithTheirContext: a reader that goes away leaves nothing behind.
func TestStreamsEndWithTheirContext(t *testing.T) {
	defer goleak.VerifyNone(t)
	w := openDemo(t, newStage(t), small())
	ctx, cancel := context.WithCancel(t.Context())
	<-w.refresh(ctx, tui.Refresh{Gen: 1})
	_ = w.restore(ctx)
	cancel()
	w.close() // waits for both
}

// TestStatedAgeHoldsForEmptyScopes: who says --max-age 5m wants to see the first
// image of a region that was empty 6 minutes ago.
func TestStatedAgeHoldsForEmptyScopes(t *testing.T) {
	for _, stated := range []bool{false, true} {
		a := newApp(newStage(t).host)
		a.root()
		if stated {
			if err := a.flags.set.Set("max-age", "5m"); err != nil {
				t.Fatal(err)
			}
		}
		w, _, err := a.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.close()
		want := map[bool]time.Duration{false: 24 * time.Hour, true: 5 * time.Minute}[stated]
		if w.fresh.Empty != want {
			t.Errorf("stated %t: empty scopes are fresh for %v, want %v", stated, w.fresh.Empty, want)
		}
	}
}

func TestSelectionsDiffer(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "AKIA1"}
	env := func(k string) string { return keys[k] }
	c := configOf("a", "b")
	exact, anyKey := selection(c, env)
	if exact == anyKey {
		t.Error("the access key is no part of the selection")
	}
	if again, _ := selection(configOf("b", "a", "a"), env); again != exact {
		t.Errorf("the order of flags matters: %s, %s", again, exact)
	}
	if other, _ := selection(configOf("a"), env); other == exact {
		t.Error("another selection has the same name")
	}
	keys["AWS_ACCESS_KEY_ID"] = "AKIA2"
	if other, same := selection(c, env); other == exact || same != anyKey {
		t.Error("another key")
	}
}

func TestExports(t *testing.T) {
	for word, want := range map[string]string{
		"http://127.0.0.1:1": "http://127.0.0.1:1", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'",
	} {
		if got := quoted(word); got != want {
			t.Errorf("quoted(%q) = %s, want %s", word, got, want)
		}
	}
	s := fakeaws.New(fakeaws.Options{Fleet: small().fleet})
	got := exports(s, "http://127.0.0.1:4566", "/tmp/a dir")
	if !strings.Contains(got, "export AWS_CONFIG_FILE='/tmp/a dir/config'\n") {
		t.Error(got)
	}
}

func TestStateFile(t *testing.T) {
	f := stateFile{path: filepath.Join(t.TempDir(), "deep", "state.json")}
	if s, err := f.load(); err != nil || !cmp.Equal(s, tui.State{}) {
		t.Errorf("none yet: %+v, %v", s, err)
	}
	want := tui.State{Columns: []string{"name"}, Sort: "-size", Filters: map[string]tui.SavedFilter{"a": {Name: "old", Query: "age>1y"}}}
	if err := f.save(want); err != nil {
		t.Fatal(err)
	}
	if got, err := f.load(); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := replaceFile(f.path, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.load(); err == nil || !strings.Contains(err.Error(), f.path) {
		t.Errorf("a broken file: %v", err)
	}
	blocked := stateFile{path: filepath.Join(f.path, "state.json")}
	if err := blocked.save(want); err == nil || !strings.HasPrefix(err.Error(), "keep the settings of the screen: ") {
		t.Errorf("a path that cannot be written: %v", err)
	}
}

func TestExitCodes(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context //nolint:containedctx // the case
		err  error
		want int
		said string
	}{
		{"done", t.Context(), nil, exitDone, ""},
		{"failed", t.Context(), errors.New("no"), exitFailed, "amiscope: no\n"},
		{"told", t.Context(), errTold, exitFailed, ""},
		{"partial", t.Context(), errPartial, exitPartial, ""},
		{"wrong use", t.Context(), usagef("what"), exitUsage, "amiscope: what\n"},
		{"interrupted", ended, context.Canceled, exitInterrupted, ""},
		{"wrong use wins", ended, usagef("what"), exitUsage, "amiscope: what\n"},
		{"hostile", t.Context(), errors.New("a\x1b[31m\nb\u202e"), exitFailed, "amiscope: a\\x1b[31m\nb\\u202e\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			a := newApp(s.host)
			if got := a.finish(tt.ctx, tt.err); got != tt.want || s.stderr.String() != tt.said {
				t.Errorf("code %d, want %d; said %q", got, tt.want, s.stderr.String())
			}
		})
	}
}

func configOf(profiles ...string) config.Config { return config.Config{Profiles: profiles} }
