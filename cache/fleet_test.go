package cache_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// asOf is when the fleets of these tests were read.
var asOf = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// fleet is a company's images as AWS would tell them, the same for the same
// seed: 3 devices and 6 tags an image.
type fleet struct {
	rng   *rand.Rand
	pages []model.Page
	sel   cache.Selection
}

func newFleet(seed uint64, images, accounts, regions int) fleet {
	f := fleet{rng: rand.New(rand.NewPCG(seed, 0)), sel: cache.Selection{Name: "all"}}
	scopes := accounts * regions
	for a := range accounts {
		id := fmt.Sprintf("%012d", 100000000000+a)
		found := model.Found{Account: model.Account{ID: id, Name: fmt.Sprintf("acme-%d", a), Partition: "aws", Source: "profile p" + id}}
		for r := range regions {
			s := model.Scope{Account: id, Region: fmt.Sprintf("eu-test-%d", r)}
			found.Regions = append(found.Regions, model.Region{Name: s.Region, Enabled: true})
			n := images*(a*regions+r+1)/scopes - images*(a*regions+r)/scopes
			f.pages = append(f.pages, f.images(s, n), f.snapshots(s, n))
		}
		f.sel.Found = append(f.sel.Found, found)
	}
	return f
}

func (f fleet) batch() cache.Batch {
	return cache.Batch{Selections: []cache.Selection{f.sel}, Passes: f.pages}
}

func (f fleet) images(s model.Scope, n int) model.Page {
	p := model.Page{Gen: 1, Scope: s, Kind: model.Images, Calls: 1 + n/1000, At: asOf, Last: true}
	for range n {
		p.Images = append(p.Images, f.image(s))
	}
	return p
}

func (f fleet) id(prefix string) string { return fmt.Sprintf("%s-%017x", prefix, f.rng.Uint64()>>4) }

func (f fleet) pick(from ...string) string { return from[f.rng.IntN(len(from))] }

func (f fleet) image(s model.Scope) *model.Image {
	created := asOf.Add(-time.Duration(f.rng.IntN(1e9)) * time.Millisecond * 100).Truncate(time.Millisecond)
	im := &model.Image{
		ImageKey: model.ImageKey{Region: s.Region, ID: f.id("ami")}, Owner: s.Account,
		Name:  fmt.Sprintf("%s-%s-%s-%d", f.pick("web", "db", "gold", "batch"), f.pick("al2023", "ubuntu-24.04"), created.Format("20060102-1504"), f.rng.IntN(1000)),
		State: f.pick("available", "available", "disabled"), Architecture: f.pick("x86_64", "arm64"), Platform: f.pick("linux", "linux", "windows"),
		RootType: "ebs", Created: created, Launched: model.No, Public: model.No, Encrypted: model.Truth(f.rng.IntN(2) == 0),
		Protected: model.No, Snapshots: 3, SizeGiB: int64(8 * f.rng.IntN(100)),
	}
	if f.rng.IntN(2) == 0 {
		im.Deprecation = created.AddDate(2, 0, 0).Truncate(time.Minute)
	}
	im.Detail = f.detail(im, s)
	return im
}

func (f fleet) detail(im *model.Image, s model.Scope) *model.Detail {
	d := &model.Detail{
		Description: "built by pipeline " + f.id("run"), TagsRead: true,
		Traits: model.Share(model.Traits{
			PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", BootMode: f.pick("uefi", "", "uefi-preferred"), Virtualization: "hvm", Hypervisor: "xen",
			IMDS: f.pick("", "v2.0"), RootDevice: "/dev/xvda", ImageType: "machine",
		}),
		ENA: model.Yes, Location: s.Account + "/" + im.Name, SourceImage: f.id("ami"), SourceRegion: s.Region,
	}
	for _, name := range []string{"/dev/xvda", "/dev/xvdb", "/dev/xvdc"} {
		d.Devices = append(d.Devices, model.Device{
			Name: name, Snapshot: f.id("snap"),
			Disk: model.Share(model.Disk{SizeGiB: 8, Type: "gp3", IOPS: 3000, Throughput: 125, Encrypted: im.Encrypted, DeleteOnTermination: model.Yes}),
		})
	}
	for i, k := range []string{"Name", "build", "commit", "cost-center", "owner", "team"} {
		d.Tags = append(d.Tags, model.Tag{Key: k, Value: []string{im.Name, fmt.Sprint(f.rng.IntN(1e6)), f.id("c"), f.pick("100", "200"), f.pick("ann", "bob", "eve"), f.pick("core", "web")}[i]})
	}
	return d
}

func (f fleet) snapshots(s model.Scope, n int) model.Page {
	p := model.Page{Gen: 1, Scope: s, Kind: model.Snapshots, Calls: 2, At: asOf.Add(time.Minute), Last: true}
	for range n {
		p.Snapshots = append(p.Snapshots, &model.Snapshot{
			Region: s.Region, ID: f.id("snap"), Owner: s.Account, Description: "Created by CreateImage(" + f.id("i") + ") for " + f.id("ami"),
			State: "completed", Tier: "standard", VolumeID: f.id("vol"), Start: asOf.Add(-time.Hour), SizeGiB: 8, FullBytes: -1,
			Encrypted: model.No, Tags: []model.Tag{{Key: "team", Value: f.pick("core", "web")}},
		})
	}
	return p
}

// failed is a pass that ended early.
func failed(s model.Scope, k model.Kind, gen model.Gen) model.Page {
	return model.Page{Gen: gen, Scope: s, Kind: k, Calls: 3, At: asOf.Add(time.Hour), Last: true, Err: &model.OpError{
		Op: "ec2:DescribeImages", Scope: s, Kind: model.Denied, Code: "UnauthorizedOperation", Help: "ask", Err: errors.New("explicit deny"),
	}}
}
