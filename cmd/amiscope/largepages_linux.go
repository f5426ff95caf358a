package main

import (
	"runtime"
	"syscall"
)

// worthLarge is from how many bytes on large pages save more than they cost.
const worthLarge = 16 << 20

// inLargePages lets the system give the heap's next bytes in pages of 2 MB instead of
// 4 kB: else half of the time to the rows of 100,000 images are faults, 18,000 of
// them. The runtime asks for no large pages, so memory is taken at once, marked, and
// given back to it untouched: what is allocated from then on lies in there.
func inLargePages(bytes int) {
	if bytes >= worthLarge {
		_ = markLarge(make([]byte, bytes)) // an advice: the system may have no large pages
		runtime.GC()
	}
}

// markLarge asks for large pages where b lies, which Linux gives to whom asks by
// default (transparent_hugepage/enabled: madvise).
func markLarge(b []byte) error { return syscall.Madvise(b, syscall.MADV_HUGEPAGE) }
