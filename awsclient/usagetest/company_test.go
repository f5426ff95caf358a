package usagetest

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The images of a company: the one in question, and one that nothing names.
const (
	imageID fleet.ID = 0xa11ce
	otherID fleet.ID = 0xb0b
	volume  fleet.ID = 0x5a9
)

// place is where a reference is put.
type place struct{ account, region string }

// company is two accounts in one region: the first owns an image that it shares
// with the second.
type company struct {
	fakeaws.Options
	client awsclient.Options
	policy model.UsagePolicy
	share  func(f *fleet.Fleet) []fleet.Permission // nil: with the second account
}

// newCompany lets put add to what the second account has.
func newCompany(put func(f *fleet.Fleet, at place)) *company {
	c := &company{policy: model.DefaultUsagePolicy()}
	c.Fleet = fleet.Config{Accounts: 2, Regions: 1}
	c.Bare = true
	c.World = func(f *fleet.Fleet) {
		owner, region := f.Active()[0].ID, f.Enabled()[0]
		permissions := []fleet.Permission{{Account: f.Active()[1].ID}}
		if c.share != nil {
			permissions = c.share(f)
		}
		f.Images = append(f.Images,
			fleet.Image{ID: imageID, Owner: owner, Region: region, Name: "web-7", Snapshots: []fleet.ID{volume}, Permissions: permissions},
			fleet.Image{ID: otherID, Owner: owner, Region: region, Name: "web-8"})
		f.Snapshots = append(f.Snapshots, fleet.Snapshot{ID: volume, Owner: owner, Region: region, State: "completed", Size: fleet.Size{GiB: 8}})
		if put != nil {
			put(f, place{f.Active()[1].ID, region})
		}
	}
	return c
}

// outcome is what a company was found to be.
type outcome struct {
	inv    model.Inventory
	usage  *model.Usage
	server *fakeaws.Server
	client *awsclient.Client
}

// look reads a company by its management account, as the program does, and
// judges it.
func (c *company) look(t *testing.T) outcome {
	t.Helper()
	server := fakeaws.New(c.Options)
	key, secret := server.Credentials("")
	o := c.client
	o.Static = []awsclient.StaticAccount{{AccessKey: key, Secret: secret, Region: server.Regions()[0]}}
	o.Organization, o.Role = true, "OrganizationAccountAccessRole"
	o.Transport, o.Limiter = server.Transport(), scan.NewBuckets()
	client, err := awsclient.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	out := outcome{server: server, client: client}
	out.read(t, 1)
	out.judge(c.policy)
	return out
}

// read does one refresh of everything.
func (o *outcome) read(t *testing.T, gen model.Gen) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	fold := func(e model.Event) { o.inv = o.inv.Fold(e) }
	var requests []scan.Request
	err := o.client.Discover(ctx, func(e model.Event) {
		fold(e)
		if f, ok := e.(model.Found); ok {
			for _, r := range f.Regions {
				if r.Enabled {
					requests = append(requests, scan.Request{Scope: model.Scope{Account: f.Account.ID, Region: r.Name}, Kinds: model.Swept(), Gen: gen})
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := scan.Run(ctx, o.client, requests, scan.Options{}, fold); err != nil {
		t.Fatal(err)
	}
	for _, im := range o.inv.Images() {
		s := model.Scope{Account: im.Owner, Region: im.Region}
		p, err := o.client.ReadPermissions(ctx, s, im.ID)
		if err != nil {
			t.Fatal(err)
		}
		fold(model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{p}})
	}
}

func (o *outcome) judge(p model.UsagePolicy) {
	o.usage = o.usage.Judge(o.inv, model.UsageInput{Policy: p, Now: time.Now()})
}

// verdict is that on the image in question.
func (o *outcome) verdict(t *testing.T) model.Verdict {
	t.Helper()
	for _, im := range o.inv.Images() {
		if im.ID != imageID.Image() {
			continue
		}
		v := o.usage.Verdict(im)
		if got := o.usage.Ruling(im).Use; got != v.Use {
			t.Errorf("the list says %v, the verdict %v", got, v.Use)
		}
		return v
	}
	t.Fatal("the image was not found")
	return model.Verdict{}
}

// blindTo reports whether a verdict names a source that was not looked at.
func blindTo(v model.Verdict, source model.Kind) bool {
	for _, b := range v.Blind {
		if b.Source == source && b.What != "" && b.Mend != "" {
			return true
		}
	}
	return false
}
