package config

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Rule is what must not happen in an account, by all tables that are about it.
func (c Config) Rule(a model.Account) plan.AccountRule {
	r := plan.AccountRule{Name: a.Title(), Principal: a.Principal}
	for _, g := range c.Changes.Guards {
		if !g.about(a) {
			continue
		}
		r.Production, r.ReadOnly = r.Production || g.Production, r.ReadOnly || g.ReadOnly
		for _, word := range g.Deny {
			if d := plan.Deed(word); !slices.Contains(r.Deny, d) {
				r.Deny = append(r.Deny, d)
			}
		}
	}
	return r
}

// about reports whether a table is about an account: by its id, by that in its
// role's ARN, or by its profile being the way that reached the account.
func (a Account) about(b model.Account) bool {
	switch id := a.account(); {
	case id != "":
		return id == b.ID
	case a.Profile != "":
		return b.Source == "profile "+a.Profile
	}
	return false
}

// account is the id of the account that a table says it is about; "" where it
// does not.
func (a Account) account() string {
	if a.ID != "" {
		return a.ID
	}
	// arn:partition:iam::account:role/name
	if parts := strings.SplitN(a.RoleARN, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}
