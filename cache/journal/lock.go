package journal

import (
	"errors"
	"os"
	"time"
)

// How long another copy of the program is waited for: it holds the lock for the
// moment of one write, and may have many to do.
const (
	lockTries = 500
	lockPause = 10 * time.Millisecond
)

// errBusy is a lock that another holds.
var errBusy = errors.New("in use by another program")

// lock takes the lock on a file, to write alone or to read beside others. It is
// given back when the file is closed, also by the end of the process.
func lock(f *os.File, alone bool, tries int) error {
	for range tries {
		if err := tryLock(f, alone); !errors.Is(err, errBusy) {
			return err
		}
		<-time.After(lockPause)
	}
	return errBusy
}
