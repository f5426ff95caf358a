package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	pricingtypes "github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"github.com/amiscope/amiscope/awsclient/price"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

const (
	getProducts = "pricing:GetProducts"
	pricesTime  = 10 * time.Second // how long prices are waited for
	// listingCalls is how many calls it takes to list what snapshots cost in all
	// regions: a guess, from about ten products a region and 100 in a page.
	listingCalls = 4
	// priceTries are few: who waits for prices has others, and the next host may
	// answer.
	priceTries = 3
	// priceAskers is how many accounts are asked: where three of a company's may not
	// read prices, the others mostly may not either.
	priceAskers = 3
)

// priceHosts are the regions that serve the Pricing API to a partition, the first
// to be asked first (billing user guide, price-changes; of China and the European
// one, the endpoints that the SDK knows).
func priceHosts(partition string) []string {
	switch partition {
	case "aws":
		return []string{"us-east-1", "eu-central-1", "ap-south-1"}
	case "aws-cn":
		return []string{"cn-northwest-1"}
	case "aws-eusc":
		return []string{"eusc-de-east-1"}
	}
	return nil
}

// Prices gives the list prices of snapshots by region, in US dollars by the GiB
// and month: of some regions at least, or of all of the partition of the first way
// in if none is named. Amounts of 0 are not known. It takes ten seconds at most.
//
// The error is ctx's or, also beside prices, says what could not be read, as a
// *model.OpError, one for each partition.
func (c *Client) Prices(ctx context.Context, regions []string) (map[string]cost.Price, error) {
	limited, cancel := context.WithTimeout(withUrgency(ctx, nextUsage), pricesTime)
	defer cancel()
	out := map[string]cost.Price{}
	var errs []error
	for partition, some := range c.byPartition(regions) {
		got, err := c.pricesOf(limited, partition, some)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		maps.Copy(out, got)
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// byPartition sorts regions by their partition. None is all of the first way in's.
func (c *Client) byPartition(regions []string) map[string][]string {
	out := map[string][]string{}
	for _, r := range regions {
		out[partitionOfRegion(r)] = append(out[partitionOfRegion(r)], r)
	}
	if len(out) == 0 {
		partition := "aws"
		if all := c.sessions(); len(all) > 0 {
			partition = partitionOfRegion(all[0].cfg.Region)
		}
		out[partition] = nil
	}
	return out
}

// sessions are the ways into all accounts that were found, the preferred ones
// first.
func (c *Client) sessions() []*session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Values(c.accounts), func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.way.rank, b.way.rank), cmp.Compare(a.account, b.account))
	})
}

// pricesOf reads the prices of a partition from the first host that answers.
func (c *Client) pricesOf(ctx context.Context, partition string, regions []string) (map[string]cost.Price, error) {
	hosts := priceHosts(partition)
	if len(hosts) == 0 {
		return nil, &model.OpError{
			Op: getProducts, Kind: model.NotOffered, Err: errors.New("AWS does not offer the Pricing API in " + partition),
			Help: "nothing needs to be done; the config file may name prices",
		}
	}
	askers := slices.DeleteFunc(c.sessions(), func(s *session) bool { return partitionOfRegion(s.cfg.Region) != partition })
	if len(askers) == 0 {
		return nil, &model.OpError{Op: getProducts, Kind: model.Expired, Err: errors.New("no login reaches an account of " + partition)}
	}
	var first error
	for i, host := range hosts {
		limited, cancel := share(ctx, len(hosts)-i)
		documents, err := c.documents(limited, askers[:min(len(askers), priceAskers)], host, regions)
		cancel()
		if err == nil {
			return pricesIn(documents)
		}
		if first == nil {
			first = err
		}
		if kind := asOpError(err).Kind; ctx.Err() != nil || kind != model.Network && kind != model.Throttled {
			break
		}
	}
	return nil, first
}

// share gives one of some hosts half of the time that is left, and the last one
// all of it.
func share(ctx context.Context, hosts int) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if hosts == 1 || !limited {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Until(end)/2)
}

// documents asks one account after another until one may read prices. The error
// is that of the first.
func (c *Client) documents(ctx context.Context, askers []*session, host string, regions []string) ([]string, error) {
	var first error
	began := time.Now()
	for _, s := range askers {
		out, err := s.products(ctx, host, regions)
		if err == nil {
			return out, nil
		}
		op := asOpError(c.explain(ctx, s.call(getProducts, host), err))
		if ctx.Err() != nil {
			err = fmt.Errorf("no whole answer within %v", time.Since(began).Round(100*time.Millisecond))
			op = &model.OpError{Op: getProducts, Scope: model.Scope{Account: s.account, Region: host}, Kind: model.Network, Err: err}
		}
		if first == nil {
			first = op
		}
		if ctx.Err() != nil || op.Kind != model.Denied && op.Kind != model.Expired {
			break
		}
	}
	return nil, first
}

// products lists the documents about snapshots: in a list for each region or, if
// that takes fewer calls, in one of all regions.
func (s *session) products(ctx context.Context, host string, regions []string) ([]string, error) {
	if len(regions) == 0 || len(regions) > listingCalls {
		regions = []string{""}
	}
	var out []string
	for _, region := range regions {
		in := pricing.GetProductsInput{ServiceCode: aws.String("AmazonEC2"), MaxResults: aws.Int32(100), Filters: []pricingtypes.Filter{priceFilter("productFamily", "Storage Snapshot")}}
		if region != "" {
			in.Filters = append(in.Filters, priceFilter("regionCode", region))
		}
		err := pages(func(token *string) (*string, error) {
			in.NextToken = token
			page, err := s.pricing(host).GetProducts(ctx, &in, func(o *pricing.Options) { o.RetryMaxAttempts = priceTries })
			if err != nil {
				return nil, err
			}
			out = append(out, page.PriceList...)
			return page.NextToken, whole(page.PriceList, page.NextToken)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func priceFilter(field, value string) pricingtypes.Filter {
	return pricingtypes.Filter{Type: pricingtypes.FilterTypeTermMatch, Field: &field, Value: &value}
}

// pricesIn reads prices from documents. What is odd in them is the error.
func pricesIn(documents []string) (map[string]cost.Price, error) {
	prices, odd, err := price.Parse(documents)
	switch {
	case err != nil:
	case len(odd) > 0:
		err = errors.New("the price list is odd in places: " + strings.Join(odd[:min(len(odd), 3)], "; ") + more(len(odd)-3))
	case len(prices) == 0:
		err = errors.New("the price list says nothing of snapshots")
	default:
		return prices, nil
	}
	return prices, &model.OpError{Op: getProducts, Kind: model.Unknown, Err: err, Help: "the config file may name prices of your own ([cost] prices)"}
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("; and %d more", n)
}
