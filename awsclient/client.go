package awsclient

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/amiscope/amiscope/model"
)

// Options say which accounts and regions are wanted and how AWS is reached.
type Options struct {
	Accounts     []AccountConfig // of the config file; tried before the profiles
	Profiles     []string        // named profiles
	AllProfiles  bool            // every profile of the user's AWS files
	Organization bool            // every active account of the organization of the first profile or the default credentials
	Role         string          // name of the role to assume in the organization's accounts
	Static       []StaticAccount // fixed keys; when set, no profile, variable or metadata service is read
	Regions      []string        // names or globs such as eu-*; empty means all
	Shared       bool            // also images that other accounts share with these
	Usage        Usage           // what is read of the usage sources beyond the rest

	Endpoint  string            // of every service; "" means what the AWS variables and files say
	Transport http.RoundTripper // nil means the network
	Limiter   Limiter           // nil means no rate limit
	InFlight  int               // requests at once; 0 means 64
	Log       *slog.Logger      // requests at level debug, without headers or bodies; nil means none

	// MFA asks the user for the code of a device. One question stands at a
	// time. Its context is that of the Discover that set the login up.
	MFA func(ctx context.Context, serial string) (string, error)
}

// Usage says what is read of the usage sources besides what costs no call
// more. A source that is not to be read at all is not asked for.
type Usage struct {
	TemplateVersions int      // older versions of each launch template; negative: all
	ParameterPaths   []string // of plain SSM parameters, searched for image ids
}

// AccountConfig is an account of the config file: a profile, or a role assumed
// from that profile or from the default credentials.
type AccountConfig struct {
	Name       string // shown instead of the account's alias
	Profile    string
	RoleARN    string
	ExternalID string
}

// StaticAccount is an account reached by fixed keys, as in the demo.
type StaticAccount struct {
	Name      string
	AccessKey string
	Secret    string
	Region    string // where account-wide calls go
}

// defaultInFlight keeps a cold scan near its lower bound without more open
// connections than a laptop likes.
const defaultInFlight = 64

// Client reaches AWS. It is safe for use by many goroutines.
type Client struct {
	o       Options
	http    *shared
	gate    gate
	strings interner
	numbers numbered
	backoff retry.BackoffDelayer // nil means the SDK's; tests do not wait
	mfa     sync.Mutex           // one question at a time

	mu       sync.Mutex
	accounts map[string]*session // the best way into each account, by id
	round    int                 // of Discover; a later one's sessions stand
	trying   int                 // discoveries that run
	changed  chan struct{}       // closed, and made anew, with each way in that was found and each discovery's end
	kept     map[string]kept     // logins that asked for a code, by source
	units    []string            // ARNs of the organizational units that were asked for
}

// New makes a client. It calls nothing; a wrong option is its only error.
func New(o Options) (*Client, error) {
	if o.Organization && o.Role == "" {
		return nil, errors.New("an organization needs the name of the role to assume in its accounts")
	}
	for _, r := range o.Regions {
		if _, err := path.Match(r, ""); err != nil {
			return nil, errors.New("region " + r + ": the pattern is not closed")
		}
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Client{
		o:        o,
		http:     newShared(o.Transport),
		gate:     gate{limiter: o.Limiter, slots: newSlots(cmp.Or(o.InFlight, defaultInFlight)), decoders: newDecoders(), log: log},
		accounts: map[string]*session{},
		changed:  make(chan struct{}),
		kept:     map[string]kept{},
	}, nil
}

// Close closes connections that nobody uses. The client stays usable.
func (c *Client) Close() { c.http.close() }

// session is the best way into an account that was found so far.
func (c *Client) session(account string) (*session, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.accounts[account]
	return s, ok
}

// awaited is the way into an account. Where none is known and ways in are being
// tried, which may lead there, it waits for them: what the cache shows is looked at
// before its account is found.
func (c *Client) awaited(ctx context.Context, account string) (*session, bool) {
	for {
		s, changed := c.lookOut(account)
		if s != nil || changed == nil {
			return s, s != nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, false
		}
	}
}

// lookOut gives the way into an account, or what tells that it is worth another
// look, or neither.
func (c *Client) lookOut(account string) (s *session, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.accounts[account]; s != nil || c.trying == 0 {
		return s, nil
	}
	return nil, c.changed
}

// Reaches reports whether a way into an account is known.
func (c *Client) Reaches(account string) bool {
	_, ok := c.session(account)
	return ok
}

// begin counts a discovery, until end.
func (c *Client) begin() (end func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trying++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.trying--
		c.wake()
	}
}

// wake lets all look again who wait for a way in. The lock is held.
func (c *Client) wake() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// adopt makes s the way into its account, unless a better one is known. Either
// remembers the other.
func (c *Client) adopt(s *session) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, ok := c.accounts[s.account]
	if ok && (old.round > s.round || old.round == s.round && old.way.rank < s.way.rank) {
		old.also = others(old, s)
		return false
	}
	if ok && old.round == s.round {
		s.also = others(s, old)
	}
	c.accounts[s.account] = s
	c.wake()
	return true
}

// Read hands over all pages of one kind of one scope, in the order AWS gives
// them. The scope's account must have been found by Discover. Its error is a
// *model.OpError or ctx's.
func (c *Client) Read(ctx context.Context, sc model.Scope, k model.Kind, page func(model.Page)) error {
	r, err := c.reading(ctx, sc, k)
	if err != nil {
		return err
	}
	if int(k) >= len(sources) || sources[k] == nil {
		return &model.OpError{Scope: sc, Kind: model.Unsupported, Err: errors.New("nothing reads this kind of record")}
	}
	r.page = page
	return sources[k].read(ctx, r)
}
