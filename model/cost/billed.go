package cost

import (
	"math"
	"time"
)

// BillRequest is what one request to Cost Explorer costs: AWS's list price,
// unverified here.
const BillRequest = Dollar / 100

// Billed is what AWS has billed for the snapshots of an account in a region.
type Billed struct {
	Account, Region string
	Tier            string    // standard or archive, as EC2 spells them
	From, To        time.Time // UTC; To is the first moment that it is not for
	GiBMonths       float64   // billed storage; AWS counts 2^30 bytes for a GB
	Cost            USD       // unblended, with credits and refunds as they are: it may be negative
	Estimated       bool      // AWS may still change it
}

// Bill is a bill beside what the snapshots of today would have cost in the same
// time.
type Bill struct {
	From, To  time.Time
	Billed    USD
	GiBMonths float64
	Estimate  Band
	// Rest is what of the bill nothing in the band explains: above 0 what was billed
	// beyond its high end, such as for snapshots that are gone by now or were not
	// read; below 0 what was billed less than its low end, such as where snapshots
	// are new or prices are others; 0 within it.
	Rest      USD
	Estimated bool // AWS may still change a part of it
}

// Explain lays a total beside what was billed from one time until another. The
// total must be of the accounts and regions that the bill is of.
func Explain(total Total, from, to time.Time, billed []Billed) Bill {
	months := monthsOf(from, to)
	b := Bill{From: from, To: to, Estimate: Band{total.Cost.Low.times(months), total.Cost.High.times(months)}}
	for _, l := range billed {
		b.Billed += l.Cost
		b.GiBMonths += l.GiBMonths
		b.Estimated = b.Estimated || l.Estimated
	}
	switch {
	case b.Billed > b.Estimate.High:
		b.Rest = b.Billed - b.Estimate.High
	case b.Billed < b.Estimate.Low:
		b.Rest = b.Billed - b.Estimate.Low
	}
	return b
}

// times is an amount a month for some months, rounded to a billionth.
func (u USD) times(months float64) USD { return USD(math.Round(float64(u) * months)) }

// monthsOf counts the months from one time to another, in UTC. A day of a short
// month is more of one than a day of a long one: that AWS counts a GB-month so is
// a guess.
func monthsOf(from, to time.Time) float64 {
	if !from.Before(to) {
		return 0
	}
	return monthsTo(to.UTC()) - monthsTo(from.UTC())
}

// monthsTo is how many months had passed since the year 0, with the part of the
// one that runs.
func monthsTo(t time.Time) float64 {
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	length := first.AddDate(0, 1, 0).Sub(first)
	return float64(12*t.Year()+int(t.Month())) + float64(t.Sub(first))/float64(length)
}
