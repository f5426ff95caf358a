package awsclient

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/model"
)

// Standing says whether a call is allowed.
type Standing uint8

// The standings.
const (
	Allowed     Standing = iota
	Missing              // AWS denies it
	Spared               // AWS denies it, and nothing is missing: another call, or another account, tells the same
	Unanswered           // it could not be asked, or AWS said something else
	Uncheckable          // nothing tells, without an id or money: calls.Call.Why says what is in the way
	Absent               // AWS does not offer the service there
)

var standings = [...]string{
	Allowed: "allowed", Missing: "denied", Spared: "not-needed", Unanswered: "no-answer", Uncheckable: "not-checkable", Absent: "not-offered",
}

// String is the standing in a word, as verbs print it.
func (s Standing) String() string { return standings[s] }

// Checked is what was found out about a call.
type Checked struct {
	Call     calls.Call
	Standing Standing
	Err      *model.OpError // why it is not allowed; nil where nothing was asked
}

// ByPolicy reports whether a service control policy denies the call: no policy of
// the account's own mends that.
func (c Checked) ByPolicy() bool {
	return c.Err != nil && (c.Err.Kind == model.Closed || strings.Contains(c.Err.Err.Error(), "service control policy"))
}

// Examined is what was found out in a scope.
type Examined struct {
	Scope   model.Scope // the region is empty for what is called once an account
	Closed  bool        // a service control policy closes the region: nothing of it is missing
	Checked []Checked   // in the order of the table; none where the region is closed
}

// examiners is how many calls of a scope are checked at once.
const examiners = 8

// Examine finds out which of some calls are allowed in a scope, or with an empty
// region which of those that are made once an account. The account must have been
// found by Discover, and the region be enabled. It changes nothing, and costs
// nothing but calls. Its error is a *model.OpError or ctx's.
func (c *Client) Examine(ctx context.Context, sc model.Scope, asked []calls.Call) (Examined, error) {
	out := Examined{Scope: sc}
	r, err := c.reading(ctx, sc, model.Reports) // as urgent as what is read last
	if err != nil {
		return out, err
	}
	for _, call := range asked {
		if (call.At == calls.EachRegion) == (sc.Region != "") {
			out.Checked = append(out.Checked, Checked{Call: call, Standing: Uncheckable})
		}
	}
	asks := probes()
	var group errgroup.Group
	group.SetLimit(examiners)
	for i := range out.Checked {
		group.Go(func() error { return r.examine(ctx, asks[out.Checked[i].Call.API], &out.Checked[i]) })
	}
	if err := group.Wait(); err != nil {
		return out, err
	}
	standIn(out.Checked)
	if out.Closed = closed(out.Checked); out.Closed {
		out.Checked = nil
	}
	return out, nil
}

// examine makes one check, if there is one. Its error is ctx's.
func (r *reading) examine(ctx context.Context, ask probe, c *Checked) error {
	if ask == nil {
		return nil
	}
	region := cmp.Or(r.scope.Region, r.session.cfg.Region)
	one := *r // explaining counts calls
	err := one.explain(ctx, c.Call.API, ask(withUrgency(ctx, firstUsage), r.session, region))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.Err = asOpError(err)
	c.Standing = standing(c.Call, c.Err)
	if c.Standing == Allowed {
		c.Err = nil
	}
	return nil
}

// standing reads the answer to a check. An AWS that does not know DryRun answers
// as if it had been tried.
func standing(c calls.Call, err *model.OpError) Standing {
	switch {
	case err == nil, err.Code == dryRun:
		return Allowed
	case err.Op != c.API: // the way there failed
		return Unanswered
	case err.Kind == model.Denied || err.Kind == model.Closed:
		if c.Spare != "" {
			return Spared
		}
		return Missing
	case err.Kind == model.NotOffered:
		return Absent
	case c.ByID && (strings.HasPrefix(err.Code, "InvalidAMIID.") || strings.HasPrefix(err.Code, "InvalidSnapshot")):
		return Uncheckable // AWS looks for what it is about before it looks at permissions, or after
	}
	return Unanswered
}

// standIn spares what tells regions where its stand-in may.
func standIn(all []Checked) {
	at := func(api string) int { return slices.IndexFunc(all, func(c Checked) bool { return c.Call.API == api }) }
	regions, instead := at("ec2:DescribeRegions"), at("account:ListRegions")
	if regions >= 0 && instead >= 0 && all[regions].Standing == Missing && all[instead].Standing == Allowed {
		all[regions].Standing = Spared
	}
}

// dryRun is EC2's word for a dry run that would have gone well (EC2 API reference,
// errors-overview).
const dryRun = "DryRunOperation"

// closed reports whether a policy closes the region, as model.Inventory.Closed
// has it.
func closed(all []Checked) bool {
	kinds := 0
	for _, api := range []string{"ec2:DescribeImages", "ec2:DescribeSnapshots"} {
		if slices.ContainsFunc(all, func(c Checked) bool { return c.Call.API == api && c.Err != nil && c.Err.Kind == model.Closed }) {
			kinds++
		}
	}
	return kinds == 2
}
