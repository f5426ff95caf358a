package price

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model/cost"
)

// product is a document as GetProducts gives it, with some price dimensions.
func product(sku, usage, region string, dimensions ...string) string {
	var all []string
	for i, d := range dimensions {
		all = append(all, fmt.Sprintf(`"%s.JRTCKXETXF.%d":{%s}`, sku, i, d))
	}
	return fmt.Sprintf(`{"product":{"productFamily":"Storage Snapshot","attributes":{"regionCode":%q,"servicecode":"AmazonEC2",
		"usagetype":%q,"locationType":"AWS Region","location":"Somewhere","storageMedia":"Amazon S3","servicename":"Amazon Elastic Compute Cloud"},"sku":%q},
		"serviceCode":"AmazonEC2","terms":{"OnDemand":{"%s.JRTCKXETXF":{"priceDimensions":{%s},"sku":%q,"effectiveDate":"2026-11-01T00:00:00Z",
		"offerTermCode":"JRTCKXETXF","termAttributes":{}}}},"version":"20261112223811","publicationDate":"2026-11-12T22:38:11Z"}`,
		region, usage, sku, sku, strings.Join(all, ","), sku)
}

// asks is a price dimension.
func asks(usd string) string { return dimensionOf("GB-Mo", "0", `"USD":"`+usd+`"`) }

func dimensionOf(unit, begin, money string) string {
	return fmt.Sprintf(`"unit":%q,"endRange":"Inf","description":"per GB-month","appliesTo":[],"rateCode":"x","beginRange":%q,"pricePerUnit":{%s}`, unit, begin, money)
}

func usd(t *testing.T, s string) cost.USD {
	t.Helper()
	u, err := cost.ParseUSD(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestParse(t *testing.T) {
	standard := func(s string) map[string]cost.Price { return map[string]cost.Price{"eu-west-1": {Standard: usd(t, s)}} }
	none := map[string]cost.Price{}
	for _, c := range []struct {
		name      string
		documents []string
		want      map[string]cost.Price
		warning   string // "": none
	}{
		{"nothing", nil, none, ""},
		{"without a prefix", []string{product("A1", "EBS:SnapshotUsage", "us-east-1", asks("0.0500000000"))}, map[string]cost.Price{"us-east-1": {Standard: usd(t, "0.05")}}, ""},
		{"both tiers", []string{
			product("A1", "APS2-EBS:SnapshotUsage", "ap-southeast-2", asks("0.0550000000")),
			product("A2", "APS2-EBS:SnapshotArchiveStorage", "ap-southeast-2", asks("0.0137500000")),
		}, map[string]cost.Price{"ap-southeast-2": {Standard: usd(t, "0.055"), Archive: usd(t, "0.01375")}}, ""},
		{"what is something else", []string{
			product("A1", "EU-EBS:SnapshotUsage.outposts", "eu-west-1", asks("0.1")),
			product("A2", "EU-EBS:SnapshotUsageUnderBilling", "eu-west-1", asks("0.1")),
			product("A3", "EU-EBS:SnapshotArchiveRetrieval", "eu-west-1", asks("0.03")),
			product("A4", "EU-EBS:SnapshotArchiveEarlyDelete", "eu-west-1", asks("0.0125")),
			product("A5", "EU-AEBS:SnapshotUsage", "eu-west-1", asks("0.1")),
		}, none, ""},
		{"a local zone", []string{strings.Replace(product("A1", "LAX1-EBS:SnapshotUsage", "us-west-2", asks("0.06")), "AWS Region", "AWS Local Zone", 1)}, none, ""},
		{"the same twice", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.05"), asks("0.0500")), product("A2", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.05"))}, standard("0.05"), ""},
		{"tiers", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", dimensionOf("GB-Mo", "51200", `"USD":"0.04"`), asks("0.05"))}, standard("0.05"), "SKU A1: EU-EBS:SnapshotUsage in eu-west-1 has tiers: the price of the first one is used"},
		{"no first tier", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", dimensionOf("GB-Mo", "100", `"USD":"0.04"`))}, none, "SKU A1: EU-EBS:SnapshotUsage in eu-west-1: no price on demand that holds from the first GB"},
		{"no price", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1")}, none, "SKU A1: EU-EBS:SnapshotUsage in eu-west-1: no price on demand that holds from the first GB"},
		{"another currency", []string{product("A1", "CNN1-EBS:SnapshotUsage", "cn-north-1", dimensionOf("GB-Mo", "0", `"CNY":"0.3330000000"`))}, none, "SKU A1: CNN1-EBS:SnapshotUsage in cn-north-1: no price in USD"},
		{"another unit", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", dimensionOf("GB-Hrs", "0", `"USD":"0.05"`))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its unit is "GB-Hrs"`},
		{"negative", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("-0.05"))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price is "-0.05"`},
		{"zero", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.0000000000"))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price is "0.0000000000"`},
		{"next to nothing", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.0000000001"))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price is "0.0000000001"`},
		{"no number", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("five"))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price is "five"`},
		{"not a number", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("NaN"))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price is "NaN"`},
		{"infinite", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("Inf"))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price is "Inf"`},
		{"beyond belief", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("1e300"))}, none, `SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price is "1e300"`},
		{"no text", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", dimensionOf("GB-Mo", "0", `"USD":0.05`))}, none, "SKU A1: EU-EBS:SnapshotUsage in eu-west-1: its price 0.05 is no text"},
		{"two prices in one", []string{product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.05"), asks("0.06"))}, none, "SKU A1: EU-EBS:SnapshotUsage in eu-west-1: two different prices"},
		{"two that differ", []string{
			product("A1", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.05")), product("A2", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.06")),
			product("A3", "EU-EBS:SnapshotUsage", "eu-west-1", asks("0.05")), product("A4", "EU-EBS:SnapshotArchiveStorage", "eu-west-1", asks("0.0125")),
		}, map[string]cost.Price{"eu-west-1": {Archive: usd(t, "0.0125")}}, "SKU A2: its price in eu-west-1 is another than that of SKU A1: neither is used"},
		{"no region", []string{product("A1", "EU-EBS:SnapshotUsage", "", asks("0.05"))}, none, "SKU A1: EU-EBS:SnapshotUsage without a region"},
		{"fast restore", []string{product("A1", "EU-EBS:FastSnapshotRestore", "eu-west-1", dimensionOf("DSU-Hours", "0", `"USD":"0.83"`))}, map[string]cost.Price{"eu-west-1": {Restore: usd(t, "0.83")}}, ""},
		{"fast restore by the GB", []string{product("A1", "EU-EBS:FastSnapshotRestore", "eu-west-1", asks("0.83"))}, none, `SKU A1: EU-EBS:FastSnapshotRestore in eu-west-1: its unit is "GB-Mo"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings, err := Parse(c.documents)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.warning, strings.Join(warnings, "\n")); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestNoPriceList: what is no document of the price list is an error, whatever
// else there is.
func TestNoPriceList(t *testing.T) {
	good := product("A1", "EBS:SnapshotUsage", "us-east-1", asks("0.05"))
	for _, bad := range []string{"", "null", "{}", "[]", "sign in first", `{"product":{}}`, `{"product":{"sku":"A1","attributes":[]}}`, good[:len(good)-1]} {
		if got, _, err := Parse([]string{good, bad}); err == nil || got != nil || !strings.HasPrefix(err.Error(), "document 2 of the price list") {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}

// FuzzParse: whatever comes, no price is zero, negative or beyond belief, and the
// order of documents changes none.
func FuzzParse(f *testing.F) {
	good := product("A1", "EBS:SnapshotUsage", "us-east-1", asks("0.05"))
	f.Add(good, product("A2", "EBS:SnapshotUsage", "us-east-1", asks("0.06")))
	f.Add(good, product("A2", "EBS:SnapshotArchiveStorage", "us-east-1", asks("0.0125"), dimensionOf("GB-Mo", "1024", `"USD":"1e-3"`)))
	f.Add(product("A3", "X-EBS:FastSnapshotRestore", "eu-west-1", dimensionOf("DSU-Hours", "0.0", `"USD":"0.75"`)), "{}")
	f.Fuzz(func(t *testing.T, a, b string) {
		got, _, err := Parse([]string{a, b})
		again, _, failed := Parse([]string{b, a})
		if (err == nil) != (failed == nil) || !maps.Equal(got, again) {
			t.Errorf("%v, %v, and the other way round %v, %v", got, err, again, failed)
		}
		for region, p := range got {
			for _, u := range []cost.USD{p.Standard, p.Archive, p.Restore} {
				if u < 0 || u > dearest*cost.Dollar {
					t.Errorf("%s: %v", region, u)
				}
			}
			if region == "" || p.Standard+p.Archive+p.Restore == 0 {
				t.Errorf("%q has no price", region)
			}
		}
	})
}
