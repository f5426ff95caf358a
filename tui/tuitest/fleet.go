package tuitest

import (
	"errors"
	"fmt"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Now is the time at which the test's world stands still.
var Now = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

// Fleet is a small company as events: three accounts, three regions, one
// denied scope, one region that is not enabled, one login that has expired,
// and an image of each kind that looks different on a screen.
func Fleet() []model.Event {
	var out []model.Event
	regions := []model.Region{{Name: "eu-west-1", Enabled: true}, {Name: "us-east-1", Enabled: true}, {Name: "me-south-1"}}
	names := map[string]string{"111111111111": "acme-prod", "222222222222": "acme-dev", "333333333333": ""}
	for _, id := range []string{"111111111111", "222222222222", "333333333333"} {
		out = append(out, model.Found{Account: model.Account{ID: id, Name: names[id], Partition: "aws", Source: "profile " + id[:3]}, Regions: regions})
		for _, r := range regions[:2] {
			out = append(out, pass(model.Scope{Account: id, Region: r.Name}))
		}
	}
	login := model.Login{Name: "sso https://acme.example/start", Command: []string{"aws", "sso", "login", "--profile", "old"}}
	return append(out, model.Lost{Unreached: model.Unreached{
		Source: "profile old",
		Err:    &model.OpError{Op: "sts:GetCallerIdentity", Kind: model.Expired, Err: errors.New("the SSO session has expired"), Help: "run: aws sso login --profile old", Login: login},
	}})
}

// pass is what reading a scope's images gave.
func pass(s model.Scope) model.Page {
	p := model.Page{Gen: 0, Scope: s, Kind: model.Images, Calls: 1, At: Now.Add(-7 * time.Minute), Last: true}
	if s.Account == "333333333333" && s.Region == "us-east-1" {
		p.Err = &model.OpError{Op: "ec2:DescribeImages", Scope: s, Kind: model.Denied, Err: errors.New("no identity-based policy allows the action")}
		return p
	}
	for i := range 14 {
		p.Images = append(p.Images, image(s, i))
	}
	if s.Account == "111111111111" {
		p.Images = append(p.Images, Odd(s)...)
	}
	return p
}

func image(s model.Scope, i int) *model.Image {
	created := Now.AddDate(0, 0, -i*23-int(s.Account[0]-'0'))
	family := []string{"web-api", "batch-runner", "acme-base-al2023"}[i%3]
	im := &model.Image{
		ImageKey:     model.ImageKey{Region: s.Region, ID: fmt.Sprintf("ami-%s%s%08x", s.Account[:3], s.Region[:2]+"000", i)},
		Owner:        s.Account,
		Name:         fmt.Sprintf("%s-%s", family, created.Format("2006.01.02")),
		State:        "available",
		Architecture: []string{"x86_64", "arm64"}[i%2],
		Platform:     "linux",
		RootType:     "ebs",
		Created:      created,
		Launched:     model.No,
		Public:       model.No,
		Encrypted:    model.Truth(i%4 != 0),
		Protected:    model.Truth(i%5 == 0),
		Managed:      []model.Manager{model.Unmanaged, model.ImageBuilder, model.DLM}[i%3],
		Snapshots:    uint16(1 + i%2),
		SizeGiB:      int64(8 + 30*i),
	}
	if i%3 == 0 {
		im.Launched, im.LastLaunched = model.Yes, created.AddDate(0, 0, i)
	}
	if i > 9 {
		im.Deprecation = Now.AddDate(0, 0, -3)
	}
	im.Detail = detail(im, i)
	if i == 4 {
		im.Detail.Inspected, im.Detail.Scan = model.Yes, &model.Scan{At: Now.AddDate(0, 0, -2), Severity: "critical", Fixes: [5]time.Time{3: Now.AddDate(0, 0, -9)}}
	}
	return im
}

func detail(im *model.Image, i int) *model.Detail {
	return &model.Detail{
		Description: "built by packer from acme-base",
		Devices: []model.Device{{
			Name: "/dev/xvda", Snapshot: fmt.Sprintf("snap-%s%014x", im.Owner[:3], i),
			Disk: model.Share(model.Disk{SizeGiB: im.SizeGiB, Type: "gp3", IOPS: 3000, Encrypted: im.Encrypted, DeleteOnTermination: model.Yes}),
		}},
		Tags:     []model.Tag{{Key: "Environment", Value: "prod"}, {Key: "Owner", Value: []string{"team-web", "team-data"}[i%2]}},
		TagsRead: true,
		Traits: model.Share(model.Traits{
			PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", IMDS: "v2.0",
			BootMode: "uefi-preferred", Virtualization: "hvm", Hypervisor: "xen", RootDevice: "/dev/xvda", ImageType: "machine",
		}),
		ENA: model.Yes, Location: im.Owner + "/" + im.Name,
		SourceImage: "ami-0aaaaaaaaaaaaaaaa", SourceRegion: "us-east-1", Inspected: model.No,
	}
}

// Odd are the images that try a screen: hostile, long, nameless and wide
// names, and unknown facts.
func Odd(s model.Scope) []*model.Image {
	names := []string{
		"", "esc-\x1b[31mred\x1b[0m-\x07bell", "bidi-\u202egnp.exe", "zero\u200bwidth and c1 \u009b31m", "金の画像-東京-2026",
		"combining-e\u0301\u0323-fin", "line\nbreak\tand tab", `=HYPERLINK("http://evil.example")`,
		"this-name-has-one-hundred-and-twenty-eight-characters-and-says-so-in-every-one-of-them-because-aws-allows-it-0123456789012345678",
	}
	var out []*model.Image
	for i, n := range names {
		im := image(s, 20+i)
		im.ID = fmt.Sprintf("ami-0dd%s%012x", s.Region[:2], i)
		im.Name = n
		im.Created = Now.Add(-time.Duration(i+1) * time.Hour)
		im.Deprecation = time.Time{}
		im.State = []string{"available", "disabled", "failed", "pending"}[i%4]
		im.Detail.Tags = append(im.Detail.Tags, model.Tag{Key: "note", Value: n})
		out = append(out, im)
	}
	out[0].Launched, out[0].Encrypted, out[0].Protected, out[0].Public = model.Maybe, model.Maybe, model.Maybe, model.Yes
	out[1].RootType, out[1].SizeGiB, out[1].Snapshots, out[1].Detail.Devices = "instance-store", 0, 0, nil
	return out
}
