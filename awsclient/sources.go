package awsclient

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/amiscope/amiscope/model"
)

// source is what one pass over a scope reads.
type source interface {
	// read hands over all pages. Its error is a *model.OpError, which names the
	// call that failed, or ctx's.
	read(ctx context.Context, r *reading) error
}

// sources are the readers of all kinds that are read in whole passes.
var sources = [...]source{
	model.Images:              imageList{},
	model.Snapshots:           snapshotList{},
	model.Instances:           instanceList{},
	model.Templates:           templateList{},
	model.LaunchConfigs:       configList{},
	model.Groups:              groupList{},
	model.Fleets:              fleetList{},
	model.SpotFleets:          spotFleetList{},
	model.SpotRequests:        spotRequestList{},
	model.Parameters:          parameterList{},
	model.Recipes:             recipeList{},
	model.ComputeEnvironments: environmentList{},
	model.NodeGroups:          nodeGroupList{},
	model.Bin:                 binList{},
	model.BinRules:            binRuleList{},
	model.Hasten:              hastenList{},
	model.Settings:            settingList{},
	model.PublicSnapshots:     publicList{},
	model.Reports:             reportList{},
}

// pageSize is the number of records asked for in one answer. The EC2 developer
// guide pages by 1,000; answers may hold fewer, even none.
const pageSize = 1000

// reading is one pass over a kind of a scope, or a few calls about single
// images of it.
type reading struct {
	client  *Client
	session *session
	scope   model.Scope
	kind    model.Kind
	page    func(model.Page)

	calls int // made since the last page
}

// reading begins one, as soon as the account is found. Its error is a *model.OpError
// or ctx's.
func (c *Client) reading(ctx context.Context, sc model.Scope, k model.Kind) (*reading, error) {
	s, ok := c.awaited(ctx, sc.Account)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if !ok {
		return nil, &model.OpError{
			Scope: sc, Kind: model.Expired, Err: errors.New("no login reaches this account"),
			Help: "name a profile or role of this account, or log in again, then refresh",
		}
	}
	return &reading{client: c, session: s, scope: sc, kind: k, page: func(model.Page) {}}, nil
}

// list calls fetch with one page token after another until there is none, and
// explains its error. The api is the call that fetch makes for each page; what
// else it calls explains itself.
func (r *reading) list(ctx context.Context, api string, fetch func(ctx context.Context, token *string) (next *string, err error)) error {
	err := pages(func(token *string) (*string, error) {
		r.calls++
		next, err := fetch(r.urgent(ctx, token), token)
		if err != nil {
			return nil, err
		}
		return next, ctx.Err()
	})
	return r.explain(ctx, api, err)
}

// ask makes a single call that belongs to a list that has begun.
func (r *reading) ask(ctx context.Context, api string, call func(ctx context.Context) error) error {
	r.calls++
	return r.explain(ctx, api, call(withUrgency(ctx, nextOf(r.kind))))
}

// tell hands a page over, with the calls that it took.
func (r *reading) tell(p model.Page) {
	p.Scope, p.Kind, p.Calls, p.At = r.scope, r.kind, r.calls, time.Now()
	r.calls = 0
	r.page(p)
}

// explain turns an error into what the call was and what is wrong, unless that
// has been done. A service whose host does not exist may be one that the region
// does not have.
func (r *reading) explain(ctx context.Context, api string, err error) error {
	if _, done := errors.AsType[*model.OpError](err); done {
		return err
	}
	err = r.client.explain(ctx, r.session.call(api, r.scope.Region), err)
	if op, ok := errors.AsType[*model.OpError](err); ok && r.notOffered(ctx, op) {
		op.Kind, op.Help = model.NotOffered, ""
	}
	return err
}

// urgent is the context of a page's call. After the next pages of lists that
// have begun come the first ones, of the home region and of the others.
func (r *reading) urgent(ctx context.Context, token *string) context.Context {
	u := nextOf(r.kind)
	switch {
	case token != nil:
	case r.scope.Region == r.session.cfg.Region:
		u++
	default:
		u += 2
	}
	return withUrgency(ctx, u)
}

// nextOf is the urgency of the next page of a list of a kind.
func nextOf(k model.Kind) urgency {
	switch k {
	case model.Images:
		return nextImages
	case model.Snapshots:
		return nextSnapshots
	default:
		return nextUsage
	}
}

// errRepeated is a server that never comes to an end.
var errRepeated = errors.New("the server gave the same page token twice")

// pages calls fetch with one token after another until there is none. An empty
// page is no end, and a token that comes back is an error, not a loop.
func pages(fetch func(token *string) (next *string, err error)) error {
	var token *string
	seen := map[string]bool{}
	for {
		next, err := fetch(token)
		if err != nil || aws.ToString(next) == "" {
			return err
		}
		if seen[*next] {
			return errRepeated
		}
		seen[*next] = true
		token = next
	}
}

// whole reports an answer in JSON without the list that was asked for: AWS
// tells an empty list as one, while other documents lack it. The SDK takes both
// for an empty list, and a pass over that would sweep everything.
func whole[E any](list []E, next *string) error {
	if list == nil && aws.ToString(next) == "" {
		return errForeign
	}
	return nil
}
