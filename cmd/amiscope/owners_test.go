package main

import (
	"fmt"
	"runtime"
	"testing"
	"time"

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

// TestOwnersLetTheListsOfTheCacheGo: whole records take the place of those that the
// cache's lists had, and nothing may hold these beside them. Whose an image is that
// has no whole record is known nevertheless.
func TestOwnersLetTheListsOfTheCacheGo(t *testing.T) {
	var o owners
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	record := func(id string) *model.Image {
		return &model.Image{ImageKey: model.ImageKey{Region: scope.Region, ID: id}, Owner: scope.Account}
	}
	gone := make(chan struct{})
	func() { // what is listed is in no variable afterwards
		listed := record("ami-1")
		runtime.AddCleanup(listed, func(done chan struct{}) { close(done) }, gone)
		o.note(model.Page{Scope: scope, Kind: model.Images, Images: []*model.Image{listed, record("ami-2")}})
	}()
	o.note(model.Details{Scope: scope, Images: []*model.Image{record("ami-1")}})
	runtime.GC()
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the record of the list is still held")
	}
	for _, id := range []string{"ami-1", "ami-2"} {
		if account, known := o.of(model.ImageKey{Region: scope.Region, ID: id}); account != scope.Account || !known {
			t.Errorf("%s belongs to %q (known: %v), want %s", id, account, known, scope.Account)
		}
	}
}

// TestOwnersKeepWhatIsNewerThanTheCache: details of the cache replace no page of a
// refresh.
func TestOwnersKeepWhatIsNewerThanTheCache(t *testing.T) {
	var o owners
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	key := model.ImageKey{Region: scope.Region, ID: "ami-1"}
	o.note(model.Page{Gen: 1, Scope: scope, Kind: model.Images, Images: []*model.Image{{ImageKey: key, Owner: scope.Account}}})
	o.note(model.Details{Scope: scope, Images: []*model.Image{{ImageKey: key, Owner: "222222222222"}}})
	if account, _ := o.of(key); account != scope.Account {
		t.Errorf("the image belongs to %q, want %s as the refresh says", account, scope.Account)
	}
}
