package model

import (
	"cmp"
	"strings"
)

// Scope is one account in one region: the unit of refreshing, caching and
// failing. Account is the twelve-digit id.
type Scope struct {
	Account string `json:"account"`
	Region  string `json:"region"`
}

// String is "account/region", as shown in messages and logs.
func (s Scope) String() string { return s.Account + "/" + s.Region }

// Compare orders scopes by account, then region.
func (s Scope) Compare(t Scope) int {
	return cmp.Or(strings.Compare(s.Account, t.Account), strings.Compare(s.Region, t.Region))
}

// Account is an AWS account as the program knows it.
type Account struct {
	ID        string // twelve digits
	Name      string // account alias or the organization's name for it; "" when neither is known
	Partition string // aws, aws-cn, aws-us-gov, ...
	Source    string // how it is reached: "profile dev", "role audit", "default credentials"
	Principal string // ARN of who reads it; "" when not known
}

// Title is the name to show: the alias where there is one, else the id.
func (a Account) Title() string { return cmp.Or(a.Name, a.ID) }

// Unreached is a way into AWS that led to no account: an expired login, a
// profile that does not work, a role that may not be assumed. Its images are
// unknown, which is why it is kept beside the scopes and never dropped.
type Unreached struct {
	Source string // "profile dev", "account 111122223333"
	Err    *OpError
}
