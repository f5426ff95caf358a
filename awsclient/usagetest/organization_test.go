package usagetest

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// organized is a company whose image is shared with its organization.
func organized() *company {
	c := newCompany(nil)
	c.Fleet.Accounts = 3
	c.share = func(f *fleet.Fleet) []fleet.Permission {
		return []fleet.Permission{{Organization: f.Organization.ARN}}
	}
	return c
}

// members reads the accounts of the organization, as the program does when
// verdicts want them.
func (o *outcome) members(t *testing.T, c *company) {
	t.Helper()
	w := o.usage.Wants()
	if !w.Organizations && len(w.Units) == 0 {
		t.Errorf("nobody asks for the organization: %+v", w)
	}
	if err := o.client.Organization(t.Context(), w.Units, func(e model.Event) { o.inv = o.inv.Fold(e) }); err != nil {
		t.Fatal(err)
	}
	o.judge(c.policy)
}

func blames(v model.Verdict, account string) bool {
	return slices.ContainsFunc(v.Blind, func(b model.Blind) bool { return strings.Contains(b.What, account) })
}

func TestSharedWithTheOrganization(t *testing.T) {
	t.Run("all accounts are swept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := organized()
			o := c.look(t)
			if v := o.verdict(t); v.Use != model.UseUnknown {
				t.Errorf("before its accounts are known: %v", v.Use)
			}
			o.members(t, c)
			if v := o.verdict(t); v.Use != model.Unused {
				t.Errorf("%v, blind to %+v", v.Use, v.Blind)
			}
		})
	})
	t.Run("one cannot be logged in to", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := organized()
			c.DeniedRoles = []string{"arn:aws:iam::" + fleet.Organize(c.Fleet).Active()[2].ID + ":*"}
			o := c.look(t)
			o.members(t, c)
			if v := o.verdict(t); v.Use != model.UseUnknown || !blames(v, o.server.Accounts()[2].ID) {
				t.Errorf("%v, blind to %+v", v.Use, v.Blind)
			}
		})
	})
	t.Run("one has joined since", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := organized()
			o := c.look(t)
			o.server.Change(func(f *fleet.Fleet) {
				f.Accounts = append(slices.Clone(f.Accounts), fleet.Account{ID: "777777777777", Name: "acme-new", State: "ACTIVE"})
			})
			o.members(t, c)
			if v := o.verdict(t); v.Use != model.UseUnknown || !blames(v, "777777777777") {
				t.Errorf("%v, blind to %+v", v.Use, v.Blind)
			}
		})
	})
	t.Run("one has joined and is suspended", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := organized()
			o := c.look(t)
			o.server.Change(func(f *fleet.Fleet) {
				f.Accounts = append(slices.Clone(f.Accounts), fleet.Account{ID: "777777777777", Name: "acme-old", State: "SUSPENDED"})
			})
			o.members(t, c)
			if v := o.verdict(t); v.Use != model.Unused {
				t.Errorf("%v, blind to %+v", v.Use, v.Blind)
			}
		})
	})
	t.Run("a unit of it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := organized()
			c.share = func(f *fleet.Fleet) []fleet.Permission {
				return []fleet.Permission{{Unit: f.Active()[1].Unit}}
			}
			o := c.look(t)
			o.members(t, c)
			if v := o.verdict(t); v.Use != model.Unused {
				t.Errorf("%v, blind to %+v", v.Use, v.Blind)
			}
		})
	})
}
