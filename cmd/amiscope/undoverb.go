package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

func (a *app) undoVerb() *cobra.Command {
	var q applying
	var from string
	var allowed plan.Allowance
	cmd := &cobra.Command{
		Use:   "undo [RUN [ID|STEP...]]",
		Short: "Take back what was done",
		Long: `undo makes the plan that takes a run back, all of it or what it did to some images or in
some steps, and does it: what was shared is unshared, what was deleted is restored from the
Recycle Bin with its launch permissions and tags, and so on. Without a run it is the last one
of the journal. A step is named by its number, as amiscope journal RUN tells it. What belongs
to it goes with it: an image comes back with the snapshots that it needs.

What cannot be taken back is told first. It is a run of its own, and can be taken back too.
A copy that something uses by now stays; where that is not known a person types a phrase, and
--yes needs --allow-unknown.`,
		Example: `  amiscope undo
  amiscope undo 20261126-101512-3f9a ami-0123456789abcdef0 --yes
  amiscope undo 20261126-101512-3f9a 3
  amiscope undo --from undo.jsonl --yes`,
		RunE: a.verb(func(ctx context.Context, args []string) error { return a.runUndo(ctx, q, from, allowed, args) }),
	}
	q.add(cmd)
	s := cmd.Flags()
	s.StringVar(&from, "from", "", "file that apply --undo-file wrote")
	s.BoolVar(&allowed.Unknown, "allow-unknown", false, "with --yes: also delete copies of which it is not known who uses them")
	s.BoolVar(&allowed.Stale, "allow-stale", false, "with --yes: also delete copies that are probably used")
	return cmd
}

func (a *app) runUndo(ctx context.Context, q applying, from string, allowed plan.Allowance, args []string) error {
	return a.withAWS(ctx, func(ch *changes, inv model.Inventory) error {
		r, part, err := ch.toUndo(from, args)
		if err != nil {
			return err
		}
		s := ch.setting(inv)
		s.Person, s.Allowed = !q.yes, allowed
		p, err := ch.undo(ctx, &r, part, inv, s)
		if err != nil {
			return err
		}
		return a.confirmAndRun(ctx, ch, q, &p)
	})
}

// toUndo is the run that is meant, and which images and steps of it.
func (ch *changes) toUndo(from string, args []string) (r plan.Run, part plan.Part, err error) {
	ids := args
	switch {
	case from != "":
		r, _, err = journal.ReadDocument(from)
	case len(args) == 0:
		r, err = ch.find("")
	default:
		ids = args[1:]
		r, err = ch.find(args[0])
	}
	if err != nil {
		return r, part, err
	}
	for _, id := range ids {
		if err := single(&r, id, &part); err != nil {
			return r, part, err
		}
	}
	return r, part, nil
}

// single adds what an argument names to a part of a run: an image by its id, a step by its
// number.
func single(r *plan.Run, arg string, part *plan.Part) error {
	if n, err := strconv.Atoi(arg); err == nil {
		if !slices.Contains(r.Taken(plan.Part{Steps: []int{n}}), n) {
			return fmt.Errorf("no step %d of the run %s was done; `amiscope journal %s` tells what was", n, r.ID, r.ID)
		}
		part.Steps = append(part.Steps, n)
		return nil
	}
	before := len(part.Images)
	for _, k := range r.Touched(plan.Part{}) {
		if k.ID == arg {
			part.Images = append(part.Images, k)
		}
	}
	if len(part.Images) == before {
		return fmt.Errorf("the run %s did nothing to %s; `amiscope journal %s` tells what it did", r.ID, arg, r.ID)
	}
	return nil
}

// undo makes the plan that takes a run back, of what AWS says now.
func (ch *changes) undo(ctx context.Context, r *plan.Run, part plan.Part, inv model.Inventory, s plan.Setting) (plan.Plan, error) {
	for _, x := range r.Plan.Steps {
		if o := r.Outcomes[x.ID]; o.State == plan.Done {
			ch.changed(r.ID, r.Plan.Targets[x.Target], x, o.At)
		}
	}
	first := plan.Undo(r, part, plan.Gather(inv, nil, r.Touched(part), s.Now), s)
	targets, err := ch.renew(ctx, &first)
	if err != nil {
		return first, err
	}
	return plan.Undo(r, part, targets, s), nil
}

func (a *app) journalVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal [RUN]",
		Short: "Tell what amiscope has changed",
		Long: `journal lists the runs of plans, the newest first; with a run each of its steps and what
became of it. It is read from a file in the state directory that amiscope never deletes.`,
		Example: "  amiscope journal\n  amiscope journal 20261126-101512-3f9a -o json",
		Args:    cobra.MaximumNArgs(1),
		RunE:    a.verb(func(_ context.Context, args []string) error { return a.runJournal(args) }),
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "drop RUN",
		Short: "Leave an interrupted run as it is",
		Args:  cobra.ExactArgs(1),
		RunE: a.verb(func(_ context.Context, args []string) error {
			return a.journal().Drop(args[0], a.who(), a.now())
		}),
	})
	return cmd
}

func (a *app) runJournal(args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	runs, warnings, err := a.journal().Runs()
	if err != nil {
		return err
	}
	if len(args) == 1 {
		runs = slices.DeleteFunc(runs, func(r plan.Run) bool { return r.ID != args[0] })
		if len(runs) == 0 {
			return fmt.Errorf("the journal tells of no run %s; `amiscope journal` lists them", args[0])
		}
	}
	if len(args) == 1 {
		err = style.Run(a.out, &runs[0])
	} else {
		err = style.Runs(a.out, runs)
	}
	for _, w := range warnings {
		a.say("%s", w)
	}
	if len(runs) == 0 {
		a.say("amiscope has changed nothing yet")
	}
	return err
}
