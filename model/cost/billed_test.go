package cost

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func at(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func TestExplain(t *testing.T) {
	september, october, november := at(2026, time.September, 1), at(2026, time.October, 1), at(2026, time.November, 1)
	total := Total{Cost: Band{Low: 60 * Dollar, High: 100 * Dollar}}
	for _, c := range []struct {
		name     string
		from, to time.Time
		billed   []Billed
		want     Bill
	}{
		{
			"within the band", october, november,
			[]Billed{{Cost: 50 * Dollar, GiBMonths: 1000}, {Cost: 20 * Dollar, GiBMonths: 1600, Estimated: true}},
			Bill{Billed: 70 * Dollar, GiBMonths: 2600, Estimate: Band{60 * Dollar, 100 * Dollar}, Estimated: true},
		},
		{"more", october, november, []Billed{{Cost: 130 * Dollar}}, Bill{Billed: 130 * Dollar, Estimate: Band{60 * Dollar, 100 * Dollar}, Rest: 30 * Dollar}},
		{"less", september, november, []Billed{{Cost: 100 * Dollar}}, Bill{Billed: 100 * Dollar, Estimate: Band{120 * Dollar, 200 * Dollar}, Rest: -20 * Dollar}},
		{"at the ends", october, november, []Billed{{Cost: 100 * Dollar}}, Bill{Billed: 100 * Dollar, Estimate: Band{60 * Dollar, 100 * Dollar}}},
		{"a day of September", september, september.AddDate(0, 0, 1), []Billed{{Cost: 2 * Dollar}}, Bill{Billed: 2 * Dollar, Estimate: Band{2 * Dollar, 3_333_333_333}}},
		{"nothing billed", october, november, nil, Bill{Estimate: Band{60 * Dollar, 100 * Dollar}, Rest: -60 * Dollar}},
		{"no time", november, october, nil, Bill{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.From, c.want.To = c.from, c.to
			if d := cmp.Diff(c.want, Explain(total, c.from, c.to, c.billed)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMonthsOf(t *testing.T) {
	for _, c := range []struct {
		from, to time.Time
		want     float64
	}{
		{at(2026, time.January, 1), at(2027, time.January, 1), 12},
		{at(2026, time.February, 1), at(2026, time.February, 15), 0.5},
		{at(2028, time.February, 1), at(2028, time.March, 1), 1},
		{at(2026, time.January, 16).Add(12 * time.Hour), at(2026, time.February, 15), 1},
	} {
		if got := monthsOf(c.from, c.to); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("from %v to %v: %v months, want %v", c.from, c.to, got, c.want)
		}
	}
}
