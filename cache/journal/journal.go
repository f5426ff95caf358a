package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// attempts bounds how often an append starts again because the file was
// replaced while its lock was waited for.
const attempts = 3

var errReplaced = errors.New("it was replaced again and again")

// Journal is the journal in one file. It is safe for use by several goroutines,
// and beside other copies of the program.
type Journal struct {
	path string
	name string     // what people call it
	mu   sync.Mutex // one append at a time: those of this program need not wait for the lock of the file
}

// Open is the journal in the file at path. It touches nothing.
func Open(path string) *Journal { return &Journal{path: path, name: "journal"} }

// Path is where the file is, or will be.
func (j *Journal) Path() string { return j.path }

// Append adds a record. When it returns nil the record is on the disk; an
// error, an *Error, leaves the file as it was.
func (j *Journal) Append(r Record) error {
	line, err := encode(r)
	if err != nil {
		return j.trouble(true, err)
	}
	return j.add(func(io.Reader) ([]byte, error) { return append(line, '\n'), nil })
}

// add adds lines that may depend on those that there are: nobody else adds any
// between. No lines change nothing.
func (j *Journal) add(lines func(there io.Reader) ([]byte, error)) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := os.MkdirAll(filepath.Dir(j.path), 0o700)
	if err != nil {
		return j.trouble(true, err)
	}
	for range attempts {
		if err = j.append(lines); !errors.Is(err, errReplaced) {
			break
		}
	}
	return j.trouble(true, err)
}

func (j *Journal) append(lines func(there io.Reader) ([]byte, error)) (err error) {
	if err := j.regular(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil && closed != nil {
			err = closed // gives the lock back; what was written is synced already
		}
	}()
	if err := lock(f, true, lockTries); err != nil {
		return err
	}
	info, err := j.stillThere(f)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return err
		}
	}
	more, err := lines(io.NewSectionReader(f, 0, info.Size()))
	if err != nil || len(more) == 0 {
		return err
	}
	if err := write(f, info.Size(), more); err != nil {
		return err
	}
	if info.Size() == 0 {
		j.syncDirectories()
	}
	return nil
}

// regular refuses what is no file: opening a pipe would wait for its other end.
func (j *Journal) regular() error {
	info, err := os.Stat(j.path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return syscall.EISDIR
	case !info.Mode().IsRegular():
		return errNoFile
	}
	return nil
}

// stillThere makes sure that the path names the file that is locked.
func (j *Journal) stillThere(f *os.File) (fs.FileInfo, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	now, err := os.Stat(j.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, info) {
		return nil, errReplaced
	}
	return info, err
}

// write adds lines to a file of some size, or nothing.
func write(f *os.File, size int64, line []byte) error {
	start, err := lastLine(f, size)
	if err != nil {
		return err
	}
	tail := make([]byte, size-start)
	if _, err := f.ReadAt(tail, start); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	kept, between := keep(tail)
	if kept < len(tail) {
		size = start + int64(kept)
		if err := f.Truncate(size); err != nil {
			return err
		}
	}
	line = append([]byte(between), line...)
	_, err = f.Write(line)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		return nil
	}
	if undone := errors.Join(f.Truncate(size), f.Sync()); undone != nil {
		return errors.Join(err, &leftover{undone})
	}
	return err
}

// lastLine is where in a file what stands behind its last end of a line begins.
func lastLine(f io.ReaderAt, size int64) (int64, error) {
	const block = 64 << 10
	buf := make([]byte, block)
	for end := size; end > 0; {
		from := max(0, end-block)
		part := buf[:end-from]
		if _, err := f.ReadAt(part, from); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

// syncDirectories makes a new file last, in a directory that may be new too.
// Some file systems cannot, and keep it anyway.
func (j *Journal) syncDirectories() {
	dir := filepath.Dir(j.path)
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if f, err := os.Open(d); err == nil {
			_ = f.Sync()
			_ = f.Close()
		}
	}
}

// Warning is a line that could not be used. It stays in the file, but for a
// torn one.
type Warning struct {
	Line int // counted from 1
	text string
}

func (w Warning) String() string { return w.text }

// Read gives all records in their order, and what is wrong with lines that are
// none. There being no file is no error. Where there is an error, an *Error, it
// gives what it could read.
func (j *Journal) Read() ([]Record, []Warning, error) {
	entries, err := j.entries()
	var recs []Record
	var warnings []Warning
	for _, e := range entries {
		if e.state == sound {
			recs = append(recs, e.rec)
		} else {
			warnings = append(warnings, Warning{e.line, j.describe(e)})
		}
	}
	return recs, warnings, err
}

// describe says what is wrong with a line that is not sound.
func (j *Journal) describe(e entry) string {
	where := j.where(e.line)
	switch e.state {
	case torn:
		return where + "is unfinished and was skipped: what it was to tell of was not done"
	case newer:
		return where + "was written by a newer amiscope and was skipped: update amiscope to read it"
	case damaged, sound:
	}
	return where + "is damaged and was skipped"
}

// where begins what is said of a line.
func (j *Journal) where(line int) string {
	return fmt.Sprintf("line %d of the %s %s ", line, j.name, j.path)
}

// entries reads all lines.
func (j *Journal) entries() (out []entry, err error) {
	err = j.each(func(e entry) { out = append(out, e) })
	return out, err
}

// each gives all lines to fn, which may keep them.
func (j *Journal) each(fn func(entry)) error {
	return j.read(func(f io.Reader) error { return scan(f, fn) })
}

// read gives the file to fn, if there is one.
func (j *Journal) read(fn func(io.Reader) error) error {
	if err := j.regular(); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return j.trouble(false, err)
	}
	f, err := os.Open(j.path)
	if err != nil {
		return j.trouble(false, err)
	}
	// Without the lock an append that runs may show as a torn line: no reason
	// not to read.
	_ = lock(f, false, lockTries)
	return j.trouble(false, errors.Join(fn(f), f.Close()))
}
