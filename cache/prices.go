package cache

import (
	"bytes"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// regionPrice is what storage costs in a region, as it was read.
type regionPrice struct {
	region                     string
	standard, archive, restore cost.USD
}

const columnsOfPrice = 4

func pricesPart() part[regionPrice] {
	return part[regionPrice]{name: "prices", version: 1, size: columnsOfPrice, columns: priceColumns}
}

func priceColumns(c *coder, ps []*regionPrice) {
	texts(c, ps, func(p *regionPrice) *string { return &p.region })
	numbers(c, ps, func(p *regionPrice) *cost.USD { return &p.standard })
	numbers(c, ps, func(p *regionPrice) *cost.USD { return &p.archive })
	numbers(c, ps, func(p *regionPrice) *cost.USD { return &p.restore })
}

// Prices gives the prices that were saved last for the world's partition, by
// region, and when they were read. There being none is no error, and what is
// damaged or of another version counts as none.
func (s *Store) Prices() (prices map[string]cost.Price, at time.Time, err error) {
	var chunk []byte
	p := pricesPart()
	err = s.view([][]byte{p.bucket()}, func(tx *bolt.Tx) error {
		chunk = bytes.Clone(s.world(tx).get(p.bucket(), s.pricesKey()))
		return nil
	})
	if chunk == nil {
		return nil, time.Time{}, err
	}
	recs, at, bad := p.open(s.codec, model.Scope{}, chunk, &scratch{})
	if bad != nil || at.IsZero() {
		return nil, time.Time{}, err
	}
	prices = map[string]cost.Price{}
	for _, r := range recs {
		if r.standard < 0 || r.archive < 0 || r.restore < 0 {
			return nil, time.Time{}, err
		}
		prices[r.region] = cost.Price{Standard: r.standard, Archive: r.archive, Restore: r.restore}
	}
	return prices, at, err
}

// SavePrices keeps prices with the time at which they were read, in the place of
// those before. Where they come from is not kept: only what AWS tells is to be
// saved.
func (s *Store) SavePrices(prices map[string]cost.Price, at time.Time) error {
	recs := make([]*regionPrice, 0, len(prices))
	for region, p := range prices {
		recs = append(recs, &regionPrice{region, p.Standard, p.Archive, p.Restore})
	}
	part := pricesPart()
	chunk, err := part.seal(s.codec, model.Scope{}, at, sorted(recs, func(p *regionPrice) string { return p.region }))
	if err != nil {
		return err
	}
	return s.put(func(w *writing) error { return w.write(s.pricesKey(), value{part.bucket(), chunk}) })
}

func (s *Store) pricesKey() []byte { return nameKey(s.key.Partition) }
