package browse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// blindSpot is what was not looked at for one reason, wherever that is.
type blindSpot struct{ what, where, mend string }

func (s blindSpot) text(t *kit.Theme) string {
	if s.where == "" {
		return s.what
	}
	return s.what + " " + t.Symbols.Dot + " " + s.where
}

// blindGroup gathers one: several sources of an account, then the accounts in
// which they are the same.
type blindGroup struct {
	reason   string // why the sources were not read; or all there is to say, with accountSign for the account
	sources  []model.Kind
	accounts []string
	blind    []model.Blind
}

// accountSign stands for an account's name in a reason, so that what is said of
// many can be said once.
const accountSign = "\x00"

// blindSpots says each reason once, with the sources and the accounts that it
// is about: a company without one permission has hundreds of blind spots.
func blindSpots(env kit.Env, blind []model.Blind) []blindSpot {
	var out []blindSpot
	for _, g := range acrossAccounts(withinAccounts(env, blind)) {
		out = append(out, blindSpot{g.what(env), g.where(env), g.mend()})
	}
	return out
}

// withinAccounts groups by account and reason.
func withinAccounts(env kit.Env, blind []model.Blind) []blindGroup {
	var out []blindGroup
	for _, b := range blind {
		reason, ofSource := strings.CutPrefix(b.What, b.Source.String()+": ")
		title := env.Inv.Account(b.Scope.Account).Title()
		if !ofSource && b.Scope.Account != "" {
			reason = strings.ReplaceAll(b.What, title, accountSign)
		}
		i := slices.IndexFunc(out, func(g blindGroup) bool {
			return ofSource && g.reason == reason && len(g.sources) > 0 && g.accounts[0] == b.Scope.Account
		})
		if i < 0 {
			i = len(out)
			out = append(out, blindGroup{reason: reason, accounts: []string{b.Scope.Account}})
		}
		if ofSource {
			out[i].sources = append(out[i].sources, b.Source)
		}
		out[i].blind = append(out[i].blind, b)
	}
	return out
}

// acrossAccounts joins the groups that differ in the account only.
func acrossAccounts(groups []blindGroup) []blindGroup {
	var out []blindGroup
	for _, g := range groups {
		i := slices.IndexFunc(out, func(o blindGroup) bool { return o.reason == g.reason && slices.Equal(o.sources, g.sources) })
		if i < 0 {
			out = append(out, g)
			continue
		}
		out[i].accounts = append(out[i].accounts, g.accounts...)
		out[i].blind = append(out[i].blind, g.blind...)
	}
	return out
}

func (g blindGroup) what(env kit.Env) string {
	if len(g.sources) > 0 {
		return sourcesText(g.sources) + ": " + g.reason
	}
	n := len(g.accounts)
	if n == 1 {
		return strings.ReplaceAll(g.reason, accountSign, env.Inv.Account(g.accounts[0]).Title())
	}
	many := strings.ReplaceAll(g.reason, "account "+accountSign+" is", fmt.Sprintf("%s accounts are", kit.Count(n)))
	many = strings.ReplaceAll(many, "account "+accountSign, fmt.Sprintf("%s accounts", kit.Count(n)))
	return strings.ReplaceAll(many, accountSign, fmt.Sprintf("%s accounts", kit.Count(n)))
}

// where names the accounts, unless the reason does.
func (g blindGroup) where(env kit.Env) string {
	if g.accounts[0] == "" || len(g.accounts) == 1 && strings.Contains(g.reason, accountSign) {
		return ""
	}
	var names []string
	for _, a := range g.accounts {
		names = append(names, env.Inv.Account(a).Title())
	}
	return few(names, 5)
}

// sourcesText names a few sources, and counts many.
func sourcesText(sources []model.Kind) string {
	if len(sources) == len(model.Sources()) {
		return fmt.Sprintf("all %d usage sources", len(sources))
	}
	var names []string
	for _, s := range sources {
		names = append(names, s.String())
	}
	return few(names, 3)
}

// few lists the first of some names, and counts the rest.
func few(names []string, n int) string {
	if len(names) <= n+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(names[:n], ", "), kit.Count(len(names)-n))
}

// reportAdvice is how the model says that a usage report would help.
const reportAdvice = "ask AWS for a usage report"

// callSign stands for the name of a call in advice.
const callSign = "\x01"

// mend is what to do: advice that differs in the permission only is given once,
// with all of them; of other advice the first few.
func (g blindGroup) mend() string {
	var advice []string
	calls := map[string][]string{}
	for _, b := range g.blind {
		text := b.Mend
		if b.Err != nil && b.Err.Op != "" {
			text = strings.Replace(text, b.Err.Op, callSign, 1)
		}
		if text != "" && !slices.Contains(advice, text) {
			advice = append(advice, text)
		}
		if strings.Contains(text, callSign) && !slices.Contains(calls[text], b.Err.Op) {
			calls[text] = append(calls[text], b.Err.Op)
		}
	}
	for i, text := range advice {
		if len(calls[text]) > 1 {
			advice[i] = strings.Replace(text, "permission "+callSign, "permissions "+callSign, 1)
		}
		advice[i] = strings.Replace(advice[i], callSign, few(calls[text], 12), 1)
	}
	return strings.ReplaceAll(few(advice, 2), reportAdvice, reportAdvice+" (:report)")
}
