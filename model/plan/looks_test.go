package plan

import (
	"slices"
	"strconv"
	"testing"

	"github.com/amiscope/amiscope/model"
)

// TestLooks: every image is looked at once, in its owner's account, in parts.
func TestLooks(t *testing.T) {
	p := Plan{Deed: Restore}
	for i := range 120 {
		p.Targets = append(p.Targets, Target{
			Image: model.ImageKey{Region: "eu-west-1", ID: "ami-" + strconv.Itoa(i)}, Account: strconv.Itoa(i % 2),
			Before: Facts{Snapshots: []Snapshot{{ID: "snap-" + strconv.Itoa(i)}}},
		})
	}
	seen := map[string]bool{}
	looks := p.Looks()
	for _, l := range looks {
		if len(l.Images) > lookAtOnce || len(l.Besides) != len(l.Images) || !l.Bin {
			t.Errorf("%+v", l)
		}
		for _, id := range l.Images {
			if n, _ := strconv.Atoi(id[4:]); seen[id] || l.Scope != (model.Scope{Account: strconv.Itoa(n % 2), Region: "eu-west-1"}) {
				t.Errorf("%s in %s", id, l.Scope)
			}
			seen[id] = true
		}
	}
	if len(seen) != 120 || len(looks) != 4 {
		t.Errorf("%d images in %d looks", len(seen), len(looks))
	}
}

// What takes copies back asks what names them by now, and nothing else does so for
// nothing.
func TestUndoingACopyAsksWhatNamesIt(t *testing.T) {
	target := Target{Image: model.ImageKey{Region: "eu-west-1", ID: "ami-1"}, Account: "1"}
	for api, want := range map[string]bool{"ec2:DeregisterImage": true, "ec2:EnableImage": false} {
		p := Plan{Deed: UndoOf, Targets: []Target{target}, Steps: []Step{{ID: 1, Call: Call{API: api}}}}
		if looks := p.Looks(); len(looks) != 1 || looks[0].References != want {
			t.Errorf("%s: %+v", api, looks)
		}
	}
}

// What a plan rests on is read again before it is confirmed: else the run finds a
// difference that is older than the plan, and refuses.
func TestWhatIsComparedIsReadAgain(t *testing.T) {
	for _, deed := range Deeds() {
		p := Plan{Deed: deed, Options: Options{Permissions: true}, Targets: []Target{{Image: model.ImageKey{ID: "ami-1"}}}}
		reads := slices.ContainsFunc(p.Looks(), func(l model.Look) bool { return l.Permissions })
		before, now := Facts{Permissions: &Sharing{}}, Facts{Permissions: &Sharing{Accounts: []string{"333333333333"}}}
		if compares := len(Differences(deed, before, now)) > 0; compares && !reads {
			t.Errorf("%s rests on launch permissions that may be old", deed)
		}
	}
}
