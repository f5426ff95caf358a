package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/model"
)

func (a *app) scopes() *cobra.Command {
	return &cobra.Command{
		Use:   "scopes",
		Short: "List accounts and regions: how far each was read, and what went wrong",
		Long: `A scope is one account in one region: what is refreshed, cached, and fails on
its own. States: read, failed, unread, closed (a service control policy closes
the region to the account: no failure, and tried again weekly; in a table one line
an account), disabled (the account has not enabled the region; told in JSON and
CSV only), unreached (a profile or role that led to no account). JSON also tells
how far each usage source of a scope was read.`,
		Args: cobra.NoArgs,
		RunE: a.verb(a.runScopes),
	}
}

func (a *app) runScopes(ctx context.Context, _ []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	g, err := a.gather(ctx, need{also: []model.Kind{model.Settings}})
	if err != nil {
		return err
	}
	g.also = nil // what is not known of settings stands in the list
	if err := style.Scopes(a.out, g.inv); err != nil {
		return err
	}
	return a.conclude(g)
}
