package fleet

import (
	"maps"
	"slices"
	"testing"
)

// TestSettings: the default fleet has every state of every setting, and each
// account has one record a region.
func TestSettings(t *testing.T) {
	f := New(Config{})
	seen, at := map[string]bool{}, map[scoped]bool{}
	for _, s := range f.Settings {
		if at[scoped{s.Owner, s.Region, ""}] {
			t.Errorf("%s has two in %s", s.Owner, s.Region)
		}
		at[scoped{s.Owner, s.Region, ""}] = true
		seen["images "+s.ImageBlock], seen["snapshots "+s.SnapshotBlock], seen["allowed "+s.AllowedImages] = true, true, true
		seen[map[bool]string{true: "encrypts", false: "does not encrypt"}[s.Encrypts]] = true
		if (s.AllowedImages == "disabled") != (len(s.Criteria) == 0) {
			t.Errorf("%+v", s)
		}
	}
	want := []string{
		"allowed audit-mode", "allowed disabled", "allowed enabled", "does not encrypt", "encrypts", "images block-new-sharing", "images unblocked",
		"snapshots block-all-sharing", "snapshots block-new-sharing", "snapshots unblocked",
	}
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(want, got) || len(at) != len(f.Active())*len(f.Enabled()) {
		t.Errorf("%d records: %v", len(at), got)
	}
}

// TestInspector: images were scanned with nothing, little and much found, and the
// summary of each fits what was found.
func TestInspector(t *testing.T) {
	levels := []string{"", "informational", "low", "medium", "high", "critical"}
	seen := map[string]int{}
	f := New(Config{Images: 2000})
	for i := range f.Images {
		im := &f.Images[i]
		if im.Extra == nil || im.Extra.Scan == nil {
			continue
		}
		s := im.Extra.Scan
		worst, since := 0, map[string]Time{}
		for _, v := range s.Findings {
			worst = max(worst, slices.Index(levels, v.Severity))
			if v.First >= v.Updated || v.Disk >= len(im.Snapshots) || v.Title == "" {
				t.Errorf("%s: %+v", im.ID.Image(), v)
			}
			if was := since[v.Severity]; v.Fix && (was == 0 || v.First < was) {
				since[v.Severity] = v.First
			}
		}
		if levels[worst] != s.Severity || since["critical"] != s.Critical || since["high"] != s.High || since["medium"] != s.Medium || since["low"] != s.Low ||
			since["informational"] != s.Informational || s.At >= stamp(Epoch) {
			t.Errorf("%s: %+v", im.ID.Image(), s)
		}
		seen[s.Severity]++
	}
	for _, severity := range []string{"", "low", "medium", "high", "critical"} {
		if seen[severity] == 0 {
			t.Errorf("nothing is %q: %v", severity, seen)
		}
	}
}
