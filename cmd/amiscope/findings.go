package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/tui/kit"
)

// auditing is what the verb findings is asked.
type auditing struct {
	failOn string
	rules  []string
}

func (a *app) findings() *cobra.Command {
	var q auditing
	cmd := &cobra.Command{
		Use:   "findings [FILTER...]",
		Short: "Tell what is wrong with images, instances and scopes",
		Long: `findings judges the images that the accounts read own by rules: who may launch
them, what their disks and names are like, whether they are kept up, and what runs
on them; the rules and what mends each stand in docs/findings.md, and [findings] in
the config file says what is wrong and how much it matters. With a filter only the
images that it shows are judged, and neither instances nor scopes.

A finding is open, or accepted until a date (see amiscope findings accept), or
unknown where its facts could not be read: nothing passes unread. Launch
permissions take a call for each image.

With --fail-on it exits with 3 where a finding of that severity or a higher one is
open; what is unknown or accepted does not count.`,
		Example: `  amiscope findings
  amiscope findings --fail-on high -o markdown
  amiscope findings --rule public,shared-with-stranger -o json
  amiscope findings 'account:prod family:web' -o csv`,
		RunE:              a.verb(func(ctx context.Context, args []string) error { return a.runFindings(ctx, q, args) }),
		ValidArgsFunction: a.completeFilter,
	}
	s := cmd.Flags()
	s.StringVar(&q.failOn, "fail-on", "", "exit with 3 where a finding at or above this severity is open: "+strings.Join(model.SeverityNames(), ", "))
	s.StringSliceVar(&q.rules, "rule", nil, "rules to judge by; may be repeated")
	if err := cmp.Or(cmd.RegisterFlagCompletionFunc("fail-on", fixed(model.SeverityNames())), cmd.RegisterFlagCompletionFunc("rule", fixed(finding.IDs()))); err != nil {
		panic(err) // flags of those names stand above
	}
	cmd.AddCommand(a.acceptVerb())
	return cmd
}

func (a *app) runFindings(ctx context.Context, q auditing, args []string) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	policy, err := a.findingPolicy(q)
	if err != nil {
		return err
	}
	sel, err := listing{sort: newest}.read(style, args)
	if err != nil {
		return err
	}
	g, err := a.gather(ctx, a.needOf(policy, sel))
	if err != nil {
		return err
	}
	sel.now = a.now()
	g.look(&policy, sel.now)
	list, undecided := sel.among(&g, g.found.All())
	if err := style.Findings(a.out, g.known(), list, countedBy(policy, list)); err != nil {
		return err
	}
	a.undecided(undecided)
	if !sel.query.Empty() {
		a.say("only the images that the filter shows are judged: neither instances nor scopes")
	}
	a.tellUnknown(list)
	err = a.conclude(g)
	return cmp.Or(a.failing(q, list), err)
}

// findingPolicy is what findings are made by: the settings, what people have
// accepted, and the rules that are asked for.
func (a *app) findingPolicy(q auditing) (p finding.Policy, err error) {
	if _, ok := model.ParseSeverity(q.failOn); !ok && q.failOn != "" {
		return p, usagef("--fail-on is one of %s, not %q", strings.Join(model.SeverityNames(), ", "), q.failOn)
	}
	for _, id := range q.rules {
		if err := config.CheckRule(id); err != nil {
			return p, usageError{err}
		}
	}
	c, err := a.settled()
	if err != nil {
		return p, err
	}
	if a.flags.demo != nil {
		a.demoFindings(&c.Findings)
	}
	accepted, err := config.LoadAccepted(a.acceptedPath())
	if err != nil {
		return p, usageError{err}
	}
	p = c.Findings.Policy(c.Usage.Fresh, accepted)
	for _, r := range finding.Rules() {
		switch {
		case len(q.rules) == 0:
		case !slices.Contains(q.rules, r.ID):
			p.Off = append(p.Off, r.ID)
		case !p.On(r):
			return p, usagef("the rule %s is off in the config: %s", r.ID, cmp.Or(needed(r), "findings.severity, or the key that it goes by"))
		}
	}
	return p, nil
}

// needed is what the config lacks for a rule to judge anything.
func needed(r finding.Rule) string {
	if r.Policy == "" {
		return ""
	}
	return "set findings." + r.Policy
}

// demoFindings are the settings of the demo's company, which has no config file.
func (a *app) demoFindings(f *config.Findings) {
	regions := fleet.Organize(a.flags.demo.fleet).Enabled()
	f.RecoveryRegions = regions[len(regions)-1:]
	f.NamePattern = `[a-z0-9]+([-_./ ][A-Za-z0-9.:]+)*`
}

// acceptedPath is the file beside the config file in which findings are accepted.
func (a *app) acceptedPath() string {
	if a.flags.demo != nil {
		return filepath.Join(a.place(a.dirs.config), config.AcceptedName)
	}
	path, _ := a.configPath()
	return filepath.Join(filepath.Dir(path), config.AcceptedName)
}

// among keeps the findings on the images that the filter shows; without a filter
// all.
func (s search) among(g *gathered, all []finding.Finding) (list []finding.Finding, undecided int) {
	if s.query.Empty() {
		return all, 0
	}
	images, undecided := s.find(g)
	shown := make(map[model.ImageKey]bool, len(images))
	for _, im := range images {
		shown[im.ImageKey] = true
	}
	return slices.DeleteFunc(all, func(x finding.Finding) bool {
		return x.Target.Image == nil || !shown[x.Target.Image.ImageKey]
	}), undecided
}

// countedBy are the rules that judge anything, with their findings among some.
func countedBy(p finding.Policy, list []finding.Finding) []output.JudgedRule {
	counts := map[string]*finding.Count{}
	var out []output.JudgedRule
	for _, r := range finding.Rules() {
		if p.On(r) {
			r.Severity = p.Severity(r)
			out, counts[r.ID] = append(out, output.JudgedRule{Rule: r}), &finding.Count{}
		}
	}
	for _, x := range list {
		c := counts[x.Rule.ID]
		switch x.State {
		case finding.Open:
			c.Open++
		case finding.Undecided:
			c.Unknown++
		case finding.Acknowledged:
			c.Accepted++
		}
	}
	for i := range out {
		out[i].Count = *counts[out[i].ID]
	}
	return out
}

// tellUnknown says how many findings are unknown, and why.
func (a *app) tellUnknown(list []finding.Finding) {
	all, reasons := 0, map[string]int{}
	for _, x := range list {
		if x.State == finding.Undecided {
			all++
			reasons[x.Evidence]++
		}
	}
	if all == 0 {
		return
	}
	why := slices.SortedFunc(maps.Keys(reasons), func(x, y string) int { return cmp.Or(cmp.Compare(reasons[y], reasons[x]), cmp.Compare(x, y)) })
	const most = 5
	rest := all
	for i, text := range why[:min(most, len(why))] {
		rest -= reasons[text]
		why[i] = fmt.Sprintf("%s (%d)", text, reasons[text])
	}
	why = why[:min(most, len(why))]
	if rest > 0 {
		why = append(why, fmt.Sprintf("others (%d)", rest))
	}
	a.say("unknown: %s, for facts are missing: %s", kit.Plural(all, "finding", "findings"), strings.Join(why, "; "))
}

// failing is errFindings where something is open that must not be.
func (a *app) failing(q auditing, list []finding.Finding) error {
	least, ok := model.ParseSeverity(q.failOn)
	n := 0
	for _, x := range list {
		if ok && x.State == finding.Open && x.Severity >= least {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	a.say("%s at or above %s", kit.Plural(n, "open finding", "open findings"), least)
	return errFindings
}
