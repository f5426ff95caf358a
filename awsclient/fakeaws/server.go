package fakeaws

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// Options say what an AWS holds and how it behaves. The zero Options are a
// default fleet that answers at once, in full pages, and denies nothing.
type Options struct {
	Fleet       fleet.Config
	Latency     time.Duration // each call takes this long at least
	Denied      []Rule        // calls that the callers have no permission for
	DeniedRoles []string      // globs over ARNs of roles that nobody may assume
	NotOptedIn  []string      // regions closed beyond those of the fleet
	NotOffered  []Absence     // services that regions do not have
	PageLimit   int           // most elements in a page; 0: 1,000
	ShortEvery  int           // every n-th page is half full at most; 0: none is
	EmptyEvery  int           // every n-th page is empty and yet not the last; 0: none is, 1 means 2

	Faults    []Fault // what goes wrong, in this order
	FaultSeed uint64  // which calls it befalls, of faults with a share
	Throttle  bool    // keep the documented token buckets, for all calls

	// World changes the fleet before anybody sees it: whatever a test needs to be
	// there, and nothing else. See Server.Change for what it may do. With Bare it
	// starts from an organization whose accounts have nothing.
	World func(*fleet.Fleet)
	Bare  bool

	Delays Delays

	// Now is AWS's clock. It refills the token buckets, tells when the credentials
	// of an assumed role end, which clients compare with their own clock, and is the
	// time of whatever happens in the fleet. nil: time.Now, and in the fleet time
	// that goes on from its epoch.
	Now func() time.Time
}

// Demo are the options of the demonstration: all that a user meets in a real
// company, one scope that is denied included.
func Demo(c fleet.Config) Options {
	regions := fleet.Organize(c).Enabled()
	return Options{
		Fleet:      c,
		Denied:     []Rule{{Account: "acme-data", Region: "us-east-2", Operation: "ec2:*"}},
		NotOffered: []Absence{{Service: "imagebuilder", Region: regions[len(regions)-1]}},
		ShortEvery: 3,
		EmptyEvery: 5,
		Delays:     Delays{Lag: 2 * time.Second, Copying: 12 * time.Second},
	}
}

// defaultPageLimit is the most elements that EC2 puts in a page.
const defaultPageLimit = 1000

// Server is an AWS with a fleet in it. What callers change lasts as long as
// the Server does; what it starts with is fleet.New(Options.Fleet), as
// Options.World changed it.
type Server struct {
	mux          *Mux
	options      Options
	organization atomic.Pointer[fleet.Fleet]
	store        func() *store    // made by the first call that asks for what accounts have
	clock        func() time.Time // of what happens in the fleet
	agenda       agenda
	pages        pager
	buckets      buckets
	policy       atomic.Pointer[[]Grant] // nil: everything is allowed
}

// New makes an AWS. Its fleet depends on Options.Fleet, Bare and World alone.
// Without a World what the accounts have is made when it is first asked for: a
// start that shows what the cache holds need not wait for it.
func New(o Options) *Server {
	if o.PageLimit <= 0 {
		o.PageLimit = defaultPageLimit
	}
	clock := clockOf(o)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Delays.Copying <= 0 {
		o.Delays.Copying = defaultCopying
	}
	s := &Server{mux: NewMux(), options: o, clock: clock, pages: newPager(o)}
	s.settle()
	s.buckets.limits = map[bucket]*rate.Limiter{}
	s.pages.emptied = s.emptied
	s.mux.deliver = s.deliver
	s.mux.offered = s.offered
	s.mux.Account(s.resolve)
	for _, g := range s.gates() {
		s.mux.Before(g)
	}
	s.handle()
	return s
}

// handle registers all that this AWS can do.
func (s *Server) handle() {
	Handle(s.mux, "EC2", "DescribeRegions", s.describeRegions)
	Handle(s.mux, "EC2", "DescribeImages", s.describeImages)
	Handle(s.mux, "EC2", "DescribeImageAttribute", s.describeImageAttribute)
	Handle(s.mux, "EC2", "DescribeSnapshots", s.describeSnapshots)
	Handle(s.mux, "EC2", "DescribeInstances", s.describeInstances)
	Handle(s.mux, "EC2", "CreateTags", s.createTags)
	Handle(s.mux, "EC2", "DeleteTags", s.deleteTags)
	Handle(s.mux, "STS", "GetCallerIdentity", s.getCallerIdentity)
	Handle(s.mux, "STS", "AssumeRole", s.assumeRole)
	Handle(s.mux, "Organizations", "DescribeOrganization", s.describeOrganization)
	Handle(s.mux, "Organizations", "ListAccounts", s.listAccounts)
	Handle(s.mux, "IAM", "ListAccountAliases", s.listAccountAliases)
	Handle(s.mux, "Account", "ListRegions", s.listRegions)
	s.handleManaged()
	s.handleUsage()
	s.handleMoney()
	s.handleBlocks()
	s.handleCharges()
	s.handleTrail()
	s.handleSettings()
	s.handleDeeds()
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Transport calls the server in this process, without a port.
func (s *Server) Transport() http.RoundTripper { return s.mux.Transport() }

// Stats tells what was called so far, in order of account, region and API.
func (s *Server) Stats() []Tally { return s.mux.ledger.tallies() }

// Accounts lists the accounts that can be used, the management account first.
func (s *Server) Accounts() []fleet.Account { return s.fleet().Active() }

// Regions lists the enabled regions.
func (s *Server) Regions() []string { return s.fleet().Enabled() }

// Credentials are the long-lived keys of a user in an account, given by id or
// name; "" means the management account.
func (s *Server) Credentials(account string) (accessKey, secret string) {
	if account == "" {
		account = s.fleet().Organization.Management
	}
	for _, a := range s.fleet().Active() {
		if account == a.Name || account == a.Alias {
			account = a.ID
		}
	}
	return userKey + account, demoSecret
}

const (
	userKey    = "AKIADEMO" // prefix of the access keys of users
	sessionKey = "ASIADEMO" // prefix of the access keys of assumed roles
	demoSecret = "demo/opens/nothing/but/the/demo/+0000000"
)

// Env are the environment variables, NAME=value, that point an AWS client at
// this server behind a URL, as the management account.
func (s *Server) Env(url string) []string {
	key, secret := s.Credentials("")
	return []string{
		"AWS_ENDPOINT_URL=" + url,
		"AWS_ACCESS_KEY_ID=" + key,
		"AWS_SECRET_ACCESS_KEY=" + secret,
		"AWS_REGION=" + s.Regions()[0],
		"AWS_DEFAULT_REGION=" + s.Regions()[0],
	}
}

// WriteConfig writes an AWS configuration file with one profile an account,
// named as the account is, its keys inline.
func (s *Server) WriteConfig(w io.Writer) error {
	if err := s.writeProfile(w, "default", ""); err != nil {
		return err
	}
	for _, a := range s.Accounts() {
		if err := s.writeProfile(w, "profile "+profileName(a), a.ID); err != nil {
			return err
		}
	}
	return nil
}

func profileName(a fleet.Account) string {
	if a.Alias != "" {
		return a.Alias
	}
	return a.Name
}

func (s *Server) writeProfile(w io.Writer, section, account string) error {
	key, secret := s.Credentials(account)
	_, err := fmt.Fprintf(w, "[%s]\nregion = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n\n", section, s.Regions()[0], key, secret)
	if err != nil {
		return fmt.Errorf("write the AWS configuration: %w", err)
	}
	return nil
}

// resolve tells the account of an access key. Keys of accounts that do not
// exist or are suspended are as unknown as any other.
func (s *Server) resolve(accessKey string) (string, error) {
	id, err := demoAccount(accessKey)
	if err != nil {
		return "", err
	}
	if a, ok := s.fleet().Member(id); !ok || !a.Active() {
		return "", fmt.Errorf("access key %q is of no active account", accessKey)
	}
	return id, nil
}

// wait lets time pass, unless the caller gives up first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
