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
	d := &discovery{client: c, emit: emit, seen: newRegionsSeen(c.o.Regions)}
	ways, err := c.ways()
	if err != nil {
		d.lost(ctx, "profiles", &model.OpError{
			Kind: model.Invalid, Err: err,
			Help: "make your AWS config files readable (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE)",
		})
		return ctx.Err()
	}
	d.round = c.nextRound()
	for _, w := range ways {
		d.group.Go(func() error {
			d.follow(ctx, w)
			return nil
		})
	}
	err = d.group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, u := range d.seen.unmatched() {
		d.tell(ctx, model.Lost{Unreached: u})
	}
	return err
}

func (c *Client) nextRound() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	return c.round
}

type discovery struct {
	client *Client
	round  int
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
	if w.leads {
		d.group.Go(func() error {
			d.members(ctx, s)
			return nil
		})
	}
	if d.client.adopt(s) {
		d.describe(ctx, s)
	}
}

// describe tells an account with its name and regions.
func (d *discovery) describe(ctx context.Context, s *session) {
	named := make(chan string, 1)
	d.group.Go(func() error {
		named <- d.client.accountName(ctx, s)
		return nil
	})
	regions, err := d.client.regions(ctx, s)
	account := model.Account{ID: s.account, Name: <-named, Partition: partitionOf(s.arn), Source: s.way.source}
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
		d.emit(f)
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
