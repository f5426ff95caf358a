package fleet

import (
	"regexp"
	"testing"
)

// Every key that a snapshot of an account is encrypted with is among the keys, once,
// and each account has one in each region; AWS's own is none of them.
func TestKeys(t *testing.T) {
	f := New(Config{})
	form := regexp.MustCompile(`^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	keys, places := map[string]bool{}, map[scoped]bool{}
	for _, k := range f.Keys {
		if keys[k.ARN] || k.ARN == ManagedKey(k.Owner, k.Region) || !form.MatchString(k.ARN) {
			t.Errorf("%+v is wrong", k)
		}
		keys[k.ARN], places[scoped{k.Owner, k.Region, ""}] = true, true
		if !form.MatchString(ManagedKey(k.Owner, k.Region)) {
			t.Errorf("%s is no key", ManagedKey(k.Owner, k.Region))
		}
	}
	if want := len(f.Active()) * len(f.Enabled()); len(places) != want {
		t.Errorf("%d places have a key, want %d", len(places), want)
	}
	encrypted := 0
	for _, s := range f.Snapshots {
		if _, own := f.Member(s.Owner); own && s.KMSKey != "" {
			encrypted++
			if !keys[s.KMSKey] {
				t.Errorf("%s is no key of its account", s.KMSKey)
			}
		}
	}
	if encrypted == 0 {
		t.Error("nothing is encrypted")
	}
}
