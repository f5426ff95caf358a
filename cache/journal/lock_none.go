//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package journal

import (
	"fmt"
	"os"
	"runtime"
)

// tryLock refuses: without a lock two copies of the program could write into
// one line.
func tryLock(*os.File, bool) error {
	return fmt.Errorf("the journal cannot be kept on %s yet", runtime.GOOS)
}
