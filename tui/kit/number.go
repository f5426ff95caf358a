package kit

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"
)

// Unread is what stands for a fact that is not known.
const Unread = "?"

// Count is a number with thousands set apart: 12,345.
func Count(n int) string { return humanize.Comma(int64(n)) }

// Plural is a count and its noun: 1 image, 12,345 images.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// Around is the place by steps from at in a ring of n, which is not empty.
func Around(at, by, n int) int { return ((at+by)%n + n) % n }

// Size is a number of GiB, as AWS counts volumes, in at most four figures and
// a unit: 8 GiB, 1.5 TiB.
func Size(gib int64) string { return Bytes(gib << 30) }

// Bytes is a number of bytes in at most four figures and a binary unit.
func Bytes(n int64) string {
	const units = "KMGTPE"
	if n < 1<<10 {
		return strconv.FormatInt(max(n, 0), 10) + " B"
	}
	v, unit := float64(n)/(1<<10), 0
	for v >= 1023.5 && unit < len(units)-1 {
		v, unit = v/(1<<10), unit+1
	}
	return figures(v) + " " + units[unit:unit+1] + "iB"
}

// figures keeps one decimal below ten, where it says something.
func figures(v float64) string {
	if v < 9.95 {
		return humanize.Ftoa(float64(int(v*10+0.5)) / 10)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// day is a day for rough ages: no time zone, no leap second.
const day = 24 * time.Hour

// Age is a duration in its largest unit, cut and not rounded: 45s, 3d, 5mo, 2y.
func Age(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	units := []struct {
		size time.Duration
		name string
	}{{365 * day, "y"}, {30 * day, "mo"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}}
	for _, u := range units {
		if d >= u.size {
			return fmt.Sprintf("%s%d%s", sign, d/u.size, u.name)
		}
	}
	return fmt.Sprintf("%s%ds", sign, d/time.Second)
}

// Ago tells when something was, seen from now: 3d ago, in 5mo, just now. The
// zero time was never.
func Ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return "never"
	case d > -time.Second && d < time.Second:
		return "just now"
	case d < 0:
		return "in " + Age(-d)
	default:
		return Age(d) + " ago"
	}
}

// Since is Ago for what cannot be to come. A time that is, is of a clock that
// was set back, and is told as now.
func Since(t, now time.Time) string {
	if t.After(now) {
		t = now
	}
	return Ago(t, now)
}

// Date is a day, in UTC as AWS writes its times; the zero time has none.
func Date(t time.Time) string { return stamp(t, time.DateOnly) }

// Moment is a day and a time of day in UTC.
func Moment(t time.Time) string { return stamp(t, "2006-01-02 15:04 UTC") }

func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}
