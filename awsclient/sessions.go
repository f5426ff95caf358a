package awsclient

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/amiscope/amiscope/model"
)

const (
	attempts    = 8         // with the SDK's back-off: about a minute of throttling
	roleSession = time.Hour // what every role allows, and the cap of chained ones
	sessionName = "amiscope"
)

// DefaultSource is the source of what the default credentials lead to.
const DefaultSource = "default credentials"

// way is one way into AWS: a profile, a role, keys, or the default chain.
type way struct {
	source  string // as shown: "profile dev"
	name    string // the user's own name for the account, or ""
	orgName string // the organization's name for it, or ""
	rank    int    // of several ways into one account the lowest is used
	profile string
	role    role
	base    *session       // where the role is assumed from; nil: the profile
	static  *StaticAccount // fixed keys; nil: the SDK's config loader
	leads   bool           // on to the organization
}

// role is a role to assume; the zero value is none.
type role struct{ arn, externalID string }

// ways lists the ways in that the options name, the preferred ones first.
func (c *Client) ways() ([]way, error) {
	out := c.staticWays()
	if len(out) == 0 {
		named, err := c.namedWays()
		if err != nil {
			return nil, err
		}
		out = named
	}
	for i := range out {
		out[i].rank = i
	}
	return out, nil
}

func (c *Client) staticWays() []way {
	var out []way
	for i := range c.o.Static {
		a := &c.o.Static[i]
		out = append(out, way{source: "keys " + cmp.Or(a.Name, a.AccessKey), name: a.Name, static: a, leads: c.o.Organization && i == 0})
	}
	return out
}

func (c *Client) namedWays() ([]way, error) {
	var out []way
	for _, a := range c.o.Accounts {
		out = append(out, configuredWay(a))
	}
	profiles := slices.Clone(c.o.Profiles)
	if c.o.AllProfiles {
		all, err := ProfileNames()
		if err != nil {
			return nil, err
		}
		profiles = append(profiles, all...)
	}
	for _, p := range profiles {
		out, _ = withProfile(out, p)
	}
	if len(out) == 0 {
		out, _ = withProfile(out, "")
	}
	if c.o.Organization {
		leader := 0
		out, leader = withProfile(out, cmp.Or(c.o.Profiles...))
		out[leader].leads = true
	}
	return out, nil
}

// withProfile adds the way by a profile, "" for the default credentials, unless
// it is there, and tells where it stands.
func withProfile(ways []way, profile string) ([]way, int) {
	i := slices.IndexFunc(ways, func(w way) bool { return w.profile == profile && w.role == role{} })
	if i >= 0 {
		return ways, i
	}
	return append(ways, configuredWay(AccountConfig{Profile: profile})), len(ways)
}

func configuredWay(a AccountConfig) way {
	w := way{name: a.Name, profile: a.Profile, role: role{a.RoleARN, a.ExternalID}}
	switch {
	case a.RoleARN != "":
		w.source = "role " + a.RoleARN
	case a.Profile != "":
		w.source = "profile " + a.Profile
	default:
		w.source = DefaultSource
	}
	return w
}

// session is a way in that was opened, with its credentials and the SDK's
// clients made of them. All regions share one credentials cache.
type session struct {
	way     way
	round   int // the Discover that opened it
	cfg     aws.Config
	account string      // twelve digits, "" until AWS told; read it under mu while the session is being opened
	arn     string      // of the principal
	login   model.Login // what renews the credentials
	asked   atomic.Bool // the user was asked for an MFA code

	also []string     // sources of worse ways into the account; guarded by Client.mu, like told
	told *model.Found // nil until the account was told

	mu      sync.Mutex
	clients map[string]*clients // by region
	closed  map[string]bool     // regions known not to be enabled
}

// open loads the configuration of a way in. It calls nothing.
func (c *Client) open(ctx context.Context, w way) (*session, error) {
	s := &session{way: w, clients: map[string]*clients{}}
	switch {
	case w.static != nil:
		s.cfg = c.staticConfig(*w.static)
	case w.base != nil:
		s.cfg, s.login = w.base.cfg.Copy(), w.base.login
	default:
		cfg, err := c.loadConfig(ctx, s)
		if err != nil {
			return nil, err
		}
		s.cfg, s.login = cfg, loginFor(cfg, w.profile)
	}
	c.outfit(s)
	if w.role != (role{}) {
		s.cfg.Credentials = assume(s.cfg, w.role)
	}
	if provider, ok := c.keptLogin(w); ok {
		s.cfg.Credentials = provider
	}
	if s.cfg.Credentials != nil {
		s.cfg.Credentials = sourceless{s.cfg.Credentials}
	}
	return s, nil
}

// sourceless hides where credentials come from. The SDK's clients ask that of
// a provider at every call, to tell it in the User-Agent header, and of one that
// assumes roles the answer appends to a slice that all calls share: a data race
// in credentials v1.20.15 (stscreds.AssumeRoleProvider.ProviderSources).
type sourceless struct{ aws.CredentialsProvider }

// staticConfig is made by hand, so that neither files nor variables nor the
// metadata service have a say in it.
func (c *Client) staticConfig(a StaticAccount) aws.Config {
	return aws.Config{
		Region:      a.Region,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(a.AccessKey, a.Secret, "")),
		HTTPClient:  c.http.plain,
	}
}

func (c *Client) loadConfig(ctx context.Context, s *session) (aws.Config, error) {
	opts := []func(*config.LoadOptions) error{
		config.WithHTTPClient(c.http.plain),
		config.WithLogger(c.sdkLog()),
		config.WithDefaultRegion(c.firstRegion()),
		config.WithRetryer(c.retryer),
		config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) {
			o.Client = imds.New(imds.Options{}) // gives up soon where there is no such service
		}),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			o.Duration = max(o.Duration, roleSession)
			o.RoleSessionName = cmp.Or(o.RoleSessionName, sessionName)
			o.TokenProvider = c.askMFA(ctx, s, aws.ToString(o.SerialNumber))
		}),
	}
	if s.way.profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(s.way.profile))
	}
	return config.LoadDefaultConfig(ctx, opts...)
}

// outfit gives a configuration what all have in common: region, endpoint, HTTP
// client, retries and the gate.
func (c *Client) outfit(s *session) {
	s.cfg.Region = cmp.Or(s.cfg.Region, c.firstRegion())
	s.cfg.HTTPClient = c.http.over(s.cfg.HTTPClient)
	if c.o.Endpoint != "" {
		s.cfg.BaseEndpoint = &c.o.Endpoint
	}
	s.cfg.Retryer = c.retryer
	s.cfg.APIOptions = append(s.cfg.APIOptions[:0:0], c.gate.install(s.limitKey))
}

// firstRegion is where account-wide calls go when a login names no region: the
// first region asked for by its exact name if every account has it, else the
// main one of its partition.
func (c *Client) firstRegion() string {
	i := slices.IndexFunc(c.o.Regions, func(r string) bool { return !isGlob(r) })
	if i < 0 {
		return mainRegion("")
	}
	asked := c.o.Regions[i]
	if slices.Contains(builtInRegions(partitionOfRegion(asked)), asked) {
		return asked
	}
	return mainRegion(asked)
}

func isGlob(s string) bool { return strings.ContainsAny(s, `*?[\`) }

// retryer is the SDK's standard one without its quota: the rate limits here
// are per API, and one throttled region must not use up the retries of others.
func (c *Client) retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(nobodyThere)}, o.Retryables...)
		o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(brokenAnswer), retry.IsErrorRetryableFunc(clockOff), retry.IsErrorRetryableFunc(tooFast))
		if c.backoff != nil {
			o.Backoff = c.backoff
		}
	})
}

func assume(cfg aws.Config, r role) aws.CredentialsProvider {
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), r.arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = sessionName, roleSession
		if r.externalID != "" {
			o.ExternalID = &r.externalID
		}
	}))
}

// limitKey names the account for the rate limits.
func (s *session) limitKey() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cmp.Or(s.account, s.way.source)
}
