package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
)

// openFile makes the world of an inventory file: no AWS, no cache, no login.
func (a *app) openFile() (*world, config.Config, error) {
	if err := a.refuseBesideFile(); err != nil {
		return nil, config.Config{}, err
	}
	c, err := a.settled()
	if err != nil {
		return nil, c, err
	}
	archive, err := cache.OpenArchive(a.flags.from)
	if err != nil {
		return nil, c, err
	}
	return &world{now: a.now, offline: true, archive: &archive, session: session{costs: c.Cost}}, c, nil
}

// refuseBesideFile refuses flags that say what to read of AWS: what the file
// holds is what is shown.
func (a *app) refuseBesideFile() error {
	if a.flags.demo != nil {
		return usagef("the demo has an AWS of its own: leave out --from, or demo")
	}
	for _, name := range []string{"profile", "all-profiles", "organization", "role", "region", "shared", "max-age"} {
		if a.flags.given(name) {
			return usagef("--from shows what the file holds: leave out --%s, and narrow it with a filter such as region:eu-*", name)
		}
	}
	return nil
}

func (w *world) replayFile(send func(model.Event) error) error {
	for _, e := range w.archive.Events() {
		if err := send(e); err != nil {
			return err
		}
	}
	return nil
}

// fileTitle says on the screen whose images these are, and of when.
func (a *app) fileTitle(archive *cache.Archive) string {
	return fmt.Sprintf("from %s, read %s", a.flags.from, archive.Created.Local().Format("2006-01-02 15:04"))
}

func (a *app) fileReason() string {
	return "an inventory file is never refreshed: leave out --from to read AWS"
}

// offlineReason is why the screen refreshes nothing, "" where it does.
func offlineReason(offline bool) string {
	if !offline {
		return ""
	}
	return "offline: nothing is read from AWS; leave out --offline to refresh"
}

// toStdout stands for standard output in place of a file's name.
const toStdout = "-"

// checkFile refuses an inventory file that cannot be written, before minutes
// are spent on reading AWS.
func (a *app) checkFile(path string) error {
	switch _, err := output.ParseFormat(path); {
	case path == "":
		return nil
	case err == nil:
		return usagef("scan -o takes the name of an inventory file, not a format; for a file of that name: -o ./%s", path)
	case path == toStdout && width(a.out) > 0:
		return usagef("an inventory file is not for a terminal: name a file, or redirect standard output")
	case path == toStdout:
		return nil
	}
	if err := cache.MayReplace(path); err != nil {
		return usageError{err}
	}
	return nil
}

// writeFile writes what was read to an inventory file, as a whole or not at all.
func (a *app) writeFile(ctx context.Context, path string, inv model.Inventory) error {
	var b bytes.Buffer
	if err := cache.NewArchive(inv, a.now(), buildVersion(debug.ReadBuildInfo())).Write(&b); err != nil {
		return fmt.Errorf("write the inventory file %s: %w", path, err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if path == toStdout {
		_, err := io.Copy(a.out, &b)
		return err
	}
	if err := replaceFile(path, b.Bytes()); err != nil {
		return fmt.Errorf("write the inventory file %s: %w", path, err)
	}
	return nil
}
