package main

import (
	"math"
	"runtime/debug"
)

// The garbage collector has the same cores as the first rows. A start leaves it
// off up to startLimit bytes, which the lists of 300,000 images fit in. When the
// rows are shown, the heap may grow by growth before it is collected: between
// two keys next to nothing is allocated, so that what matters is how much stands
// beside what is kept.
const (
	startLimit = 192 << 20
	growth     = 30 // percent
)

// hurryCollector lets the start have the cores, unless the user's GOGC says how
// the collector is to work.
func (a *app) hurryCollector() (settle func()) {
	if a.env("GOGC") != "" {
		return func() {}
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(startLimit)
	return func() {
		debug.SetGCPercent(growth)
		debug.SetMemoryLimit(math.MaxInt64)
	}
}
