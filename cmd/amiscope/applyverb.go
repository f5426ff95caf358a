package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/awsclient/apply"
	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// applying is what the verbs that do plans are asked.
type applying struct {
	yes      bool
	undoFile string
	canary   int
	resume   string
}

func (q *applying) add(cmd *cobra.Command) {
	s := cmd.Flags()
	s.BoolVar(&q.yes, "yes", false, "do not ask; confirms only what the plan allows already")
	s.StringVar(&q.undoFile, "undo-file", "", "new file that takes it back on any machine (undo --from); needed where CI is set")
	s.IntVar(&q.canary, "canary", 0, "do so many images first, then ask before the others; without a terminal stop there, for apply --resume")
}

func (a *app) applyVerb() *cobra.Command {
	var q applying
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Do a plan",
		Long: `apply does what a plan says, and nothing else; - reads it from standard input. All images
are read again first: where one has changed since it was planned the difference is told and
nothing is done. Each call is written to the journal before it is made and its outcome after
it, and printed. What can be taken back, amiscope undo takes back.

A run that was stopped or killed goes on with --resume RUN: what may have been done is held
against AWS first.`,
		Example: `  amiscope apply plan.json
  amiscope apply plan.json --yes --undo-file undo.jsonl -o jsonl
  amiscope apply --resume 20261126-101512-3f9a`,
		Args: cobra.MaximumNArgs(1),
		RunE: a.verb(func(ctx context.Context, args []string) error {
			switch {
			case q.resume != "" && len(args) == 0:
				return a.runResume(ctx, q)
			case q.resume != "" || len(args) == 0:
				return usagef("apply takes a plan, or --resume with a run")
			}
			return a.runApply(ctx, q, args[0])
		}),
	}
	q.add(cmd)
	cmd.Flags().StringVar(&q.resume, "resume", "", "go on with a run of the journal")
	return cmd
}

// runApply does the plan in a file.
func (a *app) runApply(ctx context.Context, q applying, name string) error {
	data, err := a.readPlan(name)
	if err != nil {
		return err
	}
	var p plan.Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return usageError{fmt.Errorf("%s: %w", name, err)}
	}
	return a.withAWS(ctx, func(ch *changes, inv model.Inventory) error {
		if err := ch.anew(ctx, &p, inv); err != nil {
			return err
		}
		return a.confirmAndRun(ctx, ch, q, &p)
	})
}

// readPlan reads a file, or standard input for "-".
func (a *app) readPlan(name string) ([]byte, error) {
	if name != "-" {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, usageError{err}
		}
		return data, nil
	}
	if a.in == nil {
		return nil, usagef("there is no standard input to read a plan from")
	}
	return io.ReadAll(a.in)
}

// withAWS does something with the accounts that are reached.
func (a *app) withAWS(ctx context.Context, do func(ch *changes, inv model.Inventory) error) error {
	if a.flags.offline || a.flags.from != "" {
		return usagef("this changes AWS: leave out --offline and --from")
	}
	a.askMFA = a.codeFrom(a.in)
	w, c, err := a.open(ctx)
	if err != nil {
		return err
	}
	if c.Changes.ReadOnly {
		a.tell(w.close())
		return usagef(readOnly)
	}
	var g gathered
	g.fold(w.restore(ctx), nil)
	g.fold(w.discover(ctx), nil)
	a.tell(g.notes)
	if err = cmp.Or(ctx.Err(), a.nothing(g.inv)); err == nil {
		err = do(a.changes(w, c), g.inv)
	}
	a.tell(w.close())
	return err
}

// discover finds the accounts, without reading anything of them.
func (w *world) discover(ctx context.Context) <-chan model.Event {
	return w.stream(ctx, func(send func(model.Event) error) {
		_ = w.client.Discover(ctx, func(e model.Event) { // fails only when ctx has ended
			if f, ok := e.(model.Found); ok {
				w.mu.Lock()
				w.reached[f.Account.ID] = true
				w.meant.Found = append(w.meant.Found, f)
				w.mu.Unlock()
			}
			_ = send(e)
		})
	})
}

// errChanged refuses a plan whose images are not any more what it was made from.
var errChanged = errors.New("nothing was done: make the plan anew")

// anew makes the plan again of what AWS says now, and refuses it where that is
// another one.
func (ch *changes) anew(ctx context.Context, p *plan.Plan, inv model.Inventory) error {
	targets, err := ch.renew(ctx, p)
	if err != nil {
		return err
	}
	now, err := ch.again(p, targets, ch.setting(inv))
	if err != nil {
		return err
	}
	var told []string
	for _, c := range plan.Changes(p, &now) {
		told = append(told, c.Image.ID+" in "+c.Image.Region+": "+c.Text)
	}
	if len(told) == 0 && !sameSteps(p, &now) {
		told = append(told, "what is to be done is not the same any more")
	}
	if len(told) > 0 {
		return fmt.Errorf("the plan does not hold any more:\n  %s\n%w", strings.Join(told, "\n  "), errChanged)
	}
	return nil
}

// again decides a plan once more.
func (ch *changes) again(p *plan.Plan, targets []plan.Target, s plan.Setting) (plan.Plan, error) {
	var images []model.ImageKey
	for i := range p.Targets {
		images = append(images, p.Targets[i].Image)
	}
	if p.Deed != plan.UndoOf {
		return plan.Decide(plan.Request{Deed: p.Deed, Images: images, Hidden: p.Hidden, Options: p.Options}, targets, s), nil
	}
	r, err := ch.journal.Run(p.Undoes)
	if err != nil {
		return plan.Plan{}, err
	}
	if part := (plan.Part{Steps: p.Of}); len(p.Of) > 0 {
		return plan.Undo(&r, part, targets, s), nil
	}
	return plan.Undo(&r, plan.Part{Images: images}, targets, s), nil
}

// sameSteps reports whether two plans make the same calls.
func sameSteps(a, b *plan.Plan) bool {
	x, err := json.Marshal(a.Steps)
	y, or := json.Marshal(b.Steps)
	return err == nil && or == nil && bytes.Equal(x, y)
}

// confirmAndRun lets somebody confirm a plan, and does it.
func (a *app) confirmAndRun(ctx context.Context, ch *changes, q applying, p *plan.Plan) error {
	if q.undoFile == "" && a.env("CI") != "" {
		return usagef("where CI is set, a change needs --undo-file FILE, which takes it back on any machine")
	}
	a.tell(summary(p))
	switch _, _, blocked := p.Counts(); {
	case p.Empty() && blocked > 0:
		return errors.New("there is nothing that can be done")
	case p.Empty():
		a.say("there is nothing to do")
		return nil
	}
	if !q.yes {
		if err := a.confirm(p); err != nil {
			return err
		}
	}
	now := ch.world.now()
	r := plan.Run{ID: apply.NewID(now), At: now, Who: ch.who, Plan: *p, Outcomes: map[int]plan.Outcome{}}
	return a.doRun(ctx, ch, q, r, func(ctx context.Context, job *apply.Job) error { return job.Run(ctx, r) })
}

// errNotConfirmed is the error of a plan that nobody confirmed.
var errNotConfirmed = errors.New("not confirmed: nothing was done")

// confirm asks on the terminal for a plan's phrase, or for a yes.
func (a *app) confirm(p *plan.Plan) error {
	if a.in == nil || !term.IsTerminal(a.in.Fd()) {
		return usagef("nobody can be asked here: confirm with --yes what the plan allows")
	}
	want := cmp.Or(p.Phrase, "yes")
	for _, why := range p.Because {
		a.say("%s", why)
	}
	a.say("type %q to do it, anything else to leave everything as it is", want)
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != want {
		return errNotConfirmed
	}
	return nil
}

// runResume goes on with a run of the journal.
func (a *app) runResume(ctx context.Context, q applying) error {
	return a.withAWS(ctx, func(ch *changes, _ model.Inventory) error {
		r, err := ch.journal.Run(q.resume)
		if err != nil {
			return err
		}
		return a.doRun(ctx, ch, q, r, func(ctx context.Context, job *apply.Job) error { return job.Resume(ctx, r.ID) })
	})
}

// doRun does a run, and prints what becomes of each step.
func (a *app) doRun(ctx context.Context, ch *changes, q applying, r plan.Run, do func(context.Context, *apply.Job) error) error {
	rep, err := a.report(&r)
	if err != nil {
		return err
	}
	var keeper apply.Journal = ch.journal
	if q.undoFile != "" {
		undo, err := journal.Create(q.undoFile)
		if err != nil {
			return err
		}
		keeper = journal.Both{Journal: ch.journal, Undo: undo}
	}
	var job *apply.Job
	t := ch.teller(ctx, r)
	job = apply.New(apply.Order{
		Cloud: cloud{ch.world}, Journal: keeper, Canary: q.canary, Now: ch.world.now,
		Emit: func(e plan.Event) {
			rep.take(e)
			switch {
			case e.Waiting && a.goOn():
				job.Proceed()
			case e.Waiting, e.Paused != "":
				job.Stop()
			}
			t.follow(e)
		},
	})
	stop := context.AfterFunc(ctx, job.Stop)
	err = do(context.WithoutCancel(ctx), job)
	stop()
	t.wait()
	return rep.end(err)
}

// goOn asks whether the images behind the first ones are done too.
func (a *app) goOn() bool {
	if a.in == nil || !term.IsTerminal(a.in.Fd()) {
		return false
	}
	a.say("the first images are done; type \"yes\" to go on, anything else to stop here")
	line, err := bufio.NewReader(a.in).ReadString('\n')
	return err == nil && strings.TrimSpace(line) == "yes"
}
