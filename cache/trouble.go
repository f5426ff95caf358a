package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"
)

// Trouble says why the cache could not be used. The set is closed.
type Trouble uint8

// The kinds of trouble.
const (
	Failed   Trouble = iota // none of the below
	Locked                  // another copy of the program is at it
	Unusable                // it may not be opened, or its directory may not be written
	Full                    // no space, quota or file size left
)

// Error is a cache that could not be read or written. The program goes on: its
// text is the one line to show, and says how it goes on. The file is as it was.
type Error struct {
	Trouble Trouble
	Path    string
	Writing bool
	Err     error // the cause; never nil
}

func (e *Error) Error() string {
	goesOn := "; starting without it"
	if e.Writing {
		goesOn = "; going on without saving"
	}
	switch e.Trouble {
	case Locked:
		return fmt.Sprintf("the cache %s is in use by another program%s", e.Path, goesOn)
	case Full:
		return fmt.Sprintf("no space left for the cache %s%s", e.Path, goesOn)
	case Unusable:
		if !e.Writing {
			goesOn = "; going on without it" // nor will it be saved
		}
		return fmt.Sprintf("the cache %s cannot be opened (%v)%s", e.Path, cause(e.Err), goesOn)
	case Failed:
	}
	return fmt.Sprintf("the cache %s failed (%v)%s", e.Path, cause(e.Err), goesOn)
}

func (e *Error) Unwrap() error { return e.Err }

// cause leaves out the path that a file error repeats.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// Moved tells that the file could not be read as a cache of this program and
// was moved aside; an empty one takes its place. It is a notice: what was asked
// for was done with the empty one.
type Moved struct {
	From string
	To   string
	Why  string // "it is damaged (...)", "it was written by another version of amiscope (...)"
}

func (m *Moved) Error() string {
	return fmt.Sprintf("the cache %s was set aside as %s: %s; everything will be read again", m.From, m.To, m.Why)
}

// unreadable is a file whose content is not a cache of ours.
type unreadable struct {
	file fs.FileInfo // which file it was: another copy may replace it meanwhile
	why  string
}

func (u *unreadable) Error() string { return u.why }

// Which errors of the system are which trouble.
var (
	noSpace    = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
	notAllowed = []syscall.Errno{
		syscall.EACCES, syscall.EPERM, syscall.EROFS, syscall.ENOTDIR, syscall.EISDIR, syscall.ENOENT, syscall.ELOOP, syscall.ENAMETOOLONG,
	}
)

// troubles tells what kind of trouble an error is.
func troubles(err error) Trouble {
	isOf := func(no syscall.Errno) bool {
		// bbolt makes text of some errors of the system.
		return errors.Is(err, no) || strings.HasSuffix(err.Error(), ": "+no.Error())
	}
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return Locked
	case slices.ContainsFunc(noSpace, isOf):
		return Full
	case slices.ContainsFunc(notAllowed, isOf):
		return Unusable
	}
	return Failed
}
