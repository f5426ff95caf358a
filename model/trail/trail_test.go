package trail

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

func TestWordsOfActs(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Acts() {
		got, ok := Parse(a.String())
		if !ok || got != a || seen[a.String()] {
			t.Errorf("%d is %q, which is %d", a, a, got)
		}
		seen[a.String()] = true
		if text := (&Event{Act: a, API: "ec2:X"}).Text(func(id string) string { return id }); text == "" || strings.HasSuffix(text, " ") || strings.HasSuffix(text, ":") {
			t.Errorf("%s without anything: %q", a, text)
		}
	}
	if _, ok := Parse("launch"); ok {
		t.Error("no act")
	}
}

// TestTextOfEvents names accounts, and says what failed.
func TestTextOfEvents(t *testing.T) {
	name := func(id string) string {
		if id == "222222222222" {
			return "acme-dev"
		}
		return id
	}
	for _, c := range []struct {
		e    Event
		want string
	}{
		{Event{Act: Created, Thing: "i-1"}, "created from i-1"},
		{Event{Act: Copied, Thing: "ami-2", Region: "us-east-1"}, "copied from ami-2 in us-east-1"},
		{Event{Act: CopiedOn, Thing: "ami-2", Region: "us-east-1"}, "copied to us-east-1 as ami-2"},
		{Event{Act: Shared, With: []string{"222222222222", "333333333333", "arn:o"}}, "shared with acme-dev (222222222222), 333333333333, arn:o"},
		{Event{Act: Left, Caller: "222222222222"}, "share given up by acme-dev (222222222222)"},
		{Event{Act: Deprecated, Value: "2027-01-01 00:00"}, "deprecation set to 2027-01-01 00:00"},
		{Event{Act: Tagged, With: []string{"Owner", "Name"}}, "tagged: Owner, Name"},
		{Event{Act: Launched, Count: 1, With: []string{"i-1"}}, "launched 1 instance: i-1"},
		{Event{Act: Launched, Count: 40, With: make([]string, 40)}, "launched 40 instances"},
		{Event{Act: Launched, Count: 2, Error: "Client.UnauthorizedOperation"}, "failed: launch of 2 instances (Client.UnauthorizedOperation)"},
		{Event{Act: Other, API: "ec2:ExportImage"}, "ec2:ExportImage"},
	} {
		if got := c.e.Text(name); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestLookingAgain: whatever is looked up in pieces, in whatever order and however
// often, gives the same as all of it at once.
func TestLookingAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pieces []*Lookup
		var all []*Event
		for i := range rapid.IntRange(1, 6).Draw(t, "pieces") {
			from := rapid.IntRange(0, 50).Draw(t, "from")
			to := rapid.IntRange(from, 60).Draw(t, "to")
			l := lookup(from, to)
			l.At = hour(i)
			for h := from; h <= to; h += 7 {
				l.Events = append(l.Events, change(h, Launched))
			}
			l.Events = joined(l.Events)
			pieces, all = append(pieces, l), append(all, l.Events...)
		}
		var got *Lookup
		for _, l := range rapid.Permutation(pieces).Draw(t, "order") {
			got = l.After(got)
			got = l.After(got)
		}
		if d := cmp.Diff(joined(all), got.Events); d != "" {
			t.Error(d)
		}
		if !got.At.Equal(hour(len(pieces) - 1)) {
			t.Errorf("of %v", got.At)
		}
		for h := 0; h <= 60; h++ {
			told := func(s Spans) (in bool) {
				for _, x := range s {
					in = in || !hour(h).Before(x.From) && !hour(h).After(x.To)
				}
				return in
			}
			want := false
			for _, l := range pieces {
				want = want || told(l.Seen)
			}
			if told(got.Seen) != want {
				t.Errorf("hour %d: %v of %v", h, !want, got.Seen)
			}
		}
		for i := 1; i < len(got.Seen); i++ {
			if !got.Seen[i-1].To.Before(got.Seen[i].From) {
				t.Errorf("not apart: %v", got.Seen)
			}
		}
	})
}

// TestTheOldestLaunchesGo, and nothing else does.
func TestTheOldestLaunchesGo(t *testing.T) {
	l := lookup(0, 20_000, change(0, MadePublic), change(1, MadePrivate))
	for h := range mostEvents {
		l.Events = append(l.Events, change(h+2, Launched))
	}
	l.Events = joined(l.Events)
	got := l.After(lookup(0, 1))
	if n := len(got.Events); n != mostEvents || !got.Since.Equal(hour(3).Add(time.Second)) {
		t.Errorf("%d events, launches since %v", n, got.Since)
	}
	if p := publicTimes(got, standing{made: hour(0)}); len(p) != 1 || !p[0].To.Equal(hour(1)) {
		t.Errorf("%+v", p)
	}
}

// company has an image that two accounts may launch, a copy of it elsewhere, and a
// scope that is closed.
func company(t *testing.T) model.Inventory {
	t.Helper()
	regions := []model.Region{{Name: "eu-west-1", Enabled: true}, {Name: "us-east-1", Enabled: true}, {Name: "me-south-1"}}
	im := &model.Image{ImageKey: key, Owner: here.Account, Name: "web-7", Created: hour(-48), Public: model.No}
	copied := &model.Image{
		ImageKey: model.ImageKey{Region: "us-east-1", ID: "ami-9"}, Owner: there.Account,
		Detail: &model.Detail{SourceImage: key.ID, SourceRegion: key.Region},
	}
	return model.Inventory{}.Fold(
		model.Found{Account: model.Account{ID: here.Account, Name: "acme-prod"}, Regions: regions},
		model.Found{Account: model.Account{ID: there.Account}, Regions: regions},
		model.Found{Account: model.Account{ID: "333333333333"}, Regions: []model.Region{{Name: "eu-west-1"}}},
		model.Page{Gen: 1, Scope: here, Kind: model.Images, Images: []*model.Image{im}, Last: true, At: hour(0)},
		model.Page{Gen: 1, Scope: model.Scope{Account: there.Account, Region: "us-east-1"}, Kind: model.Images, Images: []*model.Image{copied}, Last: true, At: hour(0)},
		model.Formers{Scope: there, Formers: []*model.Former{{ID: "ami-gone", Missed: hour(0)}}},
	)
}

func TestScopesToLookAt(t *testing.T) {
	inv := company(t)
	far := model.Scope{Account: there.Account, Region: "us-east-1"}
	for id, want := range map[string][]model.Scope{
		"ami-1":     {here, there, far}, // and not those of regions that are not enabled
		"ami-gone":  {there, here},
		"ami-other": {here, there},
	} {
		if d := cmp.Diff(want, Scopes(inv, model.ImageKey{Region: here.Region, ID: id})); d != "" {
			t.Errorf("%s: %s", id, d)
		}
	}
}

// TestTrailOf joins what several trails tell, and says what was not looked at.
func TestTrailOf(t *testing.T) {
	inv := company(t)
	theirs := &Lookup{Scope: there, Image: key, Events: []*Event{change(-3, Launched)}, Seen: Spans{{hour(-48), hour(0)}}, At: hour(0)}
	mine := lookup(-2160, 0, change(-3, Launched), change(-1, MadePublic), change(-47, Created))
	denied := &model.OpError{Op: "cloudtrail:LookupEvents", Kind: model.Denied, Err: errors.New("no policy allows it"), Help: "allow it"}
	far := &Lookup{Scope: model.Scope{Account: there.Account, Region: "us-east-1"}, Image: key, At: hour(0), Err: denied}
	got := Of(inv, key, Scopes(inv, key), []*Lookup{far, theirs, mine})
	if got.Looked[0] != mine || len(got.Events) != 3 || got.Events[0].Act != MadePublic || got.Events[2].Act != Created {
		t.Errorf("%+v", got)
	}
	if len(got.Public) != 1 || got.Public[0] != (Public{From: hour(-1)}) {
		t.Errorf("public: %+v", got.Public)
	}
	if len(got.Blind) != 1 || got.Blind[0].What != "CloudTrail: denied" || got.Blind[0].Mend != "allow it" || got.Blind[0].Err != denied {
		t.Errorf("blind: %+v", got.Blind)
	}
	if doc := got.Document(inv); len(doc.Public) != 1 || doc.Public[0].To != nil || *doc.Public[0].From != hour(-1) || *doc.Blind[0].Error == "" {
		t.Errorf("%+v", doc)
	}
	if since := got.Since(mine); !since.Equal(hour(-48)) || !got.At().Equal(hour(0)) {
		t.Errorf("since %v, of %v", since, got.At())
	}

	part := lookup(-20, 0)
	got = Of(inv, key, Scopes(inv, key), []*Lookup{part})
	want := "[222222222222/eu-west-1: not looked at yet 222222222222/us-east-1: not looked at yet]"
	var told []string
	for _, b := range got.Blind[1:] {
		told = append(told, b.Scope.String()+": "+b.What)
	}
	if got.Blind[0].What != "before 2026-10-31 16:00: there are more events than were read" || fmt.Sprint(told) != want {
		t.Errorf("blind: %+v", got.Blind)
	}
}

// TestTheOwnersTrailIsNotOurs: of another's image only launches can be known.
func TestTheOwnersTrailIsNotOurs(t *testing.T) {
	inv := company(t).Fold(model.Page{Gen: 2, Scope: here, Kind: model.Images, At: hour(1), Last: true, Images: []*model.Image{{ImageKey: key, Owner: "999999999999", Public: model.Yes}}})
	got := Of(inv, key, Scopes(inv, key), []*Lookup{lookup(-2160, 1, change(0, Launched)), {Scope: there, Seen: Spans{{hour(-2160), hour(1)}}, At: hour(1)}})
	if len(got.Public) != 0 || len(got.Blind) == 0 || got.Blind[0].What != "the trail of its owner is not read" || !strings.Contains(got.Blind[0].Mend, "999999999999") {
		t.Errorf("%+v, %+v", got.Public, got.Blind)
	}
	doc := got.Document(inv)
	if doc.Public != nil || doc.Account == nil || *doc.Account != "999999999999" || doc.AccountName != nil || len(doc.Events) != 1 || doc.Events[0].Trail.Account != here.Account {
		t.Errorf("%+v", doc)
	}
}
