package cache

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// bbolt trusts what stands in its pages: a damaged length or page number makes
// it follow a wild pointer, copy gigabytes or loop, and some of that ends the
// program beyond recovery. So the tree is walked here first, from the file,
// with every number checked. What is checked is bbolt's format 2; a page is:
//
//	id 8, flags 2, count 2, overflow 4 (pages that follow and belong to it)
//	branch: count × (position 4, key size 4, child's id 8)
//	leaf: count × (flags 4, position 4, key size 4, value size 4)
//
// then keys, each followed by its value; positions count from their element. A
// leaf's value with bucketFlag is: root page 8 (0: the bucket's only page lies
// in the value itself), sequence 8.
const (
	pageHead    = 16
	elementSize = 16
	bucketHead  = 16

	branchFlag = 1
	leafFlag   = 2
	bucketFlag = 1
)

// walk checks the pages of one bbolt file.
type walk struct {
	file  io.ReaderAt
	size  int64    // of a page
	seen  []bool   // by page id
	only  [][]byte // buckets of worlds to look into; nil: all
	depth int      // of the bucket whose pages are walked: 0 holds the worlds
}

// checkPages walks all buckets that a transaction sees, or of those of worlds
// only the ones that it will touch: a start is not to wait for the pages of what
// it reads later.
func checkPages(tx *bolt.Tx, file io.ReaderAt, only [][]byte) error {
	size := int64(tx.DB().Info().PageSize)
	w := walk{file: file, size: size, seen: make([]bool, tx.Size()/size), only: only}
	return w.page(uint64(tx.Cursor().Bucket().Root()))
}

// page checks a page and all below it.
func (w *walk) page(id uint64) error {
	head, err := w.read(int64(id)*w.size, pageHead)
	if err != nil {
		return err
	}
	extent, err := w.claim(id, head)
	if err != nil {
		return err
	}
	count := int64(binary.NativeEndian.Uint16(head[10:]))
	if pageHead+count*elementSize > extent {
		return damagedPage(id)
	}
	elements, err := w.read(int64(id)*w.size+pageHead, count*elementSize)
	if err != nil {
		return err
	}
	p := pageView{id: id, base: int64(id) * w.size, extent: extent, elements: elements}
	switch flags := binary.NativeEndian.Uint16(head[8:]); {
	case flags == branchFlag && count > 0:
		return w.branch(p)
	case flags == leafFlag:
		return w.leaf(p)
	}
	return damagedPage(id)
}

// claim checks that a page is what its id says, lies within the file, and was
// not met before; it gives the page's length in bytes.
func (w *walk) claim(id uint64, head []byte) (int64, error) {
	more := uint64(binary.NativeEndian.Uint32(head[12:]))
	if binary.NativeEndian.Uint64(head) != id || id < 2 || id+more >= uint64(len(w.seen)) {
		return 0, damagedPage(id)
	}
	for i := id; i <= id+more; i++ {
		if w.seen[i] {
			return 0, damagedPage(id)
		}
		w.seen[i] = true
	}
	return int64(more+1) * w.size, nil
}

func (w *walk) read(at, n int64) ([]byte, error) {
	if at < 0 || at+n > int64(len(w.seen))*w.size {
		return nil, damagedPage(uint64(at / w.size))
	}
	buf := make([]byte, n)
	_, err := w.file.ReadAt(buf, at)
	return buf, err
}

// pageView is a page, or one that lies in a value, with its elements.
type pageView struct {
	id       uint64
	base     int64 // where in the file it starts
	extent   int64 // its length in bytes
	elements []byte
}

func (w *walk) branch(p pageView) error {
	for i := 0; i < len(p.elements); i += elementSize {
		e := p.elements[i:]
		pos, keySize := binary.NativeEndian.Uint32(e), binary.NativeEndian.Uint32(e[4:])
		if !p.holds(i, pos, keySize, 0) {
			return damagedPage(p.id)
		}
		if err := w.page(binary.NativeEndian.Uint64(e[8:])); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) leaf(p pageView) error {
	for i := 0; i < len(p.elements); i += elementSize {
		e := p.elements[i:]
		flags, pos := binary.NativeEndian.Uint32(e), binary.NativeEndian.Uint32(e[4:])
		keySize, valueSize := binary.NativeEndian.Uint32(e[8:]), binary.NativeEndian.Uint32(e[12:])
		if !p.holds(i, pos, keySize, valueSize) {
			return damagedPage(p.id)
		}
		if flags&bucketFlag == 0 {
			continue
		}
		key := p.base + pageHead + int64(i) + int64(pos)
		skip, err := w.skips(key, int64(keySize))
		if err == nil && !skip {
			err = w.bucket(p.id, key+int64(keySize), int64(valueSize))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether the key and value of the element at offset i lie within
// the page and behind its elements.
func (p pageView) holds(i int, pos, keySize, valueSize uint32) bool {
	start := pageHead + int64(i) + int64(pos)
	return keySize > 0 && start >= pageHead+int64(len(p.elements)) && start+int64(keySize)+int64(valueSize) <= p.extent
}

// skips reports whether the bucket whose name is at a place of the file is of a
// world and not to be looked into.
func (w *walk) skips(at, size int64) (bool, error) {
	if w.only == nil || w.depth != 1 {
		return false, nil
	}
	name, err := w.read(at, size)
	return err == nil && !slices.ContainsFunc(w.only, func(b []byte) bool { return bytes.Equal(b, name) }), err
}

// bucket checks the bucket whose header is the value at a place of the file.
func (w *walk) bucket(page uint64, at, size int64) error {
	w.depth++
	defer func() { w.depth-- }()
	if size < bucketHead {
		return damagedPage(page)
	}
	head, err := w.read(at, bucketHead)
	if err != nil {
		return err
	}
	if root := binary.NativeEndian.Uint64(head); root != 0 {
		return w.page(root)
	}
	return w.inline(page, at+bucketHead, size-bucketHead)
}

// inline checks a page that lies in a value: a leaf without buckets.
func (w *walk) inline(page uint64, at, size int64) error {
	if size < pageHead {
		return damagedPage(page)
	}
	head, err := w.read(at, pageHead)
	if err != nil {
		return err
	}
	flags, count := binary.NativeEndian.Uint16(head[8:]), int64(binary.NativeEndian.Uint16(head[10:]))
	if flags != leafFlag || pageHead+count*elementSize > size {
		return damagedPage(page)
	}
	elements, err := w.read(at+pageHead, count*elementSize)
	if err != nil {
		return err
	}
	for i := 0; i < len(elements); i += elementSize {
		if binary.NativeEndian.Uint32(elements[i:])&bucketFlag != 0 {
			return damagedPage(page)
		}
	}
	return w.leaf(pageView{id: page, base: at, extent: size, elements: elements})
}

// damagedPage names a page that no bbolt wrote.
func damagedPage(id uint64) error { return fmt.Errorf("%w: page %d", errDamage, id) }
