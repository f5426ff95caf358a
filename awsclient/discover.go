package awsclient

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/model"
)

// Discover opens every way into AWS that the options name, side by side, and
// tells a model.Found for each account as soon as its regions are known, and a
// model.Lost for each way that led nowhere. When a better way into an account
// answers after a worse one, its Found comes again, with the better Source.
//
// It may be called again, for instance after a login: logins are then read
// anew. emit is never called twice at once; it may block, but must return when
// ctx ends. The error is ctx's.
func (c *Client) Discover(ctx context.Context, emit func(model.Event)) error {
	return c.discover(ctx, c.nextRound(), nil, emit)
}

// Rediscover is a Discover of some ways in only, by their sources: those that
// were lost, after a login or when the user asks. Logins are read anew, and
// the accounts of all other ways stay as they are.
func (c *Client) Rediscover(ctx context.Context, sources []string, emit func(model.Event)) error {
	only := map[string]bool{}
	for _, s := range sources {
		only[s] = true
	}
	c.forgetLogins(only)
	return c.discover(ctx, c.thisRound(), only, emit)
}

func (c *Client) discover(ctx context.Context, round int, only map[string]bool, emit func(model.Event)) error {
	defer c.begin()()
	d := &discovery{client: c, round: round, emit: emit, seen: newRegionsSeen(c.o.Regions)}
	ways, err := c.ways()
	if err != nil {
		d.lost(ctx, "profiles", &model.OpError{
			Kind: model.Invalid, Err: err,
			Help: "make your AWS config files readable (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE)",
		})
		return ctx.Err()
	}
	for _, w := range d.narrow(ways, only) {
		d.group.Go(func() error {
			d.follow(ctx, w)
			return nil
		})
	}
	err = d.group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if d.only == nil {
		for _, u := range d.seen.unmatched() {
			d.tell(ctx, model.Lost{Unreached: u})
		}
	}
	return err
}

// narrow leaves of the ways in those whose sources are wanted; where some are
// none of theirs, also the one that leads on to the organization's accounts.
// Where none is left, the files have changed: all are tried.
func (d *discovery) narrow(ways []way, only map[string]bool) []way {
	named := 0
	for _, w := range ways {
		if only[w.source] {
			named++
		}
	}
	left := slices.DeleteFunc(slices.Clone(ways), func(w way) bool {
		leads := w.leads && named < len(only)
		return !only[w.source] && !leads
	})
	if len(left) == 0 {
		return ways
	}
	d.only = only
	return left
}

// wants reports whether a way is one of those to be tried.
func (d *discovery) wants(source string) bool { return d.only == nil || d.only[source] }

func (c *Client) nextRound() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	return c.round
}

func (c *Client) thisRound() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.round
}

type discovery struct {
	client *Client
	round  int
	only   map[string]bool // sources of the ways to try; nil: all
	group  errgroup.Group
	seen   *regionsSeen
	mu     sync.Mutex // held while emit runs
	emit   func(model.Event)
}

// tell emits unless ctx has ended.
func (d *discovery) tell(ctx context.Context, e model.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ctx.Err() == nil {
		d.emit(e)
	}
}

func (d *discovery) lost(ctx context.Context, source string, err *model.OpError) {
	d.tell(ctx, model.Lost{Unreached: model.Unreached{Source: source, Err: err}})
}

// follow opens a way, and tells the account it leads to.
func (d *discovery) follow(ctx context.Context, w way) {
	s, err := d.client.enter(ctx, w)
	if err != nil {
		d.lost(ctx, w.source, asOpError(err))
		return
	}
	s.round = d.round
	d.client.keepLogin(ctx, s)
	if w.leads {
		d.group.Go(func() error {
			d.members(ctx, s)
			return nil
		})
	}
	switch {
	case !d.wants(w.source): // opened for where it leads
	case d.client.adopt(s):
		d.describe(ctx, s)
	default:
		d.again(ctx, s.account)
	}
}

// again tells an account once more when another way into it worked: what was
// lost is then found. An account that was not told yet will be.
func (d *discovery) again(ctx context.Context, account string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if best, ok := d.client.session(account); ok && ctx.Err() == nil {
		if f, told := d.client.recall(best); told {
			d.emit(f)
		}
	}
}

// note remembers what is told of an account, with the other ways into it.
func (c *Client) note(s *session, f model.Found) model.Found {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.Also = slices.Clone(s.also)
	s.told = &f
	return f
}

// recall gives what was told of an account, with the other ways into it that
// are known by now.
func (c *Client) recall(s *session) (model.Found, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.told == nil {
		return model.Found{}, false
	}
	f := *s.told
	f.Also = slices.Clone(s.also)
	return f, true
}

// others are the ways into the account of best besides itself, when worse is
// one of them.
func others(best, worse *session) []string {
	all := append(slices.Clone(best.also), append(worse.also, worse.way.source)...)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == best.way.source })
}

// describe tells an account with its name and regions.
func (d *discovery) describe(ctx context.Context, s *session) {
	named := make(chan string, 1)
	d.group.Go(func() error {
		named <- d.client.accountName(ctx, s)
		return nil
	})
	regions, err := d.client.regions(ctx, s)
	account := model.Account{ID: s.account, Name: <-named, Partition: partitionOf(s.arn), Source: s.way.source, Principal: s.arn}
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		d.seen.add(regions)
	}
	wanted := slices.DeleteFunc(regions, func(r model.Region) bool { return !d.client.wants(r.Name) })
	s.close(wanted)
	d.found(ctx, s, model.Found{Account: account, Regions: wanted, Err: asOpError(err)})
}

// found tells an account, unless a better way into it answered meanwhile: that
// way's word must be the last.
func (d *discovery) found(ctx context.Context, s *session, f model.Found) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now, ok := d.client.session(s.account); ok && now == s && ctx.Err() == nil {
		d.emit(d.client.note(s, f))
	}
}

// close notes which regions the account has not enabled, so that AWS's words
// about them, the same as about bad keys, are understood.
func (s *session) close(regions []model.Region) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = map[string]bool{}
	for _, r := range regions {
		s.closed[r.Name] = !r.Enabled
	}
}

func (s *session) isClosed(region string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed[region]
}

// asOpError gives the *model.OpError in err, nil for nil.
func asOpError(err error) *model.OpError {
	if err == nil {
		return nil
	}
	if op, ok := errors.AsType[*model.OpError](err); ok {
		return op
	}
	return &model.OpError{Kind: model.Unknown, Err: err}
}
