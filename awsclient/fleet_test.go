package awsclient

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

// TestAFleetIsReadWhole reads a company from its management account, by the
// role, over short and empty pages, with a denied scope: every image and
// snapshot comes once, and what is denied is told.
func TestAFleetIsReadWhole(t *testing.T) {
	options := fakeaws.Demo(fleet.Config{Accounts: 4, Regions: 3, Images: 400})
	options.PageLimit = 7
	company := fleet.New(options.Fleet)
	denied := model.Scope{Account: company.Active()[1].ID, Region: company.Enabled()[2]}
	options.Denied = []fakeaws.Rule{{Account: denied.Account, Region: denied.Region, Operation: "ec2:DescribeImages"}}
	server := fakeaws.New(options)
	key, secret := server.Credentials("")
	c := client(t, Options{
		Static:       []StaticAccount{{AccessKey: key, Secret: secret, Region: server.Regions()[0]}},
		Organization: true, Role: "OrganizationAccountAccessRole",
		Transport: server.Transport(), Limiter: scan.NewBuckets(), Shared: true,
	})
	var inv model.Inventory
	got := map[string]int{} // records by kind, scope and id
	fold := func(e model.Event) {
		inv = inv.Fold(e)
		if p, ok := e.(model.Page); ok {
			for _, id := range ids([]model.Page{p}) {
				got[p.Kind.String()+" "+p.Scope.String()+" "+id]++
			}
		}
	}
	if err := c.Discover(t.Context(), fold); err != nil {
		t.Fatal(err)
	}
	for _, u := range inv.Unreached() {
		t.Errorf("%s: %v", u.Source, u.Err)
	}
	requests := scan.DefaultFreshness().Stale(inv, fleet.Epoch, model.Kinds()...)
	if want := len(server.Accounts()) * len(server.Regions()); len(requests) != want {
		t.Fatalf("%d scopes, want %d", len(requests), want)
	}
	if err := scan.Run(t.Context(), c, requests, scan.Options{}, fold); err != nil {
		t.Fatal(err)
	}

	want := map[string]int{}
	for _, im := range company.Images {
		if (model.Scope{Account: im.Owner, Region: im.Region}) != denied && isMember(server, im.Owner) {
			want["images "+im.Owner+"/"+im.Region+" "+im.ID.Image()]++
		}
	}
	for _, s := range company.Snapshots {
		if isMember(server, s.Owner) {
			want["snapshots "+s.Owner+"/"+s.Region+" "+s.ID.Snapshot()]++
		}
	}
	foreign := 0
	for k := range got {
		if _, own := want[k]; !own && strings.HasPrefix(k, "images ") {
			foreign++
			delete(got, k) // shared with the account; checked below to be some
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || foreign == 0 {
		t.Errorf("%d shared images; %s", foreign, diff)
	}
	checkDenied(t, inv, denied)
}

func checkDenied(t *testing.T, inv model.Inventory, denied model.Scope) {
	t.Helper()
	failed := 0
	for _, s := range inv.Scopes() {
		if err := inv.Status(s, model.Images).Err; err != nil {
			failed++
			if err.Kind != model.Denied || s != denied || !strings.Contains(err.Hint(), "ec2:DescribeImages") {
				t.Errorf("%s: %v, %s", s, err, err.Hint())
			}
		}
		if err := inv.Status(s, model.Snapshots).Err; err != nil {
			t.Errorf("%s: snapshots fail with the images: %v", s, err)
		}
	}
	if failed != 1 {
		t.Errorf("%d scopes failed, want the denied one", failed)
	}
}

func isMember(s *fakeaws.Server, account string) bool {
	return slices.ContainsFunc(s.Accounts(), func(a fleet.Account) bool { return a.ID == account })
}
