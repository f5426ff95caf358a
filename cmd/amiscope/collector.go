package main

import (
	"math"
	"os"
	"runtime/debug"
)

// The garbage collector has the same cores as the first rows. A start leaves it
// off up to startLimit bytes, which the lists of 300,000 images fit in. When the
// rows are shown, the heap may grow by growth before it is collected: between
// two keys next to nothing is allocated, so that what matters is how much stands
// beside what is kept.
const (
	startLimit = 192 << 20
	growth     = 20 // percent
)

// hurryCollector lets the start have the cores, unless the user's GOGC or GOMEMLIMIT
// says how the collector is to work.
func (a *app) hurryCollector() (settle func()) {
	if a.env("GOGC") != "" || a.env("GOMEMLIMIT") != "" {
		return func() {}
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(startLimit)
	inLargePages(a.expected())
	return func() {
		debug.SetGCPercent(growth)
		debug.SetMemoryLimit(math.MaxInt64)
	}
}

// expected is about how many bytes a start allocates until its rows are shown.
func (a *app) expected() int {
	kept, err := os.Stat(a.cacheFile())
	if err != nil {
		return 0 // nothing is kept, or that is told when it is read
	}
	return int(min(kept.Size()*4, startLimit/6*5))
}
