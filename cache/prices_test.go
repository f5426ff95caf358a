package cache

import (
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

var pricesRead = time.Date(2026, time.November, 1, 7, 30, 0, 123, time.UTC)

func somePrices() map[string]cost.Price {
	return map[string]cost.Price{
		"us-east-1": {Standard: 50_000_000, Archive: 12_500_000, Restore: 750_000_000},
		"eu-west-2": {Standard: 53_000_000},
		"eu-west-1": {Archive: 1},
	}
}

func pricesStore(t *testing.T, key Key) *Store {
	t.Helper()
	return New(filepath.Join(t.TempDir(), "dir", "cache.db"), key)
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantPrices(t *testing.T, s *Store, want map[string]cost.Price, at time.Time) {
	t.Helper()
	got, gotAt, err := s.Prices()
	noError(t, err)
	equal(t, "prices", got, want)
	if !gotAt.Equal(at) {
		t.Errorf("read at %v, want %v", gotAt, at)
	}
}

func TestPricesComeBack(t *testing.T) {
	s := pricesStore(t, Key{Partition: "aws"})
	wantPrices(t, s, nil, time.Time{}) // without a file
	full := somePrices()
	full["us-east-1"] = cost.Price{Standard: 1, From: cost.Listed, AsOf: pricesRead, Region: "us-east-2"}
	noError(t, s.SavePrices(full, pricesRead.Add(-time.Hour)))
	noError(t, s.SavePrices(somePrices(), pricesRead.In(time.FixedZone("", 3600))))
	wantPrices(t, s, somePrices(), pricesRead)
	wantPrices(t, New(s.path, s.key), somePrices(), pricesRead) // the next start
	wantPrices(t, New(s.path, Key{Partition: "aws-cn"}), nil, time.Time{})
	wantPrices(t, New(s.path, Key{Partition: "aws", Endpoint: "http://localhost:4566"}), nil, time.Time{})
	_, err := s.Load("all")
	noError(t, err)
	wantPrices(t, s, somePrices(), pricesRead)
	noError(t, s.Clear())
	wantPrices(t, s, nil, time.Time{})
}

// TestDamagedPricesAreNone: nor are those of another version, of another part, or
// such as nobody saved. New ones take their place.
func TestDamagedPricesAreNone(t *testing.T) {
	c := newCodec()
	seal := func(p part[regionPrice], s model.Scope, at time.Time, recs ...*regionPrice) []byte {
		chunk, err := p.seal(c, s, at, recs)
		noError(t, err)
		return chunk
	}
	one := &regionPrice{"us-east-1", 5, 2, 1}
	p := pricesPart()
	newer, other := p, p
	newer.version, other.name = 99, "organizations"
	sound := seal(p, model.Scope{}, pricesRead, one)
	chunks := map[string][]byte{
		"nothing": {}, "another version": seal(newer, model.Scope{}, pricesRead, one), "another part": seal(other, model.Scope{}, pricesRead, one),
		"of a scope": seal(p, model.Scope{Account: "111122223333"}, pricesRead, one), "without a date": seal(p, model.Scope{}, time.Time{}, one),
		"negative": seal(p, model.Scope{}, pricesRead, one, &regionPrice{"eu-west-1", 5, -2, 1}), "cut short": sound[:len(sound)-1],
	}
	for i := range sound {
		flipped := append([]byte{}, sound...)
		flipped[i] ^= 0x10
		chunks["flipped "+string(rune('a'+i%26))+time.Duration(i).String()] = flipped
	}
	s := pricesStore(t, Key{Partition: "aws"})
	for name, chunk := range chunks {
		noError(t, s.update(transaction{
			write: func(tx *bolt.Tx) error {
				world, err := tx.CreateBucketIfNotExists(s.key.bucket())
				if err != nil {
					return err
				}
				b, err := world.CreateBucketIfNotExists(p.bucket())
				if err != nil {
					return err
				}
				return b.Put(s.pricesKey(), chunk)
			},
			read: func(*bolt.Tx) error { return nil },
		}))
		if got, at, err := s.Prices(); len(got) > 0 || !at.IsZero() || err != nil {
			t.Errorf("%s: %v of %v, %v", name, got, at, err)
		}
	}
	noError(t, s.SavePrices(somePrices(), pricesRead))
	wantPrices(t, s, somePrices(), pricesRead)
}

// TestPricesOfAFileThatCannotBeOpened are an error, once for each way.
func TestPricesOfAFileThatCannotBeOpened(t *testing.T) {
	s := New(t.TempDir(), Key{Partition: "aws"}) // a directory
	if got, _, err := s.Prices(); got != nil || err == nil {
		t.Errorf("%v, %v", got, err)
	}
	if err := s.SavePrices(somePrices(), pricesRead); err == nil {
		t.Error("saved into a directory")
	}
}
