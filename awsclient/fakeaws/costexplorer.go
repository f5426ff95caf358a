package fakeaws

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
)

// costPages are those of Cost Explorer, which has no parameter for their size:
// how long they are is a guess.
var costPages = pages{
	usual: 500, most: 500,
	badToken: &Error{Code: "InvalidNextTokenException", Message: "The pagination token is invalid. Try again without a pagination token."},
}

// interval is a time that a call asks about: whole days, its end excluded.
type interval struct{ from, to time.Time }

const dateLayout = "2006-01-02"

func (s *Server) interval(in *types.DateInterval) (interval, error) {
	if in == nil {
		return interval{}, invalidInput("TimePeriod is missing")
	}
	from, bad := time.Parse(dateLayout, aws.ToString(in.Start))
	to, worse := time.Parse(dateLayout, aws.ToString(in.End))
	switch {
	case bad != nil || worse != nil:
		return interval{}, invalidInput("Start time or end time is invalid. Dates must be in the format YYYY-MM-DD")
	case !from.Before(to):
		return interval{}, invalidInput("Start date (and hour) should be before end date (and hour)")
	case from.After(s.options.Now()):
		return interval{}, invalidInput("Start date cannot be in the future")
	}
	return interval{from, to}, nil
}

// days are those of an interval that have begun.
func (i interval) days(now time.Time) []time.Time {
	var out []time.Time
	for day := i.from; day.Before(i.to) && !day.After(now); day = day.AddDate(0, 0, 1) {
		out = append(out, day)
	}
	return out
}

// period is the one that a day belongs to.
func (i interval) period(g types.Granularity, day time.Time) interval {
	if g == types.GranularityDaily {
		return interval{day, day.AddDate(0, 0, 1)}
	}
	first := day.AddDate(0, 0, 1-day.Day())
	p := interval{first, first.AddDate(0, 1, 0)}
	if p.from.Before(i.from) {
		p.from = i.from
	}
	if p.to.After(i.to) {
		p.to = i.to
	}
	return p
}

func (i interval) answer() *types.DateInterval {
	return &types.DateInterval{Start: aws.String(i.from.Format(dateLayout)), End: aws.String(i.to.Format(dateLayout))}
}

// getDimensionValues tells the values of a dimension that hold a text.
func (s *Server) getDimensionValues(_ context.Context, call Call, in *costexplorer.GetDimensionValuesInput) (*costexplorer.GetDimensionValuesOutput, error) {
	asked := *in
	asked.NextPageToken = nil
	c, size, err := costPages.start(s.pages, call, &asked, nil, in.NextPageToken)
	if err != nil {
		return nil, err
	}
	asks, err := s.interval(in.TimePeriod)
	if err != nil {
		return nil, err
	}
	if _, known := (billKey{}).dimension(in.Dimension); !known {
		return nil, invalidInput("this AWS does not tell the dimension " + string(in.Dimension))
	}
	found := map[string]bool{}
	for k := range s.bill(call, asks.days(s.options.Now())) {
		if v, _ := k.dimension(in.Dimension); strings.Contains(v, aws.ToString(in.SearchString)) {
			found[v] = true
		}
	}
	page, next := listed(s.pages, slices.Sorted(maps.Keys(found)), c, size)
	values := make([]types.DimensionValuesWithAttributes, len(page))
	for i, v := range page {
		values[i] = types.DimensionValuesWithAttributes{Value: aws.String(v), Attributes: map[string]string{}}
	}
	return &costexplorer.GetDimensionValuesOutput{
		DimensionValues: values, NextPageToken: next, ReturnSize: aws.Int32(int32(len(page))), TotalSize: aws.Int32(int32(len(found))),
	}, nil
}

// getCostAndUsage tells the bill of days or months in groups.
func (s *Server) getCostAndUsage(_ context.Context, call Call, in *costexplorer.GetCostAndUsageInput) (*costexplorer.GetCostAndUsageOutput, error) {
	asked := *in
	asked.NextPageToken = nil
	c, size, err := costPages.start(s.pages, call, &asked, nil, in.NextPageToken)
	if err != nil {
		return nil, err
	}
	asks, err := s.interval(in.TimePeriod)
	if err != nil {
		return nil, err
	}
	if err := refuseCosts(in); err != nil {
		return nil, err
	}
	lines := s.bill(call, asks.days(s.options.Now()))
	for k := range lines {
		meant, err := meets(k, in.Filter)
		if err != nil {
			return nil, err
		}
		if !meant {
			delete(lines, k)
		}
	}
	keys, sums := byPeriod(lines, func(k billKey) billKey { return grouped(k, in, asks) })
	page, next := listed(s.pages, keys, c, size)
	out := &costexplorer.GetCostAndUsageOutput{GroupDefinitions: in.GroupBy, NextPageToken: next, ResultsByTime: []types.ResultByTime{}}
	for _, k := range page {
		period := asks.period(in.Granularity, k.period)
		out.ResultsByTime = appendGroup(out.ResultsByTime, s.periodOf(period), costGroup(k, in, sums[k]))
	}
	if len(keys) == 0 { // a period in which nothing was billed is told all the same
		out.ResultsByTime = append(out.ResultsByTime, s.periodOf(asks.period(in.Granularity, asks.from)))
	}
	return out, nil
}

// refuseCosts turns away what AWS or this AWS does not answer.
func refuseCosts(in *costexplorer.GetCostAndUsageInput) error {
	switch {
	case len(in.Metrics) == 0:
		return invalidInput("Metrics is missing")
	case slices.ContainsFunc(in.Metrics, func(m string) bool { return m != "UnblendedCost" && m != "UsageQuantity" }):
		return invalidInput("this AWS tells UnblendedCost and UsageQuantity only")
	case in.Granularity != types.GranularityDaily && in.Granularity != types.GranularityMonthly:
		return invalidInput("this AWS tells days and months only")
	case len(in.GroupBy) == 0 || len(in.GroupBy) > 2:
		return invalidInput("this AWS tells costs in one or two groups only")
	}
	for _, g := range in.GroupBy {
		if _, known := (billKey{}).dimension(types.Dimension(aws.ToString(g.Key))); !known || g.Type != types.GroupDefinitionTypeDimension {
			return invalidInput("this AWS does not group by " + aws.ToString(g.Key))
		}
	}
	return nil
}

// grouped leaves of a line's key its period and what it is grouped by.
func grouped(k billKey, in *costexplorer.GetCostAndUsageInput, all interval) billKey {
	out := billKey{period: all.period(in.Granularity, k.period).from}
	for _, g := range in.GroupBy {
		switch types.Dimension(aws.ToString(g.Key)) {
		case types.DimensionLinkedAccount:
			out.account = k.account
		case types.DimensionRegion:
			out.region = k.region
		default:
			out.usage = k.usage
		}
	}
	return out
}

// meets reports whether a line is one that a filter means.
func meets(k billKey, e *types.Expression) (bool, error) {
	switch {
	case e == nil:
		return true, nil
	case e.Not != nil:
		is, err := meets(k, e.Not)
		return !is, err
	case e.Dimensions != nil:
		v, known := k.dimension(e.Dimensions.Key)
		if !known {
			return false, invalidInput("this AWS does not filter by " + string(e.Dimensions.Key))
		}
		return slices.Contains(e.Dimensions.Values, v), nil
	case len(e.And) == 0 && len(e.Or) == 0:
		return false, invalidInput("Expression has no root operator")
	}
	every := len(e.And) > 0
	for _, part := range append(slices.Clone(e.And), e.Or...) {
		is, err := meets(k, &part)
		if err != nil || is != every {
			return is, err
		}
	}
	return every, nil
}

// periodOf is a period without its groups; that of this month may change yet.
func (s *Server) periodOf(p interval) types.ResultByTime {
	now := s.options.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return types.ResultByTime{TimePeriod: p.answer(), Estimated: p.to.After(month), Groups: []types.Group{}, Total: map[string]types.MetricValue{}}
}

// appendGroup puts a group into its period, the last one or a new one.
func appendGroup(out []types.ResultByTime, period types.ResultByTime, g types.Group) []types.ResultByTime {
	if len(out) == 0 || *out[len(out)-1].TimePeriod.Start != *period.TimePeriod.Start {
		out = append(out, period)
	}
	last := &out[len(out)-1]
	last.Groups = append(last.Groups, g)
	return out
}

func costGroup(k billKey, in *costexplorer.GetCostAndUsageInput, a amount) types.Group {
	out := types.Group{Metrics: map[string]types.MetricValue{}}
	for _, g := range in.GroupBy {
		v, _ := k.dimension(types.Dimension(aws.ToString(g.Key)))
		out.Keys = append(out.Keys, v)
	}
	for _, m := range in.Metrics {
		value, unit := a.cost, "USD"
		if m == "UsageQuantity" {
			value, unit = a.quantity, "GB-Mo"
		}
		out.Metrics[m] = types.MetricValue{Amount: aws.String(strconv.FormatFloat(value, 'f', 10, 64)), Unit: aws.String(unit)}
	}
	return out
}
