package iac

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// walk goes through a folder and hands its files to the readers.
type walk struct {
	root    string // without links in it
	above   *rules // of the repository that the folder is a part of
	jobs    chan<- job
	ignored int
	skipped []Skip
}

func newWalk(root string, jobs chan<- job) *walk {
	return &walk{root: root, above: rulesAbove(root), jobs: jobs}
}

// folder walks one folder, named relative to the root, under the rules of the
// one above.
func (w *walk) folder(ctx context.Context, name string, up *rules) error {
	dir := w.at(name)
	entries, err := os.ReadDir(dir)
	if err != nil && name == "" {
		return fmt.Errorf("--iac: the folder %s cannot be listed: %w", w.root, bare(err))
	}
	if err != nil { // what was listed before the fault is looked at all the same
		w.skip(name, err)
	}
	here := enter(dir, up)
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.entry(ctx, path.Join(name, e.Name()), e, here); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(ctx context.Context, name string, e fs.DirEntry, here *rules) error {
	kind := e.Type()
	switch {
	case e.Name() == ".git":
	case here.ignores(w.at(name), e.IsDir()):
		w.ignored++
	case e.IsDir():
		return w.folder(ctx, name, here)
	case kind.IsRegular():
		return w.send(ctx, name)
	case kind&fs.ModeSymlink != 0:
		return w.link(ctx, name)
	}
	return nil // a pipe, a device or a socket has no text of its own
}

// link follows a symbolic link to a file that the walk does not come by itself.
// Links to folders are not followed, for they may lead in circles; so one that
// leads out of the root is a blind spot.
func (w *walk) link(ctx context.Context, name string) error {
	target, err := filepath.EvalSymlinks(w.at(name))
	if err != nil {
		w.skip(name, err)
		return nil
	}
	info, err := os.Stat(target)
	if err != nil {
		w.skip(name, err)
		return nil
	}
	inside := target == w.root || strings.HasPrefix(target, strings.TrimSuffix(w.root, string(filepath.Separator))+string(filepath.Separator))
	switch {
	case info.IsDir() && !inside:
		w.skip(name, fmt.Errorf("a link to a folder outside, which is not followed: %s", target))
	case info.Mode().IsRegular() && (!inside || !w.comesBy(target)):
		return w.send(ctx, name)
	}
	return nil
}

// comesBy says whether the walk reads a file under the root: nothing on the way
// to it is left out.
func (w *walk) comesBy(file string) bool {
	rel, err := filepath.Rel(w.root, file)
	if err != nil {
		return false
	}
	dir, here := w.root, w.above
	parts := strings.Split(rel, string(filepath.Separator))
	for i, part := range parts {
		here = enter(dir, here)
		dir = filepath.Join(dir, part)
		if part == ".git" || here.ignores(dir, i < len(parts)-1) {
			return false
		}
	}
	return true
}

func (w *walk) send(ctx context.Context, name string) error {
	select {
	case w.jobs <- job{w.at(name), name}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *walk) skip(name string, err error) {
	w.skipped = append(w.skipped, Skip{name, bare(err)})
}

func (w *walk) at(name string) string { return filepath.Join(w.root, filepath.FromSlash(name)) }
