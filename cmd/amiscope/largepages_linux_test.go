package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// What is marked is what the system lists with the flag "hg", which stands for
// "advised to use large pages".
func TestLargePagesAreAskedFor(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skipf("this system has no large pages: %v", err)
	}
	b := make([]byte, 16<<20)
	if err := markLarge(b); err != nil {
		t.Fatal(err)
	}
	if flags := memoryFlags(t, uintptr(unsafe.Pointer(&b[len(b)/2]))); !strings.Contains(flags+" ", " hg ") {
		t.Errorf("flags of the memory: %s", flags)
	}
}

// memoryFlags are those of the mapping that holds an address.
func memoryFlags(t *testing.T, at uintptr) string {
	t.Helper()
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var from, to uintptr
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x ", &from, &to); err == nil {
			inside = from <= at && at < to
		}
		if flags, ok := strings.CutPrefix(lines.Text(), "VmFlags:"); ok && inside {
			return flags
		}
	}
	t.Fatalf("no mapping holds %#x", at)
	return ""
}
