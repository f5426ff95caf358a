package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

func (a *app) doctor() *cobra.Command {
	var wanted []string
	var policy bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell which calls are allowed, what is missing without the others, and the IAM policy",
		Long: `doctor finds out in each account and region which of the calls that amiscope makes
are allowed, what each one that is not takes away, and the policy statement that
mends it. It changes nothing and costs nothing: EC2 is asked with DryRun, other
services by the smallest page of a harmless read. What would need an id, or money,
is not checkable.

States: allowed, denied, not-needed (denied, and another call or account tells the
same), no-answer (it could not be asked), not-checkable, not-offered (AWS has no
such service in the region). Regions that a service control policy closes, or that
the account has not enabled, are told as closed and disabled; logins that lead
nowhere as unreached.

--for says what is wanted: read, usage, permissions, trail, settings, inspector,
cost, measure, bill, organization, report, write, keys. Reading belongs to each;
write is all that changes images and snapshots, keys what copies take besides that
are encrypted with keys of your own. --policy prints the smallest IAM policy for it,
and calls nothing. All permissions: docs/iam.md.`,
		Example: "  amiscope doctor\n  amiscope doctor --for read,usage --profile prod\n  amiscope doctor --policy --for read,usage,cost\n  amiscope doctor --for usage,permissions,cost,write",
		Args:    cobra.NoArgs,
		RunE:    a.verb(func(ctx context.Context, _ []string) error { return a.runDoctor(ctx, wanted, policy) }),
	}
	cmd.Flags().StringSliceVar(&wanted, "for", nil, "what is wanted, with commas between (default read,usage,permissions,cost; also organization with --organization)")
	cmd.Flags().BoolVar(&policy, "policy", false, "print the smallest IAM policy for that; call nothing")
	if err := cmd.RegisterFlagCompletionFunc("for", fixed(groupWords())); err != nil {
		panic(err) // a flag of that name stands above
	}
	return cmd
}

func groupWords() []string {
	var out []string
	for _, g := range calls.Groups() {
		out = append(out, g.String())
	}
	return out
}

// groupsOf reads --for; without it, what the screen reads by itself is wanted.
func groupsOf(words []string, c config.Config) ([]calls.Group, error) {
	if len(words) == 0 {
		out := []calls.Group{calls.Read, calls.Usage, calls.Permissions, calls.Cost}
		if c.Organization {
			out = append(out, calls.Organization)
		}
		return out, nil
	}
	var out []calls.Group
	for _, w := range words {
		g, ok := calls.ParseGroup(w)
		if !ok {
			return nil, usagef("--for is one or more of %s, not %q", strings.Join(groupWords(), ", "), w)
		}
		out = append(out, g)
	}
	return out, nil
}

func (a *app) runDoctor(ctx context.Context, wanted []string, policy bool) error {
	style, err := a.style()
	if err != nil {
		return err
	}
	c, err := a.settled()
	if err != nil {
		return err
	}
	groups, err := groupsOf(wanted, c)
	if err != nil {
		return err
	}
	in := calls.Setting{Partition: partition(c.Regions, a.env), Role: c.Role}
	if policy {
		_, err := a.out.Write(calls.PolicyFor(groups, in).JSON())
		return err
	}
	switch {
	case a.flags.offline:
		return usagef("doctor asks AWS; it does nothing --offline")
	case a.flags.from != "":
		return usagef("doctor asks AWS; leave out --from")
	}
	v, err := a.consult(ctx, calls.Asked(groups))
	if err != nil {
		return err
	}
	d := v.diagnosis(in)
	if err := style.Doctor(a.out, d); err != nil {
		return err
	}
	a.tell(v.notes)
	return a.prescribe(d, v)
}

// visit is all that was seen of the accounts.
type visit struct {
	accounts []model.Found // by id
	lost     []model.Unreached
	examined []awsclient.Examined // by account, what is called once in it first, and region
	notes    []string
}

// scopesAtOnce is how many scopes are examined at a time. How many calls are in
// flight the client bounds.
const scopesAtOnce = 16

// consult finds the accounts, and examines them.
func (a *app) consult(ctx context.Context, asked []calls.Call) (v visit, err error) {
	a.askMFA = a.codeFrom(a.in)
	w, _, err := a.open(ctx)
	if err != nil {
		return v, err
	}
	defer func() { v.notes = append(v.notes, w.close()...) }()
	p := newProgress(a.err)
	p.quiet = a.asking.Load
	defer p.clear()
	found := map[string]model.Found{}
	if err = w.client.Discover(ctx, func(e model.Event) {
		switch e := e.(type) {
		case model.Found:
			found[e.Account.ID] = e // the last word counts
		case model.Lost:
			v.lost = append(v.lost, e.Unreached)
		}
		p.show(func() string { return "finding accounts: " + kit.Count(len(found)) })
	}); err != nil {
		return v, err
	}
	for _, f := range found {
		v.accounts = append(v.accounts, f)
	}
	slices.SortFunc(v.accounts, func(x, y model.Found) int { return cmp.Compare(x.Account.ID, y.Account.ID) })
	err = v.examine(ctx, w.client, asked, p)
	return v, err
}

// examine looks at all scopes that can be read. Its error is ctx's: what a scope
// fails with stands in its checks.
func (v *visit) examine(ctx context.Context, client *awsclient.Client, asked []calls.Call, p *progress) error {
	for _, f := range v.accounts {
		v.examined = append(v.examined, awsclient.Examined{Scope: model.Scope{Account: f.Account.ID}})
		for _, r := range f.Regions {
			if r.Enabled {
				v.examined = append(v.examined, awsclient.Examined{Scope: model.Scope{Account: f.Account.ID, Region: r.Name}})
			}
		}
	}
	var group errgroup.Group
	group.SetLimit(scopesAtOnce)
	var mu sync.Mutex
	done := 0
	for i := range v.examined {
		group.Go(func() error {
			e, err := client.Examine(ctx, v.examined[i].Scope, asked)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			v.examined[i] = e
			done++
			p.show(func() string {
				return "checking: " + kit.Count(done) + " of " + kit.Plural(len(v.examined), "scope", "scopes")
			})
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	v.spare()
	return nil
}

// spare lets one account that may do what one need do speak for the others.
func (v *visit) spare() {
	speaks := map[string]bool{}
	for _, e := range v.examined {
		for _, c := range e.Checked {
			speaks[c.Call.API] = speaks[c.Call.API] || c.Call.At == calls.AnyAccount && c.Standing == awsclient.Allowed
		}
	}
	for _, e := range v.examined {
		for i := range e.Checked {
			c := &e.Checked[i]
			if speaks[c.Call.API] && (c.Standing == awsclient.Missing || c.Standing == awsclient.Unanswered) {
				c.Standing = awsclient.Spared
			}
		}
	}
}
