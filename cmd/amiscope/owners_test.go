package main

import (
	"fmt"
	"testing"

	"github.com/amiscope/amiscope/model"
)

// TestOwnersHoldOnlyTheNewestPages: a session of many refreshes holds the images
// of one, and still knows whose an image was that an earlier one told of.
func TestOwnersHoldOnlyTheNewestPages(t *testing.T) {
	var o owners
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	for gen := range 5 {
		for n := range 3 {
			im := &model.Image{ImageKey: model.ImageKey{Region: scope.Region, ID: fmt.Sprintf("ami-%d%d", gen, n)}, Owner: scope.Account}
			o.note(model.Page{Gen: model.Gen(gen), Scope: scope, Kind: model.Images, Images: []*model.Image{im}})
		}
	}
	if got := len(o.fresh[scope].pages); got != 3 {
		t.Errorf("%d pages are held, want the 3 of the newest refresh", got)
	}
	for _, id := range []string{"ami-00", "ami-42"} {
		if account, known := o.of(model.ImageKey{Region: scope.Region, ID: id}); account != scope.Account || !known {
			t.Errorf("%s belongs to %q (known: %v), want %s", id, account, known, scope.Account)
		}
	}
	if _, known := o.of(model.ImageKey{Region: scope.Region, ID: "ami-99"}); known {
		t.Error("an image that was never seen has an owner")
	}
}
