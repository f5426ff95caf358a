package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
)

// world is one AWS, or several reached by the same settings, and what is kept
// of it. The screen and the verbs see it through restore and refresh.
type world struct {
	client    *awsclient.Client // nil where an inventory file is shown,
	store     *cache.Store      // and likewise
	archive   *cache.Archive    // nil where AWS is shown
	selection string            // its name in the cache
	anyKey    string            // its name whatever the access key is
	fresh     scan.Freshness
	policy    model.UsagePolicy
	offline   bool
	now       func() time.Time
	reach     func(model.Event) // lets the clock follow what the cache gives; nil: it needs not
	log       io.Closer
	saving    *saving
	streams   sync.WaitGroup
	kept      []model.Scope // of which the cache's lists were read
	session
}

// session is what this run has found out, and what it goes by.
type session struct {
	costs   config.Cost
	owners  owners
	mu      sync.Mutex
	reached map[string]bool // accounts that were found
	meant   cache.Selection // what the last search of all accounts found
	gen     model.Gen       // of the newest refresh
	told    map[string]bool // what is told once
}

// open makes the world that flags, variables and file describe. It calls
// nothing yet.
func (a *app) open(ctx context.Context) (*world, config.Config, error) {
	if a.flags.from != "" {
		return a.openFile()
	}
	c, err := a.settled()
	if err != nil {
		return nil, c, err
	}
	if a.flags.demo != nil {
		if err := a.refuseReach(); err != nil {
			return nil, c, err
		}
	}
	logFile, err := a.openLog()
	if err != nil {
		return nil, c, err
	}
	w := &world{
		now: a.now, log: logFile, fresh: scan.DefaultFreshness(), policy: c.Usage.Policy(), offline: a.flags.offline,
		session: session{reached: map[string]bool{}, told: map[string]bool{}, costs: c.Cost},
	}
	w.fresh.Age = c.MaxAge
	w.fresh.Idle = min(w.fresh.Idle, c.Usage.Fresh/2) // well before it is evidence no more
	if a.flags.given("max-age") {                     // who states an age wants it for empty scopes too
		w.fresh.Empty, w.fresh.Idle = c.MaxAge, c.MaxAge
	}
	if a.flags.demo != nil {
		err = w.enterDemo(a, c)
	} else {
		err = w.enterAWS(a, c)
	}
	if err != nil {
		return nil, c, errors.Join(usageError{err}, logFile.Close())
	}
	w.saving = save(ctx, w.store, a.log)
	return w, c, nil
}

// close saves what is not saved yet and ends what the world holds open; it
// returns what the user should still be told. The contexts of all streams must
// have ended, or the streams been read to their end.
func (w *world) close() []string {
	w.streams.Wait()
	if w.archive != nil {
		return nil
	}
	notes := w.saving.end()
	w.client.Close()
	if err := w.log.Close(); err != nil {
		notes = append(notes, "the log is not complete: "+err.Error())
	}
	return notes
}

// enterAWS reaches the user's AWS.
func (w *world) enterAWS(a *app, c config.Config) (err error) {
	w.selection, w.anyKey = selection(c, a.env)
	w.store = cache.New(a.cacheFile(), cache.Key{
		Partition: partition(c.Regions, a.env),
		Endpoint:  sharing(cmp.Or(a.env("AWS_ENDPOINT_URL_EC2"), a.env("AWS_ENDPOINT_URL")), c.Shared),
	})
	o := a.clientOptions(c)
	o.Accounts, o.Profiles, o.AllProfiles = accountsOf(c), c.Profiles, c.AllProfiles
	o.Organization, o.Role = c.Organization, c.Role
	w.client, err = awsclient.New(o)
	return err
}

// clientOptions are those that the user's AWS and the demo's have in common.
func (a *app) clientOptions(c config.Config) awsclient.Options {
	return awsclient.Options{
		Regions: c.Regions, Shared: c.Shared, Limiter: scan.NewBuckets(), Log: a.log, MFA: a.askMFA,
		Usage: awsclient.Usage{TemplateVersions: int(c.Usage.TemplateVersions), ParameterPaths: c.Usage.ParameterPaths},
	}
}

// sharing keeps what was read with --shared apart: without it a scope's own
// images would bring others along, and with it they would be missed.
func sharing(endpoint string, shared bool) string {
	if shared {
		return endpoint + " shared"
	}
	return endpoint
}

// partition guesses AWS's partition before any call tells it: regions of the
// special ones are named for them.
func partition(regions []string, env func(string) string) string {
	all := append(slices.Clone(regions), env("AWS_REGION"), env("AWS_DEFAULT_REGION"))
	for prefix, name := range map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"} {
		if slices.ContainsFunc(all, func(r string) bool { return strings.HasPrefix(r, prefix) }) {
			return name
		}
	}
	return "aws"
}
