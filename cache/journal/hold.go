package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// holdTries is how often a lock is tried that another copy of the program may
// only be looking at.
const holdTries = 10

var errName = errors.New("this is no name of a run")

// Hold makes a run ours alone until it is released or the program ends, however it
// ends. It is not ok where another copy of the program has it, or this one.
//
// The lock is on a file of its own beside the journal, which goes with the release.
func (j *Journal) Hold(run string) (release func() error, ok bool, err error) {
	l, err := j.lockOf(run)
	if err != nil {
		return nil, false, err
	}
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return nil, false, l.trouble(true, err)
	}
	for range attempts {
		f, err := l.take()
		switch {
		case errors.Is(err, errReplaced):
			continue // its file went while it was waited for
		case errors.Is(err, errBusy):
			return nil, false, nil
		case err != nil:
			return nil, false, l.trouble(true, err)
		}
		return func() error { return l.give(f) }, true, nil
	}
	return nil, false, nil // others take it all the time
}

// lockOf is the file whose lock stands for a run.
func (j *Journal) lockOf(run string) (*Journal, error) {
	if run == "" || strings.ContainsFunc(run, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}) {
		return nil, j.trouble(true, errName)
	}
	return &Journal{path: j.path + "." + run + ".lock", name: "lock of a run"}, nil
}

// take opens and locks the file, alone.
func (j *Journal) take() (*os.File, error) {
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err = lock(f, true, holdTries); err == nil {
		_, err = j.stillThere(f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// give removes the file and then its lock: who waits for that sees that the file
// is another one.
func (j *Journal) give(f *os.File) error {
	err := os.Remove(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return j.trouble(true, errors.Join(err, f.Close()))
}

// held reports whether a run goes on somewhere. Where that cannot be found out it
// does: better not to go on with it twice.
func (j *Journal) held(run string) bool {
	l, err := j.lockOf(run)
	if err != nil {
		return false // nobody can hold it
	}
	f, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		return true
	}
	err = tryLock(f, false)
	return errors.Join(err, f.Close()) != nil
}
