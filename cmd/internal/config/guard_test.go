package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// TestGuards: what must not happen in an account holds however it is reached, and
// the strictest of several tables counts.
func TestGuards(t *testing.T) {
	var c Config
	if err := c.parse("f", `
[[accounts]]
id = "111122223333"
production = true
[[accounts]]
name = "prod"
profile = "prod"
role_arn = "arn:aws:iam::111122223333:role/audit"
deny = ["delete", "share"]
[[accounts]]
profile = "dev"
read_only = true
`); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Accounts); n != 2 {
		t.Errorf("%d ways in, not 2: an id alone is none", n)
	}
	for _, x := range []struct {
		name    string
		account model.Account
		want    plan.AccountRule
	}{
		{"by id and by role", model.Account{ID: "111122223333", Source: "profile other"}, plan.AccountRule{Name: "111122223333", Production: true, Deny: []plan.Deed{plan.Delete, plan.Share}}},
		{"by profile", model.Account{ID: "444455556666", Name: "dev", Source: "profile dev"}, plan.AccountRule{Name: "dev", ReadOnly: true}},
		{"by none", model.Account{ID: "444455556666", Source: "profile prod"}, plan.AccountRule{Name: "444455556666"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			if d := cmp.Diff(x.want, c.Rule(x.account)); d != "" {
				t.Error(d)
			}
		})
	}
}
