package fakeaws

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Tally counts the calls of one API by one account in one region. Global
// services count where they are signed for.
type Tally struct {
	Account, Region string
	API             string // as IAM spells it: "ec2:DescribeImages"
	Calls           int    // that came, with a known account; those under way included

	// Failed counts those that were not answered well, by the error's code or
	// the kind of the fault ("cut") that befell the answer.
	Failed map[string]int
}

// Throttled counts the calls that were answered by the throttle.
func (t Tally) Throttled() int {
	n := 0
	for _, code := range []string{"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException", "CallRateLimitExceededException", "LimitExceededException"} {
		n += t.Failed[code]
	}
	return n
}

// ledger counts calls.
type ledger struct {
	mu    sync.Mutex
	pages map[ledgerKey]*Tally
}

type ledgerKey struct{ account, region, api string }

func newLedger() ledger { return ledger{pages: map[ledgerKey]*Tally{}} }

// enter counts a call that came, and tells which of its kind it is, from 1.
func (l *ledger) enter(call Call) int {
	key := ledgerKey{call.Account, call.Region, action(call)}
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.pages[key]
	if !ok {
		t = &Tally{Account: key.account, Region: key.region, API: key.api, Failed: map[string]int{}}
		l.pages[key] = t
	}
	t.Calls++
	return t.Calls
}

// leave notes how a call that entered was answered; "" is well.
func (l *ledger) leave(call Call, outcome string) {
	if outcome == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages[ledgerKey{call.Account, call.Region, action(call)}].Failed[outcome]++
}

func (l *ledger) tallies() []Tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Tally, 0, len(l.pages))
	for _, t := range l.pages {
		c := *t
		c.Failed = maps.Clone(t.Failed)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Tally) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), strings.Compare(a.API, b.API))
	})
	return out
}
