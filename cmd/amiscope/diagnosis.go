package main

import (
	"cmp"
	"errors"
	"strings"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
)

// diagnosis is what is printed.
func (v *visit) diagnosis(in calls.Setting) output.Diagnosis {
	var d output.Diagnosis
	accounts := map[string]model.Account{}
	for _, u := range v.lost {
		d.Scopes = append(d.Scopes, output.ExaminedDocument{Source: u.Source, State: output.Unreached, Error: ref(u.Err.Error()), Hint: ref(u.Err.Hint())})
	}
	for _, f := range v.accounts {
		accounts[f.Account.ID] = f.Account
		for _, r := range f.Regions {
			if !r.Enabled {
				d.Scopes = append(d.Scopes, output.ExaminedDocument{Source: f.Account.Source, Account: &f.Account.ID, Region: &r.Name, State: output.Disabled})
			}
		}
	}
	for _, e := range v.examined {
		account := accounts[e.Scope.Account]
		if e.Scope.Region != "" {
			s := output.ExaminedDocument{Source: account.Source, Account: &account.ID, Region: &e.Scope.Region, State: output.Examined}
			if e.Closed {
				s.State = output.Closed
			}
			d.Scopes = append(d.Scopes, s)
		}
		for _, c := range e.Checked {
			if !c.Call.Free {
				d.Checks = append(d.Checks, checkOf(account, e.Scope.Region, c, in))
			}
		}
	}
	return d
}

func checkOf(account model.Account, region string, c awsclient.Checked, in calls.Setting) output.CheckDocument {
	out := output.CheckDocument{
		Account: account.ID, AccountName: ref(account.Name), Region: ref(region), Call: c.Call.API, What: c.Call.What,
		State: c.Standing.String(), Loss: c.Call.Loss, Policy: ref(c.Call.Line(in)),
	}
	for _, g := range c.Call.For {
		out.For = append(out.For, g.String())
	}
	switch c.Standing {
	case awsclient.Uncheckable:
		out.Why = cmp.Or(c.Call.Why, "it needs the id of an image that is there")
	case awsclient.Spared:
		out.Why = cmp.Or(c.Call.Spare, "another call or account tells the same")
	case awsclient.Absent:
		out.Policy = nil // it would mend nothing
	case awsclient.Allowed, awsclient.Missing, awsclient.Unanswered:
	}
	if c.Err != nil {
		out.Error, out.Hint = ref(c.Err.Error()), ref(c.Err.Hint())
		if c.ByPolicy() {
			out.Policy = nil // nor would it here
		}
	}
	return out
}

// ref is a text that may be unknown.
func ref(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// prescribe tells what is missing, with what mends it, and gives the error that
// the exit code comes from.
func (a *app) prescribe(d output.Diagnosis, v visit) error {
	for _, u := range v.lost {
		a.trouble(u.Source, u.Err)
	}
	ill := len(v.lost) > 0
	told := map[[2]string]bool{} // why there is no answer, by account: mostly all for one reason
	for _, f := range d.Findings() {
		where := cmp.Or(deref(f.AccountName), f.Account)
		if len(f.Regions) > 0 {
			where += ", " + f.Where()
		}
		switch f.State {
		case awsclient.Missing.String():
			ill = true
			mend := deref(f.Hint)
			if f.Policy != nil {
				mend = "add to its policy: " + *f.Policy
			}
			a.say("%s: %s is denied: %s; hint: %s", where, f.Call, f.Loss, mend)
		case awsclient.Unanswered.String():
			ill = true
			_, reason, _ := strings.Cut(deref(f.Error), f.Call+": ")
			if key := [2]string{f.Account, reason}; !told[key] {
				told[key] = true
				a.say("%s: %s gave no answer: %s; hint: %s", where, f.Call, reason, deref(f.Hint))
			}
		}
	}
	if !ill && len(d.Checks) == 0 {
		return errors.New("there is nothing to check: each of these regions is not enabled, or closed by a policy")
	}
	if ill {
		return errPartial
	}
	return nil
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
