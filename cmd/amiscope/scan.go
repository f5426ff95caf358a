package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

func (a *app) scan() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Read everything again, and say how much there is",
		Long: `scan reads every scope, also those that are fresh or closed by a policy, so that
the next start and the verbs with --offline show it: images, snapshots, what may
be using images, what is in the Recycle Bin, and the launch permissions on which
verdicts depend. It notes in the ledger what each scope costs today.

With -o it also writes an inventory file: who read it and when, the state of
every scope, images, snapshots and what uses them, compressed, with a checksum.
amiscope --from FILE opens it anywhere, and so does every verb that prints.`,
		Example: "amiscope scan -o march.inventory\namiscope list is:public --from march.inventory",
		Args:    cobra.NoArgs,
		RunE:    a.verb(func(ctx context.Context, _ []string) error { return a.runScan(ctx, file) }),
	}
	// Of the same name as the format of the other verbs, which it takes the
	// place of.
	cmd.Flags().StringVarP(&file, "output", "o", "", "write an inventory file; - is standard output")
	return cmd
}

func (a *app) runScan(ctx context.Context, file string) error {
	switch {
	case a.flags.offline:
		return usagef("scan reads AWS; it does nothing --offline")
	case a.flags.from != "":
		return usagef("scan reads AWS; leave out --from, or print what the file holds with a verb such as list")
	}
	if err := a.checkFile(file); err != nil {
		return err
	}
	g, err := a.gather(ctx, need{force: true, usage: true, costs: allCosts})
	if err != nil {
		return err
	}
	if file != "" {
		if err := a.writeFile(ctx, file, g.inv); err != nil {
			return err
		}
	}
	if file == toStdout {
		a.say("%s", counts(g))
	} else if _, err := fmt.Fprintln(a.out, counts(g)); err != nil {
		return err
	}
	g.whole = false // what of the charges is missing is missing in costs, which say so
	return a.conclude(g)
}

// counts says how much was read, and how many images have each verdict.
func counts(g gathered) string {
	inv := g.inv
	scopes, snapshots, references := 0, 0, 0
	for _, s := range inv.Scopes() {
		if inv.Readable(s) {
			scopes++
			snapshots += len(inv.ScopeSnapshots(s))
			for _, k := range model.Sources() {
				references += len(inv.References(s, k))
			}
		}
	}
	verdicts := g.usage.Counts()
	var parts []string
	for _, u := range []model.Use{model.Used, model.Probable, model.UseUnknown, model.Unused} {
		parts = append(parts, u.String()+" "+kit.Count(verdicts[u]))
	}
	return kit.Plural(len(inv.Images()), "image", "images") + ", " +
		kit.Plural(snapshots, "snapshot", "snapshots") + " and " +
		kit.Plural(references, "reference", "references") + " in " +
		kit.Plural(len(inv.Accounts()), "account", "accounts") + ", " + kit.Plural(scopes, "scope", "scopes") + "\n" +
		"images by usage: " + strings.Join(parts, ", ")
}
