package main

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/kit"
)

// browse is the bare command: the screen where there is a terminal, else the
// list.
func (a *app) browse(ctx context.Context, _ []string) error {
	if width(a.out) == 0 || a.flags.given("output") {
		return a.runList(ctx, listing{sort: newest}, nil)
	}
	for {
		err := a.runScreen(ctx)
		chosen, again := errors.AsType[tui.Chosen](err)
		if !again {
			return err
		}
		a.picked = chosen.Profiles
	}
}

// runScreen shows the screen once; its error is a tui.Chosen when it is to be
// opened anew with other profiles.
func (a *app) runScreen(ctx context.Context) error {
	settle := a.hurryCollector()
	defer settle()
	go tui.Prepare()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q := newQuestions(ctx)
	a.askMFA = q.ask
	w, c, err := a.open(ctx)
	if err != nil {
		return err
	}
	err = a.showScreen(ctx, w, c, func(o *tui.Options) {
		o.Services.Rest = func(ctx context.Context) <-chan model.Event {
			settle()
			return w.restoreRest(ctx)
		}
		o.Services.Questions, o.Services.Answer = q.asked, q.answer
	})
	cancel() // whatever ended the screen ends its streams
	a.tell(w.close())
	return err
}

// showScreen shows the world until the user leaves it.
func (a *app) showScreen(ctx context.Context, w *world, c config.Config, more func(*tui.Options)) error {
	o, err := a.wholeOptions(ctx, w, c)
	if err != nil {
		return err
	}
	more(&o)
	lists := o.Services.Restore(ctx) // is read while the screen is set up
	o.Services.Restore = func(context.Context) <-chan model.Event { return lists }
	return tui.Run(ctx, o)
}

// wholeOptions are those of the screen with all that files say.
func (a *app) wholeOptions(ctx context.Context, w *world, c config.Config) (o tui.Options, err error) {
	o = a.screenOptions(c, w)
	o.Width, o.Height = size(a.out)
	o.Services.Save = a.state().save
	o.Services.SetAside = a.setAside
	if o.State, err = a.state().load(); err != nil {
		o.Warnings = append(o.Warnings, err.Error())
	}
	in, notes, err := a.usageInput(ctx, c)
	if err != nil {
		return o, err
	}
	o.Usage, o.Warnings = in, append(o.Warnings, notes...)
	if o.Audit, err = a.findingPolicy(auditing{}); err != nil {
		return o, err
	}
	o.Known = known(o.Audit)
	return o, nil
}

func (a *app) screenOptions(c config.Config, w *world) tui.Options {
	o := tui.Options{
		Services: tui.Services{Restore: w.restoreLists, Refresh: w.refresh, Now: w.now},
		Title:    a.title(c),
		Light:    c.Color == "light",
		Auto:     c.Color == "auto",
		NoColor:  c.Color == "none",
		ASCII:    c.ASCII,
		Offline:  offlineReason(w.offline),
	}
	prices, stale := w.pricesAtHand()
	o.Costs = cost.Input{Prices: prices}
	if stale {
		o.Services.Costs.Prices = w.prices
	}
	o.Services.Costs.Known = func() cost.Blockmap { return w.measured(w.kept) }
	if w.archive != nil {
		o.Title, o.Offline = a.fileTitle(w.archive), a.fileReason()
		return o
	}
	o.Services.Costs.Past, o.Services.Trail = a.past, w.trail
	if !w.offline {
		o.Services.Costs.Note = a.ledger().Note
		o.Services.Settle, o.Services.Opine, o.Services.Report = w.settle, w.opine, w.report
		o.Services.Peek, o.Services.Costs.Measure = w.peek, w.measure
		o.Services.Changes = a.changes(w, c).services()
	}
	if c.Changes.ReadOnly {
		o.ReadOnly = readOnly
	}
	if a.flags.demo == nil {
		o.Services.Login, o.Services.Profiles = a.login, a.profiles
	}
	if a.byDefault(c) && !w.offline {
		o.Default = awsclient.DefaultSource
	}
	return o
}

// title says which AWS this is.
func (a *app) title(c config.Config) string {
	if a.flags.demo != nil {
		return "demo"
	}
	if n := len(c.Profiles); n > 3 {
		return kit.Plural(n, "profile", "profiles")
	}
	return cmp.Or(strings.Join(c.Profiles, ", "), a.env("AWS_PROFILE"))
}

// cacheFile is where what was read of AWS is kept.
func (a *app) cacheFile() string { return filepath.Join(a.place(a.dirs.cache), "cache.db") }

// place is the program's own directory in one of the user's: the demo has
// others, so that it never touches what is kept of the user's AWS.
func (a *app) place(dir string) string {
	if a.flags.demo != nil {
		return filepath.Join(dir, "amiscope", "demo")
	}
	return filepath.Join(dir, "amiscope")
}
