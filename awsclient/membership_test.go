package awsclient

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

func orgOfTests(management string) string {
	return "arn:aws:organizations::" + management + ":organization/o-a"
}

func unitOfTests(id string) string { return "arn:aws:organizations::1:ou/o-a/" + id }

// organized puts accounts into units: the management account under the root,
// the other in a unit in a unit, a suspended one beside it.
func organized(w *fleet.Fleet, s, other model.Scope) {
	w.Organization.ID, w.Organization.ARN, w.Organization.Management = "o-a", orgOfTests(s.Account), s.Account
	w.Organization.Units = []string{unitOfTests("ou-top"), unitOfTests("ou-inner"), unitOfTests("ou-empty")}
	w.Organization.Names = map[string]string{unitOfTests("ou-top"): "top", unitOfTests("ou-inner"): "inner"}
	w.Organization.Within = map[string]string{unitOfTests("ou-inner"): unitOfTests("ou-top")}
	w.Accounts = []fleet.Account{
		{ID: s.Account, Name: "main", State: "ACTIVE"},
		{ID: other.Account, Name: "other", State: "ACTIVE", Unit: unitOfTests("ou-inner")},
		{ID: "333333333333", Name: "closed", State: "SUSPENDED", Unit: unitOfTests("ou-inner")},
		{ID: "444444444444", Name: "unread", State: "ACTIVE", Unit: unitOfTests("ou-top")},
	}
}

// organizations gives what is told of those of the accounts that were found.
func (h hand) organizations(t *testing.T, units ...string) []model.Organization {
	t.Helper()
	var out []model.Organization
	if err := h.client.Organization(t.Context(), units, func(e model.Event) {
		o := e.(model.Organization)
		if o.At.IsZero() {
			t.Errorf("no time: %+v", o)
		}
		out = append(out, o)
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOrganization(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, organized)
	top, inner, empty, gone := unitOfTests("ou-top"), unitOfTests("ou-inner"), unitOfTests("ou-empty"), unitOfTests("ou-gone")
	h.organizations(t, inner) // is remembered
	got := h.organizations(t, top, empty, gone, "arn:aws:organizations::2:ou/o-b/ou-top")
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	want := model.Organization{
		ARN: orgOfTests(h.scope.Account), At: got[0].At,
		Accounts: []model.Member{
			{ID: h.scope.Account, Name: "main", Active: true},
			{ID: h.other.Account, Name: "other", Active: true},
			{ID: "333333333333", Name: "closed"},
			{ID: "444444444444", Name: "unread", Active: true},
		},
		Units: map[string][]string{top: {"444444444444", h.other.Account}, inner: {h.other.Account}, empty: nil, gone: nil},
		Names: map[string]string{top: "top", inner: "inner", empty: "", gone: ""},
	}
	sortTwo(want.Units[top])
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Error(diff)
	}
}

func sortTwo(s []string) {
	if s[0] > s[1] {
		s[0], s[1] = s[1], s[0]
	}
}

func TestOrganizationThatCannotBeListed(t *testing.T) {
	const listing, describing = "organizations:ListAccounts", "organizations:DescribeOrganization"
	for _, c := range []struct {
		name   string
		denied []string
		known  bool   // which one it is
		op     string // of the error; "" for none
		units  int
	}{
		{"not even described", []string{describing, listing}, false, listing, 0},
		{"described and not listed", []string{listing}, true, listing, 0},
		{"listed and not described", []string{describing}, true, "", 1},
		{"accounts of a unit denied", []string{"organizations:ListAccountsForParent"}, true, "", 0},
		{"units of a unit denied", []string{"organizations:ListOrganizationalUnitsForParent"}, true, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := fakeaws.Options{}
			for _, op := range c.denied {
				o.Denied = append(o.Denied, fakeaws.Rule{Operation: op})
			}
			h := handMade(t, o, Options{}, organized)
			got := h.organizations(t, unitOfTests("ou-top"))
			if len(got) != 1 || (got[0].ARN == orgOfTests(h.scope.Account)) != c.known || len(got[0].Units) != c.units {
				t.Fatalf("%+v", got)
			}
			if err := got[0].Err; (err != nil) != (c.op != "") || err != nil && (err.Op != c.op || err.Kind != model.Denied || len(got[0].Accounts) > 0) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestUnitsByName: a unit that an image is shared with is called by its name,
// which is asked for once; where that is denied, or somebody else's, by its id.
func TestUnitsByName(t *testing.T) {
	const describing = "organizations:DescribeOrganizationalUnit"
	foreign := "arn:aws:organizations::2:ou/o-b/ou-theirs"
	for _, c := range []struct {
		name   string
		o      fakeaws.Options
		titles string
	}{
		{"named", fakeaws.Options{}, "unit inner, ou-theirs"},
		{"denied", fakeaws.Options{Denied: []fakeaws.Rule{{Operation: describing}}}, "ou-inner, ou-theirs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := handMade(t, c.o, Options{}, func(w *fleet.Fleet, s, other model.Scope) {
				organized(w, s, other)
				w.Images = append(w.Images, fleet.Image{
					ID: image1, Owner: s.Account, Region: s.Region,
					Permissions: []fleet.Permission{{Unit: unitOfTests("ou-inner")}, {Unit: foreign}},
				})
			})
			perms, err := h.client.ReadPermissions(t.Context(), h.scope, ami1)
			if err != nil {
				t.Fatal(err)
			}
			inv := model.Inventory{}.Fold(model.Page{Gen: 1, Scope: h.scope, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{perms}})
			var u *model.Usage
			wants := func() []string { return u.Judge(inv, model.UsageInput{}).Wants().Units }
			if diff := cmp.Diff([]string{unitOfTests("ou-inner"), foreign}, wants()); diff != "" {
				t.Error(diff)
			}
			for _, o := range h.organizations(t, wants()...) {
				inv = inv.Fold(o)
			}
			if got := inv.SharerTitle(perms.Units[0]) + ", " + inv.SharerTitle(perms.Units[1]); got != c.titles {
				t.Errorf("%s, want %s", got, c.titles)
			}
			if got := inv.Strangers(perms, nil); len(got) != 1 || got[0] != foreign {
				t.Errorf("strangers: %v", got)
			}
			if n := h.calls()[describing]; n != 1 || len(wants()) > 0 {
				t.Errorf("%d calls, and %v are wanted still", n, wants())
			}
		})
	}
}

// TestOrganizationIsAskedOfItsManagementAccount, whichever account comes first;
// where that is not among ours, each is tried.
func TestOrganizationIsAskedOfItsManagementAccount(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, func(w *fleet.Fleet, s, other model.Scope) {
		organized(w, s, other)
		w.Organization.Management = other.Account // which is asked second
	})
	if got := h.organizations(t); len(got) != 1 || got[0].Err != nil || len(got[0].Accounts) != 4 {
		t.Errorf("%+v", got)
	}
	if n := h.calls()["organizations:ListAccounts"]; n > 6 {
		t.Errorf("%d pages of the list", n)
	}
	away := handMade(t, fakeaws.Options{}, Options{}, func(w *fleet.Fleet, s, other model.Scope) {
		organized(w, s, other)
		w.Organization.Management = "444444444444"
	})
	if got := away.organizations(t); len(got) != 1 || got[0].Err == nil || got[0].Err.Kind != model.Denied || got[0].ARN != orgOfTests(away.scope.Account) {
		t.Errorf("%+v", got)
	}
	if n := away.calls()["organizations:ListAccounts"]; n != 2 {
		t.Errorf("%d calls for the list, want one an account", n)
	}
}

// TestOrganizations: accounts may be in several, or in none.
func TestOrganizations(t *testing.T) {
	w := newWorld()
	none := map[string]bool{}
	fakeaws.Handle(w.mux, "Organizations", "DescribeOrganization", func(_ context.Context, c fakeaws.Call, _ *organizations.DescribeOrganizationInput) (*organizations.DescribeOrganizationOutput, error) {
		if none[c.Account] {
			return nil, &fakeaws.Error{Code: "AWSOrganizationsNotInUseException", Message: "not a member"}
		}
		return &organizations.DescribeOrganizationOutput{Organization: &orgtypes.Organization{Arn: aws.String("arn:" + c.Account), MasterAccountId: &c.Account}}, nil
	})
	fakeaws.Handle(w.mux, "Organizations", "ListAccounts", func(_ context.Context, c fakeaws.Call, _ *organizations.ListAccountsInput) (*organizations.ListAccountsOutput, error) {
		return &organizations.ListAccountsOutput{Accounts: []orgtypes.Account{member(c.Account, "x", orgtypes.AccountStateActive, "")}}, nil
	})
	o := demo(w.mux.Transport())
	o.Static = append(o.Static, StaticAccount{AccessKey: "AKIADEMO" + prod, Secret: "s", Region: "us-east-1"})
	h := hand{client: client(t, o)}
	discover(t, h.client)
	told := func() (out []string) {
		for _, o := range h.organizations(t) {
			kind := "listed"
			if o.Err != nil {
				kind = o.Err.Kind.String()
			}
			out = append(out, o.ARN+" "+kind)
		}
		return out
	}
	if diff := cmp.Diff([]string{"arn:" + dev + " listed", "arn:" + prod + " listed"}, told()); diff != "" {
		t.Error(diff)
	}
	none[dev] = true
	if diff := cmp.Diff([]string{"arn:" + prod + " listed"}, told()); diff != "" {
		t.Error(diff)
	}
	none[prod] = true
	if diff := cmp.Diff([]string{" unsupported"}, told()); diff != "" {
		t.Error(diff)
	}
}
