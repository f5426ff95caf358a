package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

func (a *app) snapshots() *cobra.Command {
	var kinds []string
	var order string
	cmd := &cobra.Command{
		Use:   "snapshots [WORD...]",
		Short: "List snapshots: what each is kept for, and what it costs",
		Long: `snapshots lists the snapshots that have every word in their id, account, region,
description or the images that they belong to; without words all, those in the Recycle
Bin as well. Kinds, in their order:

  orphan     its image is gone: its description, a tag or an earlier reading tells
  undecided  it may be an orphan, but a place where its image may be was not read
  other      no image uses it, and nothing says what it is for
  image      an image uses it, or an image in the Recycle Bin
  archive    likewise, and it is in the archive tier
  backup     AWS Backup's
  dlm        Data Lifecycle Manager's
  bin        in the Recycle Bin`,
		Example: `  amiscope snapshots --kind orphan
  amiscope snapshots web eu-west-1 --sort -cost
  amiscope snapshots --kind orphan,undecided -o csv`,
		RunE:              a.verb(func(ctx context.Context, args []string) error { return a.runSnapshots(ctx, kinds, order, args) }),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	s := cmd.Flags()
	s.StringSliceVar(&kinds, "kind", nil, "kinds to list: "+strings.Join(cost.KindNames(), ", "))
	s.StringVar(&order, "sort", "kind", "sort by a key, -key for the other way round: "+strings.Join(snapshotKeys(), ", "))
	var sorts []string
	for _, k := range snapshotKeys() {
		sorts = append(sorts, k, "-"+k)
	}
	if err := cmp.Or(cmd.RegisterFlagCompletionFunc("kind", fixed(cost.KindNames())), cmd.RegisterFlagCompletionFunc("sort", fixed(sorts))); err != nil {
		panic(err) // flags of those names stand above
	}
	return cmd
}

func (a *app) runSnapshots(ctx context.Context, kinds []string, order string, words []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if !slices.Contains(cost.KindNames(), k) {
			return usagef("there is no kind %q of snapshots; kinds are %s", k, strings.Join(cost.KindNames(), ", "))
		}
	}
	key, less := strings.TrimPrefix(order, "-"), snapshotOrder(strings.TrimPrefix(order, "-"))
	if less == nil {
		return usagef("snapshots cannot be sorted by %q; keys are %s", key, strings.Join(snapshotKeys(), ", "))
	}
	g, err := a.gather(ctx, need{costs: allCosts, also: []model.Kind{model.PublicSnapshots}})
	if err != nil {
		return err
	}
	lines := slices.DeleteFunc(g.costs.Lines(), func(l *cost.Line) bool {
		return len(kinds) > 0 && !slices.Contains(kinds, l.Kind.String()) || !mentions(g.inv, l, words)
	})
	slices.SortStableFunc(lines, func(x, y *cost.Line) int {
		n := less(x, y)
		if strings.HasPrefix(order, "-") {
			n = -n
		}
		return cmp.Or(n, y.Cost().Compare(x.Cost()))
	})
	if err := style.Snapshots(a.out, g.known(), lines); err != nil {
		return err
	}
	return a.concludeCosts(g)
}

// mentions reports whether every word stands in what is told of a snapshot.
func mentions(inv model.Inventory, l *cost.Line, words []string) bool {
	if len(words) == 0 {
		return true
	}
	s := l.Snapshot
	text := []string{s.ID, s.Owner, inv.Account(s.Owner).Name, s.Region, s.Description}
	if l.Tie() != nil {
		text = append(text, l.Tie().Image, l.Tie().Name)
	}
	for _, im := range l.Images() {
		text = append(text, im.ID, im.Name)
	}
	all := strings.ToLower(strings.Join(text, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, strings.ToLower(w)) })
}

// snapshotKeys are what snapshots sort by.
func snapshotKeys() []string {
	return []string{"kind", "cost", "stored", "full", "volume", "created", "id", "account", "region", "tier"}
}

// snapshotOrder is the order by a key; nil for what is none.
func snapshotOrder(key string) func(a, b *cost.Line) int {
	text := func(of func(*cost.Line) string) func(a, b *cost.Line) int {
		return func(a, b *cost.Line) int { return strings.Compare(of(a), of(b)) }
	}
	size := func(of func(*cost.Line) int64) func(a, b *cost.Line) int {
		return func(a, b *cost.Line) int { return cmp.Compare(of(a), of(b)) }
	}
	return map[string]func(a, b *cost.Line) int{
		"kind":    size(func(l *cost.Line) int64 { return int64(l.Kind) }),
		"cost":    func(a, b *cost.Line) int { return a.Cost().Compare(b.Cost()) },
		"stored":  size(func(l *cost.Line) int64 { return l.Bytes.High }),
		"full":    size(func(l *cost.Line) int64 { return l.Snapshot.FullBytes }),
		"volume":  size(func(l *cost.Line) int64 { return l.Snapshot.SizeGiB }),
		"created": func(a, b *cost.Line) int { return a.Snapshot.Start.Compare(b.Snapshot.Start) },
		"id":      text(func(l *cost.Line) string { return l.Snapshot.ID }),
		"account": text(func(l *cost.Line) string { return l.Snapshot.Owner }),
		"region":  text(func(l *cost.Line) string { return l.Snapshot.Region }),
		"tier":    text(func(l *cost.Line) string { return l.Snapshot.Tier }),
	}[key]
}
