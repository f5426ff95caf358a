package callstest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// slow is far beyond what a scenario takes, which is told with -v.
const slow = 2 * time.Second

// TestEachScenarioNeedsItsPolicy: the policy that is printed for what a scenario
// is about lets it do all that it does, and no permission of those that it is said
// to need can be left out.
func TestEachScenarioNeedsItsPolicy(t *testing.T) {
	for _, c := range scenarios() {
		t.Run(c.name, func(t *testing.T) {
			policy := calls.PolicyFor([]calls.Group{c.group}, calls.Setting{Role: role})
			if _, took, err := c.play(t, granted(t, policy)); err != nil {
				t.Fatalf("with the policy printed for it: %v", err)
			} else if took > slow {
				t.Errorf("took %v", took)
			}
			for _, action := range c.needs() {
				_, took, err := c.play(t, granted(t, policy, action))
				if err == nil || !strings.Contains(told(err), action) {
					t.Errorf("without %s: %v", action, err)
				}
				if took > slow {
					t.Errorf("without %s it took %v", action, took)
				}
			}
		})
	}
}

// needs are the permissions that a scenario fails without.
func (c scenario) needs() []string {
	all := slices.Concat(c.calls, c.behind)
	if len(all) == 0 {
		all = finding()
	}
	return slices.DeleteFunc(all, func(api string) bool {
		row, ok := calls.Find(api)
		return ok && (row.Free || row.Spare != "")
	})
}

// told is an error with its hint.
func told(err error) string {
	if op, ok := errors.AsType[*model.OpError](err); ok {
		return op.Error() + " " + op.Hint()
	}
	return err.Error()
}

// TestEachScenarioMakesItsCalls, all of them and no other: those of a kind are
// what the model says of it.
func TestEachScenarioMakesItsCalls(t *testing.T) {
	seen := map[string]bool{}
	slowest := time.Duration(0)
	for _, c := range scenarios() {
		made, took, err := c.play(t, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		want := slices.Concat(c.calls, finding())
		slices.Sort(want)
		if d := cmp.Diff(slices.Compact(want), made); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		for _, api := range made {
			seen[api] = true
		}
		slowest = max(slowest, took)
	}
	t.Logf("the slowest scenario took %v", slowest)
	for _, api := range withoutRegions(t) {
		seen[api] = true
	}
	for _, row := range calls.All() {
		if row.Behind == "" && !seen[row.API] {
			t.Errorf("nothing calls %s", row.API)
		}
		delete(seen, row.API)
	}
	for api := range seen {
		t.Errorf("%s is not in the table", api)
	}
}

// withoutRegions finds an account whose regions EC2 may not tell, and gives what
// was called.
func withoutRegions(t *testing.T) []string {
	t.Helper()
	const instead = "account:ListRegions"
	policy := granted(t, calls.PolicyFor(nil, calls.Setting{}), "ec2:DescribeRegions")
	play := func(more ...fakeaws.Grant) (*stage, error) {
		s := open(t.Context(), t, fakeaws.New(company(fakeaws.Options{})), append(slices.Clone(policy), more...), false)
		return s, foundWhole(t.Context(), s)
	}
	if _, err := play(); err == nil {
		t.Error("regions were told by nobody, and that is no error")
	}
	s, err := play(fakeaws.Grant{Action: instead})
	if err != nil {
		t.Errorf("with %s: %v", instead, err)
	}
	return s.called()
}

// TestThePolicyIsMinimal: each permission in the policy for everything is one that
// some scenario fails without.
func TestThePolicyIsMinimal(t *testing.T) {
	needed := map[string]bool{}
	for _, c := range scenarios() {
		for _, action := range c.needs() {
			needed[action] = true
		}
	}
	for _, s := range calls.PolicyFor(calls.Groups(), calls.Setting{}).Statement {
		for _, action := range s.Action {
			if !needed[action] {
				t.Errorf("no scenario fails without %s", action)
			}
			delete(needed, action)
		}
	}
	for action := range needed {
		t.Errorf("the policy lacks %s", action)
	}
}

// TestWhatIsSparedIsNotNeeded: without it everything is found that would be.
func TestWhatIsSparedIsNotNeeded(t *testing.T) {
	policy := granted(t, calls.PolicyFor([]calls.Group{calls.Organization}, calls.Setting{Role: role}))
	for _, g := range policy {
		if row, _ := calls.Find(g.Action); row.Spare != "" {
			t.Errorf("the policy holds %s", g.Action)
		}
	}
	s := open(t.Context(), t, fakeaws.New(company(fakeaws.Options{})), policy, true)
	if err := organized(t.Context(), s); err != nil {
		t.Error(err)
	}
}

// TestNarrowPermissions: the role and the snapshots of the policy are those that
// it names, not all.
func TestNarrowPermissions(t *testing.T) {
	for _, c := range scenarios() {
		if c.group != calls.Organization && c.group != calls.Measure {
			continue
		}
		policy := granted(t, calls.PolicyFor([]calls.Group{c.group}, calls.Setting{Role: "another"}))
		for i, g := range policy {
			if g.Resource == "arn:aws:ec2:*::snapshot/*" {
				policy[i].Resource = "arn:aws:ec2:*::snapshot/snap-0"
			}
		}
		if _, _, err := c.play(t, policy); err == nil {
			t.Errorf("%s: a policy for another resource lets it through", c.name)
		}
	}
}
