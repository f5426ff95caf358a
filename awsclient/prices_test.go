package awsclient

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// company is an AWS of three accounts and a client that has found them.
func company(t *testing.T, o fakeaws.Options) (*fakeaws.Server, *Client) {
	t.Helper()
	o.Fleet = fleet.Config{Accounts: 3, Regions: 6, Images: 60}
	server := fakeaws.New(o)
	return server, found(t, server, server.Regions()[0], server.Transport())
}

// found is a client that has found all accounts of an AWS.
func found(t *testing.T, server *fakeaws.Server, region string, transport http.RoundTripper) *Client {
	t.Helper()
	c := client(t, companyOptions(server, region, transport))
	if err := c.Discover(t.Context(), func(model.Event) {}); err != nil {
		t.Fatal(err)
	}
	return c
}

func companyOptions(server *fakeaws.Server, region string, transport http.RoundTripper) Options {
	o := Options{Transport: transport, Limiter: scan.NewBuckets()}
	for _, a := range server.Accounts() {
		key, secret := server.Credentials(a.ID)
		o.Static = append(o.Static, StaticAccount{Name: a.Name, AccessKey: key, Secret: secret, Region: region})
	}
	return o
}

// callsOf counts those of an API, with the regions that served them.
func callsOf(server *fakeaws.Server, api string) (n int, regions []string) {
	for _, tally := range server.Stats() {
		if tally.API == api {
			n += tally.Calls
			regions = append(regions, tally.Region)
		}
	}
	slices.Sort(regions)
	return n, slices.Compact(regions)
}

func dollars(t *testing.T, s string) cost.USD {
	t.Helper()
	u, err := cost.ParseUSD(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPrices(t *testing.T) {
	for _, c := range []struct {
		name    string
		regions []string
		o       fakeaws.Options
		calls   int // at least
		most    int
	}{
		{"of all regions", nil, fakeaws.Options{}, 2, 4},
		{"of one region", []string{"eu-west-1"}, fakeaws.Options{}, 1, 1},
		{"of some", []string{"us-east-1", "eu-west-1", "ap-southeast-2"}, fakeaws.Options{}, 3, 3},
		{"of many", []string{"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1"}, fakeaws.Options{}, 2, 4},
		{"in small pages", nil, fakeaws.Options{PageLimit: 20, ShortEvery: 3, EmptyEvery: 4}, 8, 24},
		{"of a region that is not known", []string{"eu-west-1", "eu-west-9"}, fakeaws.Options{}, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, aws := company(t, c.o)
			got, err := aws.Prices(t.Context(), c.regions)
			if err != nil {
				t.Fatal(err)
			}
			if want := (cost.Price{Standard: dollars(t, "0.051"), Archive: dollars(t, "0.01275")}); got["eu-west-1"] != want {
				t.Errorf("Ireland costs %+v, want %+v", got["eu-west-1"], want)
			}
			for _, r := range c.regions {
				if got[r] == (cost.Price{}) && r != "eu-west-9" {
					t.Errorf("no price of %s", r)
				}
			}
			if c.regions == nil && len(got) < 15 {
				t.Errorf("%d regions", len(got))
			}
			if n, where := callsOf(server, "pricing:GetProducts"); n < c.calls || n > c.most || !slices.Equal(where, []string{"us-east-1"}) {
				t.Errorf("%d calls in %v", n, where)
			}
		})
	}
}

// TestPricesThatMayNotBeRead: another account is asked, and where none may, the
// first one's error says what is missing.
func TestPricesThatMayNotBeRead(t *testing.T) {
	_, aws := company(t, fakeaws.Options{Denied: []fakeaws.Rule{{Account: "acme-root", Operation: "pricing:GetProducts"}}})
	if got, err := aws.Prices(t.Context(), nil); err != nil || len(got) == 0 {
		t.Errorf("another account: %v, %v", got, err)
	}
	server, aws := company(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "pricing:*"}}})
	got, err := aws.Prices(t.Context(), nil)
	op := asOpError(err)
	if op == nil || op.Kind != model.Denied || op.Op != "pricing:GetProducts" || op.Scope.Account != server.Accounts()[0].ID || !strings.Contains(op.Hint(), "allow pricing:GetProducts for ") || len(got) > 0 {
		t.Errorf("%v, %+v", got, err)
	}
	if n, _ := callsOf(server, "pricing:GetProducts"); n != 3 {
		t.Errorf("%d calls", n)
	}
}

// TestPricesFromAnotherHost: where the first one fails the next is asked.
func TestPricesFromAnotherHost(t *testing.T) {
	for _, fault := range []string{"5xx@*/us-east-1/pricing:*", "gateway@*/us-east-1/pricing:*", "throttle:100%@*/us-east-1/pricing:*", "html@*/us-east-1/pricing:*", "blank@*/us-east-1/pricing:*", "reset@*/us-east-1/pricing:*"} {
		f, err := fakeaws.ParseFault(fault)
		if err != nil {
			t.Fatal(err)
		}
		server, aws := company(t, fakeaws.Options{Faults: []fakeaws.Fault{f}})
		got, err := aws.Prices(t.Context(), nil)
		if err != nil || got["eu-west-1"].Standard != dollars(t, "0.051") {
			t.Errorf("%s: %v, %v", fault, got, err)
		}
		if _, where := callsOf(server, "pricing:GetProducts"); !slices.Contains(where, "eu-central-1") || slices.Contains(where, "ap-south-1") {
			t.Errorf("%s: asked %v", fault, where)
		}
	}
}

// TestPricesThatDoNotCome: there is an end to waiting, and who waits may go.
func TestPricesThatDoNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, aws := company(t, fakeaws.Options{Faults: []fakeaws.Fault{{Kind: fakeaws.FaultLatency, Delay: time.Hour, Rule: fakeaws.Rule{Operation: "pricing:*"}}}})
		began := time.Now()
		got, err := aws.Prices(t.Context(), nil)
		if op := asOpError(err); op == nil || op.Kind != model.Network || op.Op != "pricing:GetProducts" || len(got) > 0 {
			t.Errorf("%v, %v", got, err)
		}
		if took := time.Since(began); took > pricesTime || took < pricesTime*9/10 {
			t.Errorf("it took %v", took)
		}
		if _, where := callsOf(server, "pricing:GetProducts"); len(where) != 3 {
			t.Errorf("asked %v", where)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := aws.Prices(ctx, nil); !errors.Is(err, context.DeadlineExceeded) || asOpError(err).Kind != model.Unknown {
			t.Errorf("given up: %v", err)
		}
	})
}

// TestPricesWhereThereAreNone calls nothing.
func TestPricesWhereThereAreNone(t *testing.T) {
	server, aws := company(t, fakeaws.Options{})
	got, err := aws.Prices(t.Context(), []string{"us-gov-west-1"})
	if op := asOpError(err); op == nil || op.Kind != model.NotOffered || !strings.Contains(err.Error(), "in aws-us-gov") || len(got) > 0 {
		t.Errorf("%v, %v", got, err)
	}
	got, err = aws.Prices(t.Context(), []string{"us-gov-west-1", "eu-west-1"})
	if op := asOpError(err); op == nil || op.Kind != model.NotOffered || got["eu-west-1"].Standard == 0 {
		t.Errorf("of two partitions: %v, %v", got, err)
	}
	aws = found(t, server, "us-gov-west-1", anywhere(server))
	before, _ := callsOf(server, "pricing:GetProducts")
	if _, err = aws.Prices(t.Context(), nil); asOpError(err) == nil || asOpError(err).Kind != model.NotOffered {
		t.Errorf("by a login to it: %v", err)
	}
	if n, _ := callsOf(server, "pricing:GetProducts"); n != before {
		t.Errorf("%d calls", n-before)
	}
	if _, err := client(t, Options{}).Prices(t.Context(), nil); asOpError(err) == nil || asOpError(err).Kind != model.Expired {
		t.Errorf("without an account: %v", err)
	}
}

// anywhere lets an AWS answer for a region that it does not have.
func anywhere(server *fakeaws.Server) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		auth := r.Header.Get("Authorization")
		r.Header.Set("Authorization", strings.Replace(auth, "/us-gov-west-1/", "/us-east-1/", 1))
		return server.Transport().RoundTrip(r)
	})
}

// TestOddPrices: what is odd is told, and the rest is there.
func TestOddPrices(t *testing.T) {
	const product = `{\"product\":{\"sku\":\"ODD1\",\"attributes\":{\"usagetype\":\"EUW3-EBS:SnapshotUsage\",\"regionCode\":\"eu-west-3\"}},\"terms\":{\"OnDemand\":{\"a\":{\"priceDimensions\":{\"b\":{\"unit\":\"GB-Mo\",\"beginRange\":\"0\",\"pricePerUnit\":{\"CNY\":\"1\"}}}}}}}`
	const sound = `{\"product\":{\"sku\":\"GOOD\",\"attributes\":{\"usagetype\":\"EBS:SnapshotUsage\",\"regionCode\":\"us-east-1\"}},\"terms\":{\"OnDemand\":{\"a\":{\"priceDimensions\":{\"b\":{\"unit\":\"GB-Mo\",\"beginRange\":\"0\",\"pricePerUnit\":{\"USD\":\"0.05\"}}}}}}}`
	for _, c := range []struct {
		name, answer, want string
		kind               model.ErrorKind
		prices             int
	}{
		{"in places", `{"FormatVersion":"aws_v1","PriceList":["` + product + `","` + sound + `"]}`, "SKU ODD1: EUW3-EBS:SnapshotUsage in eu-west-3: no price in USD", model.Unknown, 1},
		{"nothing", `{"FormatVersion":"aws_v1","PriceList":[]}`, "says nothing of snapshots", model.Unknown, 0},
		{"another document", `{"FormatVersion":"aws_v1","PriceList":["{}"]}`, "document 1 of the price list is of no product", model.Unknown, 0},
		{"another answer", `{"message":"sign in first"}`, "something on the way answers for AWS", model.Network, 0},
		{"without end", `{"FormatVersion":"aws_v1","PriceList":["` + sound + `"],"NextToken":"again"}`, "the same page token twice", model.Network, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, _ := company(t, fakeaws.Options{})
			aws := found(t, server, "us-east-1", &answers{server.Transport(), func(r *http.Request, _ string) (int, string) {
				if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetProducts") {
					return http.StatusOK, c.answer
				}
				return 0, ""
			}})
			got, err := aws.Prices(t.Context(), nil)
			if op := asOpError(err); op == nil || op.Kind != c.kind || op.Op != "pricing:GetProducts" || !strings.Contains(err.Error(), c.want) || len(got) != c.prices {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}
