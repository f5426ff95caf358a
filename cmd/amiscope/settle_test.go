package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// readAll is the world of a small demo, and all that it holds.
func readAll(t *testing.T, d *demoFlags) (*world, model.Inventory) {
	t.Helper()
	w := openDemo(t, newStage(t), d)
	var inv model.Inventory
	for e := range w.refresh(t.Context(), tui.Refresh{Gen: 3}) {
		inv = inv.Fold(e)
	}
	return w, inv
}

func judged(w *world, inv model.Inventory) *model.Usage {
	return (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: w.policy, Now: w.now()})
}

// TestSettle: what is wanted is read, those under the eye first, in pages that
// hold no more than is good for a screen; then nothing is wanted any more.
func TestSettle(t *testing.T) {
	defer goleak.VerifyNone(t)
	w, inv := readAll(t, &demoFlags{fleet: fleet.Config{Accounts: 3, Regions: 2, Images: 300}})
	wants := judged(w, inv).Wants()
	if len(wants.Permissions) < 60 || len(wants.Named) == 0 {
		t.Fatalf("%d images to settle, %d scopes with names: the fleet proves nothing", len(wants.Permissions), len(wants.Named))
	}
	first := slices.Clone(wants.Permissions[len(wants.Permissions)-20:])
	other := model.ImageKey{Region: first[0].Region, ID: "ami-0000dead"} // whose owner nobody knows
	wants.Permissions = append(wants.Permissions, other)
	told, named := map[string]int{}, 0
	var order []string
	for e := range w.settle(t.Context(), tui.Settle{Wants: wants, First: append(first, other)}) {
		inv = inv.Fold(e)
		switch e := e.(type) {
		case model.Page:
			if e.Kind != model.Permissions || len(e.Permissions) == 0 || len(e.Permissions) > fullPage || e.Gen != 3 {
				t.Errorf("a page of %s, generation %d, with %d records", e.Kind, e.Gen, len(e.Permissions))
			}
			for _, p := range e.Permissions {
				told[p.ID]++
				order = append(order, p.ID)
			}
		case model.Named:
			named++
		case model.Organization, model.Notice:
		case model.Began, model.Details, model.Found, model.Lost, model.Stopped:
			t.Errorf("%T", e)
		}
	}
	for _, k := range wants.Permissions[:len(wants.Permissions)-1] {
		if told[k.ID] != 1 {
			t.Errorf("%s: told %d times", k.ID, told[k.ID])
		}
	}
	if len(told) != len(wants.Permissions)-1 || named != len(wants.Named) {
		t.Errorf("%d images, %d scopes with names; want %d and %d", len(told), named, len(wants.Permissions)-1, len(wants.Named))
	}
	for _, id := range order[:len(first)] {
		if !slices.ContainsFunc(first, func(k model.ImageKey) bool { return k.ID == id }) {
			t.Errorf("%s came before images under the eye", id)
		}
	}
	if left := judged(w, inv).Wants(); len(left.Permissions) > 0 {
		t.Errorf("still wanted: %v", left.Permissions)
	}
	if notes := w.close(); len(notes) > 0 {
		t.Error(notes)
	}
}

// TestSettledIsKept: what was settled is there at the next start.
func TestSettledIsKept(t *testing.T) {
	s := newStage(t)
	w := openDemo(t, s, small())
	var inv model.Inventory
	for e := range w.refresh(t.Context(), tui.Refresh{Gen: 1}) {
		inv = inv.Fold(e)
	}
	for e := range w.settle(t.Context(), tui.Settle{Wants: judged(w, inv).Wants()}) {
		inv = inv.Fold(e)
	}
	want := judged(w, inv).Counts()
	w.close()
	again := openDemo(t, s, small())
	defer again.close()
	var kept model.Inventory
	for e := range again.restore(t.Context()) {
		kept = kept.Fold(e)
	}
	if d := cmp.Diff(want, judged(again, kept).Counts()); d != "" || want[model.Unused] == 0 {
		t.Error(d)
	}
}

// TestTurns: those under the eye come in their order, the others scope by scope
// in turn; who is not wanted or known is left out.
func TestTurns(t *testing.T) {
	w := &world{}
	key := func(region string, n int) model.ImageKey {
		return model.ImageKey{Region: region, ID: fmt.Sprintf("ami-%s%d", region, n)}
	}
	var wants model.Wants
	for _, region := range []string{"a", "b"} {
		var page model.Page
		for n := range 3 {
			page.Images = append(page.Images, &model.Image{ImageKey: key(region, n), Owner: "1"})
			wants.Permissions = append(wants.Permissions, key(region, n))
		}
		w.owners.note(page)
	}
	w.owners.note(model.Page{Images: []*model.Image{{ImageKey: key("c", 0), Owner: "2"}, {ImageKey: key("c", 1), Owner: "2"}, {ImageKey: key("c", 2), Owner: "2"}}})
	first, next, rest := w.targets(tui.Settle{
		Wants: wants, First: []model.ImageKey{key("b", 2), key("c", 0), key("x", 0), key("b", 2)},
		Rest: []model.ImageKey{key("a", 1), key("c", 1), key("x", 1)},
	})
	ids := func(all []target) (out []string) {
		for _, t := range all {
			out = append(out, t.scope.String()+" "+t.id)
		}
		return out
	}
	if d := cmp.Diff([]string{"1/b ami-b2"}, ids(first)); d != "" {
		t.Errorf("first: %s", d)
	}
	want := []string{"1/a ami-a0", "1/b ami-b0", "1/a ami-a1", "1/b ami-b1", "1/a ami-a2"}
	if d := cmp.Diff(want, ids(next)); d != "" {
		t.Errorf("then: %s", d)
	}
	if d := cmp.Diff([]string{"2/c ami-c1"}, ids(rest)); d != "" {
		t.Errorf("behind: %s", d)
	}
}

// TestPages: a full page goes at once, others when it is time, and what is left
// at the end.
func TestPages(t *testing.T) {
	one, two := model.Scope{Account: "1", Region: "a"}, model.Scope{Account: "2", Region: "a"}
	answers, tick, pages := make(chan reply), make(chan time.Time), make(chan model.Page, 10)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		inPages(answers, tick, func(p model.Page) { pages <- p })
	}()
	send := func(s model.Scope, n int) {
		for range n {
			answers <- reply{s, &model.LaunchPermissions{}}
		}
	}
	check := func(name string, s model.Scope, n int) {
		t.Helper()
		p := <-pages
		if p.Scope != s || len(p.Permissions) != n || p.Calls != n || p.Kind != model.Permissions {
			t.Errorf("%s: %d records of %s, %d calls; want %d of %s", name, len(p.Permissions), p.Scope, p.Calls, n, s)
		}
	}
	send(two, 1)
	send(one, fullPage)
	check("full", one, fullPage)
	tick <- time.Time{}
	check("in time", two, 1)
	tick <- time.Time{}
	send(one, 2)
	close(answers)
	<-ended
	check("at the end", one, 2)
	if len(pages) > 0 {
		t.Error("a page without records")
	}
}

// TestRefusals: where a whole scope says no, not every image is asked about.
func TestRefusals(t *testing.T) {
	s := model.Scope{Account: "1", Region: "a"}
	denied := &model.OpError{Kind: model.Denied, Err: errors.New("no")}
	for _, tt := range []struct {
		name    string
		answers []*model.OpError
		hopeful bool
	}{
		{"denied twice", []*model.OpError{denied, denied}, true},
		{"denied three times", []*model.OpError{denied, denied, denied}, false},
		{"denied after an answer", []*model.OpError{nil, denied, denied, denied, denied}, true},
		{"logged out", []*model.OpError{nil, {Kind: model.Expired}}, false},
		{"throttled", []*model.OpError{{Kind: model.Throttled}, {Kind: model.Throttled}, {Kind: model.Throttled}}, true},
		{"gone", []*model.OpError{{Kind: model.NotFound}, {Kind: model.NotFound}, {Kind: model.NotFound}}, true},
		{"closed", []*model.OpError{{Kind: model.Closed}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := questioning{world: &world{}, scopes: map[model.Scope]*refusals{}}
			for _, a := range tt.answers {
				q.note(s, a)
			}
			if hopeful := q.refused(s) == nil; hopeful != tt.hopeful {
				t.Errorf("asked on: %t", hopeful)
			}
			if q.refused(model.Scope{Account: "2", Region: "a"}) != nil {
				t.Error("another scope is refused too")
			}
		})
	}
}

// TestDeniedPermissions: a scope that denies them is soon left alone, and every
// image of it is told why.
func TestDeniedPermissions(t *testing.T) {
	s := newStage(t)
	log := filepath.Join(t.TempDir(), "log")
	s.want(t, exitPartial, "demo", "list", "--columns", "usage", "-o", "csv", "--accounts", "1", "--regions", "1", "--images", "600",
		"--deny", "*/*/ec2:DescribeImageAttribute", "--log", log)
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	calls, unknown := strings.Count(string(text), "ec2:DescribeImageAttribute"), strings.Count(s.stdout.String(), "unknown\n")
	if unknown < 3*atOnce || calls == 0 || calls > 2*atOnce || strings.Contains(s.stdout.String(), "unused") {
		t.Errorf("%d images are unknown, %d calls", unknown, calls)
	}
	if n := strings.Count(s.stderr.String(), "\n"); n != 1 {
		t.Errorf("told in %d lines: %s", n, s.stderr.String())
	}
}

// TestOpine: each image is asked about where its owner is.
func TestOpine(t *testing.T) {
	w, inv := readAll(t, small())
	defer w.close()
	var keys []model.ImageKey
	for _, im := range inv.Images() {
		keys = append(keys, im.ImageKey)
	}
	asked := map[string]bool{}
	for e := range w.opine(t.Context(), append(keys, keys[0])) {
		p, ok := e.(model.Page)
		if !ok || p.Kind != model.Opinions {
			t.Fatalf("%+v", e)
		}
		for _, id := range p.Asked {
			im, _ := inv.Image(model.ImageKey{Region: p.Scope.Region, ID: id})
			if asked[id] || im.Owner != p.Scope.Account {
				t.Errorf("%s is asked about in %s", id, p.Scope)
			}
			asked[id] = true
		}
		for _, r := range p.References {
			if r.Since.After(w.now()) {
				t.Errorf("said at %v, in time to come", r.Since)
			}
		}
	}
	if len(asked) != len(keys) {
		t.Errorf("%d of %d images were asked about", len(asked), len(keys))
	}
}

// TestReport: a report that is begun is told, and so is one that cannot be.
func TestReport(t *testing.T) {
	w, inv := readAll(t, small())
	defer w.close()
	own := inv.Images()[0]
	var notes []string
	for range 2 { // AWS makes one at a time
		for e := range w.report(t.Context(), []model.ImageKey{own.ImageKey}) {
			inv = inv.Fold(e)
			if n, ok := e.(model.Notice); ok {
				notes = append(notes, n.Text)
			}
		}
	}
	scope := model.Scope{Account: own.Owner, Region: own.Region}
	reports := inv.Reports(scope)
	if !slices.ContainsFunc(reports, func(r *model.Report) bool { return r.Image == own.ID }) {
		t.Errorf("no report of %s: %+v", own.ID, reports)
	}
	if st := inv.Status(scope, model.Reports); st.Busy || st.Err != nil {
		t.Errorf("the list of reports: %+v", st)
	}
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "no usage report is made of "+own.ID+": ") {
		t.Errorf("told: %q", notes)
	}
}

// TestComplaintsAreToldOnce: what cannot be asked is asked again and again.
func TestComplaintsAreToldOnce(t *testing.T) {
	w, inv := readAll(t, &demoFlags{fleet: fleet.Config{Accounts: 1, Regions: 1, Images: 60}})
	defer w.close()
	unknown := model.Wants{Named: map[model.Scope][]string{{Account: "000000000000", Region: inv.Scopes()[0].Region}: {"ami-1"}}}
	notes := 0
	for range 3 {
		for e := range w.settle(t.Context(), tui.Settle{Wants: unknown}) {
			if _, ok := e.(model.Notice); ok {
				notes++
			}
		}
	}
	if notes != 1 {
		t.Errorf("told %d times", notes)
	}
}

// TestDemoTime: the demo's clock begins at the fleet's present, or where an
// earlier run has left it.
func TestDemoTime(t *testing.T) {
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	d := newDemoTime(func() time.Time { return at })
	check := func(want time.Duration) {
		t.Helper()
		if got := d.now().Sub(fleet.Epoch); got != want {
			t.Errorf("the clock shows %v after the present, want %v", got, want)
		}
	}
	check(0)
	at = at.Add(time.Second)
	check(time.Second)
	d.reach(model.Page{At: fleet.Epoch})
	d.reach(model.Found{})
	check(time.Second)
	d.reach(model.Named{At: fleet.Epoch.Add(time.Minute)})
	check(time.Minute)
	d.reach(model.Organization{At: fleet.Epoch.Add(time.Second)})
	check(time.Minute)
	at = at.Add(time.Second)
	check(time.Minute + time.Second)
}
