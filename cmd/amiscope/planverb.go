package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/model/safe"
)

// deedFlags are the flags of a deed, and what they mean once they were read.
type deedFlags struct {
	plan.Options
	with []string // share, unshare
	at   string   // deprecate
	in   string
	set  []string // tag
}

// deedVerb is a deed on the command line.
type deedVerb struct {
	deed    plan.Deed
	short   string
	example string
	flags   func(*pflag.FlagSet, *deedFlags)
}

func deedVerbs() []deedVerb {
	none := func(*pflag.FlagSet, *deedFlags) {}
	with := func(s *pflag.FlagSet, f *deedFlags) {
		s.StringArrayVar(&f.with, "with", nil, "account id, organization ARN, unit ARN, or all; may be repeated")
		s.BoolVar(&f.Snapshots, "snapshots", false, "its snapshots too, with the accounts")
	}
	return []deedVerb{
		{plan.Copy, "Copy images to other regions", "amiscope plan copy ami-0123456789abcdef0 --to-region eu-west-1", func(s *pflag.FlagSet, f *deedFlags) {
			s.StringArrayVar(&f.Regions, "to-region", nil, "region to copy to; may be repeated")
			s.StringVar(&f.Name, "name", "", "name of the copy; without, that of the image")
			s.BoolVar(&f.Encrypt, "encrypt", false, "encrypt the copy")
			s.StringVar(&f.Key, "kms-key", "", "KMS key to encrypt it with; with several regions an alias")
			s.BoolVar(&f.Permissions, "with-permissions", false, "its launch permissions too")
		}},
		{plan.Share, "Let accounts launch images", "amiscope plan share family:web --with 111122223333", with},
		{plan.Unshare, "Take launch permissions back", "amiscope plan unshare shared:111122223333 --with 111122223333", with},
		{plan.Deprecate, "Set the date from which images are deprecated", "amiscope plan deprecate 'age>365d' --in 30d", func(s *pflag.FlagSet, f *deedFlags) {
			s.StringVar(&f.at, "at", "", "from when, such as 2027-03-31 or 2027-03-31T12:00:00Z; without, from now on")
			s.StringVar(&f.in, "in", "", "from when on, counted from now, such as 30d")
		}},
		{plan.Undeprecate, "Lift deprecations", "amiscope plan undeprecate ami-0123456789abcdef0", none},
		{plan.Disable, "Disable images: nobody can launch them, their launch permissions go", "amiscope plan disable 'usage:unused age>180d'", none},
		{plan.Enable, "Enable images again", "amiscope plan enable ami-0123456789abcdef0", none},
		{plan.Protect, "Protect images from being deregistered", "amiscope plan protect tag.stage:prod --cooldown", func(s *pflag.FlagSet, f *deedFlags) {
			s.BoolVar(&f.Cooldown, "cooldown", false, "stay protected for 24 hours after protection is turned off")
		}},
		{plan.Unprotect, "Turn the protection of images off", "amiscope plan unprotect ami-0123456789abcdef0", none},
		{plan.Tag, "Set and remove tags of images", "amiscope plan tag no:tag.owner --set owner=platform", func(s *pflag.FlagSet, f *deedFlags) {
			s.StringArrayVar(&f.set, "set", nil, "KEY=VALUE; may be repeated")
			s.StringArrayVar(&f.Remove, "remove", nil, "key of a tag to remove; may be repeated")
		}},
		{plan.Delete, "Delete images with their snapshots", "amiscope plan delete 'usage:unused age>180d' > plan.json", func(s *pflag.FlagSet, f *deedFlags) {
			s.BoolVar(&f.KeepSnapshots, "keep-snapshots", false, "deregister only")
			s.BoolVar(&f.AllowUnknown, "allow-unknown", false, "also images of which it is not known who uses them")
			s.BoolVar(&f.AllowStale, "allow-stale", false, "also images that are probably used")
		}},
		{plan.Restore, "Bring images back from the Recycle Bin, with their snapshots, or snapshots alone", "amiscope plan restore ami-0123456789abcdef0", none},
	}
}

func (a *app) planVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan DEED FILTER|ID...",
		Short: "Say exactly what a change of images would do, without doing it",
		Long: `plan prints a plan as JSON: the images with the facts that it rests on, every call in
its order, what will not be done and why, what cannot be taken back, and what it frees or
costs. amiscope apply does it, and nothing else; where an image has changed meanwhile it
refuses. Nothing is changed by plan itself.

With -o table it tells the same in words, with -o markdown the calls as AWS CLI commands.`,
		Example: `  amiscope plan delete 'usage:unused age>180d' > plan.json
  amiscope apply plan.json --yes
  amiscope plan share ami-0123456789abcdef0 --with 111122223333 | amiscope apply - --yes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, v := range deedVerbs() {
		cmd.AddCommand(a.deedVerb(v))
	}
	return cmd
}

func (a *app) deedVerb(v deedVerb) *cobra.Command {
	var f deedFlags
	cmd := &cobra.Command{
		Use:               string(v.deed) + " FILTER|ID...",
		Short:             v.short,
		Example:           "  " + v.example,
		Args:              cobra.MinimumNArgs(1),
		RunE:              a.verb(func(ctx context.Context, args []string) error { return a.runPlan(ctx, v.deed, f, args) }),
		ValidArgsFunction: a.completeFilter,
	}
	v.flags(cmd.Flags(), &f)
	return cmd
}

func (a *app) runPlan(ctx context.Context, deed plan.Deed, f deedFlags, args []string) error {
	style, err := a.planStyle()
	if err != nil {
		return err
	}
	r := plan.Request{Deed: deed}
	if r.Options, err = f.options(deed, a.now()); err != nil {
		return err
	}
	p, g, err := a.planned(ctx, r, args)
	if err != nil {
		return err
	}
	if err := a.printPlan(style, &p); err != nil {
		return err
	}
	return a.conclude(g)
}

// planStyle is how a plan is printed: as JSON unless something else is asked for.
func (a *app) planStyle() (output.Style, error) {
	if !a.flags.given("output") {
		a.flags.format = string(output.JSON)
	}
	style, err := a.style()
	if err == nil && (style.Format == output.CSV || style.Format == output.JSONL) {
		err = usagef("a plan is printed as -o json, table or markdown, not %s", style.Format)
	}
	return style, err
}

// planned makes the plan of a request on the images that arguments mean.
func (a *app) planned(ctx context.Context, r plan.Request, args []string) (p plan.Plan, g gathered, err error) {
	t, err := a.targets(r.Deed, args)
	if err != nil {
		return p, g, err
	}
	n := need{usage: true, costs: max(knownCosts, t.sel.costs), also: []model.Kind{model.Bin, model.BinRules}, concerns: t.find}
	n.wants = func(g *gathered) model.Wants { return unread(g, t.find(g)) }
	n.then = func(w *world, g *gathered) error {
		if r.Images, err = t.keys(g, r.Deed); err != nil {
			return err
		}
		p, err = a.decide(ctx, w, g, r)
		return err
	}
	g, err = a.gather(ctx, n)
	return p, g, err
}

// unread are the launch permissions of some images that are not known.
func unread(g *gathered, images []*model.Image) model.Wants {
	var w model.Wants
	for _, im := range images {
		if p := g.inv.Permissions(im); p == nil || p.Err != nil {
			w.Permissions = append(w.Permissions, im.ImageKey)
		}
	}
	return w
}

// decide makes a plan of facts that were read just now.
func (a *app) decide(ctx context.Context, w *world, g *gathered, r plan.Request) (plan.Plan, error) {
	c, err := a.settled()
	if err != nil {
		return plan.Plan{}, err
	}
	ch := a.changes(w, c)
	s := ch.setting(g.inv)
	if faults := plan.Check(r, s); len(faults) > 0 {
		return plan.Plan{}, usageError{faults}
	}
	s.Money, s.Price = plan.FreedBy(g.costs), g.costs.Price
	first := plan.Decide(r, plan.Gather(g.inv, g.usage, r.Images, s.Now), s)
	targets, err := ch.renew(ctx, &first)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Decide(r, targets, s), nil
}

// targeting says which images arguments mean: ids or a filter.
type targeting struct {
	ids    []string
	sel    search
	policy *finding.Policy // that the filter's findings are made by; nil: it asks for none
	text   []string
}

var (
	anImageID   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^ami-[0-9a-f]+$`) })
	aRestorable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(ami|snap)-[0-9a-f]+$`) })
	errSnapshot = errors.New("only restore takes snapshots; the others take images, with their snapshots")
)

func (a *app) targets(deed plan.Deed, args []string) (t targeting, err error) {
	id := anImageID
	if deed == plan.Restore {
		id = aRestorable
	} else if slices.ContainsFunc(args, model.IsSnapshot) {
		return t, usageError{errSnapshot}
	}
	if !slices.ContainsFunc(args, func(s string) bool { return !id().MatchString(s) }) {
		t.ids = args
		return t, nil
	}
	t.text = args
	t.sel, err = listing{sort: newest}.read(output.Style{Format: output.JSON, Now: a.now()}, args)
	if err == nil && t.sel.audit {
		t.policy = &finding.Policy{}
		*t.policy, err = a.findingPolicy(auditing{})
	}
	return t, err
}

// find gives the images that are meant, as far as they are listed.
func (t targeting) find(g *gathered) []*model.Image {
	if t.ids == nil {
		return t.sel.possible(g)
	}
	var out []*model.Image
	for _, im := range g.inv.Images() {
		if slices.Contains(t.ids, im.ID) {
			out = append(out, im)
		}
	}
	return out
}

// keys are the images that are meant, by what is known in the end. An id that
// nobody knows is an error; so is a filter that shows nothing.
func (t targeting) keys(g *gathered, deed plan.Deed) (out []model.ImageKey, err error) {
	if t.ids == nil {
		g.look(t.policy, t.sel.now)
		images, undecided := t.sel.find(g)
		if undecided > 0 {
			g.notes = append(g.notes, fmt.Sprintf("of %d images it is not known whether the filter means them: they are left out", undecided))
		}
		for _, im := range images {
			out = append(out, im.ImageKey)
		}
		if len(out) == 0 {
			err = fmt.Errorf("no image matches %q", strings.Join(t.text, " "))
		}
		return out, err
	}
	for _, id := range t.ids {
		before := len(out)
		for _, im := range g.inv.Images() {
			if im.ID == id {
				out = append(out, im.ImageKey)
			}
		}
		for _, s := range g.inv.Scopes() {
			if deed == plan.Restore && slices.ContainsFunc(g.inv.Binned(s), func(b *model.Binned) bool { return b.ID == id }) {
				out = append(out, model.ImageKey{Region: s.Region, ID: id})
			}
		}
		switch {
		case len(out) > before:
		case model.IsSnapshot(id):
			err = errors.Join(err, fmt.Errorf("no Recycle Bin that was read holds %s; 7 on the screen shows what they hold", id))
		default:
			err = errors.Join(err, fmt.Errorf("no image has the id %s; `amiscope list` shows what there is", id))
		}
	}
	return out, err
}

// options reads what flags mean together.
func (f deedFlags) options(deed plan.Deed, now time.Time) (plan.Options, error) {
	o := f.Options
	o.Encrypt = o.Encrypt || o.Key != ""
	for _, w := range f.with {
		switch {
		case w == "all":
			o.Public = true
		case strings.Contains(w, ":ou/"):
			o.Units = append(o.Units, w)
		case strings.HasPrefix(w, "arn:"):
			o.Organizations = append(o.Organizations, w)
		default:
			o.Accounts = append(o.Accounts, w)
		}
	}
	for _, kv := range f.set {
		k, v, ok := strings.Cut(kv, "=")
		if !ok {
			return o, usagef("--set is KEY=VALUE, not %q", kv)
		}
		if o.Set == nil {
			o.Set = map[string]string{}
		}
		o.Set[k] = v
	}
	if deed != plan.Deprecate {
		return o, nil
	}
	at, err := f.moment(now)
	o.At = &at
	return o, err
}

// moment is when a deprecation is to begin.
func (f deedFlags) moment(now time.Time) (time.Time, error) {
	switch {
	case f.at != "" && f.in != "":
		return now, usagef("--at and --in say the same thing: give one")
	case f.in != "":
		d, err := config.ParseDuration(f.in)
		if err != nil || d <= 0 {
			return now, usagef("--in is a duration such as 30d or 12h, not %q", f.in)
		}
		return now.Add(d), nil
	case f.at == "":
		return now.Add(time.Minute), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, f.at); err == nil {
			return t, nil
		}
	}
	return now, usagef("--at is a date such as 2027-03-31 or 2027-03-31T12:00:00Z, not %q", f.at)
}

// printPlan prints a plan, and says on standard error what it comes to.
func (a *app) printPlan(style output.Style, p *plan.Plan) error {
	switch style.Format {
	case output.Markdown:
		_, err := fmt.Fprintln(a.out, strings.Join(plan.Commands(*p), "\n"))
		return err
	case output.Table:
		return a.printPlanned(p)
	case output.JSON, output.JSONL, output.CSV: // the last two are refused
	}
	b, err := json.MarshalIndent(p, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(a.out, "%s\n", b)
	}
	if err == nil {
		a.tell(summary(p))
	}
	return err
}

// printPlanned prints a plan in words: what it comes to, what is said of each image,
// and all calls.
func (a *app) printPlanned(p *plan.Plan) error {
	lines := summary(p)
	for i := range p.Targets {
		t := &p.Targets[i]
		if t.Done != "" {
			lines = append(lines, t.Image.ID+": "+t.Done)
		}
		for _, n := range slices.Concat(t.Blocks, t.Warnings) {
			lines = append(lines, t.Image.ID+": "+said(n))
		}
	}
	lines = append(lines, stepLines(p)...)
	for i := range lines {
		lines[i] = safe.Cell(lines[i])
	}
	_, err := fmt.Fprintln(a.out, strings.Join(lines, "\n"))
	return err
}
