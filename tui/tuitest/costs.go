package tuitest

import (
	"fmt"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui"
)

// CostedFleet is the used fleet with all that is known of what its images cost:
// chains of snapshots, one that two images share, an orphan of each kind of proof,
// the Recycle Bin, an archived one and a fast restore.
func CostedFleet() []model.Event {
	var out []model.Event
	for _, e := range UsedFleet() {
		p, ok := e.(model.Page)
		if ok && p.Kind == model.Images && p.Err == nil {
			out = append(out, p, snapshots(p))
			out = append(out, charges(p.Scope)...)
			continue
		}
		out = append(out, e)
	}
	return append(out, model.Formers{Scope: Prod, Formers: []*model.Former{
		{ID: "ami-0f0f0f0f0f0f0f0f0", Name: "web-api-2025.03.01", Snapshots: []string{LooseSnapshot(Prod, "fade")}, FullBytes: -1, Missed: Now},
		{ID: "snap-0000000000000b1a5", SizeGiB: 40, FullBytes: 12 << 30, Missed: Now},
	}})
}

// CostedOptions are those of a program that looks at the costed fleet.
func CostedOptions() tui.Options {
	o := UsedOptions()
	o.Services = Services(Now, CostedFleet()...)
	o.Costs = cost.Input{Prices: cost.BuiltInPrices()}
	return o
}

// LooseSnapshot is the id of a snapshot of a scope that no image uses.
func LooseSnapshot(s model.Scope, word string) string {
	return "snap-" + s.Account[:3] + s.Region[:2] + "00000000" + word
}

// snapshots are those of a scope's images, in chains of one volume, and some that
// no image uses.
func snapshots(of model.Page) model.Page {
	p := model.Page{Scope: of.Scope, Kind: model.Snapshots, Calls: 1, At: of.At, Last: true}
	seen := map[string]bool{}
	for i, im := range of.Images {
		for _, id := range im.SnapshotIDs() {
			if seen[id] {
				continue
			}
			seen[id] = true
			s := &model.Snapshot{
				Region: im.Region, Owner: of.Scope.Account, ID: id, Description: "Created by CreateImage(i-0aaaaaaaaaaaaaaa1) for " + im.ID, State: "completed",
				Tier: "standard", VolumeID: fmt.Sprintf("vol-%d", i%5), Start: im.Created, SizeGiB: im.SizeGiB, FullBytes: im.SizeGiB << 28,
			}
			switch {
			case im.Disabled():
				s.Tier = "archive"
			case i%6 == 5:
				s.FullBytes = -1
			}
			p.Snapshots = append(p.Snapshots, s)
		}
	}
	for i, loose := range []struct{ id, description string }{
		{"dead", "Created by CreateImage(i-0bbbbbbbbbbbbbbb2) for ami-0dead0dead0dead00"},
		{"fade", ""},
		{"cafe", "before upgrade"},
		{"beef", "This snapshot is created by the AWS Backup service."},
	} {
		p.Snapshots = append(p.Snapshots, &model.Snapshot{
			Region: of.Scope.Region, Owner: of.Scope.Account, ID: LooseSnapshot(of.Scope, loose.id), Description: loose.description, State: "completed", Tier: "standard",
			VolumeID: "vol-loose-" + loose.id, DataKeyID: "key-of-" + loose.id, Start: Now.AddDate(0, -7*(i+1), 0), SizeGiB: 100, FullBytes: int64(10+20*i) << 30,
		})
	}
	return p
}

// charges are the passes over what costs besides, of a scope.
func charges(s model.Scope) []model.Event {
	var out []model.Event
	for _, k := range model.Charges() {
		p := model.Page{Scope: s, Kind: k, Calls: 1, At: Now.Add(-6 * time.Minute), Last: true}
		switch {
		case s == Prod && k == model.Bin:
			p.Binned = []*model.Binned{
				{ID: "snap-0000000000000b1a5", Entered: Now.Add(-3 * day), Exits: Now.Add(4 * day)},
				{ID: "snap-0000000000000b1b5", Entered: Now.Add(-3 * day), Exits: Now.Add(4 * day)},
			}
		case s == Prod && k == model.BinRules:
			p.Rules = []*model.BinRule{{ID: "rule-1", Resource: model.SnapshotResource, Days: 7}}
		case s == Prod && k == model.Hasten:
			p.Hastened = []*model.Hastened{{Snapshot: "snap-11100000000000000", Zone: "eu-west-1a", State: "enabled", Owner: s.Account}}
		}
		out = append(out, p)
	}
	return out
}
