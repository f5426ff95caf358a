package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
)

// newest is the order of a list unless told otherwise.
const newest = "-created"

// listing is what a list shows, as flags say it.
type listing struct {
	sort    string
	columns []string
	limit   int
}

func (a *app) list() *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "list [FILTER...]",
		Short: "List images",
		Long: `list prints the images that a filter shows: the same text as / takes on the
screen, in one argument or several. What was read longer ago than --max-age is
read again first.`,
		Example: `  amiscope list 'age>180d !deprecated:true region:eu-*' -o json
  amiscope list web has:tag.owner --sort -size --columns id,name,size`,
		RunE:              a.verb(func(ctx context.Context, args []string) error { return a.runList(ctx, l, args) }),
		ValidArgsFunction: a.completeFilter,
	}
	s := cmd.Flags()
	s.StringVar(&l.sort, "sort", newest, "sort by a key, -key for the other way round")
	s.StringSliceVar(&l.columns, "columns", nil, "columns of table, csv and markdown")
	s.IntVar(&l.limit, "limit", 0, "print at most that many; 0 all")
	keys, help := output.Columns()
	for name, fn := range map[string]cobra.CompletionFunc{"columns": completeColumns(keys, help), "sort": fixed(sortable())} {
		if err := cmd.RegisterFlagCompletionFunc(name, fn); err != nil {
			panic(err) // a flag of that name stands above
		}
	}
	return cmd
}

func (a *app) runList(ctx context.Context, l listing, args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	style.Columns = l.columns
	find, err := l.read(style, args)
	if err != nil {
		return err
	}
	g, err := a.gather(ctx, false)
	if err != nil {
		return err
	}
	shown, undecided := find(g.inv)
	if err := style.Images(a.out, g.inv, shown); err != nil {
		return err
	}
	a.undecided(undecided)
	return a.conclude(g)
}

// read takes filter and flags for what they mean, before anything is called,
// and gives what finds the images.
func (l listing) read(style output.Style, args []string) (func(model.Inventory) ([]*model.Image, int), error) {
	q, err := parse(args)
	if err != nil {
		return nil, err
	}
	order, err := query.ParseOrder(l.sort)
	if err != nil {
		return nil, usageError{err}
	}
	if err := l.check(style.Format); err != nil {
		return nil, usageError{err}
	}
	return func(inv model.Inventory) ([]*model.Image, int) {
		w := &query.World{Inv: inv, Now: style.Now}
		shown, undecided := q.Select(w, inv.Images())
		query.Sort(w, shown, order)
		if l.limit > 0 {
			shown = shown[:min(l.limit, len(shown))]
		}
		return shown, undecided
	}, nil
}

func (l listing) check(f output.Format) error {
	if l.limit < 0 {
		return errors.New("--limit is a number of images; 0 prints all")
	}
	if len(l.columns) > 0 && (f == output.JSON || f == output.JSONL) {
		return errors.New("--columns is for table, csv and markdown; JSON always holds every field")
	}
	return output.CheckColumns(l.columns)
}

// parse reads the filter of a command line. A mistake is shown where it is.
func parse(args []string) (query.Query, error) {
	text, err := query.SplitArgs(args)
	if err != nil {
		return query.Query{}, usageError{err}
	}
	q, err := query.Parse(text)
	if wrong, ok := errors.AsType[*query.Error](err); ok {
		return q, usagef("in the filter, %w\n%s", wrong, indent(wrong.Point(text)))
	}
	return q, err
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }

func (a *app) undecided(n int) {
	switch {
	case n == 1:
		a.say("1 image is left out, because a fact that the filter asks for is not known")
	case n > 1:
		a.say("%d images are left out, because a fact that the filter asks for is not known", n)
	}
}

// refuseGlued refuses a negated term that would be read as flags: -owner:x as
// -o with a value.
func refuseGlued(args []string) error {
	for i, arg := range args {
		if arg == "--" {
			return nil
		}
		term, ok := strings.CutPrefix(arg, "-")
		if !ok || strings.HasPrefix(term, "-") || i > 0 && args[i-1] == "--sort" {
			continue
		}
		if strings.IndexAny(term, ":<>=!~") > 1 { // -o=json is no term
			return usagef("%s would be read as flags; write the negation as '!%s'", arg, term)
		}
	}
	return nil
}

// shortFlag adds to cobra's error about short flags what may have been meant.
func shortFlag(_ *cobra.Command, err error) error {
	if wrong, ok := errors.AsType[*pflag.NotExistError](err); ok && wrong.GetSpecifiedShortnames() != "" {
		return fmt.Errorf("%w; in a filter, write the negation as '!%s'", err, wrong.GetSpecifiedShortnames())
	}
	return err
}

// sortable lists the keys that --sort takes.
func sortable() []string {
	var out []string
	for _, k := range query.Keys() {
		if k.Sortable {
			out = append(out, k.Name, "-"+k.Name)
		}
	}
	return out
}
