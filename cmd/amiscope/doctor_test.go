package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/cmd/internal/output"
)

// diagnosis runs doctor on a demo of one account in two regions, unless the
// arguments say else. The second has no Image Builder.
func (s *stage) diagnosis(t *testing.T, args ...string) (int, output.Diagnosis) {
	t.Helper()
	all := []string{"demo", "doctor", "--accounts", "1", "--regions", "2", "--images", "20", "-o", "json"}
	code := s.do(t.Context(), append(all, args...)...)
	var d output.Diagnosis
	if err := json.Unmarshal(s.stdout.Bytes(), &d); err != nil {
		t.Fatalf("%v in %s; %s", err, s.stdout.String(), s.stderr.String())
	}
	return code, d
}

// TestDoctorNamesWhatIsDenied: each call in turn, with its effect and the line that
// mends it, on both outputs.
func TestDoctorNamesWhatIsDenied(t *testing.T) {
	defer goleak.VerifyNone(t)
	everything := strings.Join(groupWords(), ",")
	s := newStage(t)
	if code, d := s.diagnosis(t, "--for", everything); code != exitDone || len(d.Checks) != checks() || s.stderr.Len() > 0 {
		t.Fatalf("nothing is denied: exit code %d, %d checks: %s", code, len(d.Checks), s.stderr.String())
	}
	for _, c := range calls.All() {
		if c.Check == calls.None {
			continue
		}
		code, d := s.diagnosis(t, "--for", everything, "--deny", "*/*/"+c.API)
		want := exitPartial
		state := "denied"
		if c.Spare != "" || c.API == "ec2:DescribeRegions" { // another call tells the same
			want, state = exitDone, "not-needed"
		}
		if code != want {
			t.Errorf("%s denied: exit code %d: %s", c.API, code, s.stderr.String())
		}
		seen := 0
		for _, got := range d.Checks {
			if got.State != state || got.Call != c.API {
				continue
			}
			seen++
			if got.Loss != c.Loss || got.Policy == nil || *got.Policy != c.Line(calls.Setting{}) || got.Error == nil {
				t.Errorf("%+v", got)
			}
		}
		line := c.API + " is denied: " + c.Loss + "; hint: add to its policy: " + c.Line(calls.Setting{}) + "\n"
		if seen == 0 || state == "denied" && !strings.Contains(s.stderr.String(), line) {
			t.Errorf("%s: named %d times: %s", c.API, seen, s.stderr.String())
		}
		if n := strings.Count(s.stderr.String(), " is denied: "); state == "denied" && n != 1 {
			t.Errorf("%s: %d lines, want one: %s", c.API, n, s.stderr.String())
		}
	}
}

// checks is how many calls are checked in an account with two regions.
func checks() int {
	n := 0
	for _, c := range calls.All() {
		switch {
		case c.Free:
		case c.At == calls.EachRegion:
			n += 2
		default:
			n++
		}
	}
	return n
}

// TestDoctorPrintsThePolicy of what is asked for, and calls nothing.
func TestDoctorPrintsThePolicy(t *testing.T) {
	s := newStage(t)
	for _, c := range []struct {
		args   []string
		groups []calls.Group
		in     calls.Setting
	}{
		{nil, []calls.Group{calls.Read, calls.Usage, calls.Permissions, calls.Cost}, calls.Setting{}},
		{[]string{"--for", "measure,bill"}, []calls.Group{calls.Measure, calls.Bill}, calls.Setting{}},
		{
			[]string{"--organization", "--role", "Audit", "--region", "cn-*"},
			[]calls.Group{calls.Usage, calls.Permissions, calls.Cost, calls.Organization},
			calls.Setting{Role: "Audit", Partition: "aws-cn"},
		},
	} {
		if code := s.do(t.Context(), slices.Concat([]string{"doctor", "--policy"}, c.args)...); code != exitDone || s.stderr.Len() > 0 {
			t.Fatalf("%v: exit code %d: %s", c.args, code, s.stderr.String())
		}
		if got := s.stdout.String(); got != string(calls.PolicyFor(c.groups, c.in).JSON()) {
			t.Errorf("%v: %s", c.args, got)
		}
	}
}

// TestDoctorSpeaksForOthers: what one account need do only is not missing in
// others.
func TestDoctorSpeaksForOthers(t *testing.T) {
	s := newStage(t)
	args := []string{"--accounts", "2", "--deny", "acme-prod/*/pricing:*"}
	code, d := s.diagnosis(t, args...)
	states := map[string]int{}
	for _, c := range d.Checks {
		if c.Call == "pricing:GetProducts" {
			states[c.State]++
		}
	}
	if code != exitDone || states["allowed"] != 1 || states["not-needed"] != 1 {
		t.Errorf("exit code %d: %v: %s", code, states, s.stderr.String())
	}
}
