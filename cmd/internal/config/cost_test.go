package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model/cost"
)

// TestPrices: all ways in which prices are written mean the same, and what is
// printed does too.
func TestPrices(t *testing.T) {
	want := map[string]cost.Price{"eu-west-3": {Standard: 53_000_000, Archive: 13_250_000}, "us-gov-west-1": {Standard: 66_000_000}}
	for _, doc := range []string{
		"[cost]\nprices = {eu-west-3 = \"0.053/0.01325\", us-gov-west-1 = \"0.066\"}\n",
		"[cost]\nprice_source = \"auto\"\n[cost.prices]\neu-west-3 = \" 0.0530 / .01325\"\nus-gov-west-1 = 0.066\n",
		"cost.prices.eu-west-3 = \"5.3e-2/1.325e-2\"\ncost.prices.\"us-gov-west-1\" = 66e-3\n",
	} {
		c := Default()
		if err := c.parse("f", doc); err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		if d := cmp.Diff(want, c.Cost.Overrides()); d != "" {
			t.Errorf("%s: %s", doc, d)
		}
		again := Default()
		if err := again.parse("f", c.TOML()); err != nil || !cmp.Equal(c.Cost, again.Cost) {
			t.Errorf("%v from\n%s", err, c.TOML())
		}
		if w := c.Cost.Warnings(); len(w) > 0 {
			t.Error(w)
		}
	}
}

func TestPricesFromAVariable(t *testing.T) {
	env := map[string]string{"AMISCOPE_COST_PRICES": "eu-west-3=0.053/0.01325, us-east-1 = 0.04", "AMISCOPE_COST_PRICE_SOURCE": "built-in"}
	got, err := Load(write(t, "[cost]\nprices = {eu-west-1 = 1}\n"), true, func(k string) string { return env[k] })
	want := Prices{"eu-west-3": {Standard: 53_000_000, Archive: 13_250_000}, "us-east-1": {Standard: 40_000_000}}
	if err != nil || !cmp.Equal(want, got.Cost.Prices) || got.Cost.PriceSource != BuiltInPrices {
		t.Errorf("%+v, %v", got.Cost, err)
	}
	for text, want := range map[string]string{
		"0.05":          `AMISCOPE_COST_PRICES: prices is a table of prices, such as {eu-west-3 = "0.053/0.01325"}`,
		"eu-west-3=-1":  "AMISCOPE_COST_PRICES: the price of eu-west-3 is dollars above 0",
		"Ireland=0.053": `AMISCOPE_COST_PRICES: prices has a key "Ireland", which is no region`,
	} {
		env["AMISCOPE_COST_PRICES"] = text
		if _, err := Load(write(t, ""), true, func(k string) string { return env[k] }); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMistakesInCosts(t *testing.T) {
	const wrong = "is dollars above 0 by the GB and month, such as \"0.053/0.01325\", not "
	for _, tt := range []struct{ name, doc, want string }{
		{"no table", "\ncost = 1\n", ":2: cost is a table: write [cost] over its keys"},
		{"unknown key", "[cost]\nprice = 1\n", ":2: unknown key \"price\": did you mean \"prices\"?"},
		{"unknown source", "[cost]\nprice_source = \"api\"\n", ":2: price_source is auto, built-in, not \"api\""},
		{"prices as a number", "[cost]\n\nprices = 0.05\n", ":3: prices is a table of prices, such as {eu-west-3 = \"0.053/0.01325\"}"},
		{"no region", "[cost]\n[cost.prices]\neu-west-3 = \"0.05\"\nParis = \"0.05\"\n", ":4: prices has a key \"Paris\", which is no region such as eu-west-3"},
		{"negative", "[cost.prices]\neu-west-3 = \"-0.05\"\n", ":2: the price of eu-west-3 " + wrong + "-0.05"},
		{"nothing", "[cost.prices]\neu-west-3 = 0\n", ":2: the price of eu-west-3 " + wrong + "0"},
		{"next to nothing", "[cost.prices]\neu-west-3 = \"1e-12\"\n", ":2: the price of eu-west-3 " + wrong + "1e-12"},
		{"no archive", "[cost.prices]\neu-west-3 = \"0.05/\"\n", ":2: the price of eu-west-3 " + wrong + "0.05/"},
		{"archive for nothing", "[cost.prices]\neu-west-3 = \"0.05/0\"\n", ":2: the price of eu-west-3 " + wrong + "0.05/0"},
		{"infinite", "[cost.prices]\neu-west-3 = inf\n", ":2: the price of eu-west-3 " + wrong + "+Inf"},
		{"beyond belief", "[cost.prices]\neu-west-3 = 5300\n", ":2: the price of eu-west-3 " + wrong + "5300"},
		{"words", "[cost.prices]\n\neu-west-3 = \"$0.05\"\n", ":3: the price of eu-west-3 " + wrong + "$0.05"},
		{"a list", "[cost.prices]\neu-west-3 = [0.05]\n", ":2: the price of eu-west-3 " + wrong + "[0.05]"},
		{"inline", "[cost]\n\nprices = {eu-west-3 = \"x\"}\n", ":3: the price of eu-west-3 " + wrong + "x"},
		{"dotted", "\ncost.prices.eu-west-3 = \"x\"\n", ":2: the price of eu-west-3 " + wrong + "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.doc)
			_, err := Load(path, true, noEnv)
			if err == nil || err.Error() != path+tt.want {
				t.Errorf("got %v\nwant %s%s", err, path, tt.want)
			}
		})
	}
}

// TestADearArchiveIsOnlyTold: it may be what somebody pays.
func TestADearArchiveIsOnlyTold(t *testing.T) {
	var c Config
	if err := c.parse("f", "[cost.prices]\neu-west-3 = \"0.01/0.05\"\n"); err != nil {
		t.Fatal(err)
	}
	if got := c.Cost.Warnings(); len(got) != 1 || got[0] != "cost.prices: the archive of eu-west-3 is dearer than its standard storage: 0.01/0.05" {
		t.Error(got)
	}
}
