package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/amiscope/amiscope/model/cost"
)

// Cost is the [cost] table: what storage costs.
type Cost struct {
	PriceSource string // auto or built-in
	Prices      Prices
}

// Where prices come from.
const (
	AutoPrices    = "auto"     // the Pricing API where it may be asked, else the program's own
	BuiltInPrices = "built-in" // the program's own: AWS is not asked
)

// Prices are the user's own, by region. An amount of 0 leaves what is known
// otherwise.
type Prices map[string]cost.Price

// Overrides are the prices that the file names, by region.
func (c Cost) Overrides() map[string]cost.Price { return maps.Clone(map[string]cost.Price(c.Prices)) }

// Warnings say what is allowed but looks like a mistake.
func (c Cost) Warnings() []string {
	var out []string
	for _, region := range slices.Sorted(maps.Keys(c.Prices)) {
		if p := c.Prices[region]; p.Archive > p.Standard {
			out = append(out, fmt.Sprintf("cost.prices: the archive of %s is dearer than its standard storage: %s", region, priceText(p)))
		}
	}
	return out
}

// costSettings are the keys of [cost].
func costSettings() []setting {
	return []setting{
		{Key{
			Name: "price_source", Type: text, Default: `"auto"`, Example: `"built-in"`, Env: "AMISCOPE_COST_PRICE_SOURCE", Choices: []string{AutoPrices, BuiltInPrices},
			Doc: "Where prices come from: `auto` asks the Pricing API once a week where it may be asked (pricing:GetProducts), `built-in` never asks.",
		}, func(c *Config) any { return &c.Cost.PriceSource }},
		{Key{
			Name: "prices", Type: priced, Default: `{}`, Example: `{eu-west-3 = "0.053/0.01325"}`, Env: "AMISCOPE_COST_PRICES",
			Doc: "Prices of your own by region, in US dollars by the GB and month: of snapshots and, after a slash, of archived ones. They win over all others. `[cost.prices]` may stand over them as well; in the variable they are written `eu-west-3=0.053/0.01325`.",
		}, func(c *Config) any { return &c.Cost.Prices }},
	}
}

// OfCost lists the keys of [cost].
func OfCost() []Key { return keysOf(costSettings()) }

// costTable is the name of the table about costs.
const costTable = "cost"

// cost reads [cost]. A price that is wrong has a line of its own.
func (p *reader) cost(c *Config, v any) {
	table, ok := v.(map[string]any)
	if !ok {
		p.fail(find(p.doc, "", 0, costTable), "cost is a table: write [cost] over its keys")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		line := cmp.Or(find(p.doc, costTable, 0, name), find(p.doc, "", 0, costTable+"."+name), find(p.doc, "", 0, costTable))
		if name == "prices" {
			line = cmp.Or(find(p.doc, costTable+".prices", 0, ""), line)
			if regions, ok := table[name].(map[string]any); ok {
				p.prices(c, line, regions)
				continue
			}
		}
		if !p.set(c, costSettings(), line, name, table[name]) {
			p.unknown(line, name, names(OfCost()))
		}
	}
}

func (p *reader) prices(c *Config, line int, regions map[string]any) {
	c.Cost.Prices = Prices{}
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		if err := c.Cost.Prices.put(region, regions[region]); err != nil {
			p.fail(cmp.Or(find(p.doc, costTable+".prices", 0, region), find(p.doc, "", 0, costTable+".prices."+region), line), "%s", err)
		}
	}
}

// assignPrices fills the place of prices with a TOML table.
func assignPrices(place *Prices, k Key, v any) error {
	regions, ok := v.(map[string]any)
	if !ok {
		return wrongType(k)
	}
	out := Prices{}
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		if err := out.put(region, regions[region]); err != nil {
			return err
		}
	}
	*place = out
	return nil
}

// pairsFromText is the table that a variable's text means: REGION=PRICE,…
func pairsFromText(text string) any {
	out := map[string]any{}
	for part := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return text
		}
		out[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return out
}

// regionShape is what names of regions look like, in all partitions.
var regionShape = form(`^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$`)

// form is an expression that is compiled when it is first asked for: a start that
// needs none of them does not wait for them.
func form(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// put takes the price of a region in: a number or text, of snapshots and perhaps
// of archived ones.
func (p Prices) put(region string, v any) error {
	if !regionShape().MatchString(region) {
		return fmt.Errorf("prices has a key %q, which is no region such as eu-west-3", region)
	}
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case int64, float64:
		text = fmt.Sprint(v)
	default:
		return wrongPrice(region, v)
	}
	standard, archive, both := strings.Cut(text, "/")
	var price cost.Price
	var err, worse error
	price.Standard, err = readPrice(standard)
	if both {
		price.Archive, worse = readPrice(archive)
	}
	if errors.Join(err, worse) != nil {
		return wrongPrice(region, v)
	}
	p[region] = price
	return nil
}

func wrongPrice(region string, v any) error {
	return fmt.Errorf("the price of %s is dollars above 0 by the GB and month, such as \"0.053/0.01325\", not %v", region, v)
}

// dearest bounds what is taken for a price, in dollars.
const dearest = 1000

var decimal = form(`^[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,2})?$`)

func readPrice(s string) (cost.USD, error) {
	s = strings.TrimSpace(s)
	if !decimal().MatchString(s) {
		return 0, errors.New("no decimal number")
	}
	u, err := cost.ParseUSD(s)
	if err == nil && (u <= 0 || u > dearest*cost.Dollar) {
		err = errors.New("no price")
	}
	return u, err
}

// priceText writes a price as it is read.
func priceText(p cost.Price) string {
	out := amountText(p.Standard)
	if p.Archive > 0 {
		out += "/" + amountText(p.Archive)
	}
	return out
}

// amountText writes an amount exactly.
func amountText(u cost.USD) string {
	text := fmt.Sprintf("%d.%09d", u/cost.Dollar, u%cost.Dollar)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// text writes prices as a TOML table in a line.
func (p Prices) text() string {
	var parts []string
	for _, region := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, region+" = "+quote(priceText(p[region])))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
