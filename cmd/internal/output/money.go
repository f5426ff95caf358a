package output

import (
	"strconv"

	"github.com/dustin/go-humanize"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// currency is what all amounts are in.
const currency = "USD"

// money is an amount in dollars and cents.
func money(u cost.USD) string {
	const cent = cost.Dollar / 100
	switch {
	case u < 0:
		return "-" + money(-u)
	case 0 < u && u < cent/2:
		return "<$0.01" // never nothing
	}
	cents := int64((u + cent/2) / cent)
	fraction := strconv.FormatInt(100+cents%100, 10)[1:]
	return "$" + humanize.Comma(cents/100) + "." + fraction
}

// moneyBand is an amount between two bounds, in one cell.
func moneyBand(b cost.Band) string {
	switch low, high := money(b.Low), money(b.High); {
	case low == high:
		return high
	case b.Low == 0:
		return "up to " + high
	default:
		return low + " to " + high
	}
}

func byteBand(b cost.Bytes) string {
	switch low, high := kit.Bytes(b.Low), kit.Bytes(b.High); {
	case low == high:
		return high
	case b.Low == 0:
		return "up to " + high
	default:
		return low + " to " + high
	}
}

// amount is a number of dollars for programs, exact to a billionth.
func amount(u cost.USD) string { return strconv.FormatFloat(u.Dollars(), 'f', -1, 64) }

func number[N ~int | ~int64](n N) cell {
	return cell{show: humanize.Comma(int64(n)), data: strconv.FormatInt(int64(n), 10), own: true}
}

func moneyCell(u cost.USD) cell { return cell{show: money(u), data: amount(u), own: true} }

// percent is a part of a whole; nil where there is no whole.
func percent(part *float64) cell {
	if part == nil {
		return cell{show: none}
	}
	return cell{show: strconv.FormatFloat(100**part, 'f', 1, 64) + "%", data: strconv.FormatFloat(*part, 'f', -1, 64), own: true}
}

// partOf is a part as a number; nil of nothing.
func partOf(part, whole cost.USD) *float64 {
	if whole == 0 {
		return nil
	}
	f := float64(part) / float64(whole)
	return &f
}

func bytesDocument(b cost.Bytes) model.BytesDocument {
	return model.BytesDocument{Low: b.Low, High: b.High}
}

// bandHeads are the columns of an amount between two bounds: one for people, and
// for programs two.
func (s Style) bandHeads(key, title string) []head {
	if s.Format == CSV {
		return []head{{key + "_low", "", true}, {key + "_high", "", true}}
	}
	return []head{{key, title, true}}
}

// bandCells are those below bandHeads.
func (s Style) bandCells(show, low, high string) []cell {
	if s.Format == CSV {
		return []cell{{data: low, own: true}, {data: high, own: true}}
	}
	return []cell{{show: show}}
}

func (s Style) moneyCells(b cost.Band) []cell {
	return s.bandCells(moneyBand(b), amount(b.Low), amount(b.High))
}

func (s Style) byteCells(b cost.Bytes) []cell {
	return s.bandCells(byteBand(b), strconv.FormatInt(b.Low, 10), strconv.FormatInt(b.High, 10))
}

// Dollars is an amount in dollars and cents.
func Dollars(u cost.USD) string { return money(u) }
