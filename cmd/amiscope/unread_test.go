package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/kit"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// reading is how the launch permissions of an image were read.
type reading int

const (
	never reading = iota
	refused
	failed
	alone       // read: nobody else may launch it
	withFriends // read
	withStrangers
	readings
)

// unread reports whether nobody knows who may launch the image.
func (r reading) unread() bool { return r <= failed }

func (r reading) permissions(id string, at time.Time) *model.LaunchPermissions {
	p := &model.LaunchPermissions{ID: id, At: at}
	failure := func(kind model.ErrorKind) *model.OpError {
		return &model.OpError{Op: attribute, Kind: kind, Err: errors.New("no")}
	}
	switch r {
	case refused:
		p.Err = failure(model.Denied)
	case failed:
		p.Err = failure(model.Network)
	case withFriends:
		p.Accounts = []string{"222222222222"}
	case withStrangers:
		p.Accounts = []string{"999999999999"}
	case never, alone, readings:
	}
	return p
}

// shares is a company of which launch permissions were read in part.
type shares struct {
	inv    model.Inventory
	events []model.Event
	by     map[string]reading // by the id of the image
	now    time.Time
}

// someShares are images in each state of being read; whether everybody may launch
// them AWS has told of most.
func someShares(t *rapid.T) shares {
	s := shares{by: map[string]reading{}, now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	at, scope := s.now.Add(-time.Hour), model.Scope{Account: "111111111111", Region: "eu-west-1"}
	images := model.Page{Gen: 1, Scope: scope, Kind: model.Images, Last: true, At: at}
	permissions := model.Page{Gen: 1, Scope: scope, Kind: model.Permissions, At: at}
	for i, r := range append(rapid.SliceOfN(rapid.IntRange(0, int(readings)-1), 0, 12).Draw(t, "readings"), int(never), int(refused), int(failed), int(alone)) {
		im := &model.Image{
			ImageKey: model.ImageKey{Region: scope.Region, ID: fmt.Sprintf("ami-%017x", i)}, Owner: scope.Account, Name: fmt.Sprintf("image-%02d", i), State: "available",
			Created: at.Add(-time.Duration(i+1) * time.Hour), Public: rapid.SampledFrom([]model.Tri{model.Maybe, model.No, model.No, model.Yes}).Draw(t, "public"),
			Encrypted: model.Yes, Protected: model.Yes, Detail: &model.Detail{TagsRead: true, Tags: []model.Tag{{Key: "owner", Value: "web"}}, Traits: model.Share(model.Traits{IMDS: "v2.0", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances"})},
			Deprecation: s.now.AddDate(1, 0, 0), Platform: "linux",
		}
		if s.by[im.ID] = reading(r); im.Public == model.Yes && r == int(alone) {
			im.Public = model.No
		}
		images.Images = append(images.Images, im)
		if reading(r) != never {
			permissions.Permissions = append(permissions.Permissions, reading(r).permissions(im.ID, at))
		}
	}
	s.events = []model.Event{
		model.Found{Account: model.Account{ID: scope.Account, Name: "acme"}, Regions: []model.Region{{Name: scope.Region, Enabled: true}}},
		model.Found{Account: model.Account{ID: "222222222222", Name: "friend"}},
		images, permissions,
	}
	s.inv = s.inv.Fold(s.events...)
	return s
}

// TestWhatWasNotReadIsNeverPrivate: no output, filter or screen shows an image as
// private, or passes it, whose launch permissions were not read, were denied or
// failed.
func TestWhatWasNotReadIsNeverPrivate(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		s := someShares(t)
		k := output.Known{Inv: s.inv, Findings: finding.Find(s.inv, nil, finding.DefaultPolicy(), s.now)}
		s.checkFindings(t, k)
		s.checkJSON(t, k)
		s.checkTables(t, k)
		s.checkShow(t, k)
		s.checkFilters(t, k)
		if rapid.IntRange(0, 9).Draw(t, "screen") == 0 {
			s.checkScreens(outer, t)
		}
	})
}

func (s shares) image(id string) *model.Image {
	im, _ := s.inv.Image(model.ImageKey{Region: "eu-west-1", ID: id})
	return im
}

// checkFindings: a rule that asks who may launch an image is open or unknown.
func (s shares) checkFindings(t *rapid.T, k output.Known) {
	for id, r := range s.by {
		im, got := s.image(id), map[string]finding.State{}
		for _, x := range k.Findings.Of(im) {
			got[x.Rule.ID] = x.State
		}
		want := map[string]bool{"shared-with-stranger": r.unread(), "public": r.unread() && im.Public == model.Maybe}
		for rule, unknown := range want {
			if state, there := got[rule]; (there && state == finding.Undecided) != unknown {
				t.Fatalf("%s (%d, public %v): %s is %v (%t)", id, r, im.Public, rule, state, there)
			}
		}
	}
}

func (s shares) checkJSON(t *rapid.T, k output.Known) {
	var b strings.Builder
	if err := (output.Style{Format: output.JSONL}).Images(&b, k, s.inv.Images()); err != nil {
		t.Fatal(err)
	}
	var whole strings.Builder
	if err := (output.Style{Format: output.JSON}).Images(&whole, k, s.inv.Images()); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(b.String()) {
		var d model.Document
		if err := json.Unmarshal([]byte(line), &d); err != nil || !strings.Contains(whole.String(), strings.TrimSpace(line)) {
			t.Fatalf("%v, or not in the JSON of all: %s", err, line)
		}
		seen++
		p, r := d.Permissions, s.by[d.ID]
		told := p.Read || p.ReadAt != nil || p.Accounts != nil || p.Organizations != nil || p.Units != nil
		unknown := slices.Contains(d.Findings, model.FindingDocument{ID: "shared-with-stranger", Severity: "high", State: "unknown"})
		if told == r.unread() || unknown != r.unread() || r.unread() && (p.Public == nil) != (s.image(d.ID).Public == model.Maybe) {
			t.Fatalf("reading %d: %s", r, line)
		}
	}
	if seen != len(s.by) {
		t.Fatalf("%d of %d images", seen, len(s.by))
	}
}

// checkTables reads the CSV as a program does, and the others as people do.
func (s shares) checkTables(t *rapid.T, k output.Known) {
	for _, f := range []output.Format{output.CSV, output.Table, output.Markdown} {
		var b strings.Builder
		if err := (output.Style{Format: f, Columns: []string{"id", "shared", "severity"}, Now: s.now}).Images(&b, k, s.inv.Images()); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if f != output.CSV {
			rows, err = nil, nil
			for line := range strings.Lines(b.String()) {
				rows = append(rows, strings.Fields(strings.ReplaceAll(line, "|", " ")))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, row := range rows {
			if r, ok := s.by[slices.Concat(row, []string{""})[0]]; ok {
				seen++
				s.checkRow(t, f, r, row)
			}
		}
		if seen != len(s.by) {
			t.Fatalf("%s: %d of %d images in\n%s", f, seen, len(s.by), b.String())
		}
	}
}

func (s shares) checkRow(t *rapid.T, f output.Format, r reading, row []string) {
	missing := kit.Unread
	if f == output.CSV {
		missing = ""
	}
	public := s.image(row[0]).Public == model.Yes
	switch shared := row[1]; {
	case public:
		if shared != "public" || !strings.HasPrefix(row[2], "critical") {
			t.Fatalf("%s: %v", f, row)
		}
	case r.unread():
		if shared != missing || row[2] != missing {
			t.Fatalf("%s: reading %d is %v", f, r, row)
		}
	case (shared == "private") != (r == alone):
		t.Fatalf("%s: reading %d is %v", f, r, row)
	}
}

func (s shares) checkShow(t *rapid.T, k output.Known) {
	for id, r := range s.by {
		var b strings.Builder
		if err := (output.Style{Format: output.Table, Now: s.now}).Image(&b, k, s.image(id)); err != nil {
			t.Fatal(err)
		}
		_, permissions, _ := strings.Cut(b.String(), "LAUNCH PERMISSIONS\n")
		if strings.HasPrefix(permissions, "not known\n") != r.unread() {
			t.Fatalf("reading %d:\n%s", r, b.String())
		}
	}
}

// checkFilters: what says that nobody, or no stranger, may launch an image does not
// show one of which that is not known; it is among those that are counted as such.
func (s shares) checkFilters(t *rapid.T, k output.Known) {
	w := &query.World{Inv: s.inv, Findings: k.Findings, Now: s.now}
	for _, text := range []string{
		"no:shared", "!shared:stranger", "-shared:stranger", "shared!=stranger", "!has:shared", "!(shared:stranger OR is:public)", "NOT shared:999999999999",
		"!finding:shared-with-stranger", "severity<high", "!severity>=high", "no:severity",
	} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		shown, undecided := q.Select(w, s.inv.Images())
		unknown := 0
		for id, r := range s.by {
			if r.unread() && s.image(id).Public != model.Yes {
				unknown++
			}
			if r.unread() && slices.Contains(shown, s.image(id)) {
				t.Fatalf("%s shows %s, of reading %d", text, id, r)
			}
		}
		if undecided < unknown {
			t.Fatalf("%s: %d images are undecided, and %d not known", text, undecided, unknown)
		}
	}
	for _, text := range []string{"public:false", "!is:public"} {
		q, _ := query.Parse(text)
		shown, _ := q.Select(w, s.inv.Images())
		if i := slices.IndexFunc(shown, func(im *model.Image) bool { return im.Public != model.No }); i >= 0 {
			t.Fatalf("%s shows %s", text, shown[i].ID)
		}
	}
}

// checkScreens looks at the table, at the page of an image, and at what saved
// filters leave.
func (s shares) checkScreens(outer *testing.T, t *rapid.T) {
	o := tui.Options{Services: tuitest.Services(s.now, s.events...), State: tui.State{Columns: []string{"name", "shared", "severity"}}, Audit: finding.DefaultPolicy()}
	o.Services.Refresh = nil
	o.Offline = "offline"
	o.Services.Settle = func(context.Context, tui.Settle) <-chan model.Event { return tuitest.Stream() }
	d := tuitest.New(outer, 100, 40, o)
	for line := range strings.Lines(d.Screen()) {
		for id, r := range s.by {
			if im := s.image(id); strings.Contains(line, im.Name) && im.Public != model.Yes && r.unread() && (strings.Contains(line, "private") || strings.Count(line, kit.Unread) < 2) {
				t.Fatalf("reading %d: %s", r, line)
			}
		}
	}
	for _, im := range s.inv.Images() { // newest first, as on the screen
		d.Press("enter", "]", "]", "]")
		page := d.Screen()
		if r := s.by[im.ID]; !strings.Contains(page, im.Name) || (strings.Contains(page, "nobody: only") != (r == alone)) || r.unread() && !strings.Contains(page, "not read yet") && !strings.Contains(page, "not known:") {
			t.Fatalf("reading %d of %s:\n%s", r, im.Name, page)
		}
		d.Press("esc", "j")
	}
	d.Press("'", "x")
	for id, r := range s.by {
		if im := s.image(id); strings.Contains(d.Screen(), im.Name) != (im.Public == model.Yes || r == withStrangers) {
			t.Fatalf("reading %d, public %v:\n%s", r, im.Public, d.Screen())
		}
	}
}
