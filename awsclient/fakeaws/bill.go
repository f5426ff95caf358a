package fakeaws

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// billKey says what is billed, of whom, where and for which period.
type billKey struct {
	period                 time.Time // its first day
	account, region, usage string
}

func (k billKey) compare(o billKey) int {
	return cmp.Or(k.period.Compare(o.period), cmp.Compare(k.account, o.account), cmp.Compare(k.region, o.region), cmp.Compare(k.usage, o.usage))
}

// dimension gives what a line has in a dimension of Cost Explorer.
func (k billKey) dimension(d types.Dimension) (value string, known bool) {
	switch d {
	case types.DimensionLinkedAccount:
		return k.account, true
	case types.DimensionRegion:
		return k.region, true
	case types.DimensionUsageType:
		return k.usage, true
	default:
		return "", false
	}
}

// amount is how much was used, and what it costs in US dollars.
type amount struct{ quantity, cost float64 }

func (a amount) plus(o amount) amount { return amount{a.quantity + o.quantity, a.cost + o.cost} }

const archiveTier = "archive"

// shelfOfBill is what one line of a day's bill is made of.
type shelfOfBill struct {
	place
	tier string
}

// bill is what the accounts that a caller sees are billed for snapshots and, so
// that these must be told apart, for volumes: a line for each day. The snapshots
// are those of today, for as long as they have been there.
func (s *Server) bill(call Call, days []time.Time) map[billKey]amount {
	out := map[billKey]amount{}
	for at, shelf := range s.billedSnapshots(call) {
		slices.SortFunc(shelf, func(a, b fleet.Snapshot) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
		tariff, usage := tariffOf(at.region), usageStandard
		price := tariff.standard
		if at.tier == archiveTier {
			price, usage = tariff.archive, usageArchive
		}
		present, stored := 0, int64(0)
		for _, day := range days {
			n := started(shelf, day)
			if n == 0 {
				continue
			}
			if n != present {
				present, stored = n, fleet.Stored(shelf[:n])
			}
			share := 1 / float64(day.AddDate(0, 1, -day.Day()).Day()) // of the month
			months := float64(stored) / (1 << 30) * share
			out[billKey{day, at.account, at.region, tariff.prefix + usage}] = amount{months, months * price}
			out[billKey{day, at.account, at.region, tariff.prefix + "EBS:VolumeUsage.gp3"}] = amount{1000 * share, 80 * share}
		}
	}
	return out
}

// started counts the snapshots, in order of start, that are there at the end of
// a day.
func started(shelf []fleet.Snapshot, day time.Time) int {
	end := fleet.Time(day.AddDate(0, 0, 1).UnixMilli())
	n, _ := slices.BinarySearchFunc(shelf, end, func(r fleet.Snapshot, t fleet.Time) int { return cmp.Compare(r.Start, t) })
	return n
}

// billedSnapshots are those of the caller's account, and for the management
// account of all, those in the Recycle Bin too.
func (s *Server) billedSnapshots(call Call) map[shelfOfBill][]fleet.Snapshot {
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	members := s.billedAccounts(call)
	out := map[shelfOfBill][]fleet.Snapshot{}
	add := func(r fleet.Snapshot) {
		if slices.Contains(members, r.Owner) {
			at := shelfOfBill{place{r.Owner, r.Region}, r.Tier}
			out[at] = append(out[at], r)
		}
	}
	for _, r := range s.store().snapshots.byID {
		add(*r)
	}
	for _, r := range s.store().binnedSnapshots.byID {
		add(r.Snapshot)
	}
	return out
}

// billedAccounts are those whose bill a caller sees.
func (s *Server) billedAccounts(call Call) []string {
	if call.Account != s.fleet().Organization.Management {
		return []string{call.Account}
	}
	var out []string
	for _, a := range s.fleet().Accounts {
		out = append(out, a.ID)
	}
	return out
}

// byPeriod sums the lines of days up to those of periods, and by keys.
func byPeriod(days map[billKey]amount, key func(billKey) billKey) ([]billKey, map[billKey]amount) {
	out := map[billKey]amount{}
	for k, a := range days {
		k = key(k)
		out[k] = out[k].plus(a)
	}
	return slices.SortedFunc(maps.Keys(out), billKey.compare), out
}
