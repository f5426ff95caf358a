package fakeaws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	cetypes "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	pricingtypes "github.com/aws/aws-sdk-go-v2/service/pricing/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func termMatch(field, value string) pricingtypes.Filter {
	return pricingtypes.Filter{Type: pricingtypes.FilterTypeTermMatch, Field: &field, Value: &value}
}

// priced lists "usage type price" of the products that filters let through.
func priced(t *testing.T, s *Server, filters ...pricingtypes.Filter) []string {
	t.Helper()
	api := pricing.NewFromConfig(serverConfig(s, "", "us-east-1"))
	in := &pricing.GetProductsInput{ServiceCode: aws.String("AmazonEC2"), Filters: filters}
	var out []string
	for {
		page, err := api.GetProducts(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.PriceList) > 100 {
			t.Errorf("a page of %d", len(page.PriceList))
		}
		for _, text := range page.PriceList {
			out = append(out, usageAndPrice(t, text))
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return out
		}
	}
}

func usageAndPrice(t *testing.T, text string) string {
	t.Helper()
	var d struct {
		Product struct {
			SKU        string
			Attributes map[string]string
		}
		Terms struct {
			OnDemand map[string]struct {
				PriceDimensions map[string]struct{ PricePerUnit map[string]string }
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	for _, term := range d.Terms.OnDemand {
		for code, p := range term.PriceDimensions {
			if !strings.HasPrefix(code, d.Product.SKU+".") {
				t.Errorf("rate %s of %s", code, d.Product.SKU)
			}
			return d.Product.Attributes["usagetype"] + " " + p.PricePerUnit["USD"]
		}
	}
	t.Fatalf("no price in %s", text)
	return ""
}

func TestGetProducts(t *testing.T) {
	family := termMatch("productFamily", "Storage Snapshot")
	for _, o := range []Options{{Bare: true}, {Bare: true, PageLimit: 2, ShortEvery: 2, EmptyEvery: 3}} {
		s := New(o)
		got := priced(t, s, family, termMatch("regionCode", "eu-west-2"))
		slices.Sort(got)
		want := []string{
			"EUW2-EBS:SnapshotArchiveEarlyDelete 0.0132500000", "EUW2-EBS:SnapshotArchiveRetrieval 0.0300000000",
			"EUW2-EBS:SnapshotArchiveStorage 0.0132500000", "EUW2-EBS:SnapshotUsage 0.0530000000",
			"EUW2-EBS:SnapshotUsage.outposts 0.1590000000", "EUW2-EBS:SnapshotUsageUnderBilling 0.0530000000",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if got := priced(t, s, family, termMatch("regionCode", "us-east-1"), termMatch("snapshotarchivefeetype", "SnapshotArchiveStorage")); !slices.Equal(got, []string{"EBS:SnapshotArchiveStorage 0.0125000000"}) {
			t.Errorf("of all filters: %v", got)
		}
		if got := priced(t, s, family, termMatch("regionCode", "nowhere")); len(got) > 0 {
			t.Errorf("of no region: %v", got)
		}
		if got := priced(t, s, family); len(got) != 6*len(s.pricedRegions()) || len(got) < 100 {
			t.Errorf("%d in %d regions", len(got), len(s.pricedRegions()))
		}
	}
}

func TestGetProductsAskedForWrongly(t *testing.T) {
	s := New(Options{Bare: true})
	api := pricing.NewFromConfig(serverConfig(s, "", "us-east-1"))
	service := aws.String("AmazonEC2")
	for _, in := range []*pricing.GetProductsInput{
		{ServiceCode: service, MaxResults: aws.Int32(101)},
		{ServiceCode: service, MaxResults: aws.Int32(0)},
		{ServiceCode: service, Filters: slices.Repeat([]pricingtypes.Filter{termMatch("a", "b")}, 51)},
	} {
		_, err := api.GetProducts(t.Context(), in)
		wantCode(t, err, "InvalidParameterException")
	}
	_, err := api.GetProducts(t.Context(), &pricing.GetProductsInput{ServiceCode: service, NextToken: aws.String("made-up")})
	wantCode(t, err, "InvalidNextTokenException")
}

// costs asks for two days of a bill.
func costs(ctx context.Context, s *Server, account string, filter *cetypes.Expression) (*costexplorer.GetCostAndUsageOutput, error) {
	return costexplorer.NewFromConfig(serverConfig(s, account, "us-east-1")).GetCostAndUsage(ctx, &costexplorer.GetCostAndUsageInput{
		Granularity: cetypes.GranularityDaily, Metrics: []string{"UnblendedCost"}, Filter: filter,
		TimePeriod: &cetypes.DateInterval{Start: aws.String("2026-10-01"), End: aws.String("2026-10-03")},
		GroupBy:    []cetypes.GroupDefinition{{Type: cetypes.GroupDefinitionTypeDimension, Key: aws.String("USAGE_TYPE")}},
	})
}

func is(key cetypes.Dimension, values ...string) cetypes.Expression {
	return cetypes.Expression{Dimensions: &cetypes.DimensionValues{Key: key, Values: values}}
}

// oneEach gives two accounts a snapshot of 100 GiB each, the second one from the
// 2nd of October and in the Recycle Bin.
func oneEach(f *fleet.Fleet) {
	snapshot := func(i int, day int) fleet.Snapshot {
		return fleet.Snapshot{
			ID: fleet.ID(i + 1), Owner: f.Accounts[i].ID, Region: "us-east-1", State: "completed", Tier: "standard", Size: fleet.Size{GiB: 100, Bytes: 100 << 30},
			Start: fleet.Time(time.Date(2026, time.October, day, 9, 0, 0, 0, time.UTC).UnixMilli()),
		}
	}
	f.Snapshots = append(f.Snapshots, snapshot(0, 1))
	f.BinnedSnapshots = append(f.BinnedSnapshots, fleet.BinnedSnapshot{Snapshot: snapshot(1, 2)})
}

func TestGetCostAndUsage(t *testing.T) {
	s := New(Options{Bare: true, World: oneEach})
	usage := is(cetypes.DimensionUsageType, "EBS:SnapshotUsage")
	member := is(cetypes.DimensionLinkedAccount, s.Accounts()[1].ID)
	day := fmt.Sprintf("%.10f", 100*0.05/31)
	twoDays := fmt.Sprintf("%.10f", 200*0.05/31)
	volumes := fmt.Sprintf("%.10f", 80./31)
	for name, c := range map[string]struct {
		account string
		filter  *cetypes.Expression
		want    []string
	}{
		"all accounts":    {"", &usage, []string{"2026-10-01 EBS:SnapshotUsage " + day, "2026-10-02 EBS:SnapshotUsage " + twoDays}},
		"one of them":     {"", &cetypes.Expression{And: []cetypes.Expression{usage, member}}, []string{"2026-10-02 EBS:SnapshotUsage " + day}},
		"or":              {"", &cetypes.Expression{Or: []cetypes.Expression{is(cetypes.DimensionRegion, "eu-west-1"), member}}, []string{"2026-10-02 EBS:SnapshotUsage " + day, "2026-10-02 EBS:VolumeUsage.gp3 " + volumes}},
		"not":             {s.Accounts()[1].ID, &cetypes.Expression{Not: &usage}, []string{"2026-10-02 EBS:VolumeUsage.gp3 " + volumes}},
		"a member's own":  {s.Accounts()[1].ID, &usage, []string{"2026-10-02 EBS:SnapshotUsage " + day}},
		"of who has none": {s.Accounts()[2].ID, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := costs(t.Context(), s, c.account, c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range out.ResultsByTime {
				for _, g := range r.Groups {
					got = append(got, *r.TimePeriod.Start+" "+strings.Join(g.Keys, " ")+" "+*g.Metrics["UnblendedCost"].Amount)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	empty := cetypes.Expression{}
	_, err := costs(t.Context(), s, "", &empty)
	wantCode(t, err, "ValidationException")
	unknown := is(cetypes.DimensionTenancy, "x")
	_, err = costs(t.Context(), s, "", &unknown)
	wantCode(t, err, "ValidationException")
}

// TestMoneyGoesWrong: in the words of each service, and a region that is closed
// closes neither.
func TestMoneyGoesWrong(t *testing.T) {
	prices := func(ctx context.Context, s *Server) error {
		_, err := pricing.NewFromConfig(serverConfig(s, "", "us-east-1")).GetProducts(ctx, &pricing.GetProductsInput{ServiceCode: aws.String("AmazonEC2")})
		return err
	}
	bill := func(ctx context.Context, s *Server) error {
		_, err := costs(ctx, s, "", nil)
		return err
	}
	for _, c := range []struct {
		name  string
		call  func(context.Context, *Server) error
		o     Options
		code  string
		words string
	}{
		{"prices denied", prices, Options{Denied: []Rule{{Operation: "pricing:GetProducts"}}}, "AccessDeniedException", "is not authorized to perform: pricing:GetProducts"},
		{"prices too often", prices, Options{Faults: []Fault{{Kind: FaultThrottle, Share: 1}}}, "ThrottlingException", "Rate exceeded"},
		{"prices broken", prices, Options{Faults: []Fault{{Kind: FaultServer}}}, "InternalErrorException", "internal error"},
		{"prices from a closed region", prices, Options{NotOptedIn: []string{"us-east-1"}}, "", ""},
		{"bill denied", bill, Options{Denied: []Rule{{Operation: "ce:GetCostAndUsage"}}}, "AccessDeniedException", "is not authorized to perform: ce:GetCostAndUsage"},
		{"bill too often", bill, Options{Faults: []Fault{{Kind: FaultThrottle, Share: 1}}}, "LimitExceededException", "Rate exceeded"},
		{"bill from a closed region", bill, Options{NotOptedIn: []string{"us-east-1"}}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Bare = true
			err := c.call(t.Context(), New(c.o))
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if got := failureOf(t, err); got.Code != c.code || !strings.Contains(got.Message, c.words) || got.Status != http.StatusBadRequest && c.code != "InternalErrorException" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestPricesAreThrottled beyond the documented bucket.
func TestPricesAreThrottled(t *testing.T) {
	now := fleet.Epoch
	s := New(Options{Bare: true, Throttle: true, Now: func() time.Time { return now }})
	api := pricing.NewFromConfig(serverConfig(s, "", "us-east-1"))
	for i := range 11 {
		_, err := api.GetProducts(t.Context(), &pricing.GetProductsInput{ServiceCode: aws.String("AmazonEC2")})
		if (err != nil) != (i == 10) {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}
