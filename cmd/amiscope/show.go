package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
)

func (a *app) show() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID|NAME",
		Short: "Show all that is known of one image",
		Long: `show prints all that is known of one image. Who uses it is told as it is known
from before; amiscope usage reads it anew. What it costs is told as far as images and
snapshots tell.`,
		Example:           "  amiscope show ami-0123456789abcdef0\n  amiscope show web-2026-11-01 -o json",
		Args:              cobra.ExactArgs(1),
		RunE:              a.verb(a.runShow),
		ValidArgsFunction: a.completeImages,
	}
}

func (a *app) runShow(ctx context.Context, args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	if style.Format == output.CSV || style.Format == output.Markdown {
		return usagef("show prints -o table, json or jsonl, not %s", style.Format)
	}
	policy, err := a.findingPolicy(auditing{})
	if err != nil {
		return err
	}
	g, err := a.gather(ctx, need{costs: knownCosts})
	if err != nil {
		return err
	}
	im, err := pick(g.inv, args[0])
	if err != nil {
		_ = a.conclude(g) // what could not be read may hold it; the code is that of not found
		return err
	}
	g.judgeKnown(a.now())
	g.look(&policy, a.now())
	if err := style.Image(a.out, g.known(), im); err != nil {
		return err
	}
	return a.conclude(g)
}

// pick finds the image that an id or a name means.
func pick(inv model.Inventory, name string) (*model.Image, error) {
	var found []*model.Image
	for _, im := range inv.Images() {
		if im.ID == name || im.Name == name {
			found = append(found, im)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no image has the id or name %q; `amiscope list` shows what there is", name)
	case 1:
		return found[0], nil
	}
	var b strings.Builder
	for _, im := range found {
		b.WriteString("\n  " + im.ID + "  " + im.Region + "  " + inv.Account(im.Owner).Title())
	}
	return nil, fmt.Errorf("%d images are named %q; show one by its id:%s", len(found), name, b.String())
}
