package faulttest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// operations are all that an inventory calls: to find accounts, and then to read
// them.
func operations() []string {
	out := []string{"GetCallerIdentity", "AssumeRole", "ListAccountAliases", "DescribeOrganization", "ListAccounts", "DescribeRegions", "ListRegions"}
	for _, k := range model.Swept() {
		for _, call := range k.Calls() {
			_, operation, _ := strings.Cut(call, ":")
			if !slices.Contains(out, operation) && operation != "DescribeImageUsageReportEntries" { // there are no reports to be read
				out = append(out, operation)
			}
		}
	}
	return out
}

// kindsOf are the kinds that take an operation to be read; what accounts have,
// for one that finds them.
func kindsOf(operation string) []model.Kind {
	out := slices.DeleteFunc(model.Swept(), func(k model.Kind) bool {
		return !slices.ContainsFunc(k.Calls(), func(call string) bool { return strings.HasSuffix(call, ":"+operation) })
	})
	if len(out) == 0 {
		return model.Kinds()
	}
	return out
}

// passing are the kinds of faults that trying again overcomes, as long as they
// do not befall every try.
func passing() []fakeaws.FaultKind {
	return []fakeaws.FaultKind{
		fakeaws.FaultServer, fakeaws.FaultGateway, fakeaws.FaultThrottle, fakeaws.FaultReset, fakeaws.FaultCut,
		fakeaws.FaultStall, fakeaws.FaultClip, fakeaws.FaultBlank, fakeaws.FaultHTML, fakeaws.FaultXHTML,
	}
}

// harmless are those that delay what they befall, and nothing else.
func harmless() []fakeaws.FaultKind {
	return []fakeaws.FaultKind{fakeaws.FaultLatency, fakeaws.FaultEmptyPage, fakeaws.FaultSkew}
}

// TestEveryFaultInEveryOperation lets each kind of fault befall some and all
// of the calls of each operation.
func TestEveryFaultInEveryOperation(t *testing.T) {
	var c company
	synctest.Test(t, func(t *testing.T) {
		c = newCompany(t, fakeaws.Options{
			Fleet: fleet.Config{Accounts: 2, Regions: 2, Images: 30}, World: workloads, PageLimit: 5, ShortEvery: 3, FaultSeed: 7,
		})
		c.checkTruth(t)
	})
	for _, kind := range fakeaws.FaultKinds() {
		for _, operation := range operations() {
			for _, share := range []float64{0.3, 1} {
				t.Run(fmt.Sprintf("%s:%g%%@%s", kind.Kind, share*100, operation), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { c.befall(t, kind.Kind, operation, share) })
				})
			}
		}
	}
}

func (c company) befall(t *testing.T, kind fakeaws.FaultKind, operation string, share float64) {
	t.Helper()
	f := fakeaws.Fault{Kind: kind, Share: share, Rule: fakeaws.Rule{Operation: operation}}
	switch kind {
	case fakeaws.FaultLatency:
		f.Delay = 20 * time.Second
	case fakeaws.FaultSkew:
		f.Delay = 20 * time.Minute
	default:
	}
	o := c.options
	o.Faults = []fakeaws.Fault{f}
	if operation == "ListRegions" { // is asked where EC2 may not be
		o.Denied = []fakeaws.Rule{{Operation: "ec2:DescribeRegions"}}
	}
	got := read(t, o, c.known, 2, kindsOf(operation))
	c.check(t, got)

	if slices.Contains(harmless(), kind) || share < 1 && slices.Contains(passing(), kind) {
		if troubles := got.troubles(); len(troubles) > 0 {
			t.Errorf("trouble that trying again overcomes: %v, hint: %s", troubles, troubles[0].Hint())
		}
		return
	}
	if share == 1 {
		checkTold(t, got, kind, operation)
	}
}

// checkTold sees to it that a fault was met, and that the user hears of it
// where anything is missing for it.
func checkTold(t *testing.T, got outcome, kind fakeaws.FaultKind, operation string) {
	t.Helper()
	denial := kind == fakeaws.FaultSCP || kind == fakeaws.FaultDenied
	if denial && operation == "GetCallerIdentity" {
		return // which cannot be denied
	}
	if got.failed(operation) == 0 {
		t.Error("the fault was not met")
	}
	switch {
	case kind == fakeaws.FaultClip:
		return // what is missing may be of no matter
	case operation == "ListAccountAliases", operation == "DescribeRegions":
		return // there are others to ask
	case operation == "ListRegions":
		if got.assumed == 0 {
			t.Error("nobody hears that the regions are assumed")
		}
		return
	case denial && operation == "DescribeOrganization":
		return // the list may be allowed all the same
	}
	if len(got.troubles()) == 0 {
		t.Error("nobody hears of it")
	}
}

// TestAnExpiredSessionIsToBeRenewed: EC2 has one code for a session that has
// expired and for a clock that is wrong. Where the clocks agree, the hint is
// not to set the clock.
func TestAnExpiredSessionIsToBeRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := read(t, fakeaws.Options{
			Fleet:  fleet.Config{Accounts: 2, Regions: 1, Images: 20},
			Faults: []fakeaws.Fault{{Kind: fakeaws.FaultExpired, Rule: fakeaws.Rule{Operation: "DescribeImages"}}},
		}, model.Inventory{}, 1, model.Kinds())
		troubles := got.troubles()
		for _, err := range troubles {
			if err.Kind != model.Expired || !strings.Contains(err.Hint(), "renew") {
				t.Errorf("%v, hint: %s", err, err.Hint())
			}
		}
		if len(troubles) != 2 {
			t.Errorf("%d scopes fail, want 2", len(troubles))
		}
	})
}
