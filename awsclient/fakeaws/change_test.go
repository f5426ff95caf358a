package fakeaws

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func fleetTime(text string) (fleet.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	return fleet.Time(t.UnixMilli()), err
}

// TestHandMadeWorld: records that say no more than what a test is about are
// told as plain ones, and nothing else is there.
func TestHandMadeWorld(t *testing.T) {
	snapshot, _ := fleet.ParseID(fleet.SnapshotPrefix, "snap-0bbbbbbbbbbbbbbb1")
	s, owner, other := world(Options{}, func(w *fleet.Fleet, owner, _ string) {
		w.Images[0].Snapshots = []fleet.ID{snapshot}
		w.Snapshots = append(w.Snapshots, fleet.Snapshot{ID: snapshot, Owner: owner, Region: home, State: "completed"})
		w.Instances = append(w.Instances, fleet.Instance{ID: 1 << 40, Owner: owner, Region: home, Image: w.Images[0].ID})
	})
	c := ec2Client(s, owner, home)
	images, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{IncludeDisabled: aws.Bool(true)})
	if err != nil || len(images.Images) != 1 {
		t.Fatalf("the images are %v, %v", images, err)
	}
	im := images.Images[0]
	if *im.ImageId != known || im.State != "available" || *im.BlockDeviceMappings[0].Ebs.SnapshotId != snapshot.Snapshot() {
		t.Errorf("the image is told as %+v", im)
	}
	if got := listInstances(t, c, ec2.DescribeInstancesInput{Filters: filter("instance-state-name", "running")}); len(got) != 1 {
		t.Errorf("the running instances are %v", got)
	}
	if got := listInstances(t, ec2Client(s, other, home), ec2.DescribeInstancesInput{}); len(got) != 0 {
		t.Errorf("the other account has the instances %v", got)
	}
}

// TestWorldChangesTheFleet: without Bare there is all that the seed makes.
func TestWorldChangesTheFleet(t *testing.T) {
	c := fleet.Config{Images: 50}
	s := New(Options{Fleet: c, World: func(f *fleet.Fleet) { f.Images = f.Images[:len(f.Images)-1] }})
	if got, want := len(s.store().images.byID), len(fleet.New(c).Images)-1; got != want {
		t.Errorf("%d images, want %d", got, want)
	}
}

// setTag tags the image known.
func setTag(t *testing.T, c *ec2.Client, key string) error {
	t.Helper()
	_, err := c.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{known}, Tags: []types.Tag{tagOf(key, "")}})
	return err
}

// TestChange: what a change leaves is what the next call sees, and what callers
// changed before is still there.
func TestChange(t *testing.T) {
	s, owner, other := world(Options{}, nil)
	c := ec2Client(s, owner, home)
	if err := setTag(t, c, "a"); err != nil {
		t.Fatal(err)
	}
	s.Change(func(f *fleet.Fleet) {
		for i := range 100 { // more than fit where the records are
			f.Images = append(f.Images, fleet.Image{ID: fleet.ID(1<<40 + i), Owner: owner, Region: home})
		}
		f.Accounts = append(f.Accounts, fleet.Account{ID: "123456789012", Name: "joined", State: "ACTIVE"})
		f.Accounts[1].State = "SUSPENDED"
	})
	if err := setTag(t, c, "b"); err != nil {
		t.Fatal(err)
	}
	out, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil || len(out.Images) != 101 {
		t.Fatalf("%d images, %v", len(out.Images), err)
	}
	i := slices.IndexFunc(out.Images, func(im types.Image) bool { return *im.ImageId == known })
	if n := len(out.Images[i].Tags); n != 2 {
		t.Errorf("the image has %d tags: one was set before the change, one after", n)
	}
	if _, err := ec2Client(s, "joined", home).DescribeRegions(t.Context(), nil); err != nil {
		t.Errorf("the account that joined cannot call: %v", err)
	}
	_, err = ec2Client(s, other, home).DescribeRegions(t.Context(), nil)
	wantCode(t, err, "AuthFailure")
	list, err := organizationsClient(s, owner).ListAccounts(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, a := range list.Accounts {
		states[*a.Id] = string(a.State)
	}
	if states[other] != "SUSPENDED" || states["123456789012"] != "ACTIVE" {
		t.Errorf("the organization tells %v", states)
	}
}

func TestFaultAfter(t *testing.T) {
	s := New(Options{Bare: true, Faults: []Fault{{Kind: FaultServer, After: 2}}})
	for i, want := range []bool{true, true, false, false} {
		if _, err := ec2Client(s, "", home).DescribeRegions(t.Context(), nil); (err == nil) != want {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
	if _, err := ec2Client(s, "", "us-east-2").DescribeRegions(t.Context(), nil); err != nil {
		t.Errorf("calls elsewhere count: %v", err)
	}
}

// company is an organization with a unit inside another one, and accounts in
// the root, the outer and the inner unit.
func company(o Options) (s *Server, outer, inner string) {
	o.Bare, o.Fleet = true, fleet.Config{Accounts: 4, Regions: 1}
	o.World = func(f *fleet.Fleet) {
		outer, inner = f.Organization.Units[0], f.Organization.Units[1]
		f.Organization.Within = map[string]string{inner: outer}
		for i, unit := range []string{"", outer, inner, inner} {
			f.Accounts[i].Unit = unit
		}
		f.Accounts[4].Unit = inner // the suspended one
	}
	s = New(o)
	return s, outer, inner
}

func TestUnits(t *testing.T) {
	s, outer, inner := company(Options{PageLimit: 2, EmptyEvery: 2})
	all := s.fleet().Accounts
	client := organizationsClient(s, "")
	roots, err := client.ListRoots(t.Context(), nil)
	if err != nil || len(roots.Roots) != 1 {
		t.Fatalf("the roots are %v, %v", roots, err)
	}
	root := *roots.Roots[0].Id
	for name, c := range map[string]struct {
		parent          string
		accounts, units []string
	}{
		"root":  {root, []string{all[0].ID}, []string{unitID(outer)}},
		"outer": {unitID(outer), []string{all[1].ID}, []string{unitID(inner)}},
		"inner": {unitID(inner), []string{all[2].ID, all[3].ID, all[4].ID}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var accounts, units []string
			pages := organizations.NewListAccountsForParentPaginator(client, &organizations.ListAccountsForParentInput{ParentId: &c.parent})
			for pages.HasMorePages() {
				out, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range out.Accounts {
					accounts = append(accounts, *a.Id)
				}
			}
			more := organizations.NewListOrganizationalUnitsForParentPaginator(client, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &c.parent})
			for more.HasMorePages() {
				out, err := more.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range out.OrganizationalUnits {
					units = append(units, *u.Id)
				}
			}
			if diff := cmp.Diff(c.accounts, accounts); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.units, units); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNameOfAUnit(t *testing.T) {
	s, outer, _ := company(Options{})
	in := &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: aws.String(unitID(outer))}
	out, err := organizationsClient(s, "").DescribeOrganizationalUnit(t.Context(), in)
	if err != nil || aws.ToString(out.OrganizationalUnit.Arn) != outer || aws.ToString(out.OrganizationalUnit.Name) != s.fleet().Organization.Names[outer] {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = organizationsClient(s, s.Accounts()[1].ID).DescribeOrganizationalUnit(t.Context(), in)
	wantCode(t, err, "AccessDeniedException")
	in.OrganizationalUnitId = aws.String("ou-none-12345678")
	_, err = organizationsClient(s, "").DescribeOrganizationalUnit(t.Context(), in)
	wantCode(t, err, "OrganizationalUnitNotFoundException")
}

func TestUnitsAreForTheManagementAccount(t *testing.T) {
	s, outer, _ := company(Options{Denied: []Rule{{Operation: "organizations:ListAccountsForParent"}}})
	in := &organizations.ListOrganizationalUnitsForParentInput{ParentId: aws.String(unitID(outer))}
	_, err := organizationsClient(s, s.Accounts()[1].ID).ListOrganizationalUnitsForParent(t.Context(), in)
	wantCode(t, err, "AccessDeniedException")
	client := organizationsClient(s, "")
	_, err = client.ListAccountsForParent(t.Context(), &organizations.ListAccountsForParentInput{ParentId: in.ParentId})
	wantCode(t, err, "AccessDeniedException")
	in.ParentId = aws.String("ou-none-12345678")
	_, err = client.ListOrganizationalUnitsForParent(t.Context(), in)
	wantCode(t, err, "ParentNotFoundException")
	in.ParentId, in.MaxResults = aws.String(unitID(outer)), aws.Int32(21)
	_, err = client.ListOrganizationalUnitsForParent(t.Context(), in)
	wantCode(t, err, "InvalidInputException")
	in.MaxResults, in.NextToken = nil, aws.String("made-up")
	_, err = client.ListOrganizationalUnitsForParent(t.Context(), in)
	wantCode(t, err, "InvalidInputException")
}

// TestSharedWithAUnit: what is shared with a unit is shared with the units
// inside it, and with nobody beside it.
func TestSharedWithAUnit(t *testing.T) {
	s, outer, inner := company(Options{})
	for name, c := range map[string]struct {
		unit string
		seen []bool // by accounts 1 to 3, of which the last two are in the inner unit
	}{
		"outer": {outer, []bool{true, true, true}},
		"inner": {inner, []bool{false, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			s.Change(func(f *fleet.Fleet) {
				f.Images = []fleet.Image{{ID: 1 << 40, Owner: f.Accounts[0].ID, Region: home, Permissions: []fleet.Permission{{Unit: c.unit}}}}
			})
			for i, want := range c.seen {
				out, err := ec2Client(s, s.Accounts()[i+1].ID, home).DescribeImages(t.Context(), &ec2.DescribeImagesInput{ExecutableUsers: []string{"self"}})
				if err != nil || (len(out.Images) == 1) != want {
					t.Errorf("account %d sees %v, %v", i+1, out, err)
				}
			}
		})
	}
	s.Change(func(f *fleet.Fleet) {
		f.Images[0].Permissions = []fleet.Permission{{Account: "999988887777"}}
		f.Accounts[1].Unit = "" // no unit is not the unit of a permission that has none
	})
	out, err := ec2Client(s, s.Accounts()[1].ID, home).DescribeImages(t.Context(), nil)
	if err != nil || len(out.Images) != 0 {
		t.Errorf("an account of no unit sees %v, %v", out, err)
	}
}
