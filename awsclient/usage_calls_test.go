package awsclient

import (
	"strconv"
	"testing"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

// mostCalls is what a sweep of a scope may take, besides pages, what the values
// of parameters take, clusters and node groups, and templates that are pinned.
const mostCalls = 14

// sweep reads the usage sources of a company of 20 accounts in 17 regions with
// so many images.
type sweep struct {
	scopes, references int
	calls              map[model.Scope]map[string]int // by API
}

func sweepOf(t testing.TB, images int) sweep {
	t.Helper()
	server := fakeaws.New(fakeaws.Options{Fleet: fleet.Config{Accounts: 20, Regions: 17, Images: images}})
	key, secret := server.Credentials("")
	c, err := New(Options{
		Static:       []StaticAccount{{AccessKey: key, Secret: secret, Region: server.Regions()[0]}},
		Organization: true, Role: "OrganizationAccountAccessRole", Transport: server.Transport(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var inv model.Inventory
	if err := c.Discover(t.Context(), func(e model.Event) { inv = inv.Fold(e) }); err != nil {
		t.Fatal(err)
	}
	requests := scan.DefaultFreshness().Stale(inv, fleet.Epoch, append(model.Sources(), model.Reports)...)
	out := sweep{scopes: len(requests), calls: map[model.Scope]map[string]int{}}
	before := map[string]int{} // of finding the accounts
	for _, tally := range server.Stats() {
		before[tally.Account+tally.Region+tally.API] = tally.Calls
	}
	if err := scan.Run(t.Context(), c, requests, scan.Options{}, func(e model.Event) {
		if p, ok := e.(model.Page); ok {
			out.references += len(p.References)
			if p.Err != nil {
				t.Error(p.Err)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	for _, tally := range server.Stats() {
		s := model.Scope{Account: tally.Account, Region: tally.Region}
		if out.calls[s] == nil {
			out.calls[s] = map[string]int{}
		}
		out.calls[s][tally.API] += tally.Calls - before[tally.Account+tally.Region+tally.API]
	}
	return out
}

// listings are the calls that every scope takes, and how much of a list each
// gives in a page, as a fleet has it.
func listings(f *fleet.Fleet, s model.Scope) map[string]int {
	here := func(owner, region string) bool { return owner == s.Account && region == s.Region }
	count := func(n int, at func(int) (owner, region string)) (out int) {
		for i := range n {
			if here(at(i)) {
				out++
			}
		}
		return out
	}
	pages := func(n, size int) int { return max(1, (n+size-1)/size) }
	versions := 0
	for _, t := range f.Templates {
		if n := len(t.Versions); here(t.Owner, t.Region) && n > 0 {
			versions++
			if t.Versions[n-1].Number != t.Default {
				versions++
			}
		}
	}
	recipes := map[bool]int{}
	for _, r := range f.Recipes {
		if here(r.Owner, r.Region) {
			recipes[r.Container]++
		}
	}
	typed := 0
	for _, p := range f.Parameters {
		if here(p.Owner, p.Region) && p.DataType == "aws:ec2:image" {
			typed++
		}
	}
	return map[string]int{
		"ec2:DescribeInstances":              pages(count(len(f.Instances), func(i int) (string, string) { return f.Instances[i].Owner, f.Instances[i].Region }), pageSize),
		"ec2:DescribeFleets":                 1,
		"ec2:DescribeSpotFleetRequests":      1,
		"ec2:DescribeSpotInstanceRequests":   pages(count(len(f.SpotRequests), func(i int) (string, string) { return f.SpotRequests[i].Owner, f.SpotRequests[i].Region }), pageSize),
		"ec2:DescribeLaunchTemplateVersions": pages(versions, versionsPage),
		"ec2:DescribeImageUsageReports":      1,
		"autoscaling:DescribeAutoScalingGroups": pages(
			count(len(f.Groups), func(i int) (string, string) { return f.Groups[i].Owner, f.Groups[i].Region }), autoScalingPage),
		"autoscaling:DescribeLaunchConfigurations": pages(
			count(len(f.LaunchConfigs), func(i int) (string, string) { return f.LaunchConfigs[i].Owner, f.LaunchConfigs[i].Region }), autoScalingPage),
		"ssm:DescribeParameters":            pages(typed, namesPage),
		"imagebuilder:ListImageRecipes":     pages(recipes[false], builderPage),
		"imagebuilder:ListContainerRecipes": pages(recipes[true], builderPage),
		"batch:DescribeComputeEnvironments": 1,
		"eks:ListClusters":                  1,
	}
}

// pins are the template versions that something in a scope names by number,
// and the templates they are of.
func pins(f *fleet.Fleet, s model.Scope) (versions, templates int) {
	seen := map[fleet.TemplateUse]bool{}
	of := map[fleet.TemplateUse]bool{}
	add := func(owner, region string, u *fleet.TemplateUse) {
		if u == nil || owner != s.Account || region != s.Region {
			return
		}
		if _, err := strconv.Atoi(u.Version); err == nil {
			seen[*u] = true
			of[fleet.TemplateUse{Template: u.Template, Name: u.Name}] = true
		}
	}
	overrides := func(owner, region string, all []fleet.Override) {
		for i := range all {
			add(owner, region, all[i].Template)
		}
	}
	for i := range f.Groups {
		g := &f.Groups[i]
		add(g.Owner, g.Region, g.Template)
		overrides(g.Owner, g.Region, g.Overrides)
	}
	for i := range f.Capacities {
		c := &f.Capacities[i]
		add(c.Owner, c.Region, &c.Template)
		overrides(c.Owner, c.Region, c.Overrides)
	}
	for i := range f.SpotFleets {
		for j := range f.SpotFleets[i].Templates {
			add(f.SpotFleets[i].Owner, f.SpotFleets[i].Region, &f.SpotFleets[i].Templates[j])
		}
	}
	for i := range f.Environments {
		add(f.Environments[i].Owner, f.Environments[i].Region, f.Environments[i].Template)
	}
	for i := range f.Clusters {
		for _, g := range f.Clusters[i].NodeGroups {
			add(f.Clusters[i].Owner, f.Clusters[i].Region, g.Template)
		}
	}
	return len(seen), len(of)
}

// besides are the calls of a scope that come on top, and the most that may:
// pages after the first, values of parameters, ten a call and in no pass less
// than one, clusters and node groups, templates that are pinned, and what Image
// Builder made that recipes of ours name: its pages after the first, and a call
// for each version.
func besides(f *fleet.Fleet, s model.Scope, calls, lists map[string]int) (n, most int) {
	const templates = "ec2:DescribeLaunchTemplateVersions"
	for _, pages := range lists {
		n, most = n+pages-1, most+pages-1
	}
	versions, of := pins(f, s)
	n += calls[templates] - lists[templates]
	most += versions + of // a version that does not exist is asked for once more, alone
	typed := 0
	for _, p := range f.Parameters {
		if p.Owner == s.Account && p.Region == s.Region && p.DataType == "aws:ec2:image" {
			typed++
		}
	}
	most += typed/namesPerCall + len(model.Sources())
	n += calls["ssm:GetParameters"]
	for _, c := range f.Clusters {
		if c.Owner == s.Account && c.Region == s.Region {
			most += 1 + len(c.NodeGroups)
		}
	}
	n += calls["eks:ListNodegroups"] + calls["eks:DescribeNodegroup"]
	for _, b := range f.Builds {
		if b.Owner == s.Account && b.Region == s.Region {
			most++
		}
	}
	return n + calls["imagebuilder:ListImageBuildVersions"] + max(0, calls["imagebuilder:ListImages"]-1), most
}

// TestASweepTakesFewCalls however many images there are: every list is read
// once, and little else is called.
func TestASweepTakesFewCalls(t *testing.T) {
	for _, images := range []int{1_000, 8_000} {
		f := fleet.New(fleet.Config{Accounts: 20, Regions: 17, Images: images})
		got := sweepOf(t, images)
		if got.scopes != 340 || got.references < images/4 {
			t.Fatalf("%d scopes with %d references: that is no such company", got.scopes, got.references)
		}
		sum, most := 0, 0
		for s, calls := range got.calls {
			lists := listings(f, s)
			total := 0
			for api, n := range calls {
				total += n
				if want, ok := lists[api]; ok && n != want && api != "ec2:DescribeLaunchTemplateVersions" {
					t.Errorf("%s: %d calls of %s, want %d", s, n, api, want)
				}
			}
			extra, allowed := besides(f, s, calls, lists)
			if extra > allowed {
				t.Errorf("%s: %d calls besides, want at most %d: %v", s, extra, allowed, calls)
			}
			if total-extra > mostCalls {
				t.Errorf("%s: %d calls, more than %d: %v", s, total-extra, mostCalls, calls)
			}
			sum, most = sum+total-extra, max(most, total-extra)
		}
		t.Logf("%d images: %.2f calls a scope, at most %d, for %d references", images, float64(sum)/float64(got.scopes), most, got.references)
	}
}

// BenchmarkSweep reads the usage sources of 340 scopes.
func BenchmarkSweep(b *testing.B) {
	for b.Loop() {
		got := sweepOf(b, 10_000)
		n := 0
		for _, calls := range got.calls {
			for _, c := range calls {
				n += c
			}
		}
		b.ReportMetric(float64(n)/float64(got.scopes), "calls/scope")
		b.ReportMetric(float64(got.references), "references")
	}
}
