package tuitest

import (
	"errors"
	"fmt"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// The images in the Recycle Bin of Prod.
const (
	BinnedImage = "ami-0b1b0b1b0b1b00001" // comes back, with two snapshots
	LostImage   = "ami-0b1b0b1b0b1b00002" // one of its snapshots is gone for good
	VagueImage  = "ami-0b1b0b1b0b1b00003" // nobody knows its snapshots
)

// BinnedFleet is the costed fleet with Recycle Bins that hold images, one of them with
// a hostile name, and with rules of each sort.
func BinnedFleet() []model.Event {
	at := Now.Add(-6 * time.Minute)
	bin := model.Page{Gen: 1, Scope: Prod, Kind: model.Bin, Calls: 1, At: at, Last: true, Binned: []*model.Binned{
		{ID: BinnedImage, Name: "web-api-2025.01.07", Description: "built by packer", Entered: Now.Add(-3 * day), Exits: Now.Add(27 * day)},
		{ID: LostImage, Name: "esc-\x1b[31mred\x1b[0m-\x07bell\u202egnp", Entered: Now.Add(-5 * day), Exits: Now.Add(2 * day)},
		{ID: VagueImage, Name: "", Entered: Now.Add(-30 * day), Exits: Now.Add(5 * time.Hour)},
		{ID: "snap-0b1b0b1b0b1b00011", Description: "Created by CreateImage(i-0aaaaaaaaaaaaaaa1) for " + BinnedImage, Volume: "vol-1", Entered: Now.Add(-3 * day), Exits: Now.Add(27 * day)},
		{ID: "snap-0b1b0b1b0b1b00012", Description: "Created by CreateImage(i-0aaaaaaaaaaaaaaa1) for " + BinnedImage, Volume: "vol-2", Entered: Now.Add(-3 * day), Exits: Now.Add(27 * day)},
		{ID: "snap-0b1b0b1b0b1b00021", Description: "Created by CreateImage(i-0aaaaaaaaaaaaaaa1) for " + LostImage, Volume: "vol-3", Entered: Now.Add(-5 * day), Exits: Now.Add(2 * day)},
		{ID: "snap-0000000000000b1a5", Description: "before upgrade", Entered: Now.Add(-3 * day), Exits: Now.Add(4 * day)},
	}}
	former := model.Formers{Scope: Prod, Formers: []*model.Former{
		{ID: LostImage, Snapshots: []string{"snap-0b1b0b1b0b1b00021", "snap-0b1b0b1b0b1b00022"}, FullBytes: -1, Missed: Now.Add(-5 * day)},
		{ID: "snap-0b1b0b1b0b1b00011", SizeGiB: 40, FullBytes: 12 << 30, Missed: Now},
		{ID: "snap-0b1b0b1b0b1b00012", SizeGiB: 200, FullBytes: 90 << 30, Missed: Now},
	}}
	out := append(CostedFleet(), bin, former)
	rules := func(s model.Scope, rules ...*model.BinRule) {
		for i, r := range rules {
			r.ID = fmt.Sprintf("rule-%d", i)
		}
		out = append(out, model.Page{Gen: 1, Scope: s, Kind: model.BinRules, Calls: 1, At: at, Last: true, Rules: rules})
	}
	rules(Prod, &model.BinRule{Resource: model.ImageResource, Days: 30}, &model.BinRule{Resource: model.SnapshotResource, Days: 14, Lock: model.RuleLocked, Description: "two weeks \x1b[31mto change our minds"},
		&model.BinRule{Resource: model.SnapshotResource, Days: 365, Pending: true, Except: []model.Tag{{Key: "purpose", Value: "scratch"}}})
	rules(Dev, &model.BinRule{Resource: model.ImageResource, Days: 30, Tags: []model.Tag{{Key: "Owner", Value: "team-web"}}}, &model.BinRule{Resource: model.SnapshotResource, Days: 14})
	rules(model.Scope{Account: Dev.Account, Region: "us-east-1"}, &model.BinRule{Resource: model.ImageResource, Days: 2}, &model.BinRule{Resource: model.SnapshotResource, Days: 2})
	denied := model.Scope{Account: "333333333333", Region: "eu-west-1"}
	return append(out, model.Page{Gen: 1, Scope: denied, Kind: model.BinRules, Calls: 1, At: at, Last: true, Err: &model.OpError{
		Op: "rbin:ListRules", Scope: denied, Kind: model.Denied, Err: errors.New("no identity-based policy allows the action"),
	}})
}

// BinnedOptions are those of a program that looks at the binned fleet.
func BinnedOptions() tui.Options {
	o := CostedOptions()
	o.Services = Services(Now, BinnedFleet()...)
	return o
}
