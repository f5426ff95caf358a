//go:build e2e

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
)

// Campaigns are longer in make fuzz, which says for how long their random
// keys go on, and repeat one another under the same seed.
const envCampaign, envSeed = "AMISCOPE_CAMPAIGN", "AMISCOPE_SEED"

// campaign is how long a campaign of its own lasts; 0 is the short one.
func campaign(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv(envCampaign)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		t.Fatalf("%s=%s is no time such as 1h", envCampaign, text)
	}
	return d
}

// chance is seeded, and says how to have the same again.
func chance(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(1)
	if text := os.Getenv(envSeed); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", envSeed, err)
		}
	}
	t.Logf("%s=%d", envSeed, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// TestKilledScans kills scans at random moments. The next start opens, shows
// whole scopes only, and all whose saving was reported.
func TestKilledScans(t *testing.T) {
	kills, rng := 10, chance(t)
	if campaign(t) > 0 {
		kills = 200
	}
	aws := newChanging(t)
	whole := newScanned(t, aws)
	whole.finish(t) // once, to know how long it takes
	lasts, saves := whole.runs[0].end.Sub(whole.runs[0].start), whole.saves
	var k *scanned
	for n := range kills {
		if n%5 == 0 { // a life from the first start on
			k = newScanned(t, aws)
		}
		moment := [...]moment{
			after(time.Duration(rng.Int64N(int64(lasts)))),
			k.told(1 + rng.IntN(saves)),
			k.writing(1+rng.IntN(3), time.Duration(rng.IntN(5000))*time.Microsecond),
		}[n%3]
		k.scan(t, moment)
		k.check(t)
		if t.Failed() {
			t.Fatalf("kill %d", n)
		}
		if n%5 == 4 {
			k.finish(t)
		}
	}
	t.Logf("%d scans of %v, %d killed before their end", kills, lasts.Round(time.Millisecond), aws.killed)
	if aws.killed < kills/2 {
		t.Errorf("only %d of %d scans were killed", aws.killed, kills)
	}
}

// changing is an AWS whose images are others at every scan: what a cache holds
// tells which scan it is of.
type changing struct {
	url      string
	env      []string
	now      atomic.Pointer[fakeaws.Server]
	versions []version
	scans    int
	killed   int
}

type version struct {
	server    *fakeaws.Server
	images    map[model.Scope][]string
	snapshots map[model.Scope][]string
}

func newChanging(t *testing.T) *changing {
	t.Helper()
	c := &changing{}
	for n := range 4 {
		c.versions = append(c.versions, newVersion(fleet.Config{Accounts: 3, Regions: 5, Images: 240 + 20*n}))
	}
	ln, err := fakeaws.Listen(t.Context(), "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.now.Load().ServeHTTP(w, r)
	}))
	if err != nil {
		t.Fatal(err)
	}
	profiles := filepath.Join(t.TempDir(), "profiles")
	var b bytes.Buffer
	if err := c.versions[0].server.WriteConfig(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(profiles, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	c.env = []string{
		"AWS_ENDPOINT_URL=" + ln.URL, "AWS_CONFIG_FILE=" + profiles, "AWS_SHARED_CREDENTIALS_FILE=" + profiles + ".none",
		"AWS_EC2_METADATA_DISABLED=true",
	}
	c.url = ln.URL
	return c
}

func newVersion(conf fleet.Config) version {
	f := fleet.New(conf)
	v := version{images: map[model.Scope][]string{}, snapshots: map[model.Scope][]string{}}
	// Small pages that take their time: a scan of many moments.
	v.server = fakeaws.New(fakeaws.Options{Fleet: conf, PageLimit: 5, Latency: 80 * time.Millisecond})
	for _, a := range f.Active() {
		for _, r := range f.Enabled() {
			s := model.Scope{Account: a.ID, Region: r}
			v.images[s], v.snapshots[s] = []string{}, []string{}
		}
	}
	for _, im := range f.Images {
		s := model.Scope{Account: im.Owner, Region: im.Region}
		if v.images[s] != nil {
			v.images[s] = append(v.images[s], im.ID.Image())
		}
	}
	for _, sn := range f.Snapshots {
		s := model.Scope{Account: sn.Owner, Region: sn.Region}
		if v.snapshots[s] != nil {
			v.snapshots[s] = append(v.snapshots[s], sn.ID.Snapshot())
		}
	}
	for s := range v.images {
		slices.Sort(v.images[s])
		slices.Sort(v.snapshots[s])
	}
	return v
}

// next lets AWS be another than at the scan before.
func (c *changing) next() version {
	v := c.versions[c.scans%len(c.versions)]
	c.scans++
	c.now.Store(v.server)
	return v
}

// scanned is a home in which an AWS is scanned again and again.
type scanned struct {
	aws      *changing
	env      []string
	home     string
	log      string
	runs     []scanRun
	saves    int // lines of the log that say so
	saved    map[savedUnit]time.Time
	selected bool // the log says that the selection is saved
}

type scanRun struct {
	start, end time.Time
	version    version
}

type savedUnit struct {
	scope string
	kind  string
}

func newScanned(t *testing.T, aws *changing) *scanned {
	t.Helper()
	env := ownHome(t)
	home := strings.TrimPrefix(env[slices.IndexFunc(env, func(v string) bool { return strings.HasPrefix(v, "HOME=") })], "HOME=")
	return &scanned{
		aws: aws, env: slices.Concat(env, aws.env), home: home, log: filepath.Join(home, "log"),
		saved: map[savedUnit]time.Time{},
	}
}

func (k *scanned) file() string { return filepath.Join(k.home, "amiscope", "cache.db") }

// moment waits for a moment of a scan, or for its end.
type moment func(ended <-chan struct{})

func after(d time.Duration) moment {
	return func(ended <-chan struct{}) {
		select {
		case <-time.After(d):
		case <-ended:
		}
	}
}

// savedLine is in each line of the log that says that something is saved.
const savedLine = `"msg":"saved"`

// told is the moment at which the log says so often more that something is saved.
func (k *scanned) told(n int) moment {
	n += k.saves
	return until(func() bool {
		data, err := os.ReadFile(k.log)
		return err == nil && bytes.Count(data, []byte(savedLine)) >= n
	})
}

// writing is a moment soon after a change of the cache's file was seen, the
// n-th of this scan: as a rule within a transaction.
func (k *scanned) writing(n int, later time.Duration) moment {
	last, _ := os.Stat(k.file()) // there may be none
	changed := until(func() bool {
		now, err := os.Stat(k.file())
		if err == nil && (last == nil || !now.ModTime().Equal(last.ModTime()) || now.Size() != last.Size()) {
			last = now
			n--
		}
		return n == 0
	})
	return func(ended <-chan struct{}) { changed(ended); after(later)(ended) }
}

func until(done func() bool) moment {
	return func(ended <-chan struct{}) {
		look := time.NewTicker(200 * time.Microsecond)
		defer look.Stop()
		for !done() {
			select {
			case <-look.C:
			case <-ended:
				return
			}
		}
	}
}

// scan scans until a moment, at which it is killed, or its end. nil is never.
func (k *scanned) scan(t *testing.T, m moment) {
	t.Helper()
	run := scanRun{start: time.Now(), version: k.aws.next()}
	cmd := exec.Command(program(t), "scan", "--all-profiles", "--log", k.log) //nolint:noctx // killed below
	cmd.Env = k.env
	var told bytes.Buffer
	cmd.Stderr = &told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // its state is looked at below
	}()
	if m != nil {
		m(ended)
		_ = cmd.Process.Kill() // it may have ended
	}
	<-ended
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case ok && status.Signaled() && status.Signal() == syscall.SIGKILL:
		k.aws.killed++
	case cmd.ProcessState.ExitCode() != exitDone || told.Len() > 0:
		t.Errorf("the scan ended with %d: %s", cmd.ProcessState.ExitCode(), told.String())
	}
	run.end = time.Now()
	k.runs = append(k.runs, run)
	k.readLog(t)
}

// finish lets a scan come to its end: it mends what the kills left undone.
func (k *scanned) finish(t *testing.T) {
	t.Helper()
	k.scan(t, nil)
	k.check(t)
	last := k.runs[len(k.runs)-1]
	for s := range last.version.images {
		for _, kind := range []model.Kind{model.Images, model.Snapshots} {
			if at := k.saved[savedUnit{s.String(), kind.String()}]; at.Before(last.start) {
				t.Errorf("%s of %s were not saved by a scan that was not killed", kind, s)
			}
		}
	}
}

// readLog notes what the program says is saved. The last line may be cut off.
func (k *scanned) readLog(t *testing.T) {
	t.Helper()
	data, err := os.ReadFile(k.log)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	k.saves = bytes.Count(data, []byte(savedLine))
	for line := range strings.Lines(string(data)) {
		var rec struct {
			Msg, Scope, Kind string
			Selection        *string
			AsOf             time.Time
		}
		if json.Unmarshal([]byte(line), &rec) != nil || rec.Msg != "saved" {
			continue
		}
		if rec.Selection != nil {
			k.selected = true
			continue
		}
		k.saved[savedUnit{rec.Scope, rec.Kind}] = rec.AsOf
	}
}

// check holds the cache, as the program and as its package read it, against
// what AWS had at the scans.
func (k *scanned) check(t *testing.T) {
	t.Helper()
	inv := k.inventory(t)
	if d := cmp.Diff(imagesOf(inv), k.list(t)); d != "" {
		t.Errorf("list --offline shows another list than the cache holds: %s", d)
	}
	for s := range k.runs[0].version.images {
		k.checkPass(t, inv, s, model.Images)
		k.checkPass(t, inv, s, model.Snapshots)
	}
}

func (k *scanned) checkPass(t *testing.T, inv model.Inventory, s model.Scope, kind model.Kind) {
	t.Helper()
	at, saved := inv.Status(s, kind).AsOf, k.saved[savedUnit{s.String(), kind.String()}]
	if !inv.Enabled(s) && !k.selected {
		return // what was read before it was known what all is meant counts from the next start on
	}
	if at.Before(saved) {
		t.Errorf("%s of %s are those of %v; those of %v were saved", kind, s, at, saved)
	}
	got, want := contents(inv, s, kind), []string{}
	if !at.IsZero() {
		i := slices.IndexFunc(k.runs, func(r scanRun) bool { return !at.Before(r.start) && !at.After(r.end) })
		if i < 0 {
			t.Fatalf("%s of %s are of %v, when no scan ran", kind, s, at)
		}
		want = k.runs[i].version.truth(kind)[s]
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s of %s as of %v: %s", kind, s, at, d)
	}
}

func (v version) truth(kind model.Kind) map[model.Scope][]string {
	if kind == model.Images {
		return v.images
	}
	return v.snapshots
}

// contents are the ids of a scope's records; an image without its details is
// not whole.
func contents(inv model.Inventory, s model.Scope, kind model.Kind) []string {
	out := []string{}
	if kind == model.Snapshots {
		for _, sn := range inv.ScopeSnapshots(s) {
			out = append(out, sn.ID)
		}
	} else {
		for _, im := range inv.ScopeImages(s) {
			if im.Detail == nil {
				out = append(out, "half of "+im.ID)
				continue
			}
			out = append(out, im.ID)
		}
	}
	slices.Sort(out)
	return out
}

func imagesOf(inv model.Inventory) []string {
	out := []string{}
	for _, im := range inv.Images() {
		out = append(out, im.ID)
	}
	slices.Sort(out)
	return out
}

// inventory is what the cache holds.
func (k *scanned) inventory(t *testing.T) model.Inventory {
	t.Helper()
	c := config.Default()
	c.AllProfiles = true
	name, _ := selection(c, func(name string) string {
		i := slices.IndexFunc(k.env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
		if i < 0 {
			return ""
		}
		return strings.TrimPrefix(k.env[i], name+"=")
	})
	store := cache.New(k.file(), cache.Key{Partition: "aws", Endpoint: k.aws.url})
	snap, err := store.Load(name)
	if err != nil || len(snap.Unreadable) > 0 {
		t.Fatalf("load: %v, unreadable %v", err, snap.Unreadable)
	}
	var inv model.Inventory
	for _, f := range snap.Found {
		inv = inv.Fold(f)
	}
	for _, p := range snap.Pages {
		inv = inv.Fold(p)
	}
	err = store.Details(snap.Scopes(), func(d model.Details) error { inv = inv.Fold(d); return nil })
	err = errors.Join(err, store.Snapshots(snap.Scopes(), func(p model.Page) error { inv = inv.Fold(p); return nil }))
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// list is what the program shows without AWS.
func (k *scanned) list(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program(t), "list", "--all-profiles", "--offline", "-o", "json")
	cmd.Env = k.env
	var told bytes.Buffer
	cmd.Stderr = &told
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code == exitFailed && !k.selected && strings.Contains(told.String(), "nothing is cached") {
		return []string{}
	}
	if err != nil || told.Len() > 0 {
		t.Fatalf("list --offline: %v: %s", err, told.String())
	}
	var got struct{ Images []struct{ ID string } }
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return append([]string{}, ids(got.Images, func(x struct{ ID string }) string { return x.ID })...)
}
