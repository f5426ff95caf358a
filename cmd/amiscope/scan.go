package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

func (a *app) scan() *cobra.Command {
	return &cobra.Command{
		Use:   "scan",
		Short: "Read everything again, and say how much there is",
		Long: `scan reads every scope, also those that are fresh, so that the next start and
the verbs with --offline show it.`,
		Args: cobra.NoArgs,
		RunE: a.verb(a.runScan),
	}
}

func (a *app) runScan(ctx context.Context, _ []string) error {
	if a.flags.offline {
		return usagef("scan reads AWS; it does nothing --offline")
	}
	g, err := a.gather(ctx, true)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(a.out, counts(g.inv)); err != nil {
		return err
	}
	return a.conclude(g)
}

// counts says how much an inventory holds.
func counts(inv model.Inventory) string {
	scopes, snapshots := 0, 0
	for _, s := range inv.Scopes() {
		if inv.Enabled(s) {
			scopes++
			snapshots += len(inv.ScopeSnapshots(s))
		}
	}
	return kit.Plural(len(inv.Images()), "image", "images") + " and " +
		kit.Plural(snapshots, "snapshot", "snapshots") + " in " +
		kit.Plural(len(inv.Accounts()), "account", "accounts") + ", " + kit.Plural(scopes, "scope", "scopes")
}
