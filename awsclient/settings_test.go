package awsclient

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// opens puts settings and public snapshots into a scope: two of what takes a page.
func opens(w *fleet.Fleet, s model.Scope) {
	w.Settings = append(w.Settings, fleet.Settings{
		Owner: s.Account, Region: s.Region, ImageBlock: "block-new-sharing", SnapshotBlock: "block-all-sharing", AllowedImages: "audit-mode", Encrypts: true, ByPolicy: true,
		Criteria: []fleet.Criterion{{Providers: []string{"amazon", "123456789012"}, Names: []string{"al2023-*"}, MaxAge: 300}, {Codes: []string{"abc"}}},
	})
	all := []fleet.Permission{{Group: "all"}}
	for id, p := range map[fleet.ID][]fleet.Permission{0xc1: all, 0xc2: append(all, fleet.Permission{Account: "123456789012"}), 0xc3: {{Account: "999999999999"}, {Account: "123456789012"}}} {
		w.Snapshots = append(w.Snapshots, fleet.Snapshot{ID: id, Owner: s.Account, Region: s.Region, State: "completed", Permissions: p, Start: at(1)})
	}
}

// openness is what the passes over all that tells how open a scope is tell of it.
func (h hand) openness(t *testing.T, s model.Scope) model.Inventory {
	t.Helper()
	var inv model.Inventory
	for _, k := range model.Openness() {
		err := h.client.Read(t.Context(), s, k, func(p model.Page) {
			if p.Scope != s || p.Kind != k || p.Calls < 1 || p.At.IsZero() || p.Last {
				t.Errorf("a page is %+v", p)
			}
			inv = inv.Fold(p)
		})
		if err != nil {
			t.Errorf("%s: %v", k, err)
		}
		inv = inv.Fold(model.Page{Scope: s, Kind: k, Last: true, At: at(2).UTC()})
	}
	return inv
}

// TestSettings: what an account has set in a region, and what there is where
// nobody set anything; which of its snapshots are public.
func TestSettings(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, func(w *fleet.Fleet, s, _ model.Scope) { opens(w, s) })
	const policy = "declarative-policy"
	for s, want := range map[model.Scope][]*model.Setting{
		h.scope: {
			{Name: model.AllowedImages, State: "audit-mode", By: policy, Rules: []string{
				"of amazon or 123456789012, named al2023-*, made at most 300 d ago", "with the product code abc",
			}},
			{Name: model.BlockImages, State: "block-new-sharing", By: policy},
			{Name: model.BlockSnapshots, State: "block-all-sharing", By: policy},
			{Name: model.EncryptVolumes, State: model.On},
		},
		h.other: {
			{Name: model.AllowedImages, State: model.Off, By: "account"},
			{Name: model.BlockImages, State: model.Unblocked, By: "account"},
			{Name: model.BlockSnapshots, State: model.Unblocked, By: "account"},
			{Name: model.EncryptVolumes, State: model.Off},
		},
	} {
		inv := h.openness(t, s)
		if diff := cmp.Diff(want, inv.Settings(s)); diff != "" {
			t.Error(diff)
		}
		for _, r := range inv.Settings(s) {
			if inv.Setting(s, r.Name) != r || r.Effective() != model.Truth(s == h.scope) {
				t.Errorf("%s is effective: %s", r.Name, r.Effective())
			}
		}
		if err := h.client.Read(t.Context(), s, model.Snapshots, func(p model.Page) { inv = inv.Fold(p) }); err != nil {
			t.Fatal(err)
		}
		for id, public := range map[string]model.Tri{"snap-000000c1": model.Yes, "snap-000000c2": model.Yes, "snap-000000c3": model.No, "snap-000000ff": model.Maybe} {
			if got := inv.SnapshotPublic(s, &model.Snapshot{ID: id, Start: at(1).UTC()}); got != public && s == h.scope {
				t.Errorf("%s is public: %s", id, got)
			}
		}
		if n := len(inv.PublicSnapshots(s)); s == h.other && n != 0 {
			t.Errorf("%d snapshots of another are public", n)
		}
	}
}

// TestSettingsThatNobodyMayRead: where all are refused the pass fails, and keeps
// what was known; what is of the moment fails it as well.
func TestSettingsThatNobodyMayRead(t *testing.T) {
	for _, c := range []struct {
		fault fakeaws.FaultKind
		on    string
		kind  model.ErrorKind
	}{
		{fakeaws.FaultDenied, "ec2:Get*", model.Denied},
		{fakeaws.FaultServer, "ec2:GetAllowedImagesSettings", model.Network},
		{fakeaws.FaultExpired, "ec2:GetEbsEncryptionByDefault", model.Expired},
	} {
		h := handMade(t, fakeaws.Options{Faults: []fakeaws.Fault{{Kind: c.fault, Rule: fakeaws.Rule{Operation: c.on}}}}, Options{}, nil)
		err := h.client.Read(t.Context(), h.scope, model.Settings, func(p model.Page) { t.Errorf("told %+v", p) })
		if op := asOpError(err); op == nil || op.Kind != c.kind {
			t.Errorf("%s: %v", c.on, err)
		}
	}
}

// TestASettingThatIsNotKnownThere leaves the others.
func TestASettingThatIsNotKnownThere(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, nil)
	h.between(func(_ *http.Request, body string) (int, string) {
		if !strings.Contains(body, "Action=GetAllowedImagesSettings&") {
			return 0, ""
		}
		return http.StatusBadRequest, `<Response><Errors><Error><Code>InvalidAction</Code><Message>not valid for this web service</Message></Error></Errors><RequestID>1</RequestID></Response>`
	})
	inv := h.openness(t, h.scope)
	s := inv.Setting(h.scope, model.AllowedImages)
	if s == nil || s.Err == nil || s.Err.Kind != model.Unsupported || s.Effective() != model.Maybe || inv.Setting(h.scope, model.BlockImages).State == "" {
		t.Errorf("%+v", s)
	}
}

// TestWhoMayMakeVolumes of a snapshot, as its owner is told.
func TestWhoMayMakeVolumes(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, func(w *fleet.Fleet, s, _ model.Scope) { opens(w, s) })
	for id, want := range map[string]*model.VolumePermissions{
		"snap-000000c1": {ID: "snap-000000c1", Public: true},
		"snap-000000c2": {ID: "snap-000000c2", Public: true, Accounts: []string{"123456789012"}},
		"snap-000000c3": {ID: "snap-000000c3", Accounts: []string{"123456789012", "999999999999"}},
	} {
		got, err := h.client.ReadVolumePermissions(t.Context(), h.scope, id)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(model.VolumePermissions{}, "At")); err != nil || diff != "" || got.At.IsZero() || got.Private() {
			t.Errorf("%v: %s", err, diff)
		}
	}
	for s, kind := range map[model.Scope]model.ErrorKind{h.scope: model.NotFound, {Account: "999999999999", Region: "x"}: model.Expired} {
		got, err := h.client.ReadVolumePermissions(t.Context(), s, "snap-000000ff")
		if err != nil || got.Err == nil || got.Err.Kind != kind || got.Private() {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// TestInspect: all pages, the worst first; an image that was not scanned has none.
func TestInspect(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, func(w *fleet.Fleet, s, _ model.Scope) {
		scan := &fleet.Scan{Severity: "high", Findings: []fleet.Vulnerability{
			{Title: "b", Severity: "low", Score: 2}, {Title: "c", Severity: "high", Score: 7.5, Fix: true, First: at(1), Locations: []string{"/usr/lib/c"}}, {Title: "a", Severity: "high", Score: 8},
		}}
		w.Images = append(w.Images, fleet.Image{ID: image1, Owner: s.Account, Region: s.Region, Snapshots: []fleet.ID{0x0a}, Extra: &fleet.Extra{Scan: scan}},
			fleet.Image{ID: image2, Owner: s.Account, Region: s.Region})
	})
	want := &model.Inspection{ID: ami1, Found: []model.Vulnerability{
		{Title: "a", Severity: "high", Score: 8, Fix: model.No, Snapshot: snapA},
		{Title: "c", Severity: "high", Score: 7.5, Fix: model.Yes, First: at(1).UTC(), Snapshot: snapA, Paths: []string{"/usr/lib/c"}},
		{Title: "b", Severity: "low", Score: 2, Fix: model.No, Snapshot: snapA},
	}}
	got, err := h.client.Inspect(t.Context(), h.scope, ami1)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(model.Inspection{}, "At")); err != nil || diff != "" || got.At.IsZero() {
		t.Errorf("%v: %s", err, diff)
	}
	if got, err := h.client.Inspect(t.Context(), h.scope, ami2); err != nil || got.Err != nil || len(got.Found) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := h.client.Inspect(t.Context(), h.scope, ami3); err != nil || got.Err == nil || got.Err.Kind != model.NotFound {
		t.Errorf("%+v, %v", got, err)
	}
}
