package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
)

var errNoFile = errors.New("it is no file")

// Error is a journal that could not be read or written. Its text is one
// sentence that says what to do.
type Error struct {
	Path    string
	Writing bool
	Err     error // the cause; never nil
	name    string
}

func (e *Error) Unwrap() error { return e.Err }

// leftover is a failed append whose part could not be taken back.
type leftover struct{ err error }

func (l *leftover) Error() string { return "a part may be left at its end: " + l.err.Error() }

func (e *Error) Error() string {
	if !e.Writing {
		return fmt.Sprintf("the %s %s cannot be read (%v): make it a file that you may read", e.name, e.Path, cause(e.Err))
	}
	is := func(no syscall.Errno) bool { return errors.Is(e.Err, no) }
	noted := "nothing was noted"
	if _, ok := errors.AsType[*leftover](e.Err); ok {
		noted = "a part may have been noted, which will be skipped"
	}
	switch {
	case errors.Is(e.Err, fs.ErrExist):
		return fmt.Sprintf("the %s %s is there already, and is not written over: name another one", e.name, e.Path)
	case errors.Is(e.Err, errBusy):
		return fmt.Sprintf("the %s %s is held by another program, and %s: end that one, then try again", e.name, e.Path, noted)
	case slices.ContainsFunc([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}, is):
		return fmt.Sprintf("there is no space left for the %s %s, and %s: free some, then try again", e.name, e.Path, noted)
	case errors.Is(e.Err, fs.ErrPermission) || errors.Is(e.Err, errNoFile) ||
		slices.ContainsFunc([]syscall.Errno{syscall.EROFS, syscall.ENOTDIR, syscall.EISDIR, syscall.ENOENT, syscall.ELOOP, syscall.ENAMETOOLONG}, is):
		elsewhere := "or name another place with XDG_STATE_HOME"
		if e.name == undoFile {
			elsewhere = "or name another one"
		}
		return fmt.Sprintf("the %s %s cannot be written (%v), and %s: make it a file that you may write, %s", e.name, e.Path, cause(e.Err), noted, elsewhere)
	}
	return fmt.Sprintf("the %s %s failed (%v), and %s: try again", e.name, e.Path, cause(e.Err), noted)
}

// cause leaves out the path that a file error repeats.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// trouble wraps an error; nil stays nil.
func (j *Journal) trouble(writing bool, err error) error {
	if err == nil {
		return nil
	}
	return &Error{j.path, writing, err, j.name}
}
