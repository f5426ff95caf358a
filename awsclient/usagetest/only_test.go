package usagetest

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// only is a company in which a naming is the only one, and on page two.
func (n naming) only() *company {
	c := newCompany(n.put)
	if n.client != nil {
		n.client(&c.client)
	}
	for _, call := range n.source.Calls() { // the first page of each listing is empty
		c.Faults = append(c.Faults, fakeaws.Fault{Kind: fakeaws.FaultEmptyPage, Rule: fakeaws.Rule{Operation: call}})
	}
	return c
}

// The only reference to an image, in another account and on page two, is found.
func TestOnlyReferenceIsFound(t *testing.T) {
	for _, n := range namings() {
		t.Run(n.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := n.only().look(t)
				v := o.verdict(t)
				if v.Use != model.Used || !slices.ContainsFunc(v.Evidence, func(e model.Evidence) bool { return e.Ref != nil && e.Ref.Source == n.source }) {
					t.Errorf("%v by %+v, blind to %+v", v.Use, v.Evidence, v.Blind)
				}
			})
		})
	}
}

// Where nothing names the image, nothing is found: the companies above do not
// find what is not there.
func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newCompany(nil).look(t)
		if v := o.verdict(t); v.Use != model.Unused {
			t.Errorf("%v by %+v, blind to %+v", v.Use, v.Evidence, v.Blind)
		}
	})
}

// calls lists the calls that found a reference, with how many there were in
// the account that has it.
func (o *outcome) calls(source model.Kind) map[string]int {
	out := map[string]int{}
	for _, tally := range o.server.Stats() {
		if tally.Account == o.server.Accounts()[1].ID && slices.Contains(source.Calls(), tally.API) {
			out[tally.API] = tally.Calls
		}
	}
	return out
}

// Each call of its source is denied, at once or after its first page: where the
// only reference is then not found, the verdict is unknown, and names the
// source.
func TestOnlyReferenceIsMissed(t *testing.T) {
	for _, n := range namings() {
		t.Run(n.name, func(t *testing.T) {
			var calls map[string]int
			synctest.Test(t, func(t *testing.T) {
				o := n.only().look(t)
				calls = o.calls(n.source)
			})
			missed := 0
			for call, count := range calls {
				for after := range min(count, 2) {
					synctest.Test(t, func(t *testing.T) {
						if n.missed(t, call, after) {
							missed++
						}
					})
				}
			}
			if missed < 2 {
				t.Errorf("only %d of the denials hid the reference", missed)
			}
		})
	}
}

// missed denies a call, and reports whether that hid the reference.
func (n naming) missed(t *testing.T, call string, after int) bool {
	t.Helper()
	c := n.only()
	c.Faults = append(c.Faults, fakeaws.Fault{Kind: fakeaws.FaultDenied, Rule: fakeaws.Rule{Operation: call}, After: after})
	o := c.look(t)
	v := o.verdict(t)
	if v.Use == model.Used { // it was told without that call, or before it was denied
		return false
	}
	if v.Use != model.UseUnknown || !blindTo(v, n.source) {
		t.Errorf("%s denied after %d calls: %v, blind to %+v", call, after, v.Use, v.Blind)
	}
	return true
}
