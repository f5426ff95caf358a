package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// TestARestoredImageIsAskedForAgain until EC2 lists it: for a while it is neither
// there nor in the Recycle Bin.
func TestARestoredImageIsAskedForAgain(t *testing.T) {
	const id = "ami-0123456789abcdef0"
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	key := model.ImageKey{Region: scope.Region, ID: id}
	step := plan.Step{ID: 1, Scope: scope, Call: plan.Call{API: "ec2:RestoreImageFromRecycleBin", Input: json.RawMessage(`{"ImageId":"` + id + `"}`)}}
	done := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	ch := &changes{fresh: map[model.ImageKey]*fresh{}}
	ch.changed("a run", plan.Target{Image: key, Account: scope.Account}, step, done)

	look := model.Look{Scope: scope, Images: []string{id}, Bin: true}
	denied := &model.OpError{Op: "ec2:ListImagesInRecycleBin", Scope: scope, Kind: model.Denied}
	there := &model.Image{ImageKey: key, Owner: scope.Account, State: "available", Detail: &model.Detail{}}
	for name, tc := range map[string]struct {
		read model.Reread
		late bool
	}{
		"neither there nor in the bin": {model.Reread{Gone: []string{id}, Binned: []*model.Binned{}}, true},
		"it is there":                  {model.Reread{Images: []*model.Image{there}}, false},
		"the bin cannot be read":       {model.Reread{Gone: []string{id}, Errors: []*model.OpError{denied}}, false},
	} {
		tc.read.Scope, tc.read.At = scope, done.Add(time.Second)
		if got := ch.late(look, tc.read); got != tc.late {
			t.Errorf("%s: asked again: %v", name, got)
		}
		tc.read.At = done.Add(contradicts)
		if ch.late(look, tc.read) {
			t.Errorf("%s: asked again a minute later", name)
		}
	}
}
