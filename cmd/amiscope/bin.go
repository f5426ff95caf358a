package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
)

func (a *app) bin() *cobra.Command {
	var rules, arming bool
	cmd := &cobra.Command{
		Use:   "bin [WORD...]",
		Short: "List what is in the Recycle Bins, and what they would hold",
		Long: `bin lists the images and snapshots in the Recycle Bins that have every word in their id,
name, account or region, what is gone for good first before all else; amiscope plan restore
brings them back. With --rules it lists the retention rules, with --arming what would be
held, and for how long, if the images of each account and region were deleted now. JSON
holds all three.`,
		Example: `  amiscope bin
  amiscope bin web eu-west-1 -o jsonl
  amiscope bin --arming`,
		RunE: a.verb(func(ctx context.Context, args []string) error {
			part := output.BinContents
			if rules {
				part = output.BinRules
			} else if arming {
				part = output.BinArming
			}
			return a.runBin(ctx, part, args)
		}),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	s := cmd.Flags()
	s.BoolVar(&rules, "rules", false, "list the retention rules")
	s.BoolVar(&arming, "arming", false, "list what would be held if all images were deleted now")
	cmd.MarkFlagsMutuallyExclusive("rules", "arming")
	return cmd
}

func (a *app) runBin(ctx context.Context, part output.BinPart, words []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	g, err := a.gather(ctx, need{also: []model.Kind{model.Bin, model.BinRules}})
	if err != nil {
		return err
	}
	if err := style.Bin(a.out, g.known(), g.known().BinOf(words), part); err != nil {
		return err
	}
	return a.conclude(g)
}
