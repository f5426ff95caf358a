package main

import (
	"math"
	"runtime/debug"
	"testing"
)

// A start leaves the collector as it found it where the user has said how it is to
// work, and ends its hurry where not.
func TestTheCollectorIsTheUsers(t *testing.T) {
	said, limit := debug.SetGCPercent(77), debug.SetMemoryLimit(1<<40)
	t.Cleanup(func() { debug.SetGCPercent(said); debug.SetMemoryLimit(limit) })
	for _, tt := range []struct {
		env                     string
		hurrying, percent       int
		limitHurrying, limitEnd int64
	}{
		{"", -1, growth, startLimit, math.MaxInt64},
		{"GOGC", 77, 77, 1 << 40, 1 << 40},
		{"GOMEMLIMIT", 77, 77, 1 << 40, 1 << 40},
	} {
		debug.SetGCPercent(77)
		debug.SetMemoryLimit(1 << 40)
		a := newApp(host{env: func(name string) string {
			if name == tt.env {
				return "something"
			}
			return ""
		}, dirs: dirs{cache: t.TempDir()}})
		settle := a.hurryCollector()
		if limit := debug.SetMemoryLimit(-1); limit != tt.limitHurrying {
			t.Errorf("%s: the limit is %d during the start, want %d", tt.env, limit, tt.limitHurrying)
		}
		if percent := debug.SetGCPercent(77); percent != tt.hurrying {
			t.Errorf("%s: the growth is %d during the start, want %d", tt.env, percent, tt.hurrying)
		}
		settle()
		if limit := debug.SetMemoryLimit(-1); limit != tt.limitEnd {
			t.Errorf("%s: the limit is %d in the end, want %d", tt.env, limit, tt.limitEnd)
		}
		if percent := debug.SetGCPercent(77); percent != tt.percent {
			t.Errorf("%s: the growth is %d in the end, want %d", tt.env, percent, tt.percent)
		}
	}
}
