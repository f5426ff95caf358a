package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/kit"
)

func (a *app) trail() *cobra.Command {
	return &cobra.Command{
		Use:   "trail ID|NAME",
		Short: "Tell who made, shared, changed and launched an image, and when it was public",
		Long: `trail asks CloudTrail who did what to an image: in the account that owns it, in all
other accounts of its region, which may have launched it, and where copies of it
are. It tells when everybody could launch it, as far as its owner's trail goes back.

CloudTrail tells 90 days, and takes two calls a second of an account and region, of
fifty events each. What was told is kept in the cache, so that it can be told when
CloudTrail has forgotten it; --offline tells that and no more. Events come up to
fifteen minutes late. Launches that failed are not listed under the image: the newest
500 launches of each account are gone through for them.

An image that is gone has a trail as well: name it by its id, and its region with
--region unless it was read there before.`,
		Example: `  amiscope trail ami-0123456789abcdef0
  amiscope trail web-2026-11-01 -o csv
  amiscope trail ami-0123456789abcdef0 --region eu-west-1 -o json`,
		Args:              cobra.ExactArgs(1),
		RunE:              a.verb(a.runTrail),
		ValidArgsFunction: a.completeImages,
	}
}

func (a *app) runTrail(ctx context.Context, args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	if a.flags.from != "" {
		return usagef("an inventory file holds no trails: leave out --from")
	}
	var t *trail.Trail
	g, err := a.gather(ctx, need{then: func(w *world, g *gathered) error {
		key, err := traceable(g.inv, args[0])
		if err != nil {
			return err
		}
		t, err = a.follow(ctx, w, tui.Tracing{Image: key, Known: g.inv})
		return err
	}})
	if err != nil {
		return err
	}
	if err := style.Trail(a.out, g.known(), t); err != nil {
		return err
	}
	failed := a.tellBlind(g.inv, t)
	switch err := a.conclude(g); {
	case err != nil:
		return err
	case failed > 0 && failed == len(t.Looked):
		return errTold
	case failed > 0:
		return errPartial
	}
	return nil
}

// traceable finds the image whose trail is meant: one that is there, or one that is
// gone, in the region that is known.
func traceable(inv model.Inventory, name string) (model.ImageKey, error) {
	im, err := pick(inv, name)
	if err == nil {
		return im.ImageKey, nil
	}
	if !strings.HasPrefix(name, "ami-") {
		return model.ImageKey{}, err
	}
	var regions []string
	for _, s := range inv.Scopes() {
		if _, was := inv.Former(s, name); was {
			return model.ImageKey{Region: s.Region, ID: name}, nil
		}
		if inv.Readable(s) && !slices.Contains(regions, s.Region) {
			regions = append(regions, s.Region)
		}
	}
	if len(regions) != 1 {
		return model.ImageKey{}, usagef("no image has the id %q; if it is gone, say where it was: --region eu-west-1", name)
	}
	return model.ImageKey{Region: regions[0], ID: name}, nil
}

// follow reads a trail to its end. The error is ctx's.
func (a *app) follow(ctx context.Context, w *world, t tui.Tracing) (*trail.Trail, error) {
	p := newProgress(a.err)
	defer p.clear()
	var scopes []model.Scope
	told := map[model.Scope]*trail.Lookup{}
	events := 0
	for m := range w.trail(ctx, t) {
		if m.Scopes != nil {
			scopes = m.Scopes
		}
		for _, l := range m.Lookups {
			told[l.Scope] = l.After(told[l.Scope])
			events += len(l.Events)
		}
		p.show(func() string {
			return "reading trails: " + kit.Count(m.Done) + " of " + kit.Plural(len(scopes), "scope", "scopes") + ", " + kit.Plural(events, "event", "events")
		})
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var lookups []*trail.Lookup
	for _, l := range told {
		lookups = append(lookups, l)
	}
	return trail.Of(t.Known, t.Image, scopes, lookups), nil
}

// tellBlind tells what could not be looked at, and counts what failed.
func (a *app) tellBlind(inv model.Inventory, t *trail.Trail) (failed int) {
	unread := 0
	for _, b := range t.Blind {
		switch {
		case b.Err != nil:
			failed++
			a.trouble("", b.Err)
		case b.Mend != "":
			a.say("%s; hint: %s", b.What, b.Mend)
		case !slices.ContainsFunc(t.Looked, func(l *trail.Lookup) bool { return l.Scope == b.Scope }):
			unread++
		default:
			a.say("%s, %s: %s", inv.Account(b.Scope.Account).Title(), b.Scope.Region, b.What)
		}
	}
	if unread > 0 {
		a.say("not looked at: the trails of %s; leave out --offline to read them", kit.Plural(unread, "scope", "scopes"))
	}
	return failed
}
