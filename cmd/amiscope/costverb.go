package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// expense is what the verb cost is asked.
type expense struct {
	by          string
	limit       int
	reclaimable bool
	bill, yes   bool
}

func (a *app) cost() *cobra.Command {
	var e expense
	cmd := &cobra.Command{
		Use:   "cost [FILTER...]",
		Short: "Tell what images and snapshots cost a month, and what could be saved",
		Long: `cost tells what snapshots cost a month, in groups, the dearest first: between what
is billed at least and at most, with each snapshot counted once. An image counts
with its share of its snapshots; those that no image uses count too, in the
Recycle Bin as well. With a filter only the images that it shows count, with their
shares.

--reclaimable looks for what may be using images, as amiscope usage does, and
tells what deleting unused images and orphaned snapshots would free; without, that is
told as far as it is known from before.

--bill asks Cost Explorer what AWS billed in the last whole month. That costs
money: the price is told first, and taken only after a yes, or with --yes.

What each scope costs today is noted in the ledger: see amiscope diff.`,
		Example: `  amiscope cost
  amiscope cost --by family --reclaimable --limit 20
  amiscope cost 'age>1y !is:public' --by tag.team -o csv`,
		RunE:              a.verb(func(ctx context.Context, args []string) error { return a.runCost(ctx, e, args) }),
		ValidArgsFunction: a.completeFilter,
	}
	s := cmd.Flags()
	s.StringVar(&e.by, "by", "account", "what to group by: account, region, family, tag.KEY, age, kind or image")
	s.IntVar(&e.limit, "limit", 0, "print at most that many groups; 0 all")
	s.BoolVar(&e.reclaimable, "reclaimable", false, "look for what may be using images, to tell what can go")
	s.BoolVar(&e.bill, "bill", false, "ask Cost Explorer what AWS billed last month; costs about $0.02 an account")
	s.BoolVar(&e.yes, "yes", false, "do not ask before --bill")
	by := []string{"account", "region", "family", "tag.", "age", "kind", "image"}
	if err := cmd.RegisterFlagCompletionFunc("by", fixed(by)); err != nil {
		panic(err) // a flag of that name stands above
	}
	return cmd
}

func (a *app) runCost(ctx context.Context, e expense, args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	by, err := cost.ParseGrouping(e.by)
	if err != nil {
		return usageError{err}
	}
	sel, err := listing{sort: newest}.read(style, args)
	if err != nil {
		return err
	}
	if err := cmp.Or(atMost(e.limit, "groups"), a.refuseBill(e, sel)); err != nil {
		return err
	}
	sel.json = false // it prints no images
	n, err := a.audited(need{usage: e.reclaimable || sel.usage, costs: allCosts, concerns: sel.possible}, &sel)
	if err != nil {
		return err
	}
	var bill *cost.Bill
	if e.bill {
		n.then = func(w *world, g *gathered) (err error) {
			bill, err = a.bill(ctx, w, g, e.yes)
			return err
		}
	}
	g, err := a.gather(ctx, n)
	if err != nil {
		return err
	}
	g.look(n.policy, a.now())
	c, undecided := g.expenses(by, sel)
	c.Bill = bill
	if e.limit > 0 {
		c.Groups = c.Groups[:min(e.limit, len(c.Groups))]
	}
	if err := style.Costs(a.out, c); err != nil {
		return err
	}
	a.undecided(undecided)
	if c.Within != "" {
		a.say("only what the filter shows is counted: images with their shares, without snapshots that no image uses")
	}
	if bill != nil && style.Format != output.Table && style.Format != output.JSON {
		a.say("%s", output.BillText(*bill))
	}
	if err := a.concludeCosts(g); err != nil {
		return err
	}
	if e.bill && bill == nil {
		return errPartial
	}
	return nil
}

// expenses groups what everything costs, or the images that a filter shows.
func (g *gathered) expenses(by cost.Grouping, sel search) (c output.Costing, undecided int) {
	c = output.Costing{Known: g.known(), By: by, Hastening: g.costs.Hastening()}
	if !sel.query.Empty() {
		var shown []*model.Image
		shown, undecided = sel.query.Select(sel.world(g), g.inv.Images())
		c.Groups, c.Total = g.groupsOf(by, shown)
		c.Images, c.Within, c.Free = len(shown), sel.query.String(), g.reclaimable(shown, nil)
		return c, undecided
	}
	c.Groups, c.Total = g.costs.Groups(by, nil, g.canGo()), g.costs.Total()
	for _, grp := range c.Groups {
		c.Images, c.Loose = c.Images+grp.Images, c.Loose+grp.Snapshots
	}
	c.Free = g.reclaimable(g.inv.Images(), g.costs.Lines())
	return c, 0
}

// groupsOf sums the shares of some images up, the dearest group first.
func (g *gathered) groupsOf(by cost.Grouping, images []*model.Image) ([]cost.Group, cost.Total) {
	var total cost.Total
	at, members := map[string]*cost.Group{}, map[string][]*model.Image{}
	add := func(sum cost.Bytes, x cost.ImageLine) cost.Bytes {
		return cost.Bytes{Low: sum.Low + x.Part.Low, High: sum.High + x.Part.High}
	}
	for _, im := range images {
		x, key := g.costs.Image(im.ImageKey), g.groupKey(by, im)
		grp := at[key]
		if grp == nil {
			grp = &cost.Group{Key: key}
			if by.By == cost.ByImage {
				grp.Label, grp.Region = cmp.Or(im.Name, im.ID), im.Region
			}
			at[key] = grp
		}
		grp.Images++
		grp.Cost, grp.Bytes = grp.Cost.Plus(x.Share), add(grp.Bytes, x)
		total.Cost, total.Bytes, total.Basis = total.Cost.Plus(x.Share), add(total.Bytes, x), max(total.Basis, x.Basis)
		members[key] = append(members[key], im)
	}
	out := make([]cost.Group, 0, len(at))
	for key, grp := range at {
		if free := g.reclaimable(members[key], nil); free != nil {
			grp.Free = *free
		}
		out = append(out, *grp)
	}
	slices.SortFunc(out, func(a, b cost.Group) int { return cmp.Or(b.Cost.Compare(a.Cost), strings.Compare(a.Key, b.Key)) })
	return out, total
}

// groupKey is the group to which an image belongs.
func (g *gathered) groupKey(by cost.Grouping, im *model.Image) string {
	switch by.By {
	case cost.ByAccount:
		return im.Owner
	case cost.ByRegion:
		return im.Region
	case cost.ByFamily:
		family, _ := model.Family(im.Name)
		return family
	case cost.ByTag:
		value, _ := im.Tag(by.Tag)
		return value
	case cost.ByAge:
		return cost.AgeClass(g.basis.Now.Sub(im.Created))
	case cost.ByKind:
		return cost.OfImage.String()
	case cost.ByImage:
		return im.ID
	}
	return ""
}
