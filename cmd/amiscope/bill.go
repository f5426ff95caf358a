package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// usualRequests are those that a question for a bill takes as a rule.
const usualRequests = 2

// mayAsk reports whether there is somebody to ask.
func (a *app) mayAsk() bool {
	return a.in != nil && term.IsTerminal(a.in.Fd()) && width(a.err) > 0
}

// refuseBill refuses --bill where it cannot be answered, before AWS is read.
func (a *app) refuseBill(e expense, sel search) error {
	switch {
	case !e.bill:
		return nil
	case a.flags.offline || a.flags.from != "":
		return usagef("--bill asks AWS: leave it out, or --offline and --from")
	case !sel.query.Empty():
		return usagef("--bill is of whole accounts and regions: leave out the filter")
	case !e.yes && !a.mayAsk():
		return usagef("--bill costs %s a request to Cost Explorer, %d an account as a rule; say --yes to it", output.Dollars(cost.BillRequest), usualRequests)
	}
	return nil
}

// bill asks what was billed in the last whole month, after a yes. Nil is a no, or
// that no account could be asked; the notes then say why.
func (a *app) bill(ctx context.Context, w *world, g *gathered, yes bool) (*cost.Bill, error) {
	accounts := billable(g.inv)
	ok, err := a.agreed(ctx, len(accounts), yes)
	if err != nil || !ok {
		return nil, err
	}
	to := w.now().UTC()
	to = time.Date(to.Year(), to.Month(), 1, 0, 0, 0, 0, time.UTC)
	from := to.AddDate(0, -1, 0)
	var billed []cost.Billed
	asked := map[string]bool{}
	for _, account := range accounts {
		lines, err := w.client.Billed(ctx, account, from, to)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			g.notes = append(g.notes, unbilled(g.inv.Account(account).Title(), err))
			continue
		}
		asked[account] = true
		for _, l := range lines {
			if g.inv.Readable(model.Scope{Account: account, Region: l.Region}) {
				billed = append(billed, l)
			}
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	var total cost.Total
	for _, l := range g.costs.Lines() {
		if asked[l.Snapshot.Owner] {
			total.Cost = total.Cost.Plus(l.Cost())
		}
	}
	b := cost.Explain(total, from, to, billed)
	return &b, nil
}

// billable are the accounts of which something was read.
func billable(inv model.Inventory) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range inv.Scopes() {
		if inv.Readable(s) && !seen[s.Account] {
			seen[s.Account] = true
			out = append(out, s.Account)
		}
	}
	return out
}

// agreed tells the price of bills and asks whether to go on.
func (a *app) agreed(ctx context.Context, accounts int, yes bool) (bool, error) {
	each := cost.USD(accounts) * cost.BillRequest
	a.say("--bill asks Cost Explorer about %s, at %s a request: about %s, at most %s", kit.Plural(accounts, "account", "accounts"),
		output.Dollars(cost.BillRequest), output.Dollars(usualRequests*each), output.Dollars(awsclient.MaxBillRequests*each))
	if yes {
		return true, nil
	}
	a.say("go on? yes or no (enter: no)")
	answer, err := readLine(ctx, a.in)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return err == nil && strings.HasPrefix("yes", strings.ToLower(answer)), nil
}

// unbilled says why an account's bill was not read.
func unbilled(account string, err error) string {
	text := fmt.Sprintf("the bill of %s could not be read, and neither it nor the account's snapshots are compared: %s", account, err)
	if e, ok := err.(*model.OpError); ok && e.Hint() != "" { //nolint:errorlint // Billed gives it as it is
		text += "; hint: " + e.Hint()
	}
	return text
}
