package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/amiscope/amiscope/cmd/internal/iac"
	"github.com/amiscope/amiscope/model"
)

// readFolders finds the ids in the folders of --iac.
func (a *app) readFolders(ctx context.Context, in *model.UsageInput) error {
	for _, dir := range distinct(cleaned(a.flags.iac)) {
		r, err := iac.Scan(ctx, dir)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return usageError{err}
		}
		for _, f := range r.Found {
			in.Files = append(in.Files, fileReference(dir, f))
		}
		for _, s := range r.Skipped {
			in.Unread = append(in.Unread, model.Blind{
				Source: model.FileSource, What: "file " + inFolder(dir, s.File) + ": " + s.Err.Error(),
				Mend: "make it readable, or name a folder without it with --iac",
			})
		}
	}
	return nil
}

func cleaned(dirs []string) []string {
	out := make([]string, len(dirs))
	for i, d := range dirs {
		if out[i] = d; d != "" { // iac says what is wrong with none
			out[i] = filepath.Clean(d)
		}
	}
	return out
}

// fileReference is an id in a file as something that names an image of any
// region.
func fileReference(dir string, f iac.Found) *model.Reference {
	file := inFolder(dir, f.File)
	r := &model.Reference{
		Source: model.FileSource, Key: fmt.Sprintf("%s:%d:%s", file, f.Line, f.ID), ID: file,
		Name: fmt.Sprintf("%s:%d", file, f.Line), Anywhere: true,
	}
	if strings.HasPrefix(f.ID, "snap-") {
		r.Snapshot = f.ID
	} else {
		r.Image = f.ID
	}
	return r
}

// inFolder names a file as a person who named the folder would.
func inFolder(dir, file string) string { return path.Join(filepath.ToSlash(dir), file) }
