package main

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model/finding"
)

// audit is what findings -o json says.
type audit struct {
	Findings []output.FindingDocument
	Rules    []output.RuleDocument
}

func (s *stage) audit(t *testing.T, code int, args ...string) audit {
	t.Helper()
	s.want(t, code, append([]string{"demo", "findings", "-o", "json"}, args...)...)
	var a audit
	if err := json.Unmarshal(s.stdout.Bytes(), &a); err != nil {
		t.Fatalf("%v in %s", err, s.stdout.String())
	}
	return a
}

// TestDemoShowsEachRule: what can be wrong is wrong somewhere in the company that
// newcomers look at; and who looks at it finds every image that strangers may
// launch, and no other.
func TestDemoShowsEachRule(t *testing.T) {
	s := newStage(t)
	a := s.audit(t, exitPartial)
	open := map[string][]string{}
	for _, x := range a.Findings {
		if x.State == finding.Open.String() {
			open[x.Rule] = append(open[x.Rule], x.ID)
		}
	}
	if len(a.Rules) != len(finding.IDs()) {
		t.Errorf("%d of %d rules judge", len(a.Rules), len(finding.IDs()))
	}
	for _, r := range a.Rules {
		if r.Open == 0 || r.Open != len(open[r.ID]) {
			t.Errorf("%s: %d open, %d of them listed: the demo's company has nothing for it", r.ID, r.Open, len(open[r.ID]))
		}
	}
	f := fleet.New(fleet.Config{})
	ours := map[string]bool{}
	for _, acct := range f.Accounts {
		ours[acct.ID] = true
	}
	var public, strangers []string
	for i := range f.Images {
		im := &f.Images[i]
		if !ours[im.Owner] {
			continue
		}
		if im.Public() {
			public = append(public, im.ID.Image())
		}
		if slices.ContainsFunc(im.Permissions, func(p fleet.Permission) bool { return p.Account != "" && !ours[p.Account] }) {
			strangers = append(strangers, im.ID.Image())
		}
	}
	for rule, want := range map[string][]string{"public": public, "shared-with-stranger": strangers} {
		slices.Sort(want)
		slices.Sort(open[rule])
		if !slices.Equal(want, open[rule]) || len(want) == 0 {
			t.Errorf("%s: %v, and the company's are %v", rule, open[rule], want)
		}
	}
}

// TestAcceptedFindings: an accepted finding is shown with who, why and until
// when, and fails no pipeline.
func TestAcceptedFindings(t *testing.T) {
	s := newStage(t)
	args := []string{"--rule", "public", "--fail-on", "critical", "--accounts", "2", "--regions", "2", "--images", "250"}
	a := s.audit(t, exitFindings, args...)
	if len(a.Findings) != 2 {
		t.Fatalf("%+v", a.Findings)
	}
	for _, x := range a.Findings {
		s.want(t, exitDone, "demo", "findings", "accept", x.Rule, x.ID, "--reason", "our sample", "--until", "2026-11-01", "--who", "jo")
	}
	a = s.audit(t, exitDone, args...)
	for _, x := range a.Findings {
		if x.State != "accepted" || x.Accepted == nil || x.Accepted.Reason != "our sample" || x.Accepted.Who != "jo" || x.Accepted.At == nil {
			t.Errorf("%+v", x)
		}
	}
	if a.Rules[0].Open != 0 || a.Rules[0].Accepted != 2 {
		t.Errorf("%+v", a.Rules)
	}
}

// TestFindingsAgain: what was read once is judged without AWS.
func TestFindingsAgain(t *testing.T) {
	s := newStage(t)
	args := []string{"--accounts", "2", "--regions", "2", "--images", "250"}
	first := s.audit(t, exitDone, args...)
	again := s.audit(t, exitDone, append(args, "--offline")...)
	if len(first.Findings) == 0 || !slices.EqualFunc(first.Rules, again.Rules, func(x, y output.RuleDocument) bool { return x == y }) {
		t.Errorf("%+v\nand from the cache %+v", first.Rules, again.Rules)
	}
}
