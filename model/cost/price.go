package cost

import (
	"maps"
	"slices"
	"time"
)

// Price is what storage costs in a region, by the GiB and month.
type Price struct {
	Standard USD
	Archive  USD
	// Restore is the price of an hour of Fast Snapshot Restore in one zone; 0 where
	// it is not known.
	Restore USD
	From    Source
	AsOf    time.Time // when it was read, or of the table; zero: of the config
	Region  string    // whose price it is, where that is another one
}

// Source is where a price comes from.
type Source uint8

// The sources, the best first.
const (
	Configured Source = iota // the config file says so
	Listed                   // the Pricing API
	BuiltIn                  // a table of this program, dated
	Assumed                  // the region is in neither: that of another region
)

var sourceNames = [...]string{Configured: "config", Listed: "pricing-api", BuiltIn: "built-in", Assumed: "assumed"}

// String is the source in JSON.
func (s Source) String() string { return sourceNames[s] }

// Prices are those of all regions that have one of their own. It is immutable.
type Prices struct {
	byRegion map[string]Price
}

// DefaultRegion is the one whose price stands in for those that are not known.
const DefaultRegion = "us-east-1"

// builtInDate is when the built-in prices were gathered. They are estimates: no
// page of AWS that can be read without an account lists all regions.
var builtInDate = time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)

// builtIn are list prices, of snapshots and of archived ones (a quarter each
// time): EBS user guide for us-east-1; published price lists and bills for others.
var builtIn = map[string]Price{
	"us-east-1":      {Standard: 50_000_000, Archive: 12_500_000, Restore: 750_000_000},
	"eu-west-1":      {Standard: 50_000_000, Archive: 12_500_000},
	"eu-west-2":      {Standard: 53_000_000, Archive: 13_250_000},
	"ap-northeast-1": {Standard: 50_000_000, Archive: 12_500_000},
	"ap-northeast-2": {Standard: 50_000_000, Archive: 12_500_000},
	"ap-southeast-2": {Standard: 55_000_000, Archive: 13_750_000},
}

// BuiltInPrices are those that the program knows by itself.
func BuiltInPrices() Prices {
	p := Prices{map[string]Price{}}
	for region, price := range builtIn {
		price.From, price.AsOf = BuiltIn, builtInDate
		p.byRegion[region] = price
	}
	return p
}

// With gives prices with some regions' replaced. Zero amounts leave what is
// there: the config file may name one tier only. The source is told of the
// standard tier, in which most is stored.
func (p Prices) With(from Source, asOf time.Time, more map[string]Price) Prices {
	next := Prices{maps.Clone(p.byRegion)}
	if next.byRegion == nil {
		next.byRegion = map[string]Price{}
	}
	for region, price := range more {
		was := p.In(region)
		if price.From, price.AsOf, price.Region = from, asOf, ""; price.Standard == 0 {
			price.From, price.AsOf, price.Region = was.From, was.AsOf, was.Region
		}
		price.Standard = orElse(price.Standard, was.Standard)
		price.Archive = orElse(price.Archive, was.Archive)
		price.Restore = orElse(price.Restore, was.Restore)
		next.byRegion[region] = price
	}
	return next
}

func orElse(a, b USD) USD {
	if a > 0 {
		return a
	}
	return b
}

// In gives the price of a region: its own, or that of DefaultRegion, which
// then says so.
func (p Prices) In(region string) Price {
	if price, ok := p.byRegion[region]; ok {
		return price
	}
	price, ok := p.byRegion[DefaultRegion]
	if !ok {
		price = builtIn[DefaultRegion]
		price.AsOf = builtInDate
	}
	price.From, price.Region = Assumed, DefaultRegion
	return price
}

// Regions lists those that have a price of their own.
func (p Prices) Regions() []string { return slices.Sorted(maps.Keys(p.byRegion)) }

// tier is the price of a GiB and month.
func (p Price) tier(archived bool) USD {
	if archived {
		return p.Archive
	}
	return p.Standard
}
