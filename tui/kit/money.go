package kit

import (
	"strconv"

	"github.com/dustin/go-humanize"

	"github.com/amiscope/amiscope/model/cost"
)

// Money is an amount in dollars, in at most four figures below a million: $0.004,
// $4.20, $1,234.
func Money(u cost.USD) string {
	if u < 0 {
		return "-" + Money(-u)
	}
	return "$" + dollars(u)
}

// Price is an amount to its last digit: $0.0125.
func Price(u cost.USD) string { return "$" + strconv.FormatFloat(u.Dollars(), 'f', -1, 64) }

func dollars(u cost.USD) string {
	switch d := u.Dollars(); {
	case u == 0:
		return "0"
	case d < 0.001:
		return "0.001" // of which it is less; never nothing
	case d < 0.0995:
		return strconv.FormatFloat(d, 'f', 3, 64)
	case d < 999.5:
		return strconv.FormatFloat(d, 'f', 2, 64)
	default:
		return humanize.Comma(int64(d + 0.5))
	}
}

// MoneyBand is an amount between two bounds: $4.20, $0.40–4.20, or ≤$4.20 where
// it may be nothing.
func MoneyBand(t *Theme, b cost.Band) string {
	switch {
	case dollars(b.Low) == dollars(b.High) && b.Low >= 0:
		return Money(b.High)
	case b.Low == 0:
		return t.Symbols.AtMost + Money(b.High)
	case b.Low < 0 || b.High < 0:
		return Money(b.Low) + " to " + Money(b.High)
	}
	return Money(b.Low) + "–" + dollars(b.High)
}

// ByteBand is a size between two bounds.
func ByteBand(t *Theme, b cost.Bytes) string {
	low, high := Bytes(b.Low), Bytes(b.High)
	switch {
	case low == high:
		return high
	case b.Low == 0:
		return t.Symbols.AtMost + high
	}
	return low + "–" + high
}
