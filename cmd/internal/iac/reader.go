package iac

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"syscall"
)

// job is a file to read.
type job struct {
	path string // where it is
	name string // what the report calls it
}

// reader is one of the goroutines that read files, and what it has come by.
type reader struct {
	search  search
	files   int
	found   []Found
	skipped []Skip
}

func (r *reader) run(ctx context.Context, jobs <-chan job) error {
	for j := range jobs {
		err := r.file(ctx, j)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.skipped = append(r.skipped, Skip{j.name, bare(err)})
			continue
		}
		r.files++
	}
	return ctx.Err()
}

// file reads one file. Finds before a fault are kept.
func (r *reader) file(ctx context.Context, j job) (err error) {
	// O_NONBLOCK: a pipe that took the file's place since it was listed must not
	// make us wait for a writer.
	f, err := os.OpenFile(j.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it was a file when the folder was listed, and is none now")
	}
	found, err := r.search.file(ctx, f)
	for i := range found {
		found[i].File = j.name
	}
	r.found = append(r.found, found...)
	return err
}

// file searches a file from its beginning.
//
// One that starts like UTF-16 text is searched twice: decoded, so that lines and
// texts are right, and as it is, since two bytes are no proof.
func (s *search) file(ctx context.Context, f io.ReadSeeker) ([]Found, error) {
	var mark [2]byte
	n, err := io.ReadFull(f, mark[:])
	if err != nil && !ended(err) {
		return nil, err
	}
	order := byteOrder(mark[:n])
	if order == nil {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		return s.run(ctx, f, true)
	}
	found, err := s.run(ctx, &decoder{src: f, order: order}, true)
	if err != nil {
		return found, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return found, err
	}
	raw, err := s.run(ctx, f, false)
	return merged(found, raw), err
}

// merged joins the finds of two searches of one file.
func merged(a, b []Found) []Found {
	if len(b) == 0 {
		return a
	}
	all := append(a, b...)
	slices.SortStableFunc(all, func(x, y Found) int { return cmp.Compare(x.Line, y.Line) })
	type place struct {
		id   string
		line int
	}
	seen := map[place]bool{}
	return slices.DeleteFunc(all, func(f Found) bool {
		p := place{f.ID, f.Line}
		was := seen[p]
		seen[p] = true
		return was
	})
}

// byteOrder returns the order of a UTF-16 text by its first two bytes, and nil
// for any other text. (UTF-32, little end first, starts alike: decoded as UTF-16 its
// letters stand two bytes apart, as those of UTF-16 do in raw bytes.)
func byteOrder(mark []byte) binary.ByteOrder {
	switch string(mark) {
	case "\xff\xfe":
		return binary.LittleEndian
	case "\xfe\xff":
		return binary.BigEndian
	}
	return nil
}

func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
