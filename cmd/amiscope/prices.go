package main

import (
	"context"
	"errors"
	"time"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/cmd/internal/config"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// pricesAge is how long prices that AWS told are used before they are asked for
// again. AWS changes them a few times a year at most.
const pricesAge = 7 * 24 * time.Hour

// priceList are prices of AWS's price list, by region, and when they were read.
type priceList struct {
	prices map[string]cost.Price
	at     time.Time // zero: none are known
}

// pricesAtHand gives what storage costs as far as that is known without a call,
// and whether AWS would be asked for newer prices: a screen starts with these,
// and lets prices replace them in the background.
func (w *world) pricesAtHand() (p cost.Prices, stale bool) {
	kept := w.keptPrices()
	return w.priced(kept), w.asksPrices() && !w.current(kept)
}

// prices gives what storage costs, of each region from the best source that
// there is: the config file, AWS's price list, the program's own table. AWS is
// asked when what it told is a week old, and waited for at most ten seconds; its
// accounts must have been found by then. The notes say, each in a sentence, what
// could not be had and what is used instead.
func (w *world) prices(ctx context.Context) (p cost.Prices, notes []string) {
	notes = w.costs.Warnings()
	kept := w.keptPrices()
	if !w.asksPrices() || w.current(kept) {
		return w.priced(kept), notes
	}
	now := w.now()
	fetched, err := w.client.Prices(ctx, nil) // all at once, so that what is kept serves whoever looks at other regions next
	switch {
	case ctx.Err() != nil:
		return w.priced(kept), notes
	case err != nil:
		// A part of them is used and not kept: all are asked for again next time.
		return w.priced(kept, priceList{fetched, now}), append(notes, unpriced(kept, err))
	}
	if err := w.store.SavePrices(fetched, now); err != nil {
		w.saving.note(err)
	}
	return w.priced(priceList{fetched, now}), notes
}

// asksPrices reports whether AWS may be asked for prices.
func (w *world) asksPrices() bool {
	return w.client != nil && !w.offline && w.costs.PriceSource != config.BuiltInPrices
}

// current reports whether prices are young enough. A clock that was set back
// makes none young.
func (w *world) current(l priceList) bool {
	return !l.at.IsZero() && w.now().Sub(l.at).Abs() < pricesAge
}

// keptPrices are those that AWS told last, of whatever age. That the cache cannot be
// opened is told by who reads all of it.
func (w *world) keptPrices() priceList {
	if w.store == nil || w.costs.PriceSource == config.BuiltInPrices {
		return priceList{}
	}
	prices, at, err := w.store.Prices()
	if _, shut := errors.AsType[*cache.Error](err); err != nil && !shut {
		w.saving.note(err)
	}
	return priceList{prices, at}
}

// priced lays prices over each other: the program's own, AWS's, the config's.
func (w *world) priced(lists ...priceList) cost.Prices {
	p := cost.BuiltInPrices()
	for _, l := range lists {
		if len(l.prices) > 0 {
			p = p.With(cost.Listed, l.at, l.prices)
		}
	}
	return p.With(cost.Configured, time.Time{}, w.costs.Overrides())
}

// unpriced says what kept AWS's prices from being read, what helps, and what is
// used in their place.
func unpriced(kept priceList, err error) string {
	instead := "those built in, of " + day(cost.BuiltInPrices().In(cost.DefaultRegion).AsOf)
	if !kept.at.IsZero() {
		instead = "those read on " + day(kept.at)
	}
	text := "not all prices could be read from AWS; in their place stand " + instead + ": " + err.Error()
	if op, ok := errors.AsType[*model.OpError](err); ok && op.Hint() != "" {
		text += "; hint: " + op.Hint()
	}
	return text
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
