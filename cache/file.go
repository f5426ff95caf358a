package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	// lockWait is how long another copy's transaction is waited for.
	lockWait = 200 * time.Millisecond
	// attempts bounds how often an opening starts again because another copy
	// replaced the file meanwhile.
	attempts = 3
)

// schema is the version of the file's layout: its buckets and keys. A file of
// another schema is moved aside. The format of values has its own version.
const schema = "1"

var (
	bucketMark = []byte("amiscope") // marks the file as ours; holds keySchema
	keySchema  = []byte("schema")
)

var (
	errNoFile   = errors.New("no cache yet")
	errReplaced = errors.New("replaced while it was waited for")
)

// transaction is what is done in one opening of the file.
type transaction struct {
	// write changes the file; nil for a transaction that only reads.
	write func(*bolt.Tx) error
	// read reads or, after a write, makes sure that it can be read back.
	read func(*bolt.Tx) error
	// buckets are those of worlds that a transaction that only reads touches: no
	// others are checked first.
	buckets [][]byte
}

func (tr transaction) readOnly() bool { return tr.write == nil }

// view runs fn, which reads some buckets of worlds, in a read-only transaction;
// without a file it does nothing.
func (s *Store) view(buckets [][]byte, fn func(*bolt.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.retry(transaction{read: fn, buckets: buckets})
}

// update runs a transaction that writes, in a file made where there is none.
// When it returns nil or only a *Moved, what was written is on the disk.
func (s *Store) update(tr transaction) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return s.trouble(false, err)
	}
	s.tidy()
	return s.retry(tr)
}

// create makes an empty file for a transaction that writes where there is none.
// It is made under another name and then linked: a disk that fills up meanwhile
// leaves nothing, where bbolt by itself would leave a part, damaged at the next start.
func (s *Store) create(tr transaction) error {
	if _, err := os.Stat(s.path); tr.readOnly() || !errors.Is(err, fs.ErrNotExist) {
		return nil // what is there is the transaction's affair, and so is an error
	}
	dir, err := os.MkdirTemp(filepath.Dir(s.path), makingPrefix)
	if err != nil {
		return err
	}
	whole := filepath.Join(dir, "cache.db")
	db, err := bolt.Open(whole, 0o600, nil)
	if err == nil {
		err = db.Close()
	}
	if err == nil {
		_ = os.Link(whole, s.path) // fails where another copy was first, or there are no links: bbolt makes it then
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// retry runs a transaction; it moves an unreadable file aside and runs again.
func (s *Store) retry(tr transaction) error {
	var moved, err error
	for range attempts {
		if err = s.create(tr); err == nil {
			err = s.transact(tr)
		}
		if err == nil || errors.Is(err, errNoFile) {
			return moved
		}
		if errors.Is(err, errReplaced) {
			continue
		}
		u, ok := errors.AsType[*unreadable](err)
		if !ok {
			break
		}
		notice, failed := s.moveAside(u)
		if failed != nil {
			return s.trouble(tr.readOnly(), fmt.Errorf("%s, and it cannot be moved aside: %w", u.why, failed))
		}
		if notice != nil {
			moved = notice
		}
	}
	return errors.Join(s.trouble(tr.readOnly(), err), moved)
}

func (s *Store) trouble(readOnly bool, err error) error {
	return &Error{Trouble: troubles(err), Path: s.path, Writing: !readOnly, Err: err}
}

// opening is one short use of the file.
type opening struct {
	path     string
	readOnly bool
	file     *os.File
	info     fs.FileInfo
}

// transact opens the file, runs one transaction, and closes it.
//
// bbolt maps the file into memory and trusts it: reading a page that is not
// there is a fault, one that is damaged a panic. Both end here as *unreadable.
func (s *Store) transact(tr transaction) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	o := &opening{path: s.path, readOnly: tr.readOnly()}
	defer func() {
		if r := recover(); r != nil {
			// bbolt's own Close could wait for locks that the panic left taken;
			// closing the file gives the lock on it back.
			err = errors.Join(o.unreadable(fmt.Sprint(r)), o.file.Close())
		}
	}()
	db, err := o.open()
	if err != nil {
		return err
	}
	if err = o.stillThere(); err == nil {
		err = o.run(db, tr)
	}
	if errors.Is(err, errDamage) || errors.Is(err, bolterrors.ErrIncompatibleValue) {
		err = o.unreadable(err.Error())
	}
	return errors.Join(err, db.Close())
}

func (o *opening) open() (*bolt.DB, error) {
	db, err := bolt.Open(o.path, 0o600, &bolt.Options{
		Timeout: lockWait, ReadOnly: o.readOnly, OpenFile: o.openFile,
		FreelistType: bolt.FreelistMapType, NoStatistics: true,
		// InitialMmapSize stays 0: it spares readers a wait when the file grows
		// under them, and here the lock allows either readers or one writer.
	})
	if err != nil && o.info != nil && o.blamesContent(err) {
		return nil, o.unreadable(err.Error())
	}
	return db, err
}

// blamesContent reports whether bbolt refused the file for what is in it: such
// errors carry no error of the system.
func (o *opening) blamesContent(err error) bool {
	_, fromSystem := errors.AsType[syscall.Errno](err)
	return !fromSystem && troubles(err) == Failed && !errors.Is(err, errNoFile)
}

// openFile is called by bbolt in place of os.OpenFile.
func (o *opening) openFile(path string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag, mode)
	if o.readOnly && errors.Is(err, fs.ErrNotExist) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, err
	}
	if err := o.inspect(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	o.file = f
	return f, nil
}

func (o *opening) inspect(f *os.File) error {
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &fs.PathError{Op: "open", Path: o.path, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: o.path, Err: syscall.EACCES}
	case o.readOnly && info.Size() == 0:
		return errNoFile // another copy is making it, or was killed doing so
	case !o.readOnly && info.Mode().Perm()&0o077 != 0:
		err = f.Chmod(0o600)
	}
	o.info = info
	return err
}

// stillThere makes sure that the path names the file that is open and locked:
// another copy may have moved it aside while we waited for the lock.
func (o *opening) stillThere() error {
	now, err := os.Stat(o.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, o.info) {
		return errReplaced
	}
	return err
}

func (o *opening) run(db *bolt.DB, tr transaction) error {
	if tr.write == nil {
		return db.View(o.checked(tr.buckets, tr.read))
	}
	err := db.Update(o.checked(nil, func(tx *bolt.Tx) error {
		if err := lengths(tx); err != nil {
			return err
		}
		if err := mark(tx); err != nil {
			return err
		}
		return tr.write(tx)
	}))
	if err != nil {
		return err
	}
	return db.View(tr.read)
}

func (o *opening) checked(buckets [][]byte, fn func(*bolt.Tx) error) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error {
		if err := o.complete(tx); err != nil {
			return err
		}
		if err := checkPages(tx, o.file, buckets); err != nil {
			return err
		}
		if err := o.recognise(tx); err != nil {
			return err
		}
		return fn(tx)
	}
}

// complete refuses a truncated file before anything beyond its end is touched.
func (o *opening) complete(tx *bolt.Tx) error {
	info, err := o.file.Stat()
	if err == nil && info.Size() < tx.Size() {
		return o.unreadable(fmt.Sprintf("%d of %d bytes are left", info.Size(), tx.Size()))
	}
	return err
}

// lengths refuses a file with any page, the free list among them, that claims to
// be longer than the file: a write would give its pages back one by one.
func lengths(tx *bolt.Tx) error {
	end := int(tx.Size()) / tx.DB().Info().PageSize
	for id := 0; id < end; {
		p, err := tx.Page(id)
		if err != nil {
			return err
		}
		id++
		if p.Type != "free" {
			id += p.OverflowCount
		}
		if id > end {
			return errDamage
		}
	}
	return nil
}

// recognise refuses what is a sound bbolt file but no cache of this schema.
func (o *opening) recognise(tx *bolt.Tx) error {
	if b := tx.Bucket(bucketMark); b != nil {
		if v := b.Get(keySchema); string(v) != schema {
			return &unreadable{o.info, fmt.Sprintf("it was written by another version of amiscope (layout %q, this one reads %q)", v, schema)}
		}
		return nil
	}
	if first, _ := tx.Cursor().First(); first != nil {
		return &unreadable{o.info, "it belongs to another program"}
	}
	return nil // made, and nothing committed yet
}

// mark names the file as ours.
func mark(tx *bolt.Tx) error {
	b, err := tx.CreateBucketIfNotExists(bucketMark)
	if err != nil {
		return err
	}
	return b.Put(keySchema, []byte(schema))
}

func (o *opening) unreadable(why string) error {
	return &unreadable{o.info, "it is damaged (" + why + ")"}
}
