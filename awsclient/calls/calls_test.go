package calls_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/model"
)

// TestRowsAreWhole: each says what it must, and no API has two.
func TestRowsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	api := regexp.MustCompile(`^[a-z0-9]+:[A-Z][A-Za-z]+$`)
	for _, c := range calls.All() {
		switch {
		case !api.MatchString(c.API), seen[c.API]:
			t.Errorf("%q is no API, or there twice", c.API)
		case len(c.For) == 0, c.What == "", c.Loss == "", strings.HasSuffix(c.Loss, "."):
			t.Errorf("%s: %+v", c.API, c)
		case (c.Check == calls.None) != (c.Why != ""):
			t.Errorf("%s: either it can be checked or there is a reason why not", c.API)
		case c.Check == calls.DryRun && c.Service() != "ec2", c.ByID && c.Check != calls.DryRun:
			t.Errorf("%s has no such check", c.API)
		case !slices.IsSorted(c.For):
			t.Errorf("%s: its groups are out of order", c.API)
		}
		if _, found := calls.Find(c.API); found == (c.Behind != "") {
			t.Errorf("%s: what AWS looks for behind a call is no call of ours", c.API)
		}
		if _, found := calls.Find(c.Behind); c.Behind != "" && !found {
			t.Errorf("%s is behind %s, which is no call", c.API, c.Behind)
		}
		seen[c.API] = true
	}
}

// TestTheModelAgrees: what the model says that a kind takes stands in the table,
// for what the kind is for.
func TestTheModelAgrees(t *testing.T) {
	of := func(kinds []model.Kind, group calls.Group) {
		for _, k := range kinds {
			for _, api := range k.Calls() {
				if c, ok := calls.Find(api); !ok || !slices.Contains(c.For, group) {
					t.Errorf("%s takes %s, which is not for %s", k, api, group)
				}
			}
		}
	}
	of(model.Kinds(), calls.Read)
	of(append(model.Sources(), model.Permissions, model.Opinions, model.Reports), calls.Usage)
	of(model.Charges(), calls.Cost)
	of([]model.Kind{model.Permissions}, calls.Permissions)
	of([]model.Kind{model.Settings}, calls.Settings)
	of([]model.Kind{model.PublicSnapshots}, calls.Read)
	of([]model.Kind{model.Reports}, calls.Report)
}

// TestErrorsNameCallsOfTheTable: an API that the code of the client or of the model
// spells stands in the table.
func TestErrorsNameCallsOfTheTable(t *testing.T) {
	var services []string
	for _, c := range calls.All() {
		if !slices.Contains(services, c.Service()) {
			services = append(services, c.Service())
		}
	}
	api := regexp.MustCompile(`\b(` + strings.Join(services, "|") + `):(Assume|Copy|Create|Delete|Deregister|Describe|Disable|Enable|Get|List|Modify|Restore)[A-Za-z]+\*?`)
	spelled := 0
	for _, folder := range []string{"..", "../scan", "../measure", "../price", "../apply", "../../model", "../../model/cost", "../../model/plan"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			for _, text := range texts(t, path) {
				for _, name := range api.FindAllString(text, -1) {
					spelled++
					if !strings.HasSuffix(name, "*") && !slices.ContainsFunc(calls.All(), func(c calls.Call) bool { return c.API == name }) {
						t.Errorf("%s names %s, which is not in the table", path, name)
					}
				}
			}
		}
	}
	if spelled < len(calls.All()) {
		t.Errorf("only %d APIs are spelled: this looks in the wrong place", spelled)
	}
}

// texts are the string literals of a file.
func texts(t *testing.T, path string) []string {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text)
		}
		return true
	})
	return out
}

func TestGroups(t *testing.T) {
	for _, g := range calls.Groups() {
		if got, ok := calls.ParseGroup(g.String()); !ok || got != g {
			t.Errorf("%s is read as %s", g, got)
		}
	}
	if _, ok := calls.ParseGroup("wrote"); ok {
		t.Error("there is no such group")
	}
}

// TestPolicy: a statement a group and kind of resource; what serves two groups
// stands with the first; partition and role are those that are meant.
func TestPolicy(t *testing.T) {
	type line struct{ sid, resource, first string }
	for _, c := range []struct {
		name   string
		groups []calls.Group
		in     calls.Setting
		want   []line
	}{
		{"nothing besides", nil, calls.Setting{}, []line{{"Read", "*", "ec2:DescribeImages"}}},
		{"permissions alone", []calls.Group{calls.Permissions}, calls.Setting{}, []line{
			{"Read", "*", "ec2:DescribeImages"}, {"Permissions", "*", "ec2:DescribeImageAttribute"},
		}},
		{"permissions with usage", []calls.Group{calls.Permissions, calls.Usage}, calls.Setting{}, []line{
			{"Read", "*", "ec2:DescribeImages"}, {"Usage", "*", "autoscaling:DescribeAutoScalingGroups"}, {"Permissions", "*", "ec2:DescribeSnapshotAttribute"},
		}},
		{"narrow ones", []calls.Group{calls.Organization, calls.Measure, calls.Measure}, calls.Setting{Partition: "aws-cn", Role: "Audit"}, []line{
			{"Read", "*", "ec2:DescribeImages"},
			{"Measure", "*", "kms:Decrypt"},
			{"MeasureEbs", "arn:aws-cn:ec2:*::snapshot/*", "ebs:ListChangedBlocks"},
			{"Organization", "*", "organizations:DescribeOrganizationalUnit"},
			{"OrganizationSts", "arn:aws-cn:iam::*:role/Audit", "sts:AssumeRole"},
		}},
		{"any role", []calls.Group{calls.Organization}, calls.Setting{}, []line{
			{"Read", "*", "ec2:DescribeImages"}, {"Organization", "*", "organizations:DescribeOrganizationalUnit"}, {"OrganizationSts", "arn:aws:iam::*:role/*", "sts:AssumeRole"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []line
			seen := map[string]bool{}
			for _, s := range calls.PolicyFor(c.groups, c.in).Statement {
				got = append(got, line{s.Sid, s.Resource, s.Action[0]})
				for _, a := range append(s.Action, s.Sid) {
					if seen[a] {
						t.Errorf("%s is there twice", a)
					}
					seen[a] = true
				}
				if !slices.IsSorted(s.Action) {
					t.Errorf("%s is out of order", s.Sid)
				}
			}
			if d := cmp.Diff(c.want, got, cmp.AllowUnexported(line{})); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestThePolicyFitsIAM: a managed policy holds 6,144 characters, blanks not
// counted (IAM user guide, reference_iam-quotas).
func TestThePolicyFitsIAM(t *testing.T) {
	text := string(calls.PolicyFor(calls.Groups(), calls.Setting{Partition: "aws-us-gov", Role: strings.Repeat("r", 64)}).JSON())
	if n := len(strings.Join(strings.Fields(text), "")); n > 6144 {
		t.Errorf("%d characters", n)
	}
}
