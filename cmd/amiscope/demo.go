package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/cmd/internal/config"
)

// demoFlags are the size and the faults of the demo's AWS.
type demoFlags struct {
	fleet   fleet.Config
	latency time.Duration
	deny    []string
	closed  []string
	faults  []string
	buckets bool // AWS's documented rate limits hold
	listen  string
	envFile string
	clock   func() time.Time // the real one, which clients of --listen have too
	time    *demoTime
}

func (a *app) demo() *cobra.Command {
	d := &demoFlags{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run everything on an AWS of our own, without an account",
		Long: `demo opens the table on a made-up company with several accounts and regions. It
is an AWS inside the program, spoken to by the real SDK; the same seed gives the
same company. It reads neither your AWS settings nor your config file, and keeps
its cache apart. The verbs work on it as well: amiscope demo list. As in a real
company, one scope is denied: what reads it is partial and exits with 4.

With --listen it serves any other AWS client, and prints the environment that
points one to it.`,
		Example:          "  amiscope demo\n  amiscope demo list is:public -o json\n  amiscope demo --listen 127.0.0.1:4566 --env-file demo.env",
		Args:             cobra.NoArgs,
		PersistentPreRun: func(*cobra.Command, []string) { a.enterDemo(d) },
		RunE: a.verb(func(ctx context.Context, args []string) error {
			if d.listen != "" {
				return a.serve(ctx)
			}
			if d.envFile != "" {
				return usagef("--env-file goes with --listen")
			}
			return a.browse(ctx, args)
		}),
	}
	d.add(cmd)
	cmd.AddCommand(a.verbs()...)
	return cmd
}

func (d *demoFlags) add(cmd *cobra.Command) {
	s := cmd.PersistentFlags()
	s.IntVar(&d.fleet.Accounts, "accounts", fleet.DefaultAccounts, "number of accounts")
	s.IntVar(&d.fleet.Regions, "regions", fleet.DefaultRegions, "number of enabled regions")
	s.IntVar(&d.fleet.Images, "images", fleet.DefaultImages, "number of images, in all accounts together")
	s.Uint64Var(&d.fleet.Seed, "seed", fleet.DefaultSeed, "number that the company is made from")
	s.DurationVar(&d.latency, "latency", 0, "time that every call takes")
	s.StringArrayVar(&d.deny, "deny", nil, "calls to deny: account/region/operation, each a glob; may be repeated")
	s.StringArrayVar(&d.closed, "not-opted-in", nil, "region that is not enabled; may be repeated")
	s.StringArrayVar(&d.faults, "fault", nil, "what goes wrong: "+fakeaws.FaultSyntax+"; may be repeated")
	s.BoolVar(&d.buckets, "throttle", false, "answer RequestLimitExceeded beyond AWS's documented rates")
	cmd.Flags().StringVar(&d.listen, "listen", "", "serve on a loopback address such as 127.0.0.1:4566; port 0 takes a free one")
	cmd.Flags().StringVar(&d.envFile, "env-file", "", "write the export lines to a file as well")
}

// server makes the demo's AWS, as of now.
func (d *demoFlags) server(now func() time.Time) (*fakeaws.Server, error) {
	if d.fleet.Accounts < 1 || d.fleet.Regions < 1 || d.fleet.Images < 1 {
		return nil, errors.New("--accounts, --regions and --images are at least 1")
	}
	o := fakeaws.Demo(d.fleet)
	o.Latency, o.NotOptedIn, o.Throttle, o.Now = d.latency, d.closed, d.buckets, now
	for _, text := range d.deny {
		rule, err := fakeaws.ParseRule(text)
		if err != nil {
			return nil, fmt.Errorf("--deny: %w", err)
		}
		o.Denied = append(o.Denied, rule)
	}
	for _, text := range d.faults {
		f, err := fakeaws.ParseFault(text)
		if err != nil {
			return nil, fmt.Errorf("--fault: %w", err)
		}
		o.Faults = append(o.Faults, f)
	}
	return fakeaws.New(o), nil
}

// key names the demo's world in its cache: another seed, size or denial is
// another world. Faults are not: what they let through is the same.
func (d *demoFlags) key(c config.Config) cache.Key {
	name := fmt.Sprintf("demo %+v deny %q closed %q", d.fleet, d.deny, d.closed)
	return cache.Key{Partition: "aws", Endpoint: sharing(name, c.Shared)}
}

// enterDemo turns the run to the demo.
func (a *app) enterDemo(d *demoFlags) {
	a.flags.demo, d.clock, d.time = d, a.now, newDemoTime(a.now)
	a.now = d.time.now
}

// enterDemo reaches the demo's AWS, in this process. Everything is read anew
// unless --max-age says else: the cache may be of an older version of the
// program, whose company was another.
func (w *world) enterDemo(a *app, c config.Config) error {
	d := a.flags.demo
	s, err := d.server(a.now)
	if err != nil {
		return err
	}
	if !a.flags.given("max-age") {
		w.fresh.Age = 0
	}
	w.reach = d.time.reach
	w.selection, w.anyKey = selection(c, func(string) string { return "" })
	w.store = cache.New(a.cacheFile(), d.key(c))
	w.client, err = awsclient.New(a.demoOptions(c, s))
	return err
}

// demoOptions reach every account of an AWS in this process by keys of its own.
func (a *app) demoOptions(c config.Config, s *fakeaws.Server) awsclient.Options {
	o := a.clientOptions(c)
	o.Transport = s.Transport()
	o.Endpoint = "https://demo.invalid"
	for _, acct := range s.Accounts() {
		key, secret := s.Credentials(acct.ID)
		o.Static = append(o.Static, awsclient.StaticAccount{
			Name: cmp.Or(acct.Alias, acct.Name), AccessKey: key, Secret: secret, Region: s.Regions()[0],
		})
	}
	return o
}

// refuseReach refuses flags that choose accounts of the user's.
func (a *app) refuseReach() error {
	for _, name := range []string{"profile", "all-profiles", "organization", "role", "config"} {
		if a.flags.given(name) {
			return usagef("the demo has accounts of its own: leave out --%s", name)
		}
	}
	return nil
}
