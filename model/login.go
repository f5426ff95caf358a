package model

import (
	"cmp"
	"slices"
	"time"
)

// Login is what mends credentials that have expired. The zero value is none:
// fixed keys, a machine's role, a command of the user's own.
type Login struct {
	Name    string   // what one logs in to: "sso-session corp", "profile old"
	Command []string // the command and its arguments: aws sso login --sso-session corp
}

// Known reports whether there is a command that logs in.
func (l Login) Known() bool { return len(l.Command) > 0 }

// Relogin is one expired login, and the ways into AWS that it would mend.
type Relogin struct {
	Login
	Sources []string // sorted
}

// Relogins groups what has expired by the login that mends it, by name: ways
// in that led nowhere, and accounts whose login expired while they were read.
func (inv Inventory) Relogins() []Relogin {
	byName := map[string]*Relogin{}
	add := func(source string, err *OpError) {
		if err == nil || err.Kind != Expired || !err.Login.Known() {
			return
		}
		r := byName[err.Login.Name]
		if r == nil {
			r = &Relogin{Login: err.Login}
			byName[err.Login.Name] = r
		}
		r.Sources = append(r.Sources, source)
	}
	for _, u := range inv.unreached {
		add(u.Source, u.Err)
	}
	for s, sh := range inv.shards {
		for _, st := range sh.status {
			add(inv.accounts[s.Account].Source, st.Err)
		}
	}
	out := make([]Relogin, 0, len(byName))
	for _, r := range byName {
		slices.Sort(r.Sources)
		r.Sources = slices.Compact(r.Sources)
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Relogin) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Profile is a profile of the user's AWS files, as far as they tell without a
// call.
type Profile struct {
	Name    string
	Kind    string // how it gets credentials: "keys", "sso", "role", "process", ...
	Account string // twelve digits, "" where the files do not tell
	Role    string // name of the role that it leads to, "" for none
	Login   LoginState
	Until   time.Time // end of a valid login
}

// LoginState says whether a profile can be used as it is.
type LoginState uint8

// The states of a login.
const (
	LoginUnknown LoginState = iota // only AWS knows
	LoginValid
	LoginExpired // or never made
)
