package fakeaws

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"reset":                {Kind: FaultReset},
		"5xx:5%":               {Kind: FaultServer, Share: 0.05},
		"stall:0.5%":           {Kind: FaultStall, Share: 0.005},
		"throttle":             {Kind: FaultThrottle},
		"throttle:100%":        {Kind: FaultThrottle, Share: 1},
		"skew:-20m":            {Kind: FaultSkew, Delay: -20 * time.Minute},
		"latency:200ms":        {Kind: FaultLatency, Delay: 200 * time.Millisecond},
		"latency:2s,10%@//sts": {Kind: FaultLatency, Delay: 2 * time.Second, Share: 0.1, Rule: Rule{"", "", "sts"}},
		"expired@acme-dev":     {Kind: FaultExpired, Rule: Rule{Account: "acme-dev"}},
		"scp@*/ap-southeast-2": {Kind: FaultSCP, Rule: Rule{Account: "*", Region: "ap-southeast-2"}},
		"html@*":               {Kind: FaultHTML},
		"5xx:5%@acme-prod/eu-*/DescribeImages": {
			Kind: FaultServer, Share: 0.05, Rule: Rule{"acme-prod", "eu-*", "DescribeImages"},
		},
	} {
		got, err := ParseFault(text)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestParseFaultRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":              "none of 5xx, gateway",
		"sleep":         "none of 5xx, gateway",
		"5xx:5":         "share",
		"5xx:0%":        "share",
		"5xx:NaN%":      "share",
		"5xx:1e-330%":   "share",
		"5xx:101%":      "share",
		"cut:2s":        "share",
		"skew":          "no time",
		"latency:5%":    "no time",
		"latency:-2s":   "no time",
		"latency:2s,":   "",
		"latency:2s,3":  "share",
		"reset@":        "want account/region/operation",
		"reset@a/b/c/d": "want account/region/operation",
	} {
		_, err := ParseFault(text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestFaultKindsAreAll(t *testing.T) {
	for _, h := range FaultKinds() {
		f, err := ParseFault(h.Example)
		if err != nil || f.Kind != h.Kind || f.String() != h.Example && !h.Kind.timed() || h.Help == "" {
			t.Errorf("%+v is read as %v, %v", h, f, err)
		}
	}
}

func TestFaultTextIsReadBack(t *testing.T) {
	kinds := FaultKinds()
	rapid.Check(t, func(t *rapid.T) {
		f := Fault{Kind: rapid.SampledFrom(kinds).Draw(t, "kind").Kind, Share: float64(rapid.IntRange(0, 1000).Draw(t, "permille")) / 1000}
		if f.Kind.timed() {
			f.Delay = time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "delay"))
		}
		part := rapid.StringMatching(`[a-z*?-]{0,5}`)
		f.Rule = Rule{part.Draw(t, "account"), part.Draw(t, "region"), part.Draw(t, "operation")}
		if f.Rule.Account == "*" && f.Rule.Region+f.Rule.Operation == "" {
			f.Rule = Rule{} // the same calls
		}
		got, err := ParseFault(f.String())
		if err != nil || math.Abs(got.Share-f.Share) > 1e-9 {
			t.Fatalf("%v: %v %v", f, got, err)
		}
		got.Share = f.Share
		if got != f {
			t.Errorf("%+v is read back as %+v", f, got)
		}
	})
}

func FuzzParseFault(f *testing.F) {
	for _, h := range FaultKinds() {
		f.Add(h.Example + "@acme-*/eu-*/ec2:Describe*")
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := ParseFault(text)
		if err != nil {
			return
		}
		again, err := ParseFault(fault.String())
		if err != nil || math.Abs(again.Share-fault.Share) > 1e-9 {
			t.Errorf("%q is written %q, which is read as %v, %v", text, fault, again, err)
		}
	})
}

// Which calls a share befalls depends on the seed and the order of an
// account's own calls, not on what others do meanwhile.
func TestAShareIsDrawnBySeedAndCall(t *testing.T) {
	hit := func(seed uint64, region string, n int) string {
		s := New(Options{Fleet: fleet.Config{Images: 1}, FaultSeed: seed, Faults: []Fault{{Kind: FaultHTML, Share: 0.5}, {Kind: FaultReset, Share: 0.05}}})
		out := []byte(strings.Repeat(".", n))
		for i := range out {
			for _, f := range s.befallen(Call{Service: "EC2", Operation: "DescribeImages", Account: "111122223333", Region: region, Serial: i + 1}) {
				out[i] = f.Kind[0]
			}
		}
		return string(out)
	}
	all := hit(1, "eu-west-1", 10000)
	if hit(1, "eu-west-1", 10000) != all {
		t.Error("the same seed draws other calls")
	}
	if hit(2, "eu-west-1", 10000) == all || hit(1, "us-east-1", 10000) == all {
		t.Error("seed or region do not matter")
	}
	if n := strings.Count(all, "r"); n < 430 || n > 570 {
		t.Errorf("5%% of 10,000 calls are %d", n)
	}
	if n := strings.Count(all, "h"); n < 4550 || n > 4950 { // half of what is not reset
		t.Errorf("47.5%% of 10,000 calls are %d", n)
	}
}

func TestStats(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Images: 1}, Faults: []Fault{
		{Kind: FaultThrottle, Share: 1, Rule: Rule{Region: "us-east-2"}},
		{Kind: FaultReset, Rule: Rule{Region: "us-west-2"}},
	}})
	account := s.Accounts()[0].ID
	for _, region := range []string{"us-east-1", "us-east-2", "us-east-2", "us-west-2"} {
		_, err := ec2Client(s, "", region).DescribeRegions(t.Context(), &ec2.DescribeRegionsInput{})
		if (err == nil) != (region == "us-east-1") {
			t.Errorf("%s: %v", region, err)
		}
	}
	tally := func(region string, calls int, failed map[string]int) Tally {
		return Tally{Account: account, Region: region, API: "ec2:DescribeRegions", Calls: calls, Failed: failed}
	}
	got := s.Stats()
	if diff := cmp.Diff([]Tally{
		tally("us-east-1", 1, map[string]int{}),
		tally("us-east-2", 2, map[string]int{"RequestLimitExceeded": 2}),
		tally("us-west-2", 1, map[string]int{"reset": 1}),
	}, got); diff != "" {
		t.Error(diff)
	}
	if n := got[1].Throttled(); n != 2 {
		t.Errorf("%d throttled, want 2", n)
	}
}
