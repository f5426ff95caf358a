package awsclient

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	cetypes "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// MaxBillRequests is how many requests a Billed makes at most, each of which
// costs cost.BillRequest; two are usual. Those that failed and are tried again are
// not counted: whether they cost anything is not known.
const MaxBillRequests = 20

// The metrics of Cost Explorer that are read.
const (
	billedCost  = "UnblendedCost"
	billedUsage = "UsageQuantity"
)

// Billed tells what AWS has billed an account for snapshots from one day until
// another, which is not in it, by region and tier: for months where both begin
// one, else for days. Days are UTC's. The account must have been found by Discover.
//
// It asks Cost Explorer, which costs money: cost.BillRequest a request. The usage
// types of snapshots begin with a code for the region, so that a first request
// asks which ones there are. The error is a *model.OpError or ctx's.
func (c *Client) Billed(ctx context.Context, account string, from, to time.Time) ([]cost.Billed, error) {
	r, err := c.reading(ctx, model.Scope{Account: account}, model.Snapshots)
	if err != nil {
		return nil, err
	}
	b := billing{reading: r, from: dayOf(from), to: dayOf(to), left: MaxBillRequests}
	if !b.from.Before(b.to) {
		return nil, &model.OpError{Op: "ce:GetCostAndUsage", Scope: r.scope, Kind: model.Invalid, Err: fmt.Errorf("no day from %s until %s", date(b.from), date(b.to)), Help: "ask for a day at least"}
	}
	types, err := b.types(ctx)
	if err != nil || len(types) == 0 {
		return nil, err
	}
	return b.lines(ctx, types)
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func date(t time.Time) string { return t.Format("2006-01-02") }

// billing is one question about a bill.
type billing struct {
	*reading
	from, to time.Time
	left     int // requests that may be made yet
}

// spend counts a request, and refuses one too many.
func (b *billing) spend() error {
	if b.left--; b.left < 0 {
		return fmt.Errorf("more than %d requests would be needed, each of which costs money: ask for a shorter time", MaxBillRequests)
	}
	return nil
}

func (b *billing) api() *costexplorer.Client {
	return b.session.costs(mainRegion(b.session.cfg.Region))
}

func (b *billing) interval() *cetypes.DateInterval {
	return &cetypes.DateInterval{Start: aws.String(date(b.from)), End: aws.String(date(b.to))}
}

// own means what the account itself is billed for, of an organization's
// management account, which sees all bills, as well.
func (b *billing) own() cetypes.Expression {
	return cetypes.Expression{Dimensions: &cetypes.DimensionValues{Key: cetypes.DimensionLinkedAccount, Values: []string{b.scope.Account}}}
}

// types are the usage types of snapshots that there are.
func (b *billing) types(ctx context.Context) ([]string, error) {
	var out []string
	own := b.own()
	err := b.list(ctx, "ce:GetDimensionValues", func(ctx context.Context, token *string) (*string, error) {
		if err := b.spend(); err != nil {
			return nil, err
		}
		page, err := b.api().GetDimensionValues(ctx, &costexplorer.GetDimensionValuesInput{
			Dimension: cetypes.DimensionUsageType, TimePeriod: b.interval(), SearchString: aws.String("EBS:Snapshot"),
			Filter: &own, NextPageToken: token,
		})
		if err != nil {
			return nil, err
		}
		for _, v := range page.DimensionValues {
			if _, ok := tierOf(aws.ToString(v.Value)); ok {
				out = append(out, *v.Value)
			}
		}
		return page.NextPageToken, whole(page.DimensionValues, page.NextPageToken)
	})
	return out, err
}

// tierOf is the storage tier that a usage type bills (EBS user guide,
// ebs-billing-usage-reports).
func tierOf(usage string) (tier string, ok bool) {
	for suffix, tier := range map[string]string{"EBS:SnapshotUsage": "standard", "EBS:SnapshotArchiveStorage": "archive"} {
		if rest, ok := strings.CutSuffix(usage, suffix); ok && (rest == "" || strings.HasSuffix(rest, "-")) {
			return tier, true
		}
	}
	return "", false
}

// lines reads the bill of some usage types. REGION is not among the groups that
// the SDK's documentation lists; that it is one is a guess.
func (b *billing) lines(ctx context.Context, types []string) ([]cost.Billed, error) {
	var out []cost.Billed
	in := costexplorer.GetCostAndUsageInput{
		Granularity: cetypes.GranularityDaily, TimePeriod: b.interval(), Metrics: []string{billedCost, billedUsage},
		Filter: &cetypes.Expression{And: []cetypes.Expression{
			b.own(), {Dimensions: &cetypes.DimensionValues{Key: cetypes.DimensionUsageType, Values: types}},
		}},
		GroupBy: []cetypes.GroupDefinition{groupBy(cetypes.DimensionRegion), groupBy(cetypes.DimensionUsageType)},
	}
	if b.from.Day() == 1 && b.to.Day() == 1 {
		in.Granularity = cetypes.GranularityMonthly
	}
	err := b.list(ctx, "ce:GetCostAndUsage", func(ctx context.Context, token *string) (*string, error) {
		if err := b.spend(); err != nil {
			return nil, err
		}
		in.NextPageToken = token
		page, err := b.api().GetCostAndUsage(ctx, &in)
		if err != nil {
			return nil, err
		}
		for _, r := range page.ResultsByTime {
			some, err := b.period(r)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
		return page.NextPageToken, whole(page.ResultsByTime, page.NextPageToken)
	})
	if err != nil {
		return nil, err // a part of a bill is none
	}
	return out, nil
}

func groupBy(d cetypes.Dimension) cetypes.GroupDefinition {
	return cetypes.GroupDefinition{Type: cetypes.GroupDefinitionTypeDimension, Key: aws.String(string(d))}
}

// period reads the lines of a day or month.
func (b *billing) period(r cetypes.ResultByTime) ([]cost.Billed, error) {
	if r.TimePeriod == nil {
		return nil, errForeign
	}
	from, bad := time.Parse(time.DateOnly, aws.ToString(r.TimePeriod.Start))
	to, worse := time.Parse(time.DateOnly, aws.ToString(r.TimePeriod.End))
	if err := errors.Join(bad, worse); err != nil {
		return nil, err
	}
	var out []cost.Billed
	for _, g := range r.Groups {
		if len(g.Keys) != 2 {
			return nil, errForeign
		}
		tier, ok := tierOf(g.Keys[1])
		if !ok {
			return nil, errForeign // not what was asked for
		}
		l := cost.Billed{Account: b.scope.Account, Region: g.Keys[0], Tier: tier, From: from, To: to, Estimated: r.Estimated}
		usd, err := metric(g, billedCost, "USD")
		if err != nil {
			return nil, err
		}
		if l.GiBMonths, err = metric(g, billedUsage, "GB"); err != nil {
			return nil, err
		}
		l.Cost = cost.FromDollars(usd)
		out = append(out, l)
	}
	return out, nil
}

// metric is a number of a group whose unit begins with some letters: how Cost
// Explorer goes on to spell GB-months is not known.
func metric(g cetypes.Group, name, unit string) (float64, error) {
	m, ok := g.Metrics[name]
	if !ok {
		return 0, errForeign
	}
	n, err := strconv.ParseFloat(aws.ToString(m.Amount), 64)
	if err != nil || n != n || n > 1e9 || n < -1e9 {
		return 0, fmt.Errorf("%s of %s is %q", name, strings.Join(g.Keys, " "), aws.ToString(m.Amount))
	}
	if !strings.HasPrefix(aws.ToString(m.Unit), unit) {
		return 0, fmt.Errorf("%s of %s is in %q, not %s", name, strings.Join(g.Keys, " "), aws.ToString(m.Unit), unit)
	}
	return n, nil
}
