package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/model/safe"
)

// fixed completes to one of some words.
func fixed[T ~string](words []T) cobra.CompletionFunc {
	all := make([]cobra.Completion, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)
}

// folders lets the shell complete the names of folders.
func folders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeProfiles reads the names in the user's AWS files.
func completeProfiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names, err := awsclient.ProfileNames()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeRegions gives the regions that were read before.
func (a *app) completeRegions(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	for _, s := range a.cached(cmd).Scopes() {
		out = append(out, s.Region)
	}
	slices.Sort(out)
	return slices.Compact(out), cobra.ShellCompDirectiveNoFileComp
}

// completeColumns completes the last of several keys.
func completeColumns(keys, help []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndex(typed, ",")+1]
		var out []cobra.Completion
		for i, k := range keys {
			if !slices.Contains(strings.Split(before, ","), k) {
				out = append(out, cobra.CompletionWithDesc(before+k, help[i]))
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// completeFilter completes keys and values of the filter; values are those of
// the cache, so that a completion never calls AWS.
func (a *app) completeFilter(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	w := &query.World{Inv: a.cached(cmd), Now: a.now()}
	from, options := query.Complete(typed, len([]rune(typed)), w)
	before := string([]rune(typed)[:from])
	var out []cobra.Completion
	for _, o := range options {
		out = append(out, cobra.CompletionWithDesc(safe.Cell(before+o.Text), safe.Cell(o.Help)))
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeImages completes ids, with their names.
func (a *app) completeImages(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []cobra.Completion
	for _, im := range a.cached(cmd).Images() {
		out = append(out, cobra.CompletionWithDesc(safe.Cell(im.ID), safe.Cell(im.Name)))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// cached is what the cache holds; where nothing can be read, that is nothing.
// A completion runs no PersistentPreRun, so the demo's is run here.
func (a *app) cached(cmd *cobra.Command) model.Inventory {
	for c := cmd; c != nil; c = c.Parent() {
		if c.PersistentPreRun != nil {
			c.PersistentPreRun(cmd, nil)
		}
	}
	ctx := cmd.Context()
	a.flags.offline = true
	w, _, err := a.open(ctx)
	if err != nil {
		return model.Inventory{}
	}
	var g gathered
	g.fold(w.restore(ctx), nil)
	w.close()
	return g.inv
}
