package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/model"
)

func TestTally(t *testing.T) {
	var got tally
	one, two := model.Scope{Account: "1", Region: "a"}, model.Scope{Account: "1", Region: "b"}
	for _, e := range []model.Event{
		model.Began{Scope: one},
		model.Began{Scope: two},
		model.Page{Scope: one, Images: make([]*model.Image, 1200)},
		model.Page{Scope: one, Last: true},
		model.Began{Scope: one, Kind: model.Snapshots},
		model.Page{Scope: one, Kind: model.Snapshots, Snapshots: make([]*model.Snapshot, 3), Last: true},
		model.Page{Scope: two, Last: true, Err: &model.OpError{Err: errors.New("no")}},
	} {
		got.follow(e)
	}
	if want := "reading: 1,200 images, 2 of 2 scopes, 1 failed"; got.String() != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestTallyOfUsage: of usage it is told where it is read.
func TestTallyOfUsage(t *testing.T) {
	one := model.Scope{Account: "1", Region: "a"}
	got := tally{wanted: 120}
	for _, e := range []model.Event{
		model.Began{Scope: one},
		model.Page{Scope: one, Last: true},
		model.Began{Scope: one, Kind: model.Instances},
		model.Began{Scope: one, Kind: model.Groups},
		model.Page{Scope: one, Kind: model.Instances, References: make([]*model.Reference, 3)},
		model.Page{Scope: one, Kind: model.Instances, Last: true},
		model.Page{Scope: one, Kind: model.Permissions, Permissions: make([]*model.LaunchPermissions, 50)},
	} {
		got.follow(e)
	}
	if want := "reading: 0 images, 1 of 1 scope; usage: 1 of 2 lists, launch permissions of 50 of 120 images"; got.String() != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestTallyOfCharges: what costs besides is no usage, and its failure is none of
// the scope.
func TestTallyOfCharges(t *testing.T) {
	one := model.Scope{Account: "1", Region: "a"}
	var got tally
	for _, e := range []model.Event{
		model.Began{Scope: one},
		model.Page{Scope: one, Last: true},
		model.Began{Scope: one, Kind: model.Bin},
		model.Began{Scope: one, Kind: model.Hasten},
		model.Page{Scope: one, Kind: model.Bin, Binned: make([]*model.Binned, 3)},
		model.Page{Scope: one, Kind: model.Bin, Last: true, Err: &model.OpError{Err: errors.New("no")}},
		model.Formers{Scope: one},
	} {
		got.follow(e)
	}
	if want := "reading: 0 images, 1 of 1 scope; costs: 1 of 2 lists"; got.String() != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestProgressIsForTerminals: a file never sees the line; a terminal sees it cut
// to its width, and taken away at the end.
func TestProgressIsForTerminals(t *testing.T) {
	var out strings.Builder
	quiet := newProgress(&out)
	quiet.follow(model.Began{})
	quiet.clear()
	if out.Len() > 0 {
		t.Errorf("a file got %q", out.String())
	}
	p := &progress{out: &out, width: 12}
	p.follow(model.Began{})
	p.follow(model.Began{}) // too soon to be shown
	p.clear()
	if want := "\r\x1b[Kreading: 0 \r\x1b[K"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
