package main

import (
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// TestPeek: what somebody looks at is read from AWS, and tells of shared snapshots
// with whom, and of scanned images what was found.
func TestPeek(t *testing.T) {
	defer goleak.VerifyNone(t)
	w, inv := readAll(t, &demoFlags{fleet: fleet.Config{Accounts: 3, Regions: 2, Images: 300}})
	var shared, private, scanned int
	for _, im := range inv.Images() {
		if inv.Foreign(im) || im.Detail == nil {
			continue
		}
		k := kit.Peek{Scope: model.Scope{Account: im.Owner, Region: im.Region}, Snapshots: im.SnapshotIDs()}
		if im.Detail.Scan != nil && im.Detail.Scan.Severity != "" {
			k.Image = im.ID
		}
		if len(k.Snapshots) == 0 || k.Image == "" && len(k.Snapshots) > 1 {
			continue
		}
		for e := range w.peek(t.Context(), k) {
			inv = inv.Fold(e)
		}
		for _, id := range k.Snapshots {
			p := inv.VolumePermissions(k.Scope, id)
			switch {
			case p == nil || p.Err != nil:
				t.Fatalf("%s: %+v", id, p)
			case p.Private():
				private++
			default:
				shared++
			}
		}
		if k.Image == "" {
			continue
		}
		x := inv.Inspection(im)
		if x == nil || x.Err != nil || !slices.ContainsFunc(x.Found, func(v model.Vulnerability) bool { return v.Severity == im.Detail.Scan.Severity }) {
			t.Errorf("%s: nothing of %s was found: %+v", im.ID, im.Detail.Scan.Severity, x)
		}
		scanned++
	}
	if shared == 0 || private == 0 || scanned == 0 {
		t.Errorf("%d shared, %d private, %d scanned: the fleet proves nothing", shared, private, scanned)
	}
	if notes := w.close(); len(notes) > 0 {
		t.Error(notes)
	}
}

// TestWhatMayNotBePeekedAt stands in the answer.
func TestWhatMayNotBePeekedAt(t *testing.T) {
	d := small()
	d.deny = []string{"*/*/DescribeSnapshotAttribute"}
	w, inv := readAll(t, d)
	defer w.close()
	im := inv.Images()[slices.IndexFunc(inv.Images(), func(im *model.Image) bool { return !inv.Foreign(im) && len(im.SnapshotIDs()) > 0 })]
	s := model.Scope{Account: im.Owner, Region: im.Region}
	for e := range w.peek(t.Context(), kit.Peek{Scope: s, Snapshots: im.SnapshotIDs()[:1]}) {
		inv = inv.Fold(e)
	}
	p := inv.VolumePermissions(s, im.SnapshotIDs()[0])
	if p == nil || p.Err == nil || p.Err.Kind != model.Denied || p.Private() {
		t.Errorf("%+v", p)
	}
}
