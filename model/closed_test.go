package model_test

import (
	"errors"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
)

// A region is closed when a policy denied every kind that was asked for there.
// It is then no trouble, and nothing of it waits to be read.
func TestClosed(t *testing.T) {
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	ended := func(k model.Kind, gen model.Gen, kind model.ErrorKind) model.Page {
		p := model.Page{Gen: gen, Scope: s, Kind: k, At: testTime.Add(time.Duration(gen) * time.Hour), Last: true}
		if kind != model.Unknown {
			p.Err = &model.OpError{Op: k.String(), Kind: kind, Err: errors.New("no")}
		}
		return p
	}
	const read = model.Unknown
	for _, c := range []struct {
		name    string
		events  []model.Event
		closed  bool
		trouble string // kind and kind of record of Trouble
	}{
		{"never read", nil, false, ""},
		{"both kinds", []model.Event{ended(model.Images, 1, model.Closed), ended(model.Snapshots, 1, model.Closed)}, true, ""},
		{"images, and snapshots not asked for", []model.Event{ended(model.Images, 1, model.Closed)}, true, ""},
		{"only images", []model.Event{ended(model.Images, 1, model.Closed), ended(model.Snapshots, 1, read)}, false, "denied images"},
		{"only snapshots", []model.Event{ended(model.Images, 1, read), ended(model.Snapshots, 1, model.Closed)}, false, "denied snapshots"},
		{"images denied otherwise", []model.Event{ended(model.Images, 1, model.Denied), ended(model.Snapshots, 1, model.Closed)}, false, "denied images"},
		{"the network fails for snapshots", []model.Event{ended(model.Images, 1, model.Closed), ended(model.Snapshots, 1, model.Network)}, false, "denied images"},
		{
			"closed later, with old rows", []model.Event{
				ended(model.Images, 1, read), ended(model.Snapshots, 1, read), ended(model.Images, 2, model.Closed), ended(model.Snapshots, 2, model.Closed),
			}, true, "",
		},
		{
			"open again", []model.Event{
				ended(model.Images, 1, model.Closed), ended(model.Snapshots, 1, model.Closed), ended(model.Images, 2, read), ended(model.Snapshots, 2, read),
			}, false, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := model.Inventory{}.Fold(c.events...)
			if inv.Closed(s) != c.closed || inv.Readable(s) == c.closed {
				t.Errorf("closed %t, readable %t", inv.Closed(s), inv.Readable(s))
			}
			trouble := ""
			if err := inv.Trouble(s); err != nil {
				trouble = err.Kind.String() + " " + err.Op
			}
			if trouble != c.trouble {
				t.Errorf("trouble %q, want %q", trouble, c.trouble)
			}
			if _, unread := inv.Oldest(); c.closed && unread {
				t.Error("a closed region waits to be read")
			}
			for _, d := range inv.ScopeDocuments() {
				if got := d.State == model.ScopeClosed; got != c.closed || got && d.Error == nil {
					t.Errorf("state %s, error %v", d.State, d.Error)
				}
			}
		})
	}
}

func TestTriedIsTheLastEndOfAPass(t *testing.T) {
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	failed := model.Page{Gen: 2, Scope: s, At: testTime.Add(time.Hour), Last: true, Err: &model.OpError{Err: errors.New("no")}}
	st := model.Inventory{}.Fold(model.Page{Gen: 1, Scope: s, At: testTime, Last: true}, failed, model.Began{Gen: 3, Scope: s}).Status(s, model.Images)
	if !st.AsOf.Equal(testTime) || !st.Tried.Equal(failed.At) {
		t.Errorf("%+v", st)
	}
}
