package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

func (a *app) diff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff FROM TO",
		Short: "Tell why snapshot costs differ between two days",
		Long: `diff tells what made the costs of snapshots grow or shrink between the ends of two
days: what was added, has gone, has grown or shrunk, by account, region, family,
creator, kind and owner, the largest cause first. The causes add up to the growth.

A day is a date, the time that has passed since (30d, 2w, 6mo, 1y), or now; days
are UTC's. They come from the ledger, which notes what each scope costs whenever cost,
snapshots, diff or scan read it. Where it does not reach back to FROM, what there is
now is told by when it was made: what was deleted since is then not in it.`,
		Example: `  amiscope diff 30d now
  amiscope diff 2026-10-01 2026-11-01 -o json`,
		Args:              cobra.ExactArgs(2),
		RunE:              a.verb(a.runDiff),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

func (a *app) runDiff(ctx context.Context, args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	from, err := readDay(args[0], a.now())
	if err != nil {
		return err
	}
	to, err := readDay(args[1], a.now())
	if err != nil {
		return err
	}
	if !from.at.Before(to.at) || from.now {
		return usagef("FROM is before TO: %s is not before %s", args[0], args[1])
	}
	g, err := a.gather(ctx, need{costs: allCosts})
	if err != nil {
		return err
	}
	grown, notes, err := a.grown(&g, from, to)
	if err != nil {
		return err
	}
	if err := style.Growth(a.out, grown); err != nil {
		return err
	}
	a.tell(notes)
	if n := len(grown.LeftOut); n > 0 {
		a.say("%s left out, as what they cost on one of the days is not known", kit.Plural(n, "scope is", "scopes are"))
	}
	return a.concludeCosts(g)
}

// dayEnd is the end of a UTC day, or now.
type dayEnd struct {
	at  time.Time
	now bool
}

// readDay reads a date, a time that has passed, or now.
func readDay(text string, now time.Time) (dayEnd, error) {
	now = now.UTC()
	if text == "now" {
		return dayEnd{now, true}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		if day.After(now) {
			return dayEnd{}, usagef("%s is yet to come", text)
		}
		return dayEnd{at: day.AddDate(0, 0, 1).Add(-time.Nanosecond)}, nil
	}
	number := strings.TrimRight(text, "dwmoy")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 10_000 || strings.HasPrefix(number, "+") {
		return dayEnd{}, noDay(text)
	}
	day := now.Truncate(oneDay)
	switch strings.TrimPrefix(text, number) {
	case "d":
		day = day.AddDate(0, 0, -n)
	case "w":
		day = day.AddDate(0, 0, -7*n)
	case "mo":
		day = day.AddDate(0, -n, 0)
	case "y":
		day = day.AddDate(-n, 0, 0)
	default:
		return dayEnd{}, noDay(text)
	}
	return dayEnd{at: day.Add(oneDay - time.Nanosecond)}, nil
}

const oneDay = 24 * time.Hour

func noDay(text string) error {
	return usagef("%q is no day: write a date such as 2026-10-01, a time that has passed such as 30d, 2w, 6mo or 1y, or now", text)
}

// grown compares two days: by the ledger, as far as the scopes that are read stand
// in it, or where it does not reach back by creation dates.
func (a *app) grown(g *gathered, from, to dayEnd) (out output.Growing, notes []string, err error) {
	out = output.Growing{Known: g.known(), From: from.at, To: to.at}
	var before, after journal.Past
	if a.flags.from == "" { // whose file that is nobody knows
		if before, err = a.ledger().At(from.at); err != nil {
			return out, nil, err
		}
		after = journal.Past{Days: g.costs.Days()}
		if !to.now {
			if after, err = a.ledger().At(to.at); err != nil {
				return out, nil, err
			}
		}
	}
	for _, w := range append(before.Warnings, after.Warnings...) {
		if !slices.Contains(notes, w.String()) {
			notes = append(notes, w.String())
		}
	}
	first, lost := g.ours(before)
	second, later := g.ours(after)
	if len(first) == 0 {
		out.Guess, out.Growth = true, cost.Grow(g.costs.ByCreation(from.at), g.costs.ByCreation(to.at))
		return out, notes, nil
	}
	lost = append(lost, later...)
	if to.now {
		lost = append(lost, g.unknown(second)...)
	}
	slices.SortFunc(lost, model.Scope.Compare)
	out.LeftOut = slices.Compact(lost)
	out.Growth = cost.Grow(without(first, out.LeftOut), without(second, out.LeftOut))
	return out, notes, nil
}

// ours is what a past tells of the scopes that are meant: the ledger knows others
// too.
func (g *gathered) ours(p journal.Past) (days []cost.Day, lost []model.Scope) {
	meant := g.inv.Scopes()
	for _, d := range p.Days {
		if slices.Contains(meant, d.Scope) {
			days = append(days, d)
		}
	}
	for _, s := range p.Lost {
		if slices.Contains(meant, s) {
			lost = append(lost, s)
		}
	}
	return days, lost
}

// unknown are the scopes that could not be read wholly now. Of those with nothing to
// read it is known that they cost nothing more that anybody sees.
func (g *gathered) unknown(days []cost.Day) []model.Scope {
	var out []model.Scope
	for _, s := range g.inv.Scopes() {
		if g.inv.Readable(s) && !slices.ContainsFunc(days, func(d cost.Day) bool { return d.Scope == s }) {
			out = append(out, s)
		}
	}
	return out
}

func without(days []cost.Day, scopes []model.Scope) []cost.Day {
	return slices.DeleteFunc(slices.Clone(days), func(d cost.Day) bool { return slices.Contains(scopes, d.Scope) })
}
