package cost

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
)

// USD is an amount of money in billionths of a US dollar.
type USD int64

// Dollar is one US dollar.
const Dollar USD = 1e9

// GiB is the bytes of one. AWS bills by the GB-month and counts 2^30 bytes for
// one (EBS user guide, pricing of archived snapshots).
const GiB = 1 << 30

// Dollars is the amount as a number, for JSON and bars.
func (u USD) Dollars() float64 { return float64(u) / float64(Dollar) }

// ParseUSD reads a decimal number of dollars, as prices are written.
func ParseUSD(s string) (USD, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, err
	}
	return FromDollars(f), nil
}

// FromDollars rounds a number of dollars to a billionth.
func FromDollars(f float64) USD {
	if f < 0 {
		return -FromDollars(-f)
	}
	return USD(f*float64(Dollar) + 0.5)
}

// Of is what bytes cost at a price by the GiB, rounded to a billionth.
func (u USD) Of(bytes int64) USD {
	if bytes <= 0 || u <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(bytes), uint64(u))
	lo, carry := bits.Add64(lo, GiB/2, 0)
	q, _ := bits.Div64(hi+carry, lo, GiB)
	return USD(q)
}

// Band is what something costs a month: at least Low and at most High.
type Band struct {
	Low  USD `json:"low"`
	High USD `json:"high"`
}

// Plus adds bands.
func (b Band) Plus(o Band) Band { return Band{b.Low + o.Low, b.High + o.High} }

// minus takes a band that was added away again.
func (b Band) minus(o Band) Band { return Band{b.Low - o.Low, b.High - o.High} }

// Exact reports whether both ends are the same.
func (b Band) Exact() bool { return b.Low == b.High }

// share is the i-th of n equal parts. The parts of a band add up to it.
func (b Band) share(i, n int) Band { return Band{part(b.Low, i, n), part(b.High, i, n)} }

func (b Bytes) share(i, n int) Bytes { return Bytes{part(b.Low, i, n), part(b.High, i, n)} }

func part[N ~int64](u N, i, n int) N {
	q, r := u/N(n), u%N(n)
	if N(i) < r {
		q++
	}
	return q
}

// Bytes is a size between two bounds.
type Bytes struct {
	Low  int64 `json:"low"`
	High int64 `json:"high"`
}

// plus adds sizes.
func (b Bytes) plus(o Bytes) Bytes { return Bytes{b.Low + o.Low, b.High + o.High} }

func (b Bytes) minus(o Bytes) Bytes { return Bytes{b.Low - o.Low, b.High - o.High} }

// at is what a size costs at a price.
func (b Bytes) at(price USD) Band { return Band{price.Of(b.Low), price.Of(b.High)} }

// Basis is what a figure rests on; the weakest of all that it is made of stands
// for them.
type Basis uint8

// The bases, the best first.
const (
	NoBasis     Basis = iota // nothing is stored
	Measured                 // block lists of AWS
	Archived                 // stored whole in the archive tier
	AtMost                   // block lists of AWS, but it may share more than can be compared
	FullSize                 // full snapshot size, as AWS tells it
	Provisioned              // AWS does not tell the full size: that of the volume
	NotKnown                 // not known at all
)

var basisNames = [...]string{
	NoBasis: "none", Measured: "measured", Archived: "archived, stored whole", AtMost: "measured, at most", FullSize: "full snapshot size",
	Provisioned: "provisioned", NotKnown: "not known",
}

// String is the basis in words, and in JSON.
func (b Basis) String() string { return basisNames[b] }

// MarshalText gives the basis in words.
func (b Basis) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what MarshalText gives.
func (b *Basis) UnmarshalText(text []byte) error {
	i := slices.Index(basisNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no basis of a cost is called %q", text)
	}
	*b = Basis(i)
	return nil
}

// weaker is the worse of two bases.
func (b Basis) weaker(o Basis) Basis { return max(b, o) }

// Compare orders bands by their high end, then the low one.
func (b Band) Compare(o Band) int {
	return cmp.Or(cmp.Compare(b.High, o.High), cmp.Compare(b.Low, o.Low))
}
