// Package price reads documents of AWS's price list, as far as they tell what
// snapshots cost. It is pure.
//
// What is odd in a document is left out and told, never taken for a price of
// nothing: the caller has other prices to fall back on.
package price

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model/cost"
)

// document is a product of the price list with its terms, as GetProducts gives
// it: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/ (Price List).
// The keys of all maps are random.
type document struct {
	Product struct {
		SKU        string
		Attributes struct{ UsageType, RegionCode, LocationType string }
	}
	Terms struct{ OnDemand map[string]term }
}

type term struct{ PriceDimensions map[string]dimension }

// dimension is a price, or one of the tiers of one.
type dimension struct {
	Unit         string
	BeginRange   string
	PricePerUnit map[string]any // by currency; a text
}

// kind is one of the things that have a price.
type kind struct {
	usage *regexp.Regexp // of its usage types; others begin with the region, and go on where it is of an Outpost
	unit  *regexp.Regexp
	place func(*cost.Price) *cost.USD
}

// kinds are what is read. How the price list spells Fast Snapshot Restore is a
// guess, so that its unit must be of hours of it.
func kinds() []kind {
	month := regexp.MustCompile(`^GB-Mo$`)
	return []kind{
		{regexp.MustCompile(`(^|-)EBS:SnapshotUsage$`), month, func(p *cost.Price) *cost.USD { return &p.Standard }},
		{regexp.MustCompile(`(^|-)EBS:SnapshotArchiveStorage$`), month, func(p *cost.Price) *cost.USD { return &p.Archive }},
		{regexp.MustCompile(`(^|-)EBS:FastSnapshotRestore$`), regexp.MustCompile(`(?i)^DSU-?(hours|hrs)$`), func(p *cost.Price) *cost.USD { return &p.Restore }},
	}
}

// Parse gives the on-demand prices in US dollars by region, of what the
// documents tell of snapshots. Amounts of 0 are not known. A tiered price is that
// of the first tier. The warnings, sorted, say what was left out or is tiered,
// with the SKU. The error is of a document that is none of the price list.
func Parse(documents []string) (prices map[string]cost.Price, warnings []string, err error) {
	r := reading{kinds: kinds(), seen: map[place]offer{}}
	for i, text := range documents {
		var d document
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return nil, nil, fmt.Errorf("document %d of the price list: %w", i+1, err)
		}
		if d.Product.SKU == "" {
			return nil, nil, fmt.Errorf("document %d of the price list is of no product", i+1)
		}
		r.read(d)
	}
	slices.Sort(r.warnings)
	return r.prices(), slices.Compact(r.warnings), nil
}

// reading gathers what documents tell.
type reading struct {
	kinds    []kind
	seen     map[place]offer
	warnings []string
}

// place is where a price belongs.
type place struct {
	region string
	kind   int
}

// offer is what is asked for something in a region; not sound where documents
// differ.
type offer struct {
	sku   string
	price cost.USD
	sound bool
}

func (r *reading) warn(sku, format string, args ...any) {
	r.warnings = append(r.warnings, "SKU "+sku+": "+fmt.Sprintf(format, args...))
}

func (r *reading) read(d document) {
	a := d.Product.Attributes
	i := slices.IndexFunc(r.kinds, func(k kind) bool { return k.usage.MatchString(a.UsageType) })
	// That places other than regions say so is a guess; where they do not they have
	// usage types of their own.
	if i < 0 || a.LocationType != "" && a.LocationType != "AWS Region" {
		return
	}
	if a.RegionCode == "" {
		r.warn(d.Product.SKU, "%s without a region", a.UsageType)
		return
	}
	price, tiered, err := d.price(r.kinds[i].unit)
	if err != nil {
		r.warn(d.Product.SKU, "%s in %s: %s", a.UsageType, a.RegionCode, err)
		return
	}
	if tiered {
		r.warn(d.Product.SKU, "%s in %s has tiers: the price of the first one is used", a.UsageType, a.RegionCode)
	}
	r.offer(place{a.RegionCode, i}, offer{d.Product.SKU, price, true})
}

// offer takes an offer in. Of two that differ neither is believed.
func (r *reading) offer(at place, o offer) {
	was, known := r.seen[at]
	switch {
	case !known:
		r.seen[at] = o
	case was.price != o.price:
		r.warn(o.sku, "its price in %s is another than that of SKU %s: neither is used", at.region, was.sku)
		was.sound = false
		r.seen[at] = was
	}
}

func (r *reading) prices() map[string]cost.Price {
	out := map[string]cost.Price{}
	for at, o := range r.seen {
		if o.sound {
			p := out[at.region]
			*r.kinds[at.kind].place(&p) = o.price
			out[at.region] = p
		}
	}
	return out
}

// price is the one price of a product on demand, that of its first tier.
func (d document) price(unit *regexp.Regexp) (price cost.USD, tiered bool, err error) {
	var all []dimension
	for _, t := range d.Terms.OnDemand {
		all = slices.AppendSeq(all, maps.Values(t.PriceDimensions))
	}
	// An entry without a range is the whole of it.
	first := slices.DeleteFunc(slices.Clone(all), func(p dimension) bool { return strings.Trim(p.BeginRange, "0.") != "" })
	if len(first) == 0 {
		return 0, false, errors.New("no price on demand that holds from the first GB")
	}
	for i, p := range first {
		usd, err := p.usd(unit)
		switch {
		case err != nil:
			return 0, false, err
		case i > 0 && usd != price:
			return 0, false, errors.New("two different prices")
		}
		price = usd
	}
	return price, len(first) < len(all), nil
}

// dearest bounds what is believed to be a price, in dollars.
const dearest = 1000

// usd is the price of a unit.
func (p dimension) usd(unit *regexp.Regexp) (cost.USD, error) {
	if !unit.MatchString(p.Unit) {
		return 0, fmt.Errorf("its unit is %q", p.Unit)
	}
	v, ok := p.PricePerUnit["USD"]
	if !ok {
		return 0, errors.New("no price in USD")
	}
	text, ok := v.(string)
	if !ok {
		return 0, fmt.Errorf("its price %v is no text", v)
	}
	usd, err := cost.ParseUSD(text)
	// Letters are of numbers that are none, or of a form that AWS does not write.
	if err != nil || usd <= 0 || usd > dearest*cost.Dollar || strings.ContainsAny(text, "xXnN") {
		return 0, fmt.Errorf("its price is %q", text)
	}
	return usd, nil
}
