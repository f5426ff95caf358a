package measuretest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// What became of an image in these companies.
const (
	stays    = iota
	disabled // and still there
	thrown   // in the Recycle Bin; its snapshots are not
	gone
	fates
)

// TestOrphans: of all snapshots that EC2's description ties to an image that is
// gone none is missed and none wrongly named, in companies where images are
// there, disabled, in the Recycle Bin, gone, or in scopes that cannot be read.
func TestOrphans(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 3))
			fate := map[string]int{}
			var all []fleet.Snapshot
			var used map[string]bool
			o := fakeaws.Options{Fleet: fleet.Config{Accounts: 3, Regions: 3, Images: 90, Seed: seed}, World: func(f *fleet.Fleet) {
				used = befall(f, rng, fate)
				all = slices.Clone(f.Snapshots)
			}}
			server := fakeaws.New(o)
			closed, binless := server.Accounts()[0], server.Accounts()[1]
			o.Denied = []fakeaws.Rule{
				{Account: closed.Name, Region: "us-east-1", Operation: "ec2:DescribeImages"},
				{Account: binless.Name, Region: "us-east-1", Operation: "ec2:ListImagesInRecycleBin"},
			}
			rng = rand.New(rand.NewPCG(seed, 3)) // the same company once more
			fate = map[string]int{}
			c := (*cost.Costs)(nil).Estimate(readAll(t, fakeaws.New(o)), cost.Input{Now: fleet.Epoch})
			told := map[cost.Kind]int{}
			for _, s := range all {
				image := described(s.Description)
				if image == "" || used[s.ID.Snapshot()] {
					continue
				}
				l, ok := c.Line(cost.SnapshotKey{Region: s.Region, ID: s.ID.Snapshot()})
				if !ok {
					t.Fatalf("%s was not read", s.ID.Snapshot())
				}
				want := cost.Orphan
				what, known := fate[image]
				switch {
				case slices.ContainsFunc(s.Tags, func(t fleet.Tag) bool { return strings.HasPrefix(t.Key, "aws:backup:") }):
					want = cost.Backup
				case slices.ContainsFunc(s.Tags, func(t fleet.Tag) bool { return strings.HasPrefix(t.Key, "aws:dlm:") }):
					want = cost.DLM
				case s.Owner == closed.ID && s.Region == "us-east-1" && what != thrown:
					want = cost.Undecided
				case known && what == thrown && s.Owner == binless.ID && s.Region == "us-east-1":
					want = cost.Undecided
				case known && what == thrown:
					want = cost.OfImage
				case known && what != gone:
					want = cost.Other // the image is there, and has other snapshots by now
				case s.Owner == binless.ID && s.Region == "us-east-1":
					want = cost.Undecided // it may be in the bin
				}
				if l.Kind != want {
					t.Errorf("%s (%q, %s in %s): %v, want %v", l.Snapshot.ID, s.Description, s.Owner, s.Region, l.Kind, want)
				}
				told[l.Kind]++
			}
			if told[cost.Orphan] == 0 || told[cost.Undecided] == 0 {
				t.Errorf("not much of a company: %v", told)
			}
		})
	}
}

// befall lets something become of each image, and tells which snapshots images
// still use.
func befall(f *fleet.Fleet, rng *rand.Rand, fate map[string]int) (used map[string]bool) {
	for _, b := range f.BinnedImages {
		fate[b.ID.Image()] = thrown
	}
	var left []fleet.Image
	for _, im := range f.Images {
		what := rng.IntN(fates)
		switch fate[im.ID.Image()] = what; what {
		case disabled:
			im.Life.State = "disabled"
		case thrown:
			f.BinnedImages = append(f.BinnedImages, fleet.BinnedImage{Image: im, Entered: im.Life.Created, Exits: im.Life.Created + 1})
			continue
		case gone:
			continue
		}
		left = append(left, im)
	}
	f.Images = left
	used = map[string]bool{}
	for _, im := range f.Images {
		for _, id := range im.Snapshots {
			used[id.Snapshot()] = true
		}
	}
	return used
}

// described is the image that EC2 wrote into a description.
func described(text string) string {
	if !strings.HasPrefix(text, "Created by CreateImage(") && !strings.HasPrefix(text, "Copied for DestinationAmi ") {
		return ""
	}
	_, rest, _ := strings.Cut(text, "ami-")
	id, _, _ := strings.Cut(rest, " ")
	return "ami-" + id
}

// readAll reads what costs of all accounts; what is denied is so in the inventory.
func readAll(t *testing.T, server *fakeaws.Server) model.Inventory {
	t.Helper()
	var static []awsclient.StaticAccount
	for _, a := range server.Accounts() {
		key, secret := server.Credentials(a.ID)
		static = append(static, awsclient.StaticAccount{AccessKey: key, Secret: secret, Region: server.Regions()[0]})
	}
	client, err := awsclient.New(awsclient.Options{Static: static, Transport: server.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	var inv model.Inventory
	fold := func(e model.Event) { inv = inv.Fold(e) }
	if err := client.Discover(t.Context(), fold); err != nil {
		t.Fatal(err)
	}
	var requests []scan.Request
	for _, s := range inv.Scopes() {
		if inv.Readable(s) {
			requests = append(requests, scan.Request{Scope: s, Kinds: append(model.Kinds(), model.Charges()...), Gen: 1})
		}
	}
	if err := scan.Run(t.Context(), client, requests, scan.Options{}, fold); err != nil {
		t.Fatal(err)
	}
	return inv
}
