package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
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
read again first.

Where the filter, --columns or --sort names usage, what may be using images is
read as well, and launch permissions on which verdicts depend: see amiscope usage.
Else only images and snapshots are read, and JSON gives verdicts as they are
known from before. Costs rest on images and snapshots; AWS is asked for prices
where cost or tier is named.`,
		Example: `  amiscope list 'age>180d !deprecated:true region:eu-*' -o json
  amiscope list web has:tag.owner --sort -size --columns id,name,size
  amiscope list usage:unused 'age>90d' --columns id,name,region,usage,size
  amiscope list 'cost>5' --sort -cost --columns id,name,cost,tier`,
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
	sel, err := l.read(style, args)
	if err != nil {
		return err
	}
	n, err := a.audited(need{usage: sel.usage, costs: max(sel.costs, inJSON(style)), concerns: sel.possible}, &sel)
	if err != nil {
		return err
	}
	g, err := a.gather(ctx, n)
	if err != nil {
		return err
	}
	if inJSON(style) > noCosts {
		g.judgeKnown(a.now())
	}
	g.look(n.policy, a.now())
	shown, undecided := sel.find(&g)
	if err := style.Images(a.out, g.known(), shown); err != nil {
		return err
	}
	a.undecided(undecided)
	return a.conclude(g)
}

// search is what a list shows, as filter and flags say it.
type search struct {
	listing
	query query.Query
	order query.Order
	usage bool // verdicts are asked for
	costs costing
	now   time.Time

	audit bool // so are launch permissions, or findings
	json  bool // which are printed as far as they are known
}

// read takes filter and flags for what they mean, before anything is called.
func (l listing) read(style output.Style, args []string) (search, error) {
	q, err := parse(args)
	if err != nil {
		return search{}, err
	}
	order, err := query.ParseOrder(l.sort)
	if err != nil {
		return search{}, usageError{err}
	}
	if err := l.check(style.Format); err != nil {
		return search{}, usageError{err}
	}
	named := func(key string) bool { return q.Names(key) || order.Key == key || slices.Contains(l.columns, key) }
	s := search{listing: l, query: q, order: order, usage: slices.ContainsFunc(ofUsage(), named), now: style.Now}
	if slices.ContainsFunc(ofCosts(), named) {
		s.costs = pricedCosts
	}
	s.audit, s.json = slices.ContainsFunc(ofAudit(), named), inJSON(style) > noCosts
	return s, nil
}

// ofUsage are the keys and columns whose facts are verdicts.
func ofUsage() []string { return []string{"usage", "references"} }

// ofAudit are those whose facts are launch permissions of whatever image, or
// findings.
func ofAudit() []string { return []string{"shared", "finding", "severity"} }

// ofCosts are those whose facts are costs.
func ofCosts() []string { return []string{"cost", "tier"} }

// find gives the images to print, in order, and how many are left out because a
// fact is not known.
func (s search) find(g *gathered) (shown []*model.Image, undecided int) {
	w := s.world(g)
	shown, undecided = s.query.Select(w, g.inv.Images())
	query.Sort(w, shown, s.order)
	if s.limit > 0 {
		shown = shown[:min(s.limit, len(shown))]
	}
	return shown, undecided
}

// possible are the images that the filter shows, or may show when more is known.
func (s search) possible(g *gathered) []*model.Image {
	all := g.inv.Images()
	not, err := query.Parse("!(" + s.query.String() + ")")
	if s.query.Empty() || err != nil { // nested too deep
		return all
	}
	out, _ := not.Select(s.world(g), all)
	refused := make(map[*model.Image]bool, len(out))
	for _, im := range out {
		refused[im] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(im *model.Image) bool { return refused[im] })
}

func (s search) world(g *gathered) *query.World {
	return &query.World{Inv: g.inv, Usage: g.usage, Costs: g.costs, Findings: g.found, Known: known(g.policy), Now: s.now}
}

// known are the accounts that are no strangers, as the policy has it.
func known(p finding.Policy) map[string]bool {
	out := make(map[string]bool, len(p.KnownAccounts))
	for _, id := range p.KnownAccounts {
		out[id] = true
	}
	return out
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
