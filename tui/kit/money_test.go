package kit

import (
	"testing"

	"github.com/amiscope/amiscope/model/cost"
)

func TestMoney(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	for in, want := range map[cost.USD]string{
		0: "$0", 1: "$0.001", cost.Dollar / 80: "$0.013", cost.Dollar / 4: "$0.25", 4 * cost.Dollar: "$4.00",
		999_490_000_000: "$999.49", 999_600_000_000: "$1,000", 1_234_567 * cost.Dollar: "$1,234,567", -5 * cost.Dollar / 2: "-$2.50",
	} {
		if got := Money(in); got != want {
			t.Errorf("Money(%d) = %q, want %q", in, got, want)
		}
	}
	for want, in := range map[string]cost.Band{
		"$4.00":            {Low: 4 * cost.Dollar, High: 4 * cost.Dollar},
		"$0.40–4.20":       {Low: 400_000_000, High: 4_200_000_000},
		"≤$4.20":           {High: 4_200_000_000},
		"$0":               {},
		"-$1.00 to $2.00":  {Low: -cost.Dollar, High: 2 * cost.Dollar},
		"-$2.00 to -$1.00": {Low: -2 * cost.Dollar, High: -cost.Dollar},
	} {
		if got := MoneyBand(th, in); got != want {
			t.Errorf("MoneyBand(%v) = %q, want %q", in, got, want)
		}
	}
	if got := Price(cost.Dollar / 80); got != "$0.0125" {
		t.Errorf("Price: %q", got)
	}
	if got := ByteBand(th, cost.Bytes{Low: 1 << 30, High: 2 << 30}); got != "1 GiB–2 GiB" {
		t.Errorf("ByteBand: %q", got)
	}
}
