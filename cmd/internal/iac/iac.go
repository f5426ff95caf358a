// Package iac finds the ids of images and snapshots in a local folder of
// infrastructure code: Terraform and its state, CloudFormation, Packer, scripts,
// whatever holds text. It goes by content and not by name, since an id that it
// overlooks makes an image in use look unused.
//
// What git ignores is left out and counted. What could not be looked at is
// reported as a blind spot. What cannot be found here: ids in compressed or
// encoded content (archives, a saved plan of Terraform, base64 user data), ids
// that the code puts together from parts, and files that are ignored though git
// tracks them.
package iac

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Found is one place that names an image or a snapshot.
type Found struct {
	ID   string // ami-… or snap-…, in lower case
	File string // path relative to the folder, slash separated
	Line int    // from 1
	// Text is the line, trimmed and cut to 200 bytes at a rune border: its
	// beginning when that holds the id, else the part around the id. Raw text:
	// whoever shows it makes it safe.
	Text string
}

// Report is what a folder holds.
type Report struct {
	Dir     string
	Found   []Found // by file, line, column; one entry per id and line
	Files   int     // read to their end
	Ignored int     // left out by .gitignore; a folder counts once, with all in it
	Skipped []Skip  // files that could not be looked at, each with the reason: they are blind spots
}

// Skip is a file or folder that was not looked at, or not to its end.
type Skip struct {
	File string // path relative to the folder, slash separated
	Err  error  // without the path
}

// Scan reads every file under a folder. It fails when the folder itself cannot
// be listed or ctx ends; all other trouble is in Report.Skipped.
func Scan(ctx context.Context, dir string) (Report, error) {
	root, err := folder(dir)
	if err != nil {
		return Report{Dir: dir}, err
	}
	// More readers than these gain little on one disk, and the scan of AWS that
	// runs at the same time wants processors too.
	readers := make([]reader, min(runtime.GOMAXPROCS(0), 4))
	jobs := make(chan job, 64)
	g, ctx := errgroup.WithContext(ctx)
	w := newWalk(root, jobs)
	g.Go(func() error {
		defer close(jobs)
		return w.folder(ctx, "", w.above)
	})
	for i := range readers {
		g.Go(func() error { return readers[i].run(ctx, jobs) })
	}
	if err := g.Wait(); err != nil {
		return Report{Dir: dir}, err
	}
	return report(dir, w, readers), nil
}

// folder returns the place of the folder to scan, without links in it.
func folder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("--iac needs a folder of infrastructure code, such as --iac ./infra")
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("--iac %s: there is no such folder: name one that holds infrastructure code: %w", dir, bare(err))
	case err != nil:
		return "", fmt.Errorf("--iac %s: the folder cannot be looked at: %w", dir, bare(err))
	case !info.IsDir():
		return "", fmt.Errorf("--iac %s: this is a file: name the folder that it is in: --iac %s", dir, filepath.Dir(dir))
	}
	root, err := filepath.Abs(dir)
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return "", fmt.Errorf("--iac %s: the folder cannot be looked at: %w", dir, bare(err))
	}
	return root, nil
}

// report puts together what the walk and the readers came by, in an order that
// does not depend on who read what.
func report(dir string, w *walk, readers []reader) Report {
	r := Report{Dir: dir, Ignored: w.ignored, Skipped: w.skipped}
	for _, one := range readers {
		r.Files += one.files
		r.Found = append(r.Found, one.found...)
		r.Skipped = append(r.Skipped, one.skipped...)
	}
	// One reader has read the whole of a file, so its finds are in order already.
	slices.SortStableFunc(r.Found, func(a, b Found) int { return cmp.Compare(a.File, b.File) })
	slices.SortStableFunc(r.Skipped, func(a, b Skip) int { return cmp.Compare(a.File, b.File) })
	return r
}

// bare takes the path off an error of the file system: who shows it names the
// file already.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
