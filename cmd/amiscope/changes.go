package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/awsclient/apply"
	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui"
)

// changes are what this program changes in AWS: the plans that it does, and those
// of the journal that it goes on with.
type changes struct {
	world   *world
	config  config.Config
	journal *journal.Journal
	who     string // the user of this machine
	demo    bool

	mu    sync.Mutex
	jobs  map[string]*apply.Job // those that go on, by run
	fresh map[model.ImageKey]*fresh
}

func (a *app) changes(w *world, c config.Config) *changes {
	return &changes{world: w, config: c, journal: a.journal(), who: a.who(), demo: a.flags.demo != nil, jobs: map[string]*apply.Job{}, fresh: map[model.ImageKey]*fresh{}}
}

// services are what the screen needs of it.
func (ch *changes) services() tui.ChangeServices {
	return tui.ChangeServices{
		Setting: ch.setting, Look: ch.look, Apply: ch.apply, Proceed: ch.proceed, Resume: ch.resume, Drop: ch.drop,
		Interrupted: ch.interrupted, Find: ch.find, Renewed: ch.renewed, Write: writeNew, Runs: ch.runs,
	}
}

// readOnly is why nothing may be changed where the user has said so. What would
// change can be seen all the same.
const readOnly = "nothing may be changed: --read-only was given, or read_only stands in the config file"

// setting is what decisions rest on: the accounts that are reached, and what the
// config says of each.
func (ch *changes) setting(inv model.Inventory) plan.Setting {
	s := plan.Setting{Now: ch.world.now(), Public: ch.config.Changes.AllowPublic, Accounts: map[string]plan.AccountRule{}}
	regions := map[string][]string{}
	for _, sc := range inv.Scopes() {
		if inv.Enabled(sc) {
			regions[sc.Account] = append(regions[sc.Account], sc.Region)
		}
	}
	for _, acct := range inv.Accounts() {
		rule := ch.config.Rule(acct)
		rule.Regions = regions[acct.ID]
		rule.Production = rule.Production || ch.demo && strings.HasSuffix(acct.Title(), "-prod") // as a config file would say
		s.Accounts[acct.ID] = rule
	}
	return s
}

// look reads images again and streams it, an account and region at a time. What is
// streamed is saved as well.
func (ch *changes) look(ctx context.Context, looks []model.Look) <-chan model.Event {
	return ch.world.keeping(ctx, func(tell func(model.Event)) {
		var g errgroup.Group
		g.SetLimit(atOnce)
		for _, l := range looks {
			g.Go(func() error {
				r, err := ch.reread(ctx, l)
				if op, ok := errors.AsType[*model.OpError](err); ok {
					r.Errors = append(r.Errors, op)
				}
				if ctx.Err() == nil {
					tell(r)
				}
				return nil
			})
		}
		_ = g.Wait() // what could not be read stands in the answers
	})
}

// renew gives the targets of a plan with what AWS says of them now. What could not
// be read stands in their facts.
func (ch *changes) renew(ctx context.Context, p *plan.Plan) ([]plan.Target, error) {
	targets, looks := slices.Clone(p.Targets), p.Looks()
	rereads := make([]model.Reread, len(looks))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, l := range looks {
		g.Go(func() error {
			r, err := ch.reread(ctx, l)
			if op, ok := errors.AsType[*model.OpError](err); ok {
				r.Errors = append(r.Errors, op)
			}
			rereads[i] = r
			return nil
		})
	}
	_ = g.Wait() // what could not be read stands in the answers
	for i := range targets {
		for j := range rereads {
			if looks[j].Asks(targets[i].Image.ID) {
				targets[i].Before = plan.Renew(targets[i], rereads[j])
			}
		}
	}
	return targets, ctx.Err()
}

// reread reads images again, at the time of the world's clock.
func (w *world) reread(ctx context.Context, l model.Look) (model.Reread, error) {
	r, err := w.client.Reread(ctx, l)
	r.Scope, r.At = l.Scope, w.now()
	for _, p := range r.Permissions {
		p.At, p.Since = r.At, r.At
	}
	return r, err
}

// apply does a plan that was confirmed: its first targets, then it waits for a go; 0 are
// all.
func (ch *changes) apply(ctx context.Context, p plan.Plan, first int) <-chan tui.Told {
	now := ch.world.now()
	r := plan.Run{ID: apply.NewID(now), At: now, Who: ch.who, Plan: p}
	return ch.run(ctx, r, first, func(ctx context.Context, job *apply.Job) error { return job.Run(ctx, r) })
}

// resume goes on with a run of the journal.
func (ch *changes) resume(ctx context.Context, id string) <-chan tui.Told {
	r, err := ch.journal.Run(id)
	if err != nil {
		out := make(chan tui.Told, 1)
		out <- tui.Told{Event: plan.Event{Run: id, Ended: true, Err: err}}
		close(out)
		return out
	}
	return ch.run(ctx, r, 0, func(ctx context.Context, job *apply.Job) error { return job.Resume(ctx, id) })
}

// run lets a job do something, and tells what comes of it. The end of ctx stops it
// between two steps.
func (ch *changes) run(ctx context.Context, r plan.Run, first int, do func(context.Context, *apply.Job) error) <-chan tui.Told {
	t := ch.teller(ctx, r)
	ch.world.streams.Go(func() {
		defer t.close()
		job := apply.New(apply.Order{Cloud: cloud{ch.world}, Journal: ch.journal, Emit: t.tell, Canary: first, Now: ch.world.now})
		ch.enter(r.ID, job)
		defer ch.enter(r.ID, nil)
		defer context.AfterFunc(ctx, job.Stop)()
		_ = do(context.WithoutCancel(ctx), job) // its end is told
	})
	return t.out
}

// enter notes that a run goes on, or with nil that it does not.
func (ch *changes) enter(id string, job *apply.Job) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.jobs[id] = job; job == nil {
		delete(ch.jobs, id)
	}
}

// proceed lets a run go on whose first targets are done.
func (ch *changes) proceed(run string) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if job := ch.jobs[run]; job != nil {
		job.Proceed()
	}
}

// renewed lets what waits for a login go on.
func (ch *changes) renewed(sources []string) {
	accounts := ch.world.reachedBy(sources)
	ch.mu.Lock()
	defer ch.mu.Unlock()
	for _, job := range ch.jobs {
		for _, id := range accounts {
			job.Renewed(id)
		}
	}
}

// reachedBy lists the accounts that some ways in lead to; none of them means all.
func (w *world) reachedBy(sources []string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, f := range w.meant.Found {
		if len(sources) == 0 || slices.Contains(sources, f.Account.Source) || slices.ContainsFunc(f.Also, func(s string) bool { return slices.Contains(sources, s) }) {
			out = append(out, f.Account.ID)
		}
	}
	return out
}

func (ch *changes) drop(run string) error { return ch.journal.Drop(run, ch.who, ch.world.now()) }

// interrupted are the runs that have not ended and that nobody goes on with.
func (ch *changes) interrupted() ([]plan.Run, error) {
	runs, _, err := ch.journal.Interrupted()
	return runs, err
}

// find is a run of the journal, the last one for "".
func (ch *changes) find(id string) (plan.Run, error) {
	if id != "" {
		return ch.journal.Run(id)
	}
	runs, _, err := ch.journal.Runs()
	if err == nil && len(runs) == 0 {
		err = errors.New("amiscope has changed nothing yet: there is nothing to take back")
	}
	if err != nil {
		return plan.Run{}, err
	}
	return runs[0], nil
}

// runs are all runs of the journal, and what of it cannot be read.
func (ch *changes) runs() (runs []plan.Run, lost []string, err error) {
	runs, warnings, err := ch.journal.Runs()
	for _, w := range warnings {
		lost = append(lost, w.String())
	}
	return runs, lost, err
}

// cloud is AWS as a run needs it, at the time of the world's clock.
type cloud struct{ *world }

func (c cloud) Call(ctx context.Context, s model.Scope, call plan.Call, token string, dry bool) (plan.Answer, error) {
	return c.client.Call(ctx, s, call, token, dry)
}

func (c cloud) Reread(ctx context.Context, l model.Look) (model.Reread, error) {
	return c.reread(ctx, l)
}

// writeNew keeps a text in a new file of the working directory, of that name or one
// like it, and gives its name.
func writeNew(name, text string) (string, error) {
	stem, ext := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		stem, ext = name[:i], name[i:]
	}
	for n := 1; ; n++ {
		path := name
		if n > 1 {
			path = stem + "-" + strconv.Itoa(n) + ext
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err == nil {
			_, err = f.WriteString(text)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			return "", fmt.Errorf("write %s: %w", path, err)
		}
		return path, nil
	}
}
