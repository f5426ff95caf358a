package callstest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// examine checks everything that can be asked for: in a region and in its account.
func (s *stage) examine(t *testing.T) (region, account awsclient.Examined) {
	t.Helper()
	asked := calls.Asked(calls.Groups())
	var out [2]awsclient.Examined
	for i, at := range []model.Scope{s.scope, {Account: s.scope.Account}} {
		var err error
		if out[i], err = s.client.Examine(t.Context(), at, asked); err != nil {
			t.Fatal(err)
		}
	}
	return out[0], out[1]
}

// TestDoctorFindsEachMissingPermission, and no other: it names the call, what is
// missing without it and the line that mends it. What it cannot check it says.
func TestDoctorFindsEachMissingPermission(t *testing.T) {
	whole := calls.PolicyFor(calls.Groups(), calls.Setting{Role: role})
	const regions, instead = "ec2:DescribeRegions", "account:ListRegions"
	spared := fakeaws.Grant{Action: "organizations:DescribeOrganization"}
	for _, call := range append(calls.All(), calls.Call{}) { // last, nothing is missing
		policy := append(granted(t, whole, call.API), spared)
		if call.API != regions {
			policy = append(policy, fakeaws.Grant{Action: instead})
		}
		if call.Spare != "" {
			policy = granted(t, whole)
		}
		s := open(t.Context(), t, fakeaws.New(company(fakeaws.Options{})), policy, false)
		region, account := s.examine(t)
		if region.Closed || len(region.Checked)+len(account.Checked) != len(calls.All()) {
			t.Fatalf("%d and %d calls were checked", len(region.Checked), len(account.Checked))
		}
		for _, c := range append(region.Checked, account.Checked...) {
			want := awsclient.Allowed
			switch {
			case c.Call.Check == calls.None:
				want = awsclient.Uncheckable
			case c.Call.Spare != "" && call.Spare != "", c.Call.API == instead && call.API == regions:
				want = awsclient.Spared
			case c.Call.API == call.API:
				want = awsclient.Missing
			}
			if c.Standing != want {
				t.Errorf("%q denied: %s is %s, want %s: %v", call.API, c.Call.API, c.Standing, want, c.Err)
			}
			if c.Standing == awsclient.Missing && (c.Call.Loss == "" || c.Err.Op != call.API || c.ByPolicy() ||
				!strings.Contains(c.Call.Line(calls.Setting{}), `"Action":["`+call.API+`"]`)) {
				t.Errorf("%+v says too little", c)
			}
		}
	}
}

// TestDoctorChangesAndPaysNothing.
func TestDoctorChangesAndPaysNothing(t *testing.T) {
	s := open(t.Context(), t, fakeaws.New(company(fakeaws.Options{})), nil, false)
	s.examine(t)
	for _, tally := range s.server.Stats() {
		row, ok := calls.Find(tally.API)
		service, _, _ := strings.Cut(tally.API, ":")
		switch {
		case !ok || service == "ebs" || service == "ce":
			t.Errorf("%s was called", tally.API)
		case service == "ec2" && tally.Calls != tally.Failed["DryRunOperation"] && row.API != "ec2:DescribeRegions":
			t.Errorf("%s was called in earnest", tally.API)
		}
	}
}

// TestDoctorKnowsWhatIsNoMissingPermission.
func TestDoctorKnowsWhatIsNoMissingPermission(t *testing.T) {
	fault := func(kind fakeaws.FaultKind, operation string) fakeaws.Options {
		return fakeaws.Options{Faults: []fakeaws.Fault{{Kind: kind, Rule: fakeaws.Rule{Operation: operation}}}}
	}
	for _, c := range []struct {
		name    string
		options fakeaws.Options
		api     string // to look at; "" where the region is closed
		want    awsclient.Standing
		kind    model.ErrorKind
		policy  bool // of the organization
	}{
		{"a closed region", fault(fakeaws.FaultSCP, "ec2:*"), "", 0, 0, false},
		{"one call that the organization denies", fault(fakeaws.FaultSCP, "ec2:DescribeFleets"), "ec2:DescribeFleets", awsclient.Missing, model.Denied, true},
		{"images alone that the organization denies", fault(fakeaws.FaultSCP, "ec2:DescribeImages"), "ec2:DescribeImages", awsclient.Missing, model.Closed, true},
		{"an expired session", fault(fakeaws.FaultExpired, "ec2:DescribeFleets"), "ec2:DescribeFleets", awsclient.Unanswered, model.Expired, false},
		{
			"a service that the region has not",
			fakeaws.Options{NotOffered: []fakeaws.Absence{{Service: "imagebuilder"}}},
			"imagebuilder:ListImages", awsclient.Absent, model.NotOffered, false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t.Context(), t, fakeaws.New(company(c.options)), nil, false)
			got, _ := s.examine(t)
			if got.Closed != (c.api == "") {
				t.Fatalf("closed: %t", got.Closed)
			}
			for _, ch := range got.Checked {
				if ch.Call.API == c.api && (ch.Standing != c.want || ch.Err == nil || ch.Err.Kind != c.kind || ch.ByPolicy() != c.policy) {
					t.Errorf("%s is %s: %v", c.api, ch.Standing, ch.Err)
				}
			}
		})
	}
}

// TestDoctorEndsWithItsContext, and tells an account that nobody reaches.
func TestDoctorEndsWithItsContext(t *testing.T) {
	s := open(t.Context(), t, fakeaws.New(company(fakeaws.Options{})), nil, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.client.Examine(ctx, s.scope, calls.All()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var op *model.OpError
	if _, err := s.client.Examine(t.Context(), model.Scope{Account: "999999999999"}, calls.All()); !errors.As(err, &op) || op.Kind != model.Expired {
		t.Error(err)
	}
}

// TestDoctorSparesRegionsThatTheAccountTells.
func TestDoctorSparesRegionsThatTheAccountTells(t *testing.T) {
	policy := append(granted(t, calls.PolicyFor(nil, calls.Setting{}), "ec2:DescribeRegions"), fakeaws.Grant{Action: "account:ListRegions"})
	s := open(t.Context(), t, fakeaws.New(company(fakeaws.Options{})), policy, false)
	got, err := s.client.Examine(t.Context(), model.Scope{Account: s.scope.Account}, calls.Asked(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got.Checked {
		if c.Call.API == "ec2:DescribeRegions" && c.Standing != awsclient.Spared {
			t.Errorf("%s: %v", c.Standing, c.Err)
		}
	}
}
