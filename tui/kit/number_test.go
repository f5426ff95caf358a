package kit

import (
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ name, got, want string }{
		{"count", Count(12345), "12,345"},
		{"negative count", Count(-1234567), "-1,234,567"},
		{"singular", Plural(1, "image", "images"), "1 image"},
		{"plural", Plural(12345, "image", "images"), "12,345 images"},
		{"none", Plural(0, "image", "images"), "0 images"},
		{"GiB", Size(8), "8 GiB"},
		{"many GiB", Size(1000), "1000 GiB"},
		{"TiB", Size(1024), "1 TiB"},
		{"part of a TiB", Size(1536), "1.5 TiB"},
		{"many TiB", Size(64 * 1024), "64 TiB"},
		{"PiB", Size(3 << 20), "3 PiB"},
		{"no GiB", Size(0), "0 B"},
		{"bytes", Bytes(1023), "1023 B"},
		{"KiB", Bytes(1536), "1.5 KiB"},
		{"never four figures and a unit more", Bytes(1<<20 - 1), "1 MiB"},
		{"rounded up to ten", Bytes(10230), "10 KiB"},
		{"largest", Bytes(1<<63 - 1), "8 EiB"},
		{"impossible", Bytes(-5), "0 B"},
		{"seconds", Age(59 * time.Second), "59s"},
		{"minutes", Age(61 * time.Second), "1m"},
		{"hours", Age(23*time.Hour + 59*time.Minute), "23h"},
		{"days", Age(29 * day), "29d"},
		{"months", Age(30 * day), "1mo"},
		{"almost a year", Age(364 * day), "12mo"},
		{"years", Age(800 * day), "2y"},
		{"future", Age(-3 * day), "-3d"},
		{"ago", Ago(now.Add(-3*day), now), "3d ago"},
		{"to come", Ago(now.Add(40*day), now), "in 1mo"},
		{"now", Ago(now, now), "just now"},
		{"never", Ago(time.Time{}, now), "never"},
		{"date", Date(time.Date(2026, 1, 2, 1, 0, 0, 0, time.FixedZone("", 7200))), "2026-01-01"},
		{"no date", Date(time.Time{}), ""},
		{"moment", Moment(now), "2026-11-23 12:00 UTC"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestSinceIsNeverToCome(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	if got, want := Since(now.Add(time.Hour), now), Ago(now, now); got != want {
		t.Errorf("an hour to come is %q, not %q", got, want)
	}
	if got, want := Since(now.Add(-time.Hour), now), Ago(now.Add(-time.Hour), now); got != want {
		t.Errorf("an hour ago is %q, not %q", got, want)
	}
}
