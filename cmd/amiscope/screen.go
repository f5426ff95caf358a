package main

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/tui"
)

// browse is the bare command: the screen where there is a terminal, else the
// list.
func (a *app) browse(ctx context.Context, _ []string) error {
	if width(a.out) == 0 || a.flags.given("output") {
		return a.runList(ctx, listing{sort: newest}, nil)
	}
	w, c, err := a.open(ctx)
	if err != nil {
		return err
	}
	kept := stateFile{path: filepath.Join(a.place(a.dirs.state), "state.json")}
	o := a.screenOptions(c, w)
	o.Services.Save = kept.save
	if o.State, err = kept.load(); err != nil {
		o.Warnings = append(o.Warnings, err.Error())
	}
	ctx, cancel := context.WithCancel(ctx)
	err = tui.Run(ctx, o)
	cancel() // whatever ended the screen ends its streams
	for _, n := range w.close() {
		a.say("%s", n)
	}
	return err
}

func (a *app) screenOptions(c config.Config, w *world) tui.Options {
	return tui.Options{
		Services: tui.Services{Restore: w.restore, Refresh: w.refresh, Now: w.now},
		Title:    a.title(c),
		Light:    c.Color == "light",
		Auto:     c.Color == "auto",
		NoColor:  c.Color == "none",
		ASCII:    c.ASCII,
		Offline:  w.offline,
	}
}

// title says which AWS this is.
func (a *app) title(c config.Config) string {
	if a.flags.demo != nil {
		return "demo"
	}
	return cmp.Or(strings.Join(c.Profiles, ", "), a.env("AWS_PROFILE"))
}

// place is the program's own directory in one of the user's: the demo has
// others, so that it never touches what is kept of the user's AWS.
func (a *app) place(dir string) string {
	if a.flags.demo != nil {
		return filepath.Join(dir, "amiscope", "demo")
	}
	return filepath.Join(dir, "amiscope")
}
