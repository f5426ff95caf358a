package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// shop is a world with prices: its AWS can be given faults, another region, and
// answers of a test's own.
type shop struct {
	*world
	now time.Time
}

// roundTripper answers calls itself.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{world: openDemo(t, newStage(t), small()), now: fleet.Epoch}
	s.world.now = func() time.Time { return s.now }
	return s
}

// opens lets the shop stand in front of an AWS whose accounts it has found, by
// logins that name a region.
func (s *shop) opens(t *testing.T, region string, own func(next http.RoundTripper) http.RoundTripper, faults ...string) {
	t.Helper()
	o := fakeaws.Options{Fleet: fleet.Config{Accounts: 2, Regions: 2, Images: 60}}
	for _, text := range faults {
		f, err := fakeaws.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Faults = append(o.Faults, f)
	}
	server := fakeaws.New(o)
	transport := server.Transport()
	if own != nil {
		transport = own(transport)
	}
	key, secret := server.Credentials("")
	client, err := awsclient.New(awsclient.Options{
		Static: []awsclient.StaticAccount{{AccessKey: key, Secret: secret, Region: region}}, Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Discover(t.Context(), func(model.Event) {}); err != nil {
		t.Fatal(err)
	}
	s.client.Close()
	s.client = client
}

func (s *shop) ends(t *testing.T) {
	t.Helper()
	for _, note := range s.close() {
		t.Error(note)
	}
}

func dollars(s string) cost.USD {
	u, err := cost.ParseUSD(s)
	if err != nil {
		panic(err) // of a test's own
	}
	return u
}

// costs checks the price of a region.
func (s *shop) wants(t *testing.T, p cost.Prices, region, standard string, from cost.Source, at time.Time) {
	t.Helper()
	if got := p.In(region); got.Standard != dollars(standard) || got.From != from || !got.AsOf.Equal(at) {
		t.Errorf("%s costs %+v, want %s of %s as of %v", region, got, standard, from, at)
	}
}

// buys gives the prices and checks what is said of them: parts of one note, or
// none.
func (s *shop) buys(t *testing.T, said ...string) cost.Prices {
	t.Helper()
	p, notes := s.prices(t.Context())
	if len(said) == 0 && len(notes) > 0 || len(said) > 0 && len(notes) != 1 {
		t.Fatalf("said %q, want %q", notes, said)
	}
	for _, part := range said {
		has(t, notes[0], part)
	}
	return p
}

var builtInAsOf = cost.BuiltInPrices().In(cost.DefaultRegion).AsOf

// TestPricesOfAWS: they are read, kept for a week, and then read again; the config
// file wins over them.
func TestPricesOfAWS(t *testing.T) {
	s := newShop(t)
	defer s.ends(t)
	s.costs.Prices = map[string]cost.Price{"us-east-2": {Standard: dollars("0.01")}}
	s.opens(t, "us-east-1", nil)
	if _, stale := s.pricesAtHand(); !stale {
		t.Error("nothing is known, and AWS would not be asked")
	}
	p := s.buys(t)
	s.wants(t, p, "eu-west-1", "0.051", cost.Listed, fleet.Epoch) // built in: 0.05
	s.wants(t, p, "sa-east-1", "0.068", cost.Listed, fleet.Epoch) // not built in
	s.wants(t, p, "ap-northeast-2", "0.05", cost.BuiltIn, builtInAsOf)
	s.wants(t, p, "us-east-2", "0.01", cost.Configured, time.Time{})
	if got := p.In("us-east-2").Archive; got != dollars("0.0125") {
		t.Errorf("the archive that the config leaves out costs %v", got)
	}

	s.opens(t, "us-east-1", nil, "denied@*/*/pricing:*")
	s.now = fleet.Epoch.Add(pricesAge - time.Second)
	if _, stale := s.pricesAtHand(); stale {
		t.Error("prices of this week are stale")
	}
	s.wants(t, s.buys(t), "eu-west-1", "0.051", cost.Listed, fleet.Epoch)
	s.now = fleet.Epoch.Add(pricesAge)
	p = s.buys(t, "in their place stand those read on 2026-11-01: ", "pricing:GetProducts: denied: ", "; hint: allow pricing:GetProducts for ")
	s.wants(t, p, "eu-west-1", "0.051", cost.Listed, fleet.Epoch)
	s.opens(t, "us-east-1", nil)
	s.wants(t, s.buys(t), "eu-west-1", "0.051", cost.Listed, s.now)
	s.now = fleet.Epoch.Add(-24 * time.Hour) // a clock that was wrong
	s.wants(t, s.buys(t), "eu-west-1", "0.051", cost.Listed, s.now)
}

// TestPricesThatCannotBeHad: what remains is used, and it is said why.
func TestPricesThatCannotBeHad(t *testing.T) {
	gov := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetProducts") {
				t.Error("the Pricing API was called")
			}
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/us-gov-west-1/", "/us-east-1/", 1))
			return next.RoundTrip(r)
		})
	}
	for _, c := range []struct {
		name, region string
		own          func(http.RoundTripper) http.RoundTripper
		faults       []string
		said         []string
	}{
		{"denied", "us-east-1", nil, []string{"denied@*/*/pricing:*"}, []string{"denied: ", "; hint: allow pricing:GetProducts for arn:aws:"}},
		{"closed", "us-east-1", nil, []string{"scp@*/*/pricing:*"}, []string{"denied: ", "hint: a service control policy denies pricing:GetProducts"}},
		{"a hotel's page", "us-east-1", nil, []string{"html@*/*/pricing:*"}, []string{"network: the answer is a page for people"}},
		{"gov", "us-gov-west-1", gov, nil, []string{"AWS does not offer the Pricing API in aws-us-gov"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // tries again without waiting
				s := newShop(t)
				defer s.ends(t)
				s.opens(t, c.region, c.own, c.faults...)
				p := s.buys(t, append(c.said, "in their place stand those built in, of 2026-11-23: ")...)
				s.wants(t, p, "eu-west-1", "0.05", cost.BuiltIn, builtInAsOf)
				s.wants(t, p, "us-gov-west-1", "0.05", cost.Assumed, builtInAsOf)
				if _, stale := s.pricesAtHand(); !stale {
					t.Error("what was not read would not be asked for again")
				}
			})
		})
	}
}

// TestSlowPrices: ten seconds, and no more; whoever gives up is told nothing.
func TestSlowPrices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		defer s.ends(t)
		s.opens(t, "us-east-1", nil, "latency:1h@*/*/pricing:*")
		began := time.Now()
		s.wants(t, s.buys(t, "network: no whole answer within "), "eu-west-1", "0.05", cost.BuiltIn, builtInAsOf)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if p, notes := s.prices(ctx); len(notes) > 0 || p.In("eu-west-1").From != cost.BuiltIn {
			t.Errorf("given up: %q", notes)
		}
	})
}

// TestOddPrices: what is sound is used at once, beside what was read before, and
// all is asked for again.
func TestOddPrices(t *testing.T) {
	s := newShop(t)
	defer s.ends(t)
	s.opens(t, "us-east-1", nil)
	s.buys(t)
	read := s.now
	s.now = s.now.Add(2 * pricesAge)
	spoil := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err != nil || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetProducts") {
				return resp, err
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				return nil, err
			}
			text := strings.ReplaceAll(strings.ReplaceAll(string(body), "0.0510000000", "-1"), "0.0550000000", "0.0600000000")
			resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
			return resp, nil
		})
	}
	s.opens(t, "us-east-1", spoil)
	for range 2 {
		p := s.buys(t, "those read on 2026-11-01: ", "the price list is odd in places: SKU ", `EU-EBS:SnapshotUsage in eu-west-1: its price is "-1"`, "hint: the config file may name prices")
		s.wants(t, p, "ap-southeast-2", "0.06", cost.Listed, s.now)
		s.wants(t, p, "eu-west-1", "0.051", cost.Listed, read) // only that of the archive is new
	}
	kept, stale := s.pricesAtHand()
	s.wants(t, kept, "ap-southeast-2", "0.055", cost.Listed, read)
	if !stale {
		t.Error("not asked for again")
	}
}

// TestPricesThatNobodyAsksFor: neither by the config's will, nor offline, nor of
// an inventory file.
func TestPricesThatNobodyAsksFor(t *testing.T) {
	s := newShop(t)
	defer s.ends(t)
	s.opens(t, "us-east-1", nil)
	s.buys(t)
	s.opens(t, "us-east-1", nil, "denied@*/*/pricing:*") // asking would be told
	s.now = s.now.Add(2 * pricesAge)
	s.offline = true
	s.wants(t, s.buys(t), "eu-west-1", "0.051", cost.Listed, fleet.Epoch)
	s.offline = false
	s.costs.PriceSource = "built-in"
	s.costs.Prices = map[string]cost.Price{"eu-west-3": {Standard: dollars("0.01"), Archive: dollars("0.02")}}
	p := s.buys(t, "the archive of eu-west-3 is dearer than its standard storage")
	s.wants(t, p, "eu-west-1", "0.05", cost.BuiltIn, builtInAsOf)
	s.wants(t, p, "eu-west-3", "0.01", cost.Configured, time.Time{})
	file := &world{offline: true, now: s.world.now}
	if p, notes := file.prices(t.Context()); len(notes) > 0 || p.In("eu-west-1").From != cost.BuiltIn {
		t.Errorf("of a file: %q", notes)
	}
}

// Known cases, to the cent: 100 GiB by the prices that the Pricing API tells, in
// three regions and both tiers.
func TestKnownCases(t *testing.T) {
	s := newShop(t)
	defer s.ends(t)
	s.opens(t, "us-east-1", nil)
	p := s.buys(t)
	for _, c := range []struct{ name, region, tier, want string }{
		{"Virginia, standard", "us-east-1", "standard", "5.00"},
		{"Virginia, archived", "us-east-1", "archive", "1.25"},
		{"Sydney, standard", "ap-southeast-2", "standard", "5.50"},
		{"Sydney, archived", "ap-southeast-2", "archive", "1.375"},
		{"London, standard", "eu-west-2", "standard", "5.30"},
		{"London, archived", "eu-west-2", "archive", "1.325"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scope := model.Scope{Account: "111122223333", Region: c.region}
			inv := model.Inventory{}.Fold(model.Found{Account: model.Account{ID: scope.Account, Partition: "aws"}, Regions: []model.Region{{Name: c.region, Enabled: true}}})
			snapshot := &model.Snapshot{
				Region: c.region, ID: "snap-00000000000000001", Owner: scope.Account, State: "completed", Tier: c.tier, VolumeID: "vol-00000000000000001",
				Start: fleet.Epoch.AddDate(0, -1, 0), SizeGiB: 200, FullBytes: 100 << 30,
			}
			for _, page := range []model.Page{{Kind: model.Images}, {Kind: model.Snapshots, Snapshots: []*model.Snapshot{snapshot}}} {
				page.Gen, page.Scope, page.At, page.Last = 1, scope, fleet.Epoch, true
				inv = inv.Fold(page)
			}
			got := (*cost.Costs)(nil).Estimate(inv, cost.Input{Prices: p, Now: fleet.Epoch, Version: 1}).Total()
			if want := (cost.Band{Low: dollars(c.want), High: dollars(c.want)}); got.Cost != want || got.Snapshots != 1 {
				t.Errorf("%+v, want $%s", got, c.want)
			}
		})
	}
}
