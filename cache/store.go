package cache

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Key names a world: everything that is cached under one key comes from the
// same AWS.
type Key struct {
	Partition string // aws, aws-cn, ...
	Endpoint  string // AWS_ENDPOINT_URL; "" is AWS's own
}

// bucket is the name of the world's bucket; the zero byte keeps it apart from
// the file's mark and makes it unambiguous.
func (k Key) bucket() []byte { return []byte(k.Partition + "\x00" + k.Endpoint) }

// Store is the cache of one world. It is safe for use by several goroutines,
// and beside other copies of the program.
type Store struct {
	path  string
	key   Key
	codec codec
	// mu keeps this process from locking itself out: bbolt's lock on the file
	// does not know that two openings belong to the same process.
	mu     sync.RWMutex
	tidied bool // guarded by mu
}

// New is the cache of a world in the file at path. It touches nothing.
func New(path string, key Key) *Store {
	return &Store{path: path, key: key, codec: newCodec()}
}

// Path is where the file is, or will be.
func (s *Store) Path() string { return s.path }

// Info is what the directory tells of the file.
type Info struct {
	Bytes   int64     // 0: there is none
	Written time.Time // last write by any copy of the program
}

// Stat looks at the file without opening it. There being none is no error.
func (s *Store) Stat() (Info, error) {
	fi, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return Info{}, nil
	}
	if err != nil {
		return Info{}, s.trouble(true, err)
	}
	return Info{fi.Size(), fi.ModTime()}, nil
}

// Clear deletes the file with all its worlds, and those once moved aside.
func (s *Store) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	aside, err := s.aside()
	errs := []error{err}
	for _, f := range aside {
		errs = append(errs, remove(f.path))
	}
	return errors.Join(append(errs, remove(s.path))...)
}

func remove(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// keptAside is how many unreadable files are kept for whoever wants to look.
const keptAside = 2

const asideSuffix = ".broken-"

// moveAside renames the unreadable file, unless another copy of the program has
// done so: then the path names another file or none, and there is no notice.
func (s *Store) moveAside(u *unreadable) (*Moved, error) {
	now, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, u.file) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	old, err := s.aside()
	if err != nil {
		return nil, err
	}
	n := 1
	if len(old) > 0 {
		n = old[len(old)-1].n + 1
	}
	to := s.path + asideSuffix + strconv.Itoa(n)
	if err := os.Rename(s.path, to); err != nil {
		return nil, err
	}
	if got, err := os.Stat(to); err == nil && !os.SameFile(got, u.file) {
		return nil, os.Rename(to, s.path) // replaced between the look and the rename: put the good one back
	}
	for len(old) >= keptAside {
		err = errors.Join(err, remove(old[0].path))
		old = old[1:]
	}
	return &Moved{From: s.path, To: to, Why: u.why}, err
}

// aside lists the files moved aside, oldest first.
func (s *Store) aside() ([]numbered, error) {
	entries, err := os.ReadDir(filepath.Dir(s.path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []numbered
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), filepath.Base(s.path)+asideSuffix)
		if n, bad := strconv.Atoi(digits); ok && bad == nil {
			out = append(out, numbered{n, filepath.Join(filepath.Dir(s.path), e.Name())})
		}
	}
	slices.SortFunc(out, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	return out, err
}

// makingPrefix begins the name of the directory that a new file is made in.
const makingPrefix = ".cache-"

// leftoverAge is far longer than the making of a file takes.
const leftoverAge = time.Hour

// tidy removes, once, the directories that were left by copies of the program
// which were killed while they made the file. What it cannot remove the next
// start may.
func (s *Store) tidy() {
	if s.tidied {
		return
	}
	s.tidied = true
	entries, _ := os.ReadDir(filepath.Dir(s.path)) // one that may not be read is left as it is
	for _, e := range entries {
		digits, made := strings.CutPrefix(e.Name(), makingPrefix)
		if _, err := strconv.ParseUint(digits, 10, 64); !made || err != nil || !e.IsDir() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftoverAge {
			_ = os.RemoveAll(filepath.Join(filepath.Dir(s.path), e.Name()))
		}
	}
}

// numbered is a file that was moved aside.
type numbered struct {
	n    int
	path string
}
