package awsclient

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// billedWorld is a company whose accounts have a few snapshots: of the first one
// 100 GiB in Virginia since before September, 100 GiB in the archive since the
// 16th of October, and 40 GiB in Sydney; and something of its neighbour.
func billedWorld(f *fleet.Fleet) {
	first, second := f.Accounts[0].ID, f.Accounts[1].ID
	at := func(month time.Month, day int) fleet.Time {
		return fleet.Time(time.Date(2026, month, day, 12, 0, 0, 0, time.UTC).UnixMilli())
	}
	add := func(owner, region, tier string, gib int32, start fleet.Time) {
		f.Snapshots = append(f.Snapshots, fleet.Snapshot{
			ID: fleet.ID(len(f.Snapshots) + 1), Owner: owner, Region: region, State: "completed", Tier: tier, Start: start,
			Size: fleet.Size{GiB: gib, Bytes: int64(gib) << 30},
		})
	}
	add(first, "us-east-1", "standard", 100, at(time.August, 1))
	add(first, "us-east-1", "archive", 100, at(time.October, 16))
	add(first, "ap-southeast-2", "standard", 40, at(time.August, 1))
	add(second, "us-east-1", "standard", 1000, at(time.August, 1))
}

func october(day int) time.Time { return time.Date(2026, time.October, day, 0, 0, 0, 0, time.UTC) }

func billedCompany(t *testing.T, o fakeaws.Options) (*fakeaws.Server, *Client, string) {
	t.Helper()
	o.Bare, o.World, o.Now = true, billedWorld, func() time.Time { return fleet.Epoch.Add(30 * time.Hour) }
	server, aws := company(t, o)
	return server, aws, server.Accounts()[0].ID
}

// billedIs compares lines; storage is told to a thousandth.
func billedIs(t *testing.T, got []cost.Billed, want ...cost.Billed) {
	t.Helper()
	near := func(a, b cost.Billed) bool {
		close := math.Abs(a.GiBMonths-b.GiBMonths) < 1e-3 && (a.Cost-b.Cost).Dollars() < 1e-6 && (b.Cost-a.Cost).Dollars() < 1e-6
		a.GiBMonths, a.Cost = b.GiBMonths, b.Cost
		return close && a == b
	}
	if !slices.EqualFunc(got, want, near) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestBilledMonths(t *testing.T) {
	server, aws, account := billedCompany(t, fakeaws.Options{})
	got, err := aws.Billed(t.Context(), account, october(1), time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	line := func(region, tier string, from int, gib float64, dollars float64, open bool) cost.Billed {
		start := time.Date(2026, time.Month(from), 1, 0, 0, 0, 0, time.UTC)
		return cost.Billed{Account: account, Region: region, Tier: tier, From: start, To: start.AddDate(0, 1, 0), GiBMonths: gib, Cost: cost.FromDollars(dollars), Estimated: open}
	}
	// Each volume has one snapshot, which is stored whole. October has 31 days, of
	// which the archived one was there for 16, and of November two have begun.
	billedIs(t, got,
		line("ap-southeast-2", "standard", 10, 40, 40*0.055, false),
		line("us-east-1", "archive", 10, 100*16./31, 100*16./31*0.0125, false),
		line("us-east-1", "standard", 10, 100, 5, false),
		line("ap-southeast-2", "standard", 11, 40*2./30, 40*2./30*0.055, true),
		line("us-east-1", "archive", 11, 100*2./30, 100*2./30*0.0125, true),
		line("us-east-1", "standard", 11, 100*2./30, 100*2./30*0.05, true),
	)
	for api, regions := range map[string][]string{"ce:GetDimensionValues": {"us-east-1"}, "ce:GetCostAndUsage": {"us-east-1"}} {
		if n, where := callsOf(server, api); n != 1 || !slices.Equal(where, regions) {
			t.Errorf("%s: %d calls in %v", api, n, where)
		}
	}
}

// TestBilledDays: a day at a time, over short and empty pages, of a member whose
// bill the management account sees as well.
func TestBilledDays(t *testing.T) {
	server, aws, management := billedCompany(t, fakeaws.Options{PageLimit: 3, ShortEvery: 3, EmptyEvery: 2})
	member := server.Accounts()[1].ID
	got, err := aws.Billed(t.Context(), member, october(30).Add(5*time.Hour), october(31).Add(25*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	day := func(n int) cost.Billed {
		return cost.Billed{Account: member, Region: "us-east-1", Tier: "standard", From: october(n), To: october(n + 1), GiBMonths: 1000. / 31, Cost: cost.FromDollars(50. / 31)}
	}
	billedIs(t, got, day(30), day(31))
	if got, err = aws.Billed(t.Context(), management, october(14), october(18)); err != nil || len(got) != 4*2+2 {
		t.Errorf("%d lines, %v", len(got), err)
	}
	if got, err = aws.Billed(t.Context(), server.Accounts()[2].ID, october(1), october(3)); err != nil || len(got) != 0 {
		t.Errorf("of who has none: %v, %v", got, err)
	}
}

func TestBilledGoesWrong(t *testing.T) {
	for _, c := range []struct {
		name     string
		o        fakeaws.Options
		from, to time.Time
		op       string
		kind     model.ErrorKind
	}{
		{"not allowed", fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "ce:GetCostAndUsage"}}}, october(1), october(3), "ce:GetCostAndUsage", model.Denied},
		{"not allowed to look", fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "ce:GetDimensionValues"}}}, october(1), october(3), "ce:GetDimensionValues", model.Denied},
		{"no day", fakeaws.Options{}, october(3), october(3).Add(23 * time.Hour), "ce:GetCostAndUsage", model.Invalid},
		{"in days to come", fakeaws.Options{}, fleet.Epoch.AddDate(1, 0, 0), fleet.Epoch.AddDate(1, 1, 0), "ce:GetDimensionValues", model.Invalid},
		{"too dear", fakeaws.Options{PageLimit: 1}, october(1), october(31), "ce:GetCostAndUsage", model.Unknown},
		{"too often", fakeaws.Options{Faults: []fakeaws.Fault{{Kind: fakeaws.FaultThrottle, Share: 1, Rule: fakeaws.Rule{Operation: "ce:*"}}}}, october(1), october(3), "ce:GetDimensionValues", model.Throttled},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, aws, account := billedCompany(t, c.o)
			got, err := aws.Billed(t.Context(), account, c.from, c.to)
			if op := asOpError(err); op == nil || op.Op != c.op || op.Kind != c.kind || op.Scope.Account != account || got != nil {
				t.Errorf("%v, %+v", got, err)
			}
			a, _ := callsOf(server, "ce:GetDimensionValues")
			b, _ := callsOf(server, "ce:GetCostAndUsage")
			if a+b > MaxBillRequests {
				t.Errorf("%d requests, each of which costs money", a+b)
			}
		})
	}
	_, aws, _ := billedCompany(t, fakeaws.Options{})
	if _, err := aws.Billed(t.Context(), "999999999999", october(1), october(3)); asOpError(err) == nil || asOpError(err).Kind != model.Expired {
		t.Errorf("of an account that was not found: %v", err)
	}
}

// TestOddBills: a bill that is not understood is none.
func TestOddBills(t *testing.T) {
	const groups = `{"ResultsByTime":[{"TimePeriod":{"Start":"2026-10-01","End":"2026-10-02"},"Groups":[%]}]}`
	const metrics = `"Metrics":{"UnblendedCost":{"Amount":"1.5","Unit":"USD"},"UsageQuantity":{"Amount":"30","Unit":"GB-Mo"}}`
	group := func(from, to string) string {
		return strings.Replace(groups, "%", strings.Replace(`{"Keys":["us-east-1","EBS:SnapshotUsage"],`+metrics+`}`, from, to, 1), 1)
	}
	for _, c := range []struct{ name, answer, want string }{
		{"another answer", `{"message":"sign in first"}`, "something on the way answers for AWS"},
		{"another currency", group("USD", "CNY"), `UnblendedCost of us-east-1 EBS:SnapshotUsage is in "CNY", not USD`},
		{"another unit", group("GB-Mo", "Hrs"), `UsageQuantity of us-east-1 EBS:SnapshotUsage is in "Hrs", not GB`},
		{"no number", group("1.5", "much"), `UnblendedCost of us-east-1 EBS:SnapshotUsage is "much"`},
		{"not a number", group("1.5", "NaN"), `UnblendedCost of us-east-1 EBS:SnapshotUsage is "NaN"`},
		{"no cost", group("UnblendedCost", "BlendedCost"), "something on the way answers for AWS"},
		{"one key", group(`"us-east-1",`, ""), "something on the way answers for AWS"},
		{"another usage type", group("EBS:SnapshotUsage", "BoxUsage:t3.micro"), "something on the way answers for AWS"},
		{"no date", strings.Replace(group("", ""), "2026-10-01", "today", 1), `"today"`},
		{"no time", `{"ResultsByTime":[{"Groups":[]}]}`, "something on the way answers for AWS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, _, account := billedCompany(t, fakeaws.Options{})
			aws := found(t, server, "us-east-1", &answers{server.Transport(), func(r *http.Request, _ string) (int, string) {
				if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetCostAndUsage") {
					return http.StatusOK, c.answer
				}
				return 0, ""
			}})
			got, err := aws.Billed(t.Context(), account, october(1), october(2))
			if op := asOpError(err); op == nil || op.Op != "ce:GetCostAndUsage" || !strings.Contains(err.Error(), c.want) || got != nil {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}
