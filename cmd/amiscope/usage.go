package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
)

// asking is what the verb usage is asked.
type asking struct {
	sort   string
	askAWS bool
}

func (a *app) usage() *cobra.Command {
	var q asking
	cmd := &cobra.Command{
		Use:   "usage ID|FILTER...",
		Short: "Tell who still uses images: verdict, evidence, and what was not looked at",
		Long: `usage tells of each image whether something uses it: used, probable (only stale
things name it), unused, or unknown. What is unknown was not looked at in every
place where it may be used; the answer says where, and what mends it.

It looks in every account and region that is read, for instances, launch templates
and configurations, Auto Scaling groups, fleets, spot requests, SSM parameters,
Image Builder recipes, Batch and EKS, in the folders of --iac, and asks who may
launch the image. --ask-aws asks AWS's own list of references as well, in each
account read that sees the image; what only that names is evidence too.

It exits with 4 where a verdict is unknown because something could not be read.`,
		Example: `  amiscope usage ami-0123456789abcdef0 --ask-aws
  amiscope usage 'family:web age>90d' -o json
  amiscope usage usage:unknown -o csv`,
		Args:              cobra.MinimumNArgs(1),
		RunE:              a.verb(func(ctx context.Context, args []string) error { return a.runUsage(ctx, q, args) }),
		ValidArgsFunction: a.completeFilter,
	}
	cmd.Flags().StringVar(&q.sort, "sort", newest, "sort by a key, -key for the other way round")
	cmd.Flags().BoolVar(&q.askAWS, "ask-aws", false, "ask AWS's own list of references too (DescribeImageReferences)")
	if err := cmd.RegisterFlagCompletionFunc("sort", fixed(sortable())); err != nil {
		panic(err) // a flag of that name stands above
	}
	return cmd
}

func (a *app) runUsage(ctx context.Context, q asking, args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	sel, ids, err := q.read(style, args)
	if err != nil {
		return err
	}
	if q.askAWS && (a.flags.offline || a.flags.from != "") {
		return usagef("--ask-aws asks AWS: leave it out, or --offline and --from")
	}
	n := need{usage: true, costs: max(sel.costs, inJSON(style)), concerns: sel.possible}
	if n, err = a.audited(n, &sel); err != nil {
		return err
	}
	if ids != nil {
		n.concerns = func(g *gathered) []*model.Image { return named(g.inv, ids) }
	}
	if q.askAWS {
		n.opinions = func(g *gathered) map[model.Scope][]string { return askedIn(g.inv, n.concerns(g)) }
	}
	g, err := a.gather(ctx, n)
	if err != nil {
		return err
	}
	style.Now, sel.now = a.now(), a.now()
	g.look(n.policy, sel.now)
	shown, undecided := sel.find(&g)
	if ids != nil {
		shown, undecided = sel.sorted(&g, named(g.inv, ids)), 0
	}
	if ids != nil && len(shown) == 0 {
		_ = a.conclude(g) // what could not be read may hold it; the code is that of not found
		return fmt.Errorf("no image has the id %s; `amiscope list` shows what there is", ids[0])
	}
	if err := style.Usage(a.out, g.known(), shown); err != nil {
		return err
	}
	a.undecided(undecided)
	return a.concludeUsage(g, shown, ids)
}

// read takes the arguments for a filter, or for ids where all of them are some.
func (q asking) read(style output.Style, args []string) (sel search, ids []string, err error) {
	id := regexp.MustCompile(`^ami-[0-9a-f]+$`)
	if !slices.ContainsFunc(args, func(s string) bool { return !id.MatchString(s) }) {
		ids, args = args, nil
	}
	sel, err = listing{sort: q.sort}.read(style, args)
	return sel, ids, err
}

func named(inv model.Inventory, ids []string) []*model.Image {
	return slices.DeleteFunc(inv.Images(), func(im *model.Image) bool { return !slices.Contains(ids, im.ID) })
}

func (s search) sorted(g *gathered, images []*model.Image) []*model.Image {
	query.Sort(s.world(g), images, s.order)
	return images
}

// askedIn are the accounts that are read and see the images, with the images
// that each is to be asked about.
func askedIn(inv model.Inventory, images []*model.Image) map[model.Scope][]string {
	out := map[model.Scope][]string{}
	for _, im := range images {
		for _, account := range inv.Accounts() {
			s := model.Scope{Account: account.ID, Region: im.Region}
			if inv.Readable(s) && !inv.Status(s, model.Images).Tried.IsZero() && mayLaunch(inv, account.ID, im) {
				out[s] = append(out[s], im.ID)
			}
		}
	}
	return out
}

// mayLaunch reports whether an account sees an image, as far as that is known:
// who belongs to an organization is left to AWS.
func mayLaunch(inv model.Inventory, account string, im *model.Image) bool {
	if inv.Sees(account, im) || im.Public == model.Yes {
		return true
	}
	p := inv.Permissions(im)
	return p != nil && (p.Public || slices.Contains(p.Accounts, account) || len(p.Organizations)+len(p.Units) > 0)
}

// concludeUsage tells what stood in the way, after the output. The answer is
// partial where that left a verdict unknown, where a scope that failed may hold
// images that the filter means, and where AWS was to be asked and did not answer.
func (a *app) concludeUsage(g gathered, shown []*model.Image, ids []string) error {
	a.tell(g.notes)
	failed, _ := a.tellTroubles(g.inv)
	a.tellMissing(g)
	for _, id := range ids {
		if len(named(g.inv, []string{id})) == 0 {
			a.say("no image has the id %s", id)
			return errPartial
		}
	}
	if failed > 0 && ids == nil || g.mute {
		return errPartial
	}
	for _, im := range shown {
		v := g.usage.Verdict(im)
		if v.Use == model.UseUnknown && (failed > 0 || slices.ContainsFunc(v.Blind, func(b model.Blind) bool { return b.Err != nil })) {
			return errPartial
		}
	}
	return nil
}
